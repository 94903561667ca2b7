"""The policy group: a verdict for each rule and each object it looks at, placed at the offending field."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from seatrial.checks import policy
from seatrial.checks.base import NO_ARCHITECTURE, Context, Options
from seatrial.model.errors import InputError, ToolError
from seatrial.model.verdict import Severity, Status, Verdict
from tests.inventories import at, context, failures, inventory
from tests.policies.conftest import ROOT

SERVICE = """apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: default
  labels: {app.kubernetes.io/name: web, app.kubernetes.io/instance: web-test}
"""


def judged(text: str) -> list[Verdict]:
    return list(policy.run(attrs.evolve(context(text), policies=ROOT / "policies")))


def test_a_failure_is_placed_at_the_field_and_tells_the_fix() -> None:
    [found] = failures(judged(SERVICE), "metadata/no-default-namespace")

    assert found.position == at(SERVICE, "default")
    assert (found.pointer, found.severity) == ("/metadata/namespace", Severity.LOW)
    assert found.message == "it is in the namespace default"
    assert found.remediation == "Set metadata.namespace, with Kustomize by its namespace field."


def test_an_object_gets_a_verdict_of_every_rule_that_looks_at_its_kind() -> None:
    found = {verdict.check: verdict.status for verdict in judged(SERVICE) if verdict.subject.kind == "Service"}

    assert found == {
        "metadata/no-default-namespace": Status.FAIL,
        "metadata/recommended-labels": Status.PASS,
        "metadata/supported-api-versions": Status.PASS,
    }


def test_several_violations_of_one_object_are_several_failures() -> None:
    text = SERVICE.replace("  labels: {app.kubernetes.io/name: web, app.kubernetes.io/instance: web-test}\n", "")

    found = failures(judged(text), "metadata/recommended-labels")

    assert sorted(verdict.evidence["label"] for verdict in found) == [
        "app.kubernetes.io/instance",
        "app.kubernetes.io/name",
    ]


def test_rules_without_a_subject_say_so() -> None:
    reasons = {verdict.check: verdict.message for verdict in judged(SERVICE) if verdict.status is Status.SKIPPED}

    assert reasons["storage/expandable-classes"] == "there is no StorageClass in the manifests"
    assert reasons["network/no-open-egress"] == "there is no NetworkPolicy in the manifests"


def test_rules_that_need_the_architecture_are_skipped_for_foreign_manifests() -> None:
    pod = "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: evil.example/a}]}}"

    [found] = [verdict for verdict in judged(pod) if verdict.check == "images/allowed-registries"]

    assert found.status is Status.SKIPPED
    assert found.message == NO_ARCHITECTURE


def test_every_rule_answers_in_every_run() -> None:
    catalog = policy.catalog(attrs.evolve(context(SERVICE), policies=ROOT / "policies"))

    assert {verdict.check for verdict in judged(SERVICE)} == {info.id for info in catalog}
    assert all(info.documentation.startswith(f"# {info.title}") for info in catalog)


def test_the_value_of_a_secret_is_in_no_verdict() -> None:
    text = (
        "{apiVersion: v1, kind: Secret, metadata: {name: db, namespace: a}, stringData: {password: hush-hush}}\n---\n"
        "{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: shop}, "
        "spec: {containers: [{name: a, env: [{name: DB_PASSWORD, value: hush-hush}]}]}}\n---\n"
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop}, data: {url: 'x://a:hush-hush@db'}}\n"
    )

    found = judged(text)

    assert len(failures(found, "secrets/no-plain-secrets")) == 1
    assert len(failures(found, "secrets/no-secret-in-env-literal")) == 2
    assert "hush" not in repr(found)


def test_a_kind_of_another_group_is_no_subject() -> None:
    knative = SERVICE.replace("apiVersion: v1", "apiVersion: serving.knative.dev/v1")

    assert failures(judged(knative)) == []


@pytest.mark.parametrize(
    "body, error, told",
    [
        ("violation contains 1 if {\n", InputError, "does not compile"),
        ('violation contains {"msg": "x"} if to_number(input.review.name) > 1', ToolError, "failed while"),
        ("violation := true", ToolError, "not a set of violations"),
    ],
)
def test_a_broken_rule_ends_the_run(tmp_path: Path, body: str, error: type[Exception], told: str) -> None:
    folder = tmp_path / "shop" / "odd"
    folder.mkdir(parents=True)
    (folder / "README.md").write_text("# Odd\n")
    (folder / "rule.rego").write_text(
        "# METADATA\n# title: Odd\n# description: Odd.\n# custom:\n#   severity: low\n#   kinds: ['*']\n"
        f"#   remediation: None.\npackage shop.odd\n\n{body}\n"
    )
    odd = Context(inventory(SERVICE), None, tmp_path, Options())

    with pytest.raises(error, match=told):
        list(policy.run(odd))

"""Custom kinds of well-known projects are judged without a cluster, and each verdict says by whose schema."""

from __future__ import annotations

import functools
import textwrap
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from seatrial.checks import schema
from seatrial.engines import custom
from seatrial.engines.schema import Gvk, kubernetes_schemas
from seatrial.engines.schema_crd import CompiledKind, shipped_kinds
from seatrial.engines.structural_rules import Rules
from seatrial.model.verdict import Status, Verdict
from tests.inventories import context

SECRET = textwrap.dedent("""\
    apiVersion: external-secrets.io/v1
    kind: ExternalSecret
    metadata: {name: password, namespace: shop}
    spec:
      refreshInterval: 1h
      secretStoreRef: {name: vault, kind: SecretStore}
      target: {name: password, creationPolicy: Owner}
      data:
        - {secretKey: password, remoteRef: {key: shop, property: password}}
    """)
ROUTE = textwrap.dedent("""\
    apiVersion: gateway.networking.k8s.io/v1
    kind: HTTPRoute
    metadata: {name: web, namespace: shop}
    spec:
      parentRefs: [{name: front}]
      rules:
        - matches: [{path: {type: PathPrefix, value: /shop}}]
          backendRefs: [{name: web, port: 80}]
    """)
GATEWAY = textwrap.dedent("""\
    apiVersion: gateway.networking.k8s.io/v1
    kind: Gateway
    metadata: {name: front, namespace: shop}
    spec:
      gatewayClassName: nginx
      addresses: [{value: 192.0.2.1}]
      listeners: [{name: web, port: 80, protocol: HTTP}]
    """)
SHIP = textwrap.dedent("""\
    apiVersion: apiextensions.k8s.io/v1
    kind: CustomResourceDefinition
    metadata: {name: ships.example.org}
    spec:
      group: example.org
      names: {kind: Ship, plural: ships}
      scope: Cluster
      versions:
        - name: v1
          served: true
          storage: true
          schema:
            openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {crew: {type: integer}}}}}
        - name: v1beta1
          served: true
          deprecated: true
          storage: false
          schema:
            openAPIV3Schema:
              type: object
              properties:
                spec:
                  type: object
                  properties: {sails: {type: array, items: {type: string}}}
                  x-kubernetes-validations: [{rule: "self.sails.exists(x, semver(x).major() > 1)"}]
    ---
    """)


def judge(text: str) -> list[Verdict]:
    return list(schema.run(context(text)))


def last(text: str) -> Verdict:
    return judge(text)[-1]


def changed(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, f"{old!r} is not unique"
    return text.replace(old, new)


def release(name: str) -> str:
    return next(project.release for project in custom.projects() if project.name == name)


def test_a_pass_names_the_project_and_release_whose_schema_it_met() -> None:
    [verdict] = judge(SECRET)

    assert verdict.status is Status.PASS
    assert verdict.message == f"valid external-secrets.io/v1 ExternalSecret by {release('external-secrets')}"
    assert verdict.evidence == {"schema": release("external-secrets")}


@pytest.mark.parametrize(
    "text, old, new, pointer, words",
    [
        (SECRET, "refreshInterval: 1h", "refreshIntervals: 1h", "/spec/refreshIntervals", "'refreshInterval'?"),
        (SECRET, "creationPolicy: Owner", "creationPolicy: Own", "/spec/target/creationPolicy", "one of Owner"),
        (SECRET, "key: shop, ", "", "/spec/data/0/remoteRef", "no field 'key'"),
        (SECRET, "secretKey: password", "secretKey: [a]", "/spec/data/0/secretKey", "needed: a string"),
        (SECRET, "name: password, namespace", "name: Pass word, namespace", "/metadata/name", "a DNS name"),
        # A format without a type, in an alternative of alternatives; the type beside it is a default.
        (GATEWAY, "value: 192.0.2.1", "value: foo", "/spec/addresses/0", "exactly one of the allowed forms"),
        # Rules in the Common Expression Language: the words are upstream's.
        (ROUTE, "value: /shop", "value: shop", "/spec/rules/0/matches/0/path", "must be an absolute path"),
        (ROUTE, "port: 80", "weight: 1", "/spec/rules/0/backendRefs/0", "Must have port for Service reference"),
        (ROUTE, "[{name: front}]", "[{name: front}, {name: front}]", "/spec/parentRefs", "sectionName must be unique"),
    ],
)  # fmt: skip
def test_a_defect_fails_at_its_pointer(text: str, old: str, new: str, pointer: str, words: str) -> None:
    found = {item.pointer: item.message for item in judge(changed(text, old, new)) if item.status is Status.FAIL}

    assert words in found.get(pointer, f"nothing at {pointer}, but {found}")


def test_an_address_that_is_one_passes_the_format_without_a_type() -> None:
    assert last(GATEWAY).status is Status.PASS


def test_defaults_are_set_before_an_object_is_validated() -> None:
    # `weight`, `group` and `kind` have defaults on which rules rely; a null is filled in as well.
    assert last(changed(ROUTE, "{name: front}", "{name: front, kind: null}")).status is Status.PASS


def test_a_version_that_is_not_served_fails_with_the_one_that_is() -> None:
    verdict = last(changed(SECRET, "external-secrets.io/v1", "external-secrets.io/v1beta1"))

    assert (verdict.status, verdict.pointer) == (Status.FAIL, "/apiVersion")
    assert verdict.message.endswith(f"not served by {release('external-secrets')}; needed: external-secrets.io/v1")
    assert "put its CustomResourceDefinition into the manifest set" in verdict.remediation


def test_a_version_that_never_was_fails_alike() -> None:
    verdict = last(changed(SECRET, "external-secrets.io/v1", "external-secrets.io/v9"))

    assert (verdict.status, verdict.pointer) == (Status.FAIL, "/apiVersion")


def test_a_kind_that_its_project_does_not_have_fails_with_the_nearest() -> None:
    verdict = last(changed(SECRET, "ExternalSecret", "ExternalSecrett"))

    assert (verdict.status, verdict.pointer) == (Status.FAIL, "/kind")
    assert "did you mean 'ExternalSecret'?" in verdict.message


def test_a_kind_is_skipped_where_other_projects_share_the_group() -> None:
    verdict = last("apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: x}\n")

    assert verdict.status is Status.SKIPPED
    assert f"{release('argo-cd')} has no such kind" in verdict.message


def test_definitions_in_the_manifest_set_win_over_those_that_ship() -> None:
    own = changed(SHIP, "ships.example.org", "externalsecrets.external-secrets.io")
    own = own.replace("group: example.org", "group: external-secrets.io").replace(
        "kind: Ship,", "kind: ExternalSecret,"
    )

    text = own + "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: x}\nspec: {crew: 7}\n"

    assert last(text).message == "valid external-secrets.io/v1 ExternalSecret by its CustomResourceDefinition"
    assert last(own + SECRET).status is Status.FAIL


def test_a_deprecated_version_passes_with_the_warning_of_the_server() -> None:
    verdict = last(SHIP + "apiVersion: example.org/v1beta1\nkind: Ship\nmetadata: {name: x}\n")

    warning = "example.org/v1beta1 Ship is deprecated; use example.org/v1 Ship"
    assert (verdict.status, verdict.evidence["warning"]) == (Status.PASS, warning)
    assert verdict.message.endswith(f"the API server warns: {warning}")


def test_a_rule_that_cannot_be_evaluated_is_told() -> None:
    verdict = last(
        SHIP + "apiVersion: example.org/v1beta1\nkind: Ship\nmetadata: {name: x}\nspec: {sails: ['1.0.0']}\n"
    )

    assert verdict.status is Status.PASS
    [unchecked] = verdict.evidence["unchecked"]
    assert "semver" in unchecked
    assert unchecked in verdict.message


def test_the_namespace_of_a_cluster_scoped_object_does_not_matter() -> None:
    text = SHIP + "apiVersion: example.org/v1\nkind: Ship\nmetadata: {name: x, namespace: UPPER}\n"

    assert last(text).status is Status.PASS


def test_only_the_files_of_groups_that_occur_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    lines = custom._lines

    def watched(path: Path, *, only_first: bool = False) -> list[Any]:
        if not only_first:
            read.append(path.stem)
        return lines(path, only_first=only_first)

    monkeypatch.setattr(custom, "_lines", watched)
    custom.projects.cache_clear()

    try:
        assert judge(SECRET)[0].status is Status.PASS
    finally:
        custom.projects.cache_clear()

    assert read == ["external-secrets"]


@pytest.mark.parametrize("project", custom.projects(), ids=lambda project: project.name)
def test_every_kind_that_ships_can_be_judged_whole(project: custom.Project) -> None:
    schemas = kubernetes_schemas()
    served = [kind for kind in shipped_kinds(project) if kind.served]
    assert served

    compiled = [CompiledKind.of(kind, schemas) for kind in served]

    assert [reason for kind in compiled for reason in unsupported(kind.rules)] == []


def unsupported(rules: Rules | None) -> list[str]:
    if rules is None:
        return []
    below = [*rules.properties.values(), rules.additional, rules.items]
    return [rule.text for rule in rules.own if rule.unsupported] + [
        text for part in below for text in unsupported(part)
    ]


KINDS = {kind.gvk: kind for project in custom.projects() for kind in shipped_kinds(project) if kind.served}


@functools.cache
def compiled(gvk: Gvk) -> CompiledKind:
    return CompiledKind.of(KINDS[gvk], kubernetes_schemas())


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


@settings(deadline=None)  # the first object of a kind has it compiled
@given(st.sampled_from(sorted(KINDS)), ANYTHING, ANYTHING)
def test_objects_of_any_shape_are_judged_without_an_exception(gvk: Gvk, spec: Any, metadata: Any) -> None:
    data = {"apiVersion": gvk.api_version, "kind": gvk.kind, "metadata": metadata, "spec": spec}

    findings = compiled(gvk).judge(data)

    assert all(item.message for item in findings.violations)


def test_objects_are_not_changed_by_being_judged() -> None:
    data = yaml.safe_load(ROUTE)

    compiled(Gvk.of(data["apiVersion"], data["kind"])).judge(data)

    assert data == yaml.safe_load(ROUTE)

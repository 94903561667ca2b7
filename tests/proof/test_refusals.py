"""What a real control plane refuses becomes a verdict with the control plane's words and the place in the file."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from seatrial.cluster.applying import Applier
from seatrial.cluster.connection import connect
from seatrial.cluster.waiting import Patience
from seatrial.finished import Verification
from seatrial.lab import Lab
from seatrial.model.verdict import Severity, Status, Verdict
from seatrial.proof.proving import prove

pytestmark = pytest.mark.lab

SET = Path(__file__).with_name("refused.yaml")
PRIVILEGED = (
    r'violates PodSecurity "restricted:latest": privileged \(container "wild" must not set '
    r"securityContext.privileged=true\)"
)
NO_CONTEXT = r'allowPrivilegeEscalation != false \(container "{}" must set'


@attrs.frozen
class Proved:
    """The one run that all tests look at."""

    done: Verification
    text: str

    def of(self, check: str, name: str) -> list[Verdict]:
        return [verdict for verdict in self.done.of(check) if verdict.subject.name == name]

    def line(self, marker: str) -> int:
        (found,) = (number for number, line in enumerate(self.text.splitlines(), 1) if marker in line)
        return found


@pytest.fixture(scope="module")
def proved(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proved]:
    text = SET.read_text(encoding="utf-8").replace("HARBOUR", f"harbour-{uuid.uuid4().hex[:8]}")
    file = tmp_path_factory.mktemp("refused") / "set.yaml"
    file.write_text(text)
    done = prove(str(file), kubeconfig=lab.kubeconfig, patience=Patience(settle=4.0))
    yield Proved(done, text)
    with connect(str(lab.kubeconfig), writable=True) as connection:
        applier = Applier(connection)
        kind = applier.kinds.find("v1", "Namespace")
        assert kind is not None
        for namespace in {item.namespace for item in done.context.inventory.resources} - {""}:
            assert applier.delete(kind, "", namespace).ok


@pytest.mark.parametrize(
    "check,name,message,marker",
    [
        ("server/dry-run", "bare", NO_CONTEXT.format("open"), "name: open"),
        ("server/dry-run", "misspelt", r'unknown field "spec\.selectr"', "selectr:"),
        (
            "server/dry-run",
            "mistyped",
            r"cannot unmarshal string into .*spec\.replicas",
            "replicas: three",
        ),
        ("server/dry-run", "strays", r"`selector` does not match template `labels`", "of nobody's selector"),
        ("server/dry-run", "outdated", r"the server has no PodDisruptionBudget of policy/v1beta1", "gone since 1.25"),
        ("server/warnings", "dated", r"v1 Endpoints is deprecated in v1\.33\+", "deprecated since 1.33"),
        ("server/warnings", "privileged", f"would {PRIVILEGED.replace('violates', 'violate')}", "the privileged one"),
        ("server/admitted", "privileged", PRIVILEGED, "the privileged one"),
        (
            "server/admitted",
            "greedy",
            r"exceeded quota: hold, requested: requests\.cpu=1500m",
            "too many for the quota",
        ),
        ("server/admitted", "large", r"maximum memory usage per Container is 1Gi, but limit is 2Gi", "larger than the"),
        ("server/admitted", "nightly", NO_CONTEXT.format("night"), "before three o'clock"),
        ("server/ready-at-minimum", "lost", r"didn't match Pod's node affinity/selector", "that no pool has"),
        (
            "server/ready-at-minimum",
            "thirsty",
            r'claim adrift is not bound: .*"no-such-class" not found',
            "nothing binds",
        ),
        ("server/ready-at-maximum", "rising", r"3 of 5 pods are Ready: .*exceeded quota: tide", "three allowed"),
        ("server/rollout", "stuck", r"exceeded quota: shift", "a rollout needs a third pod"),
    ],
)
def test_a_mistake_is_told_at_its_place(proved: Proved, check: str, name: str, message: str, marker: str) -> None:
    (verdict,) = proved.of(check, name)
    assert verdict.status is Status.FAIL
    assert re.search(message, verdict.message), verdict.message
    assert verdict.position is not None
    # The marker is a comment on the first line of the block, so the place is there or on the next line.
    assert verdict.position.line - proved.line(marker) in (0, 1)


@pytest.mark.parametrize(
    "check,name,message",
    [
        ("server/dry-run", "good", "accepted"),
        ("server/warnings", "good", "no warning"),
        ("server/applied", "good", "applied"),
        ("server/admitted", "good", "2 pods admitted"),
        ("server/ready-at-minimum", "good", "2 pods placed and Ready"),
        ("server/ready-at-maximum", "good", "2 pods placed and Ready"),
        ("server/rollout", "good", "2 pods placed and Ready"),
        ("server/admitted", "hourly", "1 pod admitted"),
        ("server/ready-at-minimum", "hourly", "1 pod placed and Ready"),
        ("server/ready-at-minimum", "rising", "2 pods placed and Ready"),
        ("server/ready-at-minimum", "stuck", "2 pods placed and Ready"),
        ("server/applied", "elsewhere", "applied"),
    ],
)
def test_what_is_right_beside_it_passes(proved: Proved, check: str, name: str, message: str) -> None:
    (verdict,) = proved.of(check, name)
    assert (verdict.status, verdict.message) == (Status.PASS, message)


@pytest.mark.parametrize(
    "check,name,reason",
    [
        ("server/applied", "misspelt", "its dry run was refused"),
        ("server/warnings", "mistyped", "its dry run was refused"),
        ("server/admitted", "bare", "it was not applied"),
        ("server/ready-at-minimum", "privileged", "not all of its pods are admitted"),
        ("server/ready-at-maximum", "lost", "its pods are not Ready before"),
        ("server/rollout", "rising", "its pods are not Ready before"),
        ("server/ready-at-minimum", "nowhere", "no node of the pools is one for its pods"),
    ],
)
def test_what_could_not_be_asked_is_skipped_with_the_reason(proved: Proved, check: str, name: str, reason: str) -> None:
    (verdict,) = proved.of(check, name)
    assert (verdict.status, verdict.message) == (Status.SKIPPED, reason)


def test_a_kind_that_nobody_defines_stays_open(proved: Proved) -> None:
    (verdict,) = proved.of("server/dry-run", "unknown")
    assert verdict.status is Status.INCONCLUSIVE
    assert verdict.position is not None
    assert verdict.position.line == proved.line("nobody knows")


def test_a_webhook_is_rehearsed_and_stays_out(proved: Proved) -> None:
    """It would refuse every pod that comes after it, as nobody answers it here."""
    found = {
        verdict.check: (verdict.status, verdict.message)
        for verdict in proved.done.verdicts
        if verdict.subject.kind == "ValidatingWebhookConfiguration"
    }
    assert found == {
        "server/dry-run": (Status.PASS, "accepted"),
        "server/applied": (Status.SKIPPED, "nobody answers the webhook in a lab"),
        "server/warnings": (Status.PASS, "no warning"),
    }


@pytest.mark.parametrize("name,workload", [("hold", "greedy[StatefulSet]"), ("tide", "rising[Deployment]")])
def test_a_quota_that_rejects_pods_fails_itself(proved: Proved, name: str, workload: str) -> None:
    (verdict,) = proved.of("server/quota", name)
    assert verdict.status is Status.FAIL
    assert f"{workload} gets too few pods: " in verdict.message


def test_every_object_has_its_verdicts(proved: Proved) -> None:
    subjects = [resource.subject for resource in proved.done.context.inventory.resources]
    for check in ("server/dry-run", "server/warnings", "server/applied"):
        assert {verdict.subject for verdict in proved.done.of(check)} == set(subjects)


def test_the_run_fails(proved: Proved) -> None:
    assert proved.done.run.exit_code(Severity.HIGH) == 1
    assert proved.done.run.scope.versions["kube-apiserver"].startswith("v1.")


def test_a_second_proof_in_the_same_lab_says_the_same(proved: Proved, lab: Lab, tmp_path: Path) -> None:
    """What is there already is asked to become what it is; names that are taken are no finding."""
    documents = proved.text.split("\n---\n")
    kept = [text for text in documents if "kind: Namespace" in text or "name: good" in text or "ConfigMap" in text]
    (tmp_path / "set.yaml").write_text("\n---\n".join(kept))
    again = prove(str(tmp_path / "set.yaml"), kubeconfig=lab.kubeconfig)
    assert [verdict for verdict in again.verdicts if verdict.status is Status.FAIL] == []
    assert len(again.of("server/applied")) == len(kept)

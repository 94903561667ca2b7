"""Production on a real control plane: the audit says what `verify` says, and finds what hands have changed since."""

from __future__ import annotations

import subprocess
from collections import defaultdict
from collections.abc import Iterator

import pytest

from seatrial import audit, lab, verification
from seatrial.audit import Wish
from seatrial.cluster.applying import Applier
from seatrial.cluster.connection import connect
from seatrial.finished import Verification
from seatrial.lab import Lab
from seatrial.model import source
from seatrial.model.kustomize import kubectl
from seatrial.model.verdict import Status, Verdict
from seatrial.proof.custom_kinds import needed
from tests.project import tree

pytestmark = pytest.mark.lab

MANIFESTS = str(tree.ROOT / "manifests")
NAMESPACE = "booking-system"
STATIC = ["schema", "references", "policy", "network", "capacity"]
LIVE_ONLY = {
    # What the server puts into every namespace.
    ("ConfigMap", "kube-root-ca.crt"),
    ("ServiceAccount", "default"),
}


@pytest.fixture(scope="module")
def deployed(lab_built: None) -> Iterator[Lab]:  # noqa: ARG001 - a fixture asks for another by name
    """A control plane of its own: production has one name, and here somebody lays hands on it."""
    desired = source.load(MANIFESTS, overlay="production")
    with lab.running() as found, connect(str(found.kubeconfig), writable=True) as connection:
        applier = Applier(connection)
        definitions = needed(desired)
        for answer in applier.apply_all(definitions):
            assert answer.accepted, f"{answer.resource}: {answer.message}"
        applier.wait_established([item.name for item in definitions])
        for answer in applier.apply_all(desired.resources):
            assert answer.accepted, f"{answer.resource}: {answer.message}"
        yield found


def audited(found: Lab, **wish: object) -> Verification:
    with connect(str(found.kubeconfig)) as connection:
        return audit.audit(connection, Wish(path=MANIFESTS, overlay="production", **wish))  # type: ignore[arg-type]  # each is of its field's type


def by_subject(verdicts: tuple[Verdict, ...]) -> dict[tuple[str, str, str], list[str]]:
    found = defaultdict(list)
    for verdict in verdicts:
        if verdict.check not in verification.LIVE_CHECKS:
            found[verdict.check, verdict.subject.kind, verdict.subject.name].append(str(verdict.status))
    return {key: sorted(statuses) for key, statuses in found.items()}


def drift(done: Verification) -> set[tuple[str, str, str]]:
    return {
        (found.check.removeprefix("drift/"), f"{found.subject.kind}/{found.subject.name}", found.pointer)
        for found in done.verdicts
        if found.check.startswith("drift/") and found.status is Status.FAIL
    }


def test_what_was_applied_comes_to_the_same_verdicts_as_the_manifests(deployed: Lab) -> None:
    live = by_subject(audited(deployed).verdicts)
    written = by_subject(verification.verify(MANIFESTS, overlay="production", only=STATIC).verdicts)

    differing = {
        key: (written.get(key), live.get(key)) for key in {*written, *live} if written.get(key) != live.get(key)
    }
    assert {key: value for key, value in differing.items() if (key[1], key[2]) not in LIVE_ONLY} == {}
    assert {outcome for _, outcomes in differing.values() for outcome in outcomes or ()} <= {"pass"}


def test_nothing_has_drifted_after_the_deployment(deployed: Lab) -> None:
    done = audited(deployed, only=["drift"])

    assert drift(done) == set()
    declared = len(source.load(MANIFESTS, overlay="production").resources)
    assert done.run.by_check["drift/unchanged"][Status.PASS] == declared
    assert done.run.scope.surroundings is not None
    assert not done.run.scope.surroundings.partial


def hand(found: Lab, *arguments: str) -> None:
    """What somebody types."""
    command = [kubectl(), "--kubeconfig", str(found.kubeconfig), "--namespace", NAMESPACE, *arguments]
    subprocess.run(command, check=True, capture_output=True, timeout=60)


def test_hands_laid_on_it_are_found_each_as_what_it_did(deployed: Lab) -> None:
    """The last test of the file: it leaves production changed."""
    patch = '[{"op": "add", "path": "/spec/template/spec/hostNetwork", "value": true}]'
    port = '[{"op": "add", "path": "/spec/ports/-", "value": {"name": "debug", "port": 9999}}]'
    hand(deployed, "set", "image", "deploy/booking-sub-s1", "claude-agent=example.com/other:9.9.9")
    hand(deployed, "scale", "deploy", "redis-cache", "--replicas=5")
    hand(deployed, "scale", "deploy", "booking-agent2-backend", "--replicas=4")  # the autoscaler's to decide: no drift
    hand(deployed, "label", "service", "booking-agent2-backend-service", "hello=world")
    hand(deployed, "set", "env", "deploy/booking-agent3-frontend", "LOG_LEVEL=debug", "DB_PASSWORD=hunter2")
    hand(deployed, "patch", "statefulset", "booking-agent2-postgres", "--type=json", "-p", patch)
    hand(deployed, "patch", "service", "booking-agent4-backend-service", "--type=json", "-p", port)
    hand(deployed, "patch", "hpa", "booking-sub-s1-hpa", "-p", '{"spec": {"maxReplicas": 9}}')
    hand(deployed, "rollout", "restart", "deploy/booking-sub-s2")
    hand(deployed, "delete", "poddisruptionbudget", "booking-agent3-backend-pdb")
    hand(deployed, "create", "configmap", "extra", "--from-literal=a=b")
    done = audited(deployed)

    container = "/spec/template/spec/containers/0"
    assert drift(done) == {
        ("unchanged", "Deployment/booking-sub-s1", f"{container}/image"),
        ("unchanged", "Deployment/redis-cache", "/spec/replicas"),
        ("unchanged", "Service/booking-agent2-backend-service", "/metadata/labels"),
        ("unchanged", "Deployment/booking-agent3-frontend", f"{container}/env"),
        ("unchanged", "StatefulSet/booking-agent2-postgres", "/spec/template/spec"),
        ("unchanged", "Service/booking-agent4-backend-service", "/spec/ports"),
        ("unchanged", "HorizontalPodAutoscaler/booking-sub-s1-hpa", "/spec/maxReplicas"),
        ("unchanged", "Deployment/booking-sub-s2", "/spec/template/metadata/annotations"),
        ("missing", "PodDisruptionBudget/booking-agent3-backend-pdb", ""),
        ("undeclared", "ConfigMap/extra", ""),
    }
    told = {found.evidence["field"]: found for found in done.of("drift/unchanged") if found.status is Status.FAIL}
    assert len(told) == 9  # two variables of one Deployment
    replicas = told["spec.replicas"]
    assert "kubectl" in replicas.message
    assert "of scale" in replicas.message
    assert told["spec.template.spec.containers[name=claude-agent].image"].message.splitlines()[1:] == [
        "- ghcr.io/andrekirst/booking-claude-agent:1.0.0",
        "+ example.com/other:9.9.9",
    ]
    assert "kubectl-set" in told["spec.template.spec.containers[name=claude-agent].image"].message
    assert not [found for found in done.verdicts if "hunter2" in found.message or "hunter2" in str(found.evidence)]
    # The checks judge what hands have made of it, as they would judge manifests that say the same.
    failed = {found.check for found in done.verdicts if found.status is Status.FAIL}
    assert {"security/pod-security-restricted", "availability/pod-disruption-budget"} <= failed

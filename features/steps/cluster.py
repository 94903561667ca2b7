"""Steps that ask a real API server: one control plane for all scenarios, each proof in one of its own."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from pytest_bdd import given, parsers, then, when

from seatrial.finished import Verification
from seatrial.model import project, source
from seatrial.model.document import Resource
from seatrial.model.inventory import Inventory
from seatrial.model.position import Position
from seatrial.model.verdict import Status

if TYPE_CHECKING:  # the clients are heavy, and most runs of the features ask no server
    from seatrial.cluster.applying import Answer, Applier
    from seatrial.cluster.connection import Connection
    from seatrial.cluster.kinds import Kind

ADMISSION_KINDS = ("Namespace", "PriorityClass", "ResourceQuota", "LimitRange", "ServiceAccount")
"""Kinds that decide whether a pod may enter its namespace."""


@attrs.define(eq=False)
class Plane:
    """A control plane, what is on it, and whose manifests these are."""

    applier: Applier
    inventory: Inventory
    kubeconfig: str

    def deploy(self, *kinds: str) -> None:
        """Apply the objects of these kinds, or all of them."""
        chosen = self.inventory.of_kind(*kinds) if kinds else self.inventory.resources
        refused = [answer for answer in self.applier.apply_all(chosen) if not answer.accepted]
        assert not refused, f"{refused[0].resource}: {refused[0].message}"

    @property
    def namespace(self) -> str:
        """The namespace of the workloads."""
        return self.inventory.workloads()[0].resource.namespace

    @property
    def connection(self) -> Connection:
        """The connection that may write."""
        return self.applier.connection

    def kind(self, name: str) -> Kind:
        """How the server serves a kind of the manifests."""
        found = self.applier.kinds.find(self.inventory.of_kind(name)[0].api_version, name)
        assert found is not None, f"the server has no kind {name}"
        return found

    def edit(self, kind: str, name: str, body: dict[str, Any], *, manager: str, subresource: str = "") -> None:
        """Change an object as another *manager* of its fields would (a strategic merge)."""
        answer = self.connection.request(
            "PATCH",
            self.kind(kind).path(self.namespace, name) + subresource,
            query={"fieldManager": manager},
            body=body,
            content_type="application/strategic-merge-patch+json",
        )
        assert answer.ok, answer.message


class Nowhere:
    """The place of an object that no file holds."""

    def position(self, _pointer: str = "") -> Position:
        """This file, as the object was written in it."""
        return Position(__file__, 1, 1)


def pod(namespace: str, containers: list[dict[str, Any]] | None = None, **spec: Any) -> Resource:
    """A pod that keeps to the restricted standard, with other *containers* or another *spec* where given."""
    metadata = {"name": "visitor", "namespace": namespace}
    return Resource(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": metadata,
            "spec": {
                "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
                "containers": containers or [container()],
                **spec,
            },
        },
        Nowhere(),
    )


def container(name: str = "visitor", **resources: dict[str, str]) -> dict[str, Any]:
    """A container that may do nothing beyond its own process."""
    return {
        "name": name,
        "image": "registry.invalid/visitor:1.0.0",
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        "resources": resources,
    }


def require_lab() -> None:
    """End the scenario where no lab can be had: skipped, or failed where one is required."""
    from seatrial.lab import fixtures

    reason = fixtures.missing()
    if reason is not None:
        (pytest.fail if fixtures.required() else pytest.skip)(reason)


@pytest.fixture(scope="session")
def plane() -> Iterator[Plane]:
    """A control plane with the kinds of the system, empty of its objects at first."""
    from seatrial import lab
    from seatrial.cluster.applying import Applier
    from seatrial.cluster.connection import connect
    from seatrial.model.architecture import Architecture
    from seatrial.proof import custom_kinds, proving

    require_lab()
    manifests = project.MANIFESTS
    home = project.find(manifests)
    assert home.promised is not None, "these manifests belong to no declared architecture"
    pools = proving.pools_of(Architecture.load(home.promised, "production"))
    inventory = source.load(manifests, overlay="production")
    with lab.running(pools) as running, connect(str(running.kubeconfig), writable=True) as connection:
        made = Plane(Applier(connection), inventory, str(running.kubeconfig))
        made.applier.apply_all(custom_kinds.needed(inventory))
        yield made


@pytest.fixture(scope="session")
def proofs() -> Callable[[str], Verification]:
    """The proof of an overlay, made once however many ask for it."""
    from seatrial.proof.proving import prove

    require_lab()
    return functools.cache(lambda overlay: prove(project.MANIFESTS, overlay=overlay))


# --- acceptance


@given(parsers.parse("the {overlay} manifests of the Booking System"), target_fixture="overlay")
def overlay_of_the_system(overlay: str) -> str:
    assert overlay in source.overlays(Path(project.MANIFESTS))
    return overlay


@when("they are proved on a control plane", target_fixture="proved")
def prove(overlay: str, proofs: Callable[[str], Verification]) -> Verification:
    return proofs(overlay)


OUTCOMES = {
    "the API server accepts every object": ("server/dry-run", "server/applied"),
    "the API server warns of nothing": ("server/warnings",),
    "every pod is admitted": ("server/admitted", "server/quota"),
    "every pod is ready with the fewest replicas": ("server/ready-at-minimum",),
    "every pod is ready with the most replicas": ("server/ready-at-maximum",),
}
"""Sentence -> the checks that must pass, without exception."""


def outcome(sentence: str) -> None:
    """Define the step of one sentence."""

    @then(sentence, stacklevel=2)
    def judged(proved: Verification) -> None:
        for check in OUTCOMES[sentence]:
            found = proved.of(check)
            refused = [verdict for verdict in found if verdict.status is not Status.PASS]
            assert found, f"{check} looked at nothing"
            assert not refused, f"{len(refused)} of {len(found)}: {refused[0].subject}: {refused[0].message}"


for _sentence in OUTCOMES:
    outcome(_sentence)


# --- admission and quota


@given("the namespaces of the Booking System on a control plane")
def namespaces(plane: Plane) -> None:
    plane.deploy(*ADMISSION_KINDS)


@when("a pod that runs as root asks to enter", target_fixture="answer")
def root_pod(plane: Plane) -> Answer:
    return plane.applier.create(pod(plane.namespace, securityContext={"seccompProfile": {"type": "RuntimeDefault"}}))


@when("a pod that mounts a folder of its node asks to enter", target_fixture="answer")
def node_pod(plane: Plane) -> Answer:
    return plane.applier.create(pod(plane.namespace, volumes=[{"name": "node", "hostPath": {"path": "/"}}]))


@when("a pod that keeps to the restricted standard asks to enter", target_fixture="answer")
def good_pod(plane: Plane) -> Answer:
    return plane.applier.create(pod(plane.namespace))


@when("a pod that requests more processors than the quota has asks to enter", target_fixture="answer")
def greedy_pod(plane: Plane) -> Answer:
    (quota,) = plane.inventory.of_kind("ResourceQuota")
    # each container within the limit range, all together above the quota
    needed = int(quota.data["spec"]["hard"]["requests.cpu"]) // 4 + 1
    cpu = {"cpu": "4"}
    return plane.applier.create(
        pod(plane.namespace, [container(f"visitor-{index}", requests=cpu, limits=cpu) for index in range(needed)])
    )


@when("a pod whose container may use more memory than any may asks to enter", target_fixture="answer")
def large_pod(plane: Plane) -> Answer:
    return plane.applier.create(pod(plane.namespace, [container(limits={"memory": "1Ti"})]))


@then(parsers.parse('Pod Security refuses it as a violation of "{level}"'))
def pod_security_refuses(answer: Answer, level: str) -> None:
    refuses(answer, f'violates PodSecurity "{level}:')


@then(parsers.parse('the refusal names "{words}"'))
def names(answer: Answer, words: str) -> None:
    refuses(answer, words)


@then(parsers.parse('the quota refuses it for "{resource}"'))
def quota_refuses(answer: Answer, resource: str) -> None:
    refuses(answer, "exceeded quota: ")
    refuses(answer, resource)


@then(parsers.parse('the limit range refuses it for "{resource}"'))
def limit_range_refuses(answer: Answer, resource: str) -> None:
    refuses(answer, f"maximum {resource} usage per Container")


@then("it is admitted")
def admitted(answer: Answer) -> None:
    assert answer.accepted, answer.message


def refuses(answer: Answer, words: str) -> None:
    assert not answer.accepted, "the server accepted it"
    assert answer.reason == "Forbidden"
    assert words in answer.message


# --- drift


@given("production of the Booking System runs on a control plane")
def running(plane: Plane) -> None:
    plane.deploy()


@given(parsers.parse('somebody sets the image of the Deployment "{name}" to "{image}"'))
def set_image(plane: Plane, name: str, image: str) -> None:
    (deployment,) = (item for item in plane.inventory.of_kind("Deployment") if item.name == name)
    (first, *_) = deployment.data["spec"]["template"]["spec"]["containers"]
    containers = {"containers": [{"name": first["name"], "image": image}]}
    plane.edit("Deployment", name, {"spec": {"template": {"spec": containers}}}, manager="kubectl-set")


@given(parsers.parse('somebody deletes the {kind} "{name}"'))
def delete(plane: Plane, kind: str, name: str) -> None:
    answer = plane.applier.delete(plane.kind(kind), plane.namespace, name)
    assert answer.ok, answer.message


@given(parsers.parse('the autoscaler has given the Deployment "{name}" another replica'))
def scale(plane: Plane, name: str) -> None:
    now = plane.connection.get(plane.kind("Deployment").path(plane.namespace, name) + "/scale").body
    more = {"spec": {"replicas": now["spec"].get("replicas", 0) + 1}}
    plane.edit("Deployment", name, more, manager="kube-controller-manager", subresource="/scale")


@when("the cluster is audited", target_fixture="audited")
def audit(plane: Plane) -> Verification:
    from seatrial.audit import Wish
    from seatrial.audit import audit as judge
    from seatrial.cluster.connection import connect

    with connect(plane.kubeconfig) as read_only:
        return judge(read_only, Wish(project.MANIFESTS, "production", only=("drift",)))


@then("no drift is found")
def no_drift(audited: Verification) -> None:
    assert drifted(audited) == []
    assert len(audited.of("drift/unchanged")) >= len(audited.of("drift/missing")) > 0


@then(parsers.parse('the only drift is in "{pointer}" of the {kind} "{name}"'))
def one_field(audited: Verification, pointer: str, kind: str, name: str) -> None:
    assert drifted(audited) == [("drift/unchanged", kind, name, pointer)]


@then(parsers.parse('the only drift is that the {kind} "{name}" is missing'))
def one_missing(audited: Verification, kind: str, name: str) -> None:
    assert drifted(audited) == [("drift/missing", kind, name, "")]


def drifted(audited: Verification) -> list[tuple[str, str, str, str]]:
    return [
        (verdict.check, verdict.subject.kind, verdict.subject.name, verdict.pointer)
        for verdict in audited.verdicts
        if verdict.check.startswith("drift/") and verdict.status is not Status.PASS
    ]

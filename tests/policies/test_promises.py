"""Each promise of the architecture that a rule proves is broken in the real manifests, and the rule notices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from seatrial.engines.embedded import EmbeddedEngine
from seatrial.engines.rego import violations
from seatrial.engines.rego_input import inventory_data, prepare_all, review
from seatrial.engines.rego_sources import PolicySet
from seatrial.model.architecture import Architecture
from seatrial.model.document import Resource
from tests.manifests.rendering import traced
from tests.policies.conftest import ROOT

Object = dict[str, Any]
Change = Callable[[Object], object]

ARCHITECTURE = Architecture.load(ROOT)
AGENTS = range(1, 7)


def template(workload: Object) -> Object:
    found: Object = workload["spec"]["template"]
    return found


def spec(workload: Object) -> Object:
    found: Object = template(workload)["spec"]
    return found


def variable(workload: Object, name: str) -> Object:
    (found,) = [item for item in spec(workload)["containers"][0]["env"] if item["name"] == name]
    assert isinstance(found, dict)
    return found


def claim(workload: Object) -> Object:
    found: Object = workload["spec"]["volumeClaimTemplates"][0]
    return found


def replicas(number: int) -> Change:
    return lambda found: found["spec"].update(replicas=number)


def image(reference: str) -> Change:
    return lambda found: spec(found)["containers"][0].update(image=reference)


def env(name: str, **fields: Any) -> Change:
    def change(found: Object) -> None:
        entry = variable(found, name)
        entry.clear()
        entry.update(name=name, **fields)

    return change


def of_secret(name: str, key: str) -> Object:
    return {"secretKeyRef": {"name": name, "key": key}}


def annotation(name: str, value: str) -> Change:
    return lambda found: template(found)["metadata"]["annotations"].update({name: value})


@attrs.frozen
class Break:
    """One change of one object, and the promise that it breaks."""

    requirement: str
    check: str
    subject: str
    """Kind/name of the object that the check fails for."""
    change: Change
    changed: str = ""
    """Kind/name of the object that is changed, where it is another one."""

    def __str__(self) -> str:
        return f"{self.requirement} {self.check} {self.subject}"


INBOUND = "traffic.sidecar.istio.io/includeInboundPorts"
INJECT = "sidecar.istio.io/inject"
DATABASE = "StatefulSet/booking-agent2-postgres"
SMALL_DATABASE = "StatefulSet/booking-sub-s3-postgres"
FRONTEND = "Deployment/booking-agent3-frontend"
BACKEND = "Deployment/booking-agent3-backend"
FIRST = "Deployment/booking-sub-s1"
SECOND = "Deployment/booking-sub-s2"
CACHE = "Deployment/redis-cache"
READONLY = "ServiceAccount/booking-system-readonly"


def break_affinity(found: Object) -> None:
    affinity = spec(found)["affinity"]["nodeAffinity"]
    affinity["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"][0]["matchExpressions"][0][
        "values"
    ].append("hdd")


BREAKS = [
    # Roles
    *(
        Break(f"R{142 + 3 * number}", "metadata/declared-role", f"Deployment/booking-sub-s{number}", change)
        for number in AGENTS
        for change in (
            env("CLAUDE_AGENT_ROLE", value="any"),
            lambda found: template(found)["metadata"]["labels"].update(role="any"),
        )
    ),
    # Keys of the Claude API
    Break("R172", "secrets/own-keys", SECOND, env("CLAUDE_API_KEY", value="example")),
    Break(
        "R172",
        "secrets/own-keys",
        SECOND,
        env("CLAUDE_API_KEY", valueFrom=of_secret("booking-sub-s1-claude-api", "CLAUDE_API_KEY")),
    ),
    Break(
        "R172",
        "secrets/own-keys",
        FIRST,
        lambda found: found["spec"]["data"][0]["remoteRef"].update(key="booking-sub-s1/claude-api"),
        changed="ExternalSecret/booking-sub-s2-claude-api",
    ),
    # Replicas that nothing scales
    Break("R181", "autoscaling/declared-replicas", SMALL_DATABASE, replicas(2)),
    Break("R311", "autoscaling/declared-replicas", CACHE, replicas(1)),
    # Lines of images
    Break("R182", "images/declared-line", DATABASE, image("docker.io/library/postgres:17.2-alpine3.24")),
    Break("R182", "images/declared-line", SMALL_DATABASE, image("docker.io/library/postgres:16.15-bookworm")),
    Break("R182", "images/no-mutable-tag", DATABASE, image("docker.io/library/postgres:16-alpine")),
    Break("R312", "images/declared-line", CACHE, image("docker.io/library/redis:7.2-alpine")),
    Break("R312", "images/declared-line", CACHE, image("docker.io/library/redis:8.2.1-alpine")),
    # Databases
    Break("R183", "storage/database-volume", DATABASE, env("POSTGRES_DB", value="booking_agent3")),
    Break("R188", "storage/database-volume", SMALL_DATABASE, env("POSTGRES_DB", value="booking_sub_s4")),
    Break("R192", "storage/database-volume", DATABASE, env("POSTGRES_USER", value="booking")),
    Break(
        "R194",
        "storage/storage-class-tier",
        DATABASE,
        lambda found: spec(found)["containers"][0]["volumeMounts"][0].update(mountPath="/data"),
    ),
    Break("R195", "storage/storage-class-tier", DATABASE, lambda found: claim(found)["metadata"].update(name="data")),
    Break(
        "R196",
        "storage/storage-class-tier",
        DATABASE,
        lambda found: claim(found)["spec"]["accessModes"].append("ReadWriteMany"),
    ),
    Break(
        "R197",
        "storage/storage-class-tier",
        DATABASE,
        lambda found: claim(found)["spec"].update(storageClassName="standard"),
    ),
    Break(
        "R198",
        "storage/storage-class-tier",
        DATABASE,
        lambda found: claim(found)["spec"]["resources"]["requests"].update(storage="20G"),
    ),
    Break("R320", "storage/node-placement", DATABASE, break_affinity),
    Break("R320", "storage/node-placement", DATABASE, lambda found: spec(found).pop("affinity")),
    # Priorities
    Break(
        "R374",
        "availability/priority",
        "PriorityClass/booking-data",
        lambda found: found.update(value=found["value"] + 100_000),
        changed="PriorityClass/booking-ingress",
    ),
    Break(
        "R374", "availability/priority", DATABASE, lambda found: spec(found).update(priorityClassName="booking-batch")
    ),
    # The longest request
    Break(
        "R385",
        "availability/graceful-shutdown",
        FIRST,
        lambda found: spec(found).update(terminationGracePeriodSeconds=309),
    ),
    Break("R385", "availability/graceful-shutdown", SECOND, env("CLAUDE_API_TIMEOUT_SECONDS", value="600")),
    Break(
        "R385",
        "availability/graceful-shutdown",
        BACKEND,
        lambda found: spec(found).update(terminationGracePeriodSeconds=39),
    ),
    *(
        Break(
            "R385",
            "availability/graceful-shutdown",
            subject,
            lambda found: found["metadata"]["annotations"].update({"nginx.org/proxy-read-timeout": "60s"}),
            changed="Ingress/booking-agent3-ingress",
        )
        for subject in (FRONTEND, BACKEND)
    ),
    # Nothing is kept in application pods
    Break(
        "R141",
        "availability/stateless",
        FRONTEND,
        lambda found: spec(found)["volumes"].append({"name": "s", "persistentVolumeClaim": {"claimName": "s"}}),
    ),
    Break(
        "R141",
        "availability/stateless",
        BACKEND,
        lambda found: found["spec"].update(sessionAffinity="ClientIP"),
        changed="Service/booking-agent3-backend-service",
    ),
    # Service mesh
    Break("R143", "network/mesh-ready", CACHE, lambda found: spec(found).update(hostNetwork=True)),
    Break("R143", "network/mesh-ready", SECOND, lambda found: spec(found)["containers"][0]["ports"][1].pop("name")),
    Break(
        "R143",
        "network/mesh-ready",
        "Service/redis-cache",
        lambda found: found["spec"]["ports"][0].pop("name"),
    ),
    Break(
        "R268",
        "network/mesh-ready",
        "Namespace/booking-system",
        lambda found: found["metadata"]["labels"].update({"istio-injection": "enabled"}),
    ),
    Break("R268", "network/mesh-ready", CACHE, image("docker.io/istio/proxyv2:1.29.0")),
    Break("R269", "network/mesh-ready", FRONTEND, annotation(INJECT, "true")),
    Break("R270", "network/mesh-ready", FIRST, annotation(INBOUND, "3000")),
    Break("R270", "network/mesh-ready", BACKEND, annotation(INBOUND, "3000,8080")),
    # Rights
    *(
        Break("R286", "security/declared-accounts", READONLY, change, changed="Role/booking-system-readonly")
        for change in (
            lambda found: found["rules"][0]["resources"].append("secrets"),
            lambda found: found["rules"][1]["verbs"].append("patch"),
            lambda found: found["rules"][0]["resources"].remove("pods"),
        )
    ),
    Break(
        "R286",
        "security/declared-accounts",
        READONLY,
        lambda found: found["subjects"].append({**found["subjects"][0], "name": "booking-system-readonly"}),
        changed="RoleBinding/booking-system-admin",
    ),
    # Vertical autoscalers
    Break(
        "R245",
        "autoscaling/vpa-mode",
        "VerticalPodAutoscaler/booking-sub-s1-vpa",
        lambda found: found.update(apiVersion="autoscaling.k8s.io/v1beta2"),
    ),
]


def named(resource: Resource) -> str:
    return f"{resource.kind}/{resource.name}"


def found_by(check: str, subject: str, policies: PolicySet, changed: str, change: Change) -> list[str]:
    """What *check* says of *subject* once *change* is made to the object *changed*."""
    prepared = []
    touched = 0
    for resource, data in prepare_all(traced()):
        if named(resource) == changed:
            change(data)  # a copy: what the checks see is made anew each time
            touched += 1
        prepared.append((resource, data))
    assert touched == 1, changed
    (rule,) = [rule for rule in policies.rules if rule.id == check]
    ((resource, data),) = [(resource, data) for resource, data in prepared if named(resource) == subject]
    assert rule.looks_at(resource.group, resource.kind)
    with EmbeddedEngine() as engine:
        engine.load(policies.modules, {"inventory": inventory_data(prepared)})
        parameters = {"architecture": ARCHITECTURE.parameters()}
        (value,) = engine.evaluate(review(resource, data, parameters), [rule.package])
    return sorted(violation["msg"] for violation in violations(value, rule.package))


@pytest.mark.parametrize("broken", BREAKS, ids=str)
def test_a_broken_promise_is_a_finding_for_its_requirement(broken: Break, policies: PolicySet) -> None:
    (subject,) = [resource.subject for resource in traced().resources if named(resource) == broken.subject]
    changed = broken.changed or broken.subject

    before = found_by(broken.check, broken.subject, policies, changed, lambda _: None)
    after = found_by(broken.check, broken.subject, policies, changed, broken.change)

    assert before == []
    assert after != []
    assert broken.requirement in ARCHITECTURE.requirements_of(broken.check, subject)


def test_every_application_workload_declares_its_longest_request() -> None:
    """What declares none is judged by its hooks alone, and would prove nothing of requests."""
    serving = [item for item in ARCHITECTURE.components if item.autoscaler and not item.planned]

    assert len(serving) == 12
    assert [item.id for item in serving if item.longest_request is None] == []


def test_every_sub_agent_declares_a_key_of_its_own() -> None:
    agents = [item for item in ARCHITECTURE.components if item.tier == "sub-agents"]

    assert len(agents) == 6
    assert {item.own_secrets for item in agents} == {("CLAUDE_API_KEY",)}

"""The Pod Security rule breaks the checks that the API server's evaluator finds broken, on pods drawn around each."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from seatrial.engines.embedded import EmbeddedEngine
from tests import oracles
from tests.policies import pod_strategies

pytestmark = pytest.mark.oracle

EXAMPLES = int(os.environ.get("SEATRIAL_ORACLE_EXAMPLES", "400"))
VERSION = "v1.37"
RULE = ("security", "pod-security-restricted")

CHECKS = {
    "allowPrivilegeEscalation != false": "allowPrivilegeEscalation",
    "forbidden AppArmor profile": "appArmorProfile",
    "forbidden AppArmor profiles": "appArmorProfile",
    "forbidden sysctls": "sysctls",
    "host namespaces": "hostNamespaces",
    "hostPath volumes": "hostPathVolumes",
    "hostPort": "hostPorts",
    "hostProcess": "windowsHostProcess",
    "non-default capabilities": "capabilities",
    "privileged": "privileged",
    "probe or lifecycle host": "hostProbesAndHostLifecycle",
    "procMount": "procMount",
    "restricted volume types": "restrictedVolumes",
    "runAsNonRoot != true": "runAsNonRoot",
    "runAsUser=0": "runAsUser",
    "seLinuxOptions": "seLinuxOptions",
    "seccompProfile": "seccompProfile",
    "unrestricted capabilities": "capabilities",
}
"""Our check for each reason that upstream gives (policy/check_*.go of pod-security-admission v0.37.2)."""


@pytest.fixture(scope="module")
def upstream() -> Iterator[oracles.Oracle]:
    yield from oracles.running("pod-security-oracle")


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
@given(pod=pod_strategies.pods(), level=st.sampled_from(["baseline", "restricted"]))
def test_the_same_checks_are_broken(
    upstream: oracles.Oracle, embedded: EmbeddedEngine, pod: pod_strategies.Json, level: str
) -> None:
    answer = upstream.ask({"level": level, "version": VERSION, "pod": pod})
    [found] = embedded.evaluate({"review": {"object": pod}, "parameters": {"level": level}}, [RULE])
    broken = {CHECKS[reason] for reason in answer["reasons"]}
    for check in broken or {"admitted"}:
        event(check)

    assert {fault["details"]["check"] for fault in found} == broken
    assert (not found) == answer["allowed"]


@settings(max_examples=max(20, EXAMPLES // 8), deadline=None, suppress_health_check=list(HealthCheck))
@given(pod=pod_strategies.pods(), level=st.sampled_from(["baseline", "restricted"]))
def test_a_template_is_judged_like_its_pod(
    upstream: oracles.Oracle, embedded: EmbeddedEngine, pod: pod_strategies.Json, level: str
) -> None:
    template = {"metadata": pod["metadata"], "spec": pod["spec"]}
    deployment = {"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"template": template}}
    answer = upstream.ask({"level": level, "version": VERSION, **template})

    [found] = embedded.evaluate({"review": {"object": deployment}, "parameters": {"level": level}}, [RULE])

    assert (not found) == answer["allowed"]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "nonsense",
        "{}",
        '{"level": "strict", "version": "v1.37"}',
        '{"level": "baseline", "version": "1.37"}',
        '{"level": "baseline", "version": "v1.37", "spec": {"hostNetwork": "yes"}}',
        '{"level": "baseline", "version": "v1.37", "spec": {"HostNetwork": true}}',
    ],
)
def test_a_line_that_is_no_question_is_answered_with_its_number(line: str) -> None:
    asked = oracles.running("pod-security-oracle")
    oracle = next(asked)
    good = {"level": "privileged", "version": "latest", "spec": {"hostNetwork": True}}
    assert oracle.ask(good)["allowed"]

    answer = oracle.ask_line(line)

    assert answer["error"]
    assert answer["line"] == 2
    assert oracle.ask(good)["allowed"]
    with pytest.raises(StopIteration):
        next(asked)

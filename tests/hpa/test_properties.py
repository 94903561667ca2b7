"""What holds of the autoscaler in every state that can be drawn."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from simulator.hpa import Autoscaler, ControllerSettings, Entry, HpaSpec, Memory, MetricSpec, MetricTarget
from simulator.hpa.behavior import Range, limit, stabilize
from simulator.hpa.metrics import MetricsSnapshot, PodUsage
from simulator.hpa.pods import PodRequests, PodState
from simulator.hpa.replica_calculator import Proposal, Situation, Tolerances, propose
from simulator.hpa.spec import Behavior
from simulator.hpa.vectors import answer
from tests.hpa import vector_strategies as drawn

settings = ControllerSettings()
REQUESTS = PodRequests({"app": {"cpu": 1000}})
behaviors = drawn.behaviors.map(Behavior.from_dict)
levels = st.integers(0, 6000)
targets = st.integers(1, 200)


def evenly_loaded(replicas: int, milli_cpu: int) -> tuple[list[PodState], MetricsSnapshot]:
    pods = [PodState(f"pod-{number}", REQUESTS, started_at=-1e6, ready_changed_at=-9e5) for number in range(replicas)]
    return pods, MetricsSnapshot(usage=[PodUsage(pod.name, 0, 15, {"app": {"cpu": milli_cpu}}) for pod in pods])


def proposed(replicas: int, milli_cpu: int, target: int, tolerance: float = 0.1) -> Proposal:
    metric = MetricSpec("Resource", "cpu", MetricTarget("Utilization", average_utilization=target))
    pods, metrics = evenly_loaded(replicas, milli_cpu)
    tolerances = Tolerances(tolerance, tolerance)
    return propose(metric, Situation(0, replicas, replicas, pods, metrics, tolerances, settings))


@given(vector=drawn.reconciliations())
def test_replicas_end_within_the_limits_unless_nothing_could_be_decided(vector: drawn.Vector) -> None:
    before, hpa = vector["scale"]["spec"], vector["hpa"]
    answered = answer(vector)

    if before == 0 and answered["replicas"] == 0:
        return
    assert hpa.get("minReplicas", 1) <= answered["replicas"] <= hpa["maxReplicas"]


@given(vector=drawn.reconciliations(), data=st.data())
def test_the_order_of_pods_and_metrics_makes_no_difference(vector: drawn.Vector, data: st.DataObject) -> None:
    shuffled = {**vector, "pods": data.draw(st.permutations(vector["pods"]))}
    shuffled["metrics"] = {**vector["metrics"], "resource": data.draw(st.permutations(vector["metrics"]["resource"]))}
    answers = [answer(vector), answer(shuffled)]
    for answered in answers:
        answered.pop("message", None)

    assert answers[0] == answers[1]


@given(replicas=st.integers(1, 20), target=st.integers(1, 90).map(lambda tens: 10 * tens), data=st.data())
def test_inside_the_tolerance_nothing_changes(replicas: int, target: int, data: st.DataObject) -> None:
    utilization = data.draw(st.integers(target * 9 // 10, target * 11 // 10))

    assert proposed(replicas, 10 * utilization, target).replicas == replicas


@given(replicas=st.integers(1, 20), target=targets, lower=levels, more=levels, tolerance=st.floats(0, 0.5))
def test_more_load_never_proposes_fewer_replicas(
    replicas: int, target: int, lower: int, more: int, tolerance: float
) -> None:
    light = proposed(replicas, lower, target, tolerance)
    heavy = proposed(replicas, lower + more, target, tolerance)

    assert light.replicas <= heavy.replicas


@given(replicas=st.integers(1, 20), target=targets, level=levels)
def test_without_tolerance_it_proposes_the_ceiling_of_the_ratio(replicas: int, target: int, level: int) -> None:
    assert proposed(replicas, level, target, 0.0).replicas == math.ceil((level // 10) / target * replicas)


@given(
    current=st.integers(0, 200),
    desired=st.integers(0, 200),
    behavior=behaviors,
    ups=st.lists(st.builds(Entry, st.integers(0, 40), st.integers(-2000, 0)), max_size=4),
    downs=st.lists(st.builds(Entry, st.integers(0, 40), st.integers(-2000, 0)), max_size=4),
)
def test_policies_never_turn_a_change_around_or_lengthen_it(
    current: int, desired: int, behavior: Behavior, ups: list[Entry], downs: list[Entry]
) -> None:
    memory = Memory(scale_ups=ups, scale_downs=downs)
    replicas = limit(memory, desired, Range(current, 0, 1000), behavior, 0.0).replicas

    assert min(current, desired) <= replicas <= max(current, desired)


@given(current=st.integers(0, 50), desired=st.integers(0, 50), behavior=behaviors, history=drawn.entries)
def test_windows_lead_nowhere_beyond_what_was_recommended(
    current: int, desired: int, behavior: Behavior, history: list[dict[str, float]]
) -> None:
    remembered = [Entry(int(entry["replicas"]), -entry["secondsAgo"]) for entry in history]
    stabilized = stabilize(Memory(list(remembered)), desired, current, behavior, 0.0, settings)
    recommended = [desired, *(entry.replicas for entry in remembered)]

    assert min(current, *recommended) <= stabilized <= max(current, *recommended)


@given(
    replicas=st.integers(1, 10),
    target=st.integers(20, 90),
    level=st.integers(100, 2000),
    behavior=st.one_of(st.none(), st.just(Behavior.from_dict({}))),
)
def test_a_constant_load_comes_to_rest(replicas: int, target: int, level: int, behavior: Behavior | None) -> None:
    """The same total work, spread over whatever replicas there are, ends in a number that stays."""
    metric = MetricSpec("Resource", "cpu", MetricTarget("Utilization", average_utilization=target))
    autoscaler = Autoscaler(HpaSpec(max_replicas=1000, metrics=(metric,), behavior=behavior))
    work, now, seen = replicas * level, 0.0, []
    for _ in range(80):
        now += 15.0
        pods, metrics = evenly_loaded(replicas, work // replicas)
        replicas = autoscaler.reconcile(now, replicas, replicas, pods, metrics).replicas
        seen.append(replicas)

    assert len(set(seen[-20:])) == 1

"""Runs of scenarios: reproducible, as long as they need to be, and plain about what they could not decide."""

from __future__ import annotations

import json
import math
from typing import Any

import attrs
import pytest

import simulator
from seatrial.model.architecture.scenarios import Profile
from seatrial.model.errors import InputError
from simulator import Target
from simulator.measures import AVAILABILITY, ERRORS, LATENCY
from tests.simulator.small_systems import (
    assumption,
    autoscaler,
    cpu_target,
    deployment,
    fault,
    scenario,
    service,
    step,
    twin_of,
)

FAST = Target(LATENCY, 5.0, at_most=True)


def shop(folder, *, rate: float = 5.0, fails: float = 0.0, **changes: Any):
    test = attrs.evolve(scenario(60.0, ("get", rate, Profile("burst", 10.0, 0, 0, 10, 5, 10, 5, 3))), **changes)
    return twin_of(
        folder,
        [deployment("web", replicas=1), service("web"), autoscaler("web", "web", 1, 5, cpu_target(50))],
        {"get": [step("call", "web", step("cpu", "work"), step("fail", "bugs"))]},
        test,
        numbers={"work": assumption("work", 0.05, "exponential"), "bugs": fails},
    )


def test_one_seed_gives_one_result_on_any_number_of_processes(tmp_path):
    twin = shop(tmp_path)
    alone = simulator.run(twin, "test", seed=9, replications=4, workers=1, targets=[FAST])
    shared = simulator.run(twin, "test", seed=9, replications=4, workers=2, targets=[FAST])

    assert alone.requests > 1000
    assert json.dumps(alone.to_json(), sort_keys=True) == json.dumps(shared.to_json(), sort_keys=True)


def test_another_seed_gives_another_result(tmp_path):
    twin = shop(tmp_path)
    one, other = (simulator.run(twin, "test", seed=seed, replications=2, workers=1) for seed in (1, 2))

    assert one.latency["user"].overall != other.latency["user"].overall


def test_variants_of_a_system_see_the_same_requests(tmp_path):
    """Common random numbers: doubling the CPU makes no single arrival or demand differ, so it can only help."""
    twin = shop(tmp_path, rate=8.0)
    (workload,) = twin.topology.workloads
    faster = attrs.evolve(
        twin, topology=attrs.evolve(twin.topology, workloads=(attrs.evolve(workload, cpu_limit=2.0),), autoscalers=())
    )
    twin = attrs.evolve(twin, topology=attrs.evolve(twin.topology, autoscalers=()))
    slow, fast = (simulator.run(system, "test", seed=1, replications=2, workers=1) for system in (twin, faster))

    assert slow.requests == fast.requests
    assert fast.latency["user"].overall["p95"].value < slow.latency["user"].overall["p95"].value


def test_a_clear_objective_needs_no_more_than_the_minimum(tmp_path):
    result = simulator.run(shop(tmp_path, minimum=3, maximum=9), "test", workers=1, targets=[FAST])

    assert result.replications == 3
    assert [found.outcome for found in result.judgements] == ["pass"]


def test_a_close_objective_is_replicated_up_to_the_maximum_and_then_left_open(tmp_path):
    twin = shop(tmp_path, fails=0.05, minimum=2, maximum=5)
    exact = Target(ERRORS, 0.05, at_most=True)
    result = simulator.run(twin, "test", workers=1, targets=[exact])
    (judgement,) = result.judgements

    assert result.replications == 5
    assert judgement.outcome == "inconclusive"
    assert judgement.interval.low < 0.05 < judgement.interval.high
    assert judgement.needed > 5


def test_an_objective_fails_when_even_the_better_bound_does(tmp_path):
    twin = shop(tmp_path, fails=0.05)
    (judgement,) = simulator.run(twin, "test", workers=1, targets=[Target(ERRORS, 0.001, at_most=True)]).judgements

    assert judgement.outcome == "fail"
    assert judgement.interval.low > 0.001


def test_without_failures_the_error_bound_follows_from_the_number_of_requests(tmp_path):
    result = simulator.run(
        shop(tmp_path, rate=1.0), "test", workers=1, replications=2, targets=[Target(ERRORS, 0.5, at_most=True)]
    )
    (judgement,) = result.judgements
    requests = result.outcomes["get"]["ok"]

    assert judgement.interval.value == 0.0
    assert judgement.interval.high == pytest.approx(1.0 - 0.025 ** (1.0 / requests))


def test_an_indicator_that_a_scenario_does_not_have_is_not_judged(tmp_path):
    result = simulator.run(
        shop(tmp_path), "test", workers=1, replications=2, targets=[Target(AVAILABILITY, 0.999, at_most=False)]
    )

    assert result.judgements == ()


def test_an_unknown_scenario_is_answered_with_the_nearest_name(tmp_path):
    with pytest.raises(InputError, match=r"did you mean test\?"):
        simulator.run(shop(tmp_path), "tset")


def test_a_fault_that_would_hit_nothing_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"^test:1:1: .*'wep'.*did you mean web"):
        shop(tmp_path, faults=(fault("wep", 10.0),))


def test_no_replications_are_too_few(tmp_path):
    with pytest.raises(InputError, match="0 replications"):
        simulator.run(shop(tmp_path), "test", replications=0)


def test_an_assumption_that_is_not_declared_is_named(tmp_path):
    with pytest.raises(InputError, match=r"'wrok'.*did you mean work"):
        twin_of(
            tmp_path,
            [deployment("web"), service("web")],
            {"get": [step("call", "web", step("cpu", "wrok"))]},
            numbers={"work": 1.0},
        )


def test_a_result_is_json_without_infinities_even_with_one_replication(tmp_path):
    result = simulator.run(shop(tmp_path), "test", workers=1, replications=1, targets=[FAST])
    text = json.dumps(result.to_json(), allow_nan=False)

    assert json.loads(text)["objectives"]["latency-p95"]["high"] is None
    assert result.judgements[0].outcome == "inconclusive"
    assert result.judgements[0].interval.high == math.inf


def test_a_result_tells_the_replicas_over_time_within_their_limits(tmp_path):
    plain = simulator.run(shop(tmp_path, rate=12.0), "test", workers=1, replications=3).to_json()
    (hpa,) = plain["hpa"].values()

    assert len(plain["times"]) == len(hpa["mean"]) == len(plain["latency"]["user"]["p95"])
    assert (hpa["min_replicas"], hpa["max_replicas"]) == (1, 5)
    assert all(low <= mean <= high for low, mean, high in zip(hpa["min"], hpa["mean"], hpa["max"], strict=True))
    assert max(hpa["max"]) == hpa["most"] > 1
    changed = [found for found in plain["decisions"] if found["desired"] != found["current"]]
    assert changed
    assert all(found["reason"] for found in changed)
    assert "work" in plain["assumptions"]

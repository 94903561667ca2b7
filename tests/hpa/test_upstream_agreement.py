"""Our autoscaler against the real one, linked into a Go program, on states drawn near every rule's edge."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from simulator.hpa.controller import Autoscaler
from simulator.hpa.fields import Fields
from simulator.hpa.memory import Entry
from simulator.hpa.spec import HpaSpec
from simulator.hpa.vectors import VectorMetrics, answer, conditions_from, pods_from, settings_from
from tests.hpa import vector_strategies as drawn
from tests.oracles import Oracle

pytestmark = pytest.mark.oracle

EXAMPLES = int(os.environ.get("SEATRIAL_ORACLE_EXAMPLES", "400"))
exhaustively = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


def compared(answered: dict[str, Any], *keys: str) -> dict[str, Any]:
    if answered.get("error"):
        # Upstream's replicas mean nothing beside an error of one metric.
        keys = tuple(key for key in keys if key != "replicas")
    return {"error": bool(answered.get("error")), **{key: answered.get(key) for key in keys}}


@exhaustively
@given(vector=drawn.proposals())
def test_each_metric_proposes_what_upstream_proposes(oracle: Oracle, vector: drawn.Vector) -> None:
    assert compared(answer(vector), "replicas") == compared(oracle.ask(vector), "replicas")


@exhaustively
@given(vector=drawn.rates())
def test_policies_and_limits_give_what_upstream_gives(oracle: Oracle, vector: drawn.Vector) -> None:
    assert compared(answer(vector), "replicas", "reason") == compared(oracle.ask(vector), "replicas", "reason")


@exhaustively
@given(vector=drawn.stabilizations())
def test_windows_give_what_upstream_gives(oracle: Oracle, vector: drawn.Vector) -> None:
    assert compared(answer(vector), "replicas") == compared(oracle.ask(vector), "replicas")


@exhaustively
@given(vector=drawn.reconciliations())
def test_one_pass_writes_what_upstream_writes(oracle: Oracle, vector: drawn.Vector) -> None:
    upstream = oracle.ask(vector)
    limited = {entry["type"]: entry["reason"] for entry in upstream["conditions"]}.get("ScalingLimited")

    ours = answer(vector)

    # Where metrics fail the replicas still count: upstream may scale on those that work.
    assert (upstream["replicas"], upstream["error"], limited) == (ours["replicas"], ours["error"], ours.get("reason"))


@exhaustively
@given(vector=drawn.sequences())
def test_passes_in_a_row_keep_the_same_memory_and_conditions(oracle: Oracle, vector: drawn.Vector) -> None:
    upstream = [
        {key: one[key] for key in ("replicas", "error", "conditions", "memory")} for one in oracle.ask(vector)["passes"]
    ]

    assert upstream == passes_of(vector)


def entries(remembered: list[Entry], now: float) -> list[dict[str, float]]:
    return [{"replicas": entry.replicas, "secondsAgo": now - entry.at} for entry in remembered]


def passes_of(vector: drawn.Vector) -> list[dict[str, Any]]:
    fields = Fields(vector)
    autoscaler = Autoscaler(HpaSpec.from_spec(vector["hpa"]), settings_from(fields), conditions=conditions_from(fields))
    now = 0.0
    scale = (0, 0)
    outcomes = []
    for one in fields.objects("passes"):
        now += one.number("afterSeconds")
        if one.has("scale"):
            scale = (one.object("scale").integer("spec"), one.object("scale").integer("status"))
        decision = autoscaler.reconcile(now, *scale, pods_from(one, now), VectorMetrics.read(one, now))
        scale = (decision.replicas, decision.replicas)
        memory = autoscaler.memory
        outcomes.append(
            {
                "replicas": decision.replicas,
                "error": bool(decision.error),
                "conditions": [
                    {"type": condition.type, "status": str(condition.status), "reason": condition.reason}
                    for condition in decision.conditions
                ],
                "memory": {
                    "recommendations": entries(memory.recommendations or [], now),
                    "scaleUpEvents": entries(memory.scale_ups, now),
                    "scaleDownEvents": entries(memory.scale_downs, now),
                },
            }
        )
    return outcomes

"""The availability model against renewal theory and against outages worked out by hand."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from simulator.availability import simulate_month
from simulator.statistics import mean_interval
from tests.simulator.small_systems import assumption, deployment, scenario, service, step, twin_of

ROLES = (
    "node_failure_rate",
    "node_detection",
    "node_replacement",
    "node_drain_rate",
    "node_drain",
    "pod_crash_rate",
    "volume_attach",
    "database_recovery",
    "edge_failure_rate",
    "edge_recovery",
    "external_outage_rate",
    "external_outage",
    "external_outage_share",
)
QUIET = {
    "node_failure_rate": 0.0,
    "node_detection": 50.0,
    "node_replacement": 600.0,
    "node_drain_rate": 0.0,
    "node_drain": 300.0,
    "pod_crash_rate": 0.0,
    "volume_attach": 30.0,
    "database_recovery": 20.0,
    "edge_failure_rate": 0.0,
    "edge_recovery": 100.0,
    "external_outage_rate": 0.0,
    "external_outage": 100.0,
    "external_outage_share": 1.0,
    "start": 9.0,
}
DATABASE: dict[str, Any] = {"volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": {}}]}
SPREAD = {"topologySpreadConstraints": [{"topologyKey": "kubernetes.io/hostname"}]}


def tolerating(seconds: int) -> dict[str, Any]:
    return {"tolerations": [{"key": "node.kubernetes.io/unreachable", "tolerationSeconds": seconds}]}


def month(folder, manifests, steps, *, days: float = 30.0, seed: int = 1, replication: int = 0, numbers=None, nodes=5):
    given = {**QUIET, **(numbers or {})}
    test = attrs.evolve(scenario(1.0), kind="availability", duration=days, load=())
    roles = {role: role for role in ROLES}
    twin = twin_of(folder, manifests, {"a": steps}, test, numbers=given, availability=roles, nodes=nodes)
    return simulate_month(twin, test, seed, replication)


def test_nothing_fails_when_nothing_happens(tmp_path):
    record = month(tmp_path, [deployment("web"), service("web")], [step("call", "web")])

    assert (record.overall, record.external_success) == (1.0, 1.0)
    assert record.outages == {"shop/web": []}


def test_a_single_pod_that_crashes_has_the_availability_of_a_renewal_process(tmp_path):
    # Down for 1 s until the endpoints know, 9 s of start, 1 s until they know again, after 86400/200 s of life in mean.
    found = [
        month(
            tmp_path,
            [deployment("web"), service("web")],
            [step("call", "web")],
            numbers={"pod_crash_rate": 200.0},
            days=10.0,
            replication=number,
        ).overall
        for number in range(10)
    ]
    interval = mean_interval(found, 0.99)
    up, down = 86_400 / 200.0, 11.0

    assert interval.low <= up / (up + down) <= interval.high
    assert interval.high - interval.low < 0.005


def test_tiers_in_series_multiply_and_an_unneeded_one_does_not_count(tmp_path):
    manifests = [deployment("web"), service("web"), deployment("db"), service("db"), deployment("c"), service("c")]
    steps = [step("call", "web", step("call", "c", optional=True), step("query", "db"))]
    up, down = 86_400 / 200.0, 11.0
    found = [
        month(tmp_path, manifests, steps, numbers={"pod_crash_rate": 200.0}, days=10.0, replication=number).overall
        for number in range(10)
    ]
    interval = mean_interval(found, 0.99)

    assert interval.low <= (up / (up + down)) ** 2 <= interval.high


def test_a_database_that_few_requests_need_costs_few_of_them(tmp_path):
    manifests = [deployment("db"), service("db"), deployment("web"), service("web")]
    needed = [step("branch", "rarely", step("call", "db"))]
    found = month(tmp_path, manifests, needed, numbers={"pod_crash_rate": 400.0, "rarely": 0.25})
    always = month(tmp_path, manifests, [step("call", "db")], numbers={"pod_crash_rate": 400.0, "rarely": 0.25})

    # Common random numbers: the same outages in both.
    assert 1.0 - found.overall == pytest.approx(0.25 * (1.0 - always.overall), rel=1e-9)
    assert always.overall < 1.0


def test_a_dead_node_costs_a_stateless_tier_its_share_until_it_is_noticed(tmp_path):
    # One failure of the single node that holds one of the two pods fails half the calls for 50 s, never all of them.
    record = month(
        tmp_path,
        [deployment("web", replicas=2, pod={**SPREAD, **tolerating(30)}), service("web")],
        [step("call", "web")],
        numbers={"node_failure_rate": 0.2},
        nodes=40,
        days=400.0,
    )

    # Two nodes with a pod, each 0.2 failures a day: 0.4 * 400 in mean, each of half of 50 s. (A failure of both at
    # once is rarer than one in a thousand.)
    lost = (1.0 - record.overall) * 400 * 86_400
    assert lost / 25.0 == pytest.approx(0.4 * 400, rel=0.25)


@pytest.mark.parametrize(
    "toleration, replacement, expected",
    [
        # 50 s until noticed, 30 s of toleration, but the pod is held until the node is replaced after 600 s.
        (30, 600.0, 600.0),
        # The toleration outlasts the node's absence.
        (1200, 600.0, 1250.0),
    ],
)
def test_a_database_comes_back_when_its_node_is_gone_and_its_volume_is_free(
    tmp_path, toleration, replacement, expected
):
    record = month(
        tmp_path,
        [deployment("db", kind="StatefulSet", pod=tolerating(toleration), **DATABASE), service("db")],
        [step("call", "db")],
        numbers={"node_failure_rate": 0.05, "node_replacement": replacement},
        days=400.0,
    )

    # Then 9 s of start, 2 s of scheduling, 30 s for the volume, 20 s of recovery and 1 s for the endpoints.
    assert len(record.outages["shop/db"]) > 5
    assert record.outages["shop/db"] == pytest.approx([expected + 62.0] * len(record.outages["shop/db"]))


def test_a_drain_moves_a_database_without_recovery_and_spares_replicas_that_are_spread(tmp_path):
    record = month(
        tmp_path,
        [
            deployment("db", kind="StatefulSet", **DATABASE),
            service("db"),
            deployment("web", replicas=2, pod=SPREAD),
            service("web"),
        ],
        [step("call", "web", step("query", "db"))],
        numbers={"node_drain_rate": 0.05},
        days=200.0,
    )

    assert record.outages["shop/db"] == pytest.approx([9 + 2 + 30 + 1.0] * len(record.outages["shop/db"]))
    assert record.outages["shop/web"] == []


def test_the_edge_takes_everything_with_it(tmp_path):
    found = [
        month(
            tmp_path,
            [deployment("web"), service("web")],
            [step("call", "web")],
            numbers={"edge_failure_rate": 100.0, "edge_recovery": assumption("e", 100.0, "exponential")},
            replication=number,
        ).overall
        for number in range(10)
    ]
    interval = mean_interval(found, 0.99)

    assert interval.low <= 864.0 / (864.0 + 100.0) <= interval.high


def test_requests_that_the_application_fails_by_itself_are_counted(tmp_path):
    record = month(
        tmp_path,
        [deployment("web"), service("web")],
        [step("call", "web", step("fail", "bugs"))],
        numbers={"bugs": 0.002},
    )

    assert record.overall == pytest.approx(0.998)

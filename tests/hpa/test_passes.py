"""What an autoscaler does pass by pass: its memory, its conditions, and what it tells about its reasons."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from simulator.hpa import (
    Autoscaler,
    ControllerSettings,
    Decision,
    Entry,
    HpaSpec,
    MetricsSnapshot,
    PodRequests,
    PodState,
    PodUsage,
    Reason,
)

REQUESTS = PodRequests({"app": {"cpu": 1000}})
CPU_50 = {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}}
QUEUE = {"type": "External", "external": {"metric": {"name": "queue"}, "target": {"type": "Value", "value": "10"}}}


class Cluster:
    """A Deployment that follows its autoscaler at once, each pod under the same load."""

    def __init__(self, replicas: int, settings: ControllerSettings | None = None, **spec: Any) -> None:
        read = HpaSpec.from_spec({"minReplicas": 1, "maxReplicas": 100, "metrics": [CPU_50], **spec})
        self.autoscaler = Autoscaler(read, settings or ControllerSettings())
        self.replicas = replicas
        self.now = 0.0

    def sync(self, milli_cpu: int | None = None, *, after: float = 15.0, queue: int | None = None) -> Decision:
        self.now += after
        pods = [PodState(f"pod-{n}", REQUESTS, started_at=-1000, ready_changed_at=-900) for n in range(self.replicas)]
        metrics = MetricsSnapshot(
            usage=[PodUsage(pod.name, self.now, 15, {"app": {"cpu": milli_cpu}}) for pod in pods]
            if milli_cpu is not None
            else (),
            by_series={} if queue is None else {"queue": [queue]},
        )
        decision = self.autoscaler.reconcile(self.now, self.replicas, self.replicas, pods, metrics)
        self.replicas = decision.replicas
        return decision

    def recommendations(self) -> list[Entry]:
        remembered = self.autoscaler.memory.recommendations
        assert remembered is not None
        return remembered


def reasons(decision: Decision) -> dict[str, tuple[bool, str]]:
    return {condition.type: (condition.status, condition.reason) for condition in decision.conditions}


class TestScalingDown:
    def test_waits_until_the_last_higher_recommendation_is_older_than_the_window(self) -> None:
        cluster = Cluster(8)
        cluster.sync(500)

        held = [cluster.sync(100).replicas for _ in range(20)]

        assert held == [8] * 20
        assert cluster.sync(100).replicas == 2

    def test_with_behavior_the_window_ends_one_moment_earlier(self) -> None:
        cluster = Cluster(8, behavior={})
        cluster.sync(500)

        held = [cluster.sync(100).replicas for _ in range(19)]

        assert held == [8] * 19
        assert cluster.sync(100).replicas == 2

    def test_a_restart_of_the_controller_forgets_the_window_but_starts_a_new_one(self) -> None:
        cluster = Cluster(8)
        cluster.sync(500)
        cluster.sync(100, after=290)
        cluster.autoscaler.restart()

        held = [cluster.sync(100).replicas for _ in range(21)]

        assert held == [8] * 21
        assert cluster.sync(100).replicas == 2

    def test_a_policy_of_one_pod_a_minute_takes_a_minute_for_each(self) -> None:
        cluster = Cluster(
            8,
            behavior={
                "scaleDown": {
                    "stabilizationWindowSeconds": 0,
                    "policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}],
                }
            },
        )

        assert [cluster.sync(100).replicas for _ in range(9)] == [7, 7, 7, 7, 6, 6, 6, 6, 5]


class TestMemory:
    def test_expired_recommendations_are_overwritten_so_that_it_does_not_grow(self) -> None:
        cluster = Cluster(4)

        for _ in range(1000):
            cluster.sync(500)

        assert len(cluster.recommendations()) <= 300 / 15 + 2

    def test_a_recommendation_stays_while_the_longer_of_both_windows_needs_it(self) -> None:
        windows = {"scaleUp": {"stabilizationWindowSeconds": 60}, "scaleDown": {"stabilizationWindowSeconds": 0}}
        cluster = Cluster(4, behavior=windows)

        for _ in range(20):
            cluster.sync(500)

        assert {0, 15, 30, 45, 60} <= {cluster.now - entry.at for entry in cluster.recommendations()}

    def test_the_first_pass_remembers_the_replicas_it_found(self) -> None:
        cluster = Cluster(4)
        cluster.sync(1000)

        assert cluster.recommendations() == [Entry(4, 15.0), Entry(8, 15.0)]

    def test_without_behavior_no_event_is_kept(self) -> None:
        cluster = Cluster(4)
        cluster.sync(1000)

        assert cluster.autoscaler.memory.scale_ups == []

    def test_with_behavior_the_size_of_each_change_is_kept_and_its_slot_reused(self) -> None:
        cluster = Cluster(4, behavior={})
        cluster.sync(1000)
        first = list(cluster.autoscaler.memory.scale_ups)
        cluster.sync(1000, after=16)

        assert first == [Entry(4, 15.0)]
        assert cluster.autoscaler.memory.scale_ups == [Entry(8, 31.0)]

    def test_an_event_exactly_as_old_as_the_period_keeps_its_slot(self) -> None:
        cluster = Cluster(4, behavior={})
        cluster.sync(1000)
        cluster.sync(1000, after=15)

        assert cluster.autoscaler.memory.scale_ups == [Entry(4, 15.0), Entry(8, 30.0)]


class TestScaleToZero:
    def test_an_autoscaler_leaves_only_the_zero_that_it_made(self) -> None:
        cluster = Cluster(2, minReplicas=0, metrics=[QUEUE])
        cluster.autoscaler.memory.recommendations = []

        slept = cluster.sync(queue=0)
        woken = cluster.sync(queue=25_000, after=600)

        assert (slept.replicas, reasons(slept)["ScaledToZero"]) == (0, (True, "ScaledToZero"))
        assert (woken.replicas, reasons(woken)["ScaledToZero"]) == (3, (False, "NotScaledToZero"))

    def test_a_zero_made_by_hand_disables_it(self) -> None:
        cluster = Cluster(0, metrics=[QUEUE])

        decision = cluster.sync(queue=25_000)

        assert decision.replicas == 0
        assert reasons(decision)["ScalingActive"] == (False, "ScalingDisabled")
        assert decision.last_scale_decision.reason is Reason.SCALING_DISABLED

    def test_a_zero_without_a_metric_that_could_wake_it_is_not_called_its_own(self) -> None:
        cluster = Cluster(2, minReplicas=0)
        cluster.autoscaler.memory.recommendations = []

        decision = cluster.sync(0)

        assert (decision.replicas, reasons(decision)["ScaledToZero"]) == (0, (False, "NotScaledToZero"))

    def test_with_its_gate_off_it_never_wakes(self) -> None:
        cluster = Cluster(2, ControllerSettings(scale_to_zero=False), minReplicas=0, metrics=[QUEUE])
        cluster.autoscaler.memory.recommendations = []

        assert cluster.sync(queue=0).condition("ScaledToZero") is None
        assert cluster.sync(queue=25_000, after=600).replicas == 0


class TestReasons:
    """Each outcome names the step that had the last word."""

    def told(self, decision: Decision) -> tuple[Reason, int, int]:
        last = decision.last_scale_decision
        return last.reason, last.current_replicas, last.desired_replicas

    def test_a_metric_asked_for_it(self) -> None:
        decision = Cluster(3).sync(800)

        assert self.told(decision) == (Reason.METRIC_RECOMMENDATION, 3, 5)
        assert decision.last_scale_decision.message == "Resource metric cpu asks for 5 replicas"
        assert decision.rescale_reason == "Resource metric cpu above target"

    def test_the_metric_is_near_enough(self) -> None:
        assert self.told(Cluster(3).sync(540)) == (Reason.WITHIN_TOLERANCE, 3, 3)

    def test_a_window_held_it_back(self) -> None:
        decision = Cluster(6).sync(100)

        assert self.told(decision) == (Reason.STABILIZED, 6, 6)
        assert (decision.recommended, decision.stabilized) == (2, 6)
        assert reasons(decision)["AbleToScale"] == (True, "ScaleDownStabilized")

    def test_an_upward_window_held_it_back(self) -> None:
        cluster = Cluster(3, behavior={"scaleUp": {"stabilizationWindowSeconds": 60}})
        decision = cluster.sync(900)

        assert self.told(decision) == (Reason.STABILIZED, 3, 3)
        assert reasons(decision)["AbleToScale"] == (True, "ScaleUpStabilized")

    def test_a_policy_shortened_the_step(self) -> None:
        decision = Cluster(3).sync(5000)

        assert self.told(decision) == (Reason.POLICY_LIMITED, 3, 6)
        assert reasons(decision)["ScalingLimited"] == (True, "ScaleUpLimit")

    @pytest.mark.parametrize(
        "replicas, milli_cpu, limits, after",
        [(3, 900, {"maxReplicas": 4}, 4), (1, 900, {"minReplicas": 2}, 2), (9, 900, {"maxReplicas": 4}, 4)],
    )
    def test_a_limit_decided(self, replicas: int, milli_cpu: int, limits: dict[str, int], after: int) -> None:
        assert self.told(Cluster(replicas, None, **limits).sync(milli_cpu)) == (Reason.REPLICA_LIMIT, replicas, after)

    def test_a_raised_minimum_decided_from_zero(self) -> None:
        cluster = Cluster(2, minReplicas=0, metrics=[QUEUE])
        cluster.autoscaler.memory.recommendations = []
        cluster.sync(queue=0)
        cluster.autoscaler.spec = attrs.evolve(cluster.autoscaler.spec, min_replicas=3)

        assert self.told(cluster.sync(queue=0, after=600)) == (Reason.REPLICA_LIMIT, 0, 3)

    def test_no_metric_answered(self) -> None:
        decision = Cluster(3).sync()

        assert self.told(decision) == (Reason.RECOMMENDATION_FAILED, 3, 3)
        assert decision.error.startswith("invalid metrics (1 invalid out of 1), first error is: no metrics returned")
        assert reasons(decision)["ScalingActive"] == (False, "FailedGetResourceMetric")

    def test_some_metrics_failed_and_the_others_would_scale_down(self) -> None:
        decision = Cluster(6, metrics=[CPU_50, QUEUE]).sync(100)

        assert self.told(decision) == (Reason.INVALID_METRICS, 6, 6)
        assert [proposal.replicas for proposal in decision.proposals] == [2, None]

    def test_some_metrics_failed_and_the_others_scale_up(self) -> None:
        decision = Cluster(3, metrics=[QUEUE, CPU_50]).sync(800)

        assert self.told(decision) == (Reason.METRIC_RECOMMENDATION, 3, 5)
        assert decision.error
        assert reasons(decision)["ScalingActive"] == (True, "ValidMetricFound")

    def test_some_metrics_failed_and_the_others_hold(self) -> None:
        decision = Cluster(3, metrics=[QUEUE, CPU_50]).sync(500)

        assert self.told(decision) == (Reason.WITHIN_TOLERANCE, 3, 3)
        assert reasons(decision)["ScalingActive"] == (True, "ValidMetricFound")

    def test_pods_shared_with_another_autoscaler_stop_it(self) -> None:
        cluster = Cluster(3)
        pods = [PodState("pod", REQUESTS)]

        decision = cluster.autoscaler.reconcile(0, 3, 3, pods, MetricsSnapshot(), selector_error="AmbiguousSelector")

        assert self.told(decision) == (Reason.RECOMMENDATION_FAILED, 3, 3)
        assert reasons(decision)["ScalingActive"] == (False, "AmbiguousSelector")


def test_each_proposal_tells_its_usage_utilization_and_ratio() -> None:
    (proposal,) = Cluster(4).sync(777).proposals

    assert (proposal.replicas, proposal.usage, proposal.utilization, proposal.ratio) == (7, 777, 77, 77 / 50)
    assert not proposal.within_tolerance


def test_a_condition_keeps_its_time_while_its_status_stays() -> None:
    cluster = Cluster(4)
    cluster.sync(500)
    cluster.sync()

    active, able = (cluster.sync(500).condition(name) for name in ("ScalingActive", "AbleToScale"))

    assert active is not None
    assert able is not None
    assert (active.since, able.since) == (45.0, 15.0)

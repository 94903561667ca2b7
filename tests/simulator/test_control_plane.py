"""Pod start-up, metrics and the HPA in the loop, against timings and replica counts worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st

from seatrial.model.architecture.scenarios import PodMetric, Profile
from simulator.cluster import Workload
from simulator.replication import replicate
from simulator.sampling import MetricsServer, Prometheus, extrapolated_rate
from simulator.streams import Streams
from tests.simulator.small_systems import HERE, autoscaler, cpu_target, deployment, scenario, service, step, twin_of


def workload_of(folder, env, **changes: Any) -> Workload:
    numbers = changes.pop("numbers", {})
    twin = twin_of(folder, [deployment("web", **changes), service("web")], {}, numbers=numbers)
    return Workload(env, twin, 0, Streams(1, 0))


@pytest.mark.parametrize(
    "probes, expected",
    [
        # Scheduled at 2; up 8 s after the start of the container.
        ({}, 2.0),
        ({"readinessProbe": {"periodSeconds": 5}}, 2 + 10),
        ({"readinessProbe": {"periodSeconds": 5, "initialDelaySeconds": 9}}, 2 + 9),
        ({"readinessProbe": {"periodSeconds": 5, "successThreshold": 2}}, 2 + 15),
        ({"startupProbe": {"periodSeconds": 3, "failureThreshold": 10}}, 2 + 9),
        ({"startupProbe": {"periodSeconds": 3, "failureThreshold": 10}, "readinessProbe": {"periodSeconds": 5}}, 2 + 9),
        # Probes at 1 and 4 fail twice: restarted at 7, then every 6 s for ever.
        ({"startupProbe": {"periodSeconds": 3, "initialDelaySeconds": 1, "failureThreshold": 2}}, math.inf),
    ],
)
def test_a_pod_is_ready_when_its_probes_have_seen_it(tmp_path, probes, expected):
    env = simpy.Environment()
    workload = workload_of(tmp_path, env, container=probes)
    workload.scale(2)
    env.run(until=200.0)

    pod = workload.pods[-1]
    assert pod.ready is math.isfinite(expected)
    if pod.ready:
        assert pod.ready_changed == pytest.approx(expected)


def test_init_containers_and_an_image_pull_come_before_the_start(tmp_path):
    env = simpy.Environment()
    init = [{"name": "one", "image": "i:1"}, {"name": "two", "image": "i:1"}]
    workload = workload_of(tmp_path, env, pod={"initContainers": init}, numbers={"image-cached-ratio": 0.0})
    workload.scale(2)
    env.run(until=100.0)

    assert workload.pods[-1].container_start == pytest.approx(2 + 5 + 3 + 3)


def test_surplus_pods_leave_pending_first_then_the_newest(tmp_path):
    env = simpy.Environment()
    workload = workload_of(tmp_path, env)
    workload.scale(2)
    env.run(until=50.0)
    workload.scale(3)
    env.run(until=51.0)  # web-2 is pending
    workload.scale(2)
    env.run(until=52.0)

    assert [pod.name for pod in workload.pods if not pod.deleting] == ["web-0", "web-1"]
    workload.scale(1)
    assert [pod.name for pod in workload.pods if not pod.deleting] == ["web-0"]


def test_metrics_server_shows_the_cpu_between_its_last_two_samples(tmp_path):
    env = simpy.Environment()
    twin = twin_of(tmp_path, [deployment("web")], {})
    workload = Workload(env, twin, 0, Streams(1, 0))
    server = MetricsServer(env, twin, [workload], 4.0)
    env.process(server.run())
    pod = workload.pods[0]

    def busy():
        yield env.timeout(10.0)
        yield pod.cpu.burn(6.0)

    env.process(busy())
    seen = []
    for at in (18.9, 19.1, 34.1):
        env.run(until=at)
        usage = server.usage(pod)
        seen.append(usage and (usage.at, usage.window, round(usage.cpu, 6)))

    # Samples at 4, 19 and 34; six core-seconds burnt from 10 to 16.
    assert seen == [None, (19.0, 15.0, 0.4), (34.0, 15.0, 0.0)]


def test_a_young_container_is_measured_from_its_start(tmp_path):
    env = simpy.Environment()
    twin = twin_of(tmp_path, [deployment("web")], {})
    workload = Workload(env, twin, 0, Streams(1, 0))
    server = MetricsServer(env, twin, [workload], 14.0)
    env.process(server.run())
    workload.scale(2)  # its container starts at 2: 12 s old at the first sample
    env.run(until=14.5)

    usage = server.usage(workload.pods[1])
    assert usage is not None
    assert (usage.at, usage.window) == (14.0, 12.0)


def test_rate_extends_a_full_window_to_its_ends():
    samples = [(float(at), 3.0 * at) for at in range(15, 121, 15)]

    # 15..120 within 0..120: the missing first 15 s are less than 1.1 spacings, so the rate is the slope.
    assert extrapolated_rate(samples, 0.0, 120.0) == pytest.approx(3.0)


def test_rate_of_a_young_pod_is_far_below_its_slope():
    # Two samples 15 s apart, 120 s window: extended by half a spacing before, nothing after; (15 + 7.5) / 120 of it.
    samples = [(105.0, 1000.0), (120.0, 1030.0)]

    assert extrapolated_rate(samples, 0.0, 120.0) == pytest.approx(30.0 * (22.5 / 15.0) / 120.0)


def test_rate_never_extends_a_counter_below_zero():
    # 2 at the first sample, 1 a second: it was zero 2 s before.
    samples = [(100.0, 2.0), (110.0, 12.0), (120.0, 22.0)]

    assert extrapolated_rate(samples, 0.0, 120.0) == pytest.approx(20.0 * 22.0 / 20.0 / 120.0)


@given(st.lists(st.floats(0, 1000), max_size=1))
def test_one_sample_has_no_rate(values):
    assert extrapolated_rate([(50.0, value) for value in values], 0.0, 120.0) is None


def test_gauges_and_rates_of_pods_come_from_the_last_scrapes(tmp_path):
    env = simpy.Environment()
    metrics = [PodMetric("calls_per_second", "external-requests", HERE), PodMetric("waiting", "queue-length", HERE)]
    twin = twin_of(
        tmp_path,
        [deployment("web")],
        {},
        metrics=metrics,
        numbers={"one": 1.0},
        stations={"server": {"concurrency": "one"}},
    )
    workload = Workload(env, twin, 0, Streams(1, 0))
    prometheus = Prometheus(env, twin, [workload], 5.0)
    env.process(prometheus.run())
    pod = workload.pods[0]

    def work():
        while True:
            pod.attempts += 2
            yield env.timeout(1.0)

    env.process(work())
    for _ in range(4):
        pod.slots.take()
    env.run(until=200.0)

    assert prometheus.value(pod, "calls_per_second") == pytest.approx(2.0, rel=0.02)
    assert prometheus.value(pod, "waiting") == 3.0
    assert prometheus.value(pod, "unknown") is None


def loaded(folder, scaler, *, load: float, duration: float, profile: Profile | None = None, work: float = 0.03):
    """A deployment of two pods with a request of one core, under *load* cores of work."""
    container = {"resources": {"limits": {"cpu": "2"}, "requests": {"cpu": "1", "memory": "1Gi"}}}
    return twin_of(
        folder,
        [deployment("web", container=container, replicas=2), service("web"), scaler],
        {"a": [step("call", "web", step("cpu", "work"))]},
        scenario(duration, ("a", load / work, profile or Profile())),
        numbers={"work": work},
    )


def test_a_step_of_load_is_answered_with_the_replicas_of_the_formula(tmp_path):
    # 1.7 cores on two pods are 85 % of the requests; against 50 % that is ceil(2 * 1.7) = 4 pods,
    # where 42.5 % is ratio 0.85: ceil(4 * 0.85) = 4 again.
    twin = loaded(tmp_path, autoscaler("web", "web", 2, 10, cpu_target(50)), load=1.7, duration=240.0)
    record = replicate(twin, twin.scenario("test"), 1, 0)
    changes = [(found.current, found.desired) for found in record.decisions if found.current != found.desired]
    first = next(found for found in record.decisions if found.current != found.desired)

    assert changes == [(2, 4)]
    assert first.reason.startswith("MetricRecommendation: Resource metric cpu")
    # Two samples are needed (at most 30 s) and one pass after them (at most 15 s).
    assert 15.0 <= first.at <= 45.0
    # Both new pods are scheduled 2 s later and, without probes, ready at once.
    ready = dict(zip(record.grid, record.workloads["shop/web"].ready, strict=True))
    assert max(at for at, count in ready.items() if count == 2) <= first.at + 2.0 + 1e-9
    assert ready[240.0] == 4


def test_the_maximum_holds_whatever_the_load(tmp_path):
    twin = loaded(tmp_path, autoscaler("web", "web", 2, 3, cpu_target(50)), load=3.0, duration=240.0)
    record = replicate(twin, twin.scenario("test"), 1, 0)

    assert record.most_replicas == {"shop/web": 3}
    assert any(found.reason.startswith("ReplicaLimit") for found in record.decisions)


def test_load_within_the_tolerance_changes_nothing(tmp_path):
    # One core on two pods is 50 %: ratio 1, within 0.9 to 1.1 up to sampling noise of some percent.
    twin = loaded(tmp_path, autoscaler("web", "web", 2, 10, cpu_target(50)), load=1.0, duration=120.0, work=0.01)
    record = replicate(twin, twin.scenario("test"), 1, 0)

    assert record.most_replicas == {"shop/web": 2}
    assert any(found.reason.startswith("WithinTolerance") for found in record.decisions)


def test_replicas_stay_for_the_stabilization_window_after_the_load(tmp_path):
    # A base load that is next to nothing; 1.7 cores from 0 to 100 s.
    profile = Profile("burst", at=0.0, rise=0.0, hold=100.0, fall=0.0, factor=170.0)
    twin = loaded(tmp_path, autoscaler("web", "web", 2, 10, cpu_target(50)), load=0.01, duration=520.0, profile=profile)
    record = replicate(twin, twin.scenario("test"), 1, 0)
    down = next(found for found in record.decisions if found.desired < found.current)

    # The last high sample is shown until at most 115 s, and a pass up to 15 s later still sees it or the one in which
    # the load ended; 300 s after that recommendation the first pass (at most 15 s later) goes down.
    assert 100.0 + 300.0 - 30.0 <= down.at <= 100.0 + 30.0 + 300.0 + 15.0
    assert (down.current, down.desired) == (4, 2)


def test_an_autoscaler_on_a_metric_that_nobody_exports_does_not_scale(tmp_path):
    target = {"type": "AverageValue", "averageValue": "1"}
    unknown = {"type": "Pods", "pods": {"metric": {"name": "no_such_metric"}, "target": target}}
    twin = loaded(tmp_path, autoscaler("web", "web", 2, 10, unknown), load=1.7, duration=120.0)
    record = replicate(twin, twin.scenario("test"), 1, 0)

    assert record.most_replicas == {"shop/web": 2}
    assert all(found.desired == found.current for found in record.decisions)


def test_a_queue_metric_scales_pods_whose_cpu_is_idle(tmp_path):
    # One slot a pod, 10 s outside the CPU for each request, one request a second: the queues grow without end.
    target = {"type": "AverageValue", "averageValue": "5"}
    waiting = {"type": "Pods", "pods": {"metric": {"name": "waiting"}, "target": target}}
    manifests = [deployment("web", replicas=2), service("web")]
    found = {}
    for name, metric in (("cpu", cpu_target(50)), ("queue", waiting)):
        twin = twin_of(
            tmp_path,
            [*manifests, autoscaler("web", "web", 2, 20, metric)],
            {"a": [step("call", "web", step("delay", "ten"))]},
            scenario(300.0, ("a", 1.0)),
            numbers={"ten": 10.0, "one": 1.0},
            stations={"server": {"concurrency": "one"}},
            metrics=[PodMetric("waiting", "queue-length", HERE)],
        )
        found[name] = replicate(twin, twin.scenario("test"), 1, 0).most_replicas["shop/web"]

    assert found["cpu"] == 2
    assert found["queue"] > 8

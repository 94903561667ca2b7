"""The engine's pods against the formulas of queueing theory: each must lie in the confidence interval at 99 %.

Every expected number is computed from its formula here; nothing is taken from a run. The systems go the whole way:
manifest, twin, request program, station, recorder.
"""

from __future__ import annotations

import math

import attrs
import pytest

from seatrial.model.architecture.assumptions import Assumption
from simulator.observe import ReplicationRecord
from simulator.replication import replicate
from simulator.statistics import mean_interval, proportion_interval, quantile_interval
from simulator.twin import Twin
from tests.simulator.small_systems import assumption, deployment, scenario, service, step, twin_of

CONFIDENCE = 0.99
REPLICATIONS = 8


def one_station(folder, *, cores: int, concurrency: float, queue: float, work: Assumption, rate: float) -> Twin:
    """A single pod with Poisson arrivals at *rate*; each request needs *work* core-seconds."""
    container = {"resources": {"limits": {"cpu": str(cores)}, "requests": {"cpu": "1"}}}
    customers = 6000
    duration = customers / rate
    return twin_of(
        folder,
        [deployment("station", container=container), service("station")],
        {"customer": [step("call", "station", step("cpu", "work"))]},
        attrs.evolve(scenario(duration, ("customer", rate)), warm_up=0.15 * duration),
        numbers={"work": work, "slots": concurrency, "room": queue},
        stations={"server": {"concurrency": "slots", "queue": "room"}},
    )


def runs(twin: Twin) -> list[ReplicationRecord]:
    return [replicate(twin, twin.scenario("test"), 2026, number) for number in range(REPLICATIONS)]


def mean_sojourn(records: list[ReplicationRecord]):
    latencies = [record.classes["customer/x"].latency for record in records]
    return mean_interval([math.fsum(values) / len(values) for values in latencies], CONFIDENCE)


def erlang_b(servers: int, load: float) -> float:
    blocking = 1.0
    for number in range(1, servers + 1):
        blocking = load * blocking / (number + load * blocking)
    return blocking


def erlang_c(servers: int, load: float) -> float:
    blocking = erlang_b(servers, load)
    utilization = load / servers
    return blocking / (1 - utilization * (1 - blocking))


def test_a_pod_without_a_queue_refuses_as_erlang_b_says(tmp_path):
    servers, load = 5, 4.0
    twin = one_station(
        tmp_path, cores=servers, concurrency=servers, queue=0, work=assumption("work", 1.0, "exponential"), rate=load
    )

    counts = [
        (record.classes["customer/x"].outcomes["queue full"], record.classes["customer/x"].total)
        for record in runs(twin)
    ]
    interval = proportion_interval(counts, CONFIDENCE)

    assert interval.low <= erlang_b(servers, load) <= interval.high
    assert interval.high - interval.low < 0.03


def test_requests_wait_for_a_slot_as_erlang_c_says(tmp_path):
    servers, load = 4, 2.6
    twin = one_station(
        tmp_path, cores=servers, concurrency=servers, queue=1e9, work=assumption("work", 1.0, "exponential"), rate=load
    )

    interval = mean_sojourn(runs(twin))
    waiting = erlang_c(servers, load) / (servers - load)

    assert interval.low <= 1.0 + waiting <= interval.high
    assert interval.high - interval.low < 0.2


@pytest.mark.parametrize("shape, variation", [("constant", 0.0), ("exponential", 1.0), ("lognormal", 1.2)], ids=str)
def test_a_single_slot_waits_as_pollaczek_and_khinchine_say(tmp_path, shape, variation):
    rate = 0.5
    work = assumption("work", 1.0, shape, variation if shape == "lognormal" else None)
    twin = one_station(tmp_path, cores=1, concurrency=1, queue=1e9, work=work, rate=rate)

    interval = mean_sojourn(runs(twin))
    second_moment = 1.0 + variation**2
    waiting = rate * second_moment / (2 * (1 - rate))

    assert interval.low <= 1.0 + waiting <= interval.high
    assert interval.high - interval.low < 0.2 * (1.0 + waiting)


@pytest.mark.parametrize("shape, variation", [("constant", None), ("exponential", None), ("lognormal", 1.5)], ids=str)
def test_shared_cpu_does_not_care_for_the_distribution_of_work(tmp_path, shape, variation):
    rate = 0.5
    twin = one_station(
        tmp_path, cores=1, concurrency=1e9, queue=0, work=assumption("work", 1.0, shape, variation), rate=rate
    )

    interval = mean_sojourn(runs(twin))

    assert interval.low <= 1.0 / (1 - rate) <= interval.high
    assert interval.high - interval.low < 0.2 / (1 - rate)


def test_the_sojourn_time_of_one_exponential_server_has_the_exponential_quantile(tmp_path):
    rate = 0.5
    twin = one_station(
        tmp_path, cores=1, concurrency=1, queue=1e9, work=assumption("work", 1.0, "exponential"), rate=rate
    )

    interval = quantile_interval([run.classes["customer/x"].latency for run in runs(twin)], 0.95, CONFIDENCE)

    assert interval.low <= -math.log(0.05) / (1.0 - rate) <= interval.high
    assert interval.high - interval.low < 1.5


def test_waiting_requests_and_waiting_time_obey_littles_law(tmp_path):
    servers, load = 3, 2.5
    twin = one_station(
        tmp_path, cores=servers, concurrency=servers, queue=1e9, work=assumption("work", 1.0, "exponential"), rate=load
    )
    test = twin.scenario("test")

    differences = []
    for record in runs(twin):
        customers = record.classes["customer/x"]
        arrival_rate = len(customers.latency) / (test.duration - test.warm_up)
        waiting_time = math.fsum(customers.latency) / len(customers.latency) - 1.0
        seen = [
            count
            for at, count in zip(record.grid, record.workloads["shop/station"].queue, strict=True)
            if at >= test.warm_up
        ]
        differences.append(math.fsum(seen) / len(seen) - arrival_rate * waiting_time)
    interval = mean_interval(differences, CONFIDENCE)

    assert interval.low <= 0.0 <= interval.high
    assert interval.high - interval.low < 3.0


def test_the_cpu_that_pods_report_is_the_work_that_arrived(tmp_path):
    rate, cores = 1.2, 2
    twin = one_station(
        tmp_path, cores=cores, concurrency=1e9, queue=0, work=assumption("work", 0.5, "exponential"), rate=rate
    )

    shares = [math.fsum(run.workloads["shop/station"].utilization[10:]) / 51 for run in runs(twin)]
    interval = mean_interval(shares, CONFIDENCE)

    assert interval.low <= rate * 0.5 / cores <= interval.high
    assert interval.high - interval.low < 0.05

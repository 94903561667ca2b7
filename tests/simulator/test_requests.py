"""What a request does and how it can fail, in systems where the answer is known without simulating."""

from __future__ import annotations

import math
from typing import Any

import attrs
import pytest
import simpy

from seatrial.model.errors import InputError
from simulator.cluster import Workload
from simulator.observe import Recorder
from simulator.reference import RequestPlane
from simulator.replication import _Run, replicate
from simulator.streams import Streams
from tests.simulator.small_systems import assumption, deployment, fault, scenario, service, step, twin_of

PROBED = {"readinessProbe": {"httpGet": {"path": "/", "port": 8080}, "periodSeconds": 1}}


def ingress(limit: dict[str, str] | None = None) -> dict[str, Any]:
    path = {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "web", "port": {"number": 80}}}}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "front", "namespace": "shop", "annotations": limit or {}},
        "spec": {"rules": [{"host": "shop.example", "http": {"paths": [path]}}]},
    }


def outcomes(twin, replication=0):
    record = replicate(twin, twin.scenario("test"), 3, replication)
    return {name: dict(found.outcomes) for name, found in record.classes.items()}, record


def test_a_request_takes_as_long_as_its_steps_when_nothing_is_in_its_way(tmp_path):
    twin = twin_of(
        tmp_path,
        [deployment("web"), service("web"), deployment("db", kind="StatefulSet"), service("db")],
        {
            "get": [
                step("delay", "hop"),
                step(
                    "call", "web", step("cpu", "work"), step("query", "db", step("cpu", "work"), step("delay", "hop"))
                ),
            ]
        },
        scenario(2000.0, ("get", 0.02)),
        numbers={"hop": 0.25, "work": 0.5},
    )

    _, record = outcomes(twin)

    assert len(record.classes["get/x"].latency) > 10
    # A second request within 1.5 s would share the CPU; at 0.02/s most are alone.
    alone = sorted(record.classes["get/x"].latency)[: len(record.classes["get/x"].latency) // 2]
    assert alone == pytest.approx([0.25 + 0.5 + 0.5 + 0.25] * len(alone))


def test_two_requests_at_once_share_a_core_but_none_gets_more_than_one(tmp_path):
    # 1000m for two requests: half a core each. With a limit of two cores each has its own.
    for cores, expected in (("1", 2.0), ("2", 1.0)):
        container = {"resources": {"limits": {"cpu": cores}}}
        twin = twin_of(
            tmp_path,
            [deployment("web", container=container), service("web")],
            {"a": [step("call", "web", step("cpu", "work"))]},
            scenario(1.0, ("a", 0.0)),
            numbers={"work": 1.0},
        )
        env, streams = simpy.Environment(), Streams(1, 0)
        recorder = Recorder(env, 0.0)
        plane = RequestPlane(env, twin, streams, [Workload(env, twin, 0, streams)], recorder)
        program = twin.programs[0]
        recorder.open(program)
        values = plane.prepare(program)
        plane.launch(program, values, 0)
        plane.launch(program, values, 1)
        env.run(until=10.0)

        assert list(recorder.classes["a/x"].latency) == pytest.approx([expected, expected])


def test_a_branch_is_taken_as_often_as_it_says(tmp_path):
    twin = twin_of(
        tmp_path,
        [deployment("web"), service("web")],
        {"a": [step("branch", "often", step("delay", "long"), otherwise=[step("delay", "short")])]},
        scenario(4000.0, ("a", 1.0)),
        numbers={"often": 0.3, "long": 2.0, "short": 1.0},
    )
    _, record = outcomes(twin)

    taken = [value > 1.5 for value in record.classes["a/x"].latency]
    assert abs(sum(taken) / len(taken) - 0.3) < 2.6 * math.sqrt(0.3 * 0.7 / len(taken))


def test_repeated_steps_have_the_declared_mean_number_of_turns(tmp_path):
    twin = twin_of(
        tmp_path,
        [deployment("web"), service("web")],
        {"a": [step("repeat", "turns", step("delay", "second"))]},
        scenario(4000.0, ("a", 1.0)),
        numbers={"turns": 4.0, "second": 1.0},
    )
    _, record = outcomes(twin)

    turns = list(record.classes["a/x"].latency)
    # Geometric on 1, 2, ... with mean 4 has the variance 12.
    assert min(turns) == pytest.approx(1.0)
    assert abs(sum(turns) / len(turns) - 4.0) < 2.6 * math.sqrt(12.0 / len(turns))


def test_a_service_without_pods_fails_its_requests_and_spares_optional_ones(tmp_path):
    twin = twin_of(
        tmp_path,
        [deployment("web"), service("web"), service("cache", of="nobody")],
        {
            "needs": [step("call", "web", step("call", "cache"))],
            "spares": [step("call", "web", step("call", "cache", optional=True), step("delay", "second"))],
            "unknown": [step("call", "no-such-service")],
        },
        scenario(200.0, ("needs", 0.5), ("spares", 0.5), ("unknown", 0.5)),
        numbers={"second": 1.0},
    )

    found, _ = outcomes(twin)

    assert set(found["needs/x"]) == {"no endpoint"}
    assert set(found["spares/x"]) == {"ok"}
    assert set(found["unknown/x"]) == {"no endpoint"}


def test_a_slow_request_is_given_up_and_frees_what_it_held(tmp_path):
    twin = twin_of(
        tmp_path,
        [deployment("web"), service("web"), deployment("db"), service("db")],
        {"slow": [step("call", "web", step("query", "db", step("cpu", "work"), step("delay", "long")))]},
        scenario(500.0, ("slow", 0.2)),
        numbers={"patience": 3.0, "work": 0.1, "long": 30.0, "one": 1.0},
        stations={"server": {"concurrency": "one"}},
    )

    found, record = outcomes(twin)

    # With one slot, a request that kept it after its end would make every later one wait.
    assert set(found["slow/x"]) == {"timeout"}
    assert record.unfinished == 0
    assert max(record.workloads["shop/web"].queue) < 6


def test_a_pod_holds_no_more_connections_than_its_pool(tmp_path):
    connection = "Host=db;Maximum Pool Size=2"
    env = {"env": [{"name": "ConnectionStrings__Default", "value": connection}]}
    twin = twin_of(
        tmp_path,
        [deployment("web", container=env), service("web"), deployment("db"), service("db")],
        {"a": [step("call", "web", step("query", "db", step("delay", "second")))]},
        scenario(200.0, ("a", 10.0)),
        numbers={"second": 1.0},
    )

    found, _ = outcomes(twin)

    # Two connections, each used for one second, answer two requests a second, until the run is closed a minute later.
    assert found["a/x"]["ok"] == pytest.approx(2 * 260, abs=4)


def test_a_database_refuses_connections_beyond_its_maximum(tmp_path):
    arguments = {"args": ["-c", "max_connections=3"]}
    twin = twin_of(
        tmp_path,
        [deployment("web"), service("web"), deployment("db", container=arguments), service("db")],
        {"a": [step("call", "web", step("query", "db", step("delay", "second")))]},
        scenario(500.0, ("a", 10.0)),
        numbers={"second": 1.0},
    )

    found, _ = outcomes(twin)

    # Erlang B with three servers and a load of ten.
    blocking = 1.0
    for number in range(1, 4):
        blocking = 10 * blocking / (number + 10 * blocking)
    total = sum(found["a/x"].values())
    assert found["a/x"]["queue full"] / total == pytest.approx(blocking, abs=0.03)


def test_requests_over_the_rate_limit_are_refused_and_are_no_failures_of_the_system(tmp_path):
    limit = {
        "nginx.org/limit-req-rate": "5r/s",
        "nginx.org/limit-req-key": "${server_name}",
        "nginx.org/limit-req-burst": "10",
        "nginx.org/limit-req-no-delay": "true",
    }
    twin = twin_of(
        tmp_path,
        [deployment("web"), service("web"), ingress(limit)],
        {"page": [step("ingress", "front", path="/")]},
        scenario(1000.0, ("page", 20.0)),
    )

    found, record = outcomes(twin)

    assert found["page/x"]["ok"] == pytest.approx(5 * 1000 + 11, rel=0.01)
    assert record.classes["page/x"].failures == 0


def test_a_rate_limit_for_each_client_spares_many_clients(tmp_path):
    limit = {"nginx.org/limit-req-rate": "5r/s", "nginx.org/limit-req-burst": "5"}
    twin = twin_of(
        tmp_path,
        [deployment("web"), service("web"), ingress(limit)],
        {"page": [step("ingress", "front", path="/")]},
        scenario(500.0, ("page", 20.0)),
    )

    found, _ = outcomes(twin)

    assert set(found["page/x"]) == {"ok"}


def test_a_killed_pod_fails_what_was_in_it_and_is_replaced(tmp_path):
    twin = twin_of(
        tmp_path,
        [deployment("web", replicas=2, container=PROBED), service("web")],
        {"a": [step("call", "web", step("delay", "long"))]},
        attrs.evolve(scenario(120.0, ("a", 5.0)), faults=(fault("web", 60.0),)),
        numbers={"long": 4.0},
    )

    found, record = outcomes(twin)
    ready = dict(zip((round(at) for at in record.grid), record.workloads["shop/web"].ready, strict=True))

    # 5/s * 4 s = 20 in the system, half of them in the pod; its endpoint is named for one more second.
    assert 4 <= found["a/x"]["pod killed"] <= 18
    assert 1 <= found["a/x"]["connection refused"] <= 8
    # Scheduled after 2 s, started after 8 s more: ready again 10 s after the kill.
    assert (ready[58], ready[62], ready[68], ready[72]) == (2, 1, 1, 2)


def test_a_pod_that_is_scaled_in_finishes_what_it_has(tmp_path):
    pod = {"terminationGracePeriodSeconds": 60}
    sleeping = {"lifecycle": {"preStop": {"sleep": {"seconds": 5}}}}
    twin = twin_of(
        tmp_path,
        [deployment("web", replicas=3, pod=pod, container=sleeping), service("web")],
        {"a": [step("call", "web", step("delay", "long"))]},
        scenario(200.0, ("a", 5.0)),
        numbers={"long": 20.0},
    )
    run = _Run(twin, twin.scenario("test"), Streams(1, 0))
    run.env.run(until=100.0)
    run.workloads[0].scale(1)
    record = run.result()

    assert set(record.classes["a/x"].outcomes) == {"ok"}
    assert len(run.workloads[0].pods) == 1


def test_a_grace_period_that_is_too_short_cuts_requests_off(tmp_path):
    twin = twin_of(
        tmp_path,
        [deployment("web", replicas=3, pod={"terminationGracePeriodSeconds": 5}), service("web")],
        {"a": [step("call", "web", step("delay", "long"))]},
        scenario(200.0, ("a", 5.0)),
        numbers={"long": 20.0},
    )
    run = _Run(twin, twin.scenario("test"), Streams(1, 0))
    run.env.run(until=100.0)
    run.workloads[0].scale(1)
    run.env.run(until=104.999)
    left = sum(pod.load for pod in run.workloads[0].pods if pod.deleting)
    record = run.result()

    assert left > 10
    assert record.classes["a/x"].outcomes["pod killed"] == left


def test_a_pod_without_a_readiness_probe_is_sent_requests_before_it_can_answer(tmp_path):
    found = {}
    for name, container in (("blind", {}), ("probed", PROBED)):
        twin = twin_of(
            tmp_path,
            [deployment("web", replicas=2, container=container), service("web")],
            {"a": [step("call", "web")]},
            scenario(100.0, ("a", 20.0)),
        )
        run = _Run(twin, twin.scenario("test"), Streams(1, 0))
        run.env.run(until=20.0)
        run.workloads[0].scale(3)
        found[name] = run.result().classes["a/x"].outcomes["connection refused"]

    # Named after 2 + 1 s, able to answer after 2 + 8 s: a third of the requests of 7 s.
    assert found["blind"] == pytest.approx(7 * 20 / 3, rel=0.3)
    assert found["probed"] == 0


def test_a_step_that_needs_a_pod_is_refused_outside_of_one(tmp_path):
    with pytest.raises(InputError, match="before it is in a pod") as raised:
        twin_of(tmp_path, [deployment("web")], {"a": [step("cpu", "work")]}, numbers={"work": assumption("work", 1.0)})

    assert str(raised.value).startswith("test:1:1: ")

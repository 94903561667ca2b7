"""Quotas of services outside: what passes, what is refused, and what retries make of it."""

from __future__ import annotations

import math

import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st

from seatrial.model.architecture.scenarios import External
from simulator.dependency import Bucket, LeakyBucket
from simulator.replication import replicate
from tests.simulator.small_systems import HERE, deployment, scenario, service, step, twin_of

API = External(
    name="api",
    title="API",
    requests_per_minute="rpm",
    input_tokens_per_minute="itpm",
    output_tokens_per_minute="otpm",
    input_tokens="in",
    output_tokens="out",
    first_token="first",
    per_token="token",
    failure="failure",
    timeout="limit",
    attempts="attempts",
    backoff="backoff",
    position=HERE,
)
NUMBERS = {
    "rpm": 6000.0,
    "itpm": 1e9,
    "otpm": 1e9,
    "in": 100.0,
    "out": 10.0,
    "first": 1.0,
    "token": 0.1,
    "failure": 0.0,
    "limit": 60.0,
    "attempts": 1.0,
    "backoff": 0.5,
}


def calls(folder, *, rate: float, duration: float = 600.0, **changes: float):
    twin = twin_of(
        folder,
        [deployment("a"), service("a"), deployment("b"), service("b")],
        {"one": [step("call", "a", step("external", "api"))], "two": [step("call", "b", step("external", "api"))]},
        scenario(duration, ("one", rate / 2), ("two", rate / 2)),
        numbers={**NUMBERS, **changes},
        externals=[API],
    )
    record = replicate(twin, twin.scenario("test"), 1, 0)
    return record.calls["api"], record


def test_an_answer_takes_the_first_token_and_the_others(tmp_path):
    counts, record = calls(tmp_path, rate=1.0)

    assert counts["ok"] == counts["total"] == counts["attempts"]
    assert set(record.call_latency["api"]) == {1.0 + 10 * 0.1}


def test_all_callers_share_one_quota(tmp_path):
    counts, _ = calls(tmp_path, rate=4.0, rpm=120.0)

    # Two a second pass of four, and what the window holds at the start.
    assert counts["ok"] == pytest.approx(2 * 600, rel=0.04)
    assert counts["refused"] == counts["total"] - counts["ok"]


def test_tokens_limit_calls_as_requests_do(tmp_path):
    # 12,000 input tokens a minute are two calls a second of 100 tokens each.
    counts, _ = calls(tmp_path, rate=4.0, itpm=12_000.0)

    assert counts["ok"] == pytest.approx(2 * 600, rel=0.04)


def test_a_retry_saves_what_failed_by_chance(tmp_path):
    counts, _ = calls(tmp_path, rate=10.0, failure=0.1, attempts=3.0)
    lost = counts["total"] - counts["ok"]
    expected = counts["total"] * 0.1**3

    assert abs(lost - expected) <= 3.3 * math.sqrt(expected)
    assert counts["attempts"] == pytest.approx(counts["total"] * (1 + 0.1 + 0.01), rel=0.02)


def test_retries_do_not_create_quota(tmp_path):
    once, _ = calls(tmp_path, rate=4.0, rpm=120.0, attempts=1.0)
    thrice, _ = calls(tmp_path, rate=4.0, rpm=120.0, attempts=3.0)

    assert thrice["ok"] == pytest.approx(once["ok"], rel=0.1)
    assert thrice["refused"] > 1.5 * once["refused"]


def test_an_attempt_that_takes_too_long_is_given_up(tmp_path):
    counts, _ = calls(tmp_path, rate=1.0, limit=1.5)

    assert counts["ok"] == 0
    assert counts["failed"] == counts["attempts"]


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0.1, 3)), max_size=60), st.floats(0.1, 5), st.floats(1, 20))
def test_a_bucket_never_gives_more_than_its_depth_and_its_rate_over_time(tries, rate, capacity):
    env = simpy.Environment()
    bucket = Bucket(env, rate, capacity)
    spent = 0.0
    for gap, tokens in tries:
        env.run(until=env.now + gap + 1e-9)
        if bucket.wait_for(tokens) == 0.0:
            bucket.spend(tokens)
            spent += min(tokens, capacity)
        assert spent <= capacity + rate * env.now + 1e-6


def test_a_bucket_says_how_long_to_wait():
    env = simpy.Environment()
    bucket = Bucket(env, 2.0, 10.0)
    bucket.spend(10.0)

    assert bucket.wait_for(5.0) == pytest.approx(2.5)
    env.run(until=2.5)
    assert bucket.wait_for(5.0) == pytest.approx(0.0)


def test_a_burst_passes_the_rate_limit_and_not_one_more():
    limit = LeakyBucket(simpy.Environment(), rate=10.0, burst=4)

    # The first is within the rate, four more are the burst (nginx limit_req with nodelay).
    assert [limit.admit(1) is not None for _ in range(7)] == [True] * 5 + [False] * 2
    assert limit.admit(2) == 0.0

"""Services outside the cluster: an account-wide quota in token buckets, refusals with retry-after, slow tails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import simpy

from simulator.streams import UNIFORM, Streams

if TYPE_CHECKING:
    from collections.abc import Generator

    from simulator.pod import Pod
    from simulator.twin import Dependency


class Bucket:
    """A token bucket that refills continuously; it may go below zero when a cost is known only afterwards."""

    __slots__ = ("_env", "_level", "_since", "capacity", "rate")

    def __init__(self, env: simpy.Environment, rate: float, capacity: float) -> None:
        """Refill *rate* tokens/s up to *capacity*, and start full."""
        self._env = env
        self.rate = rate
        self.capacity = capacity
        self._level = capacity
        self._since = env.now

    def wait_for(self, tokens: float) -> float:
        """Seconds until *tokens* are there (at most a full bucket can be waited for); 0 when they are."""
        now = self._env.now
        self._level = min(self.capacity, self._level + (now - self._since) * self.rate)
        self._since = now
        return max(0.0, (min(tokens, self.capacity) - self._level) / self.rate)

    def spend(self, tokens: float) -> None:
        """Take *tokens* out, below zero if need be."""
        self._level -= tokens


class LeakyBucket:
    """NGINX limit_req: an excess per key in requests that leaks at the rate (nginx ngx_http_limit_req_module.c)."""

    __slots__ = ("_burst", "_env", "_excess", "_rate")

    def __init__(self, env: simpy.Environment, rate: float, burst: int) -> None:
        """Let *rate* requests/s pass for each key, and *burst* beyond."""
        self._env = env
        self._rate = rate
        self._burst = burst
        self._excess: dict[int, tuple[float, float]] = {}

    def admit(self, key: int) -> float | None:
        """Return the excess of an admitted request (0 when within the rate), None when it is refused."""
        now = self._env.now
        excess, last = self._excess.get(key, (-1.0, now))
        excess = max(0.0, excess - (now - last) * self._rate + 1.0) if excess >= 0.0 else 0.0
        if excess > self._burst:
            return None
        self._excess[key] = (excess, now)
        return excess


class Outside:
    """One dependency during a run, shared by every pod that calls it."""

    def __init__(self, env: simpy.Environment, spec: Dependency, streams: Streams) -> None:
        """Start with a full quota."""
        self.spec = spec
        self._env = env
        window = spec.quota_window
        self._requests = Bucket(env, spec.requests_per_minute / 60.0, spec.requests_per_minute / 60.0 * window)
        self._input = Bucket(env, spec.input_tokens_per_minute / 60.0, spec.input_tokens_per_minute / 60.0 * window)
        self._output = Bucket(env, spec.output_tokens_per_minute / 60.0, spec.output_tokens_per_minute / 60.0 * window)
        name = f"external/{spec.name}"
        self._input_tokens = streams.draws(f"{name}/input", spec.input_tokens)
        self._output_tokens = streams.draws(f"{name}/output", spec.output_tokens)
        self._first_token = streams.draws(f"{name}/first", spec.first_token)
        self._per_token = streams.draws(f"{name}/token", spec.per_token)
        self._failing = streams.draws(f"{name}/failing", UNIFORM)
        self._jitter = streams.draws(f"{name}/jitter", UNIFORM)
        self.log: list[tuple[float, bool, int, int, int]] = []
        """Each finished call: time, success, attempts, attempts refused by quota, attempts failed otherwise."""
        self.latencies: list[tuple[float, float]] = []
        """Time and duration of each successful attempt."""

    def call(self, pod: Pod) -> Generator[simpy.Event, Any, bool]:
        """Call until it succeeds or the attempts are used up; return whether it succeeded."""
        env, spec = self._env, self.spec
        started = env.now
        size, answer = self._input_tokens.next(), self._output_tokens.next()
        refused = failed = attempt = 0
        while attempt < spec.attempts:
            attempt += 1
            pod.attempts += 1
            wait = max(self._requests.wait_for(1.0), self._input.wait_for(size), self._output.wait_for(1.0))
            if wait > 0.0:
                refused += 1
            else:
                self._requests.spend(1.0)
                self._input.spend(size)
                if self._failing.next() >= spec.failure:
                    duration = self._first_token.next() + answer * self._per_token.next()
                    if duration <= spec.timeout:
                        yield env.timeout(duration)
                        self._output.spend(answer)
                        self.latencies.append((env.now, duration))
                        self.log.append((started, True, attempt, refused, failed))
                        return True
                    yield env.timeout(spec.timeout)
                failed += 1
            if attempt < spec.attempts:
                # The client waits as told (retry-after) or backs off exponentially, whichever is longer, plus up to
                # half as much at random so that refused clients do not return together.
                pause = max(wait, spec.backoff * 2.0 ** (attempt - 1))
                yield env.timeout(pause * (1.0 + 0.5 * self._jitter.next()))
        self.log.append((started, False, attempt, refused, failed))
        return False

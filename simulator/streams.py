"""Named random streams, so that a draw depends on who draws and why, never on what else happens in the run.

Every stream is a counter-based Philox generator whose key is a digest of (seed, replication, name). Two consequences
carry the whole design: a replication gives the same result on any worker, and two variants of a system see the same
arrivals and service demands (common random numbers), request for request, whatever the order of their events.
"""

from __future__ import annotations

import hashlib
import math
from typing import Any

import attrs
import numpy as np

_FIRST_BLOCK = 256
_LARGEST_BLOCK = 16384


def generator(seed: int, replication: int, name: str) -> np.random.Generator:
    """Return the generator of one named purpose within one replication."""
    digest = hashlib.blake2b(f"{seed}/{replication}/{name}".encode(), digest_size=16).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest, "little")))


@attrs.frozen
class Distribution:
    """A non-negative random quantity given by its mean and, for a lognormal, its coefficient of variation."""

    mean: float
    shape: str = "constant"
    """constant, exponential, lognormal or uniform (uniform: on 0..2*mean)."""
    variation: float = 0.0
    """Standard deviation divided by the mean; read for the lognormal only."""

    def sample(self, source: np.random.Generator, count: int) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Draw *count* values."""
        if self.mean == 0 or self.shape == "constant":
            return np.full(count, self.mean)
        if self.shape == "exponential":
            return source.exponential(self.mean, count)
        if self.shape == "uniform":
            return source.uniform(0.0, 2.0 * self.mean, count)
        if self.shape == "lognormal":
            # mean = exp(mu + sigma^2/2) and variation^2 = exp(sigma^2) - 1.
            variance = math.log1p(self.variation * self.variation)
            return source.lognormal(math.log(self.mean) - variance / 2.0, math.sqrt(variance), count)
        msg = f"unknown distribution {self.shape!r}"
        raise ValueError(msg)


UNIFORM = Distribution(0.5, "uniform")
"""Uniform on 0..1, for decisions with a probability."""


class Draws:
    """The values of one stream, by position: `draws[i]` belongs to request i in every variant of the system."""

    __slots__ = ("_block", "_distribution", "_next", "_source", "_values")

    def __init__(self, distribution: Distribution, source: np.random.Generator) -> None:
        """Read values of *distribution* from *source*, in blocks, when they are first asked for."""
        self._distribution = distribution
        self._source = source
        self._values: list[float] = []
        self._block = _FIRST_BLOCK
        self._next = 0

    def __getitem__(self, index: int) -> float:
        """Return the value at *index*, which must not be negative."""
        values = self._values
        while index >= len(values):
            values.extend(self._distribution.sample(self._source, self._block).tolist())
            self._block = min(2 * self._block, _LARGEST_BLOCK)
        return values[index]

    def following(self, _: int) -> float:
        """Return the next value whatever the position asked for: for uses that repeat within a request."""
        return self.next()

    def next(self) -> float:
        """Return the value after the last one that `next` gave, for uses that have no index of their own."""
        index = self._next
        self._next = index + 1
        return self[index]


@attrs.frozen
class Streams:
    """The streams of one replication."""

    seed: int
    replication: int

    def generator(self, name: str) -> np.random.Generator:
        """Return a fresh generator of the stream *name*, at its start."""
        return generator(self.seed, self.replication, name)

    def draws(self, name: str, distribution: Distribution) -> Draws:
        """Return the values of the stream *name* as draws of *distribution*."""
        return Draws(distribution, self.generator(name))

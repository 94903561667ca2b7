"""The load that the objectives are judged under, and what one request does on its way through the system."""

from __future__ import annotations

import attrs

from seatrial.model.position import Position


@attrs.frozen
class Step:
    """One operation of a request, with the steps that run inside it."""

    kind: str
    """`cpu`, `delay`, `external`, `fail`, `ingress`, `call`, `query`, `branch` or `repeat`."""
    argument: str
    """Assumption (cpu, delay, fail; probability of branch, mean of repeat), external, Ingress or Service."""
    parameters: dict[str, str]
    """`path` of an ingress step."""
    steps: tuple[Step, ...]
    """Steps inside; of a branch, those taken with its probability."""
    otherwise: tuple[Step, ...]
    """Steps of a branch that are taken else."""
    position: Position
    optional: bool = False
    """True for a call or query whose failure does not fail the request."""


@attrs.frozen
class RequestClass:
    """Requests that all do the same."""

    name: str
    title: str
    kind: str
    """`user` counts in the objectives of user-facing traffic, `task` does not."""
    of: tuple[str, ...]
    """Entries that each have the class; `{of}` in a step's strings stands for the entry."""
    timeout: str
    """Assumption: seconds until the caller gives up."""
    steps: tuple[Step, ...]
    position: Position


@attrs.frozen
class Station:
    """Behaviour of the pods with one `component` label; all but that are names of assumptions."""

    component: str
    concurrency: str
    queue: str
    start: str
    memory_base: str
    memory_per_request: str
    position: Position


@attrs.frozen
class External:
    """A dependency outside the cluster; all but name and title are names of assumptions."""

    name: str
    title: str
    requests_per_minute: str
    input_tokens_per_minute: str
    output_tokens_per_minute: str
    input_tokens: str
    output_tokens: str
    first_token: str
    per_token: str
    failure: str
    timeout: str
    attempts: str
    backoff: str
    position: Position


@attrs.frozen
class PodMetric:
    """A metric that pods export for an autoscaler, and the signal of the model that it carries."""

    name: str
    signal: str
    """`external-requests` and `requests` are rates, `queue-length` and `in-flight` gauges."""
    position: Position


@attrs.frozen
class Profile:
    """How a rate moves over time, as a factor; times in seconds from the start of the scenario."""

    shape: str = "steady"
    period: float = 0
    trough: float = 0
    peak_at: float = 0
    at: float = 0
    rise: float = 0
    hold: float = 0
    fall: float = 0
    factor: float = 1


@attrs.frozen
class Load:
    """Arrivals of one request class."""

    request: str
    rate: float
    """Requests per second for each entry of the class's `of`, where the profile's factor is 1."""
    profile: Profile
    position: Position


@attrs.frozen
class Fault:
    """Something that breaks during a scenario."""

    kind: str
    workload: str
    at: float
    """Seconds from the start of the scenario."""
    count: int
    position: Position


@attrs.frozen
class Scenario:
    """A load and the faults in it, simulated in independent replications."""

    name: str
    title: str
    description: str
    kind: str
    """`load`, or `availability` for a long run of failures and repairs."""
    duration: float
    """Seconds, warm-up included; days for kind `availability`."""
    warm_up: float
    """Seconds at the start that no statistic counts."""
    minimum: int
    """Replications before a verdict."""
    maximum: int
    """Replications after which a verdict stays inconclusive."""
    load: tuple[Load, ...]
    faults: tuple[Fault, ...]
    position: Position


@attrs.frozen
class ScenarioSet:
    """Content of `scenarios.yaml`."""

    requests: tuple[RequestClass, ...]
    stations: tuple[Station, ...]
    externals: tuple[External, ...]
    metrics: tuple[PodMetric, ...]
    availability: dict[str, str]
    """Assumption by quantity, for scenarios of kind `availability`."""
    scenarios: tuple[Scenario, ...]

"""Reading `scenarios.yaml` against the assumptions that it may name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs

from seatrial.model import pointer as pointers
from seatrial.model.architecture.assumptions import Assumption
from seatrial.model.architecture.declaration import mistake, read, require_unique, unknown
from seatrial.model.architecture.scenarios import (
    External,
    Fault,
    Load,
    PodMetric,
    Profile,
    RequestClass,
    Scenario,
    ScenarioSet,
    Station,
    Step,
)
from seatrial.model.position import Position
from seatrial.model.yaml_source import LocatedDocument

MAX_STEP_DEPTH = 20
"""Deepest nesting of steps: a request through every tier of a large system needs about eight."""
_STATION = ("concurrency", "queue", "start", "memory_base", "memory_per_request")
_EXTERNAL = (
    "requests_per_minute",
    "input_tokens_per_minute",
    "output_tokens_per_minute",
    "input_tokens",
    "output_tokens",
    "first_token",
    "per_token",
    "failure",
    "timeout",
    "attempts",
    "backoff",
)
_SHAPES = {
    "steady": frozenset[str](),
    "daily": frozenset({"period", "trough", "peak_at"}),
    "burst": frozenset({"at", "rise", "hold", "fall", "factor"}),
}


def load_scenarios(root: Path, assumptions: Mapping[str, Assumption]) -> ScenarioSet:
    """Read `architecture/scenarios.yaml` below *root*.

    Raises InputError with the place of a negative rate, a repeated name, and whatever names an assumption, a request
    class or an external dependency that does not exist.
    """
    return _Reader(read(root, "scenarios"), assumptions).scenario_set()


@attrs.frozen(eq=False)
class _Reader:
    """Reads one document against the assumptions that it may use."""

    document: LocatedDocument
    assumptions: Mapping[str, Assumption]

    def scenario_set(self) -> ScenarioSet:
        data = self.document.data
        for section, key, what in (
            ("stations", "component", "station"),
            ("externals", "name", "external"),
            ("metrics", "name", "metric"),
            ("requests", "name", "request class"),
            ("scenarios", "name", "scenario"),
        ):
            require_unique(self.document, section, key, data[section], what)
        for key in data.get("availability", {}):
            self.assumption(("availability", key))
        return ScenarioSet(
            requests=tuple(self.request(index, item) for index, item in enumerate(data["requests"])),
            stations=tuple(self.station(index, item) for index, item in enumerate(data["stations"])),
            externals=tuple(self.external(index, item) for index, item in enumerate(data["externals"])),
            metrics=tuple(
                PodMetric(item["name"], item["signal"], self.at("metrics", index))
                for index, item in enumerate(data["metrics"])
            ),
            availability=dict(data.get("availability", {})),
            scenarios=tuple(self.scenario(index, item) for index, item in enumerate(data["scenarios"])),
        )

    def at(self, *parts: str | int) -> Position:
        return self.document.position(pointers.join(*parts))

    def assumption(self, parts: tuple[str | int, ...]) -> str:
        """The assumption named at *parts*. Raises InputError if there is none of that name."""
        name: str = pointers.resolve(self.document.data, pointers.join(*parts))
        if name not in self.assumptions:
            raise unknown(self.document, parts, "assumption", name, self.assumptions.keys())
        return name

    def station(self, index: int, item: dict[str, Any]) -> Station:
        names = {key: self.assumption(("stations", index, key)) for key in _STATION}
        return Station(component=item["component"], position=self.at("stations", index), **names)

    def external(self, index: int, item: dict[str, Any]) -> External:
        names = {key: self.assumption(("externals", index, key)) for key in _EXTERNAL}
        return External(name=item["name"], title=item["title"], position=self.at("externals", index), **names)

    def request(self, index: int, item: dict[str, Any]) -> RequestClass:
        place = ("requests", index)
        return RequestClass(
            name=item["name"],
            title=item["title"],
            kind=item["kind"],
            of=tuple(item["of"]),
            timeout=self.assumption((*place, "timeout")),
            steps=tuple(self.steps((*place, "steps"), item["steps"], 1)),
            position=self.at(*place),
        )

    def steps(self, place: tuple[str | int, ...], items: list[dict[str, Any]], depth: int) -> Iterator[Step]:
        if depth > MAX_STEP_DEPTH:
            raise mistake(
                self.document, place, f"steps are nested deeper than {MAX_STEP_DEPTH}", "split the request class"
            )
        for index, item in enumerate(items):
            yield self.step((*place, index), item, depth)

    def step(self, place: tuple[str | int, ...], item: dict[str, Any], depth: int) -> Step:
        ((kind, body),) = item.items()
        place = (*place, kind)
        position = self.at(*place)
        if isinstance(body, str):
            if kind != "external":
                self.assumption(place)
            elif body not in (known := [external["name"] for external in self.document.data["externals"]]):
                raise unknown(self.document, place, "external", body, known)
            return Step(kind, body, {}, (), (), position)
        argument = {"branch": "probability", "repeat": "mean", "ingress": "name"}.get(kind, "service")
        if kind in {"branch", "repeat"}:
            self.assumption((*place, argument))
        inside = "then" if kind == "branch" else "steps"
        return Step(
            kind=kind,
            argument=body[argument],
            parameters={"path": body["path"]} if kind == "ingress" else {},
            steps=tuple(self.steps((*place, inside), body.get(inside, []), depth + 1)),
            otherwise=tuple(self.steps((*place, "else"), body.get("else", []), depth + 1)),
            position=position,
            optional=body.get("optional", False),
        )

    def scenario(self, index: int, item: dict[str, Any]) -> Scenario:
        place = ("scenarios", index)
        name, kind = item["name"], item.get("kind", "load")
        if item["warm_up"] >= item["duration"]:
            raise mistake(
                self.document,
                (*place, "warm_up"),
                f"the warm-up of {name} ({item['warm_up']:g}) leaves nothing of its duration ({item['duration']:g})",
                "make it shorter than the duration",
            )
        replications = item["replications"]
        if replications["minimum"] > replications["maximum"]:
            raise mistake(
                self.document,
                (*place, "replications", "minimum"),
                f"at least {replications['minimum']} replications contradict at most {replications['maximum']}",
                "make minimum <= maximum",
            )
        if (kind == "load") != ("load" in item):
            raise mistake(
                self.document,
                place,
                f"scenario {name} of kind {kind} {'has no load' if kind == 'load' else 'has a load'}",
                "add `load`" if kind == "load" else "remove `load`",
            )
        return Scenario(
            name=name,
            title=item["title"],
            description=item["description"],
            kind=kind,
            duration=float(item["duration"]),
            warm_up=float(item["warm_up"]),
            minimum=replications["minimum"],
            maximum=replications["maximum"],
            load=tuple(self.load((*place, "load", number), entry) for number, entry in enumerate(item.get("load", ()))),
            faults=tuple(
                Fault(
                    fault["kind"],
                    fault["workload"],
                    float(fault["at"]),
                    fault["count"],
                    self.at(*place, "faults", number),
                )
                for number, fault in enumerate(item.get("faults", ()))
            ),
            position=self.at(*place),
        )

    def load(self, place: tuple[str | int, ...], item: dict[str, Any]) -> Load:
        known = [request["name"] for request in self.document.data["requests"]]
        if item["request"] not in known:
            raise unknown(self.document, (*place, "request"), "request class", item["request"], known)
        given = dict(item["profile"])
        shape = given.pop("shape")
        needed = _SHAPES[shape]
        if given.keys() != needed:
            wanted = f"needs {', '.join(sorted(needed))}" if needed else "has no parameters"
            raise mistake(
                self.document,
                (*place, "profile"),
                f"a {shape} profile {wanted}; found {', '.join(sorted(given)) or 'none'}",
                "give exactly these",
            )
        profile = Profile(shape, **{key: float(value) for key, value in given.items()})
        return Load(item["request"], float(item["rate"]), profile, self.at(*place))

"""Custom objects get the same verdict from us and from a real API server that serves the upstream definitions."""

from __future__ import annotations

import copy
import functools
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seatrial.engines import custom
from seatrial.engines.schema import Gvk, kubernetes_schemas
from seatrial.model import source
from seatrial.model.document import Resource
from seatrial.toolchain import crds
from tests.schema import strangers
from tests.schema.agreement import EXPLORING, Answer, Checker, Judgement, Server
from tests.schema.custom_server import serving
from tests.schema.mutations import Mutator, Place, walk

pytestmark = [pytest.mark.lab, pytest.mark.slow]

OVERLAYS = ("production", "staging", "development")
KINDS = {gvk: kind for project in custom.projects() for gvk, kind in project.kinds.items()}
SERVED = {gvk: kind for gvk, kind in KINDS.items() if kind["served"]}
EXAMPLES = ("gateway-api", "examples/standard")
"""Upstream's own examples with the richest rules: project and folder of its module."""


@pytest.fixture(scope="module")
def server(lab_kubeconfig: Path) -> Iterator[Server]:
    upstream = [resource.data for resource in crds.definitions()]
    with serving(lab_kubeconfig, [*upstream, strangers.definition(), strangers.rule_definition()]) as found:
        yield found


@pytest.fixture(scope="module")
def checker() -> Checker:
    return Checker()


class CustomMutator(Mutator):
    """Mutates custom objects by their structural schemas."""

    def places(self, data: dict[str, Any]) -> list[Place]:
        kind = SERVED.get(Gvk.of(str(data.get("apiVersion")), str(data.get("kind"))), {})
        return list(walk(data, kind.get("schema", {}), self.schemas))


@functools.cache
def deployed() -> tuple[dict[str, Any], ...]:
    found = [resource for name in OVERLAYS for resource in source.load("manifests", overlay=name).resources]
    return tuple(resource.data for resource in found if known(resource))


def known(resource: Resource) -> bool:
    return Gvk.of(resource.api_version, resource.kind) in KINDS


@functools.cache
def examples() -> tuple[dict[str, Any], ...]:
    project, folder = EXAMPLES
    root = crds.module(project) / folder
    return tuple(resource.data for resource in source.load(str(root)).resources if known(resource))


@functools.cache
def mutator() -> CustomMutator:
    return CustomMutator([*deployed(), *examples()], kubernetes_schemas())


def disagreement(server: Server, checker: Checker, data: dict[str, Any]) -> str:
    """What the two say of an object, if they do not say the same."""
    theirs, own = server.judge(data), checker.judge(data)
    if Answer.NOT_JUDGED in (theirs.answer, own.answer) or theirs.answer is own.answer:
        return ""
    return f"server: {theirs.answer.value} {theirs.message}\nours:   {own.answer.value} {own.message}"


def test_every_kind_that_ships_is_served_and_no_other_version(server: Server) -> None:
    served = {gvk for gvk in KINDS if server.serves(gvk.api_version, gvk.kind)}

    assert served == set(SERVED)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_custom_object_that_is_deployed_is_valid_for_both(server: Server, checker: Checker, overlay: str) -> None:
    objects = [resource for resource in source.load("manifests", overlay=overlay).resources if known(resource)]
    assert objects

    said = {item.subject: (server.judge(item.data).answer, checker.judge(item.data).answer) for item in objects}

    assert {subject: both for subject, both in said.items() if both != (Answer.VALID, Answer.VALID)} == {}


def test_upstream_examples_get_the_same_verdict(server: Server, checker: Checker) -> None:
    found = {str(data["metadata"]): disagreement(server, checker, data) for data in examples()}

    assert len(found) > 20
    assert {place: words for place, words in found.items() if words} == {}


DRAWN = settings(
    max_examples=4_000 if EXPLORING else 400,
    deadline=None,
    database=None,
    derandomize=not EXPLORING,
    suppress_health_check=list(HealthCheck),
)


def test_mutated_objects_get_the_same_verdict(server: Server, checker: Checker) -> None:
    seen: Counter[Answer] = Counter()

    @DRAWN
    @given(st.randoms(use_true_random=False))
    def agree(random: Random) -> None:
        data, done = mutator().mutant(random)
        seen[server.judge(data).answer] += 1
        assert disagreement(server, checker, data) == "", done

    agree()

    assert min(seen[Answer.VALID], seen[Answer.INVALID]) > sum(seen.values()) / 10, seen


def test_objects_drawn_from_a_schema_get_the_same_verdict(server: Server, checker: Checker) -> None:
    seen: Counter[Answer] = Counter()

    @DRAWN
    @given(st.sampled_from(sorted(SERVED)), st.randoms(use_true_random=False))
    def agree(gvk: Gvk, random: Random) -> None:
        data = copy.deepcopy(mutator().made(random, SERVED[gvk]["schema"]))
        data.update({"apiVersion": gvk.api_version, "kind": gvk.kind, "metadata": {"name": "drawn"}})
        seen[server.judge(data).answer] += 1
        assert disagreement(server, checker, data) == ""

    agree()

    assert min(seen[Answer.VALID], seen[Answer.INVALID]) > sum(seen.values()) / 10, seen


def test_the_comparison_notices_a_disagreement(server: Server, checker: Checker) -> None:
    broken = copy.deepcopy(deployed()[0])
    broken["specs"] = {}

    assert server.judge(broken).answer is Answer.INVALID
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checker, "judge", lambda _data: Judgement(Answer.VALID))
        assert "unknown field" in disagreement(server, checker, broken)


def test_the_recorded_answers_are_those_of_the_server(server: Server) -> None:
    recorded = strangers.recorded()

    assert strangers.ask(server) == {"fields": recorded["fields"], "rules": recorded["rules"]}

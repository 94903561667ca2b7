"""The schema check and a real kube-apiserver 1.37.2 say the same of every object, and of mutated copies of them.

The truth is a dry-run of the creation with strict decoding. What rests on other objects or on the cluster is told
apart (`agreement.py`), and the differences that stay are listed there with their reasons.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.schema import ground
from tests.schema.agreement import EXPLORING, Answer, Checker, Judgement, Server, same_place, told
from tests.schema.ground import built_in, documents, overlay
from tests.schema.mutations import Mutator

pytestmark = [pytest.mark.lab, pytest.mark.slow]

MUTANTS = 20_000 if EXPLORING else 3_600
"""In all, drawn anew each run."""


@pytest.fixture(scope="module")
def checker() -> Checker:
    return Checker()


@pytest.fixture(scope="module")
def server(lab_kubeconfig) -> Iterator[Server]:
    found = Server.of_kubeconfig(lab_kubeconfig)
    found.prepare(documents("schema/rich_objects.yaml") + documents("policies/every_kind.yaml"))
    yield found
    found.close()


def difference(server: Server, checker: Checker, data: dict[str, Any]) -> str:
    """Empty where both agree, or where the difference is told; else what each says."""
    truth, ours = server.judge(data), checker.judge(data)
    if truth.answer is Answer.NOT_JUDGED or truth.answer is ours.answer or told(truth, ours):
        return ""
    return f"the server: {truth.answer.value} ({truth.message}); we: {ours.answer.value} ({ours.message})"


@pytest.mark.parametrize("name", ["development", "staging", "production"])
def test_the_server_accepts_every_built_in_object_of_the_system_and_so_do_we(server, checker, name):
    objects = built_in(checker, overlay(name))

    answers = {f"{data['kind']}/{data['metadata']['name']}": server.judge(data) for data in objects}

    assert len(answers) > 100
    assert {name: item for name, item in answers.items() if item.answer is not Answer.VALID} == {}
    assert [checker.judge(data).message for data in objects if checker.judge(data).answer is not Answer.VALID] == []


def test_the_server_accepts_the_objects_with_many_fields_and_so_do_we(server, checker):
    answers = [(server.judge(data), checker.judge(data)) for data in documents("schema/rich_objects.yaml")]

    assert [pair for pair in answers if (pair[0].answer, pair[1].answer) != (Answer.VALID, Answer.VALID)] == []


def test_we_agree_on_every_kind_that_policies_look_at(server, checker):
    found = [difference(server, checker, data) for data in built_in(checker, documents("policies/every_kind.yaml"))]

    assert list(filter(None, found)) == []


@pytest.fixture(scope="module")
def mutator(server, checker) -> Mutator:
    return ground.mutator(server, checker)


def test_we_agree_on_mutated_copies_and_point_where_the_server_points(server, checker, mutator, record_property):
    seen: Counter[str] = Counter()

    # Mutants are drawn through Hypothesis, so that a counterexample shrinks.
    @settings(
        max_examples=MUTANTS,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        derandomize=not EXPLORING,
    )
    @given(st.randoms(use_true_random=False))
    def agree(random: Random) -> None:
        data, done = mutator.mutant(random)
        truth, ours = server.judge(data), checker.judge(data)
        seen[truth.answer.value] += 1
        if truth.answer is Answer.INVALID and ours.answer is Answer.INVALID:
            seen["fields"] += len(truth.pointers)
            seen["same place"] += sum(same_place(field, ours.pointers, data) for field in truth.pointers)
        agreed = truth.answer in (Answer.NOT_JUDGED, ours.answer) or told(truth, ours)
        assert agreed, f"{done}\nserver: {truth}\nours: {ours}\n{data}"

    agree()

    for name, count in seen.items():
        record_property(name, count)
    judged = seen["valid"] + seen["invalid"]
    assert judged > 0.9 * MUTANTS, seen
    assert min(seen["valid"], seen["invalid"]) > judged / 10, seen
    # The server writes some paths otherwise (`resources[storage]`, no `metadata` before `annotations`).
    assert seen["same place"] > 0.85 * seen["fields"], seen


def test_the_comparison_notices_a_disagreement(server, checker, monkeypatch):
    monkeypatch.setattr(checker, "judge", lambda _data: Judgement(Answer.VALID))

    assert "the server: invalid" in difference(server, checker, {"apiVersion": "v1", "kind": "Pod", "metadata": {}})

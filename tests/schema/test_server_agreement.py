"""The schema check and a real kube-apiserver 1.37.2 say the same of every object, and of mutated copies of them.

The truth is a dry-run of the creation with strict decoding. What rests on other objects or on the cluster is told
apart (`agreement.py`), and the differences that stay are listed there with their reasons.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seatrial.engines.schema import Gvk
from seatrial.model.source import load
from tests.schema.agreement import Answer, Checker, Judgement, Server, same_place, told
from tests.schema.mutations import Mutator

pytestmark = pytest.mark.lab

ROOT = Path(__file__).parents[2]
MUTANTS = 5_200
"""In all; the ground of a mutant is drawn by kind, and workloads more often, since they have most fields."""
WEIGHTS = {"Pod": 10, "Deployment": 8, "StatefulSet": 8, "Service": 6, "HorizontalPodAutoscaler": 5, "NetworkPolicy": 5}
WEIGHTS |= {"Ingress": 5, "PersistentVolumeClaim": 4, "CronJob": 3, "Job": 3, "DaemonSet": 3}


def documents(name: str) -> list[dict[str, Any]]:
    text = (ROOT / "tests" / name).read_text(encoding="utf-8")
    return [item for item in yaml.safe_load_all(text) if item]


def overlay(name: str) -> list[dict[str, Any]]:
    return [resource.data for resource in load(str(ROOT / "manifests"), overlay=name).resources]


@pytest.fixture(scope="module")
def checker() -> Checker:
    return Checker()


@pytest.fixture(scope="module")
def server(lab_kubeconfig) -> Server:
    found = Server.of_kubeconfig(lab_kubeconfig)
    found.prepare(documents("schema/rich_objects.yaml") + documents("policies/every_kind.yaml"))
    return found


def built_in(checker: Checker, objects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [data for data in objects if Gvk.of(data["apiVersion"], data["kind"]) in checker.schemas.kinds]


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
    """Mutates one valid object of each shape that a kind has, kinds in the proportion of their weights."""
    ground = built_in(checker, overlay("production") + overlay("development"))
    ground += built_in(checker, documents("policies/every_kind.yaml")) + documents("schema/rich_objects.yaml")
    shapes: dict[str, dict[str, dict[str, Any]]] = {}
    for data in ground:
        if server.judge(data).answer is Answer.VALID:
            shapes.setdefault(data["kind"], {}).setdefault(str(shape(data)), data)
    objects: list[dict[str, Any]] = []
    for kind, found in sorted(shapes.items()):
        alike = list(found.values())
        objects.extend(alike[index % len(alike)] for index in range(max(4 * WEIGHTS.get(kind, 2), len(alike))))
    return Mutator(objects, checker.schemas)


def shape(value: Any) -> Any:
    """The fields of an object without their values."""
    if isinstance(value, dict):
        return {str(key): shape(item) for key, item in sorted(value.items(), key=str)}
    return sorted({str(shape(item)) for item in value}) if isinstance(value, list) else None


def test_we_agree_on_mutated_copies_and_point_where_the_server_points(server, checker, mutator, record_property):
    seen: Counter[str] = Counter()

    # Mutants are drawn through Hypothesis, so that a counterexample shrinks; the seed is another each run.
    @settings(
        max_examples=MUTANTS,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
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
    assert judged >= 5_000, seen
    assert min(seen["valid"], seen["invalid"]) > judged / 10, seen
    # The server writes some paths otherwise (`resources[storage]`, no `metadata` before `annotations`).
    assert seen["same place"] > 0.85 * seen["fields"], seen


def test_the_comparison_notices_a_disagreement(server, checker, monkeypatch):
    monkeypatch.setattr(checker, "judge", lambda _data: Judgement(Answer.VALID))

    assert "the server: invalid" in difference(server, checker, {"apiVersion": "v1", "kind": "Pod", "metadata": {}})

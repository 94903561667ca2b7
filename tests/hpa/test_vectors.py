"""Each recorded state of the controller, by its sentence; and what files of vectors may not look like."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.model.errors import InputError
from simulator.hpa.vectors import Mismatch, VectorReport, answer, run_vectors
from tests.oracles import Oracle

OWN = Path(__file__).with_name("vectors.json")
SHARED = Path(__file__).parents[3] / "shared" / "vectors" / "hpa-examples.json"
VECTORS: list[dict[str, Any]] = json.loads(OWN.read_text(encoding="utf-8"))
GOOD = VECTORS[0]


def relevant(answered: dict[str, Any], vector: dict[str, Any]) -> dict[str, Any]:
    return {key: answered.get(key) for key in vector["expect"]}


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_it_is_so_that(vector: dict[str, Any]) -> None:
    assert relevant(answer(vector), vector) == vector["expect"]


@pytest.mark.oracle
def test_upstream_says_the_same_of_each(oracle: Oracle) -> None:
    assert [relevant(oracle.ask(vector), vector) for vector in VECTORS] == [vector["expect"] for vector in VECTORS]


def test_the_shared_vectors_all_pass() -> None:
    if not SHARED.exists():
        pytest.skip("../shared/vectors/hpa-examples.json is not there")

    assert run_vectors(SHARED) == VectorReport(passed=55, mismatches=())


class TestReport:
    def test_a_wrong_expectation_is_a_mismatch_with_both_sides(self, tmp_path: Path) -> None:
        wrong = {**GOOD, "name": "wrong", "expect": {"replicas": 7}}
        file = written(tmp_path, [GOOD, wrong])

        assert run_vectors(file) == VectorReport(
            1, (Mismatch("wrong", {"replicas": 7}, {"replicas": 2, "error": False}),)
        )

    def test_an_expected_error_that_does_not_come_is_a_mismatch(self, tmp_path: Path) -> None:
        assert run_vectors(written(tmp_path, [{**GOOD, "expect": {"error": True}}])).failed == 1

    def test_an_expectation_that_nothing_answers_is_a_mismatch(self, tmp_path: Path) -> None:
        assert run_vectors(written(tmp_path, [{**GOOD, "expect": {"replicas": 2, "pods": 3}}])).failed == 1


def written(folder: Path, content: Any) -> Path:
    file = folder / "vectors.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return file


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in GOOD.items() if name != key}


POD = GOOD["pods"][0]


@pytest.mark.parametrize(
    "content, message",
    [
        ("[1,\n  oops]", r"vectors.json:2:3: is not JSON"),
        ("[" * 100_000, "is not usable JSON"),
        ('[{"name": NaN}]', "NaN is no JSON number"),
        ({}, "expected a list of vectors"),
        ([], "holds no vectors"),
        ([3], "entry 1: expected an object, found a number"),
        ([without("name")], "entry 1: name: is required"),
        ([GOOD, without("kind")], r"entry 2 \('77.9 .*'\): kind: is required"),
        ([{**GOOD, "kind": "guess"}], "kind: expected one of proposal, rate, stabilize, reconcile, found 'guess'"),
        ([without("expect")], "expect: is required"),
        ([{**GOOD, "expect": {}}], "expect: holds neither replicas nor error"),
        ([{**GOOD, "expect": {"replicas": "2"}}], "expect.replicas: expected a whole number, found a string"),
        ([without("metric")], "metric: is required"),
        ([{**GOOD, "metric": {"type": "Pods"}}], "metric.pods: is required"),
        ([{**GOOD, "currentReplicas": -1}], "currentReplicas: expected a whole number from 0 to 2147483647, found -1"),
        ([{**GOOD, "currentReplicas": True}], "currentReplicas: expected a whole number, found a boolean"),
        ([{**GOOD, "pods": {}}], "pods: expected a list, found an object"),
        ([{**GOOD, "pods": [{**POD, "ready": 3}]}], r"pods\[0\].ready: expected true, false or 'Unknown', found 3"),
        ([{**GOOD, "pods": [{**POD, "containers": [{}]}]}], r"pods\[0\].containers\[0\].name: is required"),
        ([{**GOOD, "metrics": {"external": ["many"]}}], r"metrics.external\[0\].value: .*'many'"),
        ([{**GOOD, "tolerance": {"scaleUp": "x"}}], "tolerance.scaleUp: expected a number, found a string"),
    ],
)
def test_an_unusable_file_names_the_entry_and_the_field(tmp_path: Path, content: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        run_vectors(written(tmp_path, content))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"absent\.json: No such file"):
        run_vectors(tmp_path / "absent.json")


def test_a_binary_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "vectors.json"
    file.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(InputError, match="is not UTF-8 text"):
        run_vectors(file)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(vector=st.sampled_from(VECTORS), data=st.data())
def test_any_field_of_any_shape_is_answered_or_refused(vector: dict[str, Any], data: st.DataObject) -> None:
    damaged = json.loads(json.dumps(vector))
    place = damaged
    while True:
        key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = data.draw(json_values)

    try:
        answered = answer(damaged)
    except InputError:
        return

    assert {"replicas", "error"} & set(answered)

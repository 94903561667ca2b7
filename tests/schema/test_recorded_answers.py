"""What kube-apiserver 1.37.2 said of an object, the schema check says too (`recording.py` has its answers)."""

from __future__ import annotations

import json

import pytest

from tests.schema.agreement import Answer, Checker, Judgement, told
from tests.schema.recording import FILE, changed, label, objects

LINES = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]
PARTS = 8


@pytest.fixture(scope="module")
def checker() -> Checker:
    return Checker()


@pytest.mark.parametrize("part", range(PARTS))
def test_we_answer_as_the_server_did(checker, part):
    ground, wrong = {label(data): data for data in objects()}, []

    for line in LINES[part::PARTS]:
        server = Judgement(Answer(line["answer"]), (), line.get("says", ""))
        ours = checker.judge(changed(ground[line["object"]], line["changes"]))
        if server.answer is not ours.answer and not told(server, ours):
            wrong.append((line["object"], line["changes"], server.message, ours.message))

    assert wrong == []


def test_both_answers_are_recorded_in_number():
    answers = [line["answer"] for line in LINES]

    assert answers.count("invalid") > 400
    assert answers.count("valid") > 400


def test_the_ground_itself_is_valid(checker):
    assert [checker.judge(data).message for data in objects() if checker.judge(data).answer is not Answer.VALID] == []

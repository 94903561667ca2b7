"""A requirement counts as proven only if every check it names exists and looked at something."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from seatrial.checks import intent
from seatrial.checks.base import CheckInfo
from seatrial.model.architecture import Architecture, CheckReference, Requirement
from seatrial.model.position import Position
from seatrial.model.verdict import Severity, Status, Subject, Verdict

PLACE = Position("architecture/requirements.yaml", 7, 3)
CHECK = CheckInfo("shop/open", "Shop is open", Severity.HIGH, "", "", "policy")
WEB = Subject("v1", "Service", "shop", "web")


def requirement(*references: tuple[str, str | None]) -> Requirement:
    return Requirement(
        id="R001",
        group="A",
        line=None,
        text="The shop is open.",
        checks=tuple(CheckReference(check, subject, PLACE) for check, subject in references),
        planned=None,
        position=PLACE,
    )


@pytest.fixture(scope="module")
def whole() -> Architecture:
    return Architecture.load(Path(__file__).resolve().parents[2])


def judge(whole: Architecture, wanted: Requirement, *answers: Verdict) -> Verdict:
    _, (found,) = intent.judge(attrs.evolve(whole, requirements=(wanted,)), [CHECK], answers)
    return found


def answer(status: Status = Status.PASS, subject: Subject = WEB) -> Verdict:
    return Verdict("shop/open", status, Severity.HIGH, subject, "", requirements=("R001",))


def test_a_check_that_answered_proves(whole: Architecture) -> None:
    found = judge(whole, requirement(("shop/open", None)), answer())

    assert (found.status, found.subject.name, found.position) == (Status.PASS, "R001", PLACE)
    assert found.evidence == {"verdicts": 1, "checks": ["shop/open"]}


def test_a_failing_answer_is_an_answer_too(whole: Architecture) -> None:
    assert judge(whole, requirement(("shop/open", None)), answer(Status.FAIL)).status is Status.PASS


def test_a_check_that_does_not_exist_proves_nothing(whole: Architecture) -> None:
    found = judge(whole, requirement(("shop/opne", None)))

    assert found.status is Status.FAIL
    assert found.message == "not proven: shop/opne does not exist (did you mean shop/open?)"
    assert found.position == PLACE


def test_a_check_that_skipped_proves_nothing(whole: Architecture) -> None:
    found = judge(whole, requirement(("shop/open", None)), answer(Status.SKIPPED))

    assert found.message == "not proven: shop/open looked at nothing"


def test_each_named_subject_must_have_been_looked_at(whole: Architecture) -> None:
    found = judge(whole, requirement(("shop/open", "Service/web"), ("shop/open", "Service/api")), answer())

    assert found.message == "not proven: shop/open of Service/api looked at nothing"


def test_planned_requirements_are_not_judged(whole: Architecture) -> None:
    planned = attrs.evolve(requirement(), planned="the shop's manifests")

    assert intent.judge(attrs.evolve(whole, requirements=(planned,)), [CHECK], [])[1] == []

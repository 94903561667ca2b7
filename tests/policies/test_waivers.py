"""Waivers accept failures for a time, visibly, and fail themselves when they no longer hold."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import attrs
import hypothesis.strategies as st
import pytest
from hypothesis import given

from seatrial.checks import waivers
from seatrial.checks.waivers import Waiver
from seatrial.model.errors import InputError
from seatrial.model.position import Position
from seatrial.model.verdict import Severity, Status, Subject, Verdict
from tests.policies.conftest import ROOT

TODAY = dt.date(2026, 11, 23)
PLACE = Position("waivers.yaml", 3, 5)
KNOWN = ("images/digest-pinned", "images/no-mutable-tag")
WAIVER = Waiver("images/digest-pinned", "shop/*", "filled in at release", "platform", TODAY, PLACE)
FOUND = Verdict(
    "images/digest-pinned", Status.FAIL, Severity.MEDIUM, Subject("apps/v1", "Deployment", "shop", "web"), "no digest",
    evidence={"image": "a:1.0"},
)  # fmt: skip

FILE = """waivers:
  - check: images/digest-pinned
    subject: shop/*
    reason: filled in at release
    owner: platform
    expires: "2026-11-23"
"""


def apply(found: list[Verdict], *given_waivers: Waiver, complete: bool = True) -> list[Verdict]:
    """What becomes of the verdicts, and the failing ones about the waivers themselves."""
    judged = waivers.apply(found, given_waivers, TODAY, KNOWN, complete=complete)
    return [item for item in judged if not item.check.startswith("waivers/") or item.status is Status.FAIL]


def test_a_waived_failure_keeps_everything_and_says_who_accepted_it() -> None:
    accepted = {"reason": "filled in at release", "owner": "platform", "expires": "2026-11-23"}

    assert apply([FOUND], WAIVER) == [
        attrs.evolve(FOUND, status=Status.WAIVED, evidence={"image": "a:1.0", "waiver": accepted})
    ]


def test_an_expired_waiver_accepts_nothing_and_fails() -> None:
    expired = attrs.evolve(WAIVER, expires=TODAY - dt.timedelta(days=1))

    kept, faulty = apply([FOUND], expired)

    assert kept == FOUND
    assert (faulty.check, faulty.status, faulty.position) == ("waivers/expired", Status.FAIL, PLACE)
    assert "expired on 2026-11-22" in faulty.message


def test_an_unused_waiver_fails() -> None:
    [kept, faulty] = apply([attrs.evolve(FOUND, status=Status.PASS)], WAIVER)

    assert kept.status is Status.PASS
    assert (faulty.check, faulty.status, faulty.position) == ("waivers/unused", Status.FAIL, PLACE)


def test_a_waiver_of_an_unknown_check_fails_and_suggests_the_nearest() -> None:
    [kept, faulty] = apply([FOUND], attrs.evolve(WAIVER, check="images/digest-pined"))

    assert kept == FOUND
    assert faulty.check == "waivers/unknown-check"
    assert "did you mean images/digest-pinned?" in faulty.message


def test_a_run_of_some_groups_does_not_judge_waivers_of_others() -> None:
    other = attrs.evolve(WAIVER, check="security/rbac-least-privilege")

    assert apply([], other, complete=False) == []


@pytest.mark.parametrize(
    "pattern, accepted",
    [
        ("shop/web[Deployment]", True),
        ("shop/*", True),
        ("*[Deployment]", True),
        ("shop/we?[Deployment]", True),
        ("shop/web", False),
        ("shop/web[Service]", False),
        ("other/*", False),
    ],
)
def test_a_subject_is_a_pattern_of_what_reports_show(pattern: str, accepted: bool) -> None:
    assert attrs.evolve(WAIVER, subject=pattern).accepts(FOUND) is accepted


@given(st.lists(st.sampled_from(list(Status))))
def test_only_failures_are_waived(statuses: list[Status]) -> None:
    found = [attrs.evolve(FOUND, status=status) for status in statuses]

    after = apply(found, WAIVER)[: len(found)]

    assert [verdict.status for verdict in after] == [
        Status.WAIVED if status is Status.FAIL else status for status in statuses
    ]


def test_a_file_is_read_with_its_places(tmp_path: Path) -> None:
    (tmp_path / "waivers.yaml").write_text(FILE)

    [found] = waivers.load(tmp_path)

    assert attrs.evolve(found, position=PLACE) == WAIVER
    assert (found.position.line, found.position.column) == (2, 5)


def test_a_folder_without_the_file_has_no_waivers(tmp_path: Path) -> None:
    assert waivers.load(tmp_path) == ()


@pytest.mark.parametrize(
    "old, new, line",
    [
        ("    owner: platform\n", "", 2),
        ("images/digest-pinned", "digest-pinned", 2),
        ("filled in at release", "later", 4),
        ('"2026-11-23"', '"2026-13-01"', 6),
        ('"2026-11-23"', "soon", 6),
        ("    owner: platform\n", "    owner: platform\n    until: never\n", 6),
    ],
)
def test_a_mistake_in_the_file_is_told_with_its_line(tmp_path: Path, old: str, new: str, line: int) -> None:
    (tmp_path / "waivers.yaml").write_text(FILE.replace(old, new))

    with pytest.raises(InputError) as raised:
        waivers.load(tmp_path)

    assert raised.value.position is not None
    assert raised.value.position.line == line


def test_the_projects_waivers_are_readable_and_justified() -> None:
    for waiver in waivers.load(ROOT / "policies"):
        assert len(waiver.reason.split()) >= 5
        assert waiver.owner


def test_a_waiver_in_order_passes_each_check_of_waivers() -> None:
    judged = waivers.apply([FOUND], [WAIVER], TODAY, KNOWN)

    assert {item.check: item.status for item in judged[1:]} == {
        "waivers/unknown-check": Status.PASS,
        "waivers/expired": Status.PASS,
        "waivers/unused": Status.PASS,
    }

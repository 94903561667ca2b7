"""The architecture document as known-bad input: declared finders find it there, and nothing of it in production."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from seatrial.checks.base import Context
from seatrial.cli import explaining
from seatrial.model.architecture import Architecture
from seatrial.model.architecture.contradictions import Contradiction, load_contradictions
from seatrial.model.errors import InputError
from seatrial.model.inventory import Inventory
from seatrial.model.project import Project
from seatrial.model.verdict import Status, Verdict
from seatrial.verification import STATIC_GROUPS, verify
from tests.architecture import contradictions_page
from tests.architecture.conftest import ROOT

DECLARED = contradictions_page.declared()
FOUND = [item for item in DECLARED.contradictions if item.found_by]

each_found = pytest.mark.parametrize("item", FOUND, ids=lambda item: item.id)


@functools.cache
def verdicts(overlay: str) -> tuple[Verdict, ...]:
    return verify(str(ROOT / "manifests"), overlay=overlay, only=STATIC_GROUPS).verdicts


@each_found
def test_each_finder_fails_on_the_literal_rendering(item: Contradiction) -> None:
    blind = [finder for finder in item.found_by if not any(finder.finds(verdict) for verdict in verdicts("as-written"))]

    assert blind == []


@each_found
def test_no_finder_fails_in_production(item: Contradiction) -> None:
    found = [str(verdict) for finder in item.found_by for verdict in verdicts("production") if finder.finds(verdict)]

    assert found == []


def test_production_keeps_what_the_literal_rendering_breaks() -> None:
    """Where the same object is in production, the check has looked at it there and passed it."""
    here = {(verdict.check, verdict.subject.kind, verdict.subject.name): verdict for verdict in verdicts("production")}
    finders = [finder for item in FOUND for finder in item.found_by]
    looked = [here[key] for finder in finders if (key := (finder.check, *finder.subject.split("/"))) in here]

    assert [verdict for verdict in looked if verdict.status is Status.FAIL] == []
    assert len(looked) > len(finders) / 2


def test_the_whole_of_it_fails_and_no_check_falls_silent() -> None:
    assert any(verdict.status is Status.FAIL for verdict in verdicts("as-written"))
    here, there = ({verdict.check for verdict in verdicts(name)} for name in ("production", "as-written"))
    assert here <= there


def test_every_finder_is_a_check_that_exists() -> None:
    home = Project(ROOT, whole=True)
    known = {info.id for info in explaining.catalog(Context(Inventory(()), Architecture.load(ROOT), home.policies))}

    assert {finder.check for item in FOUND for finder in item.found_by} <= known


def test_each_contradiction_is_settled_by_a_decision() -> None:
    assert [item.id for item in DECLARED.contradictions if not item.decisions] == []


def test_all_of_the_reference_are_listed() -> None:
    assert [item.id for item in DECLARED.contradictions] == [f"C{number:02}" for number in range(1, 73)]


def test_the_page_is_that_of_the_declaration() -> None:
    assert contradictions_page.PAGE.read_text("utf-8") == contradictions_page.text(), (
        "run `python -m tests.architecture.contradictions_page`"
    )


VALID = """\
overlay: as-written
contradictions:
  - id: C01
    line: "3"
    title: Two ways
    resolution: one way
    found_by:
      - {check: a/b, subject: Pod/web, says: wrong}
  - id: C02
    line: null
    title: No way
    resolution: a way
    missing: a check
"""


def load(root: Path, text: str, decision: str = "Settles: C01, C02") -> tuple[Contradiction, ...]:
    folder = root / "architecture"
    (folder / "decisions").mkdir(parents=True)
    (folder / "contradictions.yaml").write_text(text)
    (folder / "decisions" / "0001-one-way.md").write_text(f"# 0001. One way\n\n{decision}\n")
    found = load_contradictions(root)
    assert found is not None
    return found.contradictions


def test_decisions_say_what_they_settle(tmp_path: Path) -> None:
    first, second = load(tmp_path, VALID, "Settles: C02")

    assert (first.decisions, second.decisions) == ((), ("0001-one-way.md",))


def test_a_project_may_have_none(tmp_path: Path) -> None:
    assert load_contradictions(tmp_path) is None


@pytest.mark.parametrize(
    "old, new, place, message",
    [
        ("id: C02", "id: C01", ":9:9:", 'contradiction "C01" is declared twice, first on line 3'),
        ("id: C02", "id: C03", ":9:9:", "expected C02 here, found C03"),
        ("id: C02", "id: R02", ":9:9:", "text that matches"),
        ("    missing: a check\n", "", ":9:5:", "C02"),
        ("Pod/web", "web", ":8:31:", "text that matches"),
        ("says: wrong", "sais: wrong", ":8:", "sais"),
    ],
)
def test_mistakes_are_told_with_their_place(tmp_path: Path, old: str, new: str, place: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path, VALID.replace(old, new))

    assert place in str(caught.value)
    assert message in str(caught.value)


def test_a_decision_settles_only_what_is_listed(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r'0001-one-way\.md settles an unknown contradiction "C09"'):
        load(tmp_path, VALID, "Settles: C01, C09")

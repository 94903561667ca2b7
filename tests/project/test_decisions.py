"""Decisions are numbered without gaps, named by their file and told in three parts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.project import tree

DECISIONS = [
    path
    for path in tree.files()
    if path.parent == Path("architecture/decisions") and path.suffix == ".md" and path.name != "README.md"
]


def test_the_numbers_are_one_to_n() -> None:
    numbers = [path.name[:5] for path in DECISIONS]

    assert numbers == [f"{number:04}-" for number in range(1, len(DECISIONS) + 1)]
    assert DECISIONS


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_file_is_named_by_number_and_title(path: Path) -> None:
    assert re.fullmatch(r"\d{4}(-[a-z0-9]+)+\.md", path.name)


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_gives_context_decision_and_consequences(path: Path) -> None:
    headings = re.findall(r"^## (\w+)", tree.text(path) or "", re.MULTILINE)

    assert [heading for heading in headings if heading in {"Context", "Decision", "Consequences"}] == [
        "Context",
        "Decision",
        "Consequences",
    ]


def test_every_decision_named_in_the_tree_exists() -> None:
    known = {path.name[:4] for path in DECISIONS}
    named = {
        (str(path), number)
        for path, content in tree.own_texts()
        for number in re.findall(r"\bADR[ -](\d{4})\b", content)
        if path != Path("tests/project/test_decisions.py")
    }

    assert {(path, number) for path, number in named if number not in known} == set()

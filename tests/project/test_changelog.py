"""Fragments of the changelog are named so that towncrier finds them, and say something."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.project import tree

FRAGMENTS = [path for path in tree.files() if path.parts[0] == "changelog.d" and path.name != "README.md"]
KINDS = "|".join(kind["directory"] for kind in tree.pyproject()["tool"]["towncrier"]["type"])


@pytest.mark.parametrize("path", FRAGMENTS, ids=lambda path: path.name)
def test_a_fragment_names_its_issue_and_kind(path: Path) -> None:
    assert re.fullmatch(rf"(\d+|\+[a-z0-9-]+)\.({KINDS})(\.\d+)?\.md", path.name)


@pytest.mark.parametrize("path", FRAGMENTS, ids=lambda path: path.name)
def test_a_fragment_is_a_sentence(path: Path) -> None:
    assert (tree.text(path) or "").strip().endswith(".")

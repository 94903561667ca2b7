"""What holds of every file in the repository."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.project import tree

# Spelled in parts, so that this file does not name what it forbids.
PACKAGE_HOSTS = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("crates", "io"),
        ("proxy", "golang", "org"),
        ("sum", "golang", "org"),
        ("maven", "org"),
        ("deb", "debian", "org"),
    )
)
INDEX_OPTION = re.compile("|".join(("--(extra-)?index" + "-url", "--find" + "-links", "GOPROXY" + r"=\S*:")))
WORKPLACE = re.compile(r"(?<![\w.}-])/" + "work/")
UNFINISHED = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "NotImplemented" + "Error")) + r")\b")
SILENCED = re.compile(r"#\s*(?:noqa|type:\s*ignore)\b(?P<rest>.*)$", re.MULTILINE)
CODES = re.compile(r"^(?:\[[\w\-, ]+\]|:\s*[A-Z]+\d+(?:\s*,\s*[A-Z]+\d+)*)?")


def lines_matching(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path}:{number}: {line.strip()}"
        for path, content in tree.own_texts()
        for number, line in enumerate(content.splitlines(), start=1)
        if pattern.search(line)
    ]


def test_no_file_names_the_host_of_a_package_registry() -> None:
    assert lines_matching(re.compile("|".join(map(re.escape, PACKAGE_HOSTS)))) == []


def test_no_file_chooses_a_package_index() -> None:
    assert lines_matching(INDEX_OPTION) == []


def test_no_file_names_a_path_of_one_machine() -> None:
    assert lines_matching(WORKPLACE) == []


def test_no_built_or_downloaded_file_is_kept() -> None:
    built = {".whl", ".gz", ".tgz", ".zip", ".tar", ".so", ".pyc", ".exe", ".o", ".a", ".log"}

    assert [path for path in tree.files() if path.suffix in built] == []


def test_nothing_is_left_unfinished() -> None:
    assert lines_matching(UNFINISHED) == []


@pytest.mark.parametrize("path", tree.python_files(), ids=str)
def test_a_module_stays_short_enough_to_read(path: Path) -> None:
    lines = len((tree.ROOT / path).read_text(encoding="utf-8").splitlines())

    assert lines < 500


def test_a_silenced_finding_says_why() -> None:
    bare = [
        f"{path}: {match.group().strip()}"
        for path in tree.python_files()
        for match in SILENCED.finditer(tree.text(path) or "")
        if len(CODES.sub("", match["rest"]).strip(" -#:\"'")) < 8
    ]

    assert bare == []


def test_a_silenced_finding_names_its_rule() -> None:
    blanket = [
        f"{path}: {match.group().strip()}"
        for path in tree.python_files()
        for match in SILENCED.finditer(tree.text(path) or "")
        if not match["rest"].startswith(("[", ":"))
    ]

    assert blanket == []

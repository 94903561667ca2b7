"""Every command in the documentation works and prints what the page shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.project import console, tree

# What a ```sh block may hold: set-up that a test of the suite cannot run inside itself.
SET_UP = re.compile(
    r"python3 -m (pip|tox)\b|tox\b|git\b|pre-commit\b|seatrial (--install-completion|lab build)\b|export \w+=|$"
)
LANGUAGES = {
    "",
    "console",
    "sh",
    "text",
    "yaml",
    "json",
    "rego",
    "gherkin",
    "python",
    "toml",
    "ini",
    "markdown",
    "mermaid",
}

PAGES = {str(path): console.blocks(tree.text(path) or "") for path in tree.pages()}
RUN = [name for name, blocks in PAGES.items() if any(block.language == "console" for block in blocks)]
NEEDING = {need: [name for name in RUN if any(need in block.needs for block in PAGES[name])] for need in console.NEEDS}


def follow(page: str, project: Path, *having: str) -> list[str]:
    """Do what a page says in a copy of the project, but for blocks that need what we are not *having*.

    Returns what went otherwise than shown.
    """
    console.copy_project(project)
    path = console.install_command(project.parent / "bin")
    surprises = []
    for block in PAGES[page]:
        if not block.needs <= set(having):
            continue
        if block.file is not None:
            target = project / block.file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.body, encoding="utf-8")
        for command in block.commands() if block.language == "console" else ():
            output = console.run(command, cwd=project, path=path)
            lacking = console.missing(command.shown, output)
            if lacking is not None:
                surprises.append(f"block {block.number}: `{command.line}` prints no line {lacking!r}, but:\n{output}")
    return surprises


@pytest.mark.parametrize("page", RUN)
def test_the_commands_of_a_page_work(page: str, tmp_path: Path) -> None:
    project = tmp_path / "project"

    assert follow(page, project) == []


@pytest.mark.slow
@pytest.mark.parametrize("page", NEEDING["slow"])
def test_the_long_commands_of_a_page_work_too(page: str, tmp_path: Path) -> None:
    project = tmp_path / "project"

    assert follow(page, project, "slow") == []


@pytest.mark.lab
@pytest.mark.usefixtures("lab_built")
@pytest.mark.parametrize("page", NEEDING["lab"])
def test_the_commands_of_a_page_that_need_a_control_plane_work_too(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, labs = tmp_path / "project", tmp_path / "labs"
    labs.mkdir()
    monkeypatch.setenv("TMPDIR", str(labs))

    assert follow(page, project, "lab") == []
    assert [path.name for path in labs.iterdir() if path.name.startswith("seatrial-labs")] == []


@pytest.mark.parametrize("page", PAGES)
def test_a_command_that_is_not_run_is_set_up(page: str) -> None:
    others = [
        line
        for block in PAGES[page]
        if block.language == "sh"
        for line in block.body.splitlines()
        if not SET_UP.match(re.sub(r"\s*#.*", "", line))
    ]

    assert others == []


@pytest.mark.parametrize("page", PAGES)
def test_a_block_says_its_language(page: str) -> None:
    assert {block.language for block in PAGES[page]} <= LANGUAGES


@pytest.mark.parametrize("page", PAGES)
def test_every_tox_environment_shown_exists(page: str) -> None:
    known = {*tree.tox_environments(), "py312-unit", "py313-unit"}
    shown = re.findall(r"\btox (?:run )?(?:-q )?-e ([\w,-]+)", tree.text(Path(page)) or "")

    assert {name for names in shown for name in names.split(",")} <= known


@pytest.mark.parametrize("page", PAGES)
def test_every_link_inside_the_repository_leads_somewhere(page: str) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", tree.text(Path(page)) or "")
    inside = [target for target in targets if "://" not in target]

    assert [target for target in inside if not (tree.ROOT / page).parent.joinpath(target).exists()] == []


class TestConsole:
    """The reader of pages itself: a page that is wrong is noticed."""

    def test_a_missing_line_is_named(self) -> None:
        assert console.missing(("one", "two"), "one\nthree\n") == "two"

    def test_lines_out_of_order_are_noticed(self) -> None:
        assert console.missing(("two", "one"), "one\ntwo\n") == "one"

    def test_an_ellipsis_stands_for_lines_or_text(self) -> None:
        assert console.missing(("one", "...", "f... 4"), "one\ntwo\nthree\nfour 4\n") is None

    def test_an_unexpected_exit_code_fails(self, tmp_path: Path) -> None:
        command = console.Command(line="exit 2", shown=(), exit_code=1)

        with pytest.raises(AssertionError, match="ended with 2, the page says 1"):
            console.run(command, cwd=tmp_path, path=tmp_path)

    def test_notes_before_a_block_belong_to_it(self) -> None:
        (block,) = console.blocks("<!-- exit: 1 -->\n<!-- slow -->\n```console\n$ a\n$ b \\\n> c\nout\n```\n")

        assert block.needs == {"slow"}
        assert block.commands() == [
            console.Command(line="a", shown=(), exit_code=0),
            console.Command(line="b \\\nc", shown=("out",), exit_code=1),
        ]

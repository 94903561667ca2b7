"""docs/reference/cli.md names the commands and options that there are, and no others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from tests.project import tree

PAGE = tree.text(Path("docs/reference/cli.md")) or ""
EVERYWHERE = {"--help", "--install-completion", "--show-completion"}


def commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    # typer brings a click of its own, so its classes are known by what they have
    if hasattr(command, "commands"):
        for sub, below in command.commands.items():
            yield from commands(below, f"{name} {sub}")
    else:
        yield name, command


def actual() -> dict[str, set[str]]:
    from seatrial.cli.app import app

    return {
        name: {max(parameter.opts, key=len) for parameter in command.params if parameter.param_type_name == "option"}
        - EVERYWHERE
        for name, command in commands(typer.main.get_command(app), "seatrial")
    }


def described() -> dict[str, set[str]]:
    sections = re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]
    return {
        section.partition("\n")[0].strip(): set(re.findall(r"^\| `(--[\w-]+)` \|", section, re.MULTILINE))
        for section in sections
    }


def test_the_page_describes_every_command_with_its_options() -> None:
    assert described() == actual()


def test_the_page_lists_the_groups_of_checks() -> None:
    from seatrial.verification import ACCEPTANCE, GROUPS

    (row,) = re.findall(r"^\| `--only` \|.*: (.+) \|$", PAGE, re.MULTILINE)

    assert row.split(", ") == [*GROUPS, ACCEPTANCE]


def test_the_page_lists_the_formats() -> None:
    from seatrial.report import FORMATS

    (row,) = re.findall(r"## seatrial verify.*?^\| `--format` \| (.+?) \|$", PAGE, re.MULTILINE | re.DOTALL)

    assert set(re.split(r", | or ", row)) == set(FORMATS)

"""Reads the commands out of a page of documentation and runs them as a reader would.

A page is a session in a copy of the project. Three things in it are carried out, in the order of the page:

* a block that follows `<!-- file: PATH -->` is written to that file of the copy;
* a line `$ COMMAND` in a ```` ```console ```` block is run by bash, and the lines below it are what the reader sees:
  each must be in the output, in that order; a line `...` stands for any lines, `...` inside a line for any text;
* `<!-- exit: N -->` before a block gives the exit code of its last command (0 without it), `<!-- slow -->` says that
  the block takes seconds, `<!-- lab -->` that it needs the real control plane: such blocks are left out elsewhere.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import attrs

from tests.project import tree

# What a project of a user holds; the copy lacks the sources of Seatrial, which users have installed.
# pyproject.toml and conftest.py tell pytest where the features and their steps are.
PROJECT = ("architecture", "features", "manifests", "policies", "conftest.py", "pyproject.toml")

FENCE = re.compile(
    r"(?P<notes>(?:^<!--[^\n]*-->\n+)*)^```(?P<language>[\w-]*)[^\n]*\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL
)
NOTE = re.compile(r"<!--\s*(?P<key>file|exit|slow|lab)(?::\s*(?P<value>\S+))?\s*-->")
NEEDS = frozenset({"slow", "lab"})


@attrs.frozen
class Command:
    """One command line and the output that the page shows below it."""

    line: str
    shown: tuple[str, ...]
    exit_code: int


@attrs.frozen
class Block:
    """One fenced block of a page, with the notes before it."""

    number: int
    language: str
    body: str
    file: str | None
    exit_code: int
    needs: frozenset[str]
    """`slow`, `lab`, both or none."""

    def commands(self) -> list[Command]:
        """The commands of a console block; only its last one may fail."""
        found: list[tuple[str, list[str]]] = []
        for line in self.body.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            elif line.startswith("> ") and found and not found[-1][1]:
                found[-1] = (f"{found[-1][0]}\n{line[2:]}", [])
            elif found:
                found[-1][1].append(line)
        codes = [0] * (len(found) - 1) + [self.exit_code]
        return [Command(line, tuple(shown), code) for (line, shown), code in zip(found, codes, strict=True)]


def blocks(page: str) -> list[Block]:
    """Every fenced block of a page's text."""
    return list(_blocks(page))


def _blocks(page: str) -> Iterator[Block]:
    for number, match in enumerate(FENCE.finditer(page), start=1):
        notes = {note["key"]: note["value"] for note in NOTE.finditer(match["notes"])}
        yield Block(
            number=number,
            language=match["language"],
            body=match["body"],
            file=notes.get("file"),
            exit_code=int(notes.get("exit") or 0),
            needs=frozenset(notes) & NEEDS,
        )


def copy_project(folder: Path) -> None:
    """Copy what a user's project holds, as the repository has it, into a folder."""
    for path in tree.files():
        if path.parts[0] in PROJECT:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(tree.ROOT / path, folder / path)


def install_command(folder: Path) -> Path:
    """A folder for the PATH whose `seatrial` is the tree under test, installed or not."""
    folder.mkdir(parents=True, exist_ok=True)
    command = folder / "seatrial"
    program = "import sys; from seatrial.cli import main; sys.exit(main())"
    command.write_text(f"#!/bin/sh\nPYTHONPATH='{tree.ROOT}' exec '{sys.executable}' -c '{program}' \"$@\"\n")
    command.chmod(0o755)
    return folder


def run(command: Command, *, cwd: Path, path: Path) -> str:
    """Run a command in a folder and return what it printed; fails unless it ended as the page says."""
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "COV_"))},
        **plugin(),
        "PATH": os.pathsep.join((str(path), str(Path(sys.executable).parent), os.environ["PATH"])),
        "NO_COLOR": "1",
        "COLUMNS": "120",
    }
    finished = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command.line],
        cwd=cwd,
        env=environment,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    message = (
        f"$ {command.line}\nended with {finished.returncode}, the page says {command.exit_code}\n{finished.stdout}"
    )
    assert finished.returncode == command.exit_code, message
    return finished.stdout


def plugin() -> dict[str, str]:
    """What lets pytest know the plugin where the tree under test was not installed: nothing where it was."""
    if any(point.name == "seatrial" for point in metadata.entry_points(group="pytest11")):
        return {}
    return {"PYTHONPATH": str(tree.ROOT), "PYTEST_PLUGINS": "seatrial.pytest_plugin"}


def missing(shown: tuple[str, ...], output: str) -> str | None:
    """The first shown line that the output lacks at its place, or None when all are there in order."""
    lines = iter(line.rstrip() for line in output.splitlines())
    for line in shown:
        wanted = line.rstrip()
        if wanted in {"", "..."}:
            continue
        pattern = re.compile(".*".join(re.escape(part) for part in wanted.split("...")))
        if not any(pattern.fullmatch(candidate) for candidate in lines):
            return wanted
    return None

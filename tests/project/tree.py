"""What the tests of the repository share: its root, its files, its configuration."""

from __future__ import annotations

import configparser
import functools
import subprocess
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]

# Files whose text is not ours to word: licences and hashes.
FOREIGN_NAMES = frozenset({"LICENSE", "go.sum"})


@functools.cache
def files() -> tuple[Path, ...]:
    """Every file of the repository, relative to its root: tracked, or new and not ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    paths = sorted({Path(name) for name in listed.stdout.split("\0") if name})
    return tuple(path for path in paths if (ROOT / path).is_file())


@functools.cache
def text(path: Path) -> str | None:
    """The text of a file of the repository, or None for a picture or another binary file."""
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def own_texts() -> list[tuple[Path, str]]:
    """Path and text of every file that this project words itself."""
    texts = ((path, text(path)) for path in files() if path.name not in FOREIGN_NAMES)
    return [(path, content) for path, content in texts if content is not None]


def python_files() -> list[Path]:
    """Every Python file of the repository."""
    return [path for path in files() if path.suffix == ".py"]


def pages() -> list[Path]:
    """Every page of documentation that a reader is sent to, relative to the root."""
    top = [path for path in files() if path.suffix == ".md" and len(path.parts) == 1]
    return [*top, *(path for path in files() if path.suffix == ".md" and path.parts[0] == "docs")]


@functools.cache
def pyproject() -> dict[str, Any]:
    """The parsed pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@functools.cache
def tox() -> configparser.ConfigParser:
    """The parsed tox.ini."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string((ROOT / "tox.ini").read_text(encoding="utf-8"))
    return parser


def tox_environments() -> dict[str, configparser.SectionProxy]:
    """Name of each tox environment and its section; a factor such as py3{11,12}-unit counts as one."""
    return {
        section.removeprefix("testenv:"): tox()[section]
        for section in tox().sections()
        if section.startswith("testenv:") and not section.startswith("testenv:.")
    }

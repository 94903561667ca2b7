"""docs/architecture.md is a map of this tree: what it names exists, and what exists is named."""

from __future__ import annotations

import re
from pathlib import Path

from tests.project import tree

PAGE = tree.text(Path("docs/architecture.md")) or ""
NAMED = re.findall(r"`((?:[\w.-]+/)+[\w.<>*{},-]*|[\w-]+\.(?:ini|toml|py))`", PAGE)


def test_every_path_it_names_exists() -> None:
    plain = [name for name in NAMED if not re.search(r"[<>*{}]", name)]

    assert [name for name in plain if not (tree.ROOT / name).exists()] == []
    assert plain


def test_every_folder_at_the_top_is_named() -> None:
    folders = {path.parts[0] for path in tree.files() if len(path.parts) > 1 and not path.parts[0].startswith(".")}

    assert {folder for folder in folders if f"`{folder}/`" not in PAGE} == set()


def test_every_part_of_the_framework_is_named() -> None:
    parts = {path.parts[1] for path in tree.files() if path.parts[0] == "seatrial" and len(path.parts) > 1}
    packages = {f"seatrial/{part}/" for part in parts if "." not in part}
    modules = {f"seatrial/{part}" for part in parts if part.endswith(".py") and not part.startswith("__")}

    assert {part for part in packages | modules if f"`{part}`" not in PAGE} == set()


def test_the_layers_are_those_that_lint_enforces() -> None:
    (contract,) = (item for item in tree.pyproject()["tool"]["importlinter"]["contracts"] if item["type"] == "layers")
    enforced = [re.findall(r"\w+", layer) for layer in contract["layers"]]
    shown = [
        re.findall(r"`seatrial\.(\w+)`", line) for line in PAGE.splitlines() if re.match(r"\d+\. `seatrial\.", line)
    ]

    assert shown == enforced

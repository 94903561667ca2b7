"""All that decides a program names its folder in the cache, and nothing else does."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from seatrial import toolchain
from seatrial.toolchain import cache, table


def append(path: Path, text: str = "\n// changed\n") -> None:
    with path.open("a") as file:
        file.write(text)


@pytest.mark.parametrize("name", ["go.mod", "go.sum"])
@pytest.mark.parametrize("tool", toolchain.TOOLS)
def test_a_changed_pin_is_another_build(modules: Path, tool: str, name: str) -> None:
    before = {each: toolchain.cached(each) for each in toolchain.TOOLS}
    module = toolchain.TOOLS[tool].module

    append(modules / module / name)

    changed = {each for each in toolchain.TOOLS if toolchain.cached(each) != before[each]}
    assert changed == {each for each, other in toolchain.TOOLS.items() if other.module == module}


@pytest.mark.parametrize("source", ["main.go", "world.go", "inside/export.go"])
def test_a_changed_line_of_an_oracle_is_another_build(modules: Path, source: str) -> None:
    before = toolchain.cached("hpa-oracle")

    append(modules / "oracles" / "hpa" / source)

    assert toolchain.cached("hpa-oracle") != before


@pytest.mark.parametrize("file", ["README.md", "main_test.go"])
def test_what_is_not_built_does_not_matter(modules: Path, file: str) -> None:
    before = toolchain.cached("quantity-oracle")

    append(modules / "oracles" / "quantity" / file)

    assert toolchain.cached("quantity-oracle") == before


def test_files_do_not_run_into_one_another(modules: Path) -> None:
    """Moving a line from the end of one file to the beginning of the next is a change."""
    folder = modules / "oracles" / "quantity"
    append(folder / "go.mod", "\n// moved\n")
    before = toolchain.cached("quantity-oracle")
    text = (folder / "go.mod").read_text().removesuffix("// moved\n")
    (folder / "go.mod").write_text(text)
    (folder / "go.sum").write_text("// moved\n" + (folder / "go.sum").read_text())

    assert toolchain.cached("quantity-oracle") != before


@pytest.mark.parametrize(
    "change",
    [
        {"package": "example.com/other"},
        {"tags": ("other",)},
        {"stamps": ("main.version",)},
        {"constants": {"main.flavor": "other"}},
        {"inside": {"inside/export.go": "vendor/elsewhere.go"}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_another_recipe_is_another_build(change) -> None:
    tool = table.TOOLS["hpa-oracle"]
    # the package decides whether sources are ours; only the recipe is meant here
    changed = attrs.evolve(tool, **change)

    assert cache.digest(changed) != cache.digest(tool)


def test_how_much_memory_a_build_takes_does_not_matter() -> None:
    tool = table.TOOLS["opa"]

    assert cache.digest(attrs.evolve(tool, memory=1)) == cache.digest(tool)


def test_another_machine_is_another_build(monkeypatch: pytest.MonkeyPatch) -> None:
    before = toolchain.cached("opa")

    monkeypatch.setattr("platform.machine", lambda: "another")

    assert toolchain.cached("opa") != before

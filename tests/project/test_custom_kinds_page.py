"""The page about custom kinds lists those that ship, with their releases."""

from __future__ import annotations

from pathlib import Path

from seatrial.engines import custom
from seatrial.engines.schema_crd import maturity

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "custom-kinds.md"


def test_the_table_is_that_of_the_data() -> None:
    rows = []
    for project in custom.projects():
        for group in project.groups:
            served: dict[str, list[str]] = {}
            for gvk, kind in project.kinds.items():
                if kind["served"] and gvk.group == group:
                    served.setdefault(gvk.kind, []).append(gvk.version)
            kinds = [f"{name} {' '.join(sorted(served[name], key=maturity, reverse=True))}" for name in sorted(served)]
            rows.append(f"| {project.release} | `{group}` | {', '.join(kinds)} |")

    table = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("|")][2:]

    assert table == rows

"""Reports: one result model, a module per format, and each format imported only when it is asked for."""

from __future__ import annotations

from seatrial.model.errors import InputError
from seatrial.model.suggest import did_you_mean
from seatrial.report.output import write
from seatrial.report.run import AssumptionRow, CheckReference, RequirementRow, Run, Scope, Waiver

FORMATS = ("terminal", "concise", "json", "junit", "sarif", "github", "html")
"""Values of `--format`, the default first."""


def render(run: Run, format: str, *, show_passed: bool = False, color: bool = False, width: int = 100) -> str:  # noqa: A002 - the option's name
    """Return the report on *run* in *format*, one of `FORMATS`.

    Args:
        run: What to report.
        format: How to report it.
        show_passed: Whether people see passed verdicts too; JSON, JUnit and HTML always hold every verdict.
        color: Whether the terminal format may use colours.
        width: Columns of the terminal format.

    Raises:
        InputError: *format* is unknown, or the run judged nothing.
    """
    run.ensure_scope()
    match format:
        case "terminal":
            from seatrial.report import terminal

            return terminal.render(run, show_passed=show_passed, color=color, width=width)
        case "concise":
            from seatrial.report import concise

            return concise.render(run, show_passed=show_passed)
        case "json":
            from seatrial.report import json_text

            return json_text.render(run)
        case "junit":
            from seatrial.report import junit

            return junit.render(run)
        case "sarif":
            from seatrial.report import sarif

            return sarif.render(run, show_passed=show_passed)
        case "github":
            from seatrial.report import github

            return github.render(run)
        case "html":
            from seatrial.report import html_page

            return html_page.render(run)
        case _:
            hint = did_you_mean(format, FORMATS)
            raise InputError(f"unknown report format `{format}`{hint}", remedy=f"use one of {', '.join(FORMATS)}")


__all__ = [
    "FORMATS",
    "AssumptionRow",
    "CheckReference",
    "RequirementRow",
    "Run",
    "Scope",
    "Waiver",
    "render",
    "write",
]

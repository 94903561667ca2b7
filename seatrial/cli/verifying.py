"""`seatrial verify`."""

from __future__ import annotations

from seatrial import report as reports
from seatrial import verification
from seatrial.checks.base import Options
from seatrial.cli import output as outputs
from seatrial.cli.choices import choose
from seatrial.cli.progress import shown
from seatrial.model.verdict import Severity

ENGINES = ("embedded", "opa")


def run(
    path: str | None,
    *,
    overlay: str | None,
    only: str | None,
    report: str,
    output: str | None,
    fail_on: str,
    show_passed: bool,
    options: Options,
) -> int:
    """Verify, report, and answer with the exit code."""
    choose("--format", report, reports.FORMATS)
    choose("--engine", options.engine, ENGINES)
    outputs.expect(output)
    severity = Severity(choose("--fail-on", fail_on, Severity))
    groups = [name.strip() for name in only.split(",") if name.strip()] if only is not None else None
    where = path if path is not None else verification.default_path()
    with shown() as progress:
        done = verification.verify(where, overlay=overlay, only=groups, options=options, progress=progress)
    color = output is None and outputs.colored()
    content = reports.render(done.run, report, show_passed=show_passed, color=color, width=outputs.width())
    code = done.run.exit_code(severity)
    outputs.deliver(content, output)
    return code

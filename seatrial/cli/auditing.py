"""`seatrial audit`."""

from __future__ import annotations

from pathlib import Path

import attrs

from seatrial import report as reports
from seatrial.checks.base import Options
from seatrial.cli import output as outputs
from seatrial.cli.choices import choose
from seatrial.cli.progress import shown
from seatrial.cli.verifying import ENGINES
from seatrial.model import project
from seatrial.model.errors import InputError
from seatrial.model.verdict import Severity


@attrs.frozen
class Cluster:
    """Which part of which cluster."""

    kubeconfig: str | None
    context: str | None
    namespace: str | None
    everywhere: bool


def run(
    path: str | None,
    cluster: Cluster,
    *,
    overlay: str | None,
    only: str | None,
    report: str,
    output: str | None,
    fail_on: str,
    show_passed: bool,
    drift: bool,
    options: Options,
) -> int:
    """Audit, report, and answer with the exit code."""
    choose("--format", report, reports.FORMATS)
    choose("--engine", options.engine, ENGINES)
    outputs.expect(output)
    severity = Severity(choose("--fail-on", fail_on, Severity))
    if cluster.namespace is not None and cluster.everywhere:
        raise InputError("--namespace and --all-namespaces exclude one another", remedy="give one of them")
    groups = [name.strip() for name in only.split(",") if name.strip()] if only is not None else None
    where = path if path is not None or not Path(project.MANIFESTS).is_dir() else project.MANIFESTS
    from seatrial import audit
    from seatrial.cluster.connection import connect

    wish = audit.Wish(where, overlay, cluster.namespace, cluster.everywhere, groups, drift)
    audit.choose_groups(wish)  # a mistyped group is told before anything is sent
    with connect(cluster.kubeconfig, cluster.context) as connection, shown() as progress:
        done = audit.audit(connection, wish, options, progress=progress)
    color = output is None and outputs.colored()
    content = reports.render(done.run, report, show_passed=show_passed, color=color, width=outputs.width())
    code = done.run.exit_code(severity)
    outputs.deliver(content, output)
    return code

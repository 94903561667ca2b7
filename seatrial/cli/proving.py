"""`seatrial lab prove`."""

from __future__ import annotations

from pathlib import Path

from seatrial import report as reports
from seatrial import verification
from seatrial.cli import output as outputs
from seatrial.cli.choices import choose
from seatrial.cli.progress import shown
from seatrial.model.architecture import node_pools
from seatrial.model.errors import InputError
from seatrial.model.verdict import Severity


def run(
    path: str | None,
    *,
    overlay: str | None,
    kubeconfig: str | None,
    nodes: str | None,
    report: str,
    output: str | None,
    fail_on: str,
    show_passed: bool,
) -> int:
    """Prove, report, and answer with the exit code."""
    choose("--format", report, reports.FORMATS)
    outputs.expect(output)
    severity = Severity(choose("--fail-on", fail_on, Severity))
    if kubeconfig is not None and nodes is not None:
        raise InputError(
            "--nodes describes a new lab, and --kubeconfig names a running one", remedy="give one of them, not both"
        )
    pools = node_pools.read_node_pools(Path(nodes)) if nodes is not None else None
    where = path if path is not None else verification.default_path()
    # The Kubernetes client takes half a second to load: mistakes on the command line need not wait for it.
    from seatrial.proof.proving import prove

    with shown() as progress:
        done = prove(where, overlay=overlay, kubeconfig=kubeconfig, pools=pools, progress=progress)
    color = output is None and outputs.colored()
    content = reports.render(done.run, report, show_passed=show_passed, color=color, width=outputs.width())
    code = done.run.exit_code(severity)
    outputs.deliver(content, output)
    return code

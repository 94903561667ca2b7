"""`seatrial connections`."""

from __future__ import annotations

import csv
import io

from seatrial import verification
from seatrial.cli.choices import choose
from seatrial.cli.output import deliver, expect
from seatrial.engines.reachability_table import connections
from seatrial.model import source

FORMATS = ("csv",)
HEADER = ("src", "dst", "connections")


def run(path: str | None, *, overlay: str | None, report: str, output: str | None) -> int:
    """List the allowed connections."""
    choose("--format", report, FORMATS)
    expect(output)
    where = path if path is not None else verification.default_path()
    inventory = source.load(where, overlay=verification.choose_overlay(where, overlay))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows((row.source, row.destination, row.connections) for row in connections(inventory))
    deliver(text.getvalue(), output)
    return 0

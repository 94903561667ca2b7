"""How long `seatrial --help` takes, beside the interpreter that it cannot undercut."""

from __future__ import annotations

import sys

from benchmarks import measure


def main() -> None:
    """Measure and print."""
    options = measure.arguments(__doc__, runs=10)
    contenders = (
        measure.Contender(name="python -c pass", command=(sys.executable, "-c", "pass")),
        measure.Contender(name="seatrial --help", command=(measure.program("seatrial"), "--help")),
    )
    measure.print_machine(runs=options.runs)
    title = "Start-up (aim: under 0.3 s)"
    measure.print_table(title, measure.interleave(contenders, options.runs), reference=contenders[0].name)


if __name__ == "__main__":
    main()

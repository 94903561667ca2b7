"""The static part of `seatrial verify` beside checkov, on the same objects.

Both are run as a user runs them, from a fresh process to the exit code. seatrial also renders the overlay in that time;
checkov is given the rendered file. What they check differs: this compares the wait, not the findings.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import measure


def main() -> None:
    """Measure and print."""
    options = measure.arguments(__doc__, runs=5)
    render = [measure.program("kubectl"), "kustomize", f"manifests/overlays/{options.overlay}"]
    rendered = subprocess.run(render, cwd=measure.ROOT, check=False, capture_output=True, text=True)
    if rendered.returncode:
        sys.exit(f"{' '.join(render)} failed: {rendered.stderr}")
    with tempfile.TemporaryDirectory() as folder:
        manifest = Path(folder) / "rendered.yaml"
        manifest.write_text(rendered.stdout, encoding="utf-8")
        # Without --skip-download checkov first asks a server for its guidelines, and offline would be timed waiting.
        quiet = ("--framework", "kubernetes", "--compact", "--quiet", "--skip-download")
        only = ("--only", "schema,policy,references")
        contenders = (
            measure.Contender(
                name=measure.version("seatrial"),
                command=(measure.program("seatrial"), "verify", "--overlay", options.overlay, *only),
                exit_codes=(0, 1),
            ),
            measure.Contender(
                name=measure.version("checkov"),
                command=(measure.program("checkov"), "--file", str(manifest), *quiet),
                exit_codes=(0, 1),
            ),
        )
        objects = sum(line.startswith("kind:") for line in rendered.stdout.splitlines())
        measure.print_machine(runs=options.runs)
        title = f"Static checks of the {options.overlay} overlay, {objects} objects (aim: under 3 s warm on 2 cores)"
        measure.print_table(title, measure.interleave(contenders, options.runs), reference=contenders[0].name)


if __name__ == "__main__":
    main()

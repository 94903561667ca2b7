"""Write the locked requirement files; `tox run -e lock` is the way to call it.

One table says which extras and groups go into which file. Every file but the first is resolved under the constraint of
`run.txt`, so that tests and benchmarks exercise the very releases that users of `verify` get; what stands in APART is
free of it, because it is installed in a folder of its own.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent

# installed in folders of their own, next to the tree that they judge
APART = {"peers.txt", "analyzer.txt"}
# file -> what `uv pip compile` is to resolve; run.txt comes first because it constrains the rest
LOCKS: dict[str, tuple[str, ...]] = {
    "run.txt": ("pyproject.toml", "--extra", "plots"),
    "test.txt": ("pyproject.toml", "--extra", "plots", "--group", "test"),
    "oracle.txt": ("pyproject.toml", "--extra", "plots", "--group", "test", "--group", "oracle"),
    "types.txt": ("pyproject.toml", "--extra", "plots", "--group", "test", "--group", "types"),
    "bench.txt": ("pyproject.toml", "--extra", "plots", "--group", "bench"),
    "peers.txt": ("--group", "peers"),
    "analyzer.txt": ("--group", "analyzer"),
    "lint.txt": ("--group", "lint"),
    "build.txt": ("--group", "build"),
}


def main(extra: list[str]) -> int:
    """Resolve every file; further arguments (`--upgrade`) are handed to uv."""
    for name, sources in LOCKS.items():
        constraint = () if name in {"run.txt", *APART} else ("--constraint", "requirements/run.txt")
        command = [
            *("uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"),
            *("--generate-hashes", "--no-emit-index-url", "--no-annotate"),
            *("--custom-compile-command", "tox run -e lock"),
            *sources,
            *constraint,
            *("--output-file", f"requirements/{name}"),
            *extra,
        ]
        finished = subprocess.run(command, cwd=HERE.parent, check=False)
        if finished.returncode:
            return finished.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The commands and their options, and what every one of them does about mistakes."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

EXIT_CODES = "Exit codes: 0 clean, 1 findings, 2 wrong usage or unreadable input, 3 an internal or tool failure."
_INTERRUPTED = 130

app = typer.Typer(
    name="seatrial",
    help="Proves a Kubernetes architecture before it sails: valid, secure, connected, within objectives under load.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
vectors = typer.Typer(help="Run test vectors against an engine.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(vectors, name="vectors")
lab = typer.Typer(
    help="Run a real control plane with simulated nodes on this machine.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(lab, name="lab")

PathArgument = Annotated[
    str | None,
    typer.Argument(metavar="[PATH]", help="Kustomize directory, directory of YAML or JSON, file, or - for stdin."),
]
OverlayOption = Annotated[str | None, typer.Option(help="Overlay to render [default: production, where there is one].")]
SeedOption = Annotated[int, typer.Option(min=0, help="Random seed of the simulation; same seed, same result.")]
ReplicationsOption = Annotated[
    int | None, typer.Option(min=2, help="Replications of each scenario [default: as many as the verdicts need].")
]
NodesOption = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="Node pools [default: architecture/node-pools.yaml if there, else three nodes]."),
]
LabNameOption = Annotated[
    str | None, typer.Option(help="Name of the lab [default: the first free of lab, lab-2, ...].")
]
OutputOption = Annotated[str | None, typer.Option("--output", "-o", metavar="FILE", help="Write the report to FILE.")]

FormatOption = Annotated[str, typer.Option("--format", help="terminal, concise, json, junit, sarif, github or html.")]
FailOnOption = Annotated[str, typer.Option(metavar="SEVERITY", help="Lowest severity that fails the run.")]
ShowPassedOption = Annotated[bool, typer.Option("--show-passed", help="List passed checks too.")]


@app.callback(invoke_without_command=True)
def _global(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.", is_eager=True)] = False,
) -> None:
    if version:
        from seatrial import __version__

        typer.echo(f"seatrial {__version__}")
        raise typer.Exit


@app.command(epilog=EXIT_CODES)
def verify(
    path: PathArgument = None,
    overlay: OverlayOption = None,
    only: Annotated[
        str | None, typer.Option(metavar="GROUPS", help="Comma-separated groups of checks [default: every one].")
    ] = None,
    report: FormatOption = "terminal",
    output: OutputOption = None,
    fail_on: FailOnOption = "low",
    show_passed: ShowPassedOption = False,
    seed: SeedOption = 1,
    replications: ReplicationsOption = None,
    engine: Annotated[str, typer.Option(help="Policy engine: embedded or opa.")] = "embedded",
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that simulate [default: one per core].")] = None,
) -> None:
    """Prove a manifest set: run every check on it and report one verdict for each check and subject."""
    from seatrial.checks.base import Options
    from seatrial.cli import verifying

    options = Options(seed=seed, replications=replications, engine=engine, workers=workers)
    raise typer.Exit(
        verifying.run(
            path,
            overlay=overlay,
            only=only,
            report=report,
            output=output,
            fail_on=fail_on,
            show_passed=show_passed,
            options=options,
        )
    )


@app.command(epilog=EXIT_CODES)
def simulate(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="Name of a scenario of the architecture.")],
    path: PathArgument = None,
    overlay: OverlayOption = None,
    seed: SeedOption = 1,
    replications: ReplicationsOption = None,
    engine: Annotated[str, typer.Option(help="Simulation engine: reference.")] = "reference",
    report: Annotated[str, typer.Option("--format", help="terminal or json.")] = "terminal",
    output: OutputOption = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that simulate [default: one per core].")] = None,
) -> None:
    """Simulate one scenario of load and scaling on the twin of the manifests."""
    from seatrial.checks.base import Options
    from seatrial.cli import simulating

    options = Options(seed=seed, replications=replications, simulator=engine, workers=workers)
    raise typer.Exit(simulating.run(scenario, path, overlay=overlay, report=report, output=output, options=options))


@app.command(epilog=EXIT_CODES)
def explain(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[CHECK|REQUIREMENT|CONTRADICTION]", help="Name to explain; without one, list the checks."
        ),
    ] = None,
    path: PathArgument = None,
) -> None:
    """Explain a check, a declared requirement or a contradiction: what, why, how to fix, and what it is tied to."""
    from seatrial.cli import explaining

    raise typer.Exit(explaining.run(name, path))


@app.command(epilog=EXIT_CODES)
def connections(
    path: PathArgument = None,
    overlay: OverlayOption = None,
    report: Annotated[str, typer.Option("--format", help="csv.")] = "csv",
    output: OutputOption = None,
) -> None:
    """List which workloads may connect, on which ports, as the network policies allow it."""
    from seatrial.cli import connecting

    raise typer.Exit(connecting.run(path, overlay=overlay, report=report, output=output))


@app.command(epilog=EXIT_CODES)
def audit(
    path: Annotated[
        str | None, typer.Argument(metavar="[PATH]", help="Manifests to compare with [default: manifests/, if there].")
    ] = None,
    context: Annotated[str | None, typer.Option(help="Context of the kubeconfig [default: the current one].")] = None,
    namespace: Annotated[
        str | None, typer.Option("--namespace", "-n", help="Namespace to judge [default: those of the manifests].")
    ] = None,
    everywhere: Annotated[
        bool, typer.Option("--all-namespaces", "-A", help="Judge every namespace but those of the control plane.")
    ] = False,
    kubeconfig: Annotated[
        str | None, typer.Option(metavar="FILE", help="Kubeconfig [default: KUBECONFIG, ~/.kube/config, or the pod's].")
    ] = None,
    overlay: OverlayOption = None,
    only: Annotated[
        str | None, typer.Option(metavar="GROUPS", help="Comma-separated groups [default: all but simulation].")
    ] = None,
    report: Annotated[
        str, typer.Option("--format", help="terminal, concise, json, junit, sarif, github or html.")
    ] = "terminal",
    output: OutputOption = None,
    fail_on: Annotated[str, typer.Option(metavar="SEVERITY", help="Lowest severity that fails the run.")] = "low",
    show_passed: Annotated[bool, typer.Option("--show-passed", help="List passed checks too.")] = False,
    no_drift: Annotated[bool, typer.Option("--no-drift", help="Do not compare with the manifests.")] = False,
    engine: Annotated[str, typer.Option(help="Policy engine: embedded or opa.")] = "embedded",
) -> None:
    """Judge a live cluster with the same checks, and tell where it differs from the manifests. Nothing is written."""
    from seatrial.checks.base import Options
    from seatrial.cli import auditing

    cluster = auditing.Cluster(kubeconfig, context, namespace, everywhere)
    raise typer.Exit(
        auditing.run(
            path,
            cluster,
            overlay=overlay,
            only=only,
            report=report,
            output=output,
            fail_on=fail_on,
            show_passed=show_passed,
            drift=not no_drift,
            options=Options(engine=engine),
        )
    )


@vectors.command("hpa", epilog=EXIT_CODES)
def vectors_hpa(
    file: Annotated[str, typer.Argument(metavar="FILE", help="JSON file of vectors.")],
) -> None:
    """Compare the autoscaler with vectors of the real controller; print each mismatch."""
    from seatrial.cli import vectoring

    raise typer.Exit(vectoring.hpa(file))


@lab.command("build", epilog=EXIT_CODES)
def lab_build(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[PROGRAM]...", help="Programs to build [default: every one].")
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="List the programs and where they are; build none.")] = False,
) -> None:
    """Build the upstream programs that are missing from their Go modules into the user's cache."""
    from seatrial.cli import building

    raise typer.Exit(building.run(names or (), listed=listed))


@lab.command("up", epilog=EXIT_CODES)
def lab_up(name: LabNameOption = None, nodes: NodesOption = None) -> None:
    """Bring a lab up and print how to use it; it stays until `lab down`."""
    from seatrial.cli import laboratory

    raise typer.Exit(laboratory.up(name, nodes))


@lab.command("down", epilog=EXIT_CODES)
def lab_down(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Lab to take down [default: the only one].")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Take every lab of this user down.")] = False,
) -> None:
    """Take a lab down: its processes end, its folder is removed."""
    from seatrial.cli import laboratory

    raise typer.Exit(laboratory.down(name, every=every))


@lab.command("status", epilog=EXIT_CODES)
def lab_status(report: Annotated[str, typer.Option("--format", help="table or json.")] = "table") -> None:
    """List the labs of this user: server, nodes, age, processes."""
    from seatrial.cli import laboratory

    raise typer.Exit(laboratory.status(report))


@lab.command("run", epilog=EXIT_CODES, context_settings={"ignore_unknown_options": True})
def lab_run(
    command: Annotated[list[str], typer.Argument(metavar="-- COMMAND...", help="Command, with KUBECONFIG set for it.")],
    name: LabNameOption = None,
    nodes: NodesOption = None,
) -> None:
    """Run a command against a lab of its own, and end with the command's exit code."""
    from seatrial.cli import laboratory

    raise typer.Exit(laboratory.run(command, name, nodes))


@lab.command("prove", epilog=EXIT_CODES)
def lab_prove(
    path: PathArgument = None,
    overlay: OverlayOption = None,
    kubeconfig: Annotated[
        str | None, typer.Option(metavar="FILE", help="Kubeconfig of a running lab [default: a lab of its own].")
    ] = None,
    nodes: NodesOption = None,
    report: FormatOption = "terminal",
    output: OutputOption = None,
    fail_on: FailOnOption = "low",
    show_passed: ShowPassedOption = False,
) -> None:
    """Prove a manifest set with a real control plane: accepted, admitted, placed and Ready at minimum and maximum."""
    from seatrial.cli import proving

    raise typer.Exit(
        proving.run(
            path,
            overlay=overlay,
            kubeconfig=kubeconfig,
            nodes=nodes,
            report=report,
            output=output,
            fail_on=fail_on,
            show_passed=show_passed,
        )
    )


def main() -> None:
    """Run the command line. Mistakes end in one message on stderr and the exit code of their kind."""
    from seatrial.model.errors import SeatrialError

    try:
        app()
    except SeatrialError as error:
        _complain(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(_INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output has left; what is still buffered has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        if os.environ.get("SEATRIAL_DEBUG"):
            raise
        print(
            f"seatrial: internal error: {type(error).__name__}: {error}\n"
            "  fix: this is a defect of Seatrial: run again with SEATRIAL_DEBUG=1 for its traceback, and report it",
            file=sys.stderr,
        )
        sys.exit(SeatrialError.exit_code)


def _complain(error: Exception) -> None:
    if os.environ.get("SEATRIAL_DEBUG"):
        import traceback

        traceback.print_exception(error, file=sys.stderr)
    print(f"seatrial: {error}", file=sys.stderr)

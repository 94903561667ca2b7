"""Steps about what happens under load: each number must be the declared objective's, and its verdict a pass."""

from __future__ import annotations

import math

from pytest_bdd import parsers, then, when

from features.steps.rules import accept
from seatrial.finished import Verification
from seatrial.model.verdict import Verdict


@when(parsers.parse('the "{scenario}" scenario is simulated'), target_fixture="simulated")
def simulated(system: Verification, scenario: str) -> tuple[Verification, str]:
    names = [result.scenario for result in system.context.simulations]
    assert scenario in names, f"there is no simulation of {scenario!r}, only of {', '.join(names) or 'nothing'}"
    return system, scenario


def of_scenario(simulated: tuple[Verification, str], check: str) -> list[Verdict]:
    """The verdicts of a simulation check in the scenario at hand."""
    system, scenario = simulated
    found = [verdict for verdict in system.of(check) if verdict.evidence.get("scenario") == scenario]
    assert found, f"{check} gave no verdict in {scenario!r}"
    return found


def holds(simulated: tuple[Verification, str], check: str, threshold: float) -> None:
    """The check passes at exactly the threshold that the sentence states."""
    verdicts = of_scenario(simulated, check)
    for verdict in verdicts:
        declared = verdict.evidence["threshold"]
        assert math.isclose(declared, threshold), f"the declared objective is {declared}, the sentence says {threshold}"
    accept(verdicts)


@then(parsers.parse("95 % of user requests finish within {milliseconds:g} ms"))
def latency(simulated: tuple[Verification, str], milliseconds: float) -> None:
    holds(simulated, "simulation/latency-p95", milliseconds / 1000)


@then(parsers.parse("fewer than {percent:g} % of user requests fail"))
def errors(simulated: tuple[Verification, str], percent: float) -> None:
    holds(simulated, "simulation/error-rate", percent / 100)


@then(parsers.parse("users are served {percent:g} % of the time"))
def availability(simulated: tuple[Verification, str], percent: float) -> None:
    holds(simulated, "simulation/availability", percent / 100)


@then(parsers.parse("more than {percent:g} % of Claude API calls succeed"))
def claude(simulated: tuple[Verification, str], percent: float) -> None:
    holds(simulated, "simulation/claude-success", percent / 100)


@then("no autoscaler leaves its replica limits")
def replica_limits(simulated: tuple[Verification, str]) -> None:
    accept(of_scenario(simulated, "simulation/replica-limits"))

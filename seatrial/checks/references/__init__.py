"""The references group: does everything that one object names exist, with the part that it names?

A dangling reference is valid for the API server and fails only when pods start, or never: a Service without pods
answers nobody, a disruption budget without pods protects nobody.
"""

from __future__ import annotations

from collections.abc import Iterable

from seatrial.checks.base import CheckInfo, Context
from seatrial.checks.judging import all_verdicts
from seatrial.checks.references import access, component, configuration, pods, scaling, services
from seatrial.checks.references.rule import GROUP
from seatrial.model.verdict import Verdict

__all__ = ["GROUP", "catalog", "run"]

_RULES = (*services.RULES, *configuration.RULES, *scaling.RULES, *pods.RULES, *access.RULES)


def catalog(_context: Context) -> tuple[CheckInfo, ...]:
    """The checks of this group."""
    return (*(rule.info for rule in _RULES), component.INFO)


def run(context: Context) -> Iterable[Verdict]:
    """Judge every reference of every object."""
    for rule in _RULES:
        yield from all_verdicts(rule.info, rule.judge(context.inventory), rule.empty)
    yield from component.run(context)

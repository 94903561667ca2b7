"""The policy group: every Rego rule on every object of the kinds that it looks at.

The engine is loaded once and each object enters it once, so that the cost is that of the rules alone.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, cast

from seatrial.checks.base import NO_ARCHITECTURE, CheckInfo, Context, skipped
from seatrial.checks.judging import Judged, Problem
from seatrial.engines.rego import EngineName, open_engine, violations
from seatrial.engines.rego_input import inventory_data, prepare_all, review
from seatrial.engines.rego_sources import PolicySet, Rule, read_policies
from seatrial.model.dig import as_str
from seatrial.model.errors import InputError
from seatrial.model.files import read_text
from seatrial.model.verdict import Verdict

GROUP = "policy"

README = "README.md"


@functools.lru_cache(maxsize=8)
def policies(folder: Path) -> PolicySet:
    """The policies of *folder*, read once in a process. Raises InputError for a rule that cannot be used."""
    return read_policies(folder)


def catalog(context: Context) -> tuple[CheckInfo, ...]:
    """One check for each rule, as its METADATA describes it."""
    return tuple(_info(rule) for rule in policies(context.policies).rules)


def run(context: Context) -> Iterable[Verdict]:
    """Evaluate all rules.

    Raises InputError for a policy that does not compile, ToolError for one that fails while it is evaluated.
    """
    found = policies(context.policies)
    usable = [rule for rule in found.rules if context.architecture is not None or "architecture" not in rule.needs]
    yield from _judge(context, found, usable)
    for rule in found.rules:
        if rule not in usable:
            reason = NO_ARCHITECTURE
            yield skipped(_info(rule), reason)


def _judge(context: Context, found: PolicySet, rules: list[Rule]) -> Iterator[Verdict]:
    parameters = {"architecture": context.architecture.parameters()} if context.architecture is not None else {}
    infos = {rule.id: _info(rule) for rule in rules}
    looked: set[str] = set()
    with open_engine(cast("EngineName", context.options.engine)) as engine:
        prepared = prepare_all(context.inventory)
        engine.load(found.modules, {"inventory": inventory_data(prepared)})
        for resource, data in prepared:
            matching = [rule for rule in rules if rule.looks_at(resource.group, resource.kind)]
            values = engine.evaluate(review(resource, data, parameters), [rule.package for rule in matching])
            for rule, value in zip(matching, values, strict=True):
                looked.add(rule.id)
                problems = tuple(_problem(member) for member in violations(value, rule.package))
                judged = Judged(resource, problems, passed=rule.title, evidence={"engine": engine.version})
                yield from judged.verdicts(infos[rule.id])
    for rule in rules:
        if rule.id not in looked:
            yield skipped(infos[rule.id], f"there is no {_listed(rule.kinds)} in the manifests")


def _problem(member: dict[str, Any]) -> Problem:
    details = dict(member.get("details", {}))
    pointer = as_str(details.pop("pointer", ""))
    return Problem(pointer, f"{member['msg']}", evidence=details)


@functools.lru_cache(maxsize=256)
def _info(rule: Rule) -> CheckInfo:
    return CheckInfo(
        id=rule.id,
        title=rule.title,
        severity=rule.severity,
        description=rule.description,
        remediation=rule.remediation,
        group=GROUP,
        controls=rule.controls,
        kinds=() if "*" in rule.kinds else tuple(kind.rpartition("/")[2] for kind in rule.kinds),
        documentation=_page(rule),
    )


def _page(rule: Rule) -> str:
    """The rule's README, which `explain` prints. Raises InputError when there is none."""
    path = rule.folder / README
    if not path.is_file():
        raise InputError(f"rule {rule.id} has no {README}", remedy=f"write one beside {rule.file}")
    return read_text(path)


def _listed(kinds: tuple[str, ...]) -> str:
    names = [kind.rpartition("/")[2] for kind in kinds]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"

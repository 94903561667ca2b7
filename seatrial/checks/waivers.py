"""Waivers: findings that somebody has accepted, for a reason, until a day.

A waiver never hides anything: what it accepts stays in the report as waived, with reason, owner and expiry. A waiver
that has expired, that accepts nothing, or that names no check, is itself a finding.
"""

from __future__ import annotations

import datetime as dt
import fnmatch
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import attrs

from seatrial.checks.base import DECLARED, CheckInfo, Context, verdict
from seatrial.model.declared import load_declared
from seatrial.model.errors import InputError
from seatrial.model.position import Position
from seatrial.model.suggest import did_you_mean
from seatrial.model.verdict import Severity, Status, Subject, Verdict

GROUP = "waivers"
FILE = "waivers.yaml"

_TEXT = {"type": "string", "minLength": 1}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["waivers"],
    "properties": {
        "waivers": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["check", "subject", "reason", "owner", "expires"],
                "properties": {
                    "check": {"type": "string", "pattern": "^[a-z0-9-]+/[a-z0-9-]+$"},
                    "subject": _TEXT,
                    "reason": {"type": "string", "minLength": 10},
                    "owner": _TEXT,
                    "expires": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
                },
            },
        }
    },
}


def _about(check: str, title: str, severity: Severity, description: str, remediation: str) -> CheckInfo:
    return CheckInfo(check, title, severity, description, remediation, GROUP, kinds=("Waiver",))


EXPIRED = _about(
    "waivers/expired",
    "Waiver has not expired",
    Severity.HIGH,
    "A waiver accepts a finding for a limited time. After its day the finding counts again.",
    "Mend what was waived, or have the owner decide anew and move `expires`.",
)
UNUSED = _about(
    "waivers/unused",
    "Waiver accepts a finding",
    Severity.MEDIUM,
    "A waiver that accepts nothing would silently accept the next finding that happens to match it.",
    "Remove the waiver, or correct its `subject`.",
)
UNKNOWN = _about(
    "waivers/unknown-check",
    "Waiver names a check that exists",
    Severity.MEDIUM,
    "A waiver of a check that does not exist accepts nothing, and its author believes that it does.",
    "Correct the name in `check`.",
)


@attrs.frozen
class Waiver:
    """One accepted finding."""

    check: str
    subject: str
    """Shell pattern of the subject as reports show it: `namespace/name[Kind]`, or `name[Kind]`."""
    reason: str
    owner: str
    expires: dt.date
    """Last day on which it holds."""
    position: Position

    def accepts(self, found: Verdict) -> bool:
        """Whether it is about this verdict. Brackets stand for themselves; only `*` and `?` are wild."""
        pattern = self.subject.replace("[", "[[]")
        return found.check == self.check and fnmatch.fnmatchcase(str(found.subject), pattern)


def catalog(_context: Context) -> tuple[CheckInfo, ...]:
    """What is checked of waivers themselves."""
    return EXPIRED, UNUSED, UNKNOWN


def load(policies: Path) -> tuple[Waiver, ...]:
    """The waivers of a policies folder, none if it has no `waivers.yaml`.

    Raises InputError with `file:line:column` for what is not written as it must be.
    """
    path = policies / FILE
    if not path.exists():
        return ()
    document = load_declared(path, SCHEMA)
    found = []
    for index, entry in enumerate(document.data["waivers"]):
        try:
            expires = dt.date.fromisoformat(entry["expires"])
        except ValueError as error:
            raise InputError(
                f"expires: {entry['expires']} is no day: {error}",
                remedy="write it as YYYY-MM-DD",
                position=document.position(f"/waivers/{index}/expires"),
            ) from None
        texts = {key: entry[key] for key in ("check", "subject", "reason", "owner")}
        found.append(Waiver(**texts, expires=expires, position=document.position(f"/waivers/{index}")))
    return tuple(found)


def apply(
    verdicts: Iterable[Verdict],
    waivers: Sequence[Waiver],
    today: dt.date,
    known_checks: Iterable[str],
    *,
    complete: bool = True,
) -> list[Verdict]:
    """The verdicts with accepted failures waived, and verdicts on each waiver itself.

    Unless the run is *complete*, waivers of checks that did not run are neither unused nor unknown.
    """
    known = frozenset(known_checks)
    valid = [waiver for waiver in waivers if waiver.expires >= today]
    by_check: dict[str, list[Waiver]] = {}
    for waiver in valid:
        by_check.setdefault(waiver.check, []).append(waiver)
    used: set[int] = set()
    result = []
    for found in verdicts:
        accepting = [waiver for waiver in by_check.get(found.check, ()) if waiver.accepts(found)]
        if found.status is Status.FAIL and accepting:
            used.update(id(waiver) for waiver in accepting)
            result.append(_waived(found, accepting[0]))
        else:
            result.append(found)
    for waiver in waivers:
        result.extend(_judge(waiver, known, today, used=id(waiver) in used, complete=complete))
    return result


def _judge(waiver: Waiver, known: frozenset[str], today: dt.date, *, used: bool, complete: bool) -> Iterator[Verdict]:
    """What is to be said of a waiver itself: whether its check exists, it still holds, and it accepts something."""
    if waiver.check not in known:
        if complete:
            problem = f"there is no check {waiver.check}{did_you_mean(waiver.check, known)}"
            yield _about_waiver(UNKNOWN, Status.FAIL, waiver, problem)
        return
    yield _about_waiver(UNKNOWN, Status.PASS, waiver, f"{waiver.check} exists")
    about = f"the waiver of {waiver.check} for {waiver.subject}"
    if waiver.expires < today:
        yield _about_waiver(EXPIRED, Status.FAIL, waiver, f"{about} expired on {waiver.expires}")
        return
    yield _about_waiver(EXPIRED, Status.PASS, waiver, f"{about} holds until {waiver.expires}")
    if used:
        yield _about_waiver(UNUSED, Status.PASS, waiver, f"{about} accepts a finding")
    else:
        yield _about_waiver(UNUSED, Status.FAIL, waiver, f"{about} accepts no finding")


def _waived(found: Verdict, waiver: Waiver) -> Verdict:
    accepted = {"reason": waiver.reason, "owner": waiver.owner, "expires": waiver.expires.isoformat()}
    return attrs.evolve(found, status=Status.WAIVED, evidence={**found.evidence, "waiver": accepted})


def _about_waiver(info: CheckInfo, status: Status, waiver: Waiver, message: str) -> Verdict:
    subject = Subject(DECLARED, "Waiver", "", f"{waiver.check} {waiver.subject}")
    evidence = {"reason": waiver.reason, "owner": waiver.owner, "expires": waiver.expires.isoformat()}
    return verdict(info, status, subject, message, position=waiver.position, evidence=evidence)

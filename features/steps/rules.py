"""Steps about what the manifests must be: each sentence names the check that proves it."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_bdd import given, parsers, then, when

from seatrial.finished import Verification
from seatrial.model.verdict import Status, Verdict

ACCEPTED = (Status.PASS, Status.WAIVED)


@given("the manifests of the Booking System", target_fixture="system")
def manifests(verification: Verification) -> Verification:
    assert verification.context.architecture is not None, "these manifests belong to no declared architecture"
    return verification


@when(parsers.parse("they are reviewed for {concern}"), target_fixture="reviewed")
def reviewed(system: Verification, concern: str) -> Verification:
    assert system.run.scope.objects > 0, f"there is no object to review for {concern}"
    return system


def judged(reviewed: Verification, check: str, kind: str = "", name: str = "") -> Sequence[Verdict]:
    """The verdicts of a check on subjects of that kind and name; at least one, or the sentence would be empty."""
    found = [
        verdict
        for verdict in reviewed.of(check)
        if verdict.status is not Status.SKIPPED
        and (not kind or verdict.subject.kind == kind)
        and (not name or verdict.subject.name == name)
    ]
    assert found, f"{check} looked at no {kind or 'object'} {name}".rstrip()
    return found


def accept(verdicts: Sequence[Verdict]) -> None:
    """All verdicts are favourable, or the first that is not tells why."""
    refused = [verdict for verdict in verdicts if verdict.status not in ACCEPTED]
    told = "; ".join(f"{verdict.subject}: {verdict.message}" for verdict in refused[:3])
    assert not refused, f"{len(refused)} of {len(verdicts)} do not hold: {told}"


@then(parsers.re(r'every (?P<kind>[A-Z]\w+) holds to "(?P<check>[a-z0-9/-]+)"'))
def every_object_of_a_kind(reviewed: Verification, kind: str, check: str) -> None:
    accept(judged(reviewed, check, kind))


@then(parsers.re(r'everything holds to "(?P<check>[a-z0-9/-]+)"'))
def everything(reviewed: Verification, check: str) -> None:
    accept(judged(reviewed, check))


@then(parsers.re(r'the (?P<kind>[A-Z]\w+) (?P<name>\S+) holds to "(?P<check>[a-z0-9/-]+)"'))
def one_object(reviewed: Verification, kind: str, name: str, check: str) -> None:
    accept(judged(reviewed, check, kind, name))


@then(parsers.parse("no finding of severity {severity} or above remains"))
def no_grave_finding(reviewed: Verification, severity: str) -> None:
    from seatrial.model.verdict import Severity

    lowest = Severity(severity).rank
    accept([verdict for verdict in reviewed.verdicts if verdict.severity.rank >= lowest and is_answer(verdict)])


def is_answer(verdict: Verdict) -> bool:
    """Whether the check looked at the subject."""
    return verdict.status is not Status.SKIPPED

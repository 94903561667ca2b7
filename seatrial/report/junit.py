"""JUnit XML for CI servers: a suite per check group, a test case per verdict."""

from __future__ import annotations

import io
from collections import Counter
from xml.etree import ElementTree as ET

from junitparser import Failure, JUnitXml, Skipped, TestCase, TestSuite

from seatrial.model.verdict import Status, Verdict
from seatrial.report.run import Run, Waiver
from seatrial.report.text import one_line, visible


def render(run: Run) -> str:
    """Return a JUnit document with every verdict; inconclusive ones are failures, waived ones are skipped."""
    document = JUnitXml("seatrial")
    grouped: dict[str, list[Verdict]] = {group: [] for group in run.by_group}
    for verdict in run.verdicts:
        grouped[run.group_of(verdict.check)].append(verdict)
    suites = [_suite(run, group, verdicts) for group, verdicts in grouped.items()]
    for suite in suites:
        document.add_testsuite(suite)
    document.tests = sum(suite.tests for suite in suites)
    document.failures = sum(suite.failures for suite in suites)
    document.errors = 0
    document.time = round(float(sum(run.scope.seconds.values())), 3)
    written = io.BytesIO()
    document.write(written)
    return _pretty(written.getvalue())


def _pretty(written: bytes) -> str:
    root = ET.fromstring(written)  # noqa: S314 - what junitparser has just written, not a stranger's XML
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(run: Run, group: str, verdicts: list[Verdict]) -> TestSuite:
    suite = TestSuite(one_line(group))
    scope = run.scope
    record = {"path": scope.path, "overlay": scope.overlay or "", "seed": scope.seed, **scope.versions, **scope.digests}
    if scope.surroundings is not None:
        record |= {"cluster": scope.sources, "not seen": "; ".join(scope.surroundings.not_seen) or "nothing"}
    for name, value in record.items():
        suite.add_property(one_line(str(name)), one_line(str(value)))
    names: Counter[tuple[str, str]] = Counter()
    cases = []
    for verdict in verdicts:
        case = _case(run, verdict)
        key = (verdict.check, str(case.name))
        names[key] += 1
        if names[key] > 1:  # several findings in one field: consumers merge cases of equal names
            case.name = f"{case.name} #{names[key]}"
        cases.append(case)
    suite.add_testcases(cases)
    # junitparser adds up the times of cases; ours is measured for the whole group.
    suite.time = round(float(scope.seconds.get(group, 0.0)), 3)
    return suite


def _case(run: Run, verdict: Verdict) -> TestCase:
    pointer = f" {verdict.pointer}" if verdict.pointer else ""
    case = TestCase(one_line(f"{verdict.subject}{pointer}"), one_line(verdict.check))
    message = visible(verdict.message)
    match verdict.status:
        case Status.FAIL:
            case.result = _failure(run, verdict, message, str(verdict.severity))
        case Status.INCONCLUSIVE:
            case.result = _failure(run, verdict, f"inconclusive: {message}", f"inconclusive {verdict.severity}")
        case Status.SKIPPED:
            case.result = Skipped(message, "skipped")
        case Status.WAIVED:
            waiver = Waiver.of(verdict)
            told = f"waived by {waiver.owner or 'unknown'} until {waiver.expires or 'unknown'}: {waiver.reason}"
            case.result = Skipped(f"{visible(told)} ({message})", "waived")
        case Status.PASS:
            pass
    return case


def _failure(run: Run, verdict: Verdict, message: str, kind: str) -> Failure:
    failure = Failure(message, kind)
    remedy = run.remedy_of(verdict)
    where = [str(verdict.position)] if verdict.position else []
    told = [*where, str(verdict.subject), verdict.message, *([f"fix: {remedy}"] if remedy else [])]
    failure.text = "\n".join(visible(line) for line in told)
    return failure

"""SARIF 2.1.0 for code scanning: rules from the check catalogue, findings with regions, waivers as suppressions.

Section numbers are those of the OASIS standard "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any
from urllib.parse import quote

from sarif_pydantic import sarif as model

from seatrial.model.verdict import Severity, Status, Verdict
from seatrial.report.json_text import cluster_record, dumps, plain
from seatrial.report.run import Run, Waiver
from seatrial.report.source import Sources
from seatrial.report.text import visible

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "%SRCROOT%"
_LEVEL = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
# GitHub sorts alerts by this number: above 9.0 critical, above 7.0 high, above 4.0 medium, else low
# (GitHub documentation, "SARIF support for code scanning", reportingDescriptor properties).
_SECURITY_SEVERITY = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "3.0",
    Severity.INFO: "0.0",
}
_KIND = {
    Status.PASS: "pass",
    Status.FAIL: "fail",
    Status.INCONCLUSIVE: "open",  # section 3.27.9: insufficient information to decide
    Status.SKIPPED: "notApplicable",
    Status.WAIVED: "fail",
}
_FINDINGS = (Status.FAIL, Status.INCONCLUSIVE, Status.WAIVED)


def render(run: Run, *, show_passed: bool) -> str:
    """Return a SARIF log with one run.

    Passed and skipped verdicts are results only if *show_passed*, for code scanning services show every result as an
    alert whatever its kind; skips are notifications of the invocation in any case.
    """
    sources = Sources()
    rules = {check: index for index, check in enumerate(run.by_check)}
    shown = run.with_status(*Status) if show_passed else run.with_status(*_FINDINGS)
    occurrences: Counter[str] = Counter()
    results = []
    for verdict in shown:
        identity = _identity(verdict)
        occurrences[identity] += 1
        results.append(_result(run, sources, verdict, rules[verdict.check], f"{identity}:{occurrences[identity]}"))
    log = model.Sarif(
        version="2.1.0",
        schema_uri=SCHEMA,
        runs=[
            model.Run(
                tool=model.Tool(driver=_driver(run)),
                automation_details=model.RunAutomationDetails(id=_text(f"seatrial/{run.scope.overlay or ''}")),
                invocations=[_invocation(run)],
                results=results,
                # Ours, and Python's, columns count code points; without saying so they would be UTF-16 units.
                columnKind="unicodeCodePoints",
                properties=_properties(run),
            )
        ],
    )
    document: object = log.model_dump(by_alias=True, exclude_none=True, mode="json")
    return f"{dumps(document)}\n"


def _driver(run: Run) -> Any:
    return model.ToolDriver(
        name="Seatrial",
        version=_text(run.scope.versions.get("seatrial", "unknown")),
        rules=[_rule(run, check) for check in run.by_check],
    )


def _rule(run: Run, check: str) -> Any:
    title = run.title_of(check)
    info = run.catalog.get(check)
    if info is None:
        return model.ReportingDescriptor(id=_text(check), short_description=_message(title))
    fix = f"\n\nFix: {info.remediation}" if info.remediation else ""
    return model.ReportingDescriptor(
        id=_text(check),
        name=_text(title),
        short_description=_message(title),
        full_description=_message(info.description or title),
        help=model.Message(
            text=visible(f"{info.description or title}{fix}"), markdown=visible(info.documentation) or None
        ),
        default_configuration=model.ReportingConfiguration(level=_LEVEL[info.severity]),
        properties={
            "severity": str(info.severity),
            "security-severity": _SECURITY_SEVERITY[info.severity],
            "precision": "very-high",
            "group": _text(info.group),
            "kinds": [_text(kind) for kind in info.kinds],
            "tags": sorted({_text(tag) for tag in (info.group, check.partition("/")[0], *info.controls)}),
        },
    )


def _result(run: Run, sources: Sources, verdict: Verdict, rule: int, identity: str) -> Any:
    remedy = run.remedy_of(verdict)
    told = verdict.message + (f"\nFix: {remedy}" if remedy and verdict.status is not Status.PASS else "")
    kind = _KIND[verdict.status]
    extras: dict[str, Any] = {}
    if verdict.status is Status.WAIVED:
        extras["suppressions"] = [_suppression(Waiver.of(verdict))]  # the model has a singular that SARIF does not
    return model.Result(
        rule_id=_text(verdict.check),
        rule_index=rule,
        kind=kind,
        level=_LEVEL[verdict.severity] if kind == "fail" else "none",  # section 3.27.10: none for any other kind
        message=_message(told),
        locations=[_location(run, sources, verdict)],
        # Without the line: a finding stays the same when something is inserted above it.
        partial_fingerprints={
            "seatrialFinding/v1": hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()
        },
        properties={
            "severity": str(verdict.severity),
            "status": str(verdict.status),
            "pointer": _text(verdict.pointer),
            "requirements": [_text(requirement) for requirement in verdict.requirements],
            "evidence": _clean(plain(verdict.evidence)),
        },
        **extras,
    )


def _suppression(waiver: Waiver) -> Any:
    return model.Suppression(
        kind="external",
        status="accepted",
        justification=_text(waiver.reason) or None,
        properties={"owner": _text(waiver.owner), "expires": _text(waiver.expires)},
    )


def _location(run: Run, sources: Sources, verdict: Verdict) -> Any:
    place = verdict.position
    subject = verdict.subject
    # A verdict on no line of any file is one on the whole input: code scanning rejects results without an artifact.
    artifact = model.ArtifactLocation(**_artifact(place.file if place else run.scope.path))
    region = None
    if place and place.line > 0:
        region = model.Region(start_line=place.line, start_column=place.column if place.column > 0 else None)
        excerpt = sources.excerpt(verdict)
        if excerpt:
            region.end_column = excerpt.end + 1
    return model.Location(
        physical_location=model.PhysicalLocation(artifact_location=artifact, region=region),
        logical_locations=[
            model.LogicalLocation(
                name=_text(subject.name), fully_qualified_name=_text(str(subject)), kind=_text(subject.kind)
            )
        ],
    )


def _artifact(path: str) -> dict[str, Any]:
    """Return a URI reference for *path*; only what lies below the checkout is relative to it."""
    encoded = quote(path.encode("utf-8", "surrogatepass"))
    if path.startswith("/"):
        return {"uri": f"file://{encoded}" if not path.startswith("//") else f"file:///{encoded.lstrip('/')}"}
    return {"uri": encoded, "uri_base_id": _ROOT}


def _invocation(run: Run) -> Any:
    notifications = [
        model.Notification(
            level="note",
            message=_message(f"{skip.check} skipped {skip.times} times: {skip.reason}"),
            associated_rule=model.ReportingDescriptorReference(id=_text(skip.check)),
        )
        for skip in run.skips
    ]
    # `toolExecutionNotifications` (section 3.20.21) is missing from the model, which keeps what it does not know.
    return model.Invocation(
        execution_successful=True,
        toolExecutionNotifications=[
            notification.model_dump(by_alias=True, exclude_none=True, mode="json") for notification in notifications
        ],
    )


def _properties(run: Run) -> dict[str, Any]:
    scope = run.scope
    record = {
        "path": scope.path,
        "overlay": scope.overlay,
        "groups": scope.groups,
        "seed": scope.seed,
        "files": scope.files,
        "objects": scope.objects,
        "verdicts": {str(status): number for status, number in run.by_status.items()},
        "versions": scope.versions,
        "digests": scope.digests,
        **({"cluster": cluster_record(scope.surroundings)} if scope.surroundings is not None else {}),
    }
    cleaned: dict[str, Any] = _clean(plain(record))
    return cleaned


def _identity(verdict: Verdict) -> str:
    subject = verdict.subject
    return "\x1f".join([verdict.check, subject.api_version, str(subject), verdict.pointer])


def _message(text: str) -> Any:
    return model.Message(text=visible(text))


def _text(text: str) -> str:
    """Pydantic's JSON refuses halves of surrogate pairs, and viewers show the text: it is made visible."""
    return visible(text)


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {visible(key): _clean(item) for key, item in value.items()}
    return [_clean(item) for item in value] if isinstance(value, list) else value

"""The whole result model as JSON: what other programs read. Always every verdict, passed ones included."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from seatrial.model.verdict import Status, Verdict
from seatrial.report.run import Run, Surroundings

_SURROGATE = re.compile("[\ud800-\udfff]")


def render(run: Run) -> str:
    """Return one JSON object with `scope` and `verdicts`, indented, ending in a line feed."""
    document = {"scope": _scope(run), "verdicts": [_verdict(run, verdict) for verdict in run.verdicts]}
    return dumps(document) + "\n"


def dumps(value: object) -> str:
    """Return *value* as readable JSON that any UTF-8 file can hold; halves of surrogate pairs stay escaped."""
    text = json.dumps(plain(value), ensure_ascii=False, allow_nan=False, indent=2)
    return _SURROGATE.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def plain(value: object) -> Any:
    """Return *value* as JSON knows values: numbers of other libraries converted, what JSON cannot say as null or text.

    Not-a-number and the infinities become null, for JSON has no word for them.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    converted = getattr(value, "tolist", None)  # numpy's scalars and arrays, without importing numpy
    return plain(converted()) if callable(converted) else str(value)


def _scope(run: Run) -> dict[str, Any]:
    scope = run.scope
    return {
        "path": scope.path,
        "overlay": scope.overlay,
        "groups": scope.groups,
        "seed": scope.seed,
        "counts": {
            "files": scope.files,
            "objects": scope.objects,
            "checks": len(run.checks),
            "verdicts": len(run.verdicts),
            **_counts(run.by_status),
        },
        "checks": [
            {"check": check, "title": run.title_of(check), "group": run.group_of(check), **_counts(counts)}
            for check, counts in run.by_check.items()
        ],
        "skips": [{"check": skip.check, "reason": skip.reason, "times": skip.times} for skip in run.skips],
        "versions": scope.versions,
        "digests": scope.digests,
        "seconds": scope.seconds,
        **({"cluster": cluster_record(scope.surroundings)} if scope.surroundings is not None else {}),
    }


def cluster_record(cluster: Surroundings) -> dict[str, Any]:
    """What a report for programs says of the cluster that was read."""
    return {
        "name": cluster.name,
        "version": cluster.version,
        "namespaces": cluster.namespaces,
        "seen": cluster.seen,
        "notSeen": cluster.not_seen,
        "partial": cluster.partial,
        "requests": cluster.requests,
    }


def _counts(counts: Mapping[Status, int]) -> dict[str, int]:
    return {str(status): number for status, number in counts.items()}


def _verdict(run: Run, verdict: Verdict) -> dict[str, Any]:
    place = verdict.position
    subject = verdict.subject
    return {
        "check": verdict.check,
        "status": verdict.status,
        "severity": verdict.severity,
        "subject": {
            "apiVersion": subject.api_version,
            "kind": subject.kind,
            "namespace": subject.namespace,
            "name": subject.name,
        },
        "pointer": verdict.pointer,
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "message": verdict.message,
        "remediation": run.remedy_of(verdict) if verdict.status is not Status.PASS else "",
        "requirements": verdict.requirements,
        "evidence": verdict.evidence,
    }

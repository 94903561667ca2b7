"""A small run, every status once, for the tests of all formats; and runs whose every text is arbitrary."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from seatrial.checks.base import CheckInfo
from seatrial.model.position import Position
from seatrial.model.verdict import Severity, Status, Subject, Verdict
from seatrial.report import AssumptionRow, CheckReference, RequirementRow, Run, Scope

MANIFEST = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
spec:
  replicas: 3  # fixed
"""
FILE = "manifests/api.yaml"

SCHEMA = CheckInfo(
    id="schema/kubernetes",
    title="Object matches its schema",
    severity=Severity.CRITICAL,
    description="The API server would refuse it.",
    remediation="correct the field",
    group="schema",
)
REPLICAS = CheckInfo(
    id="autoscaling/no-fixed-replicas",
    title="Replicas are left to the autoscaler",
    severity=Severity.MEDIUM,
    description="A fixed number undoes what the autoscaler did.",
    remediation="remove `replicas`",
    group="policy",
    controls=("NSA-1",),
    kinds=("Deployment",),
    documentation="# Replicas\n",
)
LATENCY = CheckInfo(
    id="simulation/latency-p95",
    title="Requests are fast enough",
    severity=Severity.HIGH,
    description="Guests leave when they have to wait.",
    remediation="raise `maxReplicas`",
    group="simulation",
)


def subject(name: str, kind: str = "Deployment", namespace: str = "shop") -> Subject:
    """Return an object of the shop."""
    return Subject("apps/v1", kind, namespace, name)


def fixed_replicas(name: str, position: Position | None, status: Status = Status.FAIL, **more: Any) -> Verdict:
    """Return the verdict on a Deployment with a fixed number of replicas."""
    message = f"`{name}` has 3 replicas and an autoscaler"
    return Verdict(
        REPLICAS.id,
        status,
        Severity.MEDIUM,
        subject(name),
        message,
        "/spec/replicas",
        position,
        "remove `replicas`",
        **more,
    )


def small_run() -> Run:
    """Return a run of two files and five objects in which every status occurs."""
    objective = Subject("seatrial/v1", "Objective", "", "latency-p95")
    waiver = {"reason": "migrating", "owner": "team shop", "expires": "2027-01-31"}
    return Run(
        scope=Scope(
            path="manifests",
            files=2,
            objects=5,
            groups=("schema", "policy", "simulation"),
            seed=7,
            overlay="production",
            versions={"seatrial": "1.2.3", "python": "3.11.7"},
            digests={"manifests": "sha256:00ff"},
            seconds={"schema": 0.25, "policy": 0.5, "simulation": 2.0},
        ),
        verdicts=(
            Verdict(SCHEMA.id, Status.PASS, Severity.CRITICAL, subject("api"), "valid", requirements=("R1",)),
            Verdict(
                SCHEMA.id, Status.SKIPPED, Severity.CRITICAL, subject("tls", "Certificate"), "no schema of its kind"
            ),
            Verdict(
                SCHEMA.id, Status.SKIPPED, Severity.CRITICAL, subject("tls2", "Certificate"), "no schema of its kind"
            ),
            fixed_replicas("web", Position("manifests/web.yaml", 9, 3), requirements=("R2",)),
            fixed_replicas("api", Position(FILE, 6, 13), requirements=("R2",)),
            fixed_replicas("jobs", Position(FILE, 6, 13), Status.WAIVED, evidence={"waiver": waiver}),
            Verdict(
                LATENCY.id,
                Status.INCONCLUSIVE,
                Severity.HIGH,
                objective,
                "481 ms (455 to 507 ms) against 500 ms",
                remediation="simulate 40 replications",
                requirements=("R3",),
                evidence={"scenario": "peak", "p95": 0.481},
            ),
        ),
        checks=(SCHEMA, REPLICAS, LATENCY),
        requirements=(
            RequirementRow("R1", "Shop", "Objects are valid", "1", (CheckReference(SCHEMA.id),)),
            RequirementRow(
                "R2", "Shop", "The shop scales", "2", (CheckReference(REPLICAS.id), CheckReference(SCHEMA.id))
            ),
            RequirementRow("R3", "Shop", "The shop is fast", "3", (CheckReference(LATENCY.id),)),
            RequirementRow("R4", "Ops", "Backups exist", "4", planned="a restore test"),
        ),
        assumptions=(AssumptionRow("service", 0.02, "s", "measured", 0.01, 0.03, used_by=("peak",)),),
        simulations=(scenario_result(),),
    )


def scenario_result(name: str = "peak", autoscaler: str = "shop/api-hpa", group: str = "user") -> dict[str, Any]:
    """Return the JSON of a simulated scenario with three points of time, the last without a request."""
    return {
        "scenario": name,
        "title": f"Title of {name}",
        "kind": "load",
        "seed": 7,
        "replications": 10,
        "duration_s": 600.0,
        "times": [0.0, 300.0, 600.0],
        "hpa": {
            autoscaler: {
                "mean": [2.0, 3.5, 3.0],
                "min": [2.0, 3.0, 2.0],
                "max": [2.0, 4.0, 4.0],
                "min_replicas": 2,
                "max_replicas": 5,
            }
        },
        "latency": {
            group: {
                "p50": [0.1, 0.2, None],
                "p95": [0.3, 0.481, None],
                "p95_low": [0.25, 0.4, None],
                "p95_high": [0.35, None, None],
                "objective": 0.5,
                "overall": {"p95": {"value": 0.481, "low": 0.455, "high": None}},
            }
        },
        "errors": {group: {"value": 0.0002, "low": 0.0, "high": 0.0004}},
        "decisions": [
            {"at": 15.0, "autoscaler": autoscaler, "current": 2, "desired": 2, "reason": "within tolerance"},
            {"at": 30.0, "autoscaler": autoscaler, "current": 2, "desired": 4, "reason": "cpu above target"},
        ],
    }


def write_manifest(folder: Path) -> None:
    """Put the file that the small run points into below *folder*; `manifests/web.yaml` stays missing."""
    (folder / "manifests").mkdir()
    (folder / FILE).write_text(MANIFEST, encoding="utf-8")


# Whatever could act somewhere: control and escape characters, direction overrides, half a surrogate pair, what XML
# forbids, and the special characters of markup, templates, workflow commands and rich.
HOSTILE = "\x00\x07\x1b\r\n\t\x7f\x9b\u2028\u202e\ufeff\ufffe\ud800<>&\"'%:,`[]{}#=\\/"
PHRASES = [
    "</pre><script>alert(1)</script>",
    "\n::error::forged",
    "\x1b]0;owned\x07\x1b[2J",
    "{{ 7 * 7 }}",
    "[bold red]x[/]",
    "]]>",
    "%0A::warning::x",
    "&#0;",
    "\u202egnp.exe",
]
texts = st.one_of(
    st.text(alphabet=st.one_of(st.characters(), st.sampled_from(HOSTILE)), max_size=12), st.sampled_from(PHRASES)
)


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """Draw a run in which each text, of check, object, file, message and record, is arbitrary."""
    checks = [
        CheckInfo(
            draw(texts),
            draw(texts),
            draw(st.sampled_from(Severity)),
            draw(texts),
            draw(texts),
            draw(texts),
            (draw(texts),),
        )
        for _ in range(2)
    ]
    positions = st.one_of(st.none(), st.builds(Position, texts, st.integers(1, 99), st.integers(1, 99)))
    evidence = st.dictionaries(texts, st.one_of(texts, st.floats(), st.integers()), max_size=2)
    verdicts = draw(
        st.lists(
            st.builds(
                Verdict,
                check=st.sampled_from([*(check.id for check in checks), draw(texts)]),
                status=st.sampled_from(Status),
                severity=st.sampled_from(Severity),
                subject=st.builds(Subject, texts, texts, texts, texts),
                message=texts,
                pointer=texts,
                position=positions,
                remediation=texts,
                requirements=st.lists(texts, max_size=2).map(tuple),
                evidence=st.one_of(
                    evidence,
                    st.builds(
                        lambda *w: {"waiver": dict(zip(("reason", "owner", "expires"), w, strict=True))},
                        texts,
                        texts,
                        texts,
                    ),
                ),
            ),
            max_size=3,
        )
    )
    verdicts.append(Verdict(checks[0].id, Status.PASS, Severity.LOW, Subject("v1", "Pod", "", "p"), draw(texts)))
    return Run(
        Scope(
            path=draw(texts),
            files=1,
            objects=1,
            groups=(draw(texts),),
            seed=draw(st.integers()),
            overlay=draw(st.one_of(st.none(), texts)),
            versions={"seatrial": draw(texts), draw(texts): draw(texts)},
            digests={draw(texts): draw(texts)},
            seconds={draw(texts): 1.0},
        ),
        tuple(verdicts),
        tuple(checks),
        requirements=(
            RequirementRow(draw(texts), draw(texts), draw(texts), draw(texts), (CheckReference(checks[0].id),)),
            RequirementRow(draw(texts), draw(texts), draw(texts), planned=draw(texts)),
        ),
        assumptions=(
            AssumptionRow(draw(texts), 1.0, draw(texts), draw(texts), used_by=(draw(texts),), title=draw(texts)),
        ),
    )


# Rendering a whole run takes longer than what Hypothesis expects of an example, most of all on a loaded machine.
arbitrary = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])

"""The Pod Security rule admits exactly what upstream's fixtures say that Pod Security Admission admits."""

from __future__ import annotations

import pytest
import yaml

from seatrial.engines.embedded import EmbeddedEngine
from tests.policies.upstream_sources import POD_SECURITY as FIXTURES
from tests.policies.upstream_sources import needs

RULE = ("security", "pod-security-restricted")

pytestmark = [pytest.mark.oracle, needs(FIXTURES)]


def faults(engine: EmbeddedEngine, pod: dict[str, object], level: str) -> list[str]:
    document = {"review": {"object": pod}, "parameters": {"level": level}}
    return [found["msg"] for found in engine.evaluate(document, [RULE])[0]]


@pytest.mark.parametrize("level", ["baseline", "restricted"])
def test_upstream_fixtures_get_upstreams_verdict(embedded: EmbeddedEngine, level: str) -> None:
    disagreements = []
    counts = {"pass": 0, "fail": 0}
    for wanted in counts:
        for path in sorted((FIXTURES / level / "v1.37" / wanted).glob("*.yaml")):
            pod = yaml.safe_load(path.read_text())
            counts[wanted] += 1
            found = faults(embedded, pod, level)
            if bool(found) != (wanted == "fail"):
                disagreements.append(f"{path.name}: upstream says {wanted}, we found {found}")

    assert disagreements == []
    assert min(counts.values()) > 10, counts


def test_a_fixture_of_the_baseline_that_fails_also_fails_restricted(embedded: EmbeddedEngine) -> None:
    for path in sorted((FIXTURES / "baseline" / "v1.37" / "fail").glob("*.yaml")):
        assert faults(embedded, yaml.safe_load(path.read_text()), "restricted"), path.name

"""Every rule is complete: METADATA, a page that agrees with it, a test that fails and one that passes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from seatrial.engines import rego_tests
from seatrial.engines.rego_sources import RULE_FILE, Rule, read_policies

POLICIES = Path(__file__).resolve().parents[2] / "policies"
RULES = read_policies(POLICIES).rules
PROMISED = [
    "security/pod-security-restricted",
    "security/read-only-root-filesystem",
    "security/service-account-token",
    "security/namespace-pod-security",
    "security/no-wildcard-rbac",
    "security/rbac-least-privilege",
    "security/declared-accounts",
    "images/no-mutable-tag",
    "images/allowed-registries",
    "images/digest-pinned",
    "images/declared-line",
    "resources/requests-and-limits",
    "resources/declared-resources",
    "resources/ephemeral-storage",
    "resources/namespace-quota",
    "autoscaling/replica-limits",
    "autoscaling/metric-targets",
    "autoscaling/no-fixed-replicas",
    "autoscaling/declared-replicas",
    "autoscaling/one-autoscaler-per-workload",
    "autoscaling/vpa-hpa-disjoint",
    "autoscaling/vpa-mode",
    "availability/probes",
    "availability/pod-disruption-budget",
    "availability/topology-spread",
    "availability/rollout-strategy",
    "availability/graceful-shutdown",
    "availability/priority",
    "availability/stateless",
    "storage/storage-class-tier",
    "storage/expandable-classes",
    "storage/database-volume",
    "storage/node-placement",
    "secrets/no-plain-secrets",
    "secrets/no-secret-in-env-literal",
    "secrets/own-database-credentials",
    "secrets/own-keys",
    "ingress/tls-on-every-host",
    "ingress/ingress-class",
    "ingress/rate-limited",
    "ingress/declared-routes",
    "network/default-deny",
    "network/dns-egress",
    "network/no-open-egress",
    "network/mesh-ready",
    "network/namespace-selector",
    "monitoring/scrape-jobs",
    "monitoring/alert-delivery",
    "monitoring/alert-expressions",
    "logging/container-logs",
    "logging/kubernetes-filter",
    "logging/elasticsearch-output",
    "gitops/own-project",
    "gitops/guarded-data",
    "metadata/recommended-labels",
    "metadata/declared-role",
    "metadata/supported-api-versions",
    "metadata/no-default-namespace",
]

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


def test_the_promised_rules_exist_and_no_others_are_promised() -> None:
    assert sorted(rule.id for rule in RULES) == sorted(PROMISED)


@each_rule
def test_a_rule_has_a_failing_and_a_passing_test(rule: Rule) -> None:
    names = [test.name for test in rego_tests.discover(rule.folder / "rule_test.rego")]

    assert any(name.startswith("test_fail_") for name in names), "no test shows it failing on a defect"
    assert any(name.startswith("test_pass_") for name in names), "no test shows it passing"
    assert all(re.match(r"test_(fail|pass)_", name) for name in names), names


@each_rule
def test_the_tests_of_a_rule_compare_whole_results(rule: Rule) -> None:
    text = (rule.folder / "rule_test.rego").read_text()

    assert "testing.same(\n" in text or "testing.same(rule.violation" in text
    assert "count(rule.violation)" not in text


@each_rule
def test_the_page_of_a_rule_says_what_its_metadata_says(rule: Rule) -> None:
    page = " ".join((rule.folder / "README.md").read_text().split())

    assert page.startswith(f"# {rule.title} `{rule.id}` · severity {rule.severity}")
    for part in (rule.description, rule.remediation, *rule.controls):
        assert " ".join(part.split()) in page
    for heading in ("## Why", "## Example", "## Fix"):
        assert heading in page


def test_rules_stay_in_the_subset_that_both_engines_share() -> None:
    for path in POLICIES.rglob("*.rego"):
        text = path.read_text()
        assert "%q" not in text, path
        assert "rego.metadata" not in text, path
        assert not re.search(r'\$"', text), f"{path}: string interpolation"


def test_every_rule_folder_holds_rule_test_and_page() -> None:
    for rule in POLICIES.rglob(RULE_FILE):
        assert {"rule.rego", "rule_test.rego", "README.md"} <= {path.name for path in rule.parent.iterdir()}

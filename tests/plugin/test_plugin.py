"""The pytest plugin, run in folders of its own."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m, namespace: shop}\n"

RULE = """\
# METADATA
# title: Object has a label
# description: Nobody finds what has no label.
# custom:
#   severity: low
#   kinds: ['*']
#   remediation: add a label
package shop.labelled

import rego.v1

violation contains {"msg": "no label"} if not input.review.object.metadata.labels
"""
RULE_TEST = """\
package shop.labelled_test

import rego.v1

import data.shop.labelled

test_pass_with_a_label if {
	labelled.violation == set() with input as {"review": {"object": {"metadata": {"labels": {"a": "b"}}}}}
}

test_fail_without_a_label if {
	labelled.violation == {{"msg": "another message"}} with input as {"review": {"object": {"metadata": {}}}}
}
"""


def test_rego_unit_tests_are_items_that_pass_and_fail(pytester: pytest.Pytester):
    folder = pytester.mkdir("policies") / "shop" / "labelled"
    folder.mkdir(parents=True)
    (folder / "rule.rego").write_text(RULE)
    (folder / "rule_test.rego").write_text(RULE_TEST)

    result = pytester.runpytest_subprocess("-v", "policies")

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*rule_test.rego::test_pass_with_a_label PASSED*"])
    result.stdout.fnmatch_lines(["*rule_test.rego::test_fail_without_a_label*"])
    assert "Traceback" not in result.stdout.str()


def test_manifest_checks_are_items_named_by_check_and_object(pytester: pytest.Pytester):
    folder = pytester.mkdir("manifests") / "overlays" / "production"
    folder.mkdir(parents=True)
    (folder / "kustomization.yaml").write_text("resources: [map.yaml]\n")
    (folder / "map.yaml").write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m, namespace: shop}\ndata: {a: 1}\n"
    )

    result = pytester.runpytest_subprocess("-v", "manifests/overlays/production")

    result.stdout.fnmatch_lines(["*kustomization.yaml::schema/kubernetes*shop/m*ConfigMap*FAILED*"])
    result.stdout.fnmatch_lines(["*map.yaml:4:*"])
    assert result.parseoutcomes()["failed"] >= 1
    assert result.parseoutcomes()["passed"] >= 1


def test_an_overlay_that_is_never_deployed_is_skipped_with_that_reason(pytester: pytest.Pytester):
    folder = pytester.mkdir("manifests") / "overlays" / "counterexample"
    folder.mkdir(parents=True)
    (folder / "kustomization.yaml").write_text(
        'metadata: {annotations: {config.kubernetes.io/local-config: "true"}}\nresources: [map.yaml]\n'
    )
    (folder / "map.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata: {a: 1}\n")

    result = pytester.runpytest_subprocess("-rs", "manifests")

    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*never deployed*verify --overlay counterexample*"])


def test_the_header_tells_the_versions_that_decide(pytester: pytest.Pytester):
    pytester.runpytest_subprocess().stdout.fnmatch_lines(["seatrial: seatrial *, python *, regorus *"])


FEATURE = """\
@R123 @shop
Feature: Shop
  Scenario: It has objects
    Given the manifests
    Then there are {count} objects
"""
STEPS = """\
from pytest_bdd import given, parsers, scenarios, then

scenarios("shop.feature")


@given("the manifests", target_fixture="system")
def manifests(verification):
    return verification


@then(parsers.parse("there are {count:d} objects"))
def objects(system, count):
    assert system.run.scope.objects == count, f"there are {system.run.scope.objects} objects, not {count}"
"""


def test_a_feature_judges_the_manifests_it_is_pointed_at(pytester: pytest.Pytester):
    pytester.makefile(".feature", shop=FEATURE.format(count=2))
    pytester.makepyfile(test_shop=STEPS)
    pytester.makefile(".yaml", map=MAP)

    result = pytester.runpytest_subprocess("--strict-markers", "--seatrial-path", "map.yaml")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*there are 1 objects, not 2*"])


def test_requirement_tags_select_scenarios(pytester: pytest.Pytester):
    pytester.makefile(".feature", shop=FEATURE.format(count=1))
    pytester.makepyfile(test_shop=STEPS)
    pytester.makefile(".yaml", map=MAP)

    chosen = pytester.runpytest_subprocess("-m", "R123", "--seatrial-path", "map.yaml")
    others = pytester.runpytest_subprocess("-m", "not R123", "--seatrial-path", "map.yaml")

    chosen.assert_outcomes(passed=1)
    others.assert_outcomes(deselected=1)

"""The JUnit report has a case for every verdict, in the dialect that CI servers check against its schema."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import xmlschema
from hypothesis import given

from seatrial.model.verdict import Status
from seatrial.report import Run, render
from seatrial.report.text import visible
from tests.report.samples import arbitrary, runs

DIALECT = xmlschema.XMLSchema(Path(__file__).with_name("schemas") / "junit-10.xsd")
PROPERTIES = """\
    <properties>
      <property name="path" value="manifests" />
      <property name="overlay" value="production" />
      <property name="seed" value="7" />
      <property name="seatrial" value="1.2.3" />
      <property name="python" value="3.11.7" />
      <property name="manifests" value="sha256:00ff" />
    </properties>"""
JUNIT = f"""\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="seatrial" tests="7" failures="3" errors="0" time="2.75">
  <testsuite name="schema" tests="3" errors="0" failures="0" skipped="2" time="0.25">
{PROPERTIES}
    <testcase name="shop/api[Deployment]" classname="schema/kubernetes" />
    <testcase name="shop/tls[Certificate]" classname="schema/kubernetes">
      <skipped message="no schema of its kind" type="skipped" />
    </testcase>
    <testcase name="shop/tls2[Certificate]" classname="schema/kubernetes">
      <skipped message="no schema of its kind" type="skipped" />
    </testcase>
  </testsuite>
  <testsuite name="policy" tests="3" errors="0" failures="2" skipped="1" time="0.5">
{PROPERTIES}
    <testcase name="shop/web[Deployment] /spec/replicas" classname="autoscaling/no-fixed-replicas">
      <failure message="`web` has 3 replicas and an autoscaler" type="medium">manifests/web.yaml:9:3
shop/web[Deployment]
`web` has 3 replicas and an autoscaler
fix: remove `replicas`</failure>
    </testcase>
    <testcase name="shop/api[Deployment] /spec/replicas" classname="autoscaling/no-fixed-replicas">
      <failure message="`api` has 3 replicas and an autoscaler" type="medium">manifests/api.yaml:6:13
shop/api[Deployment]
`api` has 3 replicas and an autoscaler
fix: remove `replicas`</failure>
    </testcase>
    <testcase name="shop/jobs[Deployment] /spec/replicas" classname="autoscaling/no-fixed-replicas">
      <skipped message="waived by team shop until 2027-01-31: migrating (`jobs` has 3 replicas and an autoscaler)" \
type="waived" />
    </testcase>
  </testsuite>
  <testsuite name="simulation" tests="1" errors="0" failures="1" skipped="0" time="2.0">
{PROPERTIES}
    <testcase name="latency-p95[Objective]" classname="simulation/latency-p95">
      <failure message="inconclusive: 481 ms (455 to 507 ms) against 500 ms" type="inconclusive high">\
latency-p95[Objective]
481 ms (455 to 507 ms) against 500 ms
fix: simulate 40 replications</failure>
    </testcase>
  </testsuite>
</testsuites>
"""


def parsed(shown: str) -> ET.Element:
    return ET.fromstring(shown)  # noqa: S314 - our own report


def test_the_whole_document(run: Run) -> None:
    assert render(run, "junit") == JUNIT


def test_the_expected_document_is_valid_junit() -> None:
    DIALECT.validate(JUNIT)


def test_the_schema_refuses_what_is_no_junit() -> None:
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        DIALECT.validate(JUNIT.replace('<testcase name="shop/api[Deployment]"', "<testcase"))


@arbitrary
@given(runs())
def test_every_text_is_valid_and_comes_back_visible(run: Run) -> None:
    shown = render(run, "junit")
    DIALECT.validate(shown)

    suites = parsed(shown)
    failed = {visible(v.message) for v in run.verdicts if v.status is Status.FAIL}
    assert len(suites.findall(".//testcase")) == len(run.verdicts)
    assert failed <= {failure.get("message", "") for failure in suites.iter("failure")}


@arbitrary
@given(runs())
def test_no_two_cases_have_one_name(run: Run) -> None:
    cases = [(case.get("classname"), case.get("name")) for case in parsed(render(run, "junit")).iter("testcase")]

    assert len(cases) == len(set(cases))

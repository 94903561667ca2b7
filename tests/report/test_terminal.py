"""The terminal report tells each finding as a compiler would, and then what was not judged."""

from __future__ import annotations

import re
from pathlib import Path

import attrs
import pytest
from hypothesis import given
from rich.cells import cell_len

from seatrial.model.position import Position
from seatrial.model.verdict import Severity, Status, Subject, Verdict
from seatrial.report import CheckReference, RequirementRow, Run, render
from tests.report.samples import FILE, arbitrary, fixed_replicas, runs, small_run, subject

PLAIN = """\
seatrial 1.2.3: manifests (overlay production)
2 files, 5 objects and 3 checks in schema, policy and simulation; seed 7

High, inconclusive: Requests are fast enough (simulation/latency-p95)
  ---> latency-p95[Objective]
  = 481 ms (455 to 507 ms) against 500 ms
  = fix: simulate 40 replications
  = proves: R3

Medium: Replicas are left to the autoscaler (autoscaling/no-fixed-replicas)
  ---> manifests/api.yaml:6:13 -> shop/api[Deployment]
6 |   replicas: 3  # fixed
  |             ^
  = `api` has 3 replicas and an autoscaler
  = fix: remove `replicas`
  = proves: R2
  = [+1 more: shop/web[Deployment] manifests/web.yaml:9:3]

waived (1)
  autoscaling/no-fixed-replicas: migrating (owner team shop, until 2027-01-31)
    shop/jobs[Deployment] manifests/api.yaml:6:13

skipped (2)
  no schema of its kind (2)
    schema/kubernetes

check group  pass  fail  inconclusive  skipped  waived  seconds
schema          1     0             0        2       0      0.2
policy          0     2             0        0       1      0.5
simulation      0     0             1        0       0      2.0
total           1     2             1        2       1      2.8

versions: seatrial 1.2.3, python 3.11.7
digests: manifests sha256:00ff
found 3 problems: 1 high, 2 medium; 1 of them inconclusive
"""

NARROW = """\
seatrial 1.2.3: manifests (overlay
production)
2 files, 5 objects and 3 checks in
schema, policy and simulation; seed 7

High, inconclusive: Requests are fast
enough (simulation/latency-p95)
  ---> latency-p95[Objective]
  = 481 ms (455 to 507 ms) against 500
    ms
  = fix: simulate 40 replications
  = proves: R3

Medium: Replicas are left to the
autoscaler
(autoscaling/no-fixed-replicas)
  ---> manifests/api.yaml:6:13
       shop/api[Deployment]
6 |   replicas: 3  # fixed
  |             ^
  = `api` has 3 replicas and an
    autoscaler
  = fix: remove `replicas`
  = proves: R2
  = [+1 more: shop/web[Deployment]
    manifests/web.yaml:9:3]

waived (1)
  autoscaling/no-fixed-replicas:
  migrating (owner team shop, until
  2027-01-31)
    shop/jobs[Deployment]
    manifests/api.yaml:6:13

skipped (2)
  no schema of its kind (2)
    schema/kubernetes

schema: 1 pass, 2 skipped, 0.2 seconds
policy: 2 fail, 1 waived, 0.5 seconds
simulation: 1 inconclusive, 2.0 seconds
total: 1 pass, 2 fail, 1 inconclusive, 2
skipped, 1 waived, 2.8 seconds

versions: seatrial 1.2.3, python 3.11.7
digests: manifests sha256:00ff
found 3 problems: 1 high, 2 medium; 1 of
them inconclusive
"""

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\ud800-\udfff]")


@pytest.mark.parametrize("width, expected", [(90, PLAIN), (40, NARROW), (1, NARROW)])
def test_plain_text_is_stable_at_any_width(run: Run, width: int, expected: str) -> None:
    assert render(run, "terminal", width=width) == expected


def test_colours_add_nothing_but_colours(run: Run) -> None:
    coloured = render(run, "terminal", width=90, color=True)

    assert COLOUR.search(coloured)
    assert COLOUR.sub("", coloured) == PLAIN


def test_no_colour_is_emitted_because_of_the_environment(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")

    assert render(run, "terminal", width=90) == PLAIN


def test_passed_verdicts_are_shown_when_asked_for(run: Run) -> None:
    shown = render(run, "terminal", width=90, show_passed=True)

    assert shown == PLAIN.replace(
        "waived (1)\n", "passed (1)\n  pass schema/kubernetes  shop/api[Deployment]\n\nwaived (1)\n"
    )


def test_a_clean_run_says_so(run: Run) -> None:
    clean = attrs.evolve(run, verdicts=run.verdicts[:1], checks=run.checks[:1])

    assert render(clean, "terminal", width=90).endswith("\nno problem found\n")


def test_a_check_without_any_verdict_is_told(run: Run) -> None:
    quiet = attrs.evolve(run, verdicts=run.verdicts[:3])

    shown = render(quiet, "terminal", width=90)

    assert "  autoscaling/no-fixed-replicas gave no verdict at all\n" in shown


def test_repeats_beyond_the_named_ones_are_counted(run: Run) -> None:
    verdicts = tuple(fixed_replicas(f"app{number}", None) for number in range(9))

    shown = render(attrs.evolve(run, verdicts=verdicts), "terminal", width=300)

    assert (
        "  = [+8 more: shop/app1[Deployment], shop/app2[Deployment], shop/app3[Deployment], shop/app4[Deployment], "
        "shop/app5[Deployment], and 3 not named here]\n"
    ) in shown


def test_what_one_waiver_accepts_is_told_once(run: Run) -> None:
    waiver = {"waiver": {"reason": "r", "owner": "o", "expires": "2027-01-31"}}
    verdicts = tuple(fixed_replicas(f"app{number}", None, Status.WAIVED, evidence=waiver) for number in range(6))
    other = fixed_replicas("web", None, Status.WAIVED)

    shown = render(attrs.evolve(run, verdicts=(*verdicts, other)), "terminal", width=300)

    assert (
        "waived (7)\n"
        "  6 x autoscaling/no-fixed-replicas: r (owner o, until 2027-01-31)\n"
        "    shop/app0[Deployment], shop/app1[Deployment], shop/app2[Deployment], shop/app3[Deployment], "
        "shop/app4[Deployment], and 1 not named here\n"
        "  autoscaling/no-fixed-replicas: no reason given (owner unknown, until unknown)\n"
        "    shop/web[Deployment]\n\n"
    ) in shown


def test_many_reasons_for_skipping_are_counted_and_told_on_demand(run: Run) -> None:
    skipped = [fixed_replicas(f"app{number}", None, Status.SKIPPED) for number in range(6)]
    verdicts = (fixed_replicas("web", None, Status.PASS), *skipped, skipped[5])
    many = attrs.evolve(run, verdicts=verdicts)

    assert (
        "skipped (7)\n"
        "  autoscaling/no-fixed-replicas (7)\n"
        "    2 x `app5` has 3 replicas and an autoscaler\n"
        "    `app0` has 3 replicas and an autoscaler\n"
        "    `app1` has 3 replicas and an autoscaler\n"
        "    3 more for other reasons; --show-passed tells them\n"
    ) in render(many, "terminal")
    assert "    `app4` has 3 replicas and an autoscaler\n" in render(many, "terminal", show_passed=True)


def test_a_reason_that_several_checks_share_is_told_once(run: Run) -> None:
    skips = tuple(
        Verdict(check, Status.SKIPPED, Severity.LOW, Subject("seatrial/v1", "Check", "", check), "there is no Ingress")
        for check in ("ingress/tls", "ingress/class")
    )

    shown = render(attrs.evolve(run, verdicts=(*run.verdicts, *skips)), "terminal")

    assert "  there is no Ingress (2)\n    ingress/class, ingress/tls\n" in shown


def test_different_mistakes_of_one_check_stay_apart(run: Run) -> None:
    other = attrs.evolve(fixed_replicas("web", None), message="`web` has 4 replicas and an autoscaler")

    shown = render(attrs.evolve(run, verdicts=(fixed_replicas("api", None), other)), "terminal")

    assert shown.count("(autoscaling/no-fixed-replicas)") == 2


@pytest.mark.parametrize(
    "line, column, expected",
    [
        ("  replicas: 3  # fixed", 13, ("6 |   replicas: 3  # fixed", "  |             ^")),
        ("  replicas: 3", 3, ("6 |   replicas: 3", "  |   ^^^^^^^^")),
        ('  name: "a # b" # c', 9, ('6 |   name: "a # b" # c', "  |         ^^^^^^^")),
        ("\tname: x", 8, ("6 |  name: x", "  |        ^")),
        ("  日本: 語語", 7, ("6 |   日本: 語語", "  |         ^^^^")),
        ("  a: \x1b[31mred", 6, ("6 |   a: \\x1b[31mred", "  |      ^^^^^^^^^^^")),
    ],
)
def test_carets_stand_under_the_offending_value(run: Run, line: str, column: int, expected: tuple[str, str]) -> None:
    Path(FILE).write_text(f"a\nb\nc\nd\ne\n{line}\n", encoding="utf-8")
    verdicts = (fixed_replicas("api", Position(FILE, 6, column)),)

    shown = render(attrs.evolve(run, verdicts=verdicts), "terminal").splitlines()

    assert tuple(shown[5:7]) == expected


def test_a_long_source_line_is_cut_to_the_width(run: Run) -> None:
    Path(FILE).write_text("\n" * 5 + "  key: " + "x" * 500 + " tail\n", encoding="utf-8")
    verdicts = (fixed_replicas("api", Position(FILE, 6, 8)),)

    shown = render(attrs.evolve(run, verdicts=verdicts), "terminal", width=60)

    assert f"\n6 |   key: {'x' * 49}\n  |        {'^' * 49}\n" in shown


def test_a_value_far_to_the_right_is_still_shown(run: Run) -> None:
    Path(FILE).write_text("\n" * 5 + "{" + "a: 1, " * 80 + "replicas: 3}\n", encoding="utf-8")
    verdicts = (fixed_replicas("api", Position(FILE, 6, 1 + 6 * 80 + 1)),)

    shown = render(attrs.evolve(run, verdicts=verdicts), "terminal", width=60)

    assert f"\n6 | ... , a: 1, a: 1, replicas: 3}}\n  | {' ' * 18}^^^^^^^^\n" in shown


@arbitrary
@given(runs())
def test_no_text_reaches_the_terminal_as_a_command(run: Run) -> None:
    plain = render(run, "terminal", show_passed=True, width=80)
    coloured = render(run, "terminal", show_passed=True, width=80, color=True)

    assert CONTROL.findall(plain) == []
    assert COLOUR.sub("", coloured) == plain


def test_only_unbreakable_words_are_wider_than_the_terminal() -> None:
    wide = [line for line in render(small_run(), "terminal", width=40).splitlines() if cell_len(line) > 40]

    assert [line for line in wide if len(line.split()) > 2] == []


def test_every_status_has_a_column(run: Run) -> None:
    header = next(line for line in render(run, "terminal", width=90).splitlines() if line.startswith("check group"))

    assert header.split()[2:-1] == [str(status) for status in Status]


def test_a_complete_run_tells_what_the_requirements_come_to(run: Run) -> None:
    promised = (
        RequirementRow("R001", "Shop", "The shop is open.", checks=(CheckReference("intent/requirement-proven"),)),
        RequirementRow("R002", "Shop", "The shop is lit.", planned="lamps"),
    )
    proof = Verdict(
        "intent/requirement-proven",
        Status.PASS,
        Severity.HIGH,
        Subject("seatrial/v1", "Requirement", "", "R001"),
        "proven",
        requirements=("R001",),
    )

    complete = render(attrs.evolve(run, requirements=promised, verdicts=(*run.verdicts, proof)), "terminal")
    partial = render(attrs.evolve(run, requirements=promised), "terminal")

    assert "\nrequirements: 1 planned and 1 proven of 2\n" in complete
    assert "requirements:" not in partial


def test_complaints_of_one_check_about_one_place_are_told_together(run: Run) -> None:
    place = Position(FILE, 6, 3)
    low = fixed_replicas("api", place)
    odd = attrs.evolve(low, message="3 replicas are an odd number")
    elsewhere = attrs.evolve(odd, subject=subject("web"), position=Position(FILE, 8, 1))
    other_place = attrs.evolve(low, message="there are replicas", position=Position(FILE, 9, 1))

    shown = render(attrs.evolve(run, verdicts=(low, odd, elsewhere, other_place)), "terminal")

    assert shown.count("(autoscaling/no-fixed-replicas)") == 2
    assert shown.count("fix: remove `replicas`") == 2
    first = shown.partition("fix: remove `replicas`")[0]
    assert low.message in first
    assert "= 3 replicas are an odd number\n    [+1 more: shop/web[Deployment]" in first

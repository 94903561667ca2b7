"""The HTML report is one page that needs no script and no request, whatever the manifests are called."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import attrs
import pytest
from hypothesis import given

from seatrial.report import Run, plots, render
from seatrial.report.html_page import _number
from seatrial.report.text import visible
from tests.report.samples import arbitrary, runs, scenario_result
from tests.report.test_terminal import CONTROL

Attributes = dict[str, str | None]
VOID = {"meta", "br", "input", "path", "rect", "line"}


class Page(HTMLParser):
    """Elements with their attributes and all the text below each, in the order of their start tags."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.source = source
        self.elements: list[tuple[str, Attributes, list[str]]] = []
        self.open: list[tuple[str, list[str]]] = []
        self.mismatches: list[str] = []
        self.feed(source)
        self.close()
        self.mismatches += [tag for tag, _ in self.open]

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        text: list[str] = []
        self.elements.append((tag, dict(attributes), text))
        if tag not in VOID:
            self.open.append((tag, text))

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes), []))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if self.open and self.open[-1][0] == tag:
            self.open.pop()
        else:
            self.mismatches.append(tag)

    def handle_data(self, data: str) -> None:
        for _, text in self.open:
            text.append(data)

    def find(self, tag: str, **wanted: str) -> list[tuple[Attributes, str]]:
        """Return attributes and text of the elements *tag* whose attributes have the *wanted* words among theirs."""
        return [
            (attributes, " ".join("".join(text).split()))
            for name, attributes, text in self.elements
            if name == tag
            and all(set(words.split()) <= set((attributes.get(key) or "").split()) for key, words in wanted.items())
        ]

    def texts(self, tag: str, **wanted: str) -> list[str]:
        return [text for _, text in self.find(tag, **wanted)]


def page(run: Run) -> Page:
    return Page(render(run, "html"))


def class_(name: str) -> dict[str, str]:
    return {"class": name}


def test_the_page_is_well_formed(run: Run) -> None:
    assert page(run).mismatches == []


def test_the_page_asks_for_nothing_and_runs_nothing(run: Run) -> None:
    shown = page(run)

    assert shown.find("meta", **{"http-equiv": "Content-Security-Policy"})[0][0]["content"] == (
        "default-src 'none'; style-src 'unsafe-inline'"
    )
    assert {name for name, _, _ in shown.elements} & {
        "script",
        "link",
        "img",
        "iframe",
        "object",
        "embed",
        "base",
    } == set()
    references = [
        (name, value)
        for _, attributes, _ in shown.elements
        for name, value in attributes.items()
        if name in {"src", "href", "action", "data", "xlink:href", "poster"} and not (value or "").startswith("#")
    ]
    assert references == []
    assert re.findall(r"url\(|@import", shown.source) == []


def test_every_link_leads_somewhere_and_every_id_is_unique(run: Run) -> None:
    shown = page(run)
    ids = [attributes["id"] for _, attributes, _ in shown.elements if "id" in attributes]
    targets = {(attributes["href"] or "").removeprefix("#") for attributes, _ in shown.find("a")}

    assert len(ids) == len(set(ids))
    assert targets <= set(ids)


def test_the_headline_and_the_scope_come_first(run: Run) -> None:
    shown = page(run)

    assert shown.texts("h1") == ["✕Found 3 problems: 1 high, 2 medium; 1 of them inconclusive"]
    assert "manifests, overlay production: 2 files, 5 objects, 3 checks; seed 7" in shown.texts("p")


def test_a_finding_is_told_as_in_the_terminal(run: Run) -> None:
    assert page(run).texts("article") == [
        (
            "high, inconclusive: Requests are fast enough simulation/latency-p95 latency-p95[Objective] "
            "481 ms (455 to 507 ms) against 500 ms Fix: simulate 40 replications R3"
        ),
        (
            "medium: Replicas are left to the autoscaler autoscaling/no-fixed-replicas manifests/api.yaml:6:13"
            "shop/api[Deployment]/spec/replicas 6replicas: 3 # fixed api has 3 replicas and an autoscaler "
            "Fix: remove replicas R2 1 more with the same mistakeshop/web[Deployment] manifests/web.yaml:9:3"
        ),
    ]
    assert page(run).texts("mark") == ["3"]


def test_the_matrix_ties_requirements_to_checks(run: Run) -> None:
    shown = page(run)

    assert shown.texts("th", **class_("check")) == [
        "schema/kubernetes",
        "autoscaling/no-fixed-replicas",
        "simulation/latency-p95",
    ]
    assert [text for attributes, text in shown.find("tr", **class_("row"))] == [
        "R1Objects are valid (proven)✓1 pass",
        "R2The shop scales (failed)·no verdict in this run✕2 fail",
        "R3The shop is fast (inconclusive)?1 inconclusive",
    ]
    assert [attributes["title"] for attributes, _ in shown.find("td", **class_("cell"))] == [
        "R1, schema/kubernetes: 1 pass",
        "R2, schema/kubernetes: no verdict in this run",
        "R2, autoscaling/no-fixed-replicas: 2 fail",
        "R3, simulation/latency-p95: 1 inconclusive",
    ]


def test_planned_requirements_are_listed(run: Run) -> None:
    assert page(run).texts("details", id="planned") == [
        "1 requirement planned: no check proves it yet IdRequirementPlanned R4Backups exista restore test"
    ]


def test_waivers_and_skips_have_their_reasons(run: Run) -> None:
    shown = page(run)

    assert shown.texts("section", id="waivers") == [
        (
            "Waivers Failures that somebody answers for, until a day. CheckReasonOwnerExpiresObjects "
            "Replicas are left to the autoscalerautoscaling/no-fixed-replicasmigratingteam shop2027-01-31"
            "1 objectshop/jobs[Deployment]jobs has 3 replicas and an autoscaler"
        )
    ]
    assert shown.texts("section", id="skipped") == ["Skipped CheckTimesReason schema/kubernetes2no schema of its kind"]


def test_assumptions_and_the_record_of_the_run_are_on_the_page(run: Run) -> None:
    shown = page(run)

    (assumptions,) = shown.texts("section", id="assumptions")
    (record,) = shown.texts("section", id="record")
    assert assumptions.endswith("service0.02s0.01 to 0.03measuredpeak")
    assert "pathmanifests overlayproductiongroupsschema, policy, simulation seed7 manifestssha256:00ff" in record
    assert "seatrial1.2.3 python3.11.7" in record


def test_every_passed_object_is_named_as_evidence(run: Run) -> None:
    evidence = next(text for text in page(run).texts("details") if text.startswith("Object matches its schema"))

    assert evidence.endswith("skippedshop/tls[Certificate]shop/tls2[Certificate] passshop/api[Deployment]")


def test_a_scenario_has_plots_with_names_and_tables_with_their_numbers(run: Run) -> None:
    shown = page(run)

    assert [(attributes["role"], attributes["aria-label"]) for attributes, _ in shown.find("svg", role="img")] == [
        (
            "img",
            "Latency of user over time. The 95th percentile lies between 300 and 481 ms. The objective is 500 ms.",
        ),
        (
            "img",
            "Replicas of shop/api-hpa over time. From 2 to 4 replicas within limits of 2 to 5; 2.8 on average.",
        ),
    ]
    tables = [text for text in shown.texts("table") if text.startswith(("user Second", "shop/api-hpa Second"))]
    assert tables == [
        "user SecondMedian (ms)95th percentile (ms)Its confidence bounds (ms) 0100300250 to 350 300200481 600",
        "shop/api-hpa SecondMeanLeastMost 0222 3003.534 600324",
    ]


def test_a_scenario_tells_its_scaling_decisions_and_figures(run: Run) -> None:
    shown = page(run)

    (decisions,) = [text for text in shown.texts("details") if "scaling decision" in text]
    (figures,) = [text for text in shown.texts("details") if text.startswith("All figures")]
    assert decisions == (
        "1 scaling decision of the first replication SecondAutoscalerFromToReason 30shop/api-hpa24cpu above target"
    )
    assert "95th percentileuser0.4810.455 to unboundeds" in figures
    assert "failed requestsuser0.020 to 0.04%" in figures


@pytest.mark.parametrize(
    "value, expected",
    [
        (2e6, "2,000,000"),
        (5e-05, "0.00005"),
        (0.0, "0"),
        (1.5, "1.5"),
        (123456.789, "123,457"),
        (-0.25, "-0.25"),
        (100.0, "100"),
        (None, ""),
    ],
)
def test_numbers_are_written_without_powers_of_ten(value: float | None, expected: str) -> None:
    assert _number(value) == expected


def test_an_autoscaler_that_never_scaled_is_told_to_stand_still(run: Run) -> None:
    result = scenario_result()
    result["hpa"] = {"shop/api-hpa": {key: [1.0] * 3 for key in ("mean", "min", "max")}}

    assert "api-hpaAlways 1 replica." in page(attrs.evolve(run, simulations=(result,))).texts("figcaption")


def test_without_the_extra_the_page_says_so_and_keeps_the_numbers(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plots, "available", lambda: False)

    shown = page(run)

    assert shown.find("svg", role="img") == []
    assert "Plots need the extra seatrial[plots]; the tables below hold their numbers." in shown.texts("p")
    assert shown.texts("caption") == ["user", "shop/api-hpa"]


def test_a_long_run_is_tabulated_in_part_and_says_so(run: Run) -> None:
    result = scenario_result()
    result["times"] = [float(second) for second in range(100)]
    result["hpa"] = {"shop/api-hpa": dict.fromkeys(("mean", "min", "max"), [2.0] * 100)}

    shown = page(attrs.evolve(run, simulations=(result,)))

    assert "shop/api-hpa: 24 of 100 points of time" in shown.texts("caption")


@pytest.mark.parametrize(
    "result",
    [
        {},
        {"scenario": "s", "times": None},
        {"latency": 3, "hpa": [], "decisions": 4},
        {"times": ["x"], "hpa": {"a": {"mean": [{}]}}, "decisions": [None]},
    ],
)
def test_a_result_of_another_shape_does_not_break_the_page(run: Run, result: dict[str, object]) -> None:
    assert page(attrs.evolve(run, simulations=(result,))).mismatches == []


def test_names_in_a_plot_stay_text(run: Run) -> None:
    hostile = '</svg><script>alert(1)</script>"\x1b'

    shown = page(attrs.evolve(run, simulations=(scenario_result(hostile, hostile, hostile),)))

    assert shown.find("script") == []
    assert shown.mismatches == []
    assert visible(hostile) in next(text for text in shown.texts("title") if text.startswith("Replicas of"))


def test_the_colours_of_the_plots_have_a_dark_counterpart(run: Run) -> None:
    dark = re.search(r"@media \(prefers-color-scheme: dark\) \{(.*?)\n\}", render(run, "html"), re.DOTALL)

    assert dark
    for color in (plots.INK, plots.GRID, plots.FIRST, plots.SECOND, plots.LIMIT):
        assert f'.plot [stroke="{color}"]' in dark[1]


def test_a_clean_run_is_told_in_calm(run: Run) -> None:
    shown = page(attrs.evolve(run, verdicts=run.verdicts[:1], requirements=(), simulations=(), assumptions=()))

    assert shown.texts("h1") == ["✓No problem found"]
    assert "No check failed, and none was inconclusive." in shown.texts("div")
    assert {attributes["id"] for attributes, _ in shown.find("section")} == {
        "summary",
        "findings",
        "waivers",
        "skipped",
        "checks",
        "record",
    }


@arbitrary
@given(runs())
def test_no_text_becomes_markup(run: Run) -> None:
    shown = page(run)

    assert shown.mismatches == []
    assert {name for name, _, _ in shown.elements} & {"script", "img", "iframe"} == set()
    assert [name for _, attributes, _ in shown.elements for name in attributes if name.startswith("on")] == []
    assert CONTROL.findall(shown.source.replace("\t", "")) == []


@arbitrary
@given(runs())
def test_every_message_comes_back_visible(run: Run) -> None:
    def words(text: str) -> str:
        return " ".join(visible(text).replace("`", "").split())

    told = [text.replace("`", "") for text in page(run).texts("article")]

    assert all(any(" ".join(words(v.message).split()) in text for text in told) for v in run.problems)

"""Every kind of mistake in a declared file is told with its place, what was found and what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from seatrial.model.architecture import Architecture
from seatrial.model.errors import InputError
from tests.architecture.conftest import FILES

Change = Callable[[dict[str, Any]], object]


def component(index: int, **entries: Any) -> Change:
    return lambda data: data["components"]["components"][index].update(entries)


def drop_from_profile(key: str) -> Change:
    return lambda data: data["components"]["profiles"]["web"].pop(key)


def edge(index: int, **entries: Any) -> Change:
    return lambda data: data["edges"]["edges"][index].update(entries)


def objective(index: int, **entries: Any) -> Change:
    return lambda data: data["objectives"]["objectives"][index].update(entries)


def assumption(index: int, **entries: Any) -> Change:
    return lambda data: data["assumptions"]["assumptions"][index].update(entries)


def scenario(**entries: Any) -> Change:
    return lambda data: data["scenarios"]["scenarios"][0].update(entries)


def load(**entries: Any) -> Change:
    return lambda data: data["scenarios"]["scenarios"][0]["load"][0].update(entries)


def requirement(index: int, **entries: Any) -> Change:
    return lambda data: data["requirements"]["requirements"][index].update(entries)


def repeat(file: str, section: str) -> Change:
    return lambda data: data[file][section].append(data[file][section][0])


def nested_steps(data: dict[str, Any]) -> None:
    step: dict[str, Any] = {"cpu": "cpu"}
    for _ in range(21):
        step = {"repeat": {"mean": "wait", "steps": [step]}}
    data["scenarios"]["requests"][0]["steps"] = [step]


MISTAKES: dict[str, tuple[Change, str, str]] = {
    # requirements
    "requirement twice": (
        repeat("requirements", "requirements"),
        "requirements",
        'requirement "R001" is declared twice',
    ),
    "requirement left out": (requirement(1, id="R003"), "requirements", "expected R002 here, found R003"),
    "unknown group": (requirement(0, group="B"), "requirements", 'unknown group "B"'),
    "checks and a plan": (requirement(0, planned="more"), "requirements", "R001 has both checks and a plan"),
    "neither checks nor a plan": (
        lambda data: data["requirements"]["requirements"][0].pop("checks"),
        "requirements",
        "R001 has neither checks nor a plan",
    ),
    "check without category": (requirement(0, checks=["component"]), "requirements", "text that matches"),
    "subject without kind": (
        requirement(0, checks=[{"check": "a/b", "subject": "WEB"}]),
        "requirements",
        "text that matches",
    ),
    # components
    "component twice": (repeat("components", "components"), "components", 'component "WEB" is declared twice'),
    "unknown key": (component(0, replica=3), "components", "replica"),
    "unknown profile": (component(0, profile="wep"), "components", 'unknown profile "wep" (did you mean web?)'),
    "unknown resources": (component(0, resources={"main": "smal"}), "components", "did you mean small?"),
    "resources of an unknown container": (
        component(0, resources={"mein": "small"}),
        "components",
        "did you mean main?",
    ),
    "unknown metric": (component(0, metrics=["cpu", "rates"]), "components", "metric"),
    "metric without a value": (component(0, metric_values={}), "components", "WEB gives the metric rate no value"),
    "value of a metric that is not used": (
        component(0, metrics=["cpu"]),
        "components",
        'unknown metric of this component "rate"',
    ),
    "utilization that is no number": (
        component(0, metric_values={"cpu": "70 %", "rate": "10"}),
        "components",
        'a utilization is a number, found "70 %"',
    ),
    "metrics without autoscaler": (
        lambda data: data["components"]["components"][1].update(metrics=["cpu"], min_replicas=1, max_replicas=1),
        "components",
        "DB has metrics but nothing that scales it",
    ),
    "broken quantity": (component(0, metric_values={"rate": "ten"}), "components", "quantity"),
    "limit below the request": (
        lambda data: data["components"]["resources"]["web"].update(limits={"cpu": "50m"}),
        "components",
        "the limit 50m is below the request 100m",
    ),
    "more at least than at most": (component(0, min_replicas=5), "components", "at least 5 but at most 4 replicas"),
    "only one replica limit": (drop_from_profile("min_replicas"), "components", "only half of its replica limits"),
    "limits that nothing uses": (
        lambda data: (
            [drop_from_profile("autoscaler")(data), drop_from_profile("metrics")(data)]
            and data["components"]["components"][0].pop("metric_values")
        ),
        "components",
        "nothing scales WEB between 1 and 4 replicas",
    ),
    "negative replicas": (component(0, min_replicas=-1), "components", "is -1\n  fix: write at least 0"),
    "unknown namespace": (
        component(1, namespace="shops"),
        "components",
        'unknown namespace "shops" (did you mean shop?)',
    ),
    "pods without a namespace": (drop_from_profile("namespace"), "components", "WEB has pods but no namespace"),
    "workload without a kind": (drop_from_profile("kind"), "components", "the workload of WEB has no kind"),
    "no tier": (drop_from_profile("tier"), "components", "WEB has no tier"),
    "unknown placeholder": (component(0, role="{rolle}"), "components", "WEB leaves {rolle} open"),
    "two components of one workload": (
        component(1, kind="Deployment", workload="shop-web"),
        "components",
        "DB has the workload shop/Deployment/shop-web, which WEB has too",
    ),
    "object without a namespace": (
        component(3, objects=["Service/x"]),
        "components",
        "Service/x lives in a namespace, and HPA has none",
    ),
    "gathering what nothing has": (component(3, gathers="Deploiment"), "components", "did you mean Deployment?"),
    "unknown storage class": (
        lambda data: data["components"]["components"][1]["storage"].update({"class": "fats"}),
        "components",
        'unknown storage class "fats" (did you mean fast?)',
    ),
    "storage class of another tier": (component(1, tier="web"), "components", "DB of tier web uses fast"),
    "half of a database": (component(1, database_name="shop"), "components", "only half of a database"),
    "tier of two priority classes": (
        lambda data: data["components"].update(
            priority_classes=[{"name": "first", "tiers": ["web"]}, {"name": "second", "tiers": ["data", "web"]}]
        ),
        "components",
        "the tier web has the priority class second, and first too",
    ),
    "priority class twice": (
        lambda data: data["components"].update(
            priority_classes=[{"name": "first", "tiers": ["web"]}, {"name": "first", "tiers": ["data"]}]
        ),
        "components",
        'priority class "first" is declared twice',
    ),
    "place of a role without a role": (
        component(0, role_in={"label": "role", "variable": "ROLE"}),
        "components",
        "WEB is to say its role and has none",
    ),
    "longest request by an unknown assumption": (
        component(0, longest_request={"assumption": "wiat"}),
        "components",
        'unknown assumption "wiat" (did you mean wait?)',
    ),
    "longest request in another unit": (
        lambda data: [
            component(0, longest_request={"assumption": "wait"})(data),
            assumption(1, unit="1/s")(data),
        ],
        "components",
        "assumption wait is in 1/s, not in seconds",
    ),
    "mesh port that no container has": (
        component(0, mesh={"inject": False, "inbound": ["htpt"]}),
        "components",
        'unknown port "htpt" (did you mean http?)',
    ),
    "accounts without a namespace": (
        component(3, accounts={"viewer": {"verbs": ["get"]}}),
        "components",
        "HPA has accounts but no namespace",
    ),
    "vertical autoscaler of no container": (
        component(0, vertical={"name": "v", "container": "mian", "mode": "Off"}),
        "components",
        "did you mean main?",
    ),
    "deprecated mode": (
        component(0, vertical={"name": "v", "container": "main", "mode": "Auto"}),
        "components",
        'mode is "Auto"\n  fix: write one of: ',
    ),
    "broken address range": (
        component(2, external={"ranges": [{"cidr": "10.0.0.1/8"}]}),
        "components",
        "not an address range",
    ),
    "exception outside of its range": (
        component(2, external={"ranges": [{"cidr": "10.0.0.0/8", "except": ["192.168.0.0/16"]}]}),
        "components",
        "192.168.0.0/16 is no part of 10.0.0.0/8",
    ),
    # edges
    "edge to nowhere": (edge(0, target="WEP"), "edges", 'unknown component "WEP" (did you mean WEB?)'),
    "edge from nowhere in a list": (edge(1, target=["WEB", "DP"]), "edges", 'unknown component "DP"'),
    "edge twice": (repeat("edges", "edges"), "edges", "edge WEB-DB is declared twice"),
    "port that the target has not": (
        edge(0, port=80),
        "edges",
        "DB has no port 80; components.yaml gives it 5432 (postgres)",
    ),
    "port out of range": (edge(0, port=70000), "edges", "port is 70000\n  fix: write at most 65535"),
    "network edge without a port": (
        lambda data: data["edges"]["edges"][0].pop("port"),
        "edges",
        "an edge of kind network needs the port of the pod",
    ),
    "scaling edge with a port": (edge(1, port=80), "edges", "an edge of kind scale has no port"),
    # objectives
    "objective twice": (repeat("objectives", "objectives"), "objectives", 'objective "availability" is declared twice'),
    "ratio in per cent": (objective(0, threshold=99.9), "objectives", "a ratio of 99.9 is above 1"),
    "unknown scenario": (
        objective(0, scenarios=["staedy"]),
        "objectives",
        'unknown scenario "staedy" (did you mean steady?)',
    ),
    "objective without a bound": (
        lambda data: data["objectives"]["objectives"][0].pop("threshold"),
        "objectives",
        "availability needs one bound",
    ),
    "within a threshold": (objective(0, comparison="within"), "objectives", "availability needs one bound"),
    "judged and planned": (objective(0, planned="later"), "objectives", "either the scenarios that judge it"),
    # assumptions
    "assumption twice": (repeat("assumptions", "assumptions"), "assumptions", 'assumption "cpu" is declared twice'),
    "value out of range": (assumption(0, value=5), "assumptions", "cpu is 5, outside its range 0.1 to 0.3"),
    "negative assumption": (assumption(0, value=-1), "assumptions", "is -1\n  fix: write at least 0"),
    "variation of a constant": (assumption(0, variation=1), "assumptions", "distribution constant and a variation"),
    "lognormal without a variation": (
        assumption(0, distribution="lognormal"),
        "assumptions",
        "distribution lognormal without a variation",
    ),
    "no source": (lambda data: data["assumptions"]["assumptions"][0].pop("source"), "assumptions", "source"),
    # scenarios
    "scenario twice": (repeat("scenarios", "scenarios"), "scenarios", 'scenario "steady" is declared twice'),
    "negative rate": (load(rate=-1), "scenarios", "rate is -1\n  fix: write at least 0"),
    "unknown request class": (load(request="pages"), "scenarios", 'unknown request class "pages" (did you mean page?)'),
    "profile of another shape": (
        load(profile={"shape": "daily", "at": 1}),
        "scenarios",
        "a daily profile needs peak_at, period, trough; found at",
    ),
    "warm-up as long as the run": (scenario(warm_up=100), "scenarios", "leaves nothing of its duration"),
    "more replications at least than at most": (
        scenario(replications={"minimum": 5, "maximum": 4}),
        "scenarios",
        "at least 5 replications contradict at most 4",
    ),
    "availability with a load": (scenario(kind="availability"), "scenarios", "has a load"),
    "load without a load": (
        lambda data: data["scenarios"]["scenarios"][0].pop("load"),
        "scenarios",
        "has no load",
    ),
    "unknown assumption of a station": (
        lambda data: data["scenarios"]["stations"][0].update(start="weit"),
        "scenarios",
        'unknown assumption "weit" (did you mean wait?)',
    ),
    "unknown assumption of a step": (
        lambda data: data["scenarios"]["requests"][0].update(steps=[{"cpu": "cpus"}]),
        "scenarios",
        'unknown assumption "cpus" (did you mean cpu?)',
    ),
    "unknown external of a step": (
        lambda data: data["scenarios"]["requests"][0].update(steps=[{"external": "claude"}]),
        "scenarios",
        'unknown external "claude"',
    ),
    "two operations in one step": (
        lambda data: data["scenarios"]["requests"][0].update(steps=[{"cpu": "cpu", "delay": "wait"}]),
        "scenarios",
        "a mapping of at most 1",
    ),
    "steps nested too deeply": (nested_steps, "scenarios", "steps are nested deeper than 20"),
}


class TestMistakes:
    @pytest.mark.parametrize("name", MISTAKES)
    def test_is_told_with_its_place_and_a_way_out(self, name: str, declared: Any) -> None:
        change, file, message = MISTAKES[name]
        change(declared.data)

        with pytest.raises(InputError) as caught:
            declared.load()

        error = caught.value
        assert message in str(error)
        assert error.position is not None
        assert Path(error.position.file).name == f"{file}.yaml"
        assert error.remedy

    def test_points_at_the_line_of_the_value(self, declared: Any) -> None:
        load(rate=-7)(declared.data)

        with pytest.raises(InputError) as caught:
            declared.load()

        position = caught.value.position
        assert position is not None
        assert Path(position.file).read_text(encoding="utf-8").splitlines()[position.line - 1].strip() == "rate: -7"

    def test_of_a_profile_is_shown_in_the_profile(self, declared: Any) -> None:
        declared.data["components"]["profiles"]["web"]["max_replicas"] = 1
        declared.data["components"]["components"][0]["min_replicas"] = 2

        with pytest.raises(InputError) as caught:
            declared.load()

        position = caught.value.position
        assert position is not None
        assert (
            Path(position.file).read_text(encoding="utf-8").splitlines()[position.line - 1].strip() == "max_replicas: 1"
        )

    @pytest.mark.parametrize("name", FILES)
    def test_missing_file_is_named(self, name: str, declared: Any) -> None:
        del declared.data[name]

        with pytest.raises(InputError, match=rf"architecture/{name}\.yaml"):
            declared.load()

    def test_duplicate_key_is_rejected(self, declared: Any) -> None:
        declared.write()
        path = declared.root / "architecture" / "objectives.yaml"
        path.write_text(path.read_text(encoding="utf-8") + "objectives: []\n", encoding="utf-8")

        with pytest.raises(InputError, match="given twice"):
            Architecture.load(declared.root)

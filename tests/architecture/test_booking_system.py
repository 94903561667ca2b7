"""The Booking System's own intent: complete, consistent, and true to its catalogue."""

from __future__ import annotations

import difflib
import json
import re
from collections import Counter
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from seatrial.model.architecture import Architecture, Component
from seatrial.model.quantity import Quantity

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT.parent / "shared"
DECISIONS = sorted((ROOT / "architecture" / "decisions").glob("*.md"))


def catalogue(name: str) -> list[dict[str, Any]]:
    """A file of the catalogue that the system was derived from; it is not part of this repository."""
    path = CATALOGUE / name
    if not path.exists():
        pytest.skip(f"{name} is not beside the repository")
    entries: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return entries


def settled(path: Path) -> list[str]:
    """The contradictions that a decision settles."""
    match = re.search(r"^Settles: (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return match[1].split(", ") if match else []


class TestRequirements:
    def test_all_393_are_there_once(self, booking: Architecture) -> None:
        assert [item.id for item in booking.requirements] == [f"R{number:03}" for number in range(1, 394)]

    def test_each_is_proven_or_planned(self, booking: Architecture) -> None:
        assert [item.id for item in booking.requirements if bool(item.checks) == bool(item.planned)] == []

    def test_each_is_one_sentence_of_its_own(self, booking: Architecture) -> None:
        texts = [item.text for item in booking.requirements]

        assert [text for text in texts if not re.fullmatch(r"\S.*[^. ]\.", text)] == []
        assert [text for text, count in Counter(texts).items() if count > 1] == []

    def test_groups_and_lines_are_those_of_the_catalogue(self, booking: Architecture) -> None:
        expected = [
            (item["id"], item["group"], item["line"].strip("-") or None) for item in catalogue("requirements.json")
        ]

        assert [(item.id, item.group, item.line) for item in booking.requirements] == expected

    def test_wording_is_not_copied(self, booking: Architecture) -> None:
        theirs = {item["id"]: item["req"] for item in catalogue("requirements.json")}
        long = [item for item in booking.requirements if len(theirs[item.id]) > 60]

        alike = [item.id for item in long if difflib.SequenceMatcher(None, item.text, theirs[item.id]).ratio() > 0.8]

        assert alike == []

    def test_numbers_in_the_wording_are_those_of_the_components(self, booking: Architecture) -> None:
        """People read the sentence, checks read the component: they must not drift apart."""
        expected = {}
        for number in range(1, 7):
            component = booking.component(f"S{number}")
            rate = next(metric.value for metric in component.metrics if metric.name == "claude_api_requests_per_second")
            limits = f"{component.min_replicas} and {component.max_replicas} replicas"
            expected[f"R{16 + number:03}"] = f"between {limits}."
            expected[f"R{143 + 3 * number}"] = (
                f"at least {component.min_replicas} and at most {component.max_replicas} replicas"
            )
            expected[f"R{296 + number}"] = f"more than {rate} Claude API requests per second, between {limits}."

        assert {id_: part for id_, part in expected.items() if part not in booking.requirement(id_).text} == {}

    def test_subjects_name_what_is_declared(self, booking: Architecture) -> None:
        """A pattern that selects nothing would leave its requirement without evidence."""
        declared = {
            "Component": [item.id for item in booking.components if not item.planned],
            "Edge": [item.id for item in booking.edges],
            "Objective": [item.name for item in booking.objectives],
        }
        for component in booking.components:
            for item in component.objects:
                declared.setdefault(item.kind, []).append(item.name)
        references = [reference for entry in booking.requirements for reference in entry.checks if reference.subject]

        empty = []
        for reference in references:
            assert reference.subject is not None
            kind = reference.subject.partition("/")[0]
            if not any(_covers(reference.subject, kind, name) for name in declared.get(kind, [])):
                empty.append(f"{reference.check} {reference.subject}")

        assert empty == []

    def test_edges_that_are_evidence_have_pods_at_both_ends(self, booking: Architecture) -> None:
        planned = {item.id for item in booking.components if item.planned}
        subjects = {
            reference.subject
            for item in booking.requirements
            for reference in item.checks
            if reference.subject and reference.subject.startswith("Edge/")
        }

        half = [
            edge.id
            for edge in booking.edges
            if {edge.source, edge.target} & planned and any(_covers(subject, "Edge", edge.id) for subject in subjects)
        ]

        assert half == []


def _covers(subject: str, kind: str, name: str) -> bool:
    return fnmatchcase(f"{kind}/{name}", subject)


class TestDecisions:
    def test_settle_each_contradiction_exactly_once(self) -> None:
        counted = Counter(id_ for path in DECISIONS for id_ in settled(path))

        assert counted == Counter(f"C{number:02}" for number in range(1, 73))

    def test_settle_those_of_the_catalogue(self) -> None:
        assert {id_ for path in DECISIONS for id_ in settled(path)} == {
            item["id"] for item in catalogue("contradictions.json")
        }

    @pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
    def test_say_context_decision_and_consequences(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")

        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]
        assert text.startswith(f"# {path.stem[:4]}. ")

    def test_are_numbered_without_a_gap(self) -> None:
        assert [path.stem[:4] for path in DECISIONS] == [f"{number:04}" for number in range(1, len(DECISIONS) + 1)]

    def test_that_declared_files_refer_to_exist(self) -> None:
        numbers = {path.stem[:4] for path in DECISIONS}
        files = sorted((ROOT / "architecture").glob("*.yaml"))

        referred = {match for path in files for match in re.findall(r"ADR (\d{4})", path.read_text(encoding="utf-8"))}

        assert referred <= numbers


class TestEdges:
    def test_are_the_60_drawn_ones(self, booking: Architecture) -> None:
        drawn = [edge for edge in booking.edges if edge.drawn]

        assert Counter(edge.kind for edge in drawn) == {"network": 41, "storage": 11, "scale": 6, "metrics-api": 2}

    def test_and_those_from_the_ingress_to_the_backends(self, booking: Architecture) -> None:
        added = [(edge.id, edge.port, edge.drawn) for edge in booking.edges if re.fullmatch(r"NGINX-A.B", edge.id)]

        assert added == [("NGINX-A2B", 8080, False), ("NGINX-A3B", 8080, False), ("NGINX-A4B", 8080, False)]

    def test_drawn_against_the_connection_are_turned(self, booking: Architecture) -> None:
        turned = [edge.id for edge in booking.edges if edge.reversed]

        assert turned == [*(f"S{number}-CLAUDE" for number in range(1, 7)), "ARGO-GITHUB", "PROM-ALERT"]

    def test_lead_to_a_database_from_its_owner_the_scraper_and_itself_only(self, booking: Architecture) -> None:
        databases = {item.id for item in booking.components if item.database}
        into = {
            target: sorted(edge.source for edge in booking.edges if edge.target == target and edge.kind == "network")
            for target in databases
        }

        assert into == {
            **{f"DB{number}": [f"A{number}B", "PROM"] for number in (2, 3, 4)},
            **{f"DBS{number}": ["PROM", f"S{number}"] for number in range(1, 7)},
        }

    def test_that_are_implied_say_why(self, booking: Architecture) -> None:
        assert [edge.id for edge in booking.edges if not edge.drawn and not edge.note] == []


class TestComponents:
    def test_are_the_38_nodes_and_those_that_are_needed_besides(self, booking: Architecture) -> None:
        nodes = {
            *("USERS", "CLAUDE", "GITHUB", "NGINX", "CERT", "A2F", "A2B", "A3F", "A3B", "A4F", "A4B"),
            *(f"S{number}" for number in range(1, 7)),
            *("DB2", "DB3", "DB4", "DBS1", "DBS2", "DBS3", "DBS4", "DBS5", "DBS6"),
            *("PROM", "GRAF", "ALERT", "FLUENT", "ELASTIC", "KIBANA", "HPA", "VPA", "METRICS", "ARGO", "PV", "SC"),
        }

        assert len(nodes) == 38
        assert {item.id for item in booking.components} - nodes == {
            *("ACME", "ACMECA", "ADAPTER", "APISERVER", "ARCHIVE", "CLASSES", "DNS", "ISSUER", "REDIS", "SYSTEM")
        }

    def test_request_at_their_maxima_what_the_capacity_decision_says(self, booking: Architecture) -> None:
        applications = [item for item in booking.components if item.autoscaler]

        assert _at_maximum(applications, "cpu") == Decimal("47.4")
        assert _at_maximum(applications, "memory") == Decimal(96 * 2**30)

    def test_of_sub_agents_run_at_most_35_pods(self, booking: Architecture) -> None:
        maxima = [item.max_replicas for item in booking.components if item.tier == "sub-agents"]

        assert maxima == [8, 6, 4, 6, 6, 5]

    def test_have_twelve_autoscalers_of_each_direction(self, booking: Architecture) -> None:
        horizontal = [item for item in booking.components if item.autoscaler]

        assert len(horizontal) == 12
        assert [item.id for item in booking.components if item.vertical] == [item.id for item in horizontal]
        assert booking.component("HPA").objects == tuple(
            reference
            for item in horizontal
            for reference in item.objects
            if reference.kind == "HorizontalPodAutoscaler"
        )

    def test_never_scale_both_ways_on_one_resource(self, booking: Architecture) -> None:
        both = [
            item.id
            for item in booking.components
            if item.vertical
            and item.vertical.mode != "Off"
            and {metric.name for metric in item.metrics if metric.type == "Resource"}
            & set(item.vertical.controlled_resources)
        ]

        assert both == []


def _at_maximum(components: list[Component], resource: str) -> Decimal:
    """Sum of the requests of all components at their greatest number of replicas."""
    return sum(
        (
            Quantity.parse(container.resources.requests[resource]).value * (component.max_replicas or 0)
            for component in components
            for container in component.containers
            if container.resources
        ),
        Decimal(0),
    )


class TestObjectives:
    def test_are_the_four_service_levels_the_limits_and_the_recovery(self, booking: Architecture) -> None:
        assert {item.name: (item.comparison, item.threshold, item.unit) for item in booking.objectives} == {
            "availability": (">=", 0.999, "ratio"),
            "latency-p95": ("<", 0.5, "s"),
            "error-rate": ("<", 0.001, "ratio"),
            "claude-success": (">", 0.99, "ratio"),
            "replica-limits": ("within", None, "replicas"),
            "recovery-time": ("<=", 900, "s"),
            "recovery-point": ("<=", 3600, "s"),
        }

    def test_leave_43_minutes_of_a_month(self, booking: Architecture) -> None:
        budget = booking.objective("availability").error_budget_s

        assert budget == pytest.approx(43.2 * 60)


class TestParameters:
    def test_are_plain_json(self, booking: Architecture) -> None:
        assert json.loads(json.dumps(booking.parameters())) == booking.parameters()

    def test_hold_what_is_promised_of_a_workload(self, booking: Architecture) -> None:
        assert booking.parameters()["workloads"]["booking-system/Deployment/booking-sub-s3"] == {
            "component": "S3",
            "tier": "sub-agents",
            "labels": {"app": "booking-sub-s3", "component": "claude-agent"},
            "role": "UX Expert",
            "role_in": {"label": "role", "variable": "CLAUDE_AGENT_ROLE"},
            "own_secrets": ["CLAUDE_API_KEY"],
            "stateless": False,
            "longest_request": {"seconds": 300, "variable": "CLAUDE_API_TIMEOUT_SECONDS"},
            "mesh": {"inject": False, "inbound_ports": [3000, 8080]},
            "priority_class": "booking-sub-agent",
            "min_replicas": 1,
            "max_replicas": 4,
            "autoscaler": "booking-sub-s3-hpa",
            "metrics": [
                {"type": "Pods", "name": "claude_api_requests_per_second", "target": "AverageValue", "value": "6"},
                {"type": "Pods", "name": "claude_agent_queue_length", "target": "AverageValue", "value": "5"},
            ],
            "vertical": {
                "name": "booking-sub-s3-vpa",
                "mode": "InPlaceOrRecreate",
                "container": "claude-agent",
                "controlled_resources": ["memory"],
                "min_allowed": {"cpu": "200m", "memory": "256Mi"},
                "max_allowed": {"cpu": "4000m", "memory": "8Gi"},
            },
            "requests": {"claude-agent": {"cpu": "100m", "memory": "128Mi"}},
            "limits": {"claude-agent": {"cpu": "1", "memory": "2Gi"}},
            "ports": {"claude-agent": {"http": 3000, "metrics": 8080}},
            "images": {},
            "storage": None,
            "database": None,
            "objects": [
                "Deployment/booking-sub-s3",
                "Service/booking-sub-s3-service",
                "HorizontalPodAutoscaler/booking-sub-s3-hpa",
                "VerticalPodAutoscaler/booking-sub-s3-vpa",
                "PodDisruptionBudget/booking-sub-s3-pdb",
                "ServiceAccount/booking-sub-s3",
                "ExternalSecret/booking-sub-s3-claude-api",
            ],
        }

    def test_find_a_workload_by_each_of_its_autoscalers(self, booking: Architecture) -> None:
        parameters = booking.parameters()

        assert parameters["autoscalers"]["booking-system/booking-agent2-backend-hpa"] in parameters["workloads"]
        assert parameters["verticals"]["booking-system/booking-agent2-backend-vpa"] in parameters["workloads"]

    def test_publish_each_agent_under_its_own_host(self, booking: Architecture) -> None:
        ingresses = booking.parameters()["ingresses"]

        assert ingresses["booking-agent3.example.com"] == {
            "namespace": "booking-system",
            "name": "booking-agent3-ingress",
            "tls_secret": "booking-agent3-tls",
            "issuer": "letsencrypt-prod",
            "planned": None,
            "routes": [
                {"path": "/api", "path_type": "Prefix", "service": "booking-agent3-backend-service", "port": 80},
                {"path": "/", "path_type": "Prefix", "service": "booking-agent3-frontend-service", "port": 3000},
            ],
        }
        assert [host for host, item in ingresses.items() if item["planned"]] == [
            "grafana.example.com",
            "kibana.example.com",
        ]

    def test_leave_out_what_is_planned(self, booking: Architecture) -> None:
        workloads = booking.parameters()["workloads"]

        assert len(workloads) == 22
        assert {item["component"] for item in workloads.values()} & {"PROM", "NGINX", "GRAF"} == set()

    def test_of_two_calls_are_independent(self, booking: Architecture) -> None:
        booking.parameters()["workloads"].clear()

        assert len(booking.parameters()["workloads"]) == 22

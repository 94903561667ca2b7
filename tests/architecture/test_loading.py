"""What a valid architecture becomes when it is loaded."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.model.architecture import (
    Architecture,
    CheckReference,
    Container,
    LongestRequest,
    Mesh,
    Metric,
    ObjectReference,
    ResourceProfile,
    UnknownCheck,
)
from seatrial.model.errors import InputError
from seatrial.model.verdict import Subject


class TestComponents:
    def test_are_their_profile_with_their_own_entries_over_it(self, declared: Any) -> None:
        declared.data["components"]["components"][0].update(max_replicas=9, resources={"main": "small"})

        web = declared.load().component("WEB")

        assert (web.min_replicas, web.max_replicas, web.autoscaler) == (1, 9, "shop-web-hpa")
        assert web.containers == (Container("main", ResourceProfile("small", {"cpu": "1m"}, {}), {"http": 8080}),)
        assert web.key == "shop/Deployment/shop-web"

    def test_fill_their_names_into_the_profile(self, declared: Any) -> None:
        declared.data["components"]["components"][0]["app"] = "shop"

        web = declared.load().component("WEB")

        assert web.selector == {"app": "shop"}
        assert web.objects == (
            ObjectReference("Deployment", "shop", "shop-web"),
            ObjectReference("StorageClass", "", "fast"),
        )

    def test_app_is_the_workload_unless_said_otherwise(self, declared: Any) -> None:
        assert declared.load().component("WEB").selector == {"app": "shop-web"}

    def test_take_metric_targets_from_the_table_or_give_their_own(self, declared: Any) -> None:
        assert declared.load().component("WEB").metrics == (
            Metric("Resource", "cpu", "Utilization", 70),
            Metric("Pods", "requests_per_second", "AverageValue", "10"),
        )

    def test_take_their_longest_request_from_an_assumption_or_give_their_own(self, declared: Any) -> None:
        web, data = declared.data["components"]["components"][:2]
        web["longest_request"] = {"assumption": "wait", "variable": "TIMEOUT"}
        data["longest_request"] = {"seconds": 7}

        loaded = declared.load()

        assert loaded.component("WEB").longest_request == LongestRequest(1, "TIMEOUT")
        assert loaded.component("DB").longest_request == LongestRequest(7, None)

    def test_tell_a_mesh_the_ports_that_they_name(self, declared: Any) -> None:
        declared.data["components"]["components"][0]["mesh"] = {"inject": False, "inbound": ["http"]}

        assert declared.load().component("WEB").mesh == Mesh(inject=False, inbound_ports=(8080,))

    def test_have_the_priority_class_of_their_tier(self, declared: Any) -> None:
        declared.data["components"]["priority_classes"] = [
            {"name": "first", "tiers": ["data"]},
            {"name": "second", "tiers": ["web", "batch"]},
        ]

        parameters = declared.load().parameters()

        assert parameters["priority_classes"] == ["first", "second"]
        assert parameters["workloads"]["shop/Deployment/shop-web"]["priority_class"] == "second"

    def test_may_gather_the_objects_of_the_others(self, declared: Any) -> None:
        assert declared.load().component("HPA").objects == (ObjectReference("Deployment", "shop", "shop-web"),)

    def test_of_unknown_id_are_answered_with_the_nearest(self, declared: Any) -> None:
        with pytest.raises(InputError, match=r'unknown component "WEP" \(did you mean WEB\?\)'):
            declared.load().component("WEP")


class TestEdges:
    def test_stand_for_each_member_of_a_list(self, declared: Any) -> None:
        edges = declared.load().edges

        assert [(edge.id, edge.kind, edge.protocol, edge.port, edge.drawn) for edge in edges] == [
            ("WEB-DB", "network", "TCP", 5432, True),
            ("HPA-WEB", "scale", None, None, False),
            ("HPA-DB", "scale", None, None, False),
        ]

    def test_of_one_pair_are_told_apart_by_name(self, declared: Any) -> None:
        declared.data["edges"]["edges"].append(
            {"source": "WEB", "target": "DB", "port": 5432, "protocol": "UDP", "name": "udp"}
        )

        assert [edge.id for edge in declared.load().edges][-1] == "WEB-DB-udp"


class TestObjectives:
    def test_error_budget_follows_from_threshold_and_window(self, declared: Any) -> None:
        availability = declared.load().objective("availability")

        assert availability.error_budget_s == pytest.approx(1.0)

    def test_error_budget_of_an_upper_bound_is_the_bound_itself(self, declared: Any) -> None:
        declared.data["objectives"]["objectives"][0].update(comparison="<", threshold=0.25)

        assert declared.load().objective("availability").error_budget_s == pytest.approx(250)

    def test_limits_of_components_are_no_threshold(self, declared: Any) -> None:
        limits = declared.load().objective("limits")

        assert (limits.threshold, limits.limits, limits.error_budget_s) == (None, "components", None)


class TestScenarios:
    def test_keep_the_steps_of_a_request_nested(self, declared: Any) -> None:
        (ingress,) = declared.load().scenarios.requests[0].steps
        branch, call, repeat = ingress.steps

        assert (ingress.kind, ingress.argument, ingress.parameters) == ("ingress", "{of}-ingress", {"path": "/"})
        assert (branch.argument, branch.steps[0].kind, branch.otherwise[0].kind) == ("cpu", "cpu", "delay")
        assert (call.argument, call.optional, call.steps) == ("cache", True, ())
        assert (repeat.argument, repeat.steps[0].argument) == ("wait", "cpu")

    def test_keep_load_and_faults(self, declared: Any) -> None:
        (steady,) = declared.load().scenarios.scenarios

        assert (steady.duration, steady.warm_up, steady.minimum, steady.maximum) == (100, 10, 2, 4)
        assert [(load.request, load.rate, load.profile.shape) for load in steady.load] == [("page", 3, "steady")]
        assert [(fault.kind, fault.workload, fault.at, fault.count) for fault in steady.faults] == [
            ("pod-kill", "shop-web", 5, 1)
        ]


class TestRequirements:
    def test_are_found_by_check_and_subject(self, declared: Any) -> None:
        declared.data["requirements"]["requirements"][1] = {
            "id": "R002",
            "group": "A",
            "line": None,
            "text": "Its workers scale.",
            "checks": [{"check": "autoscaling/limits", "subject": "HorizontalPodAutoscaler/worker-?-hpa"}],
        }
        architecture: Architecture = declared.load()

        def found(check: str, kind: str, name: str) -> tuple[str, ...]:
            return architecture.requirements_of(check, Subject("", kind, "shop", name))

        assert found("references/component", "Component", "WEB") == ("R001",)
        assert found("autoscaling/limits", "HorizontalPodAutoscaler", "worker-1-hpa") == ("R002",)
        assert found("autoscaling/limits", "HorizontalPodAutoscaler", "worker-10-hpa") == ()
        assert found("autoscaling/limits", "Deployment", "worker-1-hpa") == ()
        assert found("autoscaling/other", "HorizontalPodAutoscaler", "worker-1-hpa") == ()

    def test_that_name_unknown_checks_are_reported_with_their_place(self, declared: Any) -> None:
        architecture = declared.load()
        (reference,) = architecture.requirements[0].checks

        assert isinstance(reference, CheckReference)
        assert architecture.unknown_checks(["references/component"]) == ()
        assert architecture.unknown_checks(["references/components"]) == (
            UnknownCheck("R001", "references/component", reference.position, "references/components"),
        )

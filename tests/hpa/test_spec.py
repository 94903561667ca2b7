"""Reading a HorizontalPodAutoscaler as the API server would hand it to the controller."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.model.errors import InputError
from seatrial.model.quantity import Quantity
from simulator.hpa import Autoscaler, Behavior, ControllerSettings, HpaSpec, MetricSpec, MetricTarget
from simulator.hpa.fields import FieldError
from simulator.hpa.go_numbers import approximate_float, ceil32, divide, int32_of, quotient, wrap32, wrap64
from simulator.hpa.pods import MetricError, PodRequests
from simulator.hpa.spec import DEFAULT_SCALE_DOWN, DEFAULT_SCALE_UP, Policy, PolicyType, ScalingRules, SelectPolicy


def spec(**members: Any) -> HpaSpec:
    return HpaSpec.from_spec({"maxReplicas": 5, **members})


class TestDefaults:
    def test_the_least_spec_scales_from_one_on_80_percent_cpu(self) -> None:
        assert spec() == HpaSpec(
            max_replicas=5,
            min_replicas=1,
            metrics=(MetricSpec("Resource", "cpu", MetricTarget("Utilization", average_utilization=80)),),
            behavior=None,
        )

    def test_an_absent_behavior_stays_absent(self) -> None:
        assert spec(behavior=None).behavior is None

    def test_an_empty_behavior_fills_both_sides(self) -> None:
        assert spec(behavior={}).behavior == Behavior(DEFAULT_SCALE_UP, DEFAULT_SCALE_DOWN)

    def test_one_side_fills_the_other(self) -> None:
        behavior = spec(behavior={"scaleUp": {"stabilizationWindowSeconds": 30}}).behavior

        assert behavior == Behavior(attrs.evolve(DEFAULT_SCALE_UP, stabilization_window_seconds=30), DEFAULT_SCALE_DOWN)

    def test_policies_replace_the_default_policies(self) -> None:
        behavior = spec(
            behavior={
                "scaleDown": {
                    "selectPolicy": "Min",
                    "policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}],
                    "tolerance": "50m",
                }
            }
        ).behavior

        assert behavior is not None
        assert behavior.scale_down == ScalingRules(SelectPolicy.MIN, (Policy(PolicyType.PODS, 1, 60),), None, 0.05)

    def test_name_and_namespace_come_from_the_metadata(self) -> None:
        read = HpaSpec.from_manifest({"metadata": {"name": "s1", "namespace": "booking"}, "spec": {"maxReplicas": 3}})

        assert (read.name, read.namespace, read.max_replicas) == ("s1", "booking", 3)


def test_each_metric_source_is_read_with_its_target() -> None:
    identifier = {"name": "queue", "selector": {"matchLabels": {"b": "2", "a": "1"}}}
    read = spec(
        metrics=[
            {
                "type": "Resource",
                "resource": {"name": "memory", "target": {"type": "AverageValue", "averageValue": "1Gi"}},
            },
            {
                "type": "ContainerResource",
                "containerResource": {
                    "name": "cpu",
                    "container": "app",
                    "target": {"type": "Utilization", "averageUtilization": 70},
                },
            },
            {"type": "Pods", "pods": {"metric": identifier, "target": {"type": "AverageValue", "averageValue": "10"}}},
            {"type": "External", "external": {"metric": {"name": "q"}, "target": {"type": "Value", "value": "1500u"}}},
        ]
    ).metrics

    assert read == (
        MetricSpec("Resource", "memory", MetricTarget("AverageValue", average_value=2**30 * 1000)),
        MetricSpec("ContainerResource", "cpu", MetricTarget("Utilization", average_utilization=70), container="app"),
        MetricSpec(
            "Pods",
            "queue",
            MetricTarget("AverageValue", average_value=10_000),
            selector='{"matchLabels": {"a": "1", "b": "2"}}',
        ),
        MetricSpec("External", "q", MetricTarget("Value", value=2)),
    )


@pytest.mark.parametrize(
    "manifest, field",
    [
        ({}, "spec"),
        ({"spec": []}, "spec"),
        ({"spec": {}}, "spec.maxReplicas"),
        ({"spec": {"maxReplicas": "5"}}, "spec.maxReplicas"),
        ({"spec": {"maxReplicas": 5, "minReplicas": -1}}, "spec.minReplicas"),
        ({"spec": {"maxReplicas": 5, "metrics": [{}]}}, "spec.metrics[0].type"),
        ({"spec": {"maxReplicas": 5, "metrics": [{"type": "Resource"}]}}, "spec.metrics[0].resource"),
        (
            {"spec": {"maxReplicas": 5, "metrics": [{"type": "Pods", "pods": {"metric": {"name": "q"}}}]}},
            "spec.metrics[0].pods.target.averageValue",
        ),
        ({"spec": {"maxReplicas": 5, "behavior": []}}, "spec.behavior"),
        (
            {"spec": {"maxReplicas": 5, "behavior": {"scaleUp": {"selectPolicy": "Most"}}}},
            "spec.behavior.scaleUp.selectPolicy",
        ),
        (
            {"spec": {"maxReplicas": 5, "behavior": {"scaleUp": {"policies": [{"type": "Pods", "value": 1}]}}}},
            "spec.behavior.scaleUp.policies[0].periodSeconds",
        ),
        (
            {"spec": {"maxReplicas": 5, "behavior": {"scaleDown": {"tolerance": "-1"}}}},
            "spec.behavior.scaleDown.tolerance",
        ),
    ],
)
def test_a_wrong_field_is_named(manifest: dict[str, Any], field: str) -> None:
    with pytest.raises(FieldError) as raised:
        HpaSpec.from_manifest(manifest)

    assert raised.value.field == field


documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "spec",
                    "metadata",
                    "name",
                    "maxReplicas",
                    "metrics",
                    "type",
                    "pods",
                    "behavior",
                    "scaleUp",
                    "policies",
                ]
            ),
            inner,
        )
    ),
    max_leaves=12,
)


@given(manifest=st.dictionaries(st.sampled_from(["spec", "metadata"]), documents))
def test_any_document_is_read_or_refused_with_a_message(manifest: dict[str, Any]) -> None:
    try:
        read = HpaSpec.from_manifest(manifest)
    except InputError:
        return

    assert read.metrics


class TestTolerances:
    def test_they_are_the_controllers_unless_the_spec_says_otherwise(self) -> None:
        settings = ControllerSettings(tolerance=0.2)

        assert Autoscaler(spec(), settings).tolerances == (0.2, 0.2)
        assert Autoscaler(spec(behavior={"scaleUp": {"tolerance": "0"}}), settings).tolerances == (0.0, 0.2)
        assert Autoscaler(spec(behavior={"scaleDown": {"tolerance": "2"}}), settings).tolerances == (0.2, 2.0)

    @pytest.mark.parametrize(
        "text, expected", [("10m", 0.01), ("0.05", 50 * 0.001), ("2k", 2000.0), ("0", 0.0), ("333m", 333 * 0.001)]
    )
    def test_they_are_the_mantissa_times_a_power_of_ten(self, text: str, expected: float) -> None:
        assert approximate_float(Quantity.parse(text).value) == expected


class TestRequests:
    POD: ClassVar[dict[str, Any]] = {
        "containers": [
            {"name": "app", "resources": {"requests": {"cpu": "500m", "memory": "1Gi"}}},
            {"name": "proxy", "resources": {"requests": {"cpu": "100m"}}},
        ],
        "initContainers": [
            {"name": "mesh", "restartPolicy": "Always", "resources": {"requests": {"cpu": "50m"}}},
            {"name": "migrate", "resources": {"requests": {"cpu": "4"}}},
        ],
    }

    def test_a_pod_is_its_containers_and_sidecars(self) -> None:
        assert PodRequests.from_pod_spec(self.POD).of("cpu", "", "pod") == 650

    def test_a_container_is_asked_by_its_name(self) -> None:
        assert PodRequests.from_pod_spec(self.POD).of("cpu", "mesh", "pod") == 50

    def test_one_container_without_a_request_leaves_the_pod_without(self) -> None:
        with pytest.raises(MetricError, match="missing request for memory in container proxy of Pod pod"):
            PodRequests.from_pod_spec(self.POD).of("memory", "", "pod")

    def test_pod_level_requests_come_first_unless_their_gate_is_off(self) -> None:
        requests = PodRequests.from_pod_spec({**self.POD, "resources": {"requests": {"cpu": "2"}}})

        assert requests.of("cpu", "", "pod") == 2000
        assert requests.of("cpu", "app", "pod") == 500
        assert requests.of("cpu", "", "pod", pod_level=False) == 650


class TestGoArithmetic:
    @given(number=st.integers(-(2**70), 2**70))
    def test_wrapping_keeps_the_low_bits(self, number: int) -> None:
        assert (wrap64(number) - number) % 2**64 == 0
        assert (wrap32(number) - number) % 2**32 == 0
        assert -(2**63) <= wrap64(number) < 2**63
        assert -(2**31) <= wrap32(number) < 2**31

    @given(dividend=st.integers(-(2**63), 2**63), divisor=st.integers(-(2**63), 2**63).filter(bool))
    def test_division_truncates_towards_zero(self, dividend: int, divisor: int) -> None:
        result = quotient(dividend, divisor)

        assert abs(result) * abs(divisor) <= abs(dividend) < (abs(result) + 1) * abs(divisor)
        assert result == 0 or (result < 0) == ((dividend < 0) != (divisor < 0))

    def test_division_of_doubles_by_zero_is_infinite_or_not_a_number(self) -> None:
        assert [divide(3.0, 0.0), divide(-3.0, 0.0)] == [float("inf"), float("-inf")]
        assert divide(0.0, 0.0) != divide(0.0, 0.0)

    @pytest.mark.parametrize("number", [2.0**31, -(2.0**31) - 1, 1e300, float("inf"), float("-inf"), float("nan")])
    def test_what_does_not_fit_an_int32_is_its_smallest(self, number: float) -> None:
        assert (int32_of(number), ceil32(number)) == (-(2**31), -(2**31))

    def test_the_ends_of_int32_fit(self) -> None:
        assert [ceil32(2.0**31 - 1), ceil32(-(2.0**31)), int32_of(2.0**31 - 0.5)] == [2**31 - 1, -(2**31), 2**31 - 1]

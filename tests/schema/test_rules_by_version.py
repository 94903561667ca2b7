"""A rule that came, went or changed with a release holds of that release.

The versions are those of the feature gates in k8s.io/kubernetes v1.37.2 `pkg/features/kube_features.go`.
"""

from __future__ import annotations

import pytest

from tests.schema.agreement import Answer, Checker
from tests.schema.recording import changed, objects

POD, SERVICE, AUTOSCALER = "Pod", "Service", "HorizontalPodAutoscaler"
CONTAINER = "/spec/containers/0"
POD_BASE = {
    "apiVersion": "v1",
    "kind": POD,
    "metadata": {"name": "p"},
    "spec": {"containers": [{"name": "a", "image": "a"}]},
}
SERVICE_BASE = {"apiVersion": "v1", "kind": SERVICE, "metadata": {"name": "s"}, "spec": {"ports": [{"port": 80}]}}
BASES = {
    POD: POD_BASE,
    SERVICE: SERVICE_BASE,
    AUTOSCALER: {
        "apiVersion": "autoscaling/v2",
        "kind": AUTOSCALER,
        "metadata": {"name": "h"},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "d"},
            "maxReplicas": 2,
            "metrics": [
                {"type": "External", "external": {"metric": {"name": "q"}, "target": {"type": "Value", "value": 1}}}
            ],
        },
    },
}


@pytest.mark.parametrize(
    "gate, kind, pointer, value, before, since",
    [
        ("RelaxedServiceNameValidation", SERVICE, "/metadata/name", "3d", "1.35", "1.36"),
        (
            "RelaxedEnvironmentVariableValidation",
            POD,
            f"{CONTAINER}/env",
            [{"name": "1 a", "value": "x"}],
            "1.31",
            "1.32",
        ),
        ("ContainerRestartRules", POD, f"{CONTAINER}/restartPolicy", "Never", "1.34", "1.35"),
        ("HPAScaleToZero", AUTOSCALER, "/spec/minReplicas", 0, "1.36", "1.37"),
        ("PreferSameTrafficDistribution", SERVICE, "/spec/trafficDistribution", "PreferSameNode", "1.33", "1.34"),
    ],
)
def test_what_a_gate_allows_passes_since_the_version_that_turned_it_on(gate, kind, pointer, value, before, since):
    data = changed(BASES[kind], [[pointer, value]])

    answers = [Checker(version).judge(data).answer for version in (before, since)]

    assert answers == [Answer.INVALID, Answer.VALID], gate


@pytest.mark.parametrize(
    "gate, kind, pointer, value, before, since",
    [
        ("StrictIPCIDRValidation", SERVICE, "/spec/externalIPs", ["010.1.2.3"], "1.35", "1.36"),
        ("StrictIPCIDRValidation", POD, "/spec/hostAliases", [{"ip": "::ffff:1.2.3.4"}], "1.35", "1.36"),
        ("PodLevelResources", POD, "/spec/resources", {"limits": {"example.com/gpu": 1}}, "1.33", "1.34"),
    ],
)
def test_what_a_gate_forbids_fails_since_the_version_that_turned_it_on(gate, kind, pointer, value, before, since):
    data = changed(BASES[kind], [[pointer, value]])

    answers = [Checker(version).judge(data).answer for version in (before, since)]

    assert answers == [Answer.VALID, Answer.INVALID], gate


@pytest.mark.parametrize("version", ["1.25", "1.28", "1.30", "1.33", "1.36"])
def test_of_an_object_with_many_fields_an_older_version_minds_nothing_but_what_is_newer(version):
    newer = ("unknown field", "restartPolicy", "minReplicas is 0", "no kind")

    complaints = [Checker(version).judge(data).message for data in objects()]

    left = [
        part for text in complaints for part in text.split("; /") if part and not any(word in part for word in newer)
    ]
    assert left == []

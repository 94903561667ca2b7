"""Every environment renders, always to the same text, and to objects that the API server accepts."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml

from seatrial.checks import schema
from seatrial.checks.base import Context
from seatrial.model.kustomize import is_local
from seatrial.model.verdict import Status
from tests.manifests.rendering import MANIFESTS, build, pod_spec, production, text, traced

DEPRECATED = {"bases", "commonLabels", "imageTags", "patchesJson6902", "patchesStrategicMerge", "vars"}

KUSTOMIZATIONS = sorted(MANIFESTS.rglob("kustomization.yaml"))


def test_production_renders_to_the_same_text_each_time():
    assert build(MANIFESTS / "overlays" / "production") == text("production")


def test_production_holds_the_declared_numbers_of_objects():
    counted = Counter(item["kind"] for item in production())

    assert {kind: counted[kind] for kind in ("Deployment", "StatefulSet", "Ingress", "StorageClass")} == {
        "Deployment": 13,
        "StatefulSet": 9,
        "Ingress": 3,
        "StorageClass": 3,
    }
    assert counted["HorizontalPodAutoscaler"] == counted["VerticalPodAutoscaler"] == 12
    assert counted["PodDisruptionBudget"] == counted["Deployment"] + counted["StatefulSet"]


def test_every_object_fits_the_strict_schema_of_its_kind():
    verdicts = list(schema.run(Context(traced(), None, Path("policies"))))

    assert [str(item) for item in verdicts if item.status is not Status.PASS] == []
    assert len(verdicts) == len(production())


def test_no_name_of_a_template_is_left_over():
    left = [
        f"{item['kind']} {item['metadata']['name']}"
        for item in production()
        if item["metadata"]["name"].split("-")[0] == "agent" or item["metadata"]["labels"]["app"].startswith("agent")
    ]

    assert left == []


@pytest.mark.parametrize(
    "kind, name, pointer, file",
    [
        (
            "HorizontalPodAutoscaler",
            "booking-sub-s1-hpa",
            "/spec/maxReplicas",
            "base/booking-sub-s1/kustomization.yaml",
        ),
        (
            "Deployment",
            "booking-sub-s1",
            "/spec/template/spec/containers/0/resources/requests/cpu",
            "components/profile-large",
        ),
        ("StatefulSet", "booking-agent2-postgres", "/spec/template/spec/containers/0/image", "base/postgres"),
        ("NetworkPolicy", "booking-agent3-backend", "/spec/ingress/0", "components/standard-agent/connections"),
    ],
)
def test_a_value_is_traced_to_the_file_that_sets_it(kind: str, name: str, pointer: str, file: str):
    found = traced().get(kind, "booking-system", name)

    assert found is not None
    assert f"manifests/{file}" in found.position(pointer).file


@pytest.mark.parametrize("path", KUSTOMIZATIONS, ids=lambda path: path.parent.relative_to(MANIFESTS).as_posix())
def test_a_kustomization_uses_no_deprecated_field_and_gives_every_patch_a_target(path: Path):
    content = yaml.safe_load(path.read_text())

    assert DEPRECATED.isdisjoint(content)
    assert "buildMetadata" not in content
    assert [patch for patch in content.get("patches", []) if "target" not in patch] == []


@pytest.mark.parametrize("path", sorted((MANIFESTS / "components").iterdir()), ids=lambda path: path.name)
def test_a_component_says_why_it_is(path: Path):
    assert (path / "README.md").read_text().startswith(f"# {path.name}\n")


def test_version_labels_follow_the_images():
    for workload in production("Deployment", "StatefulSet"):
        image = workload["spec"]["template"]["spec"]["containers"][0]["image"]
        expected = image.partition("@")[0].rpartition(":")[2].partition("-")[0]
        labels = [workload["metadata"]["labels"], workload["spec"]["template"]["metadata"]["labels"]]

        assert [label["app.kubernetes.io/version"] for label in labels] == [expected, expected]


def test_nothing_that_must_not_change_carries_a_version():
    for workload in production("Deployment", "StatefulSet"):
        templates = workload["spec"].get("volumeClaimTemplates", [])
        fixed = [workload["spec"]["selector"]["matchLabels"], *(item["metadata"]["labels"] for item in templates)]

        assert [labels for labels in fixed if "app.kubernetes.io/version" in labels] == []


def test_each_image_is_named_in_one_place():
    deployed = [path for path in MANIFESTS.rglob("*.yaml") if not any(is_local(folder) for folder in path.parents)]
    lines = [line.strip() for path in deployed for line in path.read_text().splitlines()]
    named = sorted(line.removeprefix("image: ") for line in lines if line.startswith("image: "))

    used = {
        item["image"] for found in production("Deployment", "StatefulSet") for item in pod_spec(found)["containers"]
    }
    assert named == sorted(used)

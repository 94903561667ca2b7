"""A seventh sub-agent is one small folder and one line in a list."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml

from tests.manifests.rendering import MANIFESTS, Object, amount, build, containers, most_pods, objects, production

SIXTH = MANIFESTS / "base" / "booking-sub-s6" / "kustomization.yaml"


@pytest.fixture(scope="module")
def with_seventh(tmp_path_factory) -> list[Object]:
    copy = Path(shutil.copytree(MANIFESTS, tmp_path_factory.mktemp("seventh") / "manifests"))
    folder = copy / "base" / "booking-sub-s7"
    folder.mkdir()
    text = SIXTH.read_text().replace("booking-sub-s6", "booking-sub-s7").replace("devops-expert", "data-expert")
    (folder / "kustomization.yaml").write_text(text.replace("DevOps Expert", "Data Expert"))
    listed = copy / "base" / "kustomization.yaml"
    listed.write_text(listed.read_text().replace("  - booking-sub-s6\n", "  - booking-sub-s6\n  - booking-sub-s7\n"))
    return objects(build(copy / "overlays" / "production"))


def of(agent: str, found: list[Object]) -> list[Object]:
    names = (f"booking-sub-{agent}", f"booking-sub-{agent}-")
    return [
        item for item in found if item["metadata"]["name"] == names[0] or item["metadata"]["name"].startswith(names[1])
    ]


def test_its_folder_is_small():
    assert [path.name for path in SIXTH.parent.iterdir()] == ["kustomization.yaml"]
    assert len(SIXTH.read_text().splitlines()) <= 30


def test_it_gets_everything_that_the_sixth_has(with_seventh: list[Object]):
    sixth = json.dumps(of("s6", with_seventh), sort_keys=True)
    seventh = json.dumps(of("s7", with_seventh), sort_keys=True)

    assert len(of("s7", with_seventh)) == 15
    renamed = seventh.replace("sub-s7", "sub-s6").replace("sub_s7", "sub_s6")
    assert renamed.replace("data-expert", "devops-expert").replace("Data Expert", "DevOps Expert") == sixth


def test_nothing_else_changes(with_seventh: list[Object]):
    assert [item for item in with_seventh if item not in of("s7", with_seventh)] == production()


def test_the_quota_has_room_for_it(with_seventh: list[Object]):
    (quota,) = [item for item in with_seventh if item["kind"] == "ResourceQuota"]
    workloads = [item for item in with_seventh if item["kind"] in {"Deployment", "StatefulSet"}]

    for resource in ("cpu", "memory", "ephemeral-storage"):
        for bound in ("requests", "limits"):
            needed = sum(
                amount(container["resources"][bound][resource]) * most_pods(workload, tuple(with_seventh))
                for workload in workloads
                for container in containers(workload).values()
            )
            assert needed <= amount(quota["spec"]["hard"][f"{bound}.{resource}"])


def test_its_folder_holds_nothing_but_what_differs():
    content = yaml.safe_load(SIXTH.read_text())

    assert set(content) == {"apiVersion", "kind", "configMapGenerator", "components", "patches"}
    assert len(content["patches"]) == 1

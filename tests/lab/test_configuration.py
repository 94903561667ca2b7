"""The command lines and files of a lab: loopback only, all in its folder, admission and controllers as usual."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from seatrial import toolchain
from seatrial.lab import components, nodes
from seatrial.lab.components import API_SERVER, CONTROLLERS, ETCD, KUBELETS, SCHEDULER, Ports
from seatrial.model.architecture.node_pools import NodePool, Taint
from seatrial.model.quantity import Quantity

PORTS = Ports(api_server=1001, controllers=1002, scheduler=1003)


def flags(component: str) -> dict[str, str]:
    command = components.commands({name: Path("/bin") / name for name in components.COMPONENTS}, PORTS)[component]
    assert command[0] == f"/bin/{component}"
    return dict(word.removeprefix("--").split("=", 1) for word in command[1:])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("lab")
    components.prepare(made, PORTS)
    return made


def test_the_components_are_the_programs_that_a_lab_needs() -> None:
    assert set(components.COMPONENTS) == set(toolchain.LAB)


@pytest.mark.parametrize("component, port", [(API_SERVER, "1001"), (CONTROLLERS, "1002"), (SCHEDULER, "1003")])
def test_what_listens_does_so_on_the_loopback_interface_and_a_held_port(component: str, port: str) -> None:
    given = flags(component)

    assert (given["bind-address"], given["secure-port"], given["permit-port-sharing"]) == ("127.0.0.1", port, "true")


def test_etcd_listens_on_sockets_in_the_folder_alone() -> None:
    assert {value.partition("://")[0] for name, value in flags(ETCD).items() if name.startswith("listen-")} == {"unix"}


def test_kwok_listens_nowhere() -> None:
    assert "server-address" not in flags(KUBELETS)


@pytest.mark.parametrize("component", components.COMPONENTS)
def test_every_file_that_is_named_was_written(component: str, folder: Path) -> None:
    named = {value for value in flags(component).values() if re.search(r"\.(crt|key|pub|kubeconfig|yaml)$", value)}

    assert {name for name in named if not (folder / name).is_file()} == set()


@pytest.mark.parametrize("component", components.COMPONENTS)
def test_no_path_leads_out_of_the_folder(component: str) -> None:
    assert [value for value in flags(component).values() if value.startswith(("/", "..", "~"))] == []


def test_admission_is_the_default() -> None:
    assert [name for name in flags(API_SERVER) if "admission" in name] == []


def test_access_is_by_rbac_and_each_controller_has_its_own_account() -> None:
    assert flags(API_SERVER)["authorization-mode"] == "RBAC"
    assert flags(CONTROLLERS)["use-service-account-credentials"] == "true"


def test_all_default_controllers_run_with_their_default_periods() -> None:
    given = flags(CONTROLLERS)

    assert given["controllers"] == "*"
    assert [name for name in given if "period" in name] == []


def test_a_kubeconfig_needs_no_other_file(folder: Path) -> None:
    config = json.loads((folder / "admin.kubeconfig").read_text(encoding="utf-8"))
    (cluster,), (user,) = config["clusters"], config["users"]

    assert cluster["cluster"]["server"] == "https://127.0.0.1:1001"
    assert base64.b64decode(cluster["cluster"]["certificate-authority-data"]) == (folder / "ca.crt").read_bytes()
    assert base64.b64decode(user["user"]["client-key-data"]) == (folder / "admin.key").read_bytes()
    assert config["current-context"] == config["contexts"][0]["name"]


def test_each_user_has_a_kubeconfig_of_its_own(folder: Path) -> None:
    users = {
        json.loads((folder / f"{name}.kubeconfig").read_text(encoding="utf-8"))["users"][0]["name"]
        for name in components.USERS
    }

    assert users == {user for user, _ in components.USERS.values()}


def test_the_stages_are_those_of_the_pinned_kwok(folder: Path) -> None:
    text = (folder / "stages.yaml").read_text(encoding="utf-8")
    stages = [document["metadata"]["name"] for document in yaml.safe_load_all(text)]

    assert stages == ["node-initialize", "node-heartbeat-with-lease", "pod-ready", "pod-complete", "pod-delete"]
    assert f"sigs.k8s.io/kwok {toolchain.TOOLS['kwok'].version}" in text


class TestNodes:
    def pool(self, **changes: Any) -> NodePool:
        values: dict[str, Any] = {
            "name": "fast",
            "count": 2,
            "cpu": Quantity.parse("15800m"),
            "memory": Quantity.parse("60Gi"),
            "ephemeral_storage": Quantity.parse("100Gi"),
            "pods": 30,
            "zones": ("a", "b"),
            "labels": {"storage-type": "ssd"},
            "taints": (Taint("dedicated", "db", "NoSchedule"),),
        }
        return NodePool(**{**values, **changes})

    def test_bear_name_zone_and_the_labels_and_taints_of_their_pool(self) -> None:
        first, second = nodes.manifests([self.pool()])

        assert second["metadata"]["name"] == "fast-2"
        assert second["metadata"]["labels"] == {
            "kubernetes.io/arch": "amd64",
            "kubernetes.io/hostname": "fast-2",
            "kubernetes.io/os": "linux",
            "storage-type": "ssd",
            "topology.kubernetes.io/zone": "b",
        }
        assert first["spec"]["taints"] == [{"key": "dedicated", "value": "db", "effect": "NoSchedule"}]

    def test_can_be_given_all_that_is_declared(self) -> None:
        node = nodes.manifests([self.pool()])[0]

        assert node["status"]["allocatable"] == node["status"]["capacity"]
        amounts = {name: Quantity.parse(value).value for name, value in node["status"]["allocatable"].items()}
        assert amounts == {
            "cpu": Quantity.parse("15.8").value,
            "memory": 60 * 2**30,
            "ephemeral-storage": 100 * 2**30,
            "pods": 30,
        }

    def test_of_foreign_manifests_are_three_in_three_zones(self) -> None:
        made = nodes.manifests(nodes.DEFAULT_POOLS)

        assert len({node["metadata"]["labels"]["topology.kubernetes.io/zone"] for node in made}) == len(made) == 3

    @pytest.mark.parametrize(
        "status, taint, ready",
        [
            ("True", None, True),
            ("False", None, False),
            ("True", "node.kubernetes.io/not-ready", False),
            ("True", "dedicated", True),
        ],
    )
    def test_are_ready_once_pods_can_be_placed(self, status: str, taint: str | None, ready: bool) -> None:
        node = {
            "spec": {"taints": [{"key": taint, "effect": "NoSchedule"}]} if taint else {},
            "status": {"conditions": [{"type": "Ready", "status": status}]},
        }

        assert nodes.ready(node) is ready

    def test_without_conditions_are_not_ready(self) -> None:
        assert not nodes.ready({"metadata": {"name": "new"}})

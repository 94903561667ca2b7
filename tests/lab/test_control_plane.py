"""The real control plane: it admits, schedules, provisions and scales as a cluster does, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import attrs
import pytest

from seatrial import lab as labs
from seatrial.lab import record
from seatrial.lab.api import Client, RefusedError
from seatrial.lab.record import Lab
from seatrial.model.architecture import Architecture
from seatrial.model.errors import InputError, ToolError

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.lab

RESTRICTED = {
    "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
    "containers": [
        {
            "name": "main",
            "image": "registry.example/main:1",
            "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
            "resources": {"requests": {"cpu": "100m"}},
        }
    ],
}


def eventually(holds: Callable[[], Any]) -> bool:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.1)
    return False


def client_of(lab: Lab) -> Client:
    port = int(lab.server.rpartition(":")[2])
    return Client.open(port, lab.folder / "ca.crt", lab.folder / "admin.crt", lab.folder / "admin.key")


@pytest.fixture(scope="session")
def client(lab: Lab) -> Client:
    return client_of(lab)


@pytest.fixture
def namespace(client: Client) -> Iterator[str]:
    """A namespace of the test's own, restricted as those of the Booking System."""
    name = f"test-{uuid.uuid4().hex[:8]}"
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    client.create(
        "/api/v1/namespaces",
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}},
    )
    assert eventually(lambda: client.answers(f"/api/v1/namespaces/{name}/serviceaccounts/default"))
    yield name
    client.delete(f"/api/v1/namespaces/{name}")


def workload(kind: str, replicas: int, **spec: Any) -> dict[str, Any]:
    labels = {"app": "web"}
    template = {"metadata": {"labels": labels}, "spec": RESTRICTED}
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": "web"},
        "spec": {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template, **spec},
    }


def pods(client: Client, namespace: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"/api/v1/namespaces/{namespace}/pods")["items"]
    return found


def running(client: Client, namespace: str) -> int:
    return sum(pod["status"]["phase"] == "Running" for pod in pods(client, namespace))


def test_the_nodes_are_those_of_the_declared_pools(client: Client) -> None:
    declared = [node for pool in Architecture.load(ROOT).node_pools for node in pool.nodes()]

    found = {node["metadata"]["name"]: node for node in client.get("/api/v1/nodes")["items"]}

    assert set(found) == {node.name for node in declared}
    for node in declared:
        assert found[node.name]["metadata"]["labels"]["topology.kubernetes.io/zone"] == node.zone
        assert node.pool.labels.items() <= found[node.name]["metadata"]["labels"].items()
        assert found[node.name]["status"]["allocatable"]["cpu"] == str(node.pool.cpu)
        assert found[node.name]["spec"].get("taints", []) == []


def test_pods_are_scheduled_and_become_ready(client: Client, namespace: str) -> None:
    client.create(f"/apis/apps/v1/namespaces/{namespace}/deployments", workload("Deployment", 3))

    path = f"/apis/apps/v1/namespaces/{namespace}/deployments/web"
    assert eventually(lambda: client.get(path)["status"].get("readyReplicas") == 3)
    assert all(pod["spec"]["nodeName"] for pod in pods(client, namespace))


def test_a_pod_against_the_namespaces_level_is_refused(client: Client, namespace: str) -> None:
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "bad"},
        "spec": {"containers": [{"name": "main", "image": "x:1", "securityContext": {"privileged": True}}]},
    }

    with pytest.raises(RefusedError, match='violates PodSecurity "restricted:latest": privileged'):
        client.create(f"/api/v1/namespaces/{namespace}/pods", pod)


def test_claims_that_wait_for_a_consumer_get_a_volume_in_its_zone(client: Client, namespace: str) -> None:
    name = f"fast-{namespace}"
    client.create(
        "/apis/storage.k8s.io/v1/storageclasses",
        {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": {"name": name},
            "provisioner": "ebs.csi.aws.com",
            "volumeBindingMode": "WaitForFirstConsumer",
        },
    )
    template = {
        "metadata": {"name": "data"},
        "spec": {
            "storageClassName": name,
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }
    made = workload("StatefulSet", 2, serviceName="web", volumeClaimTemplates=[template])

    client.create(f"/apis/apps/v1/namespaces/{namespace}/statefulsets", made)

    def volumes() -> list[dict[str, Any]]:
        every = client.get("/api/v1/persistentvolumes")["items"]
        return [volume for volume in every if volume["spec"]["storageClassName"] == name]

    assert eventually(lambda: running(client, namespace) == 2)
    zones = {
        node["metadata"]["name"]: node["metadata"]["labels"]["topology.kubernetes.io/zone"]
        for node in client.get("/api/v1/nodes")["items"]
    }
    placed = sorted(zones[pod["spec"]["nodeName"]] for pod in pods(client, namespace))
    (first,), (second,) = (
        volume["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"][0]["matchExpressions"][0]["values"]
        for volume in volumes()
    )
    assert sorted([first, second]) == placed

    client.delete(f"/apis/apps/v1/namespaces/{namespace}/statefulsets/web")
    for number in range(2):
        client.delete(f"/api/v1/namespaces/{namespace}/persistentvolumeclaims/data-web-{number}")
    assert eventually(lambda: volumes() == [])


def test_the_components_are_not_above_the_rules(lab: Lab) -> None:
    """kwok may write the status of nodes and pods, and read no Secret."""
    config = lab.folder / "kwok.kubeconfig"
    answers = {
        question: subprocess.run(
            ["kubectl", "--kubeconfig", str(config), "auth", "can-i", *question.split(), "--all-namespaces"],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        ).stdout.strip()
        for question in ("patch pods --subresource=status", "get secrets", "create pods")
    }

    assert answers == {"patch pods --subresource=status": "yes", "get secrets": "no", "create pods": "no"}


def test_an_aggregated_api_would_be_told_who_asks(client: Client) -> None:
    config = client.get("/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication")["data"]

    assert "BEGIN CERTIFICATE" in config["requestheader-client-ca-file"]
    assert config["requestheader-client-ca-file"] != config["client-ca-file"]
    assert json.loads(config["requestheader-allowed-names"]) == ["front-proxy-client"]


def test_everything_listens_on_the_loopback_interface(lab: Lab) -> None:
    sockets = set()
    for pid in lab.pids.values():
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):
                sockets.add(str(entry.readlink()).removeprefix("socket:[").removesuffix("]"))
    listening = []
    for table in ("tcp", "tcp6"):
        rows = [line.split() for line in Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()[1:]]
        listening += [row[1].partition(":")[0] for row in rows if row[3] == "0A" and row[9] in sockets]

    assert len(listening) == 3
    assert {socket.inet_ntoa(bytes.fromhex(address)[::-1]) for address in listening} == {"127.0.0.1"}


@pytest.mark.usefixtures("lab_built")
def test_two_labs_do_not_meet_and_leave_nothing(place: Path) -> None:
    def use(number: int) -> tuple[Lab, list[str]]:
        with labs.running(name=f"lab-{number}") as lab:
            client = client_of(lab)
            client.create(
                "/api/v1/namespaces",
                {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": f"only-in-{number}"}},
            )
            names = [item["metadata"]["name"] for item in client.get("/api/v1/namespaces")["items"]]
            with pytest.raises(InputError, match="is up already"):
                labs.up(name=f"lab-{number}")
            return lab, [name for name in names if name.startswith("only-")]

    with ThreadPoolExecutor(2) as pool:
        (one, of_one), (two, of_two) = pool.map(use, (1, 2))

    assert (of_one, of_two) == (["only-in-1"], ["only-in-2"])
    assert one.alive == two.alive == {}
    for lab in (one, two):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", int(lab.server.rpartition(":")[2])), 5)
    assert list(place.iterdir()) == []


@pytest.mark.usefixtures("lab_built")
def test_a_component_that_dies_takes_the_lab_down_with_a_reason(place: Path) -> None:
    lab = labs.up(name="mine")
    assert set(lab.alive) == set(lab.pids)

    os.kill(lab.pids["kube-scheduler"], signal.SIGKILL)

    assert eventually(lambda: [each.state for each in labs.status()] == [record.FAILED])
    (failed,) = labs.status()
    assert "kube-scheduler ended with SIGKILL, so the lab went down" in failed.message
    assert failed.alive == {}
    assert not (failed.folder / "ca.key").exists()
    assert labs.down("mine")
    assert list(place.iterdir()) == []


@pytest.mark.usefixtures("lab_built")
def test_a_node_that_the_server_refuses_is_told_with_its_words(place: Path) -> None:
    (pool,) = labs.DEFAULT_POOLS

    with pytest.raises(ToolError, match=r"refuses a Node of the lab: 422: .*a\.\.b/c"):
        labs.up([attrs.evolve(pool, labels={"a..b/c": "x"})])

    assert list(place.iterdir()) == []


@pytest.mark.usefixtures("lab_built")
def test_a_lab_ends_with_the_process_that_uses_it_even_if_that_is_killed(place: Path) -> None:
    use = "print(made.server, flush=True); time.sleep(600)"
    script = f"import time; from seatrial import lab\nwith lab.running() as made: {use}"
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("https://127.0.0.1:")
        (lab,) = labs.status()

        process.kill()

        assert eventually(lambda: not lab.alive)
    assert eventually(lambda: list(place.iterdir()) == [])


@pytest.mark.usefixtures("place", "lab_built")
def test_a_command_runs_against_a_lab_of_its_own() -> None:
    script = "import os, sys; print(os.environ['KUBECONFIG']); sys.exit(7)"
    done = subprocess.run(
        [sys.executable, "-m", "seatrial", "lab", "run", "--", sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )

    assert done.returncode == 7, done.stderr
    kubeconfig = Path(done.stdout.strip())
    assert kubeconfig.name == "admin.kubeconfig"
    assert not kubeconfig.parent.exists()


@pytest.mark.usefixtures("lab_built")
def test_workers_share_one_lab_that_ends_with_the_run(place: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"test_{name}.py").write_text(
            f"from pathlib import Path\n"
            f"def test_it(lab):\n"
            f"    assert len(lab.alive) == 5\n"
            f"    Path('{tmp_path}/{name}').write_text(f'{{lab.server}} {{lab.nodes}}')\n",
            encoding="utf-8",
        )

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "2", "-q", "-p", "no:cacheprovider", str(tmp_path)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SEATRIAL_REQUIRE_LAB": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )

    assert done.returncode == 0, done.stdout
    one, two = ((tmp_path / name).read_text(encoding="utf-8") for name in ("one", "two"))
    assert one == two
    assert one.endswith(" 3")
    assert [path.name for path in place.iterdir() if path.name.startswith("seatrial")] == []

"""A small shop on a real control plane: real clients leave their real managed fields, and rights are real."""

from __future__ import annotations

import base64
import json
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
import yaml

from seatrial import audit
from seatrial.audit import Wish
from seatrial.cluster import credentials
from seatrial.cluster.connection import Connection, connect
from seatrial.finished import Verification
from seatrial.lab import Lab
from seatrial.model.kustomize import kubectl
from seatrial.model.verdict import Status, Verdict
from tests.audit import shop

pytestmark = pytest.mark.lab


@attrs.frozen(eq=False)
class Shop:
    """The shop in a namespace of its own, as the lab is everybody's."""

    lab: Lab
    folder: Path
    namespace: str

    @property
    def file(self) -> str:
        """Its manifests."""
        return str(self.folder / "shop.yaml")

    def run(self, *arguments: str) -> str:
        """What somebody types."""
        given = [kubectl(), "--kubeconfig", str(self.lab.kubeconfig), "--namespace", self.namespace, *arguments]
        return subprocess.run(given, check=True, capture_output=True, text=True, timeout=60).stdout

    def audited(self, connection: Connection | None = None, **wish: Any) -> Verification:
        """The drift of the shop, or what else is wished for."""
        wanted = Wish(**({"path": self.file, "only": ["drift"]} | wish))
        if connection is not None:
            return audit.audit(connection, wanted)
        with connect(str(self.lab.kubeconfig)) as opened:
            return audit.audit(opened, wanted)


@pytest.fixture
def store(lab: Lab, tmp_path: Path) -> Iterator[Shop]:
    """A shop that is about to open."""
    found = Shop(lab, tmp_path, f"shop-{uuid.uuid4().hex[:8]}")
    manifests = yaml.safe_dump_all(shop.manifests(), sort_keys=False).replace("shop", found.namespace)
    (tmp_path / "shop.yaml").write_text(manifests)
    yield found
    found.run("delete", "namespace", found.namespace, "--ignore-not-found", "--wait=false")


def failures(done: Verification) -> list[Verdict]:
    return [found for found in done.verdicts if found.status is Status.FAIL]


def fields(done: Verification) -> list[str]:
    return sorted(f"{found.subject.kind}: {found.evidence.get('field', found.check)}" for found in failures(done))


SERVER_SIDE = ("apply", "--server-side", "--force-conflicts")
WAYS = [SERVER_SIDE, ("apply",), ("create", "--save-config"), ("create",)]


@pytest.mark.parametrize("way", WAYS, ids=" ".join)
def test_however_it_was_deployed_it_has_not_drifted(store: Shop, way: tuple[str, ...]) -> None:
    store.run(*way, "-f", store.file)
    done = store.audited()

    assert [found.message for found in failures(done)] == []
    assert done.run.by_check["drift/unchanged"][Status.PASS] == len(shop.manifests())


@pytest.mark.parametrize("way", WAYS, ids=" ".join)
def test_however_it_was_deployed_hands_are_found(store: Shop, way: tuple[str, ...]) -> None:
    store.run(*way, "-f", store.file)
    store.run("patch", "deploy", "web", "-p", '{"spec": {"template": {"spec": {"hostPID": true}}}}')
    store.run("annotate", "service", "web", "example.com/owner=jane")
    store.run("set", "env", "deploy/web", "DEBUG=1")
    store.run("patch", "secret", "login", "-p", '{"stringData": {"password": "hunter3"}}')
    store.run("scale", "deploy", "web", "--replicas=3")
    done = store.audited()

    assert fields(done) == [
        "Deployment: spec.replicas",
        "Deployment: spec.template.spec.containers[name=web].env[name=DEBUG]",
        "Deployment: spec.template.spec.hostPID",
        "Secret: data.password",
        "Service: metadata.annotations[example.com/owner]",
    ]
    assert not [found for found in done.verdicts if "hunter" in found.message + str(found.evidence)]


def test_applying_again_ends_the_drift_of_what_is_declared(store: Shop) -> None:
    store.run(*SERVER_SIDE, "-f", store.file)
    store.run("set", "image", "deploy/web", "web=example.com/web:2.0.0")
    assert fields(store.audited()) == ["Deployment: spec.template.spec.containers[name=web].image"]

    store.run(*SERVER_SIDE, "-f", store.file)
    assert failures(store.audited()) == []


@pytest.fixture
def token(store: Shop) -> str:
    """The token of an account that may view the namespace and nothing else."""
    store.run(*SERVER_SIDE, "-f", store.file)
    store.run("create", "serviceaccount", "auditor")
    store.run("create", "rolebinding", "auditor", "--clusterrole=view", f"--serviceaccount={store.namespace}:auditor")
    return store.run("create", "token", "auditor").strip()


def limited(lab: Lab, folder: Path, token: str) -> str:
    """A kubeconfig of the lab with another identity."""
    config = yaml.safe_load(lab.kubeconfig.read_text())
    for user in config["users"]:
        user["user"] = {"token": token}
    path = folder / "limited.kubeconfig"
    path.write_text(json.dumps(config))
    return str(path)


def test_what_rights_hide_is_told_and_not_taken_for_absent(lab: Lab, store: Shop, tmp_path: Path, token: str) -> None:
    with connect(limited(lab, tmp_path, token)) as connection:
        done = store.audited(connection, namespace=store.namespace, only=["references", "drift"])

    assert {f"{found.subject.kind}/{found.subject.name}" for found in failures(done)} == {
        "ServiceAccount/auditor",  # nobody declares it
    }
    hidden = {found.subject.name for found in done.of("cluster/seen") if found.status is Status.SKIPPED}
    # The ClusterRole `view` leaves out Secrets and RBAC (plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go).
    assert {"Secret", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"} <= hidden
    assert not hidden & {"ConfigMap", "Deployment", "Service", "ServiceAccount", "Namespace"}
    (secret,) = (found for found in done.of("drift/missing") if found.subject.kind == "Secret")
    assert secret.status is Status.SKIPPED
    (reference,) = (found for found in done.of("references/secret-key"))
    assert reference.status is Status.SKIPPED
    assert done.run.scope.surroundings is not None
    assert done.run.scope.surroundings.partial


def test_a_pod_audits_with_its_own_account(
    lab: Lab, store: Shop, tmp_path: Path, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files and variables that a kubelet gives a pod (k8s.io/client-go rest.InClusterConfig)."""
    from kubernetes.config import incluster_config

    config = yaml.safe_load(lab.kubeconfig.read_text())
    authority = config["clusters"][0]["cluster"]
    (tmp_path / "token").write_text(token)
    (tmp_path / "namespace").write_text(store.namespace)
    certificate = authority.get("certificate-authority")
    for module in (incluster_config, credentials):
        monkeypatch.setattr(module, "SERVICE_TOKEN_FILENAME", str(tmp_path / "token"))
    if certificate is None:
        certificate = str(tmp_path / "ca.crt")
        Path(certificate).write_bytes(base64.b64decode(authority["certificate-authority-data"]))
    monkeypatch.setattr(incluster_config, "SERVICE_CERT_FILENAME", certificate)
    monkeypatch.setattr(credentials, "_NAMESPACE_FILE", tmp_path / "namespace")
    host, _, port = lab.server.removeprefix("https://").partition(":")
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", host)
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", port)
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))

    with connect() as connection:
        assert connection.namespace == store.namespace
        done = store.audited(connection, namespace=store.namespace)
    assert done.run.by_check["drift/unchanged"][Status.PASS] == len(shop.manifests()) - 1  # all but the Secret

"""The command lines of the control plane: what each component is told, and by which identity it is known."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from seatrial.lab.certificates import Authority, signing_key, write_private
from seatrial.lab.ports import LOOPBACK

ETCD, API_SERVER = "etcd", "kube-apiserver"
CONTROLLERS, SCHEDULER, KUBELETS = "kube-controller-manager", "kube-scheduler", "kwok"
COMPONENTS = (ETCD, API_SERVER, CONTROLLERS, SCHEDULER, KUBELETS)
SHARING = (API_SERVER, CONTROLLERS, SCHEDULER)
"""Those that listen on a port, each with `--permit-port-sharing`."""

ADMIN, KUBELETS_USER = "admin", "kwok"
USERS: Mapping[str, tuple[str, str | None]] = {
    # RBAC knows these by k8s.io/kubernetes v1.37.2 plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go.
    ADMIN: ("seatrial:admin", "system:masters"),
    CONTROLLERS: ("system:kube-controller-manager", None),
    SCHEDULER: ("system:kube-scheduler", None),
    KUBELETS_USER: ("seatrial:kwok", None),
}
SERVICE_ADDRESSES = "10.96.0.0/16"
_FIRST_SERVICE = "10.96.0.1"
_POD_ADDRESSES = "10.244.0.0/16"
_NODE_ADDRESS = "192.0.2.1"  # RFC 5737: an address of documentation, as no kubelet listens anywhere
_FRONT_PROXY = "front-proxy-client"
_SOCKET = "etcd.sock"


@attrs.frozen
class Ports:
    """The ports that are held for the lab."""

    api_server: int
    controllers: int
    scheduler: int


def prepare(folder: Path, ports: Ports) -> None:
    """Write the certificates, the kubeconfigs and the configuration of the simulated kubelets into *folder*."""
    authority, front_proxy = Authority("seatrial-lab-ca"), Authority("seatrial-lab-front-proxy-ca")
    authority.pair.save(folder, "ca")
    # The key of the front proxy's authority is not kept: nobody else shall speak for a user to an aggregated API.
    (folder / "front-proxy-ca.crt").write_bytes(front_proxy.pair.certificate)
    front_proxy.client(_FRONT_PROXY).save(folder, "front-proxy-client")
    authority.server(
        LOOPBACK,
        "localhost",
        _FIRST_SERVICE,
        *(f"kubernetes{suffix}" for suffix in ("", ".default", ".default.svc", ".default.svc.cluster.local")),
    ).save(folder, "server")
    private, public = signing_key()
    write_private(folder / "service-accounts.key", private)
    (folder / "service-accounts.pub").write_bytes(public)
    for name, (user, group) in USERS.items():
        pair = authority.client(user, group)
        config = kubeconfig(ports.api_server, user, authority.pair.certificate, pair.certificate, pair.key)
        write_private(folder / f"{name}.kubeconfig", json.dumps(config, indent=2).encode())
        if name == ADMIN:
            pair.save(folder, ADMIN)
    (folder / "stages.yaml").write_bytes(Path(__file__).with_name("stages.yaml").read_bytes())


def kubeconfig(port: int, user: str, authority: bytes, certificate: bytes, key: bytes) -> dict[str, Any]:
    """A kubeconfig that needs no other file. It is written as JSON, which is YAML."""

    def embedded(content: bytes) -> str:
        return base64.b64encode(content).decode()

    name = "seatrial-lab"
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {"name": name, "cluster": {"server": server(port), "certificate-authority-data": embedded(authority)}}
        ],
        "users": [
            {
                "name": user,
                "user": {"client-certificate-data": embedded(certificate), "client-key-data": embedded(key)},
            }
        ],
        "contexts": [{"name": name, "context": {"cluster": name, "user": user}}],
        "current-context": name,
    }


def server(port: int) -> str:
    """URL of the API server."""
    return f"https://{LOOPBACK}:{port}"


def commands(programs: Mapping[str, Path], ports: Ports) -> dict[str, list[str]]:
    """The command line of each component, to be run in the folder that `prepare` filled.

    File names are relative to it: a Unix socket's path may not be longer than 107 characters.
    """
    flags = {
        ETCD: _etcd(),
        API_SERVER: _api_server(ports.api_server),
        CONTROLLERS: _controllers(ports.controllers),
        SCHEDULER: _scheduler(ports.scheduler),
        KUBELETS: _kubelets(),
    }
    return {
        name: [str(programs[name]), *(f"--{key}={value}" for key, value in flags[name].items())] for name in COMPONENTS
    }


def _etcd() -> dict[str, str]:
    return {
        "name": "lab",
        "data-dir": "etcd",
        # Sockets in a folder that only its owner can enter need no port and no certificate.
        "listen-client-urls": f"unix://{_SOCKET}",
        "advertise-client-urls": f"unix://{_SOCKET}",
        "listen-peer-urls": "unix://etcd-peer.sock",
        "initial-advertise-peer-urls": "unix://etcd-peer.sock",
        "initial-cluster": "lab=unix://etcd-peer.sock",
        # What a power cut would lose is thrown away anyway.
        "unsafe-no-fsync": "true",
        "log-level": "warn",
    }


def etcd_socket(folder: Path) -> Path:
    """Where etcd answers once it is ready."""
    return folder / _SOCKET


def _serving(port: int) -> dict[str, str]:
    return {
        "bind-address": LOOPBACK,
        "secure-port": str(port),
        "permit-port-sharing": "true",
        "tls-cert-file": "server.crt",
        "tls-private-key-file": "server.key",
        "profiling": "false",
    }


def _api_server(port: int) -> dict[str, str]:
    return {
        **_serving(port),
        "advertise-address": LOOPBACK,
        # There is no address at which pods could reach the server: the Service `kubernetes` has no endpoints.
        "endpoint-reconciler-type": "none",
        "etcd-servers": f"unix://{_SOCKET}",
        "client-ca-file": "ca.crt",
        "authorization-mode": "RBAC",
        "allow-privileged": "true",
        "service-cluster-ip-range": SERVICE_ADDRESSES,
        "service-account-issuer": "https://kubernetes.default.svc.cluster.local",
        "service-account-key-file": "service-accounts.pub",
        "service-account-signing-key-file": "service-accounts.key",
        # The aggregation layer: an APIService may be added later, its server recognizes us by these.
        "requestheader-client-ca-file": "front-proxy-ca.crt",
        "requestheader-allowed-names": _FRONT_PROXY,
        "requestheader-username-headers": "X-Remote-User",
        "requestheader-group-headers": "X-Remote-Group",
        "requestheader-extra-headers-prefix": "X-Remote-Extra-",
        "proxy-client-cert-file": "front-proxy-client.crt",
        "proxy-client-key-file": "front-proxy-client.key",
    }


def _delegated(name: str) -> dict[str, str]:
    return {
        "kubeconfig": f"{name}.kubeconfig",
        # Its own port is for the administrator's certificate, which needs nobody to be asked.
        "client-ca-file": "ca.crt",
        "authentication-skip-lookup": "true",
        # One of each: a lease would only add a way to stop on a busy machine.
        "leader-elect": "false",
        # The defaults protect a server that many share; here they would only delay.
        "kube-api-qps": "500",
        "kube-api-burst": "1000",
    }


def _controllers(port: int) -> dict[str, str]:
    return {
        **_serving(port),
        **_delegated(CONTROLLERS),
        "controllers": "*",
        "use-service-account-credentials": "true",
        "service-account-private-key-file": "service-accounts.key",
        "root-ca-file": "ca.crt",
        "cluster-signing-cert-file": "ca.crt",
        "cluster-signing-key-file": "ca.key",
        # Its default lies outside the lab's folder, and is created where it is missing.
        "flex-volume-plugin-dir": "flex-volumes",
    }


def _scheduler(port: int) -> dict[str, str]:
    return {**_serving(port), **_delegated(SCHEDULER)}


def _kubelets() -> dict[str, str]:
    return {
        "kubeconfig": f"{KUBELETS_USER}.kubeconfig",
        "config": "stages.yaml",
        "manage-all-nodes": "true",
        "cidr": _POD_ADDRESSES,
        "node-ip": _NODE_ADDRESS,
        "node-lease-duration-seconds": "40",
    }


def kubelets_rights() -> list[tuple[str, dict[str, Any]]]:
    """Path and body of what lets kwok keep nodes, leases and pods.

    From sigs.k8s.io/kwok v0.8.0 kustomize/rbac/role.yaml, without kwok's own resources, which a lab does not define.
    """
    api = "rbac.authorization.k8s.io"
    path = f"/apis/{api}/v1"
    watch = ["get", "list", "watch"]
    change = ["create", "delete", "patch", "update"]
    rules = [
        {"apiGroups": ["", "events.k8s.io"], "resources": ["events"], "verbs": [*watch, *change]},
        {"apiGroups": [""], "resources": ["nodes"], "verbs": watch},
        {"apiGroups": [""], "resources": ["nodes/status", "pods/status"], "verbs": ["patch", "update"]},
        {"apiGroups": [""], "resources": ["pods"], "verbs": [*watch, "delete", "patch", "update"]},
        {
            "apiGroups": ["coordination.k8s.io"],
            "resources": ["leases"],
            "verbs": [*watch, "create", "patch", "update"],
        },
    ]
    name = USERS[KUBELETS_USER][0]
    role = {"apiVersion": f"{api}/v1", "kind": "ClusterRole", "metadata": {"name": name}, "rules": rules}
    binding = {
        "apiVersion": f"{api}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": name},
        "roleRef": {"apiGroup": api, "kind": "ClusterRole", "name": name},
        "subjects": [{"apiGroup": api, "kind": "User", "name": name}],
    }
    return [(f"{path}/clusterroles", role), (f"{path}/clusterrolebindings", binding)]

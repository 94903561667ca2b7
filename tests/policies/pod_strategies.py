"""Pods drawn around the fields that Pod Security looks at: allowed, forbidden, absent, null and beside the point.

Every pod is one that the API server can decode: types are right, values need not be. Volumes have a source, because the
API server makes an emptyDir of one without before it asks Pod Security.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

Json = dict[str, Any]
Draw = Callable[[st.SearchStrategy[Any]], Any]

ABSENT = object()
"""A field that is not there; None stands for one that is there and null."""

CAPABILITIES = [
    "ALL", "NET_BIND_SERVICE", "NET_RAW", "SYS_ADMIN", "CHOWN", "MKNOD", "SYS_CHROOT", "AUDIT_WRITE", "SETUID", "KILL",
    "all", "CAP_CHOWN", "",
]  # fmt: skip
SYSCTLS = [
    "kernel.shm_rmid_forced", "net.ipv4.tcp_rmem", "net.ipv4.tcp_syncookies", "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.tcp_notsent_lowat", "net.ipv4.tcp_slow_start_after_idle", "net.ipv4.ping_group_range",
    "net.ipv4.ip_local_reserved_ports", "net.core.somaxconn", "kernel.msgmax", "kernel/shm_rmid_forced", "",
]  # fmt: skip
VOLUMES: list[Json] = [
    {"configMap": {"name": "settings"}},
    {"csi": {"driver": "inline.storage.example.com"}},
    {"downwardAPI": {}},
    {"emptyDir": {}},
    {"emptyDir": {"medium": "Memory"}},
    {"ephemeral": {}},
    {"image": {"reference": "example.com/data:1"}},
    {"persistentVolumeClaim": {"claimName": "data"}},
    {"projected": {}},
    {"secret": {"secretName": "keys"}},
    {"hostPath": {"path": "/"}},
    {"nfs": {"server": "nfs.example.com", "path": "/"}},
    {"gitRepo": {"repository": "https://example.com/data.git"}},
    {"iscsi": {"targetPortal": "10.0.0.1", "iqn": "iqn", "lun": 0}},
    {"glusterfs": {"endpoints": "e", "path": "/"}},
    {"awsElasticBlockStore": {"volumeID": "v"}},
    {"azureFile": {"secretName": "s", "shareName": "n"}},
    {"flexVolume": {"driver": "d"}},
    {"storageos": {}},
    {"emptyDir": None, "hostPath": {"path": "/"}},
    {"emptyDir": {}, "hostPath": {"path": "/"}},
    {"hostPath": None, "secret": {}},
]
HOSTS = ["", "127.0.0.1", "example.com", None, ABSENT]
APPARMOR = "container.apparmor.security.beta.kubernetes.io/"


def absent(*values: Any) -> st.SearchStrategy[Any]:
    """Mostly not there, otherwise one of the values or null."""
    return st.sampled_from([ABSENT, ABSENT, None, *values])


def without_absent(fields: Json) -> Json:
    return {key: value for key, value in fields.items() if value is not ABSENT}


def rarely(strategy: st.SearchStrategy[Any], *, one_in: int = 4) -> st.SearchStrategy[Any]:
    return st.integers(1, one_in).flatmap(lambda number: strategy if number == 1 else st.just(ABSENT))


seccomp = st.sampled_from(
    [
        {"type": "RuntimeDefault"},
        {"type": "RuntimeDefault"},
        {"type": "Localhost", "localhostProfile": "p.json"},
        {"type": "Unconfined"},
        {"type": ""},
        {},
        None,
        ABSENT,
    ]
)
apparmor = st.sampled_from(
    [{"type": "RuntimeDefault"}, {"type": "Localhost"}, {"type": "Unconfined"}, {"type": "runtime/default"}, {}, None]
)
selinux = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(
            ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t", "spc_t", "Container_t"]
        ),
        "user": st.sampled_from(["", "system_u"]),
        "role": st.sampled_from(["", "system_r"]),
        "level": st.just("s0:c123"),
    },
)
windows = st.sampled_from([{}, {"hostProcess": True}, {"hostProcess": False}, {"hostProcess": None}, None])


@st.composite
def shared_context(draw: Draw) -> Json:
    """What the security contexts of pods and containers have in common."""
    return without_absent(
        {
            "runAsNonRoot": draw(st.sampled_from([True, True, True, False, None, ABSENT])),
            "runAsUser": draw(absent(0, 1, 1000)),
            "seccompProfile": draw(seccomp),
            "appArmorProfile": draw(rarely(apparmor)),
            "seLinuxOptions": draw(rarely(selinux)),
            "windowsOptions": draw(rarely(windows)),
        }
    )


@st.composite
def pod_context(draw: Draw) -> Json:
    sysctl = st.sampled_from(SYSCTLS).map(lambda name: {"name": name, "value": "1"})
    shared: Json = draw(shared_context())
    return shared | without_absent(
        {
            "sysctls": draw(rarely(st.lists(sysctl, max_size=2))),
            "fsGroup": draw(absent(0, 2000)),
            "supplementalGroups": draw(absent([0])),
        }
    )


@st.composite
def container_context(draw: Draw) -> Json:
    names = st.lists(st.sampled_from(CAPABILITIES), max_size=3)
    drop = st.one_of(st.just(["ALL"]), st.just(["ALL"]), names, st.none())
    one = st.sampled_from([*CAPABILITIES, "NET_BIND_SERVICE", "NET_BIND_SERVICE"]).map(lambda name: [name])
    capabilities = without_absent({"drop": draw(drop), "add": draw(rarely(st.one_of(one, one, names), one_in=2))})
    shared: Json = draw(shared_context())
    return shared | without_absent(
        {
            "allowPrivilegeEscalation": draw(st.sampled_from([False, False, False, False, True, None, ABSENT])),
            "privileged": draw(st.sampled_from([ABSENT, ABSENT, False, None, True])),
            "procMount": draw(absent("Default", "Unmasked", "", "default")),
            "capabilities": draw(st.sampled_from([capabilities, capabilities, capabilities, None, ABSENT])),
            "readOnlyRootFilesystem": draw(absent(True, False)),
        }
    )


@st.composite
def handler(draw: Draw, other: Json) -> Json:
    host = draw(st.sampled_from(HOSTS))
    drawn: Json = draw(
        st.sampled_from(
            [
                {"httpGet": without_absent({"port": 80, "path": "/", "host": host})},
                {"tcpSocket": without_absent({"port": "http", "host": host})},
                {"exec": {"command": ["true"]}},
                other,
                {"httpGet": None},
                {},
            ]
        )
    )
    return drawn


@st.composite
def container(draw: Draw, name: str) -> Json:
    port = st.fixed_dictionaries(
        {"containerPort": st.sampled_from([80, 8080])}, optional={"hostPort": st.sampled_from([0, 80, 8080, None])}
    )
    hook = handler({"sleep": {"seconds": 1}})
    lifecycle = st.fixed_dictionaries({}, optional={"postStart": hook, "preStop": hook})
    probes = rarely(handler({"grpc": {"port": 9000}}), one_in=8)
    return without_absent(
        {
            "name": name,
            "image": "example.com/app:1",
            "securityContext": draw(
                st.one_of(container_context(), container_context(), st.sampled_from([None, ABSENT]))
            ),
            "ports": draw(rarely(st.lists(port, max_size=2))),
            "livenessProbe": draw(probes),
            "readinessProbe": draw(probes),
            "startupProbe": draw(probes),
            "lifecycle": draw(rarely(lifecycle, one_in=6)),
        }
    )


@st.composite
def containers(draw: Draw, prefix: str, least: int, most: int) -> list[Json]:
    return [draw(container(f"{prefix}{number}")) for number in range(draw(st.integers(least, most)))]


def apparmor_annotations() -> st.SearchStrategy[dict[str, str]]:
    value = st.sampled_from(
        ["", "runtime/default", "localhost/", "localhost/p", "unconfined", "Localhost/p", "docker/default"]
    )
    key = st.sampled_from(
        [
            f"{APPARMOR}app0",
            f"{APPARMOR}nobody",
            APPARMOR,
            "container.apparmor.security.beta.kubernetes.io",
            "seccomp.security.alpha.kubernetes.io/pod",
            "container.seccomp.security.alpha.kubernetes.io/app0",
            "unrelated",
        ]
    )
    return st.dictionaries(key, value, max_size=2)


@st.composite
def pods(draw: Draw) -> Json:
    volume = st.sampled_from(VOLUMES)
    init = draw(rarely(containers("init", 0, 2), one_in=3))
    ephemeral = draw(rarely(containers("debug", 0, 1), one_in=5))
    drawn_volumes = draw(rarely(st.lists(volume, max_size=3), one_in=2))
    flag = st.sampled_from([ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, False, None, True])
    spec = without_absent(
        {
            "containers": draw(containers("app", 1, 2)),
            "initContainers": init,
            "ephemeralContainers": ephemeral,
            "securityContext": draw(
                st.one_of(pod_context(), pod_context(), pod_context(), st.sampled_from([None, ABSENT]))
            ),
            "hostNetwork": draw(flag),
            "hostPID": draw(flag),
            "hostIPC": draw(flag),
            "hostUsers": draw(st.sampled_from([ABSENT, ABSENT, None, True, False])),
            "os": draw(
                st.sampled_from(
                    [ABSENT, ABSENT, ABSENT, None, {"name": "linux"}, {"name": "windows"}, {"name": "Windows"}]
                )
            ),
            "volumes": drawn_volumes
            if drawn_volumes is ABSENT
            else [{"name": f"volume{number}", **source} for number, source in enumerate(drawn_volumes)],
        }
    )
    metadata = without_absent({"name": "drawn", "annotations": draw(rarely(apparmor_annotations()))})
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}

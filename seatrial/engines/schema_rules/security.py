"""Security contexts of pods and containers, with the annotations that preceded them.

Truth: k8s.io/kubernetes v1.37.2 `pkg/apis/core/validation/validation.go` (`ValidateSecurityContext`,
`validatePodSpecSecurityContext`, `validateWindowsSecurityContextOptions`, `ValidateAppArmorPodAnnotations`,
`ValidateSeccompPodAnnotations` and the functions that compare annotations with fields).
"""

from __future__ import annotations

import re

from seatrial.engines.schema_rules.field import Field, Violations
from seatrial.engines.schema_rules.paths import relative

_IDS = (0, 2**31 - 1)
_PROFILES = ("Localhost", "RuntimeDefault", "Unconfined")
_SYSCTL = re.compile(r"([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?")
_IPC_SYSCTLS = frozenset(
    {
        *("kernel.sem", "kernel.shm", "kernel.shmall", "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced"),
        *("kernel.msg", "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni"),
    }
)
"""k8s.io/component-helpers v0.37.2 `node/util/sysctl/namespace.go`."""
_NET_BIOS = re.compile(r'[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}')
_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_USER_CHARACTERS = re.compile(r'["/\\:;|=,+*?<>@\[\]]')
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/"
_SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod"
_SECCOMP = "container.seccomp.security.alpha.kubernetes.io/"
_SECCOMP_DEFAULTS = ("runtime/default", "docker/default")


def container(field: Field, spec: Field) -> Violations:
    """The security context of one container."""
    if not isinstance(field.value, dict):
        return
    yield from field["runAsUser"].within(*_IDS)
    yield from field["runAsGroup"].within(*_IDS)
    mount = field["procMount"]
    yield from mount.one_of(("Default", "Unmasked"))
    if mount.text == "Unmasked" and spec["hostUsers"].value is not False:
        yield from mount.wrong("hostUsers: false in the pod for Unmasked")
    yield from _profile(field["seccompProfile"])
    if field["allowPrivilegeEscalation"].value is False:
        if field["privileged"].true:
            yield from field["allowPrivilegeEscalation"].wrong("true for a privileged container", "remove one of them")
        if "CAP_SYS_ADMIN" in field["capabilities"]["add"].texts():
            yield from field["capabilities"]["add"].wrong(
                "no CAP_SYS_ADMIN, since allowPrivilegeEscalation is false", "remove one of them"
            )
    yield from _windows(field["windowsOptions"])
    yield from _app_armor(field["appArmorProfile"])


def pod(field: Field, spec: Field) -> Violations:
    """The security context of a pod."""
    if not isinstance(field.value, dict):
        return
    for name in ("runAsUser", "runAsGroup", "fsGroup"):
        yield from field[name].within(*_IDS)
    for group in field["supplementalGroups"]:
        yield from group.within(*_IDS)
    yield from _sysctls(field["sysctls"], spec)
    yield from field["fsGroupChangePolicy"].one_of(("OnRootMismatch", "Always"))
    yield from field["supplementalGroupsPolicy"].one_of(("Merge", "Strict"))
    yield from field["seLinuxChangePolicy"].one_of(("Recursive", "MountOption"))
    yield from _profile(field["seccompProfile"])
    yield from _windows(field["windowsOptions"])
    yield from _app_armor(field["appArmorProfile"])


def _profile(field: Field) -> Violations:
    if not isinstance(field.value, dict):
        return
    kind, local = field["type"], field["localhostProfile"]
    yield from kind.one_of(_PROFILES) if kind.given else kind.missing()
    if kind.text == "Localhost":
        yield from relative(local) if local.given else local.missing()
    elif local.given:
        yield from local.forbidden("none, since the type is not Localhost")


def _app_armor(field: Field) -> Violations:
    if not isinstance(field.value, dict):
        return
    kind, local = field["type"], field["localhostProfile"]
    yield from kind.one_of(_PROFILES) if kind.given else kind.missing()
    if kind.text == "Localhost":
        yield from local.demanded()
        if local.text != local.text.strip() or len(local.text) > 4095:
            yield from local.wrong("a name without spaces at its ends, at most 4095 characters")
    elif kind.text in _PROFILES and local.given:
        yield from local.forbidden("none, since the type is not Localhost")


def _sysctls(field: Field, spec: Field) -> Violations:
    seen: set[str] = set()
    for item in field:
        name = item["name"]
        if name.blank:
            yield from name.demanded()
        elif len(name.text) > 253 or not _SYSCTL.fullmatch(name.text):
            yield from name.wrong("the name of a kernel parameter such as net.core.somaxconn")
        elif name.text in seen:
            yield from name.repeated()
        seen.add(name.text)
        plain = _dotted(name.text)
        if spec["hostNetwork"].true and plain.startswith("net."):
            yield from name.wrong("no network parameter, since hostNetwork is true")
        if spec["hostIPC"].true and (plain in _IPC_SYSCTLS or plain.startswith("fs.mqueue.")):
            yield from name.wrong("no IPC parameter, since hostIPC is true")


def _dotted(name: str) -> str:
    """The name with dots as separators, where it was written with slashes (`NormalizeName`)."""
    first = re.search(r"[./]", name)
    return name.translate(str.maketrans("./", "/.")) if first and first[0] == "/" else name


def _windows(field: Field) -> Violations:
    if not isinstance(field.value, dict):
        return
    yield from field["gmsaCredentialSpecName"].form("dns-subdomain")
    spec, user = field["gmsaCredentialSpec"], field["runAsUserName"]
    if spec.value == "" or len(spec.text.encode()) > 64 * 1024:
        yield from spec.wrong("1 byte to 64 KiB")
    if isinstance(user.value, str) and not _is_windows_user(user.text):
        yield from user.wrong("a user, or DOMAIN\\user")


def _is_windows_user(text: str) -> bool:
    parts = text.split("\\")
    if not text or _CONTROL.search(text) or len(parts) > 2:
        return False
    domain, name = (parts[0], parts[1]) if len(parts) == 2 else (None, parts[0])
    if domain is not None and (len(domain) >= 256 or not (_NET_BIOS.fullmatch(domain) or _DOMAIN.fullmatch(domain))):
        return False
    return 0 < len(name) <= 104 and bool(name.strip(". ")) and not _USER_CHARACTERS.search(name)


def host_process(spec: Field, everyone: list[Field]) -> Violations:
    """Windows HostProcess containers: all of a pod's or none (`validateWindowsHostProcessPod`)."""
    whole = spec.at("securityContext", "windowsOptions", "hostProcess")
    count = 0
    for item in everyone:
        own = item.at("securityContext", "windowsOptions", "hostProcess")
        if whole.given and own.given and whole.value != own.value:
            yield from own.wrong("the same as in the pod's securityContext")
        count += own.true or (not own.given and whole.true)
    if count and count != len(everyone):
        yield from spec.wrong(
            "hostProcess in all containers or in none", found="some containers are HostProcess containers"
        )
    if count and not spec["hostNetwork"].true:
        yield from spec.wrong("hostNetwork: true", "add it", found="HostProcess containers without hostNetwork")


def profile_annotations(meta: Field, spec: Field, everyone: list[Field]) -> Violations:
    """Profiles given as annotations: their form, and that fields do not contradict them."""
    notes = meta["annotations"]
    names = {item["name"].text for item in everyone}
    for key, item in notes.entries():
        if key.startswith(_APP_ARMOR):
            if key.removeprefix(_APP_ARMOR) not in names:
                yield from item.wrong("the name of a container of this pod", found=f"no container is meant by {key}")
            if item.text not in ("", "runtime/default", "unconfined") and not item.text.startswith("localhost/"):
                yield from item.wrong("runtime/default, unconfined or localhost/<profile>")
        elif key == _SECCOMP_POD or key.startswith(_SECCOMP):
            yield from _seccomp_note(item)
    own = spec.at("securityContext", "seccompProfile")
    yield from _agrees(notes[_SECCOMP_POD], own, _SECCOMP_DEFAULTS)
    windows = spec.at("os", "name").text == "windows"
    for item in everyone:
        context = item["securityContext"]
        yield from _agrees(notes[_SECCOMP + item["name"].text], context["seccompProfile"], _SECCOMP_DEFAULTS)
        profile = context["appArmorProfile"]
        profile = profile if profile.given else spec.at("securityContext", "appArmorProfile")
        if not windows:
            yield from _agrees(notes[_APP_ARMOR + item["name"].text], profile, ("runtime/default",))


def _seccomp_note(item: Field) -> Violations:
    if item.text.startswith("localhost/"):
        path = item.text.removeprefix("localhost/")
        if path.startswith("/") or ".." in path.split("/"):
            yield from item.wrong("localhost/<relative path>")
    elif item.text not in (*_SECCOMP_DEFAULTS, "unconfined"):
        yield from item.wrong("runtime/default, unconfined or localhost/<profile>")


def _agrees(note: Field, profile: Field, defaults: tuple[str, ...]) -> Violations:
    if not note.given or not isinstance(profile.value, dict):
        return
    text, kind = note.text, profile["type"].text
    local = f"localhost/{profile['localhostProfile'].text}"
    same = {"Unconfined": text == "unconfined", "RuntimeDefault": text in defaults, "Localhost": text == local}
    if not same.get(kind, True):
        yield from profile["type"].wrong(f"the same profile as the annotation {note.path[-1]}", "remove the annotation")

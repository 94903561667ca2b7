"""Pods, alone and as templates.

Truth: k8s.io/kubernetes v1.37.2 `pkg/apis/core/validation/validation.go` (`ValidatePodSpec`, `ValidatePodCreate`,
`ValidatePodTemplateSpec`), defaults in `pkg/apis/core/v1/defaults.go`.
"""

from __future__ import annotations

import re

from seatrial.engines.schema_rules import resources, scheduling, security
from seatrial.engines.schema_rules.addresses import ip
from seatrial.engines.schema_rules.containers import Pod, containers
from seatrial.engines.schema_rules.field import Field, Violations, distinct
from seatrial.engines.schema_rules.metadata import annotation_keys, labels
from seatrial.engines.schema_rules.volumes import volumes

_MIRROR = "kubernetes.io/config.mirror"
_DELETION_COST = "controller.kubernetes.io/pod-deletion-cost"
_COST = re.compile(r"0|-?[1-9][0-9]*")
_POD_RESOURCES = (1, 34)
"""Since then a pod as a whole may have requests and limits (feature gate PodLevelResources)."""
_FORBIDDEN_ON_WINDOWS = {
    "pod": (
        *("appArmorProfile", "seLinuxOptions", "seccompProfile", "fsGroup", "fsGroupChangePolicy", "runAsUser"),
        *("runAsGroup", "supplementalGroups", "supplementalGroupsPolicy", "seLinuxChangePolicy"),
    ),
    "container": (
        *("appArmorProfile", "seLinuxOptions", "seccompProfile", "capabilities", "readOnlyRootFilesystem"),
        *("privileged", "allowPrivilegeEscalation", "procMount", "runAsUser", "runAsGroup"),
    ),
}


def pod(data: Field) -> Violations:
    """A Pod that is sent by itself."""
    spec, meta = data["spec"], data["metadata"]
    yield from pod_spec(spec, meta, pod_name=meta["name"].text)
    yield from _annotations(meta, spec)
    for item in everyone(spec):
        image = item["image"]
        if image.text != image.text.strip():
            yield from image.wrong("no spaces at its ends")
    if not spec["ephemeralContainers"].empty:
        yield from spec["ephemeralContainers"].forbidden("none: they are added to running pods")
    if not spec["nodeName"].blank and not spec["schedulingGates"].empty:
        yield from spec["nodeName"].forbidden("none, since there are schedulingGates")


def template(data: Field) -> Violations:
    """The pod template of a workload."""
    meta, spec = data["metadata"], data["spec"]
    yield from labels(meta["labels"])
    yield from annotation_keys(meta["annotations"])
    yield from pod_spec(spec, meta)
    yield from _annotations(meta, spec)
    if not spec["ephemeralContainers"].empty:
        yield from spec["ephemeralContainers"].forbidden("none: they are added to running pods")


def everyone(spec: Field) -> list[Field]:
    """All containers of a pod."""
    return [item for name in ("containers", "initContainers", "ephemeralContainers") for item in spec[name]]


def _annotations(meta: Field, spec: Field) -> Violations:
    notes = meta["annotations"]
    if notes[_MIRROR].given and spec["nodeName"].blank:
        yield from notes[_MIRROR].wrong("spec.nodeName beside it", found="a mirror pod without a node")
    cost = notes[_DELETION_COST]
    if isinstance(cost.value, str) and not (_COST.fullmatch(cost.text) and -(2**31) <= int(cost.text) < 2**31):
        yield from cost.wrong("a 32-bit integer without leading zeros or plus sign")
    yield from security.profile_annotations(meta, spec, everyone(spec))


def pod_spec(spec: Field, meta: Field, *, pod_name: str = "") -> Violations:
    """What every pod must satisfy."""
    wrong, valid = volumes(spec["volumes"], pod_name)
    for found in wrong:
        yield from found
    claims = frozenset(item["name"].text for item in spec["resourceClaims"] if item["name"].text)
    yield from _claims(spec["resourceClaims"], meta)
    yield from containers(Pod(spec, valid, claims))
    if spec.version >= _POD_RESOURCES and isinstance(spec["resources"].value, dict):
        yield from _whole(spec)
    yield from spec["restartPolicy"].choice(("Always", "OnFailure", "Never"))
    yield from spec["preemptionPolicy"].one_of(("PreemptLowerPriority", "Never"))
    yield from labels(spec["nodeSelector"])
    yield from security.pod(spec["securityContext"], spec)
    yield from security.host_process(spec, everyone(spec))
    yield from scheduling.affinity(spec["affinity"])
    yield from scheduling.tolerations(spec["tolerations"])
    yield from scheduling.spread(spec["topologySpreadConstraints"])
    yield from _names(spec)
    yield from _host(spec)
    yield from _dns(spec)
    yield from _gates(spec)
    yield from _system(spec)
    yield from spec["activeDeadlineSeconds"].within(1, 2**31 - 1)
    if isinstance(spec["overhead"].value, dict):
        yield from resources.amounts(spec["overhead"], resources.container_resource)


def _names(spec: Field) -> Violations:
    yield from spec["hostname"].form_if_any("dns-label")
    yield from spec["subdomain"].form_if_any("dns-label")
    account = spec["serviceAccount"] if spec["serviceAccountName"].blank else spec["serviceAccountName"]
    yield from account.form_if_any("dns-subdomain")
    yield from spec["nodeName"].form_if_any("dns-subdomain")
    yield from spec["priorityClassName"].form_if_any("dns-subdomain")
    yield from spec["runtimeClassName"].form("dns-subdomain")
    override = spec["hostnameOverride"]
    if override.given:
        if spec["setHostnameAsFQDN"].true or spec["hostNetwork"].true:
            yield from override.forbidden("none beside setHostnameAsFQDN or hostNetwork")
        if len(override.text) > 64:
            yield from override.wrong("at most 64 characters")
        yield from override.form("dns-subdomain")


def _host(spec: Field) -> Violations:
    network = spec["hostNetwork"].true
    for item in spec["containers"]:
        for port in item["ports"]:
            host, own = port["hostPort"], port["containerPort"]
            if network and host.number and host.number != own.number:
                yield from host.wrong("the same as containerPort, since hostNetwork is true")
    if spec["shareProcessNamespace"].true and spec["hostPID"].true:
        yield from spec["shareProcessNamespace"].wrong("false, since hostPID is true")
    if spec["hostUsers"].value is False:
        for name in ("hostNetwork", "hostPID", "hostIPC"):
            if spec[name].true:
                yield from spec[name].wrong("false, since hostUsers is false")
        for item in everyone(spec):
            if not item["volumeDevices"].empty:
                yield from item["volumeDevices"].forbidden("none, since hostUsers is false")
    for alias in spec["hostAliases"]:
        yield from ip(alias["ip"]) if alias["ip"].given else alias["ip"].missing()
        for host in alias["hostnames"]:
            yield from host.form("dns-subdomain")


def _dns(spec: Field) -> Violations:
    policy, config = spec["dnsPolicy"], spec["dnsConfig"]
    yield from policy.choice(("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"))
    servers, searches = config["nameservers"], config["searches"]
    if policy.text == "None" and servers.empty:
        place = config if isinstance(config.value, dict) else spec
        yield from place.wrong("dnsConfig.nameservers, since dnsPolicy is None", found="there is no name server")
    if servers.count > 3:
        yield from servers.wrong("at most 3")
    for server in servers:
        yield from ip(server)
    if searches.count > 32 or len(" ".join(searches.texts())) > 2048:
        yield from searches.wrong("at most 32 entries and 2048 characters")
    for item in searches:
        if item.text != ".":
            yield from Field(item.text.removesuffix("."), item.path).form("dns-subdomain-underscore")
    for option in config["options"]:
        yield from option["name"].demanded()


def _gates(spec: Field) -> Violations:
    for gate in spec["readinessGates"]:
        kind = gate["conditionType"]
        yield from kind.form("qualified-name") if kind.given else kind.missing()
    for gate in spec["schedulingGates"]:
        yield from gate["name"].form("qualified-name") if gate["name"].given else gate["name"].missing()
    yield from distinct((gate["name"] for gate in spec["schedulingGates"]), "gate")


def _claims(field: Field, meta: Field) -> Violations:
    if not field.empty and meta["annotations"][_MIRROR].given:
        yield from field.forbidden("none for a mirror pod")
    for item in field:
        yield from item["name"].demanded() if item["name"].blank else item["name"].form("dns-label")
        sources = [name for name in ("resourceClaimName", "resourceClaimTemplateName") if item[name].given]
        if len(sources) != 1:
            found = f"{item.name} has {'two sources' if sources else 'no source'}"
            yield from item.wrong("one of resourceClaimName and resourceClaimTemplateName", found=found)
        for name in sources:
            yield from item[name].form("dns-subdomain")
    yield from distinct((item["name"] for item in field), "claim")


def _whole(spec: Field) -> Violations:
    """Requests and limits of the pod as a whole (`validatePodResources`)."""
    field = spec["resources"]
    if spec.at("os", "name").text == "windows":
        yield from field.forbidden("none for a Windows pod")
        return
    if field["claims"].given:
        yield from field["claims"].forbidden("none for the pod as a whole")
    yield from resources.requirements(field, resources.pod_resource)
    yield from resources.whole(spec)


def _system(spec: Field) -> Violations:
    """What the operating system allows (`validateOS`, `validateLinux`, `validateWindows`)."""
    system = spec["os"]
    if not system.given:
        return
    name = system["name"]
    yield from name.demanded()
    yield from name.choice(("linux", "windows"))
    contexts = [("pod", spec["securityContext"]), *(("container", item["securityContext"]) for item in everyone(spec))]
    for where, context in contexts:
        if name.text == "linux" and context["windowsOptions"].given:
            yield from context["windowsOptions"].forbidden("none for a Linux pod")
        for forbidden in _FORBIDDEN_ON_WINDOWS[where] if name.text == "windows" else ():
            if context[forbidden].given:
                yield from context[forbidden].forbidden("none for a Windows pod")
    if name.text == "windows":
        for flag in ("hostPID", "hostIPC"):
            if spec[flag].true:
                yield from spec[flag].forbidden("none for a Windows pod")
        for flag in ("hostUsers", "shareProcessNamespace"):
            if spec[flag].given:
                yield from spec[flag].forbidden("none for a Windows pod")
        if not spec["securityContext"]["sysctls"].empty:
            yield from spec["securityContext"]["sysctls"].forbidden("none for a Windows pod")

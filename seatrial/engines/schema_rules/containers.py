"""Containers of a pod: ports, environment, mounts.

Truth: k8s.io/kubernetes v1.37.2 `pkg/apis/core/validation/validation.go` (`validateContainerCommon`,
`validateContainers`, `validateInitContainers`, `ValidateEnv`, `ValidateVolumeMounts`, `ValidateVolumeDevices`),
defaults in `pkg/apis/core/v1/defaults.go`.
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from seatrial.engines.schema_rules import probes, resources, security
from seatrial.engines.schema_rules.downward import downward_field, downward_resource
from seatrial.engines.schema_rules.field import Field, Violations, distinct
from seatrial.engines.schema_rules.paths import no_backsteps, relative

_ENV_SOURCES = ("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef")
_POLICIES = ("Always", "Never", "OnFailure")
_RELAXED_ENV_NAMES = (1, 32)
"""Since then any printable name without '=' will do (feature gate RelaxedEnvironmentVariableValidation)."""
_RESTART_RULES = (1, 35)
"""Since then every container may have a restart policy (feature gate ContainerRestartRules)."""
_RESTART_ALL = (1, 36)
"""Since then a rule may restart all containers (feature gate RestartAllContainersOnContainerExits)."""


@attrs.frozen(eq=False)
class Pod:
    """What a container must know of its pod."""

    spec: Field
    volumes: Mapping[str, Field]
    """The valid volumes by name."""
    claims: frozenset[str]

    @property
    def grace(self) -> int:
        """Seconds until a terminated pod is killed."""
        seconds = self.spec["terminationGracePeriodSeconds"].number
        if seconds is None:
            return probes.DEFAULT_GRACE
        # Of a pod, not of a template, the server makes a negative period 1 (`SetDefaults_Pod`).
        return 1 if seconds < 0 and len(self.spec.path) == 1 else seconds

    @property
    def restarts(self) -> str:
        """The pod's restart policy."""
        return self.spec["restartPolicy"].text or "Always"


def containers(pod: Pod) -> Violations:
    """All containers of the pod."""
    spec = pod.spec
    if spec["containers"].empty:
        yield from spec["containers"].demanded("a container")
    regular = list(spec["containers"])
    initial = list(spec["initContainers"])
    yield from distinct((item["name"] for item in [*regular, *initial]), "the container name")
    for item in regular:
        yield from _common(item, pod)
        yield from probes.lifecycle(item["lifecycle"], pod.grace)
        for name in probes.PROBES:
            yield from probes.probe(item[name], pod.grace)
        if item.version >= _RESTART_RULES:
            yield from _restart_rules(item)
        elif item["restartPolicy"].given:
            yield from item["restartPolicy"].forbidden("only init containers have one")
    defaulted = spec["hostNetwork"].true and len(spec.path) == 1
    yield from _host_ports(regular, defaulted=defaulted)
    for item in initial:
        yield from _common(item, pod)
        yield from _initial(item, pod)
        yield from _host_ports([item], defaulted=defaulted)


def _initial(item: Field, pod: Pod) -> Violations:
    sidecar = item["restartPolicy"].text == "Always"
    if item.version >= _RESTART_RULES:
        yield from _restart_rules(item)
    else:
        yield from item["restartPolicy"].one_of(("Always",))
    for name in (*probes.PROBES, "lifecycle"):
        if not sidecar and item[name].given:
            yield from item[name].forbidden("only an init container with restartPolicy Always has one")
    if sidecar:
        yield from probes.lifecycle(item["lifecycle"], pod.grace)
        for name in probes.PROBES:
            yield from probes.probe(item[name], pod.grace)
    for policy in item["resizePolicy"]:
        if not sidecar and policy["restartPolicy"].text == "RestartContainer":
            yield from policy["restartPolicy"].wrong("NotRequired for an init container that ends")


def _common(item: Field, pod: Pod) -> Violations:
    if item["name"].blank:
        yield from item["name"].demanded()
    else:
        yield from item["name"].form("dns-label")
    if item["image"].blank:
        found = f"container {item['name'].text!r} has no image"
        yield from item.wrong("an image", "add image with a digest", found=found)
    yield from item["terminationMessagePolicy"].choice(("File", "FallbackToLogsOnError"))
    yield from item["imagePullPolicy"].choice(("Always", "IfNotPresent", "Never"))
    yield from _ports(item["ports"])
    yield from _environment(item["env"], pod)
    yield from _environment_from(item["envFrom"])
    yield from _mounts(item, pod)
    yield from _devices(item, pod)
    yield from resources.requirements(item["resources"], claims=pod.claims)
    yield from _resize_policy(item["resizePolicy"], pod)
    yield from security.container(item["securityContext"], pod.spec)


def _ports(field: Field) -> Violations:
    for item in field:
        yield from item["name"].form("port-name")
        if item["containerPort"].given:
            yield from item["containerPort"].within(1, 65535)
        else:
            yield from item["containerPort"].missing()
        yield from item["hostPort"].within(0, 65535)
        yield from item["protocol"].choice(("TCP", "UDP", "SCTP"))
    yield from distinct((item["name"] for item in field), "port")


def _host_ports(items: list[Field], *, defaulted: bool) -> Violations:
    """Each host port once; of a Pod on the host's network every port is one (`defaultHostNetworkPorts`)."""
    seen: set[tuple[str, str, int]] = set()
    for item in items:
        for port in item["ports"]:
            number = port["hostPort"].number or (port["containerPort"].number if defaulted else 0)
            if number:
                key = (port["protocol"].text or "TCP", port["hostIP"].text, number)
                if key in seen:
                    yield from port["hostPort"].repeated(f"host port {number}/{key[0]}")
                seen.add(key)


def _environment(field: Field, pod: Pod) -> Violations:
    for item in field:
        name, source = item["name"], item["valueFrom"]
        if name.blank:
            yield from name.demanded()
        else:
            yield from name.form("env-name" if name.version >= _RELAXED_ENV_NAMES else "env-name-strict")
        if isinstance(source.value, dict):
            yield from _environment_source(source, pod)
            if not item["value"].blank:
                yield from source.forbidden("none, since value is given", "keep one of them")


def _environment_source(source: Field, pod: Pod) -> Violations:
    given = [name for name in _ENV_SOURCES if source[name].given]
    if len(given) != 1:
        found = f"{source.name} has {' and '.join(given) if given else 'no source'}"
        yield from source.wrong(f"exactly one of {', '.join(_ENV_SOURCES)}", "keep one of them", found=found)
    for name in ("configMapKeyRef", "secretKeyRef"):
        if source[name].given:
            yield from _key_of(source[name])
    if source["fieldRef"].given:
        yield from downward_field(source["fieldRef"], volume=False)
    if source["resourceFieldRef"].given:
        yield from downward_resource(source["resourceFieldRef"], volume=False)
    if source["fileKeyRef"].given:
        yield from _file_key(source["fileKeyRef"], pod)


def _key_of(field: Field) -> Violations:
    """One key of a ConfigMap or Secret (`validateConfigMapKeySelector`)."""
    if field["name"].given:
        yield from field["name"].form("dns-subdomain")
    else:
        yield from field["name"].missing()
    if field["key"].blank:
        yield from field["key"].demanded()
    else:
        yield from field["key"].form("data-key")


def _file_key(field: Field, pod: Pod) -> Violations:
    for name, form in (("key", "env-name"), ("volumeName", "dns-label")):
        yield from field[name].demanded() if field[name].blank else field[name].form(form)
    yield from field["path"].demanded() if field["path"].blank else no_backsteps(field["path"])
    volume = field["volumeName"]
    found = next((item for item in pod.spec["volumes"] if item["name"].text == volume.text), None)
    if found is None:
        yield from volume.wrong("the name of a volume of this pod", "add the volume")
    elif set(found.keys()) - {"name", "emptyDir"}:
        yield from volume.wrong("a volume of type emptyDir")


def _environment_from(field: Field) -> Violations:
    for item in field:
        if not item["prefix"].blank:
            relaxed = item.version >= _RELAXED_ENV_NAMES
            yield from item["prefix"].form("env-name" if relaxed else "env-name-strict")
        given = [name for name in ("configMapRef", "secretRef") if item[name].given]
        if len(given) != 1:
            found = f"{item.name} has {'two sources' if given else 'no source'}"
            yield from item.wrong("either configMapRef or secretRef", "keep one of them", found=found)
        for name in given:
            named = item[name]["name"]
            if named.blank:
                yield from named.demanded()
            elif not _is_prefix_or_name(named):
                yield from named.form("dns-subdomain")


def _is_prefix_or_name(field: Field) -> bool:
    """Upstream judges these names as prefixes: they may end with a dash (`validateSecretEnvSource`)."""
    text = field.text
    masked = Field(text[:-2] + "a") if len(text) > 1 and text.endswith("-") else Field(text)
    return not any(True for _ in masked.form("dns-subdomain"))


def _mounts(item: Field, pod: Pod) -> Violations:
    devices = {device["name"].text: device["devicePath"].text for device in item["volumeDevices"]}
    paths: set[str] = set()
    privileged = item["securityContext"]["privileged"].true
    for mount in item["volumeMounts"]:
        name, path = mount["name"], mount["mountPath"]
        if name.blank:
            yield from name.demanded()
        elif name.text and name.text not in pod.volumes:
            yield from name.wrong("the name of a valid volume of this pod", "add the volume or correct the name")
        if path.blank:
            yield from path.demanded()
        elif path.text in paths:
            yield from path.repeated(f"mount at {path.text!r}")
        paths.add(path.text)
        if name.text in devices:
            yield from name.wrong("a volume that is no device of this container")
        if path.text in devices.values():
            yield from path.wrong("a path that is no device of this container")
        yield from relative(mount["subPath"])
        yield from relative(mount["subPathExpr"])
        if not mount["subPathExpr"].blank and not mount["subPath"].blank:
            yield from mount["subPathExpr"].forbidden("none, since subPath is set", "keep one of them")
        propagation = mount["mountPropagation"]
        yield from propagation.one_of(("None", "HostToContainer", "Bidirectional"))
        if propagation.text == "Bidirectional" and not privileged:
            yield from propagation.wrong("a privileged container for Bidirectional")
        yield from _recursive(mount)


def _recursive(mount: Field) -> Violations:
    field = mount["recursiveReadOnly"]
    yield from field.one_of(("Disabled", "Enabled", "IfPossible"))
    if field.text in ("Enabled", "IfPossible"):
        if not mount["readOnly"].true:
            yield from field.wrong("readOnly: true beside it", "add readOnly")
        if mount["mountPropagation"].given and mount["mountPropagation"].text != "None":
            yield from field.wrong("mountPropagation None", "remove mountPropagation")


def _devices(item: Field, pod: Pod) -> Violations:
    mounts = {mount["name"].text: mount["mountPath"].text for mount in item["volumeMounts"]}
    yield from distinct((device["name"] for device in item["volumeDevices"]), "device")
    yield from distinct((device["devicePath"] for device in item["volumeDevices"]), "path")
    for device in item["volumeDevices"]:
        name, path = device["name"], device["devicePath"]
        volume = pod.volumes.get(name.text)
        if name.blank:
            yield from name.demanded()
        elif volume is None:
            yield from name.wrong("the name of a valid volume of this pod", "add the volume or correct the name")
        elif not volume["persistentVolumeClaim"].given and not volume["ephemeral"].given:
            yield from name.wrong("a volume of type persistentVolumeClaim or ephemeral")
        if path.blank:
            yield from path.demanded()
        yield from no_backsteps(path)
        if name.text in mounts:
            yield from name.wrong("a volume that is not mounted in this container")
        if path.text in mounts.values():
            yield from path.wrong("a path that is not mounted in this container")


def _resize_policy(field: Field, pod: Pod) -> Violations:
    yield from distinct((item["resourceName"] for item in field), "resource")
    for item in field:
        for name, options in (
            ("resourceName", ("cpu", "memory")),
            ("restartPolicy", ("NotRequired", "RestartContainer")),
        ):
            yield from item[name].one_of(options) if item[name].given else item[name].missing()
        if pod.restarts == "Never" and item["restartPolicy"].text not in ("NotRequired", ""):
            yield from item["restartPolicy"].wrong("NotRequired, since the pod is never restarted")


def _restart_rules(item: Field) -> Violations:
    """`validateContainerRestartPolicy`: what to do after which exit code."""
    rules = item["restartPolicyRules"]
    yield from item["restartPolicy"].one_of(_POLICIES)
    if not item["restartPolicy"].given and not rules.empty:
        yield from item["restartPolicy"].missing()
    if rules.count > 20:
        yield from rules.wrong("at most 20 rules")
    actions = ("Restart", "RestartAllContainers") if item.version >= _RESTART_ALL else ("Restart",)
    for rule in rules:
        yield from rule["action"].one_of(actions) if rule["action"].given else rule["action"].missing()
        codes = rule["exitCodes"]
        if not codes.given:
            yield from codes.missing()
            continue
        operator = codes["operator"]
        yield from operator.one_of(("In", "NotIn")) if operator.given else operator.missing()
        if codes["values"].count > 255:
            yield from codes["values"].wrong("at most 255 values")

"""Services.

Truth: k8s.io/kubernetes v1.37.2 `pkg/apis/core/validation/validation.go` (`validateService`,
`ValidateServiceClusterIPsRelatedFields`), `pkg/api/service/util.go`, defaults in `pkg/apis/core/v1/defaults.go` and
`pkg/registry/core/service/storage/storage.go`. Whether an address or port is in the range of a cluster, or taken, is
no question of validity.
"""

from __future__ import annotations

from seatrial.engines.schema_rules.addresses import ip, network, parse_ip
from seatrial.engines.schema_rules.field import Field, Violations, distinct
from seatrial.engines.schema_rules.metadata import labels
from seatrial.engines.schema_rules.probes import port as port_or_name

_TYPES = ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName")
_RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"
_HINTS = "service.kubernetes.io/topology-aware-hints"
_MODE = "service.kubernetes.io/topology-mode"
_LONGEST_AFFINITY = 86400
_SAME_ZONE = (1, 34)
"""Since then traffic may prefer the same zone or node (feature gate PreferSameTrafficDistribution)."""


def service(data: Field) -> Violations:
    """A Service."""
    spec, notes = data["spec"], data["metadata"]["annotations"]
    kind = spec["type"].text or "ClusterIP"
    yield from spec["type"].choice(_TYPES)
    if notes[_MODE].given and notes[_HINTS].given and notes[_MODE].text != notes[_HINTS].text:
        yield from notes[_MODE].wrong(f"the same as {_HINTS}", "remove one of them")
    yield from _ports(spec, kind)
    yield from labels(spec["selector"])
    yield from _affinity(spec)
    if kind == "ExternalName":
        yield from _external_name(spec)
    else:
        yield from _addresses(spec, kind)
    yield from _external(spec, kind, notes)
    yield from spec["internalTrafficPolicy"].one_of(("Cluster", "Local"))
    options = ("PreferClose", "PreferSameZone", "PreferSameNode") if spec.version >= _SAME_ZONE else ("PreferClose",)
    yield from spec["trafficDistribution"].one_of(options)


def _ports(spec: Field, kind: str) -> Violations:
    ports = spec["ports"]
    if ports.empty and not _is_headless(spec) and kind != "ExternalName":
        yield from spec.wrong("at least one port", "add ports", found="the Service has no ports")
    yield from distinct((item["name"] for item in ports), "port")
    seen: set[tuple[int, str]] = set()
    node_ports: set[tuple[int, str]] = set()
    several = ports.count > 1
    for item in ports:
        number, protocol, node = item["port"], item["protocol"].text or "TCP", item["nodePort"]
        if several and item["name"].blank:
            found = f"port {number.value} has no name" if number.given else f"{item.name} has no name"
            yield from item.wrong("a name, since there are several", "name every port", found=found)
        yield from item["name"].form_if_any("dns-label")
        yield from number.within(1, 65535) if number.given else number.missing()
        yield from item["protocol"].choice(("TCP", "UDP", "SCTP"))
        if item["targetPort"].value not in (None, 0, ""):
            yield from port_or_name(item["targetPort"])
        yield from item["appProtocol"].form("qualified-name")
        if number.number is not None and (number.number, protocol) in seen:
            yield from number.wrong(
                "one entry for each port", "remove one", found=f"port {number.number}/{protocol} is given twice"
            )
        seen.add((number.number or 0, protocol))
        if node.number:
            if kind == "ClusterIP":
                yield from node.forbidden("none, since the type is ClusterIP")
            if (node.number, protocol) in node_ports:
                yield from node.repeated()
            node_ports.add((node.number, protocol))


def _is_headless(spec: Field) -> bool:
    # Without clusterIPs the server takes clusterIP for their first (`normalizeClusterIPs`).
    ips = spec["clusterIPs"].texts()
    return (ips == ["None"]) if ips else spec["clusterIP"].text == "None"


def _affinity(spec: Field) -> Violations:
    affinity = spec["sessionAffinity"]
    yield from affinity.choice(("ClientIP", "None"))
    if affinity.text == "ClientIP":
        yield from spec.at("sessionAffinityConfig", "clientIP", "timeoutSeconds").within(1, _LONGEST_AFFINITY)


def _external_name(spec: Field) -> Violations:
    name = spec["externalName"]
    if name.text.removesuffix(".") == "" and isinstance(name.value, str | None):
        yield from spec.wrong("a host name", "add externalName", found="the type is ExternalName without externalName")
    else:
        yield from Field(name.text.removesuffix("."), name.path).form_if_any("dns-subdomain")
    for field in ("clusterIPs", "ipFamilies"):
        if not spec[field].empty:
            yield from spec[field].forbidden("none for the type ExternalName")
    if not spec["clusterIP"].blank:
        yield from spec["clusterIP"].forbidden("none for the type ExternalName")
    if spec["ipFamilyPolicy"].given:
        yield from spec["ipFamilyPolicy"].forbidden("none for the type ExternalName")


def _addresses(spec: Field, kind: str) -> Violations:
    first, ips, families = spec["clusterIP"], spec["clusterIPs"], spec["ipFamilies"]
    if _is_headless(spec) and kind in ("NodePort", "LoadBalancer"):
        yield from (first if first.given else ips).wrong(
            f"an address for the type {kind}", found="the Service is headless"
        )
    if not ips.empty and first.text != (ips.texts() or [""])[0]:
        yield from ips.wrong("clusterIP as its first entry", found="clusterIPs does not begin with clusterIP")
    for family in families:
        yield from family.one_of(("IPv4", "IPv6"))
    yield from distinct(families, "the family")
    yield from spec["ipFamilyPolicy"].one_of(("SingleStack", "PreferDualStack", "RequireDualStack"))
    entries = list(ips) or ([first] if not first.blank else [])
    for index, item in enumerate(entries):
        if index == 0 and item.text == "None":
            if len(entries) > 1:
                yield from ips.wrong("None alone")
            continue
        yield from ip(item)
        address = parse_ip(item.text, strict=False)
        wanted = families.texts()[index : index + 1]
        if address is not None and wanted and wanted != [f"IPv{address.version}"] and not _is_headless(spec):
            yield from item.wrong(f"an address of the family {wanted[0]}")
    found = [parse_ip(item.text, strict=False) for item in entries]
    if len(entries) > 2 or (
        len(entries) == 2 and None not in found and len({item.version for item in found if item}) < 2
    ):
        yield from ips.wrong("at most one address of each family")


def _external(spec: Field, kind: str, notes: Field) -> Violations:
    """Fields that only what is reached from outside may have."""
    reached = kind in ("NodePort", "LoadBalancer") or (kind == "ClusterIP" and not spec["externalIPs"].empty)
    for item in spec["externalIPs"]:
        yield from ip(item)
        address = parse_ip(item.text, strict=False)
        if address is not None and (
            address.is_unspecified
            or address.is_loopback
            or address.is_link_local
            or _is_link_local_multicast(item.text)
        ):
            yield from item.wrong("an address that is neither unspecified, loopback nor link-local")
    policy = spec["externalTrafficPolicy"]
    if reached:
        yield from policy.choice(("Cluster", "Local"))
    elif not policy.blank:
        yield from policy.forbidden("none, unless the Service is reached from outside")
    yield from _balancer(spec, notes, balanced=kind == "LoadBalancer")


def _balancer(spec: Field, notes: Field, *, balanced: bool) -> Violations:
    """Fields that only a load balancer may have."""
    check, ranges, note = spec["healthCheckNodePort"], spec["loadBalancerSourceRanges"], notes[_RANGES]
    only: list[Field] = [
        spec[name] for name in ("allocateLoadBalancerNodePorts", "loadBalancerClass") if spec[name].given
    ]
    if not ranges.empty:
        only.append(ranges)
    elif note.given:
        only.append(note)
    for field in () if balanced else only:
        yield from field.forbidden("none, unless the type is LoadBalancer")
    if check.number and not (balanced and spec["externalTrafficPolicy"].text == "Local"):
        yield from check.forbidden("none, unless the type is LoadBalancer and externalTrafficPolicy is Local")
    elif check.number:
        yield from check.within(1, 65535)
    for item in ranges:
        yield from network(Field(item.text.strip(), item.path, item.version) if item.text else item)
    for part in note.text.strip().split(",") if ranges.empty and note.text.strip() else ():
        yield from network(Field(part.strip(), note.path, note.version))
    if balanced:
        yield from spec["loadBalancerClass"].form("qualified-name")


def _is_link_local_multicast(text: str) -> bool:
    return text.startswith("224.0.0.") or text.lower().startswith("ff02:")

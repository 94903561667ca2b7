"""Ingresses, IngressClasses and NetworkPolicies.

Truth: k8s.io/kubernetes v1.37.2 `pkg/apis/networking/validation/validation.go`, defaults in
`pkg/apis/networking/v1/defaults.go`.
"""

from __future__ import annotations

import re

from seatrial.engines.schema_formats import is_dns_subdomain, is_path_segment
from seatrial.engines.schema_rules.addresses import is_inside, network, parse_ip
from seatrial.engines.schema_rules.field import Field, Violations
from seatrial.engines.schema_rules.metadata import label_selector

_CLASS = "kubernetes.io/ingress.class"
_PATH_TYPES = ("Exact", "Prefix", "ImplementationSpecific")
_BAD_SEQUENCES = ("//", "/./", "/../", "%2f", "%2F")
_BAD_ENDS = ("/..", "/.")
_HTTP_PATH = re.compile(r"[A-Za-z0-9/\-._~%!$&'()*+,;=:]+")
_RELAXED_SERVICE_NAMES = (1, 36)


def ingress(data: Field) -> Violations:
    """An Ingress."""
    spec, note = data["spec"], data["metadata"]["annotations"][_CLASS]
    name = spec["ingressClassName"]
    if spec["rules"].empty and not spec["defaultBackend"].given:
        yield from spec.wrong("one of them", "add rules", found="the Ingress has neither rules nor defaultBackend")
    if spec["defaultBackend"].given:
        yield from _backend(spec["defaultBackend"])
    for rule in spec["rules"]:
        yield from _host(rule["host"], rule=True)
        if rule["http"].given:
            if rule["http"]["paths"].empty:
                yield from rule["http"]["paths"].demanded("a path")
            for path in rule["http"]["paths"]:
                yield from _path(path)
    for entry in spec["tls"]:
        for host in entry["hosts"]:
            yield from _host(host, rule=False)
        yield from entry["secretName"].form_if_any("dns-subdomain")
    yield from name.form("dns-subdomain")
    if note.given and name.given and note.text != name.text:
        yield from note.wrong("the same as ingressClassName", "remove the annotation")


def _host(field: Field, *, rule: bool) -> Violations:
    if rule and field.blank:
        return
    if rule and parse_ip(field.text, strict=False) is not None:
        yield from field.wrong("a DNS name, no address")
    elif isinstance(field.value, str):
        yield from field.form("wildcard-host" if field.text else "dns-subdomain")


def _path(path: Field) -> Violations:
    kind, text = path["pathType"], path["path"]
    if not kind.given:
        yield from kind.missing()
        return
    yield from kind.one_of(_PATH_TYPES)
    exact = kind.text in ("Exact", "Prefix")
    if not text.text.startswith("/") and (exact or (kind.text == "ImplementationSpecific" and text.text)):
        place = text if text.given else path
        yield from place.wrong("a path that begins with /", "begin with /", found=f"path is {text.text!r}")
    elif exact and (any(part in text.text for part in _BAD_SEQUENCES) or text.text.endswith(_BAD_ENDS)):
        yield from text.wrong("a path without '//', '/./', '/../' and '%2F'")
    yield from _backend(path["backend"])


def _backend(backend: Field) -> Violations:
    service, resource = backend["service"], backend["resource"]
    if service.given == resource.given:
        place = backend if isinstance(backend.value, dict) else Field(None, backend.path[:-1])
        yield from place.wrong(
            "either service or resource", "set one of them", found="the backend names no single target"
        )
    elif resource.given:
        yield from _reference(resource)
    else:
        name, port = service["name"], service["port"]
        relaxed = name.version >= _RELAXED_SERVICE_NAMES
        yield from name.demanded() if name.blank else name.form("dns-label" if relaxed else "dns-label-1035")
        by_name, by_number = not port["name"].blank, bool(port["number"].number)
        if by_name == by_number:
            place = port if isinstance(port.value, dict) else service
            yield from place.wrong("either name or number", "set one", found="the port is not given once")
        elif by_name:
            yield from port["name"].form("port-name")
        else:
            yield from port["number"].within(1, 65535)


def _reference(field: Field) -> Violations:
    yield from field["apiGroup"].form("dns-subdomain")
    for name in ("kind", "name"):
        if field[name].blank:
            yield from field[name].demanded()
        elif field[name].text and not is_path_segment(field[name].text):
            yield from field[name].wrong("a name without '/' and '%'")


def ingress_class(data: Field) -> Violations:
    """An IngressClass."""
    controller, parameters = data["spec"]["controller"], data["spec"]["parameters"]
    if controller.blank:
        place = data["spec"] if isinstance(data["spec"].value, dict) else data
        yield from (
            controller.demanded()
            if controller.given or place is not data
            else data.wrong("spec.controller", "add it", found="the class has no controller")
        )
    elif isinstance(controller.value, str):
        domain, slash, path = controller.text.partition("/")
        fits = slash and is_dns_subdomain(domain) and _HTTP_PATH.fullmatch(path)
        if not fits or len(controller.text) > 250:
            yield from controller.wrong("a domain with a path such as acme.io/foo, at most 250 characters")
    if not parameters.given:
        return
    yield from _reference(parameters)
    scope, namespace = parameters["scope"], parameters["namespace"]
    yield from scope.one_of(("Cluster", "Namespace"))
    if scope.text == "Namespace":
        yield from namespace.form("dns-label") if namespace.given else namespace.missing()
    elif (scope.text == "Cluster" or not scope.given) and namespace.given:
        yield from namespace.forbidden("none, since the scope is Cluster")


def network_policy(data: Field) -> Violations:
    """A NetworkPolicy."""
    spec = data["spec"]
    yield from label_selector(spec["podSelector"])
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        for rule in spec[direction]:
            for peer in rule[peers]:
                yield from _peer(peer)
            for port in rule["ports"]:
                yield from _port(port)
    types = spec["policyTypes"]
    if types.count > 2:
        yield from types.wrong("at most two entries")
    for item in types:
        yield from item.one_of(("Ingress", "Egress"))


def _peer(peer: Field) -> Violations:
    block, selectors = peer["ipBlock"], [name for name in ("podSelector", "namespaceSelector") if peer[name].given]
    if block.given and selectors:
        yield from peer.wrong("one or the other", "split the peer", found="ipBlock stands beside a selector")
    elif not block.given and not selectors:
        yield from peer.wrong("a selector or an ipBlock", "name the peer", found="the peer is empty")
    for name in selectors:
        yield from label_selector(peer[name])
    if block.given:
        cidr = block["cidr"]
        yield from cidr.demanded() if cidr.blank else network(cidr)
        for item in block["except"]:
            yield from network(item)
            if not is_inside(item, cidr):
                yield from item.wrong(f"a part of {cidr.text}")


def _port(port: Field) -> Violations:
    number, last = port["port"], port["endPort"]
    yield from port["protocol"].one_of(("TCP", "UDP", "SCTP"))
    if isinstance(number.value, str):
        yield from number.form("port-name-given")
    else:
        yield from number.within(1, 65535)
    if last.given and number.number is None:
        yield from last.wrong("a numeric port", "set port", found="endPort without a numeric port")
    elif last.number is not None:
        yield from last.within(1, 65535)
        if last.number < (number.number or 0):
            yield from last.wrong(
                "at least port", "raise endPort", found=f"endPort {last.number} is below port {number.number}"
            )

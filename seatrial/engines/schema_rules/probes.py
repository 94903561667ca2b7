"""Probes and lifecycle hooks of containers.

Truth: k8s.io/kubernetes v1.37.2 `pkg/apis/core/validation/validation.go` (`validateProbe`, `validateHandler`,
`validateLifecycle`), defaults in `pkg/apis/core/v1/defaults.go`.
"""

from __future__ import annotations

import re

from seatrial.engines.schema_rules.field import Field, Violations

PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_PROBE_HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc")
_HOOK_HANDLERS = ("exec", "httpGet", "tcpSocket", "sleep")
_HEADER = re.compile(r"[-A-Za-z0-9]+")
_COUNTS = ("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold")
DEFAULT_GRACE = 30
"""Seconds (`DefaultTerminationGracePeriodSeconds`)."""


def probe(field: Field, grace: int) -> Violations:
    """One probe; *grace* is the pod's termination grace period in seconds."""
    if not isinstance(field.value, dict):
        return
    yield from _handler(field, _PROBE_HANDLERS, grace)
    for name in _COUNTS:
        yield from field[name].within(0)
    threshold = field["successThreshold"]
    if field.path[-1] != "readinessProbe" and (threshold.number or 0) > 1:
        yield from threshold.wrong("1 for this probe", "remove it")
    yield from field["terminationGracePeriodSeconds"].within(1)
    if field.path[-1] == "readinessProbe" and field["terminationGracePeriodSeconds"].given:
        yield from field["terminationGracePeriodSeconds"].forbidden("none: a failed readiness probe ends nothing")


def lifecycle(field: Field, grace: int) -> Violations:
    """What runs after the start and before the stop of a container."""
    for name in ("postStart", "preStop"):
        if isinstance(field[name].value, dict):
            yield from _handler(field[name], _HOOK_HANDLERS, grace)


def _handler(field: Field, known: tuple[str, ...], grace: int) -> Violations:
    present = [name for name in known if field[name].given]
    if len(present) != 1:
        found = f"{field.name} has {'the handlers ' + ', '.join(present) if present else 'no handler'}"
        yield from field.wrong(f"exactly one of {', '.join(known)}", "keep one handler", found=found)
    # Upstream looks into the first one only.
    match present[:1]:
        case ["exec"]:
            yield from field["exec"]["command"].demanded("a command")
        case ["httpGet"]:
            yield from _http(field["httpGet"])
        case ["tcpSocket"]:
            yield from port(field["tcpSocket"]["port"])
        case ["grpc"]:
            number = field["grpc"]["port"]
            yield from number.within(1, 65535) if number.given else number.missing()
        case ["sleep"]:
            yield from field["sleep"]["seconds"].within(0, grace)


def _http(field: Field) -> Violations:
    yield from port(field["port"])
    yield from field["scheme"].choice(("HTTP", "HTTPS"))
    for header in field["httpHeaders"]:
        if not _HEADER.fullmatch(header["name"].text) and isinstance(header["name"].value, str | None):
            yield from header["name"].wrong("the name of an HTTP header: letters, digits and '-'")


def port(field: Field) -> Violations:
    """A port by number or name (`ValidatePortNumOrName`)."""
    if field.value is None:
        yield from field.missing()
    elif isinstance(field.value, str):
        yield from field.form("port-name-given")
    else:
        yield from field.within(1, 65535)

"""Paths inside volumes and hosts.

Truth: k8s.io/kubernetes v1.37.2 `pkg/apis/core/validation/validation.go` (`validatePathNoBacksteps`,
`validateLocalDescendingPath`, `ValidateLocalNonReservedPath`).
"""

from __future__ import annotations

from seatrial.engines.schema_rules.field import Field, Violations


def no_backsteps(field: Field) -> Violations:
    """No part of the path is `..`."""
    if ".." in field.text.split("/"):
        yield from field.wrong("a path without '..'")


def relative(field: Field) -> Violations:
    """A relative path that stays below its start."""
    if field.text.startswith("/"):
        yield from field.wrong("a relative path", "remove the leading /")
    yield from no_backsteps(field)


def inside_volume(field: Field) -> Violations:
    """A relative path whose first part does not begin with `..`, which the kubelet uses for itself."""
    yield from relative(field)
    if field.text.startswith("..") and not field.text.startswith("../") and field.text != "..":
        yield from field.wrong("a path that does not begin with '..'")

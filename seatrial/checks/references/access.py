"""Role bindings: the role they grant and the accounts they grant it to."""

from __future__ import annotations

from collections.abc import Iterator

from seatrial.checks.judging import Judged, Problem
from seatrial.checks.references import cluster
from seatrial.checks.references.rule import absent, names_of, rule
from seatrial.model.dig import as_list, as_str, dig
from seatrial.model.document import Resource
from seatrial.model.inventory import Inventory
from seatrial.model.pointer import join
from seatrial.model.verdict import Severity


def _judge(inventory: Inventory) -> Iterator[Judged]:
    for binding in inventory.of_kind("RoleBinding", "ClusterRoleBinding"):
        problems = [*_role(inventory, binding), *_subjects(inventory, binding)]
        role = f"{as_str(dig(binding.data, 'roleRef', 'kind'))} {as_str(dig(binding.data, 'roleRef', 'name'))}"
        count = len(as_list(binding.data.get("subjects")))
        yield Judged(binding, tuple(problems), f"binds {role} to {count} subject(s)", "/roleRef")


def _role(inventory: Inventory, binding: Resource) -> Iterator[Problem]:
    kind, name = as_str(dig(binding.data, "roleRef", "kind")), as_str(dig(binding.data, "roleRef", "name"))
    place = "/roleRef/name"
    if kind == "Role" and binding.kind == "ClusterRoleBinding":
        yield Problem("/roleRef/kind", "a ClusterRoleBinding cannot grant a Role", "grant a ClusterRole")
    elif kind == "Role" and not cluster.has_role(binding.namespace, name):
        if inventory.get("Role", binding.namespace, name) is None:
            others = names_of(inventory, "Role", binding.namespace)
            yield Problem(place, absent("Role", binding.namespace, name, others))
    elif kind == "ClusterRole" and not cluster.has_cluster_role(name):
        if inventory.get("ClusterRole", "", name) is None:
            yield Problem(place, absent("ClusterRole", "", name, names_of(inventory, "ClusterRole", "")))
    elif kind not in ("Role", "ClusterRole"):
        yield Problem("/roleRef", "roleRef names neither a Role nor a ClusterRole")


def _subjects(inventory: Inventory, binding: Resource) -> Iterator[Problem]:
    for index, subject in enumerate(as_list(binding.data.get("subjects"))):
        if as_str(dig(subject, "kind")) != "ServiceAccount":
            continue  # users and groups live in the identity provider
        name, namespace = as_str(dig(subject, "name")), as_str(dig(subject, "namespace"))
        if not namespace and binding.kind == "RoleBinding":
            # The authorizer takes the namespace of the binding (k8s.io/kubernetes pkg/registry/rbac/validation).
            namespace = binding.namespace or "default"
        if not namespace:
            message = f"the subject ServiceAccount {name} has no namespace"
            yield Problem(join("subjects", index), message, "add the namespace of the ServiceAccount")
        elif not cluster.has_account(namespace, name) and not _account(inventory, namespace, name):
            message = absent("ServiceAccount", namespace, name, names_of(inventory, "ServiceAccount", namespace))
            yield Problem(join("subjects", index, "name"), message)


def _account(inventory: Inventory, namespace: str, name: str) -> bool:
    # An account without a namespace lands where it is applied, which may well be the namespace that the subject names.
    return any(inventory.get("ServiceAccount", space, name) is not None for space in (namespace, ""))


RULES = (
    rule(
        "role-binding",
        "Role and accounts of a binding exist",
        Severity.HIGH,
        "roleRef names a Role of the namespace or a ClusterRole of the manifests (or one that every cluster has), and "
        "every ServiceAccount it is granted to exists.",
        "add the role or the ServiceAccount, correct its name, or waive the finding if it comes from elsewhere",
        ("RoleBinding", "ClusterRoleBinding"),
        _judge,
        "there is no RoleBinding in the manifests",
    ),
)
"""Checks of this module."""

"""Roles and their bindings.

Truth: k8s.io/kubernetes v1.37.2 `pkg/apis/rbac/validation/validation.go`, defaults in `pkg/apis/rbac/v1/defaults.go`.
"""

from __future__ import annotations

from seatrial.engines.schema_formats import is_path_segment
from seatrial.engines.schema_rules.field import Field, Violations
from seatrial.engines.schema_rules.metadata import label_selector

_GROUP = "rbac.authorization.k8s.io"


def role(data: Field) -> Violations:
    """A Role or ClusterRole."""
    for rule in data["rules"]:
        yield from _rule(rule, namespaced=data["kind"].text == "Role")
    aggregation = data["aggregationRule"]
    if aggregation.given and data["kind"].text == "ClusterRole":
        if aggregation["clusterRoleSelectors"].empty:
            yield from aggregation["clusterRoleSelectors"].demanded("a selector")
        for selector in aggregation["clusterRoleSelectors"]:
            yield from label_selector(selector)


def _rule(rule: Field, *, namespaced: bool) -> Violations:
    if rule["verbs"].empty:
        yield from rule["verbs"].demanded("a verb")
    urls = rule["nonResourceURLs"]
    if not urls.empty:
        if namespaced:
            yield from urls.forbidden("none in a Role: only a ClusterRole has them")
        if any(not rule[name].empty for name in ("apiGroups", "resources", "resourceNames")):
            yield from urls.forbidden("none beside resources", "split the rule")
        return
    for name in ("apiGroups", "resources"):
        if rule[name].empty:
            yield from rule[name].demanded("an entry")


def binding(data: Field) -> Violations:
    """A RoleBinding or ClusterRoleBinding."""
    namespaced, reference = data["kind"].text == "RoleBinding", data["roleRef"]
    kinds = ("Role", "ClusterRole") if namespaced else ("ClusterRole",)
    yield from reference["apiGroup"].choice((_GROUP,))
    yield from reference["kind"].one_of(kinds) if reference["kind"].given else reference["kind"].missing()
    if reference["name"].blank:
        yield from reference["name"].demanded()
    elif reference["name"].text and not is_path_segment(reference["name"].text):
        yield from reference["name"].wrong("a name without '/' and '%'")
    for subject in data["subjects"]:
        yield from _subject(subject, namespaced=namespaced)


def _subject(subject: Field, *, namespaced: bool) -> Violations:
    kind, name, group = subject["kind"], subject["name"], subject["apiGroup"]
    yield from name.demanded()
    yield from kind.one_of(("ServiceAccount", "User", "Group")) if kind.given else kind.missing()
    if kind.text == "ServiceAccount":
        yield from name.form_if_any("dns-subdomain")
        if not group.blank:
            yield from group.forbidden("none for a ServiceAccount")
        if not namespaced and subject["namespace"].blank:
            yield from subject["namespace"].demanded("the namespace of the ServiceAccount")
    elif kind.text in ("User", "Group"):
        yield from group.choice((_GROUP,))

"""Where pods may run: affinity, tolerations, spreading.

Truth: k8s.io/kubernetes v1.37.2 `pkg/apis/core/validation/validation.go` (`ValidateNodeSelector`,
`validatePodAffinityTerm`, `ValidateTolerations`, `validateTopologySpreadConstraints`).
"""

from __future__ import annotations

from seatrial.engines.schema_formats import is_qualified_name
from seatrial.engines.schema_rules.field import Field, Violations
from seatrial.engines.schema_rules.metadata import label_selector

_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"
_OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt")
_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")


def affinity(field: Field) -> Violations:
    """Affinity to nodes and to other pods."""
    node = field["nodeAffinity"]
    if node[_REQUIRED].given:
        yield from node_selector(node[_REQUIRED])
    for term in node[_PREFERRED]:
        yield from _weight(term)
        yield from _node_term(term["preference"], values=False)
    for kind in ("podAffinity", "podAntiAffinity"):
        for term in field[kind][_REQUIRED]:
            yield from _pod_term(term)
        for term in field[kind][_PREFERRED]:
            yield from _weight(term)
            yield from _pod_term(term["podAffinityTerm"])


def _weight(term: Field) -> Violations:
    yield from term["weight"].within(1, 100) if term["weight"].given else term["weight"].missing()


def node_selector(field: Field) -> Violations:
    """Terms of which one must hold."""
    terms = field["nodeSelectorTerms"]
    if terms.empty:
        yield from terms.demanded("a term")
    for term in terms:
        yield from _node_term(term, values=True)


def _node_term(term: Field, *, values: bool) -> Violations:
    """One term; values of preferred terms are not judged (`ValidatePreferredSchedulingTerms`)."""
    for item in term["matchExpressions"]:
        operator, given = item["operator"], item["values"]
        yield from operator.one_of(_OPERATORS) if operator.given else operator.missing()
        if operator.text in ("In", "NotIn") and given.empty:
            yield from given.demanded(f"a value, since the operator is {operator.text}")
        elif operator.text in ("Exists", "DoesNotExist") and not given.empty:
            yield from given.forbidden(f"none, since the operator is {operator.text}")
        elif operator.text in ("Gt", "Lt") and given.count != 1:
            yield from (given if given.given else item).wrong(
                "exactly one value", found=f"the operator is {operator.text}"
            )
        yield from item["key"].form("qualified-name") if item["key"].given else item["key"].missing()
        for value in given if values else ():
            yield from value.form("label-value")
    for item in term["matchFields"]:
        operator, given = item["operator"], item["values"]
        yield from operator.one_of(("In", "NotIn")) if operator.given else operator.missing()
        if operator.text in ("In", "NotIn") and given.count != 1:
            yield from (given if given.given else item).wrong("exactly one value", found="a node field is compared")
        yield from item["key"].one_of(("metadata.name",)) if item["key"].given else item["key"].missing()
        for value in given if item["key"].text == "metadata.name" else ():
            yield from value.form("dns-subdomain")


def _pod_term(term: Field) -> Violations:
    yield from label_selector(term["labelSelector"])
    yield from label_selector(term["namespaceSelector"])
    for name in term["namespaces"]:
        yield from name.form("dns-label")
    yield from _label_keys(term)
    if term["topologyKey"].blank:
        yield from term["topologyKey"].demanded()
    else:
        yield from term["topologyKey"].form("qualified-name")


def _label_keys(field: Field) -> Violations:
    """`ValidateMatchLabelKeysAndMismatchLabelKeys`: keys whose values are those of the pod itself."""
    selector = field["labelSelector"]
    for name in ("matchLabelKeys", "mismatchLabelKeys"):
        keys = field[name]
        if not keys.empty and not selector.given:
            yield from keys.forbidden("none without labelSelector")
        for key in keys if selector.given else ():
            yield from key.form("qualified-name")
    match, mismatch = field["matchLabelKeys"].texts(), field["mismatchLabelKeys"].texts()
    seen = {key for key, _ in selector["matchLabels"].entries()}
    for item in selector["matchExpressions"]:
        text = item["key"].text
        if text in match and text in seen:
            yield from item["key"].wrong("a key that is not in matchLabelKeys too")
        seen.add(text)
    for item in field["matchLabelKeys"]:
        if item.text in mismatch:
            yield from item.wrong("a key that is not in mismatchLabelKeys too")


def tolerations(field: Field) -> Violations:
    """Taints that a pod tolerates."""
    for item in field:
        key, operator, value, effect = item["key"], item["operator"], item["value"], item["effect"]
        if not key.blank and not is_qualified_name(key.text):
            yield from key.form("qualified-name")
        if key.blank and operator.text != "Exists":
            yield from (operator if operator.given else item).wrong(
                "the operator Exists, since there is no key", found=f"{item.name} has no key"
            )
        if item["tolerationSeconds"].given and effect.text != "NoExecute":
            yield from (effect if effect.given else item).wrong(
                "the effect NoExecute, since there are tolerationSeconds", found=f"the effect is {effect.text!r}"
            )
        yield from operator.choice(("Exists", "Equal"))
        if operator.text in ("", "Equal"):
            yield from value.form("label-value")
        elif operator.text == "Exists" and not value.blank:
            yield from value.forbidden("none, since the operator is Exists")
        yield from effect.choice(_EFFECTS)


def spread(field: Field) -> Violations:
    """How evenly pods are spread."""
    seen: list[tuple[str, str]] = []
    for item in field:
        topology, action, domains = item["topologyKey"], item["whenUnsatisfiable"], item["minDomains"]
        yield from item["maxSkew"].within(1) if item["maxSkew"].given else item["maxSkew"].missing()
        yield from topology.demanded()
        yield from action.one_of(("DoNotSchedule", "ScheduleAnyway")) if action.given else action.missing()
        if (topology.text, action.text) in seen:
            yield from item.repeated(f"the constraint for {topology.text!r} and {action.text!r}")
        seen.append((topology.text, action.text))
        yield from domains.within(1)
        if domains.given and action.text != "DoNotSchedule":
            yield from domains.forbidden("none, unless whenUnsatisfiable is DoNotSchedule")
        for name in ("nodeAffinityPolicy", "nodeTaintsPolicy"):
            yield from item[name].one_of(("Honor", "Ignore"))
        yield from _label_keys(item)
        yield from label_selector(item["labelSelector"])

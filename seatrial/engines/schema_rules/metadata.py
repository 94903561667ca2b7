"""Names, labels, annotations, owners and selectors: what every kind has in common.

Truth: k8s.io/apimachinery v0.37.2 `pkg/api/validation/objectmeta.go` (`ValidateObjectMetaAccessor`),
`pkg/apis/meta/v1/validation/validation.go` (`ValidateLabels`, `ValidateLabelSelector`); which kind has which form of
name: k8s.io/kubernetes v1.37.2 `pkg/apis/*/validation`.
"""

from __future__ import annotations

from seatrial.engines.rego_input import CLUSTER_SCOPED
from seatrial.engines.schema_formats import FORMATS, Format, is_dns1035_label, is_path_segment, is_qualified_name
from seatrial.engines.schema_rules.field import Field, Version, Violations
from seatrial.model.selector import matches

QUESTIONS = frozenset(
    {
        "LocalSubjectAccessReview",
        "SelfSubjectAccessReview",
        "SelfSubjectReview",
        "SelfSubjectRulesReview",
        "SubjectAccessReview",
        "TokenRequest",
        "TokenReview",
    }
)
"""Kinds that are answered and never stored, and so need no name (k8s.io/kubernetes v1.37 pkg/registry/authorization and
pkg/registry/authentication)."""

_NAMED_BY_SERVER = frozenset({"LimitRange"})
"""Kinds that get a name where they have none (`pkg/registry/core/limitrange/strategy.go`)."""

PATH_SEGMENT = Format(is_path_segment, "a name without '/' and '%'", "rename the object")
_LABEL_1035 = Format(
    is_dns1035_label, "a DNS label that begins with a letter, at most 63 characters", "rename the object"
)
_PATH_NAMED = frozenset({"Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding", "PodDisruptionBudget"})
"""Kinds whose own validation asks nothing of names: they must only fit into a URL."""
_RELAXED_SERVICE_NAMES = (1, 36)
"""Since then a Service's name may begin with a digit (feature gate RelaxedServiceNameValidation)."""
_STATEFUL_SET_LABELS = (1, 27)
"""Since then a StatefulSet's name is a label, since its pods are named by it."""

_ANNOTATIONS_SIZE = 256 * 1024
_PLAIN_FINALIZERS = frozenset({"kubernetes", "orphan", "foregroundDeletion"})
_COUNTED = frozenset(
    {
        *("Pod", "PodTemplate", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "ReplicationController"),
        *("Job", "CronJob", "HorizontalPodAutoscaler", "Ingress", "IngressClass", "NetworkPolicy"),
        *("PodDisruptionBudget", "PriorityClass"),
    }
)
"""Kinds whose generation the server sets itself (`PrepareForCreate` in `pkg/registry/*/strategy.go`)."""
_BOTH_FINALIZERS = {"orphan", "foregroundDeletion"}


def name_format(kind: str, version: Version) -> Format:
    """The form of names of a built-in kind."""
    if kind in _PATH_NAMED:
        return PATH_SEGMENT
    if kind == "Service" and version < _RELAXED_SERVICE_NAMES:
        return _LABEL_1035
    if kind in ("Namespace", "Service") or (kind == "StatefulSet" and version >= _STATEFUL_SET_LABELS):
        return FORMATS["dns-label"]
    return FORMATS["dns-subdomain"]


def object_meta(data: Field, form: Format, *, custom: bool = False) -> Violations:
    """The metadata of an object that is sent by itself (`ValidateObjectMetaAccessor`)."""
    meta, kind = data["metadata"], data["kind"].text
    name, generated = meta["name"], meta["generateName"]
    if kind not in QUESTIONS | _NAMED_BY_SERVER and name.blank and generated.blank:
        place = meta if isinstance(meta.value, dict) else data
        yield from place.wrong("metadata.name", "add metadata.name", found="the object has no name")
    if name.text and not form.accepts(name.text):
        yield from name.wrong(form.needed, "rename the object")
    # Few kinds are judged by their name alone (`ValidateObjectMetaWithOpts`).
    if (
        generated.text
        and kind != "ReplicationController"
        and not (form.accepts(_as_prefix(generated.text)) and (name.text or form.accepts(_generated(generated.text))))
    ):
        yield from generated.wrong(form.needed, "rename the object")
    if kind not in CLUSTER_SCOPED:
        # Of other kinds the server forgets the namespace (`EnsureObjectNamespaceMatchesRequestNamespace`).
        yield from meta["namespace"].form_if_any("dns-label")
    yield from labels(meta["labels"])
    yield from annotation_keys(meta["annotations"])
    yield from _owners(meta["ownerReferences"])
    yield from finalizers(meta["finalizers"], plain=custom or kind == "PodDisruptionBudget")
    if kind not in _COUNTED and not custom:
        yield from meta["generation"].within(0)


def _as_prefix(text: str) -> str:
    """A prefix as upstream judges it: what follows a trailing dash is generated (`maskTrailingDash`)."""
    return text[:-2] + "a" if len(text) > 1 and text.endswith("-") else text


def _generated(prefix: str) -> str:
    """A name as the server makes one, which must be valid too (k8s.io/apiserver v0.37.2 `storage/names`)."""
    return f"{prefix[:58]}bcdfg"


def labels(field: Field) -> Violations:
    """Keys and values of labels, and of node selectors (`ValidateLabels`)."""
    for key, item in field.entries():
        yield from _key(field, key, item, "qualified-name")
        yield from item.form("label-value")


def annotation_keys(field: Field) -> Violations:
    """Keys and total size of annotations (`ValidateAnnotations`)."""
    size = 0
    for key, item in field.entries():
        yield from _key(field, key, item, "annotation-key")
        size += len(key.encode()) + len(item.text.encode())
    if size > _ANNOTATIONS_SIZE:
        yield from field.wrong(
            f"at most {_ANNOTATIONS_SIZE} bytes", "shorten them", found=f"the annotations take {size} bytes"
        )


def _key(field: Field, key: str, item: Field, form: str) -> Violations:
    if not FORMATS[form].accepts(key):
        words = FORMATS[form]
        yield from item.wrong(words.needed, words.fix, found=f"the key {key!r} of {field.name} is not allowed")


def _owners(field: Field) -> Violations:
    # The server first drops what is given twice word for word (`dedupOwnerReferences` in apiserver's handlers).
    controllers = len({str(owner.value) for owner in field if owner["controller"].true})
    for owner in field:
        for name in ("apiVersion", "kind", "name", "uid"):
            yield from owner[name].demanded()
        if owner["apiVersion"].text.count("/") > 1 or owner["apiVersion"].text.endswith("/"):
            yield from owner["apiVersion"].wrong("<group>/<version> or <version>")
        if owner["apiVersion"].text == "v1" and owner["kind"].text == "Event":
            yield from owner.wrong("another owner", "remove it", found="an Event owns the object")
    if controllers > 1:
        yield from field.wrong("one at most", "leave one", found=f"{controllers} owners are the controller")


def finalizers(field: Field, *, plain: bool = False) -> Violations:
    """Names of finalizers; unless *plain*, one without a domain must be of Kubernetes (`validateKubeFinalizerName`)."""
    for item in field:
        yield from item.form("qualified-name")
        known = plain or "/" in item.text or item.text in _PLAIN_FINALIZERS
        if item.text and not known and is_qualified_name(item.text):
            yield from item.wrong("a name with a domain such as example.com/name")
    if set(field.texts()) >= _BOTH_FINALIZERS:
        yield from field.wrong("one of them", "remove one", found="orphan and foregroundDeletion are both set")


def label_selector(field: Field) -> Violations:
    """Labels and expressions of a selector (`ValidateLabelSelector`)."""
    yield from labels(field["matchLabels"])
    for expression in field["matchExpressions"]:
        operator, values = expression["operator"], expression["values"]
        if operator.blank:
            yield from operator.demanded()
        yield from operator.choice(("In", "NotIn", "Exists", "DoesNotExist"))
        if operator.text in ("In", "NotIn") and values.empty:
            yield from values.demanded(f"a value, since the operator is {operator.text}")
        elif operator.text in ("Exists", "DoesNotExist") and not values.empty:
            yield from values.forbidden(f"none, since the operator is {operator.text}")
        if expression["key"].given:
            yield from expression["key"].form("qualified-name")
        else:
            yield from expression["key"].demanded()
        for value in values:
            yield from value.form("label-value")


def selects(selector: Field, pod_labels: Field) -> bool:
    """Whether a selector matches the labels of a template; true where either is too broken to tell."""
    if any(True for _ in label_selector(selector)):
        return True
    return matches(selector.value or {}, {key: item.text for key, item in pod_labels.entries()})

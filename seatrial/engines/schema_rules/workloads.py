"""Deployments, ReplicaSets, StatefulSets, DaemonSets, ReplicationControllers.

Truth: k8s.io/kubernetes v1.37.2 `pkg/apis/apps/validation/validation.go`, and for ReplicationControllers
`pkg/apis/core/validation/validation.go`; defaults in `pkg/apis/apps/v1/defaults.go`.
"""

from __future__ import annotations

from seatrial.engines.schema_rules.claims import claim_spec
from seatrial.engines.schema_rules.field import Field, Violations
from seatrial.engines.schema_rules.metadata import label_selector, labels, selects
from seatrial.engines.schema_rules.numbers import int_or_percent, value_of
from seatrial.engines.schema_rules.pods import template
from seatrial.model.selector import matches_map

_STATEFUL_UNAVAILABLE = (1, 37)
"""Since then `maxUnavailable` of a StatefulSet is no longer dropped (feature gate MaxUnavailableStatefulSet)."""


def deployment(data: Field) -> Violations:
    """A Deployment."""
    spec = data["spec"]
    yield from _replicated(spec)
    strategy, rolling = spec["strategy"], spec["strategy"]["rollingUpdate"]
    yield from strategy["type"].choice(("RollingUpdate", "Recreate"))
    if strategy["type"].text == "Recreate" and rolling.given:
        yield from rolling.wrong("none", "remove rollingUpdate", found="rollingUpdate is set with the type Recreate")
    elif strategy["type"].text in ("", "RollingUpdate"):
        for name in ("maxUnavailable", "maxSurge"):
            yield from int_or_percent(rolling[name], at_most_all=name == "maxUnavailable")
        if value_of(rolling["maxUnavailable"], 25) == 0 and value_of(rolling["maxSurge"], 25) == 0:
            yield from rolling["maxUnavailable"].wrong(
                "one of them above 0: no pod could ever be replaced",
                "set maxSurge to 1",
                found="maxSurge and maxUnavailable are both 0",
            )
    deadline, ready = spec["progressDeadlineSeconds"], spec["minReadySeconds"]
    yield from deadline.within(0)
    seconds = 600 if deadline.value is None else deadline.number
    if seconds is not None and seconds <= (ready.number or 0):
        place = deadline if deadline.given else ready
        yield from place.wrong(
            "progressDeadlineSeconds above minReadySeconds", found=f"progressDeadlineSeconds is {seconds}"
        )


def replica_set(data: Field) -> Violations:
    """A ReplicaSet."""
    yield from _replicated(data["spec"])


def _replicated(spec: Field) -> Violations:
    for name in ("replicas", "minReadySeconds", "revisionHistoryLimit"):
        yield from spec[name].within(0)
    yield from _selector(spec)
    yield from _template(spec)


def stateful_set(data: Field) -> Violations:
    """A StatefulSet; its claims are volumes of its pods."""
    spec = data["spec"]
    for name in ("replicas", "minReadySeconds"):
        yield from spec[name].within(0)
    yield from spec["ordinals"]["start"].within(0)
    yield from spec["podManagementPolicy"].choice(("OrderedReady", "Parallel"))
    strategy, rolling = spec["updateStrategy"], spec["updateStrategy"]["rollingUpdate"]
    yield from strategy["type"].choice(("RollingUpdate", "OnDelete"))
    if strategy["type"].text == "OnDelete" and rolling.given:
        yield from rolling.forbidden("none, since the type is OnDelete")
    elif strategy["type"].text in ("", "RollingUpdate"):
        yield from rolling["partition"].within(0)
        unavailable = rolling["maxUnavailable"]
        if unavailable.version >= _STATEFUL_UNAVAILABLE and unavailable.given:
            yield from int_or_percent(unavailable, at_most_all=True)
            if value_of(unavailable, 1) == 0:
                yield from unavailable.wrong("more than 0")
    for name in ("whenDeleted", "whenScaled"):
        yield from spec["persistentVolumeClaimRetentionPolicy"][name].choice(("Retain", "Delete"))
    for item in spec["volumeClaimTemplates"]:
        yield from claim_spec(item["spec"])
    yield from spec["serviceName"].form_if_any("dns-label")
    yield from _selector(spec)
    yield from _template(spec, _with_claims(spec))


def _with_claims(spec: Field) -> Field:
    """The template as it is judged: with the claims as volumes, without host name and subdomain."""
    whole = spec["template"]
    if not isinstance(whole["spec"].value, dict):
        return whole
    names = {item["metadata"]["name"].text for item in spec["volumeClaimTemplates"]}
    claims = [{"name": name, "persistentVolumeClaim": {"claimName": name}} for name in sorted(names)]
    own = whole["spec"]["volumes"]
    kept = [None if item["name"].text in names else item.value for item in own]
    pod = {key: value for key, value in whole["spec"].value.items() if key not in ("hostname", "subdomain")}
    # Volumes keep their places; one that a claim replaces leaves a place that is filled with the claim itself.
    filled = [value if value is not None else claims.pop(0) for value in kept]
    pod["volumes"] = [*filled, *claims]
    return Field({**whole.value, "spec": pod}, whole.path, whole.version)


def daemon_set(data: Field) -> Violations:
    """A DaemonSet."""
    spec = data["spec"]
    for name in ("minReadySeconds", "revisionHistoryLimit"):
        yield from spec[name].within(0)
    yield from _selector(spec)
    yield from _template(spec)
    strategy, rolling = spec["updateStrategy"], spec["updateStrategy"]["rollingUpdate"]
    yield from strategy["type"].choice(("RollingUpdate", "OnDelete"))
    if strategy["type"].text not in ("", "RollingUpdate"):
        return
    for name in ("maxUnavailable", "maxSurge"):
        yield from int_or_percent(rolling[name], at_most_all=True)
    unavailable, surge = value_of(rolling["maxUnavailable"], 1), value_of(rolling["maxSurge"], 0)
    if unavailable and surge:
        yield from rolling["maxSurge"].wrong("0, unless maxUnavailable is 0")
    elif not unavailable and not surge:
        yield from rolling["maxUnavailable"].wrong("more than 0, since maxSurge is 0")


def replication_controller(data: Field) -> Violations:
    """A ReplicationController; its selector defaults to the labels of its template."""
    spec = data["spec"]
    for name in ("replicas", "minReadySeconds"):
        yield from spec[name].within(0)
    if not spec["template"].given:
        yield from spec["template"].missing()
        return
    pod_labels = spec["template"]["metadata"]["labels"]
    if spec["selector"].empty and pod_labels.empty:
        yield from spec["selector"].demanded("a label")
    own = {key: item.text for key, item in pod_labels.entries()}
    if not matches_map({key: item.text for key, item in spec["selector"].entries()}, own):
        yield from _unmatched(spec)
    yield from _template(spec)


def _selector(spec: Field) -> Violations:
    selector = spec["selector"]
    if not selector.given:
        yield from selector.missing()
        return
    yield from label_selector(selector)
    if isinstance(selector.value, dict) and selector["matchLabels"].empty and selector["matchExpressions"].empty:
        yield from selector.wrong("at least one label", "add matchLabels", found="the selector is empty")
    elif spec["template"].given and not selects(selector, spec["template"]["metadata"]["labels"]):
        yield from _unmatched(spec)


def _unmatched(spec: Field) -> Violations:
    meta = spec["template"]["metadata"]
    place = meta["labels"] if meta["labels"].given else spec["selector"]
    yield from place.wrong(
        "labels that the selector matches",
        "make both the same",
        found="the selector does not match the template's labels",
    )


def _template(spec: Field, judged: Field | None = None) -> Violations:
    whole = spec["template"]
    if not whole.given:
        yield from whole.missing()
        return
    yield from template(judged or whole)
    policy = whole["spec"]["restartPolicy"]
    if policy.text not in ("", "Always"):
        yield from policy.wrong("Always", "remove it")
    if whole["spec"]["activeDeadlineSeconds"].given:
        yield from whole["spec"]["activeDeadlineSeconds"].forbidden("none: these pods run on")


def pod_template(data: Field) -> Violations:
    """A PodTemplate."""
    yield from template(data["template"])
    yield from labels(data["template"]["metadata"]["labels"])

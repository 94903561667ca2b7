"""When two values are the same to Kubernetes though they are written differently."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import ROUND_CEILING, Decimal
from typing import Any

from seatrial.engines.drift.shape import Shape
from seatrial.model.quantity import Quantity

_MILLI = Decimal("0.001")

DROPPED_ZEROS = frozenset(
    {
        *("hostIPC", "hostNetwork", "hostPID", "hostPort", "initialDelaySeconds", "minReadySeconds", "paused"),
        *("publishNotReadyAddresses", "readOnly", "stdin", "stdinOnce", "tty", "globalDefault", "unschedulable"),
        *("healthCheckNodePort", "nodePort", "clusterScope", "chapAuthDiscovery", "chapAuthSession"),
    }
)
"""Fields that are no pointers and `omitempty`, so that the server stores neither `false` nor 0 of them: those of
k8s.io/api v0.37.2, found by reading its types.go files. All other booleans and numbers are pointers, for which absent
and zero differ."""
_MEANT_EMPTY = frozenset({"storageClassName"})
"""Text that is a pointer: the empty class is another wish than none (PersistentVolumeClaimSpec)."""

# What the server fills in where a manifest says nothing (k8s.io/kubernetes v1.37.2 pkg/apis/*/v1/defaults.go, and
# pkg/apis/autoscaling/v2/defaults.go). Needed only where managed fields cannot tell: clients that update instead of
# apply own what was filled in too.
DEFAULTS: Mapping[str, tuple[Any, ...]] = {
    "allocateLoadBalancerNodePorts": (True,),
    "apiVersion": ("v1",),
    "backoffLimit": (6,),
    "completionMode": ("NonIndexed",),
    "completions": (1,),
    "concurrencyPolicy": ("Allow",),
    "defaultMode": (420,),
    "dnsPolicy": ("ClusterFirst",),
    "emptyDir": ({},),
    "enableServiceLinks": (True,),
    "expirationSeconds": (3600,),
    "externalTrafficPolicy": ("Cluster",),
    "failedJobsHistoryLimit": (1,),
    "failureThreshold": (3,),
    "imagePullPolicy": ("IfNotPresent", "Always"),
    "internalTrafficPolicy": ("Cluster",),
    "manualSelector": (False,),
    "maxSurge": ("25%", 0),
    "maxUnavailable": ("25%", 1),
    "minReplicas": (1,),
    "parallelism": (1,),
    "partition": (0,),
    "path": ("/",),
    "periodSeconds": (10,),
    "persistentVolumeClaimRetentionPolicy": ({"whenDeleted": "Retain", "whenScaled": "Retain"},),
    "persistentVolumeReclaimPolicy": ("Retain", "Delete"),
    "podManagementPolicy": ("OrderedReady",),
    "podReplacementPolicy": ("TerminatingOrFailed", "Failed"),
    "preemptionPolicy": ("PreemptLowerPriority",),
    "progressDeadlineSeconds": (600,),
    "protocol": ("TCP",),
    "reclaimPolicy": ("Delete",),
    "replicas": (1,),
    "restartPolicy": ("Always",),
    "revisionHistoryLimit": (10,),
    "schedulerName": ("default-scheduler",),
    "scheme": ("HTTP",),
    "scope": ("Cluster",),
    "securityContext": ({},),
    "selectPolicy": ("Max",),
    "sessionAffinity": ("None",),
    "successfulJobsHistoryLimit": (3,),
    "successThreshold": (1,),
    "suspend": (False,),
    "terminationGracePeriodSeconds": (30,),
    "terminationMessagePath": ("/dev/termination-log",),
    "terminationMessagePolicy": ("File",),
    "timeoutSeconds": (1,),
    "type": ("RollingUpdate", "ClusterIP", "Opaque"),
    "volumeBindingMode": ("Immediate",),
    "volumeMode": ("Filesystem",),
    "whenDeleted": ("Retain",),
    "whenScaled": ("Retain",),
}
"""Field to the values that it gets by default; a mapping counts as default when all that it holds is."""
_ALLOCATED = frozenset(
    {"clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "nodePort", "healthCheckNodePort", "volumeName"}
)
"""Fields whose values the server or a controller chooses where the manifest leaves them out."""


def is_default(name: str, value: Any) -> bool:
    """Whether a field of that name and value is what the server makes of a manifest without it."""
    if name in _ALLOCATED or any(same(value, default) for default in DEFAULTS.get(name, ())):
        return True
    if isinstance(value, dict):
        return all(is_default(key, item) for key, item in value.items())
    return value in (None, "", []) or (name in DROPPED_ZEROS and not value)


def negligible(name: str, value: Any, shape: Shape) -> bool:
    """Whether a manifest that writes *value* says the same as one without the field."""
    if value is None:
        return True
    if shape.custom:
        return False
    if isinstance(value, bool | int | float):
        return name in DROPPED_ZEROS and not value
    if isinstance(value, str):
        return not value and name not in _MEANT_EMPTY
    if isinstance(value, dict):
        return all(negligible(key, item, shape.field(key)) for key, item in value.items())
    return bool(value == [])


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal: 1 and 1.0 are, 1 and true are not."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(same(left, right) for left, right in zip(one, other, strict=True))
    return bool(one == other)


def equal(desired: Any, live: Any, shape: Shape) -> bool:
    """Whether the server would store *desired* as *live*, both of them no mapping and no list."""
    if same(desired, live):
        return True
    if shape.is_quantity:
        return _amount(desired) is not None and _amount(desired) == _amount(live)
    if shape.is_int_or_string and not isinstance(desired, bool) and not isinstance(live, bool):
        return str(desired) == str(live)
    return False


def _amount(value: Any) -> Decimal | None:
    """The amount, rounded up to thousandths as the server stores it (SetDefaults_ResourceList, core/v1/defaults.go)."""
    try:
        return Quantity.parse(value).value.quantize(_MILLI, rounding=ROUND_CEILING)
    except (ValueError, ArithmeticError):
        return None


def compact(value: Any) -> str:
    """A value on one line."""
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False, sort_keys=True)

"""Rules of kube-apiserver that no JSON Schema can say readably: names, ranges, choices, and what joins several fields.

Truth: the validation code of k8s.io/kubernetes v1.37.2 that each module names; `tests/schema/test_server_agreement.py`
compares the outcome with a running server. Each rule takes a cursor over the object's data, of any shape, and yields
what the server would reject; values of a wrong type are left to the schema.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from seatrial.engines.schema_errors import Violation
from seatrial.engines.schema_formats import FORMATS
from seatrial.engines.schema_rules import (
    access,
    autoscaling,
    claims,
    configuration,
    jobs,
    networking,
    pods,
    quotas,
    services,
    workloads,
)
from seatrial.engines.schema_rules.field import Field, Version, Violations
from seatrial.engines.schema_rules.metadata import name_format, object_meta

_RULES: dict[str, Callable[[Field], Violations]] = {
    "ClusterRole": access.role,
    "ClusterRoleBinding": access.binding,
    "ConfigMap": configuration.config_map,
    "CronJob": jobs.cron_job,
    "DaemonSet": workloads.daemon_set,
    "Deployment": workloads.deployment,
    "HorizontalPodAutoscaler": autoscaling.autoscaler,
    "Ingress": networking.ingress,
    "IngressClass": networking.ingress_class,
    "Job": jobs.job,
    "LimitRange": quotas.limit_range,
    "Namespace": configuration.namespace,
    "NetworkPolicy": networking.network_policy,
    "PersistentVolumeClaim": claims.claim,
    "Pod": pods.pod,
    "PodDisruptionBudget": configuration.disruption_budget,
    "PodTemplate": workloads.pod_template,
    "PriorityClass": configuration.priority_class,
    "ReplicaSet": workloads.replica_set,
    "ReplicationController": workloads.replication_controller,
    "ResourceQuota": quotas.quota,
    "Role": access.role,
    "RoleBinding": access.binding,
    "Secret": configuration.secret,
    "Service": services.service,
    "StatefulSet": workloads.stateful_set,
    "StorageClass": claims.storage_class,
}
"""Rules by kind; those of kinds that are not here are names and metadata only."""

_PLAIN = frozenset({"ServiceAccount"})
"""Kinds of which the server judges nothing but the metadata (`ValidateServiceAccount`)."""

_SPECIFIED = frozenset({"CronJob", "DaemonSet", "Deployment", "HorizontalPodAutoscaler", "ReplicaSet", "StatefulSet"})
"""Kinds whose schema requires a spec: where it is absent, that is all there is to say."""


def covers(kind: str) -> bool:
    """Whether the server's own validation of that built-in kind is here, and not its schema and metadata alone."""
    return kind in _RULES or kind in _PLAIN


def check(kind: str, data: dict[str, Any], version: Version) -> Iterator[Violation]:
    """Everything that an object of a built-in kind violates in that Kubernetes version, beyond its schema."""
    root = Field(data, (), version)
    yield from object_meta(root, name_format(kind, version))
    if kind in _RULES and (root["spec"].given or kind not in _SPECIFIED):
        yield from _RULES[kind](root)


def identity(data: dict[str, Any]) -> Iterator[Violation]:
    """What the metadata of an object of any kind violates, custom ones included.

    Truth for custom kinds: k8s.io/apiextensions-apiserver v0.37.2 `pkg/registry/customresource/validator.go`.
    """
    root = Field(data)
    yield from object_meta(root, FORMATS["dns-subdomain"], custom=True)

"""What kube-apiserver demands of single fields beyond its OpenAPI description.

The published schema knows types and required fields, but no enumerations, ranges or name rules: those live in Go
(k8s.io/kubernetes v1.37 `pkg/apis/*/validation`, defaults in `pkg/apis/*/v1/defaults.go`). Writing them as JSON Schema
fragments that are merged into the definitions gives each violation its exact pointer and one way to be reported.
An optional string may always be null or empty: Go cannot tell that from absent, and the default applies.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Fragment = Mapping[str, Any]

_INT32 = {"minimum": -(2**31), "maximum": 2**31 - 1}
_INT64 = {"minimum": -(2**63), "maximum": 2**63 - 1}
_NATURAL = {"minimum": 0}
_POSITIVE = {"minimum": 1}
_PORT = {"minimum": 1, "maximum": 65535}
_OPTIONAL_PORT = {"minimum": 0, "maximum": 65535}
_SOME = {"minItems": 1}


def _optional(*values: str) -> Fragment:
    return {"enum": [*values, "", None]}


def _one_of(*values: str) -> Fragment:
    return {"enum": list(values)}


def _format(name: str) -> Fragment:
    return {"format": name}


_PROTOCOL = _optional("TCP", "UDP", "SCTP")
_LABELS = {
    "propertyNames": {"format": "qualified-name"},
    "additionalProperties": {"type": ["string", "null"], "format": "label-value"},
}
_EXPRESSION = {"operator": _one_of("In", "NotIn", "Exists", "DoesNotExist"), "key": _format("qualified-name")}
_SCALE_TARGET: dict[str, Fragment] = {"kind": {"minLength": 1}, "name": {"minLength": 1}}
_METRIC_TARGET = {"type": _one_of("Utilization", "Value", "AverageValue"), "averageUtilization": _POSITIVE}
_CONTAINER = {
    "name": _format("dns-label"),
    "imagePullPolicy": _optional("Always", "IfNotPresent", "Never"),
    "terminationMessagePolicy": _optional("File", "FallbackToLogsOnError"),
    "restartPolicy": _optional("Always", "Never", "OnFailure"),
}

CONSTRAINTS: dict[str, dict[str, Fragment]] = {
    "apimachinery.pkg.apis.meta.v1.ObjectMeta": {
        "labels": _LABELS,
        "annotations": {"propertyNames": {"format": "annotation-key"}},
        "namespace": _format("dns-label-or-empty"),
    },
    "apimachinery.pkg.apis.meta.v1.LabelSelector": {"matchLabels": _LABELS},
    "apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement": _EXPRESSION,
    "api.core.v1.PodSpec": {
        "containers": _SOME,
        "restartPolicy": _optional("Always", "OnFailure", "Never"),
        "dnsPolicy": _optional("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"),
        "serviceAccountName": _format("dns-subdomain-or-empty"),
        "hostname": _format("dns-label-or-empty"),
        "subdomain": _format("dns-label-or-empty"),
        "terminationGracePeriodSeconds": _NATURAL,
        "activeDeadlineSeconds": _POSITIVE,
        "preemptionPolicy": _optional("Never", "PreemptLowerPriority"),
        "nodeSelector": _LABELS,
    },
    "api.core.v1.Container": _CONTAINER,
    "api.core.v1.EphemeralContainer": _CONTAINER,
    "api.core.v1.ContainerPort": {
        "containerPort": _PORT,
        "hostPort": _OPTIONAL_PORT,
        "protocol": _PROTOCOL,
        "name": _format("port-name"),
    },
    "api.core.v1.EnvVar": {"name": _format("env-name")},
    "api.core.v1.Probe": {
        "initialDelaySeconds": _NATURAL,
        "timeoutSeconds": _NATURAL,
        "periodSeconds": _NATURAL,
        "successThreshold": _NATURAL,
        "failureThreshold": _NATURAL,
        "terminationGracePeriodSeconds": _POSITIVE,
    },
    "api.core.v1.HTTPGetAction": {"scheme": _optional("HTTP", "HTTPS")},
    "api.core.v1.SeccompProfile": {"type": _one_of("RuntimeDefault", "Unconfined", "Localhost")},
    "api.core.v1.AppArmorProfile": {"type": _one_of("RuntimeDefault", "Unconfined", "Localhost")},
    "api.core.v1.SecurityContext": {
        "procMount": _optional("Default", "Unmasked"),
        "runAsUser": _NATURAL,
        "runAsGroup": _NATURAL,
    },
    "api.core.v1.PodSecurityContext": {
        "fsGroupChangePolicy": _optional("OnRootMismatch", "Always"),
        "runAsUser": _NATURAL,
        "runAsGroup": _NATURAL,
        "fsGroup": _NATURAL,
    },
    "api.core.v1.Volume": {"name": _format("dns-label")},
    "api.core.v1.EmptyDirVolumeSource": {"medium": {"pattern": "^(Memory|HugePages(-.+)?)?$"}},
    "api.core.v1.HostPathVolumeSource": {
        "type": _optional(
            "DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice"
        ),
    },
    "api.core.v1.Toleration": {
        "operator": _optional("Exists", "Equal", "Lt", "Gt"),
        "effect": _optional("NoSchedule", "PreferNoSchedule", "NoExecute"),
    },
    "api.core.v1.TopologySpreadConstraint": {
        "maxSkew": _POSITIVE,
        "minDomains": _POSITIVE,
        "whenUnsatisfiable": _one_of("DoNotSchedule", "ScheduleAnyway"),
        "nodeAffinityPolicy": _optional("Honor", "Ignore"),
        "nodeTaintsPolicy": _optional("Honor", "Ignore"),
    },
    "api.core.v1.NodeSelectorRequirement": {
        "operator": _one_of("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"),
        "key": _format("qualified-name"),
    },
    "api.core.v1.PreferredSchedulingTerm": {"weight": {"minimum": 1, "maximum": 100}},
    "api.core.v1.WeightedPodAffinityTerm": {"weight": {"minimum": 1, "maximum": 100}},
    "api.core.v1.ServiceSpec": {
        "type": _optional("ClusterIP", "NodePort", "LoadBalancer", "ExternalName"),
        "sessionAffinity": _optional("ClientIP", "None"),
        "internalTrafficPolicy": _optional("Cluster", "Local"),
        "externalTrafficPolicy": _optional("Cluster", "Local"),
        "ipFamilyPolicy": _optional("SingleStack", "PreferDualStack", "RequireDualStack"),
        "ipFamilies": {"items": _one_of("IPv4", "IPv6")},
        "selector": _LABELS,
    },
    "api.core.v1.ServicePort": {
        "port": _PORT,
        "nodePort": _OPTIONAL_PORT,
        "protocol": _PROTOCOL,
        "name": _format("dns-label-or-empty"),
    },
    "api.core.v1.PersistentVolumeClaimSpec": {
        "accessModes": {"items": _one_of("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod")},
        "volumeMode": _optional("Filesystem", "Block"),
    },
    "api.core.v1.ConfigMap": {
        "data": {"propertyNames": {"format": "data-key"}},
        "binaryData": {"propertyNames": {"format": "data-key"}},
    },
    "api.core.v1.Secret": {
        "data": {"propertyNames": {"format": "data-key"}},
        "stringData": {"propertyNames": {"format": "data-key"}},
    },
    "api.core.v1.LimitRangeItem": {"type": {"minLength": 1}},
    "api.apps.v1.DeploymentSpec": {
        "replicas": _NATURAL,
        "minReadySeconds": _NATURAL,
        "revisionHistoryLimit": _NATURAL,
        "progressDeadlineSeconds": _NATURAL,
    },
    "api.apps.v1.DeploymentStrategy": {"type": _optional("RollingUpdate", "Recreate")},
    "api.apps.v1.StatefulSetSpec": {
        "replicas": _NATURAL,
        "podManagementPolicy": _optional("OrderedReady", "Parallel"),
        "revisionHistoryLimit": _NATURAL,
        "minReadySeconds": _NATURAL,
    },
    "api.apps.v1.StatefulSetUpdateStrategy": {"type": _optional("RollingUpdate", "OnDelete")},
    "api.apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy": {
        "whenDeleted": _optional("Retain", "Delete"),
        "whenScaled": _optional("Retain", "Delete"),
    },
    "api.apps.v1.DaemonSetUpdateStrategy": {"type": _optional("RollingUpdate", "OnDelete")},
    "api.batch.v1.CronJobSpec": {
        "concurrencyPolicy": _optional("Allow", "Forbid", "Replace"),
        "successfulJobsHistoryLimit": _NATURAL,
        "failedJobsHistoryLimit": _NATURAL,
        "startingDeadlineSeconds": _NATURAL,
    },
    "api.batch.v1.JobSpec": {
        "completionMode": _optional("NonIndexed", "Indexed"),
        "parallelism": _NATURAL,
        "completions": _NATURAL,
        "backoffLimit": _NATURAL,
        "activeDeadlineSeconds": _NATURAL,
        "ttlSecondsAfterFinished": _NATURAL,
    },
    "api.autoscaling.v1.CrossVersionObjectReference": _SCALE_TARGET,
    "api.autoscaling.v2.CrossVersionObjectReference": _SCALE_TARGET,
    "api.autoscaling.v2.HorizontalPodAutoscalerSpec": {"maxReplicas": _POSITIVE, "minReplicas": _NATURAL},
    "api.autoscaling.v2.MetricSpec": {
        "type": _one_of("Object", "Pods", "Resource", "ContainerResource", "External"),
    },
    "api.autoscaling.v2.MetricTarget": _METRIC_TARGET,
    "api.autoscaling.v2.HPAScalingRules": {
        "selectPolicy": _optional("Max", "Min", "Disabled"),
        "stabilizationWindowSeconds": {"minimum": 0, "maximum": 3600},
    },
    "api.autoscaling.v2.HPAScalingPolicy": {
        "type": _one_of("Pods", "Percent"),
        "value": _POSITIVE,
        "periodSeconds": {"minimum": 1, "maximum": 1800},
    },
    "api.networking.v1.NetworkPolicySpec": {"policyTypes": {"items": _one_of("Ingress", "Egress"), "maxItems": 2}},
    "api.networking.v1.NetworkPolicyPort": {"protocol": _PROTOCOL, "endPort": _PORT},
    "api.networking.v1.HTTPIngressRuleValue": {"paths": _SOME},
    "api.networking.v1.HTTPIngressPath": {"pathType": _one_of("Exact", "Prefix", "ImplementationSpecific")},
    "api.networking.v1.IngressRule": {"host": _format("wildcard-host")},
    "api.networking.v1.ServiceBackendPort": {"number": _OPTIONAL_PORT, "name": _format("port-name")},
    "api.policy.v1.PodDisruptionBudgetSpec": {
        "unhealthyPodEvictionPolicy": _optional("IfHealthyBudget", "AlwaysAllow"),
    },
    "api.rbac.v1.PolicyRule": {"verbs": _SOME},
    "api.rbac.v1.RoleRef": {
        "apiGroup": _optional("rbac.authorization.k8s.io"),
        "kind": _one_of("Role", "ClusterRole"),
        "name": {"minLength": 1},
    },
    "api.rbac.v1.Subject": {"kind": _one_of("User", "Group", "ServiceAccount"), "name": {"minLength": 1}},
    "api.storage.v1.StorageClass": {
        "volumeBindingMode": _optional("Immediate", "WaitForFirstConsumer"),
        "reclaimPolicy": _optional("Delete", "Retain"),
        "provisioner": {"minLength": 1},
    },
    "api.scheduling.v1.PriorityClass": {
        "preemptionPolicy": _optional("Never", "PreemptLowerPriority"),
    },
}
"""Fragments by definition (without the prefix `io.k8s.`) and property."""


def constrain(name: str, definition: dict[str, Any]) -> dict[str, Any]:
    """A copy of the definition *name* without descriptions and with our constraints merged into it."""
    if name == "io.k8s.apimachinery.pkg.api.resource.Quantity":
        return {"type": ["string", "number", "null"], "format": "quantity"}
    if name == "io.k8s.apimachinery.pkg.util.intstr.IntOrString":
        return {"type": ["integer", "string", "null"]}
    plain: dict[str, Any] = _plain(definition)
    properties = plain.get("properties", {})
    for field, fragment in CONSTRAINTS.get(name.removeprefix("io.k8s."), {}).items():
        if field in properties:
            properties[field] = _merged(properties[field], fragment)
    return plain


def _plain(node: Any) -> Any:
    """Drop descriptions (two thirds of the size) and give integer formats their range."""
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    out: dict[str, Any] = {}
    for key, value in node.items():
        if key == "properties" and isinstance(value, dict):
            out[key] = {name: _plain(schema) for name, schema in value.items()}
        elif key != "description":
            out[key] = _plain(value)
    width = out.get("format")
    if width in ("int32", "int64"):
        out.update(_INT32 if width == "int32" else _INT64)
    return out


def _merged(schema: dict[str, Any], fragment: Fragment) -> dict[str, Any]:
    merged = dict(schema)
    for key, value in fragment.items():
        merged[key] = {**merged[key], **value} if key == "items" and isinstance(merged.get(key), dict) else value
    return merged

"""What every cluster brings along, so that manifests may refer to it without holding it.

Source: k8s.io/kubernetes v1.37.2 plugin/pkg/auth/authorizer/rbac/bootstrappolicy, policy.go, namespace_policy.go and
controller_policy.go; the accounts are those that kube-controller-manager makes for its controllers
(--use-service-account-credentials, which kubeadm and the managed services set).
"""

from __future__ import annotations

_SYSTEM = "kube-system"
_PUBLIC = "kube-public"
_RESERVED = "system:"
_CLUSTER_ROLES = frozenset({"cluster-admin", "admin", "edit", "view"})
_ROLES = frozenset({"extension-apiserver-authentication-reader"})
_CONTROLLERS = frozenset(
    [
        "attachdetach-controller", "bootstrap-signer", "certificate-controller",
        "clusterrole-aggregation-controller", "cronjob-controller", "daemon-set-controller", "deployment-controller",
        "device-taint-eviction-controller", "disruption-controller", "endpoint-controller",
        "endpointslice-controller", "endpointslicemirroring-controller", "ephemeral-volume-controller",
        "expand-controller", "generic-garbage-collector", "horizontal-pod-autoscaler", "job-controller",
        "kube-apiserver-serving-clustertrustbundle-publisher", "legacy-service-account-token-cleaner",
        "namespace-controller", "node-controller", "persistent-volume-binder", "pod-garbage-collector",
        "podcertificaterequestcleaner", "podgroup-protection-controller", "pv-protection-controller",
        "pvc-protection-controller", "replicaset-controller", "replication-controller", "resource-claim-controller",
        "resourcepoolstatusrequest-controller", "resourcequota-controller", "root-ca-cert-publisher",
        "route-controller", "selinux-warning-controller", "service-account-controller", "service-cidrs-controller",
        "service-controller", "statefulset-controller", "storage-version-garbage-collector",
        "storage-version-migrator-controller", "token-cleaner", "ttl-after-finished-controller", "ttl-controller",
        "validatingadmissionpolicy-status-controller", "volumeattributesclass-protection-controller",
    ]
)  # fmt: skip


def has_cluster_role(name: str) -> bool:
    """Whether every cluster has that ClusterRole."""
    return name in _CLUSTER_ROLES or name.startswith(_RESERVED)


def has_role(namespace: str, name: str) -> bool:
    """Whether every cluster has that Role in that namespace."""
    return namespace in (_SYSTEM, _PUBLIC) and (name in _ROLES or name.startswith(_RESERVED))


def has_account(namespace: str, name: str) -> bool:
    """Whether every cluster has that ServiceAccount: the default one of each namespace, and those of controllers."""
    return name == "default" or (namespace == _SYSTEM and name in _CONTROLLERS)

# METADATA
# title: Every pod is isolated by default
# description: >-
#   In a namespace with workloads a NetworkPolicy that selects all pods denies ingress and egress; where the
#   namespace is not part of the set, each workload's pods are selected by a policy in both directions.
# custom:
#   severity: high
#   kinds:
#     - Namespace
#     - Pod
#     - ReplicationController
#     - apps/Deployment
#     - apps/StatefulSet
#     - apps/DaemonSet
#     - apps/ReplicaSet
#     - batch/Job
#     - batch/CronJob
#   controls:
#     - CIS Kubernetes 5.3.2
#     - NSA/CISA Kubernetes Hardening Guide, Network separation
#     - KSV-0038
#     - CKV2_K8S_6
#     - C-0260 C-0030 C-0206
#   remediation: >-
#     Add a NetworkPolicy with podSelector: {} and policyTypes [Ingress, Egress] and no rules; then allow each
#     connection with a policy of its own.
package network["default-deny"]

import data.lib.inventory
import data.lib.meta
import data.lib.networks
import data.lib.pods
import data.lib.safe
import data.lib.selectors

is_namespace if meta.kind(input.review.object) == "Namespace"

name := meta.name(input.review.object)

workload_kinds := {
	"apps": ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"],
	"batch": ["Job", "CronJob"],
	"": ["Pod", "ReplicationController"],
}

workloads := [workload |
	is_namespace
	some group, kinds in workload_kinds
	some kind in kinds
	some workload in inventory.in_namespace(name, group, kind)
	not in_host_network(workload)
]

in_host_network(workload) if safe.true_at(pods.spec(workload), ["hostNetwork"])

# A rule without peers and ports allows everything, and so undoes the denial.
allows_all(policy, direction) if {
	some rule in safe.array_at(policy, ["spec", lower(direction)])
	is_object(rule)
	count([true | some key in ["from", "to", "ports"]; count(safe.array_at(rule, [key])) > 0]) == 0
}

denied(namespace, direction) if {
	some policy in networks.policies_in(namespace)
	networks.concerns(policy, direction)
	selectors.is_empty(networks.pod_selector(policy))
	not allows_all(policy, direction)
}

violation contains {"msg": msg, "details": {"pointer": "/metadata/name", "direction": direction}} if {
	is_namespace
	count(workloads) > 0
	some direction in ["Ingress", "Egress"]
	not denied(name, direction)
	msg := sprintf("no NetworkPolicy denies %s to all pods of the namespace", [lower(direction)])
}

namespace_is_known if inventory.cluster_wide("", "Namespace")[_].metadata.name == meta.namespace(input.review.object)

violation contains {"msg": msg, "details": {"pointer": pods.template_pointer(input.review.object), "direction": direction}} if {
	not is_namespace
	not namespace_is_known
	not in_host_network(input.review.object)
	some direction in ["Ingress", "Egress"]
	count(networks.selecting(input.review.object, direction)) == 0
	msg := sprintf("no NetworkPolicy selects its pods for %s, so all of it is allowed", [lower(direction)])
}

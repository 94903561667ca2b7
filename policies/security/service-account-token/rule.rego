# METADATA
# title: Only workloads that use the API hold a token for it
# description: >-
#   A pod gets a service account token only if its account is bound to a role, and no pod that holds a token
#   runs under the shared account default.
# custom:
#   severity: medium
#   kinds:
#     - Pod
#     - ReplicationController
#     - apps/Deployment
#     - apps/StatefulSet
#     - apps/DaemonSet
#     - apps/ReplicaSet
#     - batch/Job
#     - batch/CronJob
#   controls:
#     - CIS Kubernetes 5.1.5
#     - CIS Kubernetes 5.1.6
#     - NSA/CISA Kubernetes Hardening Guide, Authentication and authorization
#     - KSV-0036
#     - CKV_K8S_38 CKV_K8S_41
#     - C-0034 C-0189 C-0190
#   remediation: >-
#     Set automountServiceAccountToken to false in the pod template; for a workload that calls the API, give
#     it an account of its own with a role that allows just that.
package security["service-account-token"]

import data.lib.inventory
import data.lib.meta
import data.lib.pods
import data.lib.safe

namespace := meta.namespace(input.review.object)

account := pods.service_account(input.review.object)

# The pod decides; else its account; else the token is mounted (plugin/pkg/admission/serviceaccount).
mounted if {
	safe.dig(
		pods.spec(input.review.object),
		["automountServiceAccountToken"],
		safe.dig(inventory.find(namespace, "", "ServiceAccount", account), ["automountServiceAccountToken"], true),
	) != false
}

mounted if {
	safe.dig(pods.spec(input.review.object), ["automountServiceAccountToken"], true) != false
	not inventory.find(namespace, "", "ServiceAccount", account)
}

bindings := array.concat(
	inventory.in_namespace(namespace, "rbac.authorization.k8s.io", "RoleBinding"),
	array.concat(
		inventory.cluster_wide("rbac.authorization.k8s.io", "ClusterRoleBinding"),
		[binding |
			some binding in inventory.everywhere("rbac.authorization.k8s.io", "RoleBinding")
			meta.namespace(binding) != namespace
		],
	),
)

bound if {
	some binding in bindings
	some subject in safe.array_at(binding, ["subjects"])
	safe.string_at(subject, ["kind"]) == "ServiceAccount"
	safe.string_at(subject, ["name"]) == account
	safe.dig(subject, ["namespace"], meta.namespace(binding)) == namespace
}

violation contains {"msg": msg, "details": {"pointer": pointer, "account": account}} if {
	mounted
	not bound
	account != "default"
	msg := sprintf("a token of account %s is mounted, but no binding lets that account do anything", [account])
	pointer := concat("", [pods.spec_pointer(input.review.object), "/automountServiceAccountToken"])
}

violation contains {"msg": msg, "details": {"pointer": pointer, "account": account}} if {
	mounted
	account == "default"
	msg := "the token of the shared account default is mounted"
	pointer := concat("", [pods.spec_pointer(input.review.object), "/automountServiceAccountToken"])
}

# METADATA
# title: No role or binding gives a way to cluster administration
# description: >-
#   No role allows what amounts to taking over the cluster or reading every secret, and no binding gives
#   cluster-admin, or gives rights to everybody or to a default service account.
# custom:
#   severity: high
#   kinds:
#     - rbac.authorization.k8s.io/Role
#     - rbac.authorization.k8s.io/ClusterRole
#     - rbac.authorization.k8s.io/RoleBinding
#     - rbac.authorization.k8s.io/ClusterRoleBinding
#   controls:
#     - CIS Kubernetes 5.1.1
#     - CIS Kubernetes 5.1.2
#     - CIS Kubernetes 5.1.4
#     - CIS Kubernetes 5.1.8 - 5.1.13
#     - KSV-0041 KSV-0047 - KSV-0056 KSV-0111 KSV-0113
#     - CKV_K8S_155 - CKV_K8S_158
#     - C-0015 C-0002 C-0035 C-0278 - C-0282
#   remediation: >-
#     Leave the right out, limit secrets to resourceNames, and bind a role that holds only what the subject
#     does.
package security["rbac-least-privilege"]

import data.lib.meta
import data.lib.safe

rbac := "rbac.authorization.k8s.io"

# Rights that amount to cluster administration: API group, resource, verbs, and what they allow.
dangerous := [
	{"group": rbac, "resources": ["roles", "clusterroles"], "verbs": ["escalate"], "means": "to give itself any right"},
	{"group": rbac, "resources": ["roles", "clusterroles"], "verbs": ["bind"], "means": "to bind any role"},
	{
		"group": "",
		"resources": ["users", "groups", "serviceaccounts"],
		"verbs": ["impersonate"],
		"means": "to act as anybody",
	},
	{
		"group": "",
		"resources": ["secrets"],
		"verbs": ["get", "list", "watch"],
		"means": "to read secrets that it does not name",
	},
	{"group": "", "resources": ["pods"], "verbs": ["create"], "means": "to run pods under any account of the namespace"},
	{
		"group": "",
		"resources": ["pods/exec", "pods/attach"],
		"verbs": ["create", "get"],
		"means": "to run commands in other pods",
	},
	{"group": "", "resources": ["nodes/proxy"], "verbs": ["get", "create"], "means": "to call kubelets directly"},
	{"group": "", "resources": ["serviceaccounts/token"], "verbs": ["create"], "means": "to make tokens of any account"},
	{
		"group": "certificates.k8s.io",
		"resources": ["certificatesigningrequests/approval"],
		"verbs": ["update", "patch"],
		"means": "to approve client certificates",
	},
	{
		"group": "admissionregistration.k8s.io",
		"resources": ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"],
		"verbs": ["create", "update", "patch"],
		"means": "to change what the API server admits",
	},
]

is_system if startswith(meta.name(input.review.object), "system:")

violation contains {"msg": msg, "details": {"pointer": safe.pointer(["rules", index, "verbs", position])}} if {
	meta.kind(input.review.object) in {"Role", "ClusterRole"}
	not is_system
	some index, granted in safe.array_at(input.review.object, ["rules"])
	some right in dangerous
	right.group in safe.array_at(granted, ["apiGroups"])
	some resource in safe.array_at(granted, ["resources"])
	resource in right.resources
	count(safe.array_at(granted, ["resourceNames"])) == 0
	some position, verb in safe.array_at(granted, ["verbs"])
	verb in right.verbs
	msg := sprintf("rule %d allows %s on %s: %s", [index + 1, verb, resource, right.means])
}

is_binding if meta.kind(input.review.object) in {"RoleBinding", "ClusterRoleBinding"}

violation contains {"msg": msg, "details": {"pointer": "/roleRef/name"}} if {
	is_binding
	not is_system
	safe.string_at(input.review.object, ["roleRef", "kind"]) == "ClusterRole"
	safe.string_at(input.review.object, ["roleRef", "name"]) == "cluster-admin"
	msg := "the binding gives cluster-admin, which allows everything"
}

violation contains {"msg": msg, "details": {"pointer": safe.pointer(["subjects", index, "name"])}} if {
	is_binding
	not is_system
	some index, subject in safe.array_at(input.review.object, ["subjects"])
	name := safe.string_at(subject, ["name"])
	name in {"system:anonymous", "system:unauthenticated", "system:authenticated"}
	msg := sprintf("the binding gives rights to everybody, by %s", [name])
}

violation contains {"msg": msg, "details": {"pointer": safe.pointer(["subjects", index, "name"])}} if {
	is_binding
	not is_system
	some index, subject in safe.array_at(input.review.object, ["subjects"])
	safe.string_at(subject, ["kind"]) == "ServiceAccount"
	safe.string_at(subject, ["name"]) == "default"
	msg := "the binding gives rights to the service account default, which every pod without an account shares"
}

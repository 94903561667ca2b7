# METADATA
# title: Roles name what they allow
# description: >-
#   No Role or ClusterRole allows every verb, every resource, every API group or every path by a wildcard.
# custom:
#   severity: high
#   kinds: [rbac.authorization.k8s.io/Role, rbac.authorization.k8s.io/ClusterRole]
#   controls:
#     - CIS Kubernetes 5.1.3
#     - KSV-0044 KSV-0045 KSV-0046
#     - CKV_K8S_49
#     - C-0187
#   remediation: >-
#     List the verbs, resources and API groups that are needed.
package security["no-wildcard-rbac"]

import data.lib.safe

violation contains {"msg": msg, "details": {"pointer": safe.pointer(["rules", index, field, position])}} if {
	some index, granted in safe.array_at(input.review.object, ["rules"])
	some field in ["apiGroups", "resources", "verbs", "nonResourceURLs"]
	some position, value in safe.array_at(granted, [field])
	is_wildcard(field, value)
	msg := sprintf("rule %d allows every one of its %s by the wildcard %s", [index + 1, field, value])
}

is_wildcard(_, value) if value == "*"

is_wildcard(field, value) if [field, value] in {["resources", "*/*"], ["nonResourceURLs", "/*"]}

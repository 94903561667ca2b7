# METADATA
# title: Accounts have the declared rights
# description: >-
#   The roles that are bound to a declared ServiceAccount give it the declared verbs on what it needs, no other
#   verb, and nothing that it may never use.
# custom:
#   severity: high
#   kinds: [ServiceAccount]
#   remediation: >-
#     Change the roles that are bound to the account, or the declaration first if its task has changed.
#   needs: [architecture]
package security["declared-accounts"]

import data.lib.intent
import data.lib.inventory
import data.lib.meta
import data.lib.safe

rbac := "rbac.authorization.k8s.io"

account := input.review.object

key := concat("/", [meta.namespace(account), meta.name(account)])

declared := safe.object_at(intent.architecture, ["accounts", key])

bindings := [binding |
	count(declared) > 0
	some binding in array.concat(
		inventory.everywhere(rbac, "RoleBinding"),
		inventory.cluster_wide(rbac, "ClusterRoleBinding"),
	)
	some subject in safe.array_at(binding, ["subjects"])
	means(subject, binding)
]

means(subject, binding) if {
	safe.string_at(subject, ["kind"]) == "ServiceAccount"
	safe.string_at(subject, ["name"]) == meta.name(account)
	namespace_of(subject, binding) == meta.namespace(account)
}

# Groups that every account, or every one of the namespace, belongs to.
means(subject, _) if {
	safe.string_at(subject, ["kind"]) == "Group"
	safe.string_at(subject, ["name"]) in {
		"system:authenticated", "system:serviceaccounts",
		concat(":", ["system:serviceaccounts", meta.namespace(account)]),
	}
}

namespace_of(subject, binding) := namespace if {
	namespace := safe.string_at(subject, ["namespace"])
	namespace != ""
} else := meta.namespace(binding)

role_of(binding) := role if {
	safe.string_at(binding, ["roleRef", "kind"]) == "Role"
	role := inventory.find(meta.namespace(binding), rbac, "Role", safe.string_at(binding, ["roleRef", "name"]))
}

role_of(binding) := found[0] if {
	safe.string_at(binding, ["roleRef", "kind"]) == "ClusterRole"
	found := [role |
		some role in inventory.cluster_wide(rbac, "ClusterRole")
		meta.name(role) == safe.string_at(binding, ["roleRef", "name"])
	]
}

granted := [{"role": meta.name(role), "rule": rule} |
	some binding in bindings
	role := role_of(binding)
	some rule in safe.array_at(role, ["rules"])
]

violation contains {"msg": msg, "details": {"pointer": "/metadata/name", "binding": meta.name(binding)}} if {
	some binding in bindings
	not role_of(binding)
	msg := sprintf("what %s allows cannot be judged: it is not among the manifests", [referred(binding)])
}

violation contains {"msg": msg, "details": {"pointer": "/metadata/name", "binding": meta.name(binding)}} if {
	some binding in bindings
	safe.dig(role_of(binding), ["aggregationRule"], null) != null
	msg := sprintf("what %s allows cannot be judged: other roles are added to it", [referred(binding)])
}

referred(binding) := concat(" ", [safe.string_at(binding, ["roleRef", "kind"]), safe.string_at(binding, ["roleRef", "name"])])

violation contains {"msg": msg, "details": {"pointer": "/metadata/name", "role": grant.role}} if {
	some grant in granted
	some verb in safe.array_at(grant.rule, ["verbs"])
	not verb in declared.verbs
	msg := sprintf("role %s gives it the verb %v on %s, declared are %s", [
		grant.role, verb, listed(safe.array_at(grant.rule, ["resources"])), listed(declared.verbs),
	])
}

violation contains {"msg": msg, "details": {"pointer": "/metadata/name", "role": grant.role}} if {
	some grant in granted
	some resource in safe.array_at(grant.rule, ["resources"])
	some forbidden in declared.never
	reaches(resource, forbidden)
	msg := sprintf("role %s gives it %v, and it may never use %s", [grant.role, resource, forbidden])
}

# Resources of a role: all, one by name, or a subresource of all.
reaches("*", forbidden) if is_string(forbidden)

reaches(resource, forbidden) if resource == forbidden

reaches(resource, forbidden) if {
	parts := split(forbidden, "/")
	count(parts) == 2
	resource == concat("/", ["*", parts[1]])
}

violation contains {"msg": msg, "details": {"pointer": "/metadata/name"}} if {
	some needed in declared.reads
	some verb in declared.verbs
	not may(verb, needed)
	msg := sprintf("no role lets it %s %s", [verb, concat(".", [part | some part in [needed.resource, needed.group]; part != ""])])
}

may(verb, needed) if {
	some grant in granted
	has(grant.rule, "verbs", verb)
	has(grant.rule, "apiGroups", needed.group)
	has(grant.rule, "resources", needed.resource)
	count(safe.array_at(grant.rule, ["resourceNames"])) == 0
}

has(rule, field, value) if {
	some entry in safe.array_at(rule, [field])
	entry in ["*", value]
}

listed(values) := concat(", ", [sprintf("%v", [value]) | some value in values])

package security["declared-accounts_test"]

import data.lib.testing
import data.security["declared-accounts"] as rule

architecture := {"accounts": {"shop/viewer": {
	"verbs": ["get", "list"],
	"reads": [{"group": "", "resource": "pods"}, {"group": "apps", "resource": "deployments"}],
	"never": ["secrets", "pods/log"],
}}}

account(name) := {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": "shop"}}

role(rules) := {
	"apiVersion": "rbac.authorization.k8s.io/v1",
	"kind": "Role",
	"metadata": {"name": "view", "namespace": "shop"},
	"rules": rules,
}

binding(subject) := {
	"apiVersion": "rbac.authorization.k8s.io/v1",
	"kind": "RoleBinding",
	"metadata": {"name": "view", "namespace": "shop"},
	"roleRef": {"kind": "Role", "name": "view"},
	"subjects": [subject],
}

bound := binding({"kind": "ServiceAccount", "name": "viewer", "namespace": "shop"})

pods := {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}

deployments := {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "list"]}

found(msg, details) := {"msg": msg, "details": object.union({"pointer": "/metadata/name"}, details)}

test_pass_as_declared if {
	testing.same(rule.violation, set()) with input as testing.declared(account("viewer"), architecture)
		with data.inventory as testing.inventory([bound, role([pods, deployments])])
}

test_pass_undeclared_account if {
	everything := {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}
	testing.same(rule.violation, set()) with input as testing.declared(account("other"), architecture)
		with data.inventory as testing.inventory([bound, role([everything])])
}

test_fail_changes_something if {
	patch := {"apiGroups": ["apps"], "resources": ["deployments", "statefulsets"], "verbs": ["get", "list", "patch"]}
	msg := "role view gives it the verb patch on deployments, statefulsets, declared are get, list"
	testing.same(rule.violation, {found(msg, {"role": "view"})}) with input as testing.declared(account("viewer"), architecture)
		with data.inventory as testing.inventory([bound, role([pods, patch])])
}

# The near miss: nothing but looking, at what it may not see.
test_fail_sees_what_it_may_not if {
	every resource, forbidden in {"secrets": "secrets", "pods/log": "pods/log", "*/log": "pods/log"} {
		more := {"apiGroups": [""], "resources": [resource], "verbs": ["get"]}
		msg := sprintf("role view gives it %s, and it may never use %s", [resource, forbidden])
		testing.same(rule.violation, {found(msg, {"role": "view"})}) with input as testing.declared(
			account("viewer"),
			architecture,
		)
			with data.inventory as testing.inventory([bound, role([pods, deployments, more])])
	}
}

test_fail_sees_too_little if {
	one := object.union(deployments, {"resourceNames": ["web"]})
	testing.same(rule.violation, {
		found("no role lets it get deployments.apps", {}),
		found("no role lets it list deployments.apps", {}),
		found("no role lets it list pods", {}),
	}) with input as testing.declared(account("viewer"), architecture)
		with data.inventory as testing.inventory([bound, role([object.union(pods, {"verbs": ["get"]}), one])])
}

test_fail_right_of_a_group if {
	more := {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}
	given := object.union(binding({"kind": "Group", "name": "system:serviceaccounts:shop"}), {
		"metadata": {"name": "all", "namespace": "shop"},
		"roleRef": {"kind": "Role", "name": "all"},
	})
	everything := object.union(role([more]), {"metadata": {"name": "all", "namespace": "shop"}})
	msg := "role all gives it secrets, and it may never use secrets"
	testing.same(rule.violation, {found(msg, {"role": "all"})}) with input as testing.declared(account("viewer"), architecture)
		with data.inventory as testing.inventory([bound, role([pods, deployments]), given, everything])
}

test_fail_role_that_is_elsewhere if {
	elsewhere := object.union(bound, {
		"metadata": {"name": "edit", "namespace": "shop"},
		"roleRef": {"kind": "ClusterRole", "name": "edit"},
	})
	msg := "what ClusterRole edit allows cannot be judged: it is not among the manifests"
	testing.same(rule.violation, {found(msg, {"binding": "edit"})}) with input as testing.declared(
		account("viewer"),
		architecture,
	)
		with data.inventory as testing.inventory([bound, role([pods, deployments]), elsewhere])
}

test_fail_role_that_grows if {
	growing := object.union(object.remove(role([pods, deployments]), ["metadata"]), {
		"kind": "ClusterRole",
		"metadata": {"name": "grows"},
		"aggregationRule": {"clusterRoleSelectors": []},
	})
	given := object.union(object.remove(bound, ["metadata"]), {
		"kind": "ClusterRoleBinding",
		"metadata": {"name": "grows"},
		"roleRef": {"kind": "ClusterRole", "name": "grows"},
	})
	msg := "what ClusterRole grows allows cannot be judged: other roles are added to it"
	testing.same(rule.violation, {found(msg, {"binding": "grows"})}) with input as testing.declared(
		account("viewer"),
		architecture,
	)
		with data.inventory as testing.inventory([given, growing])
}

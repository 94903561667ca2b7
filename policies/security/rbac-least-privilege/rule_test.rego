package security["rbac-least-privilege_test"]

import data.lib.testing
import data.security["rbac-least-privilege"] as rule

role(granted) := {
	"apiVersion": "rbac.authorization.k8s.io/v1",
	"kind": "Role",
	"metadata": {"name": "app", "namespace": "shop"},
	"rules": granted,
}

binding(role_name, subjects) := {
	"apiVersion": "rbac.authorization.k8s.io/v1",
	"kind": "ClusterRoleBinding",
	"metadata": {"name": "app"},
	"roleRef": {"kind": "ClusterRole", "name": role_name},
	"subjects": subjects,
}

test_fail_reading_all_secrets if {
	testing.same(rule.violation, {{
		"msg": "rule 1 allows list on secrets: to read secrets that it does not name",
		"details": {"pointer": "/rules/0/verbs/0"},
	}}) with input as testing.review(role([{"apiGroups": [""], "resources": ["secrets"], "verbs": ["list"]}]))
}

# The near miss: the secret is named.
test_pass_one_named_secret if {
	testing.same(rule.violation, set()) with input as testing.review(role([{
		"apiGroups": [""],
		"resources": ["secrets"],
		"resourceNames": ["app-tls"],
		"verbs": ["get"],
	}]))
}

test_fail_escalation if {
	testing.same(rule.violation, {{
		"msg": "rule 1 allows bind on clusterroles: to bind any role",
		"details": {"pointer": "/rules/0/verbs/1"},
	}}) with input as testing.review(role([{
		"apiGroups": ["rbac.authorization.k8s.io"],
		"resources": ["clusterroles"],
		"verbs": ["get", "bind"],
	}]))
}

test_pass_same_name_in_another_group if {
	testing.same(rule.violation, set()) with input as testing.review(role([{
		"apiGroups": ["metrics.k8s.io"],
		"resources": ["pods"],
		"verbs": ["create"],
	}]))
}

test_fail_cluster_admin if {
	testing.same(rule.violation, {{
		"msg": "the binding gives cluster-admin, which allows everything",
		"details": {"pointer": "/roleRef/name"},
	}}) with input as testing.review(binding("cluster-admin", [{"kind": "User", "name": "ada"}]))
}

test_fail_everybody_and_default_account if {
	testing.same(rule.violation, {
		{
			"msg": "the binding gives rights to everybody, by system:authenticated",
			"details": {"pointer": "/subjects/0/name"},
		},
		{
			"msg": concat(" ", [
				"the binding gives rights to the service account default,",
				"which every pod without an account shares",
			]),
			"details": {"pointer": "/subjects/1/name"},
		},
	}) with input as testing.review(binding("view", [
		{"kind": "Group", "name": "system:authenticated"},
		{"kind": "ServiceAccount", "name": "default", "namespace": "shop"},
	]))
}

test_pass_ordinary_binding if {
	testing.same(rule.violation, set()) with input as testing.review(binding("view", [{
		"kind": "ServiceAccount",
		"name": "reader",
		"namespace": "shop",
	}]))
}

package security["no-wildcard-rbac_test"]

import data.lib.testing
import data.security["no-wildcard-rbac"] as rule

role(granted) := {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "rules": granted}

test_pass_named if {
	testing.same(rule.violation, set()) with input as testing.review(role([{
		"apiGroups": ["apps"],
		"resources": ["deployments", "deployments/scale"],
		"verbs": ["get"],
	}]))
}

test_fail_wildcards if {
	testing.same(rule.violation, {
		{
			"msg": "rule 2 allows every one of its resources by the wildcard *",
			"details": {"pointer": "/rules/1/resources/0"},
		},
		{
			"msg": "rule 2 allows every one of its verbs by the wildcard *",
			"details": {"pointer": "/rules/1/verbs/1"},
		},
	}) with input as testing.review(role([
		{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]},
		{"apiGroups": [""], "resources": ["*"], "verbs": ["get", "*"]},
	]))
}

# The near miss: every subresource of one resource is a named thing still.
test_pass_path_below_metrics if {
	testing.same(rule.violation, set()) with input as testing.review(role([{
		"nonResourceURLs": ["/metrics/*"],
		"verbs": ["get"],
	}]))
}

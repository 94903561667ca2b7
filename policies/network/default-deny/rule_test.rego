package network["default-deny_test"]

import data.lib.testing
import data.network["default-deny"] as rule

namespace := {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}

deployment := {
	"apiVersion": "apps/v1",
	"kind": "Deployment",
	"metadata": {"name": "web", "namespace": "shop"},
	"spec": {"template": {"metadata": {"labels": {"app": "web"}}}},
}

policy(spec) := {
	"apiVersion": "networking.k8s.io/v1",
	"kind": "NetworkPolicy",
	"metadata": {"name": "deny", "namespace": "shop"},
	"spec": spec,
}

no_egress := {{
	"msg": "no NetworkPolicy denies egress to all pods of the namespace",
	"details": {"pointer": "/metadata/name", "direction": "Egress"},
}}

test_pass_denied if {
	testing.same(rule.violation, set()) with input as testing.review(namespace)
		with data.inventory as testing.inventory([
			namespace,
			deployment,
			policy({"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}),
		])
}

# The near miss: without policyTypes a policy concerns ingress only.
test_fail_ingress_only if {
	testing.same(rule.violation, no_egress) with input as testing.review(namespace)
		with data.inventory as testing.inventory([namespace, deployment, policy({"podSelector": {}})])
}

test_fail_undone_by_a_rule if {
	testing.same(rule.violation, no_egress) with input as testing.review(namespace)
		with data.inventory as testing.inventory([
			namespace,
			deployment,
			policy({"podSelector": {}, "policyTypes": ["Ingress", "Egress"], "egress": [{}]}),
		])
}

test_fail_some_pods_only if {
	testing.same(rule.violation, no_egress | {{
		"msg": "no NetworkPolicy denies ingress to all pods of the namespace",
		"details": {"pointer": "/metadata/name", "direction": "Ingress"},
	}}) with input as testing.review(namespace)
		with data.inventory as testing.inventory([namespace, deployment, policy({
			"podSelector": {"matchLabels": {"app": "web"}},
			"policyTypes": ["Ingress", "Egress"],
		})])
}

test_pass_empty_namespace if {
	testing.same(rule.violation, set()) with input as testing.review(namespace)
		with data.inventory as testing.inventory([namespace])
}

test_fail_workload_without_its_namespace if {
	testing.same(rule.violation, {{
		"msg": "no NetworkPolicy selects its pods for egress, so all of it is allowed",
		"details": {"pointer": "/spec/template", "direction": "Egress"},
	}}) with input as testing.review(deployment)
		with data.inventory as testing.inventory([policy({"podSelector": {"matchLabels": {"app": "web"}}})])
}

test_pass_workload_is_judged_with_its_namespace if {
	testing.same(rule.violation, set()) with input as testing.review(deployment)
		with data.inventory as testing.inventory([namespace])
}

package availability["pod-disruption-budget_test"]

import data.availability["pod-disruption-budget"] as rule
import data.lib.testing

deployment(replicas) := {
	"apiVersion": "apps/v1",
	"kind": "Deployment",
	"metadata": {"name": "web", "namespace": "shop"},
	"spec": {"replicas": replicas, "template": {"metadata": {"labels": {"app": "web", "tier": "front"}}}},
}

budget(spec) := {
	"apiVersion": "policy/v1",
	"kind": "PodDisruptionBudget",
	"metadata": {"name": "web-pdb", "namespace": "shop"},
	"spec": object.union(
		{"unhealthyPodEvictionPolicy": "AlwaysAllow", "selector": {"matchLabels": {"app": "web"}}},
		spec,
	),
}

second := object.union(budget({"maxUnavailable": 1}), {"metadata": {"name": "front-pdb"}})

test_fail_uncovered if {
	testing.same(rule.violation, {{
		"msg": "no PodDisruptionBudget covers its 2 replicas",
		"details": {"pointer": "/metadata/name", "replicas": 2},
	}}) with input as testing.review(deployment(2))
		with data.inventory as testing.inventory([budget({"selector": {"matchLabels": {"app": "api"}}})])
}

# The near miss: one label is equal, the other is not.
test_fail_selector_of_another_pod if {
	testing.same(rule.violation, {{
		"msg": "no PodDisruptionBudget covers its 2 replicas",
		"details": {"pointer": "/metadata/name", "replicas": 2},
	}}) with input as testing.review(deployment(2))
		with data.inventory as testing.inventory([budget({"selector": {"matchLabels": {"app": "web", "tier": "back"}}})])
}

test_pass_covered if {
	testing.same(rule.violation, set()) with input as testing.review(deployment(2))
		with data.inventory as testing.inventory([budget({"maxUnavailable": 1})])
}

test_pass_selector_of_expressions if {
	testing.same(rule.violation, set()) with input as testing.review(deployment(2))
		with data.inventory as testing.inventory([budget({"selector": {"matchExpressions": [{
			"key": "app",
			"operator": "In",
			"values": ["web", "api"],
		}]}})])
}

test_pass_single_replica if {
	testing.same(rule.violation, set()) with input as testing.review(deployment(1))
		with data.inventory as testing.inventory([])
}

test_fail_two_budgets if {
	testing.same(rule.violation, {{
		"msg": "its pods have 2 PodDisruptionBudgets, and the API server then evicts none: front-pdb, web-pdb",
		"details": {"pointer": "/metadata/name", "budgets": ["front-pdb", "web-pdb"]},
	}}) with input as testing.review(deployment(2))
		with data.inventory as testing.inventory([budget({"maxUnavailable": 1}), second])
}

test_fail_budget_blocks_the_only_pod if {
	testing.same(rule.violation, {{
		"msg": "minAvailable 50% lets no pod of Deployment web go when it has its 1 replicas",
		"details": {"pointer": "/spec/minAvailable", "workload": "web"},
	}}) with input as testing.review(budget({"minAvailable": "50%"}))
		with data.inventory as testing.inventory([deployment(1)])
}

test_pass_budget_leaves_one if {
	testing.same(rule.violation, set()) with input as testing.review(budget({"minAvailable": "50%"}))
		with data.inventory as testing.inventory([deployment(2)])
}

test_fail_budget_of_nothing_and_unhealthy_kept if {
	testing.same(rule.violation, {
		{"msg": "maxUnavailable 0% lets no pod go", "details": {"pointer": "/spec/maxUnavailable"}},
		{
			"msg": concat(" ", [
				"it keeps pods that are not ready from being evicted;",
				"unhealthyPodEvictionPolicy has to be AlwaysAllow",
			]),
			"details": {"pointer": "/spec/unhealthyPodEvictionPolicy"},
		},
	}) with input as testing.review(budget({"maxUnavailable": "0%", "unhealthyPodEvictionPolicy": "IfHealthyBudget"}))
		with data.inventory as testing.inventory([])
}

package availability["rollout-strategy_test"]

import data.availability["rollout-strategy"] as rule
import data.lib.testing

workload(kind, spec) := {
	"apiVersion": "apps/v1",
	"kind": kind,
	"metadata": {"name": "web", "namespace": "shop"},
	"spec": object.union({"progressDeadlineSeconds": 300, "revisionHistoryLimit": 5}, spec),
}

architecture := {"workloads": {"shop/Deployment/web": {}}}

rolling(unavailable) := {"strategy": {
	"type": "RollingUpdate",
	"rollingUpdate": {"maxUnavailable": unavailable, "maxSurge": 1},
}}

test_pass_defaults_of_undeclared if {
	testing.same(rule.violation, set()) with input as testing.review(workload("Deployment", {"replicas": 2}))
		with data.inventory as testing.inventory([])
}

test_fail_recreate if {
	testing.same(rule.violation, {{
		"msg": "strategy Recreate stops all of its up to 2 replicas before it starts a new one",
		"details": {"pointer": "/spec/strategy/type"},
	}}) with input as testing.review(workload("Deployment", {"replicas": 2, "strategy": {"type": "Recreate"}}))
		with data.inventory as testing.inventory([])
}

# The near miss: a single replica with a volume of its own cannot do otherwise.
test_pass_recreate_of_one if {
	testing.same(rule.violation, set()) with input as testing.review(workload(
		"Deployment",
		{"replicas": 1, "strategy": {"type": "Recreate"}},
	))
		with data.inventory as testing.inventory([])
}

test_fail_on_delete if {
	testing.same(rule.violation, {{
		"msg": "updateStrategy OnDelete never rolls a change out",
		"details": {"pointer": "/spec/updateStrategy/type"},
	}}) with input as testing.review(workload("StatefulSet", {"updateStrategy": {"type": "OnDelete"}}))
		with data.inventory as testing.inventory([])
}

test_fail_declared_loses_a_replica if {
	testing.same(rule.violation, {{
		"msg": concat(" ", [
			"maxUnavailable is 1; a declared Deployment keeps all replicas during a rollout,",
			"so it has to be 0",
		]),
		"details": {"pointer": "/spec/strategy/rollingUpdate/maxUnavailable"},
	}}) with input as testing.declared(workload("Deployment", rolling(1)), architecture)
		with data.inventory as testing.inventory([])
}

test_fail_declared_without_deadline if {
	silent := {
		"apiVersion": "apps/v1",
		"kind": "Deployment",
		"metadata": {"name": "web", "namespace": "shop"},
		"spec": object.union(rolling(0), {"revisionHistoryLimit": 5}),
	}
	testing.same(rule.violation, {{
		"msg": "progressDeadlineSeconds is not set",
		"details": {"pointer": "/spec/progressDeadlineSeconds"},
	}}) with input as testing.declared(silent, architecture)
		with data.inventory as testing.inventory([])
}

test_pass_declared_keeps_all if {
	testing.same(rule.violation, set()) with input as testing.declared(workload("Deployment", rolling(0)), architecture)
		with data.inventory as testing.inventory([])
}

package autoscaling["declared-replicas_test"]

import data.autoscaling["declared-replicas"] as rule
import data.lib.testing

database(spec) := {
	"apiVersion": "apps/v1",
	"kind": "StatefulSet",
	"metadata": {"name": "db", "namespace": "shop"},
	"spec": spec,
}

fixed(replicas) := {"workloads": {"shop/StatefulSet/db": {"min_replicas": replicas, "autoscaler": null}}}

scaled := {"workloads": {"shop/StatefulSet/db": {"min_replicas": 2, "autoscaler": "db-hpa"}}}

hpa := {
	"apiVersion": "autoscaling/v2",
	"kind": "HorizontalPodAutoscaler",
	"metadata": {"name": "db-hpa", "namespace": "shop"},
	"spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "db"}},
}

test_pass_declared_number if {
	testing.same(rule.violation, set()) with input as testing.declared(database({"replicas": 2}), fixed(2))
		with data.inventory as testing.inventory([])
}

test_pass_default_of_one if {
	testing.same(rule.violation, set()) with input as testing.declared(database({}), fixed(1))
		with data.inventory as testing.inventory([])
}

# The near miss: one replica more than declared.
test_fail_one_more if {
	testing.same(rule.violation, {{
		"msg": "replicas is 2, declared is 1",
		"details": {"pointer": "/spec/replicas", "declared": 1, "found": 2},
	}}) with input as testing.declared(database({"replicas": 2}), fixed(1))
		with data.inventory as testing.inventory([])
}

test_fail_left_out if {
	testing.same(rule.violation, {{
		"msg": "replicas is 1, declared is 2",
		"details": {"pointer": "/spec/replicas", "declared": 2, "found": 1},
	}}) with input as testing.declared(database({}), fixed(2))
		with data.inventory as testing.inventory([])
}

test_fail_scaled if {
	testing.same(rule.violation, {{
		"msg": "HorizontalPodAutoscaler db-hpa scales it, declared is a fixed number of replicas, 1",
		"details": {"pointer": "", "declared": 1, "autoscaler": "db-hpa"},
	}}) with input as testing.declared(database({"replicas": 1}), fixed(1))
		with data.inventory as testing.inventory([hpa])
}

test_pass_autoscaler_is_declared if {
	testing.same(rule.violation, set()) with input as testing.declared(database({}), scaled)
		with data.inventory as testing.inventory([hpa])
}

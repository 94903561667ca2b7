package availability["topology-spread_test"]

import data.availability["topology-spread"] as rule
import data.lib.testing

deployment(replicas, spec) := {
	"apiVersion": "apps/v1",
	"kind": "Deployment",
	"metadata": {"name": "web", "namespace": "shop"},
	"spec": {"replicas": replicas, "template": {"metadata": {"labels": {"app": "web"}}, "spec": spec}},
}

constraint(key, app) := {"topologyKey": key, "labelSelector": {"matchLabels": {"app": app}}}

found(key) := {{
	"msg": sprintf("nothing keeps its up to 2 replicas apart by %s", [key]),
	"details": {"pointer": "/spec/template/spec/topologySpreadConstraints", "replicas": 2},
}}

test_pass_constraint if {
	testing.same(rule.violation, set()) with input as testing.review(deployment(2, {"topologySpreadConstraints": [
		constraint("kubernetes.io/hostname", "web"),
	]}))
		with data.inventory as testing.inventory([])
}

test_pass_preferred_anti_affinity if {
	testing.same(rule.violation, set()) with input as testing.review(deployment(2, {"affinity": {"podAntiAffinity": {
		"preferredDuringSchedulingIgnoredDuringExecution": [{
			"weight": 100,
			"podAffinityTerm": constraint("kubernetes.io/hostname", "web"),
		}],
	}}}))
		with data.inventory as testing.inventory([])
}

test_fail_nothing if {
	testing.same(rule.violation, found("kubernetes.io/hostname")) with input as testing.review(deployment(2, {}))
		with data.inventory as testing.inventory([])
}

# The near miss: the constraint counts the pods of another workload.
test_fail_selector_of_other_pods if {
	testing.same(rule.violation, found("kubernetes.io/hostname")) with input as testing.review(deployment(2, {
		"topologySpreadConstraints": [constraint("kubernetes.io/hostname", "api")],
	}))
		with data.inventory as testing.inventory([])
}

test_fail_declared_without_zone if {
	testing.same(rule.violation, found("topology.kubernetes.io/zone")) with input as testing.declared(
		deployment(2, {"topologySpreadConstraints": [constraint("kubernetes.io/hostname", "web")]}),
		{"workloads": {"shop/Deployment/web": {}}},
	)
		with data.inventory as testing.inventory([])
}

test_pass_single_replica if {
	testing.same(rule.violation, set()) with input as testing.review(deployment(1, {}))
		with data.inventory as testing.inventory([])
}

by_node_and_zone(first) := deployment(2, {
	"topologySpreadConstraints": array.concat(first, [object.union(
		constraint("topology.kubernetes.io/zone", "web"),
		{"whenUnsatisfiable": "ScheduleAnyway"},
	)]),
	"affinity": {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{
		"weight": 100,
		"podAffinityTerm": constraint("kubernetes.io/hostname", "web"),
	}]}},
})

# The near miss: a preference does for what nobody has declared.
test_fail_declared_and_only_preferred if {
	testing.same(rule.violation, {{
		"msg": "only a preference keeps its up to 2 replicas apart by kubernetes.io/hostname",
		"details": {"pointer": "/spec/template/spec/topologySpreadConstraints", "replicas": 2},
	}}) with input as testing.declared(by_node_and_zone([]), {"workloads": {"shop/Deployment/web": {}}})
		with data.inventory as testing.inventory([])
}

test_pass_declared_and_strict if {
	strict := object.union(constraint("kubernetes.io/hostname", "web"), {"whenUnsatisfiable": "DoNotSchedule"})
	testing.same(rule.violation, set())
		with input as testing.declared(by_node_and_zone([strict]), {"workloads": {"shop/Deployment/web": {}}})
		with data.inventory as testing.inventory([])
}

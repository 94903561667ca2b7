package storage["node-placement_test"]

import data.lib.testing
import data.storage["node-placement"] as rule

architecture := {"workloads": {"shop/StatefulSet/db": {"storage": {"nodes": {"disk": "ssd"}}}}}

database(spec) := {
	"apiVersion": "apps/v1",
	"kind": "StatefulSet",
	"metadata": {"name": "db", "namespace": "shop"},
	"spec": {"template": {"spec": spec}},
}

term(operator, values) := {"matchExpressions": [
	{"key": "zone", "operator": "Exists"},
	{"key": "disk", "operator": operator, "values": values},
]}

affinity(terms) := {"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}}}

anywhere := {{
	"msg": "it may run on nodes without the declared label disk=ssd",
	"details": {"pointer": "/spec/template/spec/affinity/nodeAffinity", "label": "disk", "declared": "ssd"},
}}

test_pass_required if {
	every spec in [affinity([term("In", ["ssd"])]), {"nodeSelector": {"disk": "ssd"}}] {
		testing.same(rule.violation, set()) with input as testing.declared(database(spec), architecture)
	}
}

test_fail_other_nodes if {
	every spec in [{}, affinity([]), affinity([term("In", ["hdd"])]), affinity([term("NotIn", ["ssd"])])] {
		testing.same(rule.violation, anywhere) with input as testing.declared(database(spec), architecture)
	}
}

# The near misses: a further value, a further term and a preference each let the pod run elsewhere.
test_fail_one_of_several if {
	preferred := {"affinity": {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{
		"weight": 100,
		"preference": term("In", ["ssd"]),
	}]}}}
	every spec in [
		affinity([term("In", ["ssd", "hdd"])]),
		affinity([term("In", ["ssd"]), {"matchExpressions": [{"key": "zone", "operator": "Exists"}]}]),
		preferred,
	] {
		testing.same(rule.violation, anywhere) with input as testing.declared(database(spec), architecture)
	}
}

test_pass_any_node_declared if {
	testing.same(rule.violation, set()) with input as testing.declared(
		database({}),
		{"workloads": {"shop/StatefulSet/db": {"storage": {"nodes": {}}}}},
	)
}

anywhere_declared := {"workloads": {"shop/StatefulSet/db": {"storage": {"class": "standard", "nodes": {}}}}}

test_fail_bound_and_declared_for_any_node if {
	testing.same(rule.violation, {{
		"msg": "it asks for certain nodes, and is declared for any",
		"details": {"pointer": "/spec/template/spec/nodeSelector"},
	}}) with input as testing.declared(database({"nodeSelector": {"disk": "ssd"}}), anywhere_declared)
}

test_pass_preferred_and_declared_for_any_node if {
	preference := {"affinity": {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1}]}}}
	testing.same(rule.violation, set()) with input as testing.declared(database(preference), anywhere_declared)
}

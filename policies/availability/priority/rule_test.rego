package availability.priority_test

import data.availability.priority as rule
import data.lib.testing

architecture := {
	"priority_classes": ["data", "application", "batch"],
	"workloads": {"shop/Deployment/web": {"priority_class": "application"}},
}

class(name, fields) := object.union(
	{"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": name}},
	fields,
)

others := [class("application", {"value": 800}), class("batch", {"value": 100}), class("stranger", {"value": 5000})]

web(spec) := {
	"apiVersion": "apps/v1",
	"kind": "Deployment",
	"metadata": {"name": "web", "namespace": "shop"},
	"spec": {"template": {"spec": spec}},
}

test_pass_in_order if {
	testing.same(rule.violation, set()) with input as testing.declared(class("data", {"value": 801}), architecture)
		with data.inventory as testing.inventory(others)
}

# The near miss: equal values are no order.
test_fail_equal if {
	testing.same(rule.violation, {{
		"msg": "its value 800 is not above 800, that of application, which is served later",
		"details": {"pointer": "/value", "other": "application"},
	}}) with input as testing.declared(class("data", {"value": 800}), architecture)
		with data.inventory as testing.inventory(others)
}

test_fail_preempts_nothing if {
	testing.same(rule.violation, {{
		"msg": "it preempts nothing, so its pods wait for those of application, batch",
		"details": {"pointer": "/preemptionPolicy"},
	}}) with input as testing.declared(class("data", {"value": 900, "preemptionPolicy": "Never"}), architecture)
		with data.inventory as testing.inventory(others)
}

test_pass_last_may_wait if {
	testing.same(rule.violation, set()) with input as testing.declared(
		class("batch", {"value": 100, "preemptionPolicy": "Never"}),
		architecture,
	)
		with data.inventory as testing.inventory(others)
}

test_pass_class_of_its_tier if {
	testing.same(rule.violation, set()) with input as testing.declared(web({"priorityClassName": "application"}), architecture)
		with data.inventory as testing.inventory([])
}

test_fail_other_class if {
	testing.same(rule.violation, {{
		"msg": "priorityClassName is data, declared is application",
		"details": {
			"pointer": "/spec/template/spec/priorityClassName",
			"declared": "application",
			"found": "data",
		},
	}}) with input as testing.declared(web({"priorityClassName": "data"}), architecture)
		with data.inventory as testing.inventory([])
}

test_fail_without_class if {
	testing.same(rule.violation, {{
		"msg": "priorityClassName is absent, declared is application",
		"details": {
			"pointer": "/spec/template/spec/priorityClassName",
			"declared": "application",
			"found": "absent",
		},
	}}) with input as testing.declared(web({}), architecture)
		with data.inventory as testing.inventory([])
}

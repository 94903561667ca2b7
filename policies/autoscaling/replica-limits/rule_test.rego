package autoscaling["replica-limits_test"]

import data.autoscaling["replica-limits"] as rule
import data.lib.testing

hpa(spec) := {
	"apiVersion": "autoscaling/v2",
	"kind": "HorizontalPodAutoscaler",
	"metadata": {"name": "web-hpa", "namespace": "shop"},
	"spec": spec,
}

architecture := {
	"autoscalers": {"shop/web-hpa": "shop/Deployment/web"},
	"workloads": {"shop/Deployment/web": {"min_replicas": 1, "max_replicas": 8}},
}

test_pass_declared_limits if {
	testing.same(rule.violation, set()) with input as testing.declared(hpa({"maxReplicas": 8}), architecture)
}

# The near miss: one replica less than declared.
test_fail_lower_maximum if {
	testing.same(rule.violation, {{
		"msg": "maxReplicas is 7, declared is 8",
		"details": {"pointer": "/spec/maxReplicas", "declared": 8},
	}}) with input as testing.declared(hpa({"minReplicas": 1, "maxReplicas": 7}), architecture)
}

test_fail_higher_minimum if {
	testing.same(rule.violation, {{
		"msg": "minReplicas is 2, declared is 1",
		"details": {"pointer": "/spec/minReplicas", "declared": 1},
	}}) with input as testing.declared(hpa({"minReplicas": 2, "maxReplicas": 8}), architecture)
}

test_fail_no_room if {
	testing.same(rule.violation, {{
		"msg": "maxReplicas 3 leaves no room above minReplicas 3",
		"details": {"pointer": "/spec/maxReplicas", "minimum": 3, "maximum": 3},
	}}) with input as testing.review(hpa({"minReplicas": 3, "maxReplicas": 3}))
}

test_fail_no_maximum if {
	testing.same(rule.violation, {{
		"msg": "maxReplicas is no number",
		"details": {"pointer": "/spec/maxReplicas"},
	}}) with input as testing.review(hpa({}))
}

test_pass_undeclared_with_room if {
	testing.same(rule.violation, set()) with input as testing.review(hpa({"minReplicas": 2, "maxReplicas": 5}))
}

package autoscaling["no-fixed-replicas_test"]

import data.autoscaling["no-fixed-replicas"] as rule
import data.lib.testing

deployment(spec) := {
	"apiVersion": "apps/v1",
	"kind": "Deployment",
	"metadata": {"name": "web", "namespace": "shop"},
	"spec": spec,
}

hpa(kind) := {
	"apiVersion": "autoscaling/v2",
	"kind": "HorizontalPodAutoscaler",
	"metadata": {"name": "web-hpa", "namespace": "shop"},
	"spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": kind, "name": "web"}},
}

test_fail_fixed_and_scaled if {
	testing.same(rule.violation, {{
		"msg": "replicas is fixed at 2 while HorizontalPodAutoscaler web-hpa scales it",
		"details": {"pointer": "/spec/replicas", "autoscaler": "web-hpa"},
	}}) with input as testing.review(deployment({"replicas": 2}))
		with data.inventory as testing.inventory([hpa("Deployment")])
}

test_pass_left_out if {
	testing.same(rule.violation, set()) with input as testing.review(deployment({}))
		with data.inventory as testing.inventory([hpa("Deployment")])
}

# The near miss: the autoscaler is for a workload of another kind with the same name.
test_pass_other_kind if {
	testing.same(rule.violation, set()) with input as testing.review(deployment({"replicas": 2}))
		with data.inventory as testing.inventory([hpa("StatefulSet")])
}

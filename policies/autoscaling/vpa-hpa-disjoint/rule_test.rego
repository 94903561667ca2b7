package autoscaling["vpa-hpa-disjoint_test"]

import data.autoscaling["vpa-hpa-disjoint"] as rule
import data.lib.testing

vpa(mode, policies) := {
	"apiVersion": "autoscaling.k8s.io/v1",
	"kind": "VerticalPodAutoscaler",
	"metadata": {"name": "web-vpa", "namespace": "shop"},
	"spec": {
		"targetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
		"updatePolicy": {"updateMode": mode},
		"resourcePolicy": {"containerPolicies": policies},
	},
}

hpa := {
	"apiVersion": "autoscaling/v2",
	"kind": "HorizontalPodAutoscaler",
	"metadata": {"name": "web-hpa", "namespace": "shop"},
	"spec": {
		"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
		"metrics": [{"type": "Resource", "resource": {"name": "cpu"}}],
	},
}

deployment := {
	"apiVersion": "apps/v1",
	"kind": "Deployment",
	"metadata": {"name": "web", "namespace": "shop"},
	"spec": {"template": {"spec": {"containers": [{"name": "app"}, {"name": "proxy"}]}}},
}

found := {{
	"msg": "it changes cpu of Deployment/web, and HorizontalPodAutoscaler web-hpa scales on the utilization of cpu",
	"details": {"pointer": "/spec/resourcePolicy", "autoscaler": "web-hpa"},
}}

test_fail_both_on_cpu if {
	testing.same(rule.violation, found) with input as testing.review(vpa("InPlaceOrRecreate", []))
		with data.inventory as testing.inventory([hpa, deployment])
}

test_pass_memory_only if {
	testing.same(rule.violation, set()) with input as testing.review(vpa("InPlaceOrRecreate", [{
		"containerName": "*",
		"controlledResources": ["memory"],
	}]))
		with data.inventory as testing.inventory([hpa, deployment])
}

# The near miss: the policy leaves one container at the default.
test_fail_second_container_is_not_limited if {
	testing.same(rule.violation, found) with input as testing.review(vpa("InPlaceOrRecreate", [{
		"containerName": "app",
		"controlledResources": ["memory"],
	}]))
		with data.inventory as testing.inventory([hpa, deployment])
}

test_pass_recommends_only if {
	testing.same(rule.violation, set()) with input as testing.review(vpa("Off", []))
		with data.inventory as testing.inventory([hpa, deployment])
}

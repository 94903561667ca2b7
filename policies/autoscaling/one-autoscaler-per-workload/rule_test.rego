package autoscaling["one-autoscaler-per-workload_test"]

import data.autoscaling["one-autoscaler-per-workload"] as rule
import data.lib.testing

hpa(name, target) := {
	"apiVersion": "autoscaling/v2",
	"kind": "HorizontalPodAutoscaler",
	"metadata": {"name": name, "namespace": "shop"},
	"spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": target}},
}

scaled_object(target) := {
	"apiVersion": "keda.sh/v1alpha1",
	"kind": "ScaledObject",
	"metadata": {"name": "web-keda", "namespace": "shop"},
	"spec": {"scaleTargetRef": {"name": target}},
}

vpa(name) := {
	"apiVersion": "autoscaling.k8s.io/v1",
	"kind": "VerticalPodAutoscaler",
	"metadata": {"name": name, "namespace": "shop"},
	"spec": {"targetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}},
}

deployment := {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "shop"}}

architecture := {"workloads": {"shop/Deployment/web": {"autoscaler": "web-hpa"}}}

test_fail_two_horizontal if {
	testing.same(rule.violation, {{
		"msg": "Deployment/web is also scaled by HorizontalPodAutoscaler other",
		"details": {"pointer": "/spec/scaleTargetRef", "other": "other"},
	}}) with input as testing.review(hpa("web-hpa", "web"))
		with data.inventory as testing.inventory([hpa("web-hpa", "web"), hpa("other", "web")])
}

test_fail_scaled_object_too if {
	testing.same(rule.violation, {{
		"msg": "Deployment/web is also scaled by ScaledObject web-keda",
		"details": {"pointer": "/spec/scaleTargetRef", "other": "web-keda"},
	}}) with input as testing.review(hpa("web-hpa", "web"))
		with data.inventory as testing.inventory([hpa("web-hpa", "web"), scaled_object("web")])
}

test_fail_two_vertical if {
	testing.same(rule.violation, {{
		"msg": "Deployment/web is also scaled by VerticalPodAutoscaler other",
		"details": {"pointer": "/spec/targetRef", "other": "other"},
	}}) with input as testing.review(vpa("web-vpa"))
		with data.inventory as testing.inventory([vpa("web-vpa"), vpa("other")])
}

# The near miss: another target, and a vertical autoscaler beside.
test_pass_one_of_each if {
	testing.same(rule.violation, set()) with input as testing.review(hpa("web-hpa", "web"))
		with data.inventory as testing.inventory([hpa("web-hpa", "web"), hpa("api-hpa", "api"), vpa("web-vpa")])
}

test_fail_declared_autoscaler_is_missing if {
	testing.same(rule.violation, {{
		"msg": "the declared HorizontalPodAutoscaler web-hpa does not scale this workload",
		"details": {"pointer": "/metadata/name", "declared": "web-hpa"},
	}}) with input as testing.declared(deployment, architecture)
		with data.inventory as testing.inventory([hpa("web-hpa", "api")])
}

test_pass_declared_autoscaler if {
	testing.same(rule.violation, set()) with input as testing.declared(deployment, architecture)
		with data.inventory as testing.inventory([hpa("web-hpa", "web")])
}

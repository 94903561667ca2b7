package ingress["ingress-class_test"]

import data.ingress["ingress-class"] as rule
import data.lib.testing

ingress(annotations, spec) := {
	"apiVersion": "networking.k8s.io/v1",
	"kind": "Ingress",
	"metadata": {"name": "web", "namespace": "shop", "annotations": annotations},
	"spec": spec,
}

nginx_class := {"apiVersion": "networking.k8s.io/v1", "kind": "IngressClass", "metadata": {"name": "nginx"}}

test_pass_named_class if {
	testing.same(rule.violation, set()) with input as testing.declared(
		ingress({"nginx.org/limit-req-rate": "10r/s"}, {"ingressClassName": "nginx"}),
		{"ingress_class": "nginx"},
	)
		with data.inventory as testing.inventory([nginx_class])
}

test_fail_annotation if {
	testing.same(rule.violation, {
		{"msg": "spec.ingressClassName is not set", "details": {"pointer": "/spec/ingressClassName"}},
		{
			"msg": "the annotation kubernetes.io/ingress.class is deprecated",
			"details": {"pointer": "/metadata/annotations/kubernetes.io~1ingress.class"},
		},
	}) with input as testing.review(ingress({"kubernetes.io/ingress.class": "nginx"}, {}))
		with data.inventory as testing.inventory([])
}

# The near miss: one letter off.
test_fail_unknown_class if {
	testing.same(rule.violation, {{
		"msg": "there is no IngressClass ngnix, only nginx",
		"details": {"pointer": "/spec/ingressClassName", "classes": ["nginx"]},
	}}) with input as testing.review(ingress({}, {"ingressClassName": "ngnix"}))
		with data.inventory as testing.inventory([nginx_class])
}

test_fail_other_than_declared if {
	testing.same(rule.violation, {{
		"msg": "the class is traefik, declared is nginx",
		"details": {"pointer": "/spec/ingressClassName", "declared": "nginx"},
	}}) with input as testing.declared(ingress({}, {"ingressClassName": "traefik"}), {"ingress_class": "nginx"})
		with data.inventory as testing.inventory([])
}

test_fail_retired_controller if {
	testing.same(rule.violation, {{
		"msg": "the annotation nginx.ingress.kubernetes.io/limit-rps is for ingress-nginx, which is retired",
		"details": {"pointer": "/metadata/annotations/nginx.ingress.kubernetes.io~1limit-rps"},
	}}) with input as testing.review(ingress(
		{"nginx.ingress.kubernetes.io/limit-rps": "10"},
		{"ingressClassName": "nginx"},
	))
		with data.inventory as testing.inventory([])
}

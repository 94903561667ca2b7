package ingress["rate-limited_test"]

import data.ingress["rate-limited"] as rule
import data.lib.testing

ingress(class, annotations) := {
	"apiVersion": "networking.k8s.io/v1",
	"kind": "Ingress",
	"metadata": {"name": "web", "annotations": annotations},
	"spec": {"ingressClassName": class},
}

limits := {
	"nginx.org/limit-req-rate": "10r/s",
	"nginx.org/limit-req-key": "${binary_remote_addr}",
	"nginx.org/limit-req-zone-size": "10m",
}

test_pass_limited if {
	testing.same(rule.violation, set()) with input as testing.review(ingress("nginx", limits))
}

test_fail_unlimited if {
	testing.same(rule.violation, {{
		"msg": "no annotation limits the rate of requests",
		"details": {"pointer": "/metadata/annotations"},
	}}) with input as testing.review(ingress("nginx", {}))
}

# The near miss: a number is no rate.
test_fail_no_unit if {
	testing.same(rule.violation, {{
		"msg": "nginx.org/limit-req-rate 10 is no rate such as 10r/s",
		"details": {"pointer": "/metadata/annotations/nginx.org~1limit-req-rate"},
	}}) with input as testing.review(ingress("nginx", object.union(limits, {"nginx.org/limit-req-rate": "10"})))
}

test_fail_no_key if {
	testing.same(rule.violation, {{
		"msg": "the rate limit has no nginx.org/limit-req-key",
		"details": {"pointer": "/metadata/annotations/nginx.org~1limit-req-key"},
	}}) with input as testing.review(ingress("nginx", object.remove(limits, ["nginx.org/limit-req-key"])))
}

test_pass_other_controller if {
	testing.same(rule.violation, set()) with input as testing.review(ingress("alb", {}))
}

package ingress["tls-on-every-host_test"]

import data.ingress["tls-on-every-host"] as rule
import data.lib.testing

ingress(name, tls, hosts) := {
	"apiVersion": "networking.k8s.io/v1",
	"kind": "Ingress",
	"metadata": {"name": name, "namespace": "shop"},
	"spec": {"tls": tls, "rules": [{"host": host, "http": {"paths": [{"path": "/"}]}} | some host in hosts]},
}

test_pass_covered if {
	testing.same(rule.violation, set()) with input as testing.review(ingress(
		"web",
		[{"hosts": ["shop.example.com", "*.shop.example.com"]}],
		["shop.example.com", "api.shop.example.com"],
	))
		with data.inventory as testing.inventory([])
}

test_fail_left_out if {
	testing.same(rule.violation, {{
		"msg": "host api.example.com is in no entry of spec.tls",
		"details": {"pointer": "/spec/rules/1/host", "host": "api.example.com"},
	}}) with input as testing.review(ingress(
		"web",
		[{"hosts": ["shop.example.com"]}],
		["shop.example.com", "api.example.com"],
	))
		with data.inventory as testing.inventory([])
}

# The near miss: a wildcard covers one label only.
test_fail_two_labels_below_a_wildcard if {
	testing.same(rule.violation, {{
		"msg": "host a.b.example.com is in no entry of spec.tls",
		"details": {"pointer": "/spec/rules/0/host", "host": "a.b.example.com"},
	}}) with input as testing.review(ingress("web", [{"hosts": ["*.example.com"]}], ["a.b.example.com"]))
		with data.inventory as testing.inventory([])
}

test_fail_default_backend_without_tls if {
	testing.same(rule.violation, {{
		"msg": "it serves every host, without TLS",
		"details": {"pointer": "/spec/tls"},
	}}) with input as testing.review(ingress("web", [], [])) with data.inventory as testing.inventory([])
}

test_fail_host_served_twice if {
	testing.same(rule.violation, {{
		"msg": "host shop.example.com, path / is also served by Ingress shop/other",
		"details": {"pointer": "/spec/rules", "other": "shop/Ingress/other"},
	}}) with input as testing.review(ingress("web", [{"hosts": []}], ["shop.example.com"]))
		with data.inventory as testing.inventory([
			ingress("web", [{"hosts": []}], ["shop.example.com"]),
			ingress("other", [{"hosts": []}], ["shop.example.com"]),
		])
}

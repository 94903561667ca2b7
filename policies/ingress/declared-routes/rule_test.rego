package ingress["declared-routes_test"]

import data.ingress["declared-routes"] as rule
import data.lib.testing

architecture := {"ingresses": {
	"shop.example.com": {
		"namespace": "shop",
		"name": "web",
		"tls_secret": "web-tls",
		"issuer": "letsencrypt",
		"planned": null,
		"routes": [{"path": "/", "path_type": "Prefix", "service": "web", "port": 3000}],
	},
	"dashboard.example.com": {
		"namespace": "shop",
		"name": "dashboard",
		"planned": "monitoring",
		"routes": [{"path": "/", "path_type": "Prefix", "service": "dashboard", "port": 3000}],
	},
}}

ingress(host, port, issuer) := {
	"apiVersion": "networking.k8s.io/v1",
	"kind": "Ingress",
	"metadata": {
		"name": "web",
		"namespace": "shop",
		"annotations": {"cert-manager.io/cluster-issuer": issuer},
	},
	"spec": {
		"tls": [{"hosts": [host], "secretName": "web-tls"}],
		"rules": [{"host": host, "http": {"paths": [{
			"path": "/",
			"pathType": "Prefix",
			"backend": {"service": {"name": "web", "port": port}},
		}]}}],
	},
}

as_declared := ingress("shop.example.com", {"number": 3000}, "letsencrypt")

service := {
	"apiVersion": "v1",
	"kind": "Service",
	"metadata": {"name": "web", "namespace": "shop"},
	"spec": {"ports": [{"name": "http", "port": 3000}]},
}

namespace := {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}

test_pass_as_declared if {
	testing.same(rule.violation, set()) with input as testing.declared(as_declared, architecture)
		with data.inventory as testing.inventory([as_declared])
}

test_pass_port_by_name if {
	testing.same(rule.violation, set()) with input as testing.declared(
		ingress("shop.example.com", {"name": "http"}, "letsencrypt"),
		architecture,
	)
		with data.inventory as testing.inventory([service])
}

# The near miss: another port.
test_fail_other_port if {
	wanted := architecture.ingresses["shop.example.com"].routes[0]
	testing.same(rule.violation, {
		{
			"msg": "host shop.example.com: the declared route / (Prefix) to web:3000 is absent",
			"details": {"pointer": "/spec/rules", "declared": wanted},
		},
		{
			"msg": "host shop.example.com: the route / (Prefix) to web:80 is not declared",
			"details": {"pointer": "/spec/rules"},
		},
	}) with input as testing.declared(ingress("shop.example.com", {"number": 80}, "letsencrypt"), architecture)
		with data.inventory as testing.inventory([])
}

test_fail_undeclared_host if {
	wanted := architecture.ingresses["shop.example.com"].routes[0]
	testing.same(rule.violation, {
		{
			"msg": "host shop.example.com: the declared route / (Prefix) to web:3000 is absent",
			"details": {"pointer": "/spec/rules", "declared": wanted},
		},
		{
			"msg": "host admin.example.com is not declared for this Ingress",
			"details": {"pointer": "/spec/rules/0/host"},
		},
		{
			"msg": "host shop.example.com does not take its certificate from the declared Secret web-tls",
			"details": {"pointer": "/spec/tls", "declared": "web-tls"},
		},
	}) with input as testing.declared(ingress("admin.example.com", {"number": 3000}, "letsencrypt"), architecture)
		with data.inventory as testing.inventory([])
}

test_pass_other_environment if {
	staging := {
		"apiVersion": "networking.k8s.io/v1",
		"kind": "Ingress",
		"metadata": {"name": "web", "namespace": "shop-staging"},
		"spec": {"rules": [{"host": "shop.staging.example.com"}]},
	}
	testing.same(rule.violation, set()) with input as testing.declared(staging, architecture)
		with data.inventory as testing.inventory([])
}

test_fail_other_issuer if {
	testing.same(rule.violation, {{
		"msg": "annotation cert-manager.io/cluster-issuer is staging, declared is letsencrypt",
		"details": {
			"pointer": "/metadata/annotations/cert-manager.io~1cluster-issuer",
			"declared": "letsencrypt",
		},
	}}) with input as testing.declared(ingress("shop.example.com", {"number": 3000}, "staging"), architecture)
		with data.inventory as testing.inventory([])
}

test_fail_host_that_nothing_serves if {
	testing.same(rule.violation, {{
		"msg": "no Ingress serves the declared host shop.example.com",
		"details": {"pointer": "/metadata/name", "declared": "shop.example.com"},
	}}) with input as testing.declared(namespace, architecture)
		with data.inventory as testing.inventory([])
}

test_pass_every_host_is_served if {
	testing.same(rule.violation, set()) with input as testing.declared(namespace, architecture)
		with data.inventory as testing.inventory([as_declared])
}

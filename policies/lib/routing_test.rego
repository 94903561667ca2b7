package lib.routing_test

import data.lib.routing
import data.lib.testing

web := {
	"apiVersion": "apps/v1",
	"kind": "Deployment",
	"metadata": {"name": "web", "namespace": "shop"},
	"spec": {"template": {"metadata": {"labels": {"app": "web"}}}},
}

service(name, app) := {
	"apiVersion": "v1",
	"kind": "Service",
	"metadata": {"name": name, "namespace": "shop"},
	"spec": {"selector": {"app": app}},
}

ingress(name, spec) := {
	"apiVersion": "networking.k8s.io/v1",
	"kind": "Ingress",
	"metadata": {"name": name, "namespace": "shop"},
	"spec": spec,
}

backend(name) := {"service": {"name": name}}

everything := [
	service("front", "web"),
	service("side", "web"),
	service("back", "api"),
	ingress("by-path", {"rules": [{"http": {"paths": [{"backend": backend("back")}, {"backend": backend("side")}]}}]}),
	ingress("by-default", {"defaultBackend": backend("front"), "rules": "none"}),
	ingress("to-others", {"rules": [{"http": {"paths": [{"backend": backend("back")}]}}]}),
]

test_pass_services_by_selector if {
	names := {found.metadata.name | some found in routing.services(web)} with data.inventory as testing.inventory(everything)
	testing.same(names, {"front", "side"})
}

test_pass_ingresses_by_path_and_default if {
	names := {found.metadata.name | some found in routing.ingresses(web)} with data.inventory as testing.inventory(everything)
	testing.same(names, {"by-path", "by-default"})
}

package availability.probes_test

import data.availability.probes as rule
import data.lib.testing

deployment(container) := {
	"apiVersion": "apps/v1",
	"kind": "Deployment",
	"metadata": {"name": "web", "namespace": "shop"},
	"spec": {"template": {"spec": {"containers": [object.union({"name": "app"}, container)]}}},
}

live := {"httpGet": {"path": "/healthz/live", "port": "http"}}

ready := {"httpGet": {"path": "/healthz/ready", "port": "http"}}

ports := [{"name": "http", "containerPort": 8080}]

architecture := {"workloads": {"shop/Deployment/web": {"ports": {"app": {"http": 8080}}}}}

at(field) := {"pointer": concat("", ["/spec/template/spec/containers/0/", field]), "container": "app"}

test_pass_probed if {
	testing.same(rule.violation, set()) with input as testing.review(deployment({
		"ports": ports,
		"livenessProbe": live,
		"readinessProbe": ready,
	}))
}

test_fail_no_probes if {
	testing.same(rule.violation, {
		{"msg": "container app has no livenessProbe", "details": at("livenessProbe")},
		{"msg": "container app has no readinessProbe", "details": at("readinessProbe")},
	}) with input as testing.review(deployment({}))
}

test_fail_identical if {
	testing.same(rule.violation, {{
		"msg": "container app: the liveness probe is identical to the readiness probe",
		"details": at("livenessProbe"),
	}}) with input as testing.review(deployment({"ports": ports, "livenessProbe": ready, "readinessProbe": ready}))
}

# The near miss: the same handler, but liveness is more patient.
test_pass_same_handler_other_threshold if {
	testing.same(rule.violation, set()) with input as testing.review(deployment({
		"ports": ports,
		"livenessProbe": object.union(ready, {"failureThreshold": 6}),
		"readinessProbe": ready,
	}))
}

test_fail_unknown_port_name if {
	testing.same(rule.violation, {{
		"msg": "container app: the readinessProbe asks port http, which the container does not declare",
		"details": at("readinessProbe/httpGet/port"),
	}}) with input as testing.review(deployment({
		"livenessProbe": {"exec": {"command": ["true"]}},
		"readinessProbe": ready,
	}))
}

test_fail_declared_without_startup_probe if {
	testing.same(rule.violation, {{
		"msg": "container app has no startupProbe",
		"details": at("startupProbe"),
	}}) with input as testing.declared(
		deployment({"ports": ports, "livenessProbe": live, "readinessProbe": ready}),
		architecture,
	)
}

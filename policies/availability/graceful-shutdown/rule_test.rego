package availability["graceful-shutdown_test"]

import data.availability["graceful-shutdown"] as rule
import data.lib.testing

deployment(spec) := {
	"apiVersion": "apps/v1",
	"kind": "Deployment",
	"metadata": {"name": "web", "namespace": "shop"},
	"spec": {"template": {"metadata": {"labels": {"app": "web"}}, "spec": spec}},
}

service := {
	"apiVersion": "v1",
	"kind": "Service",
	"metadata": {"name": "web", "namespace": "shop"},
	"spec": {"selector": {"app": "web"}},
}

architecture := {"workloads": {"shop/Deployment/web": {"ports": {"app": {"http": 8080}}}}}

sleeping(seconds) := {"name": "app", "lifecycle": {"preStop": {"sleep": {"seconds": seconds}}}}

test_pass_time_enough if {
	testing.same(rule.violation, set()) with input as testing.declared(
		deployment({"terminationGracePeriodSeconds": 45, "containers": [sleeping(10)]}),
		architecture,
	)
		with data.inventory as testing.inventory([service])
}

# The near miss: the sleep takes exactly the whole default of 30 seconds.
test_fail_sleep_takes_all if {
	testing.same(rule.violation, {{
		"msg": "container app waits 30 s before it stops, and the grace period is 30 s",
		"details": {"pointer": "/spec/template/spec/terminationGracePeriodSeconds", "container": "app"},
	}}) with input as testing.review(deployment({"containers": [sleeping(30)]}))
		with data.inventory as testing.inventory([])
}

test_fail_sleep_command_takes_all if {
	testing.same(rule.violation, {{
		"msg": "container app waits 15 s before it stops, and the grace period is 10 s",
		"details": {"pointer": "/spec/template/spec/terminationGracePeriodSeconds", "container": "app"},
	}}) with input as testing.review(deployment({"terminationGracePeriodSeconds": 10, "containers": [{
		"name": "app",
		"lifecycle": {"preStop": {"exec": {"command": ["sh", "-c", "sleep 15; nginx -s quit"]}}},
	}]}))
		with data.inventory as testing.inventory([])
}

test_fail_no_grace if {
	testing.same(rule.violation, {{
		"msg": "terminationGracePeriodSeconds 0 kills the containers at once",
		"details": {"pointer": "/spec/template/spec/terminationGracePeriodSeconds"},
	}}) with input as testing.review(deployment({"terminationGracePeriodSeconds": 0}))
		with data.inventory as testing.inventory([])
}

test_fail_declared_without_hook if {
	testing.same(rule.violation, {{
		"msg": "container app has no preStop hook, so requests fail while traffic is still drained from it",
		"details": {"pointer": "/spec/template/spec/containers/0/lifecycle/preStop", "container": "app"},
	}}) with input as testing.declared(deployment({"containers": [{"name": "app"}]}), architecture)
		with data.inventory as testing.inventory([service])
}

test_pass_without_service if {
	testing.same(rule.violation, set()) with input as testing.declared(
		deployment({"containers": [{"name": "app"}]}),
		architecture,
	)
		with data.inventory as testing.inventory([])
}

longest(seconds, variable) := {"workloads": {"shop/Deployment/web": {"longest_request": {
	"seconds": seconds,
	"variable": variable,
}}}}

ingress(annotations) := {
	"apiVersion": "networking.k8s.io/v1",
	"kind": "Ingress",
	"metadata": {"name": "shop", "namespace": "shop", "annotations": annotations},
	"spec": {"defaultBackend": {"service": {"name": "web"}}},
}

enough := {"terminationGracePeriodSeconds": 40, "containers": [sleeping(10)]}

declared_longest(msg) := {{
	"msg": msg,
	"details": {"pointer": "/spec/template/spec/terminationGracePeriodSeconds", "declared": 30},
}}

test_pass_longest_request if {
	every timeout in ["30s", "30", "20s"] {
		testing.same(rule.violation, set()) with input as testing.declared(deployment(enough), longest(30, null))
			with data.inventory as testing.inventory([service, ingress({"nginx.org/proxy-read-timeout": timeout})])
	}
}

# The near miss: the request fits, but not after the hook.
test_fail_longest_request_does_not_fit if {
	expected := declared_longest(concat("", [
		"the grace period of 39 s ends before a request of 30 s that begins ",
		"while the preStop hook waits 10 s",
	]))
	testing.same(rule.violation, expected) with input as testing.declared(
		deployment({"terminationGracePeriodSeconds": 39, "containers": [sleeping(10)]}),
		longest(30, null),
	)
		with data.inventory as testing.inventory([])
}

test_fail_ingress_allows_longer if {
	expected := declared_longest("Ingress shop allows a request 1m, declared are at most 30 s")
	testing.same(rule.violation, expected) with input as testing.declared(deployment(enough), longest(30, null))
		with data.inventory as testing.inventory([service, ingress({"nginx.org/proxy-read-timeout": "1m"})])
}

test_fail_ingress_without_bound if {
	expected := declared_longest("Ingress shop sets no bound that can be read, declared are at most 30 s")
	testing.same(rule.violation, expected) with input as testing.declared(deployment(enough), longest(30, null))
		with data.inventory as testing.inventory([service, ingress({})])
}

bounded(value) := {"terminationGracePeriodSeconds": 40, "containers": [object.union(
	sleeping(10),
	{"env": [{"name": "TIMEOUT", "value": value}]},
)]}

test_pass_variable_bounds if {
	testing.same(rule.violation, set()) with input as testing.declared(deployment(bounded("30")), longest(30, "TIMEOUT"))
		with data.inventory as testing.inventory([service, ingress({})])
}

test_fail_variable_allows_longer if {
	expected := declared_longest("variable TIMEOUT of container app allows a request 31, declared are at most 30 s")
	testing.same(rule.violation, expected) with input as testing.declared(deployment(bounded("31")), longest(30, "TIMEOUT"))
		with data.inventory as testing.inventory([])
}

test_fail_variable_is_absent if {
	expected := declared_longest("no container has TIMEOUT, which bounds a request to 30 s")
	testing.same(rule.violation, expected) with input as testing.declared(deployment(enough), longest(30, "TIMEOUT"))
		with data.inventory as testing.inventory([])
}

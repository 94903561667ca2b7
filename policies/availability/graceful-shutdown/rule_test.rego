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

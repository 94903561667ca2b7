package resources["requests-and-limits_test"]

import data.lib.testing
import data.resources["requests-and-limits"] as rule

pod(resources) := {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "app", "resources": resources}]}}

found(msg, pointer) := {{
	"msg": msg,
	"details": {"pointer": concat("", ["/spec/containers/0/resources", pointer]), "container": "app"},
}}

test_pass_without_cpu_limit if {
	testing.same(rule.violation, set()) with input as testing.review(pod({
		"requests": {"cpu": "200m", "memory": "512Mi"},
		"limits": {"memory": "0.5Gi"},
	}))
}

test_pass_limits_stand_for_requests if {
	testing.same(rule.violation, set()) with input as testing.review(pod({"limits": {"cpu": 1, "memory": "1Gi"}}))
}

test_fail_no_memory_limit if {
	testing.same(rule.violation, found("container app has no memory limit", "/limits/memory")) with input as testing.review(pod({
		"requests": {"cpu": "200m", "memory": "512Mi"},
		"limits": {"cpu": "1"},
	}))
}

test_fail_nothing if {
	testing.same(rule.violation, {
		{
			"msg": "container app has no cpu request",
			"details": {"pointer": "/spec/containers/0/resources/requests/cpu", "container": "app"},
		},
		{
			"msg": "container app has no memory request",
			"details": {"pointer": "/spec/containers/0/resources/requests/memory", "container": "app"},
		},
		{
			"msg": "container app has no memory limit",
			"details": {"pointer": "/spec/containers/0/resources/limits/memory", "container": "app"},
		},
	}) with input as testing.review({"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "app"}]}})
}

# The near miss: a decimal gigabyte is less than a binary one.
test_fail_request_above_limit if {
	testing.same(rule.violation, found(
		"container app requests memory 1Gi, more than its limit 1G",
		"/requests/memory",
	)) with input as testing.review(pod({
		"requests": {"cpu": "1", "memory": "1Gi"},
		"limits": {"memory": "1G"},
	}))
}

test_pass_resources_of_the_pod if {
	testing.same(rule.violation, set()) with input as testing.review({"apiVersion": "v1", "kind": "Pod", "spec": {
		"resources": {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"memory": "1Gi"}},
		"containers": [{"name": "app"}],
	}})
}

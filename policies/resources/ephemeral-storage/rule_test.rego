package resources["ephemeral-storage_test"]

import data.lib.testing
import data.resources["ephemeral-storage"] as rule

pod(resources) := {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "app", "resources": resources}]}}

test_pass_both if {
	testing.same(rule.violation, set()) with input as testing.review(pod({
		"requests": {"ephemeral-storage": "1Gi"},
		"limits": {"ephemeral-storage": "1Gi"},
	}))
}

test_pass_limit_stands_for_request if {
	testing.same(rule.violation, set()) with input as testing.review(pod({"limits": {"ephemeral-storage": "1Gi"}}))
}

# The near miss: a request bounds nothing.
test_fail_request_only if {
	testing.same(rule.violation, {{
		"msg": "container app has no ephemeral-storage limit",
		"details": {"pointer": "/spec/containers/0/resources/limits/ephemeral-storage", "container": "app"},
	}}) with input as testing.review(pod({"requests": {"ephemeral-storage": "1Gi"}}))
}

package metadata["no-default-namespace_test"]

import data.lib.testing
import data.metadata["no-default-namespace"] as rule

service(metadata) := {"apiVersion": "v1", "kind": "Service", "metadata": metadata}

test_pass_named if {
	testing.same(rule.violation, set()) with input as testing.review(service({"name": "web", "namespace": "shop"}))
}

test_fail_none if {
	testing.same(rule.violation, {{
		"msg": "no namespace is named; it lands in whatever namespace is current when it is applied",
		"details": {"pointer": "/metadata/namespace"},
	}}) with input as testing.review(service({"name": "web"}))
}

test_fail_default if {
	testing.same(rule.violation, {{
		"msg": "it is in the namespace default",
		"details": {"pointer": "/metadata/namespace"},
	}}) with input as testing.review(service({"name": "web", "namespace": "default"}))
}

# The near miss: a name that begins like it.
test_pass_default_backend if {
	testing.same(rule.violation, set()) with input as testing.review(service({"name": "web", "namespace": "default-web"}))
}

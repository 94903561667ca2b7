package secrets["no-plain-secrets_test"]

import data.lib.testing
import data.secrets["no-plain-secrets"] as rule

secret(fields) := object.union({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db"}}, fields)

test_fail_data if {
	testing.same(rule.violation, {{
		"msg": "the manifest holds values of a Secret: password, user",
		"details": {"pointer": "/data", "keys": ["password", "user"]},
	}}) with input as testing.review(secret({"data": {"user": "REDACTED", "password": "REDACTED"}}))
}

test_fail_string_data if {
	testing.same(rule.violation, {{
		"msg": "the manifest holds values of a Secret: token",
		"details": {"pointer": "/stringData", "keys": ["token"]},
	}}) with input as testing.review(secret({"stringData": {"token": "REDACTED"}}))
}

# The near miss: a Secret that a controller fills.
test_pass_empty if {
	testing.same(rule.violation, set()) with input as testing.review(secret({
		"type": "kubernetes.io/service-account-token",
		"data": {},
	}))
}

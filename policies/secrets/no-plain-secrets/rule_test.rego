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

external(spec) := {
	"apiVersion": "external-secrets.io/v1",
	"kind": "ExternalSecret",
	"metadata": {"name": "db"},
	"spec": spec,
}

entries := [{"secretKey": "password", "remoteRef": {"key": "shop/database"}}]

test_pass_external if {
	template := {"target": {"template": {"data": {"url": "postgres://shop:{{ .password }}@db"}}}}
	testing.same(rule.violation, set()) with input as testing.review(external({"data": entries}))
	testing.same(rule.violation, set()) with input as testing.review(external({"dataFrom": entries}))
	testing.same(rule.violation, set()) with input as testing.review(external(object.union({"data": entries}, template)))
}

test_fail_external_without_store if {
	testing.same(rule.violation, {{
		"msg": "spec has no data or dataFrom, so its values come from no secret store",
		"details": {"pointer": "/spec"},
	}}) with input as testing.review(external({"data": []}))
}

test_fail_external_with_literal if {
	spec := {"data": entries, "target": {"template": {"data": {"user": "shop"}}}}
	testing.same(rule.violation, {{
		"msg": "the template holds the value of entry user",
		"details": {"pointer": "/spec/target/template/data/user", "keys": ["user"]},
	}}) with input as testing.review(external(spec))
}

test_fail_sealed_without_values if {
	testing.same(rule.violation, {{
		"msg": "spec has no encryptedData, so its values come from no secret store",
		"details": {"pointer": "/spec"},
	}}) with input as testing.review({
		"apiVersion": "bitnami.com/v1alpha1",
		"kind": "SealedSecret",
		"metadata": {"name": "db"},
		"spec": {"encryptedData": {}},
	})
}

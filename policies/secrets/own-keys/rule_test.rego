package secrets["own-keys_test"]

import data.lib.testing
import data.secrets["own-keys"] as rule

architecture := {"workloads": {"shop/Deployment/one": {"own_secrets": ["API_KEY"]}}}

workload(name, spec) := {
	"apiVersion": "apps/v1",
	"kind": "Deployment",
	"metadata": {"name": name, "namespace": "shop"},
	"spec": {"template": {"spec": spec}},
}

with_env(env) := {"containers": [{"name": "app", "env": env}]}

from_secret(secret, key) := [{"name": "API_KEY", "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}}]

one := workload("one", with_env(from_secret("one-api", "key")))

filled(secret, property) := {
	"apiVersion": "external-secrets.io/v1",
	"kind": "ExternalSecret",
	"metadata": {"name": secret, "namespace": "shop"},
	"spec": {
		"secretStoreRef": {"name": "store"},
		"data": [{"secretKey": "key", "remoteRef": {"key": "api", "property": property}}],
	},
}

found(msg, pointer, details) := {{
	"msg": msg,
	"details": object.union({"pointer": concat("", ["/spec/template/spec/containers", pointer]), "variable": "API_KEY"}, details),
}}

shared := found("Deployment two reads it too: Secret one-api, key key", "/0/env/0", {"other": "two"})

test_pass_own_key if {
	testing.same(rule.violation, set()) with input as testing.declared(one, architecture)
		with data.inventory as testing.inventory([
			one,
			workload("two", with_env(from_secret("two-api", "key"))),
			filled("one-api", "one"),
			filled("two-api", "two"),
		])
}

# The near miss: two keys in one Secret.
test_pass_another_entry_of_the_secret if {
	items := {"secretName": "one-api", "items": [{"key": "other"}]}
	testing.same(rule.violation, set()) with input as testing.declared(one, architecture)
		with data.inventory as testing.inventory([one, workload("two", object.union(
			with_env(from_secret("one-api", "other")),
			{"volumes": [{"name": "keys", "secret": items}]},
		))])
}

test_fail_shared_by_any_way if {
	every spec in [
		with_env(from_secret("one-api", "key")),
		{"containers": [{"name": "app", "envFrom": [{"secretRef": {"name": "one-api"}}]}]},
		{"volumes": [{"name": "keys", "secret": {"secretName": "one-api"}}]},
		{"volumes": [{"name": "keys", "projected": {"sources": [{"secret": {"name": "one-api", "items": [{"key": "key"}]}}]}}]},
	] {
		testing.same(rule.violation, shared) with input as testing.declared(one, architecture)
			with data.inventory as testing.inventory([one, workload("two", spec)])
	}
}

test_fail_two_secrets_of_one_key if {
	expected := found(
		"Secret one-api is filled with the same key as Secret two-api, key key",
		"/0/env/0",
		{"other": "two-api"},
	)
	testing.same(rule.violation, expected) with input as testing.declared(one, architecture)
		with data.inventory as testing.inventory([one, filled("one-api", "shared"), filled("two-api", "shared")])
}

test_fail_literal if {
	literal := workload("one", with_env([{"name": "API_KEY", "value": "example"}]))
	expected := found("API_KEY does not come from an entry of a Secret", "/0/env/0", {})
	testing.same(rule.violation, expected) with input as testing.declared(literal, architecture)
		with data.inventory as testing.inventory([literal])
}

test_fail_absent if {
	expected := found("no container has the declared variable API_KEY", "", {})
	testing.same(rule.violation, expected) with input as testing.declared(workload("one", with_env([])), architecture)
		with data.inventory as testing.inventory([])
}

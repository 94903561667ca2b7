package secrets["own-database-credentials_test"]

import data.lib.testing
import data.secrets["own-database-credentials"] as rule

database(name, env) := {
	"apiVersion": "apps/v1",
	"kind": "StatefulSet",
	"metadata": {"name": name, "namespace": "shop"},
	"spec": {"template": {"spec": {"containers": [{
		"name": "postgres",
		"image": "postgres:16.15-alpine3.24",
		"env": array.concat([{"name": "POSTGRES_DB", "value": name}], env),
	}]}}},
}

password(secret) := [{"name": "POSTGRES_PASSWORD", "valueFrom": {"secretKeyRef": {"name": secret, "key": "password"}}}]

test_pass_own if {
	testing.same(rule.violation, set()) with input as testing.review(database("orders", password("orders-db")))
		with data.inventory as testing.inventory([
			database("orders", password("orders-db")),
			database("users", password("users-db")),
		])
}

test_fail_shared if {
	testing.same(rule.violation, {{
		"msg": "it has the same password as StatefulSet users: Secret shared, key password",
		"details": {"pointer": "/spec/template/spec/containers", "other": "users"},
	}}) with input as testing.review(database("orders", password("shared")))
		with data.inventory as testing.inventory([
			database("orders", password("shared")),
			database("users", password("shared")),
		])
}

test_fail_no_password if {
	testing.same(rule.violation, {{
		"msg": "container postgres gets no password; the image refuses to start",
		"details": {"pointer": "/spec/template/spec/containers/0/env", "container": "postgres"},
	}}) with input as testing.review(database("orders", [])) with data.inventory as testing.inventory([])
}

test_fail_trust if {
	testing.same(rule.violation, {{
		"msg": "container postgres lets everybody in without a password",
		"details": {"pointer": "/spec/template/spec/containers/0/env/1/value", "container": "postgres"},
	}}) with input as testing.review(database("orders", [{"name": "POSTGRES_HOST_AUTH_METHOD", "value": "trust"}]))
		with data.inventory as testing.inventory([])
}

# The near miss: the same Secret, another key.
test_pass_other_key_of_the_same_secret if {
	other := [{"name": "POSTGRES_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "shared", "key": "users"}}}]
	testing.same(rule.violation, set()) with input as testing.review(database("orders", password("shared")))
		with data.inventory as testing.inventory([database("orders", password("shared")), database("users", other)])
}

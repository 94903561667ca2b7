package secrets["no-secret-in-env-literal_test"]

import data.lib.testing
import data.secrets["no-secret-in-env-literal"] as rule

pod(env) := {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "app", "env": env}]}}

found(name) := {{
	"msg": sprintf("container app: environment variable %s holds a secret as a literal", [name]),
	"details": {"pointer": "/spec/containers/0/env/0/value", "container": "app"},
}}

test_fail_password if {
	testing.same(rule.violation, found("DB_PASSWORD")) with input as testing.review(pod([{
		"name": "DB_PASSWORD",
		"value": "example",
	}]))
}

test_fail_connection_string if {
	testing.same(rule.violation, found("DATABASE_URL")) with input as testing.review(pod([{
		"name": "DATABASE_URL",
		"value": "postgres://app:example@db:5432/shop",
	}]))
}

# The near misses: a reference, a path, a lifetime, a user without password.
test_pass_no_secrets if {
	testing.same(rule.violation, set()) with input as testing.review(pod([
		{"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}},
		{"name": "DB_PASSWORD_FILE", "value": "/run/secrets/password"},
		{"name": "TOKEN_TTL", "value": "3600"},
		{"name": "ACCESS_TOKEN", "value": "$(OTHER)"},
		{"name": "DATABASE_URL", "value": "postgres://app:$(DB_PASSWORD)@db:5432/shop"},
		{"name": "CONNECTION", "value": "Host=db;Username=app;Password=$(DB_PASSWORD)"},
		{"name": "SECRET_NAME", "value": "db-credentials"},
		{"name": "PROXY", "value": "http://proxy:3128"},
	]))
}

test_fail_config_map if {
	testing.same(rule.violation, {{
		"msg": "entry api.key of the ConfigMap holds a secret",
		"details": {"pointer": "/data/api.key"},
	}}) with input as testing.review({
		"apiVersion": "v1",
		"kind": "ConfigMap",
		"data": {"api.key": "example", "LOG_LEVEL": "debug"},
	})
}

package monitoring["alert-expressions_test"]

import data.lib.testing
import data.monitoring["alert-expressions"] as rule

rules(expression) := {
	"apiVersion": "v1",
	"kind": "ConfigMap",
	"metadata": {"name": "rules"},
	"data": {"rules.yml": json.marshal({"groups": [{
		"name": "web",
		"rules": [{"alert": "Slow", "expr": expression}, {"record": "x", "expr": "up"}],
	}]})},
}

found(message) := {{
	"msg": sprintf("alert Slow compares %s", [message]),
	"details": {"pointer": "/data/rules.yml", "alert": "Slow"},
}}

test_fail_failures_per_second if {
	wanted := found("failures per second, whatever the load; needed: their share of all requests")
	testing.same(rule.violation, wanted) with input as testing.review(rules(`rate(requests_total{code=~"5.."}[5m]) > 0.01`))
}

test_fail_last_latency if {
	wanted := found("the last value of a latency; needed: an average or a quantile")
	testing.same(rule.violation, wanted) with input as testing.review(rules(`api_response_time_seconds{job="a"} > 30`))
}

test_pass_share if {
	expression := `sum(rate(requests_total{code=~"5.."}[5m])) / sum(rate(requests_total[5m])) > 0.001`
	testing.same(rule.violation, set()) with input as testing.review(rules(expression))
}

# The near miss: a latency that is a quantile already.
test_pass_quantile if {
	expression := "histogram_quantile(0.95, sum by (le) (rate(api_duration_seconds_bucket[5m]))) > 0.5"
	testing.same(rule.violation, set()) with input as testing.review(rules(expression))
}

test_pass_lag_in_seconds if {
	testing.same(rule.violation, set()) with input as testing.review(rules("pg_replication_lag_seconds > 60"))
}

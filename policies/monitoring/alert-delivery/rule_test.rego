package monitoring["alert-delivery_test"]

import data.lib.testing
import data.monitoring["alert-delivery"] as rule

config_map(found) := {
	"apiVersion": "v1",
	"kind": "ConfigMap",
	"metadata": {"name": "prometheus"},
	"data": {"prometheus.yml": json.marshal(found)},
}

unloaded := {"msg": "it loads no rule_files, so no alert is ever evaluated", "details": {"pointer": "/data/prometheus.yml"}}

unsent := {"msg": "it names no Alertmanager, so no alert reaches anyone", "details": {"pointer": "/data/prometheus.yml"}}

test_fail_neither if {
	testing.same(rule.violation, {unloaded, unsent}) with input as testing.review(config_map({"scrape_configs": []}))
}

# The near miss: the section is there, and empty.
test_fail_no_alertmanager if {
	found := {"scrape_configs": [], "rule_files": ["*.yml"], "alerting": {"alertmanagers": []}}
	testing.same(rule.violation, {unsent}) with input as testing.review(config_map(found))
}

test_pass_both if {
	found := {"scrape_configs": [], "rule_files": ["*.yml"], "alerting": {"alertmanagers": [{"static_configs": []}]}}
	testing.same(rule.violation, set()) with input as testing.review(config_map(found))
}

test_pass_no_prometheus if {
	testing.same(rule.violation, set()) with input as testing.review(config_map({"rules": []}))
}

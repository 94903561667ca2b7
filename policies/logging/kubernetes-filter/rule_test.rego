package logging["kubernetes-filter_test"]

import data.lib.testing
import data.logging["kubernetes-filter"] as rule

config_map(text) := {
	"apiVersion": "v1",
	"kind": "ConfigMap",
	"metadata": {"name": "collector", "namespace": "logs"},
	"data": {"fluent-bit.conf": text},
}

pipeline(tag, settings) := config_map(concat("\n", array.concat(
	["[INPUT]", "Name tail", "Path /var/log/containers/*.log", sprintf("Tag %s", [tag]), "[FILTER]", "Name kubernetes"],
	settings,
)))

found(message) := {{"msg": message, "details": {"pointer": "/data/fluent-bit.conf"}}}

test_fail_tag_that_no_filter_matches if {
	testing.same(rule.violation, found("no kubernetes filter matches the tag task.*, so its records name no pod"))
		with input as testing.review(pipeline("task.*", ["Match shop.*"]))
}

# The near miss: the filter matches, and cuts off another prefix.
test_fail_other_prefix if {
	testing.same(rule.violation, found(concat("", [
		"the filter looks for tags that begin with kube.var.log.containers.,",
		" and the tag shop.* does not, so no pod is found",
	]))) with input as testing.review(pipeline("shop.*", ["Match shop.*"]))
}

test_pass_usual_tag if {
	testing.same(rule.violation, set()) with input as testing.review(pipeline("kube.*", ["Match *"]))
}

test_pass_own_prefix if {
	settings := ["Match shop.*", "Kube_Tag_Prefix shop.var.log.containers."]
	testing.same(rule.violation, set()) with input as testing.review(pipeline("shop.*", settings))
}

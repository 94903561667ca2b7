package logging["elasticsearch-output_test"]

import data.lib.testing
import data.logging["elasticsearch-output"] as rule

config_map(text) := {
	"apiVersion": "v1",
	"kind": "ConfigMap",
	"metadata": {"name": "collector", "namespace": "logs"},
	"data": {"fluent-bit.conf": text},
}

output(settings) := config_map(concat("\n", array.concat(["[OUTPUT]", "  Name es", "  Match *"], settings)))

safe_settings := ["Suppress_Type_Name On", "tls On", "HTTP_User writer", "HTTP_Passwd ${PASSWORD}"]

found(message) := {"msg": message, "details": {"pointer": "/data/fluent-bit.conf"}}

test_fail_all if {
	testing.same(rule.violation, {
		found("Index shop is ignored while Logstash_Format is On; the prefix is Logstash_Prefix"),
		found("Suppress_Type_Name is not On, and Elasticsearch 8 rejects mapping types"),
		found("tls is not On, so logs travel in the clear"),
		found("it logs in to the store with nothing"),
		found("the host store is no Service of namespace logs, where alone that name resolves"),
	}) with input as testing.review(output(["Host store", "Index shop", "Logstash_Format On"]))
}

# The near miss: the Service exists, in another namespace.
test_fail_service_of_another_namespace if {
	service := {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "store", "namespace": "shop"}}
	testing.same(rule.violation, {found("the host store is no Service of namespace logs, where alone that name resolves")})
		with input as testing.review(output(array.concat(safe_settings, ["Host store"])))
		with data.inventory as testing.inventory([service])
}

test_pass_full_name if {
	settings := array.concat(safe_settings, ["Host store.data.svc", "Logstash_Format On", "Logstash_Prefix shop"])
	testing.same(rule.violation, set()) with input as testing.review(output(settings))
}

test_pass_service_beside if {
	service := {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "store", "namespace": "logs"}}
	testing.same(rule.violation, set()) with input as testing.review(output(array.concat(safe_settings, ["Host store", "Index a"])))
		with data.inventory as testing.inventory([service])
}

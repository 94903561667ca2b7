package network["namespace-selector_test"]

import data.lib.testing
import data.network["namespace-selector"] as rule

policy(selector) := {
	"apiVersion": "networking.k8s.io/v1",
	"kind": "NetworkPolicy",
	"metadata": {"name": "web", "namespace": "shop"},
	"spec": {"ingress": [{"from": [{"podSelector": {}}, {"namespaceSelector": selector}]}]},
}

architecture := {"namespaces": {"shop": {}, "nginx-ingress": {}}}

labelled := testing.inventory([{
	"apiVersion": "v1",
	"kind": "Namespace",
	"metadata": {"name": "watch", "labels": {"team": "harbour"}},
}])

found(asked) := {{
	"msg": sprintf("no namespace has the labels that it asks for (%s), so the rule allows nothing", [asked]),
	"details": {"pointer": "/spec/ingress/0/from/1/namespaceSelector"},
}}

test_fail_label_that_nothing_sets if {
	given := policy({"matchLabels": {"name": "nginx-ingress"}})
	testing.same(rule.violation, found("name=nginx-ingress")) with input as testing.declared(given, architecture)
}

test_fail_namespace_that_nobody_declares if {
	given := policy({"matchLabels": {"kubernetes.io/metadata.name": "ingress-nginx"}})
	testing.same(rule.violation, found("kubernetes.io/metadata.name=ingress-nginx"))
		with input as testing.declared(given, architecture)
}

# The near miss: both labels exist, on two namespaces.
test_fail_labels_of_two_namespaces if {
	given := policy({
		"matchLabels": {"team": "harbour"},
		"matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["shop"]}],
	})
	testing.same(rule.violation, found("kubernetes.io/metadata.name In, team=harbour"))
		with input as testing.declared(given, architecture)
		with data.inventory as labelled
}

test_pass_by_declared_name if {
	given := policy({"matchLabels": {"kubernetes.io/metadata.name": "nginx-ingress"}})
	testing.same(rule.violation, set()) with input as testing.declared(given, architecture)
}

test_pass_by_label_of_a_namespace_in_the_set if {
	given := policy({"matchLabels": {"team": "harbour", "kubernetes.io/metadata.name": "watch"}})
	testing.same(rule.violation, set()) with input as testing.declared(given, architecture)
		with data.inventory as labelled
}

test_pass_every_namespace if {
	testing.same(rule.violation, set()) with input as testing.declared(policy({}), architecture)
}

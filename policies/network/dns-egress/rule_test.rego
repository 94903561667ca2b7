package network["dns-egress_test"]

import data.lib.testing
import data.network["dns-egress"] as rule

deployment := {
	"apiVersion": "apps/v1",
	"kind": "Deployment",
	"metadata": {"name": "web", "namespace": "shop"},
	"spec": {"template": {"metadata": {"labels": {"app": "web"}}}},
}

policy(name, egress) := {
	"apiVersion": "networking.k8s.io/v1",
	"kind": "NetworkPolicy",
	"metadata": {"name": name, "namespace": "shop"},
	"spec": {"podSelector": {}, "policyTypes": ["Egress"], "egress": egress},
}

to_database := {
	"to": [{"podSelector": {"matchLabels": {"app": "db"}}}],
	"ports": [{"port": 5432, "protocol": "TCP"}],
}

dns(protocols, peer) := {"to": [peer], "ports": [{"port": 53, "protocol": protocol} | some protocol in protocols]}

dns_pods := {
	"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
	"podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
}

test_pass_both_protocols if {
	testing.same(rule.violation, set()) with input as testing.review(deployment)
		with data.inventory as testing.inventory([
			policy("database", [to_database]),
			policy("dns", [dns(["UDP", "TCP"], dns_pods)]),
		])
}

test_fail_no_dns if {
	testing.same(rule.violation, {
		{
			"msg": "its pods may call others, but not ask DNS over UDP",
			"details": {"pointer": "/spec/template", "protocol": "UDP"},
		},
		{
			"msg": "its pods may call others, but not ask DNS over TCP",
			"details": {"pointer": "/spec/template", "protocol": "TCP"},
		},
	}) with input as testing.review(deployment)
		with data.inventory as testing.inventory([policy("database", [to_database])])
}

# The near miss: UDP only.
test_fail_policy_without_tcp if {
	testing.same(rule.violation, {{
		"msg": "the rule allows DNS, but not over TCP",
		"details": {"pointer": "/spec/egress/0/ports"},
	}}) with input as testing.review(policy("dns", [dns(["UDP"], dns_pods)]))
		with data.inventory as testing.inventory([])
}

test_fail_dns_to_every_pod if {
	testing.same(rule.violation, {{
		"msg": "the rule allows DNS to every pod of the selected namespaces, not to the DNS pods only",
		"details": {"pointer": "/spec/egress/0/to/0"},
	}}) with input as testing.review(policy("dns", [dns(["UDP", "TCP"], {"namespaceSelector": {}})]))
		with data.inventory as testing.inventory([])
}

test_pass_no_egress_at_all if {
	testing.same(rule.violation, set()) with input as testing.review(deployment)
		with data.inventory as testing.inventory([policy("deny", [])])
}

test_pass_addresses_only if {
	testing.same(rule.violation, set()) with input as testing.review(deployment)
		with data.inventory as testing.inventory([policy("range", [{"to": [{"ipBlock": {"cidr": "192.0.2.0/24"}}]}])])
}

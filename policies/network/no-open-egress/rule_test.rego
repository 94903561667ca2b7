package network["no-open-egress_test"]

import data.lib.testing
import data.network["no-open-egress"] as rule

policy(egress) := {
	"apiVersion": "networking.k8s.io/v1",
	"kind": "NetworkPolicy",
	"spec": {"podSelector": {}, "policyTypes": ["Egress"], "egress": egress},
}

https := [{"port": 443, "protocol": "TCP"}]

internet(exceptions) := {"ipBlock": {"cidr": "0.0.0.0/0", "except": exceptions}}

private := ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16"]

test_pass_internet_only if {
	testing.same(rule.violation, set()) with input as testing.review(policy([{
		"to": [internet(private)],
		"ports": https,
	}]))
}

test_pass_named_pods if {
	testing.same(rule.violation, set()) with input as testing.review(policy([{
		"to": [{"podSelector": {"matchLabels": {"app": "db"}}}],
		"ports": [{"port": 5432}],
	}]))
}

test_fail_no_peers if {
	testing.same(rule.violation, {{
		"msg": "the egress rule names no peers, so it allows every destination",
		"details": {"pointer": "/spec/egress/0"},
	}}) with input as testing.review(policy([{"to": [], "ports": https}]))
}

# The near miss: the metadata service is left open.
test_fail_metadata_service if {
	testing.same(rule.violation, {{
		"msg": "the egress rule allows all of 0.0.0.0/0, also 169.254.0.0/16",
		"details": {"pointer": "/spec/egress/0/to/0/ipBlock", "missing": ["169.254.0.0/16"]},
	}}) with input as testing.review(policy([{
		"to": [internet(["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"])],
		"ports": https,
	}]))
}

test_fail_all_ports if {
	testing.same(rule.violation, {{
		"msg": "the egress rule to the internet names no ports, so it allows all of them",
		"details": {"pointer": "/spec/egress/0"},
	}}) with input as testing.review(policy([{"to": [internet(private)]}]))
}

test_fail_every_namespace if {
	testing.same(rule.violation, {{
		"msg": "the egress rule allows every pod of every namespace",
		"details": {"pointer": "/spec/egress/0/to/0"},
	}}) with input as testing.review(policy([{"to": [{"namespaceSelector": {}}], "ports": https}]))
}

# METADATA
# title: NetworkPolicies of a pod
# description: Semantics of networking.k8s.io/v1 NetworkPolicy.
package lib.networks

import data.lib.inventory
import data.lib.meta
import data.lib.pods
import data.lib.safe
import data.lib.selectors

policies_in(namespace) := inventory.in_namespace(namespace, "networking.k8s.io", "NetworkPolicy")

# Without policyTypes a policy concerns ingress, and egress if it has egress rules (pkg/apis/networking/v1 defaults.go).
concerns(policy, direction) if direction in safe.array_at(policy, ["spec", "policyTypes"])

concerns(policy, "Ingress") if count(safe.array_at(policy, ["spec", "policyTypes"])) == 0

concerns(policy, "Egress") if {
	count(safe.array_at(policy, ["spec", "policyTypes"])) == 0
	count(safe.array_at(policy, ["spec", "egress"])) > 0
}

pod_selector(policy) := safe.object_at(policy, ["spec", "podSelector"])

# Policies of one direction that select the pods of a workload.
selecting(resource, direction) := [policy |
	some policy in policies_in(meta.namespace(resource))
	concerns(policy, direction)
	selectors.matches(pod_selector(policy), pods.labels(resource))
]

egress_rules(policy) := [rule |
	concerns(policy, "Egress")
	some rule in safe.array_at(policy, ["spec", "egress"])
	is_object(rule)
]

# Whether a rule lets a protocol and port through; no ports at all means every port.
covers_port(rule, _, _) if count(safe.array_at(rule, ["ports"])) == 0

covers_port(rule, protocol, number) if {
	some port in safe.array_at(rule, ["ports"])
	safe.dig(port, ["protocol"], "TCP") == protocol
	port_includes(port, number)
}

port_includes(port, _) if safe.dig(port, ["port"], "any") == "any"

port_includes(port, number) if safe.dig(port, ["port"], "any") == number

port_includes(port, number) if {
	first := safe.number_at(port, ["port"], 0)
	last := safe.number_at(port, ["endPort"], 0)
	first <= number
	number <= last
}

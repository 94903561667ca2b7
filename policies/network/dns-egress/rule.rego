# METADATA
# title: Pods that may call others may ask for names
# description: >-
#   A pod whose egress is restricted and that may call anything may also ask DNS over UDP and TCP; a policy that
#   allows DNS allows both protocols, and only to the cluster's DNS pods.
# custom:
#   severity: medium
#   kinds:
#     - Pod
#     - ReplicationController
#     - apps/Deployment
#     - apps/StatefulSet
#     - apps/DaemonSet
#     - apps/ReplicaSet
#     - batch/Job
#     - batch/CronJob
#     - networking.k8s.io/NetworkPolicy
#   controls:
#     - cyclonus linter CheckDNSBlockedOnTCP CheckDNSBlockedOnUDP
#   remediation: >-
#     Allow UDP and TCP port 53 to namespace kube-system, pods k8s-app: kube-dns.
package network["dns-egress"]

import data.lib.meta
import data.lib.networks
import data.lib.pods
import data.lib.safe

is_policy if meta.kind(input.review.object) == "NetworkPolicy"

protocols := ["UDP", "TCP"]

# Rules that allow the workload's pods to call somewhere.
allowed := [rule |
	not is_policy
	some policy in networks.selecting(input.review.object, "Egress")
	some rule in networks.egress_rules(policy)
]

allows_dns(protocol) if {
	some rule in allowed
	networks.covers_port(rule, protocol, 53)
}

# Addresses need no names: a pod that may call address ranges only is left alone.
calls_by_name if {
	some rule in allowed
	not is_dns(rule)
	some peer in safe.array_at(rule, ["to"])
	safe.dig(peer, ["ipBlock"], null) == null
}

calls_by_name if {
	some rule in allowed
	count(safe.array_at(rule, ["to"])) == 0
	not is_dns(rule)
}

# A rule for port 53 and nothing else.
is_dns(rule) if {
	ports := safe.array_at(rule, ["ports"])
	count(ports) > 0
	every port in ports {
		safe.dig(port, ["port"], 0) == 53
	}
}

violation contains {"msg": msg, "details": {"pointer": pods.template_pointer(input.review.object), "protocol": protocol}} if {
	calls_by_name
	some protocol in protocols
	not allows_dns(protocol)
	msg := sprintf("its pods may call others, but not ask DNS over %s", [protocol])
}

own_rules := [[index, rule] |
	is_policy
	networks.concerns(input.review.object, "Egress")
	some index, rule in safe.array_at(input.review.object, ["spec", "egress"])
	is_dns(rule)
]

violation contains {"msg": msg, "details": {"pointer": pointer}} if {
	some indexed in own_rules
	some protocol in protocols
	not networks.covers_port(indexed[1], protocol, 53)
	msg := sprintf("the rule allows DNS, but not over %s", [protocol])
	pointer := safe.pointer(["spec", "egress", indexed[0], "ports"])
}

violation contains {"msg": msg, "details": {"pointer": pointer}} if {
	some indexed in own_rules
	some position, peer in safe.array_at(indexed[1], ["to"])
	safe.dig(peer, ["ipBlock"], null) == null
	safe.dig(peer, ["podSelector"], null) == null
	msg := "the rule allows DNS to every pod of the selected namespaces, not to the DNS pods only"
	pointer := safe.pointer(["spec", "egress", indexed[0], "to", position])
}

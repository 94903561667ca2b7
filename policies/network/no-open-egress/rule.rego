# METADATA
# title: No policy opens egress to everywhere
# description: >-
#   No egress rule leaves out its peers or its ports, and one to the whole internet excludes the private, shared
#   and link-local ranges.
# custom:
#   severity: high
#   kinds: [networking.k8s.io/NetworkPolicy]
#   controls:
#     - CIS Kubernetes 5.3.2
#     - NSA/CISA Kubernetes Hardening Guide, Network separation
#   remediation: >-
#     Name the peers and the ports; give 0.0.0.0/0 an except list with 10.0.0.0/8, 172.16.0.0/12,
#     192.168.0.0/16, 100.64.0.0/10 and 169.254.0.0/16.
package network["no-open-egress"]

import data.lib.networks
import data.lib.safe

# RFC 1918, RFC 6598 (shared) and RFC 3927 (link-local, with the metadata service of clouds).
internal_ranges := ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16"]

# RFC 4193 (unique local) and RFC 4291 (link-local).
internal_ranges_v6 := ["fc00::/7", "fe80::/10"]

rules := [[index, rule] |
	networks.concerns(input.review.object, "Egress")
	some index, rule in safe.array_at(input.review.object, ["spec", "egress"])
	is_object(rule)
]

violation contains {"msg": msg, "details": {"pointer": safe.pointer(["spec", "egress", indexed[0]])}} if {
	some indexed in rules
	count(safe.array_at(indexed[1], ["to"])) == 0
	msg := "the egress rule names no peers, so it allows every destination"
}

everything := {"0.0.0.0/0": internal_ranges, "::/0": internal_ranges_v6}

violation contains {"msg": msg, "details": {"pointer": pointer, "missing": missing}} if {
	some indexed in rules
	some position, peer in safe.array_at(indexed[1], ["to"])
	cidr := safe.string_at(peer, ["ipBlock", "cidr"])
	some whole, ranges in everything
	cidr == whole
	missing := [range |
		some range in ranges
		not range in safe.array_at(peer, ["ipBlock", "except"])
	]
	count(missing) > 0
	msg := sprintf("the egress rule allows all of %s, also %s", [cidr, concat(", ", missing)])
	pointer := safe.pointer(["spec", "egress", indexed[0], "to", position, "ipBlock"])
}

violation contains {"msg": msg, "details": {"pointer": safe.pointer(["spec", "egress", indexed[0]])}} if {
	some indexed in rules
	some peer in safe.array_at(indexed[1], ["to"])
	safe.string_at(peer, ["ipBlock", "cidr"]) in object.keys(everything)
	count(safe.array_at(indexed[1], ["ports"])) == 0
	msg := "the egress rule to the internet names no ports, so it allows all of them"
}

violation contains {"msg": msg, "details": {"pointer": pointer}} if {
	some indexed in rules
	some position, peer in safe.array_at(indexed[1], ["to"])
	selector := safe.dig(peer, ["namespaceSelector"], null)
	is_object(selector)
	count(safe.object_at(selector, ["matchLabels"])) == 0
	count(safe.array_at(selector, ["matchExpressions"])) == 0
	count(safe.object_at(peer, ["podSelector"])) == 0
	msg := "the egress rule allows every pod of every namespace"
	pointer := safe.pointer(["spec", "egress", indexed[0], "to", position])
}

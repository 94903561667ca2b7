# METADATA
# title: Namespace selectors match a namespace
# description: >-
#   A network policy selects namespaces by labels that some declared namespace, or one in the set, really has. On its
#   own every namespace has one label, kubernetes.io/metadata.name.
# custom:
#   severity: high
#   kinds: [networking.k8s.io/NetworkPolicy]
#   remediation: >-
#     Select by kubernetes.io/metadata.name, or give the namespace the label.
#   needs: [architecture]
package network["namespace-selector"]

import data.lib.intent
import data.lib.inventory
import data.lib.meta
import data.lib.safe
import data.lib.selectors

automatic := "kubernetes.io/metadata.name"

# The API server sets the label of the name (pkg/registry/core/namespace/strategy.go).
known contains object.union(meta.labels(namespace), {automatic: meta.name(namespace)}) if {
	some namespace in inventory.cluster_wide("", "Namespace")
}

known contains {automatic: name} if some name, _ in safe.object_at(intent.architecture, ["namespaces"])

violation contains {"msg": msg, "details": {"pointer": pointer}} if {
	some direction, peers in {"ingress": "from", "egress": "to"}
	some index, rule in safe.array_at(input.review.object, ["spec", direction])
	some position, peer in safe.array_at(rule, [peers])
	selector := safe.dig(peer, ["namespaceSelector"], null)
	is_object(selector)
	not matches_some(selector)
	msg := sprintf("no namespace has the labels that it asks for (%s), so the rule allows nothing", [asked(selector)])
	pointer := safe.pointer(["spec", direction, index, peers, position, "namespaceSelector"])
}

matches_some(selector) if {
	some labels in known
	selectors.matches(selector, labels)
}

asked(selector) := concat(", ", sort(array.concat(
	[sprintf("%s=%v", [key, value]) | some key, value in safe.object_at(selector, ["matchLabels"])],
	[sprintf("%v %v", [safe.dig(item, ["key"], "?"), safe.dig(item, ["operator"], "?")]) |
		some item in safe.array_at(selector, ["matchExpressions"])
	],
)))

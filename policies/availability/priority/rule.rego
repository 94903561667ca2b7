# METADATA
# title: Priorities are in the declared order
# description: >-
#   Each declared PriorityClass has a greater value than every one declared after it, and preempts it; a declared
#   workload has the class of its tier.
# custom:
#   severity: medium
#   kinds: [scheduling.k8s.io/PriorityClass, apps/Deployment, apps/StatefulSet, apps/DaemonSet]
#   remediation: >-
#     Order the values of the classes as declared, and set priorityClassName to the class of the workload's
#     tier.
#   needs: [architecture]
package availability.priority

import data.lib.intent
import data.lib.inventory
import data.lib.meta
import data.lib.pods
import data.lib.safe

order := safe.array_at(intent.architecture, ["priority_classes"])

# The declared classes that are to be served after this one.
later := array.slice(order, place + 1, count(order)) if {
	meta.kind(input.review.object) == "PriorityClass"
	some place, name in order
	name == meta.name(input.review.object)
}

value := safe.number_at(input.review.object, ["value"], 0)

violation contains {"msg": msg, "details": {"pointer": "/value", "other": meta.name(other)}} if {
	some other in inventory.cluster_wide("scheduling.k8s.io", "PriorityClass")
	meta.name(other) in later
	below := safe.number_at(other, ["value"], 0)
	value <= below
	msg := sprintf("its value %v is not above %v, that of %s, which is served later", [value, below, meta.name(other)])
}

violation contains {"msg": msg, "details": {"pointer": "/preemptionPolicy"}} if {
	count(later) > 0
	safe.string_at(input.review.object, ["preemptionPolicy"]) == "Never"
	msg := sprintf("it preempts nothing, so its pods wait for those of %s", [concat(", ", later)])
}

wanted := intent.workload(input.review.object).priority_class

violation contains {"msg": msg, "details": {"pointer": pointer, "declared": wanted, "found": found}} if {
	is_string(wanted)
	found := safe.dig(pods.spec(input.review.object), ["priorityClassName"], "absent")
	found != wanted
	msg := sprintf("priorityClassName is %v, declared is %v", [found, wanted])
	pointer := concat("", [pods.spec_pointer(input.review.object), "/priorityClassName"])
}

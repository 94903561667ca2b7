# METADATA
# title: How many replicas a workload has
package lib.scaling

import data.lib.inventory
import data.lib.meta
import data.lib.safe

# HorizontalPodAutoscalers that scale a workload.
autoscalers(resource) := [hpa |
	some hpa in inventory.in_namespace(meta.namespace(resource), "autoscaling", "HorizontalPodAutoscaler")
	targets(safe.object_at(hpa, ["spec", "scaleTargetRef"]), resource)
]

# Whether a reference (scaleTargetRef, targetRef) means this object.
targets(reference, resource) if {
	safe.string_at(reference, ["kind"]) == meta.kind(resource)
	safe.string_at(reference, ["name"]) == meta.name(resource)
	meta.group_of(safe.string_at(reference, ["apiVersion"])) == meta.group(resource)
}

# The object that a reference within a namespace means; undefined when it is not in the set.
target(namespace, reference) := inventory.find(
	namespace,
	meta.group_of(safe.string_at(reference, ["apiVersion"])),
	safe.string_at(reference, ["kind"]),
	safe.string_at(reference, ["name"]),
)

# Fewest and most replicas that run; the API server's default is one.
minimum(resource) := min([safe.number_at(hpa, ["spec", "minReplicas"], 1) | some hpa in autoscalers(resource)]) if {
	count(autoscalers(resource)) > 0
} else := safe.number_at(resource, ["spec", "replicas"], 1)

maximum(resource) := max([safe.number_at(hpa, ["spec", "maxReplicas"], 1) | some hpa in autoscalers(resource)]) if {
	count(autoscalers(resource)) > 0
} else := safe.number_at(resource, ["spec", "replicas"], 1)

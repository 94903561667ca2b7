# METADATA
# title: Vertical and horizontal scaling act on different resources
# description: >-
#   A VerticalPodAutoscaler that changes pods controls no resource whose metric a HorizontalPodAutoscaler of the
#   same workload scales on.
# custom:
#   severity: high
#   kinds: [autoscaling.k8s.io/VerticalPodAutoscaler]
#   controls:
#     - kubernetes/autoscaler vertical-pod-autoscaler/docs/known-limitations.md
#   remediation: >-
#     Limit controlledResources of the VerticalPodAutoscaler to the other resource, or set its updateMode to
#     Off.
package autoscaling["vpa-hpa-disjoint"]

import data.lib.inventory
import data.lib.meta
import data.lib.pods
import data.lib.safe
import data.lib.scaling

mode := safe.dig(input.review.object, ["spec", "updatePolicy", "updateMode"], "Auto")

policies := safe.array_at(input.review.object, ["spec", "resourcePolicy", "containerPolicies"])

# Resources that it may change in some container; without policies it is CPU and memory of all.
controlled contains name if {
	count(policies) == 0
	some name in ["cpu", "memory"]
}

controlled contains name if {
	some policy in policies
	safe.dig(policy, ["mode"], "Auto") != "Off"
	some name in safe.array_of(safe.dig(policy, ["controlledResources"], ["cpu", "memory"]))
}

controlled contains name if {
	# Containers that no policy names keep the default.
	count(policies) > 0
	named := {safe.string_at(policy, ["containerName"]) | some policy in policies}
	not "*" in named
	target := scaling.target(
		meta.namespace(input.review.object),
		safe.object_at(input.review.object, ["spec", "targetRef"]),
	)
	some container in pods.lasting_containers(target)
	not container.name in named
	some name in ["cpu", "memory"]
}

violation contains {"msg": msg, "details": {"pointer": "/spec/resourcePolicy", "autoscaler": meta.name(hpa)}} if {
	mode != "Off"
	reference := safe.object_at(input.review.object, ["spec", "targetRef"])
	some hpa in inventory.in_namespace(meta.namespace(input.review.object), "autoscaling", "HorizontalPodAutoscaler")
	same_target(safe.object_at(hpa, ["spec", "scaleTargetRef"]), reference)
	some name in measured(hpa)
	name in controlled
	msg := sprintf("it changes %s of %s/%s, and HorizontalPodAutoscaler %s scales on the utilization of %s", [
		name, safe.string_at(reference, ["kind"]), safe.string_at(reference, ["name"]), meta.name(hpa), name,
	])
}

same_target(left, right) if {
	safe.string_at(left, ["kind"]) == safe.string_at(right, ["kind"])
	safe.string_at(left, ["name"]) == safe.string_at(right, ["name"])
	meta.group_of(safe.string_at(left, ["apiVersion"])) == meta.group_of(safe.string_at(right, ["apiVersion"]))
}

# Resources that an autoscaler scales on; CPU when it names no metric at all.
measured(hpa) := {"cpu"} if {
	count(safe.array_at(hpa, ["spec", "metrics"])) == 0
} else := {name |
	some metric in safe.array_at(hpa, ["spec", "metrics"])
	some field in ["resource", "containerResource"]
	name := safe.string_at(metric, [field, "name"])
	name != ""
}

# METADATA
# title: A workload has one autoscaler
# description: >-
#   No two HorizontalPodAutoscalers, VerticalPodAutoscalers or ScaledObjects have the same target, and every
#   workload that is declared as autoscaled has its autoscaler.
# custom:
#   severity: high
#   kinds:
#     - apps/Deployment
#     - apps/StatefulSet
#     - autoscaling/HorizontalPodAutoscaler
#     - autoscaling.k8s.io/VerticalPodAutoscaler
#     - keda.sh/ScaledObject
#   controls:
#     - kube-score horizontalpodautoscaler-has-target
#   remediation: >-
#     Keep one autoscaler with all metrics; add the declared one where it is missing.
package autoscaling["one-autoscaler-per-workload"]

import data.lib.intent
import data.lib.inventory
import data.lib.meta
import data.lib.safe
import data.lib.scaling

# How each kind names its target; a ScaledObject makes a HorizontalPodAutoscaler of its own.
reference(scaler) := object.union({"apiVersion": "apps/v1", "kind": "Deployment"}, found) if {
	meta.kind(scaler) == "ScaledObject"
	found := safe.object_at(scaler, ["spec", "scaleTargetRef"])
} else := safe.object_at(scaler, ["spec", "targetRef"]) if {
	meta.kind(scaler) == "VerticalPodAutoscaler"
} else := safe.object_at(scaler, ["spec", "scaleTargetRef"])

identity(scaler) := [
	meta.group_of(safe.string_at(reference(scaler), ["apiVersion"])),
	safe.string_at(reference(scaler), ["kind"]),
	safe.string_at(reference(scaler), ["name"]),
]

namespace := meta.namespace(input.review.object)

# Vertical and horizontal scaling do not conflict as such: autoscaling/vpa-hpa-disjoint judges that.
rivals := inventory.in_namespace(namespace, "autoscaling.k8s.io", "VerticalPodAutoscaler") if {
	meta.kind(input.review.object) == "VerticalPodAutoscaler"
} else := array.concat(
	inventory.in_namespace(namespace, "autoscaling", "HorizontalPodAutoscaler"),
	inventory.in_namespace(namespace, "keda.sh", "ScaledObject"),
)

violation contains {"msg": msg, "details": {"pointer": pointer, "other": meta.name(other)}} if {
	meta.kind(input.review.object) in {"HorizontalPodAutoscaler", "VerticalPodAutoscaler", "ScaledObject"}
	own := identity(input.review.object)
	own[2] != ""
	some other in rivals
	[meta.kind(other), meta.name(other)] != [meta.kind(input.review.object), meta.name(input.review.object)]
	identity(other) == own
	msg := sprintf("%s/%s is also scaled by %s %s", [own[1], own[2], meta.kind(other), meta.name(other)])
	pointer := {true: "/spec/targetRef", false: "/spec/scaleTargetRef"}[meta.kind(input.review.object) == "VerticalPodAutoscaler"]
}

violation contains {"msg": msg, "details": {"pointer": "/metadata/name", "declared": wanted}} if {
	wanted := safe.string_at(intent.workload(input.review.object), ["autoscaler"])
	wanted != ""
	not wanted in {meta.name(hpa) | some hpa in scaling.autoscalers(input.review.object)}
	msg := sprintf("the declared HorizontalPodAutoscaler %s does not scale this workload", [wanted])
}

# METADATA
# title: Vertical autoscalers have a supported, declared mode
# description: >-
#   A VerticalPodAutoscaler is written in autoscaling.k8s.io/v1 and states its updateMode, it is not the
#   deprecated Auto, and a declared one has the declared mode, container, resources and bounds. One that changes
#   pods also does so at the fewest replicas that are declared.
# custom:
#   severity: medium
#   kinds: [autoscaling.k8s.io/VerticalPodAutoscaler]
#   controls:
#     - kubernetes/autoscaler vertical-pod-autoscaler/docs/features.md
#   remediation: >-
#     Use apiVersion autoscaling.k8s.io/v1. Set updatePolicy.updateMode to Off, Initial, Recreate or InPlaceOrRecreate, as declared, and
#     containerPolicies to the declared bounds; set updatePolicy.minReplicas to the fewest replicas that are declared.
package autoscaling["vpa-mode"]

import data.lib.intent
import data.lib.quantities
import data.lib.safe

# The custom resource definition of the vertical autoscaler 1.0 and up: v1beta2 is served with a warning, v1beta1 is not.
violation contains {"msg": msg, "details": {"pointer": "/apiVersion"}} if {
	found := safe.dig(input.review.object, ["apiVersion"], "absent")
	found != "autoscaling.k8s.io/v1"
	msg := sprintf("apiVersion %v is deprecated or unknown; use autoscaling.k8s.io/v1", [found])
}

mode := safe.dig(input.review.object, ["spec", "updatePolicy", "updateMode"], "absent")

violation contains {"msg": msg, "details": {"pointer": "/spec/updatePolicy/updateMode"}} if {
	mode in {"absent", "Auto"}
	msg := sprintf("updateMode is %s; Auto, which is also the default, is deprecated", [mode])
}

vertical := safe.object_at(intent.resized_by(input.review.object), ["vertical"])

violation contains {"msg": msg, "details": {"pointer": "/spec/updatePolicy/updateMode", "declared": wanted}} if {
	wanted := vertical.mode
	mode != wanted
	msg := sprintf("updateMode is %v, declared is %v", [mode, wanted])
}

policies := safe.array_at(input.review.object, ["spec", "resourcePolicy", "containerPolicies"])

for_container := [policy | some policy in policies; safe.string_at(policy, ["containerName"]) in {vertical.container, "*"}]

violation contains {"msg": msg, "details": {"pointer": "/spec/resourcePolicy/containerPolicies"}} if {
	count(for_container) == 0
	msg := sprintf("no container policy for the declared container %v", [vertical.container])
}

violation contains {"msg": msg, "details": {"pointer": pointer, "declared": wanted}} if {
	some index, policy in policies
	safe.string_at(policy, ["containerName"]) in {vertical.container, "*"}
	wanted := vertical.controlled_resources
	count(wanted) > 0
	found := safe.dig(policy, ["controlledResources"], ["cpu", "memory"])
	{name | some name in safe.array_of(found)} != {name | some name in safe.array_of(wanted)}
	msg := sprintf("it controls %s, declared is %s", [named(found), named(wanted)])
	pointer := safe.pointer(["spec", "resourcePolicy", "containerPolicies", index, "controlledResources"])
}

violation contains {"msg": msg, "details": {"pointer": pointer, "declared": wanted}} if {
	some index, policy in policies
	safe.string_at(policy, ["containerName"]) in {vertical.container, "*"}
	some field, bounds in {"minAllowed": vertical.min_allowed, "maxAllowed": vertical.max_allowed}
	some name, wanted in safe.object_of(bounds)
	found := safe.dig(policy, [field, name], "absent")
	not quantities.same(found, wanted)
	msg := sprintf("%s %s is %v, declared is %v", [field, name, found, wanted])
	pointer := safe.pointer(["spec", "resourcePolicy", "containerPolicies", index, field, name])
}

named(names) := concat(" and ", sort([sprintf("%v", [name]) | some name in safe.array_of(names)]))

# The updater leaves a workload with fewer replicas alone; its flag --min-replicas is 2 (pkg/updater/main.go).
violation contains {"msg": msg, "details": {"pointer": "/spec/updatePolicy/minReplicas", "declared": fewest}} if {
	not mode in {"Off", "Initial"}
	fewest := safe.number_at(intent.resized_by(input.review.object), ["min_replicas"], 2)
	needed := safe.number_at(input.review.object, ["spec", "updatePolicy", "minReplicas"], 2)
	needed > fewest
	msg := sprintf("it changes no pod below %v replicas, and the fewest declared are %v", [needed, fewest])
}

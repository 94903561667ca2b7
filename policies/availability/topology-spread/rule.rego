# METADATA
# title: Replicas are spread over nodes and zones
# description: >-
#   A Deployment or StatefulSet that may have several replicas keeps them apart by node, with a topology spread
#   constraint or pod anti-affinity whose selector selects its own pods; a declared one also by zone, and by
#   node strictly.
# custom:
#   severity: medium
#   kinds: [apps/Deployment, apps/StatefulSet]
#   controls:
#     - kube-linter no-anti-affinity
#     - kube-score deployment-has-host-podantiaffinity pod-topology-spread-constraints
#   remediation: >-
#     Add topologySpreadConstraints for kubernetes.io/hostname and topology.kubernetes.io/zone with a
#     labelSelector that matches the labels of the pod template, the first with whenUnsatisfiable DoNotSchedule.
package availability["topology-spread"]

import data.lib.intent
import data.lib.pods
import data.lib.safe
import data.lib.scaling
import data.lib.selectors

labels := pods.labels(input.review.object)

spec := pods.spec(input.review.object)

spread_over contains safe.string_at(constraint, ["topologyKey"]) if {
	some constraint in safe.array_at(spec, ["topologySpreadConstraints"])
	selectors.matches(safe.dig(constraint, ["labelSelector"], "none"), labels)
}

spread_over contains safe.string_at(term, ["topologyKey"]) if {
	some term in safe.array_at(spec, [
		"affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution",
	])
	selectors.matches(safe.dig(term, ["labelSelector"], "none"), labels)
}

spread_over contains safe.string_at(term, ["podAffinityTerm", "topologyKey"]) if {
	some term in safe.array_at(spec, [
		"affinity", "podAntiAffinity", "preferredDuringSchedulingIgnoredDuringExecution",
	])
	selectors.matches(safe.dig(term, ["podAffinityTerm", "labelSelector"], "none"), labels)
}

wanted contains "kubernetes.io/hostname"

wanted contains "topology.kubernetes.io/zone" if intent.is_declared(input.review.object)

violation contains {"msg": msg, "details": {"pointer": pointer, "replicas": maximum}} if {
	maximum := scaling.maximum(input.review.object)
	maximum >= 2
	some key in (wanted - spread_over)
	msg := sprintf("nothing keeps its up to %v replicas apart by %s", [maximum, key])
	pointer := concat("", [pods.spec_pointer(input.review.object), "/topologySpreadConstraints"])
}

strict_over contains safe.string_at(constraint, ["topologyKey"]) if {
	some constraint in safe.array_at(spec, ["topologySpreadConstraints"])
	safe.string_at(constraint, ["whenUnsatisfiable"]) != "ScheduleAnyway"
	selectors.matches(safe.dig(constraint, ["labelSelector"], "none"), labels)
}

strict_over contains safe.string_at(term, ["topologyKey"]) if {
	some term in safe.array_at(spec, [
		"affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution",
	])
	selectors.matches(safe.dig(term, ["labelSelector"], "none"), labels)
}

# The scheduler gives up a preference as soon as another node would be fuller: both replicas may share one.
violation contains {"msg": msg, "details": {"pointer": pointer, "replicas": maximum}} if {
	intent.is_declared(input.review.object)
	maximum := scaling.maximum(input.review.object)
	maximum >= 2
	some key in (spread_over - strict_over)
	key == "kubernetes.io/hostname"
	msg := sprintf("only a preference keeps its up to %v replicas apart by %s", [maximum, key])
	pointer := concat("", [pods.spec_pointer(input.review.object), "/topologySpreadConstraints"])
}

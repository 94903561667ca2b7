# METADATA
# title: Autoscalers have room, and the declared limits
# description: >-
#   Every HorizontalPodAutoscaler may add replicas, that is, its maximum is above its minimum; a declared one
#   has exactly the declared minimum and maximum.
# custom:
#   severity: high
#   kinds: [autoscaling/HorizontalPodAutoscaler]
#   controls:
#     - kube-score horizontalpodautoscaler-replicas
#   remediation: >-
#     Set minReplicas and maxReplicas to the declared numbers; where none are declared, a maximum above the
#     minimum.
package autoscaling["replica-limits"]

import data.lib.intent
import data.lib.safe

minimum := safe.dig(input.review.object, ["spec", "minReplicas"], 1)

maximum := safe.dig(input.review.object, ["spec", "maxReplicas"], "absent")

declared := intent.autoscaled_by(input.review.object)

violation contains {"msg": msg, "details": {"pointer": "/spec/maxReplicas", "minimum": minimum, "maximum": maximum}} if {
	is_number(minimum)
	is_number(maximum)
	maximum <= minimum
	msg := sprintf("maxReplicas %v leaves no room above minReplicas %v", [maximum, minimum])
}

violation contains {"msg": msg, "details": {"pointer": "/spec/maxReplicas"}} if {
	not is_number(maximum)
	msg := "maxReplicas is no number"
}

violation contains {"msg": msg, "details": {"pointer": "/spec/minReplicas", "declared": declared.min_replicas}} if {
	minimum != declared.min_replicas
	msg := sprintf("minReplicas is %v, declared is %v", [minimum, declared.min_replicas])
}

violation contains {"msg": msg, "details": {"pointer": "/spec/maxReplicas", "declared": declared.max_replicas}} if {
	maximum != declared.max_replicas
	msg := sprintf("maxReplicas is %v, declared is %v", [maximum, declared.max_replicas])
}

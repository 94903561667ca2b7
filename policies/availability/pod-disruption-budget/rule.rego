# METADATA
# title: Workloads have a disruption budget that allows disruptions
# description: >-
#   Every Deployment and StatefulSet that never has fewer than two replicas is covered by exactly one
#   PodDisruptionBudget; every budget lets at least one pod go and always lets go pods that are not ready.
# custom:
#   severity: medium
#   kinds: [apps/Deployment, apps/StatefulSet, policy/PodDisruptionBudget]
#   controls:
#     - kube-score deployment-has-poddisruptionbudget poddisruptionbudget-has-policy
#     - kube-linter pdb-max-unavailable pdb-min-available pdb-unhealthy-pod-eviction-policy
#   remediation: >-
#     Add a PodDisruptionBudget with maxUnavailable: 1 and unhealthyPodEvictionPolicy: AlwaysAllow whose
#     selector is that of the workload.
package availability["pod-disruption-budget"]

import data.lib.inventory
import data.lib.meta
import data.lib.pods
import data.lib.safe
import data.lib.scaling
import data.lib.selectors

namespace := meta.namespace(input.review.object)

is_budget if meta.kind(input.review.object) == "PodDisruptionBudget"

covers(budget, workload) if {
	selectors.matches(safe.dig(budget, ["spec", "selector"], "none"), pods.labels(workload))
}

budgets := [meta.name(budget) |
	some budget in inventory.in_namespace(namespace, "policy", "PodDisruptionBudget")
	covers(budget, input.review.object)
]

violation contains {"msg": msg, "details": {"pointer": "/metadata/name", "replicas": minimum}} if {
	not is_budget
	minimum := scaling.minimum(input.review.object)
	minimum >= 2
	count(budgets) == 0
	msg := sprintf("no PodDisruptionBudget covers its %v replicas", [minimum])
}

violation contains {"msg": msg, "details": {"pointer": "/metadata/name", "budgets": sort(budgets)}} if {
	not is_budget
	count(budgets) > 1
	msg := sprintf("its pods have %d PodDisruptionBudgets, and the API server then evicts none: %s", [
		count(budgets), concat(", ", sort(budgets)),
	])
}

protected := [workload |
	is_budget
	some kind in ["Deployment", "StatefulSet"]
	some workload in inventory.in_namespace(namespace, "apps", kind)
	covers(input.review.object, workload)
]

# Pods that a budget wants to keep of so many; percentages are rounded up (pkg/controller/disruption).
amount(value, _) := value if is_number(value)

amount(value, replicas) := ceil((to_number(trim_suffix(value, "%")) * replicas) / 100) if {
	is_string(value)
	regex.match(`^[0-9]{1,3}%$`, value)
}

violation contains {"msg": msg, "details": {"pointer": "/spec/minAvailable", "workload": meta.name(workload)}} if {
	value := safe.dig(input.review.object, ["spec", "minAvailable"], null)
	value != null
	some workload in protected
	replicas := scaling.minimum(workload)
	replicas > 0
	amount(value, replicas) >= replicas
	msg := sprintf("minAvailable %v lets no pod of %s %s go when it has its %v replicas", [
		value, meta.kind(workload), meta.name(workload), replicas,
	])
}

violation contains {"msg": msg, "details": {"pointer": "/spec/maxUnavailable"}} if {
	is_budget
	value := safe.dig(input.review.object, ["spec", "maxUnavailable"], null)
	value != null
	amount(value, 100) == 0
	msg := sprintf("maxUnavailable %v lets no pod go", [value])
}

violation contains {"msg": msg, "details": {"pointer": "/spec/unhealthyPodEvictionPolicy"}} if {
	is_budget
	safe.string_at(input.review.object, ["spec", "unhealthyPodEvictionPolicy"]) != "AlwaysAllow"
	msg := "it keeps pods that are not ready from being evicted; unhealthyPodEvictionPolicy has to be AlwaysAllow"
}

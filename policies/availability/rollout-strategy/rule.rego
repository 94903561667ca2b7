# METADATA
# title: Rollouts keep replicas serving
# description: >-
#   A workload is rolled out without taking all replicas away: no Recreate with several replicas, no OnDelete,
#   no maxUnavailable of all. A declared Deployment rolls out with maxUnavailable 0 and a surge, and states its
#   progress deadline and revision history.
# custom:
#   severity: medium
#   kinds: [apps/Deployment, apps/StatefulSet, apps/DaemonSet]
#   controls:
#     - kube-linter no-rolling-update-strategy
#     - kube-score deployment-strategy
#     - C-0305
#   remediation: >-
#     Use RollingUpdate with maxUnavailable: 0 and maxSurge: 1, and set progressDeadlineSeconds and
#     revisionHistoryLimit.
package availability["rollout-strategy"]

import data.lib.intent
import data.lib.meta
import data.lib.safe
import data.lib.scaling

is_deployment if meta.kind(input.review.object) == "Deployment"

# Deployments call it strategy, StatefulSets and DaemonSets updateStrategy.
field := "strategy" if {
	is_deployment
} else := "updateStrategy"

strategy := safe.object_at(input.review.object, ["spec", field])

kind := safe.dig(strategy, ["type"], "RollingUpdate")

pointer(key) := concat("", ["/spec/", field, "/", key])

violation contains {"msg": msg, "details": {"pointer": pointer("type")}} if {
	is_deployment
	kind == "Recreate"
	maximum := scaling.maximum(input.review.object)
	maximum >= 2
	msg := sprintf("strategy Recreate stops all of its up to %v replicas before it starts a new one", [maximum])
}

violation contains {"msg": msg, "details": {"pointer": pointer("type")}} if {
	kind == "OnDelete"
	msg := "updateStrategy OnDelete never rolls a change out"
}

unavailable := safe.dig(strategy, ["rollingUpdate", "maxUnavailable"], "25%")

violation contains {"msg": msg, "details": {"pointer": pointer("rollingUpdate/maxUnavailable")}} if {
	kind == "RollingUpdate"
	unavailable == "100%"
	msg := "maxUnavailable 100% lets all replicas go at once"
}

is_declared_deployment if {
	is_deployment
	intent.is_declared(input.review.object)
}

violation contains {"msg": msg, "details": {"pointer": pointer("rollingUpdate/maxUnavailable")}} if {
	is_declared_deployment
	kind == "RollingUpdate"
	not unavailable in {0, "0%"}
	msg := sprintf("maxUnavailable is %v; a declared Deployment keeps all replicas during a rollout, so it has to be 0", [
		unavailable,
	])
}

violation contains {"msg": msg, "details": {"pointer": concat("", ["/spec/", key])}} if {
	is_declared_deployment
	some key in ["progressDeadlineSeconds", "revisionHistoryLimit"]
	safe.dig(input.review.object, ["spec", key], null) == null
	msg := sprintf("%s is not set", [key])
}

# METADATA
# title: An autoscaled workload does not fix its replicas
# description: >-
#   A workload that a HorizontalPodAutoscaler scales leaves spec.replicas out.
# custom:
#   severity: medium
#   kinds: [apps/Deployment, apps/StatefulSet]
#   controls:
#     - kube-score deployment-targeted-by-hpa-does-not-have-replicas-configured
#   remediation: >-
#     Remove spec.replicas; minReplicas of the autoscaler gives the fewest replicas.
package autoscaling["no-fixed-replicas"]

import data.lib.meta
import data.lib.safe
import data.lib.scaling

violation contains {"msg": msg, "details": {"pointer": "/spec/replicas", "autoscaler": meta.name(hpa)}} if {
	replicas := safe.dig(input.review.object, ["spec", "replicas"], null)
	replicas != null
	some hpa in scaling.autoscalers(input.review.object)
	msg := sprintf("replicas is fixed at %v while HorizontalPodAutoscaler %s scales it", [replicas, meta.name(hpa)])
}

# METADATA
# title: Workloads without an autoscaler have the declared replicas
# description: >-
#   A workload whose number of replicas is declared, and which no autoscaler is declared for, runs exactly that
#   many, and no HorizontalPodAutoscaler scales it.
# custom:
#   severity: high
#   kinds: [apps/Deployment, apps/StatefulSet]
#   remediation: >-
#     Set spec.replicas to the declared number, or change the declaration first if the promise has changed.
#   needs: [architecture]
package autoscaling["declared-replicas"]

import data.lib.intent
import data.lib.meta
import data.lib.safe
import data.lib.scaling

declared := intent.workload(input.review.object)

wanted := declared.min_replicas if {
	is_number(declared.min_replicas)
	declared.autoscaler == null
}

found := safe.dig(input.review.object, ["spec", "replicas"], 1)

violation contains {"msg": msg, "details": {"pointer": "/spec/replicas", "declared": wanted, "found": found}} if {
	found != wanted
	msg := sprintf("replicas is %v, declared is %v", [found, wanted])
}

violation contains {"msg": msg, "details": {"pointer": "", "declared": wanted, "autoscaler": meta.name(hpa)}} if {
	wanted
	some hpa in scaling.autoscalers(input.review.object)
	msg := sprintf("HorizontalPodAutoscaler %s scales it, declared is a fixed number of replicas, %v", [meta.name(hpa), wanted])
}

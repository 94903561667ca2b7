# METADATA
# title: Namespaces with workloads have a quota and defaults
# description: >-
#   A Namespace in which workloads of the set run has a ResourceQuota, which bounds what it may take from the others,
#   and a LimitRange, which gives values to containers that state none.
# custom:
#   severity: medium
#   kinds: [Namespace]
#   controls:
#     - KSV-0039
#     - KSV-0040
#   remediation: >-
#     Add a ResourceQuota that covers every workload at its maximum, and a LimitRange with defaults.
package resources["namespace-quota"]

import data.lib.inventory
import data.lib.meta

owners := {"apps": ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"], "batch": ["Job", "CronJob"], "": ["Pod"]}

workloads := [resource |
	some group, kinds in owners
	some kind in kinds
	some resource in inventory.in_namespace(meta.name(input.review.object), group, kind)
]

violation contains {"msg": msg, "details": {"pointer": "/metadata/name", "missing": kind}} if {
	count(workloads) > 0
	some kind in ["ResourceQuota", "LimitRange"]
	count(inventory.in_namespace(meta.name(input.review.object), "", kind)) == 0
	msg := sprintf("%d workloads run in the namespace, and it has no %s", [count(workloads), kind])
}

# METADATA
# title: Containers request CPU and memory and limit memory
# description: >-
#   Every container has a CPU and a memory request and a memory limit, and no request above its limit. A limit
#   without a request counts as request, as the API server sets it.
# custom:
#   severity: medium
#   kinds:
#     - Pod
#     - ReplicationController
#     - apps/Deployment
#     - apps/StatefulSet
#     - apps/DaemonSet
#     - apps/ReplicaSet
#     - batch/Job
#     - batch/CronJob
#   controls:
#     - KSV-0015 KSV-0016 KSV-0018
#     - CKV_K8S_10 CKV_K8S_12 CKV_K8S_13
#     - C-0268 C-0269 C-0271
#   remediation: >-
#     Set resources.requests.cpu, resources.requests.memory and resources.limits.memory. A CPU limit is
#     optional: it throttles also when the node is idle.
package resources["requests-and-limits"]

import data.lib.pods
import data.lib.quantities
import data.lib.safe

# Resources of the whole pod (spec.resources) stand in for those of its containers.
of_pod(kind, name) if safe.dig(pods.spec(input.review.object), ["resources", kind, name], null) != null

set_on(container, kind, name) if safe.dig(container.value, ["resources", kind, name], null) != null

has(container, kind, name) if set_on(container, kind, name)

has(container, "requests", name) if set_on(container, "limits", name)

has(_, kind, name) if of_pod(kind, name)

has(_, "requests", name) if of_pod("limits", name)

violation contains {"msg": msg, "details": {"pointer": pointer, "container": container.name}} if {
	some container in pods.resourced_containers(input.review.object)
	some need in [["requests", "cpu"], ["requests", "memory"], ["limits", "memory"]]
	not has(container, need[0], need[1])
	msg := sprintf("container %s has no %s %s", [container.name, need[1], trim_suffix(need[0], "s")])
	pointer := concat("", [container.pointer, "/resources/", need[0], "/", need[1]])
}

violation contains {"msg": msg, "details": {"pointer": pointer, "container": container.name}} if {
	some container in pods.resourced_containers(input.review.object)
	some name, requested in safe.object_at(container.value, ["resources", "requests"])
	limit := safe.dig(container.value, ["resources", "limits", name], null)
	quantities.milli(requested) > quantities.milli(limit)
	msg := sprintf("container %s requests %s %v, more than its limit %v", [container.name, name, requested, limit])
	pointer := concat("", [container.pointer, safe.pointer(["resources", "requests", name])])
}

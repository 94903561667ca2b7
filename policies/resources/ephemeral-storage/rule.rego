# METADATA
# title: Containers request and limit ephemeral storage
# description: >-
#   Every container has a request and a limit of ephemeral-storage, which also bounds its logs and its emptyDir
#   volumes on disk.
# custom:
#   severity: low
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
#     - kube-score container-ephemeral-storage-request-and-limit
#   remediation: >-
#     Set resources.requests and resources.limits of ephemeral-storage.
package resources["ephemeral-storage"]

import data.lib.pods
import data.lib.safe

has(container, kind) if safe.dig(container.value, ["resources", kind, "ephemeral-storage"], null) != null

# The API server takes the limit as request where only that is set.
has(container, "requests") if has_limit(container)

has_limit(container) if safe.dig(container.value, ["resources", "limits", "ephemeral-storage"], null) != null

violation contains {"msg": msg, "details": {"pointer": pointer, "container": container.name}} if {
	some container in pods.resourced_containers(input.review.object)
	some kind in ["requests", "limits"]
	not has(container, kind)
	msg := sprintf("container %s has no ephemeral-storage %s", [container.name, trim_suffix(kind, "s")])
	pointer := concat("", [container.pointer, "/resources/", kind, "/ephemeral-storage"])
}

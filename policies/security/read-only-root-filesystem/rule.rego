# METADATA
# title: Containers have a read-only root file system
# description: >-
#   Every container sets securityContext.readOnlyRootFilesystem to true.
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
#     - NSA/CISA Kubernetes Hardening Guide, Pod security, immutable container file systems
#     - KSV-0014
#     - CKV_K8S_22
#     - C-0017
#   remediation: >-
#     Set securityContext.readOnlyRootFilesystem to true and mount an emptyDir where the program writes (/tmp,
#     caches, sockets).
package security["read-only-root-filesystem"]

import data.lib.pods
import data.lib.safe

violation contains {"msg": msg, "details": {"pointer": pointer, "container": container.name}} if {
	not pods.is_windows(input.review.object)
	some container in pods.containers(input.review.object)
	not safe.true_at(container.value, ["securityContext", "readOnlyRootFilesystem"])
	msg := sprintf("container %s must have a read-only root file system", [container.name])
	pointer := concat("", [container.pointer, "/securityContext/readOnlyRootFilesystem"])
}

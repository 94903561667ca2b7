# METADATA
# title: Images are pinned by digest
# description: >-
#   Every image names the SHA-256 digest of what is to run.
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
#     - CKV_K8S_43
#     - C-0306
#   remediation: >-
#     Append the digest: image: postgres:16.15-alpine3.24@sha256:<64 hexadecimal digits>. Let the release fill
#     it in.
package images["digest-pinned"]

import data.lib.images

violation contains {"msg": msg, "details": {"pointer": entry.image_pointer, "container": entry.name, "image": entry.image}} if {
	some entry in images.of(input.review.object)
	not regex.match(`^sha256:[0-9a-f]{64}$`, entry.parts.digest)
	msg := sprintf("container %s: image %s has no sha256 digest", [entry.name, entry.image])
}

# METADATA
# title: Images have a tag that does not move
# description: >-
#   Every image names a digest or a full version. An absent tag, a tag such as latest or main, and a bare major
#   version such as 16-alpine point to another image tomorrow.
# custom:
#   severity: high
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
#     - KSV-0013
#     - CKV_K8S_14
#     - C-0075
#   remediation: >-
#     Name the full version, for example postgres:16.15-alpine3.24, better with its digest.
package images["no-mutable-tag"]

import data.lib.images

floating := {
	"latest", "stable", "edge", "nightly", "dev", "develop", "main", "master", "head", "trunk", "mainline", "snapshot",
	"canary", "beta", "alpha", "rc", "prod", "production", "staging", "test", "lts", "current", "next",
}

violation contains {"msg": msg, "details": {"pointer": entry.image_pointer, "container": entry.name, "image": entry.image}} if {
	some entry in images.of(input.review.object)
	entry.parts.digest == ""
	reason := problem(entry.parts.tag)
	msg := sprintf("container %s: image %s %s", [entry.name, entry.image, reason])
}

problem(tag) := "has no tag" if {
	tag == ""
} else := sprintf("has the tag %s, which is moved on purpose", [tag]) if {
	first_word(tag) in floating
} else := sprintf("has the tag %s, a major version, which is moved to each new minor version", [tag]) if {
	regex.match(`^v?[0-9]{1,3}(-[a-z].*)?$`, tag)
}

first_word(tag) := lower(regex.find_n(`^[A-Za-z]*`, tag, 1)[0])

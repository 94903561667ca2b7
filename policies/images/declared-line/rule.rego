# METADATA
# title: Images are releases of the declared line
# description: >-
#   The image of a container is of the declared repository, and its tag names one release of the declared line.
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
#   remediation: >-
#     Use a release of the declared line, written out in full, or change the declaration first.
#   needs: [architecture]
package images["declared-line"]

import data.lib.images
import data.lib.intent
import data.lib.pods
import data.lib.safe

declared := safe.object_at(intent.workload(input.review.object), ["images"])

found := images.of(input.review.object)

violation contains {"msg": msg, "details": {"pointer": entry.image_pointer, "declared": wanted.repository}} if {
	some entry in found
	wanted := declared[entry.name]
	entry.parts.repository != wanted.repository
	msg := sprintf("container %s: image %s is not of the declared repository %v", [entry.name, entry.image, wanted.repository])
}

violation contains {"msg": msg, "details": {"pointer": entry.image_pointer, "declared": wanted.line}} if {
	some entry in found
	wanted := declared[entry.name]
	not is_release(entry.parts.tag, wanted.line)
	msg := sprintf("container %s: image %s is no release of the declared line %v", [entry.name, entry.image, wanted.line])
}

violation contains {"msg": msg, "details": {"pointer": pointer}} if {
	names := {entry.name | some entry in found}
	some name, _ in declared
	not name in names
	msg := sprintf("the declared container %s does not exist, or has no image", [name])
	pointer := concat("", [pods.spec_pointer(input.review.object), "/containers"])
}

# In a line `x` stands for a number; a variant may have its own version: 16.15-alpine3.24 is of 16.x-alpine.
is_release(tag, line) if {
	parts := split(line, "-")
	release := replace(replace(parts[0], ".", "[.]"), "x", "[0-9]+")
	variants := [sprintf("-%s[0-9.]*", [variant]) | some variant in array.slice(parts, 1, count(parts))]
	regex.match(sprintf(`^%s%s$`, [release, concat("", variants)]), tag)
}

# METADATA
# title: Images come from the declared registries
# description: >-
#   Every image starts with a registry or repository that the architecture allows, and with none that it
#   forbids.
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
#     - KSV-0125
#     - C-0078 C-0001
#   remediation: >-
#     Take the image from a declared registry, or declare its registry in the architecture after a review.
#   needs: [architecture]
package images["allowed-registries"]

import data.lib.images
import data.lib.intent
import data.lib.safe

allowed := safe.array_at(intent.architecture, ["images", "registries"])

forbidden := safe.array_at(intent.architecture, ["images", "forbidden"])

# A prefix ends in "/", or is a whole repository, with or without the default registry written out.
begins(entry, prefix) if {
	is_string(prefix)
	some written in [entry.parts.repository, entry.image]
	endswith(prefix, "/")
	startswith(written, prefix)
}

begins(entry, prefix) if entry.parts.repository == prefix

begins(entry, prefix) if {
	is_string(prefix)
	not contains(prefix, ".")
	entry.parts.repository == images.normalized(prefix)
}

listed(entry, prefixes) if {
	some prefix in prefixes
	begins(entry, prefix)
}

details(entry) := {"pointer": entry.image_pointer, "container": entry.name, "image": entry.image}

violation contains {"msg": msg, "details": details(entry)} if {
	count(allowed) > 0
	some entry in images.of(input.review.object)
	not listed(entry, allowed)
	msg := sprintf("container %s: image %s is from no allowed registry", [entry.name, entry.image])
}

violation contains {"msg": msg, "details": details(entry)} if {
	some entry in images.of(input.review.object)
	listed(entry, forbidden)
	msg := sprintf("container %s: image %s is from a registry or repository that is forbidden", [entry.name, entry.image])
}

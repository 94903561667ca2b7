# METADATA
# title: Containers have the declared resources
# description: >-
#   Requests and limits of every container equal what the architecture promises for its workload.
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
#     Set the declared quantity, or change the declaration first if the promise has changed.
#   needs: [architecture]
package resources["declared-resources"]

import data.lib.intent
import data.lib.pods
import data.lib.quantities
import data.lib.safe

declared := intent.workload(input.review.object)

violation contains {"msg": msg, "details": {"pointer": pointer, "declared": wanted, "found": found}} if {
	some container in pods.resourced_containers(input.review.object)
	some kind in ["requests", "limits"]
	some name, wanted in safe.object_at(declared, [kind, container.name])
	wanted != null
	found := safe.dig(container.value, ["resources", kind, name], "nothing")
	not quantities.same(found, wanted)
	msg := sprintf("container %s: %s %s is %v, declared is %v", [container.name, name, trim_suffix(kind, "s"), found, wanted])
	pointer := concat("", [container.pointer, safe.pointer(["resources", kind, name])])
}

violation contains {"msg": msg, "details": {"pointer": pointer}} if {
	names := {container.name | some container in pods.resourced_containers(input.review.object)}
	some kind in ["requests", "limits"]
	some name, _ in safe.object_at(declared, [kind])
	not name in names
	msg := sprintf("the declared container %s does not exist", [name])
	pointer := concat("", [pods.spec_pointer(input.review.object), "/containers"])
}

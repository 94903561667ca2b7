# METADATA
# title: Workloads say their declared role
# description: >-
#   A workload with a declared role says it in the declared label of its pods, in lower case and with hyphens, and
#   in the declared environment variable.
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
#   remediation: >-
#     Set the label and the variable to the declared role.
#   needs: [architecture]
package metadata["declared-role"]

import data.lib.intent
import data.lib.pods
import data.lib.safe

declared := intent.workload(input.review.object)

places := safe.object_at(declared, ["role_in"])

role := safe.string_at(declared, ["role"])

# A label has no spaces: Senior Developer becomes senior-developer.
label := replace(lower(role), " ", "-")

violation contains {"msg": msg, "details": {"pointer": pointer, "declared": label, "found": found}} if {
	found := safe.dig(pods.labels(input.review.object), [places.label], "absent")
	found != label
	msg := sprintf("the label %v of its pods is %v, declared is %v", [places.label, found, label])
	pointer := concat("", [pods.template_pointer(input.review.object), safe.pointer(["metadata", "labels", places.label])])
}

variables := [{"pointer": pointer, "value": value} |
	some container in pods.lasting_containers(input.review.object)
	some index, entry in safe.array_at(container.value, ["env"])
	safe.string_at(entry, ["name"]) == places.variable
	value := safe.dig(entry, ["value"], "no plain value")
	pointer := concat("", [container.pointer, safe.pointer(["env", index, "value"])])
]

violation contains {"msg": msg, "details": {"pointer": variable.pointer, "declared": role, "found": variable.value}} if {
	some variable in variables
	variable.value != role
	msg := sprintf("%v is %v, declared is %v", [places.variable, variable.value, role])
}

violation contains {"msg": msg, "details": {"pointer": pointer, "declared": role}} if {
	wanted := places.variable
	count(variables) == 0
	msg := sprintf("no container has %v, which tells the role", [wanted])
	pointer := concat("", [pods.spec_pointer(input.review.object), "/containers"])
}

# METADATA
# title: Pods of every kind of workload
# description: Where each workload kind keeps its pod template, and its containers with their JSON pointers.
package lib.pods

import data.lib.meta
import data.lib.safe

template_path(resource) := [] if {
	meta.kind(resource) == "Pod"
} else := ["spec", "jobTemplate", "spec", "template"] if {
	meta.kind(resource) == "CronJob"
} else := ["spec", "template"]

template(resource) := resource if {
	count(template_path(resource)) == 0
} else := safe.object_at(resource, template_path(resource))

template_pointer(resource) := safe.pointer(template_path(resource))

spec(resource) := safe.object_at(template(resource), ["spec"])

spec_pointer(resource) := concat("", [template_pointer(resource), "/spec"])

labels(resource) := meta.labels(template(resource))

annotations(resource) := meta.annotations(template(resource))

# Init, ordinary and ephemeral containers, in this order (upstream: policy/visitor.go of pod-security-admission).
containers(resource) := array.concat(
	containers_in(resource, "initContainers"),
	array.concat(containers_in(resource, "containers"), containers_in(resource, "ephemeralContainers")),
)

containers_in(resource, field) := [entry |
	some index, container in safe.array_at(spec(resource), [field])
	is_object(container)
	entry := {
		"field": field,
		"name": container_name(container, index),
		"pointer": concat("", [spec_pointer(resource), safe.pointer([field, index])]),
		"value": container,
	}
]

# Containers that run as long as the pod: the ordinary ones, and init containers that are restarted (sidecars).
lasting_containers(resource) := array.concat(
	[entry |
		some entry in containers_in(resource, "initContainers")
		safe.string_at(entry.value, ["restartPolicy"]) == "Always"
	],
	containers_in(resource, "containers"),
)

# Containers that a manifest gives resources to; ephemeral ones cannot have any.
resourced_containers(resource) := array.concat(
	containers_in(resource, "initContainers"),
	containers_in(resource, "containers"),
)

container_name(container, index) := name if {
	name := safe.string_at(container, ["name"])
	name != ""
} else := sprintf("number %d", [index + 1])

is_windows(resource) if safe.string_at(spec(resource), ["os", "name"]) == "windows"

service_account(resource) := name if {
	name := safe.string_at(spec(resource), ["serviceAccountName"])
	name != ""
} else := name if {
	# The deprecated alias, still honoured by the API server.
	name := safe.string_at(spec(resource), ["serviceAccount"])
	name != ""
} else := "default"

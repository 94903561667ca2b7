# METADATA
# title: Each database has credentials of its own
# description: >-
#   A PostgreSQL server gets a password from somewhere, does not trust everybody, and takes it from a Secret
#   entry that no other database uses.
# custom:
#   severity: high
#   kinds: [apps/StatefulSet]
#   remediation: >-
#     Give each database a Secret of its own, and refer to it in POSTGRES_PASSWORD or POSTGRES_PASSWORD_FILE.
package secrets["own-database-credentials"]

import data.lib.images
import data.lib.inventory
import data.lib.meta
import data.lib.pods
import data.lib.safe

servers(resource) := [entry |
	some entry in pods.containers_in(resource, "containers")
	image := safe.string_at(entry.value, ["image"])
	contains(image, "postgres")
	images.parse(image).repository == "docker.io/library/postgres"
	count(safe.array_at(entry.value, ["command"])) == 0
]

variables(container) := {safe.string_at(entry, ["name"]) | some entry in safe.array_at(container.value, ["env"])}

violation contains {"msg": msg, "details": {"pointer": pointer, "container": container.name}} if {
	some container in servers(input.review.object)
	count(safe.array_at(container.value, ["envFrom"])) == 0
	given := variables(container) & {"POSTGRES_PASSWORD", "POSTGRES_PASSWORD_FILE", "POSTGRES_HOST_AUTH_METHOD"}
	count(given) == 0
	msg := sprintf("container %s gets no password; the image refuses to start", [container.name])
	pointer := concat("", [container.pointer, "/env"])
}

violation contains {"msg": msg, "details": {"pointer": pointer, "container": container.name}} if {
	some container in servers(input.review.object)
	some index, entry in safe.array_at(container.value, ["env"])
	safe.string_at(entry, ["name"]) == "POSTGRES_HOST_AUTH_METHOD"
	safe.string_at(entry, ["value"]) == "trust"
	msg := sprintf("container %s lets everybody in without a password", [container.name])
	pointer := concat("", [container.pointer, safe.pointer(["env", index, "value"])])
}

# Secret entries that the password of a database comes from, by variable or by file.
credentials(resource) := {[safe.string_at(reference, ["name"]), safe.string_at(reference, ["key"])] |
	some container in servers(resource)
	some entry in safe.array_at(container.value, ["env"])
	safe.string_at(entry, ["name"]) == "POSTGRES_PASSWORD"
	reference := safe.object_at(entry, ["valueFrom", "secretKeyRef"])
	count(reference) > 0
}

own_credentials := credentials(input.review.object)

database(resource) := {safe.string_at(entry, ["value"]) |
	some container in servers(resource)
	some entry in safe.array_at(container.value, ["env"])
	safe.string_at(entry, ["name"]) == "POSTGRES_DB"
}

violation contains {"msg": msg, "details": {"pointer": "/spec/template/spec/containers", "other": meta.name(other)}} if {
	count(own_credentials) > 0
	some other in inventory.in_namespace(meta.namespace(input.review.object), "apps", "StatefulSet")
	meta.name(other) != meta.name(input.review.object)
	some shared in (credentials(other) & own_credentials)

	# A primary and its standby share one database, and so its credentials.
	database(other) != database(input.review.object)
	msg := sprintf("it has the same password as StatefulSet %s: Secret %s, key %s", [meta.name(other), shared[0], shared[1]])
}

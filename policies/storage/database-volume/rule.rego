# METADATA
# title: Databases keep their data on a persistent volume
# description: >-
#   A container of a database image has its data directory on a volume from a claim, and a StatefulSet does not
#   delete its claims with itself. A declared database has the declared name and takes its user from the
#   declared Secret.
# custom:
#   severity: critical
#   kinds: [apps/Deployment, apps/StatefulSet]
#   remediation: >-
#     Mount a volume claim template at the data directory and keep persistentVolumeClaimRetentionPolicy at
#     Retain.
package storage["database-volume"]

import data.lib.images
import data.lib.intent
import data.lib.meta
import data.lib.pods
import data.lib.safe

# Where the official images keep their data.
data_directories := {
	"postgres": "/var/lib/postgresql/data",
	"postgresql": "/var/lib/postgresql/data",
	"mysql": "/var/lib/mysql",
	"mariadb": "/var/lib/mysql",
	"mongo": "/data/db",
	"elasticsearch": "/usr/share/elasticsearch/data",
}

official := {
	"docker.io/library/postgres", "docker.io/library/mysql", "docker.io/library/mariadb", "docker.io/library/mongo",
	"docker.elastic.co/elasticsearch/elasticsearch", "docker.io/library/elasticsearch",
}

env(container, name) := [safe.string_at(entry, ["value"]) |
	some entry in safe.array_at(container.value, ["env"])
	safe.string_at(entry, ["name"]) == name
]

# A sidecar such as a backup tool may come from the same image, with a command of its own.
databases := [entry |
	some entry in images.of(input.review.object)
	entry.field == "containers"
	entry.parts.repository in official
	runs_the_server(entry)
]

runs_the_server(entry) if count(safe.array_at(entry.value, ["command"])) == 0

runs_the_server(entry) if {
	program := safe.array_at(entry.value, ["command"])[0]
	is_string(program)
	regex.match(`(^|/)(postgres|mysqld|mariadbd|mongod|docker-entrypoint\.sh)$`, program)
}

directory(container) := found[0] if {
	found := env(container, "PGDATA")
	found[0] != ""
} else := known if {
	parts := split(container.parts.repository, "/")
	known := data_directories[parts[count(parts) - 1]]
}

persistent contains safe.string_at(template, ["metadata", "name"]) if {
	some template in safe.array_at(input.review.object, ["spec", "volumeClaimTemplates"])
}

persistent contains safe.string_at(volume, ["name"]) if {
	some volume in safe.array_at(pods.spec(input.review.object), ["volumes"])
	safe.dig(volume, ["persistentVolumeClaim"], null) != null
}

holds(mount_path, path) if mount_path == path

holds(mount_path, path) if startswith(path, concat("", [trim_suffix(mount_path, "/"), "/"]))

# The mount that holds a path is the longest one above it.
mount_of(container, path) := mounts[count(mounts) - 1][1] if {
	mounts := sort([[count(safe.string_at(mount, ["mountPath"])), safe.string_at(mount, ["name"])] |
		some mount in safe.array_at(container.value, ["volumeMounts"])
		holds(safe.string_at(mount, ["mountPath"]), path)
	])
	count(mounts) > 0
} else := "none"

violation contains {"msg": msg, "details": {"pointer": pointer, "container": container.name}} if {
	some container in databases
	path := directory(container)
	volume := mount_of(container, path)
	not volume in persistent
	msg := sprintf("container %s keeps its data in %s, which is on no persistent volume", [container.name, path])
	pointer := concat("", [container.pointer, "/volumeMounts"])
}

violation contains {"msg": msg, "details": {"pointer": pointer}} if {
	meta.kind(input.review.object) == "StatefulSet"
	count(databases) > 0
	some field in ["whenDeleted", "whenScaled"]
	safe.string_at(input.review.object, ["spec", "persistentVolumeClaimRetentionPolicy", field]) == "Delete"
	msg := sprintf("persistentVolumeClaimRetentionPolicy.%s deletes the data", [field])
	pointer := safe.pointer(["spec", "persistentVolumeClaimRetentionPolicy", field])
}

declared := safe.object_at(intent.workload(input.review.object), ["database"])

violation contains {"msg": msg, "details": {"pointer": concat("", [container.pointer, "/env"]), "declared": wanted}} if {
	some container in databases
	wanted := declared.name
	not wanted in env(container, "POSTGRES_DB")
	msg := sprintf("container %s does not name the declared database %v in POSTGRES_DB", [container.name, wanted])
}

violation contains {"msg": msg, "details": {"pointer": concat("", [container.pointer, "/env"]), "declared": wanted}} if {
	some container in databases
	wanted := {"name": declared.user_secret, "key": declared.user_key}
	found := [reference |
		some entry in safe.array_at(container.value, ["env"])
		safe.string_at(entry, ["name"]) == "POSTGRES_USER"
		reference := safe.object_at(entry, ["valueFrom", "secretKeyRef"])
		safe.string_at(reference, ["name"]) == wanted.name
		safe.string_at(reference, ["key"]) == wanted.key
	]
	count(found) == 0
	msg := sprintf("container %s does not take POSTGRES_USER from the declared Secret %v, key %v", [
		container.name, wanted.name, wanted.key,
	])
}

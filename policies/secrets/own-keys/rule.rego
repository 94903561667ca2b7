# METADATA
# title: Declared keys are shared with no other workload
# description: >-
#   A variable that is declared as a workload's own key comes from a Secret entry that no other workload reads and
#   that no other Secret is filled with.
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
#     Give each workload a Secret of its own, filled from an entry of its own in the secret store, and refer to
#     it with secretKeyRef.
#   needs: [architecture]
package secrets["own-keys"]

import data.lib.intent
import data.lib.inventory
import data.lib.meta
import data.lib.pods
import data.lib.safe

own := safe.array_at(intent.workload(input.review.object), ["own_secrets"])

named_variables(resource, name) := [{"pointer": pointer, "reference": reference} |
	some container in pods.resourced_containers(resource)
	some index, entry in safe.array_at(container.value, ["env"])
	safe.string_at(entry, ["name"]) == name
	reference := safe.object_at(entry, ["valueFrom", "secretKeyRef"])
	pointer := concat("", [container.pointer, safe.pointer(["env", index])])
]

violation contains {"msg": msg, "details": {"pointer": pointer, "variable": name}} if {
	some name in own
	count(named_variables(input.review.object, name)) == 0
	msg := sprintf("no container has the declared variable %s", [name])
	pointer := concat("", [pods.spec_pointer(input.review.object), "/containers"])
}

violation contains {"msg": msg, "details": {"pointer": found.pointer, "variable": name}} if {
	some name in own
	some found in named_variables(input.review.object, name)
	safe.string_at(found.reference, ["key"]) == ""
	msg := sprintf("%s does not come from an entry of a Secret", [name])
}

# The entries that hold the workload's own keys.
keys := [{"pointer": found.pointer, "variable": name, "secret": secret, "key": key} |
	some name in own
	some found in named_variables(input.review.object, name)
	secret := safe.string_at(found.reference, ["name"])
	key := safe.string_at(found.reference, ["key"])
	key != ""
]

workload_kinds := {
	["", "Pod"], ["", "ReplicationController"],
	["apps", "Deployment"], ["apps", "StatefulSet"], ["apps", "DaemonSet"], ["apps", "ReplicaSet"],
	["batch", "Job"], ["batch", "CronJob"],
}

others := [other |
	count(keys) > 0
	some kind in workload_kinds
	some other in inventory.in_namespace(meta.namespace(input.review.object), kind[0], kind[1])
	meta.key(other) != meta.key(input.review.object)
]

violation contains {"msg": msg, "details": {"pointer": own_key.pointer, "variable": own_key.variable, "other": meta.name(other)}} if {
	some own_key in keys
	some other in others
	reads(other, own_key.secret, own_key.key)
	msg := sprintf("%s %s reads it too: Secret %s, key %s", [meta.kind(other), meta.name(other), own_key.secret, own_key.key])
}

reads(resource, secret, key) if {
	some container in pods.resourced_containers(resource)
	some entry in safe.array_at(container.value, ["env"])
	reference := safe.object_at(entry, ["valueFrom", "secretKeyRef"])
	safe.string_at(reference, ["name"]) == secret
	safe.string_at(reference, ["key"]) == key
}

reads(resource, secret, _) if {
	some container in pods.resourced_containers(resource)
	some source in safe.array_at(container.value, ["envFrom"])
	safe.string_at(source, ["secretRef", "name"]) == secret
}

reads(resource, secret, key) if {
	some volume in safe.array_at(pods.spec(resource), ["volumes"])
	safe.string_at(volume, ["secret", "secretName"]) == secret
	holds(safe.object_at(volume, ["secret"]), key)
}

reads(resource, secret, key) if {
	some volume in safe.array_at(pods.spec(resource), ["volumes"])
	some source in safe.array_at(volume, ["projected", "sources"])
	safe.string_at(source, ["secret", "name"]) == secret
	holds(safe.object_at(source, ["secret"]), key)
}

# Without a list of items a volume holds every entry.
holds(source, _) if count(safe.array_at(source, ["items"])) == 0

holds(source, key) if {
	some item in safe.array_at(source, ["items"])
	safe.string_at(item, ["key"]) == key
}

# Where an entry of a Secret is filled from: two Secrets may hold one key of the store.
filled := [{"secret": secret, "key": key, "origin": origin} |
	count(keys) > 0
	some external in inventory.in_namespace(meta.namespace(input.review.object), "external-secrets.io", "ExternalSecret")
	secret := target(external)
	some entry in safe.array_at(external, ["spec", "data"])
	key := safe.string_at(entry, ["secretKey"])
	origin := {
		"store": safe.object_at(external, ["spec", "secretStoreRef"]),
		"key": safe.string_at(entry, ["remoteRef", "key"]),
		"property": safe.string_at(entry, ["remoteRef", "property"]),
	}
]

target(external) := name if {
	name := safe.string_at(external, ["spec", "target", "name"])
	name != ""
} else := meta.name(external)

violation contains {"msg": msg, "details": {"pointer": own_key.pointer, "variable": own_key.variable, "other": other.secret}} if {
	some own_key in keys
	some one in filled
	[one.secret, one.key] == [own_key.secret, own_key.key]
	some other in filled
	[other.secret, other.key] != [own_key.secret, own_key.key]
	other.origin == one.origin
	msg := sprintf("Secret %s is filled with the same key as Secret %s, key %s", [own_key.secret, other.secret, other.key])
}

package storage["database-volume_test"]

import data.lib.testing
import data.storage["database-volume"] as rule

database(spec, container) := {
	"apiVersion": "apps/v1",
	"kind": "StatefulSet",
	"metadata": {"name": "db", "namespace": "shop"},
	"spec": object.union(
		{"template": {"spec": {
			"volumes": [{"name": "scratch", "emptyDir": {}}],
			"containers": [object.union({"name": "postgres", "image": "postgres:16.15-alpine3.24"}, container)],
		}}},
		spec,
	),
}

claimed := {"volumeClaimTemplates": [{"metadata": {"name": "data"}}]}

mounts(name, path) := {"volumeMounts": [{"name": name, "mountPath": path}]}

lost := {{
	"msg": "container postgres keeps its data in /var/lib/postgresql/data, which is on no persistent volume",
	"details": {"pointer": "/spec/template/spec/containers/0/volumeMounts", "container": "postgres"},
}}

test_pass_claimed if {
	testing.same(rule.violation, set()) with input as testing.review(database(claimed, mounts("data", "/var/lib/postgresql/data")))
}

test_pass_data_below_the_mount if {
	testing.same(rule.violation, set()) with input as testing.review(database(claimed, {
		"volumeMounts": [{"name": "data", "mountPath": "/var/lib/postgresql/data"}],
		"env": [{"name": "PGDATA", "value": "/var/lib/postgresql/data/pgdata"}],
	}))
}

test_fail_empty_dir if {
	testing.same(rule.violation, lost) with input as testing.review(database({}, mounts("scratch", "/var/lib/postgresql/data")))
}

# The near miss: the claim is mounted beside the data directory.
test_fail_mounted_beside if {
	testing.same(rule.violation, lost) with input as testing.review(database(claimed, mounts("data", "/var/lib/postgresql/data2")))
}

test_fail_claims_deleted if {
	testing.same(rule.violation, {{
		"msg": "persistentVolumeClaimRetentionPolicy.whenDeleted deletes the data",
		"details": {"pointer": "/spec/persistentVolumeClaimRetentionPolicy/whenDeleted"},
	}}) with input as testing.review(database(
		object.union(claimed, {"persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Delete"}}),
		mounts("data", "/var/lib/postgresql/data"),
	))
}

architecture := {"workloads": {"shop/StatefulSet/db": {"database": {
	"name": "booking",
	"user_secret": "credentials",
	"user_key": "POSTGRES_USER",
}}}}

test_fail_other_database_than_declared if {
	container := object.union(mounts("data", "/var/lib/postgresql/data"), {"env": [
		{"name": "POSTGRES_DB", "value": "bookings"},
		{"name": "POSTGRES_USER", "valueFrom": {"secretKeyRef": {"name": "credentials", "key": "POSTGRES_USER"}}},
	]})
	testing.same(rule.violation, {{
		"msg": "container postgres does not name the declared database booking in POSTGRES_DB",
		"details": {"pointer": "/spec/template/spec/containers/0/env", "declared": "booking"},
	}}) with input as testing.declared(database(claimed, container), architecture)
}

test_fail_user_is_no_reference if {
	container := object.union(mounts("data", "/var/lib/postgresql/data"), {"env": [
		{"name": "POSTGRES_DB", "value": "booking"},
		{"name": "POSTGRES_USER", "value": "booking"},
	]})
	testing.same(rule.violation, {{
		"msg": "container postgres does not take POSTGRES_USER from the declared Secret credentials, key POSTGRES_USER",
		"details": {
			"pointer": "/spec/template/spec/containers/0/env",
			"declared": {"name": "credentials", "key": "POSTGRES_USER"},
		},
	}}) with input as testing.declared(database(claimed, container), architecture)
}

package storage["storage-class-tier_test"]

import data.lib.testing
import data.storage["storage-class-tier"] as rule

architecture := {
	"tier_storage_class": {"databases": "fast-ssd", "backups": "backup"},
	"workloads": {"shop/StatefulSet/db": {"storage": {
		"claim": "data",
		"mount_path": "/var/lib/postgresql/data",
		"class": "fast-ssd",
		"size": "20Gi",
		"access_mode": "ReadWriteOnce",
	}}},
}

template(class, size) := {
	"metadata": {"name": "data"},
	"spec": {
		"storageClassName": class,
		"accessModes": ["ReadWriteOnce"],
		"resources": {"requests": {"storage": size}},
	},
}

database(templates, path) := {
	"apiVersion": "apps/v1",
	"kind": "StatefulSet",
	"metadata": {"name": "db", "namespace": "shop"},
	"spec": {
		"volumeClaimTemplates": templates,
		"template": {"spec": {"containers": [{
			"name": "postgres",
			"volumeMounts": [{"name": "data", "mountPath": path}],
		}]}},
	},
}

path := "/var/lib/postgresql/data"

test_pass_as_declared if {
	testing.same(rule.violation, set()) with input as testing.declared(
		database([template("fast-ssd", "20480Mi")], path),
		architecture,
	)
}

test_fail_other_class_and_size if {
	testing.same(rule.violation, {
		{
			"msg": "the storage class of data is standard, declared is fast-ssd",
			"details": {"pointer": "/spec/volumeClaimTemplates/0/spec/storageClassName", "declared": "fast-ssd"},
		},
		{
			"msg": "the size of data is 20G, declared is 20Gi",
			"details": {
				"pointer": "/spec/volumeClaimTemplates/0/spec/resources/requests/storage",
				"declared": "20Gi",
			},
		},
	}) with input as testing.declared(database([template("standard", "20G")], path), architecture)
}

test_fail_no_template if {
	testing.same(rule.violation, {{
		"msg": "the declared volume claim template data does not exist",
		"details": {"pointer": "/spec/volumeClaimTemplates", "declared": "data"},
	}}) with input as testing.declared(database([], path), architecture)
}

# The near miss: mounted one directory too high.
test_fail_mounted_elsewhere if {
	testing.same(rule.violation, {{
		"msg": "data is not mounted at the declared path /var/lib/postgresql/data",
		"details": {"pointer": "/spec/template/spec/containers", "declared": "/var/lib/postgresql/data"},
	}}) with input as testing.declared(
		database([template("fast-ssd", "20Gi")], "/var/lib/postgresql"),
		architecture,
	)
}

test_fail_backup_class_for_other_data if {
	testing.same(rule.violation, {{
		"msg": "storage class backup is for backups only",
		"details": {"pointer": "/spec/storageClassName"},
	}}) with input as testing.declared(
		{
			"apiVersion": "v1",
			"kind": "PersistentVolumeClaim",
			"metadata": {"name": "uploads", "namespace": "shop"},
			"spec": {"storageClassName": "backup"},
		},
		architecture,
	)
}

# The near miss: the declared mode, and one more that lets other nodes mount it too.
test_fail_a_further_access_mode if {
	modes := {"spec": {"accessModes": ["ReadWriteOnce", "ReadWriteMany"]}}
	testing.same(rule.violation, {{
		"msg": "data has not the declared access mode ReadWriteOnce, and it alone",
		"details": {"pointer": "/spec/volumeClaimTemplates/0/spec/accessModes", "declared": "ReadWriteOnce"},
	}}) with input as testing.declared(
		database([object.union(template("fast-ssd", "20Gi"), modes)], path),
		architecture,
	)
}

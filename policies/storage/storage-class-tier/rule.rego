# METADATA
# title: Data lies on the storage of its tier
# description: >-
#   Every declared claim exists with the declared storage class, size and access mode, mounted where declared;
#   no other workload uses the class of a tier that is declared for backups.
# custom:
#   severity: high
#   kinds: [PersistentVolumeClaim, apps/StatefulSet]
#   remediation: >-
#     Set storageClassName, size and accessModes of the claim, and mountPath of its mount, to what is
#     declared.
#   needs: [architecture]
package storage["storage-class-tier"]

import data.lib.intent
import data.lib.meta
import data.lib.pods
import data.lib.quantities
import data.lib.safe

declared := safe.object_at(intent.workload(input.review.object), ["storage"])

templates := [{"index": index, "value": template} |
	some index, template in safe.array_at(input.review.object, ["spec", "volumeClaimTemplates"])
	safe.string_at(template, ["metadata", "name"]) == declared.claim
]

violation contains {"msg": msg, "details": {"pointer": "/spec/volumeClaimTemplates", "declared": declared.claim}} if {
	count(templates) == 0
	msg := sprintf("the declared volume claim template %v does not exist", [declared.claim])
}

at(index, path) := safe.pointer(array.concat(["spec", "volumeClaimTemplates", index, "spec"], path))

violation contains {"msg": msg, "details": {"pointer": at(template.index, ["storageClassName"]), "declared": wanted}} if {
	some template in templates
	wanted := declared.class
	found := safe.dig(template.value, ["spec", "storageClassName"], "absent")
	found != wanted
	msg := sprintf("the storage class of %s is %v, declared is %v", [declared.claim, found, wanted])
}

violation contains {"msg": msg, "details": {"pointer": pointer, "declared": wanted}} if {
	some template in templates
	wanted := declared.size
	found := safe.dig(template.value, ["spec", "resources", "requests", "storage"], "absent")
	not quantities.same(found, wanted)
	msg := sprintf("the size of %s is %v, declared is %v", [declared.claim, found, wanted])
	pointer := at(template.index, ["resources", "requests", "storage"])
}

violation contains {"msg": msg, "details": {"pointer": at(template.index, ["accessModes"]), "declared": wanted}} if {
	some template in templates
	wanted := declared.access_mode
	safe.array_at(template.value, ["spec", "accessModes"]) != [wanted]
	msg := sprintf("%s has not the declared access mode %v, and it alone", [declared.claim, wanted])
}

violation contains {"msg": msg, "details": {"pointer": pointer, "declared": declared.mount_path}} if {
	mounts := {safe.string_at(mount, ["mountPath"]) |
		some container in pods.containers_in(input.review.object, "containers")
		some mount in safe.array_at(container.value, ["volumeMounts"])
		safe.string_at(mount, ["name"]) == declared.claim
	}
	not declared.mount_path in mounts
	msg := sprintf("%s is not mounted at the declared path %v", [declared.claim, declared.mount_path])
	pointer := concat("", [pods.spec_pointer(input.review.object), "/containers"])
}

backup_class := safe.string_at(intent.architecture, ["tier_storage_class", "backups"])

is_backup if contains(lower(meta.name(input.review.object)), "backup")

# Claims of this object, made by it or being it.
claims contains ["/spec", input.review.object] if meta.kind(input.review.object) == "PersistentVolumeClaim"

claims contains [safe.pointer(["spec", "volumeClaimTemplates", index, "spec"]), template] if {
	some index, template in safe.array_at(input.review.object, ["spec", "volumeClaimTemplates"])
}

violation contains {"msg": msg, "details": {"pointer": concat("", [claim[0], "/storageClassName"])}} if {
	backup_class != ""
	declared_here := safe.dig(declared_or_empty, ["class"], "")
	declared_here != backup_class
	not is_backup
	some claim in claims
	safe.string_at(claim[1], ["spec", "storageClassName"]) == backup_class
	msg := sprintf("storage class %s is for backups only", [backup_class])
}

declared_or_empty := declared if {
	intent.is_declared(input.review.object)
} else := {}

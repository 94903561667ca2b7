# METADATA
# title: Storage classes can grow and follow the scheduler
# description: >-
#   Every StorageClass allows volume expansion and binds volumes when the first pod is scheduled; at most one is
#   the default, and a declared class is as declared.
# custom:
#   severity: medium
#   kinds: [storage.k8s.io/StorageClass]
#   remediation: >-
#     Set allowVolumeExpansion: true and volumeBindingMode: WaitForFirstConsumer, and mark one class as
#     default at most.
package storage["expandable-classes"]

import data.lib.intent
import data.lib.inventory
import data.lib.meta
import data.lib.safe

violation contains {"msg": msg, "details": {"pointer": "/allowVolumeExpansion"}} if {
	not safe.true_at(input.review.object, ["allowVolumeExpansion"])
	safe.dig(declared, ["expandable"], true) == true
	msg := "volumes of this class cannot grow: allowVolumeExpansion is not true"
}

violation contains {"msg": msg, "details": {"pointer": "/volumeBindingMode"}} if {
	mode := safe.dig(input.review.object, ["volumeBindingMode"], "Immediate")
	mode != "WaitForFirstConsumer"
	msg := sprintf("volumeBindingMode is %v, which binds a volume before its pod is scheduled", [mode])
}

default_annotation := "storageclass.kubernetes.io/is-default-class"

is_default(class) if safe.string_at(meta.annotations(class), [default_annotation]) == "true"

default_pointer := safe.pointer(["metadata", "annotations", default_annotation])

violation contains {"msg": msg, "details": {"pointer": default_pointer, "others": others}} if {
	is_default(input.review.object)
	others := sort([meta.name(class) |
		some class in inventory.cluster_wide("storage.k8s.io", "StorageClass")
		is_default(class)
		meta.name(class) != meta.name(input.review.object)
	])
	count(others) > 0
	msg := sprintf("it is a default class, and so is %s", [concat(" and ", others)])
}

declared := safe.object_at(intent.architecture, ["storage_classes", meta.name(input.review.object)])

violation contains {"msg": msg, "details": {"pointer": default_pointer, "declared": false}} if {
	is_default(input.review.object)
	safe.dig(declared, ["default"], true) == false
	msg := "it is marked as the default class, and declared not to be"
}

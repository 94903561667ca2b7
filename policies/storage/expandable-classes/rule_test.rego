package storage["expandable-classes_test"]

import data.lib.testing
import data.storage["expandable-classes"] as rule

class(name, fields, mark) := object.union(
	{
		"apiVersion": "storage.k8s.io/v1",
		"kind": "StorageClass",
		"metadata": {"name": name, "annotations": {"storageclass.kubernetes.io/is-default-class": mark}},
	},
	fields,
)

good := {"allowVolumeExpansion": true, "volumeBindingMode": "WaitForFirstConsumer"}

test_pass_good if {
	testing.same(rule.violation, set()) with input as testing.review(class("fast", good, "true"))
		with data.inventory as testing.inventory([class("fast", good, "true"), class("slow", good, "false")])
}

test_fail_defaults_of_the_api if {
	testing.same(rule.violation, {
		{
			"msg": "volumes of this class cannot grow: allowVolumeExpansion is not true",
			"details": {"pointer": "/allowVolumeExpansion"},
		},
		{
			"msg": "volumeBindingMode is Immediate, which binds a volume before its pod is scheduled",
			"details": {"pointer": "/volumeBindingMode"},
		},
	}) with input as testing.review(class("fast", {}, "false")) with data.inventory as testing.inventory([])
}

test_fail_two_defaults if {
	testing.same(rule.violation, {{
		"msg": "it is a default class, and so is slow",
		"details": {
			"pointer": "/metadata/annotations/storageclass.kubernetes.io~1is-default-class",
			"others": ["slow"],
		},
	}}) with input as testing.review(class("fast", good, "true"))
		with data.inventory as testing.inventory([class("fast", good, "true"), class("slow", good, "true")])
}

# The near miss: alone as default, but not the one that is declared.
test_fail_declared_otherwise if {
	testing.same(rule.violation, {{
		"msg": "it is marked as the default class, and declared not to be",
		"details": {
			"pointer": "/metadata/annotations/storageclass.kubernetes.io~1is-default-class",
			"declared": false,
		},
	}}) with input as testing.declared(
		class("fast", good, "true"),
		{"storage_classes": {"fast": {"expandable": true, "default": false}}},
	)
		with data.inventory as testing.inventory([class("fast", good, "true")])
}

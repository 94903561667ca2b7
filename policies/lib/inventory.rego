# METADATA
# title: Looking up other objects of the manifest set
package lib.inventory

import data.lib.meta
import data.lib.safe

# All objects of a kind in a namespace, whatever version of the group they are written in.
in_namespace(namespace, group, kind) := [resource |
	some version, kinds in safe.object_at(data.inventory, ["namespace", namespace])
	of_kind := kinds[kind]
	meta.group_of(version) == group
	some resource in safe.object_of(of_kind)
	is_object(resource)
]

cluster_wide(group, kind) := [resource |
	some version, kinds in safe.object_at(data.inventory, ["cluster"])
	of_kind := kinds[kind]
	meta.group_of(version) == group
	some resource in safe.object_of(of_kind)
	is_object(resource)
]

everywhere(group, kind) := [resource |
	some namespace, _ in safe.object_at(data.inventory, ["namespace"])
	some resource in in_namespace(namespace, group, kind)
]

find(namespace, group, kind, name) := resource if {
	found := [candidate |
		some version, kinds in safe.object_at(data.inventory, ["namespace", namespace])
		candidate := kinds[kind][name]
		is_object(candidate)
		meta.group_of(version) == group
	]
	resource := found[0]
}

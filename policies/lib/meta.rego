# METADATA
# title: Identity of objects
package lib.meta

import data.lib.safe

name(resource) := safe.string_at(resource, ["metadata", "name"])

namespace(resource) := safe.string_at(resource, ["metadata", "namespace"])

labels(resource) := safe.object_at(resource, ["metadata", "labels"])

annotations(resource) := safe.object_at(resource, ["metadata", "annotations"])

kind(resource) := safe.string_at(resource, ["kind"])

group(resource) := group_of(safe.string_at(resource, ["apiVersion"]))

group_of(version) := parts[0] if {
	parts := split(version, "/")
	count(parts) == 2
} else := ""

# Key of an object in the declared architecture.
key(resource) := concat("/", [namespace(resource), kind(resource), name(resource)])

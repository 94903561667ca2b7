# METADATA
# title: Label selectors
# description: Semantics of k8s.io/apimachinery pkg/labels; an empty LabelSelector selects everything.
package lib.selectors

import data.lib.safe

matches(selector, labels) if {
	is_object(selector)
	every key, value in safe.object_at(selector, ["matchLabels"]) {
		has(labels, key, value)
	}
	every requirement in safe.array_at(selector, ["matchExpressions"]) {
		satisfied(requirement, labels)
	}
}

# The plain map of a Service: an empty one selects nothing.
matches_map(pairs, labels) if {
	is_object(pairs)
	count(pairs) > 0
	every key, value in pairs {
		has(labels, key, value)
	}
}

is_empty(selector) if {
	is_object(selector)
	count(safe.object_at(selector, ["matchLabels"])) == 0
	count(safe.array_at(selector, ["matchExpressions"])) == 0
}

has(labels, key, value) if {
	some found_key, found in safe.object_of(labels)
	found_key == key
	found == value
}

has_key(labels, key) if {
	some found_key, _ in safe.object_of(labels)
	found_key == key
}

satisfied(requirement, labels) if {
	safe.string_at(requirement, ["operator"]) == "In"
	some value in safe.array_at(requirement, ["values"])
	has(labels, safe.string_at(requirement, ["key"]), value)
}

satisfied(requirement, labels) if {
	safe.string_at(requirement, ["operator"]) == "NotIn"
	held := [value |
		some value in safe.array_at(requirement, ["values"])
		has(labels, safe.string_at(requirement, ["key"]), value)
	]
	count(held) == 0
}

satisfied(requirement, labels) if {
	safe.string_at(requirement, ["operator"]) == "Exists"
	has_key(labels, safe.string_at(requirement, ["key"]))
}

satisfied(requirement, labels) if {
	safe.string_at(requirement, ["operator"]) == "DoesNotExist"
	not has_key(labels, safe.string_at(requirement, ["key"]))
}

# METADATA
# title: Helpers of rule tests
package lib.testing

import data.lib.safe

# Equality that shows both sides when it does not hold.
same(actual, expected) if {
	actual == expected
}

same(actual, expected) := false if {
	actual != expected
	print("expected", expected, "but the rule answers", actual)
}

# The input document of a rule for one object, as without a declared architecture.
review(resource) := {"review": {"object": resource}, "parameters": {}}

# The same with a declared architecture.
declared(resource, architecture) := {"review": {"object": resource}, "parameters": {"architecture": architecture}}

# The inventory document of a list of objects.
inventory(resources) := {
	"namespace": {namespace: by_version(in_namespace) |
		some resource in resources
		namespace := safe.string_at(resource, ["metadata", "namespace"])
		namespace != ""
		in_namespace := [other |
			some other in resources
			safe.string_at(other, ["metadata", "namespace"]) == namespace
		]
	},
	"cluster": by_version([resource |
		some resource in resources
		safe.string_at(resource, ["metadata", "namespace"]) == ""
	]),
}

by_version(resources) := {version: by_kind(of_version) |
	some resource in resources
	version := resource.apiVersion
	of_version := [other | some other in resources; other.apiVersion == version]
}

by_kind(resources) := {kind: by_name(of_kind) |
	some resource in resources
	kind := resource.kind
	of_kind := [other | some other in resources; other.kind == kind]
}

by_name(resources) := {resource.metadata.name: resource | some resource in resources}

# METADATA
# title: What the declared architecture promises
# description: Without an architecture it is empty, and every function here is undefined.
package lib.intent

import data.lib.meta

default architecture := {}

architecture := input.parameters.architecture if is_object(input.parameters.architecture)

workload(resource) := declared if {
	declared := architecture.workloads[meta.key(resource)]
	is_object(declared)
}

is_declared(resource) if workload(resource)

autoscaled_by(hpa) := architecture.workloads[key] if {
	key := architecture.autoscalers[concat("/", [meta.namespace(hpa), meta.name(hpa)])]
}

resized_by(vpa) := architecture.workloads[key] if {
	key := architecture.verticals[concat("/", [meta.namespace(vpa), meta.name(vpa)])]
}

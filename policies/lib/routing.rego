# METADATA
# title: What leads to the pods of a workload
package lib.routing

import data.lib.inventory
import data.lib.meta
import data.lib.pods
import data.lib.safe
import data.lib.selectors

# Services that select the pods of a workload.
services(resource) := [service |
	some service in inventory.in_namespace(meta.namespace(resource), "", "Service")
	selectors.matches_map(safe.object_at(service, ["spec", "selector"]), pods.labels(resource))
]

# Ingresses with a route to one of these Services.
ingresses(resource) := [ingress |
	names := {meta.name(service) | some service in services(resource)}
	some ingress in inventory.in_namespace(meta.namespace(resource), "networking.k8s.io", "Ingress")
	count(names & targets(ingress)) > 0
]

# Names of the Services that an Ingress leads to.
targets(ingress) := {safe.string_at(backend, ["service", "name"]) | some backend in backends(ingress)}

backends(ingress) := array.concat(
	[safe.object_at(ingress, ["spec", "defaultBackend"])],
	[safe.object_at(path, ["backend"]) |
		some rule in safe.array_at(ingress, ["spec", "rules"])
		some path in safe.array_at(rule, ["http", "paths"])
	],
)

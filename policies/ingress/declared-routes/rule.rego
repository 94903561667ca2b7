# METADATA
# title: Ingresses route exactly as declared
# description: >-
#   Each declared host is served by the declared Ingress with the declared certificate Secret, issuer, paths and
#   backends, and no Ingress of a declared namespace serves a host or route that is not declared.
# custom:
#   severity: high
#   kinds: [networking.k8s.io/Ingress, Namespace]
#   remediation: >-
#     Make hosts, paths, path types, services and ports those of the declaration, or declare the new route
#     first.
#   needs: [architecture]
package ingress["declared-routes"]

import data.lib.intent
import data.lib.inventory
import data.lib.meta
import data.lib.safe

declared := safe.object_at(intent.architecture, ["ingresses"])

is_ingress if meta.kind(input.review.object) == "Ingress"

name := meta.name(input.review.object)

namespace := meta.namespace(input.review.object)

# Other environments of the system lie in namespaces of their own, with hosts of their own.
declared_namespaces contains found if {
	some found, _ in safe.object_at(intent.architecture, ["namespaces"])
}

declared_namespaces contains wanted.namespace if some wanted in declared

# Hosts that this Ingress is declared to serve.
own contains host if {
	is_ingress
	some host, wanted in declared
	wanted.name == name
	wanted.namespace == namespace
}

rules_of(ingress, host) := [entry |
	some entry in safe.array_at(ingress, ["spec", "rules"])
	safe.string_at(entry, ["host"]) == host
]

# Declared ports are numbers; an Ingress may use the name of the Service's port.
port_number(service, port) := safe.dig(port, ["number"], null) if {
	safe.dig(port, ["number"], null) != null
} else := safe.dig(found, ["port"], "unknown") if {
	some found in safe.array_at(inventory.find(namespace, "", "Service", service), ["spec", "ports"])
	safe.string_at(found, ["name"]) == safe.string_at(port, ["name"])
	safe.string_at(port, ["name"]) != ""
} else := "unknown"

routes(host) := {route |
	some entry in rules_of(input.review.object, host)
	some path in safe.array_at(entry, ["http", "paths"])
	service := safe.string_at(path, ["backend", "service", "name"])
	route := {
		"path": safe.string_at(path, ["path"]),
		"path_type": safe.string_at(path, ["pathType"]),
		"service": service,
		"port": port_number(service, safe.object_at(path, ["backend", "service", "port"])),
	}
}

shown(route) := sprintf("%v (%v) to %v:%v", [route.path, route.path_type, route.service, route.port])

violation contains {"msg": msg, "details": {"pointer": "/spec/rules", "declared": wanted}} if {
	some host in own
	some wanted in safe.array_of(declared[host].routes)
	not wanted in routes(host)
	msg := sprintf("host %s: the declared route %s is absent", [host, shown(wanted)])
}

violation contains {"msg": msg, "details": {"pointer": "/spec/rules"}} if {
	some host in own
	some route in routes(host)
	not route in {wanted | some wanted in safe.array_of(declared[host].routes)}
	msg := sprintf("host %s: the route %s is not declared", [host, shown(route)])
}

violation contains {"msg": msg, "details": {"pointer": safe.pointer(["spec", "rules", index, "host"])}} if {
	is_ingress
	namespace in declared_namespaces
	some index, entry in safe.array_at(input.review.object, ["spec", "rules"])
	host := safe.string_at(entry, ["host"])
	not host in own
	msg := sprintf("host %v is not declared for this Ingress", [host])
}

violation contains {"msg": msg, "details": {"pointer": "/spec/tls", "declared": wanted}} if {
	some host in own
	wanted := declared[host].tls_secret
	is_string(wanted)
	found := {safe.string_at(entry, ["secretName"]) |
		some entry in safe.array_at(input.review.object, ["spec", "tls"])
		host in safe.array_at(entry, ["hosts"])
	}
	found != {wanted}
	msg := sprintf("host %s does not take its certificate from the declared Secret %s", [host, wanted])
}

issuer := "cert-manager.io/cluster-issuer"

violation contains {"msg": msg, "details": {"pointer": pointer, "declared": wanted}} if {
	some host in own
	wanted := declared[host].issuer
	is_string(wanted)
	found := safe.dig(meta.annotations(input.review.object), [issuer], "absent")
	found != wanted
	msg := sprintf("annotation %s is %v, declared is %s", [issuer, found, wanted])
	pointer := safe.pointer(["metadata", "annotations", issuer])
}

# A declared host that nothing serves is told at the namespace it belongs to.
violation contains {"msg": msg, "details": {"pointer": "/metadata/name", "declared": host}} if {
	meta.kind(input.review.object) == "Namespace"
	some host, wanted in declared
	wanted.namespace == name
	safe.dig(wanted, ["planned"], null) == null
	serving := [ingress |
		some ingress in inventory.in_namespace(name, "networking.k8s.io", "Ingress")
		count(rules_of(ingress, host)) > 0
	]
	count(serving) == 0
	msg := sprintf("no Ingress serves the declared host %s", [host])
}

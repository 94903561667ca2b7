# METADATA
# title: Every host of an Ingress is served over TLS
# description: >-
#   Each host of the rules is covered by an entry of spec.tls; a wildcard entry covers one label. A host belongs
#   to one Ingress object of a path only.
# custom:
#   severity: high
#   kinds: [networking.k8s.io/Ingress]
#   controls:
#     - polaris tlsSettingsMissing
#     - C-0263
#   remediation: >-
#     Add the host to an entry of spec.tls with a secretName.
package ingress["tls-on-every-host"]

import data.lib.inventory
import data.lib.meta
import data.lib.safe

tls := safe.array_at(input.review.object, ["spec", "tls"])

# An entry without hosts serves the default certificate for every host.
covers(entry, _) if count(safe.array_at(entry, ["hosts"])) == 0

covers(entry, host) if host in safe.array_at(entry, ["hosts"])

covers(entry, host) if {
	some wildcard in safe.array_at(entry, ["hosts"])
	is_string(wildcard)
	startswith(wildcard, "*.")
	suffix := trim_prefix(wildcard, "*")
	endswith(host, suffix)
	label := trim_suffix(host, suffix)
	label != ""
	not contains(label, ".")
}

secured(host) if {
	some entry in tls
	covers(entry, host)
}

violation contains {"msg": msg, "details": {"pointer": safe.pointer(["spec", "rules", index, "host"]), "host": host}} if {
	some index, entry in safe.array_at(input.review.object, ["spec", "rules"])
	host := safe.string_at(entry, ["host"])
	host != ""
	not secured(host)
	msg := sprintf("host %s is in no entry of spec.tls", [host])
}

violation contains {"msg": msg, "details": {"pointer": "/spec/tls"}} if {
	count(tls) == 0
	named := [entry |
		some entry in safe.array_at(input.review.object, ["spec", "rules"])
		safe.string_at(entry, ["host"]) != ""
	]
	count(named) == 0
	msg := "it serves every host, without TLS"
}

routes(ingress) := {[safe.string_at(entry, ["host"]), safe.string_at(path, ["path"])] |
	some entry in safe.array_at(ingress, ["spec", "rules"])
	some path in safe.array_at(entry, ["http", "paths"])
}

class(ingress) := safe.string_at(ingress, ["spec", "ingressClassName"])

violation contains {"msg": msg, "details": {"pointer": "/spec/rules", "other": meta.key(other)}} if {
	some other in inventory.everywhere("networking.k8s.io", "Ingress")
	meta.key(other) != meta.key(input.review.object)
	class(other) == class(input.review.object)
	some shared in (routes(other) & routes(input.review.object))
	msg := sprintf("host %s, path %s is also served by Ingress %s/%s", [
		shared[0], shared[1], meta.namespace(other), meta.name(other),
	])
}

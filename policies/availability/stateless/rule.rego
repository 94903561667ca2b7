# METADATA
# title: Stateless workloads keep nothing
# description: >-
#   The pods of a workload that is declared stateless have no volume that outlives or leaves them, and no Service
#   or Ingress ties a client to one of them.
# custom:
#   severity: high
#   kinds: [apps/Deployment, apps/StatefulSet]
#   remediation: >-
#     Keep sessions and files in a database, a cache or an object store; use emptyDir for temporary files, and
#     remove session affinity.
#   needs: [architecture]
package availability.stateless

import data.lib.intent
import data.lib.meta
import data.lib.pods
import data.lib.routing
import data.lib.safe

is_stateless if safe.true_at(intent.workload(input.review.object), ["stateless"])

# Gone with the pod, or written by somebody else.
harmless := {"emptyDir", "configMap", "secret", "projected", "downwardAPI"}

violation contains {"msg": msg, "details": {"pointer": pointer, "volume": name}} if {
	is_stateless
	some index, volume in safe.array_at(pods.spec(input.review.object), ["volumes"])
	some kind, _ in safe.object_of(volume)
	kind != "name"
	not kind in harmless
	name := safe.string_at(volume, ["name"])
	msg := sprintf("volume %s is of type %v and keeps state", [name, kind])
	pointer := concat("", [pods.spec_pointer(input.review.object), safe.pointer(["volumes", index])])
}

violation contains {"msg": msg, "details": {"pointer": "/spec/volumeClaimTemplates"}} if {
	is_stateless
	count(safe.array_at(input.review.object, ["spec", "volumeClaimTemplates"])) > 0
	msg := "each pod claims a volume of its own"
}

labels_pointer := concat("", [pods.template_pointer(input.review.object), "/metadata/labels"])

violation contains {"msg": msg, "details": {"pointer": labels_pointer, "service": meta.name(service)}} if {
	is_stateless
	some service in routing.services(input.review.object)
	safe.string_at(service, ["spec", "sessionAffinity"]) == "ClientIP"
	msg := sprintf("Service %s ties each client to one pod", [meta.name(service)])
}

# Annotations of the two NGINX controllers that make sessions sticky.
sticky := {"nginx.org/sticky-cookie-services", "nginx.ingress.kubernetes.io/affinity", "nginx.ingress.kubernetes.io/upstream-hash-by"}

violation contains {"msg": msg, "details": {"pointer": labels_pointer, "ingress": meta.name(ingress)}} if {
	is_stateless
	some ingress in routing.ingresses(input.review.object)
	some name, value in meta.annotations(ingress)
	ties(name, value)
	msg := sprintf("Ingress %s ties each client to one pod by the annotation %v", [meta.name(ingress), name])
}

ties(name, _) if name in sticky

ties("nginx.org/lb-method", value) if {
	is_string(value)
	regex.match(`(^|_)hash`, value)
}

# METADATA
# title: Every Ingress names its class
# description: >-
#   An Ingress names its controller in spec.ingressClassName, not in the deprecated annotation; the class exists
#   where classes are in the set, is the declared one, and is not steered by annotations of the retired
#   ingress-nginx controller.
# custom:
#   severity: medium
#   kinds: [networking.k8s.io/Ingress]
#   controls:
#     - kube-apiserver warning on kubernetes.io/ingress.class
#     - C-0292
#   remediation: >-
#     Set spec.ingressClassName, remove the annotation kubernetes.io/ingress.class, and replace
#     nginx.ingress.kubernetes.io/* by the annotations of a maintained controller.
package ingress["ingress-class"]

import data.lib.intent
import data.lib.inventory
import data.lib.meta
import data.lib.safe

class := safe.string_at(input.review.object, ["spec", "ingressClassName"])

annotations := meta.annotations(input.review.object)

violation contains {"msg": msg, "details": {"pointer": "/spec/ingressClassName"}} if {
	class == ""
	msg := "spec.ingressClassName is not set"
}

violation contains {"msg": msg, "details": {"pointer": pointer}} if {
	some key, _ in annotations
	key == "kubernetes.io/ingress.class"
	msg := "the annotation kubernetes.io/ingress.class is deprecated"
	pointer := safe.pointer(["metadata", "annotations", key])
}

classes contains meta.name(found) if some found in inventory.cluster_wide("networking.k8s.io", "IngressClass")

violation contains {"msg": msg, "details": {"pointer": "/spec/ingressClassName", "classes": sort(classes)}} if {
	class != ""
	count(classes) > 0
	not class in classes
	msg := sprintf("there is no IngressClass %s, only %s", [class, concat(", ", sort(classes))])
}

violation contains {"msg": msg, "details": {"pointer": "/spec/ingressClassName", "declared": wanted}} if {
	wanted := intent.architecture.ingress_class
	is_string(wanted)
	class != ""
	class != wanted
	msg := sprintf("the class is %s, declared is %s", [class, wanted])
}

# Its last release was in March 2026 (kubernetes.io/blog/2025/11/11/ingress-nginx-retirement).
violation contains {"msg": msg, "details": {"pointer": safe.pointer(["metadata", "annotations", key])}} if {
	some key, _ in annotations
	startswith(key, "nginx.ingress.kubernetes.io/")
	msg := sprintf("the annotation %s is for ingress-nginx, which is retired", [key])
}

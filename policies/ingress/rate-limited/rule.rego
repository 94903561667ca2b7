# METADATA
# title: Public routes have a rate limit
# description: >-
#   An Ingress of an NGINX class limits the rate of requests, by annotations whose rate, key and zone are valid
#   together, or by a policy resource.
# custom:
#   severity: medium
#   kinds: [networking.k8s.io/Ingress]
#   controls:
#     - nginx/kubernetes-ingress internal/configs/annotations.go, nginx.org/limit-req-*
#   remediation: >-
#     Add nginx.org/limit-req-rate, nginx.org/limit-req-key, nginx.org/limit-req-zone-size and
#     nginx.org/limit-req-reject-code: "429".
package ingress["rate-limited"]

import data.lib.meta
import data.lib.safe

annotations := meta.annotations(input.review.object)

is_nginx if contains(lower(safe.string_at(input.review.object, ["spec", "ingressClassName"])), "nginx")

is_nginx if contains(lower(safe.string_at(annotations, ["kubernetes.io/ingress.class"])), "nginx")

limited if {
	some key in [
		"nginx.org/limit-req-rate", "nginx.org/policies", "nginx.ingress.kubernetes.io/limit-rps",
		"nginx.ingress.kubernetes.io/limit-rpm", "nginx.ingress.kubernetes.io/limit-connections",
	]
	safe.dig(annotations, [key], null) != null
}

violation contains {"msg": msg, "details": {"pointer": "/metadata/annotations"}} if {
	is_nginx
	not limited
	msg := "no annotation limits the rate of requests"
}

pointer(key) := safe.pointer(["metadata", "annotations", key])

rate := safe.dig(annotations, ["nginx.org/limit-req-rate"], null)

violation contains {"msg": msg, "details": {"pointer": pointer("nginx.org/limit-req-rate")}} if {
	rate != null
	not regex.match(`^[1-9][0-9]*r/[sm]$`, sprintf("%v", [rate]))
	msg := sprintf("nginx.org/limit-req-rate %v is no rate such as 10r/s", [rate])
}

violation contains {"msg": msg, "details": {"pointer": pointer(key)}} if {
	rate != null
	some key in ["nginx.org/limit-req-key", "nginx.org/limit-req-zone-size"]
	safe.string_at(annotations, [key]) == ""
	msg := sprintf("the rate limit has no %s", [key])
}

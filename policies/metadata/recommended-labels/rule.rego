# METADATA
# title: Objects carry the recommended labels
# description: >-
#   Workloads, their pod templates, Services and Ingresses carry the labels app.kubernetes.io/name and
#   app.kubernetes.io/instance; a declared workload and its pod template carry every declared label, with the
#   declared values.
# custom:
#   severity: low
#   kinds: [Service, apps/Deployment, apps/StatefulSet, apps/DaemonSet, batch/CronJob, networking.k8s.io/Ingress]
#   controls:
#     - kube-linter required-label-owner
#     - kube-score label-values
#     - C-0076 C-0077
#   remediation: >-
#     Add the labels; with Kustomize by one `labels` entry for all objects.
package metadata["recommended-labels"]

import data.lib.intent
import data.lib.meta
import data.lib.pods
import data.lib.safe

recommended := ["app.kubernetes.io/name", "app.kubernetes.io/instance"]

is_workload if not meta.kind(input.review.object) in {"Service", "Ingress"}

# The object's own labels, and those of its pods.
places contains {"what": "the object", "pointer": "", "labels": meta.labels(input.review.object)}

places contains {
	"what": "the pod template",
	"pointer": pods.template_pointer(input.review.object),
	"labels": pods.labels(input.review.object),
} if {
	is_workload
}

required contains key if some key in recommended

required contains key if {
	intent.is_declared(input.review.object)
	some key in safe.array_at(intent.architecture, ["labels", "required"])
	is_string(key)
}

pointer(place, key) := concat("", [place.pointer, safe.pointer(["metadata", "labels", key])])

violation contains {"msg": msg, "details": {"pointer": pointer(place, key), "label": key}} if {
	some place in places
	some key in required
	safe.string_at(place.labels, [key]) == ""
	msg := sprintf("%s has no label %s", [place.what, key])
}

# Labels with a declared value.
valued[key] := value if {
	some key, value in safe.object_at(intent.workload(input.review.object), ["labels"])
}

valued[key] := value if {
	key := "app.kubernetes.io/part-of"
	intent.is_declared(input.review.object)
	value := intent.architecture.labels.part_of
}

violation contains {"msg": msg, "details": {"pointer": pointer(place, key), "label": key, "declared": value}} if {
	some place in places
	some key, value in valued
	found := safe.string_at(place.labels, [key])
	found != ""
	found != value
	msg := sprintf("%s has the label %s: %s, declared is %s", [place.what, key, found, value])
}

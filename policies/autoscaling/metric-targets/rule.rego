# METADATA
# title: Autoscalers measure what is declared, and what can be measured
# description: >-
#   A HorizontalPodAutoscaler names its metrics; a utilization has a request to be measured against in every
#   container of its target; a declared autoscaler has exactly the declared metrics and targets.
# custom:
#   severity: high
#   kinds: [autoscaling/HorizontalPodAutoscaler]
#   remediation: >-
#     Write the declared metrics with their targets; give every container of the target the request that the
#     utilization refers to.
package autoscaling["metric-targets"]

import data.lib.intent
import data.lib.meta
import data.lib.pods
import data.lib.quantities
import data.lib.safe
import data.lib.scaling

metrics := safe.array_at(input.review.object, ["spec", "metrics"])

# autoscaling/v1 knows nothing but CPU utilization.
is_version_one if safe.string_at(input.review.object, ["apiVersion"]) == "autoscaling/v1"

violation contains {"msg": msg, "details": {"pointer": "/spec/metrics"}} if {
	not is_version_one
	count(metrics) == 0
	msg := "no metric is given; the API server then scales on 80 % CPU utilization"
}

target := scaling.target(
	meta.namespace(input.review.object),
	safe.object_at(input.review.object, ["spec", "scaleTargetRef"]),
)

# Containers that a metric averages over.
measured(metric) := pods.lasting_containers(target) if metric.type == "Resource"

measured(metric) := [container |
	metric.type == "ContainerResource"
	some container in pods.lasting_containers(target)
	container.name == metric.containerResource.container
] if {
	metric.type == "ContainerResource"
}

source(metric) := safe.object_at(metric, [field]) if {
	field := {
		"Resource": "resource",
		"ContainerResource": "containerResource",
		"Pods": "pods",
		"Object": "object",
		"External": "external",
	}[metric.type]
}

requested(container, name) if {
	some kind in ["requests", "limits"]
	safe.dig(container.value, ["resources", kind, name], null) != null
}

violation contains {"msg": msg, "details": {"pointer": safe.pointer(["spec", "metrics", index])}} if {
	some index, metric in metrics
	name := safe.string_at(source(metric), ["name"])
	safe.string_at(source(metric), ["target", "type"]) == "Utilization"
	some container in measured(metric)
	not requested(container, name)
	msg := sprintf("%s utilization cannot be computed: container %s of %s/%s requests no %s", [
		name, container.name, meta.kind(target), meta.name(target), name,
	])
}

# One metric in the words of the declaration; the name is that of the resource or of the metric.
described(metric) := {
	"type": metric.type,
	"name": safe.dig(source(metric), ["name"], safe.string_at(source(metric), ["metric", "name"])),
	"target": safe.string_at(source(metric), ["target", "type"]),
	"value": value,
} if {
	fields := {"Utilization": "averageUtilization", "AverageValue": "averageValue", "Value": "value"}
	value := safe.dig(source(metric), ["target", fields[source(metric).target.type]], "absent")
}

declared := safe.array_at(intent.autoscaled_by(input.review.object), ["metrics"])

alike(left, right) if {
	left.type == right.type
	left.name == right.name
	left.target == right.target
	quantities.same(left.value, right.value)
}

shown(metric) := sprintf("%s %s %s %v", [metric.type, metric.name, metric.target, metric.value])

violation contains {"msg": msg, "details": {"pointer": "/spec/metrics", "declared": wanted}} if {
	some wanted in declared
	found := [metric | some metric in metrics; alike(described(metric), wanted)]
	count(found) == 0
	msg := sprintf("the declared metric %s is absent", [shown(wanted)])
}

violation contains {"msg": msg, "details": {"pointer": safe.pointer(["spec", "metrics", index])}} if {
	intent.autoscaled_by(input.review.object)
	some index, metric in metrics
	found := [wanted | some wanted in declared; alike(described(metric), wanted)]
	count(found) == 0
	msg := sprintf("the metric %s is not declared", [shown(described(metric))])
}

# METADATA
# title: Scrape jobs make each series once, and say whose it is
# description: >-
#   In a Prometheus configuration, a job that discovers pods keeps one named port, sets the labels namespace and pod,
#   and shares no pod and port with another job; some job scrapes the kubelets.
# custom:
#   severity: medium
#   kinds: [ConfigMap]
#   remediation: >-
#     Relabel __meta_kubernetes_namespace to namespace and __meta_kubernetes_pod_name to pod, keep the container port
#     by its name, narrow the regular expressions so that each pod belongs to one job, and add a job with role node.
#   needs: [architecture]
package monitoring["scrape-jobs"]

import data.lib.configuration
import data.lib.intent
import data.lib.safe

configurations := configuration.prometheus(input.review.object)

# Jobs that discover pods, with the ConfigMap's key.
pod_jobs := [{"key": key, "name": safe.string_at(job, ["job_name"]), "job": job} |
	some key, found in configurations
	some job in safe.array_at(found, ["scrape_configs"])
	some discovery in safe.array_at(job, ["kubernetes_sd_configs"])
	safe.string_at(discovery, ["role"]) == "pod"
]

relabelling(job) := safe.array_at(job, ["relabel_configs"])

violation contains {"msg": msg, "details": {"pointer": safe.pointer(["data", found.key]), "job": found.name}} if {
	some found in pod_jobs
	some label in ["namespace", "pod"]
	not sets(found.job, label)
	msg := sprintf("job %s gives its series no label %s, by which custom metrics find their object", [found.name, label])
}

sets(job, label) if {
	some step in relabelling(job)
	safe.string_at(step, ["target_label"]) == label
}

violation contains {"msg": msg, "details": {"pointer": safe.pointer(["data", found.key]), "job": found.name}} if {
	some found in pod_jobs
	count(ports(found.job)) == 0
	msg := sprintf("job %s makes a target of every port that its pods declare", [found.name])
}

# Which ports a job keeps: the expressions on the port of the container, or an address that it puts together itself.
ports(job) := {safe.string_at(step, ["regex"]) |
	some step in relabelling(job)
	chooses_port(step)
}

chooses_port(step) if {
	safe.string_at(step, ["action"]) == "keep"
	some label in safe.array_at(step, ["source_labels"])
	is_string(label)
	startswith(label, "__meta_kubernetes_pod_container_port_")
}

chooses_port(step) if safe.string_at(step, ["target_label"]) == "__address__"

# Two jobs that keep the same pods of a declared workload, and do not differ in the ports.
violation contains {"msg": msg, "details": {"pointer": safe.pointer(["data", first.key]), "jobs": [first.name, second.name]}} if {
	some left, first in pod_jobs
	some right, second in pod_jobs
	left < right
	ports(first.job) == ports(second.job)
	shared := sort([key |
		some key, workload in safe.object_at(intent.architecture, ["workloads"])
		keeps(first.job, key, workload.labels)
		keeps(second.job, key, workload.labels)
	])
	count(shared) > 0
	msg := sprintf("jobs %s and %s both scrape the pods of %s", [first.name, second.name, concat(", ", shared)])
}

keeps(job, key, labels) if {
	some discovery in safe.array_at(job, ["kubernetes_sd_configs"])
	looks_in(discovery, split(key, "/")[0])
	every step in relabelling(job) {
		lets_through(step, labels)
	}
}

looks_in(discovery, _) if count(safe.array_at(discovery, ["namespaces", "names"])) == 0

looks_in(discovery, namespace) if namespace in safe.array_at(discovery, ["namespaces", "names"])

# A step that drops nothing, or one on something else than a label of the pod.
lets_through(step, _) if not safe.string_at(step, ["action"]) in {"keep", "drop"}

lets_through(step, _) if count(on_labels(step)) == 0

lets_through(step, labels) if {
	safe.string_at(step, ["action"]) == "keep"
	matches(step, labels)
}

lets_through(step, labels) if {
	safe.string_at(step, ["action"]) == "drop"
	not matches(step, labels)
}

prefix := "__meta_kubernetes_pod_label_"

on_labels(step) := [label |
	some label in safe.array_at(step, ["source_labels"])
	is_string(label)
	startswith(label, prefix)
	count(safe.array_at(step, ["source_labels"])) == 1
]

# Prometheus anchors the expression at both ends.
matches(step, labels) if {
	expression := sprintf(`^(?:%s)$`, [safe.string_at(step, ["regex"])])
	regex.is_valid(expression)
	some key, value in labels
	on_labels(step) == [concat("", [prefix, regex.replace(key, `[^a-zA-Z0-9_]`, "_")])]
	regex.match(expression, value)
}

violation contains {"msg": msg, "details": {"pointer": safe.pointer(["data", key])}} if {
	some key, found in configurations
	not scrapes_nodes(found)
	msg := "no job discovers nodes (role: node), so nothing measures how full volumes are"
}

scrapes_nodes(found) if {
	some job in safe.array_at(found, ["scrape_configs"])
	some discovery in safe.array_at(job, ["kubernetes_sd_configs"])
	safe.string_at(discovery, ["role"]) == "node"
}

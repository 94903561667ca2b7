# METADATA
# title: Containers are probed
# description: >-
#   Every lasting container of a Deployment, StatefulSet or DaemonSet has a liveness and a readiness probe that
#   differ, at a port that exists by that name; a declared container with ports also has a startup probe.
# custom:
#   severity: medium
#   kinds: [apps/Deployment, apps/StatefulSet, apps/DaemonSet]
#   controls:
#     - CKV_K8S_8 CKV_K8S_9
#     - C-0056 C-0018
#     - kube-score pod-probes pod-probes-identical
#   remediation: >-
#     Add livenessProbe and readinessProbe with different handlers or thresholds, and a startupProbe for a
#     declared application; refer to ports by a name that the container declares.
package availability.probes

import data.lib.intent
import data.lib.pods
import data.lib.safe

probe(container, field) := safe.object_at(container.value, [field])

details(container, field) := {
	"pointer": concat("", [container.pointer, "/", field]),
	"container": container.name,
}

violation contains {"msg": msg, "details": details(container, field)} if {
	some container in pods.lasting_containers(input.review.object)
	some field in ["livenessProbe", "readinessProbe"]
	count(probe(container, field)) == 0
	msg := sprintf("container %s has no %s", [container.name, field])
}

declared_ports := safe.object_at(intent.workload(input.review.object), ["ports"])

violation contains {"msg": msg, "details": details(container, "startupProbe")} if {
	some container in pods.lasting_containers(input.review.object)
	some name, _ in declared_ports
	name == container.name

	# A container whose only port is for its metrics is a sidecar, and starts at once.
	some port, _ in safe.object_of(declared_ports[name])
	port != "metrics"
	count(probe(container, "startupProbe")) == 0
	msg := sprintf("container %s has no startupProbe", [container.name])
}

violation contains {"msg": msg, "details": details(container, "livenessProbe")} if {
	some container in pods.lasting_containers(input.review.object)
	count(probe(container, "livenessProbe")) > 0
	probe(container, "livenessProbe") == probe(container, "readinessProbe")
	msg := sprintf("container %s: the liveness probe is identical to the readiness probe", [container.name])
}

violation contains {"msg": msg, "details": {"pointer": pointer, "container": container.name}} if {
	some container in pods.lasting_containers(input.review.object)
	some field in ["livenessProbe", "readinessProbe", "startupProbe"]
	some handler in ["httpGet", "tcpSocket"]
	port := safe.string_at(container.value, [field, handler, "port"])
	port != ""
	not regex.match(`^[0-9]+$`, port)
	named := {safe.string_at(declared, ["name"]) | some declared in safe.array_at(container.value, ["ports"])}
	not port in named
	msg := sprintf("container %s: the %s asks port %s, which the container does not declare", [container.name, field, port])
	pointer := concat("", [container.pointer, safe.pointer([field, handler, "port"])])
}

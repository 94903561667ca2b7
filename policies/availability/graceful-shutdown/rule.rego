# METADATA
# title: Pods have time to finish their requests
# description: >-
#   No pod is killed without grace or has a preStop hook that uses all of it; a pod of a declared Deployment
#   behind a Service has a preStop hook, so that traffic is drained before the process is asked to end.
# custom:
#   severity: medium
#   kinds: [apps/Deployment, apps/StatefulSet, apps/DaemonSet]
#   remediation: >-
#     Add lifecycle.preStop with a sleep of some seconds to the serving container, and make
#     terminationGracePeriodSeconds the sleep plus the longest request.
package availability["graceful-shutdown"]

import data.lib.intent
import data.lib.inventory
import data.lib.meta
import data.lib.pods
import data.lib.safe
import data.lib.selectors

spec := pods.spec(input.review.object)

grace := safe.number_at(spec, ["terminationGracePeriodSeconds"], 30)

grace_pointer := concat("", [pods.spec_pointer(input.review.object), "/terminationGracePeriodSeconds"])

violation contains {"msg": msg, "details": {"pointer": grace_pointer}} if {
	grace < 1
	msg := sprintf("terminationGracePeriodSeconds %v kills the containers at once", [grace])
}

# Seconds that a preStop hook waits: the sleep action, or a sleep command.
waits(container) := safe.number_at(container.value, ["lifecycle", "preStop", "sleep", "seconds"], 0) if {
	safe.dig(container.value, ["lifecycle", "preStop", "sleep"], null) != null
} else := to_number(seconds) if {
	command := concat(" ", [part |
		some part in safe.array_at(container.value, ["lifecycle", "preStop", "exec", "command"])
		is_string(part)
	])
	found := regex.find_all_string_submatch_n(`(?:^|[ /;&])sleep +([0-9]{1,6})(?:[ ;&]|$)`, command, 1)
	seconds := found[0][1]
}

violation contains {"msg": msg, "details": {"pointer": grace_pointer, "container": container.name}} if {
	some container in pods.containers(input.review.object)
	waits(container) >= grace
	msg := sprintf("container %s waits %v s before it stops, and the grace period is %v s", [
		container.name, waits(container), grace,
	])
}

serves if {
	some service in inventory.in_namespace(meta.namespace(input.review.object), "", "Service")
	selectors.matches_map(safe.object_at(service, ["spec", "selector"]), pods.labels(input.review.object))
}

violation contains {"msg": msg, "details": {"pointer": pointer, "container": container.name}} if {
	meta.kind(input.review.object) == "Deployment"
	some name, ports in safe.object_at(intent.workload(input.review.object), ["ports"])
	serves
	some container in pods.containers_in(input.review.object, "containers")
	container.name == name
	some port, _ in safe.object_of(ports)
	port != "metrics"
	safe.dig(container.value, ["lifecycle", "preStop"], null) == null
	msg := sprintf("container %s has no preStop hook, so requests fail while traffic is still drained from it", [name])
	pointer := concat("", [container.pointer, "/lifecycle/preStop"])
}

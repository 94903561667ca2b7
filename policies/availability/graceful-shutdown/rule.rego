# METADATA
# title: Pods have time to finish their requests
# description: >-
#   No pod is killed without grace or has a preStop hook that uses all of it; a pod of a declared Deployment
#   behind a Service has a preStop hook, so that traffic is drained before the process is asked to end. A pod
#   with a declared longest request can finish it after the hook, and nothing allows a longer one.
# custom:
#   severity: medium
#   kinds: [apps/Deployment, apps/StatefulSet, apps/DaemonSet]
#   remediation: >-
#     Add lifecycle.preStop with a sleep of some seconds to the serving container, and make
#     terminationGracePeriodSeconds the sleep plus the longest request.
package availability["graceful-shutdown"]

import data.lib.intent
import data.lib.meta
import data.lib.pods
import data.lib.routing
import data.lib.safe

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

serves if count(routing.services(input.review.object)) > 0

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

longest := safe.object_at(intent.workload(input.review.object), ["longest_request"])

drain := max(array.concat([0], [waits(container) | some container in pods.lasting_containers(input.review.object)]))

violation contains {"msg": msg, "details": {"pointer": grace_pointer, "declared": longest.seconds}} if {
	grace < drain + longest.seconds
	msg := sprintf("the grace period of %v s ends before a request of %v s that begins while the preStop hook waits %v s", [
		grace, longest.seconds, drain,
	])
}

# What allows requests to be longer than declared: a variable of the pod, or the Ingress in front of it.
bounds contains {"what": sprintf("variable %s of container %s", [longest.variable, container.name]), "text": text} if {
	is_string(longest.variable)
	some container in pods.containers_in(input.review.object, "containers")
	some entry in safe.array_at(container.value, ["env"])
	safe.string_at(entry, ["name"]) == longest.variable
	text := safe.string_at(entry, ["value"])
}

read_timeouts := ["nginx.org/proxy-read-timeout", "nginx.ingress.kubernetes.io/proxy-read-timeout"]

bounds contains {"what": sprintf("Ingress %s", [meta.name(ingress)]), "text": text} if {
	longest.variable == null
	some ingress in routing.ingresses(input.review.object)
	found := [value |
		some name in read_timeouts
		value := safe.string_at(meta.annotations(ingress), [name])
		value != ""
	]
	text := concat("", array.slice(found, 0, 1))
}

seconds_of(text) := to_number(parts[0][1]) * factor if {
	parts := regex.find_all_string_submatch_n(`^([0-9]{1,9})(|s|m|h)$`, text, 1)
	factor := {"": 1, "s": 1, "m": 60, "h": 3600}[parts[0][2]]
}

violation contains {"msg": msg, "details": {"pointer": grace_pointer, "declared": longest.seconds}} if {
	some bound in bounds
	seconds_of(bound.text) > longest.seconds
	msg := sprintf("%s allows a request %s, declared are at most %v s", [bound.what, bound.text, longest.seconds])
}

violation contains {"msg": msg, "details": {"pointer": grace_pointer, "declared": longest.seconds}} if {
	some bound in bounds
	not seconds_of(bound.text)
	msg := sprintf("%s sets no bound that can be read, declared are at most %v s", [bound.what, longest.seconds])
}

violation contains {"msg": msg, "details": {"pointer": grace_pointer, "declared": longest.seconds}} if {
	is_string(longest.variable)
	count(bounds) == 0
	msg := sprintf("no container has %s, which bounds a request to %v s", [longest.variable, longest.seconds])
}

# METADATA
# title: A service mesh can be added, and none is there yet
# description: >-
#   Ports of containers and Services are named, Services tell the protocol, and no pod uses the host's network, so
#   that a mesh can be added without changing workloads. Until one is declared no sidecar runs or is asked for;
#   what a declared workload tells the mesh is as declared.
# custom:
#   severity: low
#   kinds:
#     - Namespace
#     - Service
#     - Pod
#     - ReplicationController
#     - apps/Deployment
#     - apps/StatefulSet
#     - apps/DaemonSet
#     - apps/ReplicaSet
#     - batch/Job
#     - batch/CronJob
#   remediation: >-
#     Name the ports, set appProtocol, remove hostNetwork, and set the annotations sidecar.istio.io/inject and
#     traffic.sidecar.istio.io/includeInboundPorts as declared.
#   needs: [architecture]
package network["mesh-ready"]

import data.lib.images
import data.lib.intent
import data.lib.meta
import data.lib.pods
import data.lib.safe

spec := pods.spec(input.review.object)

declared := safe.object_at(intent.workload(input.review.object), ["mesh"])

is_workload if not meta.kind(input.review.object) in {"Namespace", "Service"}

violation contains {"msg": msg, "details": {"pointer": pointer}} if {
	is_workload
	safe.true_at(spec, ["hostNetwork"])
	msg := "its pods use the network of the host, where no sidecar can take over their traffic"
	pointer := concat("", [pods.spec_pointer(input.review.object), "/hostNetwork"])
}

violation contains {"msg": msg, "details": {"pointer": pointer, "container": container.name}} if {
	is_workload
	some container in pods.lasting_containers(input.review.object)
	some index, port in safe.array_at(container.value, ["ports"])
	safe.string_at(port, ["name"]) == ""
	msg := sprintf("container %s: port %v has no name", [container.name, safe.dig(port, ["containerPort"], "without number")])
	pointer := concat("", [container.pointer, safe.pointer(["ports", index])])
}

# Istio takes the protocol from appProtocol, else from the name up to its first hyphen.
protocols := {"http", "http2", "https", "grpc", "grpc-web", "tcp", "tls", "udp", "mongo", "mysql", "redis"}

tells_protocol(port) if safe.string_at(port, ["appProtocol"]) != ""

tells_protocol(port) if split(safe.string_at(port, ["name"]), "-")[0] in protocols

violation contains {"msg": msg, "details": {"pointer": pointer}} if {
	meta.kind(input.review.object) == "Service"
	some index, port in safe.array_at(input.review.object, ["spec", "ports"])
	some reason in reasons(port)
	msg := sprintf("port %v %s", [safe.dig(port, ["port"], "without number"), reason])
	pointer := safe.pointer(["spec", "ports", index])
}

reasons(port) := {reason |
	some reason, holds in {
		"has no name": safe.string_at(port, ["name"]) == "",
		"tells no protocol, neither by appProtocol nor by its name": count([port | tells_protocol(port)]) == 0,
	}
	holds
}

# What a pod tells the mesh: the label wins over the annotation.
told(name) := value if {
	value := safe.string_at(pods.labels(input.review.object), [name])
	value != ""
} else := safe.string_at(pods.annotations(input.review.object), [name])

metadata_pointer(field) := concat("", [pods.template_pointer(input.review.object), "/metadata/annotations", safe.pointer([field])])

inject := told("sidecar.istio.io/inject")

wanted_injection := sprintf("%v", [declared.inject]) if {
	is_boolean(declared.inject)
} else := "false"

violation contains {"msg": msg, "details": {"pointer": pointer, "declared": wanted_injection}} if {
	is_workload
	inject != wanted_injection
	said_or_declared
	msg := sprintf("sidecar.istio.io/inject is %s, declared is %s", [shown(inject), wanted_injection])
	pointer := metadata_pointer("sidecar.istio.io/inject")
}

# A workload of which nothing is declared may stay silent.
said_or_declared if inject != ""

said_or_declared if count(declared) > 0

shown(text) := text if {
	text != ""
} else := "absent"

inbound := "traffic.sidecar.istio.io/includeInboundPorts"

captured contains trim_space(part) if {
	some part in split(told(inbound), ",")
	trim_space(part) != ""
}

wanted_ports contains sprintf("%v", [port]) if some port in safe.array_at(declared, ["inbound_ports"])

listed(ports) := concat(",", sort([port | some port in ports]))

violation contains {"msg": msg, "details": {"pointer": metadata_pointer(inbound), "declared": listed(wanted_ports)}} if {
	is_workload
	count(declared) > 0
	captured != wanted_ports
	msg := sprintf("%s is %s, declared is %s", [inbound, shown(listed(captured)), listed(wanted_ports)])
}

open_ports contains sprintf("%v", [port]) if {
	some container in pods.lasting_containers(input.review.object)
	some entry in safe.array_at(container.value, ["ports"])
	port := safe.dig(entry, ["containerPort"], null)
	port != null
}

violation contains {"msg": msg, "details": {"pointer": metadata_pointer(inbound)}} if {
	is_workload
	some port in (captured - open_ports)
	msg := sprintf("a sidecar would capture port %s, which no container has", [port])
}

violation contains {"msg": msg, "details": {"pointer": image.image_pointer, "container": image.name}} if {
	is_workload
	wanted_injection == "false"
	some image in images.of(input.review.object)
	parts := split(image.parts.repository, "/")
	parts[count(parts) - 1] in {"proxyv2", "linkerd-proxy"}
	msg := sprintf("container %s is the proxy of a service mesh, and none is declared", [image.name])
}

meshed_namespace if {
	some key, workload in safe.object_at(intent.architecture, ["workloads"])
	split(key, "/")[0] == meta.name(input.review.object)
	safe.true_at(workload, ["mesh", "inject"])
}

violation contains {"msg": msg, "details": {"pointer": safe.pointer(["metadata", "labels", name])}} if {
	meta.kind(input.review.object) == "Namespace"
	not meshed_namespace
	some name, value in meta.labels(input.review.object)
	switches_on(name, value)
	msg := sprintf("the label %v=%v gives every pod of the namespace a sidecar, and none is declared", [name, value])
}

switches_on("istio-injection", value) if value == "enabled"

switches_on("istio.io/rev", value) if is_string(value)

package network["mesh-ready_test"]

import data.lib.testing
import data.network["mesh-ready"] as rule

architecture := {"workloads": {"shop/Deployment/web": {"mesh": {"inject": false, "inbound_ports": [8080, 9090]}}}}

deployment(name, annotations, spec) := {
	"apiVersion": "apps/v1",
	"kind": "Deployment",
	"metadata": {"name": name, "namespace": "shop"},
	"spec": {"template": {"metadata": {"annotations": annotations}, "spec": spec}},
}

ready := {"containers": [{"name": "app", "image": "a/b:1", "ports": [
	{"name": "http", "containerPort": 8080},
	{"name": "metrics", "containerPort": 9090},
]}]}

told(inject, ports) := {
	"sidecar.istio.io/inject": inject,
	"traffic.sidecar.istio.io/includeInboundPorts": ports,
}

service(ports) := {
	"apiVersion": "v1",
	"kind": "Service",
	"metadata": {"name": "web", "namespace": "shop"},
	"spec": {"ports": ports},
}

namespace(labels) := {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": labels}}

annotation(name) := concat("", ["/spec/template/metadata/annotations/", name])

test_pass_as_declared if {
	every ports in ["8080,9090", "9090, 8080"] {
		testing.same(rule.violation, set()) with input as testing.declared(
			deployment("web", told("false", ports), ready),
			architecture,
		)
	}
}

test_pass_nothing_declared_and_nothing_said if {
	testing.same(rule.violation, set()) with input as testing.declared(deployment("other", {}, ready), architecture)
}

test_fail_injected if {
	every name in ["web", "other"] {
		annotations := {"web": told("true", "8080,9090"), "other": {"sidecar.istio.io/inject": "true"}}[name]
		testing.same(rule.violation, {{
			"msg": "sidecar.istio.io/inject is true, declared is false",
			"details": {"pointer": annotation("sidecar.istio.io~1inject"), "declared": "false"},
		}}) with input as testing.declared(deployment(name, annotations, ready), architecture)
	}
}

test_fail_says_nothing if {
	ports := {"traffic.sidecar.istio.io/includeInboundPorts": "8080,9090"}
	testing.same(rule.violation, {{
		"msg": "sidecar.istio.io/inject is absent, declared is false",
		"details": {"pointer": annotation("sidecar.istio.io~1inject"), "declared": "false"},
	}}) with input as testing.declared(deployment("web", ports, ready), architecture)
}

# The near miss: one of the two ports.
test_fail_other_ports if {
	testing.same(rule.violation, {{
		"msg": "traffic.sidecar.istio.io/includeInboundPorts is 8080, declared is 8080,9090",
		"details": {
			"pointer": annotation("traffic.sidecar.istio.io~1includeInboundPorts"),
			"declared": "8080,9090",
		},
	}}) with input as testing.declared(deployment("web", told("false", "8080"), ready), architecture)
}

test_fail_port_that_no_container_has if {
	one_port := {"containers": [{"name": "app", "ports": [{"name": "http", "containerPort": 8080}]}]}
	testing.same(rule.violation, {{
		"msg": "a sidecar would capture port 9090, which no container has",
		"details": {"pointer": annotation("traffic.sidecar.istio.io~1includeInboundPorts")},
	}}) with input as testing.declared(deployment("web", told("false", "8080,9090"), one_port), architecture)
}

test_fail_host_network_and_unnamed_port if {
	testing.same(rule.violation, {
		{
			"msg": "its pods use the network of the host, where no sidecar can take over their traffic",
			"details": {"pointer": "/spec/template/spec/hostNetwork"},
		},
		{
			"msg": "container app: port 80 has no name",
			"details": {"pointer": "/spec/template/spec/containers/0/ports/0", "container": "app"},
		},
	}) with input as testing.declared(
		deployment("other", {}, {
			"hostNetwork": true,
			"containers": [{"name": "app", "ports": [{"containerPort": 80}]}],
		}),
		architecture,
	)
}

test_fail_proxy if {
	testing.same(rule.violation, {{
		"msg": "container istio is the proxy of a service mesh, and none is declared",
		"details": {"pointer": "/spec/template/spec/containers/0/image", "container": "istio"},
	}}) with input as testing.declared(
		deployment("other", {}, {"containers": [{"name": "istio", "image": "docker.io/istio/proxyv2:1.29.0"}]}),
		architecture,
	)
}

test_pass_service_tells_protocol if {
	testing.same(rule.violation, set()) with input as testing.declared(
		service([
			{"name": "web", "port": 80, "appProtocol": "http"},
			{"name": "grpc-admin", "port": 81},
			{"name": "redis", "port": 82},
		]),
		architecture,
	)
}

test_fail_service_port if {
	testing.same(rule.violation, {
		{
			"msg": "port 80 tells no protocol, neither by appProtocol nor by its name",
			"details": {"pointer": "/spec/ports/0"},
		},
		{"msg": "port 81 has no name", "details": {"pointer": "/spec/ports/1"}},
	}) with input as testing.declared(
		service([{"name": "httpd", "port": 80}, {"port": 81, "appProtocol": "http"}]),
		architecture,
	)
}

test_fail_namespace_switched_on if {
	every name, value in {"istio-injection": "enabled", "istio.io/rev": "stable"} {
		testing.same(rule.violation, {{
			"msg": sprintf("the label %s=%s gives every pod of the namespace a sidecar, and none is declared", [name, value]),
			"details": {"pointer": concat("", ["/metadata/labels/", replace(name, "/", "~1")])},
		}}) with input as testing.declared(namespace({name: value}), architecture)
	}
}

test_pass_namespace_switched_off if {
	testing.same(rule.violation, set()) with input as testing.declared(namespace({"istio-injection": "disabled"}), architecture)
}

test_pass_namespace_of_a_declared_mesh if {
	testing.same(rule.violation, set()) with input as testing.declared(
		namespace({"istio-injection": "enabled"}),
		{"workloads": {"shop/Deployment/web": {"mesh": {"inject": true, "inbound_ports": [8080]}}}},
	)
}

package availability.stateless_test

import data.availability.stateless as rule
import data.lib.testing

architecture := {"workloads": {"shop/Deployment/web": {"stateless": true}}}

web(volumes) := {
	"apiVersion": "apps/v1",
	"kind": "Deployment",
	"metadata": {"name": "web", "namespace": "shop"},
	"spec": {"template": {"metadata": {"labels": {"app": "web"}}, "spec": {"volumes": volumes}}},
}

temporary := [{"name": "tmp", "emptyDir": {}}, {"name": "settings", "configMap": {"name": "settings"}}]

service(app, affinity) := {
	"apiVersion": "v1",
	"kind": "Service",
	"metadata": {"name": "web", "namespace": "shop"},
	"spec": {"selector": {"app": app}, "sessionAffinity": affinity},
}

ingress(annotations) := {
	"apiVersion": "networking.k8s.io/v1",
	"kind": "Ingress",
	"metadata": {"name": "shop", "namespace": "shop", "annotations": annotations},
	"spec": {"defaultBackend": {"service": {"name": "web"}}},
}

test_pass_temporary_files if {
	testing.same(rule.violation, set()) with input as testing.declared(web(temporary), architecture)
		with data.inventory as testing.inventory([
			service("web", "None"),
			ingress({"nginx.org/lb-method": "least_conn"}),
		])
}

test_fail_volume_of_its_own if {
	every kind in ["persistentVolumeClaim", "ephemeral", "hostPath", "nfs", "csi"] {
		testing.same(rule.violation, {{
			"msg": sprintf("volume data is of type %s and keeps state", [kind]),
			"details": {"pointer": "/spec/template/spec/volumes/2", "volume": "data"},
		}}) with input as testing.declared(web(array.concat(temporary, [{"name": "data", kind: {}}])), architecture)
			with data.inventory as testing.inventory([])
	}
}

test_fail_claims_of_each_pod if {
	claiming := {
		"apiVersion": "apps/v1",
		"kind": "StatefulSet",
		"metadata": {"name": "web", "namespace": "shop"},
		"spec": {"volumeClaimTemplates": [{"metadata": {"name": "data"}}]},
	}
	testing.same(rule.violation, {{
		"msg": "each pod claims a volume of its own",
		"details": {"pointer": "/spec/volumeClaimTemplates"},
	}}) with input as testing.declared(claiming, {"workloads": {"shop/StatefulSet/web": {"stateless": true}}})
		with data.inventory as testing.inventory([])
}

test_fail_sticky_service if {
	testing.same(rule.violation, {{
		"msg": "Service web ties each client to one pod",
		"details": {"pointer": "/spec/template/metadata/labels", "service": "web"},
	}}) with input as testing.declared(web(temporary), architecture)
		with data.inventory as testing.inventory([service("web", "ClientIP")])
}

# The near miss: the Service leads to other pods.
test_pass_sticky_service_of_others if {
	testing.same(rule.violation, set()) with input as testing.declared(web(temporary), architecture)
		with data.inventory as testing.inventory([service("api", "ClientIP"), ingress({"nginx.org/lb-method": "ip_hash"})])
}

test_fail_sticky_ingress if {
	every name, value in {
		"nginx.org/sticky-cookie-services": "serviceName=web srv_id",
		"nginx.ingress.kubernetes.io/affinity": "cookie",
		"nginx.org/lb-method": "ip_hash",
	} {
		testing.same(rule.violation, {{
			"msg": sprintf("Ingress shop ties each client to one pod by the annotation %s", [name]),
			"details": {"pointer": "/spec/template/metadata/labels", "ingress": "shop"},
		}}) with input as testing.declared(web(temporary), architecture)
			with data.inventory as testing.inventory([service("web", "None"), ingress({name: value})])
	}
}

test_pass_not_declared_stateless if {
	testing.same(rule.violation, set()) with input as testing.declared(
		web([{"name": "data", "hostPath": {}}]),
		{"workloads": {"shop/Deployment/web": {"stateless": false}}},
	)
		with data.inventory as testing.inventory([service("web", "ClientIP")])
}

package autoscaling["vpa-mode_test"]

import data.autoscaling["vpa-mode"] as rule
import data.lib.testing

vpa(spec) := {
	"apiVersion": "autoscaling.k8s.io/v1",
	"kind": "VerticalPodAutoscaler",
	"metadata": {"name": "web-vpa", "namespace": "shop"},
	"spec": spec,
}

architecture := {
	"verticals": {"shop/web-vpa": "shop/Deployment/web"},
	"workloads": {"shop/Deployment/web": {"vertical": {
		"name": "web-vpa",
		"mode": "InPlaceOrRecreate",
		"container": "app",
		"controlled_resources": ["memory"],
		"min_allowed": {"memory": "256Mi"},
		"max_allowed": {},
	}}},
}

as_declared := {
	"updatePolicy": {"updateMode": "InPlaceOrRecreate"},
	"resourcePolicy": {"containerPolicies": [{
		"containerName": "app",
		"controlledResources": ["memory"],
		"minAllowed": {"memory": "256Mi"},
	}]},
}

test_pass_as_declared if {
	testing.same(rule.violation, set()) with input as testing.declared(vpa(as_declared), architecture)
}

test_fail_auto if {
	testing.same(rule.violation, {{
		"msg": "updateMode is Auto; Auto, which is also the default, is deprecated",
		"details": {"pointer": "/spec/updatePolicy/updateMode"},
	}}) with input as testing.review(vpa({"updatePolicy": {"updateMode": "Auto"}}))
}

test_fail_absent if {
	testing.same(rule.violation, {{
		"msg": "updateMode is absent; Auto, which is also the default, is deprecated",
		"details": {"pointer": "/spec/updatePolicy/updateMode"},
	}}) with input as testing.review(vpa({}))
}

# The near miss: a supported mode, but another one than declared.
test_fail_other_mode if {
	testing.same(rule.violation, {{
		"msg": "updateMode is Recreate, declared is InPlaceOrRecreate",
		"details": {"pointer": "/spec/updatePolicy/updateMode", "declared": "InPlaceOrRecreate"},
	}}) with input as testing.declared(
		vpa(object.union(as_declared, {"updatePolicy": {"updateMode": "Recreate"}})),
		architecture,
	)
}

test_fail_other_bounds_and_resources if {
	testing.same(rule.violation, {
		{
			"msg": "it controls cpu and memory, declared is memory",
			"details": {
				"pointer": "/spec/resourcePolicy/containerPolicies/0/controlledResources",
				"declared": ["memory"],
			},
		},
		{
			"msg": "minAllowed memory is 256M, declared is 256Mi",
			"details": {
				"pointer": "/spec/resourcePolicy/containerPolicies/0/minAllowed/memory",
				"declared": "256Mi",
			},
		},
	}) with input as testing.declared(
		vpa({
			"updatePolicy": {"updateMode": "InPlaceOrRecreate"},
			"resourcePolicy": {"containerPolicies": [{"containerName": "app", "minAllowed": {"memory": "256M"}}]},
		}),
		architecture,
	)
}

test_fail_other_container if {
	testing.same(rule.violation, {{
		"msg": "no container policy for the declared container app",
		"details": {"pointer": "/spec/resourcePolicy/containerPolicies"},
	}}) with input as testing.declared(
		vpa({
			"updatePolicy": {"updateMode": "InPlaceOrRecreate"},
			"resourcePolicy": {"containerPolicies": [{"containerName": "proxy", "controlledResources": ["memory"]}]},
		}),
		architecture,
	)
}

test_pass_undeclared if {
	testing.same(rule.violation, set()) with input as testing.review(vpa({"updatePolicy": {"updateMode": "Off"}}))
}

test_fail_deprecated_version if {
	old := object.union(vpa(as_declared), {"apiVersion": "autoscaling.k8s.io/v1beta2"})
	testing.same(rule.violation, {{
		"msg": "apiVersion autoscaling.k8s.io/v1beta2 is deprecated or unknown; use autoscaling.k8s.io/v1",
		"details": {"pointer": "/apiVersion"},
	}}) with input as testing.declared(old, architecture)
}

single := object.union(architecture, {"workloads": {"shop/Deployment/web": {"min_replicas": 1}}})

test_fail_a_single_replica_is_left_alone if {
	testing.same(rule.violation, {{
		"msg": "it changes no pod below 2 replicas, and the fewest declared are 1",
		"details": {"pointer": "/spec/updatePolicy/minReplicas", "declared": 1},
	}}) with input as testing.declared(vpa(as_declared), single)
}

test_pass_a_single_replica_is_resized if {
	spec := object.union(as_declared, {"updatePolicy": {"minReplicas": 1}})
	testing.same(rule.violation, set()) with input as testing.declared(vpa(spec), single)
}

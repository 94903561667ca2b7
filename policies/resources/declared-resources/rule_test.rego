package resources["declared-resources_test"]

import data.lib.testing
import data.resources["declared-resources"] as rule

architecture := {"workloads": {"shop/Deployment/web": {
	"requests": {"app": {"cpu": "200m", "memory": "512Mi"}},
	"limits": {"app": {"memory": "512Mi"}},
}}}

deployment(name, container) := {
	"apiVersion": "apps/v1",
	"kind": "Deployment",
	"metadata": {"name": "web", "namespace": "shop"},
	"spec": {"template": {"spec": {"containers": [object.union({"name": name}, container)]}}},
}

as_declared := {"resources": {
	"requests": {"cpu": 0.2, "memory": "512Mi"},
	"limits": {"memory": "0.5Gi", "cpu": "1"},
}}

test_pass_equal_quantities if {
	testing.same(rule.violation, set()) with input as testing.declared(deployment("app", as_declared), architecture)
}

# The near miss: decimal and binary megabytes differ.
test_fail_other_memory if {
	resources := {"resources": {
		"requests": {"cpu": "200m", "memory": "512M"},
		"limits": {"memory": "512Mi"},
	}}
	testing.same(rule.violation, {{
		"msg": "container app: memory request is 512M, declared is 512Mi",
		"details": {
			"pointer": "/spec/template/spec/containers/0/resources/requests/memory",
			"declared": "512Mi",
			"found": "512M",
		},
	}}) with input as testing.declared(deployment("app", resources), architecture)
}

test_fail_absent if {
	resources := {"resources": {"requests": {"cpu": "200m", "memory": "512Mi"}}}
	testing.same(rule.violation, {{
		"msg": "container app: memory limit is nothing, declared is 512Mi",
		"details": {
			"pointer": "/spec/template/spec/containers/0/resources/limits/memory",
			"declared": "512Mi",
			"found": "nothing",
		},
	}}) with input as testing.declared(deployment("app", resources), architecture)
}

test_fail_renamed_container if {
	testing.same(rule.violation, {{
		"msg": "the declared container app does not exist",
		"details": {"pointer": "/spec/template/spec/containers"},
	}}) with input as testing.declared(deployment("web", as_declared), architecture)
}

test_pass_undeclared_workload if {
	testing.same(rule.violation, set()) with input as testing.declared(deployment("app", {}), {"workloads": {}})
}

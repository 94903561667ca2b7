package autoscaling["metric-targets_test"]

import data.autoscaling["metric-targets"] as rule
import data.lib.testing

cpu(utilization) := {
	"type": "Resource",
	"resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": utilization}},
}

rate(average) := {
	"type": "Pods",
	"pods": {"metric": {"name": "requests_per_second"}, "target": {"type": "AverageValue", "averageValue": average}},
}

hpa(metrics) := {
	"apiVersion": "autoscaling/v2",
	"kind": "HorizontalPodAutoscaler",
	"metadata": {"name": "web-hpa", "namespace": "shop"},
	"spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}, "metrics": metrics},
}

deployment(containers) := {
	"apiVersion": "apps/v1",
	"kind": "Deployment",
	"metadata": {"name": "web", "namespace": "shop"},
	"spec": {"template": {"spec": {"containers": containers}}},
}

requesting(name) := {"name": name, "resources": {"requests": {"cpu": "200m"}}}

architecture := {
	"autoscalers": {"shop/web-hpa": "shop/Deployment/web"},
	"workloads": {"shop/Deployment/web": {"metrics": [
		{"type": "Resource", "name": "cpu", "target": "Utilization", "value": 70},
		{"type": "Pods", "name": "requests_per_second", "target": "AverageValue", "value": "10"},
	]}},
}

test_pass_declared_metrics if {
	testing.same(rule.violation, set()) with input as testing.declared(hpa([rate("10000m"), cpu(70)]), architecture)
		with data.inventory as testing.inventory([deployment([requesting("app")])])
}

# The near miss: one percent off.
test_fail_other_target if {
	wanted := architecture.workloads["shop/Deployment/web"].metrics[0]
	testing.same(rule.violation, {
		{
			"msg": "the declared metric Resource cpu Utilization 70 is absent",
			"details": {"pointer": "/spec/metrics", "declared": wanted},
		},
		{
			"msg": "the metric Resource cpu Utilization 71 is not declared",
			"details": {"pointer": "/spec/metrics/0"},
		},
	}) with input as testing.declared(hpa([cpu(71), rate("10")]), architecture)
		with data.inventory as testing.inventory([])
}

test_fail_container_without_request if {
	testing.same(rule.violation, {{
		"msg": "cpu utilization cannot be computed: container proxy of Deployment/web requests no cpu",
		"details": {"pointer": "/spec/metrics/0"},
	}}) with input as testing.review(hpa([cpu(70)]))
		with data.inventory as testing.inventory([deployment([requesting("app"), {"name": "proxy"}])])
}

test_fail_no_metrics if {
	testing.same(rule.violation, {{
		"msg": "no metric is given; the API server then scales on 80 % CPU utilization",
		"details": {"pointer": "/spec/metrics"},
	}}) with input as testing.review(hpa([])) with data.inventory as testing.inventory([])
}

test_pass_only_the_named_container_needs_the_request if {
	metric := {"type": "ContainerResource", "containerResource": {
		"name": "cpu",
		"container": "app",
		"target": {"type": "Utilization", "averageUtilization": 70},
	}}
	testing.same(rule.violation, set()) with input as testing.review(hpa([metric]))
		with data.inventory as testing.inventory([deployment([requesting("app"), {"name": "proxy"}])])
}

package monitoring["scrape-jobs_test"]

import data.lib.testing
import data.monitoring["scrape-jobs"] as rule

config_map(jobs) := {
	"apiVersion": "v1",
	"kind": "ConfigMap",
	"metadata": {"name": "prometheus", "namespace": "watch"},
	"data": {"prometheus.yml": json.marshal({"scrape_configs": jobs})},
}

nodes := {"job_name": "kubelets", "kubernetes_sd_configs": [{"role": "node"}]}

job(name, steps) := {
	"job_name": name,
	"kubernetes_sd_configs": [{"role": "pod", "namespaces": {"names": ["shop"]}}],
	"relabel_configs": steps,
}

keep(label, expression) := {
	"source_labels": [sprintf("__meta_kubernetes_pod_label_%s", [label])],
	"action": "keep",
	"regex": expression,
}

port(name) := {"source_labels": ["__meta_kubernetes_pod_container_port_name"], "action": "keep", "regex": name}

namespace := {"source_labels": ["__meta_kubernetes_namespace"], "target_label": "namespace"}

pod := {"source_labels": ["__meta_kubernetes_pod_name"], "target_label": "pod"}

architecture := {"workloads": {
	"shop/Deployment/agent2": {"labels": {"app.kubernetes.io/name": "agent2"}},
	"shop/StatefulSet/agent2-postgres": {"labels": {"app.kubernetes.io/name": "agent2-postgres"}},
	"other/StatefulSet/agent3-postgres": {"labels": {"app.kubernetes.io/name": "agent3-postgres"}},
}}

name := "app_kubernetes_io_name"

at := "/data/prometheus.yml"

complete(id, expression) := job(id, [keep(name, expression), port("metrics"), namespace, pod])

shared := {{
	"msg": "jobs agents and databases both scrape the pods of shop/StatefulSet/agent2-postgres",
	"details": {"pointer": at, "jobs": ["agents", "databases"]},
}}

test_fail_pods_of_two_jobs if {
	given := config_map([complete("agents", "agent.*"), complete("databases", ".*postgres"), nodes])
	testing.same(rule.violation, shared) with input as testing.declared(given, architecture)
}

test_fail_everything_missing if {
	testing.same(rule.violation, {
		{
			"msg": "job agents gives its series no label namespace, by which custom metrics find their object",
			"details": {"pointer": at, "job": "agents"},
		},
		{
			"msg": "job agents gives its series no label pod, by which custom metrics find their object",
			"details": {"pointer": at, "job": "agents"},
		},
		{
			"msg": "job agents makes a target of every port that its pods declare",
			"details": {"pointer": at, "job": "agents"},
		},
		{
			"msg": "no job discovers nodes (role: node), so nothing measures how full volumes are",
			"details": {"pointer": at},
		},
	}) with input as testing.declared(config_map([job("agents", [])]), architecture)
}

test_pass_exact_expressions if {
	given := config_map([complete("agents", "agent[0-9]+"), complete("databases", ".*postgres"), nodes])
	testing.same(rule.violation, set()) with input as testing.declared(given, architecture)
}

# The near miss: the same pods, by different ports.
test_pass_same_pods_on_different_ports if {
	given := config_map([
		complete("agents", "agent.*"),
		job("databases", [keep(name, ".*postgres"), port("exporter"), namespace, pod]),
		nodes,
	])
	testing.same(rule.violation, set()) with input as testing.declared(given, architecture)
}

test_pass_dropped_by_one_job if {
	steps := [keep(name, "agent.*"), object.union(keep(name, ".*postgres"), {"action": "drop"}), port("metrics")]
	given := config_map([
		job("agents", array.concat(steps, [namespace, pod])),
		complete("databases", ".*postgres"),
		nodes,
	])
	testing.same(rule.violation, set()) with input as testing.declared(given, architecture)
}

test_pass_expression_that_is_none if {
	given := config_map([complete("agents", "agent(.*"), complete("databases", ".*postgres"), nodes])
	testing.same(rule.violation, set()) with input as testing.declared(given, architecture)
}

test_pass_other_configuration if {
	given := {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web"}, "data": {"a.yml": "scrape_configs: ["}}
	testing.same(rule.violation, set()) with input as testing.declared(given, architecture)
}

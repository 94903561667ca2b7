package logging["container-logs_test"]

import data.lib.testing
import data.logging["container-logs"] as rule

config_map(text) := {
	"apiVersion": "v1",
	"kind": "ConfigMap",
	"metadata": {"name": "collector", "namespace": "logs"},
	"data": {"fluent-bit.conf": text},
}

tail(path, setting) := config_map(concat("\n", [
	"# collects",
	"[INPUT]",
	"    Name   tail",
	sprintf("    Path   %s", [path]),
	sprintf("    %s", [setting]),
	"[OUTPUT]",
	"    Name   null",
]))

deployments := testing.inventory([{
	"apiVersion": "apps/v1",
	"kind": "Deployment",
	"metadata": {"name": "web", "namespace": "shop"},
	"spec": {"template": {"spec": {"containers": [{"name": "worker"}]}}},
}])

at := {"pointer": "/data/fluent-bit.conf"}

test_fail_docker_format if {
	given := tail("/var/log/containers/*_shop_*.log", "Parser docker")
	testing.same(rule.violation, {{
		"msg": "the input of /var/log/containers/*_shop_*.log does not parse CRI, the format of containerd and CRI-O",
		"details": at,
	}}) with input as testing.review(given) with data.inventory as deployments
}

# The near miss: the name of the container, where the name of the pod is.
test_fail_pattern_that_matches_no_pod if {
	given := tail("/var/log/containers/web-*.log, /var/log/containers/worker-*.log", "multiline.parser docker, cri")
	testing.same(rule.violation, {{
		"msg": "no pod of the set has a log file that /var/log/containers/worker-*.log matches",
		"details": at,
	}}) with input as testing.review(given) with data.inventory as deployments
}

test_fail_in_yaml if {
	text := "pipeline: {inputs: [{name: tail, path: /var/log/containers/*.log, parser: docker}]}"
	given := object.union(config_map(""), {"data": {"fluent-bit.yaml": text}})
	testing.same(rule.violation, {{
		"msg": "the input of /var/log/containers/*.log does not parse CRI, the format of containerd and CRI-O",
		"details": {"pointer": "/data/fluent-bit.yaml"},
	}}) with input as testing.review(given) with data.inventory as deployments
}

test_pass_by_namespace if {
	given := tail("/var/log/containers/*_shop_*.log", "multiline.parser docker, cri")
	testing.same(rule.violation, set()) with input as testing.review(given) with data.inventory as deployments
}

test_pass_by_a_variable if {
	given := tail("/var/log/containers/*_${NAMESPACE}_*.log", "multiline.parser docker, cri")
	testing.same(rule.violation, set()) with input as testing.review(given) with data.inventory as deployments
}

test_pass_other_logs if {
	testing.same(rule.violation, set()) with input as testing.review(tail("/var/log/audit.log", "Parser json"))
		with data.inventory as deployments
}

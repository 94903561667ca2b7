package security["read-only-root-filesystem_test"]

import data.lib.testing
import data.security["read-only-root-filesystem"] as rule

pod(init_containers, containers) := {
	"apiVersion": "v1",
	"kind": "Pod",
	"spec": {"initContainers": init_containers, "containers": containers},
}

read_only(name) := {"name": name, "securityContext": {"readOnlyRootFilesystem": true}}

test_pass_all_read_only if {
	testing.same(rule.violation, set()) with input as testing.review(pod([read_only("init")], [read_only("app")]))
}

test_fail_unset if {
	testing.same(rule.violation, {{
		"msg": "container app must have a read-only root file system",
		"details": {"pointer": "/spec/containers/0/securityContext/readOnlyRootFilesystem", "container": "app"},
	}}) with input as testing.review(pod([read_only("init")], [{"name": "app"}]))
}

# The near miss: the text "true" is not the boolean.
test_fail_text if {
	testing.same(rule.violation, {{
		"msg": "container init must have a read-only root file system",
		"details": {"pointer": "/spec/initContainers/0/securityContext/readOnlyRootFilesystem", "container": "init"},
	}}) with input as testing.review(pod(
		[{"name": "init", "securityContext": {"readOnlyRootFilesystem": "true"}}],
		[read_only("app")],
	))
}

test_pass_windows if {
	testing.same(rule.violation, set()) with input as testing.review({
		"apiVersion": "v1",
		"kind": "Pod",
		"spec": {"os": {"name": "windows"}, "containers": [{"name": "app"}]},
	})
}

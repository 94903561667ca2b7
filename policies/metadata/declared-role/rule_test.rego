package metadata["declared-role_test"]

import data.lib.testing
import data.metadata["declared-role"] as rule

architecture := {"workloads": {"shop/Deployment/agent": {
	"role": "Senior Developer",
	"role_in": {"label": "role", "variable": "AGENT_ROLE"},
}}}

agent(label, env) := {
	"apiVersion": "apps/v1",
	"kind": "Deployment",
	"metadata": {"name": "agent", "namespace": "shop"},
	"spec": {"template": {
		"metadata": {"labels": {"role": label}},
		"spec": {"containers": [{"name": "agent", "env": env}]},
	}},
}

told(role) := [{"name": "HOME", "value": "/tmp"}, {"name": "AGENT_ROLE", "value": role}]

test_pass_told_twice if {
	testing.same(rule.violation, set()) with input as testing.declared(
		agent("senior-developer", told("Senior Developer")),
		architecture,
	)
}

test_fail_other_label if {
	testing.same(rule.violation, {{
		"msg": "the label role of its pods is ux-expert, declared is senior-developer",
		"details": {
			"pointer": "/spec/template/metadata/labels/role",
			"declared": "senior-developer",
			"found": "ux-expert",
		},
	}}) with input as testing.declared(agent("ux-expert", told("Senior Developer")), architecture)
}

# The near miss: the label's form in the variable.
test_fail_other_form if {
	testing.same(rule.violation, {{
		"msg": "AGENT_ROLE is senior-developer, declared is Senior Developer",
		"details": {
			"pointer": "/spec/template/spec/containers/0/env/1/value",
			"declared": "Senior Developer",
			"found": "senior-developer",
		},
	}}) with input as testing.declared(agent("senior-developer", told("senior-developer")), architecture)
}

test_fail_untold if {
	testing.same(rule.violation, {{
		"msg": "no container has AGENT_ROLE, which tells the role",
		"details": {"pointer": "/spec/template/spec/containers", "declared": "Senior Developer"},
	}}) with input as testing.declared(agent("senior-developer", []), architecture)
}

test_pass_no_role_declared if {
	testing.same(rule.violation, set()) with input as testing.declared(
		agent("any", []),
		{"workloads": {"shop/Deployment/agent": {"role": null, "role_in": null}}},
	)
}

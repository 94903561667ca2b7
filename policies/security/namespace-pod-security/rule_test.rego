package security["namespace-pod-security_test"]

import data.lib.testing
import data.security["namespace-pod-security"] as rule

namespace(labels) := {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": labels}}

labels(level, version) := {
	"pod-security.kubernetes.io/enforce": level,
	"pod-security.kubernetes.io/audit": level,
	"pod-security.kubernetes.io/warn": level,
	"pod-security.kubernetes.io/enforce-version": version,
	"pod-security.kubernetes.io/audit-version": version,
	"pod-security.kubernetes.io/warn-version": version,
}

architecture := {"namespaces": {"shop": {"pod_security": "privileged", "pod_security_version": "v1.37"}}}

test_pass_restricted_and_pinned if {
	testing.same(rule.violation, set()) with input as testing.review(namespace(labels("restricted", "v1.37")))
}

test_fail_not_enforced if {
	testing.same(rule.violation, {{
		"msg": "label pod-security.kubernetes.io/enforce is baseline, and has to be restricted",
		"details": {"pointer": "/metadata/labels/pod-security.kubernetes.io~1enforce"},
	}}) with input as testing.review(namespace(object.union(
		labels("restricted", "v1.37"),
		{"pod-security.kubernetes.io/enforce": "baseline"},
	)))
}

# The near miss: "latest" is a valid version, and not a pinned one.
test_fail_floating_version if {
	testing.same(rule.violation, {{
		"msg": concat("", [
			"label pod-security.kubernetes.io/warn-version is latest, ",
			"and has to be a Kubernetes version such as v1.37",
		]),
		"details": {"pointer": "/metadata/labels/pod-security.kubernetes.io~1warn-version"},
	}}) with input as testing.review(namespace(object.union(
		labels("restricted", "v1.37"),
		{"pod-security.kubernetes.io/warn-version": "latest"},
	)))
}

test_pass_declared_level if {
	testing.same(rule.violation, set()) with input as testing.declared(namespace(labels("privileged", "v1.37")), architecture)
}

test_fail_other_than_declared_version if {
	testing.same(rule.violation, {{
		"msg": "label pod-security.kubernetes.io/audit-version is v1.36, and has to be v1.37",
		"details": {"pointer": "/metadata/labels/pod-security.kubernetes.io~1audit-version"},
	}}) with input as testing.declared(
		namespace(object.union(labels("privileged", "v1.37"), {"pod-security.kubernetes.io/audit-version": "v1.36"})),
		architecture,
	)
}

test_fail_unlabelled if {
	labelled := labels("restricted", "v1.37")
	absent := {key: value | some key, value in labelled; not contains(key, "audit")}
	testing.same(rule.violation, {
		{
			"msg": "label pod-security.kubernetes.io/audit is absent, and has to be restricted",
			"details": {"pointer": "/metadata/labels/pod-security.kubernetes.io~1audit"},
		},
		{
			"msg": concat(" ", [
				"label pod-security.kubernetes.io/audit-version is absent,",
				"and has to be a Kubernetes version such as v1.37",
			]),
			"details": {"pointer": "/metadata/labels/pod-security.kubernetes.io~1audit-version"},
		},
	}) with input as testing.review(namespace(absent))
}

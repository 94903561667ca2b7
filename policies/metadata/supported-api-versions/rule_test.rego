package metadata["supported-api-versions_test"]

import data.lib.testing
import data.metadata["supported-api-versions"] as rule

written(version, kind) := {"apiVersion": version, "kind": kind, "metadata": {"name": "web"}}

test_fail_removed if {
	testing.same(rule.violation, {{
		"msg": concat(" ", [
			"policy/v1beta1 PodDisruptionBudget was removed in Kubernetes 1.25;",
			"use policy/v1 PodDisruptionBudget",
		]),
		"details": {"pointer": "/apiVersion", "removed": "1.25"},
	}}) with input as testing.review(written("policy/v1beta1", "PodDisruptionBudget"))
}

test_fail_deprecated if {
	testing.same(rule.violation, {{
		"msg": concat(" ", [
			"certificates.k8s.io/v1beta1 ClusterTrustBundle is deprecated since Kubernetes 1.37 and goes with 1.40;",
			"use certificates.k8s.io/v1 ClusterTrustBundle",
		]),
		"details": {"pointer": "/apiVersion", "removed": "1.40"},
	}}) with input as testing.review(written("certificates.k8s.io/v1beta1", "ClusterTrustBundle"))
}

test_pass_current if {
	testing.same(rule.violation, set()) with input as testing.review(written("policy/v1", "PodDisruptionBudget"))
}

# The near miss: a custom resource of the same kind and version name in another group.
test_pass_custom_resource if {
	testing.same(rule.violation, set()) with input as testing.review(written("example.com/v1beta1", "Ingress"))
}

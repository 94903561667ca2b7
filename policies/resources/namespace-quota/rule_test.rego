package resources["namespace-quota_test"]

import data.lib.testing
import data.resources["namespace-quota"] as rule

namespace := {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}

resource(version, kind, name) := {
	"apiVersion": version,
	"kind": kind,
	"metadata": {"name": name, "namespace": "shop"},
}

deployment := resource("apps/v1", "Deployment", "web")

quota := resource("v1", "ResourceQuota", "shop")

limits := resource("v1", "LimitRange", "shop")

missing(kind) := {
	"msg": sprintf("1 workloads run in the namespace, and it has no %s", [kind]),
	"details": {"pointer": "/metadata/name", "missing": kind},
}

test_fail_neither if {
	testing.same(rule.violation, {missing("ResourceQuota"), missing("LimitRange")}) with input as testing.review(namespace)
		with data.inventory as testing.inventory([deployment])
}

# The near miss: the quota is that of another namespace.
test_fail_quota_of_another_namespace if {
	other := object.union(quota, {"metadata": {"namespace": "store"}})
	testing.same(rule.violation, {missing("ResourceQuota")}) with input as testing.review(namespace)
		with data.inventory as testing.inventory([deployment, limits, other])
}

test_pass_both if {
	testing.same(rule.violation, set()) with input as testing.review(namespace)
		with data.inventory as testing.inventory([deployment, limits, quota])
}

test_pass_nothing_runs_there if {
	testing.same(rule.violation, set()) with input as testing.review(namespace)
		with data.inventory as testing.inventory([resource("v1", "Service", "web")])
}

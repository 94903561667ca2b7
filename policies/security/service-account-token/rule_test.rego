package security["service-account-token_test"]

import data.lib.testing
import data.security["service-account-token"] as rule

pod(spec) := {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "app", "namespace": "shop"}, "spec": spec}

account(automount) := {
	"apiVersion": "v1",
	"kind": "ServiceAccount",
	"metadata": {"name": "reader", "namespace": "shop"},
	"automountServiceAccountToken": automount,
}

binding(namespace) := {
	"apiVersion": "rbac.authorization.k8s.io/v1",
	"kind": "RoleBinding",
	"metadata": {"name": "reader", "namespace": "shop"},
	"subjects": [{"kind": "ServiceAccount", "name": "reader", "namespace": namespace}],
}

unbound := {
	"msg": "a token of account reader is mounted, but no binding lets that account do anything",
	"details": {"pointer": "/spec/automountServiceAccountToken", "account": "reader"},
}

test_fail_default_account if {
	testing.same(rule.violation, {{
		"msg": "the token of the shared account default is mounted",
		"details": {"pointer": "/spec/automountServiceAccountToken", "account": "default"},
	}}) with input as testing.review(pod({"containers": []})) with data.inventory as testing.inventory([])
}

test_fail_unbound_account if {
	testing.same(rule.violation, {unbound}) with input as testing.review(pod({"serviceAccountName": "reader"}))
		with data.inventory as testing.inventory([account(true)])
}

# The near miss: the binding is for an account of the same name in another namespace.
test_fail_bound_elsewhere if {
	testing.same(rule.violation, {unbound}) with input as testing.review(pod({"serviceAccountName": "reader"}))
		with data.inventory as testing.inventory([account(true), binding("other")])
}

test_pass_bound_account if {
	testing.same(rule.violation, set()) with input as testing.review(pod({"serviceAccountName": "reader"}))
		with data.inventory as testing.inventory([account(true), binding("shop")])
}

test_pass_not_mounted_by_pod if {
	testing.same(rule.violation, set()) with input as testing.review(pod({"automountServiceAccountToken": false}))
		with data.inventory as testing.inventory([])
}

test_pass_not_mounted_by_account if {
	testing.same(rule.violation, set()) with input as testing.review(pod({"serviceAccountName": "reader"}))
		with data.inventory as testing.inventory([account(false)])
}

package gitops["guarded-data_test"]

import data.gitops["guarded-data"] as rule
import data.lib.testing

application(spec) := {
	"apiVersion": "argoproj.io/v1alpha1",
	"kind": "Application",
	"metadata": {"name": "shop", "namespace": "argocd"},
	"spec": spec,
}

pruning := application({
	"destination": {"namespace": "shop"},
	"syncPolicy": {"automated": {"prune": true}},
})

database(namespace, options) := {
	"apiVersion": "apps/v1",
	"kind": "StatefulSet",
	"metadata": {
		"name": "store",
		"namespace": namespace,
		"annotations": {"argocd.argoproj.io/sync-options": options},
	},
}

found := {{
	"msg": "it prunes what leaves the repository, and nothing keeps StatefulSet store",
	"details": {"pointer": "/spec/syncPolicy/automated/prune", "unguarded": ["store"]},
}}

# The near miss: it is kept when the Application is deleted, and pruned all the same.
test_fail_only_kept_at_deletion if {
	testing.same(rule.violation, found) with input as testing.review(pruning)
		with data.inventory as testing.inventory([database("shop", "Delete=false")])
}

test_pass_guarded if {
	testing.same(rule.violation, set()) with input as testing.review(pruning)
		with data.inventory as testing.inventory([database("shop", "Delete=false, Prune=false")])
}

test_pass_another_namespace if {
	testing.same(rule.violation, set()) with input as testing.review(pruning)
		with data.inventory as testing.inventory([database("other", "")])
}

test_pass_no_pruning if {
	testing.same(rule.violation, set()) with input as testing.review(application({"destination": {"namespace": "shop"}}))
		with data.inventory as testing.inventory([database("shop", "")])
}

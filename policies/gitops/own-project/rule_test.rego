package gitops["own-project_test"]

import data.gitops["own-project"] as rule
import data.lib.testing

application(spec) := {
	"apiVersion": "argoproj.io/v1alpha1",
	"kind": "Application",
	"metadata": {"name": "shop", "namespace": "argocd"},
	"spec": spec,
}

found := {{
	"msg": "the project is default, which permits every repository, cluster and kind",
	"details": {"pointer": "/spec/project"},
}}

test_fail_default if {
	testing.same(rule.violation, found) with input as testing.review(application({"project": "default"}))
}

# The near miss: without a project the controller takes default.
test_fail_none if {
	testing.same(rule.violation, found) with input as testing.review(application({"project": ""}))
}

test_pass_own if {
	testing.same(rule.violation, set()) with input as testing.review(application({"project": "shop"}))
}

# METADATA
# title: Applications belong to a project of their own
# description: >-
#   An Argo CD Application names a project other than default, which permits every repository, cluster and kind.
# custom:
#   severity: medium
#   kinds: [argoproj.io/Application]
#   controls:
#     - argo-cd docs/user-guide/projects.md
#   remediation: >-
#     Add an AppProject with the repositories, namespaces and kinds, and name it in spec.project.
package gitops["own-project"]

import data.lib.safe

project := safe.string_at(input.review.object, ["spec", "project"])

violation contains {"msg": msg, "details": {"pointer": "/spec/project"}} if {
	project in {"", "default"}
	msg := "the project is default, which permits every repository, cluster and kind"
}

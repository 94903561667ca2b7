# METADATA
# title: Automated pruning spares data
# description: >-
#   Where an Argo CD Application prunes automatically, the StatefulSets of its namespace carry the sync option
#   Prune=false.
# custom:
#   severity: high
#   kinds: [argoproj.io/Application]
#   controls:
#     - argo-cd docs/user-guide/sync-options.md
#   remediation: >-
#     Annotate stateful objects with argocd.argoproj.io/sync-options: Prune=false,Delete=false.
package gitops["guarded-data"]

import data.lib.inventory
import data.lib.meta
import data.lib.safe

option := "argocd.argoproj.io/sync-options"

unguarded := sort([meta.name(found) |
	namespace := safe.string_at(input.review.object, ["spec", "destination", "namespace"])
	some found in inventory.in_namespace(namespace, "apps", "StatefulSet")
	not "Prune=false" in [trim_space(part) | some part in split(safe.string_at(meta.annotations(found), [option]), ",")]
])

violation contains {"msg": msg, "details": {"pointer": "/spec/syncPolicy/automated/prune", "unguarded": unguarded}} if {
	safe.true_at(input.review.object, ["spec", "syncPolicy", "automated", "prune"])
	count(unguarded) > 0
	msg := sprintf("it prunes what leaves the repository, and nothing keeps StatefulSet %s", [concat(", ", unguarded)])
}

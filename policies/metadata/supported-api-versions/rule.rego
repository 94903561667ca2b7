# METADATA
# title: Every object is written in an API version that is served
# description: >-
#   No object uses an API version that Kubernetes 1.37 has removed or that was deprecated by 1.35, 1.36 or 1.37.
# custom:
#   severity: high
#   kinds: ['*']
#   controls:
#     - kube-linter no-extensions-v1beta
#     - kube-score stable-version
#     - KSV-0107 KSV-0110
#     - CIS Kubernetes 5.7.1
#   remediation: >-
#     Write the object in the API version that the message names; check the fields that changed.
package metadata["supported-api-versions"]

import data.lib.api_lifecycle
import data.lib.meta
import data.lib.safe

version := safe.string_at(input.review.object, ["apiVersion"])

entry := api_lifecycle.table[version][meta.kind(input.review.object)]

replacement := sprintf("; use %s", [entry.replacement]) if {
	entry.replacement
} else := ""

violation contains {"msg": msg, "details": {"pointer": "/apiVersion", "removed": sprintf("1.%d", [entry.removed])}} if {
	entry.removed <= api_lifecycle.newest
	msg := sprintf("%s %s was removed in Kubernetes 1.%d%s", [
		version, meta.kind(input.review.object), entry.removed, replacement,
	])
}

violation contains {"msg": msg, "details": {"pointer": "/apiVersion", "removed": sprintf("1.%d", [entry.removed])}} if {
	entry.removed > api_lifecycle.newest
	entry.deprecated <= api_lifecycle.newest
	msg := sprintf("%s %s is deprecated since Kubernetes 1.%d and goes with 1.%d%s", [
		version, meta.kind(input.review.object), entry.deprecated, entry.removed, replacement,
	])
}

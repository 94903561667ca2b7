# METADATA
# title: Every container log is told apart by pod
# description: >-
#   In a Fluent Bit configuration, the records of every input that tails the container logs pass a kubernetes filter,
#   and the filter's Kube_Tag_Prefix is what the input's tag begins with.
# custom:
#   severity: medium
#   kinds: [ConfigMap]
#   controls:
#     - fluent-bit-docs pipeline/filters/kubernetes.md
#   remediation: >-
#     Tag the input kube.*, and match the filter with kube.*; or set Kube_Tag_Prefix to the tag's beginning.
package logging["kubernetes-filter"]

import data.lib.fluent_bit
import data.lib.safe

inputs := fluent_bit.container_inputs(input.review.object)

filters := [section |
	some section in fluent_bit.sections(input.review.object)
	section.kind == "FILTER"
	lower(fluent_bit.value(section, "name")) == "kubernetes"
]

# The star of a tag becomes the path of the file, with dots.
expanded(tag) := replace(tag, "*", "var.log.containers.")

violation contains {"msg": msg, "details": {"pointer": safe.pointer(["data", found.key])}} if {
	some found in inputs
	tag := fluent_bit.value(found, "tag")
	count(matching(tag)) == 0
	msg := sprintf("no kubernetes filter matches the tag %s, so its records name no pod", [tag])
}

matching(tag) := [section |
	some section in filters
	regex.match(fluent_bit.expression(fluent_bit.value(section, "match")), expanded(tag))
]

violation contains {"msg": msg, "details": {"pointer": safe.pointer(["data", found.key])}} if {
	some found in inputs
	tag := fluent_bit.value(found, "tag")
	some section in matching(tag)
	prefix := tag_prefix(section)
	not startswith(expanded(tag), prefix)
	msg := sprintf("the filter looks for tags that begin with %s, and the tag %s does not, so no pod is found", [prefix, tag])
}

tag_prefix(section) := value if {
	value := fluent_bit.value(section, "kube_tag_prefix")
	value != ""
} else := "kube.var.log.containers."

# METADATA
# title: Log inputs read what the nodes write
# description: >-
#   A Fluent Bit input that tails the container logs parses the CRI format, and each of its patterns matches the log
#   file of some pod of the set.
# custom:
#   severity: medium
#   kinds: [ConfigMap]
#   remediation: >-
#     Set multiline.parser docker, cri, and a Path of the form /var/log/containers/*_NAMESPACE_*.log.
package logging["container-logs"]

import data.lib.fluent_bit
import data.lib.inventory
import data.lib.meta
import data.lib.pods
import data.lib.safe

inputs := fluent_bit.container_inputs(input.review.object)

violation contains {"msg": msg, "details": {"pointer": safe.pointer(["data", found.key])}} if {
	some found in inputs
	not parses_cri(found)
	msg := sprintf("the input of %s does not parse CRI, the format of containerd and CRI-O", [fluent_bit.value(found, "path")])
}

parses_cri(found) if {
	some name in ["parser", "multiline.parser"]
	contains(lower(fluent_bit.value(found, name)), "cri")
}

# The kubelet names the file POD_NAMESPACE_CONTAINER-ID.log; the name of a pod starts with that of its owner.
files contains file if {
	some group, kinds in {"apps": ["Deployment", "StatefulSet", "DaemonSet"], "batch": ["Job", "CronJob"]}
	some kind in kinds
	some resource in inventory.everywhere(group, kind)
	some container in pods.containers(resource)
	file := sprintf("/var/log/containers/%s-0_%s_%s-0.log", [meta.name(resource), meta.namespace(resource), container.name])
}

violation contains {"msg": msg, "details": {"pointer": safe.pointer(["data", found.key])}} if {
	count(files) > 0
	some found in inputs
	some part in split(fluent_bit.value(found, "path"), ",")
	path := trim_space(part)

	# A variable may have any value here.
	expression := fluent_bit.expression(regex.replace(path, `\$\{[^}]*\}`, "*"))
	count([file | some file in files; regex.match(expression, file)]) == 0
	msg := sprintf("no pod of the set has a log file that %s matches", [path])
}

# METADATA
# title: No secret is written literally into an environment or a ConfigMap
# description: >-
#   No environment variable and no ConfigMap entry whose name says that it is a secret has a literal value, and
#   none holds a connection string with a password.
# custom:
#   severity: critical
#   kinds:
#     - Pod
#     - ReplicationController
#     - apps/Deployment
#     - apps/StatefulSet
#     - apps/DaemonSet
#     - apps/ReplicaSet
#     - batch/Job
#     - batch/CronJob
#     - ConfigMap
#   controls:
#     - CIS Kubernetes 5.4.1
#     - KSV-0109 KSV-01010
#     - CKV_K8S_35
#     - C-0012 C-0207
#   remediation: >-
#     Take the value from a Secret with valueFrom.secretKeyRef, or better mount it as a file; change the
#     value, which has been exposed.
package secrets["no-secret-in-env-literal"]

import data.lib.pods
import data.lib.safe

secret_name := concat("", [
	`(?i)(^|[_.-])(PASSWORD|PASSWD|PASSPHRASE|SECRET|SECRET[_.-]?KEY|TOKEN|API[_.-]?KEY|ACCESS[_.-]?KEY|PRIVATE[_.-]?KEY|CREDENTIALS?)`,
	`([_.-]?[0-9]*)$`,
])

harmless_value := `(?i)^(|/.*|[0-9.]+[a-z]{0,2}|true|false|yes|no|on|off|none|null|[$][({].*[)}])$`

# user:password@ of a URL, or Password= of a key-value string, not given by reference.
connection_string := `(?i)([a-z][a-z0-9+.-]*://[^/:@ ]+:[^$@/ {<][^@/ ]*@|(^|;) *(password|pwd) *= *[^$;{< ][^;]*)`

is_secret(name, value) if {
	regex.match(secret_name, name)
	not regex.match(harmless_value, value)
}

is_secret(_, value) if regex.match(connection_string, value)

violation contains {"msg": msg, "details": {"pointer": pointer, "container": container.name}} if {
	some container in pods.containers(input.review.object)
	some index, entry in safe.array_at(container.value, ["env"])
	name := safe.string_at(entry, ["name"])
	value := safe.string_at(entry, ["value"])
	is_secret(name, value)
	msg := sprintf("container %s: environment variable %s holds a secret as a literal", [container.name, name])
	pointer := concat("", [container.pointer, safe.pointer(["env", index, "value"])])
}

violation contains {"msg": msg, "details": {"pointer": safe.pointer(["data", key])}} if {
	safe.string_at(input.review.object, ["kind"]) == "ConfigMap"
	some key, value in safe.object_at(input.review.object, ["data"])
	is_string(value)
	is_secret(key, value)
	msg := sprintf("entry %s of the ConfigMap holds a secret", [key])
}

# METADATA
# title: Namespaces enforce a pinned Pod Security level
# description: >-
#   Every namespace enforces, audits and warns by the Pod Security level restricted (or the level declared for
#   it), each pinned to a Kubernetes version.
# custom:
#   severity: high
#   kinds: [Namespace]
#   controls:
#     - PSS restricted v1.37
#     - CIS Kubernetes 5.2.1
#   remediation: >-
#     Label the namespace with pod-security.kubernetes.io/enforce, audit and warn, and each with its -version,
#     for example v1.37.
package security["namespace-pod-security"]

import data.lib.intent
import data.lib.meta
import data.lib.safe

declared := safe.object_at(intent.architecture, ["namespaces", meta.name(input.review.object)])

level := safe.dig(declared, ["pod_security"], "restricted")

declared_version := safe.string_at(declared, ["pod_security_version"])

label(mode) := concat("/", ["pod-security.kubernetes.io", mode])

found(mode) := safe.string_at(meta.labels(input.review.object), [label(mode)])

violation contains {"msg": msg, "details": {"pointer": safe.pointer(["metadata", "labels", label(mode)])}} if {
	some mode in ["enforce", "audit", "warn"]
	found(mode) != level
	msg := sprintf("label %s is %s, and has to be %s", [label(mode), shown(found(mode)), level])
}

violation contains {"msg": msg, "details": {"pointer": safe.pointer(["metadata", "labels", key])}} if {
	some mode in ["enforce-version", "audit-version", "warn-version"]
	key := label(mode)
	not right_version(found(mode))
	msg := sprintf("label %s is %s, and has to be %s", [key, shown(found(mode)), wanted_version])
}

wanted_version := declared_version if {
	declared_version != ""
} else := "a Kubernetes version such as v1.37"

right_version(version) if {
	version == declared_version
	version != ""
}

right_version(version) if {
	declared_version == ""
	regex.match(`^v1\.[0-9]+$`, version)
}

shown("") := "absent"

shown(value) := value if value != ""

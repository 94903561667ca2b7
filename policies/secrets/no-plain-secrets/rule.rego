# METADATA
# title: No Secret holds its values in the manifests
# description: >-
#   The manifest set contains no Secret with data; values come from a secret store by an ExternalSecret, or
#   encrypted as a SealedSecret.
# custom:
#   severity: critical
#   kinds: [Secret]
#   controls:
#     - CIS Kubernetes 5.4.2
#     - NSA/CISA Kubernetes Hardening Guide, Secrets
#   remediation: >-
#     Replace the Secret by an ExternalSecret that names the entry of the secret store, and change the value,
#     which has been exposed.
package secrets["no-plain-secrets"]

import data.lib.safe

# Only names of entries are looked at: the values are replaced before any rule sees a Secret.
violation contains {"msg": msg, "details": {"pointer": safe.pointer([field]), "keys": names}} if {
	some field in ["data", "stringData"]
	names := sort([name | some name, _ in safe.object_at(input.review.object, [field])])
	count(names) > 0
	msg := sprintf("the manifest holds values of a Secret: %s", [concat(", ", names)])
}

# METADATA
# title: No Secret holds its values in the manifests
# description: >-
#   The manifest set contains no Secret with data; values come from a secret store by an ExternalSecret, or
#   encrypted as a SealedSecret, and neither of these holds them by a detour.
# custom:
#   severity: critical
#   kinds: [Secret, external-secrets.io/ExternalSecret, bitnami.com/SealedSecret]
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
	safe.string_at(input.review.object, ["kind"]) == "Secret"
	some field in ["data", "stringData"]
	names := sort([name | some name, _ in safe.object_at(input.review.object, [field])])
	count(names) > 0
	msg := sprintf("the manifest holds values of a Secret: %s", [concat(", ", names)])
}

# Where the values of a Secret that is made by a controller have to come from.
origins := {"ExternalSecret": ["data", "dataFrom"], "SealedSecret": ["encryptedData"]}

violation contains {"msg": msg, "details": {"pointer": "/spec"}} if {
	fields := origins[safe.string_at(input.review.object, ["kind"])]
	given := [field |
		some field in fields
		path := ["spec", field]
		count(safe.array_at(input.review.object, path)) + count(safe.object_at(input.review.object, path)) > 0
	]
	count(given) == 0
	msg := sprintf("spec has no %s, so its values come from no secret store", [concat(" or ", fields)])
}

# An entry without an expression is the value itself.
violation contains {"msg": msg, "details": {"pointer": safe.pointer(array.concat(path, [name])), "keys": [name]}} if {
	safe.string_at(input.review.object, ["kind"]) in object.keys(origins)
	some path in [["spec", "target", "template", "data"], ["spec", "template", "data"]]
	some name, value in safe.object_at(input.review.object, path)
	is_string(value)
	not contains(value, "{{")
	msg := sprintf("the template holds the value of entry %s", [name])
}

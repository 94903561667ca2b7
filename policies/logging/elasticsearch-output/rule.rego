# METADATA
# title: Logs reach the store, under the name they are looked for
# description: >-
#   A Fluent Bit output to Elasticsearch names its index by one setting, sends no mapping type, uses TLS and a login,
#   and names the host so that it resolves from the collector's namespace.
# custom:
#   severity: medium
#   kinds: [ConfigMap]
#   controls:
#     - fluent-bit-docs pipeline/outputs/elasticsearch.md
#   remediation: >-
#     Use Logstash_Prefix where Logstash_Format is On, set Suppress_Type_Name On, tls On, HTTP_User and HTTP_Passwd,
#     and name the host SERVICE.NAMESPACE.svc.
package logging["elasticsearch-output"]

import data.lib.fluent_bit
import data.lib.inventory
import data.lib.meta
import data.lib.safe

outputs := [section |
	some section in fluent_bit.sections(input.review.object)
	section.kind == "OUTPUT"
	lower(fluent_bit.value(section, "name")) == "es"
]

is_on(section, name) if lower(fluent_bit.value(section, name)) in {"on", "true", "yes"}

violation contains {"msg": msg, "details": {"pointer": safe.pointer(["data", found.key])}} if {
	some found in outputs
	is_on(found, "logstash_format")
	index := fluent_bit.value(found, "index")
	index != ""
	msg := sprintf("Index %s is ignored while Logstash_Format is On; the prefix is Logstash_Prefix", [index])
}

violation contains {"msg": msg, "details": {"pointer": safe.pointer(["data", found.key])}} if {
	some found in outputs
	some name, msg in {
		"suppress_type_name": "Suppress_Type_Name is not On, and Elasticsearch 8 rejects mapping types",
		"tls": "tls is not On, so logs travel in the clear",
	}
	not is_on(found, name)
}

violation contains {"msg": msg, "details": {"pointer": safe.pointer(["data", found.key])}} if {
	some found in outputs
	count([name | some name in ["http_user", "cloud_auth", "http_api_key"]; fluent_bit.value(found, name) != ""]) == 0
	msg := "it logs in to the store with nothing"
}

violation contains {"msg": msg, "details": {"pointer": safe.pointer(["data", found.key])}} if {
	some found in outputs
	host := fluent_bit.value(found, "host")
	regex.match(`^[a-z0-9-]+$`, host)
	host != "localhost"
	not beside(host)
	msg := sprintf("the host %s is no Service of namespace %s, where alone that name resolves", [host, meta.namespace(input.review.object)])
}

beside(host) if {
	some service in inventory.in_namespace(meta.namespace(input.review.object), "", "Service")
	meta.name(service) == host
}

# METADATA
# title: Alerts are loaded and sent somewhere
# description: >-
#   A Prometheus configuration that scrapes anything loads rule files and names Alertmanagers.
# custom:
#   severity: high
#   kinds: [ConfigMap]
#   remediation: >-
#     Add rule_files, and alerting.alertmanagers with the discovery of Alertmanager.
package monitoring["alert-delivery"]

import data.lib.configuration
import data.lib.safe

violation contains {"msg": msg, "details": {"pointer": safe.pointer(["data", key])}} if {
	some key, found in configuration.prometheus(input.review.object)
	some path, msg in {
		["rule_files"]: "it loads no rule_files, so no alert is ever evaluated",
		["alerting", "alertmanagers"]: "it names no Alertmanager, so no alert reaches anyone",
	}
	count(safe.array_at(found, path)) == 0
}

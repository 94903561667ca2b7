# METADATA
# title: Alerts measure what they are named after
# description: >-
#   An alert on failed requests compares a share of all requests, not a number per second; an alert on latency
#   compares an average or a quantile, not the last raw value.
# custom:
#   severity: medium
#   kinds: [ConfigMap]
#   remediation: >-
#     Divide the rate of failures by the rate of all requests; use histogram_quantile or an average over time.
package monitoring["alert-expressions"]

import data.lib.configuration
import data.lib.safe

alerts := [{"key": key, "name": safe.string_at(rule, ["alert"]), "expression": safe.string_at(rule, ["expr"])} |
	some key, found in configuration.rule_files(input.review.object)
	some group in safe.array_at(found, ["groups"])
	some rule in safe.array_at(group, ["rules"])
	safe.string_at(rule, ["alert"]) != ""
]

failures := `(status|code)[a-z_]*\s*=~?\s*["']5`

violation contains {"msg": msg, "details": {"pointer": safe.pointer(["data", alert.key]), "alert": alert.name}} if {
	some alert in alerts
	regex.match(failures, alert.expression)
	contains(alert.expression, "rate(")
	not contains(alert.expression, "/")
	msg := sprintf("alert %s compares failures per second, whatever the load; needed: their share of all requests", [alert.name])
}

raw := `^\s*[a-zA-Z_:][a-zA-Z0-9_:]*(response_time|latency|duration)_seconds\s*(\{[^}]*\})?\s*[<>]`

violation contains {"msg": msg, "details": {"pointer": safe.pointer(["data", alert.key]), "alert": alert.name}} if {
	some alert in alerts
	regex.match(raw, alert.expression)
	msg := sprintf("alert %s compares the last value of a latency; needed: an average or a quantile", [alert.name])
}

package lib.selectors_test

import data.lib.selectors

labels := {"app": "web", "tier": "front"}

expression(key, operator, values) := {"matchExpressions": [{"key": key, "operator": operator, "values": values}]}

test_pass_every_operator if {
	selectors.matches({"matchLabels": {"app": "web"}}, labels)
	selectors.matches(expression("app", "In", ["api", "web"]), labels)
	selectors.matches(expression("app", "NotIn", ["api"]), labels)
	selectors.matches(expression("app", "Exists", []), labels)
	selectors.matches(expression("zone", "DoesNotExist", []), labels)

	# An absent label is in no set.
	selectors.matches(expression("zone", "NotIn", ["a"]), labels)
}

test_fail_every_operator if {
	not selectors.matches({"matchLabels": {"app": "web", "tier": "back"}}, labels)
	not selectors.matches(expression("app", "In", ["api"]), labels)
	not selectors.matches(expression("app", "NotIn", ["web"]), labels)
	not selectors.matches(expression("zone", "Exists", []), labels)
	not selectors.matches(expression("app", "DoesNotExist", []), labels)
	not selectors.matches(expression("app", "Near", ["web"]), labels)
	not selectors.matches("app=web", labels)
}

test_pass_empty_selector_selects_all_and_empty_map_none if {
	selectors.matches({}, labels)
	selectors.is_empty({"matchLabels": {}})
	not selectors.matches_map({}, labels)
	selectors.matches_map({"app": "web"}, labels)
}

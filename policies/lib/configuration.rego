# METADATA
# title: Configuration files in ConfigMaps
# description: What a rule reads of programs that are configured by a file. Text that is no YAML is left to the program's own check.
package lib.configuration

import data.lib.safe

documents(config_map, word) := {key: found |
	some key, text in safe.object_at(config_map, ["data"])
	is_string(text)
	contains(text, word)
	yaml.is_valid(text)
	found := yaml.unmarshal(text)
	is_object(found)
}

# Configurations of Prometheus, by key.
prometheus(config_map) := {key: found |
	some key, found in documents(config_map, "scrape_configs")
	is_array(safe.dig(found, ["scrape_configs"], null))
}

# Files of alerting and recording rules, by key.
rule_files(config_map) := {key: found |
	some key, found in documents(config_map, "groups")
	is_array(safe.dig(found, ["groups"], null))
}

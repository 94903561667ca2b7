package lib.configuration_test

import data.lib.configuration
import data.lib.testing

config_map := {"data": {
	"prometheus.yml": "scrape_configs: []",
	"rules.yml": "groups: [{name: a}]",
	"broken.yml": "scrape_configs: [",
	"words.txt": "scrape_configs and groups",
	"number": 7,
}}

test_configurations_by_key if {
	testing.same(configuration.prometheus(config_map), {"prometheus.yml": {"scrape_configs": []}})
	testing.same(configuration.rule_files(config_map), {"rules.yml": {"groups": [{"name": "a"}]}})
}

test_no_data if {
	testing.same(configuration.prometheus({"data": "text"}), {})
}

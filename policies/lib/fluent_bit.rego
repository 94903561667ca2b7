# METADATA
# title: Fluent Bit configurations
# description: Sections of the classic format, and of `pipeline` in YAML, from all files of a ConfigMap.
package lib.fluent_bit

import data.lib.safe

header := `^\s*\[([A-Za-z_]+)\]\s*$`

# Each as {key, kind, entries}: the ConfigMap's key, INPUT, FILTER or OUTPUT, and pairs of lower-case name and value.
sections(config_map) := array.concat(classic(config_map), in_yaml(config_map))

classic(config_map) := [section |
	some key, text in safe.object_at(config_map, ["data"])
	is_string(text)
	endswith(key, ".conf")
	lines := split(text, "\n")
	starts := [number | some number, line in lines; regex.match(header, line)]
	some position, start in starts
	stop := min([number | some number in array.concat([count(lines)], starts); number > start])
	section := {
		"key": key,
		"kind": upper(trim(trim_space(lines[start]), "[]")),
		"position": position,
		"entries": [pair |
			some number in numbers.range(start + 1, stop)
			number < stop
			line := trim_space(lines[number])
			not startswith(line, "#")
			words := regex.split(`\s+`, line)
			count(words) > 1
			pair := [lower(words[0]), trim_space(substring(line, count(words[0]), -1))]
		],
	}
]

in_yaml(config_map) := [section |
	some key, text in safe.object_at(config_map, ["data"])
	is_string(text)
	contains(text, "pipeline")
	yaml.is_valid(text)
	some kind, field in {"INPUT": "inputs", "FILTER": "filters", "OUTPUT": "outputs"}
	some position, plugin in safe.array_at(yaml.unmarshal(text), ["pipeline", field])
	is_object(plugin)
	section := {
		"key": key,
		"kind": kind,
		"position": position,
		"entries": [[lower(name), sprintf("%v", [found])] | some name, found in plugin],
	}
]

# The first value of a setting, empty without one.
value(section, name) := found if {
	values := [pair[1] | some pair in section.entries; pair[0] == name]
	count(values) > 0
	found := values[0]
} else := ""

container_inputs(config_map) := [section |
	some section in sections(config_map)
	section.kind == "INPUT"
	lower(value(section, "name")) == "tail"
	startswith(value(section, "path"), "/var/log/containers/")
]

# The regular expression of a pattern with stars and question marks.
expression(pattern) := concat("", ["^", replace(replace(quoted(pattern), `\*`, ".*"), `\?`, "."), `$`])

quoted(text) := regex.replace(text, `[\]\[.*?+(){}^$|\\]`, `\$0`)

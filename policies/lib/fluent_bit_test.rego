package lib.fluent_bit_test

import data.lib.fluent_bit
import data.lib.testing

read(key, text) := fluent_bit.sections({"data": {key: text}})

test_sections_of_the_classic_format if {
	text := concat("\n", [
		"# a comment",
		"[SERVICE]",
		"    Flush   5",
		"[input]",
		"    Name    tail",
		"    # Path  /not/read",
		"    Path    /var/log/a b.log",
		"    Alone",
	])
	testing.same(read("a.conf", text), [
		{"key": "a.conf", "kind": "SERVICE", "position": 0, "entries": [["flush", "5"]]},
		{"key": "a.conf", "kind": "INPUT", "position": 1, "entries": [["name", "tail"], ["path", "/var/log/a b.log"]]},
	])
}

test_plugins_in_yaml if {
	text := "pipeline: {outputs: [{Name: es, Port: 9200}, text]}"
	testing.same(read("a.yaml", text), [{
		"key": "a.yaml",
		"kind": "OUTPUT",
		"position": 0,
		"entries": [["name", "es"], ["port", "9200"]],
	}])
}

test_what_is_no_configuration if {
	every text in ["", "[", "pipeline: [", "pipeline: 3", "[]"] {
		testing.same(read("a.conf", text), [])
	}
}

test_patterns if {
	every pattern, matched in {"/a/*_b.log": "/a/x_b.log", "kube.*": "kube.é", "?(1)": "x(1)", "é*": "é"} {
		regex.match(fluent_bit.expression(pattern), matched)
	}
	not regex.match(fluent_bit.expression("a.c"), "abc")
}

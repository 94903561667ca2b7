package lib.safe_test

import data.lib.safe
import data.lib.testing

test_pass_dig_takes_null_for_absent if {
	testing.same(safe.dig({"a": {"b": null}}, ["a", "b"], 5), 5)
	testing.same(safe.dig({"a": {"b": false}}, ["a", "b"], 5), false)
}

test_pass_wrong_types_are_absent if {
	testing.same(safe.array_at({"a": "text"}, ["a"]), [])
	testing.same(safe.object_at([], ["a"]), {})
	testing.same(safe.string_at({"a": 5}, ["a"]), "")
	testing.same(safe.number_at({"a": "5"}, ["a"], 1), 1)
	testing.same(safe.string_at({"a": "text"}, ["a", "b"]), "")
}

test_fail_true_is_not_the_text_true if {
	not safe.true_at({"a": "true"}, ["a"])
	safe.true_at({"a": true}, ["a"])
}

test_pass_pointer_is_escaped if {
	testing.same(safe.pointer(["a/b", "~c", 0]), "/a~1b/~0c/0")
}

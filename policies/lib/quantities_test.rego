package lib.quantities_test

import data.lib.quantities
import data.lib.testing

test_pass_values if {
	testing.same(quantities.milli("100m"), 100)
	testing.same(quantities.milli("0.1"), 100)
	testing.same(quantities.milli(2), 2000)
	testing.same(quantities.milli("1.5Gi"), 1610612736000)
	testing.same(quantities.milli("1G"), 1000000000000)
	testing.same(quantities.milli("1e3"), 1000000)
	testing.same(quantities.milli("1E"), 1000000000000000000000)
	testing.same(quantities.milli("-5"), -5000)
}

test_pass_rounded_up if {
	testing.same(quantities.milli("1n"), 1)
	testing.same(quantities.milli("0.0001"), 1)
}

test_pass_same_value_in_other_words if {
	quantities.same("4Gi", "4096Mi")
	not quantities.same("4Gi", "4G")
}

test_fail_no_quantity if {
	every text in ["", ".", "abc", "1x", "1 Gi", "--1", "1e", "1Gi1"] {
		not quantities.milli(text)
	}
}

# METADATA
# title: Kubernetes quantities
# description: >-
#   Value of a quantity in thousandths, rounded up (upstream: k8s.io/apimachinery pkg/api/resource Quantity.MilliValue).
#   Exact to 15 digits: beyond, numbers are floating-point. Undefined for what is no quantity: the schema check reports that.
package lib.quantities

_syntax := `^([+-]?)([0-9]*)(?:\.([0-9]*))?(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?[0-9]{1,2})?$`

_numerators := {
	"": 1, "n": 1, "u": 1, "m": 1,
	"k": 1000, "M": 1000000, "G": 1000000000, "T": 1000000000000, "P": 1000000000000000, "E": 1000000000000000000,
	"Ki": 1024, "Mi": 1048576, "Gi": 1073741824, "Ti": 1099511627776, "Pi": 1125899906842624, "Ei": 1152921504606846976,
}

_denominators := {"n": 1000000000, "u": 1000000, "m": 1000}

_ten_to := [
	1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000,
	1000000000000, 10000000000000, 100000000000000, 1000000000000000,
]

milli(quantity) := ceil(quantity * 1000) if {
	is_number(quantity)
} else := result if {
	is_string(quantity)
	count(quantity) <= 40
	found := regex.find_all_string_submatch_n(_syntax, quantity, 1)
	count(found) == 1
	parts := found[0]
	digits := concat("", [parts[2], parts[3]])
	digits != ""
	places := count(parts[3])
	scaled := _scale(parts[4])
	mantissa := to_number(_without_leading_zeros(digits))
	divided := (((_sign(parts[1]) * mantissa) * scaled.numerator) * 1000) / (scaled.denominator * _power(places))
	result := ceil(divided)
}

# True where both are quantities of the same value: "1" and "1000m".
same(left, right) if milli(left) == milli(right)

_sign("-") := -1

_sign(sign) := 1 if sign != "-"

_without_leading_zeros(digits) := stripped if {
	stripped := trim_left(digits, "0")
	stripped != ""
} else := "0"

_power(places) := _ten_to[places] if {
	places < count(_ten_to)
}

_scale(suffix) := {"numerator": _numerators[suffix], "denominator": object.get(_denominators, suffix, 1)} if {
	_numerators[suffix]
} else := {"numerator": _power(exponent), "denominator": 1} if {
	exponent := _exponent(suffix)
	exponent >= 0
} else := {"numerator": 1, "denominator": _power(0 - exponent)} if {
	exponent := _exponent(suffix)
	exponent < 0
}

_exponent(suffix) := to_number(number) if {
	number := trim_prefix(trim_prefix(trim_prefix(suffix, "e"), "E"), "+")
	regex.match(`^-?[1-9]?[0-9]$`, number)
} else := to_number(substring(number, 1, -1)) if {
	number := trim_prefix(trim_prefix(trim_prefix(suffix, "e"), "E"), "+")
	regex.match(`^0[0-9]$`, number)
}

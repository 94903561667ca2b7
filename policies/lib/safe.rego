# METADATA
# title: Safe access to documents of any shape
# description: >-
#   Manifests may hold any type anywhere. A rule reads them through these functions, which answer with a fallback where a
#   value is absent, null or of another type, so that no rule ever fails on a strange document.
package lib.safe

array_of(value) := value if {
	is_array(value)
} else := []

object_of(value) := value if {
	is_object(value)
} else := {}

# The value at a path of keys; absent and null are the same, as for the API server.
dig(value, path, fallback) := found if {
	found := object.get(object_of(value), path, null)
	found != null
} else := fallback

array_at(value, path) := array_of(dig(value, path, []))

object_at(value, path) := object_of(dig(value, path, {}))

string_at(value, path) := found if {
	found := dig(value, path, "")
	is_string(found)
} else := ""

number_at(value, path, fallback) := found if {
	found := dig(value, path, fallback)
	is_number(found)
} else := fallback

true_at(value, path) if dig(value, path, false) == true

# A member of a set or key of an object as a JSON pointer token (RFC 6901).
token(key) := replace(replace(sprintf("%v", [key]), "~", "~0"), "/", "~1")

pointer(parts) := concat("", [concat("", ["/", token(part)]) | some part in parts])

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
# The functions below repeat its first lines instead of calling it: they are what every rule spends its time in.
dig(value, path, fallback) := found if {
	is_object(value)
	found := object.get(value, path, null)
	found != null
} else := fallback

array_at(value, path) := found if {
	is_object(value)
	found := object.get(value, path, null)
	is_array(found)
} else := []

object_at(value, path) := found if {
	is_object(value)
	found := object.get(value, path, null)
	is_object(found)
} else := {}

string_at(value, path) := found if {
	is_object(value)
	found := object.get(value, path, null)
	is_string(found)
} else := ""

number_at(value, path, fallback) := found if {
	is_object(value)
	found := object.get(value, path, null)
	is_number(found)
} else := fallback

true_at(value, path) if {
	is_object(value)
	found := object.get(value, path, null)
	found == true
}

# A member of a set or key of an object as a JSON pointer token (RFC 6901).
token(key) := replace(replace(sprintf("%v", [key]), "~", "~0"), "/", "~1")

pointer(parts) := concat("", [concat("", ["/", token(part)]) | some part in parts])

# METADATA
# title: Parts of an image reference
# description: >-
#   Grammar and default registry of github.com/distribution/reference: a first component without dot, colon and other
#   than localhost is a repository on docker.io, and a single component one in docker.io/library.
package lib.images

import data.lib.pods
import data.lib.safe

# Containers with an image, and its parts.
of(resource) := [entry |
	some container in pods.containers(resource)
	image := safe.string_at(container.value, ["image"])
	image != ""
	entry := object.union(container, {
		"image": image,
		"parts": parse(image),
		"image_pointer": concat("", [container.pointer, "/image"]),
	})
]

parse(image) := {"repository": repository, "tag": tag, "digest": digest} if {
	halves := split(image, "@")
	digest := concat("@", array.slice(halves, 1, count(halves)))
	found := regex.find_all_string_submatch_n(`^(.*?)(?::([^:/]*))?$`, halves[0], 1)
	tag := found[0][2]
	repository := normalized(found[0][1])
}

normalized(path) := path if {
	parts := split(path, "/")
	count(parts) > 1
	_is_host(parts[0])
} else := concat("/", ["docker.io", path]) if {
	contains(path, "/")
} else := concat("/", ["docker.io", "library", path])

_is_host(part) if contains(part, ".")

_is_host(part) if contains(part, ":")

_is_host(part) if part == "localhost"

package images["digest-pinned_test"]

import data.images["digest-pinned"] as rule
import data.lib.testing

pod(image) := {"apiVersion": "v1", "kind": "Pod", "spec": {"initContainers": [{"name": "app", "image": image}]}}

digest := "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

found(image) := {{
	"msg": sprintf("container app: image %s has no sha256 digest", [image]),
	"details": {"pointer": "/spec/initContainers/0/image", "container": "app", "image": image},
}}

test_pass_tag_and_digest if {
	testing.same(rule.violation, set()) with input as testing.review(pod(concat("@", ["postgres:16.15", digest])))
}

test_fail_tag_only if {
	testing.same(rule.violation, found("postgres:16.15")) with input as testing.review(pod("postgres:16.15"))
}

# The near miss: a digest that is too short.
test_fail_short_digest if {
	image := "postgres:16.15@sha256:0123456789abcdef"
	testing.same(rule.violation, found(image)) with input as testing.review(pod(image))
}

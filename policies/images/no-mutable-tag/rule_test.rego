package images["no-mutable-tag_test"]

import data.images["no-mutable-tag"] as rule
import data.lib.testing

pod(image) := {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "db", "image": image}]}}

found(image, msg) := {{
	"msg": msg,
	"details": {"pointer": "/spec/containers/0/image", "container": "db", "image": image},
}}

test_fail_no_tag if {
	testing.same(
		rule.violation,
		found("localhost:5000/postgres", "container db: image localhost:5000/postgres has no tag"),
	) with input as testing.review(pod("localhost:5000/postgres"))
}

test_fail_latest if {
	testing.same(rule.violation, found(
		"postgres:latest-alpine",
		"container db: image postgres:latest-alpine has the tag latest-alpine, which is moved on purpose",
	)) with input as testing.review(pod("postgres:latest-alpine"))
}

test_fail_major_version if {
	testing.same(rule.violation, found("postgres:16-alpine", concat(" ", [
		"container db: image postgres:16-alpine has the tag 16-alpine, a major version,",
		"which is moved to each new minor version",
	]))) with input as testing.review(pod("postgres:16-alpine"))
}

# The near miss: one component more makes it a version.
test_pass_full_version if {
	testing.same(rule.violation, set()) with input as testing.review(pod("postgres:16.15-alpine3.24"))
}

test_pass_commit if {
	testing.same(rule.violation, set()) with input as testing.review(pod("ghcr.io/example/app:1f2e3d4"))
}

test_pass_digest if {
	image := "postgres@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	testing.same(rule.violation, set()) with input as testing.review(pod(image))
}

package images["declared-line_test"]

import data.images["declared-line"] as rule
import data.lib.testing

architecture := {"workloads": {"shop/Deployment/db": {"images": {"postgres": {
	"repository": "docker.io/library/postgres",
	"line": "16.x-alpine",
}}}}}

database(name, image) := {
	"apiVersion": "apps/v1",
	"kind": "Deployment",
	"metadata": {"name": "db", "namespace": "shop"},
	"spec": {"template": {"spec": {"containers": [{"name": name, "image": image}, {"name": "exporter", "image": "a/b:1"}]}}},
}

no_release(image) := {{
	"msg": sprintf("container postgres: image %s is no release of the declared line 16.x-alpine", [image]),
	"details": {"pointer": "/spec/template/spec/containers/0/image", "declared": "16.x-alpine"},
}}

test_pass_release if {
	every image in ["postgres:16.15-alpine3.24", "docker.io/library/postgres:16.9-alpine@sha256:00"] {
		testing.same(rule.violation, set()) with input as testing.declared(database("postgres", image), architecture)
	}
}

test_fail_other_line if {
	every image in ["postgres:17.2-alpine3.24", "postgres:160.1-alpine", "postgres:16.15", "postgres:16.15-bookworm"] {
		testing.same(rule.violation, no_release(image)) with input as testing.declared(database("postgres", image), architecture)
	}
}

# The near miss: the line itself is moved to each new release.
test_fail_line_instead_of_release if {
	every image in ["postgres:16-alpine", "postgres@sha256:00"] {
		testing.same(rule.violation, no_release(image)) with input as testing.declared(database("postgres", image), architecture)
	}
}

test_fail_other_repository if {
	testing.same(rule.violation, {{
		"msg": concat("", [
			"container postgres: image bitnami/postgres:16.15-alpine3.24 is not of the declared repository ",
			"docker.io/library/postgres",
		]),
		"details": {
			"pointer": "/spec/template/spec/containers/0/image",
			"declared": "docker.io/library/postgres",
		},
	}}) with input as testing.declared(database("postgres", "bitnami/postgres:16.15-alpine3.24"), architecture)
}

test_fail_renamed_container if {
	testing.same(rule.violation, {{
		"msg": "the declared container postgres does not exist, or has no image",
		"details": {"pointer": "/spec/template/spec/containers"},
	}}) with input as testing.declared(database("db", "postgres:16.15-alpine3.24"), architecture)
}

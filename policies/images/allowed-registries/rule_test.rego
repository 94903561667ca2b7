package images["allowed-registries_test"]

import data.images["allowed-registries"] as rule
import data.lib.testing

pod(image) := {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "app", "image": image}]}}

architecture := {"images": {
	"registries": ["ghcr.io/example/", "docker.io/library/redis", "registry.k8s.io/"],
	"forbidden": ["registry.k8s.io/ingress-nginx/"],
}}

found(image, problem) := {{
	"msg": sprintf("container app: image %s is from %s", [image, problem]),
	"details": {"pointer": "/spec/containers/0/image", "container": "app", "image": image},
}}

test_pass_allowed if {
	testing.same(rule.violation, set()) with input as testing.declared(pod("ghcr.io/example/app:1.4.2"), architecture)
}

test_pass_default_registry if {
	testing.same(rule.violation, set()) with input as testing.declared(pod("redis:7.2.16-alpine"), architecture)
}

# The near miss: the allowed name is only the beginning of another one.
test_fail_longer_name if {
	image := "ghcr.io/example-evil/app:1.4.2"
	testing.same(rule.violation, found(image, "no allowed registry")) with input as testing.declared(pod(image), architecture)
}

test_fail_other_repository if {
	image := "redis-stack:7.2.16"
	testing.same(rule.violation, found(image, "no allowed registry")) with input as testing.declared(pod(image), architecture)
}

test_fail_forbidden if {
	image := "registry.k8s.io/ingress-nginx/controller:v1.15.1"
	testing.same(
		rule.violation,
		found(image, "a registry or repository that is forbidden"),
	) with input as testing.declared(pod(image), architecture)
}

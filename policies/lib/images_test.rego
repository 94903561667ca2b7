package lib.images_test

import data.lib.images
import data.lib.testing

parts(repository, tag, digest) := {"repository": repository, "tag": tag, "digest": digest}

test_pass_forms if {
	testing.same(images.parse("redis"), parts("docker.io/library/redis", "", ""))
	testing.same(images.parse("nginx/nginx-ingress:5.5.4"), parts("docker.io/nginx/nginx-ingress", "5.5.4", ""))
	testing.same(images.parse("localhost:5000/app"), parts("localhost:5000/app", "", ""))
	testing.same(images.parse("ghcr.io/a/b:1.0@sha256:00"), parts("ghcr.io/a/b", "1.0", "sha256:00"))
}

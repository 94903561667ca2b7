package lib.pods_test

import data.lib.pods
import data.lib.testing

spec := {
	"initContainers": [{"name": "migrate"}, {"name": "proxy", "restartPolicy": "Always"}],
	"containers": [{"name": "app"}, "not a container", {}],
	"ephemeralContainers": [{"name": "debug"}],
}

names(containers) := [container.name | some container in containers]

pointers(containers) := [container.pointer | some container in containers]

test_pass_every_kind_of_workload if {
	every kind in ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "ReplicationController"] {
		pods.spec({"kind": kind, "spec": {"template": {"spec": spec}}}) == spec
		pods.spec_pointer({"kind": kind}) == "/spec/template/spec"
	}
	testing.same(pods.spec({"kind": "Pod", "spec": spec}), spec)
	testing.same(pods.spec_pointer({"kind": "Pod"}), "/spec")
	testing.same(pods.spec({"kind": "CronJob", "spec": {"jobTemplate": {"spec": {"template": {"spec": spec}}}}}), spec)
	testing.same(pods.spec_pointer({"kind": "CronJob"}), "/spec/jobTemplate/spec/template/spec")
}

test_pass_containers_with_pointers if {
	found := pods.containers({"kind": "Pod", "spec": spec})
	testing.same(names(found), ["migrate", "proxy", "app", "number 3", "debug"])
	testing.same(pointers(found), [
		"/spec/initContainers/0",
		"/spec/initContainers/1",
		"/spec/containers/0",
		"/spec/containers/2",
		"/spec/ephemeralContainers/0",
	])
}

test_pass_lasting_containers_include_sidecars if {
	testing.same(names(pods.lasting_containers({"kind": "Pod", "spec": spec})), ["proxy", "app", "number 3"])
}

test_pass_service_account if {
	testing.same(pods.service_account({"kind": "Pod", "spec": {}}), "default")
	testing.same(pods.service_account({"kind": "Pod", "spec": {"serviceAccount": "old"}}), "old")
	testing.same(pods.service_account({"kind": "Pod", "spec": {"serviceAccount": "a", "serviceAccountName": "b"}}), "b")
}

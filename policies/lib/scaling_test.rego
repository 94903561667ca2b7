package lib.scaling_test

import data.lib.scaling
import data.lib.testing

deployment(spec) := {
	"apiVersion": "apps/v1",
	"kind": "Deployment",
	"metadata": {"name": "web", "namespace": "shop"},
	"spec": spec,
}

hpa := {
	"apiVersion": "autoscaling/v2",
	"kind": "HorizontalPodAutoscaler",
	"metadata": {"name": "web", "namespace": "shop"},
	"spec": {
		"maxReplicas": 8,
		"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
	},
}

test_pass_fixed_replicas if {
	testing.same([scaling.minimum(deployment({})), scaling.maximum(deployment({"replicas": 3}))], [1, 3])
		with data.inventory as testing.inventory([])
}

test_pass_autoscaler_wins if {
	testing.same([scaling.minimum(deployment({"replicas": 3})), scaling.maximum(deployment({"replicas": 3}))], [1, 8])
		with data.inventory as testing.inventory([hpa])
}

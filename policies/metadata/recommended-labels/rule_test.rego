package metadata["recommended-labels_test"]

import data.lib.testing
import data.metadata["recommended-labels"] as rule

deployment(own, of_pods) := {
	"apiVersion": "apps/v1",
	"kind": "Deployment",
	"metadata": {"name": "web", "namespace": "shop", "labels": own},
	"spec": {"template": {"metadata": {"labels": of_pods}}},
}

labels := {"app.kubernetes.io/name": "web", "app.kubernetes.io/instance": "web-production"}

architecture := {
	"labels": {"required": ["app", "app.kubernetes.io/part-of"], "part_of": "shop"},
	"workloads": {"shop/Deployment/web": {"labels": {"app": "web"}}},
}

declared_labels := object.union(labels, {"app": "web", "app.kubernetes.io/part-of": "shop"})

test_pass_labelled if {
	testing.same(rule.violation, set()) with input as testing.review(deployment(labels, labels))
}

# The near miss: the object is labelled, its pods are not.
test_fail_pods_without_instance if {
	testing.same(rule.violation, {{
		"msg": "the pod template has no label app.kubernetes.io/instance",
		"details": {
			"pointer": "/spec/template/metadata/labels/app.kubernetes.io~1instance",
			"label": "app.kubernetes.io/instance",
		},
	}}) with input as testing.review(deployment(labels, {"app.kubernetes.io/name": "web"}))
}

test_fail_service_without_labels if {
	testing.same(rule.violation, {
		{
			"msg": "the object has no label app.kubernetes.io/name",
			"details": {
				"pointer": "/metadata/labels/app.kubernetes.io~1name",
				"label": "app.kubernetes.io/name",
			},
		},
		{
			"msg": "the object has no label app.kubernetes.io/instance",
			"details": {
				"pointer": "/metadata/labels/app.kubernetes.io~1instance",
				"label": "app.kubernetes.io/instance",
			},
		},
	}) with input as testing.review({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}})
}

test_pass_declared if {
	testing.same(rule.violation, set()) with input as testing.declared(
		deployment(declared_labels, declared_labels),
		architecture,
	)
}

test_fail_declared_label_absent if {
	testing.same(rule.violation, {{
		"msg": "the object has no label app",
		"details": {"pointer": "/metadata/labels/app", "label": "app"},
	}}) with input as testing.declared(
		deployment(object.remove(declared_labels, ["app"]), declared_labels),
		architecture,
	)
}

test_fail_other_value_than_declared if {
	testing.same(rule.violation, {{
		"msg": "the pod template has the label app: api, declared is web",
		"details": {"pointer": "/spec/template/metadata/labels/app", "label": "app", "declared": "web"},
	}}) with input as testing.declared(
		deployment(declared_labels, object.union(declared_labels, {"app": "api"})),
		architecture,
	)
}

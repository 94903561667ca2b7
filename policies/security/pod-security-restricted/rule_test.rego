package security["pod-security-restricted_test"]

import data.lib.testing
import data.security["pod-security-restricted"] as rule

restricted_container := {
	"name": "app",
	"securityContext": {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}},
}

restricted_context := {"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}}

deployment(context, containers) := {
	"apiVersion": "apps/v1",
	"kind": "Deployment",
	"spec": {"template": {"spec": {"securityContext": context, "containers": containers}}},
}

test_pass_restricted if {
	testing.same(rule.violation, set()) with input as testing.review(deployment(restricted_context, [restricted_container]))
}

test_fail_bare_container if {
	testing.same(rule.violation, {
		{
			"msg": "container app must set securityContext.allowPrivilegeEscalation to false",
			"details": {
				"check": "allowPrivilegeEscalation",
				"pointer": "/spec/template/spec/containers/0/securityContext/allowPrivilegeEscalation",
			},
		},
		{
			"msg": "container app must drop the capability ALL",
			"details": {
				"check": "capabilities",
				"pointer": "/spec/template/spec/containers/0/securityContext/capabilities/drop",
			},
		},
		{
			"msg": "the pod or container app must set securityContext.runAsNonRoot to true",
			"details": {
				"check": "runAsNonRoot",
				"pointer": "/spec/template/spec/containers/0/securityContext/runAsNonRoot",
			},
		},
		{
			"msg": "the pod or container app must set seccompProfile.type to RuntimeDefault or Localhost",
			"details": {
				"check": "seccompProfile",
				"pointer": "/spec/template/spec/containers/0/securityContext/seccompProfile",
			},
		},
	}) with input as testing.review(deployment({}, [{"name": "app"}]))
}

# The near miss: the container overrides what the pod sets well.
test_fail_container_overrides_pod if {
	container := {
		"name": "app",
		"securityContext": {
			"allowPrivilegeEscalation": false,
			"capabilities": {"drop": ["ALL"]},
			"runAsNonRoot": false,
		},
	}
	testing.same(rule.violation, {{
		"msg": "container app must not set runAsNonRoot to false",
		"details": {
			"check": "runAsNonRoot",
			"pointer": "/spec/template/spec/containers/0/securityContext/runAsNonRoot",
		},
	}}) with input as testing.review(deployment(restricted_context, [container]))
}

test_fail_init_container_of_a_cron_job if {
	job := {"apiVersion": "batch/v1", "kind": "CronJob", "spec": {"jobTemplate": {"spec": {"template": {"spec": {
		"securityContext": restricted_context,
		"hostPID": true,
		"initContainers": [restricted_container],
		"containers": [restricted_container],
	}}}}}}
	testing.same(rule.violation, {{
		"msg": "the pod must not set hostPID",
		"details": {"check": "hostNamespaces", "pointer": "/spec/jobTemplate/spec/template/spec/hostPID"},
	}}) with input as testing.review(job)
}

test_fail_host_path_volume if {
	pod := {"apiVersion": "v1", "kind": "Pod", "spec": {
		"securityContext": restricted_context,
		"containers": [restricted_container],
		"volumes": [{"name": "logs", "hostPath": {"path": "/var/log"}}, {"name": "tmp", "emptyDir": {}}],
	}}
	testing.same(rule.violation, {{
		"msg": concat("", [
			"volume logs must be one of configMap, csi, downwardAPI, emptyDir, ephemeral, image, ",
			"persistentVolumeClaim, projected, secret",
		]),
		"details": {"check": "restrictedVolumes", "pointer": "/spec/volumes/0"},
	}}) with input as testing.review(pod)
}

test_pass_baseline_level_does_not_ask_for_more if {
	testing.same(rule.violation, set()) with input as {
		"review": {"object": deployment({}, [{"name": "app"}])},
		"parameters": {"level": "baseline"},
	}
}

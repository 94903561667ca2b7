# METADATA
# title: Objects say which namespace they belong to
# description: >-
#   Every namespaced object names a namespace, and not the namespace default.
# custom:
#   severity: low
#   kinds:
#     - Pod
#     - ReplicationController
#     - Service
#     - ConfigMap
#     - Secret
#     - ServiceAccount
#     - PersistentVolumeClaim
#     - apps/Deployment
#     - apps/StatefulSet
#     - apps/DaemonSet
#     - apps/ReplicaSet
#     - batch/Job
#     - batch/CronJob
#     - networking.k8s.io/Ingress
#     - networking.k8s.io/NetworkPolicy
#     - policy/PodDisruptionBudget
#     - autoscaling/HorizontalPodAutoscaler
#     - rbac.authorization.k8s.io/Role
#     - rbac.authorization.k8s.io/RoleBinding
#   controls:
#     - CIS Kubernetes 5.7.4
#     - kube-linter use-namespace
#     - CKV_K8S_21
#     - C-0061 C-0212
#     - KSV-0110
#   remediation: >-
#     Set metadata.namespace, with Kustomize by its namespace field.
package metadata["no-default-namespace"]

import data.lib.meta

violation contains {"msg": msg, "details": {"pointer": "/metadata/namespace"}} if {
	meta.namespace(input.review.object) == ""
	msg := "no namespace is named; it lands in whatever namespace is current when it is applied"
}

violation contains {"msg": msg, "details": {"pointer": "/metadata/namespace"}} if {
	meta.namespace(input.review.object) == "default"

	# The API server keeps this one there itself.
	meta.name(input.review.object) != "kubernetes"
	msg := "it is in the namespace default"
}

# METADATA
# title: Pods meet the restricted Pod Security Standard
# description: >-
#   Every pod template is what Pod Security Admission of Kubernetes 1.37 admits at the level restricted.
#   Ephemeral and init containers count like ordinary ones.
# custom:
#   severity: high
#   kinds:
#     - Pod
#     - ReplicationController
#     - apps/Deployment
#     - apps/StatefulSet
#     - apps/DaemonSet
#     - apps/ReplicaSet
#     - batch/Job
#     - batch/CronJob
#   controls:
#     - PSS restricted v1.37
#     - CIS Kubernetes 5.2.2 - 5.2.13
#     - NSA/CISA Kubernetes Hardening Guide, Pod security
#     - KSV-0001 KSV-0003 KSV-0008 - KSV-0010 KSV-0012 KSV-0017 KSV-0022 - KSV-0030 KSV-0103 - KSV-0106
#   remediation: >-
#     Run as a non-root user with seccomp RuntimeDefault, no privilege escalation, all capabilities dropped,
#     no host namespaces, ports or paths. Give a pod that truly needs more a namespace of its own and a
#     waiver.
package security["pod-security-restricted"]

import data.lib.pod_security

default level := "restricted"

level := input.parameters.level if input.parameters.level in {"baseline", "restricted"}

violation contains {"msg": fault.message, "details": {"pointer": fault.pointer, "check": fault.check}} if {
	some fault in pod_security.faults(input.review.object, level)
}

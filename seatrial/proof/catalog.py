"""The checks that a real control plane answers."""

from __future__ import annotations

from seatrial.checks.base import CheckInfo
from seatrial.model.verdict import Severity

GROUP = "server"

DRY_RUN = CheckInfo(
    id="server/dry-run",
    title="The API server accepts the object",
    severity=Severity.HIGH,
    description=(
        "The object passes a server-side dry run of its creation: decoding with strict field validation, defaulting, "
        "validation and admission of the real kube-apiserver, with everything in place that is applied before it."
    ),
    remediation="change the field that the server names",
    group=GROUP,
)
WARNINGS = CheckInfo(
    id="server/warnings",
    title="The API server warns of nothing",
    severity=Severity.MEDIUM,
    description=(
        "Neither the dry run nor the apply is answered with a warning: no deprecated version or field, no pod template "
        "that violates the Pod Security level of which the namespace warns."
    ),
    remediation="follow the server's warning",
    group=GROUP,
)
APPLIED = CheckInfo(
    id="server/applied",
    title="The object can be applied",
    severity=Severity.HIGH,
    description="The object is applied for real, by server-side apply in dependency order, and the server takes it.",
    remediation="change what the server names",
    group=GROUP,
)
ADMITTED = CheckInfo(
    id="server/admitted",
    title="The workload's pods are admitted",
    severity=Severity.HIGH,
    description=(
        "The controller of the workload can create every one of its pods: Pod Security admission, ResourceQuota, "
        "LimitRange, ServiceAccount and PriorityClass admission let them in. A CronJob is run once."
    ),
    remediation="change the pod template, or what the namespace allows, as the server's message says",
    group=GROUP,
    kinds=("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job", "CronJob", "Pod"),
)
AT_MINIMUM = CheckInfo(
    id="server/ready-at-minimum",
    title="Every pod is placed at minimum replicas",
    severity=Severity.HIGH,
    description=(
        "On the declared node pools, with every autoscaler at its minimum, the real scheduler places every pod of the "
        "workload, its volume claims are bound, and every pod becomes Ready. The kubelets are simulated: containers "
        "do not run, and probes count as passed."
    ),
    remediation="give the node pools room for the pods, or change where the pods may be placed",
    group=GROUP,
    kinds=ADMITTED.kinds,
)
AT_MAXIMUM = CheckInfo(
    id="server/ready-at-maximum",
    title="Every pod is placed at maximum replicas",
    severity=Severity.HIGH,
    description=(
        "The minimum of every HorizontalPodAutoscaler is raised to its maximum, so that the real autoscaler scales its "
        "target: quotas admit every pod, the scheduler places it on the declared node pools, and it becomes Ready."
    ),
    remediation="give the node pools or the quota room for the maximum, or lower the maximum",
    group=GROUP,
    kinds=ADMITTED.kinds,
)
QUOTA = CheckInfo(
    id="server/quota",
    title="The quota rejects no pod at maximum replicas",
    severity=Severity.HIGH,
    description=(
        "While every autoscaler is at its maximum, the quota that the control plane enforces rejects no pod; the "
        "evidence holds what it counts as used."
    ),
    remediation="raise the quota, or lower a maximum or the resources of a workload",
    group=GROUP,
    kinds=("ResourceQuota",),
)
ROLLOUT = CheckInfo(
    id="server/rollout",
    title="Everything can roll out at once at maximum replicas",
    severity=Severity.HIGH,
    description=(
        "With every autoscaler at its maximum, the pods of all Deployments, StatefulSets and DaemonSets are replaced "
        "at the same time by their real controllers, and all become Ready again: neither quota nor node pools nor "
        "placement rules bring a release to a stop on a busy day."
    ),
    remediation="leave room for the surge in quota and node pools, or allow unavailable pods during a rollout",
    group=GROUP,
    kinds=("Deployment", "StatefulSet", "DaemonSet"),
)
CATALOG = (DRY_RUN, WARNINGS, APPLIED, ADMITTED, AT_MINIMUM, AT_MAXIMUM, QUOTA, ROLLOUT)

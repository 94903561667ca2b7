"""What manifests of others refer to and rightly do not hold: found in Argo CD, KEDA, metrics-server and Kubernetes."""

from __future__ import annotations

import pytest

from seatrial.checks import references
from seatrial.model.verdict import Severity, Verdict
from tests.inventories import context, failures


def problems(text: str, check: str) -> list[Verdict]:
    return failures(list(references.run(context(text))), f"references/{check}")


BINDING = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reader, namespace: kube-system}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: %s}
subjects: [{kind: ServiceAccount, name: %s, namespace: kube-system}]
"""


@pytest.mark.parametrize(
    "role,account,failing",
    [
        ("extension-apiserver-authentication-reader", "horizontal-pod-autoscaler", 0),
        ("system::leader-locking-kube-scheduler", "default", 0),
        ("extension-apiserver-authentication-writer", "horizontal-pod-autoscaler", 1),
        ("extension-apiserver-authentication-reader", "vertical-pod-autoscaler", 1),
    ],
)
def test_roles_and_accounts_that_every_cluster_has_need_not_be_in_the_manifests(role, account, failing):
    assert len(problems(BINDING % (role, account), "role-binding")) == failing


def test_those_of_the_cluster_exist_in_their_namespace_only():
    elsewhere = BINDING.replace("kube-system", "shop") % ("extension-apiserver-authentication-reader", "default")

    assert [item.pointer for item in problems(elsewhere, "role-binding")] == ["/roleRef/name"]


ARGO = """\
apiVersion: v1
kind: ServiceAccount
metadata: {name: argocd-server}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: argocd-server}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: admin}
subjects: [{kind: ServiceAccount, name: %s, namespace: argocd}]
"""


def test_an_account_without_namespace_may_be_applied_to_the_one_that_a_binding_names():
    assert problems(ARGO % "argocd-server", "role-binding") == []
    assert len(problems(ARGO % "argocd-servant", "role-binding")) == 1


REDIS = """\
apiVersion: v1
kind: Service
metadata: {name: announce-0, namespace: shop}
spec:
  ports: [{port: 6379}]
  selector: {statefulset.kubernetes.io/pod-name: %s, app: redis}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: redis-server, namespace: shop}
spec:
  selector: {matchLabels: {app: redis}}
  template:
    metadata: {labels: {app: redis}}
    spec: {containers: [{name: redis, image: redis:8.0.0}]}
"""


@pytest.mark.parametrize("pod,failing", [("redis-server-0", 0), ("redis-server", 1), ("redis-0", 1)])
def test_a_service_of_one_pod_selects_it_by_the_name_that_the_controller_gives(pod, failing):
    assert len(problems(REDIS % pod, "service-selector")) == failing


IN_DEFAULT = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {mode: fast}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: default, labels: {app: web}}
spec:
  containers:
    - name: web
      image: web:1.0.0
      env: [{name: MODE, valueFrom: {configMapKeyRef: {name: settings, key: mode}}}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {ports: [{port: 80}], selector: {app: web}}
"""


def test_objects_without_namespace_meet_those_of_the_default_one():
    assert failures(list(references.run(context(IN_DEFAULT)))) == []
    assert (
        len(failures(list(references.run(context(IN_DEFAULT.replace("namespace: default", "namespace: shop")))))) == 2
    )


PORTS = """\
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {ports: [{port: 80, targetPort: %s}], selector: {app: web}}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: web, image: web:1.0.0, ports: [{name: http, containerPort: 8080}]}]}
"""


@pytest.mark.parametrize("port,severity", [("9666", Severity.MEDIUM), ("metrics", Severity.HIGH)])
def test_a_number_that_no_container_declares_is_a_doubt_and_an_unknown_name_a_dead_service(port, severity):
    (problem,) = problems(PORTS % port, "service-target-port")

    assert problem.severity is severity
    assert problem.position is not None
    assert problem.position.line == 4

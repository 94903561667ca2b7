"""Everything that one object names exists, with the part that it names; each dangling reference fails at its place."""

# ruff: noqa: E501 -- a table of defects reads best with one row on one line
from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.checks import references
from seatrial.model.inventory import Inventory
from seatrial.model.verdict import Status, Verdict
from tests.inventories import arbitrary, at, context, damaged, failures

GOOD = textwrap.dedent("""\
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web, namespace: shop}
    spec:
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web, tier: front}}
        spec:
          serviceAccountName: web-account
          priorityClassName: urgent
          imagePullSecrets: [{name: pull}]
          containers:
            - name: web
              image: example/web:1
              ports: [{name: http, containerPort: 8080}]
              env:
                - name: PASSWORD
                  valueFrom: {secretKeyRef: {name: db, key: password}}
                - name: MODE
                  valueFrom: {configMapKeyRef: {name: settings, key: mode}}
                - name: MAYBE
                  valueFrom: {secretKeyRef: {name: nowhere, key: nothing, optional: true}}
              envFrom: [{configMapRef: {name: settings}}]
              volumeMounts:
                - {name: files, mountPath: /etc/web}
                - {name: data, mountPath: /data}
                - {name: one, mountPath: /etc/one.conf, subPath: one.conf}
          volumes:
            - name: files
              projected:
                sources:
                  - secret: {name: tls, items: [{key: tls.crt, path: crt}]}
                  - configMap: {name: kube-root-ca.crt}
            - name: one
              configMap: {name: confs}
            - name: data
              persistentVolumeClaim: {claimName: web-data}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: web-service, namespace: shop}
    spec:
      selector: {app: web}
      ports:
        - {name: www, port: 80, targetPort: http}
        - {name: raw, port: 8080}
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata:
      name: web
      namespace: shop
      annotations: {cert-manager.io/cluster-issuer: letsencrypt}
    spec:
      ingressClassName: nginx
      tls: [{hosts: [web.example.com], secretName: tls}]
      rules:
        - host: web.example.com
          http:
            paths:
              - {path: /, pathType: Prefix, backend: {service: {name: web-service, port: {name: www}}}}
              - {path: /raw, pathType: Prefix, backend: {service: {name: web-service, port: {number: 8080}}}}
    ---
    apiVersion: networking.k8s.io/v1
    kind: IngressClass
    metadata: {name: nginx}
    spec: {controller: example.org/nginx}
    ---
    apiVersion: autoscaling/v2
    kind: HorizontalPodAutoscaler
    metadata: {name: web-hpa, namespace: shop}
    spec:
      scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
      maxReplicas: 3
      metrics:
        - type: ContainerResource
          containerResource: {name: cpu, container: web, target: {type: Utilization, averageUtilization: 70}}
    ---
    apiVersion: autoscaling.k8s.io/v1
    kind: VerticalPodAutoscaler
    metadata: {name: web-vpa, namespace: shop}
    spec:
      targetRef: {apiVersion: "apps/v1", kind: Deployment, name: web}
      resourcePolicy: {containerPolicies: [{containerName: web}, {containerName: "*"}]}
    ---
    apiVersion: policy/v1
    kind: PodDisruptionBudget
    metadata: {name: web-pdb, namespace: shop}
    spec:
      minAvailable: 1
      selector: {matchExpressions: [{key: tier, operator: In, values: [front]}]}
    ---
    apiVersion: v1
    kind: ServiceAccount
    metadata: {name: web-account, namespace: shop}
    ---
    apiVersion: v1
    kind: Secret
    metadata: {name: pull, namespace: shop}
    ---
    apiVersion: external-secrets.io/v1
    kind: ExternalSecret
    metadata: {name: db-from-vault, namespace: shop}
    spec:
      target: {name: db}
      data: [{secretKey: password, remoteRef: {key: shop/db}}]
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: settings, namespace: shop}
    data: {mode: fast}
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: confs, namespace: shop}
    data: {one.conf: "x"}
    ---
    apiVersion: v1
    kind: PersistentVolumeClaim
    metadata: {name: web-data, namespace: shop}
    spec:
      storageClassName: fast
      accessModes: [ReadWriteOnce]
      resources: {requests: {storage: 1Gi}}
    ---
    apiVersion: storage.k8s.io/v1
    kind: StorageClass
    metadata: {name: fast}
    provisioner: example.org/disk
    ---
    apiVersion: scheduling.k8s.io/v1
    kind: PriorityClass
    metadata: {name: urgent}
    value: 1000
    ---
    apiVersion: apps/v1
    kind: StatefulSet
    metadata: {name: db, namespace: shop}
    spec:
      serviceName: db-headless
      selector: {matchLabels: {app: db}}
      template:
        metadata: {labels: {app: db}}
        spec:
          containers:
            - name: postgres
              image: postgres:16
              ports: [{name: postgres, containerPort: 5432}]
              volumeMounts: [{name: database, mountPath: /var/lib/postgresql}]
      volumeClaimTemplates:
        - metadata: {name: database}
          spec: {storageClassName: "fast", accessModes: [ReadWriteOnce], resources: {requests: {storage: 9Gi}}}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: db-headless, namespace: shop}
    spec:
      clusterIP: None
      selector: {app: db}
      ports: [{port: 5432, targetPort: postgres}]
    ---
    apiVersion: rbac.authorization.k8s.io/v1
    kind: Role
    metadata: {name: reader, namespace: shop}
    rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
    ---
    apiVersion: rbac.authorization.k8s.io/v1
    kind: RoleBinding
    metadata: {name: reading, namespace: shop}
    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
    subjects: [{kind: ServiceAccount, name: web-account, namespace: shop}, {kind: User, name: ann}]
    ---
    apiVersion: rbac.authorization.k8s.io/v1
    kind: ClusterRoleBinding
    metadata: {name: viewing}
    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
    subjects: [{kind: ServiceAccount, name: default, namespace: elsewhere}]
    """)
POD = "/spec/template/spec"
WEB = f"{POD}/containers/0"


def judge(text: str) -> list[Verdict]:
    return list(references.run(context(text)))


def changed(old: str, new: str) -> str:
    assert GOOD.count(old) == 1, f"{old!r} is not unique"
    return GOOD.replace(old, new)


def test_a_set_whose_references_resolve_passes_every_check() -> None:
    verdicts = judge(GOOD)

    assert [item for item in verdicts if item.status is Status.FAIL] == []
    passed = {item.check for item in verdicts if item.status is Status.PASS}
    assert passed == {info.id for info in references.catalog(context(GOOD))} - {"references/component"}


@pytest.mark.parametrize(
    "check, old, new, pointer, words",
    [
        ("service-selector", "selector: {app: web}\n", "selector: {app: web, tier: back}\n", "/spec/selector",
         "nearest is Deployment web, where tier is front"),
        ("service-target-port", "targetPort: http}", "targetPort: htpp}", "/spec/ports/0/targetPort", "did you mean http"),
        ("service-target-port", "port: 8080}\n---", "port: 8081}\n---", "/spec/ports/1/port", "declares TCP 8080"),
        ("service-target-port", "targetPort: http}", "targetPort: http, protocol: UDP}", "/spec/ports/0/targetPort",
         "no container of Deployment web has a UDP port named 'http'"),
        ("ingress-backend", "{service: {name: web-service, port: {name: www}}}", "{service: {name: wev-service, port: {name: www}}}",
         "/spec/rules/0/http/paths/0/backend/service/name", "did you mean web-service"),
        ("ingress-backend", "port: {name: www}", "port: {name: ww}",
         "/spec/rules/0/http/paths/0/backend/service/port/name", "did you mean www"),
        ("ingress-backend", "port: {number: 8080}", "port: {number: 3000}",
         "/spec/rules/0/http/paths/1/backend/service/port/number", "it has 80, 8080"),
        ("ingress-backend", "ingressClassName: nginx", "ingressClassName: traefik", "/spec/ingressClassName", "traefik"),
        ("secret-key", "secretKeyRef: {name: db, key: password}", "secretKeyRef: {name: db, key: pasword}",
         f"{WEB}/env/0/valueFrom/secretKeyRef/key", "did you mean password"),
        ("secret-key", "secretKeyRef: {name: db, key: password}", "secretKeyRef: {name: database, key: password}",
         f"{WEB}/env/0/valueFrom/secretKeyRef/name", "no Secret shop/database"),
        ("secret-key", "imagePullSecrets: [{name: pull}]", "imagePullSecrets: [{name: pulls}]",
         f"{POD}/imagePullSecrets/0/name", "did you mean pull"),
        ("secret-key", "items: [{key: tls.crt", "items: [{key: tls.cert",
         f"{POD}/volumes/0/projected/sources/0/secret/items/0/key", "from Ingress web"),
        ("secret-key", "annotations: {cert-manager.io/cluster-issuer: letsencrypt}", "annotations: {}",
         f"{POD}/volumes/0/projected/sources/0/secret/name", "no Secret shop/tls"),
        ("secret-key", "  annotations: {cert-manager.io/cluster-issuer: letsencrypt}\n", "", "/spec/tls/0/secretName",
         "no Secret shop/tls"),
        ("config-map-key", "configMapKeyRef: {name: settings, key: mode}", "configMapKeyRef: {name: settings, key: node}",
         f"{WEB}/env/1/valueFrom/configMapKeyRef/key", "did you mean mode"),
        ("config-map-key", "configMapRef: {name: settings}", "configMapRef: {name: setting}",
         f"{WEB}/envFrom/0/configMapRef/name", "no ConfigMap shop/setting"),
        ("config-map-key", "subPath: one.conf", "subPath: two.conf", f"{WEB}/volumeMounts/2/subPath", "'two.conf'"),
        ("config-map-key", "configMap: {name: confs}", "configMap: {name: conf}", f"{POD}/volumes/1/configMap/name",
         "no ConfigMap shop/conf"),
        ("hpa-target", "scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}",
         "scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: webs}", "/spec/scaleTargetRef/name",
         "did you mean web"),
        ("hpa-target", "scaleTargetRef: {apiVersion: apps/v1,", "scaleTargetRef: {apiVersion: apps/v1beta1,",
         "/spec/scaleTargetRef/apiVersion", "is apps/v1"),
        ("hpa-target", "scaleTargetRef: {apiVersion: apps/v1, kind: Deployment", "scaleTargetRef: {apiVersion: apps/v1, kind: DaemonSet",
         "/spec/scaleTargetRef/kind", "cannot be scaled"),
        ("hpa-target", "container: web,", "container: wed,",
         "/spec/metrics/0/containerResource/container", "no container 'wed'"),
        ("vpa-target", 'targetRef: {apiVersion: "apps/v1", kind: Deployment, name: web}',
         'targetRef: {apiVersion: "apps/v1", kind: StatefulSet, name: web}', "/spec/targetRef/name", "no StatefulSet"),
        ("vpa-target", "{containerName: web}", "{containerName: wed}",
         "/spec/resourcePolicy/containerPolicies/0/containerName", "no container 'wed'"),
        ("pdb-target", "values: [front]", "values: [back]", "/spec/selector", "selects no workload"),
        ("stateful-set-service", "serviceName: db-headless", "serviceName: db", "/spec/serviceName", "no Service shop/db"),
        ("stateful-set-service", "clusterIP: None", "clusterIP: ''", "/spec/serviceName", "not headless"),
        ("stateful-set-service", "  clusterIP: None\n  selector: {app: db}", "  clusterIP: None\n  selector: {app: web}",
         "/spec/serviceName", "does not select"),
        ("service-account", "serviceAccountName: web-account", "serviceAccountName: web-acount", f"{POD}/serviceAccountName",
         "did you mean web-account"),
        ("storage-class", "storageClassName: fast\n", "storageClassName: faster\n", "/spec/storageClassName",
         "did you mean fast"),
        ("storage-class", 'storageClassName: "fast"', "storageClassName: slow",
         "/spec/volumeClaimTemplates/0/spec/storageClassName", "no StorageClass slow"),
        ("volume-claim", "claimName: web-data", "claimName: data", f"{POD}/volumes/2/persistentVolumeClaim/claimName",
         "no PersistentVolumeClaim shop/data"),
        ("volume-claim", "{name: database, mountPath", "{name: databse, mountPath", f"{WEB}/volumeMounts/0/name",
         "did you mean database"),
        ("workload-selector", "selector: {matchLabels: {app: web}}", "selector: {matchLabels: {app: wed}}",
         "/spec/selector/matchLabels/app", "app is web in the template"),
        ("role-binding", "kind: Role, name: reader}", "kind: Role, name: writer}", "/roleRef/name", "no Role shop/writer"),
        ("role-binding", "kind: ClusterRole, name: view}", "kind: ClusterRole, name: viewer}", "/roleRef/name",
         "no ClusterRole viewer"),
        ("role-binding", "{kind: ServiceAccount, name: web-account, namespace: shop}",
         "{kind: ServiceAccount, name: web-account, namespace: stop}", "/subjects/0/name", "stop/web-account"),
        ("priority-class", "priorityClassName: urgent", "priorityClassName: urgnet", f"{POD}/priorityClassName",
         "did you mean urgent"),
    ],
)  # fmt: skip
def test_a_dangling_reference_fails_at_its_place(check: str, old: str, new: str, pointer: str, words: str) -> None:
    text = changed(old, new)

    found = {item.pointer: item for item in failures(judge(text), f"references/{check}")}

    assert pointer in found, f"nothing at {pointer}, but {[(key, item.message) for key, item in found.items()]}"
    assert words in found[pointer].message
    assert found[pointer].position != at(GOOD, "apiVersion: apps/v1\nkind: Deployment")


def test_an_account_without_namespace_is_that_of_the_role_binding() -> None:
    text = changed(
        "{kind: ServiceAccount, name: web-account, namespace: shop}", "{kind: ServiceAccount, name: web-account}"
    )

    assert failures(judge(text), "references/role-binding") == []


def test_the_position_is_that_of_the_name_that_dangles() -> None:
    text = changed("configMapRef: {name: settings}", "configMapRef: {name: absent}")

    [verdict] = failures(judge(text), "references/config-map-key")

    assert verdict.position == at(text, "absent")


@pytest.mark.parametrize(
    "spec, key, resolves",
    [
        ("{target: {name: s}, data: [{secretKey: a}]}", "a", True),
        ("{target: {name: s}, data: [{secretKey: a}]}", "b", False),
        ("{target: {name: s}, dataFrom: [{extract: {key: x}}]}", "anything", True),
        ("{target: {name: s, template: {data: {url: x}}}, data: [{secretKey: a}]}", "url", True),
        ("{target: {name: s, template: {data: {url: x}}}, data: [{secretKey: a}]}", "a", False),
        ("{target: {name: s, template: {data: {url: x}, mergePolicy: Merge}}, data: [{secretKey: a}]}", "a", True),
        ("{data: [{secretKey: a}]}", "a", False),
    ],
)
def test_an_external_secret_makes_the_keys_that_it_declares(spec: str, key: str, resolves: bool) -> None:
    text = (
        f"{{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {{name: e}}, spec: {spec}}}\n---\n"
        f"{{apiVersion: v1, kind: Pod, metadata: {{name: p}}, spec: {{containers: [{{name: c, env: "
        f"[{{name: V, valueFrom: {{secretKeyRef: {{name: s, key: {key}}}}}}}]}}]}}}}\n"
    )

    assert (failures(judge(text), "references/secret-key") == []) is resolves


def test_names_do_not_resolve_across_namespaces() -> None:
    text = changed(
        "kind: ConfigMap\nmetadata: {name: confs, namespace: shop}", "kind: ConfigMap\nmetadata: {name: confs}"
    )

    assert failures(judge(text), "references/config-map-key") != []


def test_without_anything_to_judge_every_check_says_so() -> None:
    verdicts = judge("apiVersion: v1\nkind: Namespace\nmetadata: {name: n}\n")

    assert {item.status for item in verdicts} == {Status.SKIPPED}
    assert [item.check for item in verdicts] == [info.id for info in references.catalog(context(""))]


@given(st.one_of(damaged(GOOD), arbitrary()))
def test_arbitrary_documents_get_verdicts_and_never_an_exception(found: Inventory) -> None:
    checks = {item.check for item in references.run(context(found))}

    assert checks == {info.id for info in references.catalog(context(found))}

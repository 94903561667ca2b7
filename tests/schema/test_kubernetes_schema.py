"""An object passes only if the API server of that Kubernetes version would take it; every error is told at once."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seatrial.checks import schema
from seatrial.engines import schema_rules
from seatrial.engines.schema import known_versions, kubernetes_schemas
from seatrial.model.errors import InputError
from seatrial.model.inventory import Inventory
from seatrial.model.verdict import Status, Verdict
from tests.inventories import arbitrary, at, context, damaged, failures

GOOD = textwrap.dedent("""\
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: web
      labels: {app: web}
    spec:
      replicas: 2
      selector:
        matchLabels: {app: web}
      strategy:
        type: RollingUpdate
        rollingUpdate: {maxSurge: 1, maxUnavailable: 0}
      template:
        metadata:
          labels: {app: web}
        spec:
          containers:
            - name: web
              image: example/web:1
              ports:
                - {name: http, containerPort: 8080}
              resources:
                requests: {cpu: 250m, memory: 64Mi}
                limits: {cpu: 1, memory: 128Mi}
              readinessProbe:
                httpGet: {path: /, port: http}
              volumeMounts:
                - {name: scratch, mountPath: /tmp}
          volumes:
            - name: scratch
              emptyDir: {}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec:
      selector: {app: web}
      ports:
        - {name: http, port: 80, targetPort: http}
    ---
    apiVersion: autoscaling/v2
    kind: HorizontalPodAutoscaler
    metadata: {name: web}
    spec:
      scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
      minReplicas: 2
      maxReplicas: 5
      metrics:
        - type: Resource
          resource:
            name: cpu
            target: {type: Utilization, averageUtilization: 70}
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: web}
    spec:
      rules:
        - host: web.example.com
          http:
            paths:
              - path: /
                pathType: Prefix
                backend: {service: {name: web, port: {name: http}}}
    ---
    apiVersion: policy/v1
    kind: PodDisruptionBudget
    metadata: {name: web}
    spec:
      minAvailable: 1
      selector: {matchLabels: {app: web}}
    ---
    apiVersion: apiextensions.k8s.io/v1
    kind: CustomResourceDefinition
    metadata: {name: ships.example.org}
    spec:
      group: example.org
      names: {kind: Ship, plural: ships}
      scope: Namespaced
      versions:
        - name: v1
          served: true
          storage: true
          schema:
            openAPIV3Schema:
              type: object
              properties:
                spec:
                  type: object
                  required: [crew]
                  properties:
                    crew: {type: integer, minimum: 1}
                    draught: {x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}]}
                    cargo: {type: object, x-kubernetes-preserve-unknown-fields: true}
    ---
    apiVersion: example.org/v1
    kind: Ship
    metadata: {name: beagle}
    spec: {crew: 74, draught: 4m, cargo: {finches: 13}}
    """)


def judge(text: str) -> list[Verdict]:
    return list(schema.run(context(text)))


def changed(old: str, new: str) -> str:
    assert GOOD.count(old) == 1, f"{old!r} is not unique"
    return GOOD.replace(old, new)


def test_valid_objects_pass_one_verdict_each() -> None:
    verdicts = judge(GOOD)

    assert [item.status for item in verdicts] == [Status.PASS] * 7


@pytest.mark.parametrize(
    "old, new, pointer, words",
    [
        ("replicas: 2\n  selector", "replicsa: 2\n  selector", "/spec/replicsa", "did you mean 'replicas'"),
        ("replicas: 2\n  selector", "replicas: '2'\n  selector", "/spec/replicas", "needed: an integer"),
        ("replicas: 2\n  selector", "replicas: -2\n  selector", "/spec/replicas", "at least 0"),
        ("type: RollingUpdate", "type: rollingUpdate", "/spec/strategy/type", "one of RollingUpdate, Recreate"),
        ("maxSurge: 1, ", "maxSurge: 0, ", "/spec/strategy/rollingUpdate/maxUnavailable", "both 0"),
        ("maxSurge: 1, ", "maxSurge: [], ", "/spec/strategy/rollingUpdate/maxSurge", "an integer or a string"),
        ("cpu: 250m", "cpu: 250 m", "/spec/template/spec/containers/0/resources/requests/cpu", "a quantity"),
        ("cpu: 250m", "cpu: 2", "/spec/template/spec/containers/0/resources/requests/cpu", "exceeds the limit"),
        ("containerPort: 8080", "containerPort: 80800", "/spec/template/spec/containers/0/ports/0/containerPort",
         "at most 65535"),
        ("name: http, containerPort", "name: HTTP, containerPort", "/spec/template/spec/containers/0/ports/0/name",
         "a port name"),
        ("          image: example/web:1\n", "", "/spec/template/spec/containers/0", "has no image"),
        ("httpGet: {path: /, port: http}", "httpGet: {path: /, port: http}\n            exec: {command: [a]}",
         "/spec/template/spec/containers/0/readinessProbe", "exactly one of"),
        ("emptyDir: {}", "emptyDir: {}\n          secret: {secretName: x}", "/spec/template/spec/volumes/0",
         "exactly one source"),
        ("name: web\n  labels", "name: Web\n  labels", "/metadata/name", "a DNS name"),
        ("name: web\n  labels", "title: web\n  labels", "/metadata", "has no name"),
        ("labels: {app: web}\nspec", "labels: {app: -web}\nspec", "/metadata/labels/app", "a label value"),
        ("port: 80, ", "", "/spec/ports/0", "no field 'port'"),
        ("port: 80, ", "port: 80, appProtocl: http, ", "/spec/ports/0/appProtocl", "did you mean 'appProtocol'"),
        ("minReplicas: 2", "minReplicas: 9", "/spec/maxReplicas", "below minReplicas 9"),
        ("type: Utilization", "type: Utilisation", "/spec/metrics/0/resource/target/type", "one of Utilization"),
        ("- type: Resource", "- type: Pods", "/spec/metrics/0", "no field 'pods'"),
        ("pathType: Prefix", "pathType: prefix", "/spec/rules/0/http/paths/0/pathType", "one of Exact, Prefix"),
        ("host: web.example.com", "host: https://web.example.com", "/spec/rules/0/host", "a host name without scheme"),
        ("port: {name: http}", "port: {}", "/spec/rules/0/http/paths/0/backend/service/port", "either name or number"),
        ("minAvailable: 1", "minAvailable: 1\n  maxUnavailable: 1", "/spec/maxUnavailable", "one of them"),
        ("crew: 74", "crew: 0", "/spec/crew", "at least 1"),
        ("crew: 74", "crew: 74, crews: 1", "/spec/crews", "did you mean 'crew'"),
        ("draught: 4m", "draught: [4]", "/spec/draught", "an integer or a string"),
        ("crew: 74, ", "", "/spec", "no field 'crew'"),
        ("type: integer, minimum", "type: integre, minimum", "/spec/versions/0/schema/openAPIV3Schema",
         "no valid structural schema"),
    ],
)  # fmt: skip
def test_a_defect_fails_at_its_pointer_and_says_what_is_needed(old: str, new: str, pointer: str, words: str) -> None:
    found = {item.pointer: item.message for item in failures(judge(changed(old, new)))}

    assert words in found.get(pointer, f"nothing at {pointer}, but {found}")


def test_every_error_of_a_document_is_told_at_once_with_its_place() -> None:
    text = changed("replicas: 2\n  selector", "replicas: two\n  selectors").replace("cpu: 250m", "cpu: lots")

    found = [(item.pointer, item.position) for item in failures(judge(text))]

    assert sorted(found, key=str) == sorted(
        [
            ("/spec", at(text, "spec:\n  replicas: two")),
            ("/spec/replicas", at(text, "two\n")),
            ("/spec/selectors", at(text, "selectors:")),
            ("/spec/template/spec/containers/0/resources/requests/cpu", at(text, "lots")),
        ],
        key=str,
    )


@pytest.mark.parametrize(
    "api_version, kind, words",
    [
        ("policy/v1beta1", "PodDisruptionBudget", "policy/v1"),
        ("extensions/v1beta1", "Deployment", "apps/v1"),
        ("autoscaling/v2beta2", "HorizontalPodAutoscaler", "autoscaling/v2"),
        ("apps/v1", "Deploymnet", "did you mean 'Deployment'"),
        ("v1", "Deployment", "apps/v1"),
        ("policy/v1beta1", "PodSecurityPolicy", "pod-security.kubernetes.io/enforce"),
    ],
)
def test_a_kind_that_is_not_served_fails_with_its_replacement(api_version: str, kind: str, words: str) -> None:
    [verdict] = judge(f"apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: x}}\n")

    assert verdict.status is Status.FAIL
    assert words in verdict.message


def test_a_custom_kind_without_schema_is_skipped_with_that_reason() -> None:
    [verdict] = judge("apiVersion: example.org/v1\nkind: Ship\nmetadata: {name: x}\n")

    assert (verdict.status, verdict.message) == (Status.SKIPPED, "no schema for example.org/v1 Ship")


@pytest.mark.parametrize("text", ["kind: Pod\nmetadata: {name: x}", "apiVersion: 1\nkind: Pod\nmetadata: {name: x}"])
def test_an_object_without_api_version_fails(text: str) -> None:
    [verdict] = judge(text)

    assert verdict.status is Status.FAIL
    assert "apiVersion" in verdict.message


def test_no_value_of_a_secret_is_ever_shown() -> None:
    text = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {a: 'hunter2!', b: 4711}\nstringData: {c: true}\n"

    found = failures(judge(text))

    assert [item.pointer for item in found] == ["/data/a", "/data/b", "/stringData/c"]
    assert not any(word in item.message for item in found for word in ("hunter2", "4711", "true"))


def test_a_namespace_on_a_cluster_scoped_object_passes_since_the_server_clears_it() -> None:
    text = "apiVersion: v1\nkind: Namespace\nmetadata: {name: a, namespace: b}\n"

    assert failures(judge(text)) == []


@pytest.mark.parametrize("version, names_may_begin_with_digits", [("1.35", False), ("1.36", True), ("v1.37.2", True)])
def test_rules_follow_the_version(version: str, names_may_begin_with_digits: bool) -> None:
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "3d"}, "spec": {"clusterIP": "None"}}
    minor = kubernetes_schemas(version).version
    major_minor = (int(minor.split(".")[0]), int(minor.split(".")[1]))

    assert (list(schema_rules.check("Service", service, major_minor)) == []) is names_may_begin_with_digits


def test_an_unknown_version_is_an_input_error_that_lists_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"1\.99.*\n.*1\.25, 1\.26"):
        kubernetes_schemas("1.99")


@pytest.mark.parametrize("version", [known_versions()[0], known_versions()[-1]])
def test_every_kind_of_the_oldest_and_newest_version_has_a_schema_that_compiles(version: str) -> None:
    schemas = kubernetes_schemas(version)

    accepted = [gvk.kind for gvk in sorted(schemas.kinds) if not schemas.validate(gvk, {"sails": 3})]

    assert accepted == []


def test_without_objects_the_check_is_skipped() -> None:
    [verdict] = schema.run(context(Inventory(())))

    assert verdict.status is Status.SKIPPED


@settings(deadline=None)  # the first object of a kind has it compiled
@given(st.one_of(damaged(GOOD), arbitrary()))
def test_arbitrary_documents_get_verdicts_and_never_an_exception(found: Inventory) -> None:
    verdicts = list(schema.run(context(found)))

    assert len({item.subject for item in verdicts}) <= max(1, len(found.resources))
    assert len(verdicts) >= len(found.resources)


def test_what_schema_and_rules_both_find_is_told_once_with_what_is_needed() -> None:
    text = textwrap.dedent("""\
        apiVersion: rbac.authorization.k8s.io/v1
        kind: Role
        metadata: {name: r}
        rules: [{apiGroups: [''], resources: [pods]}]
        """)

    found = failures(list(schema.run(context(text))))

    assert [item.message for item in found] == ["rules[0] has no field 'verbs'; needed: a verb"]


def test_an_unknown_field_is_placed_at_its_key_and_a_wrong_value_at_the_value() -> None:
    text = textwrap.dedent("""\
        apiVersion: v1
        kind: Pod
        metadata: {name: p, lables: none}
        spec:
          contaners: [{name: c}]
          hostNetwork: maybe
        """)

    places = {item.pointer: str(item.position) for item in failures(list(schema.run(context(text))))}

    assert places["/metadata/lables"] == str(at(text, "lables"))
    assert places["/spec/contaners"] == str(at(text, "contaners"))
    assert places["/spec/hostNetwork"] == str(at(text, "maybe"))

"""Quotas, limit ranges and databases hold everything at its maximum, and fail by the first unit that is too much."""

# ruff: noqa: E501 -- a table of defects reads best with one row on one line
from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.checks import capacity
from seatrial.checks.capacity.clients import connection_string, connection_url
from seatrial.checks.capacity.environment import expand
from seatrial.checks.capacity.pod_resources import Defaults, containers, pod
from seatrial.checks.capacity.replicas import maximum
from seatrial.model.inventory import Inventory
from seatrial.model.verdict import Status, Verdict
from tests.inventories import arbitrary, at, context, damaged, failures, inventory

GOOD = textwrap.dedent("""\
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web, namespace: shop}
    spec:
      replicas: 2
      selector: {matchLabels: {app: web}}
      strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 25%, maxUnavailable: 0}}
      template:
        metadata: {labels: {app: web}}
        spec:
          initContainers:
            - name: migrate
              resources: {requests: {cpu: "1", memory: 100Mi}, limits: {cpu: "1", memory: 100Mi}}
            - name: proxy
              restartPolicy: Always
              resources: {requests: {cpu: 100m, memory: 50Mi}, limits: {cpu: 200m, memory: 50Mi}}
          containers:
            - name: web
              image: example/web:1
              resources: {requests: {cpu: 400m, memory: 250Mi}, limits: {cpu: "1", memory: 250Mi}}
              env:
                - {name: DB_HOST, value: db}
                - {name: POOL, value: "12"}
                - name: PASSWORD
                  valueFrom: {secretKeyRef: {name: s, key: k}}
                - name: CONNECTION
                  value: Host=$(DB_HOST);Database=shop;Password=$(PASSWORD);Maximum Pool Size=$(POOL)
    ---
    apiVersion: autoscaling/v2
    kind: HorizontalPodAutoscaler
    metadata: {name: web, namespace: shop}
    spec: {minReplicas: 2, maxReplicas: 5, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: db, namespace: shop}
    spec: {selector: {app: db}, ports: [{port: 5432}]}
    ---
    apiVersion: apps/v1
    kind: StatefulSet
    metadata: {name: db, namespace: shop}
    spec:
      replicas: 2
      selector: {matchLabels: {app: db}}
      template:
        metadata: {labels: {app: db}}
        spec:
          containers:
            - name: postgres
              image: docker.io/library/postgres:16@sha256:0123
              args: [postgres, --max_connections=94]
              resources: {requests: {cpu: 500m, memory: 1Gi}, limits: {memory: 1Gi}}
          volumes: [{name: conf, configMap: {name: conf}}]
      volumeClaimTemplates:
        - metadata: {name: data}
          spec: {storageClassName: fast, accessModes: [ReadWriteOnce], resources: {requests: {storage: 20Gi}}}
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: conf, namespace: shop}
    data:
      postgresql.conf: |
        max_connections = 20   # a flag wins
        reserved_connections = '7'
        superuser_reserved_connections = 3
    ---
    apiVersion: v1
    kind: ResourceQuota
    metadata: {name: quota, namespace: shop}
    spec:
      hard:
        pods: 9
        requests.cpu: 8
        memory: 4148Mi
        limits.cpu: 10600m
        requests.storage: 40Gi
        fast.storageclass.storage.k8s.io/requests.storage: 40Gi
        persistentvolumeclaims: 2
        services: 1
        configmaps: 1
        count/deployments.apps: 1
    ---
    apiVersion: v1
    kind: LimitRange
    metadata: {name: limits, namespace: shop}
    spec:
      limits:
        - type: Container
          default: {cpu: 1100m}
          max: {memory: 1Gi, cpu: 2}
          min: {cpu: 100m}
          maxLimitRequestRatio: {cpu: 3}
        - type: Pod
          max: {memory: 1Gi, cpu: 2}
        - type: PersistentVolumeClaim
          min: {storage: 1Gi}
          max: {storage: 20Gi}
    """)


def judge(text: str) -> list[Verdict]:
    return list(capacity.run(context(text)))


def changed(old: str, new: str) -> str:
    assert GOOD.count(old) == 1, f"{old!r} is not unique"
    return GOOD.replace(old, new)


def test_exactly_enough_passes() -> None:
    # web: 5 replicas + 2 surge (25 % of 5, rounded up); a pod needs the greater of the first init container (1 CPU) and
    # the sum of proxy and web (500m), 300Mi. db: 2 replicas of 500m and 1Gi, its CPU limit given by the LimitRange.
    # 7 x 1 + 2 x 500m = 8 CPU, 7 x 300Mi + 2 x 1Gi = 4148Mi, 7 x 1200m + 2 x 1100m = 10600m of limits.
    verdicts = judge(GOOD)

    assert [(item.check.partition("/")[2], item.status, item.message) for item in failures(verdicts)] == []
    assert [item.subject.kind for item in verdicts] == ["ResourceQuota", "LimitRange", "StatefulSet"]


@pytest.mark.parametrize(
    "old, new, pointer, words",
    [
        ("pods: 9", "pods: 8", "/spec/hard/pods", "need 9; most: Deployment web (5 + 2 surge) 7, StatefulSet db (2) 2"),
        ("requests.cpu: 8", "requests.cpu: 7999m", "/spec/hard/requests.cpu", "need 8;"),
        ("memory: 4148Mi", "memory: 4147Mi", "/spec/hard/memory", "need 4148Mi"),
        ("limits.cpu: 10600m", "limits.cpu: 10599m", "/spec/hard/limits.cpu", "need 10600m"),
        ("    requests.storage: 40Gi", "    requests.storage: 39Gi", "/spec/hard/requests.storage", "need 40Gi"),
        (
            "fast.storageclass.storage.k8s.io/requests.storage: 40Gi",
            "fast.storageclass.storage.k8s.io/requests.storage: 1Gi",
            "/spec/hard/fast.storageclass.storage.k8s.io~1requests.storage",
            "need 40Gi",
        ),
        ("persistentvolumeclaims: 2", "persistentvolumeclaims: 1", "/spec/hard/persistentvolumeclaims", "need 2"),
        ("services: 1", "services: 0", "/spec/hard/services", "need 1"),
        ("configmaps: 1", "configmaps: 0", "/spec/hard/configmaps", "need 1"),
        ("count/deployments.apps: 1", "count/deployments.apps: 0", "/spec/hard/count~1deployments.apps", "need 1"),
        ("maxReplicas: 5", "maxReplicas: 6", "/spec/hard/pods", "need 10; most: Deployment web (6 + 2 surge)"),
        ("maxSurge: 25%", "maxSurge: 3", "/spec/hard/pods", "need 10"),
        (
            "default: {cpu: 1100m}\n      max: {memory: 1Gi, cpu: 2}\n",
            "max: {memory: 1Gi}\n",
            "/spec/hard/limits.cpu",
            "container postgres of StatefulSet db",
        ),
    ],
)
def test_a_quota_fails_by_what_it_lacks(old: str, new: str, pointer: str, words: str) -> None:
    text = changed(old, new)

    found = {
        item.pointer: item
        for item in failures(judge(text), "capacity/quota-covers-maxima")
        if item.subject.kind == "ResourceQuota"
    }

    assert words in found[pointer].message
    assert found[pointer].position is not None


def test_the_position_is_that_of_the_number() -> None:
    text = changed("pods: 9", "pods: 8")

    [found] = failures(judge(text))

    assert found.position == at(text, "8\n    requests.cpu")


@pytest.mark.parametrize(
    "old, new, pointer, words",
    [
        (
            "max: {memory: 1Gi, cpu: 2}\n      min",
            "max: {memory: 1023Mi, cpu: 2}\n      min",
            "/spec/limits/0/max/memory",
            "container postgres of StatefulSet db has a memory limit of 1Gi",
        ),
        (
            "min: {cpu: 100m}",
            "min: {cpu: 101m}",
            "/spec/limits/0/min/cpu",
            "container proxy of Deployment web requests 100m",
        ),
        (
            "maxLimitRequestRatio: {cpu: 3}",
            "maxLimitRequestRatio: {cpu: 2}",
            "/spec/limits/0/maxLimitRequestRatio/cpu",
            "container web of Deployment web has cpu 1 for a request of 400m",
        ),
        (
            "- type: Pod\n      max: {memory: 1Gi, cpu: 2}",
            "- type: Pod\n      max: {memory: 1Gi, cpu: 1199m}",
            "/spec/limits/1/max/cpu",
            "a pod of Deployment web has a cpu limit of 1200m",
        ),
        ("min: {storage: 1Gi}", "min: {storage: 21Gi}", "/spec/limits/2/min/storage", "below the minimum 21Gi"),
        ("max: {storage: 20Gi}", "max: {storage: 19Gi}", "/spec/limits/2/max/storage", "above the maximum 19Gi"),
    ],
)
def test_a_limit_range_fails_by_what_it_rejects(old: str, new: str, pointer: str, words: str) -> None:
    found = [
        (item.pointer, item.message) for item in failures(judge(changed(old, new))) if item.subject.kind == "LimitRange"
    ]

    assert any(place == pointer and words in message for place, message in found), found


def test_a_quota_with_scopes_is_not_passed_silently() -> None:
    text = GOOD.replace("spec:\n  hard:", "spec:\n  scopes: [BestEffort]\n  hard:")

    [found] = failures(judge(text))

    assert "scopes" in found.message


@pytest.mark.parametrize(
    "old, new, words",
    [
        (
            '{name: POOL, value: "12"}',
            '{name: POOL, value: "13"}',
            "open 91 connections, but it accepts 84 (max_connections 94",
        ),
        ("--max_connections=94", "--max_connections=93", "accepts 83"),
        ("maxReplicas: 5", "maxReplicas: 6", "(6 + 2 surge) x 12 = 96"),
        ("maxSurge: 25%", "maxSurge: 60%", "(5 + 3 surge) x 12 = 96"),
        ("reserved_connections = '7'", "reserved_connections = '8'", "accepts 83"),
        (
            "args: [postgres, --max_connections=94]",
            "args: [postgres]",
            "accepts 10 (max_connections 20 from postgresql.conf of ConfigMap conf",
        ),
        (";Maximum Pool Size=$(POOL)", "", "x 100 = 700 (the default of Npgsql"),
        ("Maximum Pool Size=$(POOL)", "Max Pool Size=50", "x 50 = 350"),
        ("Host=$(DB_HOST);", "Host=db.shop.svc.cluster.local;Max Pool Size=50;", "x 50 = 350"),
    ],
)
def test_pools_beyond_the_database_fail(old: str, new: str, words: str) -> None:
    found = failures(judge(changed(old, new)), "capacity/connection-pool")

    assert [item.subject.name for item in found] == ["db"]
    assert words in found[0].message


def test_exactly_as_many_connections_as_there_are_pass() -> None:
    [passed] = [item for item in judge(GOOD) if item.check == "capacity/connection-pool"]

    assert passed.status is Status.PASS
    assert "at most 84 of 84 (max_connections 94 from a flag of the server, 10 reserved)" in passed.message


def test_clients_of_other_databases_do_not_count() -> None:
    text = GOOD.replace("{name: DB_HOST, value: db}", "{name: DB_HOST, value: other}")

    [passed] = [item for item in judge(text) if item.check == "capacity/connection-pool"]

    assert "no client with a pool is known" in passed.message


@pytest.mark.parametrize(
    "kind, spec, expected",
    [
        ("Deployment", "{replicas: 10}", (10, 3)),
        ("Deployment", "{}", (1, 1)),
        ("Deployment", "{replicas: 10, strategy: {type: Recreate}}", (10, 0)),
        ("Deployment", "{replicas: 10, strategy: {rollingUpdate: {maxSurge: 0}}}", (10, 0)),
        ("Deployment", "{replicas: 9, strategy: {rollingUpdate: {maxSurge: 10%}}}", (9, 1)),
        ("StatefulSet", "{replicas: 3}", (3, 0)),
        ("Job", "{parallelism: 4}", (4, 0)),
        ("CronJob", "{jobTemplate: {spec: {parallelism: 2}}}", (2, 0)),
        ("Pod", "{}", (1, 0)),
        ("DaemonSet", "{}", None),
    ],
)
def test_the_maximum_of_each_kind(kind: str, spec: str, expected: tuple[int, int] | None) -> None:
    found = inventory(f"{{apiVersion: v1, kind: {kind}, metadata: {{name: x}}, spec: {spec}}}")

    most = maximum(found, found.workloads()[0])

    assert (None if most is None else (most.replicas, most.surge)) == expected


@pytest.mark.parametrize(
    "spec, requests",
    [
        # k8s.io/component-helpers v0.37.2 resource/helpers_test.go, by its rules
        ("{containers: [{resources: {requests: {cpu: 1}}}, {resources: {requests: {cpu: 2}}}]}", {"cpu": "3"}),
        (
            "{initContainers: [{resources: {requests: {cpu: 5}}}], containers: [{resources: {requests: {cpu: 1}}}]}",
            {"cpu": "5"},
        ),
        (
            "{initContainers: [{restartPolicy: Always, resources: {requests: {cpu: 2}}}], containers: [{resources: {requests: {cpu: 1}}}]}",
            {"cpu": "3"},
        ),
        (
            "{initContainers: [{restartPolicy: Always, resources: {requests: {cpu: 2}}}, {resources: {requests: {cpu: 3}}}], containers: [{resources: {requests: {cpu: 1}}}]}",
            {"cpu": "5"},
        ),
        ("{containers: [{resources: {limits: {cpu: 2}}}]}", {"cpu": "2"}),
        ("{overhead: {cpu: 1}, containers: [{resources: {requests: {cpu: 2}}}]}", {"cpu": "3"}),
        ("{resources: {requests: {cpu: 4}}, containers: [{resources: {requests: {cpu: 2}}}]}", {"cpu": "4"}),
        ("{resources: {limits: {memory: 1Gi}}, containers: [{}]}", {"memory": "1Gi"}),
        ("{containers: [{resources: {requests: {cpu: many}}}]}", {}),
    ],
)
def test_what_a_pod_requests(spec: str, requests: dict[str, str]) -> None:
    [workload] = inventory(f"{{apiVersion: v1, kind: Pod, metadata: {{name: x}}, spec: {spec}}}").workloads()

    whole = pod(workload, containers(workload, Defaults({}, {})))

    assert {name: str(amount) for name, amount in whole.requests.items()} == requests


@pytest.mark.parametrize(
    "text, expected",
    [
        ("$(A)/$(B)", "1/$(B)"),
        ("$$(A)", "$(A)"),
        ("$(A", "$(A"),
        ("$A", "$A"),
        ("$()", "$()"),
    ],
)
def test_variables_expand_as_in_kubernetes(text: str, expected: str) -> None:
    assert expand(text, {"A": "1"}) == expected


def test_databases_are_read_from_strings_and_urls() -> None:
    assert connection_string("Server=db;Initial Catalog=x;Max Pool Size=3") == {
        "server": "db",
        "initialcatalog": "x",
        "maxpoolsize": "3",
    }
    assert connection_string("redis:6379,password=x;abort=1") == {}
    assert connection_url("postgres://u:p@db:5432/x?pool_max_conns=7") == {"host": "db", "pool_max_conns": "7"}
    assert connection_url("jdbc:postgresql://db/x") == {"host": "db"}
    assert connection_url("https://db/x") == {}
    assert connection_url("postgres://[bad/x") == {}


def test_nothing_of_a_connection_string_is_shown() -> None:
    text = GOOD.replace("Password=$(PASSWORD)", "Password=hunter2")

    assert not any("hunter2" in item.message or "hunter2" in str(dict(item.evidence)) for item in judge(text))


def test_without_anything_to_judge_both_checks_say_so() -> None:
    assert [item.status for item in judge("{apiVersion: v1, kind: Namespace, metadata: {name: n}}")] == [
        Status.SKIPPED,
        Status.SKIPPED,
    ]


@given(st.one_of(damaged(GOOD), arbitrary()))
def test_arbitrary_documents_get_verdicts_and_never_an_exception(found: Inventory) -> None:
    assert {item.check for item in capacity.run(context(found))} == {
        "capacity/quota-covers-maxima",
        "capacity/connection-pool",
    }

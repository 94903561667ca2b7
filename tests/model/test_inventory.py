import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.model.dig import as_int, dig
from seatrial.model.document import Resource
from seatrial.model.inventory import Inventory
from seatrial.model.objects import unpack
from seatrial.model.pointer import join, resolve, split
from seatrial.model.selector import matches
from seatrial.model.yaml_source import parse_documents

TEXT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template:
    metadata: {labels: {app: web, tier: front}}
    spec: {containers: [{name: main}], initContainers: [{name: setup}]}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: night, namespace: shop}
spec: {jobTemplate: {spec: {template: {metadata: {labels: {app: night}}, spec: {containers: [{name: job}]}}}}}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: other, labels: {app: web}, ownerReferences: [{kind: ReplicaSet, name: web-1}]}
spec: {containers: [{name: main}]}
---
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: web-1, namespace: other}
---
apiVersion: v1
kind: Namespace
metadata: {name: shop}
"""


@pytest.fixture(scope="module")
def inventory():
    found = unpack(parse_documents(TEXT, "f.yaml"))
    return Inventory(tuple(resource for resource in found if isinstance(resource, Resource)))


def test_objects_are_found_by_kind_namespace_and_name(inventory):
    assert str(inventory.get("Deployment", "shop", "web")) == "shop/web[Deployment]"
    assert inventory.get("Deployment", "other", "web") is None
    assert str(inventory.get("Namespace", "", "shop")) == "shop[Namespace]"
    assert [str(r) for r in inventory.in_namespace("other", "Pod")] == ["other/web[Pod]"]


def test_workloads_are_alike_whatever_their_kind(inventory):
    containers = {str(w): [(c.name, c.pointer, c.init) for c in w.containers()] for w in inventory.workloads()}

    assert containers == {
        "other/web[Pod]": [("main", "/spec/containers/0", False)],
        "shop/web[Deployment]": [
            ("setup", "/spec/template/spec/initContainers/0", True),
            ("main", "/spec/template/spec/containers/0", False),
        ],
        "other/web-1[ReplicaSet]": [],
        "shop/night[CronJob]": [("job", "/spec/jobTemplate/spec/template/spec/containers/0", False)],
    }


@pytest.mark.parametrize(
    "selector,found",
    [
        ({"app": "web"}, ["shop/web[Deployment]"]),
        ({"app": "web", "tier": "back"}, []),
        ({}, []),
        ({"matchLabels": {}}, ["shop/web[Deployment]", "shop/night[CronJob]"]),
        ({"matchExpressions": [{"key": "app", "operator": "In", "values": ["night"]}]}, ["shop/night[CronJob]"]),
    ],
)
def test_pods_are_selected_by_their_labels_within_the_namespace(inventory, selector, found):
    assert [str(workload) for workload in inventory.select("shop", selector)] == found


def test_objects_are_found_by_their_owner(inventory):
    owner = inventory.get("ReplicaSet", "other", "web-1")

    assert [str(resource) for resource in inventory.owned_by(owner)] == ["other/web[Pod]"]


LABELS = {"app": "web", "tier": "front"}


@pytest.mark.parametrize(
    "selector,expected",
    [
        ({}, True),
        (None, False),
        ("app=web", False),
        ({"matchLabels": {"app": "web"}}, True),
        ({"matchLabels": {"app": "api"}}, False),
        ({"matchExpressions": [{"key": "app", "operator": "In", "values": ["web", "api"]}]}, True),
        ({"matchExpressions": [{"key": "zone", "operator": "In", "values": ["a"]}]}, False),
        ({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["web"]}]}, False),
        ({"matchExpressions": [{"key": "zone", "operator": "NotIn", "values": ["a"]}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "Exists"}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "DoesNotExist"}]}, False),
        ({"matchExpressions": [{"key": "app", "operator": "Equals", "values": ["web"]}]}, False),
        ({"matchLabels": {"app": "web"}, "matchExpressions": [{"key": "tier", "operator": "DoesNotExist"}]}, False),
    ],
)
def test_label_selectors_match_as_in_the_api_server(selector, expected):
    assert matches(selector, LABELS) is expected


@given(st.lists(st.text()))
def test_pointers_are_split_into_what_they_were_joined_of(parts):
    assert split(join(*parts)) == tuple(parts)


def test_a_pointer_resolves_through_mappings_and_lists():
    assert resolve({"a/b": [{"~": 1}]}, "/a~1b/0/~0") == 1
    with pytest.raises(KeyError):
        resolve({"a": [1]}, "/a/1")


def test_digging_survives_wrong_types_everywhere():
    assert dig({"a": [{"b": 1}]}, "a", 0, "b") == 1
    assert dig({"a": "text"}, "a", 0, "b", default="none") == "none"
    assert dig(None, "a") is None
    assert as_int(True) is None

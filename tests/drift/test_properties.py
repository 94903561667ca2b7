"""For any Deployment: what was just applied has not drifted, and one change is found as exactly this one."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import hypothesis.strategies as st
from hypothesis import given, settings

from seatrial.engines.drift import Change
from seatrial.engines.drift.owners import shown
from seatrial.model import pointer as pointers
from tests.drift.live import applied, deployment, differences, entry, key

NAME = st.text("abcdefgh", min_size=1, max_size=6)
TEXT = st.text("abc XYZ:/.-{}\"'é", min_size=1, max_size=12)
SPELLINGS = st.sampled_from([("100m", "100m"), ("0.5", "500m"), ("1024Mi", "1Gi"), ("2000m", "2"), (3, "3")])


def named(items: st.SearchStrategy[dict[str, Any]], most: int = 3) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(items, max_size=most, unique_by=lambda item: item["name"])


ENV = st.fixed_dictionaries({"name": NAME, "value": TEXT})
CONTAINER = st.fixed_dictionaries(
    {"name": NAME, "image": NAME.map("example.com/{}:1".format)},
    optional={
        "args": st.lists(TEXT, min_size=1, max_size=3),
        "env": named(ENV),
        "ports": st.lists(
            st.fixed_dictionaries({"containerPort": st.integers(1, 65535)}, optional={"name": NAME}),
            max_size=2,
            unique_by=lambda port: port["containerPort"],
        ),
        "imagePullPolicy": st.sampled_from(["Always", "Never"]),
    },
)


@st.composite
def deployments(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """A manifest, and what a server would make of it: amounts in their shortest spelling, lists in any order."""
    desired = deployment()
    desired["metadata"]["labels"] |= draw(st.dictionaries(NAME.map("example.com/{}".format), NAME, max_size=3))
    desired["spec"]["replicas"] = draw(st.integers(0, 9))
    pod = desired["spec"]["template"]["spec"]
    pod["containers"] = draw(named(CONTAINER).filter(bool))
    spellings = [draw(SPELLINGS) for _ in pod["containers"]]
    for container, (written, _) in zip(pod["containers"], spellings, strict=True):
        container["resources"] = {"limits": {"cpu": written}}
    live = applied(desired)
    stored = live["spec"]["template"]["spec"]["containers"]
    for container, (_, short) in zip(stored, spellings, strict=True):
        container["resources"] = {"limits": {"cpu": short}}
        container["env"] = draw(st.permutations(container.get("env", [])))
    live["spec"]["template"]["spec"]["containers"] = draw(st.permutations(stored))
    return desired, live


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Paths of the values of a manifest that somebody may change: scalars that are no part of an item's key."""
    items: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    for name, item in items:
        if isinstance(item, dict | list):
            yield from leaves(item, (*path, name))
        elif (
            len(path) and isinstance(path[-1], int) and name in {"name", "containerPort"} and "ports" not in path
        ) or (name == "containerPort"):
            continue
        else:
            yield (*path, name)


def same_place(desired: Any, live: Any, path: tuple[str | int, ...]) -> tuple[Any, str | int]:
    """The container of the value in the live object that a path of the manifest means."""
    field = ""
    for step in path[:-1]:
        if isinstance(step, int):
            item = desired[step]
            wanted = item if not isinstance(item, dict) else key(field, item)
            live = next(entry for entry in live if (key(field, entry) if isinstance(entry, dict) else entry) == wanted)
        else:
            live, field = live[step], step
        desired = desired[step]
    return live, path[-1]


def another(value: Any) -> Any:
    """A value of the same type that no rule takes for the same."""
    if isinstance(value, int):
        return value + 17
    return "77" if value[:1].isdigit() else f"{value}-changed"


@settings(max_examples=40, deadline=None)
@given(deployments())
def test_what_was_applied_has_not_drifted(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    desired, live = pair

    assert differences(desired, live) == []


@settings(max_examples=40, deadline=None)
@given(deployments(), st.data())
def test_one_changed_field_is_exactly_one_difference(
    pair: tuple[dict[str, Any], dict[str, Any]], data: st.DataObject
) -> None:
    desired, live = pair
    path = data.draw(st.sampled_from([("spec", *found) for found in leaves(desired["spec"])]))
    if path[-1] == "cpu":
        parent, last = same_place(desired, live, path)
        parent[last] = "77"
    else:
        parent, last = same_place(desired, live, path)
        parent[last] = another(parent[last])

    (found,) = differences(desired, live)
    assert (found.change, found.pointer) == (Change.CHANGED, pointers.join(*path))
    assert found.desired == pointers.resolve(desired, pointers.join(*path))


@settings(max_examples=40, deadline=None)
@given(deployments(), st.data())
def test_one_lost_label_is_exactly_one_difference(
    pair: tuple[dict[str, Any], dict[str, Any]], data: st.DataObject
) -> None:
    desired, live = pair
    label = data.draw(st.sampled_from(sorted(desired["metadata"]["labels"])))
    del live["metadata"]["labels"][label]

    (found,) = differences(desired, live)
    assert (found.change, found.pointer) == (Change.MISSING, pointers.join("metadata", "labels", label))


@settings(max_examples=40, deadline=None)
@given(deployments(), NAME, TEXT, st.sampled_from(["kubectl-edit", "kubectl-patch", "jane"]))
def test_one_variable_set_by_hand_is_exactly_one_difference(
    pair: tuple[dict[str, Any], dict[str, Any]], name: str, value: str, who: str
) -> None:
    desired, live = pair
    name = f"by-hand-{name}"
    container = live["spec"]["template"]["spec"]["containers"][0]
    container.setdefault("env", []).append({"name": name, "value": value})
    item: dict[str, Any] = {".": {}, "f:name": {}, "f:value": {}}
    own: dict[str, Any] = {f'k:{{"name":"{name}"}}': item}
    for step in ("f:env", key_of(container), "f:containers", "f:spec", "f:template", "f:spec"):
        own = {step: own}
    live["metadata"]["managedFields"].append(entry(who, own, "Update"))

    (found,) = differences(desired, live)
    assert found.change is Change.ADDED
    assert shown(found.path) == f"spec.template.spec.containers[name={container['name']}].env[name={name}]"
    assert {manager.name for manager in found.managers} == {who}


def key_of(container: dict[str, Any]) -> str:
    return f'k:{{"name":"{container["name"]}"}}'


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "1", "1000m"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "a", "b"]), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(JSON, JSON)
def test_objects_of_any_shape_are_compared_without_a_crash(written: Any, stored: Any) -> None:
    desired, live = deployment(), applied(deployment())
    desired["spec"]["template"]["spec"] = written
    live["spec"]["template"]["spec"] = stored

    found = differences(desired, live)
    if written == stored:
        assert [item for item in found if item.change is not Change.ADDED] == []


@settings(deadline=None)
@given(JSON)
def test_an_object_is_as_itself(value: Any) -> None:
    desired = deployment() | {"spec": value}

    assert differences(desired, copy.deepcopy(desired)) == []

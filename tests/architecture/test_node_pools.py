"""The node pools: what they declare, how mistakes in them are answered, and that the Booking System fits on its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from seatrial.model import source
from seatrial.model.architecture import Architecture
from seatrial.model.architecture.node_pools import Taint, read_node_pools
from seatrial.model.dig import as_dict, dig
from seatrial.model.errors import InputError
from seatrial.model.quantity import Quantity

ROOT = Path(__file__).parents[2]

Change = Callable[[dict[str, Any]], object]


def changed(**entries: Any) -> Change:
    return lambda pool: pool.update(entries)


MISTAKES: dict[str, tuple[Change, str, str]] = {
    "no cpu": (lambda pool: pool.pop("cpu"), "pools[0] has no 'cpu'", "- name: general"),
    "unknown key": (changed(memmory="1Gi"), "unknown key 'memmory'", "memmory: 1Gi"),
    "no quantity": (changed(memory="64GiB"), "memory is no quantity", "memory: 64GiB"),
    "nothing": (changed(cpu=0), "cpu is 0, which no node has", "cpu: 0"),
    "less than nothing": (changed(cpu="-4"), "cpu is -4, which no node has", "cpu: '-4'"),
    "no node": (changed(count=0), "pools[0].count is 0", "count: 0"),
    "no pods": (changed(pods=0), "pools[0].pods is 0", "pods: 0"),
    "half a node": (changed(count=1.5), "pools[0].count is 1.5", "count: 1.5"),
    "zone without a node": (changed(count=1), "general has 1 nodes for 2 zones", "count: 1"),
    "no zone": (changed(zones=[]), "pools[0].zones is an empty list", "zones: []"),
    "zone twice": (changed(zones=["a", "a"]), "pools[0].zones is a list", "zones:"),
    "name of no node": (changed(name="General"), 'pools[0].name is "General"', "- name: General"),
    "effect of no taint": (
        changed(taints=[{"key": "dedicated", "effect": "Never"}]),
        'pools[0].taints[0].effect is "Never"',
        "effect: Never",
    ),
    "taint twice": (
        lambda pool: pool["taints"].append({**pool["taints"][0], "value": "other"}),
        "two taints dedicated with the effect NoSchedule",
        "- key: dedicated",
    ),
    "value of no label": (changed(labels={"a": "b c"}), 'pools[0].labels.a is "b c"', "a: b c"),
}


@pytest.mark.parametrize("change, found, line", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_with_its_place(change: Change, found: str, line: str, declared: Any) -> None:
    change(declared.data["node-pools"]["pools"][0])

    with pytest.raises(InputError) as caught:
        declared.load()

    assert found in caught.value.found
    assert caught.value.remedy
    position = caught.value.position
    assert position is not None
    assert Path(position.file).name == "node-pools.yaml"
    assert Path(position.file).read_text(encoding="utf-8").splitlines()[position.line - 1].strip() == line


def test_a_name_twice_is_told_with_the_first(declared: Any) -> None:
    declared.data["node-pools"]["pools"] *= 2

    with pytest.raises(InputError, match='node pool "general" is declared twice, first on line 2'):
        declared.load()


@pytest.mark.parametrize("label", ["kubernetes.io/hostname", "topology.kubernetes.io/zone", "two words", "/x"])
def test_a_label_that_no_pool_can_set_is_refused(label: str, declared: Any) -> None:
    declared.data["node-pools"]["pools"][0]["labels"] = {label: "x"}

    with pytest.raises(InputError, match=r"node-pools\.yaml:\d+"):
        declared.load()


def test_nodes_are_numbered_and_stand_in_the_zones_in_turn(declared: Any) -> None:
    (pool,) = declared.load().node_pools

    assert [(node.name, node.zone) for node in pool.nodes()] == [
        ("general-1", "a"),
        ("general-2", "b"),
        ("general-3", "a"),
    ]


def test_a_file_of_another_place_is_read_alike(declared: Any) -> None:
    declared.write()

    (pool,) = read_node_pools(declared.root / "architecture" / "node-pools.yaml")

    assert (pool.cpu, pool.memory, pool.pods) == (Quantity.parse("8"), Quantity.parse("32Gi"), 110)
    assert pool.labels == {"storage-type": "ssd"}
    assert pool.taints == (Taint("dedicated", "shop", "NoSchedule"),)


class TestBookingSystem:
    def test_agent_databases_find_nodes_in_every_zone(self, booking: Architecture) -> None:
        fast = {zone for pool in booking.node_pools if pool.labels.get("storage-type") == "ssd" for zone in pool.zones}

        assert len(fast) == 3

    def test_what_the_quota_allows_fits_without_any_one_zone(self, booking: Architecture) -> None:
        (quota,) = source.load(str(ROOT / "manifests"), overlay="production").of_kind("ResourceQuota")
        hard = {name: Quantity.parse(value).value for name, value in as_dict(dig(quota.data, "spec", "hard")).items()}
        nodes = [node for pool in booking.node_pools for node in pool.nodes()]

        for lost in {node.zone for node in nodes}:
            left = [node.pool for node in nodes if node.zone != lost]
            room = {
                "requests.cpu": sum(pool.cpu.value for pool in left),
                "requests.memory": sum(pool.memory.value for pool in left),
                "requests.ephemeral-storage": sum(pool.ephemeral_storage.value for pool in left),
                "pods": sum(pool.pods for pool in left),
            }

            assert {name: amount for name, amount in room.items() if amount < hard[name]} == {}

"""Mutated copies of Kubernetes objects: one to three faults each, of the sorts that people and templates make.

Written against `random.Random`, which Hypothesis provides too (`st.randoms`): so a failing mutant shrinks in tests,
and a benchmark can make thousands a second without it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

import attrs

from seatrial.engines.schema import Gvk, KubernetesSchemas
from seatrial.model.dig import as_dict

Path = tuple[str | int, ...]

LONG = "x" * 64
BAD_NAMES = (
    "", "UPPER", "Mixed-Case", "under_score", "-leading", "trailing-", "do.ted", ".dot", "two..dots", "spa ce",
    "größe", "a/b", "a/b/c", "/a", "a/", "%41", "..", ".", "a" * 63, LONG, "a" * 253, "a" * 254, "0", "3d", "a--b",
    "http-but-too-long", "*", "*.example.com", "a.*.b", "EXAMPLE.com/x", "example.com/", "kubernetes.io/x", "$(HOME)",
    "a=b", "a:b", "a,b", "\t", "a\n", "\u0000", "\N{GRINNING FACE}",
)  # fmt: skip
WORDS = (
    "", "Always", "Never", "OnFailure", "IfNotPresent", "None", "Cluster", "Local", "ClusterIP", "NodePort",
    "LoadBalancer", "ExternalName", "TCP", "UDP", "SCTP", "tcp", "HTTP", "http", "Exists", "Equal", "In", "NotIn",
    "DoesNotExist", "Gt", "Lt", "NoSchedule", "NoExecute", "Recreate", "RollingUpdate", "OnDelete", "Utilization",
    "AverageValue", "Value", "Resource", "Pods", "Prefix", "Exact", "Ingress", "Egress", "Deployment", "Role",
    "ClusterRole", "User", "Group", "ServiceAccount", "ReadWriteOnce", "ReadWriteMany", "Block", "Filesystem",
    "Retain", "Delete", "Memory", "cpu", "memory", "storage", "pods", "nvidia.com/gpu", "hugepages-2Mi",
    "ephemeral-storage", "requests.cpu", "limits.memory", "/", "/srv", "srv", "../up", "/a/../b", "10.0.0.1",
    "10.0.0.0/8", "10.0.0.1/8", "10.0.0.0/33", "256.1.1.1", "010.0.0.1", "::1", "fd00::/8", "80", "0", "65536", "50%",
    "150%", "-1%", "5", "1.5", "true", "yes", "*", "a", "web", "example.com", "v1", "apps/v1",
    "rbac.authorization.k8s.io", "kubernetes.io/hostname", "RuntimeDefault", "Localhost", "Unconfined", "ALL",
    "linux", "windows", "0 2 * * *", "@daily", "* * * *", "2026-01-01T00:00:00Z", "Europe/Berlin", "Local",
    "metadata.name", "metadata.labels['app']", "spec.nodeName", "limits.cpu", "status.podIP",
)  # fmt: skip
QUANTITIES: tuple[Any, ...] = (
    "", "-1", "0", "1", "1GiB", "1gb", "100M", "1Gi", "1.5Gi", "0.5m", "100u", "1n", "1e3", "1E", "1e", "1 Gi", "Gi",
    ".5", "5.", "+1", "--1", "0x10", "1_000", "500m", "2", "4Gi", "1k", "1Ki", "1ki", "1K", "10Ei", "9e99", "NaN", 0,
    1, -1, 0.5, 0.0005, 1.25, 1e30, True, [], {}, None, "128Mi",
)  # fmt: skip
NUMBERS: tuple[Any, ...] = (
    -1, 0, 1, 2, 3, 5, 80, 100, 101, 1800, 1801, 3600, 3601, 65535, 65536, 2**31 - 1, 2**31, -(2**31) - 1, 2**63 - 1,
    2**63, 1.5, 2.0, -0.5, "1", "0", "50%", "101%", "0%", "-1%", "%", "1.5%", "http", "", True, 10**9, 10**9 + 1,
    1000000001,
)  # fmt: skip
WRONG_TYPES: tuple[Any, ...] = (
    None, True, False, 0, 1, 1.5, -1, "", "text", "1", "true", [], {}, [None], [1], ["a"], [{}], {"a": "b"},
    {"a": None}, {"": ""}, {"a": 1}, {"name": "a"}, [[]],
)  # fmt: skip
EDITS = (*"aZ019-._/:*[]{}()',\"%+@$~=!?#&|\\ \n\té", "..", "//", "00", "::", "-", "1")
"""What is put into texts."""
UNTOUCHED: tuple[Path, ...] = ((), ("kind",), ("apiVersion",))
"""Another kind is another question."""
NOT_ADDED = frozenset({"status", "managedFields"})
"""What only the server writes."""
KEY_TYPOS = ("extra", "Spec", "lables", "name", "x-unknown", "", "spec.replicas")


@attrs.frozen
class Place:
    """One value of an object: where it stands and what the schema says of it ({} where it says nothing)."""

    path: Path
    value: Any
    schema: dict[str, Any]


def walk(value: Any, schema: dict[str, Any], schemas: KubernetesSchemas, path: Path = ()) -> Iterator[Place]:
    """Every value of an object with its part of the schema."""
    schema = resolve(schema, schemas)
    yield Place(path, value, schema)
    if isinstance(value, dict):
        properties = as_dict(schema.get("properties"))
        for key, item in value.items():
            part = properties.get(key, as_dict(schema.get("additionalProperties")))
            yield from walk(item, part, schemas, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from walk(item, as_dict(schema.get("items")), schemas, (*path, index))


def resolve(schema: dict[str, Any], schemas: KubernetesSchemas) -> dict[str, Any]:
    """The definition behind a reference."""
    reference = schema.get("$ref")
    return schemas.definition(reference.rsplit("/", 1)[1]) if isinstance(reference, str) else schema


def put(data: Any, path: Path, value: Any) -> None:
    """Set the value at *path*."""
    node = data
    for part in path[:-1]:
        node = node[part]
    node[path[-1]] = value


def remove(data: Any, path: Path) -> None:
    """Delete the value at *path*."""
    node = data
    for part in path[:-1]:
        node = node[part]
    del node[path[-1]]


class Mutator:
    """Makes mutants of the objects it is given. The donors lend whole values to objects of the same kind."""

    def __init__(self, objects: Sequence[dict[str, Any]], schemas: KubernetesSchemas) -> None:
        """Keep the objects and index what stands at each place of a schema, to be put elsewhere."""
        self.objects = objects
        self.schemas = schemas
        self.by_field: dict[str, list[Any]] = {}
        for data in objects:
            for place in self.places(data):
                if place.path and isinstance(place.path[-1], str) and len(place.path) > 1:
                    pool = self.by_field.setdefault(place.path[-1], [])
                    if len(pool) < 40 and place.value not in pool:
                        pool.append(place.value)

    def places(self, data: dict[str, Any]) -> list[Place]:
        """Every value of the object."""
        gvk = Gvk.of(str(data.get("apiVersion")), str(data.get("kind")))
        schema = self.schemas.definition(self.schemas.name_of(gvk)) if gvk in self.schemas.kinds else {}
        return list(walk(data, schema, self.schemas))

    def mutant(self, random: Random) -> tuple[dict[str, Any], str]:
        """A mutated copy of one object, and what was done to it."""
        data = copy.deepcopy(self.objects[random.randrange(len(self.objects))])
        done = []
        for _ in range(random.choice((1, 1, 1, 2, 3))):
            places = [place for place in self.places(data) if place.path not in UNTOUCHED]
            if places:
                done.append(random.choice(MUTATIONS)(Draft(self, random, data, places)))
        return data, "; ".join(filter(None, done))

    def made(self, random: Random, schema: dict[str, Any], depth: int = 0) -> Any:
        """A value that has at least the right type, often a right one."""
        schema = resolve(schema, self.schemas)
        options = schema.get("enum")
        if options and random.random() < 0.7:
            return random.choice(options)
        kinds = schema.get("type", "string")
        kind = next((item for item in kinds if item != "null"), "null") if isinstance(kinds, list) else kinds
        if schema.get("format") == "quantity":
            return random.choice(QUANTITIES)
        if kind == "object":
            return self._made_object(random, schema, depth)
        if kind == "array":
            return [
                self.made(random, as_dict(schema.get("items")), depth + 1) for _ in range(random.choice((0, 1, 1, 2)))
            ]
        if kind == "boolean":
            return random.random() < 0.5
        if kind in ("integer", "number"):
            return random.choice(NUMBERS)
        return random.choice(random.choice((WORDS, WORDS, BAD_NAMES)))

    def _made_object(self, random: Random, schema: dict[str, Any], depth: int) -> Any:
        properties = as_dict(schema.get("properties"))
        if not properties:
            extra = as_dict(schema.get("additionalProperties"))
            return {random.choice(WORDS): self.made(random, extra, depth + 1)} if extra else {}
        names = [
            name for name in properties if name in schema.get("required", ()) or random.random() < 1.5 / len(properties)
        ]
        if depth > 4:
            names = [name for name in names if name in schema.get("required", ())]
        found = {}
        for name in names:
            pool = self.by_field.get(name)
            lent = pool and random.random() < 0.5
            found[name] = (
                copy.deepcopy(random.choice(pool)) if pool and lent else self.made(random, properties[name], depth + 1)
            )
        return found


@attrs.frozen
class Draft:
    """An object under the knife: mutations change `data` in place."""

    mutator: Mutator
    random: Random
    data: dict[str, Any]
    places: list[Place]
    """Every value but kind and apiVersion."""

    def any_of(self, chosen: list[Place]) -> Place:
        """One of the chosen places, or any where none was chosen."""
        return self.random.choice(chosen or self.places)


Mutation = Callable[[Draft], str]


def wrong_type(draft: Draft) -> str:
    """A list for a mapping, text for a number, null, and so on."""
    place = draft.any_of([])
    value = copy.deepcopy(draft.random.choice(WRONG_TYPES))
    put(draft.data, place.path, value)
    return f"type at {place.path}: {value!r}"


def missing(draft: Draft) -> str:
    """Any field or entry gone: required ones, volumes that are mounted, labels that are selected."""
    place = draft.any_of([])
    remove(draft.data, place.path)
    return f"removed {place.path}"


def unknown_field(draft: Draft) -> str:
    """A misspelt field, or one in the wrong place."""
    random = draft.random
    place = draft.any_of([item for item in draft.places if isinstance(item.value, dict)])
    target = place.value
    if not isinstance(target, dict):
        return ""
    if target and random.random() < 0.6:
        old = random.choice(list(target))
        new = random.choice((old[:-1], old + "s", old.capitalize(), old.upper(), old[1:], old[::-1]))
        if new not in target:
            target[new] = target.pop(old)
            return f"renamed {place.path} {old} to {new!r}"
    other = draft.any_of([])
    key = other.path[-1] if isinstance(other.path[-1], str) and random.random() < 0.7 else random.choice(KEY_TYPOS)
    target[key] = copy.deepcopy(other.value)
    return f"misplaced {key!r} in {place.path}"


def bad_name(draft: Draft) -> str:
    """Names in upper case, with underscores, too long, empty, with dots, not in ASCII."""
    random = draft.random
    strings = [place for place in draft.places if isinstance(place.value, str)]
    ends = ("name", "namespace", "key", "host", "app")
    named = [place for place in strings if str(place.path[-1]).lower().endswith(ends)]
    place = draft.any_of(named if named and random.random() < 0.5 else strings)
    value = random.choice(BAD_NAMES)
    if random.random() < 0.2 and isinstance(place.value, str):
        old = place.value
        value = random.choice((old.upper(), old + "_", "-" + old, old + "." + old))
    put(draft.data, place.path, value)
    return f"name at {place.path}: {value!r}"


def bad_key(draft: Draft) -> str:
    """Keys of labels, annotations, data, limits."""
    random = draft.random
    maps = [
        place
        for place in draft.places
        if isinstance(place.value, dict)
        and "additionalProperties" in place.schema
        and not place.schema.get("properties")
    ]
    if not maps:
        return ""
    place = random.choice(maps)
    key = random.choice((*BAD_NAMES, *WORDS))
    lent = place.value and random.random() < 0.7
    value = random.choice(list(place.value.values())) if lent else random.choice(BAD_NAMES)
    if place.value and random.random() < 0.5:
        value = place.value.pop(random.choice(list(place.value)))
    place.value[key] = copy.deepcopy(value)
    return f"key {key!r} in {place.path}"


def bad_word(draft: Draft) -> str:
    """Words of other fields, and near misses of the right one."""
    random = draft.random
    place = draft.any_of([item for item in draft.places if isinstance(item.value, str)])
    value = random.choice(WORDS)
    if random.random() < 0.3 and isinstance(place.value, str):
        old = place.value
        value = random.choice((old.lower(), old.capitalize(), old + "s", old[:-1], " " + old))
    put(draft.data, place.path, value)
    return f"word at {place.path}: {value!r}"


def edited_text(draft: Draft) -> str:
    """One to three characters of a text inserted, dropped or replaced: what a parser must tell apart."""
    random = draft.random
    place = draft.any_of([item for item in draft.places if isinstance(item.value, str)])
    text = str(place.value)
    for _ in range(random.choice((1, 1, 2, 3))):
        index = random.randint(0, len(text))
        text = text[:index] + random.choice((*EDITS, "")) + text[index + random.choice((0, 1)) :]
    put(draft.data, place.path, text)
    return f"edited {place.path}: {text!r}"


def bad_number(draft: Draft) -> str:
    """Numbers at and beyond the ends of ranges, and percentages."""
    chosen = [
        place
        for place in draft.places
        if (isinstance(place.value, int | float) and not isinstance(place.value, bool))
        or place.schema.get("type") == ["integer", "string", "null"]
    ]
    place = draft.any_of(chosen)
    value = draft.random.choice(NUMBERS)
    put(draft.data, place.path, value)
    return f"number at {place.path}: {value!r}"


def bad_quantity(draft: Draft) -> str:
    """Malformed, negative, tiny, huge, and above the limit."""
    chosen = [place for place in draft.places if place.schema.get("format") == "quantity"]
    if not chosen:
        return ""
    place = draft.random.choice(chosen)
    value = copy.deepcopy(draft.random.choice(QUANTITIES))
    put(draft.data, place.path, value)
    return f"quantity at {place.path}: {value!r}"


def duplicate(draft: Draft) -> str:
    """An entry twice, whole or with one field changed."""
    random = draft.random
    lists = [place for place in draft.places if isinstance(place.value, list) and place.value]
    if not lists:
        return ""
    place = random.choice(lists)
    item = copy.deepcopy(random.choice(place.value))
    place.value.insert(random.randint(0, len(place.value)), item)
    if isinstance(item, dict) and item and random.random() < 0.5:
        key = random.choice(list(item))
        if random.random() < 0.5:
            del item[key]
        else:
            item[key] = random.choice((*WORDS, *NUMBERS))
    return f"duplicate in {place.path}"


def merge(draft: Draft) -> str:
    """Two entries in one: two sources of a volume, two handlers of a probe."""
    lists = [
        place
        for place in draft.places
        if isinstance(place.value, list) and sum(isinstance(item, dict) for item in place.value) > 1
    ]
    if not lists:
        return ""
    place = draft.random.choice(lists)
    one, two = draft.random.sample([item for item in place.value if isinstance(item, dict)], 2)
    for key, value in two.items():
        one.setdefault(key, copy.deepcopy(value))
    return f"merged entries of {place.path}"


def lend(draft: Draft) -> str:
    """A value that stands at a field of that name elsewhere."""
    place = draft.any_of([item for item in draft.places if isinstance(item.path[-1], str)])
    pool = draft.mutator.by_field.get(str(place.path[-1]))
    if not pool:
        return ""
    value = copy.deepcopy(draft.random.choice(pool))
    put(draft.data, place.path, value)
    return f"lent at {place.path}: {value!r}"


def add_field(draft: Draft) -> str:
    """A field that the schema knows and the object lacks."""
    random = draft.random
    structs = [place for place in draft.places if isinstance(place.value, dict) and place.schema.get("properties")]
    if not structs:
        return ""
    place = random.choice(structs)
    absent = sorted(set(place.schema["properties"]) - set(place.value) - NOT_ADDED)
    if not absent:
        return ""
    key = random.choice(absent)
    pool = draft.mutator.by_field.get(key)
    lent = pool and random.random() < 0.5
    value = (
        copy.deepcopy(random.choice(pool))
        if pool and lent
        else draft.mutator.made(random, place.schema["properties"][key])
    )
    place.value[key] = value
    return f"added {key} in {place.path}: {value!r}"


MUTATIONS: tuple[Mutation, ...] = (
    *(wrong_type, missing, missing, unknown_field, bad_name, bad_name, bad_key, bad_word, bad_word, bad_number),
    *(edited_text, edited_text, bad_quantity, duplicate, merge, lend, add_field, add_field),
)
"""The sorts of faults; what stands twice is drawn twice as often."""

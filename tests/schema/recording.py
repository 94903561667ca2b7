"""Answers of kube-apiserver 1.37.2 on mutated objects, recorded so that they can be held against without a lab.

Each line of `server_answers.jsonl` is an object of `rich_objects.yaml`, what was changed in it, and what the server
said. One is kept for every complaint that the server was heard to make, and for every place where it accepts a change.
To record anew: `python -m tests.schema.recording KUBECONFIG` with the kubeconfig of a lab (`seatrial lab up`).
"""

from __future__ import annotations

import copy
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import yaml

from seatrial.engines.schema import kubernetes_schemas
from seatrial.model.pointer import join, split
from tests.schema.agreement import Answer, Server
from tests.schema.mutations import Mutator

FOLDER = Path(__file__).parent
FILE = FOLDER / "server_answers.jsonl"
TRIES = 16_000
_VALUES = re.compile(r'"(?:[^"\\]|\\.)*"|\{.*?\}|\[.*?\]|-?[0-9][0-9a-zA-Z.]*')


def label(data: dict[str, Any]) -> str:
    """What names an object of the ground."""
    return f"{data['kind']} {data['metadata'].get('name', data['metadata'].get('generateName'))} {data['apiVersion']}"


def objects() -> list[dict[str, Any]]:
    """The ground of all mutants."""
    return [item for item in yaml.safe_load_all((FOLDER / "rich_objects.yaml").read_text("utf-8")) if item]


def changes(old: Any, new: Any, path: tuple[str | int, ...] = ()) -> Iterator[list[Any]]:
    """What turns *old* into *new*: `[pointer, value]` to set, `[pointer]` to remove."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in old:
            if key not in new:
                yield [join(*path, key)]
        for key, value in new.items():
            if key not in old:
                yield [join(*path, key), value]
            else:
                yield from changes(old[key], value, (*path, key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, value in enumerate(new):
            yield from changes(old[index], value, (*path, index))
    elif old != new or type(old) is not type(new):
        yield [join(*path), new]


def changed(data: dict[str, Any], steps: list[list[Any]]) -> dict[str, Any]:
    """A copy of the object with the changes made."""
    found = copy.deepcopy(data)
    for pointer, *value in steps:
        parts = split(pointer)
        node: Any = found
        for part in parts[:-1]:
            node = node[int(part)] if isinstance(node, list) else node[part]
        last = int(parts[-1]) if isinstance(node, list) else parts[-1]
        if value:
            node[last] = copy.deepcopy(value[0])
        else:
            del node[last]
    return found


def record(server: Server) -> Iterator[dict[str, Any]]:
    """Ask the server about many mutants, and keep the telling ones."""
    ground = objects()
    random = Random(37)  # noqa: S311 - mutants are no secrets
    mutator = Mutator(ground, kubernetes_schemas())
    server.prepare(ground)
    heard: set[str] = set()
    for _ in range(TRIES):
        index = random.randrange(len(ground))
        mutator.objects = [ground[index]]
        data, _done = mutator.mutant(random)
        steps = list(changes(ground[index], data))
        if len(steps) != 1 or len(json.dumps(steps)) > 300:
            continue
        answer = server.judge(data)
        place = re.sub(r"/[0-9]+", "/*", steps[0][0])
        key = f"{data['kind']} {place} {len(steps[0])}"
        if answer.answer is Answer.INVALID:
            key = _VALUES.sub("_", answer.message.partition(": ")[2] or answer.message)
        if answer.answer is not Answer.NOT_JUDGED and key not in heard:
            heard.add(key)
            line = {"object": label(ground[index]), "changes": steps, "answer": answer.answer.value}
            yield line | ({"says": answer.message[:120]} if answer.message else {})


def main() -> None:
    """Write the file anew."""
    server = Server.of_kubeconfig(Path(sys.argv[1]))
    lines = [json.dumps(item, ensure_ascii=True) for item in record(server)]
    server.close()
    FILE.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()

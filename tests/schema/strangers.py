"""Two custom kinds made to be difficult, objects of them, and what kube-apiserver 1.37.2 said of each.

`custom/kind.yaml` has every keyword of structural schemas, and `values.jsonl` are tried in each of its fields; the
other kind has one field for each expression in `custom/rules.yaml`. The answers in `custom/answers.json` let the
comparison run without a server; `test_custom_agreement.py` asks a real one whether they still hold. To record them
anew, with a lab up: `python -m tests.schema.strangers KUBECONFIG`.
"""

from __future__ import annotations

import functools
import itertools
import json
import re
import sys
from collections.abc import Iterator
from math import gcd
from pathlib import Path
from typing import Any

import yaml

from seatrial.engines.schema import kubernetes_schemas
from seatrial.engines.schema_crd import CompiledKind, custom_kinds
from seatrial.model.document import Resource
from seatrial.model.position import Position
from tests.schema.agreement import Answer, Server

FOLDER = Path(__file__).parent / "custom"
GROUP = "agreement.example.org"
API_VERSION = f"{GROUP}/v1"
ANSWERS = FOLDER / "answers.json"
CASES_PER_RULE = 12

_FIELD = re.compile(r"self\.\??([a-z]\w*|__\w+__)")
_ESCAPED = {"__namespace__": "namespace", "__in__": "in"}


class Nowhere:
    """A locator for objects that come from no file."""

    def position(self, _pointer: str = "") -> Position:
        return Position("strangers.yaml", 1, 1)


@functools.cache
def definition() -> dict[str, Any]:
    """The CustomResourceDefinition with every keyword."""
    found: dict[str, Any] = yaml.safe_load((FOLDER / "kind.yaml").read_text())
    return found


def stranger(**parts: Any) -> dict[str, Any]:
    """An object of that kind."""
    return {"apiVersion": API_VERSION, "kind": "Stranger", "metadata": {"name": "x"}, **parts}


def fields() -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """For each field of that kind: the objects that try a value there, each with its label."""
    version = definition()["spec"]["versions"][0]
    names = version["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
    values = [json.loads(line) for line in (FOLDER / "values.jsonl").read_text().splitlines()]
    tried = {
        name: [(f"{name}: {value!r}", stranger(spec={"mode": "fast"} | {name: value})) for value in values]
        for name in names
    }
    whole = [json.loads(line) for line in (FOLDER / "whole.jsonl").read_text().splitlines()]
    return {**tried, "whole": [(repr(parts), stranger(**parts)) for parts in whole]}


@functools.cache
def _rules() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((FOLDER / "rules.yaml").read_text())
    return found


def rule_definition() -> dict[str, Any]:
    """The CustomResourceDefinition with one field for each rule."""
    properties = {name: field["schema"] for name, field in _rules()["fields"].items()}
    spec = {
        f"r{index}": {"type": "object", "properties": properties, "x-kubernetes-validations": [{"rule": rule}]}
        for index, rule in enumerate(_rules()["rules"])
    }
    schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": spec}}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"rulers.{GROUP}"},
        "spec": {
            "group": GROUP,
            "names": {"kind": "Ruler", "plural": "rulers"},
            "scope": "Namespaced",
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}],
        },
    }


def rules() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Each rule with the objects that try it: values for what it mentions, some of them left out."""
    known = _rules()["fields"]
    for index, rule in enumerate(_rules()["rules"]):
        mentioned = [_unescaped(name) for name in dict.fromkeys(_FIELD.findall(rule))]
        names = [name for name in mentioned if name in known]
        every = list(itertools.product(*(known[name]["values"] for name in names)))
        # Spread over all combinations; the step and their number have no common factor, so that each field varies.
        step = next(
            step for step in range(max(1, len(every) // CASES_PER_RULE), len(every) + 2) if gcd(step, len(every)) == 1
        )
        chosen = [every[place * step % len(every)] for place in range(min(len(every), CASES_PER_RULE))]
        values = [dict(zip(names, choice, strict=True)) for choice in chosen]
        values += [{name: value for name, value in values[0].items() if name != left_out} for left_out in names]
        yield (
            rule,
            [
                {
                    "apiVersion": API_VERSION,
                    "kind": "Ruler",
                    "metadata": {"name": "x"},
                    "spec": {f"r{index}": value},
                }
                for value in values
            ],
        )


def _unescaped(name: str) -> str:
    plain = name.replace("__dash__", "-").replace("__dot__", ".").replace("__slash__", "/")
    return _ESCAPED.get(name, plain.replace("__underscores__", "__"))


@functools.cache
def compiled(name: str) -> CompiledKind:
    """Our judge of `Stranger` or `Ruler`."""
    data = definition() if name == "Stranger" else rule_definition()
    return CompiledKind.of(next(custom_kinds([Resource(data, Nowhere())])), kubernetes_schemas())


def recorded() -> dict[str, Any]:
    """What the server said: for each field, and each rule, a string with 1 for every object it accepted."""
    found: dict[str, Any] = json.loads(ANSWERS.read_text())
    return found


def ask(server: Server) -> dict[str, Any]:
    """The same from a running server, which serves both kinds."""

    def accepted(data: dict[str, Any]) -> str:
        judged = server.judge(data)
        assert judged.answer is not Answer.NOT_JUDGED, judged.message
        return "1" if judged.answer is Answer.VALID else "0"

    return {
        "fields": {name: "".join(accepted(data) for _, data in tried) for name, tried in fields().items()},
        "rules": {rule: "".join(accepted(data) for data in tried) for rule, tried in rules()},
    }


def main(kubeconfig: str) -> None:
    """Record the answers of a running server."""
    from tests.schema.custom_server import serving

    with serving(Path(kubeconfig), [definition(), rule_definition()]) as server:
        answers = ask(server)
    ANSWERS.write_text(json.dumps({"server": "v1.37.2", **answers}, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])

"""Makes the files beside this one from the CustomResourceDefinitions of their upstream projects.

Run `python -m seatrial.engines.custom.extract` in the source tree after changing a pin in `tools/crds/go.mod`. One file
for each project, one line for each version of a kind; only what the API server validates by is kept, so that the text
does not depend on when or where it is made, and a changed pin shows as a readable difference.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from seatrial.model.dig import as_dict, as_list, as_str, dig
from seatrial.model.errors import SeatrialError
from seatrial.toolchain import crds

FOLDER = Path(__file__).resolve().parent
SUFFIX = ".jsonl"
LICENCE = "Apache-2.0"
"""That of every project in `seatrial.toolchain.crds`; the README beside this file says so, and a test looks it up."""

_KEYWORDS = frozenset(
    {
        *("type", "format", "nullable", "enum", "default", "required", "pattern"),
        *("maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum", "multipleOf"),
        *("maxLength", "minLength", "maxItems", "minItems", "uniqueItems", "maxProperties", "minProperties"),
        *("x-kubernetes-int-or-string", "x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource"),
        *("x-kubernetes-list-type", "x-kubernetes-list-map-keys"),
    }
)
"""Keywords that the server validates by and that hold no schema (apiextensions/v1 JSONSchemaProps)."""
_RULE = ("rule", "message", "messageExpression", "fieldPath", "reason", "optionalOldSelf")


def text(name: str) -> str:
    """The file of one project: a header line, then a line for each version of each kind.

    Raises ToolError if the module cannot be had.
    """
    upstream = crds.UPSTREAMS[name]
    header = {
        "upstream": name,
        "module": upstream.module,
        "version": upstream.version,
        "path": upstream.path,
        "licence": LICENCE,
        "sharedGroups": list(upstream.shared_groups),
    }
    kinds = [kind for resource in crds.definitions([name]) for kind in _versions(resource.data)]
    header["groups"] = sorted({kind["group"] for kind in kinds})
    kinds.sort(key=lambda kind: (kind["group"], kind["kind"], kind["version"]))
    return "".join(f"{_compact(line)}\n" for line in (header, *kinds))


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _versions(definition: dict[str, Any]) -> Iterator[dict[str, Any]]:
    spec = as_dict(definition.get("spec"))
    for version in as_list(spec.get("versions")):
        kind: dict[str, Any] = {
            "group": as_str(spec.get("group")),
            "kind": as_str(dig(spec, "names", "kind")),
            "version": as_str(dig(version, "name")),
            "scope": as_str(spec.get("scope")),
            "served": dig(version, "served") is True,
        }
        if dig(version, "deprecated") is True:
            kind["deprecated"] = True
        if warning := dig(version, "deprecationWarning"):
            kind["deprecationWarning"] = warning
        if kind["served"]:
            if subresources := as_dict(dig(version, "subresources")):
                kind["subresources"] = subresources
            kind["schema"] = stripped(as_dict(dig(version, "schema", "openAPIV3Schema")))
        yield kind


def stripped(schema: dict[str, Any]) -> dict[str, Any]:
    """A structural schema without what only people read, its keywords in alphabetical order."""
    out: dict[str, Any] = {}
    for key, value in sorted(schema.items()):
        if key in _KEYWORDS:
            out[key] = value
        elif key == "properties":
            out[key] = {name: stripped(as_dict(part)) for name, part in sorted(as_dict(value).items())}
        elif key in ("items", "not", "additionalProperties"):
            out[key] = stripped(value) if isinstance(value, dict) else value
        elif key in ("allOf", "anyOf", "oneOf"):
            out[key] = [stripped(as_dict(part)) for part in as_list(value)]
        elif key == "x-kubernetes-validations":
            out[key] = [{name: rule[name] for name in _RULE if name in rule} for rule in as_list(value)]
    return out


def main() -> int:
    """Write every file and tell its size; 3 when a module cannot be had."""
    try:
        for name in crds.UPSTREAMS:
            content = text(name)
            (FOLDER / f"{name}{SUFFIX}").write_text(content, encoding="utf-8")
            sys.stdout.write(f"{name}{SUFFIX}: {len(content.encode()):,} bytes\n")
    except SeatrialError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())

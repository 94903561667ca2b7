"""Loading Seatrial's own YAML files: one document, valid against a JSON Schema, mistakes told with their position."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from seatrial.model import pointer as pointers
from seatrial.model.errors import InputError
from seatrial.model.files import read_text, shown
from seatrial.model.yaml_source import LocatedDocument, parse_documents


def load_declared(path: Path, schema: dict[str, Any]) -> LocatedDocument:
    """Read *path* and validate it. Raises InputError naming the first mistake of each place with `file:line:column`."""
    import jsonschema_rs  # takes tens of milliseconds, and a foreign manifest set never needs it here

    name = shown(path)
    documents = parse_documents(read_text(path), name)
    if len(documents) != 1:
        raise InputError(f"{name} holds {len(documents)} documents", remedy="keep exactly one YAML document in it")
    document = documents[0]
    errors = sorted(
        jsonschema_rs.validator_for(schema).iter_errors(document.data), key=lambda error: [str(p) for p in error.instance_path]
    )
    if errors:
        first, *others = errors
        pointer = pointers.join(*first.instance_path)
        also = f" (and {len(others)} more in this file)" if others else ""
        raise InputError(
            f"{pointer or 'the document'}: {first.message}{also}",
            remedy="write it as the header of the file describes",
            position=document.position(pointer),
        )
    return document

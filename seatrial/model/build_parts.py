"""Files of a tree that are parts of a Kustomize build, such as patches, and so no objects by themselves.

A tree that is read file by file may hold kustomizations; what they patch with looks like an object that lacks almost
everything, and judging it as one would find nothing but its gaps.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from seatrial.model.dig import as_dict, as_list, as_str, dig
from seatrial.model.files import read_text, shown
from seatrial.model.yaml_source import iterate_documents

FILE_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
"""Names under which Kustomize looks for its file (sigs.k8s.io/kustomize api/konfig)."""

_LISTS_OF_PATHS = ("patchesStrategicMerge", "transformers", "generators", "validators", "configurations")
_LISTS_WITH_A_PATH = ("patches", "patchesJson6902", "replacements")
_GENERATORS = ("configMapGenerator", "secretGenerator")


def parts(paths: Iterable[Path]) -> frozenset[Path]:
    """Those files that the kustomizations among *paths* name as something else than a resource.

    Raises InputError for a kustomization that cannot be read.
    """
    return frozenset(
        Path(os.path.normpath(path.parent / name))
        for path in paths
        if path.name in FILE_NAMES and path.is_file()
        for document in iterate_documents(read_text(path), shown(path))
        for name in _named(as_dict(document.data))
    )


def _named(kustomization: dict[str, Any]) -> Iterator[str]:
    for key in _LISTS_OF_PATHS:
        # An entry may also be the patch itself.
        yield from (entry for entry in map(as_str, as_list(kustomization.get(key))) if entry and "\n" not in entry)
    for key in _LISTS_WITH_A_PATH:
        yield from (path for entry in as_list(kustomization.get(key)) if (path := as_str(dig(entry, "path"))))
    for key in _GENERATORS:
        for entry in as_list(kustomization.get(key)):
            # `file` or `key=file`
            yield from (as_str(file).rpartition("=")[2] for file in as_list(dig(entry, "files")))
    for chart in as_list(kustomization.get("helmCharts")):
        yield from map(as_str, [dig(chart, "valuesFile"), *as_list(dig(chart, "additionalValuesFiles"))])

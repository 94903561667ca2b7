"""One component of `components.yaml` as it is read: its profile with its own entries over it, names filled in."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

import attrs

from seatrial.model.architecture.declaration import mistake, unknown
from seatrial.model.errors import InputError
from seatrial.model.quantity import Quantity
from seatrial.model.yaml_source import LocatedDocument

_PLACEHOLDER = re.compile(r"\{(\w*)\}")
Parts = tuple[str | int, ...]


@attrs.frozen(eq=False)
class Body:
    """A component's entries, and where each of them stands."""

    document: LocatedDocument
    index: int
    entries: dict[str, Any]
    """Own entries over those of the profile, `{workload}` and `{app}` replaced in every string."""

    @classmethod
    def read(cls, document: LocatedDocument, index: int) -> Body:
        """Merge and fill the component at *index*. Raises InputError for an unknown profile or placeholder."""
        item: dict[str, Any] = document.data["components"][index]
        profiles: dict[str, dict[str, Any]] = document.data.get("profiles", {})
        merged = item
        if "profile" in item:
            if item["profile"] not in profiles:
                raise unknown(document, ("components", index, "profile"), "profile", item["profile"], profiles)
            merged = profiles[item["profile"]] | item
        names = {key: item[key] for key in ("workload", "app") if key in item}
        if "workload" in names:
            names.setdefault("app", names["workload"])

        def replace(match: re.Match[str]) -> str:
            if match[1] not in names:
                raise mistake(
                    document,
                    ("components", index),
                    f"{item['id']} leaves {match[0]} open",
                    "give the component a `workload` (and an `app` that differs from it); no other placeholder exists",
                )
            return str(names[match[1]])

        def fill(value: Any) -> Any:
            if isinstance(value, str):
                return _PLACEHOLDER.sub(replace, value)
            if isinstance(value, list):
                return [fill(entry) for entry in value]
            if isinstance(value, dict):
                return {key: fill(entry) for key, entry in value.items()}
            return value

        return cls(document, index, {key: fill(value) for key, value in merged.items()})

    @property
    def id(self) -> str:
        """Id of the component."""
        return str(self.entries["id"])

    def get(self, key: str, default: Any = None) -> Any:
        """The entry of that key."""
        return self.entries.get(key, default)

    def section(self, name: str) -> dict[str, Any]:
        """A table at the top of the file, empty if it is absent."""
        table: dict[str, Any] = self.document.data.get(name, {})
        return table

    def place(self, *parts: str | int) -> Parts:
        """Where the value stands: in the component itself, or in its profile."""
        item = self.document.data["components"][self.index]
        if parts and parts[0] not in item and "profile" in item:
            return ("profiles", item["profile"], *parts)
        return ("components", self.index, *parts)

    def mistake(self, parts: Parts, found: str, remedy: str) -> InputError:
        """The error for the value at *parts* of the component."""
        return mistake(self.document, self.place(*parts), found, remedy)

    def unknown(self, parts: Parts, what: str, word: str, known: Collection[str]) -> InputError:
        """The error for a name at *parts* of the component that nothing bears."""
        return unknown(self.document, self.place(*parts), what, word, known)

    def quantities(self, place: Parts, data: dict[str, Any]) -> dict[str, str]:
        """Quantities by resource, as text. *place* is that of the table in the document."""
        return {name: self.quantity((*place, name), value) for name, value in data.items()}

    def quantity(self, place: Parts, value: Any) -> str:
        """A quantity as text. Raises InputError if it is none."""
        try:
            Quantity.parse(value)
        except ValueError as error:
            raise mistake(self.document, place, str(error), "write a quantity such as 500m or 2Gi") from None
        return str(value)

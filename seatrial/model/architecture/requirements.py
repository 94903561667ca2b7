"""The requirements, and the one table that ties each of them to the checks that prove it."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import attrs

from seatrial.model import pointer as pointers
from seatrial.model.architecture.declaration import mistake, read, require_unique, unknown
from seatrial.model.position import Position
from seatrial.model.verdict import Subject
from seatrial.model.yaml_source import LocatedDocument


@attrs.frozen
class CheckReference:
    """A check that proves a requirement, for every subject or for some."""

    check: str
    """Identifier `category/rule-name`, or `feature/<tag>` for the acceptance scenarios with that tag."""
    subject: str | None
    """`Kind/name`, where the name may hold shell wildcards; None means every subject of the check."""
    position: Position

    def covers(self, check: str, subject: Subject) -> bool:
        """True if a verdict of *check* about *subject* is evidence."""
        if check != self.check:
            return False
        if self.subject is None:
            return True
        kind, _, name = self.subject.partition("/")
        return subject.kind == kind and fnmatchcase(subject.name, name)


@attrs.frozen
class Requirement:
    """One promise of the architecture, proven by checks or planned to be."""

    id: str
    group: str
    """Letter of its group; the titles stand in `Requirements.groups`."""
    line: str | None
    """Lines of the architecture document that state it; None for a derived requirement."""
    text: str
    checks: tuple[CheckReference, ...]
    """All of them together prove it; empty exactly when *planned* is set."""
    planned: str | None
    """What must be built before the requirement can be checked."""
    position: Position


@attrs.frozen
class Requirements:
    """Content of `requirements.yaml`."""

    groups: dict[str, str]
    """Title by letter."""
    requirements: tuple[Requirement, ...]


def load_requirements(root: Path) -> Requirements:
    """Read `architecture/requirements.yaml` below *root*.

    Raises InputError with the place of a repeated or missing id, an unknown group, or a requirement that has both
    checks and a plan, or neither.
    """
    document = read(root, "requirements")
    groups: dict[str, str] = document.data["groups"]
    items: list[dict[str, Any]] = document.data["requirements"]
    require_unique(document, "requirements", "id", items, "requirement")
    for index, item in enumerate(items):
        expected = f"R{index + 1:03}"
        if item["id"] != expected:
            raise mistake(
                document,
                ("requirements", index, "id"),
                f"expected {expected} here, found {item['id']}",
                "keep the requirements complete and in the order of their numbers: an id is never dropped",
            )
        if item["group"] not in groups:
            raise unknown(document, ("requirements", index, "group"), "group", item["group"], groups)
    return Requirements(groups, tuple(_requirement(document, index, item) for index, item in enumerate(items)))


def _requirement(document: LocatedDocument, index: int, item: dict[str, Any]) -> Requirement:
    if ("checks" in item) == ("planned" in item):
        found = "both checks and a plan" if "checks" in item else "neither checks nor a plan"
        raise mistake(
            document,
            ("requirements", index),
            f"{item['id']} has {found}",
            "name the checks that prove it, or say under `planned` what is missing",
        )
    return Requirement(
        id=item["id"],
        group=item["group"],
        line=item["line"],
        text=item["text"],
        checks=tuple(_reference(document, index, number, entry) for number, entry in enumerate(item.get("checks", ()))),
        planned=item.get("planned"),
        position=document.position(pointers.join("requirements", index)),
    )


def _reference(document: LocatedDocument, index: int, number: int, entry: str | dict[str, Any]) -> CheckReference:
    position = document.position(pointers.join("requirements", index, "checks", number))
    if isinstance(entry, str):
        return CheckReference(entry, None, position)
    return CheckReference(entry["check"], entry.get("subject"), position)

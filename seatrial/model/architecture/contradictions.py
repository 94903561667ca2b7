"""Where the architecture document contradicts itself or the world, how that is settled, and which check finds it."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import attrs

from seatrial.model import pointer as pointers
from seatrial.model.architecture.declaration import FOLDER, mistake, read, require_unique
from seatrial.model.errors import InputError
from seatrial.model.files import read_text
from seatrial.model.position import Position
from seatrial.model.verdict import Status, Verdict
from seatrial.model.yaml_source import LocatedDocument

NAME = "contradictions"
DECISIONS = "decisions"
_SETTLES = re.compile(r"^Settles:\s*(?P<ids>C\d\d(?:,\s*C\d\d)*)\s*$", re.MULTILINE)


@attrs.frozen
class Finder:
    """A check that fails where the document is taken literally."""

    check: str
    """Identifier `category/rule-name`."""
    subject: str
    """`Kind/name`, where the name may hold shell wildcards."""
    says: str
    """Words of the message by which this finding is told from others of the check on the same subject."""
    at: str | None
    """JSON pointer that the finding begins with; None for any."""
    position: Position

    def matches(self, verdict: Verdict) -> bool:
        """True if the verdict is about this finder's check and subject."""
        kind, _, name = self.subject.partition("/")
        return verdict.check == self.check and verdict.subject.kind == kind and fnmatchcase(verdict.subject.name, name)

    def finds(self, verdict: Verdict) -> bool:
        """True if the verdict is a failure that tells of the contradiction."""
        return (
            verdict.status is Status.FAIL
            and self.matches(verdict)
            and self.says in verdict.message
            and (self.at is None or verdict.pointer == self.at or verdict.pointer.startswith(f"{self.at}/"))
        )


@attrs.frozen
class Contradiction:
    """One place where the document cannot be followed to the letter."""

    id: str
    line: str | None
    """Lines of the architecture document that contradict something; None for the document as a whole."""
    title: str
    resolution: str
    """What the system does instead."""
    found_by: tuple[Finder, ...]
    """Checks that find it in the literal rendering; empty exactly when no check does."""
    missing: str | None
    """What no check finds: all of it without a finder, a rest of it with one."""
    decisions: tuple[str, ...]
    """File names of the decisions that settle it."""
    position: Position


@attrs.frozen
class Contradictions:
    """Content of `contradictions.yaml`."""

    overlay: str
    """The overlay that renders the document literally."""
    contradictions: tuple[Contradiction, ...]

    def of(self, id_: str) -> Contradiction:
        """The contradiction of that id. Raises InputError if there is none."""
        items = {item.id: item for item in self.contradictions}
        if id_ not in items:  # numbers are not mistyped words: the nearest one would be a guess
            ids = list(items)
            raise InputError(f'unknown contradiction "{id_}"', remedy=f"choose one from {ids[0]} to {ids[-1]}")
        return items[id_]


def load_contradictions(root: Path) -> Contradictions | None:
    """Read `architecture/contradictions.yaml` below *root*; None where a project has no such file.

    The decisions that settle each come from their own lines `Settles:`. Raises InputError with the place of a repeated
    or missing id, or for a decision that settles what is not listed.
    """
    if not (root / FOLDER / f"{NAME}.yaml").is_file():
        return None
    document = read(root, NAME)
    items: list[dict[str, Any]] = document.data[NAME]
    require_unique(document, NAME, "id", items, "contradiction")
    for index, item in enumerate(items):
        expected = f"C{index + 1:02}"
        if item["id"] != expected:
            raise mistake(
                document,
                (NAME, index, "id"),
                f"expected {expected} here, found {item['id']}",
                "keep the contradictions complete and in the order of their numbers",
            )
    settled = _settled(root, {item["id"] for item in items})
    return Contradictions(
        document.data["overlay"],
        tuple(_contradiction(document, index, item, settled) for index, item in enumerate(items)),
    )


def _settled(root: Path, known: set[str]) -> dict[str, list[str]]:
    """File names of decisions by the contradiction that they say to settle."""
    found: dict[str, list[str]] = {}
    folder = root / FOLDER / DECISIONS
    for path in sorted(folder.glob("*.md")) if folder.is_dir() else ():
        match = _SETTLES.search(read_text(path))
        for id_ in re.findall(r"C\d\d", match["ids"]) if match else ():
            if id_ not in known:
                raise InputError(
                    f'{path.name} settles an unknown contradiction "{id_}"',
                    remedy=f"list it in {FOLDER}/{NAME}.yaml, or correct the line Settles",
                )
            found.setdefault(id_, []).append(path.name)
    return found


def _contradiction(
    document: LocatedDocument, index: int, item: dict[str, Any], settled: dict[str, list[str]]
) -> Contradiction:
    return Contradiction(
        id=item["id"],
        line=item["line"],
        title=item["title"],
        resolution=item["resolution"],
        found_by=tuple(
            Finder(
                entry["check"],
                entry["subject"],
                entry["says"],
                entry.get("at"),
                document.position(pointers.join(NAME, index, "found_by", number)),
            )
            for number, entry in enumerate(item.get("found_by", ()))
        ),
        missing=item.get("missing"),
        decisions=tuple(settled.get(item["id"], ())),
        position=document.position(pointers.join(NAME, index)),
    )

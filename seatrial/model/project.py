"""Which project a path belongs to: its root, its declared architecture, and the policies that apply."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import attrs

from seatrial.model.errors import InputError, ToolError

ARCHITECTURE = "architecture"
MANIFESTS = "manifests"
POLICIES = "policies"
FEATURES = "features"
OVERLAYS = "overlays"
_LONGEST = 200
"""Characters of a path that a message shows."""


@attrs.frozen
class Project:
    """A folder with `manifests/` and the `architecture/` that they implement, or none for foreign manifests."""

    root: Path | None
    """The folder that holds `architecture/`, or None where the manifests belong to no project."""
    whole: bool = False
    """Whether the path is the project's whole system: its `manifests/`, or one of the overlays there."""

    @property
    def promised(self) -> Path | None:
        """The root whose architecture the manifests are held to: a part of a system cannot keep its promises."""
        return self.root if self.whole else None

    @property
    def policies(self) -> Path:
        """The project's policies, else those that Seatrial ships. Raises ToolError if neither exists."""
        if self.root is not None and (self.root / POLICIES).is_dir():
            return self.root / POLICIES
        return shipped_policies()

    @property
    def features(self) -> Path | None:
        """The project's acceptance features, which speak of the whole system."""
        folder = self.promised / FEATURES if self.promised is not None else None
        return folder if folder is not None and folder.is_dir() else None


def shipped_policies() -> Path:
    """The policies of this installation: inside the wheel, or at the top of the source tree."""
    packaged = Path(str(resources.files("seatrial"))) / "_policies"
    source = Path(__file__).resolve().parents[2] / POLICIES
    for folder in (packaged, source):
        if folder.is_dir():
            return folder
    raise ToolError("the policies that Seatrial ships are missing", remedy="reinstall Seatrial")


def find(path: str) -> Project:
    """The project whose `manifests/` the path lies in; one without a root for any other path.

    The architecture describes the system of that folder only: judged by it, foreign manifests would fail every
    promise that they never made. Raises InputError for what cannot be a path.
    """
    if not path:
        raise InputError("PATH is empty", remedy="name a path, or . for the working directory")
    try:
        location = Path(path).resolve()
        location.exists()
    except (OSError, RuntimeError, ValueError) as error:  # too long, a loop of links, a NUL byte
        reason = error.strerror if isinstance(error, OSError) else error
        raise InputError(f"cannot read {path[:_LONGEST]}: {reason}", remedy="check the path") from None
    for folder in (location, *location.parents):
        if folder.name == MANIFESTS and (folder.parent / ARCHITECTURE).is_dir():
            parts = location.relative_to(folder).parts
            return Project(folder.parent, whole=not parts or (len(parts) == 2 and parts[0] == OVERLAYS))
    return Project(None)

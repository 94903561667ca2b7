"""The seam of the Rego engines: everything else asks through it, and does not know which engine answers.

Two engines stand behind it: the embedded one (`seatrial.engines.embedded`, the default) and an OPA server
(`seatrial.engines.opa`, the reference). Both are loaded once with all modules and the inventory, and are then asked for
the rules of one object at a time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Literal, Protocol, Self

import attrs

from seatrial.model.errors import ToolError

EngineName = Literal["embedded", "opa"]

Package = tuple[str, ...]
"""The path of a Rego package, without the leading `data`."""


@attrs.frozen
class Module:
    """The text of one Rego file."""

    file: str
    """Path as shown to people: errors name it."""
    text: str


class PolicyEngine(Protocol):
    """Evaluates Rego rules. Use as a context manager, so that a server behind it is stopped."""

    name: EngineName
    version: str
    """Name and version of the program that evaluates, for the scope of a report."""

    def load(self, modules: Sequence[Module], data: Mapping[str, Any]) -> None:
        """Compile all modules and take *data* as the base document; to be called once.

        Raises InputError with `file:line` for a module that does not compile.
        """
        ...

    def evaluate(self, document: Mapping[str, Any], packages: Sequence[Package], rule: str = "violation") -> list[Any]:
        """Value of *rule* in each package for the input *document*, as JSON values; UNDEFINED where it has none.

        Raises ToolError when a rule fails at run time: a rule that cannot answer has not passed.
        """
        ...

    def close(self) -> None:
        """Give up what the engine holds."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class _Undefined:
    """The type of UNDEFINED."""

    def __repr__(self) -> str:
        return "undefined"


UNDEFINED = _Undefined()
"""What a rule without a value evaluates to."""


def open_engine(name: EngineName) -> PolicyEngine:
    """Return a fresh engine of that name. Raises ToolError when it is not installed."""
    if name == "embedded":
        from seatrial.engines.embedded import EmbeddedEngine

        return EmbeddedEngine()
    from seatrial.engines.opa import OpaEngine

    return OpaEngine()


def violations(value: Any, package: Package) -> list[dict[str, Any]]:
    """The members of a `violation` set in a stable order.

    Raises ToolError when the rule breaks the convention that every violation has a text `msg`.
    """
    shown = "/".join(package)
    if not isinstance(value, list):
        raise ToolError(
            f"{shown}: the rule `violation` is {value!r}, not a set of violations",
            remedy='write it as `violation contains {"msg": ..., "details": {...}} if {...}`',
        )
    for member in value:
        if not isinstance(member, dict) or not isinstance(member.get("msg"), str):
            raise ToolError(
                f"{shown}: a violation without a text `msg`: {json.dumps(member)[:200]}",
                remedy='give every violation `"msg"` and `"details"`',
            )
        if not isinstance(member.get("details", {}), dict):
            raise ToolError(
                f"{shown}: `details` of a violation is no object", remedy='write `"details": {"pointer": ...}`'
            )
    return sorted(value, key=lambda member: json.dumps(member, sort_keys=True))

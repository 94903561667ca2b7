"""The embedded Rego engine, regorus: the only module that imports it.

Regorus is stricter than OPA's default: a built-in that fails (a wrong type, a division by zero) ends the evaluation
instead of leaving the expression undefined. That is what we want, and `seatrial.engines.opa` asks OPA for the same.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from seatrial.engines.rego import UNDEFINED, EngineName, Module, Package
from seatrial.model.errors import InputError, ToolError
from seatrial.model.position import Position

_PLACE = re.compile(r"--> (?P<file>.+?):(?P<line>\d+):(?P<column>\d+)\n")
_REASON = re.compile(r"^error: (?P<reason>.+)$", re.MULTILINE)
_NOT_COMPILED = re.compile(
    r"could not find function|is unsafe|not a valid rule path|could not schedule|conflicts with rule"
)
"""Mistakes of the source that regorus notices only when it first evaluates the rule."""

_DISTRIBUTION = "gordon-to-regorus"


class EmbeddedEngine:
    """Evaluates in this process."""

    name: EngineName = "embedded"

    def __init__(self) -> None:
        try:
            import regorus
        except ImportError as missing:
            raise ToolError(
                "the embedded Rego engine is not installed",
                remedy=f"install the package {_DISTRIBUTION}, or choose the OPA server with --engine opa",
            ) from missing
        self.version = f"regorus ({_DISTRIBUTION} {importlib.metadata.version(_DISTRIBUTION)})"
        self._engine = regorus.Engine()
        self._engine.set_gather_prints(True)

    def load(self, modules: Sequence[Module], data: Mapping[str, Any]) -> None:
        """Compile all modules and take *data* as the base document. Raises InputError for a module that does not."""
        for module in modules:
            try:
                self._engine.add_policy(module.file, module.text)
            except RuntimeError as error:
                raise _input_error(str(error), module.file) from None
        try:
            self._engine.add_data_json(json.dumps(data))
            self._engine.eval_query("true")  # makes regorus analyse all modules now
        except RuntimeError as error:
            raise _input_error(str(error), modules[0].file if modules else "") from None

    def evaluate(self, document: Mapping[str, Any], packages: Sequence[Package], rule: str = "violation") -> list[Any]:
        """Value of *rule* in each package; see `PolicyEngine.evaluate`."""
        with _panics_told():
            try:
                self._engine.set_input_json(json.dumps(document))
            except (RuntimeError, ValueError) as error:
                raise ToolError(f"the engine cannot take this document: {_told(str(error))[1]}") from None
            return [self._value(package, rule) for package in packages]

    def prints(self) -> list[str]:
        """What `print` calls have said since the last call, without their place."""
        return [line.split(": ", 1)[-1] for line in self._engine.take_prints()]

    def _value(self, package: Package, rule: str) -> Any:
        path = "data" + "".join(f'["{part}"]' for part in package) + f".{rule}"
        try:
            value = json.loads(self._engine.eval_rule_as_json(path))
        except RuntimeError as error:
            text = str(error)
            if _NOT_COMPILED.search(text):
                raise _input_error(text, "/".join(package)) from None
            place, reason = _told(text)
            raise ToolError(
                f"the rule {'/'.join(package)} failed while it was evaluated: {reason}",
                remedy="make the rule cope with this value, for example with data.lib.safe",
                position=place,
            ) from None
        return UNDEFINED if value == "<undefined>" else value

    def close(self) -> None:
        """Let the engine go, here and now: it may not be collected as garbage by another thread."""
        del self._engine

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@contextlib.contextmanager
def _panics_told() -> Iterator[None]:
    """Turn a panic of the engine, which comes as an exception beside Exception, into our failure with one message."""
    try:
        yield
    except BaseException as panic:
        if type(panic).__name__ != "PanicException":
            raise
        raise ToolError(
            f"the embedded Rego engine broke down: {panic}", remedy="choose the OPA server with --engine opa"
        ) from None


def _told(text: str) -> tuple[Position | None, str]:
    """Place and reason in an error text of regorus, which also holds source lines and a native stack trace."""
    text = text.split("\nStack backtrace", 1)[0]
    place, reason = _PLACE.search(text), _REASON.search(text)
    position = Position(place["file"], int(place["line"]), int(place["column"])) if place else None
    return position, reason["reason"] if reason else text.strip() or "unknown error"


def _input_error(text: str, file: str) -> InputError:
    place, reason = _told(text)
    shown = "" if place else f"{file}: "
    return InputError(f"{shown}the policy does not compile: {reason}", remedy="correct the Rego source", position=place)

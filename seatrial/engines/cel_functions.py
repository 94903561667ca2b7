"""Operators and functions of the Common Expression Language, as far as rules of custom kinds use them.

The standard library is that of the CEL specification; strings, lists, addresses and quantities are the extensions of
github.com/google/cel-go `ext` (strings version 2) and k8s.io/apiserver v0.37 `pkg/cel/library`.
"""

from __future__ import annotations

import functools
import ipaddress
import itertools
import math
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import attrs

from seatrial.engines.durations import go_duration
from seatrial.model.quantity import Quantity

_LOW, _HIGH = -(2**63), 2**63 - 1


class EvaluationError(Exception):
    """An expression cannot be evaluated on these values: the server refuses the object."""


@attrs.frozen(order=True)
class Duration:
    """A span of time."""

    nanoseconds: int


class UnorderedList(list[Any]):
    """A list whose order does not count when compared: `x-kubernetes-list-type` set or map."""


def _wrong(name: str) -> EvaluationError:
    return EvaluationError(f"no such overload: {name}")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def equal(left: Any, right: Any) -> bool:
    """`left == right`: numbers by value, otherwise only values of one kind can be equal."""
    if _is_number(left) and _is_number(right):
        return bool(left == right)
    if isinstance(left, list) and isinstance(right, list):
        if len(left) != len(right):
            return False
        if isinstance(left, UnorderedList) or isinstance(right, UnorderedList):
            return all(any(equal(item, other) for other in right) for item in left)
        return all(equal(one, other) for one, other in zip(left, right, strict=True))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(equal(value, right[key]) for key, value in left.items())
    return type(left) is type(right) and bool(left == right)


def _ordered(name: str, holds: Callable[[int], bool]) -> Callable[[Any, Any], bool]:
    def compare(left: Any, right: Any) -> bool:
        same = type(left) is type(right) and isinstance(left, str | bool | Duration)
        if not same and not (_is_number(left) and _is_number(right)):
            raise _wrong(name)
        return holds((left > right) - (left < right))

    return compare


def _integer(value: int) -> int:
    if not _LOW <= value <= _HIGH:
        raise EvaluationError("integer overflow")
    return value


def _add(left: Any, right: Any) -> Any:
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    if isinstance(left, list) and isinstance(right, list):
        return [*left, *right]
    if isinstance(left, Duration) and isinstance(right, Duration):
        return Duration(_integer(left.nanoseconds + right.nanoseconds))
    return _arithmetic("+", left, right)


def _arithmetic(name: str, left: Any, right: Any) -> Any:
    if not _is_number(left) or type(left) is not type(right):
        raise _wrong(name)
    if name in ("/", "%") and right == 0 and isinstance(left, int):
        raise EvaluationError("division by zero" if name == "/" else "modulus by zero")
    if isinstance(left, float):
        return _floating(name, left, right)
    match name:
        case "+":
            return _integer(left + right)
        case "-":
            return _integer(left - right)
        case "*":
            return _integer(left * right)
        case "/":
            # Towards zero, as Go divides.
            return _integer(abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1))
    if right == -1 and left == _LOW:
        raise EvaluationError("integer overflow")
    return abs(left) % abs(right) * (-1 if left < 0 else 1)


def _floating(name: str, left: float, right: float) -> float:
    if name == "%":
        raise _wrong("%")
    if name == "/" and right == 0:
        return float("nan") if left == 0 else float("inf") * (1 if left > 0 else -1)
    operations: dict[str, Callable[[float, float], float]] = {
        "+": lambda one, other: one + other,
        "-": lambda one, other: one - other,
        "*": lambda one, other: one * other,
        "/": lambda one, other: one / other,
    }
    return operations[name](left, right)


def _subtract(left: Any, right: Any) -> Any:
    if isinstance(left, Duration) and isinstance(right, Duration):
        return Duration(_integer(left.nanoseconds - right.nanoseconds))
    return _arithmetic("-", left, right)


def _negated(value: Any) -> Any:
    if not _is_number(value):
        raise _wrong("-")
    return _integer(-value) if isinstance(value, int) else -value


def _not(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _wrong("!")
    return not value


def _within(value: Any, owner: Any) -> bool:
    if isinstance(owner, list):
        return any(equal(value, item) for item in owner)
    if isinstance(owner, dict):
        return isinstance(value, str | int) and value in owner
    raise _wrong("in")


def _at(owner: Any, index: Any) -> Any:
    if isinstance(owner, list) and isinstance(index, int) and not isinstance(index, bool):
        if not 0 <= index < len(owner):
            raise EvaluationError(f"index out of bounds: {index}")
        return owner[index]
    if isinstance(owner, dict) and isinstance(index, str | int):
        if index not in owner:
            raise EvaluationError(f"no such key: {index}")
        return owner[index]
    raise _wrong("[]")


def _size(value: Any) -> int:
    if not isinstance(value, str | list | dict):
        raise _wrong("size")
    return len(value)


def _texts(name: str, count: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Lets a function be called only if its first *count* arguments are strings, and the others integers."""

    def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def checked(*arguments: Any) -> Any:
            numbers = arguments[count:]
            if not all(isinstance(text, str) for text in arguments[:count]) or len(arguments) < count:
                raise _wrong(name)
            if not all(isinstance(number, int) and not isinstance(number, bool) for number in numbers):
                raise _wrong(name)
            try:
                return function(*arguments)
            except TypeError:
                raise _wrong(name) from None

        return checked

    return wrap


@functools.lru_cache(maxsize=256)
def _pattern(pattern: str) -> Any:
    # Rust's regular expressions are, like Go's, those of RE2; Python's own would read some patterns differently.
    import jsonschema_rs

    try:
        return jsonschema_rs.validator_for({"pattern": pattern}, pattern_options=jsonschema_rs.RegexOptions())
    except ValueError as error:
        raise EvaluationError(f"the pattern {pattern} is not valid") from error


@_texts("matches", 2)
def _matches(text: str, pattern: str) -> bool:
    return bool(_pattern(pattern).is_valid(text))


@_texts("split", 2)
def _split(text: str, separator: str, limit: int = -1) -> list[str]:
    if limit == 0:
        return []
    if limit == 1:
        return [text]
    if not separator:
        parts = list(text)
        return parts if limit < 0 or len(parts) <= limit else [*parts[: limit - 1], "".join(parts[limit - 1 :])]
    return text.split(separator, limit - 1 if limit > 0 else -1)


@_texts("substring", 1)
def _substring(text: str, start: int, end: int | None = None) -> str:
    stop = len(text) if end is None else end
    if not 0 <= start <= stop <= len(text):
        raise EvaluationError(f"index out of range: {start}")
    return text[start:stop]


@_texts("charAt", 1)
def _char_at(text: str, index: int) -> str:
    if not 0 <= index <= len(text):
        raise EvaluationError(f"index out of range: {index}")
    return text[index : index + 1]


@_texts("replace", 3)
def _replace(text: str, old: str, new: str, limit: int = -1) -> str:
    return text.replace(old, new, limit)


def _index_of(owner: Any, item: Any) -> int:
    if isinstance(owner, str) and isinstance(item, str):
        return owner.find(item)
    if isinstance(owner, list):
        return next((index for index, other in enumerate(owner) if equal(other, item)), -1)
    raise _wrong("indexOf")


def _last_index_of(owner: Any, item: Any) -> int:
    if isinstance(owner, str) and isinstance(item, str):
        return owner.rfind(item)
    if isinstance(owner, list):
        return max((index for index, other in enumerate(owner) if equal(other, item)), default=-1)
    raise _wrong("lastIndexOf")


def _join(items: Any, separator: str = "") -> str:
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise _wrong("join")
    return separator.join(items)


_LOWER = {ord(char): char.lower() for char in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_UPPER = {ord(char): char.upper() for char in "abcdefghijklmnopqrstuvwxyz"}


def duration(value: Any) -> Duration:
    """`duration('1h30m')`, written as Go's time.ParseDuration takes it. Raises EvaluationError for anything else."""
    if isinstance(value, Duration):
        return value
    nanoseconds = go_duration(value) if isinstance(value, str) else None
    if nanoseconds is None:
        raise EvaluationError(f"invalid duration {value!r}")
    return Duration(nanoseconds)


@_texts("isIP", 1)
def _is_ip(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    # k8s.io/apiserver `pkg/cel/library/ip.go`: no zone, and no IPv4 address dressed up as IPv6.
    return "%" not in text and getattr(address, "ipv4_mapped", None) is None


def quantity(value: Any) -> Quantity:
    """`quantity('500m')`. Raises EvaluationError for anything else."""
    if not isinstance(value, str):
        raise _wrong("quantity")
    try:
        return Quantity.parse(value)
    except ValueError as error:
        raise EvaluationError(f"invalid quantity {value!r}") from error


@_texts("isQuantity", 1)
def _is_quantity(text: str) -> bool:
    try:
        quantity(text)
    except EvaluationError:
        return False
    return True


def _quantities(name: str, holds: Callable[[Quantity, Quantity], Any]) -> Callable[[Any, Any], Any]:
    def compare(left: Any, right: Any) -> Any:
        if not isinstance(left, Quantity) or not isinstance(right, Quantity):
            raise _wrong(name)
        return holds(left, right)

    return compare


def _string(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int):
        return str(value)
    if isinstance(value, float):
        return _float_text(value)
    raise _wrong("string")


def _float_text(value: float) -> str:
    """A float as Go writes it shortest: with an exponent below 1e-4 and from 1e21 on (strconv.FormatFloat, `g`)."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"
    if value == 0 or 1e-4 <= abs(value) < 1e21:
        plain = f"{Decimal(repr(value)):f}"
        return plain.removesuffix(".0")
    mantissa, _, exponent = f"{Decimal(repr(value)):e}".partition("e")
    short = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return f"{short}e{'-' if int(exponent) < 0 else '+'}{abs(int(exponent)):02d}"


def _int(value: Any) -> int:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _integer(int(value))
    if isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]{1,19}", value):
        return _integer(int(value))
    raise _wrong("int")


def _double(value: Any) -> float:
    if _is_number(value):
        return float(value)
    if isinstance(value, str) and re.fullmatch(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", value):
        return float(value)
    raise _wrong("double")


def _comparable(items: Any, name: str) -> list[Any]:
    if not isinstance(items, list) or not all(isinstance(item, str | int | float | Duration) for item in items):
        raise _wrong(name)
    return items


def _is_sorted(items: Any) -> bool:
    found = _comparable(items, "isSorted")
    return all(one <= other for one, other in itertools.pairwise(found))


def _sum(items: Any) -> Any:
    found = _comparable(items, "sum")
    return functools.reduce(_add, found) if found else 0


def _extreme(name: str, choose: Callable[[list[Any]], Any]) -> Callable[[Any], Any]:
    def chosen(items: Any) -> Any:
        found = _comparable(items, name)
        if not found:
            raise EvaluationError(f"{name} called on empty list")
        return choose(found)

    return chosen


def _dyn(value: Any) -> Any:
    return value


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "==": equal,
    "!=": lambda left, right: not equal(left, right),
    "<": _ordered("<", lambda order: order < 0),
    "<=": _ordered("<=", lambda order: order <= 0),
    ">": _ordered(">", lambda order: order > 0),
    ">=": _ordered(">=", lambda order: order >= 0),
    "+": _add,
    "-": _subtract,
    **{name: functools.partial(_arithmetic, name) for name in ("*", "/", "%")},
    "unary -": _negated,
    "unary !": _not,
    "in": _within,
    "[]": _at,
    "size": _size,
    ".size": _size,
    "matches": _matches,
    ".matches": _matches,
    ".contains": _texts("contains", 2)(lambda text, part: part in text),
    ".startsWith": _texts("startsWith", 2)(lambda text, part: text.startswith(part)),
    ".endsWith": _texts("endsWith", 2)(lambda text, part: text.endswith(part)),
    ".split": _split,
    ".substring": _substring,
    ".charAt": _char_at,
    ".replace": _replace,
    ".trim": _texts("trim", 1)(lambda text: text.strip()),
    ".lowerAscii": _texts("lowerAscii", 1)(lambda text: text.translate(_LOWER)),
    ".upperAscii": _texts("upperAscii", 1)(lambda text: text.translate(_UPPER)),
    ".indexOf": _index_of,
    ".lastIndexOf": _last_index_of,
    ".join": _join,
    "duration": duration,
    "isIP": _is_ip,
    "isQuantity": _is_quantity,
    "quantity": quantity,
    ".isLessThan": _quantities("isLessThan", lambda left, right: left < right),
    ".isGreaterThan": _quantities("isGreaterThan", lambda left, right: left > right),
    ".compareTo": _quantities("compareTo", lambda left, right: (left > right) - (left < right)),
    ".isSorted": _is_sorted,
    ".sum": _sum,
    ".min": _extreme("min", min),
    ".max": _extreme("max", max),
    "string": _string,
    "double": _double,
    "int": _int,
    "dyn": _dyn,
}
"""Every function and operator by name; methods begin with a dot."""

"""Reading expressions of the Common Expression Language, in which custom kinds state rules that no schema can.

The grammar is that of the CEL specification (`doc/langdef.md`), as github.com/google/cel-go parses it for
k8s.io/apiserver v0.37. What the evaluator beside this could not evaluate faithfully is refused here, so that a rule is
judged wholly or said not to be judged.
"""

from __future__ import annotations

import ast
import re
from typing import Any

import attrs


class UnsupportedError(Exception):
    """An expression uses something that is not implemented here."""


@attrs.frozen
class Literal:
    """A number, string, bytes, boolean or null."""

    value: Any


@attrs.frozen
class Name:
    """A variable."""

    name: str


@attrs.frozen
class Select:
    """`operand.field`."""

    operand: Node
    field: str


@attrs.frozen
class Call:
    """A function or operator; a method has its target as the first argument, and its name begins with a dot."""

    function: str
    arguments: tuple[Node, ...]


@attrs.frozen
class ListOf:
    """`[a, b]`."""

    items: tuple[Node, ...]


@attrs.frozen
class MapOf:
    """`{a: b}`."""

    entries: tuple[tuple[Node, Node], ...]


@attrs.frozen
class Macro:
    """`range.all(variable, body)` and its kin; `map` with three arguments has a condition too."""

    name: str
    range: Node
    variable: str
    body: Node
    condition: Node | None = None


Node = Literal | Name | Select | Call | ListOf | MapOf | Macro

MACROS = frozenset({"all", "exists", "exists_one", "existsOne", "filter", "map"})
_TOKEN = re.compile(
    r"""
    (?P<space>\s+|//[^\n]*)
  | (?P<string>[rRbB]{0,2}(?:\"{3}(?:[^\\]|\\.)*?\"{3}|'{3}(?:[^\\]|\\.)*?'{3}|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'))
  | (?P<number>0x[0-9a-fA-F]+[uU]?|(?:[0-9]+\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+|\.[0-9]+)|[0-9]+[uU]?)
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<operator>&&|\|\||==|!=|<=|>=|\.\?|\[\?|[-+*/%<>!?:.,()\[\]{}])
    """,
    re.VERBOSE | re.DOTALL,
)
_RAW_STRING = re.compile(r"""(?P<space>)(?P<string>[rR](?:\"{3}.*?\"{3}|'{3}.*?'{3}|"[^"\n]*"|'[^'\n]*'))""", re.DOTALL)
_BINARY = ({"||"}, {"&&"}, {"<", "<=", ">", ">=", "==", "!=", "in"}, {"+", "-"}, {"*", "/", "%"})
"""Binary operators from the loosest to the tightest."""
_WORDS = {"true": True, "false": False, "null": None}


def parse(text: str) -> Node:
    """The expression of *text*. Raises UnsupportedError for what is not implemented, and for what is no expression."""
    parser = _Parser(_tokens(text))
    node = parser.expression()
    if parser.peek():
        raise UnsupportedError(f"unexpected {parser.peek()!r}")
    return node


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while at < len(text):
        # In a raw string a backslash is only that, so that its end is found without regard to it.
        match = _RAW_STRING.match(text, at) or _TOKEN.match(text, at)
        if match is None:
            raise UnsupportedError(f"cannot read {text[at : at + 20]!r}")
        if match.lastgroup != "space" and match[0].strip():
            found.append((match.lastgroup or "", match[0]))
        at = match.end()
    return found


class _Parser:
    """Recursive descent over the tokens."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens = tokens
        self.at = 0

    def peek(self) -> str:
        """The next token's text; empty at the end, and for a string, which is no operator."""
        if self.at >= len(self.tokens):
            return ""
        kind, text = self.tokens[self.at]
        return f"string {text}" if kind == "string" else text

    def take(self, *texts: str) -> str:
        """Take the next token if it is one of these."""
        if self.at < len(self.tokens) and self.peek() in texts:
            self.at += 1
            return texts[texts.index(self.tokens[self.at - 1][1])]
        return ""

    def expect(self, text: str) -> None:
        if not self.take(text):
            raise UnsupportedError(f"expected {text!r}, found {self.peek() or 'the end'!r}")

    def expression(self) -> Node:
        condition = self.binary(0)
        if not self.take("?"):
            return condition
        first = self.binary(0)
        self.expect(":")
        return Call("?:", (condition, first, self.expression()))

    def binary(self, level: int) -> Node:
        if level == len(_BINARY):
            return self.unary()
        left = self.binary(level + 1)
        while operator := self.take(*sorted(_BINARY[level])):
            left = Call(operator, (left, self.binary(level + 1)))
        return left

    def unary(self) -> Node:
        if operator := self.take("!", "-"):
            operand = self.unary()
            if operator == "-" and isinstance(operand, Literal) and type(operand.value) in (int, float):
                return Literal(-operand.value)
            return Call(f"unary {operator}", (operand,))
        return self.member()

    def member(self) -> Node:
        node = self.primary()
        while operator := self.take(".", "[", ".?", "[?"):
            if operator == "[":
                node = Call("[]", (node, self.expression()))
                self.expect("]")
            elif operator == ".":
                name = self.name()
                node = self.method(node, name) if self.take("(") else Select(node, name)
            else:
                raise UnsupportedError("optional values")
        return node

    def name(self) -> str:
        kind, text = self.tokens[self.at] if self.at < len(self.tokens) else ("", "the end")
        if kind != "name":
            raise UnsupportedError(f"expected a name, found {text!r}")
        self.at += 1
        return text

    def arguments(self, end: str) -> tuple[Node, ...]:
        found: list[Node] = []
        while not self.take(end):
            found.append(self.expression())
            if not self.take(","):
                self.expect(end)
                break
        return tuple(found)

    def method(self, target: Node, name: str) -> Node:
        arguments = self.arguments(")")
        if name not in MACROS:
            return Call(f".{name}", (target, *arguments))
        if len(arguments) not in ((2, 3) if name == "map" else (2,)) or not isinstance(arguments[0], Name):
            raise UnsupportedError(f"{name} with {len(arguments)} arguments")
        condition = arguments[1] if len(arguments) == 3 else None
        return Macro(name.replace("existsOne", "exists_one"), target, arguments[0].name, arguments[-1], condition)

    def primary(self) -> Node:
        if self.take("("):
            node = self.expression()
            self.expect(")")
            return node
        if self.take("["):
            return ListOf(self.arguments("]"))
        if self.take("{"):
            return self.mapping()
        if self.at >= len(self.tokens):
            raise UnsupportedError("the expression ends early")
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "string":
            return Literal(_string(text))
        if kind == "number":
            return Literal(_number(text))
        if kind != "name":
            raise UnsupportedError(f"unexpected {text!r}")
        if text in _WORDS:
            return Literal(_WORDS[text])
        if not self.take("("):
            return Name(text)
        arguments = self.arguments(")")
        if text == "has" and (len(arguments) != 1 or not isinstance(arguments[0], Select)):
            raise UnsupportedError("has of something that is no field")
        return Call(text, arguments)

    def mapping(self) -> Node:
        entries = []
        while not self.take("}"):
            key = self.expression()
            self.expect(":")
            entries.append((key, self.expression()))
            if not self.take(","):
                self.expect("}")
                break
        return MapOf(tuple(entries))


def _number(text: str) -> int | float:
    if text[-1] in "uU":
        raise UnsupportedError("unsigned numbers")
    if len(text) > 400:
        raise UnsupportedError("a number as long as this")
    if text.startswith("0x"):
        return int(text, 16)
    return int(text) if text.isdigit() else float(text)


def _string(text: str) -> str | bytes:
    prefix = re.match(r"[rRbB]*", text)
    kind = prefix[0].lower() if prefix else ""
    body = text[len(kind) :]
    if "b" in kind:
        raise UnsupportedError("bytes")
    if "r" in kind:
        quote = 3 if body[:3] in ('"""', "'''") else 1
        return body[quote:-quote]
    if any(escape not in "abfnrtv\\'\"xuU01234567?`" for escape in re.findall(r"\\(.)", body, re.DOTALL)):
        raise UnsupportedError("an escape")
    try:
        # The escapes of CEL are those of Python but for \? and \`.
        value = ast.literal_eval(body.replace("\\?", "?").replace("\\`", "`"))
    except (ValueError, SyntaxError) as error:
        raise UnsupportedError("a string that cannot be read") from error
    return str(value)

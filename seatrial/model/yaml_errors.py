"""The YAML parser's complaints in the words of a person who made the mistake."""

from __future__ import annotations

from typing import Any

import yaml

from seatrial.model.errors import InputError
from seatrial.model.position import Position
from seatrial.model.text import forbidden_character

_LONGEST_KEY = 1024
"""Characters that a plain key may have (YAML 1.1 section 9.1.3), so that a parser need not look further ahead."""


def readable(error: yaml.YAMLError, text: str, file: str) -> InputError:
    """What *error* says about *text*, with its place and the remedy that fits."""
    if isinstance(error, yaml.reader.ReaderError):
        # It knows its place as an offset only.
        found = forbidden_character(text, file)
        if found is not None:
            return found
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = str(getattr(error, "problem", None) or error).splitlines()[0]
    remedy = "correct the YAML syntax"
    opened = _opened(error, mark)
    if mark is not None and _character(text, mark.line, mark.column) == "\t":
        problem, remedy = "a tab is used for indentation", "indent with spaces: YAML does not allow tabs there"
    elif "mapping values are not allowed" in problem:
        remedy = "quote the value, or check the indentation of this line and the one before"
    elif "block end" in problem or "expected key" in problem or "'-' indicator" in problem:
        remedy = "align this line with its siblings"
    elif "expected ':'" in problem:
        # The parser looks ahead for the colon: the key is where it began to look.
        mark = getattr(error, "context_mark", None) or mark
        problem = "a key without `:` after it"
        remedy = f"write `key: value` (a key has at most {_LONGEST_KEY:,} characters), or indent it if it is text"
    elif "expected node content" in problem or "expected ',' or" in problem:
        remedy = f"close the bracket that is open{opened}, and separate its entries with commas"
    elif "cannot start any token" in problem:
        remedy = "quote the value: it begins with a character that means something else to YAML"
    elif "unexpected end of stream" in problem:
        remedy = f"close the quotation mark that is open{opened}"
    position = Position(file, mark.line + 1, mark.column + 1) if mark is not None else Position(file, 1, 1)
    return InputError(f"not valid YAML: {problem}", remedy=remedy, position=position)


def _opened(error: yaml.YAMLError, mark: Any) -> str:
    """` since line N`, where the parser knows in which earlier line the thing began that it cannot finish."""
    first = getattr(error, "context_mark", None)
    return f" since line {first.line + 1}" if first is not None and mark is not None and first.line < mark.line else ""


def _character(text: str, line: int, column: int) -> str:
    lines = text.split("\n", line + 1)
    return lines[line][column : column + 1] if line < len(lines) else ""

"""Kubernetes quantities, exact and strict.

The grammar and the rounding are those of apimachinery's `resource.ParseQuantity`
(k8s.io/apimachinery v0.37.2, pkg/api/resource/quantity.go and suffix.go), its oddities included:
`1.` and `.5` are accepted, a small suffix alone is zero, anything below one nano rounds up to it, and what is written
with a binary suffix is capped at 2^63-1. Only the implausible is refused here and not there: texts and exponents whose
arithmetic would take for ever.
"""

from __future__ import annotations

import functools
import re
from decimal import ROUND_UP, Decimal, localcontext

import attrs

# parseQuantityString: a sign, digits, an optional point with digits, a suffix that may end in a signed number.
_SHAPE = re.compile(r"(?P<sign>[+-]?)(?P<whole>[0-9]*)(?:\.(?P<part>[0-9]*))?(?P<suffix>[eEinumkKMGTP]*[+-]?[0-9]*)")
_EXPONENT = re.compile(r"[eE][+-]?[0-9]+")
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_NANO = Decimal("1e-9")
_NEEDS_DIGITS = {"Pi", "Ei"}
"""Suffixes too large for upstream's fast path, the only one that takes a missing number for zero."""
_SMALLEST_EXPONENT = -9
"""... and the same for exponents: below nano."""
_LARGEST = Decimal(2**63 - 1)
_DIGITS = 120
"""Enough decimal digits for the longest text that is accepted, so that no arithmetic here ever rounds by itself."""
_MAX_TEXT = 64
_LARGEST_EXPONENT = 40


def _may_stand_alone(suffix: str) -> bool:
    """Whether the suffix without any digit before it is zero, as ParseQuantity's two ways of reading have it."""
    if _EXPONENT.fullmatch(suffix):
        return int(suffix[1:]) >= _SMALLEST_EXPONENT
    return suffix not in _NEEDS_DIGITS


def _scaled(sign: str, digits: str, suffix: str) -> Decimal:
    number = Decimal(digits or "0")
    if suffix in _DECIMAL:
        factor = Decimal(1).scaleb(_DECIMAL[suffix])
    elif suffix in _BINARY:
        factor = Decimal(1 << _BINARY[suffix])
    elif _EXPONENT.fullmatch(suffix):
        exponent = int(suffix[1:])
        if exponent > _LARGEST_EXPONENT:
            raise ValueError(f"the exponent {exponent} is not plausible; at most {_LARGEST_EXPONENT} is read")
        # Far below one nano the outcome is one nano in any case.
        factor = Decimal(1).scaleb(max(-80, exponent))
    else:
        raise ValueError(f"the suffix {suffix!r} is none of n u m k M G T P E Ki Mi Gi Ti Pi Ei or an exponent like e3")
    value = number * factor
    if suffix in _BINARY:
        value = min(value, _LARGEST)
    value = value.quantize(_NANO, rounding=ROUND_UP)
    return -value if sign == "-" else value


@functools.lru_cache(maxsize=4096)
def _parse(text: str) -> Decimal:
    if not text:
        raise ValueError("a quantity must not be empty")
    if len(text) > _MAX_TEXT:
        raise ValueError(f"a quantity of {len(text)} characters is not plausible; at most {_MAX_TEXT} are read")
    match = _SHAPE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a quantity: expected a number with an optional suffix, such as 500m or 2Gi")
    whole, part = match["whole"], match["part"]
    if not whole and not part and not _may_stand_alone(match["suffix"]):
        raise ValueError(f"the quantity {text!r} has no number before its suffix")
    with localcontext() as context:
        context.prec = _DIGITS
        return _scaled(match["sign"], f"{whole or 0}.{part or 0}", match["suffix"])


@attrs.frozen(order=True)
class Quantity:
    """An amount of a resource: CPU in cores, memory and storage in bytes, custom metrics in their own unit."""

    value: Decimal

    @classmethod
    def parse(cls, text: object) -> Quantity:
        """Read a manifest's value, a string or a plain number. Raises ValueError that tells what is wrong."""
        if isinstance(text, bool) or not isinstance(text, str | int | float):
            raise ValueError(f"expected a quantity such as 500m or 2Gi, found {type(text).__name__}")
        return cls(_parse(text if isinstance(text, str) else repr(text)))

    def milli(self) -> int:
        """Thousandths, rounded away from zero.

        So does upstream's `Quantity.MilliValue` with all that is not negative and fits into 64 bits. Of negative
        amounts that it holds as decimals (finer than one nano, or of 19 digits and more) it makes other numbers: its
        scaledValue in scale_int.go compares them with the largest integer only.
        """
        with localcontext() as context:
            context.prec = _DIGITS
            return int(self.value.scaleb(3).to_integral_value(rounding=ROUND_UP))

    def __add__(self, other: Quantity) -> Quantity:
        with localcontext() as context:
            context.prec = _DIGITS
            return Quantity(self.value + other.value)

    def __mul__(self, count: int) -> Quantity:
        with localcontext() as context:
            context.prec = _DIGITS
            return Quantity(self.value * count)

    def __str__(self) -> str:
        """The shortest exact form: binary units for whole multiples of 1Ki and more, milli for fractions."""
        value = self.value
        if value == value.to_integral_value():
            number = int(value)
            for suffix, bits in reversed(_BINARY.items()):
                if number and number % (1 << bits) == 0:
                    return f"{number >> bits}{suffix}"
            return str(number)
        for suffix in ("m", "u", "n"):
            scaled = value.scaleb(-_DECIMAL[suffix])
            if scaled == scaled.to_integral_value():
                return f"{int(scaled)}{suffix}"
        return format(value.normalize(), "f")

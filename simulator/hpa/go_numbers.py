"""Go's arithmetic where Python's differs, so that every result is bit for bit the controller's.

The autoscaler computes in int64 milli-units, int32 replicas and float64 ratios. Python's integers do not
wrap, its `//` floors, and its floats refuse to divide by zero; all three would show at the edges.
The conversions are those of Go on amd64, the platform that the oracle of the tests runs on.
"""

from __future__ import annotations

import math
from decimal import Decimal

MAX_INT32 = 2**31 - 1
MIN_INT32 = -(2**31)
MAX_INT64 = 2**63 - 1


def wrap32(number: int) -> int:
    """*number* as an int32 that overflowed keeps it."""
    if MIN_INT32 <= number <= MAX_INT32:
        return number
    return (number + 2**31) % 2**32 - 2**31


def wrap64(number: int) -> int:
    """*number* as an int64 that overflowed keeps it."""
    if -(2**63) <= number <= MAX_INT64:
        return number
    return (number + 2**63) % 2**64 - 2**63


def quotient(dividend: int, divisor: int) -> int:
    """Integer division that truncates towards zero. Raises ZeroDivisionError, as Go panics."""
    result = abs(dividend) // abs(divisor)
    return result if (dividend < 0) == (divisor < 0) else -result


def divide(dividend: float, divisor: float) -> float:
    """IEEE 754 division: by zero it gives an infinity or NaN."""
    if divisor != 0:
        return dividend / divisor
    if dividend == 0 or math.isnan(dividend):
        return math.nan
    return math.copysign(math.inf, dividend) * math.copysign(1.0, divisor)


def int32_of(number: float) -> int:
    """`int32(number)`: truncated; whatever does not fit, infinities and NaN, gives the smallest int32 (CVTTSD2SL)."""
    if MIN_INT32 - 1 < number < MAX_INT32 + 1:
        return int(number)
    return MIN_INT32


def ceil32(number: float) -> int:
    """`int32(math.Ceil(number))`."""
    if MIN_INT32 - 1 < number <= MAX_INT32:
        return math.ceil(number)
    return MIN_INT32


def approximate_float(value: Decimal) -> float:
    """`Quantity.AsApproximateFloat64` of the canonical form that the API server stores, such as 50m for 0.05.

    The mantissa times a power of ten is not always the nearest double of the decimal, and tolerances
    are compared as doubles (k8s.io/apimachinery v0.37.2, pkg/api/resource/quantity.go).
    """
    mantissa, exponent = int(value.scaleb(9)), -9  # a quantity has no digits below one nano
    if mantissa == 0:
        return 0.0
    while mantissa % 10 == 0:
        mantissa, exponent = mantissa // 10, exponent + 1
    while exponent % 3:
        mantissa, exponent = mantissa * 10, exponent - 1
    base = float(mantissa)
    return base if exponent == 0 else base * (10.0**exponent if exponent > 0 else 1.0 / 10.0**-exponent)

"""Plots of a simulated scenario as static SVG that lives inside the page: no script, no request, readable in print.

Drawn with Vega-Altair and vl-convert, the extra `seatrial[plots]`. Colours are those of the light theme; the page's
style sheet exchanges them by attribute in the dark one, so the SVG itself stays usable on its own.
"""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree as ET

from markupsafe import Markup

from seatrial.report.scenario import Latency, Replicas
from seatrial.report.text import one_line

INK = "#41505f"
GRID = "#e3e9ef"
FIRST = "#1769aa"
SECOND = "#b4530a"
LIMIT = "#b3261e"
"""Colours by role; `report.css` names each again to give it a dark counterpart."""

_UNITS = {"ms": "milliseconds", "s": "seconds"}
_SVG = "http://www.w3.org/2000/svg"
# What Vega draws lines, areas, rules and axes with. Anything else would be a surprise, and is dropped.
_ELEMENTS = {"svg", "g", "path", "line", "text", "rect", "title", "tspan"}
_DROPPED = {"href", "style", "role", "aria-label", "aria-roledescription", "clip-path"}


@functools.cache
def available() -> bool:
    """True if the extra `plots` is installed."""
    return all(importlib.util.find_spec(name) is not None for name in ("altair", "vl_convert"))


def replicas(series: Replicas) -> Markup:
    """Return the plot of one autoscaler: mean replicas with the range over replications, between its limits."""
    import altair as alt

    points = [
        {"t": time, "mean": mean, "low": low, "high": high}
        for time, mean, low, high in zip(_scaled(series.times), series.mean, series.low, series.high, strict=True)
    ]
    limits = [{"limit": limit} for limit in (series.minimum, series.maximum) if limit is not None]
    top = max([1.0, *series.high, *(limit["limit"] for limit in limits)])
    y = alt.Scale(domain=[0, top * 1.05], nice=False)
    x = alt.X("t:Q", title=_unit(series.times), axis=alt.Axis(tickCount=5, grid=False))
    base = alt.Chart(alt.InlineData(values=points))
    band = base.mark_area(color=FIRST, opacity=0.18, interpolate="step-after").encode(
        x=x, y=alt.Y("low:Q", scale=y), y2="high:Q"
    )
    line = base.mark_line(color=FIRST, strokeWidth=1.8, interpolate="step-after").encode(
        x=x, y=alt.Y("mean:Q", scale=y, title="replicas", axis=alt.Axis(tickCount=4, format="d", tickMinStep=1))
    )
    rule = alt.Chart(alt.InlineData(values=limits)).mark_rule(color=LIMIT, strokeDash=[4, 3]).encode(y=alt.Y("limit:Q"))
    return _svg(
        band + line + rule,
        width=270,
        height=110,
        title=f"Replicas of {series.name} over time",
        description=series.told,
    )


def latency(series: Latency) -> Markup:
    """Return the plot of one request class: median and 95th percentile with its confidence band, and the objective."""
    import altair as alt

    # With few replications Student's bounds reach far beyond the curve, and below zero: the band is cut there so that
    # the curve stays readable; the data table has the bounds as they are.
    top = 2 * max([1.0, series.objective or 0.0, *series.known])
    points = [
        {
            "t": time,
            "p50": p50,
            "p95": p95,
            "low": None if low is None else max(low, 0.0),
            "high": None if high is None else min(high, top),
        }
        for time, p50, p95, low, high in zip(
            _scaled(series.times), series.p50, series.p95, series.p95_low, series.p95_high, strict=True
        )
    ]
    x = alt.X("t:Q", title=_unit(series.times), axis=alt.Axis(tickCount=6, grid=False))
    axis = alt.Axis(tickCount=5, minExtent=44)
    base = alt.Chart(alt.InlineData(values=points))
    band = base.mark_area(color=SECOND, opacity=0.2).encode(x=x, y=alt.Y("low:Q"), y2="high:Q")
    high = base.mark_line(color=SECOND, strokeWidth=1.8).encode(
        x=x,
        y=alt.Y("p95:Q", title=_UNITS[series.unit], axis=axis, scale=alt.Scale(zero=True)),
    )
    middle = base.mark_line(color=FIRST, strokeWidth=1.8).encode(x=x, y=alt.Y("p50:Q"))
    layers = band + high + middle
    if series.objective is not None:
        goal = alt.InlineData(values=[{"goal": series.objective}])
        layers += alt.Chart(goal).mark_rule(color=LIMIT, strokeDash=[4, 3]).encode(y=alt.Y("goal:Q"))
    return _svg(layers, width=330, height=150, title=f"Latency of {series.name} over time", description=series.told)


def _scaled(times: Sequence[float]) -> list[float]:
    divisor = _divisor(times)
    return [time / divisor for time in times]


def _divisor(times: Sequence[float]) -> float:
    longest = max(times, default=0.0)
    return 3600.0 if longest > 3 * 3600 else 60.0 if longest > 180 else 1.0


def _unit(times: Sequence[float]) -> str:
    return {3600.0: "hours", 60.0: "minutes", 1.0: "seconds"}[_divisor(times)]


def _svg(chart: Any, *, width: int, height: int, title: str, description: str) -> Markup:
    import altair as alt
    import vl_convert

    font = "system-ui, sans-serif"
    axis = {
        "labelColor": INK,
        "titleColor": INK,
        "gridColor": GRID,
        "domainColor": INK,
        "tickColor": INK,
        "labelFont": font,
        "titleFont": font,
        "titleFontWeight": "normal",
        "labelFontSize": 11,
        "titleFontSize": 11,
        "titlePadding": 6,
    }
    specification = (
        chart.properties(width=width, height=height, background="transparent", padding=4)
        .configure_axis(**axis)
        .configure_view(stroke=None)
        .to_dict()
    )
    version = alt.SCHEMA_VERSION.removeprefix("v").rpartition(".")[0]
    drawn = vl_convert.vegalite_to_svg(specification, vl_version=version, allowed_base_urls=[])
    return _embedded(drawn, title, description)


def _embedded(drawn: str, title: str, description: str) -> Markup:
    """Return *drawn* with an accessible name, sized by the page, and free of anything that could act.

    Every element outside the allowed ones, every reference and every event handler is dropped.
    """
    root = ET.fromstring(drawn)  # noqa: S314 - drawn by vl-convert a moment ago, from our own specification
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag.rpartition("}")[2] not in _ELEMENTS:
                parent.remove(child)
        for name in list(parent.attrib):
            bare = name.rpartition("}")[2]
            if bare.startswith("on") or bare in _DROPPED:
                del parent.attrib[name]
    for name in ("width", "height", "class"):
        root.attrib.pop(name, None)
    root.set("role", "img")
    root.set("aria-label", one_line(f"{title}. {description}"))
    heading = ET.Element(f"{{{_SVG}}}title")
    heading.text = one_line(title)
    root.insert(0, heading)
    ET.register_namespace("", _SVG)
    return Markup(ET.tostring(root, encoding="unicode"))  # noqa: S704 - built from parsed XML, serialized with escapes

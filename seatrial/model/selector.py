"""Label selectors as the API server evaluates them.

Truth: k8s.io/apimachinery v0.37.2, pkg/apis/meta/v1/helpers.go (`LabelSelectorAsSelector`) and
pkg/labels/selector.go (`Requirement.Matches`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seatrial.model.dig import as_dict, as_list, as_str


def matches_map(selector: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    """Whether the labels hold every pair of a plain map (a Service's selector); an empty map holds always."""
    return all(labels.get(key) == value for key, value in selector.items())


def _expression_matches(expression: Any, labels: Mapping[str, str]) -> bool:
    expression = as_dict(expression)
    key, operator = as_str(expression.get("key")), as_str(expression.get("operator"))
    values = as_list(expression.get("values"))
    match operator:
        case "In":
            return key in labels and labels[key] in values
        case "NotIn":
            # A missing label satisfies NotIn.
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
    # The API server rejects any other operator: such a selector selects nothing.
    return False


def matches(selector: Any, labels: Mapping[str, str]) -> bool:
    """Whether a LabelSelector (matchLabels and matchExpressions, all required) selects the labels.

    An empty selector selects everything; None selects nothing.
    """
    if not isinstance(selector, dict):
        return False
    pairs = as_dict(selector.get("matchLabels"))
    if any(labels.get(key) != value for key, value in pairs.items()):
        # A value that is no string (`app: 1`) equals no label: leaving it out would widen the selector.
        return False
    return all(_expression_matches(expression, labels) for expression in as_list(selector.get("matchExpressions")))

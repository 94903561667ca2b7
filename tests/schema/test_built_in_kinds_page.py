"""The page on built-in kinds lists exactly those that have rules, and a pass says so of the others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from seatrial.checks import schema
from seatrial.engines import schema_rules
from seatrial.engines.schema import kubernetes_schemas
from tests.inventories import context

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "built-in-kinds.md"


def test_the_page_lists_the_kinds_that_have_rules():
    [listed] = re.findall(r"validates of:\n\n(.*?)\.\n\n", PAGE.read_text("utf-8"), flags=re.DOTALL)

    covered = {gvk.kind for gvk in kubernetes_schemas().kinds if schema_rules.covers(gvk.kind)}

    assert re.split(r",\s+", listed) == sorted(covered)


@pytest.mark.parametrize(
    "kind, ending",
    [("ServiceAccount", "of Kubernetes 1.37"), ("PersistentVolume", ", by its schema and metadata alone")],
)
def test_a_pass_says_whether_the_server_would_look_closer(kind, ending):
    [verdict] = schema.run(context(f"apiVersion: v1\nkind: {kind}\nmetadata: {{name: a}}\n"))

    assert verdict.message.endswith(ending)

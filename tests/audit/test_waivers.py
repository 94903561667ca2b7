"""What only a cluster can show is waived in the same file as everything else."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from seatrial import verification
from seatrial.checks import waivers
from seatrial.checks.base import Context
from seatrial.checks.waivers import Waiver
from seatrial.model.architecture import Architecture
from seatrial.model.inventory import Inventory
from seatrial.model.position import Position
from seatrial.model.verdict import Severity, Status, Subject, Verdict

ROOT = Path(__file__).resolve().parents[2]
TODAY = dt.date(2026, 1, 1)
WAIVER = Waiver(
    check="drift/unchanged",
    subject="shop/web[Deployment]",
    reason="a trial of the new release",
    owner="jane",
    expires=dt.date(2026, 2, 1),
    position=Position("waivers.yaml", 1, 1),
)
DRIFTED = Verdict(
    "drift/unchanged", Status.FAIL, Severity.MEDIUM, Subject("apps/v1", "Deployment", "shop", "web"), "differs"
)


@pytest.fixture
def context(monkeypatch: pytest.MonkeyPatch) -> Context:
    monkeypatch.setattr(waivers, "load", lambda _policies: (WAIVER,))
    return Context(Inventory(()), Architecture.load(ROOT), ROOT / "policies")


def test_accepted_drift_is_waived_in_an_audit(context: Context) -> None:
    found, _ = verification._waived(context, [DRIFTED], TODAY, frozenset({"drift/unchanged"}), complete=False)

    assert [item.status for item in found if item.check == "drift/unchanged"] == [Status.WAIVED]


def test_without_a_cluster_nothing_is_said_of_that_waiver(context: Context) -> None:
    found, _ = verification._waived(context, [], TODAY, frozenset({"schema/kubernetes"}), complete=True)

    assert found == []

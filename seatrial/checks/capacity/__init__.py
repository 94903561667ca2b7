"""The capacity group: is there room for everything at its maximum, in the quotas and in the databases?"""

from __future__ import annotations

from collections.abc import Iterable

from seatrial.checks.base import CheckInfo, Context
from seatrial.checks.capacity import connection_pool, quota
from seatrial.checks.judging import all_verdicts
from seatrial.model.verdict import Verdict

__all__ = ["GROUP", "catalog", "run"]

GROUP = "capacity"


def catalog(_context: Context) -> tuple[CheckInfo, ...]:
    """The checks of this group."""
    return (quota.INFO, connection_pool.INFO)


def run(context: Context) -> Iterable[Verdict]:
    """Judge quotas, limit ranges and database servers."""
    inventory = context.inventory
    yield from all_verdicts(quota.INFO, quota.judge(inventory), "there is no ResourceQuota and no LimitRange")
    yield from all_verdicts(connection_pool.INFO, connection_pool.judge(inventory), "there is no PostgreSQL server")

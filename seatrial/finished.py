"""A finished run together with the model it judged: what acceptance scenarios and other readers of a run are given."""

from __future__ import annotations

import attrs

from seatrial.checks.base import Context
from seatrial.model.errors import InputError
from seatrial.model.suggest import did_you_mean
from seatrial.model.verdict import Verdict
from seatrial.report.run import Run


@attrs.frozen(eq=False)
class Verification:
    """A finished run together with the model it judged."""

    run: Run
    context: Context

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """Every verdict, waivers applied."""
        return self.run.verdicts

    def of(self, check: str) -> tuple[Verdict, ...]:
        """The verdicts of one check. Raises InputError for a check that did not run."""
        known = [info.id for info in self.run.checks]
        if check not in known:
            raise InputError(
                f"there is no check {check!r} in this run{did_you_mean(check, known)}",
                remedy="`seatrial explain` lists the checks",
            )
        return tuple(verdict for verdict in self.verdicts if verdict.check == check)

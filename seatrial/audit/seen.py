"""The group cluster: what of the cluster was seen, kind by kind. What was not seen was not judged."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from seatrial.checks.base import DECLARED, CheckInfo, Context, verdict
from seatrial.cluster.reading import Live
from seatrial.model.verdict import Severity, Status, Subject, Verdict

SEEN = CheckInfo(
    id="cluster/seen",
    title="Kind could be read",
    severity=Severity.INFO,
    description="Objects that may not be read are not judged: the verdicts of an audit hold of what was seen only.",
    remediation="grant the rule that the message names, and audit again",
    group="cluster",
)


@attrs.define(eq=False)
class Seen:
    """The group, for one reading."""

    live: Live
    GROUP: str = "cluster"

    def catalog(self, _context: Context) -> tuple[CheckInfo, ...]:
        """The checks of this group."""
        return (SEEN,)

    def run(self, _context: Context) -> Iterable[Verdict]:
        """One verdict for each kind: read, or why not."""
        missed = {found.kind for found in self.live.not_seen}
        for kind in sorted({kind.kind for kind in self.live.kinds} - missed):
            number = self.live.seen.get(kind, 0)
            message = f"{number} {'object' if number == 1 else 'objects'} read"
            yield verdict(SEEN, Status.PASS, Subject(DECLARED, "Kind", "", kind), message)
        for found in self.live.not_seen:
            allow = f"; it takes {found.remedy}" if found.remedy else ""
            subject = Subject(DECLARED, "Kind", found.namespace, found.kind or found.what)
            yield verdict(SEEN, Status.SKIPPED, subject, f"not seen: {found}{allow}")

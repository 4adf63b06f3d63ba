"""
Ask each region one cheap thing before all else: one that a policy closes is not asked a thousand.

Every refused request is an event in the account's trail, which the firm has to tell from the attacker's. One
refusal by a service control policy may be of that one operation, so two more services are asked before a
region is taken for closed; one answer, and it is open.
"""

from __future__ import annotations

from collections.abc import Sequence

from forensics.aws.ask import Answer, Asker, Refusal
from forensics.aws.session import Session, drain
from forensics.aws.tally import Tally
from forensics.model import Coverage, Outcome, Record, Source

NAME, OPERATION = "ec2", "RegionProbe"
"""Service and operation of the source: no operation of AWS has that name."""
ROW = f"{NAME}.{OPERATION}"

QUESTIONS = (
    ("ec2", "DescribeAccountAttributes"),
    ("cloudtrail", "DescribeTrails"),
    ("logs", "DescribeLogGroups"),
)
"""Cheap, asked of regions everywhere, and answered at once. Three services: a policy may be against one."""

_SHUTS = frozenset({Outcome.DENIED_BY_SCP, Outcome.REGION_DISABLED})


def probe(session: Session, region: str) -> Sequence[Record]:
    """Find out whether a region answers; return what was asked, and last a coverage."""
    source = Source(session.identity.account, region, NAME, OPERATION)
    tally, records, answer = Tally(source), list[Record](), None
    for service, operation in QUESTIONS:
        other = "" if service == NAME else service
        asker = Asker(session, source, session.clock, session.sleep, session.draw, other)
        exchanges, answer = drain(tally.counted(asker.ask({}, operation=operation, attempts=1)))
        records += exchanges
        if not isinstance(answer, Refusal) or answer.outcome is not Outcome.DENIED_BY_SCP:
            break
    return [*records, _judged(session, tally, answer)]


def _judged(session: Session, tally: Tally, answer: Answer | Refusal | None) -> Coverage:
    """Say what the last answer means for the region. One that decides nothing is no gap."""
    region = tally.source.region
    if isinstance(answer, Refusal) and answer.outcome in _SHUTS:
        session.closed.shut(region, answer)
        tally.refuse(answer, {})
        return tally.coverage()
    if isinstance(answer, Refusal):
        return tally.coverage(Outcome.ABSENT, f"undecided: {answer.code}")
    session.closed.answered(region)
    return tally.coverage(Outcome.COLLECTED)

"""
The chain of digests of one trail in one region: what is whole, what is missing, and when nothing was signed.

Each digest names the one before it, and each covers the hour after that one's. So a digest that is gone is
named by the next; one whose next is gone as well follows from the hours; and that the newest is gone,
from when CloudTrail says that it delivered the last one, or from logs that came later.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from forensics.verifier.cloudtrail import names
from forensics.verifier.cloudtrail.asked import Status
from forensics.verifier.cloudtrail.digest import Digest
from forensics.verifier.cloudtrail.names import HOUR
from forensics.verifier.cloudtrail.outcome import LISTED, Chain, Span, told
from forensics.verifier.cloudtrail.slots import Slots

SLACK = timedelta(minutes=5)
"""By how much a stop may differ from the end of the last digest before it."""
ELSEWHERE = HOUR / 2
"""How much later than at home a digest may come in another region."""

_NAMED = "the digest after it names it"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside the digests."""

    since: datetime | None
    until: datetime | None
    status: Status | None
    loose: Sequence[datetime]
    """Times of the logs that are in no digest, and can only be of this trail; ascending."""

    def within(self, first: datetime, last: datetime) -> int:
        """Count such logs in a span."""
        return max(0, bisect_left(self.loose, last) - bisect_right(self.loose, first))


class Walk:
    """One way through a chain, oldest digest first."""

    def __init__(self, slots: Slots, chain: Chain, known: Known) -> None:
        self.chain = chain
        self.known = known
        self.slots = slots
        self.ends = sorted(slot.name.end for slot in slots.values())
        found = (slot.best for slot in slots.values())
        self.digests = sorted((one for one in found if one), key=lambda digest: (digest.end, digest.start))
        self.gaps: list[Span] = []

    def go(self) -> None:
        """Find what is missing, and say what is covered."""
        if not self.digests:
            return
        self._head(self.digests[0])
        for older, newer in pairwise(self.digests):
            self._pair(older, newer)
        self._tail(self.digests[-1])
        self.chain.covered = tuple(_spans(self.digests))
        self.chain.gaps = tuple(self.gaps)

    def _head(self, oldest: Digest) -> None:
        previous, since = oldest.previous, self.known.since
        if previous is None or previous.where in self.slots:
            return
        name = names.digest_name(previous.where[1])
        if since is None or name is None:
            message = "is named by the oldest digest, and the case does not say whether it was to be kept"
            self.chain.find("predecessor", f"s3://{'/'.join(previous.where)}", message)
        elif name.end > since:
            self._missing(f"s3://{'/'.join(previous.where)}", _NAMED)

    def _pair(self, older: Digest, newer: Digest) -> None:
        if newer.start < older.end:
            span = f"{told(newer.start)} to {told(older.end)}"
            self.chain.find("overlap", span, "two digests speak of this time")
        if newer.previous is None:
            self._restart(older, newer)
        elif newer.previous.where == older.where:
            self._link(older, newer)
        else:
            self._hours(older, newer)

    def _link(self, older: Digest, newer: Digest) -> None:
        previous = newer.previous
        assert previous is not None  # noqa: S101 - the caller has looked
        if previous.sha256 != older.sha256:
            message = f"is not what the digest after it names: that has the SHA-256 {previous.sha256}"
        elif older.signed and previous.signature.lower() != older.signature:
            message = "has another signature than the digest after it names"
        else:
            return
        self.chain.find("digest-relinked", f"s3://{'/'.join(older.where)}", message)

    def _hours(self, older: Digest, newer: Digest) -> None:
        """Name what is missing between two digests: the newer names one, the hours the others."""
        previous = newer.previous
        assert previous is not None  # noqa: S101 - the caller has looked
        if previous.where not in self.slots:
            self._missing(f"s3://{'/'.join(previous.where)}", _NAMED)
            if name := names.digest_name(previous.where[1]):
                insort(self.ends, name.end)
        self._absent(newer, newer.start, older.end)

    def _absent(self, near: Digest, last: datetime, first: datetime) -> None:
        """Say which digests are missing that ended after `first`, up to `last`, an hour from each other."""
        since = max(first, self.known.since or first)
        count = max(0, -((since - last) // HOUR))
        listed = min(count, LISTED)
        for end in (last - number * HOUR for number in range(listed)):
            if not self._ended(end):
                key = names.hours_on(near.where[1], near.end, end)
                self._missing(f"s3://{near.where[0]}/{key}", "there is one every hour")
        if count > listed:
            span = f"{told(since)} to {told(last - listed * HOUR)}"
            self.chain.digests.missing += count - listed
            self.chain.find("digest-missing", span, "no digest of this time is there", count - listed)

    def _ended(self, end: datetime) -> bool:
        """Say whether a digest ended about then, that is there or was named."""
        near = bisect_right(self.ends, end - SLACK)
        return near < len(self.ends) and self.ends[near] < end + SLACK

    def _missing(self, name: str, why: str) -> None:
        self.chain.digests.missing += 1
        self.chain.find("digest-missing", name, f"is missing: {why}")

    def _restart(self, older: Digest, newer: Digest) -> None:
        """Tell of a chain that begins anew, and hold it against what says that the old one had gone on."""
        span = (older.end, newer.start)
        if newer.start > older.end:
            self.gaps.append(span)
        text = f"{told(span[0])} to {told(span[1])}"
        message = "no digest was made: the trail was stopped, did not sign, or was another one"
        self.chain.find("gap", text, message)
        status, loose = self.known.status, self.known.within(*span)
        stopped = status.stopped if status else None
        if loose:
            reason = (
                f"{loose} log{'s' * (loose != 1)} came after {told(span[0])}, and a stop has a last digest"
            )
        elif stopped and span[0] + SLACK < stopped < span[1]:
            reason = f"the trail was stopped at {told(stopped)}, and a stop has a last digest"
        else:
            return
        self._missing(text, f"it is the last before a stop: {reason}")

    def _tail(self, newest: Digest) -> None:
        """Hold the newest digest against what CloudTrail says of it, and against logs that came later."""
        end, limit = newest.end, self._limit(newest)
        count = max(0, (limit - end) // HOUR)
        self._absent(newest, end + count * HOUR, end)
        end += count * HOUR
        stopped = self._stopped(newest)
        if stopped and end + SLACK < stopped and not any(other > end for other in self.ends):
            text = f"{told(end)} to {told(stopped)}"
            self._missing(text, f"it is the last: the trail was stopped at {told(stopped)}")

    def _stopped(self, newest: Digest) -> datetime | None:
        """Return when the trail was stopped for good, if the digest of that must be in the case."""
        status, until = self.known.status, self.known.until
        if not status or status.logging or not status.stopped or (until and until < status.stopped):
            return None
        # At home, one that was delivered after the stop is the last. Elsewhere it takes up to an hour.
        told_by = status.digest if _at_home(newest) else status.asked and status.asked - 2 * HOUR
        return status.stopped if told_by and told_by >= status.stopped else None

    def _limit(self, newest: Digest) -> datetime:
        """Return up to when digests must have ended that are to be in the case."""
        status, limits = self.known.status, [newest.end]
        if status and status.digest:
            limits.append(status.digest - (timedelta() if _at_home(newest) else ELSEWHERE))
        if self.known.loose:
            # A log that is an hour younger than a digest's end came when that digest was long there.
            limits.append(self.known.loose[-1] - HOUR)
        return min(max(limits), self.known.until or max(limits))


def _at_home(digest: Digest) -> bool:
    return digest.name.home == digest.name.place.region


def _spans(digests: Sequence[Digest]) -> Iterator[Span]:
    """Join what touches."""
    first, last = digests[0].start, digests[0].end
    for digest in digests[1:]:
        if digest.start > last:
            yield first, last
            first = digest.start
        last = max(last, digest.end)
    yield first, last

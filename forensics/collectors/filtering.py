"""Read the events of log groups, one group after the other, oldest first, into files of a day."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from forensics.aws import codes
from forensics.aws.ask import Answer, Refusal, truncated
from forensics.aws.row import DENIALS, FAILURES
from forensics.aws.tally import Tally
from forensics.collectors.lines import Lines, Seen, events_of, line, mark
from forensics.collectors.spans import OLDEST
from forensics.collectors.spec import Context
from forensics.collectors.walkers import HOPELESS
from forensics.model import Coverage, Evidence, Exchange, Gap, Kind, Outcome, Record

HOUR = 3_600_000
DAY = 24 * HOUR
"""CloudWatch Logs counts milliseconds."""
MANY = 64 * 2**20
"""Bytes of events past which a file ends at the next full hour."""
RECENT = 50_000
"""Events remembered, so that a page that comes twice is known: as many as five pages have."""
EMPTY = 10_000
"""Pages in a row without anything new, after which a list is taken for endless."""
TOO_LARGE = "LogGroupTooLarge"
APART = 16
"""Groups that are too large, each with a gap of its own; more share one."""
INFREQUENT = "INFREQUENT_ACCESS"
EVENTS_MASKED = "EventsMasked"
"""Our own code: a policy masks data in the events, and we may not see it."""
MASKED, UNMASKED = "masked", "unmasked"
"""How the events of a group came that a data protection policy masks, or once did."""
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class Group:
    """The walk through one group, up from `low`: all below it is kept."""

    name: str
    low: int
    until: int
    draft: Callable[[], Any]
    masking: str = ""
    """`MASKED` or `UNMASKED`, empty where no policy masks anything."""
    file: Lines | None = None
    end: int = 0
    """Where the open file ends."""
    fresh: bool = True
    """Whether the last page had anything new."""
    _bytes: int = 0
    _highest: int = 0
    _seen: Seen = field(default_factory=lambda: Seen(RECENT))

    def take(self, exchange: Exchange) -> Iterator[tuple[int, int, Lines]]:
        """Write the events of a page; give each file that they close."""
        self.fresh = False
        for event in events_of(exchange, "events"):
            text = line(event)
            if self._known(event, text):
                continue
            self.fresh = True
            moment = event.get("timestamp")
            # One that is of no time, or of none in the window, is kept with its neighbours.
            moment = min(moment, self.until - 1) if isinstance(moment, int) else self.low
            if self.file is not None and moment >= self.end:
                yield self.close(self.end)
            elif self.file is not None and self._bytes >= MANY and self._cuts(moment // HOUR * HOUR):
                yield self.close(moment // HOUR * HOUR)
            self._open(moment).add(text, exchange)
            self._highest = max(self._highest, moment)
            self._bytes += len(text)
        self._seen.forget()

    def close(self, end: int) -> tuple[int, int, Lines]:
        """Close the open file: it reaches from what is kept to `end`."""
        assert self.file is not None  # noqa: S101 - who calls it has looked
        low, file = self.low, self.file
        self.file, self.low, self._bytes = None, end, 0
        return low, end, file

    def _cuts(self, hour: int) -> bool:
        # Only within a day: a resumed run looks for the file that begins where another ends.
        return self._highest < hour < (self.low // DAY + 1) * DAY

    def _known(self, event: Mapping[str, Any], text: bytes) -> bool:
        # One without an id is kept once too often rather than lost.
        return isinstance(event.get("eventId"), str) and self._seen.again(mark(text))

    def _open(self, moment: int) -> Lines:
        if self.file is None:
            self.end = min(self.until, (max(moment, self.low) // DAY + 1) * DAY)
            self.file, self._highest = Lines(self.draft()), 0
        return self.file


@dataclass
class Filtering:
    """All groups of one region. `records()` is the whole of it."""

    context: Context
    groups: Sequence[Mapping[str, Any]]
    kept: int = 0
    held: bool = False

    def __post_init__(self) -> None:
        """Count from nothing."""
        self._tally, self._large = Tally(self.context.source), list[Gap]()
        self._names: dict[str, list[str]] = {MASKED: [], UNMASKED: []}
        """Groups whose events came so."""
        self._may_not: Refusal | None = None
        window = self.context.window
        assert window is not None  # noqa: S101 - a preservation always has one
        # Whole milliseconds, outwards.
        self._since = _milliseconds(max(window.since, OLDEST))
        self._until = -_milliseconds(window.until, -1)
        self._latest = min(self._until, _milliseconds(self.context.clock()) + 2 * DAY)

    def records(self) -> Iterator[Record]:
        """Read every group, and close the source."""
        for group in self.groups:
            if int(group.get("storedBytes") or 0) > self.context.max_log_group:
                self._too_large(group)
            elif (refusal := self._given_up()) is not None:
                self._tally.miss(refusal, _named(group), 0)
            else:
                yield from self._read(group)
        yield self._coverage()

    def _too_large(self, group: Mapping[str, Any]) -> None:
        size, name = int(group["storedBytes"]), str(group["logGroupName"])
        message = (
            f"{name} has {size} bytes stored, more than --max-log-group {self.context.max_log_group}: "
            f"run again with --max-log-group {size} to include it"
        )
        gap = Gap(self.context.source, Outcome.TRUNCATED, TOO_LARGE, message, examples=(dict(group),))
        if len(self._large) < APART:
            self._large.append(gap)
        else:
            last = self._large[-1]
            largest = max([size, *(int(one.get("storedBytes", 0)) for one in last.examples)])
            message = (
                f"more groups, of up to {largest} bytes, each of them listed in logs.DescribeLogGroups: "
                f"run again with --max-log-group {largest} to include them"
            )
            examples = (*last.examples, dict(group))[:5]
            self._large[-1] = replace(last, message=message, count=last.count + 1, examples=examples)

    def _given_up(self) -> Refusal | None:
        last, closed, asker = self._tally.last, self.context.session.closed, self.context.asker
        shut = closed.refusal(asker.source.region) or closed.mute(asker.service, asker.region)
        if shut is not None or last is None:
            return shut
        if last.again and self._tally.streak >= FAILURES:
            return last
        enough = DENIALS if last.outcome in HOPELESS else len(self.groups) + 1
        return last if not self._tally.answered and self._tally.refused >= enough else None

    def _read(self, group: Mapping[str, Any]) -> Iterator[Record]:
        """Read one group: bare, where a policy masks it; where that is denied, as anybody may see it."""
        if not protected(group):
            yield from self._walked(group, "")
            return
        if self._may_not is None or self._names[UNMASKED] or len(self._names[MASKED]) < DENIALS:
            self._may_not = yield from self._walked(group, UNMASKED)
        if self._may_not is None:
            self._names[UNMASKED].append(str(group["logGroupName"]))
        elif self._may_not.outcome in HOPELESS:
            before = self.kept
            refusal = yield from self._walked(group, MASKED)
            # In a group without events of the window nothing is masked.
            some = self.kept > before or self._lowest(str(group["logGroupName"]), MASKED) > self._since
            if refusal is None and some:
                self._masked(group, self._may_not)

    def _masked(self, group: Mapping[str, Any], why: Refusal) -> None:
        self._names[MASKED].append(str(group["logGroupName"]))
        message = (
            f"events of {group['logGroupName']} are kept as a data protection policy masks them, for "
            f"{why.code}: {why.message}"
        )
        masked = replace(why, code=EVENTS_MASKED, message=message)
        self._tally.miss(masked, {**_named(group), "unmask": True}, 1)

    def _walked(self, group: Mapping[str, Any], masking: str) -> Generator[Record, None, Refusal | None]:
        """Read a group to its end; return what refused it, which is a gap unless it can be had masked."""
        name = str(group["logGroupName"])
        low = self._lowest(name, masking)
        if low >= self._until:
            return None
        walk = Group(name, low, self._until, self.context.draft, masking)
        refusal = yield from self._pages(walk)
        if refusal is None:
            yield from self._last(walk)
            return None
        if walk.file is not None:
            walk.file.draft.discard()
        if masking == UNMASKED and refusal.outcome in HOPELESS:
            return refusal
        if group.get("logGroupClass") == INFREQUENT and not refusal.again:
            # AWS's own code is for any parameter that is wrong.
            refusal = replace(refusal, outcome=Outcome.UNSUPPORTED)
        self._tally.refuse(refusal, {**_named(group), "startTime": walk.low, "endTime": walk.until})
        return refusal

    def _lowest(self, name: str, masking: str) -> int:
        """Say from when on a group is not kept."""
        low = self._since
        while low < self._until:
            days = range((low // DAY + 1) * DAY, self._latest, DAY)
            hours = range((low // HOUR + 1) * HOUR, min((low // DAY + 1) * DAY, self._until), HOUR)
            ends = (*days, *hours, self._until)
            held = (end for end in ends if self.context.holds(_title(name, low, end, masking)))
            found = next(held, None)
            if found is None:
                break
            low, self.held = found, True
        return low

    def _pages(self, walk: Group) -> Generator[Record, None, Refusal | None]:
        # Both ends are in what AWS answers.
        request = {"logGroupName": walk.name, "startTime": walk.low, "endTime": walk.until - 1}
        bare = {"unmask": True} if walk.masking == UNMASKED else {}
        token, seen, idle = "", set[int](), 0
        while True:
            asking = self.context.asker.ask(
                {**request, **bare, **({"nextToken": token} if token else {})}, whole=True, bound=True
            )
            said = yield from self._failures(asking)
            if isinstance(said, Refusal):
                return said
            answer, exchange = said
            self._tally.pages += 1
            for low, end, file in walk.take(exchange):
                yield from self._keep(walk, low, end, file)
            token = str(answer.values.get("nextToken") or "")
            if not token:
                return None
            if hash(token) in seen:
                return truncated(codes.REPEATED_TOKEN, answer)
            seen.add(hash(token))
            idle = 0 if walk.fresh else idle + 1
            if idle >= EMPTY:
                return truncated(codes.PAGE_LIMIT, answer)

    def _failures(
        self, asking: Generator[Exchange, None, Answer | Refusal]
    ) -> Generator[Record, None, tuple[Answer, Exchange] | Refusal]:
        """Pass on the requests that failed: answers are kept as events. An endpoint may not even be asked."""
        last: list[Exchange] = []
        while True:
            try:
                exchange = next(asking)
            except StopIteration as end:
                return end.value if isinstance(end.value, Refusal) else (end.value, last[0])
            self._tally.requests += 1
            last[:] = [exchange]
            if exchange.code:
                yield exchange

    def _last(self, walk: Group) -> Iterator[Record]:
        if walk.file is not None:
            yield from self._keep(walk, *walk.close(walk.until))

    def _keep(self, walk: Group, low: int, end: int, lines: Lines) -> Iterator[Record]:
        source, day = self.context.source, _iso(low)
        assert lines.first is not None  # noqa: S101 - no file is opened without an event
        assert lines.last is not None  # noqa: S101
        lines.end()
        title, masked = _title(walk.name, low, end, walk.masking), walk.masking == MASKED
        if self.context.holds(title):
            # From a run of a shorter window.
            lines.draft.discard()
            return
        self.kept += 1
        yield (
            Evidence(
                source=source,
                kind=Kind.WINDOW,
                name=title,
                folder=f"{source.account}/{source.region}/logs/events",
                key=f"{walk.name.strip('/')}/{'masked/' * masked}{day.replace(':', '')}.jsonl.gz",
                draft=lines.draft,
                first=lines.first.sent,
                last=lines.last.received,
                about={
                    **lines.about(),
                    "group": walk.name,
                    "since": day,
                    "until": _iso(end),
                    **({"masking": walk.masking} if walk.masking else {}),
                },
                requests=lines.pages,
                sensitive=True,
            ),
        )

    def _coverage(self) -> Coverage:
        some = self.kept or self.held
        outcome = Outcome.COLLECTED if some else None
        if not some and (self._tally.pages or not self._tally.gaps):
            outcome = Outcome.EMPTY if not self._large else Outcome.COLLECTED if self._tally.pages else None
        told = {
            UNMASKED: "a data protection policy masks events of {}: they are kept bare",
            MASKED: "events of {} are kept as a data protection policy masks them",
        }
        notes = [said.format(_few(self._names[how])) for how, said in told.items() if self._names[how]]
        coverage = self._tally.coverage(outcome, "; ".join(notes))
        gaps = (*coverage.gaps, *self._large)
        return replace(coverage, gaps=gaps, outcome=coverage.outcome if outcome else gaps[0].outcome)


def protected(group: Mapping[str, Any]) -> bool:
    """Say whether a policy masks what is in a group's events, or once did: of its own, or the account's."""
    inherited = group.get("inheritedProperties") or ()
    return bool(group.get("dataProtectionStatus")) or "ACCOUNT_DATA_PROTECTION" in inherited


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:APART]) + (f" and {len(names) - APART} more" if names[APART:] else "")


def _title(name: str, low: int, end: int, masking: str) -> str:
    # A later run that may see the events has to find that they are not kept yet.
    return f"{name}{' (masked)' * (masking == MASKED)} {_iso(low)}/{_iso(end)}"


def _named(group: Mapping[str, Any]) -> dict[str, Any]:
    return {"logGroupName": group["logGroupName"]}


def _milliseconds(moment: datetime, sign: int = 1) -> int:
    return sign * (moment - _BEGINNING) // timedelta(milliseconds=1)


def _iso(milliseconds: int) -> str:
    text = datetime.fromtimestamp(milliseconds // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{milliseconds % 1000:03d}Z" if milliseconds % 1000 else f"{text}Z"

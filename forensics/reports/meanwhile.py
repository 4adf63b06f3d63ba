"""
What changed while the case was made: identity and trails as they were read first, and again at the end.

From the kept transcripts alone. What was not read twice, or cannot be read, is said to be unknown: nobody can
tell that nothing changed. Names are the attacker's: whoever prints them has `clean` stand before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from forensics import comparing
from forensics.errors import FormatError
from forensics.formats.display import clean
from forensics.model import GLOBAL, Outcome, Source
from forensics.standing import Standing

ENDING = "AtEnd"
"""What the operation of a second reading ends in."""
_SHOWN = 200
"""Changes that are shown on a terminal; all are in the document."""


@dataclass(frozen=True, slots=True)
class View:
    """Where the things are in an answer, and what they are told apart by."""

    kind: str
    member: str = ""
    """The list that has them; empty where the answer is about the one thing that was asked for."""
    id: str = ""
    """A field of each; or, without a list, the parameter that names it."""
    fields: tuple[str, ...] = ()
    """Those that count; empty: all."""
    only: str = ""
    """A field without which it is not there: a trail may be, and not log."""
    words: tuple[str, str] = ("created", "deleted")
    """What it is called that it came, and that it went."""
    thing: str = ""
    """Its kind, as `comparing` has it, where AWS changes any of its fields by itself."""


VIEWS: Mapping[str, tuple[View, ...]] = {
    "iam.GetAccountAuthorizationDetails": (
        View("user", "UserDetailList", "UserName"),
        View("group", "GroupDetailList", "GroupName"),
        View("role", "RoleDetailList", "RoleName", thing="iam:role"),
        View("policy", "Policies", "Arn"),
    ),
    "iam.ListAccessKeys": (View("access key", "AccessKeyMetadata", "AccessKeyId"),),
    "iam.GetLoginProfile": (View("password", "", "UserName"),),
    "iam.ListMFADevices": (View("second factor", "MFADevices", "SerialNumber"),),
    "cloudtrail.DescribeTrails": (View("trail", "trailList", "TrailARN"),),
    "cloudtrail.GetTrailStatus": (
        View("logging of", "", "Name", ("StartLoggingTime",), "IsLogging", ("started", "stopped")),
    ),
    "cloudtrail.GetEventSelectors": (View("selectors of trail", "", "TrailName"),),
}
"""What is compared, by the row that is read twice. `iam.ListUsers` is read for its names alone."""

_WORDS = {view.kind: view.words for views in VIEWS.values() for view in views}

Things = dict[tuple[str, str], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is another, there, or gone, at the end."""

    kind: str
    id: str
    region: str
    change: str
    """`created`, `deleted`, `changed`; `stopped`, `started` of a trail."""
    fields: tuple[str, ...] = ()
    account: str = ""

    def document(self) -> dict[str, Any]:
        """Return it as JSON-able values."""
        return {
            "account": self.account,
            "change": self.change,
            "fields": list(self.fields),
            "id": self.id,
            "kind": self.kind,
            "region": self.region,
        }

    def line(self) -> str:
        """Say it in a line; clean."""
        fields = f": {', '.join(map(clean, self.fields))}" if self.fields else ""
        return f"{self.change} {self.kind} {clean(self.id)} in {clean(self.region)}{fields}"


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """The difference between the first reading and the last."""

    read: int = 0
    """Sources that were read twice."""
    since: str = ""
    """When the first of what is compared was asked."""
    until: str = ""
    changes: tuple[Change, ...] = ()
    unknown: tuple[str, ...] = ()
    """What could not be compared, and why."""

    def document(self) -> dict[str, Any]:
        """Return it as JSON-able values."""
        return {
            "changes": [one.document() for one in self.changes],
            "read": self.read,
            "since": self.since,
            "unknown": list(self.unknown),
            "until": self.until,
        }

    def lines(self) -> Iterator[str]:
        """Yield it for a terminal; clean."""
        if not self.read and not self.unknown:
            return
        count = Counter(one.change for one in self.changes)
        said = ", ".join(f"{number} {change}" for change, number in sorted(count.items()))
        times = f"between {self.since} and {self.until}" if self.read else "never read twice"
        yield f"meanwhile   {times}: {said or ('nothing changed' if self.read else 'unknown')}"
        for one in self.changes[:_SHOWN]:
            yield f"            {one.line()}"
        if len(self.changes) > _SHOWN:
            yield f"            and {len(self.changes) - _SHOWN} more (--json)"
        for why in self.unknown:
            yield f"unknown     {clean(why, 500)}"


def meanwhile(root: Path, standing: Standing) -> Meanwhile:
    """Compare what was read first with what was read at the end, where it was."""
    changes: list[Change] = []
    unknown: list[str] = []
    times: list[str] = []
    read = 0
    for first, again in _pairs(standing):
        views = VIEWS[first.name]
        if why := _unread(standing, first) or _unread(standing, again):
            unknown.append(f"{first.name} in {first.region}: {why}")
            continue
        try:
            before, after = _things(root, standing, first, views), _things(root, standing, again, views)
        except (FormatError, OSError) as error:
            unknown.append(f"{first.name} in {first.region}: {error}")
            continue
        read += 1
        times += before[1] + after[1]
        found = _changes(before[0], after[0], first.region)
        changes += (replace(one, account=first.account) for one in found)
    # A trail shows in every region, and has changed once.
    once = {_key(one): one for one in reversed(changes)}
    told = tuple(reversed(once.values()))
    return Meanwhile(read, min(times, default=""), max(times, default=""), told, tuple(unknown))


def _key(one: Change) -> tuple[str, ...]:
    return one.account, one.kind, one.id, one.region if ":" not in one.id else ""


def _pairs(standing: Standing) -> Iterator[tuple[Source, Source]]:
    """Yield each source that is to be compared, with its second reading; none before there are any."""
    again = [source for source in standing.coverage if source.operation.endswith(ENDING)]
    places = {(source.account, source.region) for source in again}
    for account, region in sorted(places):
        for name in VIEWS:
            service, _, operation = name.partition(".")
            if (region == GLOBAL) == (service == "iam"):
                first = Source(account, region, service, operation)
                yield first, replace(first, operation=f"{operation}{ENDING}")


def _unread(standing: Standing, source: Source) -> str:
    """Say why a source cannot be compared, if it cannot."""
    closing = standing.coverage.get(source)
    if closing is None:
        return f"{source.operation} was not asked"
    return "".join(f"{source.operation} was {gap['outcome']}: {gap['code']}" for gap in closing.gaps[:1])


def _things(
    root: Path, standing: Standing, source: Source, views: Sequence[View]
) -> tuple[Things, list[str]]:
    """Read the things of a transcript, and when the first and the last of it were asked."""
    # Late: botocore takes half a second, and most of what `status` tells needs none of it.
    from forensics import reading  # noqa: PLC0415

    found: Things = {}
    times: list[str] = []
    closing = standing.coverage[source]
    if not closing.transcript and closing.outcome is Outcome.COLLECTED:
        raise FormatError("no transcript of it is kept")
    for document in reading.lines(root / closing.transcript) if closing.transcript else ():
        times.append(str(document["request"].get("sent", "")))
        if reading.answered(document):
            answer, asked = reading.answer(document), document["request"].get("parameters", {})
            found.update(thing for view in views for thing in _seen(view, answer, asked))
    return found, [times[0], times[-1]] if times else []


def _seen(
    view: View, answer: Mapping[str, Any], asked: Mapping[str, Any]
) -> Iterator[tuple[tuple[str, str], Mapping[str, str]]]:
    things = answer.get(view.member) or () if view.member else (answer,)
    for thing in things:
        identifier = str((thing if view.member else asked).get(view.id, ""))
        fields = {name: thing.get(name) for name in view.fields} if view.fields else thing
        if view.only and not thing.get(view.only):
            continue
        yield (view.kind, identifier), comparing.face(fields, view.thing)


def _changes(before: Things, after: Things, region: str) -> Iterator[Change]:
    for kind, identifier in sorted(before.keys() | after.keys()):
        then, now = before.get((kind, identifier)), after.get((kind, identifier))
        if then is None or now is None:
            yield Change(kind, identifier, region, _WORDS[kind][then is not None])
        elif fields := comparing.differing(now, then):
            yield Change(kind, identifier, region, "changed", fields)

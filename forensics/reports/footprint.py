"""
The responder's footprint: every request of ours, and which of CloudTrail's events it made.

A request is ours if its id is in what we kept of our own asking. An event whose user agent alone says that it
is of this case is counted by itself: anybody can send a user agent.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forensics.errors import FormatError, IntegrityError
from forensics.formats.display import clean
from forensics.formats.entry import Entry
from forensics.model import Kind
from forensics.plain import token
from forensics.reports import unzipping
from forensics.verifier.reader import Record, open_record

FORMAT = "forensics-footprint/1"
_CALL = (
    "account",
    "code",
    "operation",
    "principal",
    "received",
    "region",
    "request_id",
    "sent",
    "service",
    "status",
)

_UNREADABLE = (
    *(AttributeError, FormatError, IntegrityError, KeyError, OSError, RecursionError, TypeError, ValueError),
)
"""Of what an intruder may have put into a bucket of logs: nested a million deep, or no object at all."""

READS = (
    *("BatchGet", "Describe", "Filter", "Get", "Head", "List", "Lookup", "Search", "Simulate"),
    *("AssumeRole", "GenerateCredentialReport", "GenerateServiceLastAccessedDetails"),
)
"""What the operations that change nothing begin with."""


@dataclass
class Footprint:
    """Our requests, and the events that are theirs. Names are hostile text where they are of events."""

    case: str
    calls: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By request id; those that got none have a number of ours."""
    events: dict[str, str] = field(default_factory=dict)
    """Ids of CloudTrail's events that are ours, with the request id of each."""
    claimed: dict[str, str] = field(default_factory=dict)
    """Ids of events that say to be of this case, and whose request we do not know, with the operation."""
    others: int = 0
    """Events of anybody else."""
    unread: list[str] = field(default_factory=list)
    """What could not be read, and why."""
    announced: list[Mapping[str, Any]] = field(default_factory=list)
    """Bodies of `op.start`: each change to AWS, before it was asked for."""
    settled: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """Bodies of `op.end`, by their `op`."""

    @property
    def mutations(self) -> list[dict[str, Any]]:
        """List the requests of ours that change something."""
        return [one for one in self.calls.values() if not str(one["operation"]).startswith(READS)]

    def document(self) -> dict[str, Any]:
        """Return it as JSON-able values, without the requests that only read."""
        count = Counter(f"{one['service']}.{one['operation']}" for one in self.calls.values())
        return {
            "announced": [self._announced(body) for body in self.announced],
            "calls": len(self.calls),
            "case": self.case,
            "claimed": sorted(self.claimed),
            "events": sorted(self.events),
            "format": FORMAT,
            "mutations": self.mutations,
            "operations": dict(sorted(count.items())),
            "others": self.others,
            "unread": self.unread,
        }

    def _announced(self, body: Mapping[str, Any]) -> dict[str, Any]:
        end = self.settled.get(str(body["op"]), {})
        names = ("about", "op", "operation", "region", "service")
        return {
            **{name: body[name] for name in names},
            "outcome": end.get("outcome", "nobody knows"),
            "request_id": end.get("request_id", ""),
        }

    def lines(self) -> Iterator[str]:
        """Yield it for a terminal; clean."""
        yield f"case        {clean(self.case)}"
        yield f"asked       {len(self.calls)} requests, {len(self.mutations)} of which change something"
        for (name, code), number in sorted(Counter(_named(one) for one in self.mutations).items()):
            yield f"changes     {number} {clean(name)}, {clean(code) or 'done'}"
        unsettled = [body for body in self.announced if str(body["op"]) not in self.settled]
        yield f"announced   {len(self.announced)} changes, {len(unsettled)} of which nobody knows the end of"
        yield f"events      {len(self.events)} of CloudTrail's are ours by request id, {self.others} are not"
        if self.claimed:
            some = ", ".join(sorted(set(self.claimed.values()))[:5])
            yield f"claim       {len(self.claimed)} say to be of this case, and are not known: {clean(some)}"
        for why in self.unread:
            yield f"unread      {clean(why, 500)}"

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield each request of ours, oldest first, with the ids of the events that it made."""
        made: dict[str, list[str]] = {}
        for event, request in self.events.items():
            made.setdefault(request, []).append(event)
        for request, call in sorted(self.calls.items(), key=lambda one: str(one[1]["sent"])):
            yield {**call, "events": sorted(made.get(request, ()))}


def _named(call: Mapping[str, Any]) -> tuple[str, str]:
    return f"{call['service']}.{call['operation']}", str(call["code"])


def footprint(path: Path) -> Footprint:
    """
    Read the footprint of a case or a bundle: first our requests, then the events that are kept.

    Raises `UsageError` where there is none, `IntegrityError` for a ledger that is not as we write it.
    """
    opened = open_record(path)
    found = _Finding(opened, Footprint(opened.opening.case))
    entries = []
    for entry in opened.entries():
        try:
            entries += found.take(entry)
        except (KeyError, TypeError, AttributeError) as error:
            raise IntegrityError(
                f"ledger: line {entry.seq + 1}: {entry.type} with a body that is not ours"
            ) from error
    for where, kind in entries:
        found.events(where, kind)
    return found.footprint


@dataclass
class _Finding:
    """Reads what a record holds, one file after the other."""

    opened: Record
    footprint: Footprint

    def take(self, entry: Entry) -> list[tuple[str, str]]:
        """Take one entry in; return the file of events that it names, if it does."""
        body = entry.body
        match entry.type:
            case "op.start":
                self.footprint.announced.append(body)
            case "op.end":
                self.footprint.settled[str(body["op"])] = body
            case "item.add" if body["kind"] == "transcript":
                self._calls(str(body["path"]), self._transcript)
            case "item.add" if body["kind"] == Kind.FOOTPRINT:
                self._calls(str(body["path"]), self._journal)
            case "item.add" if body["source"]["service"] == "cloudtrail" and "name" in body:
                return [(str(body["path"]), str(body["kind"]))]
        return []

    def _calls(self, path: str, read: Any) -> None:
        try:
            for call in read(path):
                known = str(call["request_id"]) or f"none {len(self.footprint.calls)}"
                self.footprint.calls.setdefault(known, call)
        except _UNREADABLE as error:
            self.footprint.unread.append(f"{path}: {error or type(error).__name__}")

    def _journal(self, path: str) -> Iterator[dict[str, Any]]:
        for line in unzipping.lines(self._file(path)):
            said = json.loads(line)
            yield {name: said[name] for name in _CALL}

    def _transcript(self, path: str) -> Iterator[dict[str, Any]]:
        for line in self._file(path):
            document = json.loads(line)
            request, response = document["request"], document["response"]
            both = {**response, **request}
            yield {name: both[name] for name in _CALL}

    def _file(self, path: str) -> Iterator[bytes]:
        folder = self.opened.folder
        with folder.open(folder.look(path)) as stream:
            yield from stream

    # -- events

    def events(self, path: str, kind: str) -> None:
        """Sort the events of one file."""
        try:
            read = self._window(path) if kind == Kind.WINDOW else self._log(path)
            for event in read:
                self._event(event)
        except _UNREADABLE as error:
            self.footprint.unread.append(f"{path}: {error or type(error).__name__}")

    def _window(self, path: str) -> Iterator[Mapping[str, Any]]:
        for line in unzipping.lines(self._file(path)):
            event = json.loads(line)
            said = json.loads(event.get("CloudTrailEvent") or "{}")
            yield {"eventID": event.get("EventId", ""), **said}

    def _log(self, path: str) -> Iterator[Mapping[str, Any]]:
        if "/CloudTrail-Digest/" in path:
            return
        yield from json.loads(unzipping.whole(self._file(path)))["Records"]

    def _event(self, event: Mapping[str, Any]) -> None:
        found = self.footprint
        event_id, request = str(event.get("eventID", "")), str(event.get("requestID", ""))
        if request and request in found.calls:
            found.events[event_id] = request
        elif f"case/{token(found.case)}" in str(event.get("userAgent", "")).split():
            found.claimed[event_id] = str(event.get("eventName", ""))
        else:
            found.others += 1

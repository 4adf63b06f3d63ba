"""
What the ledger says of asking: model values to entry bodies and back, and how a case stands.

A body holds the words of the attacker (messages, names) within bounds: what is cut is marked
`shortened`, and stands whole in the transcript.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import chain, islice
from typing import Any

from forensics.model import (
    Coverage,
    Effect,
    Evidence,
    Gap,
    Intent,
    Kind,
    Outcome,
    Settled,
    Source,
    Window,
)
from forensics.plain import plain, printable

_TEXT = 1_000
_EXAMPLES = 5
_GAPS = 24
_TIGHTER = (_TEXT, 200, 40)
"""Lengths to cut hostile text to, tried in turn until the body fits."""
_NAME = 3_000
"""Characters of a name: a key of S3's has at most 1,024 bytes."""
_BODY = 60_000
"""Bytes a body may have: with its frame it stays below the ledger's 65,535 a line."""

_TO_THE_END = frozenset({"complete", "gaps"})
"""How a run ends that asked everything."""

EVERYTHING = "*"
"""Service and operation of a coverage entry that speaks of a whole region."""


def source_body(source: Source) -> dict[str, str]:
    """Name a source in an entry's body."""
    return {
        "account": source.account,
        "operation": source.operation,
        "region": source.region,
        "service": source.service,
    }


def source_of(body: Mapping[str, Any]) -> Source:
    """Read the source that an entry's body names."""
    return Source(body["account"], body["region"], body["service"], body["operation"])


def coverage_body(coverage: Coverage) -> dict[str, Any]:
    """Write the body of a `coverage` entry; the writer fills in `items`."""
    bodies = (_coverage_body(coverage, limit) for limit in _TIGHTER)
    return next(body for body in bodies if _fits(body))


def _coverage_body(coverage: Coverage, limit: int) -> dict[str, Any]:
    return {
        **source_body(coverage.source),
        "absent": coverage.absent,
        "gaps": [_gap_body(gap, limit) for gap in coverage.gaps[:_GAPS]],
        "gaps_left_out": max(0, len(coverage.gaps) - _GAPS),
        "items": [],
        "note": printable(coverage.note[:_TEXT]),
        "outcome": coverage.outcome.value,
        "pages": coverage.pages,
        "requests": coverage.requests,
    }


def _gap_body(gap: Gap, limit: int) -> dict[str, Any]:
    whole = [plain(example) for example in gap.examples]
    examples = [_short(example, limit) for example in whole[:_EXAMPLES]]
    message, code = gap.message[:limit], gap.code[:limit]
    return {
        "also": list(gap.also),
        "code": printable(code),
        "count": gap.count,
        "examples": examples,
        "message": printable(message),
        "outcome": gap.outcome.value,
        "request_id": printable(gap.request_id[:limit]),
        "shortened": (message, code, examples) != (gap.message, gap.code, whole),
    }


def _short(example: Any, limit: int) -> Any:
    text = json.dumps(example)
    return example if len(text) <= limit else {"shortened": text[:limit]}


def gaps_of(body: Mapping[str, Any]) -> tuple[Gap, ...]:
    """Read the gaps of a `coverage` entry."""
    source = source_of(body)
    return tuple(
        Gap(
            source,
            Outcome(gap["outcome"]),
            gap["code"],
            gap["message"],
            gap["request_id"],
            gap["count"],
            tuple(gap["examples"]),
            tuple(gap["also"]),
        )
        for gap in body["gaps"]
    )


def intent_body(intent: Intent) -> dict[str, Any]:
    """Write the body of an `op.start` entry."""
    return {
        **source_body(intent.source),
        "about": printable(intent.about[:_TEXT]),
        "detail": plain(intent.detail),
        "op": intent.id,
        "parameters": plain(intent.parameters),
    }


def settled_body(settled: Settled) -> dict[str, Any]:
    """Write the body of an `op.end` entry."""
    return {
        "code": printable(settled.code[:_TEXT]),
        "message": printable(settled.message[:_TEXT]),
        "op": settled.intent,
        "outcome": settled.outcome.value,
        "request_id": printable(settled.request_id[:_TEXT]),
    }


def evidence_body(evidence: Evidence) -> dict[str, Any]:
    """
    Write the body of an `item.add` entry of what is no transcript; the writer adds path, hash and size.

    S3 bounds what others may say of an object to some kilobytes. An endpoint that does not, costs that, and
    not the group that the object is kept with: texts are then cut, and `shortened` says so.
    """
    about = plain(evidence.about)
    cuts = ({**_cut(about, limit), "shortened": True} for limit in _TIGHTER)
    tries = chain([about], cuts, [{"shortened": True}])
    return next(body for body in map(partial(_evidence_body, evidence), tries) if _fits(body))


def _evidence_body(evidence: Evidence, about: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "first": evidence.first,
        "kind": evidence.kind.value,
        "last": evidence.last,
        "name": _name(evidence.name),
        evidence.kind.value: about,
        "requests": evidence.requests,
        "sensitive": evidence.sensitive,
        "source": source_body(evidence.source),
    }


def _name(name: str) -> str:
    """Write out a name; one longer than any of AWS's is told apart by its hash."""
    text = printable(name)
    return text if len(text) <= _NAME else f"{text[:_NAME]}… {hashlib.sha256(text.encode()).hexdigest()}"


def _cut(value: Any, limit: int) -> Any:
    """Cut all texts in a value, and all lists and objects, to a length."""
    match value:
        case str():
            return value[:limit]
        case dict():
            return {key[:limit]: _cut(item, limit) for key, item in islice(value.items(), limit)}
        case list():
            return [_cut(item, limit) for item in value[:limit]]
        case _:
            return value


def _fits(body: Mapping[str, Any]) -> bool:
    return len(json.dumps(body)) <= _BODY


def window_body(window: Window) -> dict[str, str]:
    """Write a span of time as `run.start` has it."""
    return {"since": window.since.isoformat(), "until": window.until.isoformat()}


def _window_of(body: Mapping[str, Any]) -> Window:
    return Window(datetime.fromisoformat(body["since"]), datetime.fromisoformat(body["until"]))


def effect_body(effect: Effect) -> dict[str, Any]:
    """Write the body of an `aws.effect` entry."""
    return {
        **source_body(effect.source),
        "detail": plain(effect.detail),
        "id": effect.id,
        "kind": effect.kind,
        "op": effect.intent,
        "state": effect.state,
    }


@dataclass
class Standing:
    """How a case stands: the latest word on every source, intent and effect, in the ledger's order."""

    coverage: dict[Source, Mapping[str, Any]] = field(default_factory=dict)
    """Latest `coverage` body of each source."""
    open_intents: dict[str, Intent] = field(default_factory=dict)
    """Begun and never settled: their calls may have been made."""
    effects: dict[str, Effect] = field(default_factory=dict)
    """Latest state, by AWS's id of the thing."""
    account: str = ""
    regions: set[str] = field(default_factory=set)
    """Where any run was to ask."""
    runs: int = 0
    window: Window | None = None
    """What the runs were to keep logs of, together: a later run goes on with it, and may widen it."""
    spans: dict[Source, Window] = field(default_factory=dict)
    """What the run that closed a source was to keep logs of."""
    kept: dict[Source, set[bytes]] = field(default_factory=dict)
    """Hashes of the names that are kept of each source: half a million of them take some 60 MB."""
    windows: dict[tuple[Source, bytes], str] = field(default_factory=dict)
    """Paths of the windows of events, which are read again: one a day of a log, not half a million."""
    _turns: dict[Source, int] = field(default_factory=dict)
    """Which of all that were closed each source was, when it was closed last."""
    _closed: int = 0
    _begun: dict[str, Iterable[str]] = field(default_factory=dict)
    """The regions of each run."""
    _whole: set[str] = field(default_factory=set)
    """Regions in which a run asked everything."""

    @classmethod
    def after(cls, entries: Iterable[tuple[str, Mapping[str, Any]]]) -> Standing:
        """Fold (type, body) pairs of the ledger, oldest first."""
        standing = cls()
        for kind, body in entries:
            standing.take(kind, body)
        return standing

    def take(self, kind: str, body: Mapping[str, Any]) -> None:
        """Take one more entry into account; types that say nothing here are passed over."""
        match kind:
            case "run.start":
                self.account = body["account"]
                self.runs += 1
                self.regions.update(body["regions"])
                self._reach(body["regions"])
                self._begun[str(body.get("run"))] = body["regions"]
                if "window" in body:
                    window = _window_of(body["window"])
                    self.window = window.together(self.window or window)
            case "run.end" if body["outcome"] in _TO_THE_END:
                self._whole.update(self._begun.get(body["run"], ()))
            case "item.add" if "name" in body:
                self.kept.setdefault(source_of(body["source"]), set()).add(_mark(body["name"]))
                if body["kind"] == Kind.WINDOW.value and "path" in body:
                    self.windows[source_of(body["source"]), _mark(body["name"])] = body["path"]
            case "coverage":
                self._close(source_of(body), body)
            case "op.start":
                about, detail = body["about"], body.get("detail", {})
                intent = Intent(body["op"], source_of(body), body["parameters"], about, detail)
                self.open_intents[intent.id] = intent
            case "op.end":
                self.open_intents.pop(body["op"], None)
            case "aws.effect":
                source = source_of(body)
                effect = Effect(body["op"], source, body["kind"], body["id"], body["state"], body["detail"])
                self.effects[effect.id] = effect

    def _close(self, source: Source, body: Mapping[str, Any]) -> None:
        left_out = source.operation == EVERYTHING and body["outcome"] == Outcome.OUT_OF_SCOPE
        if left_out and source.region in self._whole:
            return  # That a later run leaves it out takes nothing from what is kept of it.
        self._closed += 1
        self.coverage[source], self._turns[source] = body, self._closed
        if self.window is not None:
            self.spans[source] = self.window

    def _reach(self, regions: Iterable[str]) -> None:
        """Forget what was said of a whole region in which a later run asks after all."""
        for region in regions:
            self.coverage.pop(Source(self.account, region, EVERYTHING, EVERYTHING), None)

    def holds(self, source: Source, name: str) -> bool:
        """Say whether a piece of evidence is in the case, by its name in AWS."""
        return _mark(_name(name)) in self.kept.get(source, ())

    def path(self, source: Source, name: str) -> str:
        """Say where a window of events is kept, by its name; empty if it is not."""
        return self.windows.get((source, _mark(_name(name))), "")

    def complete(self, source: Source) -> bool:
        """Say whether a source was asked, nothing of it is missing, and nothing that it began is in doubt."""
        body = self.coverage.get(source)
        doubtful = any(intent.source == source for intent in self.open_intents.values())
        return body is not None and not body["gaps"] and not doubtful

    def spans_all(self, source: Source, window: Window) -> bool:
        """Say whether a source of logs was asked for all of a window, when it was closed last."""
        span = self.spans.get(source)
        return span is not None and span.together(window) == span

    def outdated(self, source: Source, parents: Iterable[Source]) -> bool:
        """
        Say whether any parent was asked anew since: it may have found names that were not asked about.

        A run may end between the two, and the parent is complete from then on.
        """
        turn = self._turns.get(source, 0)
        return any(self._turns.get(parent, 0) > turn for parent in parents)

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """List all that is missing now."""
        return tuple(gap for body in self.coverage.values() for gap in gaps_of(body))


def _mark(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()[:12]

"""
What the ledger says of asking: model values to entry bodies and back.

A body holds the words of the attacker (messages, names) within bounds: what is cut is marked
`shortened`, and stands whole in the transcript.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from itertools import chain, islice
from typing import Any

from forensics.model import Coverage, Effect, Evidence, Gap, Intent, Outcome, Settled, Source
from forensics.plain import plain, printable
from forensics.scope import Protect, Window

_TEXT = 1_000
_EXAMPLES = 5
_GAPS = 24
_TIGHTER = (_TEXT, 200, 40)
"""Lengths to cut hostile text to, tried in turn until the body fits."""
_NAME = 3_000
"""Characters of a name: a key of S3's has at most 1,024 bytes."""
_BODY = 60_000
"""Bytes a body may have: with its frame it stays below the ledger's 65,535 a line."""


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
    # The same few words in a hundred thousand lines.
    return Source(*map(sys.intern, (body["account"], body["region"], body["service"], body["operation"])))


def path_of(source: Source) -> str:
    """Say where the transcripts of a source go, below `data/`."""
    return f"{source.account}/{source.region}/{source.service}/{source.operation}.jsonl"


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
    return gaps_from(source_of(body), body["gaps"])


def gaps_from(source: Source, gaps: Iterable[Mapping[str, Any]]) -> tuple[Gap, ...]:
    """Read gaps of a source, as its `coverage` entry has them."""
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
        for gap in gaps
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
        "name": name_of(evidence.name),
        evidence.kind.value: about,
        "requests": evidence.requests,
        "sensitive": evidence.sensitive,
        "source": source_body(evidence.source),
    }


def name_of(name: str) -> str:
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
    # JSON takes twelve bytes for a character at most: nearly all is known to fit without writing it twice.
    return 12 * len(repr(body)) <= _BODY or len(json.dumps(body)) <= _BODY


def window_body(window: Window) -> dict[str, str]:
    """Write a span of time as `run.start` has it."""
    return {"since": window.since.isoformat(), "until": window.until.isoformat()}


def window_of(body: Mapping[str, Any]) -> Window:
    """Read a span of time as `run.start` has it."""
    return Window(datetime.fromisoformat(body["since"]), datetime.fromisoformat(body["until"]))


def protect_body(protect: Protect) -> dict[str, Any]:
    """Write what was asked for beside keeping, as `run.start` has it: only what was."""
    lock, copy, asked = protect.lock, protect.copy, dict[str, Any]()
    if lock is not None:
        asked["lock"] = {"cool_off_hours": lock.cool_off, "days": lock.days, "mode": lock.mode.value}
    if copy is not None:
        asked["copy"] = {
            "account": copy.account,
            "keys": list(copy.keys),
            "role": copy.role_arn or "",
            "source_keys": list(copy.source_keys),
        }
    if protect.holds:
        asked["holds"] = sorted(protect.holds)
    return asked


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

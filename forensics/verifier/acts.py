"""What the ledger says of acts that add no evidence: countersignatures, anchors, disclosures, waivers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from forensics.errors import FormatError
from forensics.formats import entry, statement, volumes

WITNESS = {
    "over": str,
    "over_sha256": str,
    "file": str,
    "sha256": str,
    "kind": str,
    "who": str,
    "key": str,
    "time": str,
    "checkpoint": int,
}
"""Keys of an `anchor.witness`, and their types; so of the others."""
ANCHORED = {
    "bucket": str,
    "key": str,
    "region": str,
    "version_id": str,
    "retain_until": str,
    "mode": str,
    "checkpoint": int,
    "over_sha256": str,
    "request_id": str,
    "outcome": str,
    "code": str,
}
CUSTODY = {"record": str, "sha256": str, "action": str, "by": str}
DISCLOSED = {"path": str, "seq": int, "to": str, "checkpoint": int}
WAIVED = {"account": str, "resource": str, "because": str, "by": str}
MAX_HANDED = 100_000
"""Records of custody, and signatures of them, that a ledger tells of. They are held in memory."""
KINDS = ("cosignature", "ssh")

_DIGEST = re.compile(r"[0-9a-f]{64}")
_CUSTODY = re.compile(r"custody/[^/]+\.custody/[0-9]{4}-[^/]+")
_FILE = re.compile(r"checkpoints/[0-9]{8,19}\.note\.[^/]+\.(?:witness|cosig)")


class Countersigned(NamedTuple):
    """What an `anchor.witness` says of a file."""

    sha256: str
    over: str
    over_sha256: str
    checkpoint: int
    line: int


def take(
    line: int,
    kind: str,
    body: Mapping[str, Any],
    countersigned: dict[str, Countersigned],
    handed: dict[str, str],
) -> None:
    """Take an entry of such an act into account; `FormatError` for one that cannot be."""
    match kind:
        case "anchor.witness":
            _check(body, WITNESS)
            _countersigned(line, body, countersigned)
        case "anchor.s3":
            _check(body, ANCHORED)
        case "custody.note" | "custody.receive" | "custody.release":
            _check(body, CUSTODY)
            _handed(body, handed)
        case "disclose":
            _check(body, DISCLOSED)
        case "waive":
            _check(body, WAIVED)
        case "bundle.exported":
            volumes.check_told(body)


def _handed(body: Mapping[str, Any], known: dict[str, str]) -> None:
    path, digest = body["record"], body["sha256"]
    if not _CUSTODY.fullmatch(path) or body["action"] not in statement.ACTIONS:
        raise FormatError("it names no record of custody of ours")
    if known.setdefault(path, digest) != digest:
        raise FormatError(f"{path} was taken in before, as another")
    if len(known) > MAX_HANDED:
        raise FormatError(f"with it, more than {MAX_HANDED} records of custody are told of")


def _countersigned(line: int, body: Mapping[str, Any], known: dict[str, Countersigned]) -> None:
    name, over = body["file"], body["over"]
    if body["kind"] not in KINDS or not _FILE.fullmatch(name):
        raise FormatError("it names no countersignature of ours")
    if name in known:
        raise FormatError(f"{name} was taken in before")
    if f"{name.partition('.note.')[0]}.note" != over:
        raise FormatError("its file lies beside another checkpoint than the one that it names")
    known[name] = Countersigned(body["sha256"], over, body["over_sha256"], body["checkpoint"], line)


def _check(body: Mapping[str, Any], kinds: Mapping[str, type]) -> None:
    if body.keys() != kinds.keys() or any(type(body[key]) is not kind for key, kind in kinds.items()):
        raise FormatError("it has other keys than ours, or values of another type")
    for key, value in body.items():
        if key.endswith("sha256") and not _DIGEST.fullmatch(value):
            raise FormatError(f"its {key} is no SHA-256")
        if kinds[key] is int and value < 0:
            raise FormatError(f"its {key} is no count")
        if key in {"time", "retain_until"} and value:
            entry.moment(value)

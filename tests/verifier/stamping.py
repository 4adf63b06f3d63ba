"""Bundles that authorities have stamped, rightly or not, by fixed keys and a fixed clock."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from forensics.errors import FormatError
from forensics.formats.anchor import Anchor, response
from forensics.formats.entry import timestamp
from forensics.verifier import tokens
from forensics.verifier.checks import verify
from forensics.verifier.demands import Demands
from forensics.verifier.verdict import Verdict
from tests.tsa import Authority
from tests.verifier import build

URL = "http://tsa.example/tsr"
FIRST = f"{build.NOTES}/00000004.note"
LAST = f"{build.NOTES}/00000011.note"
TSR, LAST_TSR, SIG_TSR = (response(over, URL) for over in (FIRST, LAST, build.SIG))
AFTER = timedelta(seconds=2)


def when(line: int) -> datetime:
    """Return the ledger's own time of a line, counted from 1."""
    return build.START + timedelta(seconds=line - 1)


@dataclass(frozen=True)
class Stamp:
    """One stamp to be: by whom, when, and how it is spoilt."""

    by: Authority
    at: datetime
    url: str = URL
    spoil: Callable[[bytes], bytes] = bytes
    over: bytes | None = None
    """What it is over, if not what it lies beside."""
    told: dict[str, Any] = field(default_factory=dict)
    """Overrides of what the ledger tells."""
    silent: bool = False
    """The ledger tells nothing."""
    options: dict[str, Any] = field(default_factory=dict)

    def raw(self, data: bytes) -> bytes:
        """Make the response over some bytes."""
        return self.spoil(self.by.at(self.at, data if self.over is None else self.over, **self.options))


@dataclass
class Plan(build.Plan):
    """
    A bundle of 11 lines with a checkpoint over four of them (two items) and one over all.

    Line 5 and those after it tell of the stamps over the first.
    """

    first: list[Stamp] = field(default_factory=list)
    last: list[Stamp] = field(default_factory=list)
    signature: list[Stamp] = field(default_factory=list)
    checkpoints: tuple[int, ...] = (1, 4)
    made: dict[str, bytes] = field(default_factory=dict)

    def ledger(self) -> build.Ledger:
        """Write the ledger but for its seal."""
        ledger = build.Ledger(self.opening["origin"])
        ledger.add("case.open", self.opening)
        ledger.add("run.start", {"run": "r1", "account": "123456789012"})
        items = [("item.add", build.item(path, data)) for path, data in self.data.items()]
        for kind, body in items[:2]:
            ledger.add(kind, body)
        note = ledger.note(4)
        for stamp in self.first:
            raw = self.made[response(FIRST, stamp.url)] = stamp.raw(note)
            if not stamp.silent:
                ledger.add("anchor.tsa", {**told(stamp, note, raw), **stamp.told})
        for kind, body in [*items[2:], *self.deeds]:
            ledger.add(kind, body)
        while len(ledger.lines) < 9:
            ledger.add("note", {"text": "x"})
        ledger.add("run.end", {"run": "r1", "outcome": "complete"})
        return ledger

    def tags(self, ledger: build.Ledger, listed: bytes) -> dict[str, bytes]:
        """Return the tag files, the responses over the last checkpoint among them."""
        files = super().tags(ledger, listed)
        for stamp in self.last:
            over = f"{build.NOTES}/{len(ledger.lines):08d}.note"
            self.made[response(over, stamp.url)] = stamp.raw(files[over])
        return {**files, **self.made}

    def write(self, target: Path) -> Path:
        """Write the bundle, and the responses over its signature."""
        super().write(target)
        for stamp in self.signature:
            over = (target / build.SIG).read_bytes()
            build.put(target / response(build.SIG, stamp.url), stamp.raw(over))
        return target


def told(stamp: Stamp, data: bytes, raw: bytes) -> dict[str, Any]:
    """Return what the ledger tells of a response over the first checkpoint."""
    try:
        token = tokens.read(raw, data if stamp.over is None else stamp.over)
        time, serial = token.time, token.serial
    except (tokens.UnreadableError, FormatError):
        time, serial = timestamp(stamp.at), "2"
    made = Anchor(
        "checkpoints/00000004.note",
        hashlib.sha256(data).hexdigest(),
        stamp.url,
        hashlib.sha256(raw).hexdigest(),
        time,
        serial,
        1_000_000,
    )
    return made.body()


def stamped(target: Path, by: Authority, **changes: Any) -> Path:
    """Write a bundle whose every stamp is good, but for changes to the plan."""
    plan: dict[str, Any] = {
        "first": [Stamp(by, when(4) + AFTER)],
        "last": [Stamp(by, when(11) + AFTER)],
        "signature": [Stamp(by, when(11) + 2 * AFTER)],
    }
    return Plan(**{**plan, **changes}).write(target)


def spoilt(target: Path, by: Authority, which: str, **changes: Any) -> Path:
    """Write a bundle one of whose stamps is not as it should be."""
    at = {"first": when(4) + AFTER, "last": when(11) + AFTER, "signature": when(11) + 2 * AFTER}
    return stamped(target, by, **{which: [replace(Stamp(by, at[which]), **changes)]})


def judge(path: Path, *roots: Authority) -> Verdict:
    """Verify, with the right identity and these authorities' roots named."""
    return verify(
        path,
        identities=[build.IDENTITY.public],
        demands=Demands(tsa_roots=tuple(one.root for one in roots)),
    )

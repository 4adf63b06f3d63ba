"""Time stamps that are over something else, by somebody else, of another time, or none at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from testkit.making.authority import EVIL, GOOD, SECOND, Fixed
from testkit.making.good import DATED, ROOT
from testkit.making.kit import Case, Maker, drop, edit, spoilt, swap_files
from tests.verifier import build, stamping
from tests.verifier.stamping import AFTER, FIRST, LAST_TSR, SIG_TSR, TSR, Stamp, when

OTHER = "http://other.example/tsr"
TWO = (*DATED, "--tsa-root", "trust/second-root.pem")
ROOTS = (*ROOT, ("second-root.pem", SECOND.root))


def cases() -> Iterator[Case]:
    """Yield them."""
    for name, (about, changes) in WORTHLESS.items():
        yield _case(name, about, _spoilt(**changes), 4, (TSR,))
    for name, (about, told) in TOLD.items():
        yield _case(name, about, _spoilt(told=told), 4, (TSR,))
    for name, (about, change, code, path) in MOVED.items():
        refuse = "bagit.py sha256sum" if path == LAST_TSR or name == "swapped" else ""
        yield _case(name, about, spoilt(change, _stamped()), code, (path,), refuse=refuse)
    for gone in (TSR, FIRST):
        made = _stamped(on_files=lambda files, gone=gone: build.drop(files, gone))
        yield _case(f"missing-{'stamp' if gone == TSR else 'checkpoint'}", "left out, and the ledger tells of it", made, 4, (gone,))  # fmt: skip
    yield from _authorities()
    yield from _times()


def _case(name: str, about: str, make: Maker, code: int, names: tuple[str, ...] = (), **other: Any) -> Case:
    given = {"arguments": DATED, "trust": ROOT, **other}
    return Case(f"stamp/{name}", about, make, exit=code, check="stamps" if code else "", names=names, **given)


def _stamped(by: Fixed = GOOD, **changes: Any) -> Maker:
    return lambda root: stamping.stamped(root / "bundle", by, **changes)


def _spoilt(which: str = "first", by: Fixed = GOOD, **changes: Any) -> Maker:
    return lambda root: stamping.spoilt(root / "bundle", by, which, **changes)


def _flip(raw: bytes) -> bytes:
    return raw[:-1] + bytes([raw[-1] ^ 1])


WORTHLESS: dict[str, tuple[str, dict[str, Any]]] = {
    "imprint-of-another": ("over something else", {"over": b"something else"}),
    "imprint-sha1": ("over a SHA-1", {"options": {"algorithm": "sha1"}}),
    "trailing": ("a byte behind it", {"spoil": lambda raw: raw + b"\0"}),
    "truncated": ("its last byte cut off", {"spoil": lambda raw: raw[:-1]}),
    "empty": ("no byte", {"spoil": lambda _: b""}),
    "html": ("a page in its place", {"spoil": lambda _: b"<html>"}),
    "rejection": (
        "an answer that refuses",
        {"spoil": lambda _: b"\x30\x05\x30\x03\x02\x01\x02"},
    ),
    "bit-flipped": ("one bit of its signature", {"spoil": _flip}),
}
"""Name: what is wrong, and how the stamp over the first checkpoint is spoilt."""

TOLD: dict[str, tuple[str, dict[str, Any]]] = {
    "told-another-hash": ("not the response that the ledger tells of", {"tsr_sha256": "0" * 64}),
    "told-over-another": ("over another checkpoint, the ledger says", {"over_sha256": "0" * 64}),
    "told-another-time": ("the ledger tells of another time", {"time": "2031-05-06T07:08:15.000000Z"}),
    "told-another-serial": ("the ledger tells of another number", {"serial": "999"}),
}
"""Name: what is wrong, and what the ledger says of the stamp."""

MOVED: dict[str, tuple[str, Callable[[Path], object], int, str]] = {
    "swapped": ("two stamps in each other's place", swap_files(SIG_TSR, LAST_TSR), 4, SIG_TSR),
    "changed": ("a stamp of the evidence, and another byte", edit(LAST_TSR, _flip), 4, LAST_TSR),
    "signatures-removed": (
        "the signature's stamp taken away: not dated, and nothing in it says so",
        drop(SIG_TSR),
        3,
        "",
    ),
}
"""Name: what is wrong, the change of somebody without a key, the exit code, and the file that is named."""


def _authorities() -> Iterator[Case]:
    """Yield what authorities there are, and what they are worth."""
    stranger = {"spoil": bytes}
    yield _case("embedded-root", "an attacker's authority, its own root in the token",
                _all(EVIL, options={"embed": True}), 3, (TSR,))  # fmt: skip
    for name, usage in {"without-purpose": None, "purpose-not-critical": False}.items():
        poor = Fixed(name=name, under=GOOD, usage=usage)
        yield _case(
            name, "a certificate that is not for time stamping alone", _all(poor, **stranger), 3, (TSR,)
        )
    old = Fixed(
        name="expired",
        under=GOOD,
        valid=(datetime(2020, 1, 1, tzinfo=UTC), datetime(2031, 5, 6, 7, tzinfo=UTC)),
    )
    yield _case("expired-then", "a certificate that had expired by then", _all(old), 3, (TSR,))
    young = Fixed(
        name="young", under=GOOD, valid=(datetime(2031, 5, 7, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC))
    )
    yield _case("not-yet-valid", "a certificate that was not valid yet", _all(young), 3, (TSR,))
    yield _case("two-of-one", "two stamps of one authority: one word, not two",
                _stamped(signature=[Stamp(GOOD, when(12)), Stamp(GOOD, when(12), url=OTHER)]), 0, ("1 authority",))  # fmt: skip
    yield _case("of-two", "stamps of two authorities",
                _stamped(signature=[Stamp(GOOD, when(12)), Stamp(SECOND, when(12), url=OTHER)]), 0,
                ("2 authorities",), arguments=TWO, trust=ROOTS)  # fmt: skip


def _all(by: Fixed, **other: Any) -> Maker:
    return _stamped(
        by,
        first=[Stamp(by, when(4) + AFTER, **other)],
        last=[Stamp(by, when(11) + AFTER, **other)],
        signature=[Stamp(by, when(11) + 2 * AFTER, **other)],
    )


def _times() -> Iterator[Case]:
    """Yield stamps whose time does not go with the ledger's."""
    later = when(11) + timedelta(days=30)
    every: dict[str, Any] = {which: [Stamp(GOOD, later)] for which in ("first", "last", "signature")}
    yield _case("all-dated-later", "rewritten, signed and stamped anew by the holder of every key: the dates tell",
                _stamped(**every), 3, (build.LEDGER,))  # fmt: skip
    yield _case("before-what-it-covers", "older than the lines under it: a clock was wrong, which is said",
                _spoilt(at=when(4) - timedelta(minutes=11)), 0, (build.LEDGER,))  # fmt: skip
    yield _case("younger-than-a-later-one", "told of in a line that an older stamp covers",
                _spoilt(at=when(11) + timedelta(minutes=30)), 0, (build.LEDGER,))  # fmt: skip

"""Ledgers that a holder of every key wrote otherwise than the format has them, all else made to fit."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

from forensics.formats import entry
from testkit.making.kit import DATA, SEAL, VPCS, Case, bundle
from tests.verifier import build
from tests.verifier.build import GONE, ITEM, LEDGER, ZEROS, Ledger

Change = Callable[[Ledger], object]
RUN = 1
"""The line, from 0, whose bytes are changed: `run.start`."""


def cases() -> Iterator[Case]:
    """Yield them."""
    for name, (about, old, new, line) in BYTES.items():
        yield _case(name, about, _edited(old, new), line)
    for name, (about, change, line) in LINES.items():
        yield _case(name, about, change, line)
    yield from _deeds()
    yield from _notes()


def _case(name: str, about: str, change: Change, line: int) -> Case:
    words = (LEDGER, f"line {line}") if line else (LEDGER,)
    check = "seal" if name in {"line-after-the-seal", "seal-cut"} else "ledger"
    return Case(f"ledger/{name}", about, bundle(on_ledger=change), check=check, names=words)


def _edited(old: bytes, new: bytes) -> Change:
    def change(ledger: Ledger) -> None:
        assert old in ledger.lines[RUN], old  # noqa: S101
        ledger.lines[RUN] = ledger.lines[RUN].replace(old, new, 1)

    return change


BYTES: dict[str, tuple[str, bytes, bytes, int]] = {
    "byte-changed": ("one line changed, those after it not chained anew", b'"run":"r1"', b'"run":"r2"', 3),
    "space": ("a space that canonical JSON has not", b'{"actor"', b'{ "actor"', 2),
    "keys-out-of-order": ("two keys out of order", b'"account":"123456789012","run":"r1"', b'"run":"r1","account":"123456789012"', 2),
    "version-2": ("an unknown version", b'"v":1', b'"v":2', 2),
    "version-true": ("true is no 1", b'"v":1', b'"v":true', 2),
    "version-float": ("1.0 is no 1", b'"v":1', b'"v":1.0', 2),
    "unknown-type": ("an unknown type of entry", b'"type":"run.start"', b'"type":"run.begin"', 2),
    "seq-gap": ("a number left out", b'"seq":1', b'"seq":2', 2),
    "seq-negative": ("a number below nothing", b'"seq":1', b'"seq":-1', 2),
    "seq-beyond-53-bits": ("a number that JavaScript would round", b'"seq":1', b'"seq":9007199254740992', 2),
    "nan": ("NaN is no JSON", b'"seq":1', b'"seq":NaN', 2),
    "infinity": ("1e400 is read as infinity", b'"seq":1', b'"seq":1e400', 2),
    "key-twice": ("a key twice: readers differ on which one holds", b'"seq":1', b'"seq":1,"seq":1', 2),
    "escape": ("a letter written as an escape", b'"run":"r1"', b'"run":"\\u0041"', 2),
    "lone-surrogate": ("half a character", b'"run":"r1"', b'"run":"\\ud800"', 2),
    "not-utf8": ("bytes that are no UTF-8", b'"run":"r1"', b'"run":"\xff"', 2),
    "control-character": ("a control character as it is", b'"run":"r1"', b'"run":"\x1b"', 2),
    "nested-20000-deep": ("a value that would exhaust a reader's stack", b'"run":"r1"', b'"run":' + b"[" * 20_000 + b"]" * 20_000, 2),
    "line-of-70000": ("a line longer than any may be", b'"run":"r1"', b'"run":"' + b"x" * 70_000 + b'"', 2),
    "crlf": ("a line end of another system", b"\n", b"\r\n", 2),
    "bom": ("a byte order mark", b"{", b"\xef\xbb\xbf{", 2),
    "trailing-text": ("text after the object", b"\n", b" trailing\n", 2),
    "empty-line": ("an empty line between two", b"\n", b"\n\n", 3),
    "salt-too-long": ("a salt of another length", b'"salt":"', b'"salt":"0', 2),
    "prev-too-long": ("a hash of another length", b'"prev":"', b'"prev":"0', 2),
    "no-such-day": ("the 30th of February", b"2031-05-06T07:08:10", b"2031-02-30T07:08:10", 2),
    "a-key-more": ("a key that entries do not have", b'"v":1', b'"v":1,"w":1', 2),
    "a-key-less": ("no actor", b'"actor":"arn:aws:iam::123456789012:user/ana",', b"", 2),
    "false-prev-within": ("the hash of another line within the body, and a wrong one in its place", b'"run":"r1"', b'"prev":"' + ZEROS.encode() + b'","run":"r1"', 3),
}  # fmt: skip
"""Name: what is wrong, what of the line becomes what, and the line that does not fit, counted from 1."""


def _swapped(ledger: Ledger) -> None:
    ledger.lines[3], ledger.lines[4] = ledger.lines[4], ledger.lines[3]


def _of_another_log(ledger: Ledger) -> None:
    ledger.lines.clear()
    ledger.add("case.open", build.opening(), prev=entry.genesis("forensics.local/case/other"))


LINES: dict[str, tuple[str, Change, int]] = {
    "line-removed": ("a line in the middle taken out", lambda ledger: ledger.lines.pop(5), 6),
    "lines-swapped": ("two lines in each other's place", _swapped, 4),
    "line-doubled": ("a line twice", lambda ledger: ledger.lines.insert(5, ledger.lines[5]), 7),
    "seal-cut": ("the last line cut off", lambda ledger: ledger.lines.pop(), 0),
    "seal-torn": (
        "the last line without its end",
        lambda ledger: ledger.lines.append(ledger.lines.pop()[:-1]),
        0,
    ),
    "torn-line": ("the beginning of a line behind the seal", lambda ledger: ledger.lines.append(b"{"), 0),
    "emptied": ("no line at all", lambda ledger: ledger.lines.clear(), 0),
    "from-another-ledger": ("the first line of another log", _of_another_log, 1),
    "line-after-the-seal": (
        "a line behind the seal",
        lambda ledger: ledger.add("note", {"text": "x"}),
        SEAL,
    ),
    "item-after-the-seal": (
        "an item that came behind the seal",
        lambda ledger: ledger.add("item.add", build.item(GONE, b"")),
        SEAL + 1,
    ),
    "sealed-twice": ("a second seal", lambda ledger: ledger.add("bundle.seal", {}), SEAL + 1),
    "seq-at-the-end": (
        "a last number that does not follow",
        lambda ledger: ledger.add("note", {}, seq=99),
        SEAL + 1,
    ),
    "prev-at-the-end": (
        "a last line that names another before it",
        lambda ledger: ledger.add("note", {}, prev=ZEROS),
        SEAL + 1,
    ),
}
"""Name: what is wrong, the change, and the line that is named, 0 for none."""


def _deeds() -> Iterator[Case]:
    """Yield ledgers that hold together, and do not tell of the files that are there."""
    deeds: dict[str, tuple[str, dict[str, Any], str, str]] = {
        "item-without-file": ("an item that is not there", build.item(GONE, b"x"), "items", GONE),
        "item-twice": ("one path, kept twice", build.item(ITEM, build.TRANSCRIPT), "ledger", LEDGER),
        "item-twin": (
            "two paths that differ in case only",
            build.item(ITEM.swapcase().replace("DATA", "data", 1), b""),
            "ledger",
            LEDGER,
        ),
        "item-outside": ("a path that climbs out", build.item("data/../x", b""), "ledger", LEDGER),
        "item-without-hash": (
            "an item without its hash",
            {key: value for key, value in build.item(GONE, b"").items() if key != "sha256"},
            "ledger",
            LEDGER,
        ),
    }
    for name, (about, body, check, path) in deeds.items():
        made = bundle(deeds=[("item.add", body)])
        yield Case(f"ledger/{name}", about, made, check=check, names=(path,))
    gone = {ITEM: DATA[ITEM], VPCS: DATA[VPCS], GONE: b"planted\n"}
    planted = hashlib.sha256(b"planted\n").hexdigest()
    yield Case(
        "ledger/file-without-item", "a file that is listed, and that no line tells of",
        lambda root: build.put(
            build.bundle(root / "bundle", data={**DATA}, on_manifest=lambda sums: sums.update({GONE: planted})) / GONE,
            gone[GONE],
        ),
        check="items", names=(GONE,), refuse="bagit.py",
    )  # fmt: skip
    lies: dict[str, tuple[dict[str, Any], str]] = {
        "size": ({"size": 1}, "data"), "sha256": ({"sha256": ZEROS}, "items"),
    }  # fmt: skip
    for name, (change, check) in lies.items():
        yield Case(
            f"ledger/item-of-another-{name}", f"an item of another {name} than its file",
            bundle(on_ledger=_item_with(change)), check=check, names=(ITEM,),
        )  # fmt: skip


def _item_with(change: dict[str, Any]) -> Change:
    """Write the whole ledger anew, one item with a lie in it."""

    def rewrite(ledger: Ledger) -> None:
        plan = build.Plan(data=dict(DATA))
        seal = entry.Entry.parse(ledger.lines[-1])
        ledger.lines.clear()
        for line in plan.ledger().lines:
            one = entry.Entry.parse(line)
            lies = one.type == "item.add" and one.body["path"] == ITEM
            ledger.add(one.type, {**one.body, **change} if lies else one.body)
        ledger.add(seal.type, seal.body)

    return rewrite


def _notes() -> Iterator[Case]:
    """Yield what is said, and is no tampering."""
    salt = hashlib.sha256(b"salt 3").hexdigest()[:32]
    early = "2001-01-01T00:00:00.000000Z"
    for name, about, other in (
        ("salt-twice", "a salt that was used before: it hides nothing, and proves nothing", {"salt": salt}),
        ("clock-back", "a clock that went back", {"time": early}),
    ):
        yield Case(f"ledger/{name}", about, bundle(on_ledger=_last_but_one(other)), exit=0, names=(LEDGER,))


def _last_but_one(other: dict[str, Any]) -> Change:
    def change(ledger: Ledger) -> None:
        seal = entry.Entry.parse(ledger.lines.pop())
        ledger.add("note", {"text": "x"}, **other)
        ledger.add(seal.type, seal.body)

    return change

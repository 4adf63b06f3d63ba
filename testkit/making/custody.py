"""Chains of custody beside a bundle: records removed, put in, changed, and lies well signed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from forensics import keys
from forensics.formats.statement import Head, Subject
from testkit.making.kit import ANA, Case, Maker
from tests.verifier import build, handing
from tests.verifier.handing import BOB, FIRST, OPEN, RECEIVE, RELEASE, SECOND, STRANGER, THIRD

PINS = ("--identity", ANA.public.fingerprint, "--identity", BOB.public.fingerprint)


def cases() -> Iterator[Case]:
    """Yield them."""
    yield _case("good", "released, received, opened, each signed", _handed(), "", exit=0)
    yield _case(
        "awaits-its-receipt",
        "released, and both signed; nobody has received it yet",
        _handed(RELEASE),
        FIRST,
        exit=0,
    )
    yield _case("signature-missing", "not signed by the receiver: that can still be done",
                _spoilt(lambda folder: (folder / f"{SECOND}.bob.sig").unlink()), "", exit=3)  # fmt: skip
    yield _case("by-nobody-named", "signed by somebody who was not named", _handed(), SECOND,
                arguments=("--identity", ANA.public.fingerprint))  # fmt: skip
    for name, (about, change, path) in BROKEN.items():
        yield _case(name, about, _spoilt(change), path)
    for name, (about, said, path) in LIES.items():
        yield _case(name, about, _handed(*said), path)


def _case(name: str, about: str, make: Maker, path: str, **other: Any) -> Case:
    given = {"arguments": PINS, "names": (path,) if path else (), **other}
    return Case(f"custody/{name}", about, make, kind="custody", **given)


def _handed(*said: dict[str, Any]) -> Maker:
    return lambda root: handing.handed(root, *said)


def _spoilt(change: Callable[[Path], object]) -> Maker:
    return lambda root: change(handing.handed(root))


def _edit(name: str, old: bytes, new: bytes) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        data = (folder / name).read_bytes()
        assert old in data, old  # noqa: S101
        (folder / name).write_bytes(data.replace(old, new))

    return change


def _of_another_bundle(folder: Path) -> None:
    evidence = folder.with_name("evidence")
    shutil.rmtree(evidence)
    build.bundle(evidence, opening={**build.opening(), "reference": "another"})


def _put_in(folder: Path) -> None:
    """Put another first record in the place of the one that was signed, signed as well."""
    forged = handing.records(folder.with_name("evidence"), {**RELEASE, "purpose": "another"})[0]
    for old in folder.glob("0001-*"):
        old.unlink()
    handing.lay(folder, forged, ANA, BOB)


BROKEN: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "of-another-bundle": ("a receipt for another digest", _of_another_bundle, FIRST),
    "record-changed": ("a date changed in a signed record", _edit(SECOND, b"2031-05-07", b"2031-05-08"), THIRD),
    "record-put-in": ("another record, well signed, in the first one's place", _put_in, SECOND),
    "record-removed": ("a record left out", lambda folder: (folder / SECOND).unlink(), THIRD),
    "last-removed": ("the last record left out, its signature left", lambda folder: (folder / THIRD).unlink(), f"{THIRD}.bob.sig"),
    "record-that-is-none": ("no record of ours", lambda folder: (folder / FIRST).write_bytes(b"{}\n"), FIRST),
    "record-renamed": ("a record under another name", lambda folder: (folder / THIRD).rename(folder / "0003-copy.json"), "0003-copy.json"),
    "record-twice": ("a record once more", lambda folder: shutil.copy(folder / THIRD, folder / "0004-open.json"), "0004-open.json"),
    "signature-that-is-none": ("no signature in a signature's place", lambda folder: (folder / f"{FIRST}.bob.sig").write_bytes(b"x"), f"{FIRST}.bob.sig"),
    "signature-for-another-purpose": (
        "signed as a bundle",
        lambda folder: (folder / f"{FIRST}.bob.sig").write_bytes(BOB.sign((folder / FIRST).read_bytes(), keys.BUNDLE)),
        f"{FIRST}.bob.sig",
    ),
    "receiver-is-releaser": (
        "the receiver is the releaser",
        _edit(FIRST, BOB.public.fingerprint.encode(), ANA.public.fingerprint.encode()),
        FIRST,
    ),
}  # fmt: skip
"""Name: what is wrong, the change, and the file that is named."""

LIES: dict[str, tuple[str, tuple[dict[str, Any], ...], str]] = {
    "received-before-release": ("received what nobody released", (RECEIVE,), "0001-receive.json"),
    "another-releaser": ("received from somebody else", (RELEASE, {**RECEIVE, "giver": STRANGER}), SECOND),
    "another-receiver": ("received by somebody else", (RELEASE, {**RECEIVE, "taker": STRANGER}), SECOND),
    "another-challenge": ("answers another challenge", (RELEASE, {**RECEIVE, "challenge": "x"}), SECOND),
    "another-digest": (
        "received another bundle",
        (RELEASE, {**RECEIVE, "subjects": (Subject("evidence", "1" * 64),)}),
        SECOND,
    ),
    "head-that-is-not-there": (
        "at a checkpoint that the bundle has not",
        ({**RELEASE, "checkpoint": Head(9_999, "1" * 64)}, RECEIVE, OPEN),
        FIRST,
    ),
}
"""Name: what is wrong, what the records say, and the one that is named."""

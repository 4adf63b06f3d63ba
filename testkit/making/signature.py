"""Signatures by others, over other things, for other purposes, or in other forms; and the log key's binding."""

from __future__ import annotations

import base64
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

from forensics import keys
from testkit.making.kit import ANA, DATA, EVE, Case, bundle, drop, edit, flip, spoilt
from tests.verifier import build
from tests.verifier.build import NOTES, RAW, SIG, TAGMANIFEST

BINDING = f"{NOTES}/00000001.note.{build.WHO}.sig"
ORDER = 2**252 + 27742317777372353535851937790883648493
"""Of the group of Ed25519 (RFC 8032, 5.1)."""
HEAD, TAIL = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"


def cases() -> Iterator[Case]:
    """Yield them."""
    for name, (about, change, path, refuse) in CHANGED.items():
        yield Case(
            f"signature/{name}",
            about,
            spoilt(change),
            check="seal" if name == "raw-removed" else "signature",
            names=(path,),
            refuse=refuse,
        )
    for namespace in (keys.CASE, keys.PARTS, keys.CUSTODY, keys.WITNESS, "file"):
        yield Case(
            f"signature/made-for-{namespace}", "by the right key, for another purpose", bundle(namespace=namespace),
            check="signature", names=(SIG,), refuse="ssh-keygen",
        )  # fmt: skip
    yield from _sealed()
    yield from _bound()


def _by_eve(root: Path) -> None:
    (root / SIG).write_bytes(EVE.sign((root / TAGMANIFEST).read_bytes(), keys.BUNDLE))


def _raw_by_eve(root: Path) -> None:
    (root / RAW).write_bytes(EVE.raw((root / TAGMANIFEST).read_bytes()) or b"")


def _of_another(root: Path) -> None:
    other = build.bundle(root.parent / "other", data={})
    for name in (SIG, RAW):
        (root / name).write_bytes((other / name).read_bytes())
    for path in sorted(other.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    other.rmdir()


def _malleable(data: bytes) -> bytes:
    """Add the group's order to S: the same point, which RFC 8032 has refused."""
    s = int.from_bytes(data[32:], "little") + ORDER
    return data[:32] + s.to_bytes(32, "little")


def _blob(change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """Change the blob of an SSHSIG (PROTOCOL.sshsig) under its armour."""

    def apply(armoured: bytes) -> bytes:
        text = armoured.decode().replace(HEAD, "").replace(TAIL, "")
        code = base64.b64encode(change(base64.b64decode("".join(text.split())))).decode()
        lines = [code[at : at + 70] for at in range(0, len(code), 70)]
        return "\n".join((HEAD, *lines, TAIL, "")).encode()

    return apply


def _string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def _replaced(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    return lambda blob: blob.replace(old, new, 1)


CHANGED: dict[str, tuple[str, Callable[[Path], object], str, str]] = {
    "removed": ("no SSH signature", drop(SIG), SIG, "ssh-keygen"),
    "raw-removed": ("no raw signature, which the seal names", drop(RAW), RAW, "openssl"),
    "by-a-stranger": ("by a key that the case does not know", _by_eve, SIG, "ssh-keygen"),
    "raw-by-a-stranger": ("the two signatures by two keys", _raw_by_eve, RAW, "openssl"),
    "of-another-bundle": ("both of another bundle of this case", _of_another, SIG, "openssl ssh-keygen"),
    "raw-bit-flipped": ("one bit of the raw one", edit(RAW, flip(5)), RAW, "openssl"),
    "raw-of-63": ("a byte of the raw one cut off", edit(RAW, lambda data: data[:-1]), RAW, "openssl"),
    "raw-of-65": ("a byte behind the raw one", edit(RAW, lambda data: data + b"\0"), RAW, "openssl"),
    "raw-malleable": ("S + L: the same point, no canonical signature", edit(RAW, _malleable), RAW, "openssl"),
    "empty": ("an empty SSH signature", edit(SIG, lambda _: b""), SIG, "ssh-keygen"),
    "sshsig-version-2": (
        "an unknown version of SSHSIG",
        edit(SIG, _blob(_replaced(b"SSHSIG" + struct.pack(">I", 1), b"SSHSIG" + struct.pack(">I", 2)))),
        SIG,
        "ssh-keygen",
    ),
    "sshsig-sha1": (
        "a hash that SSHSIG does not know",
        edit(SIG, _blob(_replaced(_string(b"sha512"), _string(b"sha1")))),
        SIG,
        "ssh-keygen",
    ),
    "sshsig-reserved": (
        "something in the place that is reserved",
        edit(
            SIG,
            _blob(
                _replaced(
                    _string(keys.BUNDLE.encode()) + _string(b""),
                    _string(keys.BUNDLE.encode()) + _string(b"x"),
                )
            ),
        ),
        SIG,
        "",
    ),
    "sshsig-trailing": (
        "a byte behind the blob",
        edit(SIG, _blob(lambda blob: blob + b"\0")),
        SIG,
        "ssh-keygen",
    ),
    "sshsig-text-behind": ("text behind the armour", edit(SIG, lambda data: data + b"hello\n"), SIG, ""),
}
"""Name: what is wrong, the change, the file that is named, and who else sees it."""


def _sealed() -> Iterator[Case]:
    """Yield seals that name other signatures than there are."""
    more = f"{TAGMANIFEST}.mldsa44"
    yield Case("signature/one-too-few", "the seal names a signature that nobody made",
               bundle(seal={"signatures": [SIG, RAW, more]}), check="seal", names=(more,))  # fmt: skip
    yield Case("signature/one-too-many", "the seal does not name one of them",
               bundle(seal={"signatures": [SIG]}), check="seal", names=(RAW,))  # fmt: skip
    signer = {"fingerprint": EVE.public.fingerprint, "name": "x"}
    yield Case("signature/another-signer-sealed", "the seal names another signer",
               bundle(seal={"signers": [signer]}), check="seal", names=(SIG,))  # fmt: skip
    whole = bundle(opening=build.opening(EVE), signer=EVE, binder=EVE, on_files=_rename_binding)
    yield Case("signature/all-by-a-stranger", "whole, and by a stranger's keys, which it brings along", whole,
               check="identity", names=(EVE.public.fingerprint,), refuse="ssh-keygen")  # fmt: skip


def _rename_binding(files: dict[str, bytes]) -> None:
    files[f"{NOTES}/00000001.note.mallory.sig"] = files.pop(BINDING)


def _bound() -> Iterator[Case]:
    """Yield log keys that nobody vouches for."""
    first = build.Plan(data=dict(DATA)).ledger().note(1)
    for name, about, change in (
        ("binding-missing", "nobody signed for the log key", lambda files: build.drop(files, BINDING)),
        ("binding-by-a-stranger", "a stranger signed for the log key",
         lambda files: files.update({BINDING: EVE.sign(first, keys.CASE)})),
        ("binding-for-another-purpose", "the log key countersigned, as a witness would",
         lambda files: files.update({BINDING: ANA.sign(first, keys.WITNESS)})),
        ("binding-of-another-note", "a binding over something else",
         lambda files: files.update({BINDING: ANA.sign(b"x", keys.CASE)})),
    ):  # fmt: skip
        yield Case(f"signature/{name}", about, bundle(on_files=change), check="binding", names=(BINDING,))

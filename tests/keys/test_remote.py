"""Keys that are held elsewhere: what comes back is believed only where it holds."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from forensics import keys
from forensics.errors import FormatError, IdentityError
from forensics.formats.sshsig import SshSignature, write_string

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
P256 = ec.derive_private_key(7, ec.SECP256R1())
ED25519 = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
EIGHT = bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")


def spki(key: Any) -> bytes:
    """Return a public key as SubjectPublicKeyInfo."""
    data: bytes = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return data


@dataclass
class Held:
    """A key in this process, in the place of one that is elsewhere."""

    public: bytes
    sign: Callable[[bytes], bytes]


def p256(message: bytes) -> bytes:
    """Sign with the P-256 key."""
    return P256.sign(message, ec.ECDSA(hashes.SHA256()))


def test_p256(tmp_path: Path) -> None:
    """A DER signature becomes one that ssh-keygen takes; with either sign of s, as ECDSA has it."""
    for flip in (False, True):

        def sign(message: bytes, flip: bool = flip) -> bytes:
            r, s = decode_dss_signature(p256(message))
            return encode_dss_signature(r, ORDER - s if flip else s)

        identity = keys.remote_identity(Held(spki(P256), sign), "ana")
        (tmp_path / "sig").write_bytes(identity.sign(b"message", keys.CASE))
        (tmp_path / "allowed").write_text(f"ana {identity.public.openssh()}\n")
        command = ["ssh-keygen", "-Y", "verify", "-f", "allowed", "-I", "ana", "-n", keys.CASE, "-s", "sig"]
        done = subprocess.run(command, input=b"message", cwd=tmp_path, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        assert identity.raw(b"message") is None


def test_ed25519() -> None:
    """An Ed25519 key signs as one that is held here."""
    identity = keys.remote_identity(Held(spki(ED25519), ED25519.sign), "ana")
    here = keys.generate_identity(b"k" * 32, name="ana")
    assert identity.public == here.public
    assert identity.sign(b"message", keys.CASE) == here.sign(b"message", keys.CASE)
    assert identity.raw(b"message") == here.raw(b"message")
    assert identity.raw(b"m" * 4_096) == here.raw(b"m" * 4_096)
    assert identity.raw(b"m" * 4_097) is None
    assert identity.raw(b"") is None


OTHER = Ed25519PrivateKey.from_private_bytes(b"x" * 32)
OTHER_P256 = ec.derive_private_key(8, ec.SECP256R1())
UNSOUND: dict[str, tuple[bytes, Callable[[bytes], bytes]]] = {
    "another key's": (spki(ED25519), OTHER.sign),
    "another P-256 key's": (spki(P256), lambda message: OTHER_P256.sign(message, ec.ECDSA(hashes.SHA256()))),
    "of another message": (spki(ED25519), lambda message: ED25519.sign(message + b"x")),
    "of another hash": (spki(P256), lambda message: P256.sign(message, ec.ECDSA(hashes.SHA384()))),
    "cut": (spki(ED25519), lambda message: ED25519.sign(message)[:-1]),
    "empty": (spki(ED25519), lambda _: b""),
    "not DER": (spki(P256), lambda _: b"\x30\x01"),
    "DER and more": (spki(P256), lambda message: p256(message) + b"\0"),
    "zero": (spki(P256), lambda _: encode_dss_signature(0, 0)),
    "beyond the order": (
        spki(P256),
        lambda message: encode_dss_signature(*(n + ORDER for n in decode_dss_signature(p256(message)))),
    ),
    "S in a second spelling": (
        spki(ED25519),
        lambda message: (
            ED25519.sign(message)[:32]
            + (
                int.from_bytes(ED25519.sign(message)[32:], "little")
                + 2**252
                + 27742317777372353535851937790883648493
            ).to_bytes(32, "little")
        ),
    ),
}


@pytest.mark.parametrize("name", UNSOUND)
def test_unsound(name: str) -> None:
    """An answer that is no signature by the key is never handed on."""
    public, sign = UNSOUND[name]
    identity = keys.remote_identity(Held(public, sign), "ana")
    with pytest.raises(IdentityError, match=r"made no signature of it that holds"):
        identity.sign(b"message", keys.CASE)
    if identity.public.kind == "ssh-ed25519":
        with pytest.raises(IdentityError, match=r"made no signature of it that holds"):
            identity.raw(b"message")


KINDS: dict[str, bytes] = {
    "nothing": b"",
    "no DER": b"x" * 44,
    "RSA": spki(rsa.generate_private_key(65537, 2048)),
    "P-384": spki(ec.derive_private_key(7, ec.SECP384R1())),
    "secp256k1": spki(ec.derive_private_key(7, ec.SECP256K1())),
    "small order": spki(ED25519)[:12] + EIGHT,
    "identity point": spki(ED25519)[:12] + b"\x01" + bytes(31),
}


@pytest.mark.parametrize("name", KINDS)
def test_other_kinds(name: str) -> None:
    """A key that SSH cannot check, or that anyone can sign under, is refused before it signs."""
    with pytest.raises((IdentityError, FormatError)):
        keys.remote_identity(Held(KINDS[name], ED25519.sign), "ana")


def test_integers_in_a_second_spelling() -> None:
    """An ECDSA signature whose integers are padded is refused: one more spelling of the same numbers."""
    identity = keys.remote_identity(Held(spki(P256), p256), "ana")
    good = SshSignature.parse(identity.sign(b"message", keys.CASE))
    numbers = decode_dss_signature(p256(b"x"))
    padded = b"".join(write_string(number.to_bytes(40, "big")) for number in numbers)
    blob = write_string(b"ecdsa-sha2-nistp256") + write_string(padded)
    bad = SshSignature(good.public_key, keys.CASE, "sha512", blob).armor()
    with pytest.raises(FormatError, match=r"second spelling"):
        keys.verify_signature(bad, b"message", keys.CASE)

"""A person's key that is held elsewhere, as in KMS: it signs bytes, and what it signed is checked here."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha512
from typing import Protocol

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from forensics.errors import FormatError, IdentityError
from forensics.formats.sshsig import SshSignature, to_sign, write_string
from forensics.keys.public import ED25519, PublicKey
from forensics.keys.verifying import verify_ed25519, verify_signature

MOST = 4_096
"""Bytes that are signed at most: KMS takes no more of a message that it hashes itself."""


class Signer(Protocol):
    """What holds the key."""

    @property
    def public(self) -> bytes:
        """The public key as SubjectPublicKeyInfo, DER."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Sign a message: 64 bytes of Ed25519, or ECDSA over SHA-256 in DER."""
        ...


@dataclass(frozen=True, slots=True)
class RemoteIdentity:
    """A key that a `Signer` holds, Ed25519 or ECDSA on P-256."""

    name: str
    public: PublicKey
    signer: Signer

    def sign(self, message: bytes, namespace: str) -> bytes:
        """Give an armoured SSH signature for one purpose, checked before it is trusted."""
        answer = self.signer.sign(to_sign(namespace, sha512(message).digest(), "sha512"))
        blob = write_string(self.public.kind.encode("ascii")) + write_string(self._ssh(answer))
        armored = SshSignature(self.public.blob, namespace, "sha512", blob).armor()
        try:
            verify_signature(armored, message, namespace)
        except FormatError as error:
            raise _unsound(error) from error
        return armored

    def raw(self, message: bytes) -> bytes | None:
        """Give a plain Ed25519 signature; None for another kind of key, and for more than 4,096 bytes."""
        if self.public.kind != ED25519 or not 0 < len(message) <= MOST:
            return None
        signature = self.signer.sign(message)
        try:
            verify_ed25519(self.public.raw, signature, message)
        except FormatError as error:
            raise _unsound(error) from error
        return signature

    def _ssh(self, signature: bytes) -> bytes:
        """Write a signature as SSH has it: of ECDSA two integers, in their one spelling (RFC 5656)."""
        if self.public.kind == ED25519:
            return signature
        try:
            numbers = decode_dss_signature(signature)
        except ValueError as error:
            raise _unsound(error) from error
        return b"".join(
            write_string(number.to_bytes(number.bit_length() // 8 + 1, "big")) for number in numbers
        )


def remote_identity(signer: Signer, name: str) -> RemoteIdentity:
    """Let a key that is held elsewhere sign; `IdentityError` for a kind that SSH cannot check."""
    try:
        key = load_der_public_key(signer.public)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise IdentityError("the key's public half cannot be read") from error
    p256 = isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)
    if not isinstance(key, Ed25519PublicKey) and not p256:
        raise IdentityError("a key that is neither Ed25519 nor ECDSA on P-256")
    if isinstance(key, Ed25519PublicKey):
        raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
        return RemoteIdentity(
            name, PublicKey(write_string(ED25519.encode("ascii")) + write_string(raw)), signer
        )
    point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    parts = (b"ecdsa-sha2-nistp256", b"nistp256", point)
    return RemoteIdentity(name, PublicKey(b"".join(map(write_string, parts))), signer)


def _unsound(error: Exception) -> IdentityError:
    return IdentityError(
        f"what holds the key made no signature of it that holds: {error}",
        hint="another key may have been put in its place: compare `forensics keys list`",
    )

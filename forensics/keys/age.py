"""
The header of an age file (age-encryption.org/v1): a file key, wrapped once for each recipient.

X25519 and ssh-ed25519, the two kinds that need nothing but cryptography; pyrage knows the others. We have
this beside pyrage since it encrypts on one processor, with Python's lock held; and since whoever verifies
has no pyrage. `keys.stream` has the payload.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256, sha512
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from forensics.errors import FormatError, IdentityError
from forensics.formats import bech32
from forensics.keys.public import ED25519, PublicKey, parse_public

MAX_HEADER = 2**20
"""Bytes read of a header: some 5,000 recipients."""
VERSION = b"age-encryption.org/v1\n"
PREFIX, SECRET = "age", "age-secret-key-"

_X25519 = "X25519"
_LABELS = {_X25519: b"age-encryption.org/v1/X25519", ED25519: b"age-encryption.org/v1/ssh-ed25519"}
_COLUMNS = 64
_PRIME = 2**255 - 19
_ARGUMENT = re.compile(r"[!-~]+")
_MAC = re.compile(rb"--- ([A-Za-z0-9+/]{43})\n")
_NONCE = bytes(12)

Random = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Stanza:
    """One wrapping of the file key."""

    arguments: tuple[str, ...]
    body: bytes

    def encode(self) -> bytes:
        """Write it: the arguments on a line, the body in lines of 64 of which the last one is shorter."""
        text = encode64(self.body)
        lines = [text[at : at + _COLUMNS] for at in range(0, len(text) + 1, _COLUMNS)]
        return "\n".join([" ".join(("->", *self.arguments)), *lines, ""]).encode("ascii")


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who can open what is encrypted to them."""

    text: str
    """`age1…`, or kind and base64 of an SSH key."""
    kind: str
    point: bytes
    """The X25519 key, 32 bytes."""
    blob: bytes = b""
    """The SSH key on the SSH wire."""

    def wrap(self, file_key: bytes, random: Random) -> Stanza:
        """Wrap a file key."""
        ephemeral = X25519PrivateKey.from_private_bytes(random(32))
        share = ephemeral.public_key().public_bytes_raw()
        secret = _exchange(ephemeral, self.point)
        if self.kind == ED25519:
            secret = _exchange(_tweak(self.blob), secret)
        key = derive(secret, share + self.point, _LABELS[self.kind])
        tag = (encode64(_tag(self.blob)),) if self.kind == ED25519 else ()
        body = ChaCha20Poly1305(key).encrypt(_NONCE, file_key, None)
        return Stanza((self.kind, *tag, encode64(share)), body)


class Opener(Protocol):
    """Somebody who may be able to unwrap a file key."""

    def unwrap(self, stanza: Stanza) -> bytes | None:
        """Return the file key, or None where it is not wrapped for this one."""
        ...


@dataclass(frozen=True, slots=True)
class Holder:
    """The private half of a `Recipient`."""

    recipient: Recipient
    secret: X25519PrivateKey

    def unwrap(self, stanza: Stanza) -> bytes | None:
        """Return the file key, None for another's stanza; `FormatError` for one that age would not write."""
        kind, *rest = stanza.arguments
        if kind != self.recipient.kind:
            return None
        ours = [encode64(_tag(self.recipient.blob))] if kind == ED25519 else []
        if len(rest) != len(ours) + 1 or len(stanza.body) != 32:
            raise FormatError(f"age: a stanza of kind {kind} with other parts than its own")
        share = decode64(rest[-1])
        if len(share) != 32:
            raise FormatError("age: a share that is no X25519 key")
        if rest[:-1] != ours:
            return None
        try:
            return self._open(share, stanza.body)
        except InvalidTag:
            return None

    def _open(self, share: bytes, body: bytes) -> bytes:
        secret = _exchange(self.secret, share)
        if self.recipient.kind == ED25519:
            secret = _exchange(_tweak(self.recipient.blob), secret)
        key = derive(secret, share + self.recipient.point, _LABELS[self.recipient.kind])
        return ChaCha20Poly1305(key).decrypt(_NONCE, body, None)


def parse_recipient(text: str) -> Recipient:
    """Read `age1…` or an `ssh-ed25519` line; `IdentityError` for others, and for keys of small order."""
    if text.startswith("ssh-"):
        public = parse_public(text)
        if public.kind != ED25519:
            raise IdentityError(f"a key of kind {public.kind}", hint="give an ssh-ed25519 or an age key")
        return _ssh_recipient(public)
    try:
        prefix, point = bech32.decode(text)
    except FormatError as error:
        raise IdentityError(f"no age key: {error}") from error
    if prefix != PREFIX or len(point) != 32 or text != text.lower():
        raise IdentityError("no age key of kind X25519")
    recipient = Recipient(text, _X25519, point)
    try:
        recipient.wrap(bytes(16), lambda count: b"\x40" * count)
    except FormatError as error:
        raise IdentityError("an age key that opens for anybody") from error
    return recipient


def parse_holder(text: str) -> Holder:
    """Read `AGE-SECRET-KEY-1…`; messages never quote it."""
    try:
        prefix, raw = bech32.decode(text)
    except FormatError as error:
        raise IdentityError("no age secret key") from error
    if prefix != SECRET or len(raw) != 32 or text != text.upper():
        raise IdentityError("no age secret key")
    secret = X25519PrivateKey.from_private_bytes(raw)
    point = secret.public_key().public_bytes_raw()
    return Holder(Recipient(bech32.encode(PREFIX, point), _X25519, point), secret)


def ssh_holder(public: PublicKey, seed: bytes) -> Holder:
    """Make the holder of an SSH key out of the 32 bytes of its Ed25519 seed."""
    secret = X25519PrivateKey.from_private_bytes(sha512(seed).digest()[:32])
    return Holder(_ssh_recipient(public), secret)


def header(file_key: bytes, stanzas: Sequence[Stanza]) -> bytes:
    """Write a header that anybody who knows the file key can check."""
    text = VERSION + b"".join(stanza.encode() for stanza in stanzas) + b"---"
    return text + f" {encode64(_mac(file_key, text))}\n".encode("ascii")


def open_header(raw: bytes, openers: Sequence[Opener]) -> bytes:
    """
    Return the file key that a header, as `split` cuts it off, holds for one of `openers`.

    Raises `IdentityError` where it holds none, `FormatError` for a header that is not as it was made.
    """
    end = raw.rindex(b"--- ")
    stanzas = list(_stanzas(raw[len(VERSION) : end]))
    if len(stanzas) > 1 and any(stanza.arguments[0] == "scrypt" for stanza in stanzas):
        raise FormatError("age: a passphrase beside other keys")
    for opener in openers:
        for stanza in stanzas:
            file_key = opener.unwrap(stanza)
            if file_key is not None:
                if not hmac.compare_digest(
                    encode64(_mac(file_key, raw[: end + 3])).encode(), raw[end + 4 : -1]
                ):
                    raise FormatError("age: the header was changed: its MAC does not hold")
                return file_key
    raise IdentityError("none of the keys given opens it", hint="name a key that it was encrypted to (-i)")


def split(data: bytes) -> tuple[bytes, bytes] | None:
    """Cut a header off a file's beginning; None where more is needed, `FormatError` if it is none."""
    if not data.startswith(VERSION[: len(data)]):
        raise FormatError("age: not an age file")
    start = data.find(b"\n--- ")
    if start < 0 or len(data) < start + 49:
        if len(data) > MAX_HEADER:
            raise FormatError(f"age: a header of more than {MAX_HEADER} bytes")
        return None
    if not _MAC.fullmatch(data, start + 1, start + 49):
        raise FormatError("age: a header without its MAC")
    return data[: start + 49], data[start + 49 :]


def _stanzas(raw: bytes) -> Iterator[Stanza]:
    try:
        lines = iter(raw.decode("ascii").split("\n")[:-1])
    except UnicodeDecodeError as error:
        raise FormatError("age: a header that is not ASCII") from error
    for line in lines:
        start, *arguments = line.split(" ")
        if start != "->" or not arguments or not all(map(_ARGUMENT.fullmatch, arguments)):
            raise FormatError("age: a stanza without a beginning")
        body = ""
        for text in lines:
            body += text
            if len(text) < _COLUMNS:
                break
            if len(text) > _COLUMNS:
                raise FormatError("age: a line of more than 64 characters")
        else:
            raise FormatError("age: a stanza without an end")
        yield Stanza(tuple(arguments), decode64(body))


def encode64(data: bytes) -> str:
    """Write base64 without padding."""
    return base64.b64encode(data).decode("ascii").rstrip("=")


def decode64(text: str) -> bytes:
    """Read base64 without padding, in its one spelling."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise FormatError("age: not base64") from error
    if encode64(data) != text:
        raise FormatError("age: base64 in a second spelling")
    return data


def derive(secret: bytes, salt: bytes, purpose: bytes) -> bytes:
    """Derive a key of 32 bytes (HKDF, SHA-256)."""
    return HKDF(SHA256(), 32, salt, purpose).derive(secret)


def _mac(file_key: bytes, text: bytes) -> bytes:
    return hmac.digest(derive(file_key, b"", b"header"), text, sha256)


def _exchange(secret: X25519PrivateKey, point: bytes) -> bytes:
    try:
        return secret.exchange(X25519PublicKey.from_public_bytes(point))
    except ValueError as error:
        raise FormatError("age: a key of small order, which opens for anybody") from error


def _tag(blob: bytes) -> bytes:
    return sha256(blob).digest()[:4]


def _tweak(blob: bytes) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(derive(b"", blob, _LABELS[ED25519]))


def _ssh_recipient(public: PublicKey) -> Recipient:
    """Move an Ed25519 key to the curve of X25519 (RFC 7748, 4.1): u = (1 + y) / (1 - y)."""
    height = int.from_bytes(public.raw, "little") & (2**255 - 1)
    point = (1 + height) * pow(1 - height, -1, _PRIME) % _PRIME
    return Recipient(public.openssh(), ED25519, point.to_bytes(32, "little"), public.blob)

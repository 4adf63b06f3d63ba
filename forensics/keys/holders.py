"""The keys that open parts, as people keep them: age identity files and ssh-ed25519 keys, locked or not."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from forensics.errors import FormatError, IdentityError, KeyFileError
from forensics.keys import age, identity, stream
from forensics.keys.age import Holder, Stanza
from forensics.keys.identity import Ed25519Identity

MOST_WORK = 20
"""Of a passphrase: 2**20 rounds take a gigabyte of memory for seconds. age itself writes 18."""

_SSH = b"-----BEGIN OPENSSH PRIVATE KEY-----"
_ARMOR = re.compile(
    rb"-----BEGIN AGE ENCRYPTED FILE-----\n([A-Za-z0-9+/=\n]+)\n-----END AGE ENCRYPTED FILE-----\n?"
)
_SCRYPT = b"age-encryption.org/v1/scrypt"
_WORK = re.compile(r"[1-9][0-9]?")
_HINT = "name a file of age identities (age-keygen), or an ssh-ed25519 private key"

Ask = Callable[[], bytes]
"""Asks for the passphrase of a key."""


@dataclass(frozen=True, slots=True)
class Holders:
    """What a key file holds."""

    holders: tuple[Holder, ...] = ()
    plugins: tuple[str, ...] = ()
    """`AGE-PLUGIN-…`: keys that another program holds."""

    def __add__(self, other: Holders) -> Holders:
        return Holders(self.holders + other.holders, self.plugins + other.plugins)


def load_holders(path: Path, passphrase: Ask | None = None) -> Holders:
    """Load the keys at `path`; asks for a passphrase where it has one, `IdentityError` if it holds none."""
    data = identity.read_key(path)
    if data.startswith(_SSH):
        return Holders((_ssh(path, passphrase),))
    if armored := _ARMOR.fullmatch(data):
        data = _unarmored(armored[1])
    if data.startswith(age.VERSION):
        if passphrase is None:
            raise IdentityError(f"{path} has a passphrase", hint="give it where it can be asked for")
        data = _unlocked(path, data, passphrase)
    return _lines(path, data)


def _ssh(path: Path, passphrase: Ask | None) -> Holder:
    found = identity.load_identity(path, name="", passphrase=passphrase)
    if not isinstance(found, Ed25519Identity):
        raise KeyFileError(f"{path} is no ssh-ed25519 key", hint=_HINT)
    return age.ssh_holder(found.public, found.seed())


def _unarmored(text: bytes) -> bytes:
    try:
        return base64.b64decode(text.replace(b"\n", b""), validate=True)
    except binascii.Error as error:
        raise KeyFileError("an armoured key file that is not base64", hint=_HINT) from error


def _unlocked(path: Path, data: bytes, passphrase: Ask) -> bytes:
    try:
        return b"".join(stream.decrypt(BytesIO(data), [_Passphrase(passphrase)]))
    except FormatError as error:
        raise IdentityError(f"{path} cannot be opened: {error}") from error


def _lines(path: Path, data: bytes) -> Holders:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise KeyFileError(f"{path} holds no keys", hint=_HINT) from error
    lines = [(number, line.strip()) for number, line in enumerate(text.split("\n"), 1)]
    wanted = [(number, line) for number, line in lines if line and not line.startswith("#")]
    if not wanted:
        raise KeyFileError(f"{path} holds no keys", hint=_HINT)
    plugins = tuple(line for _, line in wanted if line.startswith("AGE-PLUGIN-"))
    return Holders(tuple(_holders(path, wanted)), plugins)


def _holders(path: Path, lines: Iterable[tuple[int, str]]) -> Iterable[Holder]:
    for number, line in lines:
        if not line.startswith("AGE-PLUGIN-"):
            try:
                yield age.parse_holder(line)
            except IdentityError as error:
                raise KeyFileError(f"{path}, line {number}: {error}", hint=_HINT) from error


@dataclass(frozen=True, slots=True)
class _Passphrase:
    """Unwraps what `age -p` wrote."""

    ask: Ask

    def unwrap(self, stanza: Stanza) -> bytes | None:
        kind, *rest = stanza.arguments
        if kind != "scrypt":
            return None
        if len(rest) != 2 or not _WORK.fullmatch(rest[1]) or int(rest[1]) > MOST_WORK:
            raise FormatError(f"its passphrase would take more work than 2**{MOST_WORK}, or it is none")
        salt = _SCRYPT + age.decode64(rest[0])
        key = Scrypt(salt, 32, 1 << int(rest[1]), 8, 1).derive(self.ask())
        try:
            return ChaCha20Poly1305(key).decrypt(bytes(12), stanza.body, None)
        except InvalidTag as error:
            raise FormatError("the passphrase is wrong") from error


def all_of(found: Sequence[Holders]) -> Holders:
    """Put the keys of several files together."""
    return sum(found, Holders())

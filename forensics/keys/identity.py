"""A person's SSH key, and how it signs: in this process, or through ssh-keygen where it must."""

from __future__ import annotations

import base64
import binascii
import os
import shutil
import stat
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha512
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_ssh_private_key,
)

from forensics.errors import FormatError, IdentityError, KeyFileError
from forensics.formats.sshsig import SshSignature, check_namespace, read_string, to_sign, write_string
from forensics.keys.log import private_key
from forensics.keys.public import ED25519, MAX_TEXT, PublicKey, parse_public
from forensics.keys.verifying import verify_signature

SECONDS_TO_SIGN = 300
"""How long ssh-keygen may wait for a passphrase, or for the touch of a token."""

ROUNDS = 64
"""Of bcrypt_pbkdf, in keys that are written here."""
MIN_ROUNDS = 16
"""In keys that are read: what ssh-keygen has written unasked since there is the format (OpenSSH 6.5)."""

_BEGIN = b"-----BEGIN OPENSSH PRIVATE KEY-----"
_END = b"-----END OPENSSH PRIVATE KEY-----"
_MAGIC = b"openssh-key-v1\0"
_ONE_KEY = b"\0\0\0\1"
_PRIVATE = b"-----BEGIN "
_SEALED = b"-----BEGIN AGE ENCRYPTED FILE-----"


class Identity(Protocol):
    """Somebody who signs."""

    @property
    def name(self) -> str:
        """The name that signatures of theirs are filed under."""
        ...

    @property
    def public(self) -> PublicKey:
        """The key that their signatures are checked with."""
        ...

    def sign(self, message: bytes, namespace: str) -> bytes:
        """Give an armoured SSH signature for one purpose."""
        ...

    def raw(self, message: bytes) -> bytes | None:
        """Give a plain Ed25519 signature, or None where the key cannot make one."""
        ...


@dataclass(frozen=True, slots=True)
class Ed25519Identity:
    """An Ed25519 key that is held in this process."""

    name: str
    _key: Ed25519PrivateKey = field(repr=False)

    @property
    def public(self) -> PublicKey:
        """The key that the signatures are checked with."""
        raw = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return PublicKey(write_string(ED25519.encode("ascii")) + write_string(raw))

    def sign(self, message: bytes, namespace: str) -> bytes:
        """Give an armoured SSH signature for one purpose; the same message gives the same bytes."""
        signature = self._key.sign(to_sign(namespace, sha512(message).digest(), "sha512"))
        blob = write_string(ED25519.encode("ascii")) + write_string(signature)
        return SshSignature(self.public.blob, namespace, "sha512", blob).armor()

    def raw(self, message: bytes) -> bytes:
        """Give the 64 bytes of a plain Ed25519 signature, for sites that have openssl only."""
        return self._key.sign(message)

    def seed(self) -> bytes:
        """Give the 32 bytes that the key is made of (RFC 8032, 5.1.5)."""
        return self._key.private_bytes_raw()

    def private_openssh(self, passphrase: bytes = b"") -> bytes:
        """Write the private key as an OpenSSH file, for mode 0600; a passphrase costs 64 rounds of bcrypt."""
        if not passphrase:
            return self._key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
        sealing = PrivateFormat.OpenSSH.encryption_builder().kdf_rounds(ROUNDS).build(passphrase)
        return self._key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, sealing)


@dataclass(frozen=True, slots=True)
class SshKeygenIdentity:
    """A key that ssh-keygen signs with: RSA, ECDSA, one in an agent, or on a FIDO token."""

    name: str
    public: PublicKey
    path: Path
    """Of the private key; of the public one where the private one is in an agent. Absolute."""

    def sign(self, message: bytes, namespace: str) -> bytes:
        """Give an armoured SSH signature for one purpose, checked before it is trusted."""
        check_namespace(namespace)
        command = [_ssh_keygen(), "-q", "-Y", "sign", "-n", namespace, "-f", str(self.path)]
        try:
            done = subprocess.run(
                command, input=message, capture_output=True, timeout=SECONDS_TO_SIGN, check=True
            )
        except subprocess.TimeoutExpired as error:
            raise IdentityError(f"ssh-keygen did not sign within {SECONDS_TO_SIGN} seconds") from error
        except subprocess.CalledProcessError as error:
            raise IdentityError(f"ssh-keygen did not sign: {_first_line(error.stderr)}") from error
        except OSError as error:
            raise IdentityError(f"ssh-keygen cannot be run: {error.strerror}") from error
        try:
            signer = verify_signature(done.stdout, message, namespace)
        except FormatError as error:
            raise IdentityError(f"ssh-keygen made no signature that holds: {error}") from error
        if signer != self.public:
            raise IdentityError(f"ssh-keygen signed with {signer.fingerprint}, not {self.public.fingerprint}")
        return done.stdout

    def raw(self, message: bytes) -> bytes | None:  # noqa: ARG002 - it has no way to do it
        """Give None: ssh-keygen signs in its own envelope only."""
        return None


def generate_identity(seed: bytes | None = None, *, name: str = "case") -> Ed25519Identity:
    """Make an identity of a 32-byte seed, or of the randomness of the system."""
    return Ed25519Identity(name, Ed25519PrivateKey.generate() if seed is None else private_key(seed))


def load_identity(path: Path, *, name: str, passphrase: Callable[[], bytes] | None = None) -> Identity:
    """
    Load the SSH key at `path`: a private key, or the `.pub` of one that an agent holds.

    An OpenSSH Ed25519 private key is used in this process, and `passphrase` asked for one that has any. Every
    other key is used through ssh-keygen, which asks for a passphrase or a touch by itself.
    """
    data = read_key(path)
    if not data.startswith(_PRIVATE):
        return SshKeygenIdentity(name, _public(data, path), path.absolute())
    _refuse_weak(data, path)
    cipher, public = _read_header(data) if data.startswith(_BEGIN) else (b"", _read_beside(path))
    if public.kind != ED25519 or not data.startswith(_BEGIN):
        return SshKeygenIdentity(name, public, path.absolute())
    phrase = None
    if cipher != b"none":
        if passphrase is None:
            raise IdentityError(f"{path} has a passphrase", hint="give it, or load the key into ssh-agent")
        phrase = passphrase()
    return Ed25519Identity(name, _load(data, phrase, public))


def load_public(path: Path) -> PublicKey:
    """Read the public half of an SSH key: a `.pub` file, or what a private key says of itself."""
    data = read_key(path)
    if not data.startswith(_PRIVATE):
        return _public(data, path)
    return _read_header(data)[1] if data.startswith(_BEGIN) else _read_beside(path)


def _load(data: bytes, phrase: bytes | None, public: PublicKey) -> Ed25519PrivateKey:
    try:
        key = load_ssh_private_key(data, phrase)
    except UnsupportedAlgorithm as error:
        raise IdentityError(
            "identity: enciphered in a way that cannot be read here",
            hint="load it into ssh-agent, and give the .pub file",
        ) from error
    except (ValueError, TypeError) as error:
        raise IdentityError("identity: the passphrase is wrong, or the key is damaged") from error
    if not isinstance(key, Ed25519PrivateKey) or Ed25519Identity("", key).public != public:
        raise IdentityError("identity: its private half is that of another key")
    return key


def _refuse_weak(data: bytes, path: Path) -> None:
    """Refuse a passphrase that whoever has the file tries out by the million in a second."""
    hint = f"ssh-keygen -p -o -a {ROUNDS} -f {path}"
    if b"Proc-Type: 4,ENCRYPTED" in data:
        raise KeyFileError("identity: its passphrase is hashed with MD5 once, and worth little", hint=hint)
    if data.startswith(_BEGIN) and (rounds := _rounds(data)) is not None and rounds < MIN_ROUNDS:
        why = f"{rounds} rounds of bcrypt, not at least {MIN_ROUNDS}"
        raise KeyFileError(f"identity: its passphrase is worth little: {why}", hint=hint)


def _rounds(data: bytes) -> int | None:
    """Return how often a passphrase is hashed; None where there is none."""
    body = data.removeprefix(_BEGIN).partition(_END)[0]
    try:
        blob = base64.b64decode(b"".join(body.split()), validate=True)
        _, at = read_string(blob, len(_MAGIC))
        kind, at = read_string(blob, at)
        options, _ = read_string(blob, at)
        _, end = read_string(options) if kind == b"bcrypt" else (b"", 0)
    except (binascii.Error, FormatError):
        return None  # `_read_header` says what is wrong with it
    return int.from_bytes(options[end : end + 4], "big") if kind == b"bcrypt" else None


def read_key(path: Path) -> bytes:
    """Read a small regular file; a private key that others may read is refused, as ssh does."""
    try:
        with open(path, "rb", opener=_open_unhung) as file:
            status = os.fstat(file.fileno())
            data = file.read(MAX_TEXT + 1) if stat.S_ISREG(status.st_mode) else b""
    except OSError as error:
        raise KeyFileError(f"{path} cannot be read: {(error.strerror or 'no file').lower()}") from error
    if not 0 < len(data) <= MAX_TEXT:
        raise KeyFileError(f"{path} is no key: not a small regular file")
    if data.startswith(_PRIVATE) and not data.startswith(_SEALED) and status.st_mode & 0o077:
        raise KeyFileError(f"{path} may be read by others", hint=f"chmod 600 {path}")
    return data


def _open_unhung(path: str, flags: int) -> int:
    """Open without waiting: a FIFO in the key's place must not hang us."""
    return os.open(path, flags | os.O_NONBLOCK)


def _read_header(data: bytes) -> tuple[bytes, PublicKey]:
    """Give the cipher and the public key, which stand unenciphered before the private part (PROTOCOL.key)."""
    body = data.removeprefix(_BEGIN).partition(_END)[0]
    try:
        blob = base64.b64decode(b"".join(body.split()), validate=True)
        cipher, at = read_string(blob, len(_MAGIC))
        for _ in ("name of the key derivation", "its options"):
            _, at = read_string(blob, at)
        public, _ = read_string(blob, at + len(_ONE_KEY))
    except (binascii.Error, FormatError) as error:
        raise KeyFileError("identity: a private key that does not hold together") from error
    if not blob.startswith(_MAGIC) or blob[at : at + len(_ONE_KEY)] != _ONE_KEY:
        raise KeyFileError("identity: a file with other than one OpenSSH private key")
    return cipher, PublicKey(public)


def _read_beside(path: Path) -> PublicKey:
    beside = path.with_name(f"{path.name}.pub")
    if not beside.is_file():
        raise KeyFileError(f"{beside} is missing", hint=f"ssh-keygen -y -f {path} > {beside}")
    return _public(read_key(beside), beside)


def _public(data: bytes, path: Path) -> PublicKey:
    try:
        return parse_public(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise KeyFileError(f"{path} is no key: not text") from error
    except IdentityError as error:
        raise KeyFileError(f"{path} is no key that is taken here: {error}") from error


def _ssh_keygen() -> str:
    found = shutil.which("ssh-keygen")
    if found is None:
        raise IdentityError("ssh-keygen is not installed", hint="it comes with OpenSSH")
    return os.path.abspath(found)  # noqa: PTH100 - Path.absolute() keeps `..`, this does not


def _first_line(said: bytes) -> str:
    return next(iter(said.decode("utf-8", "replace").splitlines()), "it gave no reason")

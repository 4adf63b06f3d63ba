"""SSH signatures of files (OpenSSH PROTOCOL.sshsig), and the strings that SSH puts on the wire (RFC 4251)."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from hashlib import sha256, sha512

from forensics.errors import FormatError

HASHES = {"sha256": sha256, "sha512": sha512}
VERSION = 1
MAX_BYTES = 32_768
"""Of an armoured signature: an RSA one of 16,384 bits, the largest that OpenSSH makes, has about 6,000."""

_MAGIC = b"SSHSIG"
_BEGIN = b"-----BEGIN SSH SIGNATURE-----\n"
_END = b"-----END SSH SIGNATURE-----\n"
_COLUMNS = 70
_NAMESPACE = re.compile(r"[!-~]{1,255}")
_INT = 4


@dataclass(frozen=True, slots=True)
class SshSignature:
    """
    A signature with the key that made it and the purpose it was made for. Not verified here.

    `public_key` and `signature` are as on the wire: a string with the algorithm's name, then what it needs.
    """

    public_key: bytes
    namespace: str
    hash_algorithm: str
    signature: bytes

    def __post_init__(self) -> None:
        """Refuse what OpenSSH would refuse, and namespaces beyond printable ASCII."""
        check_namespace(self.namespace)
        if self.hash_algorithm not in HASHES:
            raise FormatError("SSH signature: hashed with neither sha256 nor sha512")
        if not self.public_key or not self.signature:
            raise FormatError("SSH signature: no key, or no signature")

    def armor(self) -> bytes:
        """Write the signature as `ssh-keygen -Y sign` does: base64 in 70 columns between two marks."""
        blob = (
            _MAGIC
            + VERSION.to_bytes(_INT, "big")
            + write_string(self.public_key)
            + write_string(self.namespace.encode("ascii"))
            + write_string(b"")
            + write_string(self.hash_algorithm.encode("ascii"))
            + write_string(self.signature)
        )
        text = base64.b64encode(blob)
        lines = b"".join(text[at : at + _COLUMNS] + b"\n" for at in range(0, len(text), _COLUMNS))
        armored = _BEGIN + lines + _END
        if len(armored) > MAX_BYTES:
            raise FormatError(f"SSH signature: longer than {MAX_BYTES} bytes")
        return armored

    @classmethod
    def parse(cls, armored: bytes) -> SshSignature:
        """Read an armoured signature, refusing all but what `armor` writes."""
        if len(armored) > MAX_BYTES:
            raise FormatError(f"SSH signature: longer than {MAX_BYTES} bytes")
        blob = _unarmor(armored)
        start = len(_MAGIC) + _INT
        if blob[:start] != _MAGIC + VERSION.to_bytes(_INT, "big"):
            raise FormatError("SSH signature: not of version 1")
        strings = read_strings(blob[start:])
        if len(strings) != 5:
            raise FormatError("SSH signature: not five strings")
        key, namespace, reserved, algorithm, signature = strings
        if reserved:
            raise FormatError("SSH signature: the reserved string is not empty")
        if not namespace.isascii() or not algorithm.isascii():
            raise FormatError("SSH signature: a name beyond ASCII")
        parsed = cls(key, namespace.decode("ascii"), algorithm.decode("ascii"), signature)
        if parsed.armor() != armored:
            raise FormatError("SSH signature: armour in another spelling than that of ssh-keygen")
        return parsed


def to_sign(namespace: str, message_hash: bytes, hash_algorithm: str) -> bytes:
    """Give the bytes that the key signs: purpose and hash, framed so that they can pass for nothing else."""
    check_namespace(namespace)
    if hash_algorithm not in HASHES or len(message_hash) != HASHES[hash_algorithm]().digest_size:
        raise FormatError("SSH signature: a hash of another length than its algorithm's")
    strings = (namespace.encode("ascii"), b"", hash_algorithm.encode("ascii"), message_hash)
    return _MAGIC + b"".join(map(write_string, strings))


def write_string(value: bytes) -> bytes:
    """Write a string of the SSH wire: its length in 4 bytes, then the bytes."""
    return len(value).to_bytes(_INT, "big") + value


def read_string(data: bytes, at: int = 0) -> tuple[bytes, int]:
    """Read the string that starts at byte `at`; give it and where it ends."""
    start = at + _INT
    end = start + int.from_bytes(data[at:start], "big")
    if not 0 <= at <= start <= end <= len(data):
        raise FormatError("SSH data: a string goes beyond the end")
    return data[start:end], end


def read_strings(data: bytes) -> list[bytes]:
    """Read strings up to exactly the end of `data`."""
    strings, at = [], 0
    while at < len(data):
        string, at = read_string(data, at)
        strings.append(string)
    return strings


def check_namespace(namespace: str) -> None:
    """Refuse a purpose that no signature can be for."""
    if not _NAMESPACE.fullmatch(namespace):
        raise FormatError("SSH signature: namespace is not 1 to 255 printable ASCII characters")


def _unarmor(armored: bytes) -> bytes:
    if not armored.startswith(_BEGIN) or not armored.endswith(_END):
        raise FormatError("SSH signature: not between its two marks")
    text = armored[len(_BEGIN) : -len(_END)].replace(b"\n", b"")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise FormatError("SSH signature: not base64") from error

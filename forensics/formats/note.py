"""Signed notes: text, a blank line, and signature lines (C2SP signed-note)."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from hashlib import sha256

from forensics.errors import FormatError

ED25519 = 0x01
"""Signature type of plain Ed25519 over the text."""
MAX_BYTES = 2**20
MAX_SIGNATURES = 100
KEY_BYTES = 32

_LINE = re.compile(r"— ([^ ]+) ([A-Za-z0-9+/]+={0,2})")
_NAME = re.compile(r"[^\s+\x00-\x1f\x7f-\x9f]{1,255}")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


def check_name(name: str) -> str:
    """Return a key's name if a note can hold it: no space of any script, no `+`, at most 255 characters."""
    if not _NAME.fullmatch(name):
        raise FormatError("note: a name that is empty, too long, or has spaces, plus or control characters")
    return name


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: who, a hint at which key (4 bytes), and the signature's bytes."""

    name: str
    key_id: bytes
    signature: bytes

    def __post_init__(self) -> None:
        """Refuse what a line cannot hold."""
        check_name(self.name)
        if len(self.key_id) != 4 or not self.signature:
            raise FormatError("note: a signature without its key id or its bytes")

    def encode(self) -> str:
        """Write the line, with its line feed."""
        return f"— {self.name} {encode_base64(self.key_id + self.signature)}\n"

    @classmethod
    def parse(cls, line: str) -> NoteSignature:
        """Read a line without its line feed, refusing all but what `encode` writes."""
        match = _LINE.fullmatch(line)
        if match is None:
            raise FormatError("note: a line that is no signature line")
        blob = decode_base64(match[2])
        return cls(match[1], blob[:4], blob[4:])


@dataclass(frozen=True, slots=True)
class Note:
    """Text that ends in a line feed, and 1 to 100 signatures over it."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def __post_init__(self) -> None:
        """Refuse text that the format cannot hold."""
        if not self.text.endswith("\n") or _CONTROL.search(self.text):
            raise FormatError("note: text without a last line feed, or with control characters")
        if not 0 < len(self.signatures) <= MAX_SIGNATURES:
            raise FormatError(f"note: {len(self.signatures)} signatures are not 1 to {MAX_SIGNATURES}")

    def encode(self) -> bytes:
        """Write the note."""
        lines = [item.encode() for item in self.signatures]
        try:
            data = "".join([self.text, "\n", *lines]).encode("utf-8")
        except UnicodeEncodeError as error:
            raise FormatError("note: text with a lone surrogate has no UTF-8 form") from error
        if len(data) > MAX_BYTES:
            raise FormatError(f"note: longer than {MAX_BYTES} bytes")
        return data

    @classmethod
    def parse(cls, data: bytes) -> Note:
        """Read a note, refusing all but what `encode` writes. Signatures are not verified here."""
        if len(data) > MAX_BYTES:
            raise FormatError(f"note: longer than {MAX_BYTES} bytes")
        try:
            message = data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise FormatError("note: not UTF-8") from error
        text, blank, block = message.rpartition("\n\n")
        lines = block.split("\n")
        if not blank or lines.pop() or len(lines) > MAX_SIGNATURES:
            raise FormatError("note: no blank line, no last line feed, or too many signatures")
        return cls(f"{text}\n", tuple(map(NoteSignature.parse, lines)))


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """Give the first 4 bytes of SHA-256 over name, line feed, signature type and public key."""
    return sha256(f"{name}\n".encode("utf-8", "surrogatepass") + bytes([kind]) + public).digest()[:4]


def encode_vkey(name: str, public: bytes, kind: int = ED25519) -> str:
    """Write a verifier key of 32-byte Ed25519 `public`: `name+hex(key id)+base64(type, key)`."""
    if len(public) != KEY_BYTES:
        raise FormatError("verifier key: an Ed25519 key has 32 bytes")
    identifier = key_id(check_name(name), kind, public)
    return f"{name}+{identifier.hex()}+{encode_base64(bytes([kind]) + public)}"


def parse_vkey(text: str, kind: int = ED25519) -> tuple[str, bytes]:
    """Read a verifier key of one signature type as its name and 32-byte Ed25519 key, checking the key id."""
    name, _, rest = text.partition("+")
    key = decode_base64(rest.partition("+")[2])
    if key[:1] != bytes([kind]):
        what = "an Ed25519 one" if kind == ED25519 else f"one of type {kind}"
        raise FormatError(f"verifier key: not {what}")
    public = key[1:]
    if encode_vkey(name, public, kind) != text:
        raise FormatError("verifier key: its key id is that of another name or key")
    return name, public


def encode_base64(data: bytes) -> str:
    """Write base64 with padding."""
    return base64.b64encode(data).decode("ascii")


def decode_base64(text: str) -> bytes:
    """Decode base64, refusing unused bits that are set: they would give one value many spellings."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise FormatError("note: not base64") from error
    if encode_base64(data) != text:
        raise FormatError("note: base64 in another spelling than ours")
    return data

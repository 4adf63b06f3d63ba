"""Cosignatures: a witness's dated word for a checkpoint, as one line of a note (C2SP tlog-cosignature)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from forensics.errors import FormatError
from forensics.formats import entry
from forensics.formats.note import Note, NoteSignature, encode_vkey, parse_vkey

KIND = 0x04
"""Signature type of a timestamped Ed25519 cosignature."""
MAX_TIME = 2**63 - 1
MAX_BYTES = 4_096
"""Of a file that holds one."""

_SIGNATURE = 64
_STAMP = 8
SIZE = _STAMP + _SIGNATURE
"""Bytes of one behind its key id."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Cosignature:
    """
    What one witness says: as of `time`, this is the longest state of that log that I have seen.

    Not verified here. `time` is in seconds since the Epoch; `signature` has 64 bytes.
    """

    name: str
    key_id: bytes
    time: int
    signature: bytes

    def __post_init__(self) -> None:
        """Refuse what a line cannot hold."""
        if type(self.time) is not int or not 0 <= self.time <= MAX_TIME:
            raise FormatError("cosignature: its time is beyond 63 bits")
        if len(self.signature) != _SIGNATURE:
            raise FormatError("cosignature: not a time and 64 bytes of Ed25519")
        self.line()

    def line(self) -> NoteSignature:
        """Give the line of a note that this is."""
        stamp = self.time.to_bytes(_STAMP, "big")
        return NoteSignature(self.name, self.key_id, stamp + self.signature)

    def encode(self) -> bytes:
        """Write the line, with its line feed: after a note's own bytes, that is a note again."""
        return self.line().encode().encode()

    @classmethod
    def of(cls, line: NoteSignature) -> Cosignature:
        """Read a note's signature as a cosignature."""
        stamp, signature = line.signature[:_STAMP], line.signature[_STAMP:]
        return cls(line.name, line.key_id, int.from_bytes(stamp, "big"), signature)

    @classmethod
    def parse(cls, data: bytes) -> Cosignature:
        """Read one line, refusing all but what `encode` writes."""
        if len(data) > MAX_BYTES or not data.endswith(b"\n"):
            raise FormatError("cosignature: too long, or without its line feed")
        try:
            text = data[:-1].decode("utf-8")
        except UnicodeDecodeError as error:
            raise FormatError("cosignature: not UTF-8") from error
        return cls.of(NoteSignature.parse(text))

    @property
    def moment(self) -> str:
        """Write the time as entries have it; empty where it is in no calendar."""
        try:
            return entry.timestamp(_EPOCH + timedelta(seconds=self.time))
        except OverflowError:
            return ""


def message(time: int, text: str) -> bytes:
    """Give what a witness signs: two lines, then the whole text of the note."""
    return f"cosignature/v1\ntime {time}\n{text}".encode("utf-8", "surrogatepass")


def with_line(note: Note, cosignature: Cosignature) -> Note:
    """Give the note with one more line."""
    return Note(note.text, (*note.signatures, cosignature.line()))


def encode_witness(name: str, public: bytes) -> str:
    """Write a witness's verifier key, of a 32-byte Ed25519 key."""
    return encode_vkey(name, public, KIND)


def parse_witness(text: str) -> tuple[str, bytes]:
    """Read a witness's verifier key as its name and 32-byte Ed25519 key."""
    return parse_vkey(text, KIND)

"""Witnesses for tests: one that signs as C2SP's do, with a fixed key and whatever time a test wants."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from forensics.formats import cosignature
from forensics.formats.cosignature import Cosignature
from forensics.formats.note import Note, key_id
from forensics.formats.policy import Witness

TIME = 1_935_731_289
"""2031-05-05, in seconds since the Epoch."""


@dataclass(frozen=True)
class Cosigner:
    """A C2SP witness: a name, and a key of a seed."""

    name: str
    seed: bytes

    @property
    def public(self) -> bytes:
        """Give its 32-byte key."""
        return self._key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def vkey(self) -> str:
        """Give its verifier key."""
        return cosignature.encode_witness(self.name, self.public)

    @property
    def witness(self) -> Witness:
        """Give it as whoever verifies names it."""
        return Witness.cosigner(self.vkey)

    def cosign(self, note: bytes, time: int = TIME) -> Cosignature:
        """Cosign a note."""
        signature = self._key().sign(cosignature.message(time, Note.parse(note).text))
        return Cosignature(self.name, key_id(self.name, cosignature.KIND, self.public), time, signature)

    def line(self, note: bytes, time: int = TIME) -> bytes:
        """Give the line that goes after the note."""
        return self.cosign(note, time).encode()

    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


W1 = Cosigner("witness.example/w1", b"1" * 32)
W2 = Cosigner("witness.example/w2", b"2" * 32)

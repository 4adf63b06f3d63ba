"""The log's own key: made with the case, signs its checkpoints, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from forensics.errors import IdentityError
from forensics.formats.note import ED25519, Note, NoteSignature, check_name, encode_vkey, key_id


@dataclass(frozen=True, slots=True)
class LogKey:
    """An Ed25519 key under the name (origin) of the log that it signs for."""

    name: str
    _key: Ed25519PrivateKey = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse a name that no note can hold."""
        check_name(self.name)

    @classmethod
    def generate(cls, name: str) -> LogKey:
        """Make a key from the randomness of the system."""
        return cls(name, Ed25519PrivateKey.generate())

    @classmethod
    def from_seed(cls, name: str, seed: bytes) -> LogKey:
        """Make the key of a 32-byte seed."""
        return cls(name, private_key(seed))

    @classmethod
    def from_pem(cls, name: str, pem: bytes) -> LogKey:
        """Read what `to_pem` writes."""
        try:
            key = load_pem_private_key(pem, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise IdentityError("log key: not a private key in PEM without a passphrase") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise IdentityError("log key: not an Ed25519 one")
        return cls(name, key)

    @property
    def public(self) -> bytes:
        """Give the 32 bytes of the public key."""
        return self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def vkey(self) -> str:
        """Write the public key as the verifier key of a note."""
        return encode_vkey(self.name, self.public)

    def sign_note(self, text: str) -> Note:
        """Sign a text that ends in a line feed."""
        signature = self._key.sign(text.encode("utf-8", "surrogatepass"))
        note = Note(text, (NoteSignature(self.name, key_id(self.name, ED25519, self.public), signature),))
        note.encode()  # refuses what no note can hold, before anybody relies on the signature
        return note

    def pem(self) -> bytes:
        """Write the public key as SPKI PEM, for `openssl pkeyutl -verify -rawin`."""
        return self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def to_pem(self) -> bytes:
        """Write the private key as PKCS #8 PEM, without a passphrase: for a file of mode 0600."""
        return self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def private_key(seed: bytes) -> Ed25519PrivateKey:
    """Make the Ed25519 key of a 32-byte seed (RFC 8032, 5.1.5)."""
    if len(seed) != 32:
        raise IdentityError("the seed of an Ed25519 key has 32 bytes")
    return Ed25519PrivateKey.from_private_bytes(seed)

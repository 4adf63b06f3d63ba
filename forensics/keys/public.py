"""Public keys as SSH writes them: read, name, compare. Weak and odd ones are refused here, once."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from forensics.errors import FormatError, IdentityError
from forensics.formats.sshsig import read_string, read_strings

ED25519 = "ssh-ed25519"
SK_ED25519 = "sk-ssh-ed25519@openssh.com"
SK_ECDSA = "sk-ecdsa-sha2-nistp256@openssh.com"
RSA = "ssh-rsa"
CURVES: dict[str, type[ec.EllipticCurve]] = {
    "nistp256": ec.SECP256R1,
    "nistp384": ec.SECP384R1,
    "nistp521": ec.SECP521R1,
}
MAX_TEXT = 32_768
"""Bytes of a public key's line, and of each line of an allowed-signers file."""
MIN_RSA_BITS = 2_048
MAX_RSA_BITS = 16_384

Material = Ed25519PublicKey | ec.EllipticCurvePublicKey | rsa.RSAPublicKey

_PRIME = 2**255 - 19
_D = -121665 * pow(121666, -1, _PRIME) % _PRIME
_ORDER_8 = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
"""Height of one of the four points of order 8; that of the others is its negative."""
_SMALL_ORDER = frozenset({0, 1, _PRIME - 1, _ORDER_8, _PRIME - _ORDER_8})
"""Heights of the eight points of small order: under such a key one signature fits every message."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """An SSH public key that we take signatures from. Any other raises `IdentityError` when it is made."""

    blob: bytes
    """The key on the SSH wire, as in the base64 of an `authorized_keys` line."""
    kind: str = field(init=False, compare=False)
    """`ssh-ed25519`, `ecdsa-sha2-nistp256`, `ssh-rsa`, `sk-ssh-ed25519@openssh.com`, …"""
    material: Material = field(init=False, compare=False, repr=False)
    """The same key as cryptography holds it."""
    application: bytes | None = field(init=False, compare=False, repr=False)
    """What a FIDO key was made for (`ssh:`); None for a key of another sort."""

    def __post_init__(self) -> None:
        """Refuse what cannot be read, is weak, or is a certificate."""
        try:
            kind, material, application = _read_blob(self.blob)
        except (ValueError, UnsupportedAlgorithm, FormatError) as error:
            raise IdentityError(f"public key that does not hold together: {error}") from error
        object.__setattr__(self, "kind", kind)
        object.__setattr__(self, "material", material)
        object.__setattr__(self, "application", application)

    @property
    def fingerprint(self) -> str:
        """Name the key as `ssh-keygen -l` does: `SHA256:…`."""
        digest = base64.b64encode(sha256(self.blob).digest()).decode("ascii")
        return f"SHA256:{digest.rstrip('=')}"

    @property
    def raw(self) -> bytes:
        """Give the 32 bytes of a plain Ed25519 key."""
        return self._ed25519().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def pem(self) -> bytes:
        """Write a plain Ed25519 key as SPKI PEM, for `openssl pkeyutl -verify -rawin`."""
        return self._ed25519().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def openssh(self) -> str:
        """Write the key as a line of `authorized_keys`, without a comment or a line feed."""
        return f"{self.kind} {base64.b64encode(self.blob).decode('ascii')}"

    def _ed25519(self) -> Ed25519PublicKey:
        if self.kind != ED25519 or not isinstance(self.material, Ed25519PublicKey):
            raise IdentityError(f"a key of kind {self.kind} has no plain Ed25519 form")
        return self.material


def parse_public(text: str) -> PublicKey:
    """Read one `kind base64 [comment]` line: a `.pub` file. Options before the kind are refused."""
    words = text.strip().split(None, 2)
    if len(text) > MAX_TEXT or len(text.strip().splitlines()) != 1 or len(words) < 2:
        raise IdentityError("public key: not one line of kind, base64 and comment")
    return parse_words(*words[:2])


def parse_words(kind: str, encoded: str) -> PublicKey:
    """Read a key from the two words that stand for it in every file of OpenSSH's."""
    try:
        blob = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise IdentityError("public key: not base64") from error
    key = PublicKey(blob)
    if key.openssh() != f"{kind} {encoded}":
        raise IdentityError("public key: the kind beside it is another, or its base64 has a second spelling")
    return key


def ed25519_key(public: bytes) -> Ed25519PublicKey:
    """
    Load a 32-byte Ed25519 key, or raise `FormatError`.

    Refused are points off the curve, second spellings and small orders.
    OpenSSL refuses none of these when it loads a key. Under a key of small order anyone can sign anything.
    """
    height = check_point(public, "Ed25519 key")
    if height in _SMALL_ORDER:
        raise FormatError("Ed25519 key: a point of small order, under which anyone can sign")
    square = height * height
    product = (square - 1) * (_D * square + 1)  # a square just when their ratio, which is x squared, is one
    if pow(product, (_PRIME - 1) // 2, _PRIME) != 1:
        raise FormatError("Ed25519 key: not a point of the curve")
    return Ed25519PublicKey.from_public_bytes(public)


def check_point(encoded: bytes, what: str) -> int:
    """Give the height (y) of an encoded point, refusing the 19 heights that have a second spelling."""
    if len(encoded) != 32:
        raise FormatError(f"{what}: not 32 bytes")
    height = int.from_bytes(encoded, "little") & (2**255 - 1)
    if height >= _PRIME:
        raise FormatError(f"{what}: a point in a second spelling")
    return height


def read_mpint(data: bytes) -> int:
    """Read a positive integer of the SSH wire (RFC 4251, section 5) in its one spelling."""
    value = int.from_bytes(data, "big")
    if not value or data != value.to_bytes(value.bit_length() // 8 + 1, "big"):
        raise FormatError("SSH data: an integer that is not positive, or in a second spelling")
    return value


def _read_blob(blob: bytes) -> tuple[str, Material, bytes | None]:
    if len(blob) > MAX_TEXT:
        raise FormatError("too long")
    name, _ = read_string(blob)
    kind = name.decode("ascii")
    if "-cert-v0" in kind:
        raise FormatError("it is a certificate: give the key itself")
    rest = iter(read_strings(blob)[1:])
    try:
        material = _read_material(kind, rest)
        application = next(rest) if kind in {SK_ED25519, SK_ECDSA} else None
    except StopIteration:
        raise FormatError("a part of it is missing") from None
    if next(rest, None) is not None:
        raise FormatError("more follows after its last part")
    return kind, material, application


def _read_material(kind: str, parts: Iterator[bytes]) -> Material:
    if kind in {ED25519, SK_ED25519}:
        return ed25519_key(next(parts))
    if kind == RSA:
        return _rsa_key(read_mpint(next(parts)), read_mpint(next(parts)))
    curve = re.sub(r"^(?:sk-)?ecdsa-sha2-(nistp[0-9]{3})(?:@openssh\.com)?$", r"\1", kind)
    if kind == SK_ECDSA or (kind == f"ecdsa-sha2-{curve}" and curve in CURVES):
        return _ecdsa_key(curve, next(parts), next(parts))
    raise FormatError("a kind that we do not take signatures from")


def _rsa_key(exponent: int, modulus: int) -> rsa.RSAPublicKey:
    if not MIN_RSA_BITS <= modulus.bit_length() <= MAX_RSA_BITS:
        raise FormatError(f"RSA of {modulus.bit_length()} bits, not {MIN_RSA_BITS} to {MAX_RSA_BITS}")
    if exponent.bit_length() > 64 or not exponent & 1 or exponent < 3 or not modulus & 1:
        raise FormatError("RSA with a modulus or exponent that no RSA key has")
    return rsa.RSAPublicNumbers(exponent, modulus).public_key()


def _ecdsa_key(curve: str, named: bytes, point: bytes) -> ec.EllipticCurvePublicKey:
    if named != curve.encode("ascii") or point[:1] != b"\x04":
        raise FormatError("an ECDSA key on another curve than its kind says, or not in full")
    return ec.EllipticCurvePublicKey.from_encoded_point(CURVES[curve](), point)

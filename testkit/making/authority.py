"""
Time-stamp authorities of fixed keys, at whatever time a case wants: `openssl ts -reply` knows today's alone.

A token is a CMS SignedData (RFC 5652) over a TSTInfo (RFC 3161), written here in DER, field by field.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.tsa import Authority

START, END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2044, 1, 1, tzinfo=UTC)
SIGNED_DATA, TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
CONTENT_TYPE, MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
SIGNING_CERTIFICATE, ECDSA = "1.2.840.113549.1.9.16.2.47", "1.2.840.10045.4.3.2"
POLICY = "1.2.3.4.1"
HASHES = {"sha256": "2.16.840.1.101.3.4.2.1", "sha1": "1.3.14.3.2.26"}
NONCE = 0x1234567890


def der(tag: int, *parts: bytes) -> bytes:
    """Write a value of DER."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


def sequence(*parts: bytes) -> bytes:
    """Write a SEQUENCE."""
    return der(0x30, *parts)


def integer(value: int) -> bytes:
    """Write an INTEGER that is not negative."""
    return der(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(text: str) -> bytes:
    """Write an OBJECT IDENTIFIER."""
    first, second, *rest = map(int, text.split("."))
    content = b""
    for number in (first * 40 + second, *rest):
        septets = [number & 0x7F]
        while number := number >> 7:
            septets.append(number & 0x7F | 0x80)
        content += bytes(reversed(septets))
    return der(0x06, content)


def algorithm(name: str) -> bytes:
    """Name a hash, with parameters NULL as openssl writes them."""
    return sequence(oid(HASHES[name]), der(0x05))


@dataclass(frozen=True)
class Fixed(Authority):
    """An authority whose keys come of its name."""

    folder: Path = Path()
    name: str = "good"
    subject: str = "T TSA"
    issuer: str = "T Root"
    under: Fixed | None = None
    valid: tuple[datetime, datetime] = (START, END)
    usage: bool | None = True
    """Whether its extended key usage, time stamping, is critical; None leaves it out."""
    options: dict[str, Any] = field(default_factory=dict)
    """Of `at`, unless a call says otherwise."""

    @property
    def root(self) -> bytes:
        """Return the root's certificate, as PEM."""
        return self.top().public_bytes(Encoding.PEM)

    def top(self) -> x509.Certificate:
        """Make the root's certificate."""
        if self.under:
            return self.under.top()
        key = self._key("root")
        builder = _builder(key, self.issuer, (START, END), self._number("root")).issuer_name(
            _name(self.issuer)
        )
        ca = x509.BasicConstraints(ca=True, path_length=None)
        builder = builder.add_extension(ca, critical=True).add_extension(_usage(signs=False), critical=True)
        return builder.sign(key, SHA256(), ecdsa_deterministic=True)

    def leaf(self) -> x509.Certificate:
        """Make the certificate that stamps are signed with."""
        builder = _builder(self._key("leaf"), self.subject, self.valid, self._number("leaf"))
        builder = builder.issuer_name(self.top().subject)
        no = x509.BasicConstraints(ca=False, path_length=None)
        builder = builder.add_extension(no, critical=True).add_extension(_usage(signs=True), critical=True)
        if self.usage is not None:
            purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
            builder = builder.add_extension(purposes, critical=self.usage)
        return builder.sign((self.under or self)._key("root"), SHA256(), ecdsa_deterministic=True)

    def at(
        self,
        moment: datetime,
        data: bytes,
        *,
        algorithm: str = "sha256",
        embed: bool = False,
        status: int = 0,
        serial: int = 2,
    ) -> bytes:
        """Stamp some bytes as of a time."""
        info = self._info(moment, data, algorithm, serial)
        return sequence(sequence(integer(status)), self._token(info, embed=embed))

    def _info(self, moment: datetime, data: bytes, name: str, serial: int) -> bytes:
        """Write a TSTInfo (RFC 3161, 2.4.2)."""
        imprint = sequence(algorithm(name), der(0x04, hashlib.new(name, data).digest()))
        time = der(0x18, f"{moment:%Y%m%d%H%M%SZ}".encode())
        accuracy = sequence(integer(1))
        return sequence(
            integer(1),
            oid(POLICY),
            imprint,
            integer(serial),
            time,
            accuracy,
            der(0x01, b"\xff"),
            integer(NONCE),
        )

    def _token(self, info: bytes, *, embed: bool) -> bytes:
        """Sign a TSTInfo (RFC 5652, 5.1 to 5.4)."""
        leaf = self.leaf().public_bytes(Encoding.DER)
        certificate = sequence(sequence(der(0x04, hashlib.sha256(leaf).digest())))
        attributes = [
            sequence(oid(CONTENT_TYPE), der(0x31, oid(TST_INFO))),
            sequence(oid(MESSAGE_DIGEST), der(0x31, der(0x04, hashlib.sha256(info).digest()))),
            sequence(oid(SIGNING_CERTIFICATE), der(0x31, sequence(certificate))),
        ]
        signed = b"".join(sorted(attributes))
        rule = ec.ECDSA(SHA256(), deterministic_signing=True)
        signature = self._key("leaf").sign(der(0x31, signed), rule)
        issuer = sequence(self.leaf().issuer.public_bytes(), integer(self.leaf().serial_number))
        signer = sequence(
            integer(1),
            issuer,
            algorithm("sha256"),
            der(0xA0, signed),
            sequence(oid(ECDSA)),
            der(0x04, signature),
        )
        certificates = [leaf, *([self.top().public_bytes(Encoding.DER)] if embed else [])]
        content = sequence(
            integer(3),
            der(0x31, algorithm("sha256")),
            sequence(oid(TST_INFO), der(0xA0, der(0x04, info))),
            der(0xA0, *sorted(certificates)),
            der(0x31, signer),
        )
        return sequence(oid(SIGNED_DATA), der(0xA0, content))

    def _number(self, role: str) -> int:
        return int.from_bytes(hashlib.sha256(f"{self.name} {role}".encode()).digest()[:15], "big")

    def _key(self, role: str) -> ec.EllipticCurvePrivateKey:
        return ec.derive_private_key(self._number(role), ec.SECP256R1())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


def _builder(
    key: ec.EllipticCurvePrivateKey, subject: str, valid: tuple[datetime, datetime], serial: int
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(_name(subject)).public_key(key.public_key())
    return builder.serial_number(serial).not_valid_before(valid[0]).not_valid_after(valid[1])


def _usage(*, signs: bool) -> x509.KeyUsage:
    names = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    no = dict.fromkeys((*names, "encipher_only", "decipher_only"), False)
    return x509.KeyUsage(digital_signature=signs, key_cert_sign=not signs, crl_sign=not signs, **no)


GOOD = Fixed()
SECOND = Fixed(name="second", subject="Second TSA", issuer="Second Root")
EVIL = Fixed(name="evil", subject="Evil TSA", issuer="Evil Root")
TWIN = Fixed(name="twin")
"""Of the same names as the good one, and other keys."""

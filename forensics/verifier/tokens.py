"""
Time-stamp tokens (RFC 3161), read and verified by rfc3161-client: an extra, imported only when there are any.

A token is verified at its own time, so an authority whose certificate has expired since dates what it dated,
whatever the clock says here. Only the roots that whoever verifies brought along count: what a token embeds
may lead to one of them, and is never one itself.
"""

from __future__ import annotations

import hashlib
import importlib.util
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from forensics.errors import FormatError
from forensics.formats import anchor, entry
from forensics.formats import response as beside
from forensics.formats.response import Signed

if TYPE_CHECKING:
    from rfc3161_client import TimeStampResponse

MAX_ROOTS = 64

_LIBRARY = "rfc3161_client"
_SHA256 = "2.16.840.1.101.3.4.2.1"
_GRANTED = 0
_PSS = "2a864886f70d01010a"
_STRANGE = (ValueError, UnsupportedAlgorithm, x509.InvalidVersion)
"""What cryptography raises for a certificate that it does not read, though OpenSSL may."""
_HASHES: Mapping[str, HashAlgorithm] = MappingProxyType(
    {f"60864801650304020{last}": one for last, one in enumerate((SHA256(), SHA384(), SHA512()), 1)}
)
"""By their object identifiers, as DER has them, in hex."""
_REASON = re.compile(r'reason: "([^"]*)"')
_DATA = re.compile(r'data: "(?:Verify error: ?)?([^"]*)"')
_NOT_VOUCHED = frozenset({"certificate verify error", "signer certificate not found"})
"""What OpenSSL says where a chain does not lead to the root; all else speaks of the token itself."""


class UnreadableError(Exception):
    """A response that the library cannot read: it may be as good as another."""


class NotVouchedError(Exception):
    """A token that leads to none of the roots, or by certificates that were not valid for it."""


@dataclass(frozen=True, slots=True)
class Token:
    """What a response says, nothing of it verified."""

    time: str
    serial: str
    response: TimeStampResponse


def installed() -> bool:
    """Say whether the library is there."""
    return importlib.util.find_spec(_LIBRARY) is not None


def read(raw: bytes, data: bytes) -> Token:
    """
    Read a response, which must be over some bytes.

    Raises `FormatError` for what is no stamp of these bytes, `UnreadableError` where the library gives up.
    """
    if not anchor.is_der(raw):
        raise FormatError("is no RFC 3161 response: not one DER value, or bytes are missing or too many")
    import rfc3161_client  # noqa: PLC0415 - an extra

    try:
        response = rfc3161_client.decode_timestamp_response(raw)
        if response.status != _GRANTED:
            raise FormatError(f"holds no stamp: the authority answered with status {response.status}")
        info = response.tst_info
        imprint = info.message_imprint
        algorithm, digest = imprint.hash_algorithm.dotted_string, imprint.message
        token = Token(entry.timestamp(info.gen_time), str(info.serial_number), response)
    except ValueError as error:
        raise UnreadableError(str(error)) from error
    if algorithm != _SHA256:
        raise FormatError(f"stamps a hash of another kind than SHA-256 ({algorithm})")
    if digest != hashlib.sha256(data).digest():
        raise FormatError("stamps another file than the one that it lies beside")
    beside.check(raw)
    said = beside.signed(raw)
    if said.algorithm.hex() == _PSS:
        raise UnreadableError("it is signed by RSA-PSS, which the library does not verify")
    _hold(said)
    return token


def _hold(said: Signed) -> None:
    """
    Hold a token to the certificate that it brings, whosever that is: who changed it could not sign it anew.

    One without a certificate, with a key that cannot be read, or signed in a way that is not known here, is
    left to whoever vouches for it.
    """
    hashed = _HASHES.get(said.digest.hex())
    if hashed is None or not said.key:
        return
    if hashlib.new(hashed.name, said.content).digest() != said.stated:
        raise FormatError("was changed: its own signature does not hold (it is over something else)")
    try:
        key: Any = load_der_public_key(said.key)
        for kind, how in ((RSAPublicKey, (PKCS1v15(), hashed)), (EllipticCurvePublicKey, (ECDSA(hashed),))):
            if isinstance(key, kind):
                key.verify(said.signature, said.attributes, *how)
    except InvalidSignature as error:
        raise FormatError("was changed: its own signature does not hold") from error
    except (ValueError, UnsupportedAlgorithm):
        return  # a key that cannot be read


class Vouched(NamedTuple):
    """Whose token it is."""

    tsa: str
    """SHA-256 of the signer's key (SPKI), in hex."""
    root: str
    """SHA-256 of the root that it leads to (DER), in hex."""
    name: str
    """The signer's organization, its letters and digits in lower case; empty where it names none."""


@dataclass(frozen=True, slots=True)
class Roots:
    """What tokens must lead to."""

    roots: tuple[x509.Certificate, ...]
    intermediates: tuple[x509.Certificate, ...] = ()

    @classmethod
    def load(cls, pems: Sequence[bytes]) -> Roots:
        """Read certificates; `FormatError` where there is none that signed itself."""
        found: list[x509.Certificate] = []
        for pem in pems:
            try:
                found += x509.load_pem_x509_certificates(pem)
            except ValueError as error:
                raise FormatError("no certificate in PEM") from error
        roots = tuple(one for one in found if one.issuer == one.subject)
        if not roots or len(found) > MAX_ROOTS:
            raise FormatError(f"no root certificate, one that signed itself, or more than {MAX_ROOTS}")
        return cls(roots, tuple(one for one in found if one.issuer != one.subject))

    def vouch(self, token: Token, data: bytes) -> Vouched:
        """
        Verify a token; return who signed it, and the root that it leads to.

        Raises `NotVouchedError` where it leads to none, and `FormatError` where the token was changed.
        """
        reasons = []
        for root in self.roots:
            try:
                return self._verify(token, data, root)
            except NotVouchedError as error:
                reasons.append(str(error))
        raise NotVouchedError(min(reasons, key=lambda reason: (reason == _STRANGER, reason)))

    def _verify(self, token: Token, data: bytes, root: x509.Certificate) -> Vouched:
        import rfc3161_client  # noqa: PLC0415 - an extra

        # Made anew each time: a builder shares its list of roots with the one that it was made from.
        builder = rfc3161_client.VerifierBuilder(roots=[root], intermediates=[*self.intermediates])
        try:
            builder.build().verify_message(token.response, data)
            leaf = _signer(token)
            return Vouched(_key(leaf), _sha256(root.public_bytes(Encoding.DER)), _name(leaf))
        except rfc3161_client.VerificationError as error:
            raise _judged(str(error)) from error
        except _STRANGE as error:
            raise NotVouchedError("its certificates cannot be read") from error


_STRANGER = "unable to get local issuer certificate"


def _judged(message: str) -> FormatError | NotVouchedError:
    """Tell a token that was changed from one that is another's."""
    reasons, data = _REASON.findall(message), _DATA.findall(message)
    if not reasons:
        return NotVouchedError(message[:200])  # the library's own rules: extended key usage, one signer
    if not _NOT_VOUCHED.isdisjoint(reasons):
        return NotVouchedError((data or reasons)[0][:200])
    return FormatError(f"was changed: its own signature does not hold ({reasons[0][:100]})")


def _signer(token: Token) -> x509.Certificate:
    """Return the certificate of the key that signed."""
    signed = token.response.signed_data
    names = {(info.issuer, info.serial_number) for info in signed.signer_infos}
    embedded = map(x509.load_der_x509_certificate, signed.certificates)
    return next(one for one in embedded if (one.issuer, one.serial_number) in names)


def _key(leaf: x509.Certificate) -> str:
    """Name the key: two certificates for one key are one authority's."""
    return _sha256(leaf.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def _name(leaf: x509.Certificate) -> str:
    """
    Name the organization that has the certificate, as that stays when keys and roots change.

    A subject without one says nothing: under another root, anybody may have taken it.
    """
    found = leaf.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)
    return "".join(filter(str.isalnum, "".join(str(one.value) for one in found).casefold()))


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()

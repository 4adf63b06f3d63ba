"""
What of a time-stamp response (RFC 3161) its authority's signature is not over, and is only told beside it.

The signature is over the TSTInfo and the signed attributes. A library that verifies it passes over the rest:
versions, the names of algorithms. They are held to what RFC 5652 has them be, so that a response in which one
of them was changed is not taken for the one that was sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from forensics.errors import FormatError

_INTEGER, _OCTETS, _NULL, _OID, _SEQUENCE, _SET = b"\x02", b"\x04", b"\x05", b"\x06", b"\x30", b"\x31"
_C0, _C1, _KEY_ID = b"\xa0", b"\xa1", b"\x80"
_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_VERSION = b"\x03"
"""Of a SignedData whose content is not plain data (section 5.1)."""
_BY_ISSUER, _BY_KEY = b"\x01", b"\x03"
"""Versions of a SignerInfo (5.3): how it names its certificate."""

_CHANGED = "was changed where it is not signed:"
_LONG = 0x80
"""From here on the first byte of a length says how many bytes it has."""
_RSA, _PSS, _EC = "2a864886f70d0101", "2a864886f70d01010a", "2a8648ce3d0201"
_EDWARDS = ("2b6570", "2b6571")
_ANY = frozenset(map(bytes.fromhex, (f"{_RSA}01", _PSS, _EC, *_EDWARDS)))
"""Algorithms that say nothing of the hash: RSA, PSS, an elliptic curve's key, Ed25519, Ed448."""
_WITH: Mapping[bytes, frozenset[bytes]] = MappingProxyType(
    {
        bytes.fromhex(digest): _ANY | {bytes.fromhex(f"{_RSA}{rsa}"), bytes.fromhex(f"2a8648ce3d04{ecdsa}")}
        for digest, rsa, ecdsa in (
            ("2b0e03021a", "05", "01"),
            ("608648016503040204", "0e", "0301"),
            ("608648016503040201", "0b", "0302"),
            ("608648016503040202", "0c", "0303"),
            ("608648016503040203", "0d", "0304"),
        )
    }
)
"""By each hash (SHA-1, -224, -256, -384, -512), the signature algorithms that go with it."""


class Signed(NamedTuple):
    """What the one who stamped signed, and how."""

    content: bytes
    """What the authority says: its TSTInfo."""
    stated: bytes
    """The hash of that, as the signed attributes have it; empty where they have none."""
    attributes: bytes
    """These attributes, as the signature is over them."""
    digest: bytes
    """Object identifier of the hash, of both."""
    algorithm: bytes
    """Of the signature's algorithm, which may say no more than what sort of key it is by."""
    signature: bytes
    key: bytes
    """Of the certificate beside it that it names, as SPKI in DER; empty where there is none."""


class _Value(NamedTuple):
    tag: bytes
    content: bytes


_DIGESTED = _Value(_OID, bytes.fromhex("2a864886f70d010904"))
"""Names the attribute that has the hash of the content (RFC 5652, section 11.2)."""


def check(raw: bytes) -> None:
    """Raise `FormatError` for a response that is not DER, or that says of itself what cannot be."""
    status, token = _sequence(_only(_values(raw)), _SEQUENCE, _SEQUENCE)
    if any(one.tag not in {_INTEGER, _SEQUENCE} for one in _values(status.content)):
        raise FormatError("says that it failed, and holds a stamp")
    kind, wrapped = _sequence(token, _OID, _C0)
    if kind.content != _SIGNED_DATA:
        raise FormatError("holds something else than signed data")
    parts = _values(_only(_values(wrapped.content)).content)
    if [part.tag for part in parts if part.tag not in {_C0, _C1}] != [_INTEGER, _SET, _SEQUENCE, _SET]:
        raise FormatError("holds signed data of another form")
    if parts[0].content != _VERSION:
        raise FormatError(f"{_CHANGED} the version of its signed data")
    for signer in _values(parts[-1].content):
        _signer(signer)


def signed(raw: bytes) -> Signed:
    """Take out what was signed, and the signature; `FormatError` where it is not of the usual form."""
    _, token = _sequence(_only(_values(raw)), _SEQUENCE, _SEQUENCE)
    parts = _values(_only(_values(_values(token.content)[-1].content)).content)
    _, content = _sequence(parts[2], _OID, _C0)
    one = _values(_only(_values(parts[-1].content)).content)
    attributes = [_values(each.content) for each in _values(one[3].content)]
    said = [each[1] for each in attributes if len(each) == 2 and each[0] == _DIGESTED]
    return Signed(
        _only(_values(content.content)).content,
        _only(_values(said[0].content)).content if said else b"",
        _written(_Value(_SET, one[3].content)),
        _algorithm(one[2]),
        _algorithm(one[4]),
        one[5].content,
        _key_of(one[1], [part for part in parts[3:-1] if part.tag == _C0]),
    )


def _key_of(name: _Value, certificates: list[_Value]) -> bytes:
    """Find the key of a certificate by its issuer and number; what is no certificate is passed over."""
    for one in (one for some in certificates for one in _values(some.content)):
        try:
            parts = [part for part in _values(_values(one.content)[0].content) if part.tag != _C0]
            number, _, issuer, _, _, key = parts[:6]
        except (FormatError, IndexError, ValueError):
            continue
        if _values(name.content) == [issuer, number]:
            return _written(key)
    return b""


def _written(one: _Value) -> bytes:
    """Write a value as DER does."""
    size = len(one.content)
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    length = bytes((size,)) if size < _LONG else bytes((_LONG | len(octets),)) + octets
    return one.tag + length + one.content


def _signer(one: _Value) -> None:
    """Hold a SignerInfo: version, name of the certificate, hash, signed attributes, algorithm, signature."""
    parts = _values(one.content)
    if [part.tag for part in parts[2:6]] != [_SEQUENCE, _C0, _SEQUENCE, _OCTETS]:
        raise FormatError("holds a signer of another form")
    if parts[:1] != [(_INTEGER, _BY_KEY if parts[1].tag == _KEY_ID else _BY_ISSUER)]:
        raise FormatError(f"{_CHANGED} the version of its signer")
    digest, algorithm = _algorithm(parts[2]), _algorithm(parts[4])
    if algorithm not in _WITH.get(digest, ()):
        raise FormatError(f"{_CHANGED} its algorithms do not go together")


def _algorithm(one: _Value) -> bytes:
    """Return which it is. Only PSS has parameters, and those that it needs are in the signature."""
    values = _values(one.content)
    if [value.tag for value in values[:1]] != [_OID]:
        raise FormatError("names an algorithm in another form")
    if values[1:] not in ([], [(_NULL, b"")]) and values[0].content.hex() != _PSS:
        raise FormatError(f"{_CHANGED} the parameters of an algorithm")
    return values[0].content


def _sequence(one: _Value, *tags: bytes) -> list[_Value]:
    """Return the values of a sequence that has exactly these tags."""
    values = _values(one.content)
    if one.tag != _SEQUENCE or [value.tag for value in values] != [*tags]:
        raise FormatError("holds no stamp, or is of another form")
    return values


def _only(values: list[_Value]) -> _Value:
    if len(values) != 1:
        raise FormatError("holds no stamp, or is of another form")
    return values[0]


def _values(data: bytes) -> list[_Value]:
    """Cut DER into its values: tags of one byte, and lengths written in the one way that DER has."""
    values: list[_Value] = []
    while data:
        start, length = _extent(data)
        if data[0] & 0x1F == 0x1F or len(data) < start + length:
            raise FormatError("is no DER")
        values.append(_Value(data[:1], data[start : start + length]))
        data = data[start + length :]
    return values


def _extent(data: bytes) -> tuple[int, int]:
    """Return where the first value begins, and how long it is."""
    first = data[1] if len(data) > 1 else _LONG
    if first < _LONG:
        return 2, first
    start = 2 + first - _LONG
    length = int.from_bytes(data[2:start], "big")
    if not 2 < start <= 6 or length < max(_LONG, 1 << 8 * (start - 3)):
        raise FormatError("is no DER")
    return start, length

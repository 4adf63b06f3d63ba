"""The parts of a time-stamp response that no signature is over: what they must be, and nothing else."""

from __future__ import annotations

import pytest

from forensics.errors import FormatError
from forensics.formats.response import Signed, check, signed

SHA256 = "608648016503040201"
NULL = b"\x05\x00"


def tlv(tag: int, *content: bytes) -> bytes:
    """Write a DER value."""
    joined = b"".join(content)
    if len(joined) < 0x80:
        return bytes((tag, len(joined))) + joined
    octets = len(joined).to_bytes((len(joined).bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + joined


def algorithm(oid: str, *parameters: bytes) -> bytes:
    """Write an AlgorithmIdentifier."""
    return tlv(0x30, tlv(6, bytes.fromhex(oid)), *parameters)


def signer(
    *,
    version: bytes = b"\x01",
    sid: bytes = tlv(0x30),
    digest: bytes = algorithm(SHA256, NULL),
    with_: bytes = algorithm("2a864886f70d010101", NULL),
    tail: bytes = b"",
) -> bytes:
    """Write a SignerInfo."""
    return tlv(0x30, tlv(2, version), sid, digest, tlv(0xA0), with_, tlv(4, b"signature"), tail)


def response(
    *,
    status: bytes = tlv(0x30, tlv(2, b"\x00")),
    kind: str = "2a864886f70d010702",
    version: bytes = b"\x03",
    more: bytes = tlv(0xA0, bytes(200)),
    one: bytes = signer(),
) -> bytes:
    """Write a TimeStampResp; its certificates are long, so that there are lengths of every sort."""
    signed = tlv(0x30, tlv(2, version), tlv(0x31), tlv(0x30, bytes(70_000)), more, tlv(0x31, one))
    return tlv(0x30, status, tlv(0x30, tlv(6, bytes.fromhex(kind)), tlv(0xA0, signed)))


@pytest.mark.parametrize(
    "raw",
    [
        response(),
        response(status=tlv(0x30, tlv(2, b"\x00"), tlv(0x30, tlv(0x0C, b"Operation Okay")))),
        response(more=b""),
        response(more=tlv(0xA0) + tlv(0xA1)),
        response(one=signer(version=b"\x03", sid=tlv(0x80, b"key"))),
        response(one=signer(tail=tlv(0xA1))),
        response(one=signer(with_=algorithm("2a864886f70d01010b"), digest=algorithm(SHA256))),
        response(one=signer(with_=algorithm("2a864886f70d01010a", tlv(0x30, NULL)))),
        response(one=signer(with_=algorithm("2a8648ce3d040302"))),
        response(one=signer(with_=algorithm("2b6570"))),
        response(one=signer(with_=algorithm("2a864886f70d010105"), digest=algorithm("2b0e03021a"))),
        response(one=signer(with_=algorithm("2a8648ce3d040304"), digest=algorithm("608648016503040203"))),
    ],
)
def test_taken(raw: bytes) -> None:
    """What authorities send: with words or without, keys and algorithms of several sorts."""
    check(raw)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (response(version=b"\x02"), "not signed: the version of its signed data"),
        (response(version=b"\x03\x03"), "not signed: the version of its signed data"),
        (response(one=signer(version=b"\x03")), "not signed: the version of its signer"),
        (response(one=signer(sid=tlv(0x80, b"key"))), "not signed: the version of its signer"),
        (response(one=signer(with_=algorithm("2a8648ce3d040303"))), "do not go together"),
        (response(one=signer(with_=algorithm("2a864886f70d01010c", NULL))), "do not go together"),
        (response(one=signer(with_=algorithm(SHA256))), "do not go together"),
        (response(one=signer(digest=algorithm("2a864886f70d0205"))), "do not go together"),
        (response(one=signer(with_=algorithm("2a864886f70d01010b", tlv(4)))), "parameters of an algorithm"),
        (response(one=signer(digest=algorithm(SHA256, NULL, NULL))), "parameters of an algorithm"),
        (response(one=signer(digest=algorithm(SHA256, b"\x05\x01\x00"))), "parameters of an algorithm"),
        (response(one=signer(digest=tlv(0x30))), "an algorithm in another form"),
        (response(one=signer(digest=tlv(0x30, tlv(4, b"x")))), "an algorithm in another form"),
        (response(one=tlv(0x30, tlv(2, b"\x01"))), "a signer of another form"),
        (response(one=signer(tail=tlv(0x30)).replace(b"\xa0\x00", b"\xa1\x00")), "a signer of another form"),
        (response(more=tlv(0xA2)), "signed data of another form"),
        (response(status=tlv(0x30, tlv(2, b"\x00"), tlv(3, b"\x00\x80"))), "says that it failed"),
        (response(status=tlv(0x31, tlv(2, b"\x00"))), "holds no stamp"),
        (response(kind="2a864886f70d010701"), "something else than signed data"),
        (tlv(0x30, tlv(0x30, tlv(2, b"\x02"))), "holds no stamp"),
        (response() + b"\x05\x00", "holds no stamp"),
        (tlv(0x31, response()[5:]), "holds no stamp"),
        (b"", "holds no stamp"),
        (response()[:-1], "is no DER"),
        (b"\x30", "is no DER"),
        (b"\x30\x80", "is no DER"),
        (b"\x30\x81\x7f" + bytes(127), "is no DER"),
        (b"\x30\x82\x00\xff" + bytes(255), "is no DER"),
        (b"\x30\x85\x01\x00\x00\x00\x00", "is no DER"),
        (b"\x3f\x01\x00", "is no DER"),
    ],
)
def test_refused(raw: bytes, message: str) -> None:
    """What was changed beside the signature, and what is no DER."""
    with pytest.raises(FormatError, match=message):
        check(raw)


@pytest.mark.parametrize("size", [0x7F, 0x80, 0xFF, 0x100, 0xFFFF, 0x10000])
def test_lengths(size: int) -> None:
    """Each length is read in the one way that DER has for it."""
    check(response(more=tlv(0xA0, bytes(size))))


CONTENT = tlv(6, bytes.fromhex("2a864886f70d0109100104"))
DIGESTED = tlv(0x30, tlv(6, bytes.fromhex("2a864886f70d010904")), tlv(0x31, tlv(4, b"hash")))
OTHER = tlv(0x30, tlv(6, bytes.fromhex("2a864886f70d010903")), tlv(0x31, CONTENT))


def told(
    *attributes: bytes,
    content: bytes = tlv(0x30, CONTENT, tlv(0xA0, tlv(4, b"info"))),
    certificates: tuple[bytes, ...] = (tlv(0xA0, b"\x30\x00"),),
    more: bytes = b"",
) -> bytes:
    """Write a TimeStampResp with these signed attributes, and nothing else of interest."""
    kind = algorithm("2a864886f70d01010b", NULL)
    name = tlv(0x30, tlv(0x30, b"\x0c\x01n"), tlv(2, b"\x07"))
    one = tlv(0x30, tlv(2, b"\x01"), name, algorithm(SHA256), tlv(0xA0, *attributes), kind, tlv(4, b"s"))
    parts = tlv(0x30, tlv(2, b"\x03"), tlv(0x31), content, *certificates, tlv(0x31, one, more))
    token = tlv(0x30, tlv(6, bytes.fromhex("2a864886f70d010702")), tlv(0xA0, parts))
    return tlv(0x30, tlv(0x30, tlv(2, b"\x00")), token)


@pytest.mark.parametrize("size", [1, 200, 70_000])
def test_what_is_signed(size: int) -> None:
    """The content, and the attributes as a set, whatever the length of them."""
    long = tlv(0x30, tlv(6, b"*"), tlv(0x31, tlv(4, bytes(size))))
    said = signed(told(OTHER, DIGESTED, long))
    digest, rsa = bytes.fromhex(SHA256), bytes.fromhex("2a864886f70d01010b")
    assert said == Signed(b"info", b"hash", tlv(0x31, OTHER, DIGESTED, long), digest, rsa, b"s", b"")


@pytest.mark.parametrize("attributes", [(), (OTHER,), (tlv(0x30),)])
def test_no_hash_is_signed(attributes: tuple[bytes, ...]) -> None:
    """Then there is none, and no content has it."""
    assert signed(told(*attributes)).stated == b""


@pytest.mark.parametrize(
    "raw",
    [
        told(content=tlv(0x30, CONTENT)),
        told(content=tlv(0x30, CONTENT, tlv(0xA0))),
        told(more=tlv(0x30)),
        told(tlv(0x30, tlv(6, bytes.fromhex("2a864886f70d010904")), tlv(0x31))),
    ],
    ids=["no content", "empty content", "two signers", "no hash"],
)
def test_nothing_is_signed(raw: bytes) -> None:
    """What is of another form is no stamp."""
    with pytest.raises(FormatError, match="of another form"):
        signed(raw)


def certificate(number: bytes, name: bytes = b"n", key: bytes = b"key", version: bytes = b"") -> bytes:
    """Write as much of a certificate as is looked at."""
    issuer, rest = tlv(0x30, tlv(0x0C, name)), tlv(0x30)
    return tlv(0x30, tlv(0x30, version, tlv(2, number), rest, issuer, rest, rest, tlv(0x30, tlv(4, key))))


KEY = tlv(0x30, tlv(4, b"key"))


@pytest.mark.parametrize(
    ("certificates", "key"),
    [
        ((), b""),
        ((tlv(0xA1, certificate(b"\x07")),), b""),
        ((tlv(0xA0, certificate(b"\x08"), certificate(b"\x07", b"other")),), b""),
        ((tlv(0xA0, certificate(b"\x08", key=b"no"), certificate(b"\x07")),), KEY),
        ((tlv(0xA0, certificate(b"\x07", version=tlv(0xA0, b"\x02\x01\x02"))), tlv(0xA1)), KEY),
        ((tlv(0xA0, b"\x30\x00", b"\x30\x01\x30", b"\x30\x02\x30\x00", certificate(b"\x07")),), KEY),
    ],
)
def test_whose_key(certificates: tuple[bytes, ...], key: bytes) -> None:
    """That of the certificate with the signer's issuer and number; what is none is passed over."""
    assert signed(told(DIGESTED, certificates=certificates)).key == key

"""
One digest: what it says, and whether AWS signed it.

Fields: AWS's page "CloudTrail digest file structure"; what is signed: "Custom implementations of CloudTrail
log file integrity validation". `aws cloudtrail validate-logs` does the same, one request after the other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from forensics.verifier.cloudtrail import names
from forensics.verifier.cloudtrail.asked import Asked, PublicKey
from forensics.verifier.cloudtrail.kept import Object, Where
from forensics.verifier.cloudtrail.names import HOUR, DigestName

GENERATED = "backfill-generation-timestamp"
ALGORITHM = "SHA256withRSA"
MAX_TEXT = 2_048
"""Characters of one text: S3's keys have 1,024 bytes, and signatures half of these."""


class Malformed(Exception):  # noqa: N818 - it is the digest's state, and becomes a finding
    """The bytes are no digest of CloudTrail's."""


class Listed(NamedTuple):
    """A log as a digest lists it."""

    bucket: str
    key: str
    sha256: str
    """Of what it holds uncompressed, in hex."""


class Previous(NamedTuple):
    """The digest before, as a digest names it."""

    where: Where
    sha256: str
    signature: str


class Problem(NamedTuple):
    """What is wrong, under a word of `outcome.KINDS`."""

    kind: str
    message: str


@dataclass(slots=True)
class Digest:
    """A digest as it was found."""

    object: Object
    name: DigestName
    """Of where it says that it was put."""
    where: Where
    sha256: str
    start: datetime
    end: datetime
    stated_end: str
    previous: Previous | None
    fingerprint: str
    logs: tuple[Listed, ...]
    problems: list[Problem] = field(default_factory=list)
    authentic: bool = False
    """Its content is AWS's: by its own signature, or by that of the digest after it."""
    signed: bool = False
    """By its own."""

    @property
    def signature(self) -> str:
        """The signature in hex as its metadata has it, or nothing."""
        found = self.object.metadata.get("signature")
        return found.lower() if isinstance(found, str) else ""

    @property
    def moved(self) -> bool:
        """Say whether it lay elsewhere than it says."""
        return self.where != (self.object.bucket, self.object.key)

    def fail(self, kind: str, message: str) -> None:
        """Take something that is wrong with it."""
        self.problems.append(Problem(kind, message))


def parse(content: bytes, one: Object) -> Digest:
    """Read what a digest says; raises `Malformed`."""
    try:
        said = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Malformed("is no JSON") from error
    if not isinstance(said, dict):
        raise Malformed("is no JSON object")
    where = _text(said, "digestS3Bucket"), _text(said, "digestS3Object")
    name = names.digest_name(where[1]) if len(where[1]) <= 1_024 else None
    start, end = (names.moment(said.get(key)) for key in ("digestStartTime", "digestEndTime"))
    if name is None or start is None or end is None or start > end:
        raise Malformed("does not say where it was put, or of which time it speaks")
    return Digest(
        one,
        name,
        where,
        sha256(content).hexdigest(),
        start,
        end,
        _text(said, "digestEndTime"),
        _previous(said),
        _text(said, "digestPublicKeyFingerprint"),
        tuple(map(_listed, _list(said, "logFiles"))),
    )


def _previous(said: Mapping[str, Any]) -> Previous | None:
    if said.get("previousDigestS3Object") is None and said.get("previousDigestSignature") is None:
        return None
    where = _text(said, "previousDigestS3Bucket"), _text(said, "previousDigestS3Object")
    return Previous(where, _text(said, "previousDigestHashValue"), _text(said, "previousDigestSignature"))


def _listed(one: object) -> Listed:
    if not isinstance(one, dict) or _text(one, "hashAlgorithm") != "SHA-256":
        raise Malformed("lists a log without its SHA-256")
    return Listed(_text(one, "s3Bucket"), _text(one, "s3Object"), _text(one, "hashValue"))


def _text(said: Mapping[str, Any], key: str) -> str:
    value = said.get(key)
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise Malformed(f"has no {key}")
    return value


def _list(said: Mapping[str, Any], key: str) -> list[Any]:
    value = said.get(key)
    if not isinstance(value, list):
        raise Malformed(f"has no {key}")
    return value


def authenticate(digest: Digest, asked: Asked) -> None:
    """Check the signature of a digest, and note all that is wrong with it."""
    if digest.moved:
        bucket, key = digest.where
        digest.fail("digest-moved", f"was put at s3://{bucket}/{key}, and lay elsewhere")
    if not digest.signature or not digest.object.metadata.get("signature-algorithm"):
        return digest.fail("digest-unsigned", "has lost the metadata that its signature is in: it was copied")
    public = _key(digest, asked)
    return _verify(digest, public) if public else None


def _verify(digest: Digest, key: PublicKey) -> None:
    if key.rsa is None:
        return digest.fail("key-unusable", f"is signed by {digest.fingerprint}, which is no RSA key")
    try:
        signature = bytes.fromhex(digest.signature)
        key.rsa.verify(signature, to_sign(digest), padding.PKCS1v15(), hashes.SHA256())
    except (ValueError, InvalidSignature):
        return digest.fail("digest-invalid", "was changed: AWS's signature does not verify")
    digest.authentic = digest.signed = True
    return None


def to_sign(digest: Digest) -> bytes:
    """Return what AWS signs: end, place, hash, and the signature of the digest before, or `null`."""
    before = digest.previous.signature if digest.previous else "null"
    return f"{digest.stated_end}\n{'/'.join(digest.where)}\n{digest.sha256}\n{before}".encode(
        errors="surrogatepass"
    )


def _key(digest: Digest, asked: Asked) -> PublicKey | None:
    region, fingerprint = digest.name.place.region, digest.fingerprint
    key = asked.keys.get(region, {}).get(fingerprint)
    if key is None:
        digest.fail(*_no_key(region, fingerprint, asked))
        return None
    first, last = digest.start, digest.end + 2 * HOUR
    if digest.name.backfill:
        generated = names.moment(digest.object.metadata.get(GENERATED))
        if generated is None:
            digest.fail("digest-unsigned", f"has lost the metadata {GENERATED}: it was copied")
            return None
        first, last = generated - HOUR, generated + HOUR
    if not key.valid(first, last):
        digest.fail("key-out-of-time", f"is signed by {fingerprint}, which AWS used at another time")
    return key


def _no_key(region: str, fingerprint: str, asked: Asked) -> Problem:
    elsewhere = sorted(other for other, keys in asked.keys.items() if fingerprint in keys)
    if elsewhere:
        return Problem(
            "key-elsewhere", f"is signed by {fingerprint}, a key of {elsewhere[0]}, not of {region}"
        )
    if not asked.keys.get(region):
        return Problem("key-unknown", f"cannot be checked: the case has no public keys of {region}")
    return Problem("key-unknown", f"is signed by {fingerprint}, which is no key of {region} in the case")

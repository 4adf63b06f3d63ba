"""
A key in KMS that signs: its public half, and signatures over short messages, as bytes.

What is signed is the whole message (MessageType RAW), so that what KMS puts on record, and what a key policy
can bound, is what was signed. KMS takes at most 4,096 bytes of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError

from forensics.aws import codes
from forensics.aws.ask import CLOCK_HINT
from forensics.aws.credentials import NO_CREDENTIALS, no_credentials
from forensics.aws.session import Session
from forensics.aws.wait import backoff
from forensics.errors import AwsError, CredentialsError, IdentityError, UsageError

ALGORITHMS = {"ECC_NIST_EDWARDS25519": "ED25519_SHA_512", "ECC_NIST_P256": "ECDSA_SHA_256"}
"""By the kind of key. ED25519_PH_SHA_512 signs a hash of the message, and no SSH tool can check that."""
ATTEMPTS = 4
LONGEST_WAIT = 2.0

_NAMED = re.compile(
    r"(?:arn:[a-z-]{3,20}:kms:(?P<region>[a-z0-9-]{4,30}):[0-9]{12}:)?"
    r"(?:key/[A-Za-z0-9-]{1,60}|alias/[A-Za-z0-9/_-]{1,250})|[A-Za-z0-9-]{36,60}"
)
_HINTS = {
    "AccessDeniedException": "the key's policy, or yours, must allow kms:GetPublicKey and kms:Sign",
    "DisabledException": "whoever administers the key can enable it",
    "InvalidKeyUsageException": "make a key with KeyUsage SIGN_VERIFY",
    "KMSInvalidStateException": "whoever administers the key can say what became of it",
    "NotFoundException": "check the ARN or alias, its region, and the profile (--identity-profile)",
    "UnsupportedOperationException": "it is a symmetric key: make one with KeyUsage SIGN_VERIFY",
}


@dataclass(frozen=True, slots=True)
class KmsSigner:
    """A key that was found, and can sign."""

    session: Session
    region: str
    arn: str
    algorithm: str
    public: bytes
    """The public key as SubjectPublicKeyInfo, DER."""

    def sign(self, message: bytes) -> bytes:
        """Return 64 bytes of Ed25519, or ECDSA in DER; `AwsError` with KMS's code where it does not sign."""
        parameters = {"Message": message, "MessageType": "RAW", "SigningAlgorithm": self.algorithm}
        answer = _ask(self.session, self.region, "Sign", {"KeyId": self.arn, **parameters})
        return bytes(answer["Signature"])


def find(session: Session, key: str) -> KmsSigner:
    """
    Find a key by its ARN, alias or id.

    Raises `UsageError` for what names none, `AwsError` with KMS's code where it does not answer, and
    `IdentityError` for a key that cannot sign what SSH can check.
    """
    named = _NAMED.fullmatch(key)
    if named is None:
        raise UsageError(f"no KMS key: {key!a}", hint="name its ARN, alias/NAME, or an alias's ARN")
    region = named["region"] or session.home
    wanted = key if key.startswith(("arn:", "alias/")) else key.removeprefix("key/")
    answer = _ask(session, region, "GetPublicKey", {"KeyId": wanted})
    spec, usage = str(answer.get("KeySpec", "")), str(answer.get("KeyUsage", ""))
    if usage != "SIGN_VERIFY":
        raise IdentityError(f"the KMS key {key} is for {usage}, not for signing", hint=_HINTS[_USAGE])
    if spec not in ALGORITHMS:
        hint = f"make one of {' or '.join(sorted(ALGORITHMS))}"
        raise IdentityError(f"the KMS key {key} is of kind {spec}, which does not sign here", hint=hint)
    return KmsSigner(session, region, str(answer["KeyId"]), ALGORITHMS[spec], bytes(answer["PublicKey"]))


_USAGE = "InvalidKeyUsageException"


def _ask(session: Session, region: str, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
    for attempt in range(1, ATTEMPTS):
        try:
            return _once(session, region, operation, parameters)
        except _AgainError:
            session.sleep(backoff(attempt, longest=LONGEST_WAIT, draw=session.draw))
    try:
        return _once(session, region, operation, parameters)
    except _AgainError as error:
        raise AwsError(f"KMS did not answer {operation}: {error}") from error


class _AgainError(Exception):
    """Worth another attempt: signing twice does no harm."""


def _once(session: Session, region: str, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = getattr(session.client("kms", region), xform_name(operation))(**parameters)
    except NO_CREDENTIALS as error:
        raise no_credentials(error) from error
    except ClientError as error:
        raise _refused(error, operation) from error
    except BotoCoreError as error:
        raise _AgainError(" ".join(str(error).split())) from error
    return answer


def _refused(error: ClientError, operation: str) -> Exception:
    said, head = error.response.get("Error", {}), error.response.get("ResponseMetadata", {})
    code, message = str(said.get("Code", "")), " ".join(str(said.get("Message", "")).split())[:300]
    if code in codes.EXPIRED | codes.BAD_SIGNATURE | codes.UNKNOWN_KEY:
        return CredentialsError(f"AWS refused the credentials: {code}", hint=CLOCK_HINT)
    if codes.retriable(code, int(head.get("HTTPStatusCode", 0))):
        return _AgainError(f"{code}: {message}")
    return AwsError(f"KMS refused {operation}: {code}: {message}", hint=_HINTS.get(code))

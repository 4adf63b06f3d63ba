"""
An object that is written once, and that nobody can take back: S3 as the first witness of a checkpoint.

If-None-Match lets the first writer win, Object Lock keeps what was written. botocore's own retries are off,
as everywhere here; the write may be tried again, because a second one of the same key is refused.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError  # noqa: A004

from forensics.aws import codes
from forensics.aws.ask import CLOCK_HINT
from forensics.aws.credentials import NO_CREDENTIALS, no_credentials
from forensics.aws.session import Session
from forensics.aws.wait import backoff
from forensics.errors import AwsError, CredentialsError
from forensics.model import Outcome

ATTEMPTS = 4
LONGEST_WAIT = 2.0
"""Seconds between two of them, at most: somebody waits for the answer, and can ask again."""
TAKEN = "PreconditionFailed"
"""S3's code where If-None-Match finds an object (HTTP 412)."""
CONFLICT = "ConditionalRequestConflict"
"""Another write of the same key is under way: worth another attempt."""

_OPERATION = "PutObject"


@dataclass(frozen=True, slots=True)
class Refused:
    """Why S3 did not do it, or that nobody knows whether it did."""

    code: str
    message: str
    request_id: str
    outcome: Outcome
    sure: bool


@dataclass(frozen=True, slots=True)
class Written:
    """An object that S3 took."""

    version_id: str
    request_id: str


@dataclass(frozen=True, slots=True)
class Lock:
    """What keeps a version of an object: `mode` is empty where nothing does."""

    mode: str
    until: datetime | None
    version_id: str


@dataclass(frozen=True, slots=True)
class Locker:
    """A bucket with Object Lock, in somebody else's account."""

    session: Session
    bucket: str
    region: str
    owner: str = ""
    """Account that the bucket must belong to; empty: whoever."""

    def wish(self, key: str, body: bytes, mode: str, until: datetime) -> dict[str, Any]:
        """Return the parameters of the write, but for the body: what goes on record beforehand."""
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode("ascii")
        return {
            **self._named(key),
            "ChecksumSHA256": digest,
            "ContentType": "text/plain; charset=utf-8",
            "IfNoneMatch": "*",
            "ObjectLockMode": mode.upper(),
            "ObjectLockRetainUntilDate": until,
        }

    def write(self, wish: Mapping[str, Any], body: bytes) -> Written | Refused:
        """Write an object where there is none."""
        answer = self._ask(_OPERATION, {**wish, "Body": body})
        if isinstance(answer, Refused):
            return answer
        return Written(str(answer.get("VersionId", "")), _request_id(answer))

    def read(self, key: str, limit: int) -> bytes | Refused:
        """Read an object, and no more than one byte beyond `limit` of it."""
        answer = self._ask("GetObject", self._named(key))
        if isinstance(answer, Refused):
            return answer
        data = b""
        try:
            # To its end, where botocore holds it against its length: what broke off is no other object.
            while len(data) <= limit and (chunk := answer["Body"].read(limit + 1 - len(data))):
                data += chunk
        except BotoCoreError as error:
            return Refused(type(error).__name__, str(error), "", Outcome.FAILED, sure=False)
        finally:
            answer["Body"].close()
        return data

    def lock(self, key: str) -> Lock | Refused:
        """Ask what keeps an object."""
        answer = self._ask("HeadObject", self._named(key))
        if isinstance(answer, Refused):
            return answer
        until = answer.get("ObjectLockRetainUntilDate")
        mode = str(answer.get("ObjectLockMode", "")) if isinstance(until, datetime) else ""
        return Lock(mode, until if mode else None, str(answer.get("VersionId", "")))

    def _named(self, key: str) -> dict[str, Any]:
        owner = {"ExpectedBucketOwner": self.owner} if self.owner else {}
        return {"Bucket": self.bucket, "Key": key, **owner}

    def _ask(self, operation: str, parameters: Mapping[str, Any]) -> Mapping[str, Any] | Refused:
        for attempt in range(1, ATTEMPTS):
            answer = self._once(operation, parameters)
            if not isinstance(answer, Refused) or not _again(answer):
                return answer
            self.session.sleep(backoff(attempt, longest=LONGEST_WAIT, draw=self.session.draw))
        return self._once(operation, parameters)

    def _once(self, operation: str, parameters: Mapping[str, Any]) -> Mapping[str, Any] | Refused:
        client = self.session.client("s3", self.region)
        try:
            answer: Mapping[str, Any] = getattr(client, xform_name(operation))(**parameters)
        except NO_CREDENTIALS as error:
            raise no_credentials(error) from error
        except ClientError as error:
            return _refused(error)
        except (HTTPClientError, ConnectionError) as error:
            return Refused(type(error).__name__, str(error), "", Outcome.FAILED, sure=False)
        except BotoCoreError as error:
            raise AwsError(f"S3 cannot be asked: {' '.join(str(error).split())}") from error
        return answer


def _refused(error: ClientError) -> Refused:
    said, head = error.response.get("Error", {}), error.response.get("ResponseMetadata", {})
    code, status = str(said.get("Code", "")), int(head.get("HTTPStatusCode", 0))
    if code in codes.EXPIRED | codes.BAD_SIGNATURE | codes.UNKNOWN_KEY:
        raise CredentialsError(f"AWS refused the credentials: {code}", hint=CLOCK_HINT) from error
    message = str(said.get("Message", ""))
    outcome = codes.outcome(code, message, status, bound=True)
    sure = 300 <= status < 500
    return Refused(code, message, str(head.get("RequestId", "")), outcome, sure)


def _again(refused: Refused) -> bool:
    return not refused.sure or codes.retriable(refused.code, 0) or refused.code == CONFLICT


def _request_id(answer: Mapping[str, Any]) -> str:
    return str(answer.get("ResponseMetadata", {}).get("RequestId", ""))

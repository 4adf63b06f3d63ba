"""The words that asking and keeping share. Values only: no AWS, no files, no clock."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from forensics.plain import plain

GLOBAL = "global"
"""Stands where a region's name would, for a service that has no region (IAM, Organizations)."""
EVERYTHING = "*"
"""
Operation of a `Coverage` that speaks of more than one source: of a whole region, where it stands for the
service too, and of the whole account if that region is `GLOBAL`; else of all that the collector keeps whose
name stands there.
"""


class Outcome(StrEnum):
    """What became of one source in one region. All but the first three are gaps."""

    COLLECTED = "collected"
    EMPTY = "empty"
    """AWS answered: nothing there."""
    ABSENT = "absent"
    """AWS answered: not configured, with an error code that the row names."""
    NOT_ENABLED = "not-enabled"
    DENIED = "denied"
    DENIED_BY_SCP = "denied-by-scp"
    REGION_DISABLED = "region-disabled"
    THROTTLED = "throttled"
    EXPIRED = "expired"
    VANISHED = "vanished"
    """It was listed, and gone when asked about."""
    TRUNCATED = "truncated"
    UNSUPPORTED = "unsupported"
    FAILED = "failed"
    OUT_OF_SCOPE = "out-of-scope"
    """The user left it out. Shown always, but not missing: it does not change the exit code."""

    @property
    def is_gap(self) -> bool:
        """Say whether evidence is missing for this reason."""
        return self not in _NO_GAP


_NO_GAP = frozenset({Outcome.COLLECTED, Outcome.EMPTY, Outcome.ABSENT})


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """Where evidence comes from: one operation of one service, in one region of one account."""

    account: str
    region: str
    """A region's name, or `GLOBAL`."""
    service: str
    """botocore's name of the service: `ec2`, `iam`."""
    operation: str
    """AWS's name of the operation: `DescribeInstances`."""

    @property
    def name(self) -> str:
        """Name the row: `ec2.DescribeInstances`."""
        return f"{self.service}.{self.operation}"


@dataclass(frozen=True, slots=True)
class Exchange:
    """
    One request to AWS and the answer as its bytes came, for answers that are errors too.

    Times are RFC 3339 UTC with six decimals. Credentials are never part of it.
    """

    source: Source
    parameters: Mapping[str, Any]
    endpoint: str
    principal: str
    """ARN of the caller."""
    sent: str
    received: str
    status: int
    """HTTP status; 0 where no answer came, and then `body` says why."""
    request_id: str
    date: str
    """The Date header: AWS's own clock. Empty where no answer came."""
    body: bytes
    attempt: int = 1
    code: str = ""
    """The error code as botocore read it, empty for success."""
    operation: str = ""
    """What was called, where it is not the source's own: a poll of what the source began."""
    service: str = ""
    """Whose operation it is, where it is not the source's own: the bucket that a trail writes to."""

    def document(self) -> dict[str, Any]:
        """Write the exchange as one JSON object: a line of a transcript."""
        source = self.source
        request = plain(
            {
                "account": source.account,
                "attempt": self.attempt,
                "endpoint": self.endpoint,
                "operation": self.operation or source.operation,
                "parameters": self.parameters,
                "principal": self.principal,
                "region": source.region,
                "sent": self.sent,
                "service": self.service or source.service,
            }
        )
        response = plain(
            {
                "code": self.code,
                "date": self.date,
                "received": self.received,
                "request_id": self.request_id,
                "status": self.status,
            }
        )
        # The body is the evidence: text where it is UTF-8, and never made fit.
        return {"request": request, "response": {**_body(self.body), **response}}


def _body(body: bytes) -> dict[str, str]:
    try:
        return {"body": body.decode("utf-8")}
    except UnicodeDecodeError:
        return {"body_base64": base64.b64encode(body).decode("ascii")}


@dataclass(frozen=True, slots=True)
class Gap:
    """Evidence that is not in the case, and why."""

    source: Source
    outcome: Outcome
    code: str
    """The exact error code that AWS sent, or our own word where no answer came."""
    message: str
    """What AWS said, as sent: hostile text, for `clean()` before any terminal."""
    request_id: str = ""
    count: int = 1
    """How many requests of the row ended like this; each is in the transcript."""
    examples: tuple[Mapping[str, Any], ...] = ()
    """Parameters of the first few of them."""
    also: tuple[str, ...] = ()
    """Rows that could not be asked because this one names what they ask about."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """The end of one row in one region: what it came to. Exactly one for each row asked."""

    source: Source
    outcome: Outcome
    """`collected` also where some requests of the row ended in a gap: see `gaps`."""
    requests: int = 0
    pages: int = 0
    absent: int = 0
    gaps: tuple[Gap, ...] = ()
    note: str = ""
    """What a reader has to know beside it: that a report was made hours before it was fetched."""

    @property
    def complete(self) -> bool:
        """Say whether nothing is missing from this row."""
        return not self.gaps


@dataclass(frozen=True, slots=True)
class Intent:
    """A mutation about to be made. Durable in the ledger before the call is made."""

    id: str
    """Goes into AWS as the tag `forensics:op`, so that a crash between call and answer is found again."""
    source: Source
    parameters: Mapping[str, Any]
    about: str
    """What it is for, in a few words, for people."""
    detail: Mapping[str, Any] = field(default_factory=dict)
    """What the call is about beyond its parameters: the `volumes` that it may make snapshots of."""


@dataclass(frozen=True, slots=True)
class Effect:
    """A thing made in AWS for the case, or a later state of it."""

    intent: str
    """Id of the `Intent` that made it."""
    source: Source
    kind: str
    """`snapshot`, `lock`, `copy`, `share`, `grant`, or `hold-` and what is held."""
    id: str
    """AWS's own id of the thing: `snap-…`."""
    state: str
    """As AWS says: `pending`, `completed`, `error`; or `vanished`, where AWS lists it no more."""
    detail: Mapping[str, Any] = field(default_factory=dict)
    """What a reader needs beside it: volume, instance, device, size, encryption."""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Tell it from all other effects: one thing may be made, locked, shared and held."""
        return self.source.account, self.source.region, self.kind, self.id

    @property
    def settled(self) -> bool:
        """Say whether AWS will not change the state any more by itself."""
        return self.state != "pending"


@dataclass(frozen=True, slots=True)
class Settled:
    """The end of an `Intent`: its call was answered, refused, or found never to have been made."""

    intent: str
    outcome: Outcome
    code: str = ""
    message: str = ""
    request_id: str = ""


class Draft(Protocol):
    """A file in flight, hashed while it is written; scratch until the `Evidence` that it is in is taken."""

    @property
    def size(self) -> int:
        """Bytes so far."""

    @property
    def sha256(self) -> str:
        """Hash of them, in hex."""

    def write(self, data: bytes) -> None:
        """Append bytes."""

    def end(self) -> None:
        """End it: nothing more can be written; its bytes are on the disk once it is kept, or after `sync`."""

    def sync(self) -> None:
        """End it: its bytes are on the disk. Whoever yields it may do so before, in a thread of its own."""

    def discard(self) -> None:
        """Remove it."""


class Kind(StrEnum):
    """What a kept file is, if it is no transcript."""

    OBJECT = "object"
    """An object of a bucket, or a version of one, byte for byte."""
    WINDOW = "window"
    """All events of one span of time, one a line of JSON, gzip."""
    NOTICE = "notice"
    """What somebody told us of the breach, byte for byte: of no source of AWS's."""
    LOG = "log"
    """A log file of a service's own, put together of what it hands out at once."""
    PACKAGE = "package"
    """Code of a function or of a layer, as Lambda runs it."""
    FOOTPRINT = "footprint"
    """Every request of one run, one a line of JSON, gzip: so that they are told from the intruder's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One kept file that is no transcript: what is streamed, and too much to hold."""

    source: Source
    kind: Kind
    name: str
    """
    What it is called in AWS, exactly: `s3://bucket/key?versionId=…`. Hostile text.
    A case that holds a name of this source does not ask for it again.
    """
    folder: str
    """Where it goes, below `data/`: safe components of ours."""
    key: str
    """Its path in there, as AWS has it. Hostile text: what is no path of ours becomes one when it is kept."""
    draft: Draft
    first: str
    """When its first request was sent."""
    last: str
    """When its last answer had come."""
    about: Mapping[str, Any]
    """What AWS said of it beside its bytes; the entry has it under the name of `kind`."""
    requests: int = 1
    sensitive: bool = False


Record = Exchange | Intent | Effect | Settled | Coverage | tuple[Evidence, ...]
"""What a collector yields. It resumes once that is on disk (Exchange: in a draft; a tuple: in one commit)."""

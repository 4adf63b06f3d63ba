"""What a thread fetches objects of one bucket with: where it asks, how it signs, and its connection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from forensics.aws.ask import Asker
from forensics.aws.curl import Head, Line
from forensics.aws.objects import Bucket, Version
from forensics.aws.place import Place
from forensics.aws.signing import Signer
from forensics.model import Draft


@dataclass
class Fetcher:
    """Fetches objects of one bucket, one at a time: each thread has its own."""

    asker: Asker
    """For the bucket's region."""
    bucket: Bucket
    place: Place
    draft: Callable[[], Draft]
    clock: Callable[[], datetime]
    sleep: Callable[[float], None]
    check: Callable[[], None]
    """Called now and then; raises where the run is over."""

    def __post_init__(self) -> None:
        """Open no connection before the first object."""
        self.line = Line(self.place.route)
        self.signer = Signer(self.place.region)

    def close(self) -> None:
        """Hang up."""
        self.line.close()

    def request(self, version: Version, extra: dict[str, str]) -> tuple[str, list[str]]:
        """Return what asks for a version, signed with the keys as they are now: URL and headers."""
        url = self.place.url(version)
        headers = {"x-amz-checksum-mode": "ENABLED", **extra}
        if self.bucket.requester_pays:
            headers["x-amz-request-payer"] = "requester"
        # AWS holds a signature against its own clock: never one that a caller passed in.
        return url, self.signer.sign(self.asker.session.keys, url, headers, datetime.now(UTC))

    def note(self, sent: str, received: str, head: Head) -> None:
        """Leave a request in the journal, as one of the source's."""
        source, session = self.asker.source, self.asker.session
        session.journal.note(
            {
                "account": source.account,
                "code": "" if head.status in {200, 206} else str(head.status),
                "operation": "GetObject",
                "principal": session.principal,
                "received": received,
                "region": self.place.region,
                "request_id": head.request_id,
                "sent": sent,
                "service": "s3",
                "status": head.status,
            }
        )

    def elsewhere(self, head: Head, asked: str) -> str:
        """Return the region that an answer of `asked` says the bucket is in; empty if in that, or in none."""
        region = head.headers.get("x-amz-bucket-region", "")
        if not region or region == asked or head.status not in {301, 307, 400}:
            return ""
        return region if self.asker.session.places.knows(region) else ""

    def move(self, region: str) -> None:
        """Go on in the region where the bucket really is."""
        if region == self.place.region:
            return
        self.bucket = replace(self.bucket, region=region)
        self.asker = replace(self.asker, place=region)
        self.place = Place.of(self.asker, self.bucket)
        self.line.close()
        self.line = Line(self.place.route)
        self.signer = Signer(region)

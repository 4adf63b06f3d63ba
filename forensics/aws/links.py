"""
Follow a link that AWS gave out: a URL which is signed already, good for some minutes, and so a credential.

It is fetched as an object is (`transfer.Work`: resumed, checked, bounded), and goes on no record.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from forensics.aws import codes
from forensics.aws.ask import Asker, Refusal
from forensics.aws.curl import Head
from forensics.aws.fetcher import Fetcher
from forensics.aws.objects import Bucket, Version
from forensics.aws.place import Place
from forensics.aws.transfer import Fetched, Work
from forensics.model import Draft, Outcome

NO_LINK = "NoLink"
"""Our own code: AWS said where a thing is in a form that is no URL to be followed."""

WITHHELD = b"withheld"
_SECRET = re.compile(
    rb"((?:X-Amz-(?:Credential|Security-Token|Signature)|AWSAccessKeyId|Signature)(?:=|%3D|\\u003D))"
    # Whoever writes JSON may escape what a link is made of, and a value goes on behind it.
    rb"(?:[^&\"'<>\\\s]|\\/|\\u00(?:2[BF]|3D))+",
    re.IGNORECASE,
)
"""What a signed URL has that lets its bearer in: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html"""


def without_links(body: bytes) -> bytes:
    """Return a body in which links lead nowhere any more: all else of it is as AWS sent it."""
    return _SECRET.sub(rb"\g<1>" + WITHHELD, body)


class _Linked(Asker):
    """Asks by a link: what is refused then is the link, and never our own credentials."""

    __slots__ = ()

    def outcome(self, code: str, message: str, status: int, *, bound: bool) -> Outcome:
        """Say what an error answer means."""
        expired = code in codes.EXPIRED or code in codes.BAD_SIGNATURE
        return Outcome.EXPIRED if expired else codes.outcome(code, message, status, bound=bound)


@dataclass
class _Follower(Fetcher):
    """Fetches what one link leads to."""

    link: str = field(default="", repr=False)

    def request(self, version: Version, extra: dict[str, str]) -> tuple[str, list[str]]:
        """Return the link, and the headers of a request that goes on where a body broke off."""
        del version  # The link says which.
        return self.link, [f"{name}: {value}" for name, value in extra.items()]

    def elsewhere(self, head: Head, asked: str) -> str:
        """Go nowhere else: a link is signed for one place."""
        del head, asked
        return ""


@dataclass(frozen=True)
class Links:
    """Follows links, one at a time."""

    asker: Asker
    draft: Callable[[], Draft]
    clock: Callable[[], datetime]
    sleep: Callable[[float], None]

    def fetch(self, link: str, name: str, size: int) -> Fetched:
        """
        Fetch what a link leads to, of the size that AWS says, and end its draft.

        Raises what `sleep` and the disk raise; nothing is left then.
        """
        version = Version(name, "", "", size, "", "", latest=True, deleted=False)
        if (wrong := self._wrong(link)) is not None:
            return Fetched(version, refusal=wrong)
        asker = _Linked(
            self.asker.session,
            self.asker.source,
            self.clock,
            self.sleep,
            self.asker.draw,
            "s3",
            self.asker.region,
        )
        place = Place.at(asker, asker.region, link.partition("?")[0])
        follower = _Follower(
            asker, Bucket("", asker.region), place, self.draft, self.clock, self.sleep, _on, link=link
        )
        try:
            return Work(follower, version).go_on(follower)
        finally:
            follower.close()

    def _wrong(self, link: str) -> Refusal | None:
        """Refuse what is no URL, and one without encryption where AWS itself is asked with it."""
        parts = urlsplit(link)
        client = self.asker.session.client(self.asker.service, self.asker.region)
        plain = str(client.meta.endpoint_url).startswith("http://")
        if parts.netloc and parts.scheme in ({"https", "http"} if plain else {"https"}):
            return None
        message = f"AWS names no address to fetch it from, but {parts.scheme or 'nothing'}"
        return Refusal(Outcome.FAILED, NO_LINK, message, "", sure=True)


def _on() -> None:
    """Go on: a run that is over says so when it sleeps, and when what was fetched is handed over."""

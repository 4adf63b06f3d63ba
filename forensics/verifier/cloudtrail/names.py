"""
What the names of CloudTrail's objects say: account, region, trail and time.

Layout: AWS's pages "CloudTrail digest file structure" and "Finding your CloudTrail log files".
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

HOUR = timedelta(hours=1)
"""A digest covers one, but for the last before a stop."""

_PLACE = r"((?:.+/)?)AWSLogs/(?:(o-[a-z0-9]{1,64})/)?([0-9]{12})"
_DAY = r"[0-9]{4}/[0-9]{2}/[0-9]{2}"
_DIGEST = re.compile(
    rf"{_PLACE}/CloudTrail-Digest/([a-z0-9-]+)/{_DAY}/\3_CloudTrail-Digest_\4_(.+)_([a-z0-9-]+)"
    r"_([0-9]{8}T[0-9]{6}Z)(_backfill)?\.json\.gz",
    re.DOTALL,
)
_LOG = re.compile(
    rf"{_PLACE}/CloudTrail(-(?!Digest/)[A-Za-z]{{1,64}})?/([a-z0-9-]+)/{_DAY}/"
    r"[^/]+_([0-9]{8}T[0-9]{4}Z)_[^/_]+\.json\.gz",
    re.DOTALL,
)
_TIME = re.compile(r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}T[0-9]{2}:?[0-9]{2}(?::?[0-9]{2})?(?:\.[0-9]{1,6})?Z")
_FIRST, _LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class Place(NamedTuple):
    """What a digest speaks of: one region of one account, below one prefix."""

    prefix: str
    """With its slash; hostile text."""
    organization: str
    """Empty where the trail is no organization's."""
    account: str
    region: str


class DigestName(NamedTuple):
    """The key of a digest, taken apart."""

    place: Place
    trail: str
    home: str
    end: datetime
    backfill: bool


class LogName(NamedTuple):
    """The key of a log, taken apart."""

    place: Place
    at: datetime
    """When it was delivered, to the minute."""
    sort: str
    """What its folder adds to `CloudTrail`: nothing, `-Insight`, `-NetworkActivity`, `-Aggregated`."""


def moment(text: object) -> datetime | None:
    """Read a time of AWS's, basic or extended form; nothing for what cannot be one of CloudTrail's."""
    if not isinstance(text, str) or not _TIME.fullmatch(text):
        return None
    try:
        return bounded(datetime.fromisoformat(text))
    except ValueError:
        return None


def bounded(time: datetime) -> datetime | None:
    """Let pass a time with which one can reckon, and no CloudTrail is as old or young as the others."""
    return time if _FIRST <= time <= _LAST else None


def digest_name(key: str) -> DigestName | None:
    """Take the key of a digest apart; nothing for another key."""
    match = _DIGEST.fullmatch(key)
    end = moment(match[7]) if match else None
    if match is None or end is None:
        return None
    place = Place(match[1], match[2] or "", match[3], match[4])
    return DigestName(place, match[5], match[6], end, bool(match[8]))


def log_name(key: str) -> LogName | None:
    """Take the key of a log apart; nothing for another key."""
    match = _LOG.fullmatch(key)
    at = moment(match[6]) if match else None
    if match is None or at is None:
        return None
    return LogName(Place(match[1], match[2] or "", match[3], match[5]), at, match[4] or "")


def hours_on(key: str, end: datetime, other: datetime) -> str:
    """Return the key that the same trail's digest of another hour would have."""
    head, _, _ = key.rpartition("_CloudTrail-Digest_")
    folder = head[: -len("/YYYY/MM/DD/123456789012")]
    account = head[-12:]
    rest = key[len(head) :].replace(f"{end:%Y%m%dT%H%M%SZ}", f"{other:%Y%m%dT%H%M%SZ}")
    return f"{folder}/{other:%Y/%m/%d}/{account}{rest}"

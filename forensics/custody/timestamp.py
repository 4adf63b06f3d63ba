"""
Ask a time-stamp authority (RFC 3161) over HTTP, and read what it answers.

What an authority sends is kept as it came. Whether its signature is worth anything, the verifier finds out
from roots that whoever verifies brings along; here it only has to be an answer to what was asked.
"""

from __future__ import annotations

import hashlib
import http.client
import importlib.util
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from forensics import tool
from forensics.errors import UsageError
from forensics.formats import anchor, entry
from forensics.formats.dues import MAX_TSAS

if TYPE_CHECKING:
    from rfc3161_client import TimeStampResponse

LIBRARY = "rfc3161_client"
PATIENCE = 20.0
"""Seconds that an authority may take; also between two pieces of its answer."""

_SHA256 = "2.16.840.1.101.3.4.2.1"
_GRANTED = 0
_MOVED = frozenset({301, 302, 307, 308})
_MOVES = 3
_QUERY = {"Accept": "application/timestamp-reply", "Content-Type": "application/timestamp-query"}


@dataclass(frozen=True, slots=True)
class Token:
    """A response to be kept. `time` and `serial` are empty where rfc3161-client cannot read it."""

    raw: bytes
    time: str = ""
    serial: str = ""
    accuracy: int = -1
    """Microseconds; -1 where it does not say."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no stamp; may quote the authority, so hostile text."""

    why: str


def check_tsas(tsas: Sequence[str]) -> None:
    """Refuse authorities that cannot be asked, before anything is: `UsageError`, with what to install."""
    if len(tsas) > MAX_TSAS:
        raise UsageError(f"more than {MAX_TSAS} time-stamp authorities")
    for tsa in tsas:
        _check_url(tsa)
    names = [anchor.who(tsa).casefold() for tsa in tsas]
    if len(set(names)) != len(names):
        raise UsageError("two time-stamp authorities are the same but for the scheme, or given twice")
    if tsas and not installed():
        raise UsageError(
            "time stamps need rfc3161-client, which is not installed",
            hint="pip install 'aws-forensics[tsa]', or leave --tsa out and stamp the case later",
        )


def installed() -> bool:
    """Say whether the library is there that reads stamps."""
    return importlib.util.find_spec(LIBRARY) is not None


def _check_url(tsa: str) -> None:
    try:
        parts = urllib.parse.urlsplit(tsa)
        whole = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        whole = None
    if not whole or not tsa.isascii() or not tsa.isprintable() or " " in tsa or len(tsa) > anchor.MAX_URL:
        raise UsageError(
            f"{tsa!a} is no http or https address of a time-stamp authority",
            hint="it is like https://tsa.example.org",
        )
    if "@" in parts.netloc:
        raise UsageError(
            "the address of a time-stamp authority holds a password, and would go into the ledger"
        )


def ask(tsa: str, data: bytes, *, seconds: float = PATIENCE) -> Token | Refusal:
    """Have an authority stamp some bytes: their SHA-256 and a nonce are all that it is told."""
    if not installed():
        return Refusal("rfc3161-client is not installed")
    import rfc3161_client  # noqa: PLC0415 - an extra: imported where it is needed

    builder = rfc3161_client.TimestampRequestBuilder(data, rfc3161_client.HashAlgorithm.SHA256)
    query = builder.nonce(nonce=True).cert_request(cert_request=True).build()
    try:
        raw = _fetch(tsa, query.as_bytes(), time.monotonic() + seconds, seconds)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Refusal(_words(error))
    return raw if isinstance(raw, Refusal) else read(raw, data, query.nonce)


def read(raw: bytes, data: bytes, nonce: int | None = None) -> Token | Refusal:
    """
    Read a response over some bytes; of one just asked for, the nonce must come back.

    A response that is one DER value, and that the library cannot read, is kept all the same: others may.
    """
    if not installed():
        return Refusal("rfc3161-client is not installed")
    import rfc3161_client  # noqa: PLC0415 - as above

    if not anchor.is_der(raw):
        return Refusal("the answer is no RFC 3161 response")
    try:
        return _examine(rfc3161_client.decode_timestamp_response(raw), raw, data, nonce)
    except ValueError:
        return Token(raw)


def _examine(response: TimeStampResponse, raw: bytes, data: bytes, nonce: int | None) -> Token | Refusal:
    if response.status != _GRANTED:
        said = " ".join(response.status_string) or "no reason given"
        return Refusal(f"it refused: status {response.status}, {said[:200]}")
    info = response.tst_info
    imprint = info.message_imprint
    if imprint.hash_algorithm.dotted_string != _SHA256 or imprint.message != hashlib.sha256(data).digest():
        return Refusal("the stamp is over another hash than the one that was sent")
    if nonce is not None and info.nonce != nonce:
        return Refusal("the nonce is not the one that was sent: a stamp from an earlier time")
    return Token(raw, entry.timestamp(info.gen_time), str(info.serial_number), _accuracy(info.accuracy))


def _accuracy(told: Any) -> int:
    if told is None:
        return -1
    parts = ((told.seconds, 1_000_000), (told.millis, 1_000), (told.micros, 1))
    return min(sum((value or 0) * unit for value, unit in parts), 2**53 - 1)


# -- HTTP


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows nothing by itself: urllib would make a GET without a body of our POST."""

    def redirect_request(self, *_: Any) -> None:
        """Have the redirect come back as an error."""


def _opener() -> urllib.request.OpenerDirector:
    """Make what speaks http and https, through the proxies that the environment names, and nothing else."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        _Stay(),
    ):
        opener.add_handler(handler)
    return opener


def _fetch(url: str, query: bytes, deadline: float, seconds: float) -> bytes | Refusal:
    headers = {**_QUERY, "User-Agent": f"forensics/{tool.version()}"}
    for _ in range(_MOVES + 1):
        request = urllib.request.Request(url, query, headers, method="POST")  # noqa: S310 - checked
        try:
            with _opener().open(request, timeout=seconds) as answer:
                return _body(answer, deadline)
        except urllib.error.HTTPError as error:
            with error:
                target = error.headers.get("Location", "")
                if error.code not in _MOVED or not target:
                    return Refusal(f"it answered HTTP {error.code}")
        moved = urllib.parse.urljoin(url, target)
        if not _may_follow(url, moved):
            return Refusal(f"it redirects to {moved[:200]!a}, which is not followed")
        url = moved
    return Refusal(f"it redirects more than {_MOVES} times")


def _may_follow(url: str, target: str) -> bool:
    """Follow to http and https alone, and never back to what anyone on the way can change."""
    try:
        _check_url(target)
    except UsageError:
        return False
    return target.startswith("https:") or url.startswith("http:")


def _body(answer: Any, deadline: float) -> bytes | Refusal:
    """Read an answer, bounded in length and, however slowly it comes, in time."""
    data = b""
    while chunk := answer.read1(anchor.MAX_BYTES + 1 - len(data)):
        data += chunk
        if len(data) > anchor.MAX_BYTES:
            return Refusal(f"the answer is longer than {anchor.MAX_BYTES} bytes")
        if time.monotonic() > deadline:
            return Refusal("the answer came too slowly")
    return data


def _words(error: Exception) -> str:
    """Say in a line why it could not be reached."""
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    text = getattr(reason, "strerror", None) or str(reason) or type(error).__name__
    return " ".join(str(text).split())[:200]

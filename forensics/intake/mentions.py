"""
What a notice names: instances, addresses, access keys, accounts, ARNs, regions, times.

A notice is anyone's text, so every pattern is linear and every list has an end. What is found is a hint of
where to look first, and of whom not to be; it is never taken for true.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice

MOST = 200
"""Different names of a kind that are taken down; more are counted."""

_LOOKED_AT = 20_000
"""What may be a name of a kind, in one text, that is looked at: an address takes its time."""

_DOTS = re.compile(r"\[\.\]|\(\.\)|\{\.\}|\[dot\]", re.IGNORECASE)
"""How a dot is written so that nobody clicks on it."""


def _arn(text: str) -> str:
    return text.rstrip(".,:;)]}\\")


def _address(text: str) -> str:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return ""
    return "" if found.is_unspecified else str(found)


def _account(text: str) -> str:
    return text.replace("-", "")


def _time(text: str) -> str:
    """Write a time as UTC; one that does not say its zone stays without."""
    try:
        read = parsedate_to_datetime(text) if text[:1].isalpha() else datetime.fromisoformat(text)
        moment = read.astimezone(UTC) if read.tzinfo else read
    except (ValueError, OverflowError):
        return ""
    # Not by strftime, which writes a year before 1000 in three digits.
    return moment.replace(tzinfo=None).isoformat(timespec="seconds") + ("Z" if read.tzinfo else "")


_V4 = r"(?<![\w.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?!\.?\w)"
_V6 = r"(?<![\w.:])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:]|\.\w)"
_DIRECTION = r"(?:(?:north|south)(?:east|west)?|east|west|central)"
_ISO_TIME = r"(?<!\d)[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?"
_ISO_ZONE = r"(?:Z|[+-][0-9]{2}:?[0-9]{2}\b)?"
_MAIL_TIME = r"\b[A-Z][a-z]{2}, [0-9]{1,2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2}"
_MAIL_ZONE = r" (?:[+-][0-9]{4}|GMT|UTC)"

_PATTERNS: dict[str, tuple[str, Callable[[str], str]]] = {
    "accounts": (r"(?<![\w-])(?:[0-9]{12}|[0-9]{4}-[0-9]{4}-[0-9]{4})(?![\w-])", _account),
    "arns": (
        r"arn:aws(?<!\warn:aws)[a-z-]{0,12}:[a-z0-9-]{1,40}:[a-z0-9-]{0,40}:[0-9]{0,12}:[!#-&(-;=?-~]{1,300}",
        _arn,
    ),
    "instances": (r"i-(?<![\w-]i-)(?:[0-9a-f]{17}|[0-9a-f]{8})(?![\w-])", str),
    "ips": (f"{_V4}|{_V6}", _address),
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html: those of keys alone.
    "keys": (r"A[KS]IA(?<![A-Z0-9]A[KS]IA)[A-Z0-9]{16}(?![A-Z0-9])", str),
    # A zone is its region and a letter.
    "regions": (rf"(?<![a-z0-9])[a-z]{{2}}(?:-gov|-iso[a-z]?)?-{_DIRECTION}-[0-9](?![0-9])", str),
    "times": (f"{_ISO_TIME}{_ISO_ZONE}|{_MAIL_TIME}{_MAIL_ZONE}", _time),
}
KINDS = tuple(_PATTERNS)
"""What is looked for, by the names that the ledger has for it."""

_COMPILED = {kind: (re.compile(pattern), normal) for kind, (pattern, normal) in _PATTERNS.items()}


@dataclass(frozen=True, slots=True)
class Mentions:
    """What was found, each kind in the order in which the notice has it."""

    found: dict[str, tuple[str, ...]]
    """All of `KINDS`; at most `MOST` of each."""
    left_out: int = 0
    """How many more there are, of all kinds together."""

    def fewer(self, most: int) -> Mentions:
        """Keep the first few of each kind, and count the others."""
        short = {kind: names[:most] for kind, names in self.found.items()}
        return Mentions(
            short, self.left_out + sum(map(len, self.found.values())) - sum(map(len, short.values()))
        )


def mentions(texts: Iterable[str]) -> Mentions:
    """Find what texts name."""
    everything: dict[str, dict[str, None]] = {kind: {} for kind in KINDS}
    for text in texts:
        plain = _DOTS.sub(".", text.replace("\0", ""))
        for kind, names in everything.items():
            names.update(dict.fromkeys(_names(kind, plain)))
    return Mentions({kind: tuple(names) for kind, names in everything.items()}).fewer(MOST)


def _names(kind: str, text: str) -> Iterator[str]:
    pattern, normal = _COMPILED[kind]
    found = islice(pattern.finditer(text), _LOOKED_AT)
    return filter(None, (normal(match[0]) for match in found))

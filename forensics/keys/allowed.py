"""Whose signature counts, for what and when: an allowed-signers file of OpenSSH's (ssh-keygen(1))."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from forensics.errors import IdentityError
from forensics.formats.entry import timestamp
from forensics.keys.namespaces import BUNDLE
from forensics.keys.public import MAX_TEXT, PublicKey, parse_words

MAX_LINES = 10_000

_TIMES = ("valid-after", "valid-before")
_WORD = re.compile(r'((?:[^\s"]|"[^"]*")+)(?:[ \t]+|$)')
_OPTION = re.compile(r'([A-Za-z-]+)="([^"]*)"(,|$)')
_TIME = re.compile(r"([0-9]{8})(?:([0-9]{4})([0-9]{2})?)?(Z?)")


@dataclass(frozen=True, slots=True)
class AllowedSigner:
    """One line: the people it names, their key, and the bounds set on it."""

    principals: str
    """Patterns with commas between, as in the file."""
    key: PublicKey
    options: dict[str, str] = field(default_factory=dict)
    """`namespaces`, `valid-after`, `valid-before`, as in the file."""

    @property
    def dated(self) -> bool:
        """Say whether the key counts for some time only."""
        return not self.options.keys().isdisjoint(_TIMES)

    def allows(self, namespace: str, at: datetime | None) -> bool:
        """Say whether a signature for this purpose, made at that moment, counts. None: of no known time."""
        return self.may(namespace) and (not self.dated if at is None else self.valid(at))

    def may(self, namespace: str) -> bool:
        """Say whether the key is there for this purpose, at whatever time."""
        return _matches(self.options.get("namespaces", "*"), namespace)

    @property
    def bounds(self) -> str:
        """Return the bounds of its time, as in the file."""
        return ",".join(f'{name}="{self.options[name]}"' for name in _TIMES if name in self.options)

    @property
    def period(self) -> tuple[str, str]:
        """Return from when until when the key counts, as entries have times; empty for no bound."""
        after, before = (self.options.get(name) for name in _TIMES)
        return (timestamp(_moment(after)) if after else "", timestamp(_moment(before)) if before else "")

    def valid(self, at: datetime) -> bool:
        """Say whether a signature of that moment counts."""
        after, before = (self.options.get(name) for name in _TIMES)
        return (after is None or _moment(after) <= at) and (before is None or at <= _moment(before))


def read_allowed_signers(text: str) -> tuple[AllowedSigner, ...]:
    """Read every line; one with a defect, an unknown option or `cert-authority` refuses the file."""
    lines = text.split("\n")
    if len(lines) > MAX_LINES:
        raise IdentityError(f"allowed signers: more than {MAX_LINES} lines")
    return tuple(
        _parse_line(f"allowed signers, line {number}", line.strip())
        for number, line in enumerate(lines, 1)
        if line.strip() and not line.lstrip().startswith("#")
    )


def parse_allowed_signers(
    text: str, *, namespace: str = BUNDLE, at: datetime | None = None
) -> tuple[tuple[str, PublicKey], ...]:
    """
    Read the principals and key of each line that counts for `namespace` at `at`.

    Without a moment, a line with `valid-after` or `valid-before` is refused, never passed over in silence:
    who wrote it meant it.
    """
    signers = read_allowed_signers(text)
    if at is None and any(signer.dated for signer in signers):
        raise IdentityError("allowed signers: a key is valid for some time only, and no time is known here")
    return tuple((signer.principals, signer.key) for signer in signers if signer.allows(namespace, at))


def _parse_line(where: str, line: str) -> AllowedSigner:
    if len(line) > MAX_TEXT:
        raise IdentityError(f"{where}: too long")
    principals, rest = _word(where, line)
    kind, rest = _word(where, rest)
    options: dict[str, str] = {}
    if "=" in kind or kind.lower() == "cert-authority":
        options = _parse_options(where, kind)
        kind, rest = _word(where, rest)
    encoded, _ = _word(where, rest)
    return AllowedSigner(principals.strip('"'), parse_words(kind, encoded), options)


def _word(where: str, text: str) -> tuple[str, str]:
    match = _WORD.match(text)
    if match is None:
        raise IdentityError(f"{where}: not principals, options, kind and base64")
    return match[1], text[match.end() :]


def _parse_options(where: str, text: str) -> dict[str, str]:
    options: dict[str, str] = {}
    at = 0
    while at < len(text):
        match = _OPTION.match(text, at)
        name = match[1].lower() if match else ""
        if match is None or name not in {"namespaces", *_TIMES} or name in options:
            raise IdentityError(f"{where}: an option that we do not know, or one given twice")
        if name != "namespaces":
            _moment(match[2])
        options[name] = match[2]
        at = match.end()
    return options


def _matches(patterns: str, name: str) -> bool:
    """Match as OpenSSH does: `*` and `?` stand for others, `!` before a pattern refuses what it matches."""
    found = False
    for pattern in patterns.split(","):
        bare = pattern.removeprefix("!")
        if _fits(bare, name):
            if bare != pattern:
                return False
            found = True
    return found


def _fits(pattern: str, name: str) -> bool:
    """Match one pattern. Not by a regular expression, which takes for ever over `*a*a*a…`."""
    reached = {0}
    """How many characters of the name the pattern may have taken so far."""
    for sign in pattern:
        if sign == "*":
            reached = set(range(min(reached), len(name) + 1))
        else:
            reached = {at + 1 for at in reached if name[at : at + 1] and sign in {"?", name[at]}}
        if not reached:
            return False
    return len(name) in reached


def _moment(text: str) -> datetime:
    """Read `YYYYMMDD[HHMM[SS]][Z]`; without the Z it is in the local zone, as ssh-keygen has it."""
    match = _TIME.fullmatch(text)
    if match is None:
        raise IdentityError("allowed signers: a time that is not YYYYMMDD[HHMM[SS]][Z]")
    day, minute, second, zulu = match.groups(default="")
    try:
        naive = datetime.strptime(f"{day}{minute or '0000'}{second or '00'}+0000", "%Y%m%d%H%M%S%z")
        return naive if zulu else naive.replace(tzinfo=None).astimezone(UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise IdentityError("allowed signers: a time that is in no calendar") from error

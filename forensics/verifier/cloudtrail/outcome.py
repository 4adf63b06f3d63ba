"""
What AWS's own signatures say of the logs, trail by trail and region by region.

It speaks of what happened in AWS. That the case or bundle is as it was sealed is another question, and this
changes nothing of that verdict.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from forensics.formats.display import clean

LISTED = 1_000
"""Findings that are listed of one trail in one region; the others are counted."""

KINDS: Mapping[str, bool] = {
    "digest-deleted": True,
    "digest-invalid": True,
    "digest-malformed": True,
    "digest-missing": True,
    "digest-moved": True,
    "digest-overwritten": True,
    "digest-relinked": True,
    "digest-trailing-bytes": True,
    "digest-unsigned": True,
    "digest-vouched": False,
    "digests-absent": True,
    "gap": False,
    "key-elsewhere": True,
    "key-out-of-time": False,
    "key-unknown": True,
    "key-unusable": True,
    "log-changed": True,
    "log-deleted": True,
    "log-malformed": True,
    "log-missing": True,
    "log-moved": True,
    "log-overwritten": True,
    "log-pending": False,
    "log-trailing-bytes": True,
    "log-unlisted": True,
    "log-unverifiable": False,
    "not-kept": False,
    "overlap": False,
    "predecessor": False,
    "unreadable": True,
}
"""The words for what is found; true where it is a sign of tampering, or leaves something unproved."""

Span = tuple[datetime, datetime]


def told(moment: datetime) -> str:
    """Write a time as AWS does."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found. Name and message may quote what an attacker wrote: for `clean()`."""

    kind: str
    name: str
    """Of what: `s3://bucket/key`, or a span of time."""
    message: str

    @property
    def failing(self) -> bool:
        """Say whether it is more than a note."""
        return KINDS[self.kind]

    def document(self) -> dict[str, Any]:
        """Return the finding as JSON-able values."""
        severity = "failure" if self.failing else "note"
        return {"kind": self.kind, "message": self.message, "name": self.name, "severity": severity}


@dataclass(slots=True)
class Count:
    """How many of a sort there are, by how they fared."""

    valid: int = 0
    invalid: int = 0
    missing: int = 0

    def document(self) -> dict[str, int]:
        """Return the counts as JSON-able values."""
        return {"invalid": self.invalid, "missing": self.missing, "valid": self.valid}


@dataclass(slots=True)
class Logs(Count):
    """How many logs there are, by how they fared."""

    unlisted: int = 0
    """In no digest, though the digests of that time are all there."""
    unverifiable: int = 0
    """In no digest, and none is there for that time."""
    unread: int = 0
    """Listed and there, and not hashed: `status` does not."""

    def document(self) -> dict[str, int]:
        """Return the counts as JSON-able values."""
        more = {"unlisted": self.unlisted, "unread": self.unread, "unverifiable": self.unverifiable}
        return {**Count.document(self), **more}


@dataclass(slots=True)
class Chain:
    """One trail in one region of one account, examined."""

    trail: str
    """Empty where logs lie there that no trail in the case signs for."""
    home: str
    organization: str
    account: str
    region: str
    digests: Count = field(default_factory=Count)
    backfills: Count = field(default_factory=Count)
    logs: Logs = field(default_factory=Logs)
    covered: tuple[Span, ...] = ()
    """Spans that AWS vouches for without a break."""
    gaps: tuple[Span, ...] = ()
    """Spans between them in which, AWS states, no digest was made: it was stopped, or did not sign."""
    findings: list[Finding] = field(default_factory=list)
    """The first `LISTED`."""
    failures: int = 0
    """All that are more than notes, listed or not."""
    notes: int = 0

    def find(self, kind: str, name: str, message: str, times: int = 1) -> None:
        """Take something that was found."""
        one = Finding(kind, name, message)
        self.failures += one.failing * times
        self.notes += (not one.failing) * times
        if len(self.findings) < LISTED:
            self.findings.append(one)

    def document(self) -> dict[str, Any]:
        """Return what was found as JSON-able values."""
        return {
            "account": self.account,
            "backfills": self.backfills.document(),
            "covered": [list(map(told, span)) for span in self.covered],
            "digests": self.digests.document(),
            "failures": self.failures,
            "findings": [finding.document() for finding in self.findings],
            "gaps": [list(map(told, span)) for span in self.gaps],
            "home": self.home,
            "logs": self.logs.document(),
            "notes": self.notes,
            "organization": self.organization,
            "region": self.region,
            "trail": self.trail,
        }

    @property
    def name(self) -> str:
        """Say which trail it is, and where. Hostile text."""
        return f"{self.trail or 'logs of no trail in the case'} in {self.account} {self.region}"

    def sentence(self) -> str:
        """Say in one line how it fared. Hostile text."""
        parts = [_said("digests", self.digests)]
        if self.backfills != Count():
            parts.append(_said("backfill digests", self.backfills))
        counts = _said("logs", self.logs)
        for number, word in (
            (self.logs.unread, "not read"),
            (self.logs.unlisted, "in no digest"),
            (self.logs.unverifiable, "unverifiable"),
        ):
            counts += f", {number} {word}" if number else ""
        return f"{self.name}: {'; '.join([*parts, counts])}"


def _said(what: str, count: Count) -> str:
    bad = f", {count.invalid} invalid" if count.invalid else ""
    return f"{what} {count.valid} valid{bad}{f', {count.missing} missing' if count.missing else ''}"


@dataclass(frozen=True, slots=True)
class Trails:
    """
    What AWS's signatures say of all that the case has of CloudTrail.

    True only if nothing was found that is more than a note.
    """

    chains: tuple[Chain, ...] = ()
    hashed: bool = True
    """The logs were read; without that, digests alone were checked, and what they list that is not there."""

    @property
    def failures(self) -> int:
        """Count what is more than a note."""
        return sum(chain.failures for chain in self.chains)

    def __bool__(self) -> bool:
        return not self.failures

    def document(self) -> dict[str, Any]:
        """Return all as JSON-able values."""
        return {
            "chains": [chain.document() for chain in self.chains],
            "failures": self.failures,
            "format": "forensics-cloudtrail/1",
            "hashed": self.hashed,
        }

    def lines(self) -> Iterator[str]:
        """Yield all for a terminal, nothing where there is nothing of CloudTrail's; all clean."""
        for chain in self.chains:
            yield f"cloudtrail: {clean(chain.sentence(), 400)}"
        yield from _together(self.chains)
        if self.chains:
            yield f"cloudtrail: {self.sentence}"

    def summary(self) -> Iterator[str]:
        """Yield a line for each chain, with the words for what was found, and how often; all clean."""
        for chain in self.chains:
            yield clean(f"cloudtrail  {chain.sentence()}", 400)
            for kind, times in sorted(Counter(finding.kind for finding in chain.findings).items()):
                yield f"            {times} {kind}"
        if any(chain.failures + chain.notes for chain in self.chains):
            yield "            which and why, and whether the logs are as they were, `forensics verify` says"

    @property
    def sentence(self) -> str:
        """Say in one line what it comes to."""
        if self.failures:
            return f"{self.failures} finding{'s' * (self.failures != 1)} about what was done in AWS"
        what = "digests and logs are" if self.hashed else "digests are"
        return f"AWS's {what} as AWS signed them, as far as they are kept"


def _together(chains: Sequence[Chain]) -> Iterator[str]:
    """Yield what was found: what is the same in many regions, such as a trail that was stopped, once."""
    where: dict[str, list[str]] = {}
    for chain in chains:
        for line in _told(chain):
            where.setdefault(line, []).append(clean(chain.region, 100))
    for line, regions in where.items():
        # A key names its region itself; a span of time does not.
        place = regions[0] if len(regions) == 1 else f"{len(regions)} regions"
        yield line if "://" in line else f"{line} ({place})"
    for chain in chains:
        if left := chain.failures + chain.notes - len(chain.findings):
            yield f"cloudtrail: {clean(chain.name, 400)}: {left} more, not listed"


def _told(chain: Chain) -> Iterator[str]:
    for finding in chain.findings:
        word = finding.kind if finding.failing else f"note: {finding.kind}"
        yield f"cloudtrail: {word}: {clean(finding.name, 1_500)}: {clean(finding.message, 600)}"

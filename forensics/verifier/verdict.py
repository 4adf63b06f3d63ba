"""What checking comes to: a verdict of checks, each with all that it found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from forensics.formats.display import clean
from forensics.verifier.cloudtrail.outcome import Trails
from forensics.verifier.windows import Windows

LISTED = 1_000
"""Findings that one check lists; the others are counted."""

INTACT, POLICY, FAILURE = 0, 3, 4


class State(StrEnum):
    """How a check ended. What was not done is never passed."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_DONE = "not-done"


class Severity(StrEnum):
    """What a finding weighs."""

    FAILURE = "failure"
    NOTE = "note"
    """Worth a reader's eye, and no sign that anything was changed."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong (or worth a note), in one file."""

    check: str
    path: str
    """Relative to the folder checked, as found there: hostile text, for `clean()` before any terminal."""
    message: str
    """In plain words; may quote the evidence, so hostile text too."""
    severity: Severity = Severity.FAILURE

    def document(self) -> dict[str, Any]:
        """Return the finding as JSON-able values."""
        return {
            "check": self.check,
            "message": self.message,
            "path": self.path,
            "severity": str(self.severity),
        }


@dataclass(frozen=True, slots=True)
class Check:
    """One question asked of the evidence, and its answer."""

    name: str
    state: State
    detail: str
    """What was looked at, or why it was not."""
    findings: tuple[Finding, ...] = ()
    """At most the first `LISTED`, in the order found."""
    failures: int = 0
    """All that is wrong, listed or not."""
    notes: int = 0

    def document(self) -> dict[str, Any]:
        """Return the check as JSON-able values."""
        return {
            "detail": self.detail,
            "failures": self.failures,
            "findings": [finding.document() for finding in self.findings],
            "name": self.name,
            "notes": self.notes,
            "state": str(self.state),
        }


class Examination:
    """A check while it is being made: takes what is found, and bounds what is kept of it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.failures = 0
        self.notes = 0
        self._findings: list[Finding] = []
        self._undone = ""

    def fail(self, path: str, message: str) -> None:
        """Take something that is wrong."""
        self.failures += 1
        self._list(Finding(self.name, path, message))

    def note(self, path: str, message: str) -> None:
        """Take something worth saying that is not wrong."""
        self.notes += 1
        self._list(Finding(self.name, path, message, Severity.NOTE))

    def undone(self, why: str) -> None:
        """Say that the check could not be made, or not to its end, and why."""
        self._undone = self._undone or why

    def _list(self, finding: Finding) -> None:
        if len(self._findings) < LISTED:
            self._findings.append(finding)

    def end(self, detail: str) -> Check:
        """Close the check: `detail` says what was looked at."""
        state = State.FAILED if self.failures else State.NOT_DONE if self._undone else State.PASSED
        if self.failures:
            detail = f"{self.failures} finding{'s' * (self.failures != 1)}"
        elif self._undone:
            detail = self._undone
        return Check(self.name, state, detail, tuple(self._findings), self.failures, self.notes)


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    All checks of one case folder or bundle.

    True only if everything was checked and passed: an object is true by default, and
    `if verify(path):` must be safe.
    """

    kind: str
    """`case`, `bundle` or `disclosure`."""
    path: str
    checks: tuple[Check, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What the evidence says of itself (case, origin, signer, digest, counts), as far as it could be read."""
    trails: Trails = field(default_factory=Trails)
    """What AWS's signatures say of the logs that are kept. It is about AWS, and no part of the verdict."""
    windows: Windows = field(default_factory=Windows)
    """When each item was kept, at the earliest and at the latest, as time stamps have it."""

    @property
    def exit_code(self) -> int:
        """Return 0 (intact, signer pinned), 3 (intact, but not everything was checked) or 4 (not intact)."""
        states = {check.state for check in self.checks}
        if State.FAILED in states:
            return FAILURE
        return POLICY if State.NOT_DONE in states else INTACT

    def __bool__(self) -> bool:
        return self.exit_code == INTACT

    @property
    def findings(self) -> tuple[Finding, ...]:
        """List what all checks found, in their order."""
        return tuple(finding for check in self.checks for finding in check.findings)

    def document(self) -> dict[str, Any]:
        """Return the verdict as JSON-able values."""
        return {
            "checks": [check.document() for check in self.checks],
            "cloudtrail": self.trails.document(),
            "exit_code": self.exit_code,
            "facts": dict(self.facts),
            "format": "forensics-verdict/1",
            "intact": self.exit_code != FAILURE,
            "kind": self.kind,
            "path": self.path,
            "verdict": self.sentence,
            "windows": self.windows.document(),
        }

    @property
    def sentence(self) -> str:
        """Say the verdict in one plain sentence; it may name the signer, so `clean` it for a terminal."""
        match self.exit_code:
            case 0:
                signer = self.facts.get("signer") or "the named identity"
                if self.kind == "bundle":
                    return f"intact: this bundle is as {signer} signed it; nothing changed, added or left out"
                if self.kind == "parts":
                    within = "and so is the bundle in them; nothing changed, added or left out"
                    unseen = "what is in them was not looked at, for want of a key (-i)"
                    return f"intact: these parts are as {signer} signed them, " + (
                        within if self.facts.get("digest") else unseen
                    )
                if self.kind == "disclosure":
                    path, kept = self.facts.get("path", ""), self.facts.get("kept", "")
                    return (
                        f"intact: {path} is as it was kept on {kept}, "
                        f"by the log that {signer} began; of the rest of the case this says nothing"
                    )
                # Its end could be cut off with the checkpoints over it, and its log's key lies beside it.
                lines = f"line {self.facts.get('entries', 0)}"
                return (
                    f"intact: this case is as {signer} began it and its log went on, sealed, to {lines}; "
                    "who sealed it, only its bundle says"
                )
            case 3:
                undone = [check for check in self.checks if check.state is State.NOT_DONE]
                return "intact, as far as it was checked: " + "; ".join(check.detail for check in undone)
        failed = [check for check in self.checks if check.state is State.FAILED]
        count = sum(check.failures for check in failed)
        names = ", ".join(check.name for check in failed)
        return f"NOT intact: {count} finding{'s' * (count != 1)} in {names}"

    def lines(self) -> Iterator[str]:
        """Yield the verdict for a terminal: one line a check, the findings, then the sentence; all clean."""
        for check in self.checks:
            notes = f" ({check.notes} note{'s' * (check.notes != 1)})" if check.notes else ""
            yield f"{check.state:<9} {check.name:<12} {clean(check.detail)}{notes}"
        for check in self.checks:
            yield from _told(check)
        yield from self.trails.lines()
        yield from self.windows.summary()
        yield clean(self.sentence, 1_000)


def _told(check: Check) -> Iterator[str]:
    for finding in check.findings:
        prefix = "note: " if finding.severity is Severity.NOTE else ""
        yield f"{prefix}{clean(finding.path) or '.'}: {clean(finding.message, 600)}"
    left = check.failures + check.notes - len(check.findings)
    if left:
        yield f"{check.name}: {left} more, not listed"

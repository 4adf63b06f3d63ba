"""How the tests of this folder look at a verdict."""

from __future__ import annotations

from pathlib import Path

from forensics.verifier.checks import verify
from forensics.verifier.verdict import Severity, State, Verdict
from tests.verifier import build


def judge(path: Path) -> Verdict:
    """Verify, with the right identity named; whatever is found, each check and each finding says what."""
    verdict = verify(path, identities=[build.IDENTITY.public])
    for check in verdict.checks:
        assert check.detail
        assert "None" not in check.detail
    for finding in verdict.findings:
        assert isinstance(finding.path, str)
        assert finding.message not in {None, "", "None"}
    return verdict


def blamed(verdict: Verdict) -> set[str]:
    """Return the files that failures name."""
    return {finding.path for finding in verdict.findings if finding.severity is Severity.FAILURE}


def failed(verdict: Verdict) -> set[str]:
    """Return the names of the checks that failed."""
    return {check.name for check in verdict.checks if check.state is State.FAILED}


def undone(verdict: Verdict) -> set[str]:
    """Return the names of the checks that were not done: `latest` always of a case that is open."""
    return {check.name for check in verdict.checks if check.state is State.NOT_DONE}


def told(verdict: Verdict, path: str) -> str:
    """Return all that is said of one file."""
    return "\n".join(finding.message for finding in verdict.findings if finding.path == path)


def refused(path: Path, name: str, words: str) -> Verdict:
    """Assert that a verdict is 4, and says these words of this file; return it."""
    verdict = judge(path)
    assert verdict.exit_code == 4, "\n".join(verdict.lines())
    assert words in told(verdict, name), "\n".join(verdict.lines())
    assert verdict.sentence.startswith("NOT intact")
    return verdict

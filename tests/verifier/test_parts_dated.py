"""Time stamps over the signature of parts: under roots that were named, under none, over something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from forensics.verifier import tokens
from forensics.verifier.checks import verify
from forensics.verifier.demands import Demands
from forensics.verifier.verdict import Check, Verdict
from tests import tsa
from tests.verifier import build, parcels
from tests.verifier.judging import told, undone
from tests.verifier.parcels import SIG

STAMP = f"{SIG}.tsa.example.tsr"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tsa.Authority:
    """Make an authority."""
    return tsa.Authority.make(tmp_path_factory.mktemp("tsa") / "a")


@pytest.fixture
def sent(bundle: Path, tmp_path: Path, authority: tsa.Authority) -> Path:
    """Return good parts, dated."""
    sent = parcels.parcel(bundle, tmp_path / "sent")
    (sent / STAMP).write_bytes(authority.stamp((sent / SIG).read_bytes()))
    return sent


def judge(sent: Path, *roots: tsa.Authority, key: bool = False) -> Verdict:
    """Verify, and demand a date under these roots."""
    demands = Demands(tsa_roots=tuple(one.root for one in roots))
    unlock = parcels.unlock() if key else None
    return verify(sent, identities=[build.IDENTITY.public], demands=demands, unlock=unlock)


def dated(verdict: Verdict) -> Check:
    """Return the check of the stamps."""
    return next(check for check in verdict.checks if check.name == "sums-dated")


def test_dated(sent: Path, authority: tsa.Authority) -> None:
    """A courier can hold the parts to an authority without a key."""
    verdict = judge(sent, authority)
    assert (verdict.exit_code, dated(verdict).detail) == (0, "1 time stamp, 1 under your roots")
    assert (judge(sent).exit_code, dated(judge(sent)).detail) == (0, "1 time stamp")


def test_not_dated(sent: Path, authority: tsa.Authority) -> None:
    """What was demanded and is not there is 3; with a key, the stamps inside are what counts."""
    (sent / STAMP).unlink()
    assert (judge(sent, authority).exit_code, undone(judge(sent, authority))) == (3, {"sums-dated"})
    assert undone(judge(sent, authority, key=True)) == {"stamps"}


def test_an_authority_of_the_attackers(sent: Path, authority: tsa.Authority, tmp_path: Path) -> None:
    """A stamp that leads to no root that was named counts for nothing."""
    other = tsa.Authority.make(tmp_path / "other")
    (sent / STAMP).write_bytes(other.stamp((sent / SIG).read_bytes()))
    verdict = judge(sent, authority)
    assert (verdict.exit_code, undone(verdict)) == (3, {"sums-dated"})
    assert "counts for nothing" in told(verdict, STAMP)


def test_over_something_else(sent: Path, authority: tsa.Authority) -> None:
    """A stamp that was moved here from another file is a failure, demanded or not."""
    (sent / STAMP).write_bytes(authority.stamp(b"another signature"))
    for roots in ((), (authority,)):
        assert judge(sent, *roots).exit_code == 4
        assert told(judge(sent, *roots), STAMP)


@pytest.mark.parametrize("raw", [b"0\x00", b"0\x03\x02\x01\x00"])
def test_unreadable(sent: Path, authority: tsa.Authority, raw: bytes) -> None:
    """One that the library cannot read may be as good as another: no tampering, and not checked."""
    (sent / STAMP).write_bytes(raw)
    for roots in ((), (authority,)):
        verdict = judge(sent, *roots)
        assert (verdict.exit_code, undone(verdict)) == (3, {"sums-dated"})
        assert "cannot be read" in told(verdict, STAMP)
        assert f"{STAMP} cannot be read" in verdict.sentence


def test_too_long(sent: Path) -> None:
    """A response is bounded."""
    (sent / STAMP).write_bytes(b"0" * 100_000)
    assert judge(sent).exit_code == 4


def test_without_the_library(sent: Path, authority: tsa.Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is not installed, that is said: 3 if a date was demanded, no more than a word if not."""
    monkeypatch.setattr(tokens, "installed", lambda: False)
    assert "not looked at" in dated(judge(sent)).detail
    assert judge(sent).exit_code == 0
    assert judge(sent, authority).exit_code == 3


def test_roots_that_are_none(sent: Path) -> None:
    """What is no certificate dates nothing."""
    demands = Demands(tsa_roots=(b"no PEM",))
    verdict = verify(sent, identities=[build.IDENTITY.public], demands=demands)
    assert (verdict.exit_code, "are none" in dated(verdict).detail) == (3, True)

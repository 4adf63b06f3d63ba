"""Dates that cannot be right: a ledger rewritten and stamped anew, stamps that contradict each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from forensics.formats.anchor import response
from forensics.verifier.verdict import Verdict
from tests.tsa import Authority
from tests.verifier import build, stamping
from tests.verifier.judging import blamed
from tests.verifier.stamping import Stamp, judge, when


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Give an authority that is trusted."""
    return Authority.make(tmp_path_factory.mktemp("tsa") / "good")


@dataclass
class _Opened(stamping.Plan):
    """A bundle whose first line is stamped before anything is kept, as `preserve` has it done."""

    checkpoints: tuple[int, ...] = (1,)

    def ledger(self) -> build.Ledger:
        """Write the ledger but for its seal."""
        ledger, note = build.Ledger(self.opening["origin"]), f"{build.NOTES}/00000001.note"
        ledger.add("case.open", self.opening)
        (stamp,) = self.first
        data = ledger.note(1)
        raw = self.made[response(note, stamp.url)] = stamp.raw(data)
        over = "checkpoints/00000001.note"
        about = {"checkpoint": 1, "over": over, "tsr": response(over, stamp.url)}
        ledger.add("anchor.tsa", {**stamping.told(stamp, data, raw), **about})
        for path, content in self.data.items():
            ledger.add("item.add", build.item(path, content))
        return ledger


def _opened(root: Path, by: Authority, first: datetime, later: datetime) -> Verdict:
    last = Stamp(by, later)
    plan = _Opened(first=[Stamp(by, first)], last=[last], signature=[last])
    return judge(plan.write(root / "bundle"), by)


def test_rewritten_and_stamped_again_from_its_first_line(good: Authority, tmp_path: Path) -> None:
    """A young stamp before old lines does not make them young."""
    assert _opened(tmp_path / "good", good, when(1), when(9)).exit_code == 0
    later = timedelta(days=10)
    verdict = _opened(tmp_path, good, when(1) + later, when(9) + later)
    assert (verdict.exit_code, blamed(verdict)) == (3, set())
    assert "dated 10 days after the ledger says that it was written" in verdict.sentence
    assert [one["late"] for one in verdict.document()["windows"]["spans"]] == [True]


def test_stamps_that_contradict_each_other(good: Authority, tmp_path: Path) -> None:
    """Whoever has a key of an authority can date back; a stamp that is told of within does not agree."""
    verdict = _opened(tmp_path, good, when(1) + timedelta(minutes=90), when(9))
    assert (verdict.exit_code, blamed(verdict)) == (3, set())
    assert "the stamps are 1 hour older than what they cover says that it is" in verdict.sentence


def test_stamps_older_than_what_they_cover(good: Authority, tmp_path: Path) -> None:
    """The ledger's clock was hours ahead, or its times were made up: a date that is demanded is not met."""
    verdict = _opened(tmp_path, good, when(1) - timedelta(hours=5), when(9) - timedelta(hours=5))
    assert (verdict.exit_code, blamed(verdict)) == (3, set())
    assert "a clock was wrong" in verdict.sentence

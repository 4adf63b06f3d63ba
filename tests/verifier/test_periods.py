"""A witness whose key counts for some time only, judged by the stamps over the line that tells of it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from forensics import keys
from forensics.formats.anchor import response
from forensics.formats.policy import Witness
from forensics.verifier import outside
from forensics.verifier.verdict import Verdict
from tests.tsa import Authority
from tests.verifier import build, countersigning, disclosing
from tests.verifier.countersigning import BOB, EVE, Mark
from tests.verifier.judging import failed, undone

STAMPED = build.START + timedelta(seconds=20)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Give an authority that is trusted."""
    return Authority.make(tmp_path_factory.mktemp("periods") / "tsa")


def _bundle(target: Path, *marks: Mark, by: Authority | None) -> Path:
    """Write a bundle with countersignatures, its signature stamped."""
    path = countersigning.bundle(target, *marks)
    if by:
        data = (path / build.SIG).read_bytes()
        build.put(path / response(build.SIG, "http://tsa.example"), by.at(STAMPED, data))
    return path


def _named(path: Path, *bounds: str) -> tuple[Witness, ...]:
    """Name Bob as a file of allowed signers does, a line for each of the bounds."""
    lines = "".join(f"bob {one} {BOB.public.openssh()}\n" for one in bounds)
    file = path.with_name("witnesses")
    file.write_text(lines)
    return outside.load_witness(str(file))


def _judge(path: Path, good: Authority, *bounds: str) -> Verdict:
    return countersigning.judge(path, *_named(path, *bounds), tsa_roots=(good.root,))


def _text(days: int) -> str:
    return f"{STAMPED + days * DAY:%Y%m%d%H%M%SZ}"


@pytest.mark.parametrize(
    ("bounds", "met"),
    [
        ((f'valid-before="{_text(1)}"',), True),
        ((f'valid-before="{_text(0)}"',), True),
        ((f'valid-after="{_text(0)}"',), True),
        ((f'valid-after="{_text(-1)}",valid-before="{_text(1)}"',), True),
        ((f'valid-before="{_text(-1)}"',), False),
        ((f'valid-after="{_text(1)}"',), False),
        ((f'valid-before="{_text(-1)}"', f'valid-after="{_text(-1)}"'), True),
        ((f'valid-before="{_text(-1)}"', f'valid-after="{_text(1)}"'), False),
        ((f'valid-before="{_text(-1)}"', ""), True),
    ],
)
def test_judged_by_the_stamp(good: Authority, tmp_path: Path, bounds: tuple[str, ...], met: bool) -> None:
    """A countersignature counts that a stamp shows to have been there while the key counted."""
    verdict = _judge(_bundle(tmp_path / "b", Mark(BOB), by=good), good, *bounds)
    assert (verdict.exit_code, failed(verdict)) == (0 if met else 3, set()), "\n".join(verdict.lines())
    assert undone(verdict) == (set() if met else {"witnesses-dated"})
    assert ("when that key does not count: from" in verdict.sentence) is not met


@pytest.mark.parametrize("case", ["no stamp", "no line", "not all", "another"])
def test_no_trusted_time(good: Authority, tmp_path: Path, case: str) -> None:
    """Without a stamp under a root that was named, over the line that tells of it, nothing says when."""
    marks = {"no line": Mark(BOB, told=False), "not all": Mark(BOB, size=4), "another": Mark(EVE)}
    path = _bundle(tmp_path / "b", marks.get(case, Mark(BOB)), by=None if case == "no stamp" else good)
    verdict = _judge(path, good, f'valid-before="{_text(1)}"')
    assert (verdict.exit_code, failed(verdict)) == (3, set())
    assert undone(verdict) & {"witnesses", "witnesses-dated"}
    said = "no time stamp over the line that tells of its countersignature" in "\n".join(verdict.lines())
    assert said is (case != "another")


def test_one_key_in_many_lines(tmp_path: Path) -> None:
    """It is one witness, at the times of all its lines; and asked no more where a line trusts it always."""
    (one,) = _named(tmp_path / "x", 'valid-before="20310101Z"', 'valid-after="20320101Z"')
    assert one.periods == (("", "2031-01-01T00:00:00.000000Z"), ("2032-01-01T00:00:00.000000Z", ""))
    assert one.bounds.startswith("from ever to 2031-01-01T00:00:00.000000Z or from 2032-")
    assert one.bounds.endswith("to ever")
    assert one.counts("2031-01-01T00:00:00.999999Z")
    assert not one.counts("2031-01-01T00:00:01.000000Z")
    assert _named(tmp_path / "x", "", 'valid-after="20320101Z"') == (countersigning.ssh(BOB),)
    assert countersigning.ssh(BOB).counts("2031-01-01T00:00:00.000000Z")


def test_disclosure(good: Authority, tmp_path: Path) -> None:
    """Of a disclosure no other line is known: a key that counts for some time only is never met."""

    def add(files: dict[str, bytes]) -> None:
        name = f"{disclosing.NOTE}.bob.witness"
        files[name] = BOB.sign(files[disclosing.NOTE], keys.WITNESS)

    path = disclosing.Plan(on_files=add).write(tmp_path / "d")
    assert undone(countersigning.judge(path, countersigning.ssh(BOB))) == set()
    assert "witnesses-dated" in undone(_judge(path, good, f'valid-before="{_text(1)}"'))

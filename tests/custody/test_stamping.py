"""Stamping beside the work: never in its way, nothing told that is not on the disk, debts that show."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from forensics.custody import stamping, timestamp
from forensics.custody.case import Case, now
from forensics.custody.seal import Sealed, seal
from forensics.custody.stamping import Stamped, Stamping, stamp
from forensics.custody.timestamp import Refusal, Token
from forensics.errors import CaseError, StoreError, UsageError
from forensics.formats.anchor import Anchor, response
from forensics.verifier import verify
from forensics.verifier.demands import Demands
from forensics.verifier.verdict import Verdict
from tests.custody import world
from tests.tsa import Authority, Server, serve

SIG = "tagmanifest-sha256.txt.sig"
NOWHERE = "http://127.0.0.1:9/"
"""The port `discard`, on which nobody listens."""


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    """Give an open case, by the clock of today: stamps are."""
    with world.create(tmp_path / "IR-1", clock=now, rhythm=world.SELDOM) as case:
        yield case


def again(path: Path, **other: Any) -> Case:
    """Open a case once more."""
    return world.reopen(path, clock=now, rhythm=world.SELDOM, **other)


def anchors(case: Case) -> list[Anchor]:
    """Read what the ledger tells of stamps."""
    return [Anchor.parse(item.body) for item in case.entries() if item.type == "anchor.tsa"]


def stamps(case: Case) -> list[str]:
    """List the responses in the case."""
    return [name for name in world.names(case.path / "checkpoints") if name.endswith(".tsr")]


def note(case: Case) -> None:
    """Keep something, and have it signed for."""
    world.keep(case, "a/b.jsonl", b"{}\n")
    case.writer.checkpoint()


def made(case: Case, **other: Any) -> Sealed:
    """Seal a case."""
    return seal(case, derive=lambda _: iter([b"[]\n"]), **other)


def judge(path: Path, *authorities: Authority) -> Verdict:
    """Verify, the right identity and these authorities named."""
    roots = tuple(one.root for one in authorities)
    return verify(path, identities=[world.ANA.public], demands=Demands(tsa_roots=roots))


def test_every_checkpoint(case: Case, tsa: Server, authority: Authority) -> None:
    """Each that comes while there is time is stamped, and told of: raw, by its hash, with its time."""
    with Stamping(case, [tsa.url]) as stamps_:
        stamps_.wait(60)
        for _ in range(2):
            note(case)
            stamps_.wait(60)
    found = anchors(case)
    assert found[0].checkpoint == 1
    assert len(found) == len(tsa.asked) == len(stamps(case)) == 3
    assert all((case.path / one.tsr).stat().st_mode & 0o777 == 0o400 for one in found)
    case.close()
    verdict = judge(case.path, authority)
    assert not verdict.findings, "\n".join(verdict.lines())
    assert all(one.not_before and one.not_after for one in verdict.windows.windows)


def test_stamp_of_stamps_is_none(case: Case, tsa: Server) -> None:
    """What adds nothing but stamps and notes is not stamped again: it would never end."""
    with Stamping(case, [tsa.url]) as stamps_:
        stamps_.wait(60)
        case.writer.checkpoint()
        stamps_.wait(60)
    assert len(tsa.asked) == 1
    case.writer.record("note", {"text": "x"})
    case.writer.checkpoint()
    with Stamping(case, [tsa.url]):
        pass
    assert stamp(case, [tsa.url]).owed == {}
    assert len(tsa.asked) == 1


def test_only_the_newest(case: Case, tsa: Server) -> None:
    """While an authority is slow, the newest stands in for those before it."""
    tsa.hold.clear()
    with Stamping(case, [tsa.url]) as stamps_:
        while not tsa.asked:
            time.sleep(0.01)
        for _ in range(3):
            note(case)
        tsa.hold.set()
        stamps_.wait(60)
    assert [one.checkpoint for one in anchors(case)] == [1, 7]


def test_never_in_the_way(case: Case, tsa: Server) -> None:
    """An authority that hangs holds up neither the work nor, for long, the end."""
    tsa.hold.clear()
    begun = time.monotonic()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stamping, "HURRY", 0.2)
        with pytest.raises(KeyError), Stamping(case, [tsa.url]) as stamps_:
            _break_off(case, stamps_)
    assert time.monotonic() - begun < 30, "the authority hangs for twice as long"
    tsa.hold.set()
    time.sleep(0.3)
    assert (anchors(case), stamps(case)) == ([], [])
    assert stamping.read(case).undated(tsa.url) == 3


def _break_off(case: Case, stamps_: Stamping) -> None:
    note(case)
    stamps_.wait(0.1)
    assert stamps_.refusals == dict.fromkeys(stamps_.tsas, "no answer in time")
    raise KeyError


def test_comes_too_late(case: Case) -> None:
    """A stamp that comes after the end is let go of: nobody holds the case any more."""
    held, asked = threading.Event(), threading.Event()

    def slow(_: str, data: bytes) -> Token:
        asked.set()
        held.wait(60)
        return Token(data)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stamping, "CLOSE", 0.05)
        with Stamping(case, [NOWHERE], ask=slow) as stamps_:
            asked.wait(60)
        threads = [one for one in threading.enumerate() if one.name == f"stamping {NOWHERE}"]
        held.set()
        for one in threads:
            one.join(60)
    assert "too late" in stamps_.refusals[NOWHERE]
    assert (anchors(case), stamps(case)) == ([], [])


def test_two_authorities(case: Case, tsa: Server, authority: Authority) -> None:
    """One that does not answer keeps nothing from the other; its debt stays, and is paid later."""
    with serve(lambda _: b"<html>") as other:
        with Stamping(case, [other.url, tsa.url]) as stamps_:
            note(case)
        assert "no RFC 3161 response" in stamps_.refusals[other.url]
        assert {one.tsa for one in anchors(case)} == {tsa.url}
        other.reply = authority.reply
        paid = stamp(case, [other.url, tsa.url])
    assert (paid.stamps, paid.owed, paid.refusals) == (1, {}, {})
    assert paid.tsas == (other.url, tsa.url)


def test_nobody_to_ask(case: Case) -> None:
    """Without an authority nothing is done, and nothing waited for."""
    with Stamping(case, []) as stamps_:
        note(case)
    assert (stamps_.tsas, stamps_.refusals, stamps(case)) == ((), {}, [])
    with pytest.raises(CaseError, match="no time-stamp authority is known"):
        stamp(case)


def test_refused(case: Case) -> None:
    """What an authority does not stamp is owed, by count, and why is said."""
    note(case)
    tried = stamp(case, [NOWHERE], seconds=10)
    assert isinstance(tried, Stamped)
    assert (tried.stamps, tried.owed) == (0, {NOWHERE: 3})
    assert "refused" in tried.refusals[NOWHERE]


def test_unreadable_is_kept(case: Case, authority: Authority) -> None:
    """A response that the library cannot read is kept as it came, told of without a time, and no debt."""
    strange = b"\x30\x0b\x30\x03\x02\x01\x00\x30\x04\x06\x02\x2a\x03"
    with serve(lambda _: strange) as tsa:
        paid = stamp(case, [tsa.url])
    assert (paid.stamps, paid.owed) == (1, {})
    (one,) = anchors(case)
    assert (one.time, one.serial, one.accuracy) == ("", "", -1)
    assert (case.path / one.tsr).read_bytes() == strange
    case.close()
    assert judge(case.path).exit_code == 3  # not sealed
    assert not [one for one in judge(case.path, authority).findings if one.severity == "failure"]


def test_remembered(case: Case, tsa: Server) -> None:
    """Who is to stamp is in the ledger: of a run, or of a note where others were named since."""
    assert stamping.remember(case, []) == ()
    case.writer.record("run.start", {"run": "r1", "tsas": [tsa.url]})
    assert stamping.remember(case, []) == (tsa.url,)
    assert stamping.remember(case, [tsa.url]) == (tsa.url,)
    assert world.types(case).count("note") == 0
    assert stamping.remember(case, [NOWHERE]) == (NOWHERE,)
    assert stamping.remember(case, []) == (NOWHERE,)
    assert world.types(case).count("note") == 1
    assert stamp(case, [tsa.url]).owed == {}


def test_crash_between_file_and_entry(case: Case, tsa: Server, authority: Authority) -> None:
    """A response without its entry gets it in the next run; it is not asked for again."""
    token = timestamp.ask(tsa.url, (case.path / "checkpoints/00000001.note").read_bytes())
    assert isinstance(token, Token)
    (case.path / response("checkpoints/00000001.note", tsa.url)).write_bytes(token.raw)
    case.close()
    with again(case.path) as opened:
        paid = stamp(opened, [tsa.url])
        assert paid.stamps == len(anchors(opened)) == 1
    assert len(tsa.asked) == 1
    assert not judge(case.path, authority).findings


@pytest.mark.parametrize("what", ["other", "folder", "long"])
def test_what_lies_in_the_way(case: Case, tsa: Server, authority: Authority, what: str) -> None:
    """What is no stamp of what it lies beside is neither told of nor written over."""
    path = case.path / response("checkpoints/00000001.note", tsa.url)
    if what == "folder":
        path.mkdir()
    else:
        path.write_bytes(authority.stamp(b"other") if what == "other" else bytes(70_000))
    tried = stamp(case, [tsa.url])
    assert (tried.stamps, tried.owed) == (0, {tsa.url: 1})
    assert "is there already" in tried.refusals[tsa.url]
    note(case)
    assert stamp(case, [tsa.url]).owed == {}


def test_checkpoint_that_cannot_be_read(case: Case) -> None:
    """Its stamp is owed, and the work goes on."""
    case.writer.checkpoint()
    newest = case.path / "checkpoints/00000001.note"
    kept = newest.read_bytes()

    def ask(_: str, data: bytes) -> Token:
        raise AssertionError(data)

    stamps_ = Stamping(case, [NOWHERE], ask=ask)
    newest.unlink()
    newest.mkdir()
    assert "not a regular file" in stamps_._stamp(
        stamps_._desks[0], stamping._Job("checkpoints/00000001.note", newest)
    )
    newest.rmdir()
    newest.write_bytes(kept)


def test_disk_is_full(case: Case, tsa: Server) -> None:
    """A stamp that finds no room is owed."""
    token = timestamp.ask(tsa.url, (case.path / "checkpoints/00000001.note").read_bytes())
    assert isinstance(token, Token)
    with world.files_of_at_most(600):
        tried = stamp(case, [tsa.url], ask=lambda *_: token)
    assert tried.owed == {tsa.url: 1}
    assert "cannot write" in tried.refusals[tsa.url]
    assert stamp(case, [tsa.url]).owed == {}


def test_writer_failed(case: Case, tsa: Server) -> None:
    """Where the ledger cannot be written to any more, nothing is asked of it, and nothing raised."""
    with world.full(case.writer._ledger._descriptor):
        tried = Stamping(case, [tsa.url])
        with tried:
            tried.wait(60)
    assert tsa.url in tried.refusals
    with contextlib.suppress(StoreError):
        case.close()


def test_sealed(case: Case, tsa: Server, authority: Authority) -> None:
    """The seal's checkpoint is stamped within the bundle, and its signature beside it; all is dated."""
    note(case)
    sealed = made(case, tsas=[tsa.url])
    assert (sealed.tsas, sealed.refusals) == ((tsa.url,), {})
    assert response(SIG, tsa.url) in world.names(sealed.path)
    told = anchors(case)
    assert [one.checkpoint for one in told].count(0) == 1
    assert [one.over for one in told if not one.checkpoint] == [f"bundles/{case.facts.bundle}/{SIG}"]
    assert world.types(case)[-1] == "anchor.tsa"
    verdict = judge(sealed.path, authority)
    assert (verdict.exit_code, verdict.findings) == (0, ()), "\n".join(verdict.lines())
    assert stamp(case).owed == {}
    assert stamp(case).stamps == 0
    case.close()
    assert judge(case.path, authority).exit_code == 0


def test_sealed_again(case: Case, tsa: Server, tmp_path: Path, authority: Authority) -> None:
    """The same bundle is found as it was, and another place gets its own stamp."""
    first = made(case, tsas=[tsa.url])
    asked = len(tsa.asked)
    assert made(case) == first
    assert len(tsa.asked) == asked
    second = made(case, output=tmp_path / "elsewhere" / "bundle")
    assert judge(second.path, authority).exit_code == 0
    assert second.digest == first.digest
    assert world.names(tmp_path / "elsewhere") == ["bundle"]


@pytest.mark.parametrize("outside", [False, True])
def test_debt_paid_later(
    case: Case, tsa: Server, tmp_path: Path, authority: Authority, outside: bool
) -> None:
    """An authority that was away when it was sealed stamps the finished bundle later, wherever it lies."""
    output = tmp_path / "usb" / "bundle" if outside else None
    away = tsa.reply
    tsa.reply = lambda _: b"<html>"
    sealed = made(case, tsas=[tsa.url], output=output)
    assert "no RFC 3161 response" in sealed.refusals[tsa.url]
    assert judge(sealed.path).exit_code == 0
    assert judge(sealed.path, authority).exit_code == 3
    tsa.reply = away
    case.close()
    with again(case.path) as opened:
        paid = stamp(opened)
        assert (paid.stamps, paid.owed) == (2, {})
    assert judge(sealed.path, authority).exit_code == 0
    assert judge(case.path, authority).exit_code == 0


def test_bundle_has_left(case: Case, tsa: Server) -> None:
    """The signature of a bundle that is not there any more stays owed."""
    sealed = made(case, tsas=[NOWHERE])
    sealed.path.rename(case.path.parent / "gone")
    tried = stamp(case, [tsa.url])
    assert tried.owed == {tsa.url: 1}
    (sealed.path.parent.parent.parent / "gone").rename(sealed.path)
    assert stamp(case, [tsa.url]).owed == {}


def test_bundles_stamp_was_lost(case: Case, tsa: Server, authority: Authority) -> None:
    """A bundle whose stamp was deleted gets another."""
    sealed = made(case, tsas=[tsa.url])
    (sealed.path / response(SIG, tsa.url)).unlink()
    stamp(case)
    assert judge(sealed.path, authority).exit_code == 0


def test_bad_authorities_are_refused_first(case: Case) -> None:
    """Before anything is sealed or asked."""
    for deed in (lambda: made(case, tsas=["x"]), lambda: stamp(case, ["x"])):
        with pytest.raises(UsageError):
            deed()
    assert world.types(case) == ["case.open"]


def test_refusal_of_the_past_is_forgotten(case: Case) -> None:
    """What an authority said last counts."""
    answers: list[Callable[[bytes], Token | Refusal]] = [lambda _: Refusal("busy"), Token]
    with Stamping(case, [NOWHERE], ask=lambda _, data: answers.pop(0)(data)) as stamps_:
        stamps_.wait(60)
        assert stamps_.refusals == {NOWHERE: "busy"}
        note(case)
        stamps_.wait(60)
        assert stamps_.refusals == {}

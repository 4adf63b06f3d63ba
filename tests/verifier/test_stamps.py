"""Time stamps: over what, by whom, when; and every way in which one may not be what it seems."""

from __future__ import annotations

import hashlib
import shutil
import ssl
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from forensics.formats.anchor import MAX_BYTES, Anchor, response
from forensics.formats.entry import timestamp
from forensics.formats.policy import Policy
from forensics.verifier import stamps
from forensics.verifier.checks import verify
from forensics.verifier.crew import Crew
from forensics.verifier.demands import Demands
from forensics.verifier.evidence import Evidence
from forensics.verifier.pins import Pins
from forensics.verifier.verdict import Examination, State, Verdict
from tests.tsa import Authority, agrees
from tests.verifier import build, stamping
from tests.verifier.judging import blamed, failed, told, undone
from tests.verifier.stamping import AFTER, FIRST, LAST, LAST_TSR, SIG_TSR, TSR, Stamp, judge, when

OTHER = "http://other.example/tsr"


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Give an authority that is trusted."""
    return Authority.make(tmp_path_factory.mktemp("tsa") / "good")


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Give another of the same names, under a root of its own."""
    return Authority.make(tmp_path_factory.mktemp("tsa") / "evil")


@pytest.fixture(scope="module")
def _dated(good: Authority, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stamping.stamped(tmp_path_factory.mktemp("stamped") / "bundle", good)


@pytest.fixture
def dated(_dated: Path, tmp_path: Path) -> Path:
    """Give a bundle whose every stamp is good."""
    return shutil.copytree(_dated, tmp_path / "dated")


def _check(verdict: Verdict) -> str:
    (found,) = [check.detail for check in verdict.checks if check.name == "stamps"]
    return found


def test_good(dated: Path, good: Authority) -> None:
    """Every stamp is counted, once for its authority, and each item gets its window."""
    verdict = judge(dated, good)
    assert verdict.exit_code == 0, "\n".join(verdict.lines())
    assert verdict.findings == ()
    assert _check(verdict) == "3, by 1 authority under your roots"
    first, second = verdict.windows.windows
    anchored, sealed = timestamp(when(4) + AFTER), timestamp(when(11) + AFTER)
    assert (first.first, first.last, first.not_before, first.not_after) == (2, 4, "", anchored)
    assert (second.first, second.not_before, second.not_after) == (6, anchored, sealed)
    assert verdict.windows.items(second) == list(build.DATA)[2:]
    document = verdict.document()["windows"]
    assert document["trusted"]
    assert [one["items"] for one in document["spans"]] == [list(build.DATA)[:2], list(build.DATA)[2:]]
    assert [(one["late"], one["skewed"]) for one in document["spans"]] == [(False, False)] * 2
    assert f"not after {sealed}; 2 windows" in "\n".join(verdict.lines())


def test_openssl_agrees_on_the_good(dated: Path, good: Authority, evil: Authority) -> None:
    """Each is what `openssl ts -verify` takes too, under the right root alone."""
    for tsr, over in ((TSR, FIRST), (LAST_TSR, LAST), (SIG_TSR, build.SIG)):
        assert agrees(dated / tsr, dated / over, good.root_file)
        assert not agrees(dated / tsr, dated / over, evil.root_file)
        assert not agrees(dated / tsr, dated / build.TAGMANIFEST, good.root_file)


def test_no_root_named(dated: Path) -> None:
    """What nobody demanded changes nothing; the dates are then no more than claimed."""
    verdict = judge(dated)
    assert verdict.exit_code == 0
    assert "no root was named" in _check(verdict)
    assert not verdict.windows.trusted
    assert "as stamps claim" in "\n".join(verdict.lines())


def test_nothing_stamped(bundle: Path, good: Authority) -> None:
    """An undated bundle is as intact as it was; demanded, it is not dated."""
    verdict = judge(bundle)
    assert (verdict.exit_code, _check(verdict)) == (0, "none")
    assert verdict.document()["windows"]["spans"] == []
    demanded = judge(bundle, good)
    assert (demanded.exit_code, undone(demanded)) == (3, {"stamps"})
    assert "not all that was kept is dated" in demanded.sentence


def _stranger(verdict: Verdict) -> None:
    assert (verdict.exit_code, undone(verdict), blamed(verdict)) == (3, {"stamps"}, set())


@pytest.mark.parametrize("embed", [False, True])
def test_attackers_authority(good: Authority, evil: Authority, tmp_path: Path, embed: bool) -> None:
    """An authority of the attacker's counts for nothing, its own root in the token or not."""
    at: dict[str, Any] = {"options": {"embed": embed}}
    plan = {
        "first": [Stamp(evil, when(4) + AFTER, **at)],
        "last": [Stamp(evil, when(11) + AFTER, **at)],
        "signature": [Stamp(evil, when(11) + 2 * AFTER, **at)],
    }
    bundle = stamping.stamped(tmp_path / "bundle", evil, **plan)
    _stranger(judge(bundle, good))
    assert "it leads to no root that you named" in told(judge(bundle, good), TSR)
    assert judge(bundle, good).windows.windows == ()
    assert judge(bundle, evil).exit_code == 0
    assert judge(bundle, good, evil).exit_code == 0


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        ({"usage": None}, "unsuitable certificate purpose"),
        ({"usage": False}, "unsuitable certificate purpose"),
        ({"valid": (datetime(2020, 1, 1, tzinfo=UTC), datetime(2031, 5, 6, 7, tzinfo=UTC))}, "has expired"),
        ({"valid": (datetime(2031, 5, 7, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC))}, "not yet valid"),
    ],
)
def test_certificate_that_was_not_good_for_it(
    good: Authority, tmp_path: Path, make: dict[str, Any], reason: str
) -> None:
    """A certificate that is not for time stamping alone, critically, or not valid at the time: no date."""
    poor = Authority.make(tmp_path / "tsa", under=good, **make)
    bundle = stamping.stamped(tmp_path / "bundle", poor)
    verdict = judge(bundle, good)
    _stranger(verdict)
    assert reason in told(verdict, TSR)
    if "usage" in make:
        assert not agrees(bundle / TSR, bundle / FIRST, good.root_file)


@pytest.mark.parametrize("year", ["2046", "1990"])
def test_clock_of_the_one_who_verifies(dated: Path, good: Authority, year: str) -> None:
    """Whatever the clock says here: a stamp is verified at its own time."""
    command = [sys.executable, "-m", "forensics.verifier", str(dated)]
    named = ["--identity", build.IDENTITY.public.fingerprint, "--tsa-root", str(good.root_file)]
    done = subprocess.run(
        ["faketime", "-f", f"@{year}-01-01 00:00:00", *command, *named],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "by 1 authority under your roots" in done.stdout


def _flip(place: int) -> Callable[[bytes], bytes]:
    def spoil(raw: bytes) -> bytes:
        data = bytearray(raw)
        data[place] ^= 1
        return bytes(data)

    return spoil


STRANGE = b"\x30\x0b\x30\x03\x02\x01\x00\x30\x04\x06\x02\x2a\x03"
"""A response as its authority may send it, and that the library does not read."""
REFUSED = b"\x30\x05\x30\x03\x02\x01\x02"
WORTHLESS: list[tuple[dict[str, Any], str]] = [
    ({"over": b"something else"}, "stamps another file"),
    ({"options": {"algorithm": "sha1"}}, "another kind than SHA-256 (1.3.14.3.2.26)"),
    ({"options": {"algorithm": "sha512"}}, "another kind than SHA-256"),
    ({"spoil": lambda raw: raw + b"\0"}, "bytes are missing or too many"),
    ({"spoil": lambda raw: raw[:-1]}, "bytes are missing or too many"),
    ({"spoil": lambda _: b""}, "no RFC 3161 response"),
    ({"spoil": lambda _: b"<html>"}, "no RFC 3161 response"),
    ({"spoil": lambda _: REFUSED}, "answered with status 2"),
    ({"spoil": _flip(-1)}, "its own signature does not hold"),
    ({"spoil": lambda raw: b"\x30\x83\x01\0\0" + raw}, ""),
]


@pytest.mark.parametrize("which", ["first", "last", "signature"])
@pytest.mark.parametrize(("changes", "words"), WORTHLESS)
def test_worthless(good: Authority, tmp_path: Path, which: str, changes: dict[str, Any], words: str) -> None:
    """A response that is none, or is over something else, fails: also of one that the ledger tells of."""
    bundle = stamping.spoilt(tmp_path / "bundle", good, which, **changes)
    verdict = judge(bundle, good)
    path, over = {"first": (TSR, FIRST), "last": (LAST_TSR, LAST), "signature": (SIG_TSR, build.SIG)}[which]
    assert (verdict.exit_code, failed(verdict), blamed(verdict)) == (4, {"stamps"}, {path})
    assert words in told(verdict, path)
    if "options" not in changes and "too many" not in words:  # openssl takes other hashes, and what follows
        assert not agrees(bundle / path, bundle / over, good.root_file)


def test_too_long(dated: Path, good: Authority) -> None:
    """No more is read than a response may have."""
    (dated / SIG_TSR).write_bytes(b"\x30" + bytes(MAX_BYTES))
    assert blamed(judge(dated, good)) == {SIG_TSR}


def test_swapped(dated: Path, good: Authority) -> None:
    """Two stamps that lie beside each other's file."""
    signature = (dated / SIG_TSR).read_bytes()
    (dated / SIG_TSR).write_bytes((dated / LAST_TSR).read_bytes())
    (dated / LAST_TSR).write_bytes(signature)
    verdict = judge(dated, good)
    assert blamed(verdict) >= {SIG_TSR, LAST_TSR}
    assert "stamps another file" in told(verdict, SIG_TSR)


@pytest.mark.parametrize(
    ("told_", "words"),
    [
        ({"tsr_sha256": "0" * 64}, "is not the time stamp that line 5 of the ledger tells of"),
        ({"over_sha256": "0" * 64}, "gives another SHA-256"),
        ({"time": "2031-05-06T07:08:15.000000Z"}, "and line 5 says otherwise"),
        ({"serial": "999"}, "and line 5 says otherwise"),
    ],
)
def test_ledger_tells_otherwise(good: Authority, tmp_path: Path, told_: dict[str, Any], words: str) -> None:
    """A stamp that is good by itself, and not the one that was got then."""
    bundle = stamping.spoilt(tmp_path / "bundle", good, "first", told=told_)
    verdict = judge(bundle, good)
    assert (verdict.exit_code, blamed(verdict)) == (4, {TSR})
    assert words in told(verdict, TSR)


@pytest.mark.parametrize("gone", [TSR, FIRST])
def test_missing(good: Authority, tmp_path: Path, gone: str) -> None:
    """A stamp that the ledger tells of, or the checkpoint under it, left out by whoever holds all keys."""
    bundle = stamping.stamped(tmp_path / "bundle", good, on_files=lambda files: build.drop(files, gone))
    verdict = judge(bundle, good)
    assert verdict.exit_code == 4
    assert f"is missing: line 5 of the ledger tells of {'this' if gone == TSR else 'a'} time stamp" in told(
        verdict, gone
    )
    if gone == FIRST:
        assert "stamps a file that is not there" in told(verdict, TSR)


def test_signatures_stamp_removed(dated: Path, good: Authority) -> None:
    """Nothing in a bundle says that its signature was stamped: it is then not dated, if that is demanded."""
    (dated / SIG_TSR).unlink()
    verdict = judge(dated, good)
    _stranger(verdict)
    assert "its signature is not dated" in verdict.sentence
    assert judge(dated).exit_code == 0


@pytest.mark.parametrize("kind", ["run.start", "note"])
def test_signatures_stamp_that_was_to_be(good: Authority, tmp_path: Path, kind: str) -> None:
    """The ledger says who was to date the bundle, so that a stamp was removed, or is owed, has a name."""
    deeds = [
        ("run.start", {"run": "r0", "tsas": [OTHER]}),
        (kind, {"run": "r2", "text": "x", "tsas": [stamping.URL]}),
    ]
    bundle = stamping.stamped(tmp_path / "bundle", good, deeds=deeds)
    assert judge(bundle).findings == ()
    (bundle / SIG_TSR).unlink()
    verdict = judge(bundle)
    assert (verdict.exit_code, blamed(verdict)) == (0, set())
    assert "line 10 of the ledger names this authority" in told(verdict, SIG_TSR)


def test_signatures_stamp_of_a_stranger(dated: Path, good: Authority, evil: Authority) -> None:
    """One that was added later by whoever passed by counts for nothing, and takes nothing away."""
    added = response(build.SIG, OTHER)
    (dated / added).write_bytes(evil.at(when(12), (dated / build.SIG).read_bytes()))
    verdict = judge(dated, good)
    assert (verdict.exit_code, blamed(verdict)) == (0, set())
    assert "counts for nothing" in told(verdict, added)


def test_two_stamps_of_one_authority(good: Authority, evil: Authority, tmp_path: Path) -> None:
    """They are one word, whatever their names and addresses; two authorities are two."""
    for second, count in ((good, "1 authority"), (evil, "2 authorities")):
        signature = [Stamp(good, when(12)), Stamp(second, when(12), url=OTHER)]
        bundle = stamping.stamped(tmp_path / count, good, signature=signature)
        verdict = judge(bundle, good, evil)
        assert verdict.exit_code == 0
        assert count in _check(verdict)


def test_an_authority_that_renewed(good: Authority, evil: Authority, tmp_path: Path) -> None:
    """It is the same with a new key, certificate or root; those that a policy names are two."""
    old = Authority.make(tmp_path / "old", under=good, organization="Stamps, Inc.", name="Responder 1")
    new = Authority.make(tmp_path / "new", under=good, organization="Stamps Inc", name="Responder 2")
    moved = Authority.make(tmp_path / "moved", under=evil, organization="STAMPS INC", name="Responder 3")
    same = Authority.make(tmp_path / "same", under=good)
    least = "tsas 2\nquorum none\n"
    apart = f"{least}tsa one {_digest(good)}\ntsa two {_digest(evil)}\n"
    cases = [
        (good, same, least, 3),
        (old, new, least, 3),
        (good, new, least, 3),
        (new, moved, least, 3),
        (new, evil, least, 0),
        (new, moved, apart, 0),
        (old, new, apart, 3),
    ]
    for number, (one, two, text, code) in enumerate(cases):
        stamps = {
            name: [Stamp(one, at), Stamp(two, at, url=OTHER)]
            for name, at in (("first", when(4)), ("last", when(11)), ("signature", when(12)))
        }
        bundle = stamping.stamped(tmp_path / str(number), good, **stamps)
        demands = Demands(tsa_roots=(good.root, evil.root), policy=Policy.parse(text.encode()))
        verdict = verify(bundle, identities=[build.IDENTITY.public], demands=demands)
        assert verdict.exit_code == code, "\n".join(verdict.lines())
        if text == least:
            assert f"{1 if code else 2} authorit" in _check(verdict)


def _digest(authority: Authority) -> str:
    """Name a root as policies do."""
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(authority.root.decode())).hexdigest()


def test_unreadable(good: Authority, tmp_path: Path) -> None:
    """What the library cannot read may be as good as another: no tampering, and no date."""
    changes = {"spoil": lambda _: STRANGE, "told": {"time": "", "serial": "", "accuracy": -1}}
    bundle = stamping.spoilt(tmp_path / "bundle", good, "first", **changes)
    verdict = judge(bundle, good)
    assert (verdict.exit_code, blamed(verdict)) == (0, set())
    assert "openssl ts -verify" in told(verdict, TSR)
    assert "1 of them unreadable" in _check(verdict)
    assert "1 of them unreadable" in _check(judge(bundle))
    assert [one.first for one in verdict.windows.windows] == [2]


@pytest.mark.parametrize("which", ["first", "last", "signature"])
def test_made_unreadable(good: Authority, tmp_path: Path, which: str) -> None:
    """A bit that makes a stamp unreadable: tampering where anything has its hash, else not checked."""
    bundle = stamping.spoilt(tmp_path / "bundle", good, which)
    path = {"first": TSR, "last": LAST_TSR, "signature": SIG_TSR}[which]
    (bundle / path).write_bytes(_flip(5)((bundle / path).read_bytes()))
    for roots in ((), (good,)):
        verdict = judge(bundle, *roots)
        if which != "signature":
            assert (verdict.exit_code, blamed(verdict)) == (4, {path})
        else:
            assert (verdict.exit_code, undone(verdict), blamed(verdict)) == (3, {"stamps"}, set())
            assert f"{path} cannot be read" in verdict.sentence
            assert "openssl ts -verify" in told(verdict, path)


def test_unreadable_since_the_tag_manifest(good: Authority, tmp_path: Path) -> None:
    """One over the last checkpoint is told of by the bundle's list alone: as it was sealed, it is a note."""
    bundle = stamping.spoilt(tmp_path / "bundle", good, "last", spoil=lambda _: STRANGE)
    assert judge(bundle).exit_code == 0
    assert "openssl ts -verify" in told(judge(bundle), LAST_TSR)


def test_unreadable_in_a_case(case: Path) -> None:
    """One that no line tells of, beside a checkpoint of a case: nothing says what it was."""
    path = response("checkpoints/00000004.note", stamping.URL)
    (case / path).write_bytes(STRANGE)
    assert (judge(case).exit_code, "stamps" in undone(judge(case))) == (3, True)


def test_all_unreadable(good: Authority, tmp_path: Path) -> None:
    """Where none can be read, nothing is dated."""
    plan = {"first": [], "last": [], "signature": [Stamp(good, when(12), spoil=lambda _: STRANGE)]}
    _stranger(judge(stamping.stamped(tmp_path / "bundle", good, **plan), good))


def test_told_of_lines_to_come(good: Authority, tmp_path: Path) -> None:
    """A line cannot tell of a stamp over itself."""
    over = {"over": "checkpoints/00000005.note", "checkpoint": 5}
    over["tsr"] = response(str(over["over"]), stamping.URL)
    bundle = stamping.spoilt(tmp_path / "bundle", good, "first", told=over)
    verdict = judge(bundle, good)
    assert verdict.exit_code == 4
    assert "lines that come after it" in told(verdict, build.LEDGER)


def test_rewritten_signed_and_stamped_again(good: Authority, tmp_path: Path) -> None:
    """Whoever holds every key can write the ledger anew, and have it stamped anew: only not in the past."""
    later = when(11) + timedelta(days=30)
    plan = {which: [Stamp(good, later)] for which in ("first", "last", "signature")}
    verdict = judge(stamping.stamped(tmp_path / "bundle", good, **plan), good)
    assert (verdict.exit_code, blamed(verdict)) == (3, set())
    assert "dated 30 days after the ledger says that it was written" in verdict.sentence
    assert "until they were dated, they could be rewritten" in told(verdict, build.LEDGER)
    assert "a clock was wrong" in told(verdict, build.LEDGER)
    assert [one["late"] for one in verdict.document()["windows"]["spans"]] == [True, True]


def test_rewritten_after_the_first_stamp(good: Authority, tmp_path: Path) -> None:
    """What is left as it was keeps its date, and what comes after it is dated late."""
    later = when(11) + timedelta(hours=5)
    plan = {which: [Stamp(good, later)] for which in ("last", "signature")}
    verdict = judge(stamping.stamped(tmp_path / "bundle", good, **plan), good)
    assert verdict.exit_code == 3
    assert "dated 4 hours after" in verdict.sentence or "dated 5 hours after" in verdict.sentence
    assert [one["late"] for one in verdict.document()["windows"]["spans"]] == [False, True]


def test_stamp_from_before_what_it_covers(good: Authority, tmp_path: Path) -> None:
    """A stamp that is older than the lines under it shows a clock that was wrong: said, no tampering."""
    verdict = judge(
        stamping.spoilt(tmp_path / "bundle", good, "first", at=when(4) - timedelta(minutes=11)), good
    )
    assert (verdict.exit_code, blamed(verdict)) == (0, set())
    assert "lines 2 to 4: the ledger's clock says" in told(verdict, build.LEDGER)
    assert [one["skewed"] for one in verdict.document()["windows"]["spans"]] == [True, False]


def test_stamp_of_the_future_of_a_later_one(good: Authority, tmp_path: Path) -> None:
    """A stamp told of in a line that another stamp covers cannot be the younger one."""
    verdict = judge(
        stamping.spoilt(tmp_path / "bundle", good, "first", at=when(11) + timedelta(minutes=30)), good
    )
    assert (verdict.exit_code, blamed(verdict)) == (0, set())
    assert "written after a stamp of" in told(verdict, build.LEDGER)


def test_within_what_clocks_may_be_off(good: Authority, tmp_path: Path) -> None:
    """Nine minutes are no finding."""
    verdict = judge(
        stamping.spoilt(tmp_path / "bundle", good, "first", at=when(4) - timedelta(minutes=9)), good
    )
    assert verdict.findings == ()


def test_library_missing(dated: Path, bundle: Path, good: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it all else is verified; that nobody looked is said, and demanded it is not met."""
    monkeypatch.setitem(sys.modules, "rfc3161_client", None)
    verdict = judge(dated)
    assert verdict.exit_code == 0
    assert _check(verdict) == f"3, not looked at: {stamps.NO_LIBRARY}"
    demanded = judge(dated, good)
    assert (demanded.exit_code, undone(demanded)) == (3, {"stamps"})
    assert "pip install" in demanded.sentence
    assert _check(judge(bundle)) == "none"
    assert "not all that was kept is dated" in judge(bundle, good).sentence


def test_library_missing_and_stamp_too(
    good: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That a stamp is missing needs no library to be seen."""
    bundle = stamping.stamped(tmp_path / "bundle", good, on_files=lambda files: build.drop(files, TSR))
    monkeypatch.setitem(sys.modules, "rfc3161_client", None)
    assert blamed(judge(bundle)) == {TSR}


def test_more_than_are_read(dated: Path, good: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bound, and that it was met, is said."""
    monkeypatch.setattr(stamps, "MAX_STAMPS", 2)
    verdict = judge(dated, good)
    assert verdict.exit_code == 3
    assert "more than 2 time stamps" in verdict.sentence


def test_roots_that_are_none(dated: Path) -> None:
    """Roots that cannot be read are no roots: the demand is not met."""
    demands = Demands(tsa_roots=(b"x",))
    verdict = verify(dated, identities=[build.IDENTITY.public], demands=demands)
    assert (verdict.exit_code, undone(verdict)) == (3, {"stamps"})
    assert "no certificate in PEM" in verdict.sentence


def test_ledger_that_cannot_be_read(dated: Path, good: Authority) -> None:
    """Without a ledger nothing is dated, and nothing is told of."""
    (dated / build.LEDGER).write_bytes(b"\n")
    assert judge(dated, good).exit_code == 4
    (dated / build.LEDGER).unlink()
    verdict = judge(dated, good)
    assert verdict.exit_code == 4
    assert {check.state for check in verdict.checks if check.name == "stamps"} == {State.NOT_DONE}


def test_stamp_over_a_note_that_is_none(dated: Path, good: Authority) -> None:
    """A stamp over what is no checkpoint dates no line."""
    strange = dated / f"{build.NOTES}/00000007.note"
    strange.write_bytes(b"hello\n")
    path = f"{build.NOTES}/00000007.note.x.tsr"
    (dated / path).write_bytes(good.at(when(12), b"hello\n"))
    verdict = judge(dated, good)
    assert path not in blamed(verdict) - {path}
    assert [check.failures for check in verdict.checks if check.name == "stamps"] == [0]


def test_case_that_is_running(case: Path, good: Authority) -> None:
    """A case is looked at alike; a stamp that came since the walk is not missing."""
    note = (case / "checkpoints/00000004.note").read_bytes()
    path = response("checkpoints/00000004.note", stamping.URL)
    (case / path).write_bytes(good.at(when(4), note))
    verdict = judge(case, good)
    assert blamed(verdict) == set()
    assert [one.last for one in verdict.windows.windows][:1] == [4]


def test_stamp_that_is_elsewhere(good: Authority, tmp_path: Path) -> None:
    """What the ledger tells of a stamp over a bundle's signature is not looked for here."""
    elsewhere = Anchor(f"bundles/x/{build.SIG}", build.ZEROS, stamping.URL, build.ZEROS).body()
    verdict = judge(stamping.stamped(tmp_path / "bundle", good, deeds=[("anchor.tsa", elsewhere)]), good)
    assert (verdict.exit_code, verdict.findings) == (0, ())


@pytest.mark.parametrize("told_", [True, False])
def test_case_that_got_it_since(case: Path, told_: bool) -> None:
    """A stamp that the ledger of a running case tells of by now may have come after the walk."""
    crew = Crew(1)
    evidence = Evidence.gather(case, Pins(), crew, None)
    one = Anchor("checkpoints/00000004.note", build.ZEROS, stamping.URL, build.ZEROS)
    if told_:
        (case / one.tsr).write_bytes(b"x")
    examination = Examination("stamps")
    look = stamps._Look(None, {one.tsr: [(5, one)]})
    stamps._missing(evidence, examination, look, set())
    assert examination.failures == (not told_)

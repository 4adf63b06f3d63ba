"""The chain of custody: every break in it is found, and what is missing is not called wrong."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from forensics import keys
from forensics.errors import UsageError
from forensics.formats.statement import Head, Party, Statement, Subject
from forensics.verifier import tokens
from forensics.verifier.custody import Custody, chain_of_custody, custody_beside, custody_folder
from tests.tsa import Authority
from tests.verifier import build, handing
from tests.verifier.handing import ANA, BOB, EVE, FIRST, OPEN, RECEIVE, RELEASE, SECOND, STRANGER, THIRD


def _judge(folder: Path, **other: Any) -> Custody:
    return chain_of_custody(folder.with_name("evidence"), **other)


def _told(chain: Custody, name: str) -> str:
    return "; ".join(one.message for one in chain.check.findings if one.path == name)


def _edit(folder: Path, name: str, old: bytes, new: bytes) -> None:
    data = (folder / name).read_bytes()
    assert old in data
    (folder / name).write_bytes(data.replace(old, new))


def test_a_good_chain(tmp_path: Path) -> None:
    """Released, received, opened, each signed: in order, as lines and as JSON."""
    folder = handing.handed(tmp_path)
    for chain in (_judge(folder), chain_of_custody(folder)):
        assert (chain.exit_code, chain.check.findings) == (0, ())
    document = json.loads(json.dumps(chain.document()))
    assert [one["record"]["predicate"]["action"] for one in document["records"]] == [
        "release",
        "receive",
        "open",
    ]
    assert [len(one["signatures"]) for one in document["records"]] == [2, 1, 1]
    lines = "\n".join(chain.lines())
    assert "0001 release" in lines
    assert "NOT SIGNED" not in lines
    assert lines.endswith(
        "custody in order: 3 records, each signed and after the one before; by keys that they name themselves"
    )
    pins = [ANA.public.fingerprint, BOB.public.fingerprint]
    assert "themselves" not in _judge(folder, identities=pins).sentence


def test_a_bundle_says_nothing_of_its_custody(tmp_path: Path) -> None:
    """A broken chain beside a bundle changes nothing of the bundle's own verdict."""
    folder = handing.handed(tmp_path)
    (folder / FIRST).unlink()
    from forensics.verifier.checks import verify

    assert verify(tmp_path / "evidence", identities=[build.IDENTITY.public]).exit_code == 0
    told = custody_beside(tmp_path / "evidence")
    assert told is not None
    assert told.exit_code == 4


def test_nothing_is_recorded(tmp_path: Path) -> None:
    """Where there are no records, that is said, and a folder without any is no chain."""
    bundle = build.bundle(tmp_path / "evidence")
    with pytest.raises(UsageError, match="nobody has recorded"):
        chain_of_custody(bundle)
    assert custody_beside(bundle) is None
    (tmp_path / "evidence.custody").mkdir()
    chain = chain_of_custody(bundle)
    assert (chain.exit_code, chain.check.detail) == (3, "there is no record that can be read")
    assert custody_folder(tmp_path / "evidence.parts") == tmp_path / "evidence.custody"


def _other_digest(folder: Path) -> None:
    build.bundle(folder.with_name("other"), opening={**build.opening(), "reference": "another"})
    shutil.rmtree(folder.with_name("evidence"))
    folder.with_name("other").rename(folder.with_name("evidence"))


def _rewrite(folder: Path, *said: dict[str, Any], only: int, signer: keys.Identity = BOB) -> None:
    """Replace one record by another in its place, well signed."""
    record = handing.records(folder.with_name("evidence"), *said)[only - 1]
    for old in folder.glob(f"{only:04d}-*"):
        old.unlink()
    handing.lay(folder, record, *([ANA, BOB] if only == 1 else [signer]))


FORGED = {**RELEASE, "purpose": "another"}


@pytest.mark.parametrize(
    ("deed", "name", "words"),
    [
        (_other_digest, FIRST, "is not about what lies here"),
        (
            lambda folder: _edit(folder, SECOND, b"2031-05-07", b"2031-05-08"),
            SECOND + ".bob.sig",
            "does not hold",
        ),
        (lambda folder: _edit(folder, SECOND, b"2031-05-07", b"2031-05-08"), THIRD, "prev is another digest"),
        (lambda folder: _rewrite(folder, FORGED, only=1), SECOND, "prev is another digest"),
        (lambda folder: (folder / SECOND).unlink(), THIRD, "number 3, where 2 is due"),
        (lambda folder: (folder / SECOND).unlink(), SECOND + ".bob.sig", "one is missing"),
        (lambda folder: (folder / THIRD).unlink(), THIRD + ".bob.sig", "one is missing"),
        (lambda folder: (folder / FIRST).write_bytes(b"{}\n"), FIRST, "exactly our keys"),
        (lambda folder: (folder / FIRST).write_bytes(b"x" * (2**20 + 1)), FIRST, "at most"),
        (
            lambda folder: (folder / THIRD).rename(folder / "0003-copy.json"),
            "0003-copy.json",
            "holds the record",
        ),
        (
            lambda folder: shutil.copy(folder / THIRD, folder / "0004-open.json"),
            "0004-open.json",
            "where 4 is due",
        ),
        (lambda folder: (folder / f"{FIRST}.bob.sig").write_bytes(b"x"), f"{FIRST}.bob.sig", "not between"),
        (lambda folder: (folder / f"{FIRST}.x.sig").mkdir(), f"{FIRST}.x.sig", "is a folder"),
        (lambda folder: (folder / "link").symlink_to(FIRST), "link", "symbolic link"),
        (lambda folder: (folder / "a\x1b[2Jb").write_bytes(b""), "a\x1b[2Jb", "outside our grammar"),
        (
            lambda folder: (folder / f"{FIRST}.tsa.tsr").write_bytes(b"x"),
            f"{FIRST}.tsa.tsr",
            "beside no signature",
        ),
        (
            lambda folder: (folder / "0009-open.json.x.tsr").write_bytes(b"x"),
            "0009-open.json.x.tsr",
            "no record",
        ),
    ],
)
def test_a_break_is_found(tmp_path: Path, deed: Callable[[Path], object], name: str, words: str) -> None:
    """A record changed, removed, put in, moved or swapped; a signature of another; a receipt of another."""
    folder = handing.handed(tmp_path)
    deed(folder)
    chain = _judge(folder)
    assert chain.exit_code == 4
    assert words in _told(chain, name), "\n".join(chain.lines())
    assert not any("\x1b" in line for line in chain.lines())


@pytest.mark.parametrize(
    ("said", "name", "words"),
    [
        ((RECEIVE,), "0001-receive.json", "nobody has released"),
        ((RELEASE, {**RECEIVE, "giver": STRANGER}), SECOND, "another releaser"),
        ((RELEASE, {**RECEIVE, "challenge": "x"}), SECOND, "another challenge"),
        ((RELEASE, {**RECEIVE, "taker": STRANGER}), SECOND, "was released to"),
        ((RELEASE, {**RECEIVE, "subjects": (Subject("evidence", "1" * 64),)}), SECOND, "another bundle"),
        (({**RELEASE, "checkpoint": Head(15, "1" * 64)},), FIRST, "checkpoint 15 that is not there"),
        (({**RELEASE, "checkpoint": Head(9_999, "1" * 64)},), FIRST, "checkpoint 9999 that is not there"),
    ],
)
def test_a_lie_well_signed_is_found(
    tmp_path: Path, said: tuple[dict[str, Any], ...], name: str, words: str
) -> None:
    """Records that follow each other and are signed, and cannot be right together."""
    chain = _judge(handing.handed(tmp_path, *said))
    assert chain.exit_code == 4
    assert words in _told(chain, name), "\n".join(chain.lines())


def test_the_receiver_is_not_the_releaser(tmp_path: Path) -> None:
    """Whoever writes the bytes by hand, past the encoder: the parser refuses them."""
    folder = handing.handed(tmp_path)
    _edit(folder, FIRST, BOB.public.fingerprint.encode(), ANA.public.fingerprint.encode())
    chain = _judge(folder)
    assert chain.exit_code == 4
    assert "the receiver is the releaser" in _told(chain, FIRST)


def _missing(folder: Path, *names: str) -> Custody:
    for name in names:
        (folder / name).unlink()
    return _judge(folder)


@pytest.mark.parametrize("name", [f"{FIRST}.bob.sig", f"{FIRST}.mallory.sig", f"{SECOND}.bob.sig"])
def test_a_missing_signature_is_undone(tmp_path: Path, name: str) -> None:
    """Not signed is not wrong: it can be signed still. Nor is it passed."""
    folder = handing.handed(tmp_path)
    (folder / f"{FIRST}.{ANA.name}.sig").rename(folder / f"{FIRST}.mallory.sig")
    chain = _missing(folder, name)
    assert (chain.exit_code, chain.check.findings) == (3, ())
    assert "is not signed by SHA256:" in chain.check.detail
    assert "NOT SIGNED SHA256:" in "\n".join(chain.lines())
    assert sum(len(one.document()["missing"]) for one in chain.links) == 1


@pytest.mark.parametrize("name", [FIRST, SECOND])
def test_a_signature_by_another_is_wrong(tmp_path: Path, name: str) -> None:
    """A counter-signature by a key that the records do not name."""
    folder = handing.handed(tmp_path)
    (folder / f"{name}.bob.sig").write_bytes(EVE.sign((folder / name).read_bytes(), keys.CUSTODY))
    chain = _judge(folder)
    assert chain.exit_code == 4
    assert f"is signed by {EVE.public.fingerprint}, and not by {BOB.public.fingerprint}" in _told(chain, name)


def test_a_signature_for_another_purpose_is_wrong(tmp_path: Path) -> None:
    """A countersignature of a checkpoint is none of a release."""
    folder = handing.handed(tmp_path)
    (folder / f"{FIRST}.bob.sig").write_bytes(BOB.sign((folder / FIRST).read_bytes(), keys.WITNESS))
    assert "made for forensics-witness-v1" in _told(_judge(folder), f"{FIRST}.bob.sig")


def test_one_signature_too_many_is_a_note(tmp_path: Path) -> None:
    """A witness may sign as well."""
    folder = handing.handed(tmp_path)
    (folder / f"{FIRST}.eve.sig").write_bytes(EVE.sign((folder / FIRST).read_bytes(), keys.CUSTODY))
    (folder / "notes.txt").write_bytes(b"")
    chain = _judge(folder)
    assert chain.exit_code == 0
    assert "too, whom the records do not name" in _told(chain, FIRST)
    assert "is no record" in _told(chain, "notes.txt")


def test_a_release_awaits_its_receipt(tmp_path: Path) -> None:
    """Signed by both, or by the releaser alone, or to nobody's key."""
    folder = handing.handed(tmp_path, RELEASE)
    chain = _judge(folder)
    assert chain.exit_code == 0
    assert "no receipt says when" in _told(chain, FIRST)
    assert "is not signed by" in _missing(folder, f"{FIRST}.bob.sig").check.detail
    (tmp_path / "b").mkdir()
    other = handing.handed(tmp_path / "b", {**RELEASE, "taker": Party("Bob")})
    chain = _judge(other)
    assert (chain.exit_code, chain.check.detail) == (3, "0001-release.json awaits its receipt")


def test_a_stranger_as_holder_is_a_note(tmp_path: Path) -> None:
    """Somebody acts on it whom no record has as a holder; a return gives it back to one."""
    said = (RELEASE, RECEIVE, {**OPEN, "giver": STRANGER}, handing.RETURN, {**OPEN, "giver": handing.GIVER})
    chain = _judge(handing.handed(tmp_path, *said))
    assert chain.exit_code == 0
    assert "no record before it has as a holder" in _told(chain, THIRD)
    assert [one.path for one in chain.check.findings] == [THIRD]


def test_a_clock_that_goes_back_is_a_note(tmp_path: Path) -> None:
    """Two people have two clocks."""
    chain = _judge(handing.handed(tmp_path, RELEASE, {**RECEIVE, "time": "2031-05-07T07:08:00.000000Z"}))
    assert chain.exit_code == 0
    assert "a clock was wrong" in _told(chain, SECOND)


def test_pins(tmp_path: Path) -> None:
    """Whoever was not named must not have signed; a releaser who is none of the case's is told."""
    folder = handing.handed(tmp_path)
    chain = _judge(folder, identities=[ANA.public.fingerprint])
    assert chain.exit_code == 4
    assert "none of those that you named" in _told(chain, SECOND)
    said = {"giver": STRANGER}
    (tmp_path / "b").mkdir()
    chain = _judge(handing.handed(tmp_path / "b", {**RELEASE, **said}, {**RECEIVE, **said}))
    assert "is by a key that is no identity of the case" in _told(chain, FIRST)


@pytest.mark.parametrize("deed", ["gone", "no bundle", "no list", "no ledger"])
def test_what_cannot_be_compared(tmp_path: Path, deed: str) -> None:
    """A bundle that was destroyed, or cannot be read, is nothing to hold the records against."""
    folder = handing.handed(tmp_path)
    bundle = folder.with_name("evidence")
    if deed in {"gone", "no bundle"}:
        shutil.rmtree(bundle)
    if deed == "no bundle":
        bundle.mkdir()
    if deed == "no list":
        (bundle / build.TAGMANIFEST).unlink()
        (bundle / build.TAGMANIFEST).mkdir()
    if deed == "no ledger":
        (bundle / build.LEDGER).unlink()
    assert _judge(folder).exit_code == (0 if deed == "no ledger" else 3)


def test_parts(tmp_path: Path) -> None:
    """Records about the parts that a bundle travels in: by their sums, and each of them."""
    import hashlib

    parts = tmp_path / "evidence.parts"
    parts.mkdir()
    volume = hashlib.sha256(b"volume").hexdigest()
    sums = f"{volume}  evidence.vol0000.tar.age\n".encode()
    (parts / "SHA256SUMS").write_bytes(sums)
    subjects = (
        Subject("SHA256SUMS", hashlib.sha256(sums).hexdigest()),
        Subject("evidence.vol0000.tar.age", volume),
    )
    said = {**RELEASE, "subjects": subjects, "seq": 1, "prev": subjects[0].sha256}
    record = Statement(**said, time="2031-05-07T07:08:09.000000Z")
    folder = handing.lay(tmp_path / "evidence.custody", record, ANA, BOB)
    assert chain_of_custody(parts).exit_code == chain_of_custody(folder).exit_code == 0
    (parts / "SHA256SUMS").write_bytes(sums.replace(b"vol0000", b"vol0001"))
    assert "the digest of SHA256SUMS is" in _told(chain_of_custody(parts), FIRST)
    (parts / "SHA256SUMS").write_bytes(b"x")
    assert "cannot be read" in chain_of_custody(parts).check.detail


def test_words_reach_no_terminal(tmp_path: Path) -> None:
    """What the format lets through, and a terminal would act on, is shown and does nothing."""
    said = {
        **RELEASE,
        "purpose": "<b>\u200d\\x",
        "taker": Party("B\u200cob \u00ad", "", BOB.public.fingerprint),
    }
    lines = list(_judge(handing.handed(tmp_path, said)).lines())
    assert any(r"<b>\u200d\\x" in line for line in lines)
    assert not any("\u200d" in line or "\u200c" in line or "\u00ad" in line for line in lines)


def _stamped(folder: Path, by: Authority, name: str = f"{FIRST}.bob.sig", over: bytes | None = None) -> str:
    """Have a signature dated; return the name of the stamp."""
    target = f"{name}.tsa.example.tsr"
    (folder / target).write_bytes(by.stamp((folder / name).read_bytes() if over is None else over))
    return target


def test_stamps(tmp_path: Path) -> None:
    """A stamp over a signature dates it; it must lead to the root that was asked for, and be over that."""
    folder = handing.handed(tmp_path)
    ours, theirs = (Authority.make(tmp_path / name) for name in ("ours", "theirs"))
    name = _stamped(folder, ours)
    chain = _judge(folder)
    assert (chain.exit_code, len(chain.links[0].dated)) == (0, 1)
    assert any("dated" in line for line in chain.lines())
    chain = _judge(folder, tsa_roots=[ours.root])
    assert (chain.exit_code, chain.check.detail) == (
        3,
        f"{SECOND} is not dated by an authority that you named",
    )
    for record, who in ((SECOND, "bob"), (THIRD, "bob")):
        _stamped(folder, ours, f"{record}.{who}.sig")
    assert _judge(folder, tsa_roots=[ours.root]).exit_code == 0
    assert "leads to no root" in _told(_judge(folder, tsa_roots=[theirs.root]), name)
    _stamped(folder, ours, over=b"another")
    assert "stamps another file" in _told(_judge(folder), name)
    (folder / name).write_bytes(b"\x30\x03\x02\x01\x00")
    assert _told(_judge(folder), name)


def _named(folder: Path, bounds: str, **other: Any) -> Custody:
    """Judge by a file that trusts Bob for some time only, and Ana always."""
    lines = f"ana {ANA.public.openssh()}\nbob {bounds} {BOB.public.openssh()}\n"
    return _judge(folder, identities=keys.read_allowed_signers(lines), **other)


def test_a_key_that_counts_for_some_time(tmp_path: Path) -> None:
    """By its own time a record may be within, which is not proved, or outside, which is wrong."""
    folder = handing.handed(tmp_path)
    for bounds in ('valid-after="20310507Z"', 'valid-before="20310508Z"', 'valid-before="20310507070803Z"'):
        chain = _named(folder, bounds)
        assert (chain.exit_code, chain.check.findings) == (3, ())
        assert "only the record itself says: no time stamp over the signature" in chain.check.detail
    chain = _named(folder, 'valid-before="20310507070802Z"')
    assert chain.exit_code == 4
    assert "when that key does not count: valid-before=" in _told(chain, THIRD)
    assert not _told(chain, SECOND)
    chain = _named(folder, 'valid-after="20310508Z"')
    assert {one.path for one in chain.check.findings} == {FIRST, SECOND, THIRD}
    assert _judge(folder, identities=[ANA.public, BOB.public.fingerprint]).exit_code == 0
    assert "none of those that you named" in _told(_judge(folder, identities=[ANA.public]), SECOND)


def test_a_key_that_counts_for_some_time_by_a_stamp(tmp_path: Path) -> None:
    """A stamp over the signature, under a root that was named, says when; a later one takes nothing away."""
    folder = handing.handed(tmp_path)
    ours = Authority.make(tmp_path / "ours")
    for name in (f"{FIRST}.bob.sig", f"{SECOND}.bob.sig", f"{THIRD}.bob.sig"):
        _stamped(folder, ours, name)
    while_stamped = f'valid-before="{datetime.now(UTC) + timedelta(days=1):%Y%m%d}Z"'
    assert _named(folder, while_stamped, tsa_roots=[ours.root]).exit_code == 0
    assert _named(folder, 'valid-before="20200101Z"', tsa_roots=[ours.root]).exit_code == 4
    chain = _named(folder, 'valid-after="20310507Z"', tsa_roots=[ours.root])
    assert "stamped at 20" in _told(chain, SECOND)
    # A stamp that nobody vouches for says nothing, and one over another's signature neither.
    assert _named(folder, 'valid-after="20310507Z"').exit_code == 3
    (folder / f"{FIRST}.bob.sig.tsa.example.tsr").unlink()
    _stamped(folder, ours, f"{FIRST}.{ANA.name}.sig")
    chain = _named(folder, 'valid-after="20200101Z"', tsa_roots=[ours.root])
    assert chain.exit_code == 3
    assert f"it signed {FIRST} then" in chain.check.detail


def test_a_key_that_counts_for_some_time_and_has_not_signed(tmp_path: Path) -> None:
    """What is missing is missing, whatever the time."""
    folder = handing.handed(tmp_path)
    (folder / f"{FIRST}.bob.sig").unlink()
    chain = _named(folder, 'valid-before="20310508Z"')
    assert (chain.exit_code, chain.check.findings) == (3, ())
    assert f"it signed {FIRST} then" not in chain.check.detail


def test_stamps_need_a_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is not installed, stamps are not looked at, and that is said; bad roots are refused."""
    folder = handing.handed(tmp_path)
    (folder / f"{FIRST}.bob.sig.tsa.tsr").write_bytes(b"x")
    monkeypatch.setattr(tokens, "_LIBRARY", "no_such_library")
    chain = _judge(folder)
    assert chain.exit_code == 0
    assert "not installed" in _told(chain, f"{FIRST}.bob.sig.tsa.tsr")
    with pytest.raises(UsageError):
        _judge(folder, tsa_roots=[b"x"])

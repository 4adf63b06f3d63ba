"""Parts: what a courier sees without a key, and what only a key shows; every swap, cut and lie about them."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from forensics import keys
from forensics.errors import IdentityError, IntegrityError, UsageError
from forensics.formats import tar
from forensics.keys.stream import Decrypt
from forensics.verifier import parts, vault
from forensics.verifier.checks import verify
from forensics.verifier.demands import Demands
from forensics.verifier.folder import Folder
from forensics.verifier.pins import Pins
from forensics.verifier.verdict import Severity, Verdict
from tests.keys.sealed import BOB, EVE, SSH, seal
from tests.verifier import build, parcels
from tests.verifier.judging import blamed, failed, told, undone
from tests.verifier.parcels import SIG, SUMS, name

FIRST, SECOND, THIRD, LAST = map(name, range(4))


@pytest.fixture
def sent(bundle: Path, tmp_path: Path) -> Path:
    """Return good parts."""
    return parcels.parcel(bundle, tmp_path / "sent.parts")


def judge(path: Path, unlock: Decrypt | None = None) -> Verdict:
    """Verify, with the right identity named."""
    return verify(path, identities=[build.IDENTITY.public], unlock=unlock)


def test_good_parts(sent: Path) -> None:
    """Without a key: all there, as signed. That nothing was looked at inside is said, and no fault."""
    verdict = judge(sent)
    assert (verdict.exit_code, verdict.kind, verdict.findings) == (0, "parts", ())
    assert verdict.facts["parts"] == 4
    assert "what is in them was not looked at" in verdict.sentence


def test_good_parts_with_a_key(bundle: Path, sent: Path) -> None:
    """With one: everything as for the bundle, and nothing is written."""
    before = sorted((path, path.stat().st_mtime_ns) for path in sent.parent.rglob("*"))
    verdict, inside = judge(sent, parcels.unlock()), verify(bundle, identities=[build.IDENTITY.public])
    assert (verdict.exit_code, verdict.findings) == (0, ())
    assert "and so is the bundle in them" in verdict.sentence
    assert inside.facts.items() <= verdict.facts.items()
    assert [check.document() for check in verdict.checks[-1 - len(inside.checks) : -1]] == [
        check.document() for check in inside.checks
    ]
    assert verdict.checks[-1].name == "origin"
    assert before == sorted((path, path.stat().st_mtime_ns) for path in sent.parent.rglob("*"))


@pytest.mark.parametrize("unlock", [None, parcels.unlock()])
def test_unpinned(sent: Path, unlock: Decrypt | None) -> None:
    """Nobody named is nobody checked: 3, with a key and without."""
    verdict = verify(sent, unlock=unlock)
    assert (verdict.exit_code, failed(verdict)) == (3, set())
    assert "unpinned" in verdict.sentence


def test_sha256sum_and_ssh_keygen_agree(sent: Path, tmp_path: Path) -> None:
    """A courier with nothing of ours says the same."""
    signers = tmp_path / "signers"
    signers.write_text(f"ana {build.IDENTITY.public.openssh()}\n", encoding="ascii")
    command = ["ssh-keygen", "-Y", "verify", "-f", str(signers), "-I", "ana", "-n", keys.PARTS, "-s", SIG]

    def agree() -> bool:
        summed = subprocess.run(
            ["sha256sum", "--strict", "-c", SUMS], cwd=sent, capture_output=True, check=False
        )
        with (sent / SUMS).open("rb") as sums:
            signed = subprocess.run(command, cwd=sent, stdin=sums, capture_output=True, check=False)
        return summed.returncode == signed.returncode == 0

    assert agree()
    flip(sent / SECOND)
    assert not agree()
    assert judge(sent).exit_code == 4


def flip(path: Path, at: int = -1) -> None:
    """Change a bit."""
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def _swap(sent: Path) -> None:
    (sent / SECOND).rename(sent / "x")
    (sent / THIRD).rename(sent / SECOND)
    (sent / "x").rename(sent / THIRD)


def _alike(sent: Path) -> None:
    shutil.copy(sent / SECOND, sent / THIRD)
    parcels.sign(sent)


OUTER: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "last byte": (lambda sent: flip(sent / SECOND), SECOND, "was changed"),
    "first byte": (lambda sent: flip(sent / SECOND, 0), SECOND, "was changed"),
    "cut off": (
        lambda sent: (sent / SECOND).write_bytes((sent / SECOND).read_bytes()[:-1]),
        SECOND,
        "was changed",
    ),
    "empty": (lambda sent: (sent / SECOND).write_bytes(b""), SECOND, "was changed"),
    "grown": (
        lambda sent: (sent / SECOND).write_bytes((sent / SECOND).read_bytes() + b"x"),
        SECOND,
        "was changed",
    ),
    "missing": (lambda sent: (sent / SECOND).unlink(), SECOND, "is missing"),
    "last missing": (lambda sent: (sent / LAST).unlink(), LAST, "is missing"),
    "one more": (lambda sent: shutil.copy(sent / LAST, sent / name(4)), name(4), "not in SHA256SUMS"),
    "renamed": (lambda sent: (sent / LAST).rename(sent / name(7)), name(7), "not in SHA256SUMS"),
    "swapped": (_swap, SECOND, f"copy of {THIRD}"),
    "twice": (lambda sent: shutil.copy(sent / SECOND, sent / THIRD), THIRD, f"copy of {SECOND}"),
    "another bundle's": (
        lambda sent: shutil.copy(sent / SECOND, sent / name(1, "IR-2")),
        name(1, "IR-2"),
        "another bundle",
    ),
    "symbolic link": (lambda sent: _link(sent / SECOND), SECOND, "symbolic link"),
    "pipe": (lambda sent: _pipe(sent / SECOND), SECOND, "named pipe"),
    "folder": (lambda sent: _folder(sent / SECOND), SECOND, "is a folder"),
    "stranger": (lambda sent: (sent / "setup.sh").write_bytes(b"x"), "setup.sh", "not part of this"),
    "a stamp that is none": (
        lambda sent: (sent / f"{SIG}.tsr.exe").write_bytes(b""),
        f"{SIG}.tsr.exe",
        "not part",
    ),
    "no sums": (lambda sent: (sent / SUMS).unlink(), SUMS, "is missing"),
    "no signature": (lambda sent: (sent / SIG).unlink(), SIG, "is missing"),
    "sums changed": (lambda sent: flip(sent / SUMS, 3), SIG, "does not sign"),
    "signature changed": (lambda sent: flip(sent / SIG, 80), SIG, "does not sign"),
    "signature of a stranger": (lambda sent: parcels.sign(sent, build.STRANGER), SIG, "not by the identity"),
    "signature of a bundle": (lambda sent: parcels.sign(sent, namespace=keys.BUNDLE), SIG, "does not sign"),
    "sums are a pipe": (lambda sent: _pipe(sent / SUMS), SUMS, "named pipe"),
    "sums are garbage": (lambda sent: _sums(sent, b"\xff\n"), SUMS, "not ASCII"),
    "sums are empty": (lambda sent: _sums(sent, b""), SUMS, "of one bundle"),
    "sums unsorted": (lambda sent: _sums(sent, b"".join(reversed(_lines(sent)))), SUMS, "out of order"),
    "sums with a hole": (
        lambda sent: _sums(sent, b"".join(_lines(sent)[:2] + _lines(sent)[3:])),
        SUMS,
        "one bundle",
    ),
    "sums without the first": (lambda sent: _sums(sent, b"".join(_lines(sent)[1:])), SUMS, "one bundle"),
    "sums without the last": (
        lambda sent: _sums(sent, b"".join(_lines(sent)[:-1])),
        LAST,
        "not in SHA256SUMS",
    ),
    "sums of two": (
        lambda sent: _sums(sent, b"".join([*_lines(sent)[:3], _lines(sent)[3].replace(b"IR-1", b"IR-2")])),
        SUMS,
        "one bundle",
    ),
    "sums of others": (lambda sent: _sums(sent, b"0" * 64 + b"  data/a\n"), SUMS, "not the name of a part"),
    "sums with two alike": (_alike, SUMS, "same bytes twice"),
}


def _lines(sent: Path) -> list[bytes]:
    return (sent / SUMS).read_bytes().splitlines(keepends=True)


def _sums(sent: Path, data: bytes) -> None:
    (sent / SUMS).write_bytes(data)
    (sent / SIG).write_bytes(build.IDENTITY.sign(data, keys.PARTS))


def _link(path: Path) -> None:
    path.rename(path.parent.parent / "moved")
    path.symlink_to(path.parent.parent / "moved")


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("deed", OUTER)
@pytest.mark.parametrize("unlock", [None, parcels.unlock()])
def test_told_without_a_key(sent: Path, deed: str, unlock: Decrypt | None) -> None:
    """Each is told, by name, from what is encrypted alone; a key changes nothing of that."""
    do, path, words = OUTER[deed]
    do(sent)
    verdict = judge(sent, unlock)
    assert verdict.exit_code == 4
    assert words in told(verdict, path), "\n".join(verdict.lines())


def test_a_hard_link_is_worth_a_note(sent: Path) -> None:
    """It can be changed under another name; as it was hashed, it is as it was signed."""
    os.link(sent / FIRST, sent.parent / "other")
    verdict = judge(sent)
    assert verdict.exit_code == 0
    assert [(one.path, one.severity) for one in verdict.findings] == [(FIRST, Severity.NOTE)]


def test_a_stamp_belongs_there(sent: Path) -> None:
    """A time stamp over the signature of the sums is part of it: no stranger, though nobody can read it."""
    (sent / f"{SIG}.tsa.example.tsr").write_bytes(b"0\x00")
    verdict = judge(sent)
    (said,) = verdict.findings
    assert (said.path, said.message[:30]) == (f"{SIG}.tsa.example.tsr", "cannot be read by rfc3161-clie")
    assert (verdict.exit_code, undone(verdict)) == (3, {"sums-dated"})


def test_what_was_gone_when_looked_at(sent: Path) -> None:
    """A part that goes away between the look and the reading is a finding."""
    parcel = parts.Parcel.gather(sent, Pins(), Demands(), 1, None)
    parcel.listing.gone.append("x")
    (sent / SECOND).unlink()
    checks = parts.examine(parcel)
    said = {finding.path: finding.message for check in checks for finding in check.findings}
    assert said["x"] == "cannot be looked at"
    assert "cannot be read" in said[SECOND]


def test_demands_that_only_a_key_can_meet(sent: Path) -> None:
    """Who wants to know of heads and stamps learns that nobody looked."""
    head = (sent.parent / "bundle" / build.NOTES / "00000004.note").read_bytes()
    demands = Demands(heads=(head,))
    closed = verify(sent, identities=[build.IDENTITY.public], demands=demands)
    assert (closed.exit_code, undone(closed)) == (3, {"closed"})
    opened = verify(sent, identities=[build.IDENTITY.public], demands=demands, unlock=parcels.unlock())
    assert (opened.exit_code, "head" in {check.name for check in opened.checks}) == (0, True)


def test_progress(sent: Path) -> None:
    """Told of bytes hashed, up to all of them."""
    said: list[tuple[int, int]] = []
    verify(sent, progress=lambda done, total: said.append((done, total)))
    assert said[-1][0] == said[-1][1] == sum(path.stat().st_size for path in sent.glob("*.age"))


# -- with a key


def test_the_wrong_key(sent: Path) -> None:
    """A key that opens none of them is a mistake of whoever names it, not of who sent them."""
    with pytest.raises(IdentityError, match="none of the keys"):
        judge(sent, parcels.unlock(EVE))


def test_a_part_for_somebody_else(bundle: Path, tmp_path: Path) -> None:
    """One part that the key does not open, among others that it does, is a finding."""
    sent = parcels.parcel(bundle, tmp_path / "sent", holders=[BOB, SSH])
    (sent / SECOND).write_bytes(seal(b"x", EVE))
    parcels.sign(sent)
    verdict = judge(sent, parcels.unlock(SSH))
    assert "none of the keys" in told(verdict, SECOND)
    assert verdict.exit_code == 4


def test_encrypted_anew_by_somebody_else(bundle: Path, tmp_path: Path) -> None:
    """The bundle inside is as it was signed: that a third party packed it, its signature says, and ours."""
    sent = parcels.parcel(bundle, tmp_path / "sent", signer=build.STRANGER)
    verdict = verify(sent, unlock=parcels.unlock())
    assert failed(verdict) == {"origin"}
    assert "encrypted it anew" in told(verdict, SIG)
    pinned = judge(sent)
    assert failed(pinned) == {"sender"}


def resend(bundle: Path, target: Path, change: Callable[[list[dict[str, bytes]]], object]) -> Path:
    """Send a bundle whose parts were changed before they were encrypted, by somebody with every key."""
    groups = parcels.grouped(bundle)
    change(groups)
    return parcels.send(target, [parcels.pack(group) for group in groups])


def _move(groups: list[dict[str, bytes]], path: str, here: int, there: int) -> None:
    groups[there][path] = groups[here].pop(path)


INNER: dict[str, tuple[Callable[[list[dict[str, bytes]]], object], str, str]] = {
    "evidence in the first": (lambda groups: _move(groups, min(groups[1]), 1, 0), FIRST, "does not belong"),
    "ledger not in the first": (lambda groups: _move(groups, build.LEDGER, 0, 1), SECOND, "does not belong"),
    "order of parts": (lambda groups: groups.insert(1, groups.pop(2)), THIRD, "does not go on"),
    "twice": (lambda groups: groups[2].update({max(groups[1]): b""}), THIRD, "another part holds too"),
    "a file for a folder": (
        lambda groups: groups[2].update({"data/z": b"", "data/z/a": b""}),
        THIRD,
        "is a file",
    ),
    "evidence changed": (lambda groups: groups[1].update({min(groups[1]): b"x"}), "", ""),
    "evidence left out": (lambda groups: groups[1].pop(min(groups[1])), "", "is missing"),
    "evidence added": (lambda groups: groups[2].update({"data/zz": b""}), "data/zz", "was added"),
    "stranger in the first": (
        lambda groups: groups[0].update({"setup.sh": b""}),
        "setup.sh",
        "not part of a bundle",
    ),
    "derived changed": (lambda groups: groups[3].update({min(groups[3]): b"x"}), "", "was changed"),
    "ledger changed": (
        lambda groups: groups[0].update({build.LEDGER: groups[0][build.LEDGER].replace(b"Ana", b"Eva")}),
        build.LEDGER,
        "",
    ),
    "no ledger": (lambda groups: groups[0].pop(build.LEDGER), build.LEDGER, "is missing"),
    "tag manifest changed": (
        lambda groups: groups[0].update({build.TAGMANIFEST: b"x"}),
        build.TAGMANIFEST,
        "",
    ),
}


@pytest.mark.parametrize("deed", INNER)
def test_told_with_a_key(bundle: Path, tmp_path: Path, deed: str) -> None:
    """What is wrong inside is told by name, whoever signed for the parts."""
    change, path, words = INNER[deed]
    sent = resend(bundle, tmp_path / "sent", change)
    assert judge(sent).exit_code == 0
    verdict = judge(sent, parcels.unlock())
    assert verdict.exit_code == 4, "\n".join(verdict.lines())
    assert any((not path or one.path == path) and words in one.message for one in verdict.findings)


def test_another_case_inside(tmp_path: Path) -> None:
    """A bundle that was signed by somebody else, in parts that were signed by the right one."""
    mallory = build.opening(build.STRANGER)
    other = build.bundle(tmp_path / "other", opening=mallory, signer=build.STRANGER, binder=build.STRANGER)
    sent = parcels.parcel(other, tmp_path / "sent")
    verdict = judge(sent, parcels.unlock())
    assert {"origin", "identity"} <= failed(verdict)


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("raw", [b"", b"x" * 3_000, tarfile.TarInfo("../x").tobuf(), tar.END + b"x"])
def test_no_tar_inside(bundle: Path, tmp_path: Path, number: int, raw: bytes) -> None:
    """A part with something else in it is told, and the others are looked at all the same."""
    tars = [parcels.pack(group) for group in parcels.grouped(bundle)]
    tars[number] = raw
    verdict = judge(parcels.send(tmp_path / "sent", tars), parcels.unlock())
    assert told(verdict, name(number)).startswith(("tar: ", "path outside our grammar"))
    assert verdict.exit_code == 4


def test_altered_in_its_last_byte_and_signed(bundle: Path, tmp_path: Path) -> None:
    """Even where the sums were made to fit, a part that was altered opens nothing."""
    sent = parcels.parcel(bundle, tmp_path / "sent")
    flip(sent / LAST)
    parcels.sign(sent)
    verdict = judge(sent, parcels.unlock())
    assert "age: its end was changed" in told(verdict, LAST)


def test_many_files_are_bounded(bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part of a million empty files is read no further than a bundle would be, whatever is in it."""
    monkeypatch.setattr(vault, "MAX_FILES", 50)
    groups = parcels.grouped(bundle)
    groups[1] = {f"data/{number:06}": b"" for number in range(200)}
    verdict = judge(parcels.send(tmp_path / "sent", list(map(parcels.pack, groups))), parcels.unlock())
    assert "more than 50 files" in told(verdict, SECOND)


def test_many_files_in_many_parts_are_bounded(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor are more than that held of all parts together."""
    monkeypatch.setattr(vault, "MAX_FILES", 16)
    sent = parcels.parcel(bundle, tmp_path / "sent")
    verdict = judge(sent, parcels.unlock())
    assert "more than 16 files of all parts" in "\n".join(verdict.lines())


@pytest.mark.parametrize(("limit", "value"), [("KEPT", 10), ("ROOM", 600)])
def test_what_is_not_held_is_read_again(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    """Nothing depends on how much of the first part is held in memory."""
    monkeypatch.setattr(vault, limit, value)
    assert judge(parcels.parcel(bundle, tmp_path / "sent"), parcels.unlock()).exit_code == 0


def test_a_part_that_changes_meanwhile(sent: Path) -> None:
    """What is read once more is not what was listed: that is told, as for any file."""
    parcel = parts.Parcel.gather(sent, Pins(), Demands(), 1, None)
    parcel.unlock = parcels.unlock()
    parts.examine(parcel)
    assert parcel.vault is not None
    look = parcel.vault.look(build.LEDGER)
    for data in (seal(tar.END), seal(b"x"), seal(tar.END, EVE), b""):
        (sent / FIRST).write_bytes(data)
        parcel.vault._parts = [Folder(sent).look(FIRST)]
        with pytest.raises(IntegrityError), parcel.vault.open(look) as stream:
            stream.read()
    parcel.vault._contents.clear()
    with pytest.raises(IntegrityError, match="at most 3 are read"):
        parcel.vault.read_once(build.LEDGER, 3)


def test_is_it_parts(sent: Path, bundle: Path, case: Path, tmp_path: Path) -> None:
    """Told from bundles and cases by the most of its marks; a planted name changes nothing."""
    (sent / "ledger").mkdir()
    (bundle / SUMS).write_bytes(b"")
    (tmp_path / "empty").mkdir()
    for path, answer in (
        (sent, True),
        (bundle, False),
        (case, False),
        (tmp_path / "empty", False),
        (sent / SUMS, False),
    ):
        assert parts.is_parts(path) is answer
    with pytest.raises(UsageError, match="neither"):
        verify(tmp_path / "empty")


def test_nothing_but_sums(tmp_path: Path) -> None:
    """A folder with sums alone is parts that are missing."""
    (tmp_path / "sent").mkdir()
    (tmp_path / "sent" / SUMS).write_bytes(f"{'0' * 64}  {name(0)}\n".encode())
    assert blamed(judge(tmp_path / "sent")) == {SIG, name(0)}
    assert {SIG, name(0)} <= blamed(judge(tmp_path / "sent", parcels.unlock()))


def test_a_path_that_can_be_none() -> None:
    """A name with a NUL is no folder of parts."""
    assert not parts.is_parts(Path("nul\0byte"))


def test_a_ledger_inside_that_names_nobody(tmp_path: Path) -> None:
    """Where its first line says nothing of whose case it is, nobody can say who may have sent it."""
    root = build.bundle(tmp_path / "b", opening={**build.opening(), "format": "x"})
    verdict = judge(parcels.parcel(root, tmp_path / "sent"), parcels.unlock())
    assert (verdict.exit_code, "origin" in undone(verdict)) == (4, True)

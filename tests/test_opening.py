"""open_parts(): from parts to a bundle, or to nothing at all, whatever fails and whenever it is cut short."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from forensics import keys
from forensics.cli import run
from forensics.custody import lock
from forensics.custody.unlocking import load_age_keys
from forensics.errors import CaseHeldError, IdentityError, IntegrityError, NoSpaceError, UsageError
from forensics.formats import tar
from forensics.opening import open_parts
from tests.custody import world
from tests.keys.sealed import BOB, EVE, SSH, key_file, ssh_file
from tests.verifier import build, parcels
from tests.verifier.parcels import SIG, SUMS, name, unlock

PINS = [build.IDENTITY.public]


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """Write a bundle."""
    return build.bundle(tmp_path / "made" / "bundle")


@pytest.fixture
def sent(bundle: Path, tmp_path: Path) -> Path:
    """Write its parts."""
    return parcels.parcel(bundle, tmp_path / "made" / "bundle.parts", holders=[BOB, SSH])


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Path]:
    """Give a folder to open into; afterwards nothing hidden may be in it."""
    (tmp_path / "desk").mkdir()
    yield tmp_path / "desk"
    assert not list((tmp_path / "desk").glob(".*"))


def test_opened(bundle: Path, sent: Path, desk: Path) -> None:
    """The bundle comes out as it went in, for its owner to read alone, and the verdict is its own."""
    verdict = open_parts(sent, desk / "case", unlock(), identities=PINS)
    assert (verdict.exit_code, verdict.kind, verdict.path) == (0, "bundle", str(desk / "case"))
    assert world.files(desk / "case") == world.files(bundle)
    assert {path.stat().st_mode & 0o077 for path in (desk / "case").rglob("*")} == {0}
    assert (desk / "case").stat().st_mode & 0o777 == 0o700


def test_told_how_far_it_is(sent: Path, desk: Path) -> None:
    """Told of bytes, on and on, up to where the parts are hashed and what is in them is written."""
    told: list[tuple[int, int]] = []
    open_parts(sent, desk / "case", unlock(), progress=lambda *step: told.append(step))
    size = sum(path.stat().st_size for path in sent.glob("*.age"))
    assert told == sorted(told)
    assert {total for _, total in told} == {2 * size}
    assert (size, 2 * size) in told
    assert size < told[-1][0] < 2 * size  # a tar, encrypted, is more than what is in it


def test_changed_after_it_was_written(sent: Path, desk: Path) -> None:
    """What is changed in place, to the same length, before it has its name is read, and found."""

    def meddle(done: int, total: int) -> None:
        if done > total // 2 and (found := list(desk.glob(f".*/*/{build.ITEM}"))):
            time.sleep(0.02)  # a tick of the file system's clock
            found[0].chmod(0o600)
            flip(found[0])

    verdict = open_parts(sent, desk / "case", unlock(), identities=PINS, progress=meddle)
    assert [finding.path for check in verdict.checks for finding in check.findings] == [build.ITEM]
    assert (verdict.exit_code, world.names(desk)) == (4, [])


def test_says_what_it_read(sent: Path, desk: Path) -> None:
    """The verdict does not say more than was looked at: evidence was hashed as it was written."""
    details = {one.name: one.detail for one in open_parts(sent, desk / "case", unlock()).checks}
    for check in ("data", "derived"):
        count = details[check].split()[0]
        assert f"{count} hashed, {count} of them as they were written, " in details[check]


def test_unpinned(sent: Path, desk: Path) -> None:
    """Intact, and nobody was named: it is opened, and 3 says so."""
    assert open_parts(sent, desk / "deep" / "case", unlock(SSH)).exit_code == 3
    assert (desk / "deep" / "case" / "bagit.txt").exists()


def test_twice(sent: Path, desk: Path) -> None:
    """A folder that is there is not written over."""
    open_parts(sent, desk / "case", unlock())
    with pytest.raises(UsageError, match="exists already"):
        open_parts(sent, desk / "case", unlock())


def test_no_parts(bundle: Path, desk: Path) -> None:
    """A bundle needs no opening."""
    with pytest.raises(UsageError, match="no parts"):
        open_parts(bundle, desk / "case", unlock())


def test_wrong_key(sent: Path, desk: Path) -> None:
    """Another key opens nothing, and leaves nothing."""
    with pytest.raises(IdentityError):
        open_parts(sent, desk / "case", unlock(EVE))
    assert world.names(desk) == []


def flip(path: Path, at: int = -1) -> None:
    """Change a bit."""
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    "deed",
    [
        lambda sent: flip(sent / name(3)),
        lambda sent: flip(sent / name(0), 40),
        lambda sent: (sent / name(2)).unlink(),
        lambda sent: shutil.copy(sent / name(1), sent / name(2)),
        lambda sent: (sent / SIG).unlink(),
        lambda sent: flip(sent / SUMS),
        lambda sent: (sent / "more").write_bytes(b""),
        lambda sent: parcels.sign(sent, build.STRANGER),
        lambda sent: parcels.sign(sent, namespace=keys.BUNDLE),
    ],
    ids=["last byte", "header", "missing", "twice", "unsigned", "sums", "more", "stranger", "namespace"],
)
def test_parts_that_are_not_those_signed(sent: Path, desk: Path, deed: Callable[[Path], object]) -> None:
    """What a courier would have seen: nothing is decrypted."""
    deed(sent)

    def never(*_: object) -> Iterator[bytes]:
        raise AssertionError("decrypted what was not signed")

    verdict = open_parts(sent, desk / "case", never, identities=PINS)
    assert (verdict.exit_code, verdict.kind) == (4, "parts")
    assert world.names(desk) == []


def test_altered_in_its_last_byte(sent: Path, desk: Path) -> None:
    """Signed for by the right one, and altered before: all that was decrypted by then is gone."""
    flip(sent / name(3))
    parcels.sign(sent)
    with pytest.raises(IntegrityError, match=r"vol0003.*age: its end was changed"):
        open_parts(sent, desk / "case", unlock(), identities=PINS)
    assert world.names(desk) == []


def test_packed_by_somebody_else(bundle: Path, tmp_path: Path, desk: Path) -> None:
    """A third party's parts of a good bundle, and nobody named: the case inside does not know who signed."""
    sent = parcels.parcel(bundle, tmp_path / "sent", signer=build.STRANGER)
    verdict = open_parts(sent, desk / "case", unlock())
    assert verdict.exit_code == 4
    assert "encrypted it anew" in "\n".join(verdict.lines())
    assert world.names(desk) == []


@pytest.mark.parametrize(
    ("number", "path"),
    [(1, "data"), (0, build.LEDGER), (0, build.TAGMANIFEST), (3, "derived"), (0, "README-VERIFY.txt")],
)
@pytest.mark.parametrize("deed", ["changed", "left out", "added"])
def test_a_bundle_that_fails(
    bundle: Path, tmp_path: Path, desk: Path, number: int, path: str, deed: str
) -> None:
    """Whatever is wrong inside, the plaintext does not outlive the check."""
    groups = parcels.grouped(bundle)
    found = next(one for one in groups[number] if one.startswith(path))
    if deed == "changed":
        groups[number][found] += b" "
    elif deed == "left out":
        del groups[number][found]
    else:
        groups[number][f"{found}.more"] = b""
    sent = parcels.send(tmp_path / "sent", list(map(parcels.pack, groups)))
    verdict = open_parts(sent, desk / "case", unlock(), identities=PINS)
    assert (verdict.exit_code, world.names(desk)) == (4, [])


@pytest.mark.parametrize("kind", [b"1", b"2", b"3", b"5", b"6", b"L", b"S", b"g", b"x"])
def test_hostile_tars(bundle: Path, tmp_path: Path, desk: Path, kind: bytes) -> None:
    """Links, devices and all else that tar knows: refused, and nothing is left of them anywhere."""
    tars = [parcels.pack(group) for group in parcels.grouped(bundle)]
    head = tar.header("data/a", 0)
    tars[1] = head[:156] + kind + b"/etc/passwd".ljust(100, b"\0") + head[257:] + tars[1]
    sent = parcels.send(tmp_path / "sent", tars)
    with pytest.raises(IntegrityError, match=r"vol0001.*tar: "):
        open_parts(sent, desk / "case", unlock(), identities=PINS)
    assert world.names(desk) == []


def test_no_room(sent: Path, desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot fit is not begun."""
    usage = os.statvfs(desk)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: type("U", (), {"free": 10, "total": usage.f_blocks}))
    with pytest.raises(NoSpaceError, match="10 are free"):
        open_parts(sent, desk / "case", unlock())
    assert world.names(desk) == []


def test_a_disk_that_fills_up(sent: Path, desk: Path) -> None:
    """No space left in the middle: nothing is left of it."""
    with world.files_of_at_most(500), pytest.raises(NoSpaceError):
        open_parts(sent, desk / "case", unlock())
    assert world.names(desk) == []


# -- broken off


def _left(desk: Path, target: str = "case", *more: str) -> Path:
    place = desk / f".{target}.opening"
    (place / "bundle" / "data").mkdir(parents=True)
    (place / "lock").write_bytes(b"1\n")
    (place / "bundle" / "data" / "secret").write_bytes(b"plaintext")
    for one in more:
        (place / one).write_bytes(b"")
    return place


@pytest.mark.parametrize("target", ["case", "another"])
def test_the_next_one_sweeps(sent: Path, desk: Path, target: str) -> None:
    """What a killed run left is removed, whatever it was to be called."""
    _left(desk, target)
    open_parts(sent, desk / "case", unlock())
    assert world.names(desk) == ["case"]


def test_what_is_not_ours_is_left(sent: Path, desk: Path) -> None:
    """A folder that only looks like it, and one of a run that lives, are nobody's to remove."""
    other, living = _left(desk, "mine", "letter.txt"), _left(desk, "living")
    (desk / ".file.opening").write_bytes(b"")
    held = lock.acquire(living / "lock", "living")
    open_parts(sent, desk / "case", unlock())
    assert (other / "letter.txt").exists()
    assert (living / "bundle" / "data" / "secret").exists()
    os.close(held)
    for path in (other, living):
        shutil.rmtree(path)
    (desk / ".file.opening").unlink()


def test_two_at_once(sent: Path, desk: Path) -> None:
    """The second one for the same name is told who has it."""
    place = _left(desk)
    held = lock.acquire(place / "lock", "case")
    with pytest.raises(CaseHeldError):
        open_parts(sent, desk / "case", unlock())
    os.close(held)
    shutil.rmtree(place)


_CHILD = """
import sys, time
from forensics.cli import main
from forensics import opening
real = opening.Unpacking.unpack
def unpack(self, parts):
    real(self, parts)
    print("unpacked", flush=True)
    time.sleep(60)
opening.Unpacking.unpack = unpack
main()
"""


def _child(sent: Path, desk: Path, key: Path) -> subprocess.Popen[bytes]:
    command: list[str | Path] = [sys.executable, "-c", _CHILD, "open", sent, "-i", key, desk / "case"]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline() == b"unpacked\n"
    assert list(desk.rglob("bagit.txt"))
    return child


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_nothing(sent: Path, desk: Path, tmp_path: Path, number: signal.Signals) -> None:
    """Interrupted between decrypting and checking: nothing of the plaintext is left, the code says why."""
    child = _child(sent, desk, key_file(tmp_path, b"bob"))
    child.send_signal(number)
    assert child.wait(50) == 128 + number
    child.communicate()
    assert world.names(desk) == []


def test_kill_leaves_what_the_next_one_sweeps(sent: Path, desk: Path, tmp_path: Path) -> None:
    """SIGKILL cannot be caught: what is left is ours alone to read, and gone after the next run."""
    key = key_file(tmp_path, b"bob")
    child = _child(sent, desk, key)
    child.kill()
    child.communicate()
    (place,) = desk.iterdir()
    assert place.stat().st_mode & 0o777 == 0o700
    assert run(["open", str(sent), "-i", str(key), str(desk / "case")]) == 3
    assert world.names(desk) == ["case"]


# -- the command


def test_the_command(sent: Path, desk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line a check, then the sentence; as JSON too."""
    pin = tmp_path / "ana.pub"
    pin.write_text(build.IDENTITY.public.openssh(), encoding="ascii")
    key = ssh_file(tmp_path)
    assert run(["open", str(sent), "-i", str(key), str(desk / "a"), "--identity", str(pin)]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("intact: this bundle is as")
    assert run(["open", str(sent), "-i", str(key), str(desk / "b"), "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["path"] == str(desk / "b")
    flip(sent / name(1))
    assert run(["open", str(sent), "-i", str(key), str(desk / "c"), "-q"]) == 4
    said = capsys.readouterr()
    assert said.out == "NOT intact: 1 finding in sums\n"
    assert "nothing of it is left" in said.err
    assert run(["open", str(sent), str(desk / "c")]) == 2
    assert run(["verify", str(sent), "-i", str(key)]) == 4


def test_the_whole_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Seal, for two; check without a key, with one, and open: by the command line alone."""
    with world.create(tmp_path / "case") as case:
        world.keep(case, "a/b.jsonl", b'{"request":{},"response":{}}\n')
    ana = tmp_path / "ana"
    ana.write_bytes(world.ANA.private_openssh())
    ana.chmod(0o600)
    names = tmp_path / "recipients"
    names.write_text(f"{SSH.recipient.text}\n", encoding="ascii")
    command = ["seal", str(tmp_path / "case"), "--identity", str(ana), "--recipient", BOB.recipient.text]
    assert run([*command, "--recipient", "age1x"]) == 2
    assert not list((tmp_path / "case" / "bundles").iterdir())
    assert run([*command, "--recipients-file", str(names), "--json"]) == 0
    made = json.loads(capsys.readouterr().out)["parts"]
    assert len(made["recipients"]) == 2
    assert run([*command, "--recipients-file", str(names)]) == 0
    sums = capsys.readouterr().out
    assert made["sums_sha256"] in sums
    pin = ["--identity", world.ANA.public.fingerprint]
    key = str(key_file(tmp_path, b"bob"))
    assert run(["verify", made["folder"], *pin]) == 0
    assert run(["verify", made["folder"], *pin, "-i", key]) == 0
    assert run(["open", made["folder"], str(tmp_path / "opened"), *pin, "-i", key]) == 0
    assert run(["verify", str(tmp_path / "opened"), *pin]) == 0
    assert run(["verify", str(tmp_path / "case"), *pin]) == 0
    assert load_age_keys([Path(key)]).keys.plugins == ()

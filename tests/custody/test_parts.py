"""Parts of a bundle: made once, whole, signed, as real tools agree; gone on with after a kill; refused."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import namedtuple
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from forensics import keys
from forensics.custody import cut, packing, parts
from forensics.custody.case import Case
from forensics.custody.parts import Exported, export
from forensics.custody.recipients import Recipients, load_recipients
from forensics.custody.seal import Sealed, seal
from forensics.errors import CaseError, IdentityError, IntegrityError, NoSpaceError, StoreError
from forensics.formats import manifest, tar, volumes
from forensics.keys import age
from tests.custody import world
from tests.keys.sealed import BOB, EVE, SSH, key_file, ssh_file, unseal

ROOM = 40_000
"""Of a tar, so that a small bundle has some parts."""
SIZES = {
    "a/one.jsonl": 30_000,
    "a/two.jsonl": 100_000,
    "b/three.jsonl": 0,
    "b/four.jsonl": 20_000,
    "c/x.bin": 9_000,
}


def derive(path: Path) -> Iterator[bytes]:
    """Read a transcript, as a test does."""
    yield json.dumps({"bytes": path.stat().st_size}).encode()


@pytest.fixture
def sealed(tmp_path: Path) -> Iterator[tuple[Case, Sealed]]:
    """Give a sealed case and its bundle."""
    with world.create(tmp_path / "case") as case:
        for path, size in SIZES.items():
            world.keep(case, path, bytes([size % 251]) * size)
        yield case, seal(case, derive=derive)


def people() -> Recipients:
    """Return two recipients."""
    return load_recipients([BOB.recipient.text, SSH.recipient.text])


Make = Callable[..., Exported]


@pytest.fixture
def make(sealed: tuple[Case, Sealed]) -> Make:
    """Export the bundle."""
    case, bundle = sealed
    return lambda **other: export(case, bundle, **{"recipients": people(), "room": ROOM, **other})


def members(part: Path) -> list[str]:
    """List the files of a part."""
    data = unseal(part.read_bytes())
    return [member.path for member in tar.Reader([data])]


def told(case: Case) -> list[dict[str, Any]]:
    """Read what the ledger tells of parts."""
    return [item.body for item in case.entries() if item.type == "bundle.exported"]


def test_what_goes_where(make: Make, sealed: tuple[Case, Sealed]) -> None:
    """Metadata first, evidence in the manifest's order, what was made of it last; no file in two parts."""
    _, bundle = sealed
    done = make()
    names = [part.name for part in done.parts]
    assert names == [volumes.name(bundle.path.name, number) for number in range(len(names))]
    assert world.names(done.path) == sorted([*names, "SHA256SUMS", "SHA256SUMS.sig"])
    found = [members(done.path / name) for name in names]
    assert found[0] == sorted(
        path for path in world.files(bundle.path) if not path.startswith(("data/", "derived/"))
    )
    listed = list(manifest.parse((bundle.path / "manifest-sha256.txt").read_bytes()))
    derived = sorted(path for path in world.files(bundle.path) if path.startswith("derived/"))
    assert [path for part in found[1:] for path in part] == listed + derived
    assert found[1] == ["data/a/one.jsonl"]
    assert found[2] == ["data/a/two.jsonl"], "longer than a part may be: one of its own"


def test_what_the_ledger_tells(make: Make, sealed: tuple[Case, Sealed]) -> None:
    """Parts, the sums' digest, and whom they are for: public keys alone."""
    case, _ = sealed
    done = make()
    (body,) = told(case)
    volumes.check_told(body)
    sums = (done.path / "SHA256SUMS").read_bytes()
    assert body["sums_sha256"] == done.sums_sha256 == hashlib.sha256(sums).hexdigest()
    assert body["recipients"] == [BOB.recipient.text, SSH.recipient.text]
    for part in body["parts"]:
        data = (done.path / part["name"]).read_bytes()
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (part["sha256"], part["size"])
    assert done.bytes == sum(part["size"] for part in body["parts"])


@pytest.mark.parametrize("who", ["age", "ssh"])
def test_real_tools_agree(make: Make, sealed: tuple[Case, Sealed], tmp_path: Path, who: str) -> None:
    """sha256sum, ssh-keygen, age and tar take the parts apart, to the bundle as it is."""
    _, bundle = sealed
    done, out = make(), tmp_path / "out"
    out.mkdir()
    subprocess.run(["sha256sum", "--strict", "--quiet", "-c", "SHA256SUMS"], cwd=done.path, check=True)
    signers = tmp_path / "signers"
    signers.write_text(f"ana {world.ANA.public.openssh()}\n", encoding="ascii")
    command: list[str | Path] = [
        "ssh-keygen",
        "-Y",
        "verify",
        "-f",
        signers,
        "-I",
        "ana",
        "-n",
        "forensics-volumes-v1",
    ]
    with (done.path / "SHA256SUMS").open("rb") as sums:
        subprocess.run(
            [*command, "-s", done.path / "SHA256SUMS.sig"], stdin=sums, capture_output=True, check=True
        )
    key = key_file(tmp_path, b"bob") if who == "age" else ssh_file(tmp_path)
    for part in sorted(done.path.glob("*.age")):
        plain = subprocess.run(["age", "-d", "-i", key, part], capture_output=True, check=True).stdout
        unpacked = subprocess.run(
            ["tar", "-xf", "-", "-C", out], input=plain, capture_output=True, check=True
        )
        assert unpacked.stderr == b""
    assert world.files(out) == world.files(bundle.path)
    assert {path.stat().st_mode & 0o777 for path in out.rglob("*") if path.is_file()} == {0o444}


def test_nobody_else_opens_them(make: Make) -> None:
    """A key that was not named opens no part."""
    done = make()
    for part in done.path.glob("*.age"):
        with pytest.raises(IdentityError):
            unseal(part.read_bytes(), EVE)


def test_again(make: Make, sealed: tuple[Case, Sealed]) -> None:
    """A second call finds the parts, and tells nothing twice."""
    case, _ = sealed
    first = make()
    before = world.files(first.path)
    assert make() == first
    assert world.files(first.path) == before
    assert len(told(case)) == 1


def test_the_same_tar_every_time(make: Make) -> None:
    """What is in a part is the same to the byte; the part is not, as its keys are new."""
    first = make()
    plain = {part.name: unseal((first.path / part.name).read_bytes()) for part in first.parts}
    first.path.rename(first.path.with_name("elsewhere"))
    second = make()
    assert {part.name: unseal((second.path / part.name).read_bytes()) for part in second.parts} == plain
    assert second.sums_sha256 != first.sums_sha256


def test_an_empty_case(tmp_path: Path) -> None:
    """No evidence is one part: the metadata."""
    with world.create(tmp_path / "case") as case:
        bundle = seal(case, derive=derive)
        assert [part.name[-15:] for part in export(case, bundle, people()).parts] == [
            ".vol0000.tar.age"[-15:]
        ]


def test_progress(make: Make) -> None:
    """Told as parts are done."""
    said: list[tuple[int, int]] = []
    done = make(progress=lambda now, total: said.append((now, total)))
    assert said[-1] == (len(done.parts), len(done.parts))
    assert [now for now, _ in said] == sorted({now for now, _ in said})


def test_for_a_plugin_too(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A recipient that needs pyrage changes nothing for the others."""
    from tests.custody import plugin

    plugin.install(tmp_path / "bin", monkeypatch)
    done = make(recipients=load_recipients([plugin.RECIPIENT, BOB.recipient.text]))
    assert members(done.path / done.parts[1].name) == ["data/a/one.jsonl"]


def test_many_parts_in_the_ledger(
    make: Make, sealed: tuple[Case, Sealed], monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than one line can hold are told in several, and found again."""
    case, _ = sealed
    monkeypatch.setattr(parts, "_TOLD", 2)
    done = make()
    assert [len(body["parts"]) for body in told(case)] == [2] * (len(done.parts) // 2) + [1] * (
        len(done.parts) % 2
    )
    assert make() == done


# -- what is refused


def test_a_stamped_bundle_keeps_its_stamp(make: Make, sealed: tuple[Case, Sealed]) -> None:
    """What is said of the tag manifest later, and is in none, travels with it."""
    _, bundle = sealed
    (bundle.path / "tagmanifest-sha256.txt.sig.tsa.example.tsr").write_bytes(b"0\x00")
    done = make()
    assert "tagmanifest-sha256.txt.sig.tsa.example.tsr" in members(done.path / done.parts[0].name)


def test_without_the_key_of_the_case(sealed: tuple[Case, Sealed]) -> None:
    """Nobody signs for parts, so none are made."""
    case, bundle = sealed
    case.identity = None
    with pytest.raises(IdentityError, match="signed with the case's key"):
        export(case, bundle, people())
    assert world.names(bundle.path.parent) == [bundle.path.name]


def test_for_others(make: Make, sealed: tuple[Case, Sealed]) -> None:
    """Parts that are for others are not taken for these, and not touched."""
    case, _ = sealed
    done = make()
    before = world.files(done.path)
    with pytest.raises(CaseError, match="for other recipients"):
        make(recipients=load_recipients([EVE.recipient.text]))
    assert world.files(done.path) == before
    assert len(told(case)) == 1


@pytest.mark.parametrize("deed", ["sums", "signature", "forged", "part", "gone", "link", "empty", "grown"])
def test_parts_that_were_touched(make: Make, tmp_path: Path, deed: str) -> None:
    """Parts that are not as they were made are in the way: never taken, never overwritten."""
    done = make()
    sums, signature, part = (
        done.path / name for name in ("SHA256SUMS", "SHA256SUMS.sig", done.parts[1].name)
    )
    match deed:
        case "sums":
            sums.chmod(0o600)
            sums.write_bytes(sums.read_bytes().replace(b"vol0001", b"vol0009"))
        case "signature":
            signature.unlink()
        case "forged":
            signature.unlink()
            signature.write_bytes(keys.generate_identity(b"m" * 32).sign(sums.read_bytes(), keys.PARTS))
        case "part":
            part.unlink()
            part.write_bytes(b"")
        case "gone":
            part.unlink()
        case "link":
            part.rename(tmp_path / "moved")
            part.symlink_to(tmp_path / "moved")
        case "empty":
            shutil.rmtree(done.path)
            done.path.mkdir()
        case _:
            part.chmod(0o600)
            with part.open("ab") as file:
                file.write(b"\0")
    with pytest.raises(CaseError, match="exists already"):
        make()


def test_parts_that_the_ledger_does_not_know(make: Make, sealed: tuple[Case, Sealed], tmp_path: Path) -> None:
    """Signed by the case's own key, and yet not told of: copies of another export."""
    case, bundle = sealed
    done = make()
    done.path.rename(tmp_path / "first")
    again = make()
    shutil.rmtree(again.path)
    (tmp_path / "first").rename(done.path)
    assert make().sums_sha256 == done.sums_sha256
    shutil.rmtree(done.path)
    sums = b""
    done.path.mkdir()
    (done.path / "SHA256SUMS").write_bytes(sums)
    (done.path / "SHA256SUMS.sig").write_bytes(world.ANA.sign(sums, keys.PARTS))
    with pytest.raises(CaseError, match="exists already"):
        export(case, bundle, people())


@pytest.mark.parametrize("deed", ["flip", "shorter", "longer", "gone", "link", "pipe", "folder"])
@pytest.mark.parametrize("path", ["data/a/two.jsonl", "derived/a/one.json", "ledger/ledger.jsonl"])
def test_a_bundle_that_was_changed(make: Make, sealed: tuple[Case, Sealed], deed: str, path: str) -> None:
    """A file that is not what was sealed is named, and there are no parts."""
    _, bundle = sealed
    file = bundle.path / path
    data = file.read_bytes()
    file.unlink()
    match deed:
        case "flip":
            file.write_bytes(data[:-1] + b"\xff")
        case "shorter":
            file.write_bytes(data[:-1])
        case "longer":
            file.write_bytes(data + b"x")
        case "link":
            (bundle.path.parent / "elsewhere").write_bytes(data)
            file.symlink_to(bundle.path.parent / "elsewhere")
        case "pipe":
            os.mkfifo(file)
        case "folder":
            file.mkdir()
        case _:
            pass
    with pytest.raises(IntegrityError, match=path):
        make()
    assert not any(bundle.path.parent.glob("*.parts"))


@pytest.mark.parametrize("name", ["manifest-sha256.txt", "tagmanifest-sha256.txt"])
@pytest.mark.parametrize("deed", ["line", "gone", "garbage"])
def test_a_manifest_that_was_changed(make: Make, sealed: tuple[Case, Sealed], name: str, deed: str) -> None:
    """The manifests say what goes where, so they are held to what was signed first."""
    _, bundle = sealed
    file = bundle.path / name
    data = file.read_bytes()
    file.unlink()
    if deed != "gone":
        file.write_bytes(data[: data.index(b"\n") + 1] if deed == "line" else b"\xff" * 300)
    with pytest.raises(IntegrityError, match=name):
        make()


def test_a_manifest_of_garbage_that_was_signed(sealed: tuple[Case, Sealed]) -> None:
    """A digest that fits makes no manifest of it."""
    _, bundle = sealed
    (bundle.path / "tagmanifest-sha256.txt").chmod(0o600)
    (bundle.path / "tagmanifest-sha256.txt").write_bytes(b"x")
    with pytest.raises(IntegrityError, match="tagmanifest"):
        cut.cut(bundle.path, hashlib.sha256(b"x").hexdigest())


def test_too_many_parts(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is a bound, and it is told."""
    monkeypatch.setattr(volumes, "MOST", 2)
    with pytest.raises(CaseError, match="more than 2 parts"):
        make()


def test_no_room(make: Make, sealed: tuple[Case, Sealed], monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be finished is not begun."""
    _, bundle = sealed
    usage = namedtuple("usage", "total used free")  # noqa: PYI024 - as shutil's is
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(1, 1, 1_000))
    with pytest.raises(NoSpaceError, match="1000 are free"):
        make()
    assert not any(bundle.path.parent.glob("*.parts"))


def test_a_disk_that_fills_up(make: Make) -> None:
    """No space left: the parts that are whole stay, and with room again the rest is made."""
    with world.files_of_at_most(35_000), pytest.raises(NoSpaceError):
        make()
    assert make().parts


# -- broken off


def _whole(bundle: Path) -> dict[str, int]:
    """Find the parts that have their names in the folder in the making, each with its inode."""
    (place,) = bundle.parent.glob(".*.making")
    return {path.name: path.stat().st_ino for path in (place / "parts").glob("*.age")}


def test_goes_on_with_what_is_whole(
    make: Make, sealed: tuple[Case, Sealed], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A part that has its name is not made again; the others are."""
    _, bundle = sealed
    asked = threading.Event()
    real = packing.Packing.pack

    def pack(self: packing.Packing, members: Any, target: Path) -> Any:
        if "vol0003" in target.name:
            asked.wait(60)
            raise StoreError("the power went out")
        done = real(self, members, target)
        if "vol0001" in target.name:
            asked.set()
        return done

    with monkeypatch.context() as patch:
        patch.setattr(packing.Packing, "pack", pack)
        patch.setattr(parts, "WORKERS", 4)
        with pytest.raises(StoreError, match="power"):
            make()
    before = _whole(bundle.path)
    assert any("vol0001" in name for name in before)
    done = make()
    after = {part.name: (done.path / part.name).stat().st_ino for part in done.parts}
    assert before.items() <= after.items()
    assert not any(bundle.path.parent.glob(".*"))


@pytest.mark.parametrize("deed", ["changed", "unknown", "others", "link"])
def test_what_is_left_and_not_to_be_trusted(
    make: Make, sealed: tuple[Case, Sealed], monkeypatch: pytest.MonkeyPatch, deed: str
) -> None:
    """A part that was changed meanwhile, or was for others, is made anew: what is signed is what we wrote."""
    _, bundle = sealed
    with monkeypatch.context() as patch:
        patch.setattr(parts._Making, "finish", lambda *_: (_ for _ in ()).throw(StoreError("killed")))
        with pytest.raises(StoreError):
            make()
    (place,) = bundle.path.parent.glob(".*.making")
    part = next(path for path in (place / "parts").iterdir() if "vol0001" in path.name)
    old = part.read_bytes()
    match deed:
        case "changed":
            part.chmod(0o600)
            part.write_bytes(old[:-1] + bytes([old[-1] ^ 1]))
        case "unknown":
            (place / f"{part.name}.sha256").unlink()
        case "link":
            part.rename(place / "moved")
            part.symlink_to(place / "moved")
        case _:
            pass
    done = make(recipients=load_recipients([EVE.recipient.text])) if deed == "others" else make()
    new = (done.path / part.name).read_bytes()
    assert new != old
    assert unseal(new, EVE if deed == "others" else BOB)


def test_a_folder_in_the_making_without_a_plan(make: Make, sealed: tuple[Case, Sealed]) -> None:
    """What says not what it is to become is made anew."""
    case, bundle = sealed
    place = bundle.path.with_name(f".{bundle.path.name}.parts.{case.origin[-8:]}.making")
    (place / "parts").mkdir(parents=True, mode=0o700)
    place.chmod(0o700)
    (place / "parts" / "stranger").write_bytes(b"x")
    assert "stranger" not in world.names(make().path)


def test_killed_between_the_name_and_the_line(
    make: Make, sealed: tuple[Case, Sealed], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parts that got their name, and not their line, get it in the next run."""
    case, bundle = sealed
    with monkeypatch.context() as patch:
        patch.setattr(parts._Making, "_tell", lambda *_: (_ for _ in ()).throw(StoreError("killed")))
        with pytest.raises(StoreError):
            make()
    assert told(case) == []
    done = make()
    assert [body["sums_sha256"] for body in told(case)] == [done.sums_sha256]
    assert not any(bundle.path.parent.glob(".*"))


_CHILD = """
import sys
from pathlib import Path
from tests.custody import world
from tests.custody.test_parts import derive, people
from forensics.custody.seal import seal
from forensics.custody.parts import export
with world.reopen(Path(sys.argv[1])) as case:
    export(case, seal(case, derive=derive), people(), room=40_000)
"""


def test_kill_at_any_moment(sealed: tuple[Case, Sealed]) -> None:
    """SIGKILL again and again: no part with a name is half, nothing is in the clear, at last all is there."""
    case, bundle = sealed
    case.close()
    root = Path(__file__).parents[2]
    delay, done = 0.25, 1
    for turn in range(12):
        child = subprocess.Popen(
            [sys.executable, "-c", _CHILD, case.path], cwd=root, stderr=subprocess.DEVNULL
        )
        time.sleep(delay + turn * 0.04)
        child.send_signal(signal.SIGKILL)
        child.wait()
        for place in bundle.path.parent.glob(".*.making"):
            for part in (place / "parts").glob("*.age"):
                assert list(tar.Reader([unseal(part.read_bytes())]))
            drafts = [path for path in place.rglob("*") if path.suffix == ".draft"]
            assert all(b"bagit" not in path.read_bytes() for path in drafts)
    done = subprocess.run([sys.executable, "-c", _CHILD, case.path], cwd=root, check=False).returncode
    assert done == 0
    (made,) = bundle.path.parent.glob("*.parts")
    subprocess.run(["sha256sum", "--strict", "--quiet", "-c", "SHA256SUMS"], cwd=made, check=True)
    assert not any(bundle.path.parent.glob(".*"))


def test_no_file_grows_behind_its_size(sealed: tuple[Case, Sealed], tmp_path: Path) -> None:
    """A file that shrinks while it is read is one that is not what was sealed."""
    _, bundle = sealed
    worker = packing.Packing(bundle.path, people(), threading.Event())
    (bundle.path / "data" / "grow").write_bytes(b"x")
    with pytest.raises(IntegrityError, match="data/grow"):
        worker.pack([("data/grow", "0" * 64)], _target(tmp_path))


def test_given_up(sealed: tuple[Case, Sealed], tmp_path: Path) -> None:
    """A part that is no longer wanted is not finished."""
    _, bundle = sealed
    worker = packing.Packing(bundle.path, people(), threading.Event())
    worker.stopped.set()
    target = _target(tmp_path)
    with pytest.raises(StoreError, match="given up"):
        worker.pack([("bagit.txt", "")], target)
    assert world.names(target.parent) == []
    assert packing.finished(target) is None


def _target(folder: Path) -> Path:
    (folder / "making" / "parts").mkdir(parents=True)
    return folder / "making" / "parts" / "b.vol0001.tar.age"


def test_a_part_is_named_for_its_bundle(sealed: tuple[Case, Sealed], tmp_path: Path) -> None:
    """A bundle that the user called as they like has parts with safe names, and the folder keeps its own."""
    case, bundle = sealed
    odd = tmp_path / "my bundle"
    shutil.copytree(bundle.path, odd)
    done = export(case, replace(bundle, path=odd), people())
    assert done.path == tmp_path / "my bundle.parts"
    assert all(part.name.startswith("my-bundle-") for part in done.parts)


@pytest.mark.parametrize("size", [(1 << 20) - 512, 1 << 20, 3_000_001])
def test_pieces_of_every_length(sealed: tuple[Case, Sealed], tmp_path: Path, size: int) -> None:
    """A file that fills a piece, to the byte or by far."""
    _, bundle = sealed
    data = os.urandom(size)
    (bundle.path / "data" / "big").write_bytes(data)
    target = _target(tmp_path)
    packing.Packing(bundle.path, people(), threading.Event()).pack([("data/big", "")], target)
    found = unseal(target.read_bytes())
    assert found == tar.header("data/big", size) + data + tar.padding(size) + tar.END


def test_a_listing_that_is_gone(tmp_path: Path) -> None:
    """A manifest that goes missing while parts are made is named."""
    part = cut.Volume(1, spans=[("manifest-sha256.txt", 0, 100)])
    with pytest.raises(IntegrityError, match=r"manifest-sha256\.txt cannot be read"):
        list(part.members(tmp_path))


def test_how_long_a_part_is_to_be() -> None:
    """Small bundles are not cut, large ones into four, and no part is longer than it may be."""
    assert cut.room_for(0) == cut.room_for(cut.LEAST) == cut.LEAST
    assert cut.room_for(4 * cut.LEAST + 1) == cut.LEAST + 1
    assert cut.room_for(10**15) == cut.ROOM < volumes.LIMIT
    overhead = (cut.ROOM // 65_536 + 1) * 16 + age.MAX_HEADER
    assert cut.ROOM + overhead <= volumes.LIMIT

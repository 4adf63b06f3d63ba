"""
How fast a bundle is sealed to two recipients and opened again, against `tar | age` and pyrage in one run.

`make bench` prints the figures; what is asserted is a ratio, and memory. Every run writes to the disk, and
the peers neither hash nor sync.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyrage
import pytest

from forensics.custody.parts import export
from forensics.custody.recipients import load_recipients
from forensics.custody.seal import seal
from forensics.custody.unlocking import load_age_keys
from forensics.opening import open_parts
from forensics.verifier.checks import verify
from tests.custody import world
from tests.keys.sealed import BOB, SSH, key_file, secret

pytestmark = pytest.mark.bench

MIB = 2**20
ANA = [world.ANA.public]

_PEAK = """
import sys
from pathlib import Path
from forensics.custody.unlocking import load_age_keys
from forensics.opening import open_parts
from forensics.verifier.checks import verify
unlock = load_age_keys([Path(sys.argv[2])])
if len(sys.argv) > 3:
    assert open_parts(Path(sys.argv[1]), Path(sys.argv[3]), unlock).exit_code == 3
else:
    assert verify(Path(sys.argv[1]), unlock=unlock).exit_code == 3
print(Path('/proc/self/status').read_text().partition('VmHWM:')[2].split()[0])
"""


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Path]:
    """Return a folder for a big bundle, removed at once: pytest would keep three."""
    yield tmp_path
    shutil.rmtree(tmp_path)


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds that it took, by the wall and of processor (children included)."""
    start, before = time.perf_counter(), os.times()
    work()
    return time.perf_counter() - start, sum(os.times()[:4]) - sum(before[:4])


def _tell(what: str, total: float, taken: tuple[float, float]) -> None:
    wall, cpu = taken
    print(f"  {what:<46}{wall:6.2f} s  {total / wall:6.2f} GB/s  {cpu / total:5.2f} s of processor a GB")


def _peak(*arguments: Path) -> int:
    ran = subprocess.run(
        [sys.executable, "-c", _PEAK, *arguments], check=True, capture_output=True, text=True, cwd=Path.cwd()
    )
    return int(ran.stdout) // 1024


def _tar_age(bundle: Path, target: Path) -> None:
    script = 'tar -cf - -C "$0" . | age -r "$1" -r "$2" >"$3"'
    names: list[str | Path] = [bundle, BOB.recipient.text, SSH.recipient.text, target]
    subprocess.run(["sh", "-c", script, *names], check=True)


def _age_tar(source: Path, key: Path, target: Path) -> None:
    target.mkdir()
    script = 'age -d -i "$1" "$0" | tar -xf - -C "$2"'
    subprocess.run(["sh", "-c", script, source, key, target], check=True)


def _pyrage(bundle: Path, target: Path) -> None:
    x25519 = pyrage.x25519.Recipient.from_str(BOB.recipient.text)
    ssh = pyrage.ssh.Recipient.from_str(SSH.recipient.text)
    pyrage.encrypt_file(str(bundle / "data/disk.000"), str(target), [x25519, ssh])


def _unpyrage(source: Path, target: Path) -> None:
    pyrage.decrypt_file(str(source), str(target), [pyrage.x25519.Identity.from_str(secret(b"bob"))])


@pytest.mark.parametrize(("count", "size"), [(2, 1_024 * MIB), (1, 2_048 * MIB), (20_000, 8_192)])
def test_sealing_and_opening(room: Path, count: int, size: int) -> None:
    """Sealed and signed, opened and verified: at least half as fast as `tar | age`, which does neither."""
    blob = os.urandom(min(size, 64 * MIB))
    with world.create(room / "case", rhythm=world.SELDOM) as case:
        for number in range(count):
            draft = case.store.draft()
            for _ in range(max(1, size // len(blob))):
                draft.write(blob)
            case.writer.keep([(draft, f"disk.{number:03d}", {**world.ITEM, "kind": "raw"})])
        sealed = seal(case, derive=lambda _: iter([b"{}"]))
        total = sealed.bytes / 1e9
        key = key_file(room, b"bob")
        to = load_recipients([BOB.recipient.text, SSH.recipient.text])
        ours = _timed(lambda: export(case, sealed, to))
    parts = sealed.path.with_name(f"{sealed.path.name}.parts")
    print(f"\n{count} files of {size} bytes, for two recipients, {len(list(parts.glob('*.age')))} parts")
    _tell("sealed as parts, hashed twice, synced", total, ours)
    peer = _timed(lambda: _tar_age(sealed.path, room / "peer.age"))
    _tell("tar | age, neither hashed nor synced", total, peer)
    if count < 10:
        _tell("pyrage alone, one file", size / 1e9, _timed(lambda: _pyrage(sealed.path, room / "pyrage.age")))
        _tell("pyrage back", size / 1e9, _timed(lambda: _unpyrage(room / "pyrage.age", room / "pyrage")))
        (room / "pyrage").unlink()
    courier = _timed(lambda: verify(parts, identities=ANA))
    _tell("verified without a key", total, courier)
    unlock = load_age_keys([key])
    _tell("verified with a key, nothing written", total, _timed(lambda: verify(parts, unlock=unlock)))
    opened = _timed(lambda: open_parts(parts, room / "opened", unlock, identities=ANA))
    _tell("opened, verified, synced", total, opened)
    shutil.rmtree(room / "opened")
    back = _timed(lambda: _age_tar(room / "peer.age", key, room / "back"))
    _tell("age -d | tar x, neither verified nor synced", total, back)
    peaks = _peak(parts, key), _peak(parts, key, room / "again")
    print(f"  peak memory of verify and open: {peaks[0]}, {peaks[1]} MiB")
    assert max(peaks) < 150
    if count < 10:
        assert peer[0] / ours[0] > 0.5
        assert back[0] / opened[0] > 0.5

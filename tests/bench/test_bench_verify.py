"""
How fast a bundle is verified, against openssl and sha256sum over the same files in the same run.

`make bench` prints the figures; only ratios are asserted, with room for a machine that others use too.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from forensics.verifier import hashing
from forensics.verifier.checks import verify
from forensics.verifier.crew import Crew
from forensics.verifier.evidence import Evidence
from forensics.verifier.pins import Pins
from forensics.verifier.verdict import POLICY
from tests.verifier import build

pytestmark = pytest.mark.bench

MIB = 2**20
BIG, BIG_SIZE = 8, 256 * MIB
SMALL, SMALL_SIZE = 100_000, 5_600


def _best(work: Callable[[], object], times: int = 3) -> tuple[float, float]:
    """Return the least seconds that it took, by the wall and of processor (children included)."""
    walls, cpus = [], []
    for _ in range(times):
        start, before = time.perf_counter(), os.times()
        work()
        walls.append(time.perf_counter() - start)
        cpus.append(sum(os.times()[:4]) - sum(before[:4]))
    return min(walls), min(cpus)


def _run(*command: str, cwd: Path) -> None:
    subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.DEVNULL)


def _openssl(root: Path, each: int) -> tuple[float, float]:
    """Return the seconds of two `openssl dgst` at a time over `data/`, `each` files a process."""
    names = "\0".join(str(path) for path in sorted((root / "data").rglob("*")) if path.is_file())
    command = ["xargs", "-0", "-P2", f"-n{each}", "openssl", "dgst", "-sha256"]
    return _best(
        lambda: subprocess.run(command, input=names, text=True, check=True, stdout=subprocess.DEVNULL), 2
    )


def _sha256sum(root: Path) -> tuple[float, float]:
    return _best(lambda: _run("sha256sum", "--quiet", "-c", "manifest-sha256.txt", cwd=root), 1)


def _hashed(root: Path) -> None:
    """Walk a folder and hash what is in `data/`, as `verify` does."""
    with Crew(hashing.processors()) as crew:
        evidence = Evidence.gather(root, Pins(), crew, None)
        answers = evidence.digests(list(evidence.listing.within("data")))
        assert all(digest for _, digest, _ in answers)


def _intact(root: Path) -> None:
    assert verify(root, identities=[build.IDENTITY.public])


def _peak(root: Path) -> int:
    """Return the peak memory of a fresh verify in MiB, its helpers excepted (Linux)."""
    # Not ru_maxrss: a child begins with that of the process that forked it.
    script = (
        "import sys; from pathlib import Path; from forensics.verifier import verify\n"
        "verify(Path(sys.argv[1]))\n"
        "print(Path('/proc/self/status').read_text().partition('VmHWM:')[2].split()[0])"
    )
    ran = subprocess.run([sys.executable, "-c", script, root], check=True, capture_output=True, text=True)
    return int(ran.stdout) // 1024


def _tell(what: str, figure: str) -> None:
    print(f"  {what:<46}{figure}")


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Path]:
    """Return a folder for a big bundle, removed at once: pytest would keep three."""
    yield tmp_path
    shutil.rmtree(tmp_path)


def _table(root: Path, total: float, unit: str, each: int) -> tuple[float, float]:
    """Print all figures; return our speed against openssl, by the wall and by processor."""
    _intact(root)
    ours, whole = _best(lambda: _hashed(root)), _best(lambda: _intact(root))
    openssl, sha256sum = _openssl(root, each), _sha256sum(root)
    for what, (wall, cpu) in (
        ("walk and hashes alone", ours),
        ("verify, everything", whole),
        ("openssl dgst -sha256, two at a time", openssl),
        ("sha256sum -c", sha256sum),
    ):
        _tell(what, f"{wall:6.2f} s  {total / wall:10,.2f} {unit}/s  {cpu:6.2f} s of processor")
    _tell("against openssl, against sha256sum", f"{openssl[0] / ours[0]:.2f}, {sha256sum[0] / ours[0]:.2f}")
    return openssl[0] / ours[0], openssl[1] / ours[1]


def test_big_files(room: Path) -> None:
    """Big files: at least 85 % of what two openssl processes do."""
    blob = os.urandom(BIG_SIZE)
    root = build.bundle(room / "b", data={f"data/image.{number:03d}": blob for number in range(BIG)})
    del blob
    print(f"\n{BIG} files of {BIG_SIZE // MIB} MiB")
    ratio, _ = _table(root, BIG * BIG_SIZE / 1e9, "GB", 1)
    _tell("peak memory", f"{(peak := _peak(root))} MiB")
    assert ratio >= 0.85
    assert peak < 150


def test_small_files(room: Path) -> None:
    """Small files: as fast as openssl, which is 50,000 a second and more; each is a line of ledger, too."""
    data = {f"data/{number % 256:02x}/{number:06d}.json": os.urandom(SMALL_SIZE) for number in range(SMALL)}
    root = build.bundle(room / "b", data=data)
    del data
    print(f"\n{SMALL} files of {SMALL_SIZE} bytes, with {SMALL} lines of ledger")
    _, ratio = _table(root, SMALL, "files", 500)
    _tell("peak memory", f"{(peak := _peak(root))} MiB")
    assert ratio >= 0.85
    assert peak < 150


@pytest.mark.parametrize(("lines", "seconds", "megabytes"), [(100_000, 3, 250), (1_000_000, 20, 250)])
def test_long_ledger(room: Path, lines: int, seconds: int, megabytes: int) -> None:
    """A ledger of 100,000 lines, and of a million: under 3 and 20 seconds on idle cores."""

    def change(ledger: build.Ledger) -> None:
        for number in range(lines - len(ledger.lines)):
            ledger.add("op.start", {"about": "a snapshot of a disk", "op": f"{number:024x}"})

    root = build.case(room / "c", on_ledger=change, checkpoints=(1, lines))

    def work() -> None:
        verdict = verify(root, identities=[build.IDENTITY.public])
        assert verdict.exit_code == POLICY  # a case that goes on is never called whole

    wall, cpu = _best(work, 2)
    print(f"\na case of {lines} lines of ledger")
    _tell("verify, everything", f"{wall:6.2f} s  {lines / wall:10,.0f} lines/s  {cpu:6.2f} s of processor")
    _tell("peak memory", f"{_peak(root):6} MiB")
    assert cpu / min(2, hashing.processors()) < seconds  # what others use of the machine is not ours
    assert _peak(root) < megabytes


def test_small_bundle(room: Path) -> None:
    """A small bundle: under 60 ms, and none of it spent on starting anything."""
    root = build.bundle(room / "b")
    taken, _ = _best(lambda: _intact(root), 20)
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    _intact(root)
    print("\na bundle of 24 files")
    _tell("verify, everything", f"{taken * 1e3:.1f} ms")
    assert taken < 0.060
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime == before

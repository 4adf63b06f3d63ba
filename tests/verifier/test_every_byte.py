"""Every byte of every file of a bundle, flipped one at a time: found each time, and the file named."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from forensics.verifier.checks import verify
from tests.verifier import build
from tests.verifier.judging import blamed, judge

ONE = {"data/1/global/iam/ListUsers.jsonl": b'{"request":{}}\n'}
SMALL = {"data": ONE, "checkpoints": (1,)}


def _files(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def test_the_small_bundle_is_good(tmp_path: Path) -> None:
    """The bundle that is spoilt below is intact before."""
    assert judge(build.bundle(tmp_path / "b", **SMALL))


PARTS = 21
"""Of as many bytes one in `make test`. Odd, so that each part flips every bit there is."""


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "part", [0, *(pytest.param(part, marks=pytest.mark.torture) for part in range(1, PARTS))]
)
def test_every_byte_flipped(tmp_path: Path, part: int) -> None:
    """A flip of one bit in any byte of any file, the last always among them, gives 4 and names that file."""
    root = build.bundle(tmp_path / "b", **SMALL)
    spoilt = 0
    for name in _files(root):
        path = root / name
        good = path.read_bytes()
        for place in sorted({*range(part, len(good), PARTS), len(good) - 1}):
            bad = bytearray(good)
            bad[place] ^= 1 << (place % 8)
            path.write_bytes(bad)
            verdict = verify(root)
            assert verdict.exit_code == 4, f"{name} byte {place}"
            assert name in blamed(verdict), f"{name} byte {place}"
            spoilt += 1
        path.write_bytes(good)
    assert spoilt > 60
    assert judge(root)


def test_every_file_cut_and_grown(tmp_path: Path) -> None:
    """A file cut to nothing, by one byte, in half, or with a byte or a line more, is named."""
    root = build.bundle(tmp_path / "b")
    for name in _files(root):
        path = root / name
        good = path.read_bytes()
        wrong = {good[:-1], good[: len(good) // 2], b"", good + b"\n", good + b"\0", good[1:], good + good}
        for bad in wrong - {good}:
            path.write_bytes(bad)
            verdict = judge(root)
            assert verdict.exit_code == 4, f"{name}: {len(bad)} of {len(good)} bytes"
            assert name in blamed(verdict), f"{name}: {len(bad)} of {len(good)} bytes"
        path.write_bytes(good)


def test_every_file_deleted(tmp_path: Path) -> None:
    """A file that is gone is named, whichever it is."""
    root = build.bundle(tmp_path / "b")
    for name in _files(root):
        path = root / name
        path.rename(tmp_path / "aside")
        verdict = judge(root)
        assert verdict.exit_code == 4, name
        assert name in blamed(verdict), name
        (tmp_path / "aside").rename(path)
    assert judge(root)


def test_every_file_renamed(tmp_path: Path) -> None:
    """A file under another name is named by both, whichever it is."""
    root = build.bundle(tmp_path / "b")
    for name in _files(root):
        path, other = root / name, root / f"{name}x"
        path.rename(other)
        assert {name, f"{name}x"} <= blamed(judge(root)), name
        other.rename(path)
    assert judge(root)


def test_every_file_a_link(tmp_path: Path) -> None:
    """A file that became a link to its own content, symbolic or hard, is named."""
    root = build.bundle(tmp_path / "b")
    aside = tmp_path / "aside"
    for name in _files(root):
        path = root / name
        path.rename(aside)
        for link in (path.symlink_to, path.hardlink_to):
            link(aside)
            verdict = judge(root)
            assert verdict.exit_code == 4, name
            assert name in blamed(verdict), name
            path.unlink()
        aside.rename(path)
    assert judge(root)


def test_every_two_files_swapped(tmp_path: Path) -> None:
    """Two neighbours that changed places are both named, unless they are the same bytes."""
    root = build.bundle(tmp_path / "b")
    names = _files(root)
    for one, other in itertools.pairwise(names):
        first, second = (root / one).read_bytes(), (root / other).read_bytes()
        if first == second:
            continue
        (root / one).write_bytes(second)
        (root / other).write_bytes(first)
        assert {one, other} <= blamed(judge(root)), f"{one} and {other}"
        (root / one).write_bytes(first)
        (root / other).write_bytes(second)
    assert judge(root)

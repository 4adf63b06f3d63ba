"""Items and manifests that disagree, though a holder of every key signed them."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from forensics.verifier import checks
from forensics.verifier.evidence import Evidence
from forensics.verifier.file import Written, is_still
from forensics.verifier.verdict import Examination, State, Verdict
from tests.verifier import build
from tests.verifier.build import DATA, GONE, ITEM, ZEROS, drop
from tests.verifier.judging import blamed, failed, judge, refused, told


@pytest.mark.parametrize("path", sorted(DATA))
def test_item_removed_everywhere_but_in_the_ledger(tmp_path: Path, path: str) -> None:
    """An item taken out of folder, manifest and count, and signed anew, is missed by the ledger."""
    root = build.bundle(tmp_path / "b", on_manifest=lambda digests: drop(digests, path))
    (root / path).unlink()
    verdict = refused(root, path, "is not in manifest-sha256.txt")
    assert "is missing: the ledger says that it was kept" in told(verdict, path)


def test_item_replaced_everywhere_but_in_the_ledger(tmp_path: Path) -> None:
    """An item with other bytes, listed and signed anew, is not what the ledger says."""
    other = hashlib.sha256(b"other").hexdigest()
    root = build.bundle(tmp_path / "b", on_manifest=lambda digests: digests.update({ITEM: other}))
    (root / ITEM).write_bytes(b"other")
    verdict = refused(root, ITEM, "one SHA-256 in manifest-sha256.txt and another in the ledger")
    assert "has 5 bytes, and was kept with" in told(verdict, ITEM)


def test_item_added_everywhere_but_in_the_ledger(tmp_path: Path) -> None:
    """An item that no line of the ledger names is refused, though it is listed and signed."""
    digest = hashlib.sha256(b"new").hexdigest()
    root = build.bundle(tmp_path / "b", on_manifest=lambda digests: digests.update({GONE: digest}))
    build.put(root / GONE, b"new")
    verdict = refused(root, GONE, "no line of the ledger")
    assert "was added" in told(verdict, GONE)


def test_item_of_the_same_size(bundle: Path) -> None:
    """Other bytes of the same length are found by their hash."""
    path = bundle / ITEM
    path.write_bytes(path.read_bytes()[::-1])
    refused(bundle, ITEM, "its SHA-256 is not the one in the ledger")


def test_sparse_item_of_the_same_size(tmp_path: Path) -> None:
    """A hole of the same length is no item."""
    root = build.bundle(tmp_path / "b", data={ITEM: bytes(range(256)) * 4096})
    size = (root / ITEM).stat().st_size
    (root / ITEM).write_bytes(b"")
    with (root / ITEM).open("r+b") as file:
        file.truncate(size)
    refused(root, ITEM, "was changed")


def _manifest(change: Callable[[bytes], bytes]) -> Callable[[dict[str, bytes]], None]:
    def apply(files: dict[str, bytes]) -> None:
        files["manifest-sha256.txt"] = change(files["manifest-sha256.txt"])

    return apply


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: data[:-1],
        lambda data: data + b"\n",
        lambda data: b"# comment\n" + data,
        lambda data: data.replace(b"  data", b" *data"),
        lambda data: data.replace(b"  data", b" data"),
        lambda data: data.upper(),
        lambda data: b"\\" + data,
        lambda data: b"".join(reversed(data.splitlines(keepends=True))),
        lambda data: data + data.splitlines(keepends=True)[-1],
        lambda data: data + f"{ZEROS}  data/zz/../x\n".encode(),
        lambda data: data + f"{ZEROS}  data/zz//x\n".encode(),
        lambda data: data + f"{ZEROS}  data/~x\n".encode(),
        lambda data: data + f"{ZEROS}  zz:/x\n".encode(),
        lambda data: data + f"{ZEROS}  data/zz\\x\n".encode(),
        lambda data: data + f"{ZEROS}  data/zz/nul\n".encode(),
        lambda data: data + f"{ZEROS}  data/zz.\n".encode(),
        lambda data: data + f"{ZEROS}  data/ß\n".encode(),
        lambda data: f"{ZEROS}  /etc/passwd\n".encode() + data,
        lambda data: f"{ZEROS}  ./data/x\n".encode() + data,
        lambda data: f"{ZEROS}  DATA/x\n{ZEROS}  data/X\n".encode() + data + f"{ZEROS}  data/x\n".encode(),
    ],
    ids=[
        "crlf",
        "bom",
        "no-line-feed",
        "blank-line",
        "comment",
        "binary",
        "one-space",
        "upper-case",
        "backslash",
        "unsorted",
        "twice",
        "climbing",
        "double-slash",
        "tilde",
        "drive",
        "backslash-name",
        "device",
        "trailing-dot",
        "not-ascii",
        "absolute",
        "dot-slash",
        "twins",
    ],
)
def test_manifest_of_another_form(tmp_path: Path, change: Callable[[bytes], bytes]) -> None:
    """A manifest that sha256sum might read and we would not write is refused, though it is signed."""
    root = build.bundle(tmp_path / "b", on_files=_manifest(change))
    verdict = judge(root)
    assert "items" in failed(verdict)
    assert "manifest-sha256.txt" in blamed(verdict)


def test_manifest_that_was_not_sealed(tmp_path: Path) -> None:
    """The manifest must be the one that the ledger's seal names."""
    root = build.bundle(tmp_path / "b", seal={"manifest_sha256": ZEROS})
    refused(root, "manifest-sha256.txt", "not the manifest that was sealed")


def test_manifest_too_long(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A manifest beyond its bound is not read."""
    monkeypatch.setattr("forensics.verifier.items.MAX_MANIFEST", 100)
    verdict = refused(bundle, "manifest-sha256.txt", "at most 100 are read")
    undone = {check.name for check in verdict.checks if check.state is State.NOT_DONE}
    assert undone == {"seal"}


def test_item_replaced_while_it_is_hashed(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An item that is another file by the time it is hashed is named for it."""
    from forensics.verifier import items

    real = items.check_items

    def swapped(evidence: Evidence, examination: Examination) -> str:
        (bundle / "copy").write_bytes((bundle / ITEM).read_bytes())
        (bundle / "copy").replace(bundle / ITEM)
        return real(evidence, examination)

    monkeypatch.setattr(checks, "BUNDLE", {**checks.BUNDLE, "items": swapped})
    assert failed(refused(bundle, ITEM, "was replaced while it was being checked")) == {"data"}


def test_item_added_in_another_case(tmp_path: Path) -> None:
    """Two items whose names some system takes for one are refused."""
    twin = ("item.add", build.item(ITEM.swapcase().replace("DATA", "data", 1), b""))
    refused(build.case(tmp_path / "c", deeds=[twin]), "ledger.jsonl", "differ in case only")


def _written(root: Path, path: str, content: bytes) -> Written:
    state = (root / path).stat()
    digest = hashlib.sha256(content).hexdigest()
    return Written(path, digest, state.st_dev, state.st_ino, state.st_ctime_ns)


def _blamed(root: Path, *written: Written) -> list[str]:
    verdict = checks.verify(root, identities=[build.IDENTITY.public], written=written)
    return [finding.path for check in verdict.checks for finding in check.findings]


def _looked_at(verdict: Verdict, name: str) -> str:
    return next(check.detail for check in verdict.checks if check.name == name)


def test_written_otherwise(tmp_path: Path) -> None:
    """Who wrote a file says what it was given, and that is held against the ledger."""
    root = build.bundle(tmp_path / "b")
    assert _blamed(root, _written(root, ITEM, DATA[ITEM])) == []
    assert _blamed(root, _written(root, ITEM, b"other")) == [ITEM]


def test_written_is_told_apart(tmp_path: Path) -> None:
    """The verdict says what was hashed as it was written, and what was read."""
    root = build.bundle(tmp_path / "b")
    made = [path.relative_to(root).as_posix() for path in (root / "derived").rglob("*.json")]
    verdict = checks.verify(root, written=[_written(root, path, (root / path).read_bytes()) for path in made])
    both = f"{len(made)} hashed, {len(made)} of them as they were written, made for reading"
    assert _looked_at(verdict, "derived") == both
    assert "written" not in _looked_at(verdict, "data")


AGAIN = ["another file", "another size", "another name", "other bytes", "other bytes of that time"]


@pytest.mark.parametrize("again", AGAIN)
def test_written_and_no_longer_that(tmp_path: Path, again: str) -> None:
    """A file in the place of the one that was written, or that was touched at all since, is read itself."""
    root = build.bundle(tmp_path / "b")
    os.utime(root / ITEM, ns=(0, 0))
    written = _written(root, ITEM, DATA[ITEM])
    data = DATA[ITEM][:-1] + bytes([DATA[ITEM][-1] ^ 1])
    time.sleep(0.02)  # a tick of the file system's clock
    if again == "another file":
        (root / ITEM).rename(tmp_path / "old")  # else its inode may be given again
    (root / ITEM).write_bytes(data + b"!" * (again == "another size"))
    if again == "another name":
        (tmp_path / "twin").hardlink_to(root / ITEM)
    if again == "other bytes of that time":
        os.utime(root / ITEM, ns=(0, 0))
    assert ITEM in _blamed(root, written)
    said = told(checks.verify(root, written=[written]), ITEM)
    assert ("was kept with" if again == "another size" else "was changed") in said


def test_written_elsewhere(tmp_path: Path) -> None:
    """What was written and is not there any more is missing; what cannot be looked at is no longer that."""
    root = build.bundle(tmp_path / "b")
    written = _written(root, ITEM, DATA[ITEM])
    assert is_still(str(root), written)
    (root / ITEM).unlink()
    assert not is_still(str(root), written)
    assert ITEM in _blamed(root, written)

"""What lies in a folder: everything that is no plain file in its place is found and named."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from forensics.verifier.checks import verify
from tests.verifier import build
from tests.verifier.judging import blamed, judge, refused, told, undone

ITEM = "data/123456789012/global/iam/ListUsers.jsonl"
DERIVED = "derived/123456789012/global/iam/ListUsers.json"


@pytest.mark.parametrize(
    "name",
    [
        "data/extra.bin",
        "data/123456789012/extra.bin",
        "derived/extra.json",
        "extra.txt",
        "fetch.txt",
        "manifest-md5.txt",
        "manifest-sha512.txt",
        "tagmanifest-md5.txt",
        "tagmanifest-sha256.txt.mldsa44",
        "tagmanifest-sha256.txt.sig.tsr",
        "keys/extra.pub",
        "keys/log.key",
        "ledger/extra.jsonl",
        "ledger/checkpoints/00000002.note",
        "ledger/checkpoints/00000001.note.eve.sig",
        "ledger/checkpoints/2.note",
        "ledger/checkpoints/00000001.cosig",
        "ledger/checkpoints/deep/00000001.note",
        "case.json",
        "private/log.key",
        "tmp/draft",
        "new/file",
    ],
)
def test_added_file(bundle: Path, name: str) -> None:
    """A file that was added anywhere is named."""
    build.put(bundle / name, b"added\n")
    assert name in blamed(judge(bundle))


@pytest.mark.parametrize(
    "name",
    [
        ".hidden",
        "data/.DS_Store",
        "data/a b",
        "data/a\nb",
        "data/\x1b[2J",
        "data/\u202egnp",
        "data/é",
        "data/~user",
        "data/a:b",
        "data/a\\b",
        "data/trailing.",
        "data/CON",
        "data/nul.txt",
        "data/" + "x" * 151,
        "data/" + "/".join(["d" * 60] * 4),
        "data" + "/1" * 24,
    ],
)
def test_name_outside_the_grammar(bundle: Path, name: str) -> None:
    """A name that some system reads otherwise, or that acts on a terminal, is refused."""
    build.put(bundle / name, b"added\n")
    verdict = judge(bundle)
    assert verdict.exit_code == 4
    assert "grammar" in "".join(finding.message for finding in verdict.findings)
    assert "\x1b" not in "".join(verdict.lines())


def test_name_that_is_no_text(bundle: Path) -> None:
    """A name whose bytes are no UTF-8 is refused, shown and written as JSON."""
    build.put(bundle / os.fsdecode(b"data/\xff\xfe"), b"x")
    verdict = judge(bundle)
    assert verdict.exit_code == 4
    "\n".join(verdict.lines()).encode()


@pytest.mark.parametrize(
    "name", ["empty", "data/empty", "data/123456789012/empty", "derived/empty", "keys/empty", "ledger/e/f"]
)
def test_empty_folder(bundle: Path, name: str) -> None:
    """An empty folder, which no hash covers, is named."""
    (bundle / name).mkdir(parents=True)
    assert name in blamed(judge(bundle))


def test_bundle_without_items_has_an_empty_data(tmp_path: Path) -> None:
    """`data/` may be empty: a bag has it all the same."""
    assert judge(build.bundle(tmp_path / "b", data={}, deeds=[]))


def _fifo(path: Path, _: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _socket(path: Path, _: Path) -> None:
    path.unlink()
    with socket.socket(socket.AF_UNIX) as one:
        folder = Path.cwd()
        os.chdir(path.parent)
        one.bind(path.name)
        os.chdir(folder)


def _folder(path: Path, _: Path) -> None:
    path.unlink()
    path.mkdir()


def _link(path: Path, aside: Path) -> None:
    path.rename(aside)
    path.symlink_to(aside)


def _hard(path: Path, aside: Path) -> None:
    path.rename(aside)
    path.hardlink_to(aside)


def _dangling(path: Path, aside: Path) -> None:
    path.unlink()
    path.symlink_to(aside)


def _loop(path: Path, _: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_fifo, "a named pipe"),
        (_socket, "a socket"),
        (_folder, "missing"),
        (_link, "a symbolic link"),
        (_hard, "a hard link"),
        (_dangling, "a symbolic link"),
        (_loop, "a symbolic link"),
    ],
)
@pytest.mark.parametrize(
    "name", [ITEM, DERIVED, "README-VERIFY.txt", "ledger/ledger.jsonl", "manifest-sha256.txt"]
)
def test_no_plain_file(
    bundle: Path, tmp_path: Path, name: str, change: Callable[[Path, Path], None], words: str
) -> None:
    """What is no plain file is never opened, and named for what it is."""
    change(bundle / name, tmp_path / "aside")
    refused(bundle, name, words)


@pytest.mark.parametrize(
    "name", ["data", "keys", "ledger", "ledger/checkpoints", "derived", "data/123456789012"]
)
def test_folder_that_is_a_link(bundle: Path, tmp_path: Path, name: str) -> None:
    """A folder that is a symbolic link to the same files is refused, and nothing behind it read."""
    (bundle / name).rename(tmp_path / "aside")
    (bundle / name).symlink_to(tmp_path / "aside", target_is_directory=True)
    verdict = refused(bundle, name, "a symbolic link")
    data = next(check for check in verdict.checks if check.name == "data")
    assert (data.state == "passed") == (name in {"keys", "ledger/checkpoints", "derived"})


def test_bundle_of_links(tmp_path: Path) -> None:
    """A farm of links to a good bundle is no bundle."""
    good = build.bundle(tmp_path / "good")
    farm = tmp_path / "farm"
    farm.mkdir()
    for path in good.iterdir():
        (farm / path.name).symlink_to(path)
    verdict = judge(farm)
    assert verdict.exit_code == 4
    assert {path.name for path in good.iterdir()} <= blamed(verdict)


def test_twins_in_case(bundle: Path) -> None:
    """Two names that one system takes for one are refused."""
    build.put(bundle / "data/123456789012/GLOBAL/iam/x", b"")
    assert "twin" in "".join(finding.message for finding in judge(bundle).findings)


def test_hard_link_within_the_bundle(bundle: Path) -> None:
    """Two names of one file are both named."""
    other = "data/123456789012/global/iam/Copy.jsonl"
    (bundle / other).hardlink_to(bundle / ITEM)
    assert {ITEM, other} <= blamed(judge(bundle))


@pytest.mark.parametrize(
    "name", ["index.db", "checkpoints/x", "checkpoints/00000001.note.x.tsr", "manifest.txt"]
)
def test_case_with_a_stray(case: Path, name: str) -> None:
    """A file that is no part of a case is named."""
    build.put(case / name, b"x")
    assert name in blamed(judge(case))


@pytest.mark.parametrize("name", ["private/log.key", "tmp/draft-00000001", "bundles/b/bagit.txt"])
def test_case_passes_over_what_is_no_evidence(case: Path, name: str) -> None:
    """Keys, drafts and bundles are not looked at, and a link there changes nothing."""
    build.put(case / name, b"x")
    (case / "tmp/link").symlink_to("/etc")
    assert (judge(case).exit_code, undone(judge(case))) == (3, {"latest"})


def test_case_without_its_other_folders(case: Path) -> None:
    """A case whose `tmp/` is gone is checked all the same."""
    (case / "tmp").rmdir()
    assert (judge(case).exit_code, undone(judge(case))) == (3, {"latest"})


def test_case_in_flight(case: Path) -> None:
    """A second name in `tmp/` is what a crash leaves, and only a note."""
    (case / "tmp/draft-1").hardlink_to(case / ITEM)
    verdict = judge(case)
    assert (verdict.exit_code, undone(verdict)) == (3, {"latest"})
    assert "second name in tmp/" in told(verdict, ITEM)


def test_case_with_a_hard_link_elsewhere(case: Path, tmp_path: Path) -> None:
    """A second name anywhere else is not."""
    (tmp_path / "elsewhere").hardlink_to(case / ITEM)
    refused(case, ITEM, "a hard link")


def test_case_with_a_third_name(case: Path, tmp_path: Path) -> None:
    """A name in `tmp/` excuses one more name, not two."""
    (case / "tmp/draft-1").hardlink_to(case / ITEM)
    (tmp_path / "elsewhere").hardlink_to(case / ITEM)
    refused(case, ITEM, "a hard link")


def test_case_whose_tmp_is_a_link(case: Path, tmp_path: Path) -> None:
    """A `tmp/` that leads elsewhere excuses nothing there."""
    (tmp_path / "aside").mkdir()
    (tmp_path / "aside/draft-1").hardlink_to(case / ITEM)
    (case / "tmp").rmdir()
    (case / "tmp").symlink_to(tmp_path / "aside")
    refused(case, ITEM, "a hard link")


def test_case_with_an_empty_folder(case: Path) -> None:
    """A folder that a crash left before its file is a note; one at the top is not."""
    (case / "data/new/deep").mkdir(parents=True)
    (case / "custody").mkdir()
    verdict = judge(case)
    assert (verdict.exit_code, undone(verdict)) == (3, {"latest"})
    assert "empty folder" in told(verdict, "data/new")
    assert "empty folder" in told(verdict, "custody")
    (case / "new").mkdir()
    refused(case, "new", "does not belong")


def test_folder_that_cannot_be_listed(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that cannot be listed is a finding, not a traceback."""
    real = os.scandir

    def scandir(path: str | Path) -> object:
        if str(path).endswith("keys"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert "cannot be listed: permission denied" in told(verify(bundle), "keys")


@pytest.mark.parametrize("number", [errno.ENOENT, errno.EACCES])
def test_file_that_cannot_be_looked_at(
    bundle: Path, case: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """A file that is listed and cannot be looked at is a finding, not a traceback."""
    real = os.lstat

    def lstat(path: str) -> os.stat_result:
        if str(path).endswith("ListUsers.jsonl"):
            raise OSError(number, os.strerror(number))
        return real(path)

    monkeypatch.setattr(os, "lstat", lstat)
    for folder in (bundle, case):
        assert f"cannot be looked at: {os.strerror(number).lower()}" in told(verify(folder), ITEM)


def test_too_many_names(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A walk ends at its bound, and says so."""
    monkeypatch.setattr("forensics.verifier.folder.MAX_FILES", 5)
    verdict = judge(bundle)
    assert verdict.exit_code == 4
    assert "more than 5 names" in "".join(finding.message for finding in verdict.findings)

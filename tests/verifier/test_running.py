"""A case that is written while it is verified: what comes, grows or goes meanwhile is no finding."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from forensics.errors import IntegrityError
from forensics.verifier.folder import Folder
from forensics.verifier.reader import ledger_of, open_ledger, open_record
from tests.verifier import build
from tests.verifier.build import ITEM
from tests.verifier.judging import judge, refused, told, undone
from tests.verifier.trails import Case, bucket, look


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Do something just before, or after, the system looks at or opens what ends so."""

    def wrap(call: str, ending: str, deed: Callable[[], object], *, after: bool = False) -> None:
        real = getattr(os, call)

        def wrapped(path: Any, *arguments: Any, **options: Any) -> Any:
            if not str(path).endswith(ending):
                return real(path, *arguments, **options)
            if not after:
                deed()
            found = real(path, *arguments, **options)
            if after:
                deed()
            return found

        monkeypatch.setattr(os, call, wrapped)

    return wrap


def test_kept_meanwhile(case: Path, meanwhile: Any) -> None:
    """A draft that loses its name in `tmp/` after the walk saw both was kept, and is no hard link."""
    draft = case / "tmp/draft-1"
    draft.hardlink_to(case / ITEM)
    meanwhile("lstat", ITEM, lambda: draft.unlink(missing_ok=True), after=True)
    verdict = judge(case)
    assert (verdict.exit_code, undone(verdict)) == (3, {"latest"})


def test_hard_link_that_is_replaced_meanwhile(case: Path, tmp_path: Path, meanwhile: Any) -> None:
    """A file that is another by the second look is a hard link still."""
    (tmp_path / "elsewhere").hardlink_to(case / ITEM)

    def swap() -> None:
        (tmp_path / "new").write_bytes((case / ITEM).read_bytes())
        (tmp_path / "new").rename(case / ITEM)

    meanwhile("scandir", "/tmp", swap)
    refused(case, ITEM, "a hard link")


def test_hard_link_that_is_gone_meanwhile(case: Path, tmp_path: Path, meanwhile: Any) -> None:
    """A linked file that is not there any more is a finding."""
    (tmp_path / "elsewhere").hardlink_to(case / ITEM)
    meanwhile("scandir", "/tmp", lambda: (case / ITEM).unlink(missing_ok=True))
    refused(case, ITEM, "a hard link")


def test_bundle_with_a_link_for_a_moment(bundle: Path, tmp_path: Path, meanwhile: Any) -> None:
    """A bundle is written by nobody: a second name that goes meanwhile is one."""
    (tmp_path / "elsewhere").hardlink_to(bundle / ITEM)
    meanwhile("lstat", ITEM, lambda: (tmp_path / "elsewhere").unlink(missing_ok=True), after=True)
    refused(bundle, ITEM, "a hard link")


def test_draft_that_goes(case: Path, meanwhile: Any) -> None:
    """That one draft is gone when it is looked at hides no other."""
    for number in range(8):
        (case / f"tmp/gone-{number}").write_bytes(b"")
    (case / "tmp/draft-1").hardlink_to(case / ITEM)
    for number in range(8):
        draft = case / f"tmp/gone-{number}"
        meanwhile("lstat", draft.name, draft.unlink)
    verdict = judge(case)
    assert (verdict.exit_code, undone(verdict)) == (3, {"latest"})
    assert "second name in tmp/" in told(verdict, ITEM)


def test_taken_back(case: Path, meanwhile: Any) -> None:
    """A file that its task takes back after it was listed was never in the case."""
    build.put(case / "data/new.json", b"{}")
    meanwhile("lstat", "data/new.json", lambda: (case / "data/new.json").unlink(missing_ok=True))
    verdict = judge(case)
    assert (verdict.exit_code, undone(verdict)) == (3, {"latest"})


def test_taken_from_a_bundle(bundle: Path, meanwhile: Any) -> None:
    """Nobody takes back anything in a bundle."""
    build.put(bundle / "data/new.json", b"{}")
    meanwhile("lstat", "data/new.json", lambda: (bundle / "data/new.json").unlink(missing_ok=True))
    refused(bundle, "data/new.json", "cannot be looked at")


def test_folder_that_goes_too(case: Path, meanwhile: Any) -> None:
    """What cannot be looked for is not taken to be gone."""
    build.put(case / "data/new/new.json", b"{}")

    def remove() -> None:
        (case / "data/new/new.json").unlink(missing_ok=True)
        (case / "data/new").rmdir()

    meanwhile("lstat", "data/new/new.json", remove)
    refused(case, "data/new/new.json", "cannot be looked at")


def test_ledger_that_grows(case: Path, meanwhile: Any) -> None:
    """A line may come between the look at a case's ledger and its opening."""

    def grow() -> None:
        with (case / "ledger.jsonl").open("ab") as ledger:
            ledger.write(b"{")

    meanwhile("lstat", "ledger.jsonl", grow, after=True)
    verdict = judge(case)
    assert (verdict.exit_code, undone(verdict)) == (3, {"latest"})
    assert "torn line" in told(verdict, "ledger.jsonl")
    assert len(list(open_record(case).entries())) > 1


def test_ledger_that_grows_under_cloudtrail(tmp_path: Path, meanwhile: Any) -> None:
    """Nor does what is said of CloudTrail go away for it."""
    root = Case([bucket()]).write(tmp_path)

    def grow() -> None:
        with (root / "ledger.jsonl").open("ab") as ledger:
            ledger.write(b"{")

    meanwhile("lstat", "ledger.jsonl", grow, after=True)
    assert len(look(root).chains) == 1


@pytest.mark.parametrize("size", [-1, 1])
def test_ledger_of_a_bundle(bundle: Path, meanwhile: Any, size: int) -> None:
    """That of a bundle neither grows nor shrinks."""
    ledger = bundle / "ledger/ledger.jsonl"
    whole = ledger.stat().st_size
    meanwhile("lstat", "ledger.jsonl", lambda: os.truncate(ledger, whole + size), after=True)
    with pytest.raises(IntegrityError, match="changed its size"):
        open_ledger(Folder(bundle), ledger_of("bundle"))


def test_ledger_that_shrinks(case: Path, meanwhile: Any) -> None:
    """That of a case only grows."""
    meanwhile("lstat", "ledger.jsonl", lambda: os.truncate(case / "ledger.jsonl", 9), after=True)
    with pytest.raises(IntegrityError, match="changed its size"):
        open_ledger(Folder(case), ledger_of("case"))

"""A verdict as a whole, and what is no case and no bundle."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from forensics.errors import UsageError
from forensics.verifier import checks, verify
from forensics.verifier.crew import Crew
from forensics.verifier.verdict import State
from tests.verifier import build
from tests.verifier.build import DATA, GONE, ITEM, LEDGER, TAGMANIFEST
from tests.verifier.judging import failed, judge, refused, told, undone


def test_good_bundle(bundle: Path) -> None:
    """A bundle that nobody touched is intact, and all checks were made."""
    verdict = judge(bundle)
    assert verdict.exit_code == 0
    assert verdict
    assert verdict.kind == "bundle"
    assert {check.name for check in verdict.checks} == set(checks.BUNDLE)
    assert {check.state for check in verdict.checks} == {State.PASSED}
    assert verdict.findings == ()
    assert verdict.facts["items"] == len(DATA)
    assert verdict.facts["entries"] == 13
    digest = hashlib.sha256((bundle / TAGMANIFEST).read_bytes()).hexdigest()
    assert verdict.facts["digest"] == digest


def test_good_case(case: Path) -> None:
    """A case folder that nobody touched is intact, and all was checked that can be while it is open."""
    verdict = judge(case)
    assert (verdict.exit_code, undone(verdict)) == (3, {"latest"})
    assert verdict.kind == "case"
    assert {check.name for check in verdict.checks} == set(checks.CASE)
    assert verdict.findings == ()


def test_nothing_is_written(bundle: Path) -> None:
    """Verifying changes no file and no time of a folder."""
    before = {path: path.lstat().st_mtime_ns for path in [bundle, *bundle.rglob("*")]}
    judge(bundle)
    assert {path: path.lstat().st_mtime_ns for path in [bundle, *bundle.rglob("*")]} == before


def test_progress_counts_every_byte(bundle: Path) -> None:
    """The caller is told of all bytes hashed, and never of more than all."""
    seen: list[tuple[int, int]] = []
    assert verify(bundle, identities=[build.IDENTITY.public], progress=lambda *told: seen.append(told))
    assert seen[-1][0] == seen[-1][1] > 0
    assert all(done <= total for done, total in seen)


def test_text_path_is_taken(bundle: Path) -> None:
    """A path may come as text."""
    assert verify(str(bundle), identities=[build.IDENTITY.public.fingerprint])  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["missing", "nul\0byte", "file", "empty", "link"])
def test_no_folder_of_ours(tmp_path: Path, bundle: Path, name: str) -> None:
    """What is no case and no bundle is an error of usage, with a hint."""
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to(bundle)
    with pytest.raises(UsageError) as caught:
        verify(tmp_path / name)
    assert caught.value.exit_code == 2
    assert caught.value.hint


def test_case_json(case: Path) -> None:
    """`case.json` says what the first line of the ledger says, and nothing else."""
    good = (case / "case.json").read_bytes()
    for bad in (good[:-1], good + b"\n", good.replace(b"IR-1", b"IR-2"), b"{}\n", b"", b"\xff", b"x" * 2**21):
        (case / "case.json").write_bytes(bad)
        assert failed(judge(case)) == {"case"}


def test_stranger_in_an_open_case(case: Path) -> None:
    """A file that no line names is left by a crash in an open case: not passed, and not a failure."""
    build.put(case / GONE, b"x")
    verdict = judge(case)
    assert verdict.exit_code == 3
    assert "no evidence" in told(verdict, GONE)
    assert "run `forensics preserve` again" in verdict.sentence


def test_stranger_in_a_sealed_case(tmp_path: Path) -> None:
    """In a sealed case there is no run that could have left it."""
    root = build.case(
        tmp_path / "c", on_ledger=lambda ledger: ledger.add("bundle.seal", build.Plan().sealing("0" * 64))
    )
    build.put(root / GONE, b"x")
    refused(root, GONE, "was added")


def test_case_item_changed(case: Path) -> None:
    """Items of a case are held against the ledger."""
    (case / ITEM).write_bytes((case / ITEM).read_bytes().swapcase())
    assert failed(refused(case, ITEM, "was changed")) == {"data"}


def test_case_without_a_ledger(case: Path) -> None:
    """A case whose ledger is gone is no case that can be checked, and is named."""
    (case / "ledger.jsonl").unlink()
    verdict = refused(case, "ledger.jsonl", "is missing")
    assert {"items", "data", "checkpoints", "latest"} <= undone(verdict)


@pytest.mark.parametrize("size", [0, 50])
def test_case_whose_ledger_was_emptied(case: Path, size: int) -> None:
    """A ledger without one whole line is nothing that a crash leaves, and not unchecked: refused."""
    (case / "ledger.jsonl").write_bytes((case / "ledger.jsonl").read_bytes()[:size])
    refused(case, "ledger.jsonl", "no whole line")


def test_case_claims_no_more_than_it_can(case: Path) -> None:
    """That nothing was cut off the end of a case, no identity has signed."""
    sentence = judge(case).sentence
    assert "nothing in it can say that its last line is 12" in sentence
    assert "left out" not in sentence


def test_case_that_is_sealed(tmp_path: Path) -> None:
    """A seal says where the evidence ends; cut back to before it, the case is an open one."""
    seal = build.Plan().sealing("0" * 64)
    root = build.case(tmp_path / "c", on_ledger=lambda ledger: ledger.add("bundle.seal", seal))
    assert undone(judge(root)) == {"checkpoints"}, "nobody signed the seal"
    assert "sealed in line" not in judge(root).sentence
    (check,) = (check for check in judge(root).checks if check.name == "latest")
    assert check.detail == "closed by the seal in line 13"


def test_item_that_came_after_the_walk(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a case that is being written, an item may come between the walk and the ledger."""
    from forensics.verifier.folder import Folder, Listing

    real = Folder.walk

    def walk(self: Folder, *, passing: frozenset[str] = frozenset(), crew: Crew | None = None) -> Listing:
        listing = real(self, passing=passing, crew=crew)
        del listing.files[ITEM]
        return listing

    monkeypatch.setattr(Folder, "walk", walk)
    assert (judge(case).exit_code, undone(judge(case))) == (3, {"latest"})


def test_ledger_swapped_while_it_is_checked(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first line that the signatures were held against must be that of the ledger that was read."""
    other = build.bundle(bundle.parent / "other", opening={**build.opening(), "reference": "other"})
    real = checks.check_ledger

    def swapped(*arguments: Any) -> str:
        (bundle / LEDGER).write_bytes((other / LEDGER).read_bytes())
        return real(*arguments)

    monkeypatch.setattr(checks, "BUNDLE", {**checks.BUNDLE, "ledger": swapped})
    refused(bundle, LEDGER, "was changed while it was being checked")

"""Checkpoints that lie, are missing, or show that the ledger lied."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from forensics.verifier.checkpoints import notes
from forensics.verifier.crew import Crew
from forensics.verifier.evidence import Evidence
from forensics.verifier.pins import Pins
from tests.verifier import build
from tests.verifier.build import DATA, ITEM, NOTES, Ledger, drop
from tests.verifier.judging import blamed, failed, judge, refused, told, undone


def _note(size: int, data: Callable[[Ledger], bytes], name: str = "") -> dict[str, Any]:
    ledger: list[Ledger] = []

    def change(files: dict[str, bytes]) -> None:
        files[f"{NOTES}/{name or f'{size:08d}.note'}"] = data(ledger[0])

    return {"on_ledger": ledger.append, "on_files": change}


def _text(ledger: Ledger, text: str) -> bytes:
    del ledger
    return build.LOG.sign_note(text).encode()


def _root(ledger: Ledger, size: int) -> str:
    return ledger.note(size).decode().split("\n")[2]


@pytest.mark.parametrize(
    ("size", "name", "data", "words"),
    [
        (4, "", lambda ledger: ledger.note(4, build.OTHER_LOG), "0 signatures by the log's key"),
        (4, "", lambda ledger: ledger.note(4, build.OTHER_CASE), "signatures by the log's key"),
        (4, "", lambda ledger: ledger.note(5), "states 5 entries, and its name another number"),
        (4, "000000004.note", lambda ledger: ledger.note(4), "its name another number"),
        (4, "", lambda ledger: ledger.note(4) + ledger.note(4).rpartition(b"\n\n")[2], "has 2 signatures"),
        (
            4,
            "",
            lambda ledger: ledger.note(4) + build.OTHER_CASE.sign_note("x\n").encode()[3:],
            "has 2 signatures",
        ),
        (4, "", lambda ledger: ledger.note(4)[:-1], "note"),
        (4, "", lambda ledger: ledger.note(4).rpartition(b"\n\n")[0] + b"\n\n", "note"),
        (4, "", lambda _: b"", "note"),
        (4, "", lambda _: b"x" * (2**20 + 1), "at most 1048576 are read"),
        (4, "", lambda ledger: ledger.note(4) + b"x\n" * 101, "signatures"),
        (4, "", lambda ledger: _text(ledger, f"{build.ORIGIN}\n4\n{_root(ledger, 3)}\n"), "another root"),
        (4, "", lambda ledger: _text(ledger, f"other\n4\n{_root(ledger, 4)}\n"), "of another log"),
        (4, "", lambda ledger: _text(ledger, f"{build.ORIGIN}\n04\n{_root(ledger, 4)}\n"), "three lines"),
        (
            4,
            "",
            lambda ledger: _text(ledger, f"{build.ORIGIN}\n4\n{_root(ledger, 4)}\nmore\n"),
            "three lines",
        ),
        (4, "", lambda ledger: _text(ledger, f"{build.ORIGIN}\n4\n\n{_root(ledger, 4)}\n"), "three lines"),
        (
            99,
            "",
            lambda ledger: _text(ledger, f"{build.ORIGIN}\n99\n{_root(ledger, 4)}\n"),
            "its end was cut off",
        ),
        (0, "", lambda ledger: ledger.note(0), "another root"),
    ],
    ids=[
        "other-key",
        "other-log",
        "other-size",
        "nine-digits",
        "signed-twice",
        "signed-by-two",
        "no-line-feed",
        "no-signature",
        "empty",
        "a-megabyte",
        "101-signatures",
        "other-root",
        "other-origin",
        "leading-zero",
        "extension",
        "blank-line",
        "ahead",
        "of-nothing",
    ],
)
def test_checkpoint_that_lies(
    tmp_path: Path, size: int, name: str, data: Callable[[Ledger], bytes], words: str
) -> None:
    """A checkpoint that does not state the ledger as it is, under the log's key alone, is refused."""
    root = build.bundle(tmp_path / "b", **_note(size, data, name))
    verdict = refused(root, f"{NOTES}/{name or f'{size:08d}.note'}", words)
    assert failed(verdict) - {"tagmanifest"} == {"checkpoints"}


@pytest.mark.parametrize("size", [1, 13])
def test_checkpoint_missing(tmp_path: Path, size: int) -> None:
    """The first and the last line are always signed for."""
    name = f"{NOTES}/{size:08d}.note"
    refused(build.bundle(tmp_path / "b", on_files=lambda files: drop(files, name)), name, "is missing")


def test_line_changed_and_chained_anew(tmp_path: Path) -> None:
    """A history rewritten by a thief of all keys fails at a checkpoint that was kept from before."""
    kept = build.bundle(tmp_path / "old") / f"{NOTES}/00000004.note"

    def change(files: dict[str, bytes]) -> None:
        files[f"{NOTES}/00000004.note"] = kept.read_bytes()

    data = {**DATA, ITEM: b"rewritten\n"}
    root = build.bundle(tmp_path / "new", data=data, on_files=change)
    refused(root, f"{NOTES}/00000004.note", "another root")


def test_case_cut_behind_a_checkpoint(case: Path) -> None:
    """A case whose ledger lost its end is found by the checkpoint over it."""
    ledger = case / "ledger.jsonl"
    ledger.write_bytes(b"".join(ledger.read_bytes().splitlines(keepends=True)[:-1]))
    refused(case, "checkpoints/00000012.note", "its end was cut off")


def test_case_ahead_of_its_checkpoints(tmp_path: Path) -> None:
    """Lines after the newest checkpoint are no failure and not passed: anyone can write one that fits."""
    root = build.case(tmp_path / "c", on_ledger=lambda ledger: ledger.add("note", {}))
    verdict = judge(root)
    assert verdict.exit_code == 3
    assert "not signed for yet" in verdict.sentence
    assert "the last 1 lines are not signed for yet" in told(verdict, "ledger.jsonl")


@pytest.mark.parametrize("size", [1, 70, 65_535])
def test_case_with_a_torn_tail(case: Path, size: int) -> None:
    """What a crash cut is a note: the next run moves it aside."""
    with (case / "ledger.jsonl").open("ab") as ledger:
        ledger.write(b"{" * size)
    verdict = judge(case)
    assert (verdict.exit_code, undone(verdict)) == (3, {"latest"})
    assert f"torn line of {size} bytes" in told(verdict, "ledger.jsonl")


def test_case_with_an_endless_tail(case: Path) -> None:
    """A tail that no line could have is no torn line."""
    with (case / "ledger.jsonl").open("ab") as ledger:
        ledger.write(b"{" * 65_536)
    refused(case, "ledger.jsonl", "longer than 65535 bytes; no more was read")


def test_case_without_checkpoints(case: Path) -> None:
    """Where not one is left, the first is missing, and no line is signed for."""
    for path in (case / "checkpoints").glob("*.note"):
        path.unlink()
    verdict = refused(case, "checkpoints/00000001.note", "is missing: line 1 is always signed for")
    assert "the last 12 lines are not signed for" in told(verdict, "ledger.jsonl")


@pytest.mark.parametrize(
    ("name", "size"),
    [("00000007", 7), ("7", 7), (f"{7:019d}", 7), (f"{7:020d}", 0), ("x", 0), ("-7", 0), ("7_7", 0)],
)
def test_size_that_a_name_states(bundle: Path, name: str, size: int) -> None:
    """A name states a size by up to 19 digits; any other name states none, and stands for no line."""
    for path in (bundle / NOTES).glob("*.note"):
        path.unlink()
    build.put(bundle / f"{NOTES}/{name}.note", b"")
    with Crew(1) as crew:
        evidence = Evidence.gather(bundle, Pins(), crew, None)
    assert notes(evidence) == [(size, f"{NOTES}/{name}.note")]


def test_notes_of_a_megabyte_take_no_memory(tmp_path: Path) -> None:
    """However many and long the notes of a hostile bundle, one is in memory at a time."""
    notes = {f"{NOTES}/{number:08d}.note": b"x" * 2**20 for number in range(100, 160)}
    root = build.bundle(tmp_path / "b", on_files=lambda files: files.update(notes))
    tracemalloc.start()
    verdict = judge(root)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert set(notes) <= blamed(verdict)
    assert most < 12 * 2**20

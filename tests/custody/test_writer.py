"""One pen for many threads."""

from __future__ import annotations

import functools
import os
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from forensics.custody import writer
from forensics.custody.case import Case
from forensics.custody.writer import Rhythm
from forensics.errors import CaseError, FormatError, NoSpaceError, StoreError
from tests.custody import world


def in_threads(count: int, work: Callable[[int], object]) -> list[BaseException]:
    """Run work in threads, and return what they raised."""
    raised: list[BaseException] = []

    def run(number: int) -> None:
        try:
            work(number)
        except (StoreError, CaseError) as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def descriptor(case: Case) -> int:
    """Return the ledger's descriptor."""
    return case._ledger._descriptor


def test_record(case: Case) -> None:
    """An entry is on the disk when it is acknowledged."""
    item = case.writer.record("note", {"text": "x"})
    assert (case.path / "ledger.jsonl").read_bytes().endswith(item.encode())
    assert (item.seq, item.actor, item.body) == (1, world.ANA.public.fingerprint, {"text": "x"})


def test_actor(case: Case) -> None:
    """Who writes can be said for the case, and for one entry."""
    case.writer.actor = "arn:aws:iam::123456789012:user/ana"
    assert case.writer.record("note", {}).actor == "arn:aws:iam::123456789012:user/ana"
    assert case.writer.record("note", {}, actor="bob").actor == "bob"
    case.writer.keep([], [("note", {})], actor="carol")
    assert [item.actor for item in case.entries()][-1] == "carol"


def test_keep(case: Case) -> None:
    """Bytes, item and coverage are there together, and say the same."""
    assert world.keep(case, "1/global/iam/ListUsers.jsonl", b"{}\n") == "data/1/global/iam/ListUsers.jsonl"
    item, coverage = list(case.entries())[-2:]
    assert item.body == {
        **world.ITEM,
        "path": "data/1/global/iam/ListUsers.jsonl",
        "sha256": "ca3d163bab055381827226140568f3bef7eaac187cebd76878e0b63e9e442356",
        "size": 3,
    }
    assert coverage.body == {"items": ["data/1/global/iam/ListUsers.jsonl"], "outcome": "collected"}
    assert (case.path / item.body["path"]).read_bytes() == b"{}\n"
    assert list((case.path / "tmp").iterdir()) == []


def test_keep_many(case: Case) -> None:
    """Several files and what follows from them are one group; a clash gets a number."""
    drafts = [case.store.draft() for _ in range(3)]
    paths = case.writer.keep(
        [(draft, f"a/{name}", {"kind": "x"}) for draft, name in zip(drafts, "xxy", strict=True)],
        [("coverage", {"items": []}), ("run.end", {"items": 7}), ("note", {})],
    )
    assert paths == ["data/a/x", "data/a/x.2", "data/a/y"]
    assert world.types(case)[1:] == ["item.add"] * 3 + ["coverage", "run.end", "note"]
    assert [item.body.get("items") for item in case.entries()][-3:] == [paths, 7, None]


def test_keep_nothing(case: Case) -> None:
    """A row without an answer has its coverage all the same."""
    assert case.writer.keep([], [("coverage", {"items": [], "outcome": "denied"})]) == []
    assert world.types(case) == ["case.open", "coverage"]


def test_keep_discarded_after(case: Case) -> None:
    """To discard a draft that was kept changes nothing."""
    draft = case.store.draft()
    (name,) = case.writer.keep([(draft, "x", {})])
    draft.discard()
    assert (case.path / name).exists()


def test_shortens_what_aws_says(case: Case) -> None:
    """A message of a megabyte does not stop a run."""
    case.writer.record("op.end", {"message": "x" * 1_000_000})
    case.writer.keep([], [("coverage", {"items": [], "gaps": [{"message": "\ud800"}]})])
    assert [item.body["shortened"] for item in list(case.entries())[1:]] == [True, True]


@pytest.mark.parametrize(
    ("kind", "body"), [("no.such", {}), ("note", {"text": "x" * 70_000}), ("note", {"ratio": 0.5})]
)
def test_refuses_one_entry(case: Case, kind: str, body: dict[str, Any]) -> None:
    """What the ledger cannot hold is its caller's alone."""
    with pytest.raises(FormatError):
        case.writer.record(kind, body)
    assert not case.writer.failed
    case.writer.record("note", {})
    assert world.types(case) == ["case.open", "note"]


def test_refused_keep_gives_the_draft_back(case: Case) -> None:
    """Where the line cannot be written the file is not kept either, and can be kept again."""
    draft = case.store.draft()
    draft.write(b"x")
    with pytest.raises(FormatError):
        case.writer.keep([(draft, "a/x", {"text": "x" * 70_000})])
    assert world.files(case.path / "data") == {}
    assert case.writer.keep([(draft, "a/x", {})]) == ["data/a/x"]


def test_refuses_a_path(case: Case) -> None:
    """A path outside the grammar is refused before anything is done."""
    draft = case.store.draft()
    with pytest.raises(FormatError):
        case.writer.keep([(draft, "../x", {})])
    assert draft.path.exists()


def test_sixteen_threads(case: Case) -> None:
    """Everything that sixteen threads write is there once, in one chain, and each thread's in its order."""

    def work(number: int) -> None:
        for turn in range(20):
            world.keep(case, f"{number % 4}/same.jsonl", b"%d %d" % (number, turn), requests=turn)
            case.writer.record("note", {"text": f"{number} {turn}"})

    assert in_threads(16, work) == []
    items = list(case.entries())
    assert Counter(item.type for item in items) == {
        "case.open": 1,
        "item.add": 320,
        "coverage": 320,
        "note": 320,
    }
    assert len({item.body["path"] for item in items if item.type == "item.add"}) == 320
    for number in range(16):
        said = [item.body["text"] for item in items if item.type == "note"]
        mine = [text for text in said if text.split()[0] == str(number)]
        assert mine == [f"{number} {turn}" for turn in range(20)]
    case.close()
    world.reopen(case.path).close()


def slowly(case: Case) -> tuple[threading.Event, list[int]]:
    """Let the ledger's disk be busy until the event is set; the list tells how many lines go at once."""
    done, batches = threading.Event(), []
    real = case._ledger.append

    def append(batch: Any) -> None:
        batches.append(len(batch.lines))
        done.wait(60)
        real(batch)

    case._ledger.append = append  # type: ignore[method-assign]
    return done, batches


def waiting(case: Case, jobs: int) -> None:
    """Wait until so many jobs wait."""
    while case.writer._jobs.qsize() != jobs:
        time.sleep(0.001)


def test_groups(tmp_path: Path) -> None:
    """What waits while the disk is busy is written together; what finds it idle does not wait."""
    case = world.create(tmp_path / "x", rhythm=world.SELDOM)
    done, batches = slowly(case)
    threads = [threading.Thread(target=case.writer.record, args=("note", {})) for _ in range(600)]
    threads[0].start()
    while not batches:
        time.sleep(0.001)
    for thread in threads[1:]:
        thread.start()
    waiting(case, 599)
    done.set()
    for thread in threads:
        thread.join()
    assert batches == [1, 256, 256, 87]
    assert writer.GROUP == 256
    case.close()


def test_all_who_wait_are_told(tmp_path: Path) -> None:
    """A failure reaches those of the group, those behind it, and lets go of who closes the case."""
    case = world.create(tmp_path / "x", rhythm=world.SELDOM)
    done, batches = slowly(case)
    raised: list[BaseException] = []
    notes = [
        threading.Thread(
            target=lambda: raised.extend(in_threads(1, lambda _: case.writer.record("note", {})))
        )
        for _ in range(300)
    ]
    notes[0].start()
    while not batches:
        time.sleep(0.001)
    for thread in notes[1:]:
        thread.start()
    waiting(case, 299)
    closing = threading.Thread(target=in_threads, args=(1, lambda _: case.close()))
    closing.start()
    waiting(case, 300)
    with world.full(descriptor(case)):
        done.set()
        for thread in [*notes, closing]:
            thread.join()
    assert [type(error) for error in raised] == [NoSpaceError] * 300


def test_full_disk(case: Case) -> None:
    """Everybody who waits is told, and afterwards everybody who comes."""
    world.keep(case, "a/x", b"acknowledged")
    with world.full(descriptor(case)):
        raised = in_threads(8, lambda _: case.writer.record("note", {}))
    assert [type(error) for error in raised] == [NoSpaceError] * 8
    assert len(set(map(id, raised))) == 8
    assert case.writer.failed
    draft = case.store.draft()
    for deed in (
        lambda: case.writer.record("note", {}),
        lambda: case.writer.keep([(draft, "y", {})]),
        case.writer.checkpoint,
    ):
        with pytest.raises(NoSpaceError, match=r"cannot write ledger.jsonl: No space left on device") as told:
            deed()
        assert told.value.hint == NoSpaceError.hint
    case.close()
    with world.reopen(case.path) as again:
        assert world.types(again)[:3] == ["case.open", "item.add", "coverage"]


def test_failed_fsync(case: Case) -> None:
    """An fsync that failed is not tried again: the writer takes no more."""
    with world.broken(descriptor(case)), pytest.raises(StoreError, match=r"cannot write ledger.jsonl"):
        case.writer.record("note", {})
    with pytest.raises(StoreError):
        case.writer.record("note", {})
    assert world.types(case) == ["case.open"]


def test_full_disk_for_the_bytes(case: Case) -> None:
    """A keep without room takes back what it had placed; how the run ended may find room in the ledger."""
    drafts = [case.store.draft() for _ in range(2)]
    with world.files_of_at_most(3), pytest.raises(NoSpaceError):
        drafts[1].write(b"four")
    with pytest.raises(NoSpaceError, match=r"draft-00000002-\w+ is broken: cannot write"):
        case.writer.keep([(drafts[0], "a", {}), (drafts[1], "b", {})])
    assert world.files(case.path / "data") == {}
    assert [draft.path.exists() for draft in drafts] == [True, True]
    case.writer.record("run.end", {"outcome": "no-space"})


def test_bytes_that_cannot_be_synced(case: Case) -> None:
    """A file that cannot be put on the disk ends the writer: the disk is not to be trusted."""
    draft = case.store.draft()
    draft.write(b"x")
    assert draft._descriptor is not None
    with world.broken(draft._descriptor), pytest.raises(StoreError, match=r"cannot sync"):
        case.writer.keep([(draft, "x", {})])
    with pytest.raises(StoreError, match=r"cannot sync"):
        case.writer.record("note", {})
    case.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_unreadable_clock(tmp_path: Path) -> None:
    """A bug in what the writer stands on leaves nobody waiting."""

    def clock() -> datetime:
        if broken.is_set():
            raise RuntimeError("bug")
        return datetime.fromisoformat("2031-01-01T00:00:00Z")

    broken = threading.Event()
    case = world.create(tmp_path / "x", clock=clock)
    broken.set()
    with pytest.raises(StoreError, match=r"the writer stopped"):
        case.writer.record("note", {})
    with pytest.raises(StoreError, match=r"the writer stopped"):
        case.writer.record("note", {})
    case.close()


def test_closed(case: Case) -> None:
    """A closed writer takes no more, and says so; what waited is written."""
    threads = [threading.Thread(target=case.writer.record, args=("note", {})) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    case.close()
    case.writer.close()
    draft = case.store.draft()
    for deed in (lambda: case.writer.record("note", {}), lambda: case.writer.keep([(draft, "x", {})])):
        with pytest.raises(CaseError, match=r"the case was closed"):
            deed()
    assert world.types(case) == ["case.open"] + ["note"] * 5


def test_close_tells_of_its_own_failure(case: Case) -> None:
    """Where the last checkpoint cannot be written, close says so, once."""
    case.writer.record("note", {})
    (case.path / "checkpoints").rename(case.path / "bundles" / "away")
    with pytest.raises(StoreError, match=r"cannot write 00000002.note"):
        case.close()
    case.close()


def notes(case: Case) -> list[int]:
    """List the sizes of the checkpoints."""
    return sorted(int(path.name[:8]) for path in (case.path / "checkpoints").glob("*.note"))


def test_checkpoints_by_entries(tmp_path: Path) -> None:
    """A checkpoint is made after so many entries, and at the end."""
    with world.create(tmp_path / "x", rhythm=Rhythm(entries=10, seconds=1_000)) as case:
        for _ in range(25):
            case.writer.record("note", {})
    assert notes(case) == [1, 11, 21, 26]


def test_checkpoints_by_time(tmp_path: Path) -> None:
    """A checkpoint is made after so long, also where nothing more is written; and none without need."""
    with world.create(tmp_path / "x", rhythm=Rhythm(entries=1_000, seconds=0.05)) as case:
        case.writer.record("note", {})
        deadline = time.monotonic() + 60
        while notes(case) != [1, 2] and time.monotonic() < deadline:
            time.sleep(0.01)
        assert notes(case) == [1, 2]
        time.sleep(0.2)
        case.writer.checkpoint()
    assert notes(case) == [1, 2]


def test_checkpoint_when_asked(tmp_path: Path) -> None:
    """A checkpoint that was asked for is there when the call returns."""
    with world.create(tmp_path / "x", rhythm=world.SELDOM) as case:
        case.writer.record("note", {})
        case.writer.checkpoint()
        assert notes(case) == [1, 2]


@pytest.mark.parametrize(
    "kind",
    ["item.add", "coverage", "run.start", "run.end", "aws.effect", "bundle.seal"],
)
def test_sealed_refuses(case: Case, kind: str) -> None:
    """Nothing that adds evidence follows a seal, and no second seal."""
    case.writer.record("bundle.seal", {})
    with pytest.raises(CaseError, match=rf"the case is sealed: no {kind} may follow") as raised:
        case.writer.record(kind, {})
    assert raised.value.hint == "evidence found later goes into a case of its own"
    assert not case.writer.failed


def test_sealed_keeps_nothing(case: Case) -> None:
    """No file gets its name in a sealed case."""
    case.writer.record("bundle.seal", {})
    draft = case.store.draft()
    with pytest.raises(CaseError, match=r"no item.add may follow"):
        case.writer.keep([(draft, "x", {})])
    with pytest.raises(CaseError, match=r"no coverage may follow"):
        case.writer.keep([], [("coverage", {"items": []})])
    assert draft.path.exists()


@pytest.mark.parametrize(
    "kind",
    ["note", "bundle.sealed", "custody.release", "custody.receive", "recovery", "anchor.tsa", "case.close"],
)
def test_sealed_allows(case: Case, kind: str) -> None:
    """Custody, anchors and notes go on."""
    case.writer.record("bundle.seal", {})
    assert case.writer.record(kind, {}).type == kind


def _record(case: Case, kind: str, _: int) -> None:
    case.writer.record(kind, {})


def test_seal_ends_its_group(tmp_path: Path) -> None:
    """Whatever waits behind a seal, there is a checkpoint over exactly what was sealed."""
    case = world.create(tmp_path / "x", rhythm=world.SELDOM)
    done, batches = slowly(case)
    threads = []
    for number, kind in enumerate(["note", "note", "bundle.seal", "note", "item.add"]):
        work = functools.partial(in_threads, 1, functools.partial(_record, case, kind))
        threads.append(threading.Thread(target=work))
        threads[-1].start()
        while not batches:
            time.sleep(0.001)
        waiting(case, number)
    done.set()
    for thread in threads:
        thread.join()
    assert world.types(case) == ["case.open", "note", "note", "bundle.seal", "note"]
    assert notes(case) == [1, 4]
    case.close()


def test_close_while_a_file_is_kept(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """The end waits for a file that has its name and no line: it is taken back before the case is let go."""
    real, linked, go = os.link, threading.Event(), threading.Event()

    def link(*arguments: Any, **options: Any) -> None:
        real(*arguments, **options)
        linked.set()
        go.wait()

    monkeypatch.setattr(os, "link", link)
    raised: list[list[BaseException]] = []
    keeping = threading.Thread(
        target=lambda: raised.append(in_threads(1, lambda _: world.keep(case, "a", b"x")))
    )
    closing = threading.Thread(target=case.writer.close)
    keeping.start()
    assert linked.wait(60)
    monkeypatch.setattr(os, "link", real)
    closing.start()
    closing.join(0.3)
    assert (closing.is_alive(), list(world.files(case.path / "data"))) == (True, ["a"])
    go.set()
    closing.join(60)
    assert world.files(case.path / "data") == {}
    keeping.join(60)
    assert [str(error) for error in raised[0]] == ["the case was closed"]
    assert world.types(case) == ["case.open"]

"""What a crash leaves is put aside and told, and nothing that was acknowledged is lost."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from forensics.custody import recovery
from forensics.custody.case import Case
from forensics.errors import IntegrityError, StoreError
from forensics.formats.entry import Entry
from tests.custody import world

TORN = b'{"actor":"SHA256:x","body":{"te'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Make a case with one item, and close it."""
    with world.create(tmp_path / "IR-1") as case:
        world.keep(case, "1/global/iam/ListUsers.jsonl", b"{}\n")
    return tmp_path / "IR-1"


def recoveries(case: Case) -> list[dict[str, Any]]:
    """List the bodies of the `recovery` entries."""
    return [item.body for item in case.entries() if item.type == "recovery"]


def test_nothing_after_an_orderly_end(path: Path) -> None:
    """To open and close a case changes nothing in it."""
    before = {**world.files(path), "lock": b""}
    world.reopen(path).close()
    assert {**world.files(path), "lock": b""} == before


def test_torn_line(path: Path) -> None:
    """A torn line is moved aside, whole, and told; the ledger goes on before it."""
    with (path / "ledger.jsonl").open("ab") as file:
        file.write(TORN)
    digest = hashlib.sha256(TORN).hexdigest()
    with world.reopen(path) as case:
        assert recoveries(case) == [
            {
                "drafts": 0,
                "kept": f"tmp/torn-{digest[:8]}",
                "orphans": [],
                "torn_bytes": len(TORN),
                "torn_sha256": digest,
                "unsigned": {},
            }
        ]
        assert (path / f"tmp/torn-{digest[:8]}").read_bytes() == TORN
        assert stat.S_IMODE((path / f"tmp/torn-{digest[:8]}").stat().st_mode) == 0o400
        case.writer.record("note", {})
    with world.reopen(path) as case:
        assert len(recoveries(case)) == 1


def test_torn_line_twice(path: Path) -> None:
    """The same bytes torn a second time do not overwrite the first."""
    for _ in range(2):
        with (path / "ledger.jsonl").open("ab") as file:
            file.write(TORN)
        world.reopen(path).close()
    name = f"torn-{hashlib.sha256(TORN).hexdigest()[:8]}"
    assert sorted(world.names(path / "tmp")) == [name, f"{name}-2"]
    with world.reopen(path) as case:
        assert [body["kept"] for body in recoveries(case)] == [f"tmp/{name}", f"tmp/{name}-2"]


def test_killed_between_moving_and_telling(path: Path) -> None:
    """A torn line that was moved by a run that then died is told by the next."""
    (path / "tmp/torn-01234567").write_bytes(TORN)
    with world.reopen(path) as case:
        assert [body["kept"] for body in recoveries(case)] == ["tmp/torn-01234567"]


def test_torn_line_of_zeros(path: Path) -> None:
    """What a file system leaves after a power cut need not be a part of a line."""
    with (path / "ledger.jsonl").open("ab") as file:
        file.write(bytes(4_096))
    with world.reopen(path) as case:
        assert recoveries(case)[0]["torn_bytes"] == 4_096


def test_no_place_for_the_torn_line(path: Path) -> None:
    """Where the torn line cannot be kept, it is not cut either."""
    with (path / "ledger.jsonl").open("ab") as file:
        file.write(TORN)
    before = world.files(path)["ledger.jsonl"]
    with world.files_of_at_most(8), pytest.raises(StoreError, match=r"cannot put the torn end"):
        world.reopen(path)
    assert world.files(path)["ledger.jsonl"] == before
    with world.reopen(path) as case:
        assert [body["torn_bytes"] for body in recoveries(case)] == [len(TORN)]


def test_drafts(path: Path) -> None:
    """Drafts of a dead run are removed, and counted."""
    for name in ("draft-00000001", "draft-00000002", "draft-checkpoint"):
        (path / "tmp" / name).write_bytes(b"never acknowledged")
    with world.reopen(path) as case:
        assert recoveries(case) == [
            {"drafts": 3, "kept": "", "orphans": [], "torn_bytes": 0, "torn_sha256": "", "unsigned": {}}
        ]
    assert world.names(path / "tmp") == []


def test_draft_with_a_second_name(path: Path) -> None:
    """A crash between a file's two names leaves one name, or an orphan, never a hard link."""
    os.link(path / "data/1/global/iam/ListUsers.jsonl", path / "tmp/draft-00000001")
    world.reopen(path).close()
    assert (path / "data/1/global/iam/ListUsers.jsonl").stat().st_nlink == 1


def test_orphan(path: Path) -> None:
    """A file that no line names is moved out of data/, told with its hash, and not lost."""
    orphan = path / "data/1/global/iam/ListRoles.jsonl"
    orphan.write_bytes(b"never acknowledged")
    kept = f"tmp/orphan-{hashlib.sha256(b'data/1/global/iam/ListRoles.jsonl').hexdigest()[:8]}"
    with world.reopen(path) as case:
        assert recoveries(case)[0]["orphans"] == [
            {
                "kept": kept,
                "path": "data/1/global/iam/ListRoles.jsonl",
                "sha256": hashlib.sha256(b"never acknowledged").hexdigest(),
                "size": 18,
            }
        ]
        assert not orphan.exists()
        assert (path / kept).read_bytes() == b"never acknowledged"
        assert world.keep(case, "1/global/iam/ListRoles.jsonl", b"x") == "data/1/global/iam/ListRoles.jsonl"
    with world.reopen(path) as case:
        assert len(recoveries(case)) == 1


def test_orphan_twice(path: Path) -> None:
    """A second orphan from the same place does not overwrite the first."""
    for number in range(2):
        (path / "data/x").write_bytes(b"%d" % number)
        world.reopen(path).close()
    assert sorted((path / name).read_bytes() for name in [f"tmp/{n}" for n in world.names(path / "tmp")]) == [
        b"0",
        b"1",
    ]


STRANGE: dict[str, Callable[[Path], object]] = {
    "link": lambda path: path.symlink_to("/etc/passwd"),
    "link to a folder": lambda path: path.symlink_to("/etc"),
    "pipe": os.mkfifo,
    "name": lambda path: (path.parent / "a\nb\x1b[2J").write_bytes(b"x"),
    "no UTF-8": lambda path: Path(os.fsdecode(os.fsencode(path.parent) + b"/\xff\xfe")).write_bytes(b"x"),
    "long name": lambda path: (path.parent / ("é" * 120)).write_bytes(b"x"),
}


@pytest.mark.parametrize("name", STRANGE)
def test_strange_orphan(path: Path, name: str) -> None:
    """Whatever lies in data/ is moved as it is: nothing is followed, opened or printed raw."""
    STRANGE[name](path / "data/odd")
    with world.reopen(path) as case:
        (orphan,) = recoveries(case)[0]["orphans"]
        assert orphan["path"].startswith("data/")
        assert os.path.lexists(path / orphan["kept"])
        assert (orphan["sha256"] == "") == (name in {"link", "link to a folder", "pipe"})
    assert world.names(path / "data") == ["1"]


def test_many_orphans(path: Path) -> None:
    """A thousand orphans take as many entries as they need, and each line fits."""
    for number in range(250):
        (path / "data" / f"{'o' * 180}{number}").write_bytes(b"%d" % number)
    (path / "tmp/draft-00000001").touch()
    with world.reopen(path) as case:
        assert [len(body["orphans"]) for body in recoveries(case)] == [100, 100, 50]
        assert [body["drafts"] for body in recoveries(case)] == [1, 0, 0]
        kept = {orphan["kept"] for body in recoveries(case) for orphan in body["orphans"]}
    assert len(kept) == 250


def test_killed_between_telling_and_moving(path: Path) -> None:
    """An orphan that was told and not moved is told again, and moved then."""
    (path / "data/x").write_bytes(b"x")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recovery.Recovery, "move", lambda _: os.mkfifo(path / "lock"))
        with pytest.raises(FileExistsError):
            world.reopen(path)
    with world.reopen(path) as case:
        assert [body["orphans"][0]["path"] for body in recoveries(case)] == ["data/x", "data/x"]
    assert not (path / "data/x").exists()


def test_orphan_that_cannot_be_moved(path: Path) -> None:
    """Where an orphan cannot be moved the case does not open, and nothing is lost."""
    (path / "data/x").write_bytes(b"x")
    found = recovery.Recovery([], [(path / "data/x", path / "nowhere/x")])
    with pytest.raises(StoreError, match=r"cannot move an orphan aside"):
        found.move()
    assert (path / "data/x").exists()


def test_entries_after_the_newest_checkpoint(path: Path) -> None:
    """Lines that no checkpoint covers yet are kept, told, and signed for together with what tells it."""
    for name in world.names(path / "checkpoints"):
        if not name.startswith("00000001"):
            (path / "checkpoints" / name).unlink()
    (path / "tmp/draft-00000001").touch()
    with world.reopen(path, rhythm=world.SELDOM) as case:
        assert world.types(case) == ["case.open", "item.add", "coverage", "recovery"]
        (told,) = recoveries(case)
        assert (told["drafts"], told["unsigned"]["count"]) == (1, 2)
        assert (path / "checkpoints/00000004.note").exists()


def test_shorter_than_its_checkpoint(path: Path) -> None:
    """A ledger whose end was cut off is refused, and left as it is."""
    lines = (path / "ledger.jsonl").read_bytes().splitlines(keepends=True)
    (path / "ledger.jsonl").write_bytes(b"".join(lines[:-1]))
    before = world.files(path)
    with pytest.raises(IntegrityError, match=r"has 2 entries, and 3 were signed over") as raised:
        world.reopen(path)
    assert raised.value.exit_code == 4
    assert {**world.files(path), "lock": b""} == {**before, "lock": b""}


def test_cut_within_a_line(path: Path) -> None:
    """A signed-over line that was cut is no torn line: nothing is moved, and the case refused."""
    data = (path / "ledger.jsonl").read_bytes()
    (path / "ledger.jsonl").write_bytes(data[:-5])
    with pytest.raises(IntegrityError, match=r"has 2 entries"):
        world.reopen(path)
    assert (path / "ledger.jsonl").read_bytes() == data[:-5]


def test_emptied(path: Path) -> None:
    """A ledger that was emptied is refused."""
    (path / "ledger.jsonl").write_bytes(b"")
    with pytest.raises(IntegrityError, match=r"has 0 entries"):
        world.reopen(path)


def test_rewritten(path: Path, tmp_path: Path) -> None:
    """A ledger with a chain of its own, made by whoever holds no log key, is not the one signed over."""
    from forensics.custody.ledger import Batch, Ledger, Pen

    with world.reopen(path) as case:
        origin = case.origin
        first = next(iter(case.entries()))
    (tmp_path / "forged").write_bytes(b"")
    log = Ledger(tmp_path / "forged", origin)
    batch = Batch(log, Pen(world.Ticking(), world.Repeating(77)))
    batch.add(first.actor, [("case.open", first.body), *[("note", {})] * 2])
    log.append(batch)
    (path / "ledger.jsonl").write_bytes((tmp_path / "forged").read_bytes())
    with pytest.raises(IntegrityError, match=r"another than checkpoint 3 was signed over"):
        world.reopen(path)


def killed(path: Path, number: int) -> list[bytes]:
    """Have a case end as by `kill -9`, with so many lines after its newest checkpoint; return all lines."""
    with world.reopen(path) as case:
        for _ in range(number):
            case.writer.record("note", {"text": "not signed for"})
    newest = max((path / "checkpoints").glob("*.note"))
    newest.unlink()
    return (path / "ledger.jsonl").read_bytes().splitlines(keepends=True)


@pytest.mark.parametrize("number", [1, 3])
def test_lines_that_nobody_signed_for(path: Path, number: int) -> None:
    """They are told of, how many and up to which, before the next checkpoint signs for them; once."""
    lines = killed(path, number)
    size = len(lines)
    with world.reopen(path) as case:
        (told,) = recoveries(case)
        assert told["unsigned"] == {
            "count": number,
            "first": size - number,
            "last": size - 1,
            "sha256": hashlib.sha256(lines[-1]).hexdigest(),
        }
    assert not (path / f"checkpoints/{size:08d}.note").exists(), "signed for with the entry that tells it"
    assert (path / f"checkpoints/{size + 1:08d}.note").exists()
    with world.reopen(path) as case:
        assert len(recoveries(case)) == 1


def test_killed_before_they_are_signed_for(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that died after it told, and before it signed: they are told of again, the telling among them."""
    killed(path, 2)
    with monkeypatch.context() as patch:
        patch.setattr(recovery.Recovery, "move", lambda _: os.mkfifo(path / "lock"))
        with pytest.raises(FileExistsError):
            world.reopen(path)
    newest = max((path / "checkpoints").glob("*.note"))
    newest.unlink()  # of the writer's end, which a kill would not have had
    with world.reopen(path) as case:
        assert [body["unsigned"]["count"] for body in recoveries(case)] == [2, 3]


def test_line_that_somebody_added(path: Path) -> None:
    """A line that fits the chain, written by who has no key, is adopted; and the ledger says that it was."""
    lines = (path / "ledger.jsonl").read_bytes().splitlines(keepends=True)
    last = Entry.parse(lines[-1])
    forged = replace(last, seq=len(lines), prev=hashlib.sha256(lines[-1]).hexdigest(), type="note", body={})
    with (path / "ledger.jsonl").open("ab") as file:
        file.write(forged.encode())
    with world.reopen(path) as case:
        (told,) = recoveries(case)
        digest = hashlib.sha256(forged.encode()).hexdigest()
        assert told["unsigned"] == {"count": 1, "first": len(lines), "last": len(lines), "sha256": digest}

"""Drafts, and the names that they get."""

from __future__ import annotations

import hashlib
import os
import stat
import threading
from pathlib import Path

import pytest

from forensics.custody import store
from forensics.custody.store import Draft, Store
from forensics.errors import FormatError, NoSpaceError, StoreError
from tests.custody import world


@pytest.fixture
def files(tmp_path: Path) -> Store:
    """Give an empty store."""
    for folder in ("data", "tmp"):
        (tmp_path / folder).mkdir()
    return Store(tmp_path)


def put(files: Store, path: str, data: bytes = b"x") -> str:
    """Place a file."""
    draft = files.draft()
    draft.write(data)
    name = files.place(draft, path)
    files.settle([name])
    return name


def test_draft(files: Store) -> None:
    """A draft is hashed while it is written, and 0400 once it is on the disk."""
    draft = files.draft()
    assert stat.S_IMODE(draft.path.stat().st_mode) & 0o077 == 0
    draft.write(b"one")
    draft.write(b"two")
    draft.sync()
    draft.sync()
    assert (draft.size, draft.sha256) == (6, hashlib.sha256(b"onetwo").hexdigest())
    assert draft.path.read_bytes() == b"onetwo"
    assert stat.S_IMODE(draft.path.stat().st_mode) == 0o400


def test_draft_ended(files: Store) -> None:
    """Nothing more goes into a draft that is on the disk: its hash is known."""
    draft = files.draft()
    draft.sync()
    with pytest.raises(StoreError, match=r"was ended before this write"):
        draft.write(b"x")


def test_drafts_end_together(files: Store) -> None:
    """Many drafts are ended, and hold no descriptor; the first that is kept takes the others along."""
    drafts = [files.draft() for _ in range(3)]
    for draft in drafts:
        draft.write(b"x")
        draft.end()
        draft.end()
        assert draft._descriptor is None
        with pytest.raises(StoreError, match=r"was ended before this write"):
            draft.write(b"x")
    assert {files.place(draft, "x") for draft in drafts} == {"data/x", "data/x.2", "data/x.3"}
    assert stat.S_IMODE((files.root / "data/x").stat().st_mode) == 0o400
    drafts[0].sync()
    files.close()
    files.close()


def test_draft_ends_alone_where_none_end_together(tmp_path: Path) -> None:
    """Where the system cannot be trusted with many, each gets its own fsync."""
    draft = Draft(tmp_path / "draft-1")
    draft.write(b"x")
    assert draft._descriptor is not None
    with world.broken(draft._descriptor), pytest.raises(StoreError, match=r"cannot sync draft-1"):
        draft.end()


def test_drafts_end_where_the_disk_fails(files: Store) -> None:
    """What could not be put on the disk together is broken, and so is all that waits for the same."""
    first, second = files.draft(), files.draft()
    for draft in (first, second):
        draft.end()
    assert files._flush is not None
    files._flush.close()  # as good as a disk that fails: EBADF
    with pytest.raises(StoreError, match=r"cannot put files on the disk: Bad file descriptor"):
        files.place(first, "x")
    for draft in (first, second):
        with pytest.raises(StoreError, match=r"put files on the disk"):
            files.place(draft, "x")
    assert world.names(files.root / "data") == []


def test_draft_whose_mode_a_umask_takes(files: Store) -> None:
    """It is 0400 once it is ended."""
    before = os.umask(0o777)
    try:
        draft = files.draft()
    finally:
        os.umask(before)
    draft.end()
    assert stat.S_IMODE(draft.path.stat().st_mode) == 0o400


def test_draft_discarded(files: Store) -> None:
    """A draft that is discarded is gone, and cannot be kept."""
    draft = files.draft()
    draft.write(b"x")
    draft.discard()
    draft.discard()
    assert not draft.path.exists()
    with pytest.raises(StoreError, match=r"No such file"):
        files.place(draft, "x")


def test_draft_on_a_full_disk(files: Store) -> None:
    """A write that failed breaks the draft for good; it can still be discarded."""
    draft = files.draft()
    with world.files_of_at_most(10):
        draft.write(b"x" * 10)
        with pytest.raises(NoSpaceError, match=r"cannot write draft-00000001-\w+: File too large"):
            draft.write(b"x")
    with pytest.raises(NoSpaceError, match=r"is broken: cannot write draft-00000001-\w+"):
        draft.write(b"x")
    with pytest.raises(NoSpaceError, match=r"is broken: cannot write draft-00000001-\w+"):
        draft.sync()
    draft.discard()
    assert world.files(files.root) == {}


def test_draft_that_cannot_be_synced(files: Store) -> None:
    """An fsync that failed breaks the draft: it is not tried again."""
    draft = files.draft()
    assert draft._descriptor is not None
    with world.broken(draft._descriptor):
        draft.write(b"x")
        with pytest.raises(StoreError, match=r"cannot sync draft-00000001-\w+"):
            draft.sync()
        assert draft._descriptor is None


def test_large_draft(files: Store) -> None:
    """What is hashed beside, and goes to the disk before its end, is the same file."""
    draft, pieces = files.draft(), [bytes([number]) * (3 << 20) for number in range(7)]
    for piece in pieces:
        draft.write(piece)
    draft.sync()
    assert draft.sha256 == hashlib.sha256(b"".join(pieces)).hexdigest()
    assert draft.path.read_bytes() == b"".join(pieces)


def test_large_draft_on_a_full_disk(files: Store) -> None:
    """A write that failed breaks it, whatever is hashed beside."""
    draft = files.draft()
    with world.files_of_at_most(1 << 20), pytest.raises(NoSpaceError):
        draft.write(bytes(2 << 20))
    draft.discard()


def test_draft_cut_by_another(files: Store) -> None:
    """A file that is not as long as what was written to it is not kept."""
    draft = files.draft()
    draft.write(b"12345")
    os.truncate(draft.path, 4)
    with pytest.raises(StoreError, match=r"is 4 bytes long, and should be 5"):
        files.place(draft, "x")


def test_draft_cannot_be_made(tmp_path: Path) -> None:
    """A folder that is missing is a store error, not a traceback."""
    with pytest.raises(StoreError, match=r"cannot make draft-1"):
        Draft(tmp_path / "tmp" / "draft-1")


def test_place(files: Store) -> None:
    """A draft gets its name, and loses that in tmp/; its folders are 0700."""
    assert put(files, "123/global/iam/ListUsers.jsonl") == "data/123/global/iam/ListUsers.jsonl"
    path = files.root / "data/123/global/iam/ListUsers.jsonl"
    assert path.stat().st_nlink == 1
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list((files.root / "tmp").iterdir()) == []


def test_place_twice(files: Store) -> None:
    """A name that is taken gets a number before its extension."""
    assert [put(files, "a/x.jsonl", b"%d" % n) for n in range(3)] == [
        "data/a/x.jsonl",
        "data/a/x.2.jsonl",
        "data/a/x.3.jsonl",
    ]
    assert (files.root / "data/a/x.jsonl").read_bytes() == b"0"


@pytest.mark.parametrize(
    ("first", "second", "name"),
    [
        ("a/x.jsonl", "a/X.jsonl", "data/a/X.2.jsonl"),
        ("a/x", "a/x/y", "data/a/x.2/y"),
        ("a/x/y", "a/x", "data/a/x.2"),
        ("a/x/y", "a/X", "data/a/X.2"),
        ("a/x", "A/X/y", "data/a/X.2/y"),
        ("Logs/a/x", "logs/A/y", "data/Logs/a/y"),
        ("x", "x", "data/x.2"),
    ],
)
def test_names_that_some_file_system_takes_for_one(files: Store, first: str, second: str, name: str) -> None:
    """No two files share a name, and no file that of a folder, whatever the letters' case."""
    put(files, first)
    assert put(files, second) == name


def test_folder_beside_a_file_is_found_again(files: Store) -> None:
    """Two files of one folder stay together also where the folder had to be renamed."""
    put(files, "a")
    assert [put(files, "a/1"), put(files, "a/2")] == ["data/a.2/1", "data/a.2/2"]


def test_folders_of_which_nothing_is_remembered(files: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """There may be a quarter of a million: one keeps its name also where it is asked for much later."""
    monkeypatch.setattr(store, "_MANY", 1)
    put(files, "a")
    wished = ("a/1", "Logs/1", "b/1", "logs/2", "LOGS/3", "a/2", "A/3", "b/2", "B/C/1", "b/c/2")
    found = ["a.2/1", "Logs/1", "b/1", "Logs/2", "Logs/3", "a.2/2", "a.2/3", "b/2", "b/C/1", "b/C/2"]
    assert [put(files, name) for name in wished] == [f"data/{name}" for name in found]


def test_long_names_stay_within_the_grammar(files: Store) -> None:
    """The number goes at the cost of the name, not beyond the bound on a component."""
    name = "n" * 144 + ".jsonl"
    assert put(files, name) == f"data/{name}"
    assert put(files, name) == f"data/{'n' * 142}.2.jsonl"


def test_number_after_a_dot(files: Store) -> None:
    """A name that is cut at a dot does not get two."""
    name = "n" * 141 + ".xx" + ".jsonl"
    put(files, name)
    assert put(files, name) == f"data/{'n' * 141}.2.jsonl"


def test_file_of_a_stranger_is_never_overwritten(files: Store) -> None:
    """A file that appeared behind our back keeps its name."""
    put(files, "a/x")
    (files.root / "data/a/x.2").write_bytes(b"not ours")
    assert put(files, "a/x") == "data/a/x.3"
    assert (files.root / "data/a/x.2").read_bytes() == b"not ours"


def test_withdraw(files: Store) -> None:
    """A name that is taken back is free, and its draft as it was."""
    draft = files.draft()
    draft.write(b"x")
    files.withdraw(draft, files.place(draft, "a/x"))
    assert world.files(files.root) == {f"tmp/{draft.path.name}": b"x"}
    assert files.place(draft, "a/x") == "data/a/x"


@pytest.mark.parametrize(
    "path", ["", "../x", "/x", "a//b", "a/.x", "a/x.", "con", "a\nb", "é", "a/" + "b" * 151]
)
def test_check_refuses(path: str) -> None:
    """A path outside the grammar is refused."""
    with pytest.raises(FormatError):
        store.check(path)


def test_check_leaves_room() -> None:
    """A stored path leaves room for a number, and for `derived/` in place of `data/`."""
    longest = "/".join(["a" * 112, "b" * 112])
    store.check(longest)
    with pytest.raises(FormatError, match=r"longer than 230 bytes"):
        store.check(f"{longest}c")


def test_know(files: Store) -> None:
    """What the ledger names is taken, as are the folders above it; the rest is a stranger."""
    for name in ("data/a/x", "data/a/y", "data/z", "odd"):
        files.know(name)
    for name in ("a/x", "z", "b/other"):
        (files.root / "data" / name).parent.mkdir(exist_ok=True)
        (files.root / "data" / name).touch()
    (files.root / "data/link").symlink_to("a")
    strangers = [path.relative_to(files.root).as_posix() for path in files.strangers()]
    assert strangers == ["data/b/other", "data/link"]
    assert [put(files, "A/x"), put(files, "a")] == ["data/a/x.2", "data/a.2"]


def test_sweep(files: Store) -> None:
    """Drafts of a dead run go; what was put aside stays."""
    for name in ("draft-00000001", "draft-checkpoint", "torn-01234567", "orphan-01234567"):
        (files.root / "tmp" / name).touch()
    assert files.sweep() == 2
    assert sorted(world.files(files.root)) == ["tmp/orphan-01234567", "tmp/torn-01234567"]


def test_sweep_while_a_draft_goes(files: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread that outlived its run may remove its draft just now."""
    draft, real = files.draft(), Path.unlink

    def unlink(path: Path, **options: bool) -> None:
        monkeypatch.setattr(Path, "unlink", real)
        draft.discard()
        path.unlink(**options)

    monkeypatch.setattr(Path, "unlink", unlink)
    assert files.sweep() == 1
    assert world.files(files.root) == {}


def test_drafts_of_an_earlier_run(files: Store) -> None:
    """A thread that outlived its run touches no draft of the run after it, in the same process."""
    late = files.draft()
    later = Store(files.root)
    later.sweep()
    draft = later.draft()
    draft.write(b"x")
    late.write(b"y")
    late.discard()
    assert later.place(draft, "a") == "data/a"
    assert world.files(files.root) == {"data/a": b"x"}


def test_place_from_many_threads(files: Store) -> None:
    """Sixteen threads that want one name get sixteen, and every file keeps its bytes."""
    names: dict[int, str] = {}

    def work(number: int) -> None:
        for turn in range(5):
            names[number * 5 + turn] = put(files, "a/b/x.jsonl", b"%d" % (number * 5 + turn))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(names.values())) == 80
    assert all((files.root / name).read_bytes() == b"%d" % number for number, name in names.items())

"""Signed statements of the ledger's length and root."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from forensics import keys
from forensics.custody import checkpoints, ledger
from forensics.custody.case import Case
from forensics.custody.checkpoints import Checkpoints
from forensics.errors import IntegrityError, StoreError
from forensics.formats.note import Note
from tests.custody import world


def statements(case: Case) -> Checkpoints:
    """Give the checkpoints of a case."""
    return Checkpoints(case.path, case.log_key)


def test_newest(case: Case) -> None:
    """The newest is the longest, and states the ledger's root."""
    case.writer.record("note", {"text": "x"})
    case.writer.checkpoint()
    newest = statements(case).newest()
    assert (newest.origin, newest.size) == (case.origin, 2)
    log = ledger.Ledger(case.path / ledger.NAME, case.origin)
    list(log.replay())
    assert newest.root == log.tree.root()


def test_is_a_note_of_the_log_key(case: Case) -> None:
    """A checkpoint is a C2SP note with exactly one signature, by the log key."""
    note = Note.parse((case.path / "checkpoints/00000001.note").read_bytes())
    keys.verify_note(note, case.origin, case.log_key.public)
    assert len(note.signatures) == 1
    assert note.text.startswith(f"{case.origin}\n1\n")


def test_never_rewritten(case: Case) -> None:
    """A checkpoint of the same size is not written over the first."""
    before = world.files(case.path)
    log = ledger.Ledger(case.path / ledger.NAME, case.origin)
    list(log.replay())
    with pytest.raises(StoreError, match=r"cannot write 00000001.note: File exists"):
        statements(case).publish(log.size, log.tree.root())
    assert before == {name: data for name, data in world.files(case.path).items() if name in before}


def test_none(case: Case) -> None:
    """A case without a checkpoint is refused: it begins with one."""
    for path in (case.path / "checkpoints").iterdir():
        path.unlink()
    (case.path / "checkpoints/readme.note").touch()
    with pytest.raises(IntegrityError, match=r"there is none"):
        statements(case).newest()


def _other_log(case: Case) -> bytes:
    other = keys.LogKey.from_seed(case.origin, b"o" * 32)
    text = Note.parse((case.path / "checkpoints/00000001.note").read_bytes()).text
    return other.sign_note(text.replace("\n1\n", "\n9\n")).encode()


SPOILS: dict[str, tuple[Callable[[Case], bytes], str]] = {
    "emptied": (lambda _: b"", "no blank line"),
    "cut": (lambda case: (case.path / "checkpoints/00000001.note").read_bytes()[:-9], "note: "),
    "other key": (_other_log, "0 signatures by the log's key"),
    "too large": (lambda _: b"x" * (2**20 + 1), "longer than 1048576 bytes"),
    "other text": (lambda case: case.log_key.sign_note("anything\n").encode(), "not the three lines"),
    "other size": (
        lambda case: (case.path / "checkpoints/00000001.note").read_bytes(),
        "of another log or size than its place says",
    ),
}


@pytest.mark.parametrize("name", SPOILS)
def test_newest_refuses(case: Case, name: str) -> None:
    """What is no checkpoint of this case under its own name is refused, and named."""
    spoil, message = SPOILS[name]
    (case.path / "checkpoints/00000009.note").write_bytes(spoil(case))
    with pytest.raises(IntegrityError, match=rf"checkpoints/00000009.note: .*{message}"):
        statements(case).newest()


def test_newest_follows_no_link(case: Case) -> None:
    """A link in a checkpoint's place is refused."""
    (case.path / "checkpoints/00000009.note").symlink_to("00000001.note")
    with pytest.raises(IntegrityError, match=r"00000009.note"):
        statements(case).newest()


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("00000001.note", 1),
        ("00000044.note.ana.sig", 44),
        ("123456789012.note", 123_456_789_012),
        ("1.note", None),
        ("00000001.notes", None),
        ("00000001", None),
        ("x00000001.note", None),
        ("00000001.note-", None),
    ],
)
def test_size_of(name: str, size: int | None) -> None:
    """A name states its size, or is no checkpoint's."""
    assert checkpoints.size_of(name) == size
    assert size is None or name.startswith(checkpoints.name(size))


def test_unwritable_folder(case: Case) -> None:
    """A folder that is gone is a store error."""
    case.writer.record("note", {"text": "x"})
    (case.path / "checkpoints").rename(case.path / "bundles" / "gone")
    with pytest.raises(StoreError, match=r"cannot write 00000002.note"):
        case.writer.checkpoint()
    assert world.names(case.path / "tmp") == ["draft-checkpoint"]

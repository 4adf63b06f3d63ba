"""A case that is open, and what keeps it from being opened."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from forensics import keys
from forensics.custody.case import Case
from forensics.errors import (
    CaseError,
    CaseHeldError,
    ForensicsError,
    IdentityError,
    IntegrityError,
    StoreError,
)
from tests.custody import world


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Make a case with one item, and close it."""
    with world.create(tmp_path / "IR-1") as case:
        world.keep(case, "a/x", b"x")
    return tmp_path / "IR-1"


def test_goes_on(path: Path) -> None:
    """A case that is opened again knows what it holds."""
    with world.reopen(path) as case:
        assert (case.name, case.sealed, case.identity_made, case.identity) == (
            "IR-1",
            False,
            False,
            world.ANA,
        )
        assert world.types(case) == ["case.open", "item.add", "coverage"]
        assert world.keep(case, "A/X", b"y") == "data/a/X.2"
        assert case.length == (path / "ledger.jsonl").stat().st_size


def test_entries_while_others_write(case: Case) -> None:
    """Entries are read as far as they are on the disk, while others go on writing."""
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            case.writer.record("note", {"text": "x" * 500})

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    sizes = [len(world.types(case)) for _ in range(20)]
    stop.set()
    for thread in threads:
        thread.join()
    assert sizes == sorted(sizes)
    assert [item.seq for item in case.entries()] == list(range(len(world.types(case))))


def test_held(path: Path) -> None:
    """A second process is told who has the case, until the first lets go."""
    with world.reopen(path):
        with pytest.raises(CaseHeldError, match=rf"IR-1 is held by process {os.getpid()}") as raised:
            world.reopen(path)
        assert raised.value.exit_code == 6
        program = (
            "import sys; from pathlib import Path; from forensics.custody.case import Case;"
            "from forensics.errors import CaseHeldError\n"
            "try: Case.open(Path(sys.argv[1]))\n"
            "except CaseHeldError: sys.exit(6)"
        )
        assert subprocess.run([sys.executable, "-c", program, str(path)], check=False).returncode == 6
    world.reopen(path).close()


def test_closed_by_its_with(path: Path) -> None:
    """A case is let go of also where its work raised; to close it again does nothing."""
    with pytest.raises(ZeroDivisionError), world.reopen(path) as case:
        _ = 1 // 0
    case.close()
    world.reopen(path).close()


def test_let_go_of_where_its_end_cannot_be_signed(path: Path) -> None:
    """A last checkpoint that fails is told, and the case let go of all the same."""
    case = world.reopen(path)
    case.writer.record("note", {})
    (path / "checkpoints").rename(path / "away")
    with pytest.raises(StoreError):
        case.close()
    (path / "away").rename(path / "checkpoints")
    with world.reopen(path) as again:
        assert world.types(again)[-2:] == ["note", "recovery"]
        assert (path / "checkpoints/00000005.note").exists()


def test_identity_of_the_case(path: Path) -> None:
    """A case can be gone on with without its identity, which only sealing needs."""
    with world.reopen(path, identity=None) as case:
        assert case.identity is None
        assert case.writer.actor == world.ANA.public.fingerprint


def test_identity_of_another(path: Path) -> None:
    """A key that is none of the case's is refused, and the case is let go of."""
    other = keys.generate_identity(b"o" * 32, name="mallory")
    with pytest.raises(IdentityError, match=r"is none of this case's") as raised:
        world.reopen(path, identity=other)
    assert raised.value.hint == "give the key of ana@example.com"
    world.reopen(path).close()


def test_made_identity_that_is_none(tmp_path: Path) -> None:
    """Nobody named the key that was made for the case: that it is damaged is an error, and no usage."""
    with world.create(tmp_path / "IR-2", identity=None) as case:
        made = case.path / "private/identity"
    made.chmod(0o600)
    made.write_bytes(b"x")
    with pytest.raises(IdentityError, match=r"identity is no key") as raised:
        Case.open(tmp_path / "IR-2")
    assert raised.value.exit_code == 1


def test_not_a_case(tmp_path: Path) -> None:
    """A folder that is no case is refused without a trace."""
    with pytest.raises(CaseError, match=r"is not a case"):
        Case.open(tmp_path)
    assert list(tmp_path.iterdir()) == []


def _other_case(path: Path) -> Path:
    from tests.custody.world import Repeating, create

    create(path.parent / "other", random=Repeating(500)).close()
    return path.parent / "other"


def _replace(name: str) -> Callable[[Path], object]:
    def spoil(path: Path) -> None:
        (path / name).chmod(0o600)
        shutil.copyfile(_other_case(path) / name, path / name)

    return spoil


SPOILS: dict[str, tuple[Callable[[Path], object], type[ForensicsError], str]] = {
    "log key of another": (
        _replace("private/log.key"),
        IntegrityError,
        "is not the key that case.json names",
    ),
    "case.json of another": (_replace("case.json"), IntegrityError, "case.json names other keys"),
    "ledger of another": (_replace("ledger.jsonl"), IntegrityError, "names other keys than the first entry"),
    "log key gone": (
        lambda path: (path / "private/log.key").unlink(),
        CaseError,
        "log.key cannot be read: No such",
    ),
    "log key too large": (
        lambda path: (path / "private/log.key").write_bytes(b"x" * 20_000),
        CaseError,
        "log.key cannot be read: longer than",
    ),
    "log key no key": (lambda path: (path / "private/log.key").write_bytes(b"x"), IdentityError, "log key"),
    "private gone": (
        lambda path: shutil.rmtree(path / "private"),
        CaseError,
        "cannot open .*private: No such",
    ),
    "data a link": (
        lambda path: (path / "data").rename(path / "d").with_name("data").symlink_to("d"),
        CaseError,
        "data is a symbolic link",
    ),
    "tmp for all": (lambda path: (path / "tmp").chmod(0o777), CaseError, "tmp is writable for everybody"),
    "case for all": (lambda path: path.chmod(0o707), CaseError, "IR-1 is writable for everybody"),
    "ledger gone": (
        lambda path: (path / "ledger.jsonl").unlink(),
        StoreError,
        "cannot open ledger.jsonl: No such",
    ),
    "checkpoints gone": (
        lambda path: (path / "checkpoints").rename(path / "c").with_name("checkpoints").mkdir(),
        IntegrityError,
        "checkpoints: there is none",
    ),
}


@pytest.mark.parametrize("name", SPOILS)
def test_spoilt(path: Path, name: str) -> None:
    """A case that does not hold together is refused with one clear line, and left as it is."""
    spoil, kind, message = SPOILS[name]
    spoil(path)
    before = world.files(path)
    with pytest.raises(kind, match=message):
        world.reopen(path)
    assert {**world.files(path), "lock": b""} == {**before, "lock": b""}


@pytest.mark.parametrize(("field", "value"), [("log_vkey", "origin+00000000+x"), ("origin", "not a name")])
def test_facts_that_are_made_up(path: Path, field: str, value: str) -> None:
    """Facts that were written anew do not pass."""
    from dataclasses import replace

    from forensics.custody import facts

    change: dict[str, Any] = {field: value}
    made_up = replace(facts.read(path), **change)
    (path / "case.json").chmod(0o600)
    (path / "case.json").write_bytes(made_up.encode())
    with pytest.raises(IntegrityError, match=r"case\.json"):
        world.reopen(path)


def test_another_identity_in_the_facts(path: Path) -> None:
    """An identity that was slipped into case.json is not the one in the ledger."""
    from dataclasses import replace

    from forensics.custody import facts

    mallory = keys.generate_identity(b"o" * 32, name="mallory")
    about = {
        "fingerprint": mallory.public.fingerprint,
        "name": "mallory",
        "public": mallory.public.openssh(),
    }
    made_up = replace(facts.read(path), identities=(about,))
    (path / "case.json").chmod(0o600)
    (path / "case.json").write_bytes(made_up.encode())
    with pytest.raises(IntegrityError, match=r"case\.json names other keys than the first entry"):
        world.reopen(path, identity=mallory)


def test_ledger_that_does_not_begin_with_an_opening(tmp_path: Path) -> None:
    """A ledger of the log key's own that begins otherwise is refused."""
    from forensics.custody import creation

    def body(_: object, __: object) -> dict[str, object]:
        return {"case": "IR-1"}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(creation._Founding, "_body", body)
        with pytest.raises(IntegrityError, match=r"names other keys"):
            world.create(tmp_path / "x")


def test_copied_while_closed(path: Path, tmp_path: Path) -> None:
    """A copy of the folder is the same case, and opens."""
    shutil.copytree(path, tmp_path / "copy")
    with world.reopen(tmp_path / "copy") as case:
        assert len(world.types(case)) == 3

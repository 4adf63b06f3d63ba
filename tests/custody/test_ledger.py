"""The append-only file."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from forensics.custody import ledger
from forensics.custody.ledger import Batch, Ledger, Pen
from forensics.errors import FormatError, IntegrityError, NoSpaceError, StoreError
from forensics.formats import entry, merkle
from tests.custody import world

ORIGIN = "example.org/log"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Make an empty ledger."""
    ledger.create(tmp_path / ledger.NAME)
    return tmp_path / ledger.NAME


def opened(path: Path) -> Ledger:
    """Open a ledger and read it."""
    log = Ledger(path, ORIGIN)
    list(log.replay())
    return log


def add(log: Ledger, *texts: str) -> Batch:
    """Append notes."""
    batch = Batch(log, Pen(world.Ticking(), world.Repeating()))
    batch.add("ana", [("note", {"text": text}) for text in texts])
    log.append(batch)
    return batch


def test_golden(path: Path) -> None:
    """A line is these bytes, and no others, given clock and randomness."""
    add(opened(path), "one")
    assert path.read_bytes() == (
        b'{"actor":"ana","body":{"text":"one"},'
        b'"prev":"' + hashlib.sha256(b"example.org/log\n").hexdigest().encode() + b'",'
        b'"salt":"' + hashlib.shake_256(b"1").hexdigest(16).encode() + b'",'
        b'"seq":0,"time":"2031-05-06T07:08:10.000000Z","type":"note","v":1}\n'
    )


def test_chain_by_hand(path: Path) -> None:
    """`sed` and `sha256sum` give each line's prev."""
    add(opened(path), "one", "two", "three")
    for number in (1, 2):
        command = f"sed -n {number}p {path} | sha256sum | cut -c-64"
        digest = subprocess.run(
            ["bash", "-c", command], capture_output=True, text=True, check=True
        ).stdout.strip()
        assert f'"prev":"{digest}"' in path.read_text().splitlines()[number]


def test_goes_on(path: Path) -> None:
    """A ledger that was closed goes on where it ended: same chain, same tree."""
    log = opened(path)
    add(log, "one", "two")
    log.close()
    again = opened(path)
    assert (again.size, again.length, again.head) == (log.size, log.length, log.head)
    add(again, "three")
    tree = merkle.Tree()
    for line in path.read_bytes().splitlines(keepends=True):
        tree.append(merkle.leaf_hash(line))
    assert opened(path).tree.root() == again.tree.root() == tree.root()


def test_salts_differ(path: Path) -> None:
    """Each line of a group has a salt of its own."""
    add(opened(path), *"abcdef")
    assert len({item.salt for item in Ledger(path, ORIGIN).replay()}) == 6


def test_batch_is_all_or_nothing(path: Path) -> None:
    """An entry that the format refuses takes its job along, and no other."""
    log = opened(path)
    batch = Batch(log, Pen(world.Ticking(), world.Repeating()))
    batch.add("ana", [("note", {"text": "one"})])
    with pytest.raises(FormatError):
        batch.add("ana", [("note", {"text": "two"}), ("note", {"text": "x" * 70_000})])
    batch.add("ana", [("note", {"text": "three"})])
    log.append(batch)
    assert [item.body["text"] for item in Ledger(path, ORIGIN).replay()] == ["one", "three"]


def test_full_disk(path: Path) -> None:
    """A disk that fills up in the middle of a line leaves a torn line, and an error."""
    log = opened(path)
    add(log, "one")
    with (
        world.files_of_at_most(log.length + 20),
        pytest.raises(NoSpaceError, match=r"cannot write ledger.jsonl"),
    ):
        add(log, "two")
    again = opened(path)
    assert (again.size, len(again.torn())) == (1, 20)
    again.cut()
    assert opened(path).torn() == b""
    assert path.stat().st_size == again.length


def test_failed_fsync(path: Path) -> None:
    """A line that was written and not put on the disk is not counted."""
    log = opened(path)
    with world.broken(log._descriptor), pytest.raises(StoreError, match=r"cannot write ledger.jsonl"):
        add(log, "one")
    assert log.size == 0


def test_another_writer(path: Path) -> None:
    """A ledger that is longer than what we wrote has had another writer."""
    log = opened(path)
    with path.open("ab") as file:
        file.write(b"more")
    with pytest.raises(StoreError, match=r"ledger.jsonl is \d+ bytes long, and should be \d+"):
        add(log, "one")


def test_cut_fails(path: Path) -> None:
    """A ledger that cannot be cut is a store error."""
    log = opened(path)
    log.close()
    with pytest.raises(StoreError, match=r"cannot cut ledger.jsonl"):
        log.cut()


SPOILS: dict[str, tuple[Callable[[list[bytes]], object], str]] = {
    "edited": (
        lambda lines: lines.__setitem__(1, lines[1].replace(b"two", b"TWO")),
        "line 3 does not continue",
    ),
    "removed": (lambda lines: lines.pop(1), "line 2 does not continue"),
    "first removed": (lambda lines: lines.pop(0), "line 1 does not continue"),
    "doubled": (lambda lines: lines.insert(1, lines[1]), "line 3 does not continue"),
    "swapped": (lambda lines: lines.insert(0, lines.pop(1)), "line 1 does not continue"),
    "other seq": (
        lambda lines: lines.__setitem__(2, lines[2].replace(b'"seq":2', b'"seq":7')),
        "line 3 does not",
    ),
    "spaced": (lambda lines: lines.__setitem__(1, lines[1].replace(b'":', b'": ')), "line 2: "),
    "emptied": (lambda lines: lines.__setitem__(1, b"\n"), "line 2: "),
    "zeroed": (lambda lines: lines.__setitem__(1, b"\0" * 20 + b"\n"), "line 2: "),
    "too long": (lambda lines: lines.append(b"x" * 70_000 + b"\n"), "line 4 is longer than 65535 bytes"),
    "endless": (lambda lines: lines.append(b"x" * 1_000_000), "line 4 is longer than 65535 bytes"),
}


@pytest.mark.parametrize("name", SPOILS)
def test_replay_refuses(path: Path, name: str) -> None:
    """A ledger that does not hold together is refused at the line where it does not."""
    add(opened(path), "one", "two", "three")
    lines = path.read_bytes().splitlines(keepends=True)
    spoil, message = SPOILS[name]
    spoil(lines)
    path.write_bytes(b"".join(lines))
    with pytest.raises(IntegrityError, match=message):
        opened(path)


def test_of_another_log(path: Path) -> None:
    """Lines of one log do not pass for those of another."""
    add(opened(path), "one")
    with pytest.raises(IntegrityError, match=r"line 1 does not continue"):
        list(Ledger(path, "example.org/other").replay())


def test_missing(tmp_path: Path) -> None:
    """A ledger that is not there cannot be opened, and is not made."""
    with pytest.raises(StoreError, match=r"cannot open ledger.jsonl: No such file"):
        Ledger(tmp_path / ledger.NAME, ORIGIN)
    assert list(tmp_path.iterdir()) == []


def test_link(path: Path, tmp_path: Path) -> None:
    """A link in the ledger's place is not followed."""
    path.rename(tmp_path / "elsewhere")
    path.symlink_to("elsewhere")
    with pytest.raises(StoreError, match=r"cannot open ledger.jsonl"):
        Ledger(path, ORIGIN)


def test_pipe(path: Path) -> None:
    """A pipe in the ledger's place does not hang us."""
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(IntegrityError, match=r"not a regular file"):
        Ledger(path, ORIGIN)


def test_read_stops_at_a_length(path: Path) -> None:
    """Only what was on the disk for certain is read, whatever follows."""
    log = opened(path)
    add(log, "one", "two")
    with path.open("ab") as file:
        file.write(b'{"torn')
    assert [item.body["text"] for _, item in ledger.read(path, log.length)] == ["one", "two"]
    assert b"".join(line for line, _ in ledger.read(path, log.length)) == path.read_bytes()[: log.length]


def test_times_are_those_of_the_clock(path: Path) -> None:
    """A clock that is put back shows as it was read: order is told by seq, not by time."""
    log = opened(path)
    clock = world.Ticking()
    for year in (2031, 2030):
        clock.now = clock.now.replace(year=year)
        batch = Batch(log, Pen(clock, world.Repeating()))
        batch.add("ana", [("note", {})])
        log.append(batch)
    first, second = Ledger(path, ORIGIN).replay()
    assert first.time > second.time
    assert entry.moment(second.time).year == 2030


def test_longest_lines(path: Path) -> None:
    """A line as long as may be is read; so is a torn one of that length; more is refused."""
    log = opened(path)
    short = len(
        entry.Entry(
            0, entry.timestamp(world.Ticking()()), "ana", "note", {"text": ""}, log.head, "0" * 32
        ).encode()
    )
    add(log, "x" * (entry.MAX_BYTES - short))
    assert log.length == entry.MAX_BYTES
    ((line, _),) = ledger.read(path, log.length)
    assert len(line) == entry.MAX_BYTES
    whole = path.read_bytes()
    path.write_bytes(whole + b"x" * entry.MAX_BYTES)
    assert opened(path).torn() == b"x" * entry.MAX_BYTES
    path.write_bytes(whole + b"x" * (entry.MAX_BYTES + 1) + b"\n")
    with pytest.raises(IntegrityError, match=r"line 2 is longer than 65535 bytes"):
        opened(path)


def test_gone_while_it_is_open(path: Path) -> None:
    """What cannot be read says which file, whoever reads it."""
    log = opened(path)
    path.unlink()
    for read in (lambda: list(log.replay()), log.torn, lambda: list(ledger.read(path, 1))):
        with pytest.raises(StoreError, match=r"cannot read ledger.jsonl: No such file"):
            read()


def test_nobody_else_reads_it(path: Path) -> None:
    """It is the responder's alone, whatever the umask."""
    assert path.stat().st_mode & 0o777 == 0o600


def test_draws_what_it_uses(path: Path) -> None:
    """One draw of sixteen bytes an entry."""
    drawn: list[int] = []

    def draw(size: int) -> bytes:
        drawn.append(size)
        return bytes(size)

    batch = Batch(opened(path), Pen(world.Ticking(), draw))
    batch.add("ana", [("note", {}), ("note", {})])
    assert drawn == [32]

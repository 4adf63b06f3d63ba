"""One process holds a case."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from forensics.custody import lock
from forensics.errors import CaseHeldError, StoreError
from tests.custody import world


def test_names_its_holder(tmp_path: Path) -> None:
    """The second is told which process has it."""
    held = lock.acquire(tmp_path / "lock", "the case")
    with pytest.raises(CaseHeldError, match=rf"^the case is held by process {os.getpid()}$") as raised:
        lock.acquire(tmp_path / "lock", "the case")
    assert raised.value.exit_code == 6
    os.close(held)
    os.close(lock.acquire(tmp_path / "lock", "the case"))


def test_names_nobody_it_does_not_know(tmp_path: Path) -> None:
    """What stands in the file is hostile text until it is a number."""
    held = lock.acquire(tmp_path / "lock", "the case")
    (tmp_path / "lock").write_bytes(b"\x1b[2J\xff")
    with pytest.raises(CaseHeldError, match=r"^the case is held by another process$"):
        lock.acquire(tmp_path / "lock", "the case")
    os.close(held)


def test_outlives_no_process(tmp_path: Path) -> None:
    """A holder that was killed holds nothing."""
    program = (
        "import os, signal, sys; from pathlib import Path; from forensics.custody import lock;"
        "lock.acquire(Path(sys.argv[1]), 'x'); print('held', flush=True); signal.pause()"
    )
    path = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(path)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": "."},
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(CaseHeldError, match=rf"process {holder.pid}"):
            lock.acquire(path, "the case")
        holder.kill()
    os.close(lock.acquire(path, "the case"))


def test_follows_no_link(tmp_path: Path) -> None:
    """A link in the lock's place is refused, and what it names is not touched."""
    (tmp_path / "victim").write_bytes(b"precious")
    (tmp_path / "lock").symlink_to("victim")
    with pytest.raises(StoreError, match=r"cannot open"):
        lock.acquire(tmp_path / "lock", "the case")
    assert (tmp_path / "victim").read_bytes() == b"precious"


def test_on_a_full_disk(tmp_path: Path) -> None:
    """A full disk does not keep a case from being opened: the number is only a help."""
    with world.files_of_at_most(0):
        held = lock.acquire(tmp_path / "lock", "the case")
    assert (tmp_path / "lock").read_bytes() == b""
    os.close(held)


@pytest.mark.parametrize("again", [False, True])
def test_of_a_file_that_was_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, again: bool) -> None:
    """A lock on a file that has lost its name locks nothing, so it is refused."""
    import fcntl

    real = fcntl.flock

    def slow(descriptor: int, operation: int) -> None:
        """Take the lock just after its holder removed the file, and perhaps another made a new one."""
        (tmp_path / "lock").unlink()
        if again:
            (tmp_path / "lock").touch()
        real(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", slow)
    with pytest.raises(CaseHeldError, match=r"is being made by another process"):
        lock.acquire(tmp_path / "lock", "the case")

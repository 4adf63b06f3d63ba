"""Many files on the disk in one go, and where that is not to be trusted."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from forensics.custody import flush
from forensics.custody.flush import flush_of
from forensics.errors import NoSpaceError, StoreError


@pytest.mark.parametrize(
    ("system", "release"),
    [("Linux", "5.7.19"), ("Linux", "4.19.0-21-amd64"), ("Linux", ""), ("Darwin", "23.1.0"), ("", "")],
)
def test_systems_that_lose_errors(tmp_path: Path, system: str, release: str) -> None:
    """No older Linux, and no other system."""
    assert flush_of(tmp_path, system, release) is None


@pytest.mark.parametrize("release", ["5.8.0", "5.10.0-rc1", "6.1.0-13-cloud-amd64", "10.0"])
def test_systems_that_tell(tmp_path: Path, release: str) -> None:
    """Linux from 5.8 on."""
    found = flush_of(tmp_path, "Linux", release)
    assert found is not None
    found.reach(found.mark())
    found.close()


def test_file_systems_that_lose_errors() -> None:
    """What is not on the list, as `/proc` is not, gets an fsync a file."""
    assert flush_of(Path("/proc"), "Linux", "6.1.0") is None


def test_once_for_all_that_was_marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One call for many marks; what was marked after it began needs another."""
    found, calls = flush_of(tmp_path, "Linux", "6.1.0"), list[str]()
    assert found is not None
    real = flush._call
    late = list[int]()

    def counting(name: str, *arguments: object) -> None:
        calls.append(name)
        late.append(found.mark())
        real(name, *arguments)

    monkeypatch.setattr(flush, "_call", counting)
    marks = [found.mark() for _ in range(3)]
    for mark in marks:
        found.reach(mark)
    assert calls == ["syncfs"]
    found.reach(late[0])
    assert calls == ["syncfs", "syncfs"]
    found.close()


def test_failure_is_for_good(tmp_path: Path) -> None:
    """After one failure nobody is told yes who was not before."""
    found = flush_of(tmp_path, "Linux", "6.1.0")
    assert found is not None
    early = found.mark()
    found.reach(early)
    late = found.mark()
    found.close()
    for _ in range(2):
        with pytest.raises(StoreError, match="put files on the disk: Bad file descriptor"):
            found.reach(late)
    found.reach(early)


def test_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full keeps its own exit code, each time."""

    def full(name: str, *_: object) -> None:
        raise OSError(28, name)

    found = flush_of(tmp_path, "Linux", "6.1.0")
    assert found is not None
    monkeypatch.setattr(flush, "_call", full)
    for _ in range(2):
        with pytest.raises(NoSpaceError):
            found.reach(found.mark())


def test_from_many_threads(tmp_path: Path) -> None:
    """Whoever waits for one that runs gets the next."""
    found = flush_of(tmp_path, "Linux", "6.1.0")
    assert found is not None
    threads = [threading.Thread(target=lambda: found.reach(found.mark())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 <= found.mark() <= 8

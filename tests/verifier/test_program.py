"""The verifier as a program: however its answer is received, there is an exit code and no traceback."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from forensics.verifier.__main__ import program
from tests.verifier import build


@pytest.fixture(autouse=True)
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask about a good bundle, naming no signer."""
    monkeypatch.setattr(sys, "argv", ["verifier", str(build.bundle(tmp_path / "b"))])


class Interrupted(io.TextIOWrapper):
    """A terminal at which somebody presses Ctrl-C."""

    def write(self, _: str) -> int:
        """Take nothing."""
        raise KeyboardInterrupt


def test_answer() -> None:
    """It answers, and unpinned is 3."""
    assert program() == 3


def test_no_stdout(monkeypatch: pytest.MonkeyPatch) -> None:
    """Closed by the shell: nothing to say it on, and still the exit code."""
    monkeypatch.setattr(sys, "stdout", None)
    assert program() == 3
    sys.stdout.close()


def test_nobody_reads(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever read the answer has gone: 1, and no word of it."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        assert program() == 1
        monkeypatch.undo()
    assert capsys.readouterr().err == ""


def test_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """An answer that cannot be written is 1 and one line."""
    (tmp_path / "file").touch()
    with os.fdopen(os.open(tmp_path / "file", os.O_RDONLY), "w") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        assert program() == 1
    assert capsys.readouterr().err.startswith("forensics: cannot write the answer: ")


def test_interrupted(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C is 130."""
    stream = Interrupted(io.BytesIO(), encoding="utf-8")
    monkeypatch.setattr(sys, "stdout", stream)
    assert program() == 130
    assert capsys.readouterr().err == "forensics: interrupted\n"

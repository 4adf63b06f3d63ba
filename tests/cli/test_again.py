"""What is said of running a command again: true of each of them."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import forensics
from forensics import cli
from forensics.cli import again
from forensics.errors import CredentialsError, NoSpaceError


def test_every_command() -> None:
    """None is without a word, and no word is of a command that there is not."""
    assert again.COMES.keys() == cli.COMMANDS.keys()


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("preserve", "run the same command again: it resumes"),
        ("ready", "run the same command again: it begins anew"),
        ("verify", "run the same command again: it begins anew"),
        ("drill", "run the same command again with a new folder: it begins anew"),
    ],
)
def test_hints(command: str, said: str) -> None:
    """Credentials, room and a signal: whatever broke it off. Another error has its own hint."""
    assert again.hint_of(forensics.Interrupted(2), command) == said
    assert again.hint_of(NoSpaceError("x"), command) == f"free some space and {said}"
    assert again.hint_of(CredentialsError("x"), command) == f"refresh the credentials and {said}"
    assert again.hint_of(forensics.UsageError("x", hint="look"), command) == "look"
    assert again.hint_of(forensics.UsageError("x"), command) is None


@contextmanager
def _broken_off(seconds: float) -> Iterator[None]:
    """Have this process be sent a signal in a moment, which is taken as the program takes it."""

    def taken(number: int, _: object) -> None:
        raise forensics.Interrupted(number)

    before = signal.signal(signal.SIGALRM, taken)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_visibility_broken_off(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It keeps nothing, and said that it resumes."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "AKIAXXXXXXXXXXXXXXXX")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    with socket.create_server(("127.0.0.1", 0)) as silent, _broken_off(1):
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        code = cli.run(["visibility", "-q", "--endpoint-url", url])
    assert code == 128 + signal.SIGALRM
    assert capsys.readouterr().err.endswith("  hint: run the same command again: it begins anew\n")

"""Where text leaves for a person's screen: in lines, clean, on the right stream, bars on terminals alone."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, suppress

import pytest

from forensics.cli import terminal
from forensics.cli.terminal import Bar, ByteBar, answer, answer_in_parts, colour, complain, say
from forensics.model import Coverage, Outcome, Source
from forensics.scope import Progress
from tests.e2e.screen import harmful

HOSTILE = "\x1b]52;c;eA==\x07 a\nforensics: intact\r\b\x7f\u009b31m\u202e\u2028\ud800"
SOURCE = Source("111122223333", "eu-west-1\x1b[2J", "ec2", "DescribeVpcs\u202e")


def _progress(done: int, total: int = 10) -> Progress:
    return Progress(done, total, Coverage(SOURCE, Outcome.COLLECTED))


@pytest.mark.parametrize("count", [0, 1, 9_999, 10_000, 10_001, 20_000])
def test_a_long_answer_in_parts(capsys: pytest.CaptureFixture[str], count: int) -> None:
    """What is printed piece by piece is what it would be at once, and one line more ends it."""
    answer_in_parts("xy" for _ in range(count))
    assert capsys.readouterr().out == "xy" * count + "\n"


def test_complaint(capsys: pytest.CaptureFixture[str]) -> None:
    """An error is a line, its hint another, and stdout stays the answer's."""
    complain("no such region: eu-west-9", "a region's name is like eu-west-1")
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == "forensics: no such region: eu-west-9\n  hint: a region's name is like eu-west-1\n"


@pytest.mark.parametrize("hint", [None, ""])
def test_complaint_without_a_hint(capsys: pytest.CaptureFixture[str], hint: str | None) -> None:
    """Where there is nothing to do, nothing is said to do."""
    complain("it is so", hint)
    assert capsys.readouterr().err == "forensics: it is so\n"


def test_complaint_of_hostile_words(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever a message quotes, it stays one line that no terminal acts on."""
    complain(HOSTILE, HOSTILE)
    shown = capsys.readouterr().err
    assert harmful(shown) == []
    assert len(shown.splitlines()) == 2
    assert "\\x1b]52;c;eA==\\x07 a\\x0aforensics: intact" in shown


def test_complaint_of_a_million_characters(capsys: pytest.CaptureFixture[str]) -> None:
    """A message as long as an attacker likes is cut, and says by how much."""
    complain("m" * 1_000_000, None)
    shown = capsys.readouterr().err
    assert len(shown) < 2_100
    assert "(+998000 characters)" in shown


def test_streams(capsys: pytest.CaptureFixture[str]) -> None:
    """What is said goes to stderr, what was asked for to stdout."""
    say("said")
    answer("answered")
    assert capsys.readouterr() == ("answered\n", "said\n")


@pytest.mark.parametrize(("value", "wanted"), [("1", False), ("0", False), ("", None), (None, None)])
def test_colour(monkeypatch: pytest.MonkeyPatch, value: str | None, wanted: bool | None) -> None:
    """NO_COLOR counts when it is set and not empty, whatever its value (no-color.org)."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    if value is not None:
        monkeypatch.setenv("NO_COLOR", value)
    assert colour() is wanted


def test_no_bar_and_no_word_before_its_time(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a terminal there is no bar, and a run that is soon over says nothing."""
    with Bar(quiet=False) as bar:
        for done in range(1, 11):
            bar(_progress(done))
    assert capsys.readouterr() == ("", "")


def test_heartbeat(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it takes long, a line tells now and then how far it is."""
    monkeypatch.setattr(terminal, "HEARTBEAT", 0.0)
    with Bar(quiet=False) as bar:
        bar(_progress(3))
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("3 of 10 sources, at ec2.DescribeVpcs")
    assert harmful(shown.err) == []


def test_heartbeat_in_bytes(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What reads much tells of bytes."""
    monkeypatch.setattr(terminal, "HEARTBEAT", 0.0)
    with ByteBar(quiet=False) as bar:
        bar(3, 99_999_999)
        bar(3, 100_000_000)
    assert capsys.readouterr() == ("", "3 of 100000000 bytes\n")


def test_quiet(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Quiet is quiet, however long it takes."""
    monkeypatch.setattr(terminal, "HEARTBEAT", 0.0)
    with Bar(quiet=True) as bar:
        bar(_progress(3))
    assert capsys.readouterr() == ("", "")


@contextmanager
def _screen() -> Iterator[Callable[[], str]]:
    """Put stderr on a terminal; give what reads all that was drawn. No fixture: pytest would take it back."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))

    def drawn() -> str:
        stream.flush()
        seen = b""
        while select.select([master], [], [], 0.3)[0]:  # the kernel takes its time between the two ends
            seen += os.read(master, 65_536)
        return seen.decode()

    with os.fdopen(slave, "w", encoding="utf-8") as stream, redirect_stderr(stream):
        yield drawn
    os.close(master)


def test_bar() -> None:
    """On a terminal a bar is drawn and taken away again, with none of the evidence in it."""
    with _screen() as screen:
        with Bar(quiet=False) as bar:
            for done in range(1, 11):
                bar(_progress(done))
        drawn = screen()
    assert "/10 [" in drawn
    assert harmful(drawn, allowed="\r\n") == []
    assert "DescribeVpcs" not in drawn
    assert drawn.endswith("\r")


def test_bar_in_bytes() -> None:
    """A bar of bytes has them in thousands, and is taken away too."""
    with _screen() as screen:
        with ByteBar(quiet=False) as bar:
            bar(500_000_000, 2_000_000_000)
            bar(1_500_000_000, 2_000_000_000)
        drawn = screen()
    assert "/2.00G [" in drawn
    assert harmful(drawn, allowed="\r\n") == []
    assert drawn.endswith("\r")


def test_bar_that_begins_again() -> None:
    """A second pass over fewer sources is drawn as that, and never as more than all."""
    with _screen() as screen:
        with Bar(quiet=False) as bar:
            bar(_progress(10))
            bar(_progress(1, total=2))
        drawn = screen()
    assert "%|" in drawn
    assert harmful(drawn, allowed="\r\n") == []


def test_no_bar_if_quiet() -> None:
    """Quiet holds on a terminal too."""
    with _screen() as screen:
        with Bar(quiet=True) as bar:
            bar(_progress(1))
        assert screen() == ""


def test_bar_is_taken_away_by_an_error() -> None:
    """A run that ends badly leaves no bar in the way of what is said of it."""
    with _screen() as screen:
        with suppress(KeyError), Bar(quiet=False) as bar:
            bar(_progress(1))
            raise KeyError
        assert screen().endswith("\r")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device of Linux")  # noqa: PTH110
def test_nobody_listens() -> None:
    """Words that cannot be said are dropped; whoever said them goes on."""
    with open("/dev/full", "w", encoding="utf-8", buffering=1) as full, redirect_stderr(full):  # noqa: PTH123
        complain("no such region", "name one")
        with Bar(quiet=False) as bar:
            bar._terminal = True
            bar(_progress(1))
        say("still there")

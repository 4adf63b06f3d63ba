"""The terminal: the one place where text leaves for a person's screen."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import click

import forensics

if TYPE_CHECKING:
    from tqdm import tqdm

_PIECES = 10_000
"""Of a long answer that are printed at once."""
_MUCH = 100_000_000
"""Bytes from which a bar of them is drawn: fewer are read sooner than what draws it is loaded."""
HEARTBEAT = 30.0
"""Seconds between two lines of progress where there is no terminal to draw a bar on."""


def complain(message: str, hint: str | None) -> None:
    """Say on stderr what is wrong, in one line, and on a line of its own what to do next."""
    say(f"forensics: {forensics.clean(message, 2_000)}")
    if hint:
        say(f"  hint: {forensics.clean(hint, 2_000)}")


def say(line: str) -> None:
    """Print a line of our own on stderr. Evidence in it has been through `clean`."""
    with _whether_heard_or_not():
        click.echo(line, err=True, color=colour())


@contextmanager
def _whether_heard_or_not() -> Iterator[None]:
    """Go on where stderr can no longer be written to: whom we told has gone, the evidence has not."""
    try:
        yield
    except OSError:
        # Else Python flushes once more at exit, and makes 120 of the exit code.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def answer(line: str) -> None:
    """Print a line of the answer on stdout. Evidence in it has been through `clean`."""
    click.echo(line, color=colour())


def answer_in_parts(parts: Iterable[str]) -> None:
    """Print an answer that is too long to be put together first."""
    pieces = iter(parts)
    while text := "".join(islice(pieces, _PIECES)):
        click.echo(text, color=colour(), nl=False)
    click.echo()


def colour() -> bool | None:
    """Honour NO_COLOR (no-color.org), which click does not."""
    return False if os.environ.get("NO_COLOR") else None


class _Drawn:
    """Progress: a bar on a terminal, a heartbeat line elsewhere, nothing if quiet."""

    def __init__(self, *, quiet: bool, **look: Any) -> None:
        self._quiet = quiet
        self._look = look
        self._terminal = sys.stderr.isatty() and not quiet
        self._bar: tqdm[Any] | None = None
        self._spoke = time.monotonic()

    def __enter__(self) -> Self:
        """Start; draws nothing yet."""
        return self

    def _show(self, done: int, total: int, line: Callable[[], str]) -> None:
        if self._terminal:
            with _whether_heard_or_not():
                self._draw(done, total)
        elif not self._quiet and time.monotonic() - self._spoke >= HEARTBEAT:
            self._spoke = time.monotonic()
            say(line())

    def rest(self) -> None:
        """Take the bar away for now: somebody is asked something."""
        if self._bar is not None:
            with _whether_heard_or_not():
                self._bar.close()
            self._bar = None

    def _draw(self, done: int, total: int) -> None:
        if self._bar is None:
            # Late: it takes a quarter of the time of `--help`.
            from tqdm import tqdm

            # Only our own words go into the bar: tqdm passes escape sequences through.
            self._bar = tqdm(total=total, dynamic_ncols=True, leave=False, **self._look)
        self._bar.total = total
        self._bar.update(done - self._bar.n)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar away."""
        self.rest()


class Bar(_Drawn):
    """Progress of a run, in sources."""

    def __init__(self, *, quiet: bool) -> None:
        super().__init__(quiet=quiet, unit=" sources")

    def __call__(self, progress: forensics.Progress) -> None:
        """Show one more source as done."""
        self._show(progress.done, progress.total, lambda: _sources(progress))


def _sources(progress: forensics.Progress) -> str:
    source = progress.coverage.source
    at = f"{forensics.clean(source.name)} in {forensics.clean(source.region)}"
    return f"{progress.done} of {progress.total} sources, at {at}"


class ByteBar(_Drawn):
    """Progress of what reads and writes much, in bytes."""

    def __init__(self, *, quiet: bool) -> None:
        super().__init__(quiet=quiet, unit="B", unit_scale=True)

    def __call__(self, done: int, total: int) -> None:
        """Show so many bytes as done, where they are many."""
        if total >= _MUCH:
            self._show(done, total, lambda: f"{done} of {total} bytes")

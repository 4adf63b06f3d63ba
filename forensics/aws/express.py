"""
Many objects at a time in one thread: the first attempt at each.

What comes at once, as nearly all does, is done here. Whatever else there is to an object (a second attempt, a
wait, a refusal that has to be understood) is left to threads, with all that came of it so far.
"""

from __future__ import annotations

import queue
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from forensics.aws.curl import Line
from forensics.aws.fetcher import Fetcher
from forensics.aws.lines import Lines
from forensics.aws.objects import Version
from forensics.aws.transfer import Answer, Fetched, Work

MOMENT = 0.01
"""Seconds after which somebody may have brought more to ask for."""


@dataclass
class Express:
    """Asks for objects until there are none."""

    fetcher: Fetcher
    todo: queue.SimpleQueue[Version | None]
    done: Callable[[list[Fetched]], None]
    """Takes what ended together: whoever is woken for each object fights for the interpreter over it."""
    leave: Callable[[Work], None]
    """Leaves an object to threads, its first answer with it."""
    room: Callable[[], int]
    """Says how many may be on their way now: what threads have left to do takes from it."""
    _works: dict[Line, Work] = field(default_factory=dict, init=False)
    _idle: list[Line] = field(default_factory=list, init=False)
    _ended: list[Fetched] = field(default_factory=list, init=False)
    """What ended, and was not handed on yet."""
    _over: bool = field(default=False, init=False)

    def run(self, most: int) -> None:
        """Work to the end. Raises what stops the run; nothing is left then of what was on its way."""
        self._lines = Lines(most)
        try:
            while self._fill() or self._works:
                self._hand_on()
                self.fetcher.check()
                for line, number, said in self._lines.wait(MOMENT):
                    self._end(line, partial(line.end, number, said))
        finally:
            self._hand_on()
            self._lines.close()
            for work in self._works.values():
                work.drop()
            for line in (*self._works, *self._idle):
                line.close()

    def _hand_on(self) -> None:
        if self._ended:
            self.done(self._ended)
            self._ended = []

    def _fill(self) -> bool:
        """Send as many requests as there is room for; return False once there are no more."""
        while not self._over and len(self._works) < self.room():
            try:
                # Whoever has nothing to do can wait for more; what is done already may be waited for.
                version = self.todo.get(block=not self._works and not self._ended)
            except queue.Empty:
                break
            if version is None:
                self._over = True
            else:
                self._send(Work(self.fetcher, version))
        return not self._over

    def _send(self, work: Work) -> None:
        if (mute := work.mute()) is not None:
            self._ended.append(work.refused(mute))
            return
        url, headers = work.request()
        line = self._idle.pop() if self._idle else Line(self.fetcher.place.route)
        line.begin(url, headers, work.sink)
        self._works[line] = work
        self._lines.send(line)

    def _end(self, line: Line, answer: Answer) -> None:
        work = self._works[line]
        work.heard(answer)
        if (done := work.at_once()) is not None:
            self._ended.append(done)
        else:
            if region := self.fetcher.elsewhere(work.head, self.fetcher.place.region):
                self.fetcher.move(region)
            self.leave(work)
        del self._works[line]
        if line.route == self.fetcher.place.route:
            self._idle.append(line)
        else:
            line.close()

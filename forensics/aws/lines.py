"""
Many connections that one thread keeps going at once: libcurl says what it waits for, the system what came.

Why not a thread for each: every header and every piece of a body is a call into Python, for which each thread
must wait its turn. Sixteen threads took three times the processor of one, and 128 no less.
"""

from __future__ import annotations

import math
import selectors
import time
from typing import Any

import pycurl

from forensics.aws.curl import Line

_READ, _WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
_SYSTEMS = {pycurl.POLL_IN: _READ, pycurl.POLL_OUT: _WRITE, pycurl.POLL_INOUT: _READ | _WRITE}
"""What libcurl waits for, as the system has it."""
_CURLS = {
    _READ: pycurl.CSELECT_IN,
    _WRITE: pycurl.CSELECT_OUT,
    _READ | _WRITE: pycurl.CSELECT_IN | pycurl.CSELECT_OUT,
}
"""What came, as libcurl has it."""
Ended = tuple[Line, int, str]
"""A line whose request is over, and libcurl's word on it."""


class Lines:
    """Requests on their way."""

    def __init__(self, most: int) -> None:
        """Keep up to `most` connections open from one request to the next."""
        self._multi = multi = pycurl.CurlMulti()
        self._selector = selectors.DefaultSelector()
        self._due = math.inf
        self._busy: dict[Any, Line] = {}
        self._watched: set[int] = set()
        """Descriptors that the selector knows: it answers that itself, at ten times the price."""
        multi.setopt(pycurl.M_MAXCONNECTS, most)
        multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        multi.setopt(pycurl.M_TIMERFUNCTION, self._remind)

    def __len__(self) -> int:
        """Count them."""
        return len(self._busy)

    def send(self, line: Line) -> None:
        """Send what a line was made ready for."""
        self._busy[line.handle] = line
        self._multi.add_handle(line.handle)

    def wait(self, longest: float) -> list[Ended]:
        """Let bytes come and go for so many seconds at most; return what ended."""
        for key, events in self._selector.select(max(0.0, min(self._due - time.monotonic(), longest))):
            self._multi.socket_action(key.fd, _CURLS[events])
        if time.monotonic() >= self._due:
            self._due = math.inf
            self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
        return self._ended()

    def close(self) -> None:
        """Hang up, whatever is on its way."""
        for handle in self._busy:
            self._multi.remove_handle(handle)
        self._busy.clear()
        self._multi.close()
        self._selector.close()

    def _ended(self) -> list[Ended]:
        ended: list[Ended] = []
        more = 1
        while more:
            more, whole, failed = self._multi.info_read()
            ended += [(self._take(handle), pycurl.E_OK, "") for handle in whole]
            ended += [(self._take(handle), number, said) for handle, number, said in failed]
        return ended

    def _take(self, handle: Any) -> Line:
        self._multi.remove_handle(handle)
        return self._busy.pop(handle)

    def _watch(self, what: int, descriptor: int, _: Any, known: Any) -> None:
        del known
        if what == pycurl.POLL_REMOVE:
            self._watched.remove(descriptor)
            self._selector.unregister(descriptor)
        elif descriptor in self._watched:
            self._selector.modify(descriptor, _SYSTEMS[what])
        else:
            self._watched.add(descriptor)
            self._selector.register(descriptor, _SYSTEMS[what])

    def _remind(self, milliseconds: int) -> None:
        self._due = math.inf if milliseconds < 0 else time.monotonic() + milliseconds / 1_000

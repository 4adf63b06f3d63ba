"""A crew of helpers: asked all at once, missing, and leaving nothing behind."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from pathlib import Path

import pytest

from forensics.verifier import crew
from forensics.verifier import file as single
from forensics.verifier.crew import Crew


def _request(root: Path, number: int) -> bytes:
    (root / f"f{number}").write_bytes(b"x" * number)
    return json.dumps([str(root), [f"f{number}"]]).encode()


def test_ask(tmp_path: Path) -> None:
    """More requests than helpers: each has its own answer."""
    before = threading.active_count()
    with Crew(2) as one:
        asked = [one.ask(single.__name__, _request(tmp_path, number)) for number in range(20)]
        assert [json.loads(each.result() or b"")[0] for each in asked] == [[number] for number in range(20)]
    assert threading.active_count() == before


def test_nothing_started() -> None:
    """A crew that nobody asks is nobody."""
    before = threading.active_count()
    with Crew(3) as one:
        assert threading.active_count() == before
        assert not one._helpers


def test_killed(tmp_path: Path) -> None:
    """Who is killed answers nothing, and holds nobody up."""
    with Crew(2) as one:
        one.ask(single.__name__, _request(tmp_path, 1)).result()
        for helper in one._helpers:
            assert helper._process is not None
            os.kill(helper._process.pid, signal.SIGKILL)
            helper._process.wait()
        assert [one.ask(single.__name__, _request(tmp_path, 1)).result() for _ in range(4)] == [None] * 4


def test_no_interpreter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no process can be started, there is no answer."""
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with Crew(2) as one:
        assert one.ask(single.__name__, _request(tmp_path, 1)).result() is None


def test_left_early(tmp_path: Path) -> None:
    """Who leaves does not wait for what was not begun."""
    with Crew(1) as one:
        asked = [one.ask(single.__name__, _request(tmp_path, number)) for number in range(200)]
    assert asked[-1].cancelled()


def test_pays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Helpers are for long ledgers, and more than one processor."""
    monkeypatch.setattr(crew, "MANY", 10)
    with Crew(1) as alone, Crew(2) as two:
        assert [alone.pays(11), two.pays(10), two.pays(11)] == [False, False, True]

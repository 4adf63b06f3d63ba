"""A helper process: asked, killed, missing, and leaving nothing behind."""

from __future__ import annotations

import gc
import hashlib
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from forensics.verifier import file as single
from forensics.verifier import helper
from forensics.verifier.helper import Helper

ROOT = Path(__file__).parents[2]


def _request(root: Path) -> bytes:
    (root / "f").write_bytes(b"x")
    return json.dumps([str(root), ["f"]]).encode()


def test_ask(tmp_path: Path) -> None:
    """A helper answers more than once, and ends when it is closed, also twice."""
    one = Helper()
    for _ in range(3):
        reply = one.ask(single.__name__, _request(tmp_path))
        assert reply is not None
        assert json.loads(reply)[3] == [hashlib.sha256(b"x").hexdigest()]
    one.close()
    one.close()
    assert one.ask(single.__name__, b"[]") is None


def test_killed(tmp_path: Path) -> None:
    """A helper that was killed gives no answer, then and ever after."""
    one = Helper()
    assert one._process is not None
    os.kill(one._process.pid, signal.SIGKILL)
    one._process.wait()
    assert one.ask(single.__name__, _request(tmp_path)) is None
    assert one.ask(single.__name__, _request(tmp_path)) is None


def test_that_cannot_do_it() -> None:
    """A helper whose work ends it in an error gives no answer."""
    one = Helper()
    assert one.ask(single.__name__, b"no json") is None
    one.close()


def test_no_such_module() -> None:
    """A helper that is asked for what there is not gives no answer."""
    one = Helper()
    assert one.ask("forensics.verifier.nothing", b"") is None
    one.close()


@pytest.mark.parametrize(
    ("name", "value"), [("frozen", True), ("executable", ""), ("executable", "/nowhere")]
)
def test_no_interpreter(monkeypatch: pytest.MonkeyPatch, name: str, value: object) -> None:
    """Where there is no interpreter to start, there is no answer."""
    monkeypatch.setattr(sys, name, value, raising=False)
    assert Helper().ask(single.__name__, b"[]") is None


def _framed(*requests: bytes) -> bytes:
    return b"".join(len(request).to_bytes(8, "big") + request for request in requests)


@pytest.mark.parametrize("rest", [b"", b"\0", b"\0" * 7, b"\0" * 7 + b"\x05four", _framed(b"upper")])
def test_serve(rest: bytes) -> None:
    """Whole requests are answered; one that is cut off ends it."""
    answers = io.BytesIO()
    requests = io.BytesIO(_framed(b"upper", b"abc", b"lower", b"DE", b"lower", b"") + rest)
    helper.serve(lambda module: getattr(bytes, module), requests, answers)
    assert answers.getvalue() == _framed(b"ABC", b"de", b"")


def test_main(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The program of a helper answers with the module it is given."""
    monkeypatch.setattr(gc, "disable", lambda: None)  # this process goes on
    request = _framed(single.__name__.encode(), _request(tmp_path))
    requests, answers = io.BytesIO(request), io.BytesIO()
    for name, stream in (("stdin", requests), ("stdout", answers)):
        monkeypatch.setattr(sys, name, io.TextIOWrapper(stream))
    helper.main()
    sys.stdout.flush()
    assert hashlib.sha256(b"x").hexdigest().encode() in answers.getvalue()


def test_script_without_a_guard(tmp_path: Path, bundle: Path) -> None:
    """A script that verifies at its top level runs once, though helpers are started."""
    script = tmp_path / "script.py"
    script.write_text(
        "from pathlib import Path\n"
        "from forensics.verifier import crew, hashing, verify\n"
        "hashing.BULK = crew.MANY = 0\n"
        "print('ran', flush=True)\n"
        f"print(verify(Path({str(bundle)!r}), workers=2).exit_code)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        [sys.executable, script], env=environment, capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == ["ran", "3"]
    assert not ran.stderr

"""Keys that a plugin holds: sealed and opened through pyrage in a process of its own, and how that fails."""

from __future__ import annotations

import getpass
import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from forensics.custody import plugins
from forensics.custody.unlocking import Unlocking, load_age_keys
from forensics.errors import FormatError, IdentityError, IntegrityError
from forensics.formats import bech32
from forensics.keys.holders import Holders
from tests.custody import plugin
from tests.keys.sealed import BOB, EVE, SSH, key_file, seal, unseal

DATA = b"evidence " * 300_000


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the plugin on the path."""
    plugin.install(tmp_path / "bin", monkeypatch)


@pytest.mark.usefixtures("installed")
def test_sealed_to_all_kinds() -> None:
    """A plugin's key beside the others: each opens it."""
    texts = [plugin.RECIPIENT, BOB.recipient.text, SSH.recipient.text]
    sealed = b"".join(plugins.encrypt([DATA[:10], DATA[10:]], texts))
    assert unseal(sealed, BOB) == unseal(sealed, SSH) == DATA
    assert b"".join(plugins.decrypt([sealed], [plugin.IDENTITY])) == DATA


@pytest.mark.usefixtures("installed")
def test_a_key_here_is_tried_before_the_plugin(tmp_path: Path) -> None:
    """Nobody is asked to touch a token where a key in a file opens it."""
    path = key_file(tmp_path, b"bob")
    path.write_text(f"{path.read_text(encoding='ascii')}{plugin.IDENTITY}\n", encoding="ascii")
    unlocking = load_age_keys([path])
    assert b"".join(unlocking(io.BytesIO(seal(DATA)))) == DATA
    sealed = b"".join(plugins.encrypt([DATA], [plugin.RECIPIENT]))
    assert b"".join(unlocking(io.BytesIO(sealed))) == DATA


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("cut", [-1, 0, 70_000])
def test_what_the_plugin_opens_and_was_changed(cut: int) -> None:
    """Its end changed or cut off: told at the end, whatever was yielded before."""
    sealed = b"".join(plugins.encrypt([DATA], [plugin.RECIPIENT]))
    changed = sealed[:-1] + bytes([sealed[-1] ^ 1]) if cut < 0 else sealed[:-1] if not cut else sealed[:cut]
    with pytest.raises(FormatError, match="age: "):
        list(plugins.decrypt([changed], [plugin.IDENTITY]))


@pytest.mark.usefixtures("installed")
def test_sealed_to_others() -> None:
    """The plugin has no key for it."""
    with pytest.raises(FormatError, match="No matching keys"):
        list(Unlocking(Holders((EVE,), (plugin.IDENTITY,)))(io.BytesIO(seal(DATA))))


def test_a_plugin_that_is_not_there() -> None:
    """It is named before anything is written."""
    with pytest.raises(IdentityError, match=r"cannot encrypt.*age-plugin-demo"):
        list(plugins.encrypt([DATA], [plugin.RECIPIENT]))


def test_what_the_source_raises_comes_through() -> None:
    """A file that is not what was sealed ends it, with its own words."""

    def pieces() -> Iterator[bytes]:
        yield DATA
        raise IntegrityError("data/a is not what was sealed")

    with pytest.raises(IntegrityError, match="data/a"):
        list(plugins.encrypt(pieces(), [BOB.recipient.text]))


def test_who_does_not_wait_for_the_end() -> None:
    """A reader that leaves ends the process too."""
    sealed = plugins.encrypt(iter([DATA] * 100), [BOB.recipient.text])
    next(sealed)
    sealed.close()  # type: ignore[attr-defined]


def test_no_python_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no second process can be started, that is what it says."""
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(IdentityError, match="cannot start"):
        list(plugins.encrypt([], [BOB.recipient.text]))


def test_pyrage_dies(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that ends without a word is a failure."""
    monkeypatch.setattr(plugins, "_PROGRAM", "raise SystemExit(3)")
    with pytest.raises(FormatError, match="without a word"):
        list(plugins.decrypt([DATA], []))


# -- the other process, in this one


def _serve(job: bytes, data: bytes) -> tuple[str | None, bytes]:
    target = io.BytesIO()
    return plugins.serve(io.BytesIO(job + b"\n" + data), target), target.getvalue()


@pytest.mark.usefixtures("installed")
def test_serve() -> None:
    """One job each way; what pyrage says is the answer."""
    quoted = ",".join(f'"{text}"' for text in (plugin.RECIPIENT, BOB.recipient.text, SSH.recipient.text))
    said, sealed = _serve(f'{{"recipients":[{quoted}]}}'.encode(), b"x")
    assert said is None
    assert unseal(sealed, BOB) == b"x"
    assert _serve(f'{{"identities":["{plugin.IDENTITY}"]}}'.encode(), sealed) == (None, b"x")
    assert _serve(b'{"identities":["x"]}', sealed)[0]
    assert _serve(f'{{"recipients":["{bech32.encode("age1tag", b"x")}"]}}'.encode(), b"x")[0]


def test_main(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a program it reads stdin, writes stdout, and exits by what was said."""
    said: list[object] = []

    def serve(*_: object) -> str:
        said.append("served")
        return "why"

    monkeypatch.setattr(plugins, "serve", serve)
    monkeypatch.setattr("builtins.open", lambda *_: io.BytesIO())
    with pytest.raises(SystemExit, match="why"):
        plugins.main()
    assert said == ["served"]


def test_what_a_plugin_may_ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message is shown, cleaned; a PIN is asked for on a terminal; questions stay without an answer."""
    callbacks = plugins.Callbacks()
    shown = tmp_path / "terminal"
    monkeypatch.setattr("builtins.open", lambda *_, **__: shown.open("w", encoding="utf-8"))
    callbacks.display_message("touch \x1b[2J")
    assert shown.read_text(encoding="utf-8").startswith("touch ")
    assert "\x1b" not in shown.read_text(encoding="utf-8")
    assert callbacks.confirm("?", "yes", None) is None  # type: ignore[func-returns-value]
    assert callbacks.request_public_string("?") is None  # type: ignore[func-returns-value]
    monkeypatch.setattr(getpass, "getpass", lambda _: "1234")
    monkeypatch.setattr("builtins.open", lambda *_: io.BytesIO())
    assert callbacks.request_passphrase("PIN") == "1234"

    def none(*_: object, **__: object) -> None:
        raise OSError

    monkeypatch.setattr("builtins.open", none)
    assert callbacks.request_passphrase("PIN") is None
    callbacks.display_message("nobody sees it")


@pytest.mark.parametrize("text", ["age1", "x", f"{plugin.RECIPIENT}x", "age1q1"])
def test_no_name_of_a_plugin(text: str) -> None:
    """What is no bech32 names nobody."""
    with pytest.raises(FormatError):
        plugins.name_of(text)

"""
Keys that another program holds (age plugins: hardware tokens, key services), through pyrage.

pyrage holds Python's lock for as long as it works, and a panic of its own is no exception that may be caught:
so it runs in a process of its own, bytes in, bytes out. Its speed is that of one processor. Run as a program,
this file is that process; it is the only one that imports pyrage.
"""

from __future__ import annotations

import getpass
import json
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from io import BufferedIOBase
from itertools import chain
from pathlib import Path
from typing import Any

import pyrage

from forensics.errors import ForensicsError, FormatError, IdentityError
from forensics.formats import bech32
from forensics.formats.display import clean

_ROOT = Path(__file__).parents[2]
_PACKAGES = Path(pyrage.__file__).parents[1]
_PROGRAM = "import sys; sys.path += sys.argv[1:]; from forensics.custody.plugins import main; main()"
_PIECE = 1 << 20
_HINT = "is the plugin on the path, and are its parts up to date?"


def name_of(recipient: str) -> str:
    """Name the plugin of a recipient (`age1NAME1…`), or nothing where it is of no plugin; `FormatError`."""
    prefix, _ = bech32.decode(recipient)
    return prefix.removeprefix("age1") if prefix.startswith("age1") else ""


def encrypt(pieces: Iterable[bytes | memoryview], recipients: Sequence[str]) -> Iterator[bytes]:
    """Yield an age file of `pieces` for recipients of any kind; `IdentityError` where it cannot be made."""
    try:
        yield from _run({"recipients": list(recipients)}, pieces)
    except FormatError as error:
        raise IdentityError(f"cannot encrypt to these recipients: {error}", hint=_HINT) from error


def decrypt(pieces: Iterable[bytes | memoryview], identities: Sequence[str]) -> Iterator[bytes]:
    """Yield what an age file holds; what was yielded counts only once the end is reached, without error."""
    return _run({"identities": list(identities)}, pieces)


def _run(job: Mapping[str, Any], pieces: Iterable[bytes | memoryview]) -> Iterator[bytes]:
    with _process() as process, _fed(process, [json.dumps(dict(job)).encode() + b"\n"], pieces):
        assert process.stdout is not None  # noqa: S101 - it was asked for
        while piece := process.stdout.read(_PIECE):
            yield piece
        if process.wait() != 0:
            raise FormatError(f"age: {_said(process)}")


@contextmanager
def _process() -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-I", "-S", "-B", "-c", _PROGRAM, str(_ROOT), str(_PACKAGES)]
    pipe = subprocess.PIPE
    try:
        process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe)
    except OSError as error:
        raise IdentityError(f"cannot start what speaks to plugins: {error.strerror}") from error
    with process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def _fed(process: subprocess.Popen[bytes], *parts: Iterable[bytes | memoryview]) -> Iterator[None]:
    """Write into a process from a thread; what its source raises is raised here in the end."""
    raised: list[ForensicsError | OSError] = []
    thread = threading.Thread(target=_feed, args=(process, chain(*parts), raised), daemon=True)
    thread.start()
    try:
        yield
    finally:
        process.kill()
        thread.join()
        if raised:
            raise raised[0]


def _feed(
    process: subprocess.Popen[bytes],
    pieces: Iterable[bytes | memoryview],
    raised: list[ForensicsError | OSError],
) -> None:
    assert process.stdin is not None  # noqa: S101 - it was asked for
    try:
        for piece in pieces:
            process.stdin.write(piece)
        process.stdin.close()
    except BrokenPipeError:
        return  # it says itself why it ended
    except (ForensicsError, OSError) as error:
        raised.append(error)
        process.kill()


def _said(process: subprocess.Popen[bytes]) -> str:
    assert process.stderr is not None  # noqa: S101 - it was asked for
    lines = process.stderr.read(8_192).decode("utf-8", "replace").strip().splitlines()
    return " ".join(" ".join(lines[-3:]).split())[-500:] or "pyrage ended without a word"


# -- the other process


class Callbacks:
    """What a plugin may ask of a person: on the terminal, whatever stdin and stdout are."""

    def display_message(self, message: str) -> None:
        """Show a line, such as `touch your key`."""
        with suppress(OSError), open("/dev/tty", "w", encoding="utf-8") as terminal:  # noqa: PTH123
            terminal.write(f"{clean(message, 200)}\n")

    def confirm(self, message: str, yes_string: str, no_string: str | None) -> None:
        """Leave a question unanswered."""

    def request_public_string(self, description: str) -> None:
        """Leave a question unanswered."""

    def request_passphrase(self, description: str) -> str | None:
        """Ask for a PIN, on the terminal; without one, leave it unanswered."""
        try:
            with open("/dev/tty", "rb"):  # noqa: PTH123 - as getpass opens it
                return getpass.getpass(f"{clean(description, 200)}: ")
        except OSError:
            return None


def main() -> None:
    """Do the one job that stdin begins with."""
    with open(0, "rb") as source, open(1, "wb") as target:
        sys.exit(serve(source, target))


def serve(source: BufferedIOBase, target: BufferedIOBase) -> str | None:
    """Encrypt or decrypt what follows the first line of `source`; return what went wrong."""
    job = json.loads(source.readline())
    try:
        if "recipients" in job:
            pyrage.encrypt_io(source, target, _recipients(job["recipients"]))
        else:
            pyrage.decrypt_io(source, target, _identities(job["identities"]))
        target.flush()
    except (pyrage.EncryptError, pyrage.DecryptError, pyrage.RecipientError, pyrage.IdentityError) as error:
        return str(error)
    return None


def _recipients(texts: Sequence[str]) -> list[Any]:
    held: dict[str, list[Any]] = {}
    found: list[Any] = []
    for text in texts:
        if text.startswith("ssh-"):
            found.append(pyrage.ssh.Recipient.from_str(text))
        elif not (name := name_of(text)):
            found.append(pyrage.x25519.Recipient.from_str(text))
        elif name == "tag":
            found.append(pyrage.tag.Recipient.from_str(text))
        else:
            held.setdefault(name, []).append(pyrage.plugin.Recipient.from_str(text))
    plugin = pyrage.plugin.RecipientPluginV1
    return found + [plugin(name, group, [], Callbacks()) for name, group in held.items()]


def _identities(texts: Sequence[str]) -> list[Any]:
    held: dict[str, list[Any]] = {}
    for text in texts:
        one = pyrage.plugin.Identity.from_str(text)
        held.setdefault(one.plugin(), []).append(one)
    return [pyrage.plugin.IdentityPluginV1(name, group, Callbacks()) for name, group in held.items()]

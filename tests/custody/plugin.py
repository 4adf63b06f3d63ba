"""An age plugin for the tests, a real one (C2SP age-plugin): its key is 16 bytes, added to the file key."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from forensics.formats import bech32

NAME = "demo"
RECIPIENT = bech32.encode(f"age1{NAME}", b"key of the token")
IDENTITY = bech32.encode(f"age-plugin-{NAME}-", b"key of the token").upper()

_PROGRAM = """#!{python} -IS
import base64, sys

def receive():
    words = sys.stdin.readline().split()[1:]
    body = ""
    while True:
        line = sys.stdin.readline().rstrip("\\n")
        body += line
        if len(line) < 64:
            return words, base64.b64decode(body + "=" * (-len(body) % 4))

def send(words, body=b""):
    text = base64.b64encode(body).decode().rstrip("=")
    lines = [text[at:at + 64] for at in range(0, len(text) + 1, 64)]
    sys.stdout.write("-> " + words + "\\n" + "\\n".join(lines) + "\\n")
    sys.stdout.flush()

def turn(body):
    return bytes(one ^ other for one, other in zip(body, b"key of the token"))

said = []
while True:
    words, body = receive()
    if words[0] == "done":
        break
    said.append((words, body))
for words, body in said:
    if words[0] == "wrap-file-key":
        send("recipient-stanza 0 {name}", turn(body))
        receive()
    if words[0] == "recipient-stanza" and words[2] == "{name}":
        send("file-key " + words[1], turn(body))
        receive()
send("done")
"""


def install(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Put the plugin on the path."""
    folder.mkdir(exist_ok=True)
    program = folder / f"age-plugin-{NAME}"
    program.write_text(_PROGRAM.replace("{python}", sys.executable).replace("{name}", NAME), encoding="ascii")
    program.chmod(0o700)
    patch.setenv("PATH", str(folder), prepend=":")

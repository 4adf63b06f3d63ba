"""Whom parts are sealed to: every kind, files of them, and all that is refused before anything is written."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from forensics.custody.recipients import MOST, load_recipients
from forensics.errors import UsageError
from forensics.formats import bech32
from tests.custody import plugin
from tests.keys.sealed import BOB, EVE, IDENTITY, SSH, holder, secret, unseal

LINE = IDENTITY.public.openssh()


def test_each_kind_once(tmp_path: Path) -> None:
    """Typed and from files, twice the same counts once, comments are no part of a key."""
    path = tmp_path / "recipients.txt"
    path.write_text(f"# Bob\n{BOB.recipient.text}\n\n{LINE} ana@home\r\n", encoding="ascii")
    found = load_recipients([f" {EVE.recipient.text}\n", f"{LINE} ana@work"], [path, path])
    assert found.texts == (EVE.recipient.text, LINE, BOB.recipient.text)
    assert found.known == (EVE.recipient, SSH.recipient, BOB.recipient)
    assert unseal(b"".join(found.encrypt([b"x"])), SSH) == b"x"


def test_one_of_a_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With one key that a plugin has, pyrage seals to all of them."""
    plugin.install(tmp_path, monkeypatch)
    found = load_recipients([plugin.RECIPIENT, BOB.recipient.text])
    assert (found.texts, found.known) == ((plugin.RECIPIENT, BOB.recipient.text), ())
    assert unseal(b"".join(found.encrypt([b"x"])), BOB) == b"x"


def test_a_plugin_that_is_not_there() -> None:
    """It is tried at once."""
    with pytest.raises(UsageError, match="age-plugin-demo"):
        load_recipients([plugin.RECIPIENT])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "age1",
        "alice",
        "/etc/passwd",
        BOB.recipient.text[:-1],
        secret(b"bob"),
        bech32.encode("age", bytes(32)),
        "ssh-ed25519 AAAA",
        "ssh-dss AAAA",
        f"{BOB.recipient.text} {EVE.recipient.text}",
        "\x1b[2J",
        "x" * 5_000,
    ],
)
def test_refused_in_one_line(text: str) -> None:
    """Another word, a file, a secret key, a weak one: one line, cleaned and short."""
    with pytest.raises(UsageError, match="not a recipient") as caught:
        load_recipients([BOB.recipient.text, text])
    assert len(str(caught.value).splitlines()) == 1
    assert len(str(caught.value)) < 400
    assert "\x1b" not in str(caught.value)


def test_a_file_with_one_that_is_none(tmp_path: Path) -> None:
    """The line is named."""
    path = tmp_path / "r"
    path.write_text(f"{BOB.recipient.text}\nage1x\n", encoding="ascii")
    with pytest.raises(UsageError, match=r"r, line 2: not a recipient"):
        load_recipients([], [path])


def test_no_file_of_recipients(tmp_path: Path) -> None:
    """Missing, a folder, a pipe, not text, too long, empty."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    (tmp_path / "long").write_bytes(b"#" * (1 << 20) + b"\n")
    (tmp_path / "empty").write_bytes(b"# nobody\n")
    for name in ("none", ".", "pipe", "bytes", "long", "empty"):
        with pytest.raises(UsageError, match="recipient"):
            load_recipients([], [tmp_path / name])


def test_an_ecdsa_key(tmp_path: Path) -> None:
    """It is named as what it is."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", tmp_path / "k"], check=True)
    with pytest.raises(UsageError, match="ecdsa-sha2-nistp256"):
        load_recipients([(tmp_path / "k.pub").read_text(encoding="ascii")])


def test_too_many() -> None:
    """All of them stand in one line of the ledger."""
    texts = [holder(b"%d" % number).recipient.text for number in range(MOST + 1)]
    assert len(load_recipients(texts[:MOST]).texts) == MOST
    with pytest.raises(UsageError, match="more than"):
        load_recipients(texts)

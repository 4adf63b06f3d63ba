"""What `--identity` takes, and what it refuses."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from forensics.errors import UsageError
from forensics.verifier.trust import load_trust
from tests.verifier import build

ANA, EVE = build.IDENTITY.public, build.STRANGER.public


def test_fingerprint() -> None:
    """A fingerprint is taken as it is."""
    assert load_trust(ANA.fingerprint) == (ANA.fingerprint,)


def test_public_key(tmp_path: Path) -> None:
    """A .pub file names one key."""
    build.put(tmp_path / "ana.pub", f"{ANA.openssh()} ana@example.com\n".encode())
    assert load_trust(str(tmp_path / "ana.pub")) == (ANA.fingerprint,)


def test_allowed_signers(tmp_path: Path) -> None:
    """An allowed-signers file names those that may sign for the purpose."""
    text = (
        f"ana@example.com {ANA.openssh()}\n"
        f'# a comment\n\neve namespaces="git,file" {EVE.openssh()}\n'
        f'zoe namespaces="forensics-*" {EVE.openssh()}\n'
    )
    build.put(tmp_path / "allowed", text.encode())
    assert load_trust(str(tmp_path / "allowed")) == (ANA.fingerprint, EVE.fingerprint)
    assert load_trust(str(tmp_path / "allowed"), namespace="other") == (ANA.fingerprint,)


def test_a_moment(tmp_path: Path) -> None:
    """Where it is known when, those count that count then, and one that does so always; each once."""
    file = tmp_path / "allowed"
    lines = (
        f'ana valid-before="20300101Z" {ANA.openssh()}',
        f'ana valid-after="20310101Z" {ANA.openssh()}',
        f'eve valid-after="20300601Z",namespaces="git" {EVE.openssh()}',
        f'zoe valid-after="20300601Z" {EVE.openssh()}',
    )
    file.write_text("\n".join(lines))
    for month, found in ((1, ()), (7, (EVE.fingerprint,)), (13, (ANA.fingerprint, EVE.fingerprint))):
        at = datetime(2030 + month // 13, month % 12, 2, tzinfo=UTC)
        if found:
            assert load_trust(str(file), at=at) == found
            continue
        with pytest.raises(
            UsageError, match=r"no key that counts at 2030-01-02 00:00:00Z: valid-before=.* or "
        ):
            load_trust(str(file), at=at)
    assert load_trust(ANA.fingerprint, at=datetime(2030, 1, 1, tzinfo=UTC)) == (ANA.fingerprint,)


def test_a_bundles_own_file(bundle: Path) -> None:
    """The copy in a bundle has the form that we take."""
    assert load_trust(str(bundle / "keys/allowed_signers")) == (ANA.fingerprint,)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "names no key"),
        (b"# nothing\n", "names no key"),
        (b"nonsense\n", "neither a public key nor an allowed-signers file"),
        (b"\xff\xfe", "not a text file"),
        (b"x" * (2**20 + 1), "too long"),
        (f'eve namespaces="git" {EVE.openssh()}\n'.encode(), "names no key that may sign for"),
        (f"* cert-authority {EVE.openssh()}\n".encode(), "neither"),
        (f'eve valid-before="20300101" {EVE.openssh()}\n'.encode(), "valid for some time only"),
        (b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n", "neither"),
    ],
    ids=[
        "empty",
        "comment",
        "nonsense",
        "no-text",
        "too-long",
        "other-purpose",
        "authority",
        "dated",
        "private",
    ],
)
def test_file_without_a_key(tmp_path: Path, data: bytes, words: str) -> None:
    """A file that names no key that counts is an error of usage."""
    build.put(tmp_path / "keys", data)
    with pytest.raises(UsageError, match=words):
        load_trust(str(tmp_path / "keys"))


@pytest.mark.parametrize("text", ["SHA256:short", "SHA256:" + "x" * 44, "SHA256:" + "!" * 43])
def test_no_fingerprint(text: str) -> None:
    """A text that begins as a fingerprint and is none is not looked for as a file."""
    with pytest.raises(UsageError, match="no fingerprint"):
        load_trust(text)


def test_pipe(tmp_path: Path) -> None:
    """A named pipe that nobody writes to is refused at once, and does not hang."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="no regular file"):
        load_trust(str(tmp_path / "pipe"))


@pytest.mark.parametrize("name", ["missing", ".", "nul\0"])
def test_no_file(tmp_path: Path, name: str) -> None:
    """A file that cannot be read is an error of usage."""
    with pytest.raises(UsageError):
        load_trust(str(tmp_path / name))

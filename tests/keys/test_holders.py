"""Files of keys that open parts: as age and OpenSSH write them, locked or not, and what is none."""

from __future__ import annotations

import base64
import os
import subprocess
from pathlib import Path

import pyrage
import pytest

from forensics.errors import IdentityError
from forensics.keys import holders
from forensics.keys.age import Holder
from forensics.keys.holders import Holders
from tests.keys.sealed import BOB, EVE, IDENTITY, SSH, key_file, secret, ssh_file

PLUGIN = "AGE-PLUGIN-YUBIKEY-1QQQQ"


def _never() -> bytes:
    raise AssertionError("asked for a passphrase that is not there")


def _file(folder: Path, data: bytes, mode: int = 0o600) -> Path:
    path = folder / "key"
    path.write_bytes(data)
    path.chmod(mode)
    return path


def test_a_file_of_identities(tmp_path: Path) -> None:
    """Comments and empty lines are passed over, every key is taken."""
    assert holders.load_holders(key_file(tmp_path, b"bob", b"eve"), _never) == _holders(BOB, EVE)
    text = f"# c\r\n\r\n {secret(b'bob')} \r\n{PLUGIN}\n"
    found = holders.load_holders(_file(tmp_path, text.encode()))
    assert ([one.recipient for one in found.holders], found.plugins) == ([BOB.recipient], (PLUGIN,))


def test_an_ssh_key(tmp_path: Path) -> None:
    """One without a passphrase is not asked for it."""
    assert holders.load_holders(ssh_file(tmp_path), _never) == _holders(SSH)


def test_an_ssh_key_with_a_passphrase(tmp_path: Path) -> None:
    """One with a passphrase is; a wrong one opens nothing."""
    path = ssh_file(tmp_path)
    subprocess.run(["ssh-keygen", "-q", "-p", "-N", "tr0ub4dor", "-f", path], check=True)
    assert holders.load_holders(path, lambda: b"tr0ub4dor") == _holders(SSH)
    with pytest.raises(IdentityError, match="wrong"):
        holders.load_holders(path, lambda: b"other")
    with pytest.raises(IdentityError, match="has a passphrase"):
        holders.load_holders(path)


@pytest.mark.parametrize("armored", [False, True])
def test_identities_behind_a_passphrase(tmp_path: Path, armored: bool) -> None:
    """What `age -p` makes of a file of identities, as bytes and as text."""
    data = pyrage.passphrase.encrypt(f"{secret(b'bob')}\n".encode(), "pw", armored)
    path = _file(tmp_path, data, 0o644)
    assert holders.load_holders(path, lambda: b"pw") == _holders(BOB)
    with pytest.raises(IdentityError, match="passphrase is wrong"):
        holders.load_holders(path, lambda: b"other")
    with pytest.raises(IdentityError, match="has a passphrase"):
        holders.load_holders(path)


@pytest.mark.parametrize("work", ["21", "23", "99", "0", "018", "x", "18 1"])
def test_a_passphrase_that_takes_for_ever(tmp_path: Path, work: str) -> None:
    """A work factor is the attacker's choice: above 20 nothing is derived, and nothing asked."""
    salt = base64.b64encode(bytes(16)).decode().rstrip("=")
    body = base64.b64encode(bytes(32)).decode().rstrip("=")
    data = f"age-encryption.org/v1\n-> scrypt {salt} {work}\n{body}\n--- {body}\n".encode() + bytes(64)
    with pytest.raises(IdentityError, match="cannot be opened"):
        holders.load_holders(_file(tmp_path, data), _never)


def test_sealed_to_a_key_and_not_to_a_passphrase(tmp_path: Path) -> None:
    """A file of keys that is itself sealed to a key is not opened here."""
    data = pyrage.encrypt(b"x", [pyrage.x25519.Recipient.from_str(BOB.recipient.text)])
    with pytest.raises(IdentityError):
        holders.load_holders(_file(tmp_path, data), _never)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"# nothing\n",
        b"\xff\xfe",
        b"hello\n",
        BOB.recipient.text.encode(),
        secret(b"bob").lower().encode(),
        f"{secret(b'bob')}x".encode(),
        b"-----BEGIN AGE ENCRYPTED FILE-----\nAAA\n-----END AGE ENCRYPTED FILE-----\n",
        b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
        b"age-encryption.org/v1\n",
        b"x" * 40_000,
    ],
)
def test_no_key(tmp_path: Path, data: bytes) -> None:
    """Another file, a public key, a key with a letter wrong; the message has none of a secret."""
    with pytest.raises(IdentityError) as caught:
        holders.load_holders(_file(tmp_path, data), lambda: b"x")
    assert "AGE-SECRET" not in str(caught.value).upper()


def test_other_keys_of_openssh(tmp_path: Path) -> None:
    """An ECDSA key opens nothing; nor does the public half, or a folder, a pipe, or a file of nobody's."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", tmp_path / "ec"], check=True)
    (tmp_path / "k.pub").write_text(IDENTITY.public.openssh(), encoding="ascii")
    os.mkfifo(tmp_path / "pipe")
    for name in ("ec", "k.pub", "pipe", "none", "."):
        with pytest.raises(IdentityError):
            holders.load_holders(tmp_path / name, _never)


def test_a_private_key_that_others_may_read(tmp_path: Path) -> None:
    """As ssh, we take no SSH key that is not one's own."""
    path = ssh_file(tmp_path)
    path.chmod(0o644)
    with pytest.raises(IdentityError, match="read by others"):
        holders.load_holders(path)


def test_keys_of_several_files() -> None:
    """All of them count."""
    found = holders.all_of([_holders(BOB), Holders(plugins=(PLUGIN,)), _holders(SSH)])
    assert [one.recipient for one in found.holders] == [BOB.recipient, SSH.recipient]
    assert found.plugins == (PLUGIN,)


class _Same(Holders):
    """Equal where the recipients are: private keys of cryptography's have no equality."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Holders) and [one.recipient for one in self.holders] == [
            one.recipient for one in other.holders
        ]

    __hash__ = None  # type: ignore[assignment]


def _holders(*found: Holder) -> Holders:
    return _Same(found)

"""Headers of age files: as age writes and reads them, and every class of byte in them changed."""

from __future__ import annotations

import base64
import re
import subprocess
from pathlib import Path

import pytest

from forensics import keys
from forensics.errors import FormatError, IdentityError
from forensics.formats import bech32
from forensics.keys import age
from tests.keys.sealed import (
    BOB,
    EVE,
    IDENTITY,
    SSH,
    Draws,
    age_opens,
    key_file,
    seal,
    secret,
    ssh_file,
    unseal,
)

KEY = b"k" * 16
X25519 = BOB.recipient.wrap(KEY, Draws())
HEADER = age.header(KEY, [X25519, SSH.recipient.wrap(KEY, Draws())])


def test_a_recipient_is_that_of_age(tmp_path: Path) -> None:
    """The public half is what age-keygen makes of the secret one; an SSH key is read from its line."""
    path = key_file(tmp_path, b"bob")
    public = subprocess.run(
        ["age-keygen", "-y", path], capture_output=True, text=True, check=True
    ).stdout.strip()
    assert age.parse_recipient(public) == BOB.recipient
    assert age.parse_recipient(f"{IDENTITY.public.openssh()} a comment") == SSH.recipient


def test_age_opens_what_is_sealed_here(tmp_path: Path) -> None:
    """Each recipient opens it, with the real age and with its own key file."""
    data = seal(b"evidence", BOB, SSH)
    assert age_opens(data, key_file(tmp_path, b"bob")) == b"evidence"
    assert age_opens(data, ssh_file(tmp_path)) == b"evidence"
    assert age_opens(data, key_file(tmp_path, b"eve")) is None


def test_what_age_seals_is_opened_here() -> None:
    """The other way round, for both kinds."""
    command = ["age", "-r", BOB.recipient.text, "-r", SSH.recipient.text]
    data = subprocess.run(command, input=b"evidence", capture_output=True, check=True).stdout
    assert unseal(data, BOB) == unseal(data, SSH) == unseal(data, EVE, SSH) == b"evidence"


def test_a_key_that_is_not_named() -> None:
    """Whoever it was not sealed to gets nothing."""
    with pytest.raises(IdentityError, match="none of the keys"):
        unseal(seal(b"x", BOB, SSH), EVE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "age1",
        "alice@example.com",
        "ssh-ed25519",
        "ssh-ed25519 AAAA",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        secret(b"bob"),
        BOB.recipient.text.upper(),
        BOB.recipient.text[:-1] + "q",
        bech32.encode("age", bytes(31)),
        bech32.encode("age", bytes(32)),
        bech32.encode("age", bytes([1]) + bytes(31)),
        bech32.encode("age1yubikey", bytes(33)),
    ],
)
def test_no_recipient(text: str) -> None:
    """Another text, another kind, a wrong letter, and points whose secret anybody knows."""
    with pytest.raises((IdentityError, FormatError)):
        age.parse_recipient(text)


def test_an_rsa_key_is_no_recipient(tmp_path: Path) -> None:
    """SSH keys are taken of one kind, whose use for this age has specified without SHA-1."""
    subprocess.run(["ssh-keygen", "-q", "-t", "rsa", "-N", "", "-f", tmp_path / "k"], check=True)
    with pytest.raises(IdentityError, match="ssh-rsa"):
        age.parse_recipient((tmp_path / "k.pub").read_text(encoding="ascii"))


@pytest.mark.parametrize(
    "text",
    ["", "x", secret(b"bob").lower(), BOB.recipient.text, bech32.encode("age-secret-key-", b"x").upper()],
)
def test_no_secret_key(text: str) -> None:
    """A secret key has one spelling; what it was is never in the message."""
    with pytest.raises(IdentityError, match=r"\Ano age secret key\Z"):
        age.parse_holder(text)


def test_every_byte_of_a_header_counts(tmp_path: Path) -> None:
    """Change any bit of any byte of a header: nothing opens, here and with age."""
    data, path = seal(b"x", BOB), key_file(tmp_path, b"bob")
    end = data.index(b"\n", data.index(b"\n--- ") + 1) + 1
    for at in range(end):
        for bit in (1, 32, 128):
            changed = data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :]
            with pytest.raises((FormatError, IdentityError)):
                unseal(changed, BOB)
            if not at % 16 and bit == 1:
                assert age_opens(changed, path) is None


def stanza(*lines: str) -> bytes:
    """Write a header that has these lines for its stanzas, and a MAC that holds."""
    text = age.VERSION + "".join(f"{line}\n" for line in lines).encode() + b"---"
    return text + f" {age.encode64(age._mac(KEY, text))}\n".encode()


GOOD = X25519.encode().decode().splitlines()


@pytest.mark.parametrize(
    "lines",
    [
        ("->", "AAAA"),
        ("-> ", ""),
        ("->  X25519 AAAA", ""),
        ("-> X25519  AAAA", ""),
        ("-> X25519 AAAA ", ""),
        ("-> X25519\tAAAA", ""),
        ("- X25519 AAAA", ""),
        ("-> grease",),
        ("-> grease", "A" * 65),
        ("-> grease", "A" * 64),
        ("-> grease", "AAA="),
        ("-> grease", "AB"),
        ("-> grease", "A"),
        ("-> grease", "A A"),
        ("-> grease", "é"),
        ("-> X25519", GOOD[1]),
        (f"{GOOD[0]} more", GOOD[1]),
        (GOOD[0], "AAAA"),
        (GOOD[0], ""),
        (f"-> X25519 {age.encode64(bytes(31))}", GOOD[1]),
        (f"-> X25519 {age.encode64(bytes(32))}", GOOD[1]),
        (f"-> X25519 {GOOD[0].split()[2]}=", GOOD[1]),
        ("-> ssh-ed25519 AAAA", GOOD[1]),
        (*GOOD, "-> scrypt AAAA 18", GOOD[1]),
        (*GOOD, ""),
    ],
)
def test_refuses_a_stanza(lines: tuple[str, ...]) -> None:
    """What age would not have written is refused, though the MAC over it holds."""
    with pytest.raises(FormatError):
        age.open_header(stanza(*lines), [BOB, SSH])


def test_stanzas_of_others_are_passed_over() -> None:
    """Grease and kinds that are not known are there for others."""
    lines = (
        "-> grease a b c",
        "",
        "-> piv-p256 AAAA",
        "AAAA",
        f"-> ssh-ed25519 AAAAAA {GOOD[0].split()[2]}",
        GOOD[1],
    )
    assert age.open_header(stanza(*lines, *GOOD), [SSH, BOB]) == KEY


def test_a_body_of_whole_lines_ends_in_an_empty_one() -> None:
    """48 bytes are one line of 64 letters: the end is a line that is shorter."""
    for size in (0, 47, 48, 49, 96):
        raw = age.Stanza(("a",), bytes(size)).encode()
        (found,) = age._stanzas(raw)
        assert found == age.Stanza(("a",), bytes(size))
        assert len(raw.splitlines()[-1]) < 64


@pytest.mark.parametrize(
    "change",
    [
        (b"age-encryption.org/v1", b"age-encryption.org/v2"),
        (b"age-encryption.org/v1\n", b"age-encryption.org/v1\r\n"),
        (b"\n--- ", b"\n---  "),
        (b"\n--- ", b"\n---"),
        (b"\n--- ", b"\n--- =="),
        (b"-> X25519", b"-> x25519"),
    ],
)
def test_refuses_a_header(change: tuple[bytes, bytes]) -> None:
    """Another version, another ending of lines, a MAC that is none."""
    with pytest.raises((FormatError, IdentityError)):
        unseal(seal(b"x" * 100).replace(*change), BOB)


def test_a_header_that_never_ends() -> None:
    """A mebibyte of stanzas is more than is read."""
    with pytest.raises(FormatError, match="more than"):
        unseal(age.VERSION + b"-> a\n\n" * 300_000, BOB)


def test_a_stanza_cannot_be_added() -> None:
    """Who opens it knows that nobody was added to the header after it was made."""
    data = seal(b"x", BOB)
    added = data.replace(age.VERSION, age.VERSION + b"-> grease\n\n", 1)
    with pytest.raises(FormatError, match="MAC"):
        unseal(added, BOB)


def test_base64_has_one_spelling() -> None:
    """No padding, no bits that count for nothing."""
    for size in range(5):
        text = age.encode64(bytes(size))
        assert re.fullmatch(r"[A-Za-z0-9+/]*", text)
        assert age.decode64(text) == bytes(size)
        assert base64.b64encode(bytes(size)).decode().rstrip("=") == text


def test_a_file_key_of_another_length() -> None:
    """Whoever made it had another format in mind."""
    header = age.header(b"k" * 15, [BOB.recipient.wrap(b"k" * 15, Draws())])
    with pytest.raises((FormatError, IdentityError)):
        unseal(header + bytes(32), BOB)


def test_ssh_key_of_a_stranger() -> None:
    """Another SSH key of the same kind opens nothing."""
    other = keys.generate_identity(b"o" * 32)
    with pytest.raises(IdentityError):
        unseal(seal(b"x", SSH), age.ssh_holder(other.public, other.seed()))


def test_four_bytes_alike() -> None:
    """A stanza that has our key's tag by chance, or malice, and another's key is passed over."""
    theirs = EVE.recipient.wrap(KEY, Draws())
    forged = age.Stanza(
        ("ssh-ed25519", SSH.recipient.wrap(KEY, Draws()).arguments[1], theirs.arguments[1]), theirs.body
    )
    with pytest.raises(IdentityError):
        age.open_header(age.header(KEY, [forged]), [SSH])

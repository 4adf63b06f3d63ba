"""The log's key, and notes that only the right one signed, once."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from forensics.errors import FormatError, IdentityError
from forensics.formats import note
from forensics.formats.note import Note, NoteSignature
from forensics.keys import LogKey, verify_note
from tests.formats.test_note import EXAMPLE, PUBLIC

NAME = "example.com/log"
KEY = LogKey.from_seed(NAME, b"l" * 32)
OTHER = LogKey.from_seed(NAME, b"o" * 32)
TEXT = f"{NAME}\n1\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=\n"


def test_example() -> None:
    """The signature in the example of the specification holds, and not over another text."""
    parsed = Note.parse(EXAMPLE)
    verify_note(parsed, "PeterNeumann", PUBLIC)
    with pytest.raises(FormatError):
        verify_note(Note.parse(EXAMPLE.replace(b"cryptography", b"cryptographY")), "PeterNeumann", PUBLIC)


def test_signed() -> None:
    """What the key signs holds under its verifier key, and the same text gives the same bytes."""
    signed = KEY.sign_note(TEXT)
    verify_note(signed, *note.parse_vkey(KEY.vkey))
    assert Note.parse(signed.encode()) == KEY.sign_note(TEXT)


def test_strangers_do_not_matter() -> None:
    """Signatures by other keys, good, bad or of other kinds, are passed over."""
    ours = KEY.sign_note(TEXT).signatures
    theirs = (
        *OTHER.sign_note(TEXT).signatures,
        NoteSignature("example.com/witness", b"1234", b"junk"),
        NoteSignature("example.com/other", note.key_id(NAME, note.ED25519, KEY.public), bytes(64)),
        NoteSignature(NAME, b"\0\0\0\0", bytes(64)),
    )
    verify_note(Note(TEXT, theirs + ours), NAME, KEY.public)


def test_openssl_agrees(tmp_path: Path) -> None:
    """`openssl pkeyutl -verify -rawin` takes the text and the last 64 bytes of the line."""
    signed = KEY.sign_note(TEXT)
    files = {"text": TEXT.encode(), "sig": signed.signatures[0].signature, "pem": KEY.pem()}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    command = [
        "openssl",
        "pkeyutl",
        "-verify",
        "-pubin",
        "-inkey",
        "pem",
        "-rawin",
        "-in",
        "text",
        "-sigfile",
        "sig",
    ]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    (tmp_path / "text").write_bytes(TEXT.encode().replace(b"\n1\n", b"\n2\n"))
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 1


def test_by_hand(tmp_path: Path) -> None:
    """The lines of the shell that the docs give take a note apart, and openssl passes its halves."""
    (tmp_path / "c.note").write_bytes(KEY.sign_note(TEXT).encode())
    (tmp_path / "pem").write_bytes(KEY.pem())
    script = """
        set -eu
        sed '/^$/,$d' c.note > body
        sed -n 's/^— [^ ]* //p' c.note | head -n1 | base64 -d | tail -c 64 > sig
        openssl pkeyutl -verify -pubin -inkey pem -rawin -in body -sigfile sig
    """
    subprocess.run(["sh", "-c", script], cwd=tmp_path, check=True, capture_output=True)


@pytest.mark.parametrize(
    "what", ["text", "signature", "key", "name", "none", "twice", "bad and good", "cosignature"]
)
def test_note_refused(what: str) -> None:
    """A note that the key did not sign, or signed twice, is refused."""
    signed, public, name = KEY.sign_note(TEXT), KEY.public, NAME
    (line,) = signed.signatures
    bad = NoteSignature(NAME, line.key_id, line.signature[:-1] + bytes([line.signature[-1] ^ 1]))
    match what:
        case "text":
            signed = Note(TEXT.replace("\n1\n", "\n2\n"), signed.signatures)
        case "signature":
            signed = Note(TEXT, (bad,))
        case "key":
            public = OTHER.public
        case "name":
            name = "example.com/other"
        case "none":
            signed = OTHER.sign_note(TEXT)
        case "twice":
            signed = Note(TEXT, (line, line))
        case "bad and good":
            signed = Note(TEXT, (bad, line))
        case "cosignature":
            signed = Note(TEXT, (NoteSignature(NAME, line.key_id, bytes(8) + line.signature),))
    with pytest.raises(FormatError):
        verify_note(signed, name, public)


def test_under_a_key_of_small_order() -> None:
    """A note that anyone can sign is signed by nobody."""
    identity = bytes([1, *[0] * 31])
    forged = NoteSignature(NAME, note.key_id(NAME, note.ED25519, identity), identity + bytes(32))
    with pytest.raises(FormatError, match="small order"):
        verify_note(Note(TEXT, (forged,)), NAME, identity)


@pytest.mark.parametrize("text", ["", "x", "a\r\n", "\x00\n", "\ud800\n", "x" * note.MAX_BYTES + "\n"])
def test_not_signed(text: str) -> None:
    """A text that no note can hold is not signed."""
    with pytest.raises(FormatError):
        KEY.sign_note(text)


def test_pem() -> None:
    """The private key is read back from the file it is kept in, and openssl reads it too."""
    pem = KEY.to_pem()
    assert LogKey.from_pem(NAME, pem).vkey == KEY.vkey
    command = ["openssl", "pkey", "-pubout"]
    assert subprocess.run(command, input=pem, capture_output=True, check=True).stdout == KEY.pem()


def test_random() -> None:
    """Each generated key is another."""
    assert LogKey.generate(NAME).public != LogKey.generate(NAME).public


def test_not_shown() -> None:
    """A key's text form, which may end in a log, shows its name only."""
    assert repr(KEY) == f"LogKey(name='{NAME}')"


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "x" * 256])
def test_name_refused(name: str) -> None:
    """A name that no note can hold is no log's."""
    with pytest.raises(FormatError):
        LogKey.generate(name)


@pytest.mark.parametrize("seed", [b"", b"x" * 31, b"x" * 33, b"x" * 64])
def test_seed_refused(seed: bytes) -> None:
    """A seed has 32 bytes."""
    with pytest.raises(IdentityError):
        LogKey.from_seed(NAME, seed)


def _pem(key: ec.EllipticCurvePrivateKey | ed448.Ed448PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


ENCIPHERED = load_pem_private_key(KEY.to_pem(), None).private_bytes(
    Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")
)


@pytest.mark.parametrize(
    "pem",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"junk", id="junk"),
        pytest.param(KEY.pem(), id="public key"),
        pytest.param(KEY.to_pem()[:-40], id="cut"),
        pytest.param(KEY.to_pem().replace(b"MC4C", b"MC4D"), id="bent"),
        pytest.param(_pem(ec.derive_private_key(7, ec.SECP256R1())), id="ECDSA"),
        pytest.param(_pem(ed448.Ed448PrivateKey.generate()), id="Ed448"),
        pytest.param(ENCIPHERED, id="enciphered"),
        pytest.param(
            b"-----BEGIN PRIVATE KEY-----\n"
            b"MB8CAQAwEAYHKoZIzj0CAQYFK4EEAAEECDAGAgEBBAEA\n"
            b"-----END PRIVATE KEY-----\n",
            id="unknown curve",
        ),
    ],
)
def test_pem_refused(pem: bytes) -> None:
    """A file that holds no plain Ed25519 key is refused."""
    with pytest.raises(IdentityError):
        LogKey.from_pem(NAME, pem)

"""SSH signatures as bytes: in the one spelling that ssh-keygen has for them."""

from __future__ import annotations

import base64
import subprocess
from contextlib import suppress
from hashlib import sha256, sha512
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forensics.errors import FormatError
from forensics.formats import sshsig
from forensics.formats.sshsig import SshSignature, write_string
from tests.formats.mutants import mutants

GOOD = SshSignature(b"key", "forensics-bundle-v1", "sha512", b"signature" * 9)
ARMORED = GOOD.armor()
BEGIN, END = b"-----BEGIN SSH SIGNATURE-----\n", b"-----END SSH SIGNATURE-----\n"

namespaces = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=30)
signatures = st.builds(
    SshSignature,
    st.binary(min_size=1, max_size=300),
    namespaces,
    st.sampled_from(sorted(sshsig.HASHES)),
    st.binary(min_size=1, max_size=600),
)


def armored(blob: bytes, columns: int = 70) -> bytes:
    """Put any bytes in armour."""
    text = base64.b64encode(blob)
    return BEGIN + b"".join(text[at : at + columns] + b"\n" for at in range(0, len(text), columns)) + END


def blob(*strings: bytes, magic: bytes = b"SSHSIG", version: int = 1) -> bytes:
    """Give the bytes inside the armour, of any strings."""
    return magic + version.to_bytes(4, "big") + b"".join(map(write_string, strings))


@given(signatures)
def test_round_trip(made: SshSignature) -> None:
    """Every signature that is written is read back the same."""
    assert SshSignature.parse(made.armor()) == made


@given(mutants(ARMORED, armored(blob(b"k", b"n", b"", b"sha256", b"s"))))
def test_one_spelling(data: bytes) -> None:
    """Bytes are either refused, or what the signature is written as."""
    try:
        parsed = SshSignature.parse(data)
    except FormatError:
        return
    assert parsed.armor() == data


@given(st.binary(max_size=200))
def test_any_bytes_in_armour(data: bytes) -> None:
    """No bytes within the armour raise anything but `FormatError`."""
    whole = armored(b"SSHSIG\0\0\0\1" + data)
    with suppress(FormatError):
        assert SshSignature.parse(whole).armor() == whole


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_ssh_keygen_writes_the_same(kind: str, tmp_path: Path) -> None:
    """What ssh-keygen writes is read, and written again byte for byte."""
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(key)], check=True)
    command = ["ssh-keygen", "-q", "-Y", "sign", "-n", "forensics-case-v1", "-f", str(key)]
    made = subprocess.run(command, input=b"message", capture_output=True, check=True).stdout
    parsed = SshSignature.parse(made)
    assert parsed.armor() == made
    assert (parsed.namespace, parsed.hash_algorithm) == ("forensics-case-v1", "sha512")
    assert base64.b64encode(parsed.public_key).decode() == key.with_suffix(".pub").read_text().split()[1]


INSIDE = blob(b"key", b"forensics-bundle-v1", b"", b"sha512", b"signature")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(BEGIN + END, id="nothing in armour"),
        pytest.param(BEGIN[:-1] + END, id="marks run together"),
        pytest.param(BEGIN, id="no end"),
        pytest.param(ARMORED[:-1], id="no last line feed"),
        pytest.param(ARMORED + b"\n", id="blank line after"),
        pytest.param(b"\n" + ARMORED, id="blank line before"),
        pytest.param(ARMORED + ARMORED, id="two signatures"),
        pytest.param(ARMORED.replace(b"\n", b"\r\n"), id="CRLF"),
        pytest.param(ARMORED.replace(b"SSH SIG", b"PGP SIG"), id="of PGP"),
        pytest.param(ARMORED.replace(b"BEGIN SSH", b"BEGIN  SSH"), id="mark with two spaces"),
        pytest.param(armored(INSIDE, 64), id="64 columns"),
        pytest.param(armored(INSIDE, 76), id="76 columns"),
        pytest.param(armored(INSIDE, 10_000), id="one line"),
        pytest.param(armored(INSIDE).replace(b"\n-----END", b"\n\n-----END"), id="blank line inside"),
        pytest.param(armored(INSIDE).replace(b"U1NI", b"U1N I"), id="space inside"),
        pytest.param(armored(INSIDE).replace(b"U1NI", b"U1N*"), id="no base64"),
        pytest.param(armored(INSIDE).replace(b"U1NI", b"U1N\xff"), id="no ASCII"),
        pytest.param(armored(INSIDE)[: -len(END) - 2] + b"\n" + END, id="cut short"),
        pytest.param(BEGIN + b"====\n" + END, id="padding only"),
        pytest.param(armored(INSIDE + b"\0"), id="one byte behind"),
        pytest.param(armored(INSIDE + write_string(b"")), id="a string behind"),
        pytest.param(armored(INSIDE[:-1]), id="last string cut"),
        pytest.param(armored(INSIDE[:9]), id="version cut"),
        pytest.param(armored(INSIDE[:12]), id="length cut"),
        pytest.param(armored(b"SSHSIG\0\0\0\1" + b"\xff\xff\xff\xff" + b"x" * 40), id="length of 4 GiB"),
        pytest.param(armored(blob(b"k", b"n", b"", b"sha512", b"s", magic=b"SSHSIX")), id="other magic"),
        pytest.param(armored(blob(b"k", b"n", b"", b"sha512", b"s", version=0)), id="version 0"),
        pytest.param(armored(blob(b"k", b"n", b"", b"sha512", b"s", version=2)), id="version 2"),
        pytest.param(armored(blob(b"k", b"n", b"x", b"sha512", b"s")), id="reserved not empty"),
        pytest.param(armored(blob(b"k", b"n", b"", b"sha1", b"s")), id="SHA-1"),
        pytest.param(armored(blob(b"k", b"n", b"", b"md5", b"s")), id="MD5"),
        pytest.param(armored(blob(b"k", b"n", b"", b"SHA512", b"s")), id="SHA512 in capitals"),
        pytest.param(armored(blob(b"k", b"n", b"", b"sha512\0", b"s")), id="sha512 and NUL"),
        pytest.param(armored(blob(b"k", b"n", b"", "sh\u00e1512".encode(), b"s")), id="hash beyond ASCII"),
        pytest.param(armored(blob(b"k", b"n", b"", b"", b"s")), id="no hash"),
        pytest.param(armored(blob(b"k", b"", b"", b"sha512", b"s")), id="no namespace"),
        pytest.param(armored(blob(b"k", b"a b", b"", b"sha512", b"s")), id="space in the namespace"),
        pytest.param(armored(blob(b"k", b"a\n", b"", b"sha512", b"s")), id="line feed in the namespace"),
        pytest.param(armored(blob(b"k", b"\xff", b"", b"sha512", b"s")), id="namespace beyond ASCII"),
        pytest.param(armored(blob(b"k", b"n" * 256, b"", b"sha512", b"s")), id="namespace too long"),
        pytest.param(armored(blob(b"", b"n", b"", b"sha512", b"s")), id="no key"),
        pytest.param(armored(blob(b"k", b"n", b"", b"sha512", b"")), id="no signature"),
        pytest.param(armored(blob(b"k", b"n", b"", b"sha512")), id="four strings"),
        pytest.param(armored(blob(b"k", b"n", b"", b"sha512", b"s" * 40_000)), id="too long"),
    ],
)
def test_refused(data: bytes) -> None:
    """Each second spelling, and all that OpenSSH would refuse, is refused."""
    with pytest.raises(FormatError):
        SshSignature.parse(data)


@pytest.mark.parametrize(
    ("key", "namespace", "algorithm", "signature"),
    [
        (b"", "n", "sha512", b"s"),
        (b"k", "", "sha512", b"s"),
        (b"k", "n n", "sha512", b"s"),
        (b"k", "é", "sha512", b"s"),
        (b"k", "n", "sha1", b"s"),
        (b"k", "n", "", b"s"),
        (b"k", "n", "sha512", b""),
    ],
)
def test_not_made(key: bytes, namespace: str, algorithm: str, signature: bytes) -> None:
    """A signature that OpenSSH would refuse cannot be made."""
    with pytest.raises(FormatError):
        SshSignature(key, namespace, algorithm, signature)


def test_not_written() -> None:
    """More than any key makes is not written."""
    with pytest.raises(FormatError):
        SshSignature(b"k", "n", "sha512", bytes(40_000)).armor()


def test_to_sign() -> None:
    """What is signed is framed as PROTOCOL.sshsig says."""
    signed = sshsig.to_sign("file", sha256(b"m").digest(), "sha256")
    assert signed == b"SSHSIG\0\0\0\4file\0\0\0\0\0\0\0\6sha256\0\0\0\x20" + sha256(b"m").digest()


@pytest.mark.parametrize(
    ("namespace", "digest", "algorithm"),
    [
        ("", sha512().digest(), "sha512"),
        ("a b", sha512().digest(), "sha512"),
        ("n", sha256().digest(), "sha512"),
        ("n", sha512().digest(), "sha256"),
        ("n", b"", "sha512"),
        ("n", bytes(20), "sha1"),
    ],
)
def test_to_sign_refused(namespace: str, digest: bytes, algorithm: str) -> None:
    """Nothing is framed for signing that could be taken for something else."""
    with pytest.raises(FormatError):
        sshsig.to_sign(namespace, digest, algorithm)


@given(st.lists(st.binary(max_size=30), max_size=6))
def test_strings(strings: list[bytes]) -> None:
    """Strings of the wire are read back, and not when a byte is missing or too many."""
    data = b"".join(map(write_string, strings))
    assert sshsig.read_strings(data) == strings
    with pytest.raises(FormatError):
        sshsig.read_strings(data + b"\0")
    if data:
        with pytest.raises(FormatError):
            sshsig.read_strings(data[:-1])


@pytest.mark.parametrize(
    ("data", "at"),
    [
        (b"", 0),
        (b"\0\0\0", 0),
        (b"\0\0\0\1", 0),
        (b"\0\0\0\1a", 1),
        (b"\xff\xff\xff\xff", 0),
        (b"\0\0\0\0", 4),
        (b"\0\0\0\0", 400),
        (b"\0\0\0\0\0\0\0\0", -4),
    ],
)
def test_string_refused(data: bytes, at: int) -> None:
    """A string that ends beyond the end is refused."""
    with pytest.raises(FormatError):
        sshsig.read_string(data, at)

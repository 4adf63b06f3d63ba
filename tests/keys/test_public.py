"""Public keys: read as ssh-keygen writes them, and weak or odd ones refused."""

from __future__ import annotations

import base64
import subprocess
from itertools import count
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from forensics.errors import FormatError, IdentityError
from forensics.formats.sshsig import read_strings, write_string
from forensics.keys import PublicKey, generate_identity, parse_public
from forensics.keys.public import check_point, ed25519_key, read_mpint
from tests.formats.mutants import mutants

PRIME = 2**255 - 19
KEY = generate_identity(b"k" * 32).public
LINE = KEY.openssh()
RSA_2048 = rsa.generate_private_key(65537, 2048).public_key()
ECDSA_256 = ec.derive_private_key(7, ec.SECP256R1()).public_key()


def strings(*parts: bytes) -> bytes:
    """Give strings of the SSH wire."""
    return b"".join(map(write_string, parts))


def number(value: int) -> bytes:
    """Give the bytes of an mpint."""
    return (
        value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True)
        if value < 0
        else value.to_bytes(value.bit_length() // 8 + 1, "big")
    )


def ssh_rsa(exponent: int, modulus: int) -> bytes:
    """Give the blob of an RSA key."""
    return strings(b"ssh-rsa", number(exponent), number(modulus))


def line(blob: bytes) -> str:
    """Give the line that a blob stands in."""
    kind = read_strings(blob)[0].decode()
    return f"{kind} {base64.b64encode(blob).decode()}"


def point(curve: ec.EllipticCurve) -> bytes:
    """Give an uncompressed point of a curve."""
    key = ec.derive_private_key(7, curve).public_key()
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def encoded(height: int, sign: int = 0) -> bytes:
    """Give the 32 bytes of a point."""
    return (height | sign << 255).to_bytes(32, "little")


ORDER_8 = (
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
)
SMALL_ORDER = [
    *(bytes.fromhex(text) for text in ORDER_8),
    *(encoded(height, sign) for height in (0, 1, PRIME - 1) for sign in (0, 1)),
]
"""The eight points of small order, and two more spellings of those without width."""
SECOND_SPELLINGS = [encoded(height, sign) for height in range(PRIME, 2**255) for sign in (0, 1)]
"""All 38 encodings of a height beyond the prime: of these, four are of small order too."""


@pytest.mark.parametrize(
    "arguments",
    [
        ["ed25519"],
        ["rsa", "-b", "2048"],
        ["ecdsa", "-b", "256"],
        ["ecdsa", "-b", "384"],
        ["ecdsa", "-b", "521"],
    ],
    ids=" ".join,
)
def test_of_ssh_keygen(arguments: list[str], tmp_path: Path) -> None:
    """Lines, kinds and fingerprints are those of ssh-keygen."""
    key = tmp_path / "key"
    make = ["ssh-keygen", "-q", "-C", "ana müller", "-N", "", "-f", str(key), "-t", *arguments]
    subprocess.run(make, check=True)
    text = key.with_suffix(".pub").read_text()
    public = parse_public(text)
    assert f"{public.openssh()} ana müller\n" == text
    assert public.kind == text.split()[0]
    said = subprocess.run(
        ["ssh-keygen", "-l", "-f", str(key)], capture_output=True, check=True, text=True
    ).stdout
    assert said.split()[1] == public.fingerprint
    assert parse_public(public.openssh()) == public


def test_ed25519_forms(tmp_path: Path) -> None:
    """The raw and PEM forms are those that openssl reads."""
    (tmp_path / "key.pem").write_bytes(KEY.pem())
    command = ["openssl", "pkey", "-pubin", "-in", str(tmp_path / "key.pem"), "-outform", "DER"]
    der = subprocess.run(command, capture_output=True, check=True).stdout
    assert der[-32:] == KEY.raw
    assert read_strings(KEY.blob) == [b"ssh-ed25519", KEY.raw]


@pytest.mark.parametrize(
    "blob",
    [
        ssh_rsa(RSA_2048.public_numbers().e, RSA_2048.public_numbers().n),
        strings(b"ecdsa-sha2-nistp256", b"nistp256", point(ec.SECP256R1())),
        strings(b"sk-ssh-ed25519@openssh.com", KEY.raw, b"ssh:"),
        strings(b"sk-ecdsa-sha2-nistp256@openssh.com", b"nistp256", point(ec.SECP256R1()), b"ssh:"),
    ],
)
def test_no_raw_form(blob: bytes) -> None:
    """Only a plain Ed25519 key has a raw form; a token's signs something else, so it has none."""
    key = PublicKey(blob)
    assert parse_public(key.openssh()) == key
    with pytest.raises(IdentityError):
        _ = key.raw
    with pytest.raises(IdentityError):
        key.pem()


def test_equal_by_blob() -> None:
    """Keys are the same if their bytes are, and can stand in a set."""
    assert len({KEY, parse_public(LINE), generate_identity(b"x" * 32).public}) == 2


@pytest.mark.parametrize("text", [LINE, f"{LINE}\n", f"  {LINE} a comment, with = signs\r\n", f"{LINE}\tx"])
def test_line(text: str) -> None:
    """A line may have a comment, and blanks around it."""
    assert parse_public(text) == KEY


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "ssh-ed25519",
        LINE.split()[1],
        f"{LINE}\n{LINE}",
        f"# comment\n{LINE}",
        f"{LINE} a\u2028b",
        f'command="true" {LINE}',
        f"no-pty {LINE}",
        f"@cert-authority * {LINE}",
        LINE.replace("ssh-ed25519 ", "ssh-rsa "),
        LINE.replace("ssh-ed25519 ", "SSH-ED25519 "),
        LINE.replace("ssh-ed25519 ", "ssh-ed25519\u0000 "),
        LINE[:-1],
        LINE[:-4],
        f"{LINE}====",
        f"{LINE}AAAA",
        LINE.replace("AAAA", "AA AA", 1),
        LINE.replace("AAAA", "*AAA", 1),
        LINE.replace("AAAA", "éAAA", 1),
        f"{LINE} {'x' * 40_000}",
        "-----BEGIN PUBLIC KEY-----",
        "ssh-ed25519 =",
    ],
    ids=count(),
)
def test_line_refused(text: str) -> None:
    """What is not one line of one key is refused."""
    with pytest.raises(IdentityError):
        parse_public(text)


N = RSA_2048.public_numbers().n


@pytest.mark.parametrize(
    "blob",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\0\0\0", id="cut in a length"),
        pytest.param(strings(b""), id="no kind"),
        pytest.param(strings(b"\xff"), id="kind beyond ASCII"),
        pytest.param(strings(b"ssh-ed25519"), id="no key"),
        pytest.param(strings(b"ssh-ed25519", KEY.raw[:-1]), id="31 bytes"),
        pytest.param(strings(b"ssh-ed25519", KEY.raw + b"\0"), id="33 bytes"),
        pytest.param(strings(b"ssh-ed25519", KEY.raw, b""), id="a string behind"),
        pytest.param(KEY.blob + b"\0", id="a byte behind"),
        pytest.param(KEY.blob[:-1], id="cut"),
        pytest.param(strings(b"ssh-ed25519") + b"\xff\xff\xff\xff", id="length of 4 GiB"),
        pytest.param(strings(b"ssh-ed448", bytes(57)), id="Ed448"),
        pytest.param(strings(b"ssh-dss", *[number(7)] * 4), id="DSA"),
        pytest.param(strings(b"x" * 40_000), id="too long"),
        pytest.param(strings(b"ssh-ed25519-cert-v01@openssh.com", b"", KEY.raw), id="certificate"),
        pytest.param(strings(b"ssh-rsa-cert-v01@openssh.com", b""), id="RSA certificate"),
        pytest.param(strings(b"sk-ssh-ed25519@openssh.com", KEY.raw), id="token without application"),
        pytest.param(strings(b"sk-ssh-ed25519@openssh.com", KEY.raw, b"ssh:", b""), id="token with more"),
        pytest.param(strings(b"sk-ssh-ed25519", KEY.raw, b"ssh:"), id="token of no maker"),
        pytest.param(
            strings(b"sk-ecdsa-sha2-nistp384@openssh.com", b"nistp384", point(ec.SECP384R1()), b"ssh:"),
            id="token on another curve",
        ),
        pytest.param(strings(b"ecdsa-sha2-nistp256", b"nistp256"), id="ECDSA without point"),
        pytest.param(strings(b"ecdsa-sha2-nistp256", b"nistp384", point(ec.SECP384R1())), id="two curves"),
        pytest.param(
            strings(b"ecdsa-sha2-nistp256", b"nistp256", point(ec.SECP384R1())), id="point of another"
        ),
        pytest.param(strings(b"ecdsa-sha2-nistp192", b"nistp192", bytes(49)), id="P-192"),
        pytest.param(
            strings(b"ecdsa-sha2-nistp256@openssh.com", b"nistp256", point(ec.SECP256R1())), id="no sk-"
        ),
        pytest.param(strings(b"ecdsa-sha2-nistp256", b"nistp256", b""), id="no point"),
        pytest.param(strings(b"ecdsa-sha2-nistp256", b"nistp256", b"\0"), id="point at infinity"),
        pytest.param(strings(b"ecdsa-sha2-nistp256", b"nistp256", b"\4" + bytes(64)), id="off the curve"),
        pytest.param(
            strings(
                b"ecdsa-sha2-nistp256",
                b"nistp256",
                ECDSA_256.public_bytes(Encoding.X962, PublicFormat.CompressedPoint),
            ),
            id="compressed",
        ),
        pytest.param(
            strings(b"ecdsa-sha2-nistp256", b"nistp256", point(ec.SECP256R1()) + b"\0"), id="point longer"
        ),
        pytest.param(strings(b"ssh-rsa", number(65537)), id="RSA without modulus"),
        pytest.param(ssh_rsa(65537, N >> 1 | 1), id="RSA of 2,047 bits"),
        pytest.param(ssh_rsa(65537, 2**1023 + 1), id="RSA of 1,024 bits"),
        pytest.param(ssh_rsa(65537, 2**16384 + 1), id="RSA of 16,385 bits"),
        pytest.param(ssh_rsa(65537, N - 1), id="even modulus"),
        pytest.param(ssh_rsa(1, N), id="exponent 1"),
        pytest.param(ssh_rsa(65536, N), id="even exponent"),
        pytest.param(ssh_rsa(2**64 + 1, N), id="huge exponent"),
        pytest.param(strings(b"ssh-rsa", number(65537), number(-N)), id="negative modulus"),
        pytest.param(strings(b"ssh-rsa", b"", number(N)), id="exponent 0"),
        pytest.param(strings(b"ssh-rsa", number(65537), b"\0" + number(N)), id="modulus with a zero more"),
        pytest.param(strings(b"ssh-rsa", number(65537), number(N)[1:]), id="modulus with a zero less"),
        pytest.param(strings(b"ssh-rsa", number(65537), number(N), b""), id="RSA with more"),
        pytest.param(strings(b"rsa-sha2-512", number(65537), number(N)), id="an algorithm for a kind"),
    ],
)
def test_blob_refused(blob: bytes) -> None:
    """Weak, odd, cut, lengthened and unknown keys are refused."""
    with pytest.raises(IdentityError):
        PublicKey(blob)


def test_real_dsa_and_certificate(tmp_path: Path) -> None:
    """A real DSA key and a real certificate are refused, the latter with a word on what to give."""
    numbers = dsa.generate_private_key(2048).public_key().public_numbers()
    group = numbers.parameter_numbers
    with pytest.raises(IdentityError):
        parse_public(line(strings(b"ssh-dss", *map(number, (group.p, group.q, group.g, numbers.y)))))
    for name in ("ca", "key"):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name)], check=True
        )
    sign = [
        "ssh-keygen",
        "-q",
        "-s",
        str(tmp_path / "ca"),
        "-I",
        "ana",
        "-n",
        "ana",
        str(tmp_path / "key.pub"),
    ]
    subprocess.run(sign, check=True)
    with pytest.raises(IdentityError, match="certificate"):
        parse_public((tmp_path / "key-cert.pub").read_text())


@given(
    mutants(KEY.blob, ssh_rsa(65537, N), strings(b"ecdsa-sha2-nistp256", b"nistp256", point(ec.SECP256R1())))
)
def test_any_blob(blob: bytes) -> None:
    """Any bytes are a key that is written the same, or raise `IdentityError`."""
    try:
        key = PublicKey(blob)
    except IdentityError:
        return
    assert parse_public(key.openssh()).blob == blob


@given(st.text(max_size=80) | mutants(LINE.encode()).map(lambda data: data.decode("latin-1")))
def test_any_text(text: str) -> None:
    """Any text is a key, or raises `IdentityError`."""
    try:
        key = parse_public(text)
    except IdentityError:
        return
    assert text.split()[:2] == key.openssh().split()


@pytest.mark.parametrize("public", SMALL_ORDER, ids=bytes.hex)
def test_small_order(public: bytes) -> None:
    """No point of small order is a key."""
    with pytest.raises(FormatError):
        ed25519_key(public)
    with pytest.raises(IdentityError):
        PublicKey(strings(b"ssh-ed25519", public))


@pytest.mark.parametrize("public", SECOND_SPELLINGS, ids=bytes.hex)
def test_second_spelling(public: bytes) -> None:
    """No height beyond the prime is a key's, of small order or not."""
    with pytest.raises(FormatError, match="second spelling"):
        ed25519_key(public)


def test_off_the_curve() -> None:
    """Half of all heights belong to no point: none of those is a key, though OpenSSL would load it."""
    refused = 0
    for height in range(2, 200):
        try:
            ed25519_key(encoded(height))
        except FormatError:
            refused += 1
    assert 70 < refused < 130
    with pytest.raises(FormatError, match="not a point"):
        ed25519_key(encoded(2))


@pytest.mark.parametrize("size", [0, 1, 31, 33, 64])
def test_point_length(size: int) -> None:
    """A point has 32 bytes."""
    with pytest.raises(FormatError):
        check_point(bytes(size), "point")


@given(st.integers(1, 2**70))
def test_mpint(value: int) -> None:
    """An integer of the wire is read in its one spelling."""
    assert read_mpint(number(value)) == value
    with pytest.raises(FormatError):
        read_mpint(b"\0" + number(value))


@pytest.mark.parametrize("data", [b"", b"\0", b"\0\0", b"\x80", b"\xff\xff", b"\0\x7f"])
def test_mpint_refused(data: bytes) -> None:
    """Zero, negative numbers and second spellings are refused."""
    with pytest.raises(FormatError):
        read_mpint(data)

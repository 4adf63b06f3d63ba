"""Signatures that hold, and every near miss: of Ed25519, of SSH signatures by each kind of key."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from hashlib import sha256, sha512
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from forensics import keys
from forensics.errors import FormatError
from forensics.formats.sshsig import SshSignature, to_sign, write_string
from forensics.keys import verify_ed25519, verify_signature
from tests.formats.mutants import mutants
from tests.keys.test_public import PRIME, SECOND_SPELLINGS, SMALL_ORDER, encoded, number, strings

ORDER = 2**252 + 27742317777372353535851937790883648493
MESSAGE = b"tagmanifest"
NAMESPACE = keys.BUNDLE
SEED = b"s" * 32
ANA = keys.generate_identity(SEED, name="ana")
BEN = keys.generate_identity(b"b" * 32, name="ben")
PUBLIC, SIGNATURE = ANA.public.raw, ANA.raw(MESSAGE)
TOUCH = b"\x01" + (7).to_bytes(4, "big")
TOKEN = Ed25519PrivateKey.from_private_bytes(b"t" * 32)
SK_ED25519 = strings(
    b"sk-ssh-ed25519@openssh.com", TOKEN.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw), b"ssh:"
)
RSA = rsa.generate_private_key(65537, 2048)
RSA_BLOB = strings(b"ssh-rsa", number(65537), number(RSA.public_key().public_numbers().n))
CURVES: dict[str, tuple[ec.EllipticCurve, hashes.HashAlgorithm]] = {
    "nistp256": (ec.SECP256R1(), hashes.SHA256()),
    "nistp384": (ec.SECP384R1(), hashes.SHA384()),
    "nistp521": (ec.SECP521R1(), hashes.SHA512()),
}


def ecdsa_blob(name: str, *, kind: str = "ecdsa-sha2-{}", more: tuple[bytes, ...] = ()) -> bytes:
    """Give the blob of the ECDSA key with the number 7."""
    point = ec.derive_private_key(7, CURVES[name][0]).public_key()
    uncompressed = point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return strings(kind.format(name).encode(), name.encode(), uncompressed, *more)


def ecdsa_numbers(name: str, message: bytes) -> tuple[int, int]:
    """Sign with the ECDSA key with the number 7."""
    curve, algorithm = CURVES[name]
    return decode_dss_signature(ec.derive_private_key(7, curve).sign(message, ec.ECDSA(algorithm)))


def framed(algorithm: str = "sha512") -> bytes:
    """Give the bytes that a key signs for the message."""
    digest = {"sha512": sha512, "sha256": sha256}[algorithm](MESSAGE).digest()
    return to_sign(NAMESPACE, digest, algorithm)


def token_signs(flags: bytes = TOUCH, application: bytes = b"ssh:") -> bytes:
    """Give what a FIDO token signs: the application, its flags and counter, and the message, hashed."""
    return sha256(application).digest() + flags + sha256(framed()).digest()


def armor(public: bytes, signature: bytes, algorithm: str = "sha512") -> bytes:
    """Put a signature made by hand in armour."""
    return SshSignature(public, NAMESPACE, algorithm, signature).armor()


def sk_ed25519(
    flags: bytes = TOUCH, application: bytes = b"ssh:", signed_flags: bytes | None = None
) -> bytes:
    """Sign as a token with an Ed25519 key would."""
    made = TOKEN.sign(token_signs(signed_flags or flags, application))
    return armor(SK_ED25519, strings(b"sk-ssh-ed25519@openssh.com", made) + flags)


def sk_ecdsa(flags: bytes = TOUCH) -> bytes:
    """Sign as a token with a P-256 key would."""
    kind = "sk-ecdsa-sha2-nistp256@openssh.com"
    pair = strings(*map(number, ecdsa_numbers("nistp256", token_signs(flags))))
    return armor(ecdsa_blob("nistp256", kind=kind, more=(b"ssh:",)), strings(kind.encode(), pair) + flags)


def ecdsa(name: str) -> bytes:
    """Sign with an ECDSA key."""
    pair = strings(*map(number, ecdsa_numbers(name, framed())))
    return armor(ecdsa_blob(name), strings(f"ecdsa-sha2-{name}".encode(), pair))


def rsa_made(
    name: str = "rsa-sha2-512", algorithm: hashes.HashAlgorithm | None = None, blob: bytes = RSA_BLOB
) -> bytes:
    """Sign with the RSA key."""
    made = RSA.sign(framed(), padding.PKCS1v15(), algorithm or hashes.SHA512())
    return armor(blob, strings(name.encode(), made))


BY_KIND: dict[str, Callable[[], bytes]] = {
    "ssh-ed25519": lambda: ANA.sign(MESSAGE, NAMESPACE),
    "sk-ssh-ed25519@openssh.com": sk_ed25519,
    "sk-ecdsa-sha2-nistp256@openssh.com": sk_ecdsa,
    "ecdsa-sha2-nistp256": lambda: ecdsa("nistp256"),
    "ecdsa-sha2-nistp384": lambda: ecdsa("nistp384"),
    "ecdsa-sha2-nistp521": lambda: ecdsa("nistp521"),
    "ssh-rsa": rsa_made,
}


@pytest.mark.parametrize("kind", BY_KIND)
def test_every_kind(kind: str, tmp_path: Path) -> None:
    """A signature by each kind of key holds here, and ssh-keygen says the same."""
    made = BY_KIND[kind]()
    public = verify_signature(made, MESSAGE, NAMESPACE)
    assert public.kind == kind
    assert ssh_keygen_verifies(tmp_path, public, made, MESSAGE)
    assert not ssh_keygen_verifies(tmp_path, public, made, MESSAGE + b"x")


def ssh_keygen_verifies(folder: Path, public: keys.PublicKey, made: bytes, message: bytes) -> bool:
    """Ask ssh-keygen."""
    (folder / "allowed").write_text(f"ana {public.openssh()}\n")
    (folder / "sig").write_bytes(made)
    command = ["ssh-keygen", "-Y", "verify", "-f", str(folder / "allowed"), "-I", "ana", "-n", NAMESPACE]
    done = subprocess.run(
        [*command, "-s", str(folder / "sig")], input=message, capture_output=True, check=False
    )
    return done.returncode == 0


def test_rsa_with_sha256(tmp_path: Path) -> None:
    """RSA may sign with SHA-256 too, as ssh-agent does for some."""
    made = rsa_made("rsa-sha2-256", hashes.SHA256())
    assert ssh_keygen_verifies(tmp_path, verify_signature(made, MESSAGE, NAMESPACE), made, MESSAGE)


def test_message_hashed_with_sha256(tmp_path: Path) -> None:
    """The message may be hashed with SHA-256."""
    made = Ed25519PrivateKey.from_private_bytes(SEED).sign(framed("sha256"))
    armored = armor(ANA.public.blob, strings(b"ssh-ed25519", made), "sha256")
    assert verify_signature(armored, MESSAGE, NAMESPACE) == ANA.public
    assert ssh_keygen_verifies(tmp_path, ANA.public, armored, MESSAGE)


@pytest.mark.parametrize("kind", BY_KIND)
def test_not_over_this(kind: str) -> None:
    """A signature of each kind is worth nothing for another message or purpose."""
    made = BY_KIND[kind]()
    for message, namespace in (
        (MESSAGE + b"\n", NAMESPACE),
        (b"", NAMESPACE),
        (MESSAGE, keys.CASE),
        (MESSAGE, ""),
    ):
        with pytest.raises(FormatError):
            verify_signature(made, message, namespace)


@pytest.mark.parametrize("kind", BY_KIND)
def test_one_bit(kind: str) -> None:
    """One bit of the signature's own bytes makes it worthless, wherever it is."""
    parsed = SshSignature.parse(BY_KIND[kind]())
    for at in range(len(parsed.signature)):
        bent = bytearray(parsed.signature)
        bent[at] ^= 1 << at % 8
        with pytest.raises(FormatError):
            verify_signature(armor(parsed.public_key, bytes(bent)), MESSAGE, NAMESPACE)


@pytest.mark.parametrize("kind", BY_KIND)
def test_cut_and_lengthened(kind: str) -> None:
    """A signature with bytes missing or behind it is refused."""
    parsed = SshSignature.parse(BY_KIND[kind]())
    for blob in (
        *(parsed.signature[:-count] for count in (1, 4, 5, 6, 20)),
        parsed.signature + b"\0",
        parsed.signature + TOUCH,
        parsed.signature + write_string(b""),
        parsed.signature[:3],
        strings(b""),
        strings(b"\xff", b""),
    ):
        with pytest.raises(FormatError):
            verify_signature(armor(parsed.public_key, blob), MESSAGE, NAMESPACE)


MADE = [make() for make in BY_KIND.values()]


@given(mutants(*MADE))
def test_any_armour(data: bytes) -> None:
    """Bent armour is refused, or bent back to one of ours; nothing else is raised."""
    try:
        verify_signature(data, MESSAGE, NAMESPACE)
    except FormatError:
        return
    assert data in MADE


@given(st.data())
def test_any_strings(data: st.DataObject) -> None:
    """Bent keys and signatures in sound armour are refused; nothing else is raised."""
    parsed = SshSignature.parse(data.draw(st.sampled_from(MADE)))
    key = data.draw(mutants(parsed.public_key)) or b"x"
    blob = data.draw(mutants(parsed.signature)) or b"x"
    for public, signature in ((key, parsed.signature), (parsed.public_key, blob), (key, blob)):
        if (public, signature) != (parsed.public_key, parsed.signature):
            with pytest.raises(FormatError):
                verify_signature(armor(public, signature), MESSAGE, NAMESPACE)


def pair(*parts: bytes, name: str = "ecdsa-sha2-nistp256") -> bytes:
    """Put an ECDSA signature of any parts in armour."""
    return armor(ecdsa_blob("nistp256"), strings(name.encode(), strings(*parts)))


R, S = ecdsa_numbers("nistp256", framed())
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
RSA_SIGNATURE = RSA.sign(framed(), padding.PKCS1v15(), hashes.SHA512())
SHA1 = hashes.SHA1()  # noqa: S303 - that it is refused is what is tested
RSA_1024 = strings(b"ssh-rsa", number(65537), number(2**1023 + 1155))


@pytest.mark.parametrize(
    "armored",
    [
        pytest.param(BEN.sign(MESSAGE, NAMESPACE).replace(b"SSH", b"SSL"), id="no SSH signature"),
        pytest.param(ANA.sign(MESSAGE, keys.CASE), id="for another purpose"),
        pytest.param(rsa_made("ssh-rsa", SHA1), id="RSA over SHA-1"),
        pytest.param(rsa_made("ssh-rsa"), id="RSA called ssh-rsa"),
        pytest.param(rsa_made("rsa-sha2-512", hashes.SHA256()), id="RSA over another hash than said"),
        pytest.param(rsa_made("rsa-sha2-256"), id="RSA over another hash than said, the other way"),
        pytest.param(rsa_made("rsa-sha2-512", SHA1), id="RSA over SHA-1 under another name"),
        pytest.param(rsa_made("ssh-ed25519"), id="RSA called Ed25519"),
        pytest.param(rsa_made(blob=RSA_1024), id="RSA of 1,024 bits"),
        pytest.param(
            armor(RSA_BLOB, strings(b"rsa-sha2-512", b"\0" + RSA_SIGNATURE)), id="RSA a byte longer"
        ),
        pytest.param(armor(RSA_BLOB, strings(b"rsa-sha2-512", RSA_SIGNATURE[:-1])), id="RSA a byte shorter"),
        pytest.param(armor(RSA_BLOB, strings(b"rsa-sha2-512", b"\xff" * 256)), id="RSA beyond the modulus"),
        pytest.param(armor(RSA_BLOB, strings(b"rsa-sha2-512", b"")), id="RSA of nothing"),
        pytest.param(pair(), id="ECDSA of nothing"),
        pytest.param(pair(number(R)), id="ECDSA of one number"),
        pytest.param(pair(number(R), number(S), number(S)), id="ECDSA of three numbers"),
        pytest.param(pair(number(S), number(R)), id="ECDSA swapped"),
        pytest.param(pair(b"\0" + number(R), number(S)), id="ECDSA with a zero more"),
        pytest.param(pair(b"", number(S)), id="ECDSA with R 0"),
        pytest.param(pair(number(R), b""), id="ECDSA with S 0"),
        pytest.param(pair(number(R), number(-S)), id="ECDSA with a negative S"),
        pytest.param(pair(number(R), number(S + P256_ORDER)), id="ECDSA with S beyond the order"),
        pytest.param(pair(number(R + P256_ORDER), number(S)), id="ECDSA with R beyond the order"),
        pytest.param(pair(number(R), number(2**4000)), id="ECDSA with a huge S"),
        pytest.param(pair(number(R), number(S), name="ecdsa-sha2-nistp384"), id="ECDSA of another curve"),
        pytest.param(pair(number(R), number(S), name="ssh-ed25519"), id="ECDSA called Ed25519"),
        pytest.param(sk_ed25519(b"\0" + TOUCH[1:]), id="token not touched"),
        pytest.param(sk_ed25519(b"\4" + TOUCH[1:]), id="token verified a person, untouched"),
        pytest.param(sk_ed25519(application=b"webauthn.example"), id="token for another application"),
        pytest.param(sk_ed25519(signed_flags=b"\1" + bytes(4)), id="token with another counter"),
        pytest.param(sk_ed25519(b"\1", signed_flags=TOUCH), id="token without counter"),
        pytest.param(sk_ed25519(TOUCH + b"\0"), id="token with more behind"),
        pytest.param(sk_ecdsa(b"\0" + TOUCH[1:]), id="P-256 token not touched"),
        pytest.param(
            armor(SK_ED25519, strings(b"sk-ssh-ed25519@openssh.com", TOKEN.sign(framed())) + TOUCH),
            id="token that signed the plain message",
        ),
        pytest.param(
            armor(SK_ED25519, strings(b"ssh-ed25519", TOKEN.sign(token_signs())) + TOUCH),
            id="token called plain",
        ),
        pytest.param(
            armor(ANA.public.blob, strings(b"sk-ssh-ed25519@openssh.com", ANA.raw(framed()))),
            id="plain called token",
        ),
        pytest.param(armor(ANA.public.blob, strings(b"ssh-ed25519", ANA.raw(MESSAGE))), id="raw in armour"),
        pytest.param(armor(ANA.public.blob, strings(b"ssh-ed25519", BEN.raw(framed()))), id="by another key"),
        pytest.param(armor(strings(b"ssh-dss"), strings(b"ssh-dss", bytes(40))), id="DSA"),
        pytest.param(
            armor(
                strings(b"ssh-ed25519", SMALL_ORDER[0]),
                strings(b"ssh-ed25519", encoded(1) + bytes(32)),
            ),
            id="key of small order",
        ),
        pytest.param(
            armor(strings(b"ssh-ed25519-cert-v01@openssh.com", b""), strings(b"ssh-ed25519", bytes(64))),
            id="certificate",
        ),
    ],
)
def test_refused(armored: bytes) -> None:
    """Each near miss is refused."""
    with pytest.raises(FormatError):
        verify_signature(armored, MESSAGE, NAMESPACE)


@pytest.mark.parametrize(
    ("public", "message", "signature"),
    [
        (
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            (
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555"
                "fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
            ),
        ),
        (
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            (
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da0"
                "85ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
            ),
        ),
        (
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            (
                "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac1"
                "8ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
            ),
        ),
    ],
)
def test_rfc_8032(public: str, message: str, signature: str) -> None:
    """The signatures in RFC 8032, section 7.1, hold."""
    verify_ed25519(bytes.fromhex(public), bytes.fromhex(signature), bytes.fromhex(message))


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=100))
def test_ed25519(seed: bytes, message: bytes) -> None:
    """What a key signs holds, and under no other key."""
    made = keys.generate_identity(seed)
    verify_ed25519(made.public.raw, made.raw(message), message)
    if made.public.raw != PUBLIC:
        with pytest.raises(FormatError):
            verify_ed25519(PUBLIC, made.raw(message), message)


@pytest.mark.parametrize("bit", range(512))
def test_ed25519_bit(bit: int) -> None:
    """No bit of a signature can be turned."""
    bent = bytearray(SIGNATURE)
    bent[bit // 8] ^= 1 << bit % 8
    with pytest.raises(FormatError):
        verify_ed25519(PUBLIC, bytes(bent), MESSAGE)


@pytest.mark.parametrize("bit", range(256))
def test_ed25519_key_bit(bit: int) -> None:
    """No bit of a key can be turned."""
    bent = bytearray(PUBLIC)
    bent[bit // 8] ^= 1 << bit % 8
    with pytest.raises(FormatError):
        verify_ed25519(bytes(bent), SIGNATURE, MESSAGE)


@pytest.mark.parametrize("times", range(1, 16))
def test_malleable_s(times: int) -> None:
    """S plus a multiple of the group's order is a second signature, and refused: RFC 8032, 5.1.7."""
    s = int.from_bytes(SIGNATURE[32:], "little") + times * ORDER
    if s < 2**256:
        with pytest.raises(FormatError, match="S in a second spelling"):
            verify_ed25519(PUBLIC, SIGNATURE[:32] + s.to_bytes(32, "little"), MESSAGE)


@pytest.mark.parametrize("s", [ORDER, ORDER + 1, 2**252 + 2**251, 2**253, 2**255, 2**256 - 1])
def test_s_out_of_range(s: int) -> None:
    """S beyond the order is refused, whatever R is."""
    with pytest.raises(FormatError):
        verify_ed25519(PUBLIC, SIGNATURE[:32] + s.to_bytes(32, "little"), MESSAGE)


@pytest.mark.parametrize("r", [*SMALL_ORDER, *SECOND_SPELLINGS], ids=bytes.hex)
@pytest.mark.parametrize("s", [0, 1, ORDER - 1])
def test_odd_r(r: bytes, s: int) -> None:
    """R of small order or in a second spelling makes no signature under a sound key."""
    with pytest.raises(FormatError):
        verify_ed25519(PUBLIC, r + s.to_bytes(32, "little"), MESSAGE)


@pytest.mark.parametrize("public", [*SMALL_ORDER, *SECOND_SPELLINGS], ids=bytes.hex)
@pytest.mark.parametrize("r", [encoded(1), encoded(PRIME - 1), encoded(0)], ids=bytes.hex)
def test_odd_key(public: bytes, r: bytes) -> None:
    """Under keys of small order, and second spellings of keys, nothing holds."""
    for message in (b"", MESSAGE, b"other"):
        with pytest.raises(FormatError):
            verify_ed25519(public, r + bytes(32), message)


def test_why_small_orders_are_refused() -> None:
    """The library alone takes one forged signature for every message, so we look at keys ourselves."""
    forged = encoded(1) + bytes(32)
    for message in (b"", MESSAGE, b"anything at all"):
        Ed25519PublicKey.from_public_bytes(encoded(1)).verify(forged, message)
        with pytest.raises(FormatError, match="small order"):
            verify_ed25519(encoded(1), forged, message)


@pytest.mark.parametrize("size", [0, 1, 32, 63, 65, 96, 128])
def test_signature_length(size: int) -> None:
    """A signature has 64 bytes."""
    with pytest.raises(FormatError):
        verify_ed25519(PUBLIC, (SIGNATURE * 2)[:size], MESSAGE)


@pytest.mark.parametrize("public", [b"", PUBLIC[:-1], PUBLIC + b"\0", PUBLIC * 2])
def test_key_length(public: bytes) -> None:
    """A key has 32 bytes."""
    with pytest.raises(FormatError):
        verify_ed25519(public, SIGNATURE, MESSAGE)


def test_openssl_agrees(tmp_path: Path) -> None:
    """`openssl pkeyutl -verify -rawin` passes the raw signature beside a bundle, and not a bent one."""
    for name, data in {"key.pem": ANA.public.pem(), "message": MESSAGE, "sig": SIGNATURE}.items():
        (tmp_path / name).write_bytes(data)
    command = [
        "openssl",
        "pkeyutl",
        "-verify",
        "-pubin",
        "-inkey",
        "key.pem",
        "-rawin",
        "-in",
        "message",
        "-sigfile",
        "sig",
    ]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    (tmp_path / "sig").write_bytes(BEN.raw(MESSAGE))
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 1

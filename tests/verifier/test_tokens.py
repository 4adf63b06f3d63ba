"""Tokens: what of them is verified, and against which roots."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from forensics.errors import FormatError
from forensics.verifier import tokens
from forensics.verifier.tokens import NotVouchedError, Roots, UnreadableError, read
from tests.tsa import Authority
from tests.verifier import build

DATA = b"x"


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Give an authority that is trusted."""
    return Authority.make(tmp_path_factory.mktemp("tsa") / "good")


@pytest.fixture(scope="module")
def raw(good: Authority) -> bytes:
    """Give a stamp of its own."""
    return good.stamp(DATA)


def test_vouch(good: Authority, raw: bytes, tmp_path: Path) -> None:
    """A signer is known by its key, and a root by its certificate, whichever of several it is."""
    other = Authority.make(tmp_path / "other")
    token = read(raw, DATA)
    found = Roots.load([good.root]).vouch(token, DATA)
    assert Roots.load([other.root, good.root]).vouch(token, DATA) == found
    assert Roots.load([other.root + good.root]).vouch(token, DATA) == found
    twin = Authority.make(tmp_path / "twin", under=good)
    of_twin = Roots.load([good.root]).vouch(read(twin.stamp(DATA), DATA), DATA)
    assert of_twin.tsa != found.tsa
    assert of_twin[1:] == found[1:]


@pytest.mark.parametrize(
    ("organization", "name"),
    [("Stamps, Inc.", "stampsinc"), ("STAMPS INC", "stampsinc"), ("Größe – 時", "grösse時")],
)
def test_name(good: Authority, tmp_path: Path, organization: str, name: str) -> None:
    """An organization is known by its letters and digits, whatever the certificate is called beside."""
    one = Authority.make(tmp_path / "one", under=good, organization=organization, name="Responder 2031")
    assert Roots.load([good.root]).vouch(read(one.stamp(DATA), DATA), DATA).name == name


def test_name_without_organization(good: Authority, tmp_path: Path) -> None:
    """Where there is none, or none that has a letter, nothing stands for it: anybody may take a subject."""
    roots = Roots.load([good.root])
    signs = Authority.make(tmp_path / "signs", under=good, organization="...", name="1")
    assert {roots.vouch(read(one.stamp(DATA), DATA), DATA).name for one in (good, signs)} == {""}


def test_no_certificate_in_the_token(good: Authority) -> None:
    """A token without its certificate leads nowhere."""
    token = read(good.stamp(DATA, certificate=False), DATA)
    with pytest.raises(NotVouchedError, match="signer certificate not found"):
        Roots.load([good.root]).vouch(token, DATA)


def test_intermediate(good: Authority, raw: bytes, tmp_path: Path) -> None:
    """A certificate that did not sign itself is no root; beside one it may help."""
    leaf = (good.folder / "tsa.pem").read_bytes()
    with pytest.raises(FormatError, match="no root"):
        Roots.load([leaf])
    roots = Roots.load([good.root + leaf])
    assert len(roots.roots) == len(roots.intermediates) == 1
    roots.vouch(read(raw, DATA), DATA)
    stranger = Authority.make(tmp_path / "stranger")
    with pytest.raises(NotVouchedError):
        Roots.load([stranger.root + leaf]).vouch(read(raw, DATA), DATA)


@pytest.mark.parametrize(
    "pem", [b"", b"x", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_no_roots(pem: bytes) -> None:
    """What is no certificate is no root."""
    with pytest.raises(FormatError):
        Roots.load([pem])


def test_too_many_roots(good: Authority) -> None:
    """A bound on what is tried."""
    with pytest.raises(FormatError, match="more than 64"):
        Roots.load([good.root] * 65)


def test_the_reason_that_says_most(good: Authority, tmp_path: Path) -> None:
    """Of several roots, the one that it nearly leads to has the word."""
    poor = Authority.make(tmp_path / "poor", under=good, usage=None)
    other = Authority.make(tmp_path / "other", root="Another Root")
    token = read(poor.at(build.START, DATA), DATA)
    for pems in ([good.root, other.root], [other.root, good.root]):
        with pytest.raises(NotVouchedError, match="unsuitable certificate purpose"):
            Roots.load(pems).vouch(token, DATA)


def test_the_librarys_own_rules(good: Authority, raw: bytes) -> None:
    """What it says without OpenSSL counts alike."""
    judged = tokens._judged("The EKU extension is not critical.")
    assert isinstance(judged, NotVouchedError)
    with pytest.raises(NotVouchedError, match="Mismatch between messages"):
        Roots.load([good.root]).vouch(read(raw, DATA), b"y")


def test_mutated(good: Authority, raw: bytes) -> None:
    """Whatever is changed in a stamp: it is refused, unread, vouched for by nobody, or the same stamp."""
    roots, draw, kinds = Roots.load([good.root]), random.Random(2), set()
    whole = read(raw, DATA)
    for _ in range(1_500):
        data = bytearray(raw)
        for _ in range(draw.choice((1, 1, 2, 8))):
            data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
        try:
            token = read(bytes(data), DATA)
            roots.vouch(token, DATA)
            assert (token.time, token.serial) == (whole.time, whole.serial)
        except (FormatError, UnreadableError, NotVouchedError) as error:
            kinds.add(type(error))
    assert kinds == {FormatError, UnreadableError, NotVouchedError}


@pytest.mark.parametrize("rsa", [False, True], ids=["ecdsa", "rsa"])
def test_every_byte_flipped(tmp_path: Path, rsa: bool) -> None:
    """No byte of a response can be changed: not in what is signed, and not in what OpenSSL passes over."""
    authority = Authority.make(tmp_path / "tsa", rsa=rsa)
    raw, roots = authority.stamp(DATA), Roots.load([authority.root])
    roots.vouch(read(raw, DATA), DATA)
    taken = []
    for place in range(len(raw)):
        data = bytearray(raw)
        data[place] ^= 1 << place % 8
        try:
            roots.vouch(read(bytes(data), DATA), DATA)
        except (FormatError, UnreadableError, NotVouchedError):
            continue
        taken.append(place)
    assert taken == []


def test_same_name_other_key(good: Authority, raw: bytes, tmp_path: Path) -> None:
    """A root of the same name is not the same root."""
    twin = Authority.make(tmp_path / "twin")
    names = [x509.load_pem_x509_certificate(one.root).subject for one in (good, twin)]
    assert names[0] == names[1]
    with pytest.raises(NotVouchedError):
        Roots.load([twin.root]).vouch(read(raw, DATA), DATA)


def test_certificate_that_cannot_be_read(good: Authority, tmp_path: Path) -> None:
    """One that OpenSSL takes, and cryptography does not: it vouches for nothing, and ends nothing."""
    strange = Authority.make(tmp_path / "strange", under=good, strange=True)
    with pytest.raises(NotVouchedError, match="certificates cannot be read"):
        Roots.load([good.root]).vouch(read(strange.stamp(DATA), DATA), DATA)


def _without(raw: bytes, place: int) -> bytes:
    data = bytearray(raw)
    data[place] ^= 1
    return bytes(data)


@pytest.mark.parametrize("rsa", [False, True], ids=["ecdsa", "rsa"])
@pytest.mark.parametrize("what", ["signature", "what it says"])
def test_changed_whosever_it_is(tmp_path: Path, what: str, *, rsa: bool) -> None:
    """Its own certificate is enough to see that: no root was named."""
    raw = Authority.make(tmp_path / "tsa", rsa=rsa).stamp(DATA)
    said = read(raw, DATA).response.tst_info.gen_time
    place = -1 if what == "signature" else raw.index(f"{said:%Y%m%d%H%M%S}".encode()) + 13
    with pytest.raises(FormatError, match="its own signature does not hold"):
        read(_without(raw, place), DATA)


@pytest.mark.parametrize("options", [{"over": "sha1"}, {"over": "sha512"}], ids=str)
def test_signed_over_other_hashes(tmp_path: Path, options: dict[str, Any]) -> None:
    """What is not known here is left to whoever vouches for it."""
    authority = Authority.make(tmp_path / "tsa", rsa=True)
    token = read(authority.signed(build.START, DATA, **options), DATA)
    assert Roots.load([authority.root]).vouch(token, DATA)


def test_a_key_that_cannot_be_read(good: Authority, raw: bytes) -> None:
    """A point that is on no curve: what it signed, nobody can say."""
    leaf = x509.load_pem_x509_certificate((good.folder / "tsa.pem").read_bytes())
    form = serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    spoilt = _without(raw, raw.index(leaf.public_key().public_bytes(*form)) + 64)
    assert read(spoilt, DATA).serial == read(raw, DATA).serial
    with pytest.raises(NotVouchedError):
        Roots.load([good.root]).vouch(read(spoilt, DATA), DATA)


def test_signed_by_pss(tmp_path: Path) -> None:
    """The library takes the padding for a signature that was changed: it is not asked."""
    raw = Authority.make(tmp_path / "tsa", rsa=True).signed(build.START, DATA, pss=True)
    with pytest.raises(UnreadableError, match="RSA-PSS"):
        read(raw, DATA)


def test_no_certificate_to_be_held_to(good: Authority) -> None:
    """Without one in the token nobody can say whether that was changed."""
    bare = good.stamp(DATA, certificate=False)
    assert read(bare, DATA).serial
    assert read(_without(bare, -1), DATA).serial

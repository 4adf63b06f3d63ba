"""What the user brings along: files and keys of his own, of which a wrong one is refused at once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from forensics import keys
from forensics.errors import UsageError
from forensics.formats.policy import Witness
from forensics.verifier import outside, trust
from tests.tsa import Authority
from tests.verifier import build
from tests.verifier.countersigning import BOB, ssh
from tests.witness import W1

NOTE = build.Plan().ledger().note(4)


def _file(folder: Path, data: bytes) -> Path:
    path = folder / "given"
    path.write_bytes(data)
    return path


def test_head(tmp_path: Path) -> None:
    """A head is the note, with whatever cosignatures."""
    for data in (NOTE, NOTE + W1.line(NOTE)):
        assert outside.load_head(_file(tmp_path, data)) == data


@pytest.mark.parametrize("data", [b"", b"x", NOTE[:-1], NOTE + b"x", b"x" * (2**20 + 1)], ids=len)
def test_what_is_no_head(tmp_path: Path, data: bytes) -> None:
    """Anything else is a mistake of whoever typed it, and no failure of the evidence."""
    with pytest.raises(UsageError) as caught:
        outside.load_head(_file(tmp_path, data))
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("name", ["nothing", "folder", "fifo", "nul\0"])
def test_what_cannot_be_read(tmp_path: Path, name: str) -> None:
    """A file that is none neither hangs nor breaks."""
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "fifo")
    for load in (outside.load_head, outside.load_policy, outside.load_proof):
        with pytest.raises(UsageError):
            load(tmp_path / name)
    with pytest.raises(UsageError):
        outside.load_witness(str(tmp_path / name))


def test_witness_is_named_in_many_ways(tmp_path: Path) -> None:
    """By verifier key, a file of one, a fingerprint, a .pub, and allowed signers."""
    bob = (ssh(BOB),)
    line = BOB.public.openssh()
    assert outside.load_witness(W1.vkey) == (W1.witness,)
    assert outside.load_witness(str(_file(tmp_path, f"{W1.vkey}\n".encode()))) == (W1.witness,)
    assert outside.load_witness(BOB.public.fingerprint) == bob
    assert outside.load_witness(str(_file(tmp_path, f"{line} bob\n".encode()))) == bob
    allowed = (
        f'bob namespaces="{keys.WITNESS}" {line}\neve namespaces="x" {build.STRANGER.public.openssh()}\n'
    )
    assert outside.load_witness(str(_file(tmp_path, allowed.encode()))) == bob


@pytest.mark.parametrize(
    "text",
    [build.LOG.vkey, "a+b", "SHA256:short", "nowhere.pub", W1.vkey[:-4], "", f"{W1.vkey}x", "a+" * 5_000],
)
def test_what_is_no_witness(text: str, tmp_path: Path) -> None:
    """Anything else is refused, as typed and as a file's content."""
    with pytest.raises(UsageError):
        outside.load_witness(text)
    with pytest.raises(UsageError):
        outside.load_witness(str(_file(tmp_path, text.encode())))


def test_signers_for_another_purpose(tmp_path: Path) -> None:
    """Who may sign bundles only is no witness."""
    line = f'bob namespaces="{keys.BUNDLE}" {BOB.public.openssh()}\n'
    with pytest.raises(UsageError, match="may sign for forensics-witness-v1"):
        outside.load_witness(str(_file(tmp_path, line.encode())))


def test_policy(tmp_path: Path) -> None:
    """A policy's line that cannot be one is named, with the file."""
    assert outside.load_policy(_file(tmp_path, b"quorum none\n")).quorum == "none"
    with pytest.raises(UsageError, match="given: policy, line 1"):
        outside.load_policy(_file(tmp_path, b"quorum\n"))


def test_log(tmp_path: Path) -> None:
    """A log's key is typed, or in a file."""
    assert outside.load_log(build.LOG.vkey) == build.LOG.vkey
    assert outside.load_log(str(_file(tmp_path, f"{build.LOG.vkey}\n".encode()))) == build.LOG.vkey
    for text in (W1.vkey, str(_file(tmp_path, b"x")), str(tmp_path / "nothing"), "a" * 5_000, "a+" * 5_000):
        with pytest.raises(UsageError):
            outside.load_log(text)


def test_proof_and_signature(tmp_path: Path) -> None:
    """A proof, or a signature of somebody's, is read, and judged elsewhere."""
    assert outside.load_proof(_file(tmp_path, b"x")) == b"x"
    assert outside.load_signature(_file(tmp_path, b"x")) == b"x"


def test_bounds(tmp_path: Path) -> None:
    """A file without end is not read."""
    with pytest.raises(UsageError, match="at most 3 bytes"):
        trust.read(_file(tmp_path, b"1234"), "thing", limit=3)


def test_names_apart() -> None:
    """A witness by SSH has no name of a cosigner, and no key."""
    assert Witness.ssh(BOB.public.fingerprint) == Witness(BOB.public.fingerprint, "", b"")


def test_tsa_root(tmp_path: Path) -> None:
    """The root of a time-stamp authority is a certificate in PEM, and one that signed itself."""
    authority = Authority.make(tmp_path / "tsa")
    assert outside.load_tsa_root(authority.root_file) == authority.root
    for wrong in (authority.folder / "tsa.pem", authority.folder / "tsa.key", tmp_path / "gone"):
        with pytest.raises(UsageError) as caught:
            outside.load_tsa_root(wrong)
        assert caught.value.exit_code == 2

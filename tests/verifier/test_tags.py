"""The bag, the tag manifest, the copies of keys, and what is derived."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from forensics import keys
from forensics.formats import bag
from forensics.keys.roster import Retired
from forensics.verifier import verify
from forensics.verifier.tags import MAX_TAG, allowed_signers
from forensics.verifier.verdict import State
from tests.verifier import build
from tests.verifier.build import ITEM, RAW, SIG, TAGMANIFEST, ZEROS, drop
from tests.verifier.judging import blamed, failed, judge, refused, told


def test_tagmanifest_too_long(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tag manifest beyond its bound is not read, and what rests on it is not done."""
    monkeypatch.setattr("forensics.verifier.signatures.MAX_TAGMANIFEST", 100)
    verdict = refused(bundle, TAGMANIFEST, "at most 100 are read")
    undone = {check.name for check in verdict.checks if check.state is State.NOT_DONE}
    assert undone == {"identity", "tagmanifest", "derived"}


@pytest.mark.parametrize("name", ["README-VERIFY.txt", "keys/log.vkey", "ledger/ledger.jsonl", "bagit.txt"])
def test_tagmanifest_that_omits_a_file(tmp_path: Path, name: str) -> None:
    """A file that is there and not listed is one too many, though the list is signed."""
    root = build.bundle(tmp_path / "b", on_tags=lambda digests: drop(digests, name))
    refused(root, name, "is not in tagmanifest-sha256.txt")


def test_tagmanifest_that_lists_a_file_more(tmp_path: Path) -> None:
    """A file that is listed and not there is missing."""
    root = build.bundle(tmp_path / "b", on_tags=lambda digests: digests.update({"keys/x": ZEROS}))
    assert told(judge(root), "keys/x") == "is missing: tagmanifest-sha256.txt lists it"


@pytest.mark.parametrize("name", [TAGMANIFEST, SIG, ITEM])
def test_tagmanifest_that_lists_what_it_must_not(tmp_path: Path, name: str) -> None:
    """It lists neither itself, nor its signatures, nor the payload."""
    root = build.bundle(tmp_path / "b", on_tags=lambda digests: digests.update({name: ZEROS}))
    assert name in blamed(judge(root))


def test_tagmanifest_of_another_form(tmp_path: Path) -> None:
    """A signed tag manifest that we would not write is refused, and what rests on it is not done."""
    root = build.bundle(tmp_path / "b")
    message = (root / TAGMANIFEST).read_bytes() + b"# comment\n"
    (root / TAGMANIFEST).write_bytes(message)
    (root / SIG).write_bytes(build.IDENTITY.sign(message, keys.BUNDLE))
    (root / RAW).write_bytes(build.IDENTITY.raw(message))
    verdict = judge(root)
    assert failed(verdict) == {"tagmanifest"}
    assert verdict.checks[-1].state is State.NOT_DONE


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (bag.bag_info([("Payload-Oxum", "387.5")]), "counts 387.5, and data/ holds 386.5"),
        (bag.bag_info([("Payload-Oxum", "386.5"), ("Payload-Oxum", "386.5")]), "386.5 and 386.5"),
        (bag.bag_info([("Contact-Name", "Ana")]), "counts nothing"),
        (b"Payload-Oxum: 386.5", "bag-info"),
        (b"Payload-Oxum:386.5\n", "bag-info"),
        (b"\xff: 386.5\n", "bag-info"),
        (b"x" * 70_000, "at most 65536 are read"),
    ],
    ids=["wrong", "twice", "none", "no-line-feed", "no-space", "not-utf8", "too-long"],
)
def test_bag_info(tmp_path: Path, data: bytes, words: str) -> None:
    """The bag's count of its payload must be true, and its form ours."""
    root = build.bundle(tmp_path / "b", on_files=lambda files: files.update({"bag-info.txt": data}))
    refused(root, "bag-info.txt", words)


@pytest.mark.parametrize("data", [b"", b"BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n"])
def test_bagit_txt(tmp_path: Path, data: bytes) -> None:
    """The declaration of the bag is fixed."""
    root = build.bundle(tmp_path / "b", on_files=lambda files: files.update({"bagit.txt": data}))
    refused(root, "bagit.txt", "not that of a BagIt 1.0 bag")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("keys/log.vkey", f"{build.OTHER_LOG.vkey}\n".encode()),
        ("keys/log.vkey", build.LOG.vkey.encode()),
        ("keys/log.pub.pem", build.OTHER_LOG.pem()),
        ("keys/identity.pub.pem", build.STRANGER.public.pem()),
        ("keys/allowed_signers", b""),
        ("keys/allowed_signers", f"* {build.STRANGER.public.openssh()}\n".encode()),
    ],
)
def test_copies_of_keys(tmp_path: Path, name: str, data: bytes) -> None:
    """A copy of a key that is another key would mislead who checks by hand."""
    root = build.bundle(tmp_path / "b", on_files=lambda files: files.update({name: data}))
    refused(root, name, "does not hold the key that the ledger names")


def test_allowed_signers_of_whom_one_is_retired() -> None:
    """A key that is retired counts before that, to the second, for `ssh-keygen` as for us."""
    roster = build.roster()
    roster.members[0].retired = Retired(5, "2031-05-07T08:09:10.999999Z", "lost")
    public = build.IDENTITY.public.openssh()
    line = f'{build.WHO} namespaces="{build.PURPOSES}",valid-before="20310507080910Z" {public}\n'
    assert allowed_signers(roster) == line.encode()


def test_ledger_longer_than_a_tag_file(tmp_path: Path) -> None:
    """The ledger is listed among the tag files, and may be longer than any of them."""
    deeds: list[build.Deed] = [("note", {"text": "x" * 60_000})] * 20
    root = build.bundle(tmp_path / "b", deeds=deeds)
    assert (root / build.LEDGER).stat().st_size > MAX_TAG
    assert judge(root)


def test_derived_from_nothing(tmp_path: Path) -> None:
    """A derived file without its transcript, or of another kind, is refused though it is signed."""
    for name in ("derived/x.json", "derived/123456789012/global/iam/ListUsers.txt"):
        root = build.bundle(tmp_path / name, on_files=lambda files, name=name: files.update({name: b"{}"}))
        refused(root, name, "is derived from nothing")


def test_derived_as_long_as_can_come_of_its_transcript(tmp_path: Path) -> None:
    """A file at the bound is taken."""
    data = bytes(bag.most_derived(len(build.TRANSCRIPT)))
    files = {"derived/123456789012/global/iam/ListUsers.json": data}
    assert judge(build.bundle(tmp_path / "b", on_files=lambda found: found.update(files)))


def test_derived_that_cannot_come_of_its_transcript(bundle: Path) -> None:
    """A derived file of any size would have to be hashed: there is a bound."""
    name = "derived/123456789012/global/iam/ListUsers.json"
    with (bundle / name).open("r+b") as file:
        file.truncate(2**40)
    refused(bundle, name, "which cannot come of a transcript")


def test_derived_changed(bundle: Path) -> None:
    """What was made for reading is signed for, too."""
    name = "derived/123456789012/global/iam/ListUsers.json"
    (bundle / name).write_bytes(b"[]")
    refused(bundle, name, "its SHA-256 is not the one in tagmanifest-sha256.txt")


def test_identity_without_a_plain_form(tmp_path: Path) -> None:
    """A key that openssl has no plain form of has no PEM copy, and must have none."""
    command = ["ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-C", "", "-f", str(tmp_path / "key")]
    subprocess.run(command, check=True)
    identity = keys.load_identity(tmp_path / "key", name=build.NAME)
    name = "keys/identity.pub.pem"
    plan = build.Plan(
        opening=build.opening(identity),
        signer=identity,
        binder=identity,
        seal={"signatures": [SIG]},
        on_files=lambda files: drop(files, name) if name in files else None,
    )
    root = plan.write(tmp_path / "good")
    (root / RAW).unlink()
    assert verify(root, identities=[identity.public])
    plan.on_files = lambda files: files.update({name: build.IDENTITY.public.pem()})
    root = plan.write(tmp_path / "bad")
    (root / RAW).write_bytes(build.IDENTITY.raw((root / TAGMANIFEST).read_bytes()))
    verdict = verify(root, identities=[identity.public])
    assert "no plain Ed25519 key has sealed it" in told(verdict, name)
    assert "is no signature of" in told(verdict, RAW)

"""Sealing: the bundle that leaves the house, and what happens when it cannot be made."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from forensics import keys
from forensics.custody import bundle
from forensics.custody import seal as sealing
from forensics.custody.bundle import Bundle
from forensics.custody.case import Case
from forensics.custody.seal import Sealed, seal
from forensics.errors import (
    CaseError,
    FormatError,
    IdentityError,
    IntegrityError,
    NoSpaceError,
    StoreError,
    UsageError,
)
from forensics.formats import bag, manifest, sshsig
from forensics.verifier import verify
from tests.custody import world

LIST_USERS = "data/123456789012/global/iam/ListUsers.jsonl"


def derive(path: Path) -> Iterator[bytes]:
    """Write how many bytes a transcript has; one that says so cannot be read."""
    data = path.read_bytes()
    yield b"[\n"
    if b"unreadable" in data:
        raise FormatError("line 1 is not an exchange: \ud800")
    yield b"%d\n]\n" % len(data)


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    """Give an open case with some evidence."""
    with world.create(tmp_path / "IR-1") as case:
        world.keep(case, LIST_USERS[5:], b'{"request":1}\n')
        world.keep(case, LIST_USERS[5:], b'{"request":2,"more":1}\n')
        world.keep(case, "123456789012/eu-west-1/ec2/GetConsoleOutput.jsonl", b"unreadable\n")
        world.keep(case, "123456789012/eu-west-1/s3/logs/AWSLogs/a.json.gz", b"\x1f\x8b\0", kind="object")
        world.keep(case, "123456789012/eu-west-1/s3/logs/empty", b"", kind="object")
        yield case


def run(folder: Path, *command: str, data: bytes = b"") -> bytes:
    """Run a tool in a folder, which must end well."""
    done = subprocess.run(command, cwd=folder, input=data, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def test_sealed(case: Case) -> None:
    """The bundle is where it is said to be, and the ledger says so."""
    sealed = seal(case, derive=derive)
    assert sealed.path == case.path / "bundles" / case.facts.bundle
    assert (sealed.items, sealed.bytes) == (5, 14 + 23 + 11 + 3)
    listed = (sealed.path / "tagmanifest-sha256.txt").read_bytes()
    assert sealed.digest == hashlib.sha256(listed).hexdigest()
    assert case.sealed
    closing, told = list(case.entries())[-2:]
    assert closing.type == "bundle.seal"
    assert closing.body == {
        "bytes": 51,
        "items": 5,
        "manifest_sha256": hashlib.sha256((sealed.path / "manifest-sha256.txt").read_bytes()).hexdigest(),
        "signatures": ["tagmanifest-sha256.txt.sig", "tagmanifest-sha256.txt.ed25519"],
        "signers": [{"fingerprint": world.ANA.public.fingerprint, "name": "ana@example.com"}],
    }
    assert (told.type, told.body) == (
        "bundle.sealed",
        {"digest": sealed.digest, "path": f"bundles/{case.facts.bundle}"},
    )


def test_what_is_there(case: Case) -> None:
    """A bundle is exactly these files: regular, read-only, each with one name."""
    root = seal(case, derive=derive).path
    assert sorted(world.files(root)) == [
        "README-VERIFY.txt",
        "bag-info.txt",
        "bagit.txt",
        "data/123456789012/eu-west-1/ec2/GetConsoleOutput.jsonl",
        "data/123456789012/eu-west-1/s3/logs/AWSLogs/a.json.gz",
        "data/123456789012/eu-west-1/s3/logs/empty",
        "data/123456789012/global/iam/ListUsers.2.jsonl",
        "data/123456789012/global/iam/ListUsers.jsonl",
        "derived/123456789012/eu-west-1/ec2/GetConsoleOutput.json",
        "derived/123456789012/global/iam/ListUsers.2.json",
        "derived/123456789012/global/iam/ListUsers.json",
        "keys/allowed_signers",
        "keys/identity.pub.pem",
        "keys/log.pub.pem",
        "keys/log.vkey",
        "ledger/checkpoints/00000001.note",
        "ledger/checkpoints/00000001.note.ana@example.com.sig",
        "ledger/checkpoints/00000012.note",
        "ledger/ledger.jsonl",
        "manifest-sha256.txt",
        "tagmanifest-sha256.txt",
        "tagmanifest-sha256.txt.ed25519",
        "tagmanifest-sha256.txt.sig",
    ]
    for path in root.rglob("*"):
        state = path.lstat()
        if stat.S_ISDIR(state.st_mode):
            assert stat.S_IMODE(state.st_mode) == 0o700
        else:
            assert (stat.S_ISREG(state.st_mode), stat.S_IMODE(state.st_mode), state.st_nlink) == (
                True,
                0o400,
                1,
            )
    assert world.names(case.path / "bundles") == [root.name]


def test_evidence_is_copied_and_the_rest_derived(case: Case) -> None:
    """`data/` is the case's, byte for byte; `derived/` is what `derive` made, or says why it is not."""
    root = seal(case, derive=derive).path
    assert world.files(root / "data") == world.files(case.path / "data")
    derived = world.files(root / "derived")
    assert derived["123456789012/global/iam/ListUsers.json"] == b"[\n14\n]\n"
    assert derived["123456789012/eu-west-1/ec2/GetConsoleOutput.json"] == (
        b'{"error":"line 1 is not an exchange: \\\\ud800"}\n'
    )


@pytest.mark.parametrize("more", [0, 1])
def test_reading_that_a_reader_would_refuse(tmp_path: Path, more: int) -> None:
    """As long as may be it is there; one byte more, and it is left out, and what stands there says so."""
    with world.create(tmp_path / "case") as case:
        world.keep(case, "a/x.jsonl", b"0123456789")
        most = 100 * 10 + 2**20
        root = seal(case, derive=lambda _: iter([b"x" * (most - 1), b"y" * (1 + more)])).path
    said = (root / "derived/a/x.json").read_bytes()
    left_out = b'{"error":"left out: its reading is longer than %d bytes"}\n' % most
    assert said == (left_out if more else b"x" * (most - 1) + b"y")
    assert verify(root).exit_code == 3


def test_ledger_ends_with_the_seal(case: Case) -> None:
    """The bundle's ledger is the case's, up to the seal and no further."""
    root = seal(case, derive=derive).path
    inside, outside = (root / "ledger/ledger.jsonl").read_bytes(), (case.path / "ledger.jsonl").read_bytes()
    assert outside.startswith(inside)
    assert b'"type":"bundle.seal"' in inside.splitlines()[-1]
    assert outside.count(b"\n") == inside.count(b"\n") + 1


def test_same_bytes_in_every_run(tmp_path: Path) -> None:
    """The same case gives the same bundle, to the last byte."""
    digests = set()
    for name in "ab":
        with world.create(tmp_path / name) as case:
            world.keep(case, "a/x.jsonl", b"x")
            digests.add(seal(case, derive=derive).digest)
    assert len(digests) == 1


def test_bag_info(case: Case) -> None:
    """The bag says whose it is, in BagIt's own words."""
    root = seal(case, derive=derive).path
    assert bag.parse_bag_info((root / "bag-info.txt").read_bytes()) == [
        ("Source-Organization", "Ana"),
        ("External-Identifier", "IR-1"),
        (
            "External-Description",
            "Evidence of an AWS account, sealed; README-VERIFY.txt says how to check it",
        ),
        ("Internal-Sender-Identifier", "T-1"),
        ("Bagging-Date", "2031-05-06"),
        ("Bag-Software-Agent", "forensics 0.1.0"),
        ("Payload-Oxum", "51.5"),
    ]


def test_bag_info_of_the_little_known(tmp_path: Path) -> None:
    """What nobody said is left out."""
    with world.create(tmp_path / "x", examiner="", reference="") as case:
        root = seal(case, derive=derive, tool={}).path
    fields = dict(bag.parse_bag_info((root / "bag-info.txt").read_bytes()))
    assert fields["Source-Organization"] == "ana@example.com"
    assert fields.keys().isdisjoint({"Internal-Sender-Identifier", "Bag-Software-Agent"})


# -- with the tools of others


def test_bagit(case: Case) -> None:
    """bagit.py finds a valid bag."""
    sealed = seal(case, derive=derive)
    run(sealed.path, sys.executable, "-m", "bagit", "--validate", ".")


@pytest.mark.parametrize("name", ["manifest-sha256.txt", "tagmanifest-sha256.txt"])
def test_sha256sum(case: Case, name: str) -> None:
    """sha256sum finds every file as listed."""
    run(seal(case, derive=derive).path, "sha256sum", "--strict", "--quiet", "-c", name)


def test_ssh_keygen(case: Case) -> None:
    """ssh-keygen finds the signature good."""
    root = seal(case, derive=derive).path
    listed = (root / "tagmanifest-sha256.txt").read_bytes()
    command = ["ssh-keygen", "-Y", "verify", "-f", "keys/allowed_signers", "-I", "ana@example.com"]
    run(root, *command, "-n", "forensics-bundle-v1", "-s", "tagmanifest-sha256.txt.sig", data=listed)


def test_ssh_keygen_takes_all_that_an_identity_signs(case: Case) -> None:
    """The bundle's copy of the keys names each purpose of an identity's, so the parts' sums too; no other."""
    root = seal(case, derive=derive).path
    command = ["ssh-keygen", "-Y", "verify", "-f", "keys/allowed_signers", "-I", "ana@example.com"]
    for namespace in (keys.BUNDLE, keys.CASE, keys.CUSTODY, keys.PARTS, keys.WITNESS):
        (root / "sig").write_bytes(world.ANA.sign(b"x", namespace))
        done = subprocess.run([*command, "-n", namespace, "-s", "sig"], input=b"x", cwd=root, check=False)
        assert (done.returncode == 0) is (namespace != keys.WITNESS), namespace


def test_openssl(case: Case) -> None:
    """The plain signature is good for openssl, with the identity's key."""
    root = seal(case, derive=derive).path
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "keys/identity.pub.pem", "-rawin"]
    run(root, *command, "-in", "tagmanifest-sha256.txt", "-sigfile", "tagmanifest-sha256.txt.ed25519")


def test_chain_by_sed_and_sha256sum(case: Case) -> None:
    """Each line of the ledger holds the hash that sed and sha256sum give of the line before."""
    root = seal(case, derive=derive).path
    lines = (root / "ledger/ledger.jsonl").read_text().splitlines()
    for number in range(1, len(lines)):
        digest = run(root, "bash", "-c", f"sed -n {number}p ledger/ledger.jsonl | sha256sum | cut -c-64")
        assert f'"prev":"{digest.decode().strip()}","salt"' in lines[number]


# -- what is refused


def test_without_its_key(case: Case) -> None:
    """A case cannot be sealed without its key; the hint says whose."""
    case.close()
    with world.reopen(case.path, identity=None) as again:
        with pytest.raises(IdentityError, match=r"needs the case's key") as raised:
            seal(again, derive=derive)
        assert raised.value.hint == "give the key of ana@example.com (--identity)"
        assert not again.sealed


@pytest.mark.parametrize("lay", [Path.mkdir, Path.touch, lambda path: path.symlink_to("nowhere")], ids="dfl")
def test_something_in_the_way(case: Case, tmp_path: Path, lay: Callable[[Path], object]) -> None:
    """What is there is not touched, and the case not sealed."""
    lay(tmp_path / "out")
    with pytest.raises(CaseError, match=r"out exists already, and is not this case's bundle"):
        seal(case, tmp_path / "out", derive=derive)
    assert not case.sealed


@pytest.mark.parametrize("inside", ["data/x", "x", "bundles/a/b", "private/x"])
def test_inside_the_case(case: Case, inside: str) -> None:
    """A bundle among the case's own files would be taken for evidence."""
    with pytest.raises(UsageError, match=r"is inside the case"):
        seal(case, case.path / inside, derive=derive)
    assert not case.sealed


def _aside(path: Path) -> Path:
    path.rename(path.with_name("y"))
    return path


SPOILS: dict[str, tuple[Callable[[Path], object], str]] = {
    "changed": (lambda path: path.write_bytes(b'{"request":7}\n'), "is not what was kept"),
    "cut": (lambda path: os.truncate(path, 3), "is not what was kept"),
    "emptied": (lambda path: os.truncate(path, 0), "is not what was kept"),
    "longer": (lambda path: path.write_bytes(b'{"request":1}\n\n'), "is not what was kept"),
    "gone": (Path.unlink, "cannot be read: No such file"),
    "a link": (lambda path: _aside(path).symlink_to("y"), "cannot be read"),
    "a folder": (lambda path: _aside(path).mkdir(), "cannot be read: not a regular file"),
    "a pipe": (lambda path: os.mkfifo(_aside(path)), "cannot be read: not a regular file"),
}


@pytest.mark.parametrize("name", SPOILS)
def test_spoilt_evidence(case: Case, name: str) -> None:
    """Evidence that is no longer what was kept is named, and the case is not sealed over it."""
    spoil, message = SPOILS[name]
    (case.path / LIST_USERS).chmod(0o600)
    spoil(case.path / LIST_USERS)
    with pytest.raises(IntegrityError, match=rf"^{LIST_USERS} {message}") as raised:
        seal(case, derive=derive)
    assert raised.value.exit_code == 4
    assert world.names(case.path / "bundles") == []
    assert not case.sealed


def test_written_to_meanwhile(case: Case) -> None:
    """What is kept while the case is being sealed would not be in the bundle: not sealed."""

    def busy(path: Path) -> Iterator[bytes]:
        case.writer.record("note", {})
        return derive(path)

    with pytest.raises(CaseError, match=r"written to while it was being sealed"):
        seal(case, derive=busy)
    assert not case.sealed
    assert seal(case, derive=derive).items == 5


@pytest.mark.parametrize("size", [0, 8, 20, 40, 400, 1_000, 2_000])
def test_full_disk(case: Case, size: int) -> None:
    """A disk that fills up leaves no half a bundle and the case unharmed; with room again it is sealed."""
    with world.files_of_at_most(size), pytest.raises(NoSpaceError) as raised:
        seal(case, derive=derive)
    assert raised.value.exit_code == 7
    assert world.names(case.path / "bundles") == []
    path = case.path
    case.close()
    with world.reopen(path) as again:
        assert seal(again, derive=derive).items == 5
        assert world.types(again).count("bundle.seal") == 1


def test_interrupted(case: Case) -> None:
    """Ctrl-C in the middle leaves nothing behind."""

    def slow(_: Path) -> Iterator[bytes]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        seal(case, derive=slow)
    assert world.names(case.path / "bundles") == []
    assert seal(case, derive=derive).items == 5


def test_remains_of_a_killed_attempt(case: Case) -> None:
    """The half-made bundle of a process that was killed is replaced."""
    place = case.path / "bundles" / f".{case.facts.bundle}.{case.origin[-8:]}.sealing"
    (place / "data").mkdir(parents=True)
    (place / "data/x").write_bytes(b"half")
    seal(case, derive=derive)
    assert world.names(case.path / "bundles") == [case.facts.bundle]


def test_link_in_the_place_of_the_half_made(case: Case, tmp_path: Path) -> None:
    """A link where the bundle is made is not followed and not removed."""
    (tmp_path / "precious").mkdir()
    place = case.path / "bundles" / f".{case.facts.bundle}.{case.origin[-8:]}.sealing"
    place.symlink_to(tmp_path / "precious")
    with pytest.raises(CaseError, match=r"is a symbolic link"):
        seal(case, derive=derive)
    assert (tmp_path / "precious").exists()


def test_derive_that_meets_a_broken_disk(case: Case) -> None:
    """A reading that fails for the disk's sake is not taken for an unreadable transcript."""

    def failing(path: Path) -> Iterator[bytes]:
        yield (path / "x").read_bytes()

    with pytest.raises(StoreError, match=r"cannot write derived/"):
        seal(case, derive=failing)
    assert not case.sealed


# -- sealed, and not finished


class Killed(BaseException):
    """Stands for the end of the process."""


def dying(case: Case, monkeypatch: pytest.MonkeyPatch, owner: object, name: str) -> None:
    """Seal a case and die where a function is called; what a dead process leaves is left."""

    def die(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, die)
        patch.setattr(shutil, "rmtree", lambda *_, **__: None)
        with pytest.raises(Killed):
            seal(case, derive=derive)


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (sealing, "_write_record"),
        (sealing, "_write_tags"),
        (Bundle, "sign"),
        (Bundle, "publish"),
        (sealing, "_finish"),
    ],
    ids=["seal", "record", "tags", "signatures", "name"],
)
def test_finished_by_the_next_call(
    case: Case, monkeypatch: pytest.MonkeyPatch, owner: object, name: str
) -> None:
    """From its seal on a case has one bundle, and the next call finishes it."""
    path = case.path
    dying(case, monkeypatch, owner, name)
    assert case.sealed
    case.close()
    with world.reopen(path) as again:
        assert again.sealed
        sealed = seal(again, derive=derive)
        assert world.types(again).count("bundle.seal") == 1
        assert again.facts.bundle in world.names(path / "bundles")
    listed = (sealed.path / "tagmanifest-sha256.txt").read_bytes()
    assert sealed.digest == hashlib.sha256(listed).hexdigest()
    signature = (sealed.path / "tagmanifest-sha256.txt.sig").read_bytes()
    assert keys.verify_signature(signature, listed, keys.BUNDLE) == world.ANA.public
    lines = (sealed.path / "ledger/ledger.jsonl").read_bytes().splitlines()
    assert (sealed.path / f"ledger/checkpoints/{len(lines):08d}.note").exists()


def test_finished_digest_is_that_of_an_undisturbed_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it was finished at once or later, the bundle has one digest."""
    digests = set()
    for name in "ab":
        with world.create(tmp_path / name) as case:
            world.keep(case, "a/x.jsonl", b"x")
            if name == "b":
                dying(case, monkeypatch, Bundle, "sign")
            digests.add(seal(case, derive=derive).digest)
    assert len(digests) == 1


def test_killed_between_seal_and_checkpoint(case: Case) -> None:
    """The checkpoint over the seal is made at the next opening, before anything follows."""
    case.writer.record("note", {})
    path = case.path
    sealed_at = len(world.types(case)) + 1
    seal(case, derive=derive)
    case.close()
    # Back to the moment after the seal's line.
    lines = (path / "ledger.jsonl").read_bytes().splitlines(keepends=True)[:sealed_at]
    (path / "ledger.jsonl").write_bytes(b"".join(lines))
    for name in world.names(path / "checkpoints"):
        if int(name[:8]) >= sealed_at:
            (path / "checkpoints" / name).unlink()
    shutil.rmtree(path / "bundles" / case.facts.bundle)
    (path / "tmp/draft-00000001").touch()
    with world.reopen(path) as again:
        assert world.types(again)[-2:] == ["bundle.seal", "recovery"]
        (told,) = (item.body for item in again.entries() if item.type == "recovery")
        assert (told["drafts"], told["unsigned"]["last"]) == (1, sealed_at - 1)
        root = seal(again, derive=derive).path
    assert (root / f"ledger/checkpoints/{sealed_at:08d}.note").exists()
    assert len(world.files(root / "ledger/checkpoints")) == 3


def test_sealed_twice(case: Case, tmp_path: Path) -> None:
    """A second call into the same place returns that bundle; into another it makes the same one again."""
    first = seal(case, derive=derive)
    assert seal(case, derive=derive) == first
    second = seal(case, tmp_path / "out" / "again", derive=derive)
    assert second == Sealed(tmp_path / "out" / "again", first.digest, 5, 51)
    assert world.files(second.path) == world.files(first.path)
    told = [item.body["path"] for item in case.entries() if item.type == "bundle.sealed"]
    assert told == [f"bundles/{case.facts.bundle}", str(tmp_path / "out" / "again")]


@pytest.mark.parametrize("name", ["tagmanifest-sha256.txt", "tagmanifest-sha256.txt.sig"])
@pytest.mark.parametrize("spoil", [Path.unlink, lambda path: path.write_bytes(b"x")], ids=["gone", "changed"])
def test_adopts_no_strange_bundle(
    case: Case, monkeypatch: pytest.MonkeyPatch, name: str, spoil: Callable[[Path], object]
) -> None:
    """What got the bundle's name and is not signed by the case's key is in the way, not the bundle."""
    dying(case, monkeypatch, sealing, "_finish")
    path = case.path / "bundles" / case.facts.bundle / name
    path.chmod(0o600)
    spoil(path)
    with pytest.raises(CaseError, match=r"exists already, and is not this case's bundle"):
        seal(case, derive=derive)


def test_adopts_no_bundle_of_another_case(
    case: Case, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A bundle that the same key signed for another case is not this one's."""
    with world.create(tmp_path / "other", random=world.Repeating(9)) as other:
        strange = seal(other, derive=derive).path
    dying(case, monkeypatch, sealing, "_write_tags")
    shutil.copytree(strange, case.path / "bundles" / case.facts.bundle)
    with pytest.raises(CaseError, match=r"exists already, and is not this case's bundle"):
        seal(case, derive=derive)


def test_finished_with_another_key(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one key closed another does not finish."""
    dying(case, monkeypatch, Bundle, "sign")
    mallory = keys.generate_identity(b"m" * 32, name="mallory")
    case.identity = mallory
    with pytest.raises(IdentityError, match=r"is not the one that this case was sealed with"):
        seal(case, derive=derive)


def test_items_that_are_not_those_sealed_over(case: Case) -> None:
    """A seal that names another manifest than the ledger's items give is no seal of them."""
    body = {"manifest_sha256": "0" * 64, "items": 0, "bytes": 0, "signers": [], "signatures": []}
    case.writer.record("bundle.seal", body)
    with pytest.raises(IntegrityError, match=r"not those that it was sealed over"):
        seal(case, derive=derive)


def test_seal_before_there_is_one(case: Case) -> None:
    """A state without a seal has none to show."""
    with pytest.raises(CaseError, match=r"is not sealed"):
        _ = sealing._State.read(case).seal


def test_checkpoint_that_cannot_be_read(case: Case) -> None:
    """A checkpoint that is no file stops the bundle, which the next call finishes."""
    odd = case.path / "checkpoints/00000002.note"
    odd.mkdir()
    with pytest.raises(IntegrityError, match=r"checkpoints/00000002.note cannot be read: not a regular file"):
        seal(case, derive=derive)
    odd.rmdir()
    (case.path / "checkpoints/notes.txt").touch()
    assert "ledger/checkpoints/notes.txt" not in world.files(seal(case, derive=derive).path)


# -- other keys, other sizes


def test_key_that_signs_only_as_ssh(tmp_path: Path) -> None:
    """A bundle signed through ssh-keygen has no plain signature, and its README does not ask for one."""
    run(tmp_path, "ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", "key")
    identity = keys.load_identity(tmp_path / "key", name="ana")
    with world.create(tmp_path / "x", identity=identity) as case:
        world.keep(case, "a/x.jsonl", b"x")
        root = seal(case, derive=derive).path
        assert [item.body["signatures"] for item in case.entries() if item.type == "bundle.seal"] == [
            ["tagmanifest-sha256.txt.sig"]
        ]
    found = world.files(root)
    assert found.keys().isdisjoint({"keys/identity.pub.pem", "tagmanifest-sha256.txt.ed25519"})
    assert b"tagmanifest-sha256.txt.ed25519 " not in found["README-VERIFY.txt"]
    assert sshsig.SshSignature.parse(found["tagmanifest-sha256.txt.sig"]).namespace == keys.BUNDLE


def test_without_evidence(tmp_path: Path) -> None:
    """A case that holds nothing gives a bundle that says so, and is a valid bag."""
    with world.create(tmp_path / "x") as case:
        sealed = seal(case, derive=derive)
    assert (sealed.items, sealed.bytes) == (0, 0)
    assert manifest.parse((sealed.path / "manifest-sha256.txt").read_bytes()) == {}
    run(sealed.path, sys.executable, "-m", "bagit", "--validate", ".")


def test_many_items(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """More files than are copied in one turn are all there."""
    monkeypatch.setattr(bundle, "_TURN", 2)
    sealed = seal(case, derive=derive)
    assert sealed.items == 5
    assert world.files(sealed.path / "data") == world.files(case.path / "data")


def test_memory_stays_flat(tmp_path: Path) -> None:
    """A file that is larger than the memory allowed is sealed all the same."""
    program = (
        "import os, resource, sys; from pathlib import Path; from forensics.custody.seal import seal;"
        "from tests.custody import world\n"
        # What is executed begins with the peak of what executed it, and what is forked with its own.
        "if pid := os.fork(): sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))\n"
        "with world.create(Path(sys.argv[1])) as case:\n"
        "    draft = case.store.draft()\n"
        "    for _ in range(60): draft.write(bytes(1 << 20))\n"
        "    case.writer.keep([(draft, 'a/big', {**world.ITEM, 'kind': 'object'})])\n"
        "    draft = case.store.draft()\n"
        "    for _ in range(40): draft.write(bytes(1 << 20))\n"
        "    case.writer.keep([(draft, 'a/x.jsonl', world.ITEM)])\n"
        "    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "    seal(case, derive=lambda path: (bytes(1 << 20) for _ in range(40)))\n"
        "    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    grown = run(Path.cwd(), sys.executable, "-c", program, str(tmp_path / "x"))
    assert int(grown) < 24_000  # KiB


def test_no_folder_for_bundles(case: Case) -> None:
    """A file where the bundles should be is one clear line."""
    (case.path / "bundles").rmdir()
    (case.path / "bundles").touch()
    with pytest.raises(StoreError, match=r"cannot make .*sealing"):
        seal(case, derive=derive)

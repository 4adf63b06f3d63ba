"""The text in a bundle that says how to check it: every command in it is run."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from forensics import keys
from forensics.custody import rotation
from forensics.custody.readme import NAME as README
from forensics.custody.seal import Sealed, seal
from forensics.verifier import verify
from tests.custody import world
from tests.tsa import Authority, serve


@pytest.fixture(scope="session")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sealed]:
    """Seal a case whose words are as awkward as they may be."""
    folder = tmp_path_factory.mktemp("readme")
    authority = Authority.make(folder / "tsa")
    shutil.copy(authority.root_file, folder / "tsa-roots.pem")
    identity = keys.generate_identity(b"q" * 32, name="Doe, Jane {0} 'x' $(id) %s \\n — 100%")
    with (
        serve(authority.reply) as tsa,
        world.create(folder / "x", name='Köln\'s {case} $HOME "1"', identity=identity) as case,
    ):
        world.keep(case, "a/x.jsonl", b"x")
        case.writer.record("note", {"prev": "0" * 64, "text": 'a ,"prev":" \\ and `id` $(id) in a note'})
        yield seal(case, folder / "bundle", derive=lambda _: iter([b"[]\n"]), tsas=[tsa.url])


@pytest.fixture
def bundle(sealed: Sealed, tmp_path: Path) -> Path:
    """Give a copy of the bundle, and beside it the keys that came by another road."""
    root = shutil.copytree(sealed.path, tmp_path / "bundle")
    for path in root.rglob("*"):
        path.chmod(0o700)
    shutil.copy(root / "keys/allowed_signers", tmp_path)
    shutil.copy(root / "keys/identity.pub.pem", tmp_path)
    shutil.copy(sealed.path.parent / "tsa-roots.pem", tmp_path)
    return root


def commands(root: Path) -> list[str]:
    """Take the commands out of the text: the lines indented by four, a step each."""
    steps: list[str] = []
    for line in (root / "README-VERIFY.txt").read_text().splitlines():
        if line.startswith("    "):
            steps[-1] += f"{line[4:]}\n"
        elif not steps or steps[-1]:
            steps.append("")
    return [step for step in steps if step]


def check(root: Path) -> subprocess.CompletedProcess[str]:
    """Run every command as the text says."""
    script = "set -euo pipefail\n" + "".join(commands(root))
    return subprocess.run(["bash", "-c", script], cwd=root, capture_output=True, text=True, check=False)


def test_every_command_ends_well(bundle: Path, sealed: Sealed) -> None:
    """A good bundle passes all of it, and its digest is shown."""
    done = check(bundle)
    assert done.returncode == 0, done.stderr
    assert sealed.digest in done.stdout
    assert done.stdout.count("Good ") == 2
    assert done.stdout.count("Signature Verified Successfully") == 3
    assert done.stdout.count("Verification: OK") == done.stdout.count("Time stamp: ") == 2
    assert len(commands(bundle)) == 10


def test_names_the_case_and_the_signer(bundle: Path) -> None:
    """The text says whose evidence it is, and with which key it was signed."""
    text = (bundle / "README-VERIFY.txt").read_text()
    assert 'Köln\'s {case} $HOME "1"' in text
    assert "Doe, Jane {0} 'x' $(id) %s \\n — 100%" in text
    assert "SHA256:" in text


def _edit(name: str) -> Callable[[Path], object]:
    def spoil(root: Path) -> None:
        data = bytearray((root / name).read_bytes())
        data[len(data) // 2] ^= 1
        (root / name).write_bytes(data)

    return spoil


def _stamps(pattern: str, *, keep: bool = False) -> Callable[[Path], object]:
    def spoil(root: Path) -> None:
        (path,) = root.glob(pattern)
        data = path.read_bytes()
        path.write_bytes(data[:-8] + bytes(8) if keep else data[:-1])

    return spoil


SPOILS: dict[str, Callable[[Path], object]] = {
    "evidence": _edit("data/a/x.jsonl"),
    "derived": _edit("derived/a/x.json"),
    "ledger": _edit("ledger/ledger.jsonl"),
    "manifest": _edit("manifest-sha256.txt"),
    "tag manifest": _edit("tagmanifest-sha256.txt"),
    "signature": _edit("tagmanifest-sha256.txt.sig"),
    "plain signature": _edit("tagmanifest-sha256.txt.ed25519"),
    "checkpoint": _edit("ledger/checkpoints/00000001.note"),
    "file added": lambda root: (root / "data/a/y").touch(),
    "file added beside": lambda root: (root / "tagmanifest-sha256.txt.sig2").touch(),
    "file removed": lambda root: (root / "data/a/x.jsonl").unlink(),
    "link": lambda root: (root / "data/a/y").symlink_to("x.jsonl"),
    "file added under a name on two lines": lambda root: (
        root / "tagmanifest-sha256.txt\nxxtagmanifest-sha256.txt"
    ).touch(),
    "hard link": lambda root: (root.parent / "y").hardlink_to(root / "data/a/x.jsonl"),
    "empty folder": lambda root: (root / "data/a/z").mkdir(),
    "empty folder beside": lambda root: (root / "keys/z").mkdir(),
    "pipe": lambda root: os.mkfifo(root / "data/a/y"),
    "stamp of the signature": _stamps("*.sig.*.tsr"),
    "stamp of the signature, signed otherwise": _stamps("*.sig.*.tsr", keep=True),
    "stamp of a checkpoint": _stamps("ledger/checkpoints/*.tsr"),
    "other root": lambda root: Authority.make(root.parent / "tsa").root_file.replace(
        root.parent / "tsa-roots.pem"
    ),
    "other key": lambda root: (root.parent / "allowed_signers").write_text(
        f"* {world.ANA.public.openssh()}\n"
    ),
}


@pytest.mark.parametrize("name", SPOILS)
def test_spoilt(bundle: Path, name: str) -> None:
    """What was changed, added, removed or signed by another does not pass."""
    SPOILS[name](bundle)
    assert check(bundle).returncode != 0


def test_chain_that_was_broken_and_signed_again(bundle: Path) -> None:
    """The chain is checked by its own step, not only through the hash of the whole file."""
    (step,) = [step for step in commands(bundle) if "read -r line" in step]
    path = bundle / "ledger/ledger.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], *lines[3:]]))
    done = subprocess.run(["bash", "-c", step], cwd=bundle, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "the chain breaks at" in done.stdout


@pytest.fixture(scope="session")
def inherited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seal a case as somebody who was added to it, after its log key was replaced and its opener retired."""
    folder, bob = tmp_path_factory.mktemp("inherited"), keys.generate_identity(b"b" * 32, name="bob")
    with world.create(folder / "case") as case:
        rotation.add_identity(case, bob.public, "bob")
    with world.reopen(folder / "case", identity=bob) as case:
        world.keep(case, "a/x.jsonl", b"x")
        rotation.rotate(case)
        rotation.retire_identity(case, world.ANA.public.fingerprint, "left")
        root = seal(case, folder / "bundle", derive=lambda _: iter([b"[]\n"])).path
    for path in root.rglob("*"):
        path.chmod(0o700)
    shutil.copy(root / "keys/allowed_signers", folder)
    shutil.copy(root / "keys/identity.pub.pem", folder)
    return root


@pytest.fixture
def handed(inherited: Path, tmp_path: Path) -> Path:
    """Give a copy of that bundle, and beside it the keys that came by another road."""
    return shutil.copytree(inherited.parent, tmp_path / "handed") / "bundle"


def test_a_bundle_that_another_sealed(handed: Path) -> None:
    """The text names the signatures and log keys that are there, and every command ends well."""
    done = check(handed)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count('Good "forensics-case-v1" signature for ana@example.com') == 2
    assert done.stdout.count('Good "forensics-case-v1" signature for bob') == 1
    assert "2. the public key of the signer, and of ana@example.com:\n" in (handed / README).read_text()
    assert verify(handed).exit_code == 3


@pytest.mark.parametrize(
    "spoil",
    [
        lambda root: next(root.glob("ledger/checkpoints/*.bob.sig")).unlink(),
        lambda root: next(root.glob("ledger/checkpoints/*.ana@example.com.sig")).unlink(),
        lambda root: shutil.copy(root / "keys/log.pub.pem", root / "keys/log-2.pub.pem"),
        lambda root: shutil.copy(root / "keys/log-2.pub.pem", root / "keys/log.pub.pem"),
        lambda root: max(root.glob("ledger/checkpoints/*.note")).unlink(),
    ],
    ids=["bob's word", "ana's word", "newer log key", "first log key", "newest checkpoint"],
)
def test_what_step_8_alone_finds(handed: Path, spoil: Callable[[Path], object]) -> None:
    """A log key that nobody vouches for, or that another stands in for, ends the step."""
    (step,) = [step for step in commands(handed) if "vouched()" in step]
    command = ["bash", "-euo", "pipefail", "-c", step]
    assert subprocess.run(command, cwd=handed, capture_output=True, check=False).returncode == 0
    spoil(handed)
    assert subprocess.run(command, cwd=handed, capture_output=True, check=False).returncode != 0


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """Give the bundle of a key that makes no plain Ed25519 signature, and its keys beside it."""
    command = ["ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-C", "", "-f", str(tmp_path / "key")]
    subprocess.run(command, check=True)
    identity = keys.load_identity(tmp_path / "key", name="eve@example.com")
    with world.create(tmp_path / "case", identity=identity) as case:
        world.keep(case, "a/x.jsonl", b"x")
        root = seal(case, tmp_path / "bundle", derive=lambda _: iter([b"[]\n"])).path
    shutil.copy(root / "keys/allowed_signers", tmp_path)
    return root


@pytest.mark.parametrize(
    ("name", "folder"),
    [("tagmanifest-sha256.txt.ed25519", False), ("data/a/z", True)],
    ids=["file", "folder"],
)
def test_what_was_added_to_a_bundle_without_plain_signature(plain: Path, name: str, folder: bool) -> None:
    """By hand it is found, as by the program, which names it."""
    good = check(plain)
    assert good.returncode == 0, good.stderr
    assert verify(plain).exit_code == 3
    if folder:
        (plain / name).mkdir()
    else:
        (plain / name).write_bytes(bytes(64))
    assert check(plain).returncode != 0
    verdict = verify(plain)
    assert verdict.exit_code == 4
    assert name in {finding.path for finding in verdict.findings}

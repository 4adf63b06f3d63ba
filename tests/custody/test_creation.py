"""A case comes into being whole, or not at all."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from forensics import keys
from forensics.custody import creation
from forensics.custody.case import Case, open_case
from forensics.errors import CaseError, CaseHeldError, IdentityError, NoSpaceError, StoreError, UsageError
from forensics.formats import entry
from tests.custody import world


def test_what_is_there(case: Case) -> None:
    """A new case is these files and folders, with these modes, whatever the umask."""
    found = {
        path.relative_to(case.path).as_posix(): f"{stat.S_IMODE(path.stat().st_mode):o}"
        for path in case.path.rglob("*")
    }
    assert found == {
        "bundles": "700",
        "case.json": "400",
        "checkpoints": "700",
        "checkpoints/00000001.note": "400",
        "checkpoints/00000001.note.ana@example.com.sig": "400",
        "data": "700",
        "ledger.jsonl": "600",
        "lock": "600",
        "private": "700",
        "private/log.key": "600",
        "tmp": "700",
    }
    assert stat.S_IMODE(case.path.stat().st_mode) == 0o700


def test_same_bytes_in_every_run(tmp_path: Path) -> None:
    """Clock and randomness are all that a case depends on."""
    for name in "ab":
        world.create(tmp_path / name).close()
    first, second = ({**world.files(tmp_path / name), "lock": b""} for name in "ab")
    assert first == second


def test_opening(case: Case) -> None:
    """The first entry says whose case it is, and which keys speak for it."""
    (first,) = case.entries()
    public = world.ANA.public
    assert (first.type, first.actor, first.time) == ("case.open", public.fingerprint, case.facts.created)
    assert first.body == {
        "case": "IR-1",
        "examiner": "Ana",
        "format": "forensics-ledger/1",
        "identities": [
            {"fingerprint": public.fingerprint, "name": "ana@example.com", "public": public.openssh()}
        ],
        "identity_made": False,
        "log_vkey": case.log_key.vkey,
        "origin": case.origin,
        "reference": "T-1",
        "tool": world.TOOL,
    }
    assert first.prev == entry.genesis(case.origin)
    assert case.origin.startswith("forensics.local/case/IR-1-")
    assert len(case.origin) == len("forensics.local/case/IR-1-") + 8


def test_identity_speaks_for_the_log_key(case: Case, tmp_path: Path) -> None:
    """`ssh-keygen` verifies the identity's signature over the first checkpoint."""
    (tmp_path / "signers").write_text(f"ana {world.ANA.public.openssh()}\n")
    note = case.path / "checkpoints/00000001.note"
    command = ["ssh-keygen", "-Y", "verify", "-f", str(tmp_path / "signers"), "-I", "ana", "-n", keys.CASE]
    done = subprocess.run(
        [*command, "-s", f"{note}.ana@example.com.sig"],
        input=note.read_bytes(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_identity_made(tmp_path: Path) -> None:
    """Without an identity one is made, which `ssh-keygen` can read, and signs for the case later."""
    with world.create(tmp_path / "x", identity=None) as case:
        assert case.identity_made
        assert case.identity is not None
        made = case.identity.public.fingerprint
    for name in ("identity", "identity.pub"):
        path = tmp_path / "x/private" / name
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        told = subprocess.run(
            ["ssh-keygen", "-l", "-f", str(path)], capture_output=True, text=True, check=True
        )
        assert made in told.stdout
    with world.reopen(tmp_path / "x", identity=None) as case:
        assert case.identity is not None
        assert case.identity.public.fingerprint == made


@pytest.mark.parametrize(
    ("examiner", "given", "name"),
    [
        ("Ana", world.ANA, "ana@example.com"),
        (
            "Ana Conda <ana@example.com>",
            keys.generate_identity(b"b" * 32, name=""),
            "Ana Conda <ana@example.com>",
        ),
        ("", keys.generate_identity(b"b" * 32, name=""), "IR-1"),
        ("Ana", None, "Ana"),
        ("", None, "IR-1"),
    ],
)
def test_names_of_identities(tmp_path: Path, examiner: str, given: keys.Identity | None, name: str) -> None:
    """An identity without a name gets the examiner's, or the case's."""
    with world.create(tmp_path / "x", examiner=examiner, identity=given) as case:
        assert case.facts.identities[0]["name"] == name
    assert len(list((tmp_path / "x/checkpoints").glob("00000001.note.*.sig"))) == 1


def test_log_key_by_openssl(case: Case) -> None:
    """The log key is a PKCS #8 file that openssl reads."""
    path = str(case.path / "private/log.key")
    done = subprocess.run(["openssl", "pkey", "-in", path, "-pubout"], capture_output=True, check=True)
    assert done.stdout == case.log_key.pem()


def test_in_an_empty_folder(tmp_path: Path) -> None:
    """An empty folder may be waiting for the case."""
    (tmp_path / "x").mkdir()
    world.create(tmp_path / "x").close()
    world.reopen(tmp_path / "x").close()


def test_makes_the_folders_above(tmp_path: Path) -> None:
    """Folders above the case that are missing are made."""
    world.create(tmp_path / "a" / "b" / "c").close()
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o700


def test_relative_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A case is found again although the process goes elsewhere."""
    monkeypatch.chdir(tmp_path)
    with world.create(Path("x")) as case:
        monkeypatch.chdir("/")
        world.keep(case, "a/x", b"x")
    world.reopen(tmp_path / "x").close()


def _for_all(path: Path) -> None:
    path.mkdir()
    path.chmod(0o777)


IN_THE_WAY: dict[str, tuple[Callable[[Path], object], str]] = {
    "a case": (lambda path: world.create(path).close(), "is a case already"),
    "other files": (lambda path: (path / "y").mkdir(parents=True), "is not empty, and is no case"),
    "a file": (Path.touch, "is not a folder"),
    "a pipe": (os.mkfifo, "is not a folder"),
    "a link": (lambda path: path.symlink_to("."), "is a symbolic link"),
    "a dead link": (lambda path: path.symlink_to("nowhere"), "is a symbolic link"),
    "a folder for all": (_for_all, "writable for everybody"),
}


@pytest.mark.parametrize("name", IN_THE_WAY)
def test_something_in_the_way(tmp_path: Path, name: str) -> None:
    """What is there is not touched."""
    lay, message = IN_THE_WAY[name]
    lay(tmp_path / "x")
    before = world.files(tmp_path)
    with pytest.raises(CaseError, match=message):
        world.create(tmp_path / "x")
    assert world.files(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


BAD_WORDS: list[tuple[dict[str, Any], str]] = [
    ({"name": ""}, "a case needs a name"),
    ({"name": "a\nb"}, "name is not one line"),
    ({"name": " a"}, "name is not one line"),
    ({"name": "a" * 201}, "name is longer than 200"),
    ({"name": "\ud800"}, "name is not one line"),
    ({"examiner": "Ana\x1b[2J"}, "examiner is not one line"),
    ({"reference": "T\u2028"}, "reference is not one line"),
    ({"identity": keys.generate_identity(b"c" * 32, name="ana\nbob")}, "the key's name is not one line"),
]


@pytest.mark.parametrize(("words", "message"), BAD_WORDS, ids=range(len(BAD_WORDS)))
def test_bad_words(tmp_path: Path, words: dict[str, Any], message: str) -> None:
    """Words that would not stand on one line of a form are refused, and nothing is left."""
    with pytest.raises(UsageError, match=message):
        world.create(tmp_path / "x", **words)
    assert list(tmp_path.iterdir()) == []


def test_unwritable_place(tmp_path: Path) -> None:
    """A place where nothing can be made is one clear line."""
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"cannot make .*: Not a directory"):
        world.create(tmp_path / "file" / "x")


class Refusing:
    """An identity whose owner does not touch the token."""

    name = "bob"
    public = world.ANA.public

    def sign(self, message: bytes, namespace: str) -> bytes:
        """Refuse."""
        raise IdentityError(f"{len(message)} bytes for {namespace}: no touch")

    def raw(self, message: bytes) -> None:  # noqa: ARG002 - as the protocol has it
        """Give None."""
        return


def test_refused_signature(tmp_path: Path) -> None:
    """Where the identity does not sign there is no case, and the next attempt starts afresh."""
    with pytest.raises(IdentityError, match=r"no touch"):
        world.create(tmp_path / "x", identity=Refusing())
    assert list(tmp_path.iterdir()) == []
    world.create(tmp_path / "x").close()


@pytest.mark.parametrize("size", [0, 50, 120, 250, 400, 700])
def test_full_disk(tmp_path: Path, size: int) -> None:
    """A disk that fills up on the way leaves nothing; with room again the same call makes the case."""
    with world.files_of_at_most(size), pytest.raises(NoSpaceError) as raised:
        world.create(tmp_path / "x")
    assert raised.value.exit_code == 7
    assert list(tmp_path.iterdir()) == []
    world.create(tmp_path / "x").close()


def test_killed_on_the_way(tmp_path: Path) -> None:
    """What an attempt left that was killed is replaced by the next, and nobody sees a half-made case."""
    program = (
        "import os, signal, sys; from pathlib import Path; from tests.custody import world;"
        "from forensics.custody import facts;"
        "facts.Facts.encode = lambda self: os.kill(os.getpid(), signal.SIGKILL);"
        "world.create(Path(sys.argv[1]))"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path / "x")], check=False)
    assert done.returncode == -signal.SIGKILL
    assert [path.name for path in tmp_path.iterdir()] == [".x.creating"]
    with world.create(tmp_path / "x") as case:
        assert world.types(case) == ["case.open"]
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_being_made_by_another(tmp_path: Path) -> None:
    """Two processes that make the same case at once: the second is told, and takes nothing away."""
    held = creation._begin(tmp_path / ".x.creating", tmp_path / "x")
    with pytest.raises(CaseHeldError, match=rf"is held by process {os.getpid()}"):
        world.create(tmp_path / "x")
    assert (tmp_path / ".x.creating" / "lock").exists()
    os.close(held)


def test_made_by_another_in_the_same_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where another makes the folder just before us we stop, and take nothing away."""
    from forensics.custody import disk

    real = disk.make_folder

    def slow(path: Path) -> None:
        path.mkdir()
        real(path)

    monkeypatch.setattr(disk, "make_folder", slow)
    with pytest.raises(StoreError, match=r"cannot make .*File exists"):
        world.create(tmp_path / "x")
    assert (tmp_path / ".x.creating").exists()


def test_link_in_the_place_of_the_half_made(tmp_path: Path) -> None:
    """A link where the case is made is not followed and not removed."""
    (tmp_path / "precious").mkdir()
    (tmp_path / ".x.creating").symlink_to("precious")
    with pytest.raises(CaseError, match=r"is a symbolic link"):
        world.create(tmp_path / "x")
    assert (tmp_path / "precious").exists()


def test_open_case(tmp_path: Path) -> None:
    """The case is made on first use, named as its folder, and opened after that."""
    with open_case(tmp_path / "IR-7", examiner="Ana", reference="T-7") as case:
        assert (case.name, case.opening["examiner"], case.opening["reference"]) == ("IR-7", "Ana", "T-7")
        assert case.opening["tool"]["name"] == "forensics"
        origin = case.origin
    with open_case(tmp_path / "IR-7", examiner="ignored") as case:
        assert case.origin == origin
        assert case.opening["examiner"] == "Ana"


def test_open_case_makes_none(tmp_path: Path) -> None:
    """Where no case may be made, a folder that is none is refused, and stays as it was."""
    with pytest.raises(CaseError, match=r"cannot open .*: No such file"):
        open_case(tmp_path / "x", create=False)
    with pytest.raises(CaseError, match=r"is not a case"):
        open_case(tmp_path, create=False)
    assert list(tmp_path.iterdir()) == []

"""The kit of cases: made alike each time, and answered as it says by our verifier and by standard tools."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import bagit
import pytest

from forensics.verifier.__main__ import main
from testkit import make, run
from testkit.run import Case

KIT = Path(run.__file__).parent
CASES = run.cases(KIT / "cases")
BY_NAME = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


@pytest.fixture
def folder(case: Case, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Lay a case out, and go there."""
    with case.laid_out() as place:
        monkeypatch.chdir(place)
        yield place


def _files(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for name in ("cases", make.SUMS)
        for path in (root / name, *(root / name).rglob("*"))
        if path.is_file()
    }


def test_made_alike(tmp_path: Path) -> None:
    """What is made today is byte for byte what is kept."""
    make.write(tmp_path)
    made, kept = _files(tmp_path), _files(KIT)
    assert made.keys() == kept.keys()
    assert [name for name in made if made[name] != kept[name]] == []


def test_mostly_bad() -> None:
    """At least seven in ten are to be refused, and no name is twice."""
    assert len({case.name for case in CASES}) == len(CASES)
    assert sum(case.expect["exit"] != 0 for case in CASES) >= 0.7 * len(CASES)


@BY_NAME
def test_our_answer(case: Case, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code, what is named, and the check that says so."""
    assert folder == Path.cwd()
    code = main(case.arguments)
    said = "".join(capsys.readouterr())
    assert case.missed(code, said) == "", said
    blamed = [line.split()[1] for line in said.splitlines() if line.startswith(("failed ", "not-done "))]
    assert not case.expect["check"] or case.expect["check"] in blamed


def _done(*command: str, given: bytes = b"") -> bool:
    done = subprocess.run(command, cwd="input/bundle", input=given, capture_output=True, check=False)
    return done.returncode == 0


def _sha256sum() -> bool:
    return _done("sha256sum", "--strict", "--quiet", "-c", "tagmanifest-sha256.txt", "manifest-sha256.txt")


def _ssh_keygen() -> bool:
    trust = str(Path("trust/allowed_signers").resolve())
    words = ("-f", trust, "-I", "ana@example.com", "-n", "forensics-bundle-v1")
    given = Path("input/bundle/tagmanifest-sha256.txt").read_bytes()
    return _done("ssh-keygen", "-Y", "verify", *words, "-s", "tagmanifest-sha256.txt.sig", given=given)


def _openssl() -> bool:
    key = ("-pubin", "-inkey", "keys/identity.pub.pem", "-rawin", "-in", "tagmanifest-sha256.txt")
    return _done("openssl", "pkeyutl", "-verify", *key, "-sigfile", "tagmanifest-sha256.txt.ed25519")


def _bagit() -> bool:
    try:
        bagit.Bag("input/bundle").validate()
    except (bagit.BagError, OSError, ValueError):
        return False
    return True


TOOLS: dict[str, Callable[[], bool]] = {
    "bagit.py": _bagit, "openssl": _openssl, "sha256sum": _sha256sum, "ssh-keygen": _ssh_keygen
}  # fmt: skip
HANGS = {"content/derived-of-a-terabyte", "content/device", "content/fifo"}
"""At these a tool that opens what is listed waits, or reads, for ever."""


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.name not in HANGS], ids=lambda case: case.name
)
def test_tools_agree(case: Case, folder: Path) -> None:
    """Each standard tool refuses what it can see, and takes the rest."""
    assert folder == Path.cwd()
    said = {tool: "accepts" if ask() else "refuses" for tool, ask in TOOLS.items()}
    assert said == case.expect["tools"]


def test_the_runner(capsys: pytest.CaptureFixture[str]) -> None:
    """It runs any command, counts the right answers, and names each that is wrong."""
    command = [sys.executable, "-P", "-m", "forensics.verifier"]
    assert run.main(["--only", "content/s", "--", *command]) == 0
    assert " 0 wrong" in capsys.readouterr().out
    assert run.main(["--only", "content/fifo", "--", "true"]) == 1
    assert "content/fifo: exit 0, and 4 is due" in capsys.readouterr().out
    assert os.path.lexists(KIT / "cases/content/fifo/expect")

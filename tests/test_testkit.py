"""The kit of cases: made alike each time, and answered as it says by our verifier and by standard tools."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import bagit
import pytest

from forensics import keys
from forensics.cli import custody
from forensics.errors import FormatError
from forensics.formats import manifest, merkle, strict
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
        for name in ("cases", "vectors", make.SUMS)
        for path in (root / name, *(root / name).rglob("*"))
        if path.is_file()
    }


@pytest.mark.torture
def test_made_alike(tmp_path: Path) -> None:
    """What is made today is byte for byte what is kept."""
    make.write(tmp_path)
    made, kept = _files(tmp_path), _files(KIT)
    assert made.keys() == kept.keys()
    assert [name for name in made if made[name] != kept[name]] == []


def test_some_made_alike(tmp_path: Path) -> None:
    """One in nine cases, of every group, is made anew, and the sums of all are those of what is kept."""
    cases = list(make.every())
    for case in cases[::9]:
        case.write(tmp_path / "cases")
    made, kept = _files(tmp_path), _files(KIT)
    assert len({name.split("/")[1] for name in made}) == len(make.GROUPS)
    assert [name for name in made if made[name] != kept[name]] == []
    assert {case.name for case in cases} == {case.name for case in CASES}
    assert make.sums(KIT) == kept[make.SUMS]


def test_mostly_bad() -> None:
    """Of every kind of evidence; at least seven in ten are to be refused, and no name is twice."""
    assert len(CASES) >= 120
    assert {case.name.partition("/")[0] for case in CASES} == {
        *("checkpoint", "content", "custody", "disclosure", "good", "ledger"),
        *("manifest", "parts", "signature", "stamp", "trust"),
    }
    assert len({case.name for case in CASES}) == len(CASES)
    assert sum(case.expect["exit"] != 0 for case in CASES) >= 0.7 * len(CASES)


def _custody(arguments: Sequence[str]) -> int:
    return int(custody.show.main(list(arguments), standalone_mode=False))


COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {"custody": _custody, "verify": main}


@BY_NAME
def test_our_answer(case: Case, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code, what is named, and the check that says so."""
    assert folder == Path.cwd()
    code = COMMANDS[case.expect["command"]](case.arguments)
    said = "".join(capsys.readouterr())
    assert case.missed(code, said) == "", said
    blamed = [line.split()[1] for line in said.splitlines() if line.startswith(("failed ", "not-done "))]
    assert not case.expect["check"] or case.expect["check"] in blamed


def _done(*command: str, where: str, given: bytes = b"") -> bool:
    done = subprocess.run(command, cwd=where, input=given, capture_output=True, check=False)
    return done.returncode == 0


def _signed(where: str, name: str, namespace: str) -> bool:
    trust = str(Path("trust/allowed_signers").resolve())
    words = ("-f", trust, "-I", "ana@example.com", "-n", namespace, "-s", f"{name}.sig")
    signed = Path(where, name)
    given = signed.read_bytes() if signed.exists() else b""
    return _done("ssh-keygen", "-Y", "verify", *words, where=where, given=given)


def _summed(where: str, *lists: str) -> bool:
    return _done("sha256sum", "--strict", "--quiet", "-c", *lists, where=where)


def _openssl() -> bool:
    key = ("-pubin", "-inkey", "keys/identity.pub.pem", "-rawin", "-in", "tagmanifest-sha256.txt")
    signature = ("-sigfile", "tagmanifest-sha256.txt.ed25519")
    return _done("openssl", "pkeyutl", "-verify", *key, *signature, where="input/bundle")


def _bagit() -> bool:
    try:
        bagit.Bag("input/bundle").validate()
    except (bagit.BagError, OSError, ValueError):
        return False
    return True


def _age() -> bool:
    key = str(Path("trust/bob.txt").resolve())
    parts = sorted(path.name for path in Path("input/parts").glob("*.age"))
    return all(_done("age", "-d", "-i", key, "-o", os.devnull, part, where="input/parts") for part in parts)


PARTS: dict[str, Callable[[], bool]] = {
    "sha256sum": lambda: _summed("input/parts", "SHA256SUMS"),
    "ssh-keygen": lambda: _signed("input/parts", "SHA256SUMS", "forensics-volumes-v1"),
}
TOOLS: dict[str, dict[str, Callable[[], bool]]] = {
    "bundle": {
        "bagit.py": _bagit,
        "openssl": _openssl,
        "sha256sum": lambda: _summed("input/bundle", "tagmanifest-sha256.txt", "manifest-sha256.txt"),
        "ssh-keygen": lambda: _signed("input/bundle", "tagmanifest-sha256.txt", "forensics-bundle-v1"),
    },
    "parts": {**PARTS, "age": _age},
}
HANGS = {"content/derived-of-a-terabyte", "content/device", "content/fifo"}
"""At these a tool that opens what is listed waits, or reads, for ever."""


LOOKED_AT = [case for case in CASES if case.expect["tools"] and case.name not in HANGS]
"""Four or five processes each, so of four one in `make test`."""


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case.name, marks=[pytest.mark.torture] if place % 4 else [])
        for place, case in enumerate(LOOKED_AT)
    ],
)
def test_tools_agree(case: Case, folder: Path) -> None:
    """Each standard tool refuses what it can see, and takes the rest."""
    asked = TOOLS["parts" if (folder / "input/parts").exists() else "bundle"]
    said = {tool: "accepts" if asked[tool]() else "refuses" for tool in case.expect["tools"]}
    assert said == case.expect["tools"]


def test_the_runner(capsys: pytest.CaptureFixture[str]) -> None:
    """It runs any command, counts the right answers, and names each that is wrong."""
    command = [sys.executable, "-P", "-m", "forensics.verifier"]
    assert run.main(["--only", "content/s", "--", *command]) == 0
    assert " 0 wrong" in capsys.readouterr().out
    assert run.main(["--only", "content/fifo", "--", "true"]) == 1
    assert "content/fifo: exit 0, and 4 is due" in capsys.readouterr().out
    assert os.path.lexists(KIT / "cases/content/fifo/expect")


def test_the_runner_needs_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    """A command that is not there is no answer, and neither is it a case that is left out."""
    with pytest.raises(SystemExit) as ended:
        run.main(["--only", "content/s", "--", "no-such-verifier"])
    assert ended.value.code == 2
    assert "there is no command no-such-verifier" in capsys.readouterr().err


def _accepts(name: str, vector: dict[str, Any]) -> bool:
    raw = {
        key: bytes.fromhex(vector[key]) for key in vector if isinstance(vector[key], str) and key != "about"
    }
    proof = [bytes.fromhex(one) for one in vector.get("proof", ())]
    try:
        match name:
            case "consistency.json":
                old, new = raw["old_root"], raw["new_root"]
                merkle.verify_consistency(vector["old"], vector["new"], proof, old, new)
            case "ed25519.json":
                keys.verify_ed25519(raw["public"], raw["signature"], raw["message"])
            case "inclusion.json":
                merkle.verify_inclusion(raw["leaf"], vector["index"], vector["size"], proof, raw["root"])
            case "json.json":
                strict.decode(raw["bytes"])
            case "manifest.json":
                manifest.parse(raw["bytes"])
            case _:
                raise AssertionError(name)
    except FormatError:
        return False
    return True


@pytest.mark.parametrize("path", sorted((KIT / "vectors").iterdir()), ids=lambda path: path.stem)
def test_vectors(path: Path) -> None:
    """Our parsers and proofs take what is valid, and refuse all else."""
    found = json.loads(path.read_bytes())
    assert {one["valid"] for one in found} == {True, False}
    assert [one for one in found if _accepts(path.name, one) is not one["valid"]] == []

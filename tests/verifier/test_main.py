"""`python -m forensics.verifier`, as a program: its output, its exit codes, and what it imports."""

from __future__ import annotations

import getpass
import json
import os
import subprocess
import sys
from pathlib import Path

import pyrage
import pytest

from forensics.verifier import checks
from forensics.verifier.__main__ import main
from tests.keys.sealed import key_file
from tests.verifier import build, parcels

ROOT = Path(__file__).parents[2]


def _run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-m", "forensics.verifier", *arguments]
    variables = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=False)


def test_intact_and_pinned(bundle: Path) -> None:
    """Exit 0, one line a check, and the sentence last."""
    ran = _run(bundle, "--identity", build.IDENTITY.public.fingerprint)
    assert ran.returncode == 0
    assert not ran.stderr
    lines = ran.stdout.splitlines()
    assert all(line.startswith("passed    ") for line in lines[:-1])
    assert lines[-1].startswith("intact: this bundle is as ana@example.com SHA256:")


def test_unpinned(case: Path) -> None:
    """Exit 3 without an identity."""
    ran = _run(case)
    assert ran.returncode == 3
    assert ran.stdout.splitlines()[-1].startswith("intact, as far as it was checked: unpinned")


def test_not_intact(bundle: Path) -> None:
    """Exit 4, and the file is named."""
    (bundle / build.ITEM).write_bytes(b"")
    ran = _run(bundle, "--identity", build.IDENTITY.public.fingerprint)
    assert ran.returncode == 4
    assert f"{build.ITEM}: has 0 bytes, and was kept with 64" in ran.stdout


def test_json(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The verdict as JSON, with the same exit code."""
    assert main([str(bundle), "--json"]) == 3
    document = json.loads(capsys.readouterr().out)
    assert document["exit_code"] == 3
    assert document["kind"] == "bundle"


@pytest.mark.parametrize(
    "arguments",
    [[], ["--no-such-option"], ["gone"], ["."], [__file__], [".", "--identity", "gone"], ["\x1b[2J"]],
)
def test_usage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    """What cannot be is exit 2, on stderr, without a traceback or a control character."""
    monkeypatch.chdir(tmp_path)
    ran = _run(*arguments)
    assert ran.returncode == 2
    assert not ran.stdout
    assert "Traceback" not in ran.stderr
    assert "\x1b" not in ran.stderr


def test_in_process(bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same as a function: lines on stdout, an error and its hint on stderr."""
    pub = tmp_path / "ana.pub"
    build.put(pub, build.IDENTITY.public.openssh().encode())
    assert main([str(bundle), "--identity", str(pub)]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("intact: ")
    assert main([str(tmp_path / "gone")]) == 2
    assert capsys.readouterr().err.splitlines()[1].startswith("  hint: ")


def test_usage_without_a_hint(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An error that has no hint is told without one."""
    assert main([str(bundle), "--witness", "a+b"]) == 2
    assert "\n  hint:" not in capsys.readouterr().err


def test_terminal_that_knows_ascii_only(bundle: Path) -> None:
    """A terminal that cannot show a character gets its number, not a traceback."""
    build.put(bundle / "data/é", b"")
    ran = _run(bundle, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert ran.returncode == 4
    assert "data/\\xe9" in ran.stdout


@pytest.mark.parametrize(("redirection", "code"), [("> /dev/full", 1), (">&-", 3), ("| true", 1)])
def test_answer_that_cannot_be_written(bundle: Path, redirection: str, code: int) -> None:
    """A full disk, a closed stream or a reader who left is at most one line, and no traceback."""
    for number in range(1_000 if code == 1 else 0):  # more than a pipe holds
        build.put(bundle / f"data/added-{number}", b"")
    command = f'set -o pipefail; "{sys.executable}" -m forensics.verifier "{bundle}" {redirection}'
    variables = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(["bash", "-c", command], env=variables, capture_output=True, text=True, check=False)
    assert ran.returncode == code
    assert "Traceback" not in ran.stderr
    assert len(ran.stderr.splitlines()) <= 1


def test_imports() -> None:
    """Verifying needs the standard library and cryptography, and nothing else of anyone's."""
    script = (
        "import sys, forensics\nforensics.verify, forensics.load_trust\n"
        "ours = {name.partition('.')[0] for name in sys.modules}\n"
        "print(sorted(ours - sys.stdlib_module_names - {'__main__', '__mp_main__'}))"
    )
    command = [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{script}"]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    ours = set(ran.stdout.translate(str.maketrans("", "", "[]',")).split())
    assert not ours & {"boto3", "botocore", "click", "tqdm", "jinja2", "sqlite_utils", "jmespath", "moto"}


def test_package_knows_verify_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The package gives `verify` when it is first asked for it, and no name that it has not."""
    import forensics.verifier

    monkeypatch.delitem(vars(forensics.verifier), "verify", raising=False)
    assert forensics.verifier.verify is checks.verify
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = forensics.verifier.nothing


def test_parts(bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts are checked too, and opened with a key, which may have a passphrase; without pyrage."""
    sent, key = parcels.parcel(bundle, tmp_path / "sent"), key_file(tmp_path, b"bob")
    pin = ["--identity", build.IDENTITY.public.fingerprint]
    assert main([str(sent), *pin]) == 0
    assert main([str(sent), *pin, "-i", str(key)]) == 0
    locked = tmp_path / "locked"
    locked.write_bytes(pyrage.passphrase.encrypt(key.read_bytes(), "pw"))
    monkeypatch.setattr(getpass, "getpass", lambda _: "pw")
    assert main([str(sent), *pin, "-i", str(locked)]) == 0
    assert main([str(sent), *pin, "-i", str(key_file(tmp_path, b"eve"))]) == 1
    code = "import sys; from forensics.verifier.__main__ import main as check; check(sys.argv[1:])"
    code += "; assert 'pyrage' not in sys.modules"
    subprocess.run([sys.executable, "-c", code, sent, "-i", key_file(tmp_path, b"bob")], cwd=ROOT, check=True)


def test_a_passphrase_and_no_terminal(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody can be asked: one line and a hint, and nothing is read from stdin in the open."""
    sent, locked = parcels.parcel(bundle, tmp_path / "sent"), tmp_path / "locked"
    locked.write_bytes(pyrage.passphrase.encrypt(key_file(tmp_path, b"bob").read_bytes(), "pw"))
    done = subprocess.run(
        [sys.executable, "-m", "forensics.verifier", sent, "-i", locked],
        cwd=ROOT,
        input="pw\n",
        start_new_session=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        "forensics: the key has a passphrase, and there is no terminal to ask for it on",
        "  hint: run the same command on a terminal",
    ]

    def hung_up(_: str) -> str:
        raise EOFError

    monkeypatch.setattr(getpass, "getpass", hung_up)  # a terminal on which nobody answers
    assert main([str(sent), "-i", str(locked)]) == 2
    assert "there is no terminal" in capsys.readouterr().err

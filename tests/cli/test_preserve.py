"""What `preserve` refuses before a case is made: nothing is left behind by a line that was mistyped."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from forensics.cli import run

COPY = ("--copy-to", "333333333333", "--copy-key", "alias/evidence")


@pytest.fixture(autouse=True)
def _aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have credentials, and an AWS that nobody can be asked at: what asks it ends otherwise."""
    (tmp_path / "config").write_text(
        f"[default]\n[profile broken]\ncredential_process = touch {tmp_path}/asked\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.delenv("AWS_PROFILE", raising=False)


@pytest.mark.parametrize("command", ["preserve", "ready", "seal", "status"])
def test_a_case_without_a_name(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A variable that was not set is no folder: the one we are in was taken for it, and became the case."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert run([command, ""]) == 2
    assert capsys.readouterr().err.startswith("forensics: invalid value for 'CASE': it is empty")
    assert list((tmp_path / "here").iterdir()) == []


def test_a_number_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It was called no valid float range."""
    assert run(["preserve", str(tmp_path / "case"), "--wait", "abc"]) == 2
    assert "'abc' is not a valid number" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--profile", "nobody"], "no such profile: nobody"),
        (["--region", "eu-nowhere-9"], "no such region: eu-nowhere-9"),
        (["--region", "eu-west-1", "--region", "../up"], "no such region: '../up'"),
        (["--endpoint-url", "nonsense"], "invalid endpoint: nonsense"),
        (["--endpoint-url", "ftp://127.0.0.1"], "invalid endpoint: ftp://127.0.0.1"),
        (["--endpoint-url", "ftp://ana:hunter2@127.0.0.1"], "the endpoint's URL holds a user's name"),
        (["--endpoint-url", "https://ana:secret@127.0.0.1"], "the endpoint's URL holds a user's name"),
        (["--suspect-key", "!!"], "neither an access key id nor an ARN: !!"),
        (["--role-arn", "nonsense"], "no ARN of a role: 'nonsense'"),
        (["--role-arn", "arn:aws:iam::1:role/x"], "no ARN of a role: 'arn:aws:iam::1:role/x'"),
        (["--role-arn", "arn:aws:iam::222222222222:user/x"], "no ARN of a role"),
        ([*COPY, "--copy-role", "nonsense"], "--copy-role is no role of account 333333333333"),
        ([*COPY, "--copy-profile", "nobody"], "no such profile: nobody"),
        (["--without", "nothing"], "no such collector: 'nothing'"),
        (["--notice", "nowhere.eml"], "cannot read the notice nowhere.eml"),
        (["--try-again", "vol-0123456789abcdef0"], "there is no case yet"),
        (["--plan", "nowhere.json"], "cannot read the plan nowhere.json"),
        (["--plan-hash", "0" * 64], "a hash of no plan"),
        (["--tsa", "nonsense"], "'nonsense' is no http or https address"),
        (["--accounts-from", "nowhere.txt"], "nowhere.txt cannot be read"),
    ],
)
def test_refused_before_a_case_is_made(
    options: Sequence[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line and exit 2, and there is no folder; nor is anybody asked for credentials."""
    case = tmp_path / "case"
    assert run(["preserve", str(case), "-q", *options]) == 2
    out, err = capsys.readouterr()
    assert (out, err.startswith(f"forensics: {said}")) == ("", True), err
    assert not case.exists()


def test_what_aws_is_needed_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is well said is asked of AWS before a case is made; credentials are sought for that."""
    case = tmp_path / "case"
    assert run(["preserve", str(case), "-q", "--profile", "broken"]) == 5
    assert "no credentials: Expecting value" in capsys.readouterr().err
    assert not list(tmp_path.glob("*case*"))

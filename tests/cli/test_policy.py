"""`forensics policy`: documents on stdout or in files, bound to a case; bad names get one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from forensics.cli import run
from forensics.planning.document import Plan, write_plan
from tests.planning.test_document import BODY

Capsys = pytest.CaptureFixture[str]


def test_every_document_is_json(capsys: Capsys) -> None:
    """One after the other on stdout, and on stderr what each is called."""
    assert run(["policy", "--part", "deny", "--part", "logs", "--log-bucket", "trail-logs"]) == 0
    out, err = capsys.readouterr()
    first, end = json.JSONDecoder().raw_decode(out)
    second = json.loads(out[end:])
    assert first["Statement"][0]["Effect"] == "Deny"
    assert second["Statement"][0]["Resource"] == ["arn:aws:s3:::trail-logs/*"]
    assert [line.partition(":")[0] for line in err.splitlines()] == ["forensics-deny", "forensics-logs"]


def test_as_json_for_machines(capsys: Capsys) -> None:
    """All of them in one list, each with its name, part and size."""
    assert run(["policy", "--json", "--evidence-bucket", "locked", "--evidence-account", "333333333333"]) == 0
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert err == ""
    assert {"deny", "evidence", "logs", "read", "snapshots"} <= {one["part"] for one in found}
    assert all(one.keys() == {"name", "part", "policy", "size"} for one in found)


def test_masked_events_are_told_of(capsys: Capsys) -> None:
    """Whoever grants it reads bare what others had masked: it was in the document, and explained nowhere."""
    assert run(["policy", "--part", "read"]) == 0
    assert '"logs:Unmask"' in capsys.readouterr().out
    assert run(["policy", "--help"]) == 0
    assert "`logs:Unmask`" in capsys.readouterr().out
    runbook = Path(__file__).parent.parent.parent / "docs/runbook.md"
    assert "`logs:Unmask`" in runbook.read_text(encoding="utf-8")


def test_into_files_and_over_none(capsys: Capsys, tmp_path: Path) -> None:
    """Each is what `aws iam create-policy` takes; a second time there is one line, and nothing is lost."""
    folder = tmp_path / "new" / "policies"
    assert run(["policy", "--part", "deny", "-o", str(folder)]) == 0
    path = folder / "forensics-deny.json"
    assert capsys.readouterr().out == f"{path}\n"
    before = path.read_bytes()
    assert json.loads(before)["Version"] == "2012-10-17"
    assert run(["policy", "--part", "deny", "-o", str(folder)]) == 2
    assert capsys.readouterr().err == f"forensics: {path} is there already\n  hint: name another folder\n"
    assert path.read_bytes() == before


def test_a_folder_that_cannot_be_made(capsys: Capsys, tmp_path: Path) -> None:
    """A file in the way is one line."""
    (tmp_path / "file").write_text("x")
    assert run(["policy", "--part", "deny", "-o", str(tmp_path / "file" / "folder")]) == 1
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--log-bucket", "*"], "no bucket is called '*'"),
        (["--log-bucket", "a/b"], "no bucket is called 'a/b'"),
        (["--log-bucket", "good-one", "--log-bucket", "UPPER"], "no bucket is called 'UPPER'"),
        (["--evidence-bucket", "${aws:username}"], "no bucket is called '${aws:username}'"),
        (["--evidence-account", "12345"], "no account is called '12345'"),
        (["--part", "everything"], "'everything' is not one of"),
        (["--partition", "aws-mars"], "'aws-mars' is not one of"),
        (["--without", "voluems"], "no such collector: 'voluems'"),
        (["--case", "nowhere"], "nowhere"),
    ],
)
def test_bad_names(capsys: Capsys, arguments: list[str], said: str) -> None:
    """Refused before anything is printed."""
    assert run(["policy", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err


def test_what_a_plan_needs(capsys: Capsys, tmp_path: Path) -> None:
    """Without what it leaves out, and with the locks that it plans."""
    scope = {**BODY["scope"], "without": ["iam", "sweep"], "protect": {"lock": {"days": 7}}}
    write_plan(Plan({**BODY, "scope": scope}), tmp_path / "plan")
    parts = ("--part", "read", "--part", "snapshots")
    assert run(["policy", "--json", *parts, "--plan", str(tmp_path / "plan")]) == 0
    read, *_, snapshots = json.loads(capsys.readouterr().out)
    assert "ec2:LockSnapshot" in json.dumps(snapshots["policy"])
    assert "iam:GetLoginProfile" not in json.dumps(read["policy"])
    (tmp_path / "spoilt").write_bytes(b"{}\n")
    assert run(["policy", "--plan", str(tmp_path / "spoilt")]) in {1, 2, 4}
    assert capsys.readouterr().out == ""

"""A notice on the bad day: kept first, what it names asked first, and its keys not trusted."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

import forensics
from tests.collectors.play import as_root
from tests.e2e.run import WHOLE, Aws, coverage, intact

KEY = "AKIAIOSFODNN7EXAMPLE"


def _ledger(case: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (case / "ledger.jsonl").read_bytes().splitlines()]


def _instances(aws: Aws) -> list[str]:
    """Return the instances in the order in which their consoles were read."""
    asked = [call for call in aws.drill.calls() if call["operation"] == "GetConsoleOutput"]
    return list(dict.fromkeys(call["parameters"]["InstanceId"] for call in asked))


def test_notice(aws: Aws, tmp_path: Path) -> None:
    """It is item one; what it names is asked about first; a second run neither takes nor asks it again."""
    pages = as_root(aws.drill).describe_instances()["Reservations"]
    last = [one["InstanceId"] for page in pages for one in page["Instances"]][-1]
    notice = tmp_path / "abuse.txt"
    notice.write_text(f"{last} in eu-west-1 by {KEY}\n")
    case = tmp_path / "case"
    ran = aws.preserve(case, "--notice", str(notice), "--authority", "board, 7 May")
    assert ran.code == 0, ran.err
    entries = _ledger(case)
    assert [item["type"] for item in entries[:4]] == ["case.open", "item.add", "intake", "run.start"]
    assert entries[3]["body"]["suspects"] == [KEY]  # type: ignore[index]
    assert _instances(aws)[0] == last
    assert coverage(case)["cloudtrail.SuspectEvents"] == ("empty", ())
    asked = [one["parameters"].get("LookupAttributes") for one in aws.drill.calls()]
    assert [{"AttributeKey": "AccessKeyId", "AttributeValue": KEY}] in asked
    count = len(aws.drill.calls())
    again = aws.run("preserve", case, "--notice", notice, *WHOLE)
    assert "the case holds it already" in again.err
    assert [item["type"] for item in _ledger(case)].count("intake") == 1
    assert not [one for one in aws.drill.calls()[count:] if one["parameters"].get("LookupAttributes")]
    status = aws.run("status", case).out
    assert "authority   board, 7 May" in status
    assert f"keys (suspects) {KEY}" in status
    assert intact(case)
    report = forensics.certify(case).papers["acquisition-report.txt"]
    assert "board, 7 May" in report


def test_key_of_the_notice_is_refused(aws: Aws, tmp_path: Path) -> None:
    """A notice that names the key at hand stops the run before anything but who we are was asked."""
    own = "AKIA" + "Q" * 16
    notice = tmp_path / "abuse.txt"
    notice.write_text(aws.drill.environment["AWS_ACCESS_KEY_ID"] + f" and {own}")
    ran = aws.preserve(tmp_path / "case", "--notice", str(notice))
    assert ran.code == 2
    assert "these are the credentials of the suspect" in ran.err
    assert {call["operation"] for call in aws.drill.calls()} <= {"GetCallerIdentity"}
    assert aws.run("preserve", tmp_path / "case").code == 2, (
        "and so it stays, without naming the notice again"
    )


def test_no_notice_no_case(aws: Aws, tmp_path: Path) -> None:
    """What is no notice is one line, exit 2, and no case is made."""
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "missing", "."):
        ran = aws.preserve(tmp_path / "case", "--notice", str(tmp_path / name))
        assert ran.code == 2
        assert "cannot read the notice" in ran.err
        assert len(ran.err.splitlines()) == 2
    assert not (tmp_path / "case").exists()


@pytest.mark.parametrize("text", ["x\ny", "\x1b[2J", "x" * 201])
def test_bad_authority(aws: Aws, tmp_path: Path, text: str) -> None:
    """Words that would not stand on a line of a form are refused."""
    ran = aws.preserve(tmp_path / "case", "--authority", text)
    assert ran.code == 2
    assert "authority is" in ran.err

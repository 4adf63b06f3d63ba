"""`forensics anchor`: what cannot be asked is refused before it is announced."""

from __future__ import annotations

from pathlib import Path

import pytest

import forensics
from forensics import cli


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--bucket", "A B"), "no bucket is called 'A B'"),
        (("--bucket", "x/../y"), "no bucket is called 'x/../y'"),
        (("--bucket", ""), "no bucket is called ''"),
        (("--bucket", "anchors", "--owner", "33333333333x"), "no account is called '33333333333x'"),
    ],
)
def test_what_cannot_be_asked(
    options: tuple[str, ...],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It was announced, never ended, and so was in the way of `ready` for ever."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    forensics.open_case(tmp_path / "case").close()
    assert cli.run(["anchor", str(tmp_path / "case"), "--retain", "3", *options]) == 2
    told, hint = capsys.readouterr().err.splitlines()
    assert told == f"forensics: {said}"
    assert hint.startswith("  hint: ")
    assert b"op.start" not in (tmp_path / "case/ledger.jsonl").read_bytes()

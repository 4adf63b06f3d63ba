"""What a plan says of money: of when its prices are, and which of them nobody confirmed."""

from __future__ import annotations

from pathlib import Path

import pytest

from forensics.cli import run
from forensics.cli.plan import _figures
from tests.planning.test_document import ACCOUNT


def test_a_place_where_no_file_can_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is looked at first: all of the account was asked, and the plan was lost."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    (tmp_path / "file").touch()
    for name in ("none/plan", "file/plan", "none/" + "a" * 5_000):
        assert run(["plan", "-o", str(tmp_path / name)]) == 2
        said, hint = capsys.readouterr().err.splitlines()
        assert said.startswith("forensics: cannot write the plan ")
        assert hint == "  hint: name a file in a folder that you may write in"


MEMORY = "            from memory, and confirmed by no list of AWS's: "


@pytest.mark.parametrize(
    ("regions", "said"),
    [
        (["eu-west-1", "us-east-1"], []),
        (["eu-west-1", "sa-east-1"], ["reads of blocks, transfer in south america, africa"]),
        (
            ["ap-south-1", "us-gov-west-1"],
            [
                "snapshots, reads of blocks in asia, pacific, middle east",
                "snapshots, reads of blocks, transfer in government",
            ],
        ),
    ],
)
def test_prices_are_dated_and_doubted(regions: list[str], said: list[str]) -> None:
    """Each line of the estimate stands, and below it what it rests on."""
    lines = list(_figures({**ACCOUNT, "regions": regions}, "2025-11"))
    assert "            an estimate, at list prices of 2025-11" in lines
    assert [line for line in lines if "memory" in line] == [MEMORY + one for one in said]

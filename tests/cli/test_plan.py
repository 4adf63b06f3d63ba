"""What a plan says of money: of when its prices are, and which of them nobody confirmed."""

from __future__ import annotations

import pytest

from forensics.cli.plan import _figures
from tests.planning.test_document import ACCOUNT

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

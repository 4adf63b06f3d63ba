"""What a hand in the record can do to the reading of CloudTrail: not end it, lead it out, or stall it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from forensics.verifier import verify
from tests.verifier import build, trails
from tests.verifier.trails import Case, bucket


def _name(root: Path, path: str, body: Mapping[str, Any]) -> None:
    """Add a line to a ledger that names a file, by whatever path."""
    line = {"type": "item.add", "body": {**body, "path": path}}
    with (root / "ledger.jsonl").open("ab") as ledger:
        ledger.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")


@pytest.mark.parametrize(
    "path",
    [
        "data/a\0b.json.gz",
        "data/\ud800.json.gz",
        "../outside.json.gz",
        "data/../../outside.json.gz",
        "/outside.json.gz",
        "case.json",
        f"data/{'x/' * 5_000}y",
    ],
)
def test_paths_that_are_none(tmp_path: Path, path: str) -> None:
    """A line that names what no path of ours can be is passed over: nothing is opened, nothing raised."""
    made = bucket()
    root = Case([], status=None).write(tmp_path / "case")
    build.put(tmp_path / "outside.json.gz", made.digests[0].body)
    build.put(tmp_path / "case/data/.json.gz", made.digests[0].body)
    _name(root, path, trails.about(made, made.digests[0]))
    _name(root, f"{path}/cloudtrail/DescribeTrails.jsonl", {})
    verdict = verify(root)
    assert (verdict.exit_code, verdict.trails.chains) == (4, ())


def test_one_file_for_many_lines(tmp_path: Path) -> None:
    """A file counts for the first line that names it: a second costs no second reading."""
    made = bucket()
    root = Case([made]).write(tmp_path)
    for key in ("a/", "b/"):
        about = trails.about(made, made.digests[0])
        about["object"]["key"] = key + about["object"]["key"]
        _name(root, f"data/{trails.ACCOUNT}/{trails.REGION}/s3/1.json.gz", about)
    (chain,) = trails.look(root).chains
    assert (chain.digests.valid, chain.digests.invalid, chain.failures) == (8, 0, 0)

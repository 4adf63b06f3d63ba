"""The page of collectors is what the collectors say now."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import botocore.session

from forensics.aws import never
from forensics.collectors import catalogue, every, permissions
from forensics.collectors.left_out import LEFT_OUT, LOGS, NOT_MADE
from forensics.collectors.swept import SWEPT
from forensics.collectors.unswept import UNSWEPT

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "collectors.md"
WANTED = Path(__file__).parent / "wanted.tsv"


def test_it_is_as_generated() -> None:
    """What `make docs` would write now."""
    cog = [sys.executable, "-m", "cogapp", "--check", PAGE.relative_to(ROOT).as_posix()]
    result = subprocess.run(cog, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, f"{result.stdout}{result.stderr}\nrun: make docs"


def test_it_has_everything() -> None:
    """Each collector, each source, each operation that is left out, and each that is never asked."""
    text = PAGE.read_text(encoding="utf-8")
    assert [one.name for one in every() if f"\n### {one.name}\n" not in text] == []
    sources = [name for name, (collector, _) in catalogue.sources().items() if collector.name != "sweep"]
    assert [name for name in sources if f"\n| {name} | " not in text] == []
    assert [name for name in (*SWEPT, *(".".join(name) for name in UNSWEPT)) if name not in text] == []
    assert [name for name in never.NEVER if name not in text] == []
    left_out = {**LEFT_OUT, **NOT_MADE}
    assert [name for name in left_out if f"\n| {'.'.join(name)} | " not in text] == []
    assert [name for name, why in LOGS.items() if f"\n| {name} | {why} |\n" not in text] == []


def test_nothing_is_left_out_that_is_asked() -> None:
    """An operation has a row, or a reason why it has none."""
    left_out = {**LEFT_OUT, **NOT_MADE}
    asked = {(source.service, source.operation) for _, source in catalogue.sources().values()}
    assert asked & left_out.keys() == set()
    assert all(3 < len(why) < 200 and not why.endswith(".") for why in left_out.values())
    session = botocore.session.Session()
    assert all(
        operation in session.get_service_model(service).operation_names for service, operation in left_out
    )


def test_all_that_a_complete_preservation_asks_is_asked_or_has_its_reason() -> None:
    """By a list of operations that was made before the rows were."""
    wanted = [line.split("\t")[1:] for line in WANTED.read_text(encoding="utf-8").splitlines()[1:]]
    actions = {action for _, source in catalogue.sources().values() for action in source.actions}
    asked = {
        *catalogue.sources(),
        *permissions.ALWAYS.values(),
        *map(".".join, {**LEFT_OUT, **NOT_MADE}),
        *never.NEVER,
    }
    missing = [
        f"{service}.{operation}"
        for service, operation in wanted
        if f"{service}.{operation}" not in asked and f"{service}:{operation}" not in actions
    ]
    assert missing == []

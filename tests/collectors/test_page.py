"""The page of collectors is what the collectors say now."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from forensics.aws import never
from forensics.collectors import every, spec
from forensics.collectors.left_out import LEFT_OUT

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "collectors.md"


def test_it_is_as_generated() -> None:
    """What `make docs` would write now."""
    cog = [sys.executable, "-m", "cogapp", "--check", PAGE.relative_to(ROOT).as_posix()]
    result = subprocess.run(cog, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, f"{result.stdout}{result.stderr}\nrun: make docs"


def test_it_has_everything() -> None:
    """Each collector, each source, each operation that is left out, and each that is never asked."""
    text = PAGE.read_text(encoding="utf-8")
    assert [one.name for one in every() if f"\n### {one.name}\n" not in text] == []
    assert [name for name in spec.sources() if f"\n| {name} | " not in text] == []
    assert [name for name in never.NEVER if name not in text] == []
    assert [name for name in LEFT_OUT if f"\n| {'.'.join(name)} | " not in text] == []


def test_nothing_is_left_out_that_is_asked() -> None:
    """An operation has a row, or a reason why it has none."""
    asked = {(source.service, source.operation) for _, source in spec.sources().values()}
    assert asked & LEFT_OUT.keys() == set()
    assert all(3 < len(why) < 200 and not why.endswith(".") for why in LEFT_OUT.values())

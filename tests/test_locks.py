"""The lock files: everything by hash, from nowhere in particular, and the two of one mind."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / "requirements"
LOCKS = ("build.txt", "dev.txt", "mutants.txt", "run.txt")


def _pins(name: str) -> dict[str, str]:
    text = (FOLDER / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9.-]+)(?:\[[a-z0-9,-]+\])?==(\S+)", text, re.MULTILINE))


@pytest.mark.parametrize("name", LOCKS)
def test_every_line_is_a_pin_a_hash_or_a_comment(name: str) -> None:
    """Nothing else: no index, no address, no folder of the machine that made it."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    pin = r"[a-z0-9.-]+(\[[a-z0-9,-]+\])?==\S+( ; .+)? \\"
    digest = r"    --hash=sha256:[0-9a-f]{64}( \\)?"
    assert [line for line in lines if not re.fullmatch(rf"{pin}|{digest}|\s*#.*|", line)] == []
    assert [line for line in lines if re.search(r"://|@|(^|\s)/\w", line)] == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_a_hash(name: str) -> None:
    """A pin without a hash would let an index choose what we run."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert len(re.findall(r"==\S+.*\\\n    --hash=", text)) == len(_pins(name)) > 0


@pytest.mark.parametrize("name", ["build.txt", "mutants.txt", "run.txt"])
def test_locks_agree(name: str) -> None:
    """One virtual environment serves them, so what two of them pin they pin alike."""
    other, dev = _pins(name), _pins("dev.txt")
    assert {package: other[package] for package in other.keys() & dev.keys()} == {
        package: dev[package] for package in other.keys() & dev.keys()
    }


def test_run_is_part_of_dev() -> None:
    """What a user runs is what was tested."""
    assert _pins("run.txt").items() <= _pins("dev.txt").items()


def test_extras_are_pinned_as_asked_for() -> None:
    """`coverage[toml]` with no pin of its own is looked up anew, and a newer release breaks the install."""
    text = (FOLDER / "dev.txt").read_text(encoding="utf-8")
    assert "\ncoverage[toml]==" in text
    assert "\ncryptography[ssh]==" in text
    assert "\nmoto[s3]==" in text

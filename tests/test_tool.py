"""What the program says of itself: true of this copy of it, and checkable with the shell."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from forensics import tool
from forensics.formats import strict

ROOT = Path(__file__).parent.parent


def _by_hand(package: Path) -> str:
    """Run the command line of the docstring."""
    script = (
        "find . -name '*.py' -printf '%P\\n' | LC_ALL=C sort | xargs sha256sum | sha256sum"
        if sys.platform == "linux"
        else "find . -name '*.py' | sed 's|^./||' | LC_ALL=C sort | xargs shasum -a 256 | shasum -a 256"
    )
    done = subprocess.run(["bash", "-c", script], cwd=package, capture_output=True, text=True, check=True)
    return done.stdout.split()[0]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Copy the package's Python files."""
    ignore = shutil.ignore_patterns("__pycache__", "*.so")
    return Path(shutil.copytree(Path(tool.__file__).parent, tmp_path / "forensics", ignore=ignore))


def test_digest_is_the_one_by_hand(copy: Path) -> None:
    """`sha256` is what the command in its description prints."""
    assert tool._digest(copy) == _by_hand(copy)


def test_facts() -> None:
    """Names, versions and hash, all of them text that the ledger can hold."""
    facts = tool.facts()
    assert facts.keys() == {
        "name",
        "platform",
        "python",
        "sha256",
        "version",
        "boto3",
        "botocore",
        "cryptography",
    }
    assert facts["name"] == "forensics"
    assert facts["boto3"] == metadata.version("boto3")
    assert len(facts["sha256"]) == 64
    assert json.loads(strict.encode(facts)) == facts


def test_version_is_the_project_s() -> None:
    """The version is written down once."""
    assert tool.version() == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def _edit(package: Path) -> None:
    with (package / "model.py").open("a") as file:
        file.write("\n")


def _add(package: Path) -> None:
    (package / "drill" / "extra.py").write_text("")


def _rename(package: Path) -> None:
    (package / "model.py").rename(package / "models.py")


def _remove(package: Path) -> None:
    (package / "model.py").unlink()


def _swap(package: Path) -> None:
    one, other = package / "model.py", package / "errors.py"
    texts = one.read_bytes(), other.read_bytes()
    other.write_bytes(texts[0])
    one.write_bytes(texts[1])


@pytest.mark.parametrize("change", [_edit, _add, _rename, _remove, _swap])
def test_any_change_shows(copy: Path, change: object) -> None:
    """Another program has another hash, whatever its version says."""
    before = tool._digest(copy)
    change(copy)  # type: ignore[operator]
    assert tool._digest(copy) != before


def test_what_is_no_program_does_not_count(copy: Path) -> None:
    """Caches and data beside the Python files leave the hash as it is."""
    before = tool._digest(copy)
    (copy / "__pycache__").mkdir()
    (copy / "__pycache__" / "model.pyc").write_bytes(b"x")
    (copy / "py.typed").write_text("x")
    assert tool._digest(copy) == before

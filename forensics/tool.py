"""What this program is: the facts about itself that go on record."""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from importlib import metadata
from pathlib import Path

DISTRIBUTION = "aws-forensics"
_BESIDE = ("boto3", "botocore", "cryptography")


def version() -> str:
    """Return this program's version."""
    return metadata.version(DISTRIBUTION)


@cache
def facts() -> dict[str, str]:
    r"""
    Return name, version and SHA-256 of this program, and the versions of what it stands on.

    `sha256` is over the lines `<sha256 of file>  <path>` of every Python file of the package, sorted:
    the output of `cd forensics && find . -name '*.py' -printf '%P\n' | LC_ALL=C sort | xargs sha256sum`,
    hashed once more. So a court can tell which program it was without trusting its version number.
    """
    return {
        "name": "forensics",
        "platform": platform.platform(),
        "python": platform.python_version(),
        "sha256": _digest(Path(__file__).parent),
        "version": version(),
        **{name: metadata.version(name) for name in _BESIDE},
    }


def _digest(package: Path) -> str:
    paths = sorted(path.relative_to(package).as_posix() for path in package.rglob("*.py"))
    lines = (f"{hashlib.sha256((package / path).read_bytes()).hexdigest()}  {path}\n" for path in paths)
    return hashlib.sha256("".join(lines).encode()).hexdigest()

"""
Make the kit anew: `python -m testkit.make [FOLDER]`, the kit's own folder if none is named.

Fixed keys, a fixed clock, no network: the same bytes every time.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from testkit.making import (
    checkpoint,
    content,
    custody,
    disclosure,
    good,
    ledger,
    manifest,
    parts,
    signature,
    stamp,
    vectors,
)
from testkit.making.kit import Case, document
from tests.verifier import build

HERE = Path(__file__).resolve().parent
GROUPS = (checkpoint, content, custody, disclosure, good, ledger, manifest, parts, signature, stamp)
SUMS = "SHA256SUMS"


def every() -> Iterator[Case]:
    """Yield every case."""
    for group in GROUPS:
        yield from group.cases()


def write(root: Path) -> None:
    """Write the kit into a folder, in the place of what it has there."""
    shutil.rmtree(root / "cases", ignore_errors=True)
    shutil.rmtree(root / "vectors", ignore_errors=True)
    for case in every():
        case.write(root / "cases")
    for name, found in vectors.every().items():
        build.put(root / "vectors" / name, document(found))
    (root / SUMS).write_bytes(sums(root))


def sums(root: Path) -> bytes:
    """List the files of a kit as `sha256sum` would."""
    found = sorted(
        (path.relative_to(root).as_posix(), path)
        for name in ("cases", "vectors")
        for path in (root / name).rglob("*")
        if path.is_file()
    )
    return "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {name}\n" for name, path in found
    ).encode()


if __name__ == "__main__":
    write(Path(sys.argv[1]) if sys.argv[1:] else HERE)

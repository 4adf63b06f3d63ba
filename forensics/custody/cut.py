"""
Which file of a bundle goes into which part: decided from the manifests, of which none is held in memory.

Part 0 has all that is neither evidence nor made of it, so that a part of a few kilobytes says what the others
are. Then the evidence in the manifest's order, then what was made of it, in the tag manifest's; a part ends
before the file that would make it too long.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path

from forensics.custody import disk
from forensics.custody.bundle import MANIFEST, TAGMANIFEST
from forensics.custody.packing import Member
from forensics.errors import FormatError, IntegrityError
from forensics.formats import manifest, tar, volumes

ROOM = volumes.LIMIT - 2 * 2**20
"""Bytes of a tar, so that with age's header, and a tag for every 64 KiB, the part is within its limit."""

LEAST = 512 * 2**20
"""Bytes of a tar below which a bundle is not cut for speed."""
SHARES = 4
"""Parts that the evidence is cut into, where that makes none shorter than `LEAST` or longer than `ROOM`."""

_LINE = 66
"""Of a manifest's line: the digest and two spaces."""
_DERIVED = "derived/"
_MANIFEST_LIMIT = 256 << 20


@dataclass(slots=True)
class Volume:
    """The files of one part, as spans of lines of the two manifests."""

    number: int
    size: int = len(tar.END)
    """Bytes of its tar."""
    files: int = 0
    spans: list[tuple[str, int, int]] = field(default_factory=list)
    """Manifest, and where in it the lines begin and end."""
    listed: list[Member] = field(default_factory=list)
    """Files of part 0, one by one."""

    def members(self, bundle: Path) -> Iterator[Member]:
        """Yield the part's files, in its order."""
        yield from self.listed
        for name, start, end in self.spans:
            yield from ((path, digest) for path, digest, _, _ in _lines(bundle / name, start, end))


def cut(bundle: Path, digest: str, room: int = ROOM) -> list[Volume]:
    """
    Cut a bundle, whose tag manifest has this SHA-256, into parts.

    Raises `IntegrityError` where a manifest is not that of the bundle, or a file is not there.
    """
    tags = _tags(bundle, digest)
    first = Volume(0)
    for path, sha256 in sorted({**_beside(tags), **dict.fromkeys(_unlisted(bundle), "")}.items()):
        first.listed.append((path, sha256))
        first.files += 1
        first.size += tar.length(path, _size(bundle, path))
    parts = [first]
    for name, path, start, end in _rest(bundle, tags):
        length = tar.length(path, _size(bundle, path))
        if parts[-1] is first or parts[-1].size + length > room:
            parts.append(Volume(len(parts)))
        _add(parts[-1], name, start, end, length)
    return parts


def room_for(size: int) -> int:
    """Return how long a tar may be, given the bytes of the evidence: some parts keep all processors busy."""
    return min(ROOM, max(LEAST, -(-size // SHARES)))


def _add(part: Volume, name: str, start: int, end: int, length: int) -> None:
    part.size += length
    part.files += 1
    if part.spans and part.spans[-1][0] == name and part.spans[-1][2] == start:
        start = part.spans.pop()[1]
    part.spans.append((name, start, end))


def _tags(bundle: Path, digest: str) -> dict[str, str]:
    try:
        data = disk.read(bundle / TAGMANIFEST, _MANIFEST_LIMIT)
        if hashlib.sha256(data).hexdigest() != digest:
            raise IntegrityError(f"{TAGMANIFEST} is not the one that was signed")
        return manifest.parse(data)
    except (disk.NotThereError, FormatError) as error:
        raise IntegrityError(f"{TAGMANIFEST}: {error}") from error


def _beside(tags: dict[str, str]) -> dict[str, str]:
    return {path: digest for path, digest in tags.items() if not path.startswith(_DERIVED)}


def _unlisted(bundle: Path) -> Iterator[str]:
    """Yield the tag manifest and what is said of it: signatures, stamps."""
    with disk.guarded("list the bundle"):
        names = os.listdir(bundle)  # noqa: PTH208 - names are all that is wanted
    yield from (name for name in names if name.startswith(TAGMANIFEST) and manifest.is_component(name))


def _rest(bundle: Path, tags: dict[str, str]) -> Iterator[tuple[str, str, int, int]]:
    """Yield manifest, path, and where its line begins and ends, of each file of the parts after the first."""
    with _open(bundle / MANIFEST) as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != tags.get(MANIFEST):
            raise IntegrityError(f"{MANIFEST} is not the one that was signed")
    for path, _, start, end in _lines(bundle / MANIFEST):
        yield MANIFEST, path, start, end
    for path, _, start, end in _lines(bundle / TAGMANIFEST):
        if path.startswith(_DERIVED):
            yield TAGMANIFEST, path, start, end


def _lines(path: Path, start: int = 0, until: int | None = None) -> Iterator[tuple[str, str, int, int]]:
    with _open(path) as file:
        file.seek(start)
        while (until is None or start < until) and (line := file.readline(_LINE + manifest.MAX_PATH + 1)):
            text = line.decode("ascii", "replace")
            yield text[_LINE:-1], text[: _LINE - 2], start, start + len(line)
            start += len(line)


def _open(path: Path) -> BufferedReader:
    try:
        return os.fdopen(disk.open_regular(path), "rb")
    except disk.NotThereError as error:
        raise IntegrityError(f"{path.name} cannot be read: {error}") from error


def _size(bundle: Path, path: str) -> int:
    with suppress(OSError):
        return (bundle / path).lstat().st_size
    raise IntegrityError(f"{path} is missing: the manifest lists it")

"""Manifests as `sha256sum` writes them, and the grammar of every path we store."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256

from forensics.errors import FormatError

MAX_PATH = 240
MAX_COMPONENTS = 24
MAX_COMPONENT = 150
MAX_KEPT = MAX_PATH - 10
"""Bytes of a stored path below `data/`, so that `derived/x.2.json` may be made of `data/x.jsonl`."""

_UNSAFE = re.compile(r"[^A-Za-z0-9._=@,+-]+")
_LINE = re.compile(r"([0-9a-f]{64})  ([!-~]+)")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_DEVICE = re.compile(r"(?i:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?")
"""Windows opens a device under these names, whatever the extension."""
_COMPONENT = re.compile(rf"(?!{_DEVICE.pattern}\Z)[A-Za-z0-9][A-Za-z0-9._=@,+-]{{0,149}}(?<!\.)")
_HASH_SUFFIX = 9
_EXTENSION = re.compile(r"(?:\.[A-Za-z0-9]{1,8}){1,2}\Z")
_TOO_LONG = "long-names"


def check_path(path: str) -> str:
    """
    Return `path` if it is one that we store, or raise `FormatError`.

    One to 24 components of `[A-Za-z0-9][A-Za-z0-9._=@,+-]{0,149}`, 240 bytes in all, that mean the same file
    on every system: no dot at an end, no device name of Windows. Nothing can climb, hide or need escaping.
    """
    components = path.split("/")
    if len(path) > MAX_PATH or len(components) > MAX_COMPONENTS:
        raise FormatError(f"path too long: {path[:40]!a}…")
    for component in components:
        if not is_component(component):
            raise FormatError(f"path outside our grammar: {path!a}")
    return path


def encode(digests: Mapping[str, str]) -> bytes:
    """Write `<sha256>  path` lines, sorted by the bytes of the path, for `sha256sum -c`."""
    paths = sorted(digests)
    _check_together(map(check_path, paths))
    for path in paths:
        if not _DIGEST.fullmatch(digests[path]):
            raise FormatError(f"manifest: {path} has no SHA-256 in lower-case hex")
    return "".join(f"{digests[path]}  {path}\n" for path in paths).encode("ascii")


def parse(data: bytes, *, limit: int = 256 * 2**20) -> dict[str, str]:
    """Read a manifest as path to hex digest, refusing all but what `encode` writes or over `limit` bytes."""
    if len(data) > limit:
        raise FormatError(f"manifest: longer than {limit} bytes")
    if not data.isascii():
        raise FormatError("manifest: not ASCII")
    lines = data.decode("ascii").split("\n")
    if lines.pop():
        raise FormatError("manifest: no line feed at its end")
    digests: dict[str, str] = {}
    last = ""
    for number, line in enumerate(lines, 1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise FormatError(f"manifest: line {number} is not a digest, two spaces and a path")
        digest, path = match.groups()
        if path <= last:
            raise FormatError(f"manifest: line {number} is out of order, or its path given twice")
        digests[check_path(path)] = digest
        last = path
    _check_together(digests)
    return digests


def component(text: str, *, limit: int = 60) -> str:
    """
    Turn any text into one safe component of a path, at most `limit` (16 to 150) characters long.

    Safe text stays as it is. Any other keeps its safe characters and gets eight hex digits of its SHA-256, so
    that two texts that look alike afterwards stay apart. Two that differ in case only may both stay as they
    are: which of them gives way, the store knows.
    """
    if not 16 <= limit <= MAX_COMPONENT:  # a bug of ours, not of the evidence
        raise ValueError(f"limit {limit} is not within 16 to {MAX_COMPONENT}")
    if len(text) <= limit and is_component(text):
        return text
    suffix = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[: _HASH_SUFFIX - 1]
    slug = _UNSAFE.sub("-", text[: 4 * limit]).strip("._=@,+-")
    if not slug or _DEVICE.fullmatch(slug):
        slug = f"x-{slug}"
    return f"{slug[: limit - _HASH_SUFFIX].rstrip('._=@,+-')}-{suffix}"


def stored(folder: str, key: str) -> str:
    """
    Return where a key of S3's is to be kept below `folder`, whose components are safe already.

    A key whose every component fits keeps its own path, so that what reads such trees reads ours. What
    does not fit becomes a safe component in its place, with its extension; a key that is too long as a
    whole, one component of a folder for those. Two keys may get one path: the store tells them apart.
    """
    path = "/".join([folder, *(_fitted(part) for part in key.split("/"))])
    if len(path) + len("data/") <= MAX_KEPT and path.count("/") + 2 <= MAX_COMPONENTS:
        return path
    return f"{folder}/{_TOO_LONG}/{_fitted(key, limit=60)}"


def _fitted(part: str, *, limit: int = MAX_COMPONENT) -> str:
    if len(part) <= limit and is_component(part):
        return part
    extension = _EXTENSION.search(part)
    ending = extension[0] if extension else ""
    suffix = sha256(part.encode("utf-8", "surrogatepass")).hexdigest()[: _HASH_SUFFIX - 1]
    stem = component(part[: len(part) - len(ending)], limit=limit - len(ending) - _HASH_SUFFIX)
    return f"{stem}-{suffix}{ending}"


def is_component(text: str) -> bool:
    """Say whether `text` may be a component of a path that we store, as `check_path` has it."""
    return _COMPONENT.fullmatch(text) is not None


def are_components(texts: Iterable[str]) -> bool:
    """Say the same of very many."""
    return all(map(_COMPONENT.fullmatch, texts))


def _check_together(paths: Iterable[str]) -> None:
    """Refuse two paths that some file system takes for one, and a file that is another's folder."""
    files: set[str] = set()
    folders: set[str] = set()
    for path in paths:
        folded = path.casefold()
        if folded in files:
            raise FormatError(f"manifest: two paths differ in case only: {path}")
        files.add(folded)
        folder = folded.rpartition("/")[0]
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    if clash := files & folders:
        raise FormatError(f"manifest: both a file and a folder: {min(clash)}")

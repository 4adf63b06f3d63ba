"""The evidence itself: every item there, nothing else there, and the bytes those that were kept."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from forensics.errors import FormatError, IntegrityError
from forensics.formats import bag, manifest
from forensics.verifier.contents import Item
from forensics.verifier.evidence import MANIFEST, Evidence
from forensics.verifier.file import File
from forensics.verifier.verdict import Examination

MAX_MANIFEST = 256 * 2**20
_LINES = 4_096
"""Lines of a manifest made at a time."""


def check_items(evidence: Evidence, examination: Examination) -> str:
    """Hold ledger, manifest and folder against each other: the same items, under the same digests."""
    history = evidence.history
    if history is None:
        examination.undone("the ledger cannot be read")
        return ""
    items = history.contents.items
    if evidence.kind == "bundle":
        _check_manifest(evidence, items, examination)
    if len({path.casefold() for path in items}) != len(items):
        examination.fail(evidence.ledger, "names two items whose paths differ in case only")
    found = evidence.listing.files
    left = [path for path in items if path not in found]
    for path in left:
        if evidence.file(path) is None:
            examination.fail(path, "is missing: the ledger says that it was kept")
    # Every item lies in data/: as many files there as items that were seen leave room for no other.
    if len(found) - len(evidence.listing.beside) != len(items) - len(left):
        for path in [path for path in found if path not in items and path.startswith("data/")]:
            _stranger(evidence, examination, found[path])
    return f"{len(items)} items, {history.contents.bytes} bytes"


def _check_manifest(evidence: Evidence, items: Mapping[str, Item], examination: Examination) -> None:
    try:
        data = evidence.folder.read_once(MANIFEST, MAX_MANIFEST)
        # A good manifest has this hash. Only another one is taken apart, to say where it differs.
        wanted, paths = sha256(), sorted(items)
        for start in range(0, len(paths), _LINES):
            some = paths[start : start + _LINES]
            wanted.update("".join([f"{items[path].sha256}  {path}\n" for path in some]).encode())
        if wanted.hexdigest() != evidence.folder.digests[MANIFEST]:
            _match(manifest.parse(data), items, examination)
    except (IntegrityError, FormatError) as error:
        examination.fail(MANIFEST, str(error))


def _match(listed: Mapping[str, str], items: Mapping[str, Item], examination: Examination) -> None:
    for path, digest in listed.items():
        if path not in items:
            examination.fail(path, f"is in {MANIFEST}, and no line of the ledger says that it was kept")
        elif items[path].sha256 != digest:
            examination.fail(path, f"has one SHA-256 in {MANIFEST} and another in the ledger")
    for path in items.keys() - listed.keys():
        examination.fail(path, f"is not in {MANIFEST}: the ledger says that it was kept")


def _stranger(evidence: Evidence, examination: Examination, file: File) -> None:
    if evidence.kind == "case" and evidence.history is not None and evidence.history.contents.seal is None:
        # Bytes come before their line: a crash leaves such a file, and a running case has one for a moment.
        examination.note(
            file.path, "is in no line of the ledger: no evidence, and moved aside at the next run"
        )
        examination.undone(
            "a file in data/ is in no line of the ledger: run `forensics preserve` again, then verify"
        )
    else:
        examination.fail(file.path, "was added: no line of the ledger says that it was kept")


def check_data(evidence: Evidence, examination: Examination) -> str:
    """Hash every item, and compare with the ledger."""
    if evidence.history is None:
        examination.undone("the ledger cannot be read, so nothing says what the items should be")
        return ""
    contents, found = evidence.history.contents, evidence.listing.files
    items = contents.items
    # Of very many nearly all were hashed as they were first seen, and are as they should be.
    other = {
        path: item
        for path, item in items.items()
        if (file := found.get(path)) is None or (file.sha256, file.size) != item
    }
    known = contents.bytes - sum(item.size for item in other.values())
    files, total = [], known
    for path, item in other.items():
        file = evidence.file(path)
        if file is None:
            examination.undone("not every item is there to be hashed")
        elif file.size != item.size:
            examination.fail(path, f"has {file.size} bytes, and was kept with {item.size}")
        else:
            files.append(file)
            total += file.size
    evidence.total += total
    evidence.count(known)
    for file, digest, problem in evidence.digests(files):
        if problem:
            examination.fail(file.path, problem)
        elif digest != items[file.path].sha256:
            examination.fail(file.path, "was changed: its SHA-256 is not the one in the ledger")
    return f"{evidence.hashed(len(items) - len(other) + len(files))}, {evidence.total} bytes"


def check_derived(evidence: Evidence, examination: Examination) -> str:
    """Hash what was made for reading, and see that each has the transcript it was made from."""
    if evidence.derived is None:
        examination.undone("the tag manifest cannot be read, so nothing says what these files should be")
        return ""
    files = []
    for path in sorted(evidence.listing.files.keys() & evidence.derived.keys()):
        file = evidence.listing.files[path]
        source = evidence.listing.files.get(
            f"data/{path.removeprefix('derived/').removesuffix('.json')}.jsonl"
        )
        if source is None or not path.endswith(".json"):
            examination.fail(path, "is derived from nothing: data/ has no such transcript")
        elif file.size > bag.most_derived(source.size):
            examination.fail(
                path, f"has {file.size} bytes, which cannot come of a transcript of {source.size}"
            )
        else:
            files.append(file)
    evidence.total += sum(file.size for file in files)
    for file, digest, problem in evidence.digests(files):
        if problem or digest != evidence.derived[file.path]:
            examination.fail(
                file.path, problem or "was changed: its SHA-256 is not the one in tagmanifest-sha256.txt"
            )
    return f"{evidence.hashed(len(files))}, made for reading"

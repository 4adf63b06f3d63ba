"""What a chain of custody is about, as a custody form has it: case, item, quantity, description."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from forensics.errors import IntegrityError, UsageError
from forensics.formats.entry import Entry
from forensics.formats.statement import Subject
from forensics.reports.paper import Blank, Block, Section, Table
from forensics.verifier.custody import FOLDER, SUMS, TAGMANIFEST, Custody
from forensics.verifier.opening import Opening
from forensics.verifier.reader import open_record

_MAX_LIST = 2**28
_MAX_ACCOUNTS = 20
_BY_HAND = ("case number", "description and quantity of what is handed over", "from whom, where and when")
"""What is filled in where the bundle is not at hand."""


@dataclass(slots=True)
class Exhibit:
    """What a bundle says of itself. The texts are as they were typed: for `clean()`."""

    opening: Opening
    accounts: dict[str, None] = field(default_factory=dict)
    sealed: str = ""
    items: int = 0
    size: int = 0

    def take(self, one: Entry) -> None:
        """Take one entry into account."""
        if one.type == "run.start":
            self.accounts[str(one.body.get("account", ""))] = None
        elif one.type == "bundle.seal":
            self.sealed, self.items, self.size = one.time, int(one.body["items"]), int(one.body["bytes"])

    @property
    def source(self) -> str:
        """Name the accounts that it is from, not all where they are very many."""
        named = [f"AWS account {one}" for one in list(self.accounts)[:_MAX_ACCOUNTS]]
        left = len(self.accounts) - len(named)
        return ", ".join([*named, f"{left} more"] if left else named)


def read(path: Path, digests: Collection[str]) -> Exhibit | None:
    """Read the bundle beside records; None where there is none, or not the one that they are about."""
    bundle = path.with_name(path.name.removesuffix(FOLDER))
    try:
        opened = open_record(bundle)
        listed = opened.folder.read_once(TAGMANIFEST, _MAX_LIST)
        found = Exhibit(opened.opening)
        for one in opened.entries():
            found.take(one)
    except (IntegrityError, UsageError, KeyError, TypeError, ValueError):
        return None  # what is wrong with it, its own checks tell
    return found if hashlib.sha256(listed).hexdigest() in digests else None


def sections(custody: Custody) -> Iterator[Section]:
    """Yield what the form says of the case and of the items, as far as it is known."""
    subjects = custody.links[0].record.subjects if custody.links else ()
    exhibit = read(Path(custody.path), {one.sha256 for one in subjects})
    case: list[Block] = [Table(tuple(_case(exhibit)))] if exhibit else [Blank(_BY_HAND)]
    yield Section("Case", tuple(case))
    rows = tuple((str(number), *_item(one, exhibit)) for number, one in enumerate(subjects, 1))
    yield Section("Items", (Table(rows, ("item", "quantity", "description", "SHA-256")),))


def _case(exhibit: Exhibit) -> Iterator[tuple[str, str]]:
    opening = exhibit.opening
    rows = (
        ("case number", opening.case),
        ("reference", opening.reference),
        ("taken from", exhibit.source),
        ("taken by", opening.examiner),
        ("by authority of", opening.authority),
        ("begun (UTC)", opening.time),
        ("sealed (UTC)", exhibit.sealed),
        ("its log", opening.origin),
    )
    return (row for row in rows if row[1])


def _item(one: Subject, exhibit: Exhibit | None) -> tuple[str, str, str]:
    """Return quantity, description and digest of what a record is about."""
    if one.name == SUMS:
        return "1 file", "list of the encrypted parts with their SHA-256", one.sha256
    if one.name.endswith(".tar.age"):
        return "1 file", f"encrypted part {one.name}", one.sha256
    if exhibit is None:
        return "", f"bundle {one.name} (the digest is of its tag manifest)", one.sha256
    quantity = f"{exhibit.items} files, {exhibit.size} bytes"
    what = (
        f"sealed bundle {one.name}, kept from {exhibit.source or 'AWS'} (the digest is of its tag manifest)"
    )
    return quantity, what, one.sha256

"""
take_notice(): what somebody told us of the breach goes into the case, byte for byte, before AWS is asked.

It is kept before it is read. What it names is an entry of the ledger; reading it again may find more one day,
and the bytes are there for that.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from forensics import record
from forensics.custody import disk
from forensics.errors import UsageError
from forensics.formats import entry, manifest, strict
from forensics.intake import leads, mail, notice
from forensics.intake.mentions import MOST
from forensics.intake.notice import Notice
from forensics.model import GLOBAL, Evidence, Kind, Source
from forensics.plain import plain

if TYPE_CHECKING:
    from forensics.custody.case import Case
    from forensics.custody.store import Draft

LONGEST = 2**30
"""Bytes of a notice, at most."""
FOLDER = "intake"
SOURCE = Source("", GLOBAL, "intake", "Notice")
"""No source of AWS's: the account is not known yet."""

_BODY = 48_000
"""Bytes of what an entry says of a notice, at most."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A notice that the case holds."""

    name: str
    path: str
    """Where it is in the case."""
    again: bool
    """Whether the case held it already."""
    found: dict[str, tuple[str, ...]]
    """What it names, by kind, empty where the case held it already."""


def check_notices(paths: Iterable[Path]) -> None:
    """Raise `UsageError` for what cannot be taken, before a case is made for it."""
    for path in paths:
        with _opened(path):
            pass


def take_notice(
    case: Case, path: Path, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Taken:
    """
    Keep a notice in the case, and write into the ledger what it names.

    One that the case holds, by its hash, is not taken again. Raises `UsageError` for a file that cannot be
    read, `CaseError` for a case that is sealed, `NoSpaceError`.
    """
    known = leads.Leads()
    for item in case.entries():
        known.take(item.type, item.body)
    draft = case.store.draft()
    try:
        begun = entry.timestamp(clock())
        head = _copy(path, draft)
        if (held := known.kept.get(draft.sha256)) is not None:
            return Taken(path.name, held, again=True, found={})
        read = notice.read(head, draft.size)
        body, about = _evidence(path, read, draft, begun), _about(path, read, draft)
        wish = f"{FOLDER}/{manifest.component(path.name)}"
        (kept,) = case.writer.keep([(draft, wish, body)], then=[(leads.TYPE, about)])
        return Taken(path.name, kept, again=False, found=read.mentions.found)
    finally:
        draft.discard()


def _copy(path: Path, draft: Draft) -> bytes:
    """Write all of it; return its beginning."""
    head = bytearray()
    with _opened(path) as file:
        while chunk := file.read(disk.CHUNK):
            if draft.size + len(chunk) > LONGEST:
                raise _too_long(path)
            draft.write(chunk)
            head += chunk[: notice.MOST_READ - len(head)]
    draft.end()
    return bytes(head)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Open a regular file that has something in it, links followed: the user named it."""
    try:
        with os.fdopen(disk.open_regular(Path(os.path.realpath(path))), "rb") as file:
            size = os.fstat(file.fileno()).st_size
            if not size:
                raise UsageError(f"the notice {path} is empty", hint="name the file that it is in")
            if size > LONGEST:
                raise _too_long(path)
            yield file
    except (OSError, disk.NotThereError) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"cannot read the notice {path}: {said.lower()}", hint="name a file") from error


def _too_long(path: Path) -> UsageError:
    return UsageError(f"the notice {path} is longer than {LONGEST} bytes", hint="keep it by other means")


def _evidence(path: Path, read: Notice, draft: Draft, begun: str) -> dict[str, Any]:
    return record.evidence_body(
        Evidence(
            source=SOURCE,
            kind=Kind.NOTICE,
            name=path.name,
            folder=FOLDER,
            key=path.name,
            draft=draft,
            first=begun,
            last=begun,
            about={"format": read.format},
            requests=0,
            sensitive=True,
        )
    )


def _about(path: Path, read: Notice, draft: Draft) -> dict[str, Any]:
    """Write the body of the `intake` entry: as much of what was found as a line holds."""
    bodies = (_body(path, read, draft, most) for most in (MOST, 50, 20, 5))
    return next(body for body in bodies if len(strict.encode(body)) <= _BODY)


def _body(path: Path, read: Notice, draft: Draft, most: int) -> dict[str, Any]:
    fewer = read.mentions.fewer(most)
    return {
        "attachments": [plain(one) for one in mail.listed(read.attachments)],
        "attachments_left_out": max(0, len(read.attachments) - mail.MOST_LISTED),
        "format": read.format,
        "found": {kind: list(names) for kind, names in fewer.found.items()},
        "found_left_out": fewer.left_out,
        "items": [],
        "name": record.name_of(path.name),
        "remark": read.remark,
        "sha256": draft.sha256,
        "size": draft.size,
    }

"""Whose signatures brought keys into a case, under which checkpoints, and which log keys signed those."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from forensics.custody import checkpoints, rotation
from forensics.formats import manifest
from forensics.keys.roster import Roster


@dataclass(frozen=True, slots=True)
class Note:
    """A checkpoint in a bundle."""

    path: str
    key: str
    """Path of the log key that signs it, in PEM."""


@dataclass(frozen=True, slots=True)
class Vow:
    """A person's signature under a checkpoint, by which a key came into the case."""

    note: Note
    who: str
    """The person's name, as one component of a path."""
    time: str
    """That of the line which brought the key in: a key that is retired since counted then."""


@dataclass(frozen=True, slots=True)
class Log:
    """What a bundle has of the log's checkpoints, as far as it is told how to check them."""

    origin: str
    newest: Note
    vows: tuple[Vow, ...]

    @classmethod
    def of(cls, root: Path, roster: Roster, size: int, times: Mapping[int, str]) -> Log:
        """Find the signatures of a case that was sealed at so many lines; `times` are of those about keys."""
        return cls(roster.origin, _note(roster, size), tuple(_vows(root, roster, times)))


def log_key(number: int) -> str:
    """Name the files of a bundle's log key, counted from 1, without their extension."""
    return f"keys/log-{number}" if number > 1 else "keys/log"


def _note(roster: Roster, size: int) -> Note:
    key = log_key(roster.terms.index(roster.term_at(size)) + 1)
    return Note(f"ledger/{checkpoints.FOLDER}/{checkpoints.name(size)}", f"{key}.pub.pem")


def _vows(root: Path, roster: Roster, times: Mapping[int, str]) -> Iterator[Vow]:
    opened = [(1, one.fingerprint) for one in roster.members if not one.by]
    seen = set()
    for line, by in (*opened, *roster.vouched()):
        size, one = rotation.first_over(root, line), roster.member(by)
        if one and (size, by) not in seen:
            seen.add((size, by))
            yield Vow(_note(roster, size), manifest.component(one.name), times[line])

"""
One record of a chain of custody: an in-toto Statement (v1) about a bundle, as canonical JSON and a line feed.

What is typed into a form by people is hostile text too: one line each, bounded, and nothing in it that could
turn or hide what stands beside it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields
from hashlib import sha256
from typing import Any

from forensics.errors import FormatError
from forensics.formats import entry, strict

TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://forensics.local/custody/v1"
MAX_BYTES = 2**20
MAX_RECORDS = 9_999
"""The number of a record is four digits of its file's name."""
MAX_SUBJECTS = 4_096
MAX_TEXT = 1_000
"""Characters of one field."""

ACTIONS = ("release", "receive", "verify", "open", "copy", "analyse", "store", "return", "destroy")
"""What can be done with evidence, as it mostly goes. `release` and `receive` make a hand-over."""
ACTS = ACTIONS[2:]
"""What its holder does with it."""

_KEYS = {"_type", "predicate", "predicateType", "subject"}
_PREDICATE = {
    "action",
    "challenge",
    "checkpoint",
    "condition",
    "from",
    "method",
    "place",
    "prev",
    "purpose",
    "seq",
    "time",
    "to",
}
TEXTS = ("place", "method", "purpose", "condition", "challenge")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
_NAME = re.compile(rf"([0-9]{{4}})-({'|'.join(ACTIONS)})\.json")
# Listed, and no category of Unicode's that grows: a record must be as good in twenty years as it is today.
_HIDDEN = frozenset({"Cc", "Cs", "Zl", "Zp"})
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def check_text(label: str, text: object) -> None:
    """Refuse what is not one line of a form: controls, line ends, marks that turn its direction."""
    if not isinstance(text, str):
        raise FormatError(f"custody: {label} is no text")
    if len(text) > MAX_TEXT:
        raise FormatError(f"custody: {label} is longer than {MAX_TEXT} characters")
    if any(unicodedata.category(one) in _HIDDEN or one in _TURNING for one in text):
        raise FormatError(f"custody: {label} is not one line of visible text")
    if text != text.strip():
        raise FormatError(f"custody: {label} begins or ends with a space")


@dataclass(frozen=True, slots=True)
class Party:
    """Who gives, or takes, or acts. Of nobody all three are empty; `key` is an SSH fingerprint, or empty."""

    name: str = ""
    org: str = ""
    key: str = ""

    def __post_init__(self) -> None:
        """Refuse what does not fit the format."""
        check_text("a name", self.name)
        check_text("an organisation", self.org)
        if not isinstance(self.key, str) or (self.key and not _FINGERPRINT.fullmatch(self.key)):
            raise FormatError("custody: a key that is no fingerprint SHA256:…")
        if not self.name and (self.org or self.key):
            raise FormatError("custody: somebody without a name")

    @property
    def label(self) -> str:
        """Name the person and the organisation; hostile text."""
        return f"{self.name}, {self.org}" if self.org else self.name

    def is_same(self, other: Party) -> bool:
        """Say whether it is the same person, by key, or by name and organisation in any letter case."""
        if self.key and self.key == other.key:
            return True
        mine, yours = ((one.name.casefold(), one.org.casefold()) for one in (self, other))
        return bool(self.name) and mine == yours


@dataclass(frozen=True, slots=True)
class Subject:
    """What is handed over: a bundle, by its bundle digest, or a file."""

    name: str
    sha256: str

    def __post_init__(self) -> None:
        """Refuse what does not fit the format."""
        check_text("the name of a subject", self.name)
        if not self.name or not isinstance(self.sha256, str) or not _DIGEST.fullmatch(self.sha256):
            raise FormatError("custody: a subject without a name or SHA-256 in lower-case hex")


@dataclass(frozen=True, slots=True)
class Head:
    """The checkpoint that the bundle ends with: entries of its ledger, and their root. Size 0: not known."""

    size: int = 0
    root: str = ""

    def __post_init__(self) -> None:
        """Refuse what does not fit the format."""
        if type(self.size) is not int or not 0 <= self.size <= strict.MAX_INTEGER:
            raise FormatError("custody: the checkpoint's size is no count")
        if not isinstance(self.root, str) or bool(self.size) != bool(_DIGEST.fullmatch(self.root)):
            raise FormatError("custody: the checkpoint's root is no SHA-256 in lower-case hex")
        if self.root and not self.size:
            raise FormatError("custody: a checkpoint of no entries")


@dataclass(frozen=True, slots=True)
class Statement:
    """
    One record. One that the format cannot hold raises `FormatError` when it is made.

    `seq` counts from 1; `prev` is the `digest` of the record before, or, of the first one, the digest of its
    first subject. `giver` is `from` in the file: whoever acts. `taker` is `to`: nobody, where nobody takes.
    """

    subjects: tuple[Subject, ...]
    seq: int
    prev: str
    action: str
    giver: Party
    taker: Party
    time: str
    place: str = ""
    method: str = ""
    purpose: str = ""
    condition: str = ""
    challenge: str = ""
    checkpoint: Head = Head()

    def __post_init__(self) -> None:
        """Refuse what does not fit the format."""
        if type(self.seq) is not int or not 0 < self.seq <= MAX_RECORDS:
            raise FormatError(f"custody: seq is not 1 to {MAX_RECORDS}")
        if not isinstance(self.prev, str) or not _DIGEST.fullmatch(self.prev):
            raise FormatError("custody: prev is not a SHA-256 in lower-case hex")
        if self.action not in ACTIONS:
            raise FormatError("custody: unknown action")
        if not 0 < len(self.subjects) <= MAX_SUBJECTS:
            raise FormatError(f"custody: not 1 to {MAX_SUBJECTS} subjects")
        if len({one.name for one in self.subjects}) != len(self.subjects):
            raise FormatError("custody: a subject is given twice")
        for label in TEXTS:
            check_text(label, getattr(self, label))
        entry.moment(self.time)
        self._check_parties()

    def _check_parties(self) -> None:
        if not self.giver.name:
            raise FormatError("custody: it does not say by whom")
        taken = self.action in {"release", "receive", "return"}
        if taken and not self.taker.name:
            raise FormatError(f"custody: a {self.action} to nobody")
        if not taken and self.taker.name:
            raise FormatError(f"custody: nobody takes at {self.action}")
        if not self.signers:
            raise FormatError("custody: it does not say by which key it is signed")
        if taken and self.giver.is_same(self.taker):
            raise FormatError("custody: the receiver is the releaser")

    @property
    def author(self) -> Party:
        """Return who wrote the record: the receiver of a receipt, else who acts."""
        return self.taker if self.action == "receive" else self.giver

    @property
    def signers(self) -> tuple[str, ...]:
        """Return the keys that the record itself says it is signed by, its author's first."""
        if not self.author.key:
            return ()
        other = self.taker.key if self.action in {"release", "return"} else ""
        return (self.author.key, other) if other else (self.author.key,)

    @property
    def name(self) -> str:
        """Return the name of its file."""
        return f"{self.seq:04d}-{self.action}.json"

    def document(self) -> dict[str, Any]:
        """Return the record as the values that it is written of."""
        predicate = {
            "action": self.action,
            "checkpoint": {"root": self.checkpoint.root, "size": self.checkpoint.size},
            "from": _party(self.giver),
            "prev": self.prev,
            "seq": self.seq,
            "time": self.time,
            "to": _party(self.taker),
            **{label: getattr(self, label) for label in TEXTS},
        }
        return {
            "_type": TYPE,
            "predicate": predicate,
            "predicateType": PREDICATE_TYPE,
            "subject": [{"digest": {"sha256": one.sha256}, "name": one.name} for one in self.subjects],
        }

    def encode(self) -> bytes:
        """Write the record, with its line feed."""
        data = strict.encode(self.document())
        if len(data) >= MAX_BYTES:
            raise FormatError(f"custody: a record longer than {MAX_BYTES} bytes")
        return data + b"\n"

    @classmethod
    def parse(cls, data: bytes) -> Statement:
        """Read a record with its line feed, refusing all but what `encode` writes."""
        if not data.endswith(b"\n"):
            raise FormatError("custody: no line feed at its end")
        document = _object(strict.decode(data[:-1], limit=MAX_BYTES - 1), _KEYS)
        if (document["_type"], document["predicateType"]) != (TYPE, PREDICATE_TYPE):
            raise FormatError("custody: no in-toto statement of our kind")
        said = _object(document["predicate"], _PREDICATE)
        head = _object(said["checkpoint"], {"root", "size"})
        return cls(
            subjects=_subjects(document["subject"]),
            seq=said["seq"],
            prev=said["prev"],
            action=_text(said["action"]),
            giver=Party(**_object(said["from"], {"key", "name", "org"})),
            taker=Party(**_object(said["to"], {"key", "name", "org"})),
            time=said["time"],
            checkpoint=Head(head["size"], head["root"]),
            **{label: said[label] for label in TEXTS},
        )


def digest(data: bytes) -> str:
    """Hash a record, line feed included, as `sha256sum` does."""
    return sha256(data).hexdigest()


def parse_name(name: str) -> tuple[int, str] | None:
    """Return number and action of a record by the name of its file, or None where it is no such name."""
    found = _NAME.fullmatch(name)
    return (int(found[1]), found[2]) if found else None


def _party(party: Party) -> dict[str, str]:
    return {field.name: getattr(party, field.name) for field in fields(party)}


def _object(value: Any, keys: set[str]) -> Mapping[str, Any]:
    if type(value) is not dict or value.keys() != keys:
        raise FormatError("custody: not an object with exactly our keys")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise FormatError("custody: unknown action")
    return value


def _subjects(value: Any) -> tuple[Subject, ...]:
    if type(value) is not list or len(value) > MAX_SUBJECTS:
        raise FormatError("custody: its subjects are no list, or too long")
    found = [_object(one, {"digest", "name"}) for one in value]
    return tuple(Subject(one["name"], _object(one["digest"], {"sha256"})["sha256"]) for one in found)

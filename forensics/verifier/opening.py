"""What the first entry of a ledger says: whose log it is, and which keys it is bound to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forensics import keys
from forensics.errors import FormatError, IdentityError
from forensics.formats import entry, manifest, note
from forensics.formats.entry import Entry
from forensics.formats.sshsig import write_string
from forensics.keys.roster import Roster

FORMAT = "forensics-ledger/1"
MAX_IDENTITIES = 16

_TEXTS = ("case", "examiner", "format", "log_vkey", "origin", "reference")
_KEYS = {*_TEXTS, "identities", "identity_made", "tool"}
_AUTHORITY = "authority"
"""A key that is there only with something to say: older cases have none."""
_IDENTITY = {"fingerprint", "name", "public"}


@dataclass(frozen=True, slots=True)
class Signer:
    """A person's key, as the case names it."""

    name: str
    public: keys.PublicKey


@dataclass(frozen=True, slots=True)
class Opening:
    """The facts of a `case.open` entry. The texts are as the examiner typed them: for `clean()`."""

    case: str
    examiner: str
    reference: str
    origin: str
    time: str
    log_vkey: str
    log: keys.PublicKey
    """Plain Ed25519; its `raw` form signs the checkpoints."""
    identities: tuple[Signer, ...]
    identity_made: bool
    """The key was made for the case, so it proves no more than the folder that it lay in."""
    authority: str = ""
    """Who ordered it, and on what grounds; empty where nobody said."""

    @classmethod
    def read(cls, first: Entry) -> Opening:
        """Read the first entry of a ledger; `FormatError` for anything but what a case opens with."""
        if first.type != "case.open":
            raise FormatError("the first entry is not case.open")
        body = first.body
        _check(body)
        name, public = note.parse_vkey(body["log_vkey"])
        if name != body["origin"]:
            raise FormatError("the log key is that of another log")
        if first.prev != entry.genesis(name):
            raise FormatError("prev is not the hash of this log's origin: the line is from another ledger")
        return cls(
            case=body["case"],
            examiner=body["examiner"],
            reference=body["reference"],
            origin=name,
            time=first.time,
            log_vkey=body["log_vkey"],
            log=_log(public),
            identities=_signers(body["identities"]),
            identity_made=body["identity_made"],
            authority=body.get(_AUTHORITY, ""),
        )

    def roster(self) -> Roster:
        """Return the keys that the case begins with."""
        people = [(one.name, one.public) for one in self.identities]
        return Roster.opened(self.origin, self.log_vkey, people)


def _check(body: Mapping[str, Any]) -> None:
    if body.keys() - {_AUTHORITY} != _KEYS:
        raise FormatError("case.open has other keys than ours")
    if not isinstance(body.get(_AUTHORITY, "-"), str) or not body.get(_AUTHORITY, "-"):
        raise FormatError("case.open names an authority that is none")
    if not all(isinstance(body[key], str) for key in _TEXTS) or body["format"] != FORMAT:
        raise FormatError("case.open is of an unknown format")
    if not isinstance(body["tool"], dict) or not isinstance(body["identity_made"], bool):
        raise FormatError("case.open does not say which tool made it")
    identities = body["identities"]
    if not isinstance(identities, list) or not 0 < len(identities) <= MAX_IDENTITIES:
        raise FormatError(f"case.open names no identity, or more than {MAX_IDENTITIES}")


def _log(public: bytes) -> keys.PublicKey:
    try:
        return keys.PublicKey(write_string(b"ssh-ed25519") + write_string(public))
    except IdentityError as error:
        raise FormatError(f"the log's key is refused: {error}") from error


def _signers(documents: Sequence[Any]) -> tuple[Signer, ...]:
    signers = tuple(map(_signer, documents))
    names = {manifest.component(signer.name).casefold() for signer in signers}
    if len(names) != len(signers):  # their signatures would lie in one file
        raise FormatError("case.open: two identities have the same name")
    return signers


def _signer(document: Any) -> Signer:
    if not isinstance(document, dict) or document.keys() != _IDENTITY:
        raise FormatError("case.open: an identity has other keys than ours")
    if not all(isinstance(value, str) for value in document.values()):
        raise FormatError("case.open: an identity is not made of texts")
    try:
        public = keys.parse_public(document["public"])
    except (FormatError, IdentityError) as error:
        raise FormatError(f"case.open: an identity's key is refused: {error}") from error
    if public.fingerprint != document["fingerprint"] or public.openssh() != document["public"]:
        raise FormatError("case.open: an identity's fingerprint is that of another key")
    return Signer(document["name"], public)

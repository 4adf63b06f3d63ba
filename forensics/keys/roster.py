"""
Whose keys speak for a case, and since when: what the entries of its ledger say, read in their order.

Lines count from 1. A log key signs the checkpoints over every length from the line that adds it up to the
one before the next is added; an identity's word counts from the first checkpoint over the line that adds it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from forensics.errors import FormatError, IdentityError
from forensics.formats import entry, manifest, note
from forensics.formats.sshsig import write_string
from forensics.keys.public import ED25519, PublicKey, parse_public

LOG, IDENTITY = "log", "identity"
MAX_KEYS = 1_000
"""Keys of either sort in one ledger."""

_SHAPES = {
    ("key.add", LOG): {"role", "vkey", "by"},
    ("key.add", IDENTITY): {"role", "public", "name", "fingerprint", "by"},
    ("key.retire", LOG): {"role", "key", "reason", "since"},
    ("key.retire", IDENTITY): {"role", "key", "reason", "since"},
}


@dataclass(frozen=True, slots=True)
class Retired:
    """That a key is to be trusted no more."""

    line: int
    since: str
    """As entries have it; it may lie before the line: a theft is found out later."""
    reason: str
    """Hostile text."""


@dataclass(slots=True)
class Member:
    """A person's key."""

    name: str
    public: PublicKey
    line: int
    by: str
    """Fingerprint of who vouches for it; empty for those that the case was opened with."""
    retired: Retired | None = None

    @property
    def fingerprint(self) -> str:
        """Name the key."""
        return self.public.fingerprint


@dataclass(slots=True)
class Term:
    """A log key, and from which length on it signs."""

    vkey: str
    public: PublicKey
    line: int
    by: str
    retired: Retired | None = None


@dataclass(slots=True)
class Roster:
    """The keys of a case, filled line by line."""

    origin: str
    members: list[Member] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)

    @classmethod
    def opened(cls, origin: str, vkey: str, people: Sequence[tuple[str, PublicKey]]) -> Roster:
        """Begin with what a `case.open` names; `FormatError` for a log key that nobody should trust."""
        roster = cls(origin, [Member(name, public, 1, "") for name, public in people])
        roster.terms.append(Term(vkey, log_public(vkey, origin), 1, ""))
        return roster

    @property
    def term(self) -> Term:
        """Return the log key that signs now."""
        return self.terms[-1]

    def term_at(self, size: int) -> Term:
        """Return the log key that signs the checkpoint over so many lines."""
        return next((term for term in reversed(self.terms) if term.line <= size), self.terms[0])

    @property
    def pending(self) -> Term | None:
        """Return a log key that was replaced and is not retired yet: as a crash leaves it, for one line."""
        former = self.terms[-2] if len(self.terms) > 1 else None
        return former if former and former.retired is None else None

    @property
    def last(self) -> int:
        """Return the last line that says something of keys."""
        keys: list[Member | Term] = [*self.members, *self.terms]
        return max(max(one.line, one.retired.line if one.retired else 0) for one in keys)

    def document(self) -> list[dict[str, Any]]:
        """Return all keys as JSON-able values, people's first; the texts are for `clean()`."""
        people = [_row(one, IDENTITY, one.fingerprint, one.name) for one in self.members]
        return [*people, *(_row(one, LOG, one.vkey, "") for one in self.terms)]

    def copy(self) -> Roster:
        """Return another one that says the same, to try something out on."""
        return Roster(self.origin, [*map(replace, self.members)], [*map(replace, self.terms)])

    def opening(self) -> Roster:
        """Return another one that says what the case was opened with, and nothing since."""
        members = [replace(one, retired=None) for one in self.members if not one.by]
        return Roster(self.origin, members, [replace(self.terms[0], retired=None)])

    def member(self, fingerprint: str) -> Member | None:
        """Find a person's key, retired or not."""
        return next((one for one in self.members if one.fingerprint == fingerprint), None)

    def active(self) -> list[Member]:
        """List the people's keys that are not retired."""
        return [one for one in self.members if one.retired is None]

    def vouched(self) -> Iterator[tuple[int, str]]:
        """Yield (line, fingerprint of who must sign the first checkpoint over it) of each key added."""
        added: list[Member | Term] = [*self.members, *self.terms]
        return ((one.line, one.by) for one in sorted(added, key=lambda one: one.line) if one.by)

    def take(self, line: int, kind: str, body: Mapping[str, Any]) -> None:
        """Take a `key.add` or a `key.retire` into account; `FormatError` for one that cannot be right."""
        role = body.get("role")
        shape = _SHAPES.get((kind, role if isinstance(role, str) else ""))
        if shape is None or body.keys() != shape or not all(isinstance(text, str) for text in body.values()):
            raise FormatError("it has other keys than ours, or a role that there is not")
        if kind == "key.retire":
            entry.moment(body["since"])
            retired = Retired(line, body["since"], body["reason"])
            (self._retire_log if role == LOG else self._retire_member)(body["key"], retired)
            return
        if len(self.terms) + len(self.members) >= MAX_KEYS:
            raise FormatError(f"with it, the case has more than {MAX_KEYS} keys")
        voucher = self.member(body["by"])
        if voucher is None or voucher.retired:
            raise FormatError(f"it adds a key by {body['by']}, which is no identity of the case then")
        (self._add_log if role == LOG else self._add_member)(line, body)

    def _add_log(self, line: int, body: Mapping[str, Any]) -> None:
        if self.pending:
            raise FormatError("it adds a third log key before the first one is retired")
        public = log_public(body["vkey"], self.origin)
        self._refuse_known(public)
        self.terms.append(Term(body["vkey"], public, line, body["by"]))

    def _add_member(self, line: int, body: Mapping[str, Any]) -> None:
        try:
            public = parse_public(body["public"])
        except (FormatError, IdentityError) as error:
            raise FormatError(f"its key is refused: {error}") from error
        if public.openssh() != body["public"] or public.fingerprint != body["fingerprint"]:
            raise FormatError("its fingerprint is that of another key")
        names = {manifest.component(one.name).casefold() for one in self.members}
        if not body["name"] or manifest.component(body["name"]).casefold() in names:
            raise FormatError("its name is empty, or that of another identity")
        self._refuse_known(public)
        self.members.append(Member(body["name"], public, line, body["by"]))

    def _refuse_known(self, public: PublicKey) -> None:
        known = {one.public.blob for one in self.members} | {one.public.blob for one in self.terms}
        if public.blob in known:
            raise FormatError("its key was the case's before: a key is added once, for one role")

    def _retire_log(self, vkey: str, retired: Retired) -> None:
        if self.pending is None or self.pending.vkey != vkey:
            raise FormatError("it retires a log key that was not replaced just before")
        self.pending.retired = retired

    def _retire_member(self, fingerprint: str, retired: Retired) -> None:
        one = self.member(fingerprint)
        if one is None or one.retired:
            raise FormatError("it retires a key that is none of the case's then")
        if len(self.active()) == 1:
            raise FormatError("it retires the only identity that the case has left")
        one.retired = retired


def log_public(vkey: str, origin: str) -> PublicKey:
    """Read a log's verifier key; `FormatError` for one of another log, or of small order."""
    name, raw = note.parse_vkey(vkey)
    if name != origin:
        raise FormatError("the log key is that of another log")
    try:
        return PublicKey(write_string(ED25519.encode("ascii")) + write_string(raw))
    except IdentityError as error:
        raise FormatError(f"the log's key is refused: {error}") from error


def _row(one: Member | Term, role: str, key: str, name: str) -> dict[str, Any]:
    retired = one.retired or Retired(0, "", "")
    return {
        "added_by": one.by,
        "key": key,
        "line": one.line,
        "name": name,
        "reason": retired.reason,
        "retired": retired.line,
        "role": role,
        "since": retired.since,
    }

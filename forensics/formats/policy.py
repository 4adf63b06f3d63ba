"""
A policy: whose logs, which witnesses and how many of them (C2SP tlog-policy), and what else has to be met.

The lines `log`, `witness`, `group` and `quorum` are C2SP's. The lines `ssh-witness`, `identity`, `tsas`,
`tsa` and `tsa-root` are ours: docs/format.md has them.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from types import MappingProxyType

from forensics.errors import FormatError
from forensics.formats.cosignature import parse_witness
from forensics.formats.note import parse_vkey
from forensics.formats.sshsig import write_string

MAX_BYTES = 2**20
MAX_EACH = 256
"""Lines of each kind: C2SP asks for 32 at least."""
NO_QUORUM = "none"

_CONTROL = re.compile(rb"[^\t\n\x20-\x7e\x80-\xff]")
_SPACE = re.compile(r"[ \t]+")
_COUNT = re.compile(r"[1-9][0-9]{0,3}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")


@dataclass(frozen=True, slots=True)
class Witness:
    """
    A key that countersigns: an SSH key, or the key of a C2SP cosigner with its name.

    `fingerprint` is that of the key as an SSH key, so that one key is one witness whatever it is written as.
    """

    fingerprint: str
    name: str = ""
    public: bytes = b""
    """32 bytes of Ed25519, of a cosigner only."""
    periods: tuple[tuple[str, str], ...] = ()
    """From when until when the key counts, as entries have times, empty for no bound; none: always."""

    @classmethod
    def cosigner(cls, vkey: str) -> Witness:
        """Read a verifier key of type 0x04."""
        name, public = parse_witness(vkey)
        return cls(fingerprint(public), name, public)

    @classmethod
    def ssh(cls, text: str) -> Witness:
        """Read an SSH key's fingerprint."""
        return cls(_fingerprint(text))

    def counts(self, time: str) -> bool:
        """Say whether the key counts at a time, as entries have it: to the second, as `ssh-keygen` has it."""
        at = f"{time[:19]}.000000Z"
        return not self.periods or any(start <= at and (not end or at <= end) for start, end in self.periods)

    @property
    def bounds(self) -> str:
        """Say when the key counts."""
        return " or ".join(f"from {start or 'ever'} to {end or 'ever'}" for start, end in self.periods)


@dataclass(frozen=True, slots=True)
class Group:
    """So many of these, each a witness or a group named before."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """What a checkpoint, and the case around it, must have to be believed."""

    quorum: str
    """Name of a witness or group, or `none`."""
    logs: tuple[tuple[str, bytes], ...] = ()
    """Origin and 32-byte key of each log; empty: any."""
    witnesses: Mapping[str, Witness] = field(default_factory=lambda: MappingProxyType({}))
    groups: Mapping[str, Group] = field(default_factory=lambda: MappingProxyType({}))
    """In the order of the file: each names only what stands before it."""
    identities: frozenset[str] = frozenset()
    """Fingerprints of whom the signer must be one; empty: anyone."""
    tsas: int = 0
    """Time-stamp authorities that must have dated it."""
    tsa_roots: frozenset[str] = frozenset()
    """SHA-256 of the roots (DER, hex) that they must lead to; empty: any that is trusted."""
    authorities: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    """By name, SHA-256 of the keys (SPKI) and roots (DER) that are one authority's; empty: any counts."""

    @classmethod
    def parse(cls, data: bytes) -> Policy:
        """Read a policy file; `FormatError` names the line that cannot be one."""
        if len(data) > MAX_BYTES or _CONTROL.search(data):
            raise FormatError(f"policy: longer than {MAX_BYTES} bytes, or with control characters")
        draft = _Draft()
        # Bytes above ASCII are opaque: a name is compared, and never read.
        for number, line in enumerate(data.decode("utf-8", "surrogateescape").split("\n"), 1):
            words = _SPACE.split(line.strip(" \t"))
            if words[0] and not words[0].startswith("#"):
                try:
                    draft.take(words)
                except FormatError as error:
                    raise FormatError(f"policy, line {number}: {error}") from error
        return draft.end()

    def met(self, witnesses: Collection[str]) -> bool:
        """Say whether the witnesses of these names make the quorum."""
        if self.quorum == NO_QUORUM:
            return True
        seen = set(witnesses) & self.witnesses.keys()
        for name, group in self.groups.items():
            if len(seen.intersection(group.members)) >= group.threshold:
                seen.add(name)
        return self.quorum in seen


class _Draft:
    """A policy while its lines are read."""

    def __init__(self) -> None:
        self.logs: list[tuple[str, bytes]] = []
        self.witnesses: dict[str, Witness] = {}
        self.groups: dict[str, Group] = {}
        self.identities: set[str] = set()
        self.roots: set[str] = set()
        self.authorities: dict[str, frozenset[str]] = {}
        self.tsas: int | None = None
        self.quorum = ""
        self._members: set[str] = set()

    def take(self, words: Sequence[str]) -> None:
        """Take one line in."""
        keyword, *rest = words
        lines: dict[str, tuple[Callable[[Sequence[str]], None], range]] = {
            "log": (self._log, range(1, 3)),
            "witness": (self._witness, range(2, 4)),
            "ssh-witness": (self._ssh_witness, range(2, 3)),
            "group": (self._group, range(3, MAX_EACH)),
            "quorum": (self._quorum, range(1, 2)),
            "identity": (self._identity, range(1, 2)),
            "tsas": (self._tsas, range(1, 2)),
            "tsa": (self._tsa, range(2, MAX_EACH)),
            "tsa-root": (self._root, range(1, 2)),
        }
        if keyword not in lines:
            raise FormatError(f"an unknown keyword: {keyword[:40]!a}")
        read, counts = lines[keyword]
        if len(rest) not in counts:
            raise FormatError(f"{keyword} with {len(rest)} words after it")
        read(rest)
        kinds = (self.logs, self.witnesses, self.groups, self.identities, self.roots, self.authorities)
        if max(map(len, kinds)) > MAX_EACH:
            raise FormatError(f"more than {MAX_EACH} lines of {keyword}")

    def end(self) -> Policy:
        if not self.quorum:
            raise FormatError("policy: no quorum line; `quorum none` asks for no witness")
        if (self.roots or self.authorities) and not self.tsas:
            raise FormatError("policy: names time-stamp authorities, and not how many must be met")
        if self.authorities and len(self.authorities) < (self.tsas or 0):
            raise FormatError("policy: asks for more time-stamp authorities than it names")
        return Policy(
            self.quorum,
            tuple(self.logs),
            self.witnesses,
            self.groups,
            frozenset(self.identities),
            self.tsas or 0,
            frozenset(self.roots),
            self.authorities,
        )

    def _log(self, words: Sequence[str]) -> None:
        name, public = parse_vkey(words[0])
        if any(public == known for _, known in self.logs):
            raise FormatError("this log's key was named before")
        self.logs.append((name, public))

    def _witness(self, words: Sequence[str]) -> None:
        self._know(words[0], Witness.cosigner(words[1]))

    def _ssh_witness(self, words: Sequence[str]) -> None:
        self._know(words[0], Witness.ssh(words[1]))

    def _know(self, name: str, witness: Witness) -> None:
        self._new(name)
        if any(witness.fingerprint == known.fingerprint for known in self.witnesses.values()):
            raise FormatError("this witness's key was named before: it would be counted twice")
        self.witnesses[name] = witness

    def _group(self, words: Sequence[str]) -> None:
        name, count, *members = words
        self._new(name)
        for member in members:
            self._named(member)
            if member in self._members:
                raise FormatError("a member of it is one of a group already")
            self._members.add(member)
        threshold = {"any": 1, "all": len(members)}.get(count) or _count(count)
        if threshold > len(members):
            raise FormatError(f"a group of {len(members)} cannot have {threshold}")
        self.groups[name] = Group(threshold, tuple(members))

    def _quorum(self, words: Sequence[str]) -> None:
        if self.quorum:
            raise FormatError("a second quorum")
        if words[0] != NO_QUORUM:
            self._named(words[0])
        self.quorum = words[0]

    def _identity(self, words: Sequence[str]) -> None:
        self.identities.add(_fingerprint(words[0]))

    def _tsas(self, words: Sequence[str]) -> None:
        if self.tsas is not None:
            raise FormatError("a second count of time-stamp authorities")
        self.tsas = _count(words[0])

    def _root(self, words: Sequence[str]) -> None:
        self.roots.add(_digest(words[0]))

    def _tsa(self, words: Sequence[str]) -> None:
        name, digests = words[0], frozenset(map(_digest, words[1:]))
        if name in self.authorities:
            raise FormatError("its name is taken")
        if len(digests) < len(words) - 1 or any(map(digests.intersection, self.authorities.values())):
            raise FormatError("a key or root of it was named before: it would be counted twice")
        self.authorities[name] = digests

    def _new(self, name: str) -> None:
        if name == NO_QUORUM or name in self.witnesses or name in self.groups:
            raise FormatError("its name is taken")

    def _named(self, name: str) -> None:
        if name not in self.witnesses and name not in self.groups:
            raise FormatError("it names what is no witness or group of a line before it")


def fingerprint(public: bytes) -> str:
    """Name a 32-byte Ed25519 key as OpenSSH would."""
    blob = write_string(b"ssh-ed25519") + write_string(public)
    return f"SHA256:{base64.b64encode(sha256(blob).digest()).decode('ascii').rstrip('=')}"


def _count(text: str) -> int:
    if not _COUNT.fullmatch(text):
        raise FormatError("a count that is not a number from 1 to 9999")
    return int(text)


def _digest(text: str) -> str:
    if not _DIGEST.fullmatch(text):
        raise FormatError("a root or key is named by 64 lower-case hex digits")
    return text


def _fingerprint(text: str) -> str:
    if not _FINGERPRINT.fullmatch(text):
        raise FormatError("a key is named as ssh-keygen -l does: SHA256: and 43 characters")
    return text

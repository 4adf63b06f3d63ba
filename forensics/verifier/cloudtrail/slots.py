"""The places of digests, and what was found there: the original, a copy, something else, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from forensics.verifier.cloudtrail import inflate
from forensics.verifier.cloudtrail.asked import Asked
from forensics.verifier.cloudtrail.digest import Digest, Malformed, Previous, Problem, authenticate, parse
from forensics.verifier.cloudtrail.inflate import Spoilt
from forensics.verifier.cloudtrail.kept import Object, Where
from forensics.verifier.cloudtrail.names import DigestName
from forensics.verifier.cloudtrail.outcome import KINDS, Chain, Count
from forensics.verifier.file import File, Unreadable

Find = Callable[[str], File | None]
"""Gives the file at a path of the record, if it is there and a plain one."""


@dataclass(slots=True)
class Slot:
    """One place of a digest, and every version that is kept of what lay there."""

    name: DigestName
    where: Where
    here: list[Digest] = field(default_factory=list)
    """In place, or put here from elsewhere."""
    away: list[Digest] = field(default_factory=list)
    """Belong here, and lay elsewhere."""
    broken: list[tuple[Object, Problem]] = field(default_factory=list)
    """No digests at all."""

    @property
    def url(self) -> str:
        """Say where it is."""
        return f"s3://{'/'.join(self.where)}"

    @property
    def best(self) -> Digest | None:
        """Return what AWS put here, wherever it lay when it was kept; the current version if it is that."""
        own = [digest for digest in self.here if not digest.moved and digest.authentic]
        own.sort(key=lambda digest: (digest.signed, digest.object.latest), reverse=True)
        return next(iter(own + [digest for digest in self.away if digest.authentic]), None)

    @property
    def empty(self) -> bool:
        """Say whether nothing lay here."""
        return not self.here and not self.broken


Slots = dict[Where, Slot]


def read(root: str, find: Find, objects: Iterable[tuple[DigestName, Object]], asked: Asked) -> Slots:
    """Read digests, check each one's signature, and lay each in its place."""
    slots: Slots = {}
    for name, one in objects:
        slot = slots.setdefault((one.bucket, one.key), Slot(name, (one.bucket, one.key)))
        found = open_digest(root, find, one)
        if isinstance(found, Problem):
            slot.broken.append((one, found))
            continue
        authenticate(found, asked)
        slot.here.append(found)
        if found.moved:
            slots.setdefault(found.where, Slot(found.name, found.where)).away.append(found)
    return slots


def open_digest(root: str, find: Find, one: Object) -> Digest | Problem:
    """Read one digest, or say why it is none."""
    file = find(one.path)
    if file is None:
        return Problem("unreadable", "is not in the case any more")
    try:
        content, trailing = inflate.content_of(root, file)
        digest = parse(content, one)
    except Unreadable as error:
        return Problem("unreadable", str(error))
    except (Spoilt, Malformed) as error:
        return Problem("digest-malformed", str(error))
    if trailing:
        digest.fail("digest-trailing-bytes", "has bytes after the end of its gzip member")
    return digest


def vouch(slots: Slots) -> None:
    """Take for authentic what a digest of AWS's vouches for: it has the hash of the one before it."""
    named: dict[Where, Previous] = {}
    for slot in sorted(slots.values(), key=lambda slot: slot.name.end, reverse=True):
        previous = named.get(slot.where)
        for digest in slot.here + slot.away:
            if previous and not digest.authentic and digest.sha256 == previous.sha256:
                digest.authentic = True
                digest.fail("digest-vouched", "is vouched for by the digest after it, which AWS signed")
        if (best := slot.best) and best.previous:
            named[best.previous.where] = best.previous


def tell(slot: Slot, chain: Chain, count: Count) -> None:
    """Count a place, and say what is wrong with what lay there."""
    if slot.empty:  # what belongs here is told of where it lay
        return
    best = slot.best  # sorts: once, and not for each of ten thousand versions
    own = next((digest for digest in slot.here if digest is best), None)
    problems = own.problems if own else _problems(slot)
    good = own is not None and not any(KINDS[problem.kind] for problem in problems)
    count.valid += good
    count.invalid += not good
    for kind, message in problems:
        chain.find(kind, slot.url, message)
    if own and not own.object.latest:
        others = [one.object for one in slot.here] + [one for one, _ in slot.broken]
        _gone(slot, chain, any(one.latest for one in others))


def _gone(slot: Slot, chain: Chain, overwritten: bool) -> None:  # noqa: FBT001 - of this file alone
    if overwritten:
        chain.find("digest-overwritten", slot.url, "was overwritten; the bucket kept the original")
    else:
        chain.find("digest-deleted", slot.url, "was deleted; the bucket kept the original")


def _problems(slot: Slot) -> list[Problem]:
    """Return what is wrong with the version that the bucket gives, or else with another one."""
    found = [(one.object.latest, one.problems) for one in slot.here]
    found += [(one.latest, [problem]) for one, problem in slot.broken]
    return max(found, key=lambda pair: pair[0])[1]

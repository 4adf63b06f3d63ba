"""What whoever verifies demands beside the identity: trust that comes from outside of what is verified."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from forensics.formats.policy import Policy, Witness


@dataclass(frozen=True, slots=True)
class Demands:
    """
    What must be met, else the verdict is at best "intact, but": exit code 3.

    Nothing demanded, nothing asked: an undated bundle is as intact as it was.
    """

    tsa_roots: tuple[bytes, ...] = ()
    """Roots of time-stamp authorities, as PEM, one or more certificates each: dated by one of them."""

    heads: tuple[bytes, ...] = ()
    """Checkpoints that were had from outside: what is verified must have been so, and be no older."""
    witnesses: tuple[Witness, ...] = ()
    """Keys of which each must have countersigned."""
    policy: Policy | None = None
    """How many witnesses and time stamps, and whose."""


NONE = Demands()


@dataclass(frozen=True, slots=True)
class Dated:
    """A time stamp that holds, for whoever counts them. `stamps` finds them, `policy` counts."""

    tsa: str
    """SHA-256 of the key that signed it, in hex."""
    root: str
    """SHA-256 of the root that it leads to, DER, in hex."""
    lines: int
    """Lines of the ledger that it dates: its checkpoint's; all, where it is over the seal's signature."""
    time: str
    """genTime, as entries have it."""
    signature: bool = False
    """It is over the seal's signature, so that was made before."""
    name: str = ""
    """The organization in the signer's certificate, as `tokens.Vouched` has it; empty: it names none."""


def authorities(stamps: Iterable[Dated]) -> int:
    """
    Count who stamped, not the stamps: what have a key, a root or an organization in common are one.

    An authority is still itself with a new key, certificate or root, and whoever holds a root can stamp as
    anybody under it. So two that are apart may be taken for one: a policy can name them (`named`).
    """
    groups: list[set[tuple[str, str]]] = []
    for stamp in stamps:
        marks = {("key", stamp.tsa), ("root", stamp.root), ("name", stamp.name)} - {("name", "")}
        same = [group for group in groups if not marks.isdisjoint(group)]
        groups = [group for group in groups if marks.isdisjoint(group)]
        groups.append(marks.union(*same))
    return len(groups)


def named(stamps: Iterable[Dated], names: Mapping[str, frozenset[str]]) -> int:
    """Count the authorities of a policy that stamped: each stamp is of one, by its key before its root."""
    whose = {digest: name for name, digests in names.items() for digest in digests}
    return len({whose.get(stamp.tsa) or whose.get(stamp.root) for stamp in stamps} - {None})

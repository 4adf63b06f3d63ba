"""What whoever verifies demands beside the identity: trust that comes from outside of what is verified."""

from __future__ import annotations

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
    """What tells one authority from another: two stamps of one count once."""
    root: str
    """SHA-256 of the root that it leads to, DER, in hex."""
    lines: int
    """Lines of the ledger that it dates: its checkpoint's; all, where it is over the seal's signature."""
    time: str
    """genTime, as entries have it."""
    signature: bool = False
    """It is over the seal's signature, so that was made before."""

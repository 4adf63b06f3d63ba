"""What whoever verifies demands beside the identity: trust that comes from outside of what is verified."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Demands:
    """
    What must be met, else the verdict is at best "intact, but": exit code 3.

    Nothing demanded, nothing asked: an undated bundle is as intact as it was.
    """

    tsa_roots: tuple[bytes, ...] = ()
    """Roots of time-stamp authorities, as PEM, one or more certificates each: dated by one of them."""

    def __bool__(self) -> bool:
        return self != Demands()


NONE = Demands()

"""Whom the user trusts to have signed, always or for some time, and what that makes of a signer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from forensics import keys
from forensics.formats import entry
from forensics.verifier.verdict import Examination

Trusted = keys.PublicKey | keys.AllowedSigner | str
"""A key, a key that counts for some time only, or a fingerprint `SHA256:…`."""


@dataclass(frozen=True, slots=True)
class Pins:
    """The identities that were named from outside; false where nobody named one."""

    always: frozenset[str] = frozenset()
    """Fingerprints."""
    dated: tuple[keys.AllowedSigner, ...] = ()
    """Lines of allowed signers with `valid-after` or `valid-before`."""

    @classmethod
    def of(cls, identities: Iterable[Trusted]) -> Pins:
        """Sort what the user names."""
        named = tuple(identities)
        lines = tuple(one for one in named if isinstance(one, keys.AllowedSigner))
        plain = {
            one if isinstance(one, str) else one.fingerprint
            for one in named
            if not isinstance(one, keys.AllowedSigner)
        }
        plain |= {one.key.fingerprint for one in lines if not one.dated}
        return cls(frozenset(plain), tuple(one for one in lines if one.dated))

    def __bool__(self) -> bool:
        return bool(self.always or self.dated)

    def weight(self, fingerprint: str) -> int:
        """Return 2 for a key that always counts, 1 for one that counts for some time, 0 for a stranger's."""
        if fingerprint in self.always:
            return 2
        return int(bool(self._lines(fingerprint)))

    def valid(self, fingerprint: str, time: str) -> bool:
        """Say whether a key counts at a time, as entries have it: to the second, as `ssh-keygen` has it."""
        at = entry.moment(time).replace(microsecond=0)
        return fingerprint in self.always or any(one.valid(at) for one in self._lines(fingerprint))

    def bounds(self, fingerprint: str) -> str:
        """Say when a key counts that does so for some time only."""
        return " or ".join(one.bounds for one in self._lines(fingerprint))

    def _lines(self, fingerprint: str) -> list[keys.AllowedSigner]:
        return [one for one in self.dated if one.key.fingerprint == fingerprint]

    def hold(self, examination: Examination, path: str, signer: str, times: Sequence[str]) -> None:
        """
        Hold a signature's key against them; what is wrong is a finding of `path`.

        `times` are those of time stamps over the signature that lead to a root that was named: it was there
        at the first of them, so that one counts, to the second, as `ssh-keygen -O verify-time=` has it.
        """
        weight = self.weight(signer)
        if weight == 0:
            examination.fail(path, f"signed by {signer}, not by the identity you named")
        elif weight == 1 and not times:
            examination.undone(
                f"the key {signer} that you named counts for some time only, and no time stamp over its "
                "signature, under roots that you named (--tsa-root), says when that was"
            )
        elif weight == 1 and not self.valid(signer, min(times)):
            examination.fail(
                path,
                f"signed by {signer}, stamped at {min(times)}, when that key does not count: "
                f"{self.bounds(signer)}",
            )

"""Witnesses whose keys count for some time only: whether their countersignatures were there by then."""

from __future__ import annotations

from collections.abc import Iterator

from forensics.formats.policy import Witness
from forensics.verifier.evidence import Evidence
from forensics.verifier.verdict import Examination


def check(evidence: Evidence, examination: Examination) -> str:
    """Ask of each such witness for a countersignature of all that was kept, stamped while its key counts."""
    asked = [one for one in evidence.demands.witnesses if one.periods]
    for witness in asked:
        times = list(_times(evidence, witness))
        if any(witness.counts(time) for time in times):
            continue
        if times:
            examination.undone(
                f"what {witness.fingerprint} countersigned was told of before {min(times)}, as time stamps "
                f"say, when that key does not count: {witness.bounds}"
            )
        elif witness.fingerprint in evidence.witnessed:
            examination.undone(
                f"the key {witness.fingerprint} that you named counts for some time only, and no time stamp "
                "over the line that tells of its countersignature, under roots that you named (--tsa-root), "
                "says when that was"
            )
    return f"{len(asked)} whose keys count for some time only"


def _times(evidence: Evidence, witness: Witness) -> Iterator[str]:
    """Yield by when each countersignature of the key was there: it is before the line that tells of it."""
    history = evidence.history
    told = history.contents.countersigned if history else {}
    folder = evidence.checkpoints.removesuffix("checkpoints")
    for path, size in evidence.credited.get(witness.fingerprint, ()):
        said = told.get(path.removeprefix(folder))
        stamps = [one.time for one in evidence.dated if said and one.lines >= said.line]
        if stamps and size >= evidence.needed:
            yield min(stamps)

"""The policy that whoever verifies has brought along: logs, signers, witnesses, time stamps."""

from __future__ import annotations

from forensics.formats.policy import NO_QUORUM, Policy
from forensics.verifier import witnesses
from forensics.verifier.checkpoints import notes
from forensics.verifier.demands import authorities, named
from forensics.verifier.evidence import Evidence
from forensics.verifier.verdict import Examination


def check(evidence: Evidence, examination: Examination) -> str:
    """Say what of the policy is not met; each of its lines is a demand."""
    policy = evidence.demands.policy
    if policy is None:
        return "none"
    _log(evidence, examination, policy)
    _signer(evidence, examination, policy)
    quorum = _quorum(evidence, examination, policy)
    dated = _dated(evidence, examination, policy)
    return f"met, with {quorum} witness{'es' * (quorum != 1)} and {dated} time-stamp authorities"


def _log(evidence: Evidence, examination: Examination, policy: Policy) -> None:
    """Ask that a key which the policy names has signed a checkpoint here: to be named is not enough."""
    roster = evidence.roster
    signed = {roster.term_at(size).public.raw for size, _ in notes(evidence)} if roster else set()
    if policy.logs and (roster is None or not any((roster.origin, key) in policy.logs for key in signed)):
        name = f"this log, {roster.origin}" if roster else "this log"
        examination.undone(f"{name}, is none that the policy names")


def _signer(evidence: Evidence, examination: Examination, policy: Policy) -> None:
    signer = evidence.signer
    if policy.identities and (signer is None or signer.public.fingerprint not in policy.identities):
        examination.undone("the policy names who may have signed, and the signer is not among them")


def _quorum(evidence: Evidence, examination: Examination, policy: Policy) -> int:
    reaching = witnesses.reaching(evidence)
    met = {
        name: one.fingerprint
        for name, one in policy.witnesses.items()
        if one.fingerprint in reaching and not witnesses.own(evidence, one)
    }
    if not policy.met(met):
        examination.undone(
            f"the policy's quorum {policy.quorum} is not met: of its {len(policy.witnesses)} witnesses "
            f"{len(met)} countersigned all that was kept"
        )
    return 0 if policy.quorum == NO_QUORUM else len(set(met.values()))


def _dated(evidence: Evidence, examination: Examination, policy: Policy) -> int:
    """Count authorities, not stamps: two stamps of one authority are one word."""
    stamps = [
        stamp
        for stamp in evidence.dated
        if stamp.lines >= evidence.needed and (not policy.tsa_roots or stamp.root in policy.tsa_roots)
    ]
    count = named(stamps, policy.authorities) if policy.authorities else authorities(stamps)
    if count < policy.tsas:
        examination.undone(
            f"the policy asks for {policy.tsas} time-stamp authorities, and "
            f"{count} that it trusts dated all that was kept"
        )
    return count

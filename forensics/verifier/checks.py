"""The checks, in order: cheap and decisive ones first, and every finding of each."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from forensics.errors import IntegrityError
from forensics.keys.stream import Decrypt
from forensics.verifier import (
    checkpoints,
    cloudtrail,
    disclosure,
    handed,
    hashing,
    head,
    items,
    layout,
    parts,
    periods,
    policy,
    signatures,
    stamps,
    tags,
    witnesses,
)
from forensics.verifier.crew import Crew
from forensics.verifier.demands import NONE, Demands
from forensics.verifier.evidence import Evidence
from forensics.verifier.file import Written
from forensics.verifier.history import History
from forensics.verifier.parts import Parcel
from forensics.verifier.pins import Pins, Trusted
from forensics.verifier.reader import Lines, open_ledger
from forensics.verifier.verdict import Check, Examination, Verdict
from forensics.verifier.windows import Windows

Question = Callable[[Evidence, Examination], str]
"""Looks, tells the examination what it found, and returns what it looked at."""


def check_ledger(evidence: Evidence, examination: Examination) -> str:
    """Read the ledger from its first line to its last: spelling, chain, and what it says."""
    sizes = {size for size, _ in checkpoints.notes(evidence)} | head.sizes(evidence)
    history = History(evidence.ledger, sizes, examination)
    try:
        with open_ledger(evidence.folder, evidence.ledger) as stream:
            size = evidence.folder.look(evidence.ledger).size
            history.read(Lines(stream), evidence.crew if evidence.crew.pays(size) else None)
    except IntegrityError as error:
        examination.fail(evidence.ledger, str(error))
        return ""
    evidence.history = history
    if not history.lines:
        # Not even by a crash: a case gets its name once its first line is on the disk.
        examination.fail(evidence.ledger, "has no whole line, and a case begins with one: it was cut off")
    if history.opening != evidence.opening:
        examination.fail(evidence.ledger, "was changed while it was being checked")
    if history.torn and evidence.kind == "case":
        examination.note(
            evidence.ledger, f"ends in a torn line of {history.torn} bytes, moved aside at the next run"
        )
    elif history.torn:
        examination.fail(evidence.ledger, f"ends in a torn line of {history.torn} bytes")
    return f"{history.lines} lines, the chain whole"


BUNDLE: Mapping[str, Question] = {
    "layout": layout.check,
    "ledger": check_ledger,
    "signature": signatures.check_bundle,
    "binding": signatures.check_binding,
    "checkpoints": checkpoints.check,
    "witnesses": witnesses.check,
    "stamps": stamps.check,
    "identity": signatures.check_identity,
    "items": items.check_items,
    "seal": signatures.check_seal,
    "keys": tags.check_keys,
    "bag": tags.check_bag,
    "tagmanifest": tags.check_tagmanifest,
    "data": items.check_data,
    "derived": items.check_derived,
}
"""What is asked of a bundle."""

CASE: Mapping[str, Question] = {
    "layout": layout.check,
    "ledger": check_ledger,
    "binding": signatures.check_binding,
    "case": tags.check_case,
    "checkpoints": checkpoints.check,
    "witnesses": witnesses.check,
    "stamps": stamps.check,
    "identity": signatures.check_identity,
    "custody": handed.check,
    "latest": checkpoints.check_latest,
    "items": items.check_items,
    "data": items.check_data,
}
"""What is asked of a case folder."""

DISCLOSURE: Mapping[str, Question] = {
    "layout": layout.check,
    "log": disclosure.check_log,
    "binding": disclosure.check_binding,
    "checkpoints": disclosure.check_notes,
    "proof": disclosure.check_proof,
    "file": disclosure.check_file,
    "witnesses": witnesses.check,
    "stamps": stamps.check,
    "identity": signatures.check_identity,
}
"""What is asked of a disclosure."""

DEMANDED: Mapping[str, tuple[Question, Callable[[Demands], bool]]] = {
    "head": (head.check, lambda demands: bool(demands.heads)),
    "policy": (policy.check, lambda demands: demands.policy is not None),
    "witnesses-dated": (periods.check, lambda demands: any(one.periods for one in demands.witnesses)),
}
"""What is asked at the end, and only where somebody wants to know."""


def verify(
    path: Path,
    *,
    identities: Sequence[Trusted] = (),
    demands: Demands = NONE,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    unlock: Decrypt | None = None,
    written: Iterable[Written] = (),
) -> Verdict:
    """
    Check a case folder, a bundle or its parts; what is wrong is a finding, never an exception.

    Args:
        path: the folder. `UsageError` if there is none, or one that is neither.
        identities: keys, or fingerprints `SHA256:…`, of whom the signer must be one; lines of allowed signers
            that count for some time only are judged by the time of a stamp. Without any the verdict is at
            best "intact, unpinned": a bundle's own keys prove nothing about who made it.
        demands: what else must be met; nothing, unless said.
        workers: threads or processes for hashing; as many as there are processors if None.
        progress: told now and then of bytes hashed, and of bytes in all.
        unlock: decrypts parts, so that what is in them is checked too; `IdentityError` if it opens none.
        written: for who wrote the folder in this very process: its files, hashed as they were written. What
            of `data/` and `derived/` was not changed since is compared by that, and not read again (ADR 13).

    """
    path = Path(path)
    pins = Pins.of(identities) or Pins.of(demands.policy.identities if demands.policy else ())
    if parts.is_parts(path):
        parcel = Parcel.gather(path, pins, demands, workers or hashing.processors(), progress)
        parcel.unlock = unlock
        return _verify_parts(parcel)
    with Crew(workers or hashing.processors()) as crew:
        evidence = Evidence.gather(path, pins, crew, progress, demands, written)
        tables = {"bundle": BUNDLE, "case": CASE, "disclosure": DISCLOSURE}
        checks = _all(tables[evidence.kind], evidence)
    if evidence.kind == "disclosure":
        return Verdict(evidence.kind, str(path), checks, _facts(evidence))
    trails = cloudtrail.examine(
        evidence.folder, evidence.ledger, find=evidence.file, workers=workers or hashing.processors()
    )
    return Verdict(evidence.kind, str(path), checks, _facts(evidence), trails, evidence.windows)


def _verify_parts(parcel: Parcel) -> Verdict:
    checks = tuple(parts.examine(parcel))
    facts, windows = parcel.facts(), Windows()
    if parcel.vault is not None:
        with Crew(parcel.workers) as crew:
            evidence = parts.inside(parcel, parcel.vault, crew)
            # Last: whose case it is, and who was added to it, the ledger says.
            checks += (*_all(BUNDLE, evidence), _ask("origin", partial(_ask_origin, parcel), evidence))
        facts, windows = {**facts, **_facts(evidence)}, evidence.windows
    return Verdict("parts", str(parcel.folder.path), checks, facts, windows=windows)


def _ask_origin(parcel: Parcel, evidence: Evidence, examination: Examination) -> str:
    return parts.check_origin(parcel.signer, evidence.roster, examination)


def _all(table: Mapping[str, Question], evidence: Evidence) -> tuple[Check, ...]:
    wanted = {name: ask for name, (ask, wants) in DEMANDED.items() if wants(evidence.demands)}
    return tuple(_ask(name, question, evidence) for name, question in {**table, **wanted}.items())


def _ask(name: str, question: Question, evidence: Evidence) -> Check:
    examination = Examination(name)
    detail = question(evidence, examination)
    return examination.end(detail)


def _facts(evidence: Evidence) -> dict[str, Any]:
    opening, history, signer = evidence.opening, evidence.history, evidence.signer
    facts: dict[str, Any] = {}
    if evidence.entry and evidence.proved:
        facts |= {"checkpoint": evidence.proved.size, "entry": evidence.entry.seq}
        facts |= {"kept": evidence.entry.time, "path": evidence.entry.body.get("path", "")}
    if opening and evidence.kind == "disclosure":
        facts["origin"] = opening.origin
    elif opening:
        facts |= {"case": opening.case, "created": opening.time, "examiner": opening.examiner}
        facts |= {"authority": opening.authority} if opening.authority else {}
        facts |= {
            "identity_made": opening.identity_made,
            "origin": opening.origin,
            "reference": opening.reference,
        }
    if history:
        facts |= {
            "bytes": history.contents.bytes,
            "entries": history.lines,
            "items": len(history.contents.items),
        }
        facts["sealed"] = history.contents.seal is not None
    if signer:
        facts |= {
            "fingerprint": signer.public.fingerprint,
            "signer": f"{signer.name} {signer.public.fingerprint}",
        }
    if evidence.tagmanifest is not None:
        facts["digest"] = hashlib.sha256(evidence.tagmanifest).hexdigest()
    return facts

"""Records of custody that were taken into a case: as the ledger has them, which is then their witness."""

from __future__ import annotations

from forensics.errors import IntegrityError
from forensics.formats import statement
from forensics.verifier.evidence import Evidence
from forensics.verifier.verdict import Examination

FOLDER = "custody"


def check(evidence: Evidence, examination: Examination) -> str:
    """Hold each file in `custody/` against the entry that tells of it."""
    told = evidence.history.contents.handed if evidence.history else {}
    for path, digest in told.items():
        try:
            found = statement.digest(evidence.folder.read_once(path, statement.MAX_BYTES))
        except IntegrityError as error:
            examination.fail(path, str(error))
            continue
        if found != digest:
            examination.fail(path, "is not what was taken in: its SHA-256 is not the one in the ledger")
    for file in evidence.listing.within(FOLDER):
        if file.path not in told:
            examination.note(file.path, "is in no entry of the ledger, as a crash leaves it")
    return f"{len(told)} records of hand-overs and signatures of them" if told else "none was taken in"

"""Signatures over records of custody, and the time stamps over those signatures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from forensics import keys
from forensics.errors import FormatError, IntegrityError, UsageError
from forensics.formats import anchor
from forensics.verifier import tokens
from forensics.verifier.folder import Folder
from forensics.verifier.tokens import NotVouchedError, Roots, UnreadableError
from forensics.verifier.verdict import Examination

MAX_SIGNATURE = 32_768


def roots(pems: Sequence[bytes]) -> Roots | None:
    """Load what stamps must lead to; None where nobody asks for that."""
    if not pems:
        return None
    try:
        return Roots.load(pems)
    except FormatError as error:
        raise UsageError(str(error)) from error


@dataclass(slots=True)
class Endorsements:
    """What lies beside records, each file held against the record that it is named after."""

    folder: Folder
    found: Examination
    roots: Roots | None
    signed: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """By the name of a record: (file, key) of each signature that holds."""
    dated: dict[str, list[str]] = field(default_factory=dict)
    """By the name of a record: what stamps say."""
    proven: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """By the name of a record and a key: what stamps under the roots say of when its signature was there."""

    def read(self, names: Sequence[str], records: Mapping[str, bytes]) -> None:
        """Look at all files that are no records."""
        for name in names:
            record = f"{name.partition('.json')[0]}.json"
            if name == record:
                continue
            if record not in records or not name.endswith((".sig", ".tsr")):
                self._stray(name)
            elif name.endswith(".sig"):
                self._signature(name, record, records[record])
            else:
                self._stamp(name, record, names)

    def _stray(self, name: str) -> None:
        if name.endswith((".sig", ".tsr")):
            self.found.fail(name, "lies beside no record that can be read: one is missing")
        else:
            self.found.note(name, "is no record, no signature of one and no time stamp")

    def _signature(self, name: str, record: str, data: bytes) -> None:
        try:
            signature = self.folder.read(name, MAX_SIGNATURE)
            key = keys.verify_signature(signature, data, keys.CUSTODY).fingerprint
        except (FormatError, IntegrityError) as error:
            self.found.fail(name, str(error))
            return
        self.signed.setdefault(record, []).append((name, key))

    def _stamp(self, name: str, record: str, names: Sequence[str]) -> None:
        signatures = [file for file in names if file.endswith(".sig") and name.startswith(f"{file}.")]
        over = max(signatures, key=len, default="")
        if not over:
            self.found.fail(name, "lies beside no signature: it is missing")
            return
        try:
            raw = self.folder.read_once(name, anchor.MAX_BYTES)
            signature = self.folder.read(over, MAX_SIGNATURE)
            if not tokens.installed():
                self.found.note(name, "was not looked at: rfc3161-client is not installed")
                return
            token = tokens.read(raw, signature)
            if self.roots is not None:
                self.roots.vouch(token, signature)
        except (FormatError, IntegrityError) as error:
            self.found.fail(name, str(error))
        except UnreadableError as error:
            self.found.note(name, f"cannot be read as a time stamp: {error}")
            self.found.undone(f"{name} cannot be read, and nothing tells whether it was changed")
        except NotVouchedError as error:
            self.found.note(name, f"leads to no root that you named: {error}")
        else:
            self.dated.setdefault(record, []).append(token.time)
            for key in (key for file, key in self.signed.get(record, ()) if file == over and self.roots):
                self.proven.setdefault((record, key), []).append(token.time)

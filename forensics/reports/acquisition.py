"""The facts of an acquisition, read from the ledger: what every paper about a case is made of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forensics.errors import IntegrityError
from forensics.formats.entry import Entry
from forensics.reports.coverage import CoverageReport, coverage
from forensics.verifier.checks import verify
from forensics.verifier.custody import Custody, chain_of_custody, custody_folder
from forensics.verifier.demands import Demands
from forensics.verifier.pins import Trusted
from forensics.verifier.reader import Record, open_record
from forensics.verifier.verdict import Verdict

TAGMANIFEST = "tagmanifest-sha256.txt"
MAX_MUTATIONS = 100_000
"""Calls that changed AWS, of one case. They are held in memory."""

_MAX_LIST = 2**28
_TOOL = ("name", "version", "sha256", "python", "platform", "boto3", "botocore", "cryptography")


@dataclass(slots=True)
class Mutation:
    """A call that changed AWS: announced in the ledger before it was made."""

    time: str
    operation: str
    region: str
    about: str
    op: str
    outcome: str = "nobody knows: no answer is on record"
    request_id: str = ""
    before: str = ""
    """The value that it changed, as JSON; empty where it made something new."""


@dataclass(slots=True)
class Acquisition:
    """What the ledger says of how the evidence was had. All texts may be hostile."""

    report: CoverageReport
    verdict: Verdict
    digest: str = ""
    """The bundle digest; empty for a case that is not sealed."""
    tools: dict[tuple[tuple[str, str], ...], str] = field(default_factory=dict)
    """Each program that wrote to the case, as its facts, and when it began."""
    mutations: dict[str, Mutation] = field(default_factory=dict)
    """By the id that is in AWS as a tag."""
    sealed: str = ""
    """When."""
    manifest: str = ""
    """SHA-256 of `manifest-sha256.txt`, which names every item."""
    signers: tuple[str, ...] = ()
    anchors: int = 0
    """Entries that tell of a stamp, a countersignature or a locked object."""
    custody: tuple[Custody, ...] = ()

    def take(self, entry: Entry) -> None:
        """Take one entry into account."""
        body = entry.body
        match entry.type:
            case "case.open" | "run.start":
                self._tool(entry.time, body.get("tool"))
            case "op.start" if len(self.mutations) < MAX_MUTATIONS:
                self.mutations[body["op"]] = Mutation(
                    entry.time,
                    f"{body['service']}:{body['operation']}",
                    body["region"],
                    body["about"],
                    body["op"],
                    before=_before(body.get("detail", {})),
                )
            case "op.end" if body["op"] in self.mutations:
                made = self.mutations[body["op"]]
                said = f"{body['outcome']} {body.get('code', '')}".strip()
                made.outcome, made.request_id = said, str(body.get("request_id", ""))
            case "bundle.seal":
                self.sealed, self.manifest = entry.time, str(body["manifest_sha256"])
                self.signers = tuple(f"{one['name']} {one['fingerprint']}" for one in body["signers"])
            case "bundle.sealed" if not self.digest:
                self.digest = str(body["digest"])
        self.anchors += entry.type.startswith("anchor.")

    def _tool(self, time: str, tool: object) -> None:
        if isinstance(tool, Mapping):
            self.tools.setdefault(tuple((name, str(tool[name])) for name in _TOOL if name in tool), time)


def acquisition(
    path: Path, *, identities: tuple[Trusted, ...] = (), tsa_roots: tuple[bytes, ...] = ()
) -> Acquisition:
    """
    Read a case or a bundle, and verify it.

    Raises `UsageError` where there is none, `IntegrityError` for one that is not intact: no paper is to be
    written about that.
    """
    verdict = verify(path, identities=identities, demands=Demands(tsa_roots=tsa_roots))
    if verdict.exit_code == IntegrityError.exit_code:
        raise IntegrityError(
            verdict.sentence, hint="no paper is written about it: `forensics verify` lists all"
        )
    found = Acquisition(coverage(path), verdict)
    opened = open_record(path)
    for entry in opened.entries():
        try:
            found.take(entry)
        except (KeyError, TypeError) as error:
            raise IntegrityError(
                f"ledger: line {entry.seq + 1}: {entry.type} with a body not ours"
            ) from error
    if opened.kind == "bundle":
        found.digest = hashlib.sha256(opened.folder.read_once(TAGMANIFEST, _MAX_LIST)).hexdigest()
    found.custody = tuple(_custody(opened))
    return found


def _before(detail: Mapping[str, Any]) -> str:
    return json.dumps(detail["before"], ensure_ascii=False) if "before" in detail else ""


def _custody(opened: Record) -> list[Custody]:
    """Read the chains that lie beside a bundle, or in a case."""
    places = [custody_folder(opened.path)]
    if opened.kind == "case":
        inside = opened.path / "custody"
        places = sorted(inside.iterdir()) if inside.is_dir() else []
    return [chain_of_custody(place) for place in places if place.is_dir()]


def facts(found: Acquisition) -> tuple[tuple[str, str], ...]:
    """Return what unequivocally names the evidence, for every paper alike."""
    report, opening = found.report, found.report.opening
    rows = [
        ("case", opening.case),
        ("reference", opening.reference),
        ("authority", opening.authority),
        ("log", opening.origin),
        ("AWS account", report.account),
        ("examiner", opening.examiner),
        ("case opened (UTC)", opening.time),
        ("evidence closed (UTC)", found.sealed or "not closed yet"),
        ("kept", f"{report.items} files, {report.bytes} bytes"),
        ("SHA-256 of the list of all files", found.manifest),
        ("bundle digest (SHA-256)", found.digest or "none yet: the case is not sealed"),
        ("signed by", "; ".join(found.signers)),
    ]
    return tuple((label, text or "(not stated)") for label, text in rows)


def document(found: Acquisition) -> dict[str, Any]:
    """Return the facts as JSON-able values."""
    return {
        "custody": [chain.document() for chain in found.custody],
        "facts": dict(facts(found)),
        "mutations": len(found.mutations),
        "verdict": found.verdict.sentence,
    }

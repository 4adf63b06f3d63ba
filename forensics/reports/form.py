"""The form of a chain of custody, to print: every record, and lines to sign on by hand."""

from __future__ import annotations

from collections.abc import Iterator

from forensics.formats import statement
from forensics.formats.statement import Party
from forensics.reports import exhibit
from forensics.reports.paper import Blank, Paper, Section, Table, Text
from forensics.verifier.custody import Custody, Link

TITLES = {
    "release": "Released",
    "receive": "Received",
    "verify": "Verified",
    "open": "Opened",
    "copy": "Copied",
    "analyse": "Analysed",
    "store": "Stored",
    "return": "Returned",
    "destroy": "Destroyed",
}


def custody_form(custody: Custody) -> str:
    """Render a chain of custody as HTML; what was found wrong with it stands in it too."""
    return form(custody).html()


def form(custody: Custody) -> Paper:
    """Write the form of a chain of custody."""
    sections = [*exhibit.sections(custody), _evidence(custody), *map(_record, custody.links), _next()]
    if custody.check.findings:
        rows = tuple((str(one.severity), one.path, one.message) for one in custody.check.findings)
        sections.insert(3, Section("Findings", (Table(rows, ("weight", "file", "what")),)))
    return Paper("Chain of custody", tuple(sections))


def table(custody: Custody) -> Table:
    """List the records in short, a line each."""
    rows = tuple(
        (
            link.record.time,
            link.record.action,
            link.record.giver.label,
            link.record.taker.label,
            _signed(link),
        )
        for link in custody.links
    )
    return Table(rows, ("time (UTC)", "what", "from, or by", "to", "signed"))


def _evidence(custody: Custody) -> Section:
    rows: list[tuple[str, ...]] = [("checked", custody.sentence)]
    if custody.links:
        first = custody.links[0].record
        rows += [("entries of its ledger", str(first.checkpoint.size)), ("their root", first.checkpoint.root)]
    return Section("Evidence", (Table(tuple(rows)),))


def _record(link: Link) -> Section:
    record = link.record
    rows = [("time (UTC)", record.time), *_party("from, or by", record.giver), *_party("to", record.taker)]
    rows += [(label, getattr(record, label)) for label in statement.TEXTS if getattr(record, label)]
    rows += [("record", link.name), ("its SHA-256", link.sha256), ("signed by", _signed(link))]
    rows += [("dated", moment) for moment in link.dated]
    return Section(f"{record.seq}. {TITLES[record.action]}", (Table(tuple(rows)), _lines(record.action)))


def _party(label: str, party: Party) -> Iterator[tuple[str, str]]:
    if party.name:
        yield label, party.label
        yield "key", party.key or "(none named)"


def _signed(link: Link) -> str:
    missing = [key for key in link.wanted if key not in {by for _, by in link.signed}]
    told = [key for _, key in link.signed] + [f"NOT by {key}" for key in missing]
    return "; ".join(told) or "nobody"


def _lines(action: str) -> Blank:
    who = {"release": ("released by", "received by"), "return": ("returned by", "received by")}
    return Blank(tuple(f"{label} (name, date, signature)" for label in who.get(action, ("signature",))))


def _next() -> Section:
    text = "For a transfer that is not recorded above. Compare the SHA-256 before you sign."
    labels = ("released by (name, organisation)", "received by (name, organisation)", "date, time and zone")
    more = ("place and method", "purpose", "condition, seal", "SHA-256 compared: yes or no", "signatures")
    return Section("Next transfer", (Text(text), Blank((*labels, *more))))

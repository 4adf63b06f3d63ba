"""What may follow what in a chain of custody: the rules of whoever writes one and of whoever checks one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from forensics.errors import FormatError
from forensics.formats import statement
from forensics.formats.statement import Statement


def problems(before: Sequence[tuple[str, Statement]], record: Statement) -> Iterator[str]:
    """
    Say what cannot be right of a record after those before it, each with its digest, in order.

    Of a record that stands in a hole, no more than that is said.
    """
    if record.seq != len(before) + 1:
        yield f"is number {record.seq}, where {len(before) + 1} is due: a record is missing or was put in"
        return
    prev = before[-1][0] if before else record.subjects[0].sha256
    if record.prev != prev:
        yield "does not follow the record before it: prev is another digest"
    if before and record.subjects != before[0][1].subjects:
        yield "is about another bundle than the first record"
    if record.action == "receive":
        yield from _receipt(before, record)


def _receipt(before: Sequence[tuple[str, Statement]], record: Statement) -> Iterator[str]:
    released = open_release([one for _, one in before])
    if released is None:
        yield "is a receipt of what nobody has released"
        return
    if record.giver != released.giver:
        yield "names another releaser than the release"
    if record.challenge != released.challenge:
        yield "repeats another challenge than the release has"
    if released.taker.key and record.taker.key != released.taker.key:
        yield f"is by {record.taker.key}, and it was released to {released.taker.key}"


def open_release(records: Sequence[Statement]) -> Statement | None:
    """Return the release that has no receipt yet: the last one counts."""
    for record in reversed(records):
        if record.action == "receive":
            return None
        if record.action == "release":
            return record
    return None


def check(before: Sequence[tuple[str, Statement]], record: Statement) -> None:
    """Refuse a record that cannot follow: `FormatError` with the first reason."""
    for problem in problems(before, record):
        raise FormatError(f"{record.name} {problem}")


def chain(files: Mapping[str, bytes]) -> list[tuple[str, Statement]]:
    """Read records by the names of their files, in order, each with its digest; refuse the first bad one."""
    found: list[tuple[str, Statement]] = []
    for name, data in files.items():
        record = Statement.parse(data)
        check(found, record)
        if record.name != name:
            raise FormatError(f"{name} holds the record {record.name}")
        found.append((statement.digest(data), record))
    return found


def signers(records: Sequence[Statement]) -> dict[str, tuple[str, ...]]:
    """
    Return, by the name of each record, the keys by which it is to be signed, the author's first.

    A release is signed by the receiver too: by the key that it names, or that its receipt names. One that was
    released again, before anybody received it, is signed by nobody else any more.
    """
    wanted = {record.name: record.signers for record in records}
    released: Statement | None = None
    for record in records:
        if record.action == "receive" and released is not None:
            first = wanted[released.name][0]
            wanted[released.name] = tuple(dict.fromkeys((first, record.taker.key)))
        if record.action == "release" and released is not None:
            wanted[released.name] = wanted[released.name][:1]
        if record.action in {"receive", "release"}:
            released = record if record.action == "release" else None
    return wanted

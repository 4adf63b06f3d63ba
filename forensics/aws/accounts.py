"""Which accounts to keep, and by which role each is to be had: named one by one, or by their organization."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from forensics.aws import codes
from forensics.aws.ask import Asker, Refusal
from forensics.aws.session import Session
from forensics.errors import AwsError, CredentialsError, ForensicsError, UsageError
from forensics.model import EVERYTHING, GLOBAL, Coverage, Gap, Outcome, Record, Source
from forensics.scope import Accounts

MOST = 1_000
"""Accounts of one case. An organization may have ten times as many: those are cases of their own."""
MOST_BYTES = 2**20
"""Bytes of a list of accounts."""

_ID = re.compile(r"[0-9]{12}")
_ROLE = re.compile(r"arn:aws[a-z-]{0,20}:iam::([0-9]{12}):role/[\w+=,.@/-]{1,512}", re.ASCII)
_ROLE_NAME = re.compile(r"[\w+=,.@/-]{1,512}", re.ASCII)
_LIKE = "write 222222222222, or arn:aws:iam::222222222222:role/NAME"
_NAMED = 10
"""Bad lines of a list that are named; the others are counted."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An account that is to be kept."""

    account: str
    role: str = ""
    """ARN of the role to assume; empty for the account of the credentials themselves."""
    name: str = ""
    """As the organization calls it: hostile text."""


def load_accounts(path: Path) -> tuple[str, ...]:
    """
    Read a list of accounts: an id or the ARN of a role a line; `#` begins a comment.

    Raises `UsageError` for a file that is none, naming the number of each bad line.
    """
    try:
        # Never a pipe, which would hang.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UsageError(
                    f"{path} is no list of accounts: it is not a regular file", hint="name a file"
                )
            data = file.read(MOST_BYTES + 1)
        # As an editor counts them: what else Unicode calls the end of a line does not end a comment.
        lines = data.decode("utf-8-sig").split("\n")
    except OSError as error:
        reason = (error.strerror or "no file").lower()
        raise UsageError(f"{path} cannot be read: {reason}", hint="name a file") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is no list of accounts: it is no text", hint=_LIKE) from error
    if len(data) > MOST_BYTES:
        raise UsageError(f"{path} is no list of accounts: it is longer than {MOST_BYTES} bytes", hint=_LIKE)
    found = {number: line.partition("#")[0].strip() for number, line in enumerate(lines, start=1)}
    bad = [number for number, text in found.items() if text and not _account(text)]
    if bad:
        many = ", ".join(map(str, bad[:_NAMED])) + (f" and {len(bad) - _NAMED} more" if bad[_NAMED:] else "")
        first = f"neither an account's id nor a role's ARN: {found[bad[0]][:80]!a}"
        raise UsageError(f"{path}, line {many}: {first}", hint=_LIKE)
    named = tuple(text for text in found.values() if text)
    if not named:
        raise UsageError(f"{path} names no account", hint=_LIKE)
    return named


def check_accounts(accounts: Accounts) -> None:
    """Refuse names that no account or role has, and an account that is to be had by two roles."""
    for text in accounts.named:
        if not _account(text):
            raise UsageError(f"neither an account's id nor a role's ARN: {text[:80]!a}", hint=_LIKE)
    if not _ROLE_NAME.fullmatch(accounts.role_name):
        raise UsageError(f"no role has such a name: {accounts.role_name[:80]!a}")
    _one_by_one(accounts.named)


def check_role(arn: str) -> None:
    """Refuse what is no role's ARN."""
    if not _ROLE.fullmatch(arn):
        raise UsageError(f"no ARN of a role: {arn[:120]!a}", hint=f"write {_LIKE.partition('or ')[2]}")


def _account(text: str) -> str:
    """Return the account that an id or a role's ARN names; nothing for what is neither."""
    role = _ROLE.fullmatch(text)
    if role is not None:
        return role[1]
    return text if _ID.fullmatch(text) else ""


def _one_by_one(named: Iterable[str]) -> Mapping[str, str]:
    """Return the name of each account."""
    found: dict[str, str] = {}
    for text in named:
        before = found.setdefault(_account(text), text)
        if before != text:
            raise UsageError(
                f"account {_account(text)} is named twice: as {before} and as {text}",
                hint="one role is enough, and the case has one coverage an account",
            )
    if len(found) > MOST:
        raise UsageError(
            f"{len(found)} accounts are too many for a case, which holds {MOST}", hint="make more than one"
        )
    return found


def candidates(session: Session, accounts: Accounts) -> tuple[list[Candidate], list[Record]]:
    """
    Say which accounts are to be kept, and by which roles.

    `session` is of the credentials that the roles are assumed with. The second value is what was asked
    for it, and a coverage for each account that is out of scope since it is suspended. Raises `AwsError`
    where the organization cannot be listed.
    """
    identity = session.identity
    found: dict[str, Candidate] = {}
    records: list[Record] = []
    if accounts.organization:
        members, records = _organization(session)
        for member in members:
            records.extend(_suspended(member))
            if member["Status"] != _SUSPENDED:
                found[member["Id"]] = Candidate(member["Id"], name=member["Name"])
    for account, text in _one_by_one(accounts.named).items():
        role = "" if text == account else text
        found[account] = replace(found.get(account, Candidate(account)), role=role)
    _one_by_one(found)
    whole = f"arn:{identity.partition}:iam::{{}}:role/{accounts.role_name}"
    return [
        one if one.role or one.account == identity.account else replace(one, role=whole.format(one.account))
        for one in found.values()
    ], records


_SUSPENDED = "SUSPENDED"


def _organization(session: Session) -> tuple[list[dict[str, str]], list[Record]]:
    """List the accounts of an organization, with their names and states."""
    source = Source(session.identity.account, GLOBAL, "organizations", "ListAccounts")
    asker = Asker(session, source, session.clock, session.sleep, session.draw)
    members: list[Mapping[str, Any]] = []
    exchanges: list[Record] = []
    asking = asker.pages({}, lambda answer: members.extend(answer.values.get("Accounts", ())), whole=True)
    try:
        while True:
            exchanges.append(next(asking))
    except StopIteration as end:
        refusal: Refusal | None = end.value
    if refusal is not None:
        raise AwsError(
            f"the accounts of the organization cannot be listed: {refusal.code} (request "
            f"{refusal.request_id or '-'}): {' '.join(refusal.message.split())}",
            hint="use the management account, or one that organizations:ListAccounts is delegated to; "
            "or name the accounts: --accounts-from",
        )
    exchanges.append(Coverage(source, Outcome.COLLECTED, len(exchanges), len(exchanges)))
    return list(map(_member, members)), exchanges


def _member(said: Mapping[str, Any]) -> dict[str, str]:
    account = str(said.get("Id", ""))
    # It becomes a folder's name, and who serves an endpoint names it as they like.
    if not _ID.fullmatch(account):
        raise AwsError(f"this is no AWS: it has an account {account[:80]!a}", hint="check --endpoint-url")
    return {name: str(said.get(name, "")) for name in ("Id", "Name", "Status")}


def _suspended(member: Mapping[str, str]) -> Iterator[Coverage]:
    if member["Status"] == _SUSPENDED:
        yield of_account(
            member["Id"],
            Gap(
                whole(member["Id"]),
                Outcome.OUT_OF_SCOPE,
                _SUSPENDED,
                "the account is suspended: nobody can ask it anything",
                count=0,
            ),
        )


def whole(account: str) -> Source:
    """Return the source that stands for all of an account."""
    return Source(account, GLOBAL, EVERYTHING, EVERYTHING)


def of_account(account: str, gap: Gap) -> Coverage:
    """Close an account as a whole."""
    return Coverage(whole(account), gap.outcome, gaps=(gap,))


def broken(account: str, error: ForensicsError) -> Coverage:
    """Say that an account cannot be gone on with, in AWS's own words where it said any."""
    code, said = getattr(error, "code", ""), getattr(error, "said", "")
    outcome, request_id = _outcome(error, code, said), getattr(error, "request_id", "")
    gap = Gap(whole(account), outcome, code or type(error).__name__, said or str(error), request_id)
    return of_account(account, gap)


def _outcome(error: ForensicsError, code: str, said: str) -> Outcome:
    if not isinstance(error, CredentialsError):
        return Outcome.FAILED
    if not code or code in codes.UNKNOWN_KEY | codes.BAD_SIGNATURE:
        return Outcome.EXPIRED
    return codes.outcome(code, said, 0)

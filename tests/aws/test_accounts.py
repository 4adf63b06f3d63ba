"""Which accounts to keep: lists that are none, organizations that do not tell, and one that is broken."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from forensics.aws.accounts import MOST, MOST_BYTES, broken, candidates, check_accounts, load_accounts
from forensics.aws.session import Session
from forensics.errors import AwsError, CredentialsError, UsageError
from forensics.model import EVERYTHING, GLOBAL, Coverage, Exchange, Outcome
from forensics.scope import Accounts
from tests.aws.canned import Answer, Asked, caller
from tests.aws.conftest import ACCOUNT

Make = Callable[..., Any]
ROLE = "arn:aws:iam::222222222222:role/IR"


def listed(tmp_path: Path, data: bytes) -> Path:
    """Write a list."""
    path = tmp_path / "accounts.txt"
    path.write_bytes(data)
    return path


def test_a_list(tmp_path: Path) -> None:
    """Ids and roles, comments, empty lines, line ends of Windows."""
    text = f"# the harbour\r\n\r\n111111111111\r\n  {ROLE}  # the shop\r\n#333333333333"
    assert load_accounts(listed(tmp_path, text.encode())) == ("111111111111", ROLE)


@pytest.mark.parametrize("end", ["\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029", "\r"])
def test_a_comment_ends_with_its_line(tmp_path: Path, end: str) -> None:
    """What no editor shows as a new line begins none: an account behind it is still in the comment."""
    text = f"111111111111 # theirs{end}333333333333\n"
    assert load_accounts(listed(tmp_path, text.encode())) == ("111111111111",)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "names no account"),
        (b"# nothing\n\n", "names no account"),
        (b"\x89PNG\r\n\x1a\n\x00\xff", "no text"),
        (b"1" * (MOST_BYTES + 1), f"longer than {MOST_BYTES} bytes"),
        (b"222222222222\n22222222222\n", r"line 2: .*'22222222222'"),
        (b"harbour-shop\n", r"line 1: .*'harbour-shop'"),
        (b"arn:aws:iam::222222222222:user/ir\n", "line 1: "),
        (b"arn:aws:iam::2222:role/ir\n", "line 1: "),
        (b"arn:aws:sts::222222222222:assumed-role/ir/x\n", "line 1: "),
        ("٢٢٢٢٢٢٢٢٢٢٢٢\n".encode(), "line 1: "),
        (b"\x1b[2J\n", r"line 1: .*'\\x1b\[2J'"),
        (b"222222222222 333333333333\n", "line 1: "),
        (b"x\n" * 10_000, "line 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 9990 more: "),
    ],
)
def test_a_list_that_is_none(tmp_path: Path, data: bytes, said: str) -> None:
    """One line with the number of each bad one, a hint, and exit code 2."""
    with pytest.raises(UsageError, match=said) as refused:
        load_accounts(listed(tmp_path, data))
    assert refused.value.exit_code == 2
    assert "\n" not in str(refused.value)
    assert "\x1b" not in str(refused.value)
    assert refused.value.hint


def test_no_list(tmp_path: Path) -> None:
    """A file that is not there, and a folder."""
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(UsageError, match="cannot be read"):
            load_accounts(path)


def test_a_list_of_windows(tmp_path: Path) -> None:
    """A mark of the order of bytes, and line ends of two, are of the file and not of the account."""
    assert load_accounts(listed(tmp_path, b"\xef\xbb\xbf222222222222\r\n")) == ("222222222222",)


def test_a_pipe(tmp_path: Path) -> None:
    """A pipe that nobody writes to would hang, and a device has no end."""
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "zero").symlink_to("/dev/zero")
    for path in (tmp_path / "fifo", tmp_path / "zero"):
        with pytest.raises(UsageError, match="is not a regular file"):
            load_accounts(path)


@pytest.mark.parametrize(
    ("named", "said"),
    [
        (("222222222222", ROLE), f"222222222222 is named twice: as 222222222222 and as {ROLE}"),
        ((ROLE, f"{ROLE}2"), "named twice"),
        (("22",), "neither an account's id"),
        (tuple(f"{number:012d}" for number in range(10_000)), f"10000 accounts are too many .* {MOST}"),
    ],
)
def test_accounts_that_cannot_be(named: tuple[str, ...], said: str) -> None:
    """An account has one role, and a case a bounded number of accounts."""
    with pytest.raises(UsageError, match=said):
        check_accounts(Accounts(named=named))


def test_the_same_line_twice_is_one() -> None:
    """A list that was put together of two says nothing wrong."""
    check_accounts(Accounts(named=(ROLE, ROLE, "333333333333", "333333333333")))


@pytest.mark.parametrize("name", ["", "a b", "../x\n", "é", "x" * 513])
def test_no_such_role_name(name: str) -> None:
    """Before anything is asked."""
    with pytest.raises(UsageError, match="no role has such a name"):
        check_accounts(Accounts(organization=True, role_name=name))


# -- of an organization


def member(account: str, status: str = "ACTIVE") -> dict[str, str]:
    """Describe an account as Organizations does."""
    return {"Id": account, "Name": f"the {account}", "Status": status, "Email": "x@example.com"}


def page(*members: dict[str, str], token: str = "") -> Answer:
    """Answer ListAccounts."""
    body = {"Accounts": list(members), **({"NextToken": token} if token else {})}
    return Answer(json.dumps(body).encode(), headers={"Content-Type": "application/x-amz-json-1.1"})


def session_in(serve: Make, session_on: Make, *pages: Answer) -> Session:
    """Give a session of the account that manages an organization."""
    left = list(pages)

    def script(asked: Asked) -> Answer:
        return caller() if asked.operation == "GetCallerIdentity" else left.pop(0)

    session: Session = session_on(serve(script).url)
    session.identify()
    return session


def test_an_organization(serve: Make, session_on: Make) -> None:
    """Over all pages; itself without a role, one named by its own, the suspended out of scope."""
    pages = (
        page(member(ACCOUNT), member("222222222222"), token="more"),
        page(
            member("333333333333"),
            member("444444444444", "SUSPENDED"),
            member("555555555555", "PENDING_CLOSURE"),
        ),
    )
    session = session_in(serve, session_on, *pages)
    found, records = candidates(session, Accounts(organization=True, named=(ROLE,), role_name="x/Audit"))
    assert [(one.account, one.role, one.name) for one in found] == [
        (ACCOUNT, "", f"the {ACCOUNT}"),
        ("222222222222", ROLE, "the 222222222222"),
        ("333333333333", "arn:aws:iam::333333333333:role/x/Audit", "the 333333333333"),
        ("555555555555", "arn:aws:iam::555555555555:role/x/Audit", "the 555555555555"),
    ]
    assert [item.source.name for item in records if isinstance(item, Exchange)] == [
        "organizations.ListAccounts"
    ] * 2
    (asked, left_out) = [item for item in records if isinstance(item, Coverage)]
    assert (asked.outcome, asked.pages) == (Outcome.COLLECTED, 2)
    assert (left_out.source.account, left_out.outcome) == ("444444444444", Outcome.OUT_OF_SCOPE)
    assert left_out.gaps[0].code == "SUSPENDED"


def test_ids_alone_ask_nobody(serve: Make, session_on: Make) -> None:
    """Each by the role of that name; the credentials' own account as it is."""
    session = session_in(serve, session_on)
    found, records = candidates(session, Accounts(named=("222222222222", ACCOUNT)))
    assert [one.role for one in found] == ["arn:aws:iam::222222222222:role/OrganizationAccountAccessRole", ""]
    assert records == []


@pytest.mark.parametrize("code", ["AccessDeniedException", "AWSOrganizationsNotInUseException"])
def test_an_organization_that_is_not_told(serve: Make, session_on: Make, code: str) -> None:
    """AWS's code and request id, and what to do: not an organization without accounts."""
    body = json.dumps({"__type": code, "Message": "no\nway"}).encode()
    refused = Answer(body, 400, {"x-amzn-RequestId": "req-7"})
    session = session_in(serve, session_on, refused)
    with pytest.raises(AwsError, match=rf"{code} \(request req-7\): no way") as stop:
        candidates(session, Accounts(organization=True))
    assert stop.value.hint
    assert stop.value.exit_code == 1


@pytest.mark.parametrize("account", ["", "../../etc", "22222222222", "\u0662" * 12])
def test_an_account_that_is_none(serve: Make, session_on: Make, account: str) -> None:
    """It would become a folder."""
    with pytest.raises(AwsError, match="this is no AWS"):
        candidates(session_in(serve, session_on, page(member(account))), Accounts(organization=True))


# -- what is wrong with one


@pytest.mark.parametrize(
    ("error", "outcome", "code"),
    [
        (CredentialsError("x", code="AccessDenied", said="no"), Outcome.DENIED, "AccessDenied"),
        (
            CredentialsError(
                "x", code="AccessDenied", said="no: with an explicit deny in a service control policy"
            ),
            Outcome.DENIED_BY_SCP,
            "AccessDenied",
        ),
        (CredentialsError("x", code="ExpiredToken", said="no"), Outcome.EXPIRED, "ExpiredToken"),
        (CredentialsError("x", code="InvalidClientTokenId"), Outcome.EXPIRED, "InvalidClientTokenId"),
        (CredentialsError("x", code="SignatureDoesNotMatch"), Outcome.EXPIRED, "SignatureDoesNotMatch"),
        (CredentialsError("none"), Outcome.EXPIRED, "CredentialsError"),
        (AwsError("no answer"), Outcome.FAILED, "AwsError"),
    ],
)
def test_broken(error: AwsError | CredentialsError, outcome: Outcome, code: str) -> None:
    """A gap of the whole account, in AWS's own words where it said any."""
    if isinstance(error, CredentialsError):
        error.request_id = "req-9"
    coverage = broken("222222222222", error)
    (gap,) = coverage.gaps
    source = coverage.source
    assert (source.account, source.region, source.service, source.operation) == (
        "222222222222",
        GLOBAL,
        EVERYTHING,
        EVERYTHING,
    )
    assert (gap.outcome, gap.code, coverage.outcome) == (outcome, code, outcome)
    assert gap.message == (getattr(error, "said", "") or str(error))
    assert gap.request_id == ("req-9" if isinstance(error, CredentialsError) else "")

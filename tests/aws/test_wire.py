"""The bytes that AWS sent, and the little that is read of them."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from forensics.aws import codes, wire
from forensics.aws.ask import ATTEMPTS, Refusal
from forensics.aws.ask import Answer as Got
from forensics.aws.wire import SMALL
from forensics.model import Exchange
from tests.aws.canned import DATE, Answer, Canned, json_error, xml_error
from tests.aws.conftest import KEYS, REGION, drain

VPCS = b"<VpcsResponse>\n\t<requestId>r-1</requestId><vpcSet/><nextToken>t&amp;2</nextToken></VpcsResponse>"
USERS = (
    b"<ListUsersResponse><ListUsersResult><IsTruncated>false</IsTruncated><Users/></ListUsersResult>"
    b"<ResponseMetadata><RequestId>q-1</RequestId></ResponseMetadata></ListUsersResponse>"
)
TRAILS = b'{ "trailList" : [],\n "unknown": "kept too" }'

Make = Callable[..., Any]


def ask(asker: Any, parameters: Any = None, **options: Any) -> tuple[list[Exchange], Any]:
    """Ask once."""
    return drain(asker.ask(parameters or {}, **options))


@pytest.mark.parametrize(
    ("row", "body"),
    [
        ("ec2.DescribeVpcs", VPCS),
        ("iam.ListUsers", USERS),
        ("cloudtrail.DescribeTrails", TRAILS),
        ("account.GetContactInformation", b'{"ContactInformation": {}}'),
    ],
)
def test_the_body_is_kept_as_it_came(serve: Make, asker_on: Make, row: str, body: bytes) -> None:
    """Every protocol's answer is kept byte for byte, with what its head said."""
    with_server = serve([Answer(body, headers={"x-amzn-RequestId": "the-id"})])
    [exchange], answer = ask(asker_on(with_server.url, row))
    assert exchange.body == body
    assert (exchange.status, exchange.code, exchange.attempt) == (200, "", 1)
    assert (exchange.request_id, exchange.date) == ("the-id", DATE)
    assert exchange.endpoint == with_server.url
    assert exchange.sent == exchange.received == "2026-11-24T00:00:00.000000Z"
    assert isinstance(answer, Got)


@pytest.mark.parametrize(
    ("row", "error"),
    [
        ("ec2.DescribeVpcs", xml_error("UnauthorizedOperation", "no \x26amp; no", 403)),
        ("iam.ListUsers", xml_error("AccessDenied", status=403, service="iam")),
        ("cloudtrail.DescribeTrails", json_error("AccessDeniedException")),
        ("account.GetContactInformation", json_error("AccessDeniedException", status=403)),
    ],
)
def test_errors_are_kept_and_read_by_botocore(serve: Make, asker_on: Make, row: str, error: Answer) -> None:
    """An error's body is evidence too, and its code is botocore's."""
    [exchange], refusal = ask(asker_on(serve([error]).url, row))
    assert exchange.body == error.body
    assert exchange.code == refusal.code != ""
    assert refusal.outcome.value == "denied"


def test_request_id_from_the_body_where_the_head_has_none(serve: Make, asker_on: Make) -> None:
    """Errors of EC2 carry it in the body: without it nobody finds the request in the trail."""
    error = xml_error("UnauthorizedOperation", status=403)
    server = serve([Answer(error.body, 403, {"x-amzn-RequestId": ""})])
    [exchange], refusal = ask(asker_on(server.url, "ec2.DescribeVpcs"))
    assert exchange.request_id == refusal.request_id == "in-body"


def test_every_attempt_is_an_exchange(serve: Make, asker_on: Make, time: Any) -> None:
    """Throttled attempts are in the record, numbered, each with its own bytes and times."""
    throttled = xml_error("RequestLimitExceeded", status=503)
    server = serve([throttled, throttled, Answer(VPCS)])
    exchanges, answer = ask(asker_on(server.url, "ec2.DescribeVpcs"))
    assert [item.attempt for item in exchanges] == [1, 2, 3]
    assert [item.body for item in exchanges] == [throttled.body, throttled.body, VPCS]
    assert [item.code for item in exchanges] == ["RequestLimitExceeded", "RequestLimitExceeded", ""]
    assert exchanges[0].received < exchanges[1].sent < exchanges[2].sent
    assert len({item.request_id for item in exchanges}) == 3
    assert isinstance(answer, Got)
    assert time.slept[:1] == [1.0]


TORN: Sequence[tuple[str, str, Answer]] = [
    ("ec2.DescribeVpcs", codes.UNREADABLE, Answer(VPCS[:-10])),
    ("ec2.DescribeVpcs", codes.UNREADABLE, Answer(b"")),
    ("ec2.DescribeVpcs", codes.UNREADABLE, Answer(b"   ")),
    ("ec2.DescribeVpcs", codes.UNREADABLE, Answer(VPCS + b"<more/>")),
    ("ec2.DescribeVpcs", codes.UNREADABLE, Answer(b"not XML at all")),
    ("ec2.DescribeVpcs", codes.UNREADABLE, Answer(b"<html><body>Sign in to this network</body></html>")),
    ("iam.ListUsers", codes.UNREADABLE, Answer(b"<html/>")),
    (
        "ec2.DescribeVpcs",
        codes.UNREADABLE,
        Answer(VPCS.replace(b"<vpcSet/>", b"<a>")),
    ),
    ("iam.ListUsers", codes.UNREADABLE, Answer(USERS[:60])),
    ("iam.ListUsers", codes.UNREADABLE, Answer(b"<ListUsersResponse/>")),
    ("cloudtrail.DescribeTrails", codes.UNREADABLE, Answer(TRAILS[:-1])),
    ("cloudtrail.DescribeTrails", codes.UNREADABLE, Answer(b"")),
    ("cloudtrail.DescribeTrails", codes.UNREADABLE, Answer(b"[]")),
    ("cloudtrail.DescribeTrails", codes.UNREADABLE, Answer(b'"a text"')),
    ("cloudtrail.DescribeTrails", codes.UNREADABLE, Answer(b"[" * 100_000)),
    ("cloudtrail.DescribeTrails", codes.UNREADABLE, Answer(TRAILS + b"{}")),
    ("ec2.DescribeVpcs", codes.TORN, Answer(VPCS, claim=len(VPCS) + 7)),
    ("cloudtrail.DescribeTrails", codes.TORN, Answer(TRAILS[:-1], claim=len(TRAILS))),
    ("ec2.DescribeVpcs", "ConnectionClosedError", Answer(b"", reset=True)),
]


@pytest.mark.parametrize(("row", "code", "torn"), TORN)
def test_a_torn_body_is_no_answer(serve: Make, asker_on: Make, row: str, code: str, torn: Answer) -> None:
    """It is asked again, so often, and is a failure with its own code if it stays torn."""
    exchanges, refusal = ask(asker_on(serve([torn]).url, row))
    assert len(exchanges) == ATTEMPTS
    assert {item.code for item in exchanges} == {code}
    assert isinstance(refusal, Refusal)
    assert (refusal.outcome.value, refusal.code) == ("failed", code)


@pytest.mark.parametrize(("row", "torn"), [(row, torn) for row, _, torn in TORN])
def test_a_whole_body_after_a_torn_one_is_the_answer(
    serve: Make, asker_on: Make, row: str, torn: Answer
) -> None:
    """One broken answer costs one attempt, and leaves its trace."""
    whole = {"ec2": VPCS, "iam": USERS, "cloudtrail": TRAILS}[row.split(".", maxsplit=1)[0]]
    exchanges, answer = ask(asker_on(serve([torn, Answer(whole)]).url, row))
    assert [item.attempt for item in exchanges] == [1, 2]
    assert exchanges[0].code
    assert isinstance(answer, Got)


def test_a_short_body_is_torn_even_if_it_reads(serve: Make, asker_on: Make) -> None:
    """A length that the body has not is reason enough: nobody knows what is missing."""
    server = serve([Answer(TRAILS, claim=len(TRAILS) - 2)])
    exchanges, refusal = ask(asker_on(server.url, "cloudtrail.DescribeTrails"))
    assert isinstance(refusal, Refusal)
    assert len(exchanges) == ATTEMPTS


@pytest.mark.parametrize("status", [400, 403])
def test_a_torn_error_is_asked_again(serve: Make, asker_on: Make, status: int) -> None:
    """Half an error might be any error: its code is not guessed from a status."""
    error = xml_error("UnauthorizedOperation", status=status)
    half = Answer(error.body[:40], status)
    exchanges, refusal = ask(asker_on(serve([half, error]).url, "ec2.DescribeVpcs"))
    assert [item.code for item in exchanges] == [codes.UNREADABLE, "UnauthorizedOperation"]
    assert refusal.code == "UnauthorizedOperation"


def test_a_load_balancers_page_is_its_status(serve: Make, asker_on: Make) -> None:
    """HTML with a 502 is no answer of the service, and is asked again."""
    page = Answer(b"<html><body><br><hr></body>", 502)
    exchanges, refusal = ask(asker_on(serve([page]).url, "ec2.DescribeVpcs"))
    assert len(exchanges) == ATTEMPTS
    assert refusal.code == "502"
    assert exchanges[0].body == page.body


def test_no_answer_at_all_says_why(asker_on: Make) -> None:
    """Where nobody listens the record says so, and fewer attempts are made."""
    exchanges, refusal = ask(asker_on("http://127.0.0.1:1", "ec2.DescribeVpcs"))
    assert len(exchanges) == 4
    assert exchanges[0].status == 0
    assert exchanges[0].body.startswith(b"EndpointConnectionError: ")
    assert (refusal.code, refusal.sure) == ("EndpointConnectionError", True)


HOSTILE = [
    *(b"\x1b[2J", b"\x00", b"\x08\x0c", b"\xff\xfe", b"\xed\xa0\x80", b"\xef\xbf\xbf"),
    *(b"&#x1b;", b"&#x001B;", b"&#27;", b"&#0;", b"&#xD800;", b"&#xFFFE;"),
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_tag_does_not_blind_us(serve: Make, asker_on: Make, hostile: bytes) -> None:
    """Characters that XML forbids are kept as they came, and what stands around them is read."""
    tag = b"<item><key>k</key><value>" + hostile + b"</value></item>"
    vpc = b"<item><vpcId>vpc-1</vpcId><tagSet>" + tag + b"</tagSet></item>"
    body = b"<DescribeVpcsResponse><vpcSet>" + vpc + b"</vpcSet></DescribeVpcsResponse>"
    [exchange], answer = ask(asker_on(serve([Answer(body)]).url, "ec2.DescribeVpcs"))
    assert exchange.body == body
    assert answer.values["Vpcs"][0]["VpcId"] == "vpc-1"
    assert "\x1b" not in answer.values["Vpcs"][0]["Tags"][0]["Value"]


def test_json_that_is_no_utf8_is_kept_and_read(serve: Make, asker_on: Make) -> None:
    """The same for JSON."""
    body = b'{"trailList": [{"Name": "\xff\xfe"}]}'
    [exchange], answer = ask(asker_on(serve([Answer(body)]).url, "cloudtrail.DescribeTrails"))
    assert exchange.body == body
    assert answer.values["trailList"][0]["Name"] == "\ufffd\ufffd"


def _big(row: str, token: str) -> bytes:
    filling = "x" * (SMALL + 1)
    if row.startswith("ec2"):
        items = f"<vpcSet><item><vpcId>{filling}</vpcId><nextToken>decoy</nextToken></item></vpcSet>"
        return f"<R>{items}<nextToken>{token}</nextToken><requestId>r</requestId></R>".encode()
    if row.startswith("iam"):
        users = f"<Users><member><Marker>decoy</Marker><UserName>{filling}</UserName></member></Users>"
        inner = f"<IsTruncated>true</IsTruncated>{users}<Marker>{token}</Marker>"
        return f"<LResponse><ListUsersResult>{inner}</ListUsersResult></LResponse>".encode()
    keys = [{"Fingerprint": filling, "NextToken": "decoy"}]
    return json.dumps({"PublicKeyList": keys, "NextToken": token}).encode()


@pytest.mark.parametrize("row", ["ec2.DescribeVpcs", "iam.ListUsers", "cloudtrail.ListPublicKeys"])
def test_of_a_big_body_only_the_top_is_read(serve: Make, asker_on: Make, row: str) -> None:
    """The next page's token is found, the one inside an item is not, and the rest costs nothing."""
    member = "Marker" if row.startswith("iam") else "NextToken"
    body = _big(row, "a&b" if row.startswith("cloudtrail") else "a&amp;b")
    [_], lean = ask(asker_on(serve([Answer(body)]).url, row))
    [_], whole = ask(asker_on(serve([Answer(body)]).url, row), whole=True)
    assert (lean.whole, whole.whole) == (False, True)
    assert lean.values[member] == whole.values[member] == "a&b"


def test_an_answer_against_the_model_is_kept(serve: Make, asker_on: Make) -> None:
    """Well-formed, but no date where botocore wants one: evidence all the same, unless names are needed."""
    item = b"<snapshotSet><item><startTime>yesterday</startTime></item></snapshotSet>"
    server = serve([Answer(b"<DescribeSnapshotsResponse>" + item + b"</DescribeSnapshotsResponse>")])
    [exchange], answer = ask(asker_on(server.url, "ec2.DescribeSnapshots"))
    assert (exchange.code, answer.whole) == ("", False)
    _, refusal = ask(asker_on(server.url, "ec2.DescribeSnapshots"), whole=True)
    assert refusal.code == codes.UNREADABLE


def test_a_big_torn_body_is_torn(serve: Make, asker_on: Make) -> None:
    """What is not read is checked all the same."""
    body = _big("ec2.", "t")[:-3]
    exchanges, refusal = ask(asker_on(serve([Answer(body)]).url, "ec2.DescribeVpcs"))
    assert len(exchanges) == ATTEMPTS
    assert refusal.code == codes.UNREADABLE


def test_nothing_secret_is_in_an_exchange(serve: Make, asker_on: Make) -> None:
    """Neither secret, token nor signature is in what is kept."""
    server = serve([Answer(VPCS)])
    [exchange], _ = ask(asker_on(server.url, "ec2.DescribeVpcs"))
    kept = json.dumps(exchange.document())
    for secret in (KEYS["secret_key"], KEYS["token"], "Signature", "AWS4-HMAC"):
        assert secret not in kept
    assert "Authorization" in server.asked[0].headers


def test_a_body_that_is_no_text_is_kept(serve: Make, asker_on: Make) -> None:
    """Bytes that are not UTF-8 go into the transcript as base64."""
    body = b"<XResponse>\xff</XResponse>"
    [exchange], _ = ask(asker_on(serve([Answer(body)]).url, "ec2.DescribeVpcs"))
    assert base64.b64decode(exchange.document()["response"]["body_base64"]) == body


def test_requests_of_others_do_not_pass_the_tap(serve: Make, session_on: Make) -> None:
    """A client used without an asker is read as botocore does, and nothing is caught."""
    session = session_on(serve([Answer(VPCS)]).url)
    answer = session.client("ec2", REGION).describe_vpcs()
    assert answer["NextToken"] == "t&2"
    assert session.tap.reading is None


def test_threads_do_not_mix_their_answers(asker_on: Make) -> None:
    """Each thread's capture holds its own answer."""
    from concurrent.futures import ThreadPoolExecutor

    def script(asked: Any) -> Answer:
        return Answer(f"<R><nextToken>{asked.parameters['NextToken']}</nextToken></R>".encode())

    with Canned(script) as server:
        asker = asker_on(server.url, "ec2.DescribeVpcs")
        with ThreadPoolExecutor(16) as pool:
            tokens = [f"t-{number}-" for number in range(200)]
            results = list(pool.map(lambda token: ask(asker, {"NextToken": token}), tokens))
    assert [answer.values["NextToken"] for _, answer in results] == tokens
    kept = [exchanges[-1].body.decode() for exchanges, _ in results]
    assert all(token in body for token, body in zip(tokens, kept, strict=True))


def test_a_text_of_many_pieces_takes_no_longer_than_another() -> None:
    """Each reference is a piece of its own: a million of them are read in a second, not in an hour."""
    texts = wire.Texts(2)
    began = time.process_time()
    texts.parse(b"<a><b>" + b"&amp;" * 1_000_000 + b"<c>no</c>no</b><d>x&lt;y</d></a>")
    assert texts.found == {"b": "&" * 1_000_000, "d": "x<y"}
    assert time.process_time() - began < 5

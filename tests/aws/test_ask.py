"""One request until it is answered, and lists to their last page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from forensics.aws import codes
from forensics.aws.ask import ATTEMPTS, Refusal
from forensics.aws.ask import Answer as Got
from forensics.errors import CredentialsError
from forensics.model import GLOBAL, Outcome
from tests.aws.canned import Answer, Asked, Canned, caller, json_error, xml_error
from tests.aws.conftest import drain

Make = Callable[..., Any]
EMPTY = Answer(b"<XResponse><vpcSet/></XResponse>")


def ask(asker: Any, parameters: Any = None, **options: Any) -> tuple[list[Any], Any]:
    """Ask once."""
    return drain(asker.ask(parameters or {}, **options))


RETRIED = [
    xml_error("RequestLimitExceeded", status=503),
    xml_error("Throttling", status=400),
    xml_error("InternalError", status=500),
    xml_error("Unavailable", status=503),
    xml_error("RequestTimeout", status=400),
    xml_error("Anything", status=504),
    xml_error("Anything", status=429),
    Answer(b"", 500),
    Answer(b"", 503),
]


@pytest.mark.parametrize("error", RETRIED)
def test_what_passes_is_asked_again(serve: Make, asker_on: Make, time: Any, error: Answer) -> None:
    """Throttling comes as HTTP 400 too; the waits double up to twenty seconds."""
    server = serve([*[error] * 7, EMPTY])
    exchanges, answer = ask(asker_on(server.url, "ec2.DescribeVpcs"))
    assert isinstance(answer, Got)
    assert len(exchanges) == 8
    assert [delay for delay in time.slept if delay >= 1] == [1, 2, 4, 8, 10, 10, 10]


@pytest.mark.parametrize("error", RETRIED)
def test_ten_attempts_and_no_more(serve: Make, asker_on: Make, error: Answer) -> None:
    """Then it is a gap, with the code that came last."""
    server = serve([error])
    exchanges, refusal = ask(asker_on(server.url, "ec2.DescribeVpcs"))
    assert len(exchanges) == len(server.asked) == ATTEMPTS
    assert refusal.outcome in {Outcome.THROTTLED, Outcome.FAILED}


@pytest.mark.parametrize(
    "error",
    [
        xml_error("NotImplemented", status=501),
        xml_error("UnauthorizedOperation", status=403),
        xml_error("InvalidParameterValue"),
        xml_error("UnsupportedOperation"),
        xml_error("OptInRequired", status=401),
        Answer(b"", 404),
    ],
)
def test_what_does_not_pass_is_asked_once(serve: Make, asker_on: Make, error: Answer) -> None:
    """Asking again would only add events to the account's trail."""
    server = serve([error])
    exchanges, refusal = ask(asker_on(server.url, "ec2.DescribeVpcs"))
    assert len(exchanges) == 1
    assert isinstance(refusal, Refusal)
    assert refusal.sure


@pytest.mark.parametrize(
    ("error", "sure"),
    [
        (Answer(b"", reset=True), False),
        (Answer(b"", 500), False),
        (xml_error("InternalError", status=500), False),
        (xml_error("Unavailable", status=503), False),
        (Answer(b"<torn"), False),
        (xml_error("RequestLimitExceeded", status=503), True),
        (xml_error("InvalidVolume.NotFound"), True),
    ],
)
def test_one_attempt_says_whether_it_may_have_been_done(
    serve: Make, asker_on: Make, error: Answer, *, sure: bool
) -> None:
    """Where nobody knows, the caller has to find out before it asks again."""
    server = serve([error])
    exchanges, refusal = ask(asker_on(server.url, "ec2.CreateSnapshot"), {"VolumeId": "vol-1"}, attempts=1)
    assert len(exchanges) == len(server.asked) == 1
    assert refusal.sure is sure


@pytest.mark.parametrize(
    ("row", "error"),
    [
        ("ec2.DescribeVpcs", xml_error("RequestExpired")),
        ("ec2.DescribeVpcs", xml_error("ExpiredToken")),
        ("iam.ListUsers", xml_error("ExpiredToken", status=403, service="iam")),
        ("cloudtrail.DescribeTrails", json_error("ExpiredTokenException")),
        ("sts.GetCallerIdentity", xml_error("SignatureDoesNotMatch", status=403, service="sts")),
        ("sts.GetCallerIdentity", xml_error("InvalidClientTokenId", status=403, service="sts")),
    ],
)
def test_credentials_that_ended_stop_the_run(serve: Make, asker_on: Make, row: str, error: Answer) -> None:
    """It is no failure of the evidence; the exchange that said so is kept first."""
    server = serve([error])
    asking = asker_on(server.url, row).ask({})
    exchange = next(asking)
    assert exchange.body == error.body
    with pytest.raises(CredentialsError) as stop:
        next(asking)
    assert stop.value.exit_code == 5
    assert len(server.asked) == 1


REFUSED = [
    ("cloudtrail.DescribeTrails", json_error("InvalidSignatureException")),
    ("cloudtrail.DescribeTrails", json_error("MissingAuthenticationTokenException", status=403)),
    ("iam.ListUsers", xml_error("SignatureDoesNotMatch", status=403, service="iam")),
    ("ec2.DescribeVpcs", xml_error("AuthFailure", status=401)),
    ("iam.ListUsers", xml_error("InvalidClientTokenId", status=403, service="iam")),
    ("cloudtrail.DescribeTrails", json_error("UnrecognizedClientException")),
]


@pytest.mark.parametrize(("row", "error"), REFUSED)
def test_credentials_that_nobody_knows_stop_the_run(
    serve: Make, asker_on: Make, row: str, error: Answer
) -> None:
    """Who we are is asked once more, and refused as well: they are no good any more."""
    unknown = xml_error("SignatureDoesNotMatch", status=403, service="sts")
    server = serve(lambda asked: unknown if asked.operation == "GetCallerIdentity" else error)
    asking = asker_on(server.url, row).ask({})
    assert next(asking).body == error.body
    with pytest.raises(CredentialsError) as stop:
        next(asking)
    assert stop.value.exit_code == 5
    assert server.operations == [row.partition(".")[2], "GetCallerIdentity"]


@pytest.mark.parametrize(("row", "error"), REFUSED)
def test_one_operation_that_refuses_them_is_a_gap(
    serve: Make, asker_on: Make, row: str, error: Answer
) -> None:
    """They are good elsewhere: that one operation's word, however it came by it, does not end the run."""
    server = serve(lambda asked: caller() if asked.operation == "GetCallerIdentity" else error)
    exchanges, refusal = ask(asker_on(server.url, row))
    assert len(exchanges) == 1
    assert refusal.outcome in {Outcome.FAILED, Outcome.DENIED}
    assert refusal.code == exchanges[0].code
    assert server.operations == [row.partition(".")[2], "GetCallerIdentity"]


@pytest.mark.parametrize("code", ["AuthFailure", "UnrecognizedClientException", "InvalidClientTokenId"])
def test_a_key_unknown_elsewhere_is_a_region_not_opted_in(serve: Make, asker_on: Make, code: str) -> None:
    """If home still knows us, it is the region that does not."""
    known = {"GetCallerIdentity": caller()}
    server = serve(lambda asked: known.get(asked.operation) or xml_error(code, status=401))
    exchanges, refusal = ask(asker_on(server.url, "ec2.DescribeVpcs", "me-south-1"))
    assert len(exchanges) == 1
    assert refusal.outcome is Outcome.REGION_DISABLED
    assert server.operations == ["DescribeVpcs", "GetCallerIdentity"]


def test_a_key_unknown_everywhere_stops_the_run(serve: Make, asker_on: Make) -> None:
    """A key that was deactivated in mid-run must not look like a region that was never enabled."""
    unknown = xml_error("InvalidClientTokenId", status=403, service="sts")
    server = serve(
        lambda asked: (
            unknown if asked.operation == "GetCallerIdentity" else xml_error("AuthFailure", status=401)
        )
    )
    with pytest.raises(CredentialsError):
        ask(asker_on(server.url, "ec2.DescribeVpcs", "me-south-1"))


def test_no_credentials_at_all(serve: Make, asker_on: Make) -> None:
    """Nothing is sent without a signature."""
    server = serve([EMPTY])
    with pytest.raises(CredentialsError, match="no credentials"):
        ask(asker_on(server.url, "ec2.DescribeVpcs", credentials=None))
    assert server.asked == []


@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException"])
def test_what_is_asked_beforehand_ends_no_run(
    serve: Make, asker_on: Make, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    """Some services are asked first where to ask: that this is refused is a gap of the row, with its code."""
    server = serve([json_error(code, "not you", 400)])
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    exchanges, refusal = ask(asker_on(None, "timestream-write.ListDatabases"), attempts=1)
    assert server.operations == ["DescribeEndpoints"]
    assert refusal.outcome in {Outcome.DENIED, Outcome.THROTTLED}
    assert (refusal.code, refusal.message, refusal.request_id) == (code, "not you", "id-1")
    assert exchanges[0].code == code


def test_a_parameter_that_botocore_refuses_is_a_failure(serve: Make, asker_on: Make) -> None:
    """A name that the attacker made up may not be a name that can be asked about."""
    server = serve([EMPTY])
    exchanges, refusal = ask(asker_on(server.url, "iam.ListAccessKeys"), {"UserName": ""})
    assert (refusal.outcome, refusal.code) == (Outcome.FAILED, "ParamValidationError")
    assert server.asked == []
    assert len(exchanges) == 1


def test_a_service_without_region_is_asked_from_home(serve: Make, asker_on: Make) -> None:
    """`global` is no region's name."""
    server = serve([Answer(b"<XResponse><ListUsersResult><Users/></ListUsersResult></XResponse>")])
    [exchange], _ = ask(asker_on(server.url, "iam.ListUsers", GLOBAL))
    assert exchange.source.region == GLOBAL
    assert exchange.document()["request"]["region"] == GLOBAL


def test_another_operation_for_the_same_source(serve: Make, asker_on: Make) -> None:
    """A poll is in the transcript of what it polls for, under its own name."""
    server = serve([Answer(b"<XResponse><snapshotSet/></XResponse>")])
    [exchange], _ = ask(asker_on(server.url, "ec2.CreateSnapshots"), operation="DescribeSnapshots")
    assert server.operations == ["DescribeSnapshots"]
    assert exchange.source.operation == "CreateSnapshots"
    assert exchange.document()["request"]["operation"] == "DescribeSnapshots"


def test_an_interrupted_wait_ends_it(serve: Make, asker_on: Make, time: Any) -> None:
    """Between attempts nothing is caught: a stop is a stop."""
    server = serve([xml_error("Throttling")])

    def stopped(_: float) -> None:
        raise KeyboardInterrupt

    time.sleep = stopped
    with pytest.raises(KeyboardInterrupt):
        ask(asker_on(server.url, "ec2.DescribeVpcs"))
    assert len(server.asked) == 1


# -- lists


def pages(asker: Any, parameters: Any = None) -> tuple[list[Any], Any, list[Got]]:
    """Ask for a list."""
    taken: list[Got] = []
    exchanges, refusal = drain(asker.pages(parameters or {}, taken.append))
    return exchanges, refusal, taken


def numbered(last: int) -> Callable[[Asked], Answer]:
    """Serve pages 0 to `last`, of which some are empty: that is normal, and not the end."""

    def script(asked: Asked) -> Answer:
        page = int(asked.parameters.get("NextToken", 0))
        item = "" if page % 3 == 1 else f"<item><vpcId>vpc-{page}</vpcId></item>"
        token = f"<nextToken>{page + 1}</nextToken>" if page < last else ""
        return Answer(f"<XResponse><vpcSet>{item}</vpcSet>{token}</XResponse>".encode())

    return script


def test_a_list_is_asked_to_its_last_page(serve: Make, asker_on: Make) -> None:
    """Empty pages with a token are pages."""
    server = serve(numbered(12))
    exchanges, refusal, taken = pages(asker_on(server.url, "ec2.DescribeVpcs"), {"Filters": []})
    assert refusal is None
    assert len(exchanges) == len(taken) == 13
    assert [exchange.parameters.get("NextToken") for exchange in exchanges][:3] == [None, "1", "2"]
    assert all(exchange.parameters["MaxResults"] == 500 for exchange in exchanges)


def test_a_repeated_token_ends_it_as_truncated(serve: Make, asker_on: Make) -> None:
    """Without a guard it would go round for ever."""
    cycle = {"": "a", "a": "b", "b": "c", "c": "a"}

    def script(asked: Asked) -> Answer:
        token = cycle[asked.parameters.get("NextToken", "")]
        return Answer(f"<XResponse><vpcSet/><nextToken>{token}</nextToken></XResponse>".encode())

    exchanges, refusal, _ = pages(asker_on(serve(script).url, "ec2.DescribeVpcs"))
    assert (refusal.outcome, refusal.code) == (Outcome.TRUNCATED, codes.REPEATED_TOKEN)
    assert len(exchanges) == 4


def test_truncated_without_a_marker_is_said(serve: Make, asker_on: Make) -> None:
    """IAM's flag says that there is more, and no marker says where."""
    body = b"<R><ListUsersResult><IsTruncated>true</IsTruncated><Users/></ListUsersResult></R>"
    _, refusal, taken = pages(asker_on(serve([Answer(body)]).url, "iam.ListUsers"))
    assert (refusal.outcome, refusal.code) == (Outcome.TRUNCATED, codes.MISSING_TOKEN)
    assert len(taken) == 1


def test_endless_pages_end(serve: Make, asker_on: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many pages are no list."""
    monkeypatch.setattr("forensics.aws.ask.MAX_PAGES", 20)
    exchanges, refusal, _ = pages(asker_on(serve(numbered(1_000)).url, "ec2.DescribeVpcs"))
    assert refusal.code == codes.PAGE_LIMIT
    assert len(exchanges) == 20


def test_a_page_that_fails_leaves_those_before_it(asker_on: Make) -> None:
    """What came before the refusal was taken."""

    def script(asked: Asked) -> Answer:
        if asked.parameters.get("NextToken") == "2":
            return xml_error("UnauthorizedOperation", status=403)
        return numbered(9)(asked)

    with Canned(script) as server:
        _, refusal, taken = pages(asker_on(server.url, "ec2.DescribeVpcs"))
    assert refusal.outcome is Outcome.DENIED
    assert len(taken) == 2


def test_a_broken_page_is_asked_again_and_none_is_lost(asker_on: Make) -> None:
    """Faults in mid-list cost attempts, not pages."""
    count = iter(range(10_000))

    def script(asked: Asked) -> Answer:
        faults = [Answer(b"<torn"), Answer(b"", reset=True), Answer(b"", 503)]
        number = next(count)
        return numbered(20)(asked) if number % 2 else faults[number // 2 % 3]

    with Canned(script) as server:
        _, refusal, taken = pages(asker_on(server.url, "ec2.DescribeVpcs"))
    assert refusal is None
    assert len(taken) == 21

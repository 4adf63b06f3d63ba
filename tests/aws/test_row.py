"""A row: what it asks, what it finds, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from forensics.aws.ask import ATTEMPTS
from forensics.aws.names import Select, unique
from forensics.aws.row import DENIALS, FAILURES, Row, empty
from forensics.aws.wire import SMALL
from forensics.model import GLOBAL, Coverage, Exchange, Outcome
from tests.aws.canned import Answer, Asked, json_error, xml_error
from tests.aws.conftest import drain

Make = Callable[..., Any]
SCP = "User: x is not authorized with an explicit deny in a service control policy"


def run(asker: Any, **options: Any) -> tuple[list[Exchange], Coverage, Any]:
    """Run a row to its end: one coverage, and it comes last."""
    yielded, names = drain(Row(asker, **options).records())
    *exchanges, coverage = yielded
    assert all(isinstance(item, Exchange) for item in exchanges)
    assert isinstance(coverage, Coverage)
    assert coverage.requests == len(exchanges)
    return exchanges, coverage, names


def vpcs(*names: str, token: str = "") -> Answer:
    """Answer DescribeVpcs."""
    items = "".join(f"<item><vpcId>{name}</vpcId></item>" for name in names)
    following = f"<nextToken>{token}</nextToken>" if token else ""
    return Answer(f"<R><requestId>r</requestId><vpcSet>{items}</vpcSet>{following}</R>".encode())


def users(*names: str) -> Answer:
    """Answer ListUsers."""
    items = "".join(f"<member><UserName>{name}</UserName></member>" for name in names)
    return Answer(f"<R><ListUsersResult><Users>{items}</Users></ListUsersResult></R>".encode())


def test_collected(serve: Make, asker_on: Make) -> None:
    """An answer with something in it."""
    _, coverage, _ = run(asker_on(serve([vpcs("vpc-1")]).url, "ec2.DescribeVpcs"))
    assert (coverage.outcome, coverage.pages, coverage.gaps) == (Outcome.COLLECTED, 1, ())


def test_empty_is_what_aws_said(serve: Make, asker_on: Make) -> None:
    """All lists of all answers are empty."""
    answers = [vpcs(token="t"), vpcs()]
    _, coverage, _ = run(asker_on(serve(answers).url, "ec2.DescribeVpcs"))
    assert (coverage.outcome, coverage.pages, coverage.complete) == (Outcome.EMPTY, 2, True)


def test_one_thing_on_any_page_is_not_empty(serve: Make, asker_on: Make) -> None:
    """Only the second page has something."""
    answers = [vpcs(token="t"), vpcs("vpc-1")]
    assert run(asker_on(serve(answers).url, "ec2.DescribeVpcs"))[1].outcome is Outcome.COLLECTED


def test_a_big_answer_is_never_empty(serve: Make, asker_on: Make) -> None:
    """What is too long to be read in passing says something."""
    assert run(asker_on(serve([vpcs("x" * SMALL)]).url, "ec2.DescribeVpcs"))[1].outcome is Outcome.COLLECTED


@pytest.mark.parametrize(
    ("error", "outcome", "code"),
    [
        (xml_error("UnauthorizedOperation", status=403), Outcome.DENIED, "UnauthorizedOperation"),
        (xml_error("UnauthorizedOperation", SCP, 403), Outcome.DENIED_BY_SCP, "UnauthorizedOperation"),
        (xml_error("OptInRequired", status=403), Outcome.REGION_DISABLED, "OptInRequired"),
        (xml_error("RequestLimitExceeded", status=503), Outcome.THROTTLED, "RequestLimitExceeded"),
        (xml_error("InvalidAction"), Outcome.UNSUPPORTED, "InvalidAction"),
        (xml_error("NotImplemented", status=501), Outcome.UNSUPPORTED, "NotImplemented"),
        (xml_error("InternalError", status=500), Outcome.FAILED, "InternalError"),
        (xml_error("Odd", status=418), Outcome.FAILED, "Odd"),
        (Answer(b"<torn"), Outcome.FAILED, "UnreadableBody"),
        (Answer(b"", reset=True), Outcome.FAILED, "ConnectionClosedError"),
    ],
)
def test_a_refusal_is_one_gap(
    serve: Make, asker_on: Make, error: Answer, outcome: Outcome, code: str
) -> None:
    """Never an empty answer, and never more than one gap."""
    _, coverage, _ = run(asker_on(serve([error]).url, "ec2.DescribeVpcs"))
    [gap] = coverage.gaps
    assert (coverage.outcome, gap.outcome, gap.code, gap.count) == (outcome, outcome, code, 1)
    assert not coverage.complete


def test_a_list_that_breaks_off_is_collected_with_a_gap(serve: Make, asker_on: Make) -> None:
    """The first page is evidence, and the rest is missing: both are said."""
    answers = [vpcs("vpc-1", token="t"), xml_error("UnauthorizedOperation", status=403)]
    _, coverage, _ = run(asker_on(serve(answers).url, "ec2.DescribeVpcs"))
    assert coverage.outcome is Outcome.COLLECTED
    assert [gap.outcome for gap in coverage.gaps] == [Outcome.DENIED]


def test_repeated_token(serve: Make, asker_on: Make) -> None:
    """Truncated, with our own code for it."""
    _, coverage, _ = run(asker_on(serve([vpcs("vpc-1", token="t")]).url, "ec2.DescribeVpcs"))
    assert (coverage.pages, coverage.outcome) == (2, Outcome.COLLECTED)
    assert [(gap.outcome, gap.code) for gap in coverage.gaps] == [(Outcome.TRUNCATED, "RepeatedToken")]


NAMES = [{"UserName": name} for name in ("ana", "bo", "cy")]


def by_user(**answers: Answer) -> Callable[[Asked], Answer]:
    """Answer by the user asked about."""
    return lambda asked: answers[asked.parameters["UserName"]]


KEYS = Answer(b"<R><ListAccessKeysResult><AccessKeyMetadata/></ListAccessKeysResult></R>")
PROFILE = Answer(b"<R><GetLoginProfileResult><LoginProfile/></GetLoginProfileResult></R>")


def test_each_name_is_asked_about_once(serve: Make, asker_on: Make) -> None:
    """Even if two pages of the parent named it; and not if it lacks a value."""
    server = serve([KEYS])
    names = [*NAMES, *NAMES, {"UserName": None}]
    exchanges, coverage, _ = run(asker_on(server.url, "iam.ListAccessKeys", GLOBAL), names=names)
    assert [exchange.parameters["UserName"] for exchange in exchanges] == ["ana", "bo", "cy"]
    assert coverage.outcome is Outcome.EMPTY


def test_no_names_no_requests(serve: Make, asker_on: Make) -> None:
    """Where there are no users nobody asks for their keys, above all not for the caller's own."""
    server = serve([KEYS])
    exchanges, coverage, _ = run(asker_on(server.url, "iam.ListAccessKeys", GLOBAL), names=[])
    assert (exchanges, server.asked) == ([], [])
    assert (coverage.outcome, coverage.complete) == (Outcome.EMPTY, True)


def test_variants_go_first(serve: Make, asker_on: Make) -> None:
    """All names for one variant before the next: user data of all instances comes before their flags."""
    names, variants = [{"InstanceId": "i-1"}, {"InstanceId": "i-2"}], [{"Latest": False}, {"Latest": True}]
    server = serve([Answer(b"<R><instanceId>i</instanceId></R>")])
    exchanges, coverage, _ = run(asker_on(server.url, "ec2.GetConsoleOutput"), names=names, variants=variants)
    asked = [(item.parameters["Latest"], item.parameters["InstanceId"]) for item in exchanges]
    assert asked == [(False, "i-1"), (False, "i-2"), (True, "i-1"), (True, "i-2")]
    assert coverage.outcome is Outcome.COLLECTED


NONE = xml_error("NoSuchEntity", status=404, service="iam")


def test_absent_is_an_answer(serve: Make, asker_on: Make) -> None:
    """A user without a password is no gap."""
    asker = asker_on(serve([NONE]).url, "iam.GetLoginProfile", GLOBAL)
    _, coverage, _ = run(asker, names=NAMES, absent=frozenset({"NoSuchEntity"}))
    assert (coverage.outcome, coverage.absent, coverage.complete) == (Outcome.ABSENT, 3, True)


def test_gone_is_not_absent(serve: Make, asker_on: Make) -> None:
    """A user who was listed and is gone when asked about is a gap, with an example."""
    asker = asker_on(serve([NONE]).url, "iam.ListAccessKeys", GLOBAL)
    _, coverage, _ = run(asker, names=NAMES[:1])
    [gap] = coverage.gaps
    assert (coverage.outcome, gap.outcome) == (Outcome.VANISHED, Outcome.VANISHED)
    assert gap.examples[0]["UserName"] == "ana"


def test_some_have_some_have_not(serve: Make, asker_on: Make) -> None:
    """An answer makes it collected, whatever else there was."""
    denied = xml_error("AccessDenied", status=403, service="iam")
    asker = asker_on(serve(by_user(ana=PROFILE, bo=NONE, cy=denied)).url, "iam.GetLoginProfile", GLOBAL)
    _, coverage, _ = run(asker, names=NAMES, absent=frozenset({"NoSuchEntity"}))
    assert (coverage.outcome, coverage.absent, coverage.pages) == (Outcome.COLLECTED, 1, 1)
    [gap] = coverage.gaps
    assert (gap.outcome, gap.count) == (Outcome.DENIED, 1)


def test_the_same_refusal_is_one_gap(serve: Make, asker_on: Make) -> None:
    """With how often, the first request's id, and a few examples."""
    names = [{"InstanceId": f"i-{number}"} for number in range(12)]
    asker = asker_on(serve([xml_error("Strange")]).url, "ec2.GetConsoleOutput")
    _, coverage, _ = run(asker, names=names)
    [gap] = coverage.gaps
    assert (gap.count, len(gap.examples), gap.request_id) == (12, 5, "id-1")


def test_a_row_that_is_denied_throughout_is_given_up(serve: Make, asker_on: Make) -> None:
    """Thousands of refusals would bury the attacker's in the trail."""
    server = serve([xml_error("UnauthorizedOperation", status=403)])
    names = [{"InstanceId": f"i-{number}"} for number in range(500)]
    _, coverage, _ = run(asker_on(server.url, "ec2.GetConsoleOutput"), names=names)
    [gap] = coverage.gaps
    assert gap.count == len(server.asked) == DENIALS


def test_a_row_that_breaks_throughout_is_given_up(serve: Make, asker_on: Make) -> None:
    """Each request takes half a minute to fail: over thousands of names that would be a day."""
    server = serve([xml_error("InternalError", status=500)])
    names = [{"InstanceId": f"i-{number}"} for number in range(500)]
    _, coverage, _ = run(asker_on(server.url, "ec2.GetConsoleOutput"), names=names)
    [gap] = coverage.gaps
    assert (gap.outcome, gap.count) == (Outcome.FAILED, FAILURES)
    assert len(server.asked) == FAILURES * ATTEMPTS


def test_a_row_that_is_denied_in_part_is_not(serve: Make, asker_on: Make) -> None:
    """A policy may deny things by their tags: one answer keeps the row going."""

    def script(asked: Asked) -> Answer:
        ours = asked.parameters["InstanceId"] == "i-5"
        return Answer(b"<R/>") if ours else xml_error("UnauthorizedOperation", status=403)

    names = [{"InstanceId": f"i-{number}"} for number in range(100)]
    _, coverage, _ = run(asker_on(serve(script).url, "ec2.GetConsoleOutput"), names=names)
    assert (coverage.pages, coverage.gaps[0].count) == (1, 99)


@pytest.mark.parametrize("code", ["SubscriptionRequiredException", "OptInRequired"])
def test_what_is_not_enabled_is_asked_once(serve: Make, asker_on: Make, code: str) -> None:
    """It will not be enabled for the next name."""
    server = serve([xml_error(code)])
    names = [{"InstanceId": f"i-{number}"} for number in range(50)]
    _, coverage, _ = run(asker_on(server.url, "ec2.GetConsoleOutput"), names=names)
    assert len(server.asked) == coverage.gaps[0].count == 1


def test_names_for_other_rows(serve: Make, asker_on: Make) -> None:
    """None twice, over pages and variants; what the answer does not repeat is carried over."""
    body = "<R><ListPolicyVersionsResult><Versions>{}</Versions></ListPolicyVersionsResult></R>"
    version = "<member><VersionId>v1</VersionId></member><member><VersionId>v2</VersionId></member>"
    server = serve([Answer(body.format(version).encode())])
    select = Select("iam.GetPolicyVersion", "Versions[].{VersionId: VersionId}", ("PolicyArn",))
    arns = [{"PolicyArn": f"arn:aws:iam::123456789012:policy/{name}"} for name in "ab"]
    asker = asker_on(server.url, "iam.ListPolicyVersions", GLOBAL)
    _, _, names = run(asker, names=arns, variants=({}, {"MaxItems": 5}), selects=(select,))
    assert names == {"iam.GetPolicyVersion": [{**arn, "VersionId": v} for arn in arns for v in ("v1", "v2")]}


def test_every_reservation_counts(serve: Make, asker_on: Make) -> None:
    """A tool lost all but the first of each page: instances of every reservation are found."""
    instance = "<item><instanceId>i-{0}</instanceId><instanceState><name>{1}</name></instanceState></item>"
    reservation = "<item><instancesSet>{}{}</instancesSet></item>"
    all_of_them = "".join(
        reservation.format(instance.format(2 * n, "running"), instance.format(2 * n + 1, "stopped"))
        for n in range(150)
    )
    body = f"<R><reservationSet>{all_of_them}</reservationSet></R>".encode()
    selects = (
        Select("all", "Reservations[].Instances[].{InstanceId: InstanceId}"),
        Select("on", "Reservations[].Instances[?State.Name=='running'][].{InstanceId: InstanceId}"),
    )
    _, _, names = run(asker_on(serve([Answer(body)]).url, "ec2.DescribeInstances"), selects=selects)
    assert len(names["all"]) == 300
    assert len(names["on"]) == 150


def test_names_of_the_pages_before_a_failure(serve: Make, asker_on: Make) -> None:
    """Children are asked about what is known."""
    answers = [vpcs("vpc-1", token="t"), xml_error("UnauthorizedOperation", status=403)]
    selects = (Select("child", "Vpcs[].{VpcId: VpcId}"),)
    _, coverage, names = run(asker_on(serve(answers).url, "ec2.DescribeVpcs"), selects=selects)
    assert names == {"child": [{"VpcId": "vpc-1"}]}
    assert coverage.gaps


def test_a_region_that_is_closed_is_not_asked_again(serve: Make, asker_on: Make) -> None:
    """One refusal of the region as a whole is enough for all rows."""
    asker = asker_on(serve([xml_error("OptInRequired")]).url, "ec2.DescribeVpcs", "me-south-1")
    run(asker)
    _, coverage, _ = run(asker)
    [gap] = coverage.gaps
    assert (coverage.requests, gap.outcome, gap.count) == (0, Outcome.REGION_DISABLED, 0)
    assert gap.message.startswith("not asked")


def test_json_services(serve: Make, asker_on: Make) -> None:
    """The same over JSON: rows do not know the protocol."""
    body = b'{"trailList": [{"TrailARN": "arn:1", "HomeRegion": "eu-west-1"}, {"TrailARN": "arn:2"}]}'
    select = Select("s", "trailList[?HomeRegion=='eu-west-1'].{Name: TrailARN}")
    asker = asker_on(serve([Answer(body)]).url, "cloudtrail.DescribeTrails")
    _, coverage, names = run(asker, selects=(select,))
    assert (coverage.outcome, names) == (Outcome.COLLECTED, {"s": [{"Name": "arn:1"}]})
    denied = asker_on(serve([json_error("AccessDeniedException")]).url, "cloudtrail.DescribeTrails")
    assert run(denied)[1].outcome is Outcome.DENIED


def test_it_stops_where_it_is_left(serve: Make, asker_on: Make) -> None:
    """A generator that is closed asks nothing more."""
    server = serve([vpcs("vpc-1", token="a")])
    records = Row(asker_on(server.url, "ec2.DescribeVpcs")).records()
    next(records)
    records.close()
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("row", "values", "expected"),
    [
        ("ec2.DescribeVpcs", {}, True),
        ("ec2.DescribeVpcs", {"Vpcs": []}, True),
        ("ec2.DescribeVpcs", {"Vpcs": [], "NextToken": "t"}, True),
        ("ec2.DescribeVpcs", {"Vpcs": [{}]}, False),
        ("iam.GetAccountAuthorizationDetails", {"Policies": [1], "UserDetailList": []}, False),
        ("iam.GetAccountSummary", {"SummaryMap": {}}, True),
        ("iam.GetAccountSummary", {"SummaryMap": {"Users": 0}}, False),
        ("ec2.GetConsoleOutput", {"Output": ""}, False),
        ("ec2.DescribeInstanceAttribute", {"InstanceId": "i-1", "UserData": {}}, True),
        ("ec2.DescribeInstanceAttribute", {"InstanceId": "i-1", "UserData": {"Value": "x"}}, False),
        ("ec2.DescribeInstanceAttribute", {"DisableApiStop": {"Value": False}}, False),
        ("cloudtrail.GetEventSelectors", {"TrailARN": "arn", "EventSelectors": []}, True),
    ],
)
def test_what_says_nothing(session_on: Make, row: str, values: Any, *, expected: bool) -> None:
    """Empty lists say nothing; tokens and ids beside them neither; what is no list always says something."""
    shape = session_on("http://127.0.0.1:1").output_shape(*row.split("."))
    assert empty(values, shape) is expected


def test_unique_keeps_the_order() -> None:
    """The first of each, as it came."""
    names: list[dict[str, Any]] = [
        {"a": 2},
        {"a": 1},
        {"a": 2},
        {"a": None},
        {"a": 1, "b": 2},
        {"b": 2, "a": 1},
    ]
    assert list(unique(names)) == [{"a": 2}, {"a": 1}, {"a": 1, "b": 2}]

"""What an account records: each source on, off, partly, unknown; and a breached account, twice the same."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import forensics
from forensics.aws.accounts import broken
from forensics.drill.server import Drill
from forensics.errors import CredentialsError, UsageError
from forensics.model import GLOBAL
from forensics.record import coverage_body
from forensics.scope import Accounts
from forensics.sight.answers import ROWS, Answers, Said
from forensics.sight.looking import judged
from forensics.sight.report import OFF, ON, PARTLY, UNKNOWN, Sight, Visibility
from tests.collectors.play import REGION
from tests.e2e.run import QUICK, Aws
from tests.nursery import Nursery

TRAIL = "arn:aws:cloudtrail:eu-west-1:2:trail/t"
SHADOW = {
    "TrailARN": TRAIL,
    "HomeRegion": REGION,
    "IsMultiRegionTrail": True,
    "LogFileValidationEnabled": True,
}
SELECTORS = {"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": True}]}
THEN = datetime(2031, 5, 6, tzinfo=UTC)


def answers(*said: tuple[str, dict[str, Any], dict[str, Any]], region: str = REGION) -> Answers:
    """Give an account of one region, of which nothing is said but this: row, what was asked, answer."""
    found = Answers("222222222222", (region,))
    for row, asked, answer in said:
        place = GLOBAL if row.startswith("s3.") else region
        found.said.setdefault((row, place), []).append(Said(asked, answer))
    return found


def trail(selectors: dict[str, Any] = SELECTORS, **more: Any) -> Answers:
    """Give an account with one trail."""
    status = {"IsLogging": True, "StartLoggingTime": THEN, **more.pop("status", {})}
    return answers(
        ("cloudtrail.DescribeTrails", {}, {"trailList": [{**SHADOW, **more}]}),
        ("cloudtrail.GetTrailStatus", {"Name": TRAIL}, status),
        ("cloudtrail.GetEventSelectors", {"TrailName": TRAIL}, selectors),
    )


def _judged(found: Answers) -> Visibility:
    return judged([found])


def states(found: Visibility, source: str) -> list[str]:
    """Give the states of one source."""
    return [one.state for one in found.sights if one.source == source]


def the(found: Visibility, source: str) -> Sight:
    """Give the one sight of a source."""
    (one,) = [one for one in found.sights if one.source == source]
    return one


def test_a_good_trail() -> None:
    """It logs, everywhere, and can be proved; data events are another matter."""
    found = _judged(trail())
    for source in ("trail", "log file validation", "management events", "calls recorded"):
        assert states(found, source) == [ON]
    assert the(found, "trail").since == THEN.isoformat()
    assert states(found, "data events") == [OFF]


@pytest.mark.parametrize(
    ("changed", "source", "state", "command"),
    [
        ({"status": {"IsLogging": False, "StopLoggingTime": THEN}}, "trail", OFF, "start-logging"),
        ({"status": {"IsLogging": False}}, "calls recorded", OFF, "start-logging"),
        ({"status": {"LatestDeliveryError": "AccessDenied"}}, "trail", PARTLY, ""),
        ({"LogFileValidationEnabled": False}, "log file validation", OFF, "--enable-log-file-validation"),
        (
            {"HomeRegion": "us-east-1", "IsMultiRegionTrail": False},
            "calls recorded",
            OFF,
            "--is-multi-region",
        ),
    ],
)
def test_a_bad_trail(changed: dict[str, Any], source: str, state: str, command: str) -> None:
    """Each fault shows, with what it hides and the command against it."""
    sight = the(_judged(trail(**changed)), source)
    assert sight.state == state
    assert sight.unseen
    assert command in " ".join(sight.commands)


@pytest.mark.parametrize(
    ("selectors", "managed", "data"),
    [
        ({"EventSelectors": [{"ReadWriteType": "WriteOnly"}]}, PARTLY, OFF),
        ({"EventSelectors": [{"ExcludeManagementEventSources": ["kms.amazonaws.com"]}]}, PARTLY, OFF),
        ({"EventSelectors": [{"IncludeManagementEvents": False}]}, OFF, OFF),
        ({"EventSelectors": [{"DataResources": [{"Type": "AWS::S3::Object"}]}]}, ON, PARTLY),
        (
            {
                "EventSelectors": [
                    {"DataResources": [{"Type": "AWS::S3::Object"}, {"Type": "AWS::Lambda::Function"}]}
                ]
            },
            *(ON, ON),
        ),
        (
            {
                "AdvancedEventSelectors": [
                    {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}
                ]
            },
            ON,
            OFF,
        ),
        (
            {
                "AdvancedEventSelectors": [
                    {
                        "FieldSelectors": [
                            {"Field": "eventCategory", "Equals": ["Management"]},
                            {"Field": "readOnly", "Equals": ["false"]},
                        ]
                    },
                    {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}]},
                ]
            },
            *(PARTLY, PARTLY),
        ),
    ],
)
def test_selectors(selectors: dict[str, Any], managed: str, data: str) -> None:
    """What a trail was told to leave out is not recorded, however it was told."""
    found = _judged(trail(selectors))
    assert (the(found, "management events").state, the(found, "data events").state) == (managed, data)


def test_no_trail() -> None:
    """Without one, every call goes unseen, and the commands make one."""
    sight = the(_judged(answers()), "calls recorded")
    assert sight.state == OFF
    assert "create-trail" in sight.commands[0]


@pytest.mark.parametrize(
    ("logs", "state", "detail"),
    [
        ([], OFF, ""),
        ([{"TrafficType": "REJECT"}], PARTLY, "only REJECT traffic"),
        (
            [{"TrafficType": "ALL", "DeliverLogsStatus": "FAILED", "DeliverLogsErrorMessage": "no"}],
            PARTLY,
            "not delivered: no",
        ),
        ([{"TrafficType": "ALL", "FlowLogStatus": "INACTIVE"}], PARTLY, "not active"),
        ([{"TrafficType": "REJECT"}, {"TrafficType": "ALL", "CreationTime": THEN}], ON, ""),
    ],
)
def test_flow_logs(logs: list[dict[str, Any]], state: str, detail: str) -> None:
    """A network is watched if all of its traffic is recorded, and arrives."""
    said = {"FlowLogs": [{**one, "ResourceId": "vpc-1"} for one in logs]}
    found = answers(
        ("ec2.DescribeVpcs", {}, {"Vpcs": [{"VpcId": "vpc-1"}]}), ("ec2.DescribeFlowLogs", {}, said)
    )
    sight = the(_judged(found), "flow logs")
    assert (sight.state, sight.detail) == (state, detail)
    assert bool(sight.commands) is (state != ON)


def test_detectors() -> None:
    """GuardDuty and the recorder: on, off, and stopped."""
    found = _judged(
        answers(
            ("guardduty.GetDetector", {"DetectorId": "d"}, {"Status": "ENABLED", "CreatedAt": "2031-01-01"}),
            (
                "config.DescribeConfigurationRecorderStatus",
                {},
                {"ConfigurationRecordersStatus": [{"name": "r; rm -rf /", "recording": False}]},
            ),
        )
    )
    assert the(found, "GuardDuty").since == "2031-01-01"
    (start,) = the(found, "configuration recorder").commands
    assert "--configuration-recorder-name=r; rm -rf /" in shlex.split(start)
    nothing = _judged(answers())
    assert the(nothing, "GuardDuty").state == OFF
    assert len(the(nothing, "configuration recorder").commands) == 3


def test_logs_of_logins() -> None:
    """With machines and no group for logins, they are on the machines alone; short retention is a hole."""
    said: dict[str, Any] = {"Reservations": [{"Instances": [{"InstanceId": "i-1"}]}]}
    machines: tuple[str, dict[str, Any], dict[str, Any]] = ("ec2.DescribeInstances", {}, said)
    assert the(_judged(answers(machines)), "login logs").state == OFF
    assert states(_judged(answers()), "login logs") == []
    groups = [
        {"logGroupName": "/var/log/secure", "creationTime": 1_900_000_000_000, "retentionInDays": 7},
        {"logGroupName": "/app", "creationTime": -5},
    ]
    found = _judged(answers(machines, ("logs.DescribeLogGroups", {}, {"logGroups": groups})))
    assert the(found, "login logs").since == "2030-03-17T17:46:40Z"
    assert the(found, "retention").detail == "kept for 7 days"


def test_access_logs() -> None:
    """Balancers of both generations and buckets, logged and not."""
    key = {"Key": "access_logs.s3.enabled", "Value": "true"}
    found = _judged(
        answers(
            ("elbv2.DescribeLoadBalancerAttributes", {"LoadBalancerArn": "a"}, {"Attributes": [key]}),
            ("elbv2.DescribeLoadBalancerAttributes", {"LoadBalancerArn": "b"}, {"Attributes": []}),
            ("elb.DescribeLoadBalancerAttributes", {"LoadBalancerName": "c"}, {"LoadBalancerAttributes": {}}),
            ("s3.GetBucketLogging", {"Bucket": "x"}, {"LoggingEnabled": {"TargetBucket": "y"}}),
            ("s3.GetBucketLogging", {"Bucket": "y"}, {}),
        )
    )
    assert states(found, "balancer access logs") == [ON, OFF, OFF]
    assert states(found, "bucket access logs") == [ON, OFF]


def test_resolver() -> None:
    """A network whose queries are logged, one whose are not, one whose log is being taken off."""
    said = {
        "ResolverQueryLogConfigAssociations": [{"ResourceId": "a"}, {"ResourceId": "c", "Status": "DELETING"}]
    }
    vpcs = {"Vpcs": [{"VpcId": name} for name in "abc"]}
    row = "route53resolver.ListResolverQueryLogConfigAssociations"
    found = _judged(answers(("ec2.DescribeVpcs", {}, vpcs), (row, {}, said)))
    assert states(found, "resolver logs") == [ON, OFF, OFF]


@pytest.mark.parametrize(
    "row", [row for row in ROWS if not row.endswith(("DescribeInstances", "Recorders", "Balancers"))]
)
def test_unknown(row: str) -> None:
    """What was refused is unknown, which is never on, nor off."""
    found = trail()
    found.said["ec2.DescribeVpcs", REGION] = [Said({}, {"Vpcs": [{"VpcId": "vpc-1"}]})]
    place = GLOBAL if row.startswith("s3.") else REGION
    found.said.pop((row, place), None)
    found.lacking[row, place] = "denied: AccessDenied"
    unknown = [one for one in _judged(found).sights if one.state == UNKNOWN]
    assert unknown
    assert {one.detail for one in unknown} == {"denied: AccessDenied"}


def test_hostile_names() -> None:
    """A name that an attacker chose reaches no terminal's controls, and is one word of a command."""
    evil = "x\x1b[2J'; rm -rf /"
    groups = {"logGroups": [{"logGroupName": evil, "retentionInDays": 1}]}
    found = _judged(answers(("logs.DescribeLogGroups", {}, groups)))
    (command,) = the(found, "retention").commands
    assert f"--log-group-name={evil}" in shlex.split(command)
    assert not any("\x1b" in line for line in found.lines())
    shown = [line.strip() for line in found.lines() if "log-group-name" in line]
    assert [line[:20] for line in shown] == ["# not to be pasted, "]
    assert "'" not in shown[0]


@pytest.mark.parametrize("evil", ["file:///home/a/.aws/credentials", "--endpoint-url=http://evil", "a\\b"])
def test_names_that_the_cli_acts_on(evil: str) -> None:
    """A name is no option, nor a file that the AWS CLI would send in its place: quoted or not, it does."""
    said = {"ConfigurationRecordersStatus": [{"name": evil, "recording": False}]}
    found = _judged(answers(("config.DescribeConfigurationRecorderStatus", {}, said)))
    (raw,) = the(found, "configuration recorder").commands
    assert shlex.split(raw)[3] == f"--configuration-recorder-name={evil}"
    (told,) = the(found, "configuration recorder").document()["commands"]
    assert told.startswith("#") is not evil.startswith("--")
    assert not any(line.strip().startswith("$") and "file:" in line for line in found.lines())


@pytest.fixture(scope="module")
def aws(nursery: Nursery) -> Iterator[Aws]:
    """Give a breached AWS of one region."""
    drill: Drill
    with nursery.drill() as drill:
        drill.regions([REGION])
        drill.waiting(seconds=0, polls=1)
        yield Aws(drill)


def test_a_breached_account(aws: Aws, tmp_path: Path) -> None:
    """From its case and asked now, the same holes; and nothing is changed."""
    case = tmp_path / "case"
    assert aws.preserve(case, how=[one for one in QUICK if one != "--without=detection"]).code == 0
    aws.drill.clear_calls()
    kept = aws.run("visibility", case, "--json")
    assert not aws.drill.calls()
    now = aws.run("visibility", "--json", "-q", "--pace", "1000")
    assert (kept.code, now.code) == (3, 3)
    assert kept.json["sights"] == now.json["sights"]
    assert kept.json["format"] == "forensics-visibility/1"
    assert aws.mutations() == set()
    stopped = next(one for one in now.json["sights"] if one["source"] == "trail")
    assert (stopped["state"], stopped["detail"]) == ("off", "stopped")
    text = aws.run("visibility", case)
    assert text.code == 3
    assert "$ aws cloudtrail start-logging --name" in text.out


def test_accounts_that_cannot_be_asked(aws: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a case, and asked now: everything in them is unknown, for AWS's own reason."""
    closed, case = "444444444444", tmp_path / "case"
    aws.drill.organization(["222222222222", closed], suspended=[closed])
    for name, value in {"AWS_SESSION_TOKEN": "", **aws.drill.person("organization")}.items():
        monkeypatch.setenv(name, value)
    access = forensics.Access(pace=1_000)
    aws.drill.deny("sts:AssumeRole", "responder")
    try:
        found = forensics.visibility(None, access, accounts=Accounts(organization=True))
    finally:
        aws.drill.allow()
    unknown = {one.account: one.detail for one in found.sights if one.source == "everything"}
    assert unknown == {closed: "out-of-scope: SUSPENDED", "222222222222": "denied: AccessDenied"}
    assert [*found.accounts] == ["111111111111", closed, "222222222222"]
    assert {one.account for one in found.sights if one.source == "calls recorded"} == {"111111111111"}
    with forensics.open_case(case) as opened:
        error = CredentialsError("x", code="AccessDenied", said="no")
        opened.writer.keep([], then=[("coverage", coverage_body(broken("222222222222", error)))])
    (sight,) = forensics.visibility(case, access).sights
    assert (sight.account, sight.source, sight.detail) == (
        "222222222222",
        "everything",
        "denied: AccessDenied",
    )


def test_no_case(tmp_path: Path) -> None:
    """A folder that is none is said so."""
    with pytest.raises(UsageError):
        forensics.visibility(tmp_path, forensics.Access())

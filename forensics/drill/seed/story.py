"""
The breach as CloudTrail saw it, told from the hour in which the drill began.

Hours count backwards: 49.2 is that many hours before the start. What happened between `STOPPED` and
`RESTARTED` is in the event history alone, for the trail was stopped; and after `STOPPED_AGAIN` the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from moto.iam.models import iam_backends

from forensics.drill import events
from forensics.drill.history import History, of
from forensics.drill.principals import PARTITION, Principal
from forensics.drill.seed.machines import BUILD, HOME, UNWATCHED
from forensics.drill.seed.names import ATTACKER, ATTACKER_ADDRESS, BACKWARDS, MARKUP
from forensics.drill.world import DEFAULT_REGIONS, VICTIM, World

BEGAN, STOPPED, RESTARTED, STOPPED_AGAIN = 30, 20, 14, 5
"""Hours before the start at which the trail began to log, and was stopped and started again."""

OFFICE = "192.0.2.44"
TOOL = "aws-cli/2.15.0 Python/3.11.6 Linux/6.5.0-kali3-amd64 exe/x86_64 command/x"
HOSTILE_TOOL = f"Boto3/1.34 \x1b[2J{BACKWARDS} {MARKUP}"
CLERK = "aws-sdk-java/1.12.700 Linux/5.10 OpenJDK_64-Bit_Server_VM/17"
DENIED = ("Client.UnauthorizedOperation", "You are not authorized to perform this operation.")


@dataclass(frozen=True, slots=True)
class Deed:
    """One line of the story."""

    hours: float
    region: str
    who: str
    """Name of a user; `role:session` for a session of a role."""
    source: str
    name: str
    asked: Mapping[str, Any] = field(default_factory=dict)
    answered: Mapping[str, Any] | None = None
    error: tuple[str, str] = ("", "")
    agent: str = TOOL
    about: tuple[tuple[str, str], ...] = ()
    """Resources: type and name."""


_IAM = ("us-east-1", "deploy", "iam")
_TRAIL = {"name": f"arn:aws:cloudtrail:{HOME}:{VICTIM}:trail/harbour-trail"}
_BACKDOOR = "AWSServiceRoleForResourceSync"
_USER = {"userName": "support-desk"}

DEEDS = (
    Deed(49.2, "us-east-1", "deploy", "sts", "GetCallerIdentity"),
    Deed(49.15, HOME, "deploy", "s3", "ListBuckets", agent=HOSTILE_TOOL),
    Deed(49.1, *_IAM, "ListUsers"),
    Deed(49.08, *_IAM, "GetAccountAuthorizationDetails"),
    Deed(48.9, *_IAM, "CreateAccessKey", {"userName": "deploy"}, {"accessKey": {"userName": "deploy"}}),
    Deed(48.8, *_IAM, "CreateUser", _USER, {"user": _USER}, about=(("AWS::IAM::User", "support-desk"),)),
    Deed(48.79, *_IAM, "CreateLoginProfile", _USER, {"loginProfile": _USER}),
    Deed(48.78, *_IAM, "PutUserPolicy", {**_USER, "policyName": "x"}, about=(("AWS::IAM::Policy", "x"),)),
    Deed(48.7, *_IAM, "CreateRole", {"roleName": _BACKDOOR}, {"role": {"roleName": _BACKDOOR}}),
    Deed(48.69, *_IAM, "PutRolePolicy", {"roleName": _BACKDOOR, "policyName": "sync"}),
    Deed(48.6, *_IAM, "CreatePolicyVersion", {"policyArn": f"arn:aws:iam::{VICTIM}:policy/log-write"}),
    Deed(48.5, *_IAM, "UploadSSHPublicKey", {"userName": "ci"}),
    Deed(
        48.2, "us-east-1", "support-desk", "signin", "ConsoleLogin", {}, {"ConsoleLogin": "Success"},
        agent="Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0",
    ),
    Deed(28.4, HOME, "deploy", "ec2", "AuthorizeSecurityGroupIngress", {"cidrIp": "0.0.0.0/0"}),
    Deed(
        28.1, UNWATCHED, "deploy", "ec2", "RunInstances", {"instanceType": "c7i.24xlarge", "maxCount": 1},
        {"instancesSet": {"items": [{"instanceType": "c7i.24xlarge", "tag": BACKWARDS}]}},
        about=(("AWS::EC2::Instance", "cache-01\nverified: intact, 0 gaps"),),
    ),
    Deed(28.0, UNWATCHED, "deploy", "ec2", "RunInstances", {"instanceType": "p5.48xlarge"}, error=(
        "Client.VcpuLimitExceeded", "You have requested more vCPU capacity than your current vCPU limit.",
    )),
    Deed(26.3, HOME, "deploy", "ec2", "CreateSnapshot", {"description": "x"}, {"description": "x"}),
    Deed(26.1, HOME, "deploy", "ec2", "ModifySnapshotAttribute", {
        "attributeType": "CREATE_VOLUME_PERMISSION",
        "createVolumePermission": {"add": {"items": [{"userId": ATTACKER}]}},
    }),
    Deed(25.9, HOME, "deploy", "ec2", "ModifyImageAttribute", {
        "launchPermission": {"add": {"items": [{"group": "all"}]}},
    }),
    Deed(22.2, HOME, "support-desk", "s3", "PutBucketPolicy", {"bucketName": "harbour-customers"},
         about=(("AWS::S3::Bucket", "harbour-customers"),)),
    Deed(20.6, HOME, "support-desk", "guardduty", "UpdateDetector", {"enable": False}, {}),
    Deed(20.3, HOME, "support-desk", "cloudtrail", "PutInsightSelectors", {**_TRAIL, "insightSelectors": []}),
    Deed(20.2, HOME, "support-desk", "cloudtrail", "PutEventSelectors", {
        **_TRAIL, "eventSelectors": [{"excludeManagementEventSources": ["kms.amazonaws.com"]}],
    }),
    Deed(STOPPED + 0.001, HOME, "support-desk", "cloudtrail", "StopLogging", _TRAIL,
         about=(("AWS::CloudTrail::Trail", _TRAIL["name"]),)),
    Deed(19.1, HOME, "deploy", "ec2", "DetachVolume", {"volumeId": "vol-0loot"}, {"status": "detaching"}),
    Deed(18.4, HOME, "support-desk", "lambda", "CreateFunctionUrlConfig20211031", {"authType": "NONE"}),
    Deed(17.7, HOME, "support-desk", "secretsmanager", "GetSecretValue", {"secretId": "shop/database"}),
    Deed(16.2, HOME, "support-desk", "ssm", "GetParameter", {"name": "/shop/api-token"}),
    Deed(RESTARTED, HOME, "alice", "cloudtrail", "StartLogging", _TRAIL, agent=CLERK),
    Deed(9.6, "us-east-1", "support-desk", "iam", "CreateServiceSpecificCredential", {
        "userName": "backup", "serviceName": "bedrock.amazonaws.com",
    }),
    Deed(8.2, "us-east-1", "support-desk", "bedrock", "InvokeModel", {"modelId": "x"}),
    Deed(7.3, HOME, "support-desk", "kms", "ScheduleKeyDeletion", {"pendingWindowInDays": 7}),
    Deed(STOPPED_AGAIN + 0.001, HOME, "support-desk", "cloudtrail", "StopLogging", _TRAIL),
    Deed(4.1, "us-east-1", "support-desk", "iam", "DeleteAccessKey", {"userName": "deploy"}),
)  # fmt: skip
"""What the intruder did, and what was done against him."""

_ROUTINE = (
    ("api-server:i-0a1b2c3d4e5f60718", "ec2", "DescribeInstances"),
    ("web-server:i-0f9e8d7c6b5a40312", "ssm", "UpdateInstanceInformation"),
    ("ci", "ecr", "GetAuthorizationToken"),
    ("build-agent:AWSCodeBuild-1", "logs", "CreateLogStream"),
    ("alice", "cloudwatch", "DescribeAlarms"),
)


def routine() -> Iterator[Deed]:
    """Give a company's ordinary days: every few hours at home and where it builds, and rarely elsewhere."""
    for number in range(72):
        who, source, name = _ROUTINE[number % len(_ROUTINE)]
        read = not name.startswith(("Create", "Update"))
        answered: Mapping[str, Any] | None = None if read else {}
        yield Deed(2.3 + 2.7 * number, HOME, who, source, name, answered=answered, agent=CLERK)
        if number % 2:
            yield Deed(3.1 + 2.7 * number, BUILD, who, source, name, answered=answered, agent=CLERK)
    for days in (12, 30, 61, 88, 91):
        yield Deed(24 * days + 1, HOME, "alice", "ec2", "DescribeAddresses", agent=CLERK)
    for number, region in enumerate(sorted({*DEFAULT_REGIONS} - {HOME, BUILD, UNWATCHED})):
        yield Deed(29 + number / 100, region, "deploy", "ec2", "DescribeInstances", error=DENIED)


def tell(world: World, found: History) -> None:
    """Put the story into the history, and what Insights made of it before it was switched off."""
    for region, told in records(world).items():
        found.add(VICTIM, region, (of(record, moment, about) for moment, record, about in told))
    found.add(VICTIM, UNWATCHED, _insights(world), insight=True)


Told = tuple[float, dict[str, Any], tuple[tuple[str, str], ...]]


def records(world: World) -> dict[str, list[Told]]:
    """Write the story's records by region, oldest first."""
    people: dict[str, tuple[Principal, str]] = {}
    told: dict[str, list[Told]] = {}
    for deed in sorted((*DEEDS, *routine()), key=lambda one: -one.hours):
        moment = float(int(world.born - deed.hours * 3600))
        if deed.who not in people:
            people[deed.who] = _person(deed.who)
        told.setdefault(deed.region, []).append(
            (moment, _record(deed, moment, *people[deed.who]), deed.about)
        )
    return told


def _record(deed: Deed, moment: float, principal: Principal, key: str) -> dict[str, Any]:
    intruder = deed.agent != CLERK
    return events.record(
        events.identity(principal, key, moment - 600),
        moment,
        deed.region,
        (f"{deed.source}.amazonaws.com", deed.name),
        deed.asked,
        account=VICTIM,
        answered=deed.answered,
        error=deed.error,
        address=ATTACKER_ADDRESS if intruder else OFFICE,
        agent=deed.agent,
        read=deed.name.startswith(("Describe", "Get", "List")),
    )


def _person(name: str) -> tuple[Principal, str]:
    backend = iam_backends[VICTIM][PARTITION]
    role, colon, session = name.partition(":")
    if colon:
        arn = f"arn:aws:sts::{VICTIM}:assumed-role/{role}/{session}"
        id_ = f"{backend.get_role(role).id}:{session}"
        return Principal(VICTIM, "role", role, arn, id_), _session(name)
    user = backend.get_user(name)
    keys = [str(key.access_key_id) for key in user.access_keys]
    return Principal(VICTIM, "user", name, str(user.arn), str(user.id)), keys[0] if keys else _session(name)


def _session(name: str) -> str:
    return f"ASIA{events.identifier(name)[:8].upper()}QDRILL22"


def _insights(world: World) -> Iterator[Any]:
    for hours, state in ((28.0, "Start"), (27.6, "End")):
        moment = float(int(world.born - hours * 3600))
        statistics = {"baseline": {"average": 0.0}, "insight": {"average": 3.2}, "insightDuration": 24}
        record = {
            "eventVersion": "1.11",
            "eventTime": events.time(moment),
            "awsRegion": UNWATCHED,
            "eventID": events.identifier("insight", UNWATCHED, state),
            "eventType": "AwsCloudTrailInsight",
            "recipientAccountId": VICTIM,
            "sharedEventID": events.identifier("insight", UNWATCHED),
            "insightDetails": {
                "state": state,
                "eventSource": "ec2.amazonaws.com",
                "eventName": "RunInstances",
                "insightType": "ApiCallRateInsight",
                "insightContext": {"statistics": statistics},
            },
            "eventCategory": "Insight",
        }
        yield of(record, moment)

"""Who is let in, what is refused, and in which words: by real boto3 clients, one service a protocol."""

from __future__ import annotations

from typing import Any

import pytest

from forensics.drill import Drill
from tests.drill.conftest import VICTIM, Clients, Refused

ASKING = {
    "ec2": ("ec2", "describe_instances", "ec2:DescribeInstances"),
    "query": ("iam", "list_users", "iam:ListUsers"),
    "json 1.1": ("cloudtrail", "describe_trails", "cloudtrail:DescribeTrails"),
    "json 1.0": ("dynamodb", "list_tables", "dynamodb:ListTables"),
    "rest-json": ("lambda", "list_functions", "lambda:ListFunctions"),
    "rest-xml": ("route53", "list_hosted_zones", "route53:ListHostedZones"),
    "s3": ("s3", "list_buckets", "s3:ListAllMyBuckets"),
    "cbor": ("cloudwatch", "describe_alarms", "cloudwatch:DescribeAlarms"),
}
UNKNOWN_KEY = {
    "ec2": ("AuthFailure", 401),
    "query": ("InvalidClientTokenId", 403),
    "json 1.1": ("UnrecognizedClientException", 400),
    "json 1.0": ("UnrecognizedClientException", 400),
    "rest-json": ("UnrecognizedClientException", 403),
    "rest-xml": ("InvalidClientTokenId", 403),
    "s3": ("InvalidAccessKeyId", 403),
    "cbor": ("UnrecognizedClientException", 400),
}
WRONG_SECRET = UNKNOWN_KEY | {
    "query": ("SignatureDoesNotMatch", 403),
    "json 1.1": ("InvalidSignatureException", 400),
    "json 1.0": ("InvalidSignatureException", 400),
    "rest-json": ("InvalidSignatureException", 403),
    "rest-xml": ("SignatureDoesNotMatch", 403),
    "s3": ("SignatureDoesNotMatch", 403),
    "cbor": ("InvalidSignatureException", 400),
}
WRONG_TOKEN = UNKNOWN_KEY | {"s3": ("InvalidToken", 400)}
EXPIRED = {
    "ec2": ("RequestExpired", 400),
    "query": ("ExpiredToken", 403),
    "json 1.1": ("ExpiredTokenException", 400),
    "json 1.0": ("ExpiredTokenException", 400),
    "rest-json": ("ExpiredTokenException", 403),
    "rest-xml": ("ExpiredToken", 403),
    "s3": ("ExpiredToken", 400),
    "cbor": ("ExpiredTokenException", 400),
}
DENIED = {
    "ec2": ("UnauthorizedOperation", 403),
    "query": ("AccessDenied", 403),
    "json 1.1": ("AccessDeniedException", 400),
    "json 1.0": ("AccessDeniedException", 400),
    "rest-json": ("AccessDeniedException", 403),
    "rest-xml": ("AccessDenied", 403),
    "s3": ("AccessDenied", 403),
    "cbor": ("AccessDeniedException", 400),
}
PROTOCOLS = pytest.mark.parametrize("protocol", ASKING)


def _deed(client: Clients, protocol: str, **how: Any) -> Any:
    service, method, _ = ASKING[protocol]
    return getattr(client(service, **how), method)


@PROTOCOLS
def test_unknown_key(drill: Drill, client: Clients, refused: Refused, protocol: str) -> None:
    """A key that nobody made is refused in the protocol's own code and status."""
    who = {**drill.environment, "AWS_ACCESS_KEY_ID": "AKIAAAAAAAAAAAAAAAAA"}
    assert refused(_deed(client, protocol, who=who))[:2] == UNKNOWN_KEY[protocol]


@PROTOCOLS
def test_wrong_secret(drill: Drill, client: Clients, refused: Refused, protocol: str) -> None:
    """A signature by another secret is refused."""
    who = {**drill.environment, "AWS_SECRET_ACCESS_KEY": "x" * 40}
    assert refused(_deed(client, protocol, who=who))[:2] == WRONG_SECRET[protocol]


@PROTOCOLS
def test_wrong_token(drill: Drill, client: Clients, refused: Refused, protocol: str) -> None:
    """A session's key with another session's token is refused, although its signature holds."""
    who = {**drill.environment, "AWS_SESSION_TOKEN": "another"}
    assert refused(_deed(client, protocol, who=who))[:2] == WRONG_TOKEN[protocol]


@PROTOCOLS
def test_expired(drill: Drill, client: Clients, refused: Refused, protocol: str) -> None:
    """A session that is over is refused; a new one is let in."""
    drill.expire()
    assert refused(_deed(client, protocol))[:2] == EXPIRED[protocol]
    drill.renew()
    assert _deed(client, "ec2")()["ResponseMetadata"]["HTTPStatusCode"] == 200


@PROTOCOLS
def test_denied(drill: Drill, client: Clients, refused: Refused, protocol: str) -> None:
    """A denied action is refused in AWS's words, and only until it is allowed."""
    service, method, action = ASKING[protocol]
    drill.deny(action)
    who = drill.root(VICTIM)
    code, status, message = refused(_deed(client, protocol, who=who))
    assert (code, status) == DENIED[protocol]
    assert f"User: arn:aws:iam::{VICTIM}:root is not authorized to perform: {action}" in message
    assert "with an explicit deny in an identity-based policy" in message
    drill.allow()
    getattr(client(service, who=who), method)()


@PROTOCOLS
def test_denied_by_scp(drill: Drill, client: Clients, refused: Refused, protocol: str) -> None:
    """A denial by service control policy says so."""
    drill.deny("*", scp=True)
    message = refused(_deed(client, protocol))[2]
    assert message.endswith("with an explicit deny in a service control policy")


def test_no_policy_allows(drill: Drill, client: Clients, refused: Refused) -> None:
    """What no policy speaks of is refused, and differently worded."""
    message = refused(client("iam", who=drill.person("ir")).list_users)[2]
    assert message.endswith("because no identity-based policy allows the iam:ListUsers action")


def test_deny_one_principal(drill: Drill, client: Clients, refused: Refused) -> None:
    """A denial to one principal leaves the others alone."""
    drill.deny("ec2:Describe*", "ForensicsCollector")
    assert refused(client("ec2").describe_vpcs)[0] == "UnauthorizedOperation"
    assert client("ec2", who=drill.root(VICTIM)).describe_vpcs()["Vpcs"]


def test_deny_one_region(drill: Drill, client: Clients, refused: Refused) -> None:
    """A denial in one region, as a region policy has it, leaves the others alone."""
    drill.deny("*", region="us-east-2", scp=True)
    assert refused(client("ec2", "us-east-2").describe_vpcs)[0] == "UnauthorizedOperation"
    assert client("ec2").describe_vpcs()["Vpcs"]


def test_caller_identity_cannot_be_denied(drill: Drill, client: Clients) -> None:
    """Everyone may ask who he is, whatever policies say."""
    drill.deny("*")
    assert client("sts").get_caller_identity()["Account"] == VICTIM


def test_user_key_and_managed_policy(drill: Drill, client: Clients, refused: Refused) -> None:
    """A user's own key works, with what his groups' attached policies allow and no more."""
    deploy = drill.person("deploy")
    assert client("sts", who=deploy).get_caller_identity()["Arn"].endswith(":user/machines/deploy")
    assert client("ec2", who=deploy).describe_vpcs()["Vpcs"]
    assert refused(client("cloudtrail", who=deploy).describe_trails)[0] == "AccessDeniedException"


def test_assume_role(drill: Drill, client: Clients) -> None:
    """The evidence account's user may assume the responder's role, and is then let in as its session."""
    sts = client("sts", who=drill.person("ir"))
    given = sts.assume_role(RoleArn=f"arn:aws:iam::{VICTIM}:role/ForensicsCollector", RoleSessionName="ana")
    who = {
        "AWS_ACCESS_KEY_ID": given["Credentials"]["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": given["Credentials"]["SecretAccessKey"],
        "AWS_SESSION_TOKEN": given["Credentials"]["SessionToken"],
    }
    arn = client("sts", who=who).get_caller_identity()["Arn"]
    assert arn == f"arn:aws:sts::{VICTIM}:assumed-role/ForensicsCollector/ana"


@pytest.mark.parametrize("role", ["web-server", "no-such-role", "../ForensicsCollector"])
def test_assume_role_refused(drill: Drill, client: Clients, refused: Refused, role: str) -> None:
    """A role that does not trust the caller, or is none, is refused alike."""
    sts = client("sts", who=drill.person("ir"))
    code, status, message = refused(
        sts.assume_role, RoleArn=f"arn:aws:iam::{VICTIM}:role/{role}", RoleSessionName="ana"
    )
    assert (code, status) == ("AccessDenied", 403)
    assert "sts:AssumeRole on resource" in message


@pytest.mark.parametrize(
    ("service", "method", "arguments"),
    [
        ("ec2", "describe_ipam_scopes", {}),
        ("iam", "get_account_properties", {}),
        ("cloudtrail", "list_insights_metric_data", None),
        ("codeartifact", "create_domain", {"domain": "tools"}),
        ("wisdom", "create_assistant", {"name": "a", "type": "AGENT"}),
        ("macie2", "update_macie_session", {"status": "PAUSED"}),
        ("lightsail", "allocate_static_ip", {"staticIpName": "a"}),
        ("shield", "enable_application_layer_automatic_response", {"ResourceArn": "a", "Action": {}}),
    ],
)
def test_unimplemented(
    fresh: Drill, client: Clients, refused: Refused, service: str, method: str, arguments: Any
) -> None:
    """What the drill does not play is refused once, cleanly, and not tried again."""
    if arguments is None:
        arguments = {
            "EventSource": "ec2.amazonaws.com",
            "EventName": "RunInstances",
            "InsightType": "ApiCallRateInsight",
        }
    before = len(fresh.calls())
    who = fresh.root(VICTIM)
    code, status, message = refused(getattr(client(service, who=who, attempts=4), method), **arguments)
    assert (code, status) == ("NotImplemented", 501)
    assert message.startswith(f"the drill does not play {service}:")
    assert len(fresh.calls(before)) == 1


def test_two_services_of_one_name_in_two_protocols(drill: Drill, client: Clients) -> None:
    """The newer is asked by path, which the older does not know: it speaks no REST."""
    assert client("simpledbv2", who=drill.root(VICTIM)).list_exports()["exportSummaries"] == []


def test_the_kind_of_body_does_not_say_which_protocol(client: Clients) -> None:
    """A service is asked in its own protocol, whatever kind of body a client says that it sends."""
    route53 = client("route53", who=None)
    kind = {"Content-Type": "application/json"}
    route53.meta.events.register("before-call.route53", lambda params, **_: params["headers"].update(kind))
    assert route53.list_hosted_zones()["HostedZones"] == []


def test_region_not_opted_in(client: Clients, refused: Refused) -> None:
    """A region that the account has not opted in to refuses every key, in EC2's way."""
    assert refused(client("ec2", "af-south-1").describe_vpcs)[:2] == ("AuthFailure", 401)


def test_regions_can_be_narrowed_and_widened(drill: Drill, client: Clients, refused: Refused) -> None:
    """Only the regions that are set are listed and answer, and us-east-1 always answers."""
    drill.regions(["eu-west-1", "af-south-1"])
    ec2 = client("ec2")
    assert [one["RegionName"] for one in ec2.describe_regions()["Regions"]] == ["af-south-1", "eu-west-1"]
    assert client("ec2", "af-south-1").describe_vpcs()["Vpcs"]
    assert client("ec2", "us-east-1").describe_vpcs()["Vpcs"]
    assert refused(client("ec2", "eu-west-2").describe_vpcs)[0] == "AuthFailure"
    assert client("iam", "us-east-1").list_users()["Users"]


def test_all_regions(client: Clients) -> None:
    """The 17 default regions and some that wait for opting in are listed, each as what it is."""
    listed = client("ec2").describe_regions(AllRegions=True)["Regions"]
    by_state: dict[str, int] = {}
    for one in listed:
        by_state[one["OptInStatus"]] = by_state.get(one["OptInStatus"], 0) + 1
    assert by_state == {"opt-in-not-required": 17, "not-opted-in": 6}


def test_request_id_is_the_recorded_one(drill: Drill, client: Clients) -> None:
    """The request id that a client reads, in whichever protocol, is the one in the record."""
    for protocol in ("ec2", "query", "json 1.1", "rest-json", "s3"):
        answer = _deed(client, protocol, who=drill.root(VICTIM))()["ResponseMetadata"]
        assert answer["RequestId"] == drill.calls()[-1]["request_id"]
        assert "date" in answer["HTTPHeaders"]

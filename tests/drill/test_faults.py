"""Faults on demand."""

from __future__ import annotations

import http.client
import time
from random import Random

import pytest
from botocore.exceptions import ConnectionClosedError

from forensics.drill import Drill
from forensics.drill.faults import Fault, Faults
from forensics.drill.server import DrillError
from tests.drill.conftest import Clients, Refused


@pytest.mark.parametrize(
    ("service", "method", "code", "status"),
    [
        ("ec2", "describe_vpcs", "RequestLimitExceeded", 503),
        ("iam", "list_users", "Throttling", 400),
        ("cloudtrail", "describe_trails", "ThrottlingException", 400),
        ("lambda", "list_functions", "ThrottlingException", 429),
        ("s3", "list_buckets", "SlowDown", 503),
    ],
)
def test_throttle(
    drill: Drill, client: Clients, refused: Refused, service: str, method: str, code: str, status: int
) -> None:
    """A throttled call is refused in its protocol's code."""
    drill.fault(kind="throttle", service=service)
    assert refused(getattr(client(service), method))[:2] == (code, status)


def test_times_and_retries(drill: Drill, client: Clients) -> None:
    """A fault that strikes twice is survived by three attempts, and each attempt is recorded."""
    before = len(drill.calls())
    drill.fault(kind="error", service="ec2", operation="DescribeVpcs", times=2)
    assert client("ec2", attempts=3).describe_vpcs()["Vpcs"]
    calls = drill.calls(before)
    assert [call["code"] for call in calls] == ["Unavailable", "Unavailable", ""]
    assert [call["fault"] for call in calls] == ["error", "error", ""]


def test_only_where_asked(drill: Drill, client: Clients, refused: Refused) -> None:
    """Service, operation and region each narrow a fault."""
    drill.fault(kind="throttle", service="ec2", operation="DescribeVpcs", region="us-east-1")
    assert client("ec2").describe_vpcs()["Vpcs"]
    assert client("ec2", "us-east-1").describe_subnets()["Subnets"]
    assert refused(client("ec2", "us-east-1").describe_vpcs)[0] == "RequestLimitExceeded"


def test_reset(drill: Drill, client: Clients) -> None:
    """A reset connection has no answer at all."""
    drill.fault(kind="reset", times=1)
    with pytest.raises(ConnectionClosedError):
        client("ec2").describe_vpcs()
    assert drill.calls()[-1]["status"] == 0


@pytest.mark.parametrize(("when", "made"), [("before", 0), ("after", 1)])
def test_reset_before_or_after(drill: Drill, client: Clients, web: str, when: str, made: int) -> None:
    """A lost answer may be to a call that was carried out: the snapshot is there."""
    ec2 = client("ec2")
    volume = ec2.describe_instances(InstanceIds=[web])["Reservations"][0]["Instances"][0]
    volume = volume["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]
    mine = [{"Name": "description", "Values": [f"lost-{when}"]}]
    drill.fault(kind="reset", operation="CreateSnapshot", times=1, when=when)
    with pytest.raises(ConnectionClosedError):
        ec2.create_snapshot(VolumeId=volume, Description=f"lost-{when}")
    assert len(ec2.describe_snapshots(OwnerIds=["self"], Filters=mine)["Snapshots"]) == made


def test_torn(drill: Drill) -> None:
    """A torn body is shorter than its Content-Length says, and the connection is over."""
    drill.fault(kind="torn", service="*")
    connection = http.client.HTTPConnection(drill.url.removeprefix("http://"), timeout=60)
    try:
        connection.request("GET", "/")
        response = connection.getresponse()
        # unsigned, so refused before any fault: nothing is torn
        assert len(response.read()) == int(response.headers["Content-Length"])
    finally:
        connection.close()


def test_torn_body_of_a_signed_call(drill: Drill, client: Clients) -> None:
    """A signed call's answer is cut in the middle."""
    heads: list[tuple[int, int]] = []
    ec2 = client("ec2")
    ec2.meta.events.register(
        "before-parse.ec2.DescribeVpcs",
        lambda response_dict, **_: heads.append(
            (len(response_dict["body"]), int(response_dict["headers"]["Content-Length"]))
        ),
    )
    drill.fault(kind="torn", times=1)
    with pytest.raises(Exception, match=r"parse|IncompleteRead|Connection"):
        ec2.describe_vpcs()
    assert all(got < promised for got, promised in heads)


def test_expired(drill: Drill, client: Clients, refused: Refused) -> None:
    """An expired token can befall one call alone."""
    drill.fault(kind="expired", service="iam", times=1)
    iam = client("iam")
    assert refused(iam.list_users)[0] == "ExpiredToken"
    assert iam.list_users()["Users"]


def test_delay(drill: Drill, client: Clients) -> None:
    """A delayed call is answered, later."""
    drill.fault(kind="delay", operation="DescribeVpcs", seconds=0.3)
    begun = time.monotonic()
    assert client("ec2").describe_vpcs()["Vpcs"]
    assert time.monotonic() - begun >= 0.3


def test_code_and_status_of_ones_own(drill: Drill, client: Clients, refused: Refused) -> None:
    """A fault may carry any code that AWS is known for."""
    drill.fault(
        kind="error", operation="CreateSnapshots", code="SnapshotCreationPerVolumeRateExceeded", status=400
    )
    arguments = {"InstanceSpecification": {"InstanceId": "i-0"}}
    assert refused(client("ec2").create_snapshots, **arguments)[:2] == (
        "SnapshotCreationPerVolumeRateExceeded",
        400,
    )


@pytest.mark.parametrize("rule", [{"kind": "flood"}, {}, {"kind": "throttle", "servce": "ec2"}])
def test_rule_that_is_none(drill: Drill, rule: dict[str, str]) -> None:
    """A rule with a word that does not exist is refused, so that no test runs without its fault."""
    with pytest.raises(DrillError, match="no such fault"):
        drill.fault(**rule)


def test_probability_is_repeatable() -> None:
    """The same seed strikes the same calls, about as often as was asked for."""

    def strikes() -> list[bool]:
        faults = Faults(Random(7))
        faults.rules.append(Fault.of({"kind": "throttle", "probability": 0.3}))
        return [bool(faults.draw("ec2", "DescribeVpcs", "eu-west-1")) for _ in range(1000)]

    first = strikes()
    assert first == strikes()
    assert 250 < sum(first) < 350


def test_skip() -> None:
    """A rule may let some calls pass first."""
    faults = Faults(Random(1))
    faults.rules.append(Fault.of({"kind": "reset", "skip": 2, "times": 1}))
    assert [bool(faults.draw("ec2", "X", "r")) for _ in range(5)] == [False, False, True, False, False]

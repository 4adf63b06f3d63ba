"""Services in which nobody has made anything: what they say, in each protocol, and when moto takes over."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.session import get_session

from forensics.drill import cbor, lacking, untouched
from forensics.drill.record import mutating
from forensics.drill.server import Drill
from forensics.drill.unset import DEFAULTS, ERRORS
from tests.drill.conftest import Clients, Refused

SESSION = get_session()


def model(service: str, operation: str) -> Any:
    """Give botocore's model of an operation."""
    return SESSION.get_service_model(service).operation_model(operation)


@pytest.mark.parametrize(
    ("service", "method", "keys"),
    [
        ("ecs", "list_clusters", {"clusterArns"}),
        ("autoscaling", "describe_auto_scaling_groups", {"AutoScalingGroups"}),
        ("eks", "list_clusters", {"clusters"}),
        ("route53", "list_query_logging_configs", {"QueryLoggingConfigs"}),
        ("cloudwatch", "describe_alarms", {"CompositeAlarms", "LogAlarms", "MetricAlarms"}),
        ("rolesanywhere", "list_trust_anchors", {"trustAnchors"}),
        ("eventbridgev2", "list_event_sources", {"EventSources"}),
        ("cloudwatchomni", "list_access_grants", {"items"}),
        ("backup", "list_backup_vaults", {"BackupVaultList"}),
    ],
)
def test_nothing_there(root: Clients, service: str, method: str, keys: set[str]) -> None:
    """An empty list in each protocol: json, query, rest-json, rest-xml and CBOR."""
    answer = getattr(root(service), method)()
    del answer["ResponseMetadata"]
    assert {name for name, value in answer.items() if value == []} == set(answer) == keys


@pytest.mark.parametrize(
    ("service", "method", "arguments", "code"),
    [
        ("eks", "describe_cluster", {"name": "x"}, "ResourceNotFoundException"),
        ("eks", "list_nodegroups", {"clusterName": "x"}, "ResourceNotFoundException"),
        (
            "backup",
            "list_recovery_points_by_backup_vault",
            {"BackupVaultName": "x"},
            "ResourceNotFoundException",
        ),
        (
            "dlm",
            "get_lifecycle_policy",
            {"PolicyId": "policy-0123456789abcdef0"},
            "ResourceNotFoundException",
        ),
        ("macie2", "get_macie_session", {}, "AccessDeniedException"),
        ("organizations", "list_accounts", {}, "AWSOrganizationsNotInUseException"),
        ("support", "describe_cases", {}, "SubscriptionRequiredException"),
        ("health", "describe_events", {}, "SubscriptionRequiredException"),
        ("securityhub", "describe_hub", {}, "InvalidAccessException"),
    ],
)
def test_what_is_not_there_or_not_set_up(
    root: Clients, refused: Refused, service: str, method: str, arguments: dict[str, Any], code: str
) -> None:
    """A thing that is asked for by name is not found, never answered empty."""
    assert refused(getattr(root(service), method), **arguments)[0] == code


def test_moto_answers_once_something_was_made(fresh: Drill, root: Clients) -> None:
    """From the first call that may change something, and in each region."""
    ecs = root("ecs")
    assert ecs.list_clusters()["clusterArns"] == []
    ecs.create_cluster(clusterName="miner")
    assert [arn.rpartition("/")[2] for arn in ecs.list_clusters()["clusterArns"]] == ["miner"]
    assert ecs.list_tasks(cluster="miner")["taskArns"] == []
    fresh.reset()
    assert root("ecs").list_clusters()["clusterArns"] == []


def test_what_moto_lacks_is_told_all_the_same(fresh: Drill, root: Clients, web: str) -> None:
    """Of what somebody made: who was let in by a share, and what a command came to."""
    share = {"name": "s", "principals": ["999999999999"]}
    root("ram").create_resource_share(**share)
    [found] = root("ram").list_principals(resourceOwner="SELF")["principals"]
    assert found["id"] == "999999999999"
    assert root("ram").list_principals(resourceOwner="OTHER-ACCOUNTS")["principals"] == []
    assert root("ram").list_resources(resourceOwner="SELF")["resources"] == []
    command = {"DocumentName": "AWS-RunShellScript", "Parameters": {"commands": ["id"]}}
    sent = root("ssm").send_command(InstanceIds=[web], **command)["Command"]
    told = root("ssm").list_command_invocations(Details=True)["CommandInvocations"]
    assert (sent["CommandId"], web) in {(one["CommandId"], one["InstanceId"]) for one in told}
    assert {len(one["CommandPlugins"]) for one in told} == {1}
    guard = root("guardduty")
    [detector] = guard.list_detectors()["DetectorIds"]
    guard.create_filter(DetectorId=detector, Name="hide", FindingCriteria={"Criterion": {}}, Action="ARCHIVE")
    assert guard.list_filters(DetectorId=detector)["FilterNames"] == ["hide"]
    assert guard.list_filters(DetectorId="d" * 32)["FilterNames"] == []
    assert root("account").list_regions(RegionOptStatusContains=["DISABLED"])["Regions"]
    fresh.reset()


def test_every_list_that_moto_lacks_is_one() -> None:
    """By its model, and moto has really no answer to it."""
    for service, operations in lacking.LISTS.items():
        for operation in operations:
            assert untouched.nothing(model(service, operation)), operation
    for service, operation in lacking.TOLD:
        assert model(service, operation)


def test_an_operation_that_moto_lacks_keeps_its_error(root: Clients, refused: Refused) -> None:
    """What nobody here can carry out is refused, and the service is as untouched as before."""
    assert refused(root("rolesanywhere").enable_profile, profileId="12345678-1234-1234-1234-123456789012")[
        :2
    ] == ("NotImplemented", 501)
    assert root("rolesanywhere").list_profiles()["profiles"] == []


def test_bytes_that_are_no_cbor() -> None:
    """No parameters, as where JSON is no JSON."""
    describe = model("eventbridgev2", "ListEventBuses")
    assert cbor.read(describe, b"\xff\x00") == {}
    assert cbor.read(describe, b"") == {}


@pytest.mark.parametrize(("service", "operation"), sorted({*DEFAULTS, *ERRORS}))
def test_the_tables_are_of_reads_that_there_are(service: str, operation: str) -> None:
    """Each is an operation that changes nothing, and a default has members of its answer."""
    assert not mutating(operation)
    shape = model(service, operation).output_shape
    assert set(DEFAULTS.get((service, operation), {})) <= set(shape.members)


@pytest.mark.parametrize(
    ("service", "operation", "named"),
    [
        ("eks", "DescribeCluster", {"name"}),
        ("ram", "GetResourceShares", set()),
        ("cognito-idp", "ListUserPools", set()),
        ("organizations", "ListPolicies", set()),
        ("ecs", "DescribeTasks", {"tasks"}),
        ("ecs", "ListTasks", set()),
        ("guardduty", "ListFilters", {"DetectorId"}),
    ],
)
def test_what_is_a_name(service: str, operation: str, named: set[str]) -> None:
    """A text that has to be given, and is not one of a few words that the model knows."""
    assert untouched.names(model(service, operation)) == named


def test_an_answer_that_is_no_list_is_moto_s(root: Clients) -> None:
    """What a service says of itself is not made up."""
    with pytest.raises(ClientError):
        root("rolesanywhere").get_trust_anchor(trustAnchorId="12345678-1234-1234-1234-123456789012")
    assert untouched.nothing(model("eks", "DescribeCluster")) is None

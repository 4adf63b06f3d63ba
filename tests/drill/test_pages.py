"""Pages that are pages."""

from __future__ import annotations

from typing import Any

import pytest

from forensics.drill import Drill
from tests.drill.conftest import Clients, Refused


def _all(client: Any, operation: str, key: str, **how: Any) -> list[Any]:
    pages = list(client.get_paginator(operation).paginate(**how))
    assert len(pages) > 1
    return [item for page in pages for item in page[key]]


@pytest.mark.parametrize(
    ("operation", "key", "name"),
    [
        ("list_users", "Users", "UserName"),
        ("list_roles", "Roles", "RoleName"),
        ("list_policies", "Policies", "Arn"),
        ("list_groups", "Groups", "GroupName"),
    ],
)
def test_iam(client: Clients, operation: str, key: str, name: str) -> None:
    """IAM's lists come in pages of MaxItems, each item once."""
    iam = client("iam")
    whole = [item[name] for item in getattr(iam, operation)()[key]]
    paged = _all(iam, operation, key, PaginationConfig={"PageSize": 3})
    assert [item[name] for item in paged] == whole


def test_authorization_details(client: Clients) -> None:
    """GetAccountAuthorizationDetails pages over its four lists together."""
    iam = client("iam")
    keys = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
    whole = iam.get_account_authorization_details()
    assert not whole["IsTruncated"]
    pages = list(
        iam.get_paginator("get_account_authorization_details").paginate(PaginationConfig={"PageSize": 7})
    )
    assert max(sum(len(page[key]) for key in keys) for page in pages) == 7
    for key in keys:
        assert [item for page in pages for item in page[key]] == whole[key]


@pytest.mark.parametrize(
    ("operation", "key", "id_"),
    [
        ("describe_volumes", "Volumes", "VolumeId"),
        ("describe_security_groups", "SecurityGroups", "GroupId"),
        ("describe_network_interfaces", "NetworkInterfaces", "NetworkInterfaceId"),
        ("describe_subnets", "Subnets", "SubnetId"),
        ("describe_tags", "Tags", "Value"),
        ("describe_snapshots", "Snapshots", "SnapshotId"),
    ],
)
def test_ec2_without_asking(drill: Drill, client: Clients, operation: str, key: str, id_: str) -> None:
    """EC2 may cut pages that nobody asked for: all of the list comes, nothing twice."""
    ec2 = client("ec2")
    whole = [item[id_] for item in getattr(ec2, operation)()[key]]
    drill.page_size(2)
    assert [item[id_] for item in _all(ec2, operation, key)] == whole


def test_reservations(drill: Drill, client: Clients) -> None:
    """DescribeInstances pages by reservations."""
    drill.page_size(1)
    pages = list(client("ec2").get_paginator("describe_instances").paginate())
    assert [len(page["Reservations"]) for page in pages] == [1, 1, 1, 1]


def test_token_of_another_question(client: Clients, refused: Refused) -> None:
    """A token answers the question that it was given for, and no other."""
    ec2 = client("ec2")
    token = ec2.describe_volumes(MaxResults=5)["NextToken"]
    other = {"Filters": [{"Name": "status", "Values": ["in-use"]}], "NextToken": token, "MaxResults": 5}
    assert refused(ec2.describe_volumes, **other)[0] == "InvalidNextToken"

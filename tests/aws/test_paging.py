"""Where the next page is."""

from __future__ import annotations

import botocore.session
import pytest

from forensics.aws import codes
from forensics.aws.paging import Paging, paging

SESSION = botocore.session.Session()

NO_PAGINATOR = [
    ("ebs", "ListSnapshotBlocks"),
    ("ebs", "ListChangedBlocks"),
    ("ec2", "DescribeLockedSnapshots"),
    ("ec2", "ListVolumesInRecycleBin"),
    ("iam", "ListServiceSpecificCredentials"),
    ("cloudtrail", "ListEventDataStores"),
    ("cloudtrail", "ListChannels"),
    ("cloudtrail", "ListQueries"),
    ("wafv2", "ListWebACLs"),
    ("wafv2", "ListIPSets"),
    ("events", "ListEventBuses"),
    ("events", "ListConnections"),
    ("events", "ListApiDestinations"),
    ("events", "ListArchives"),
    ("ssm", "ListInventoryEntries"),
    ("ssm", "DescribeDocumentPermission"),
    ("guardduty", "ListPublishingDestinations"),
    ("detective", "ListGraphs"),
    ("dynamodb", "ListExports"),
    ("athena", "ListWorkGroups"),
    ("apprunner", "ListServices"),
    ("sesv2", "ListEmailIdentities"),
]


@pytest.mark.parametrize(("service", "operation"), NO_PAGINATOR)
def test_lists_without_a_paginator_page_all_the_same(service: str, operation: str) -> None:
    """boto3's users lose all but the first page of these, without a word."""
    found = paging(SESSION, service, operation)
    assert found.inputs
    assert found.plain


@pytest.mark.parametrize(
    ("service", "operation", "limit", "size"),
    [
        ("ec2", "DescribeInstances", "MaxResults", 200),
        ("ec2", "DescribeVolumes", "MaxResults", 500),
        ("ec2", "DescribeLaunchTemplates", "MaxResults", 200),
        ("ec2", "DescribeLaunchTemplateVersions", "MaxResults", 200),
        ("ec2", "DescribeManagedPrefixLists", "MaxResults", 100),
        ("ec2", "DescribeRouteTables", "MaxResults", 100),
        ("ec2", "DescribeAddresses", "", 0),
        ("iam", "ListUsers", "MaxItems", 1_000),
        ("iam", "GetAccountAuthorizationDetails", "", 0),
        ("cloudtrail", "ListChannels", "", 0),
    ],
)
def test_size_of_a_page(service: str, operation: str, limit: str, size: int) -> None:
    """EC2 is asked in moderate pages within the bounds of its model, IAM in the biggest."""
    found = paging(SESSION, service, operation)
    assert (found.limit, found.size) == (limit, size)


@pytest.mark.parametrize("row", ["ec2.GetConsoleOutput", "iam.GetAccountSummary", "sts.GetCallerIdentity"])
def test_what_has_no_pages_has_one(row: str) -> None:
    """An operation without tokens is asked once."""
    assert paging(SESSION, *row.split(".")) == Paging()


def test_first_page_leaves_a_size_that_the_row_chose() -> None:
    """The row's own parameters go before ours."""
    found = Paging(("NextToken",), ("NextToken",), "", "MaxResults", 500)
    assert found.first({"a": 1}) == {"a": 1, "MaxResults": 500}
    assert found.first({"MaxResults": 5}) == {"MaxResults": 5}


@pytest.mark.parametrize("values", [{}, {"NextToken": None}, {"NextToken": ""}])
def test_no_token_is_the_last_page(values: dict[str, str]) -> None:
    """Null, missing or empty: that was all."""
    assert Paging(("NextToken",), ("NextToken",)).following(values) == ({}, "")


MARKER = Paging(("Marker",), ("Marker",), "IsTruncated")


@pytest.mark.parametrize("flag", [True, "true"])
def test_iam_says_whether_there_is_more(flag: object) -> None:
    """By a flag, which XML that was not read whole gives as a word."""
    assert MARKER.following({"IsTruncated": flag, "Marker": "m"}) == ({"Marker": "m"}, "")
    assert MARKER.following({"IsTruncated": flag}) == ({}, codes.MISSING_TOKEN)
    assert MARKER.following({"IsTruncated": flag, "Marker": ""}) == ({}, codes.MISSING_TOKEN)


@pytest.mark.parametrize("flag", [False, "false", None, "", "TRUE"])
def test_a_marker_beside_no_is_no_page(flag: object) -> None:
    """Where the flag says that this was all, a left-over marker is not followed."""
    assert MARKER.following({"IsTruncated": flag, "Marker": "m"}) == ({}, "")


def test_tokens_that_take_more_than_a_member_need_the_whole_answer() -> None:
    """S3 derives its marker from the last key: that is not to be had from the top of the answer."""
    found = paging(SESSION, "s3", "ListObjects")
    assert not found.plain
    assert found.following({"IsTruncated": True, "Contents": [{"Key": "k"}]}) == ({"Marker": "k"}, "")


def test_several_tokens_go_together() -> None:
    """Some lists need two or three tokens to name the next page."""
    found = paging(SESSION, "route53", "ListResourceRecordSets")
    values = {"IsTruncated": True, "NextRecordName": "a.", "NextRecordType": "A"}
    assert found.following(values) == ({"StartRecordName": "a.", "StartRecordType": "A"}, "")

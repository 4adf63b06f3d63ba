"""The account as a whole: its place in an organization, its settings, and whom AWS would call."""

from __future__ import annotations

from forensics.collectors.spec import Call, Collector, Phase, Reach

COLLECTOR = Collector(
    name="account",
    about="the account, its organization and its settings",
    phase=Phase.CONFIGURATION,
    calls=(
        Call(
            service="organizations",
            operation="DescribeOrganization",
            about="the organization, and which account manages it",
            absent=frozenset({"AWSOrganizationsNotInUseException"}),
            reach=Reach.GLOBAL,
        ),
        Call(
            service="account",
            operation="GetContactInformation",
            about="to whom the account belongs, as AWS has it",
            absent=frozenset({"ResourceNotFoundException"}),
            reach=Reach.GLOBAL,
            sensitive=True,
        ),
        Call(
            service="account",
            operation="GetAlternateContact",
            about="whom AWS tells of abuse: an attacker may have changed it",
            params=(
                {"AlternateContactType": "SECURITY"},
                {"AlternateContactType": "OPERATIONS"},
                {"AlternateContactType": "BILLING"},
            ),
            absent=frozenset({"ResourceNotFoundException"}),
            reach=Reach.GLOBAL,
            sensitive=True,
        ),
        Call(service="ec2", operation="DescribeAccountAttributes", about="EC2's limits for the account"),
        Call(
            service="ec2",
            operation="GetSerialConsoleAccessStatus",
            about="whether the serial console can be used: a way in beside the network",
        ),
        Call(
            service="ec2",
            operation="GetInstanceMetadataDefaults",
            about="metadata options of new instances: whether IMDSv1 is on",
        ),
    ),
)

"""The account as a whole: its settings, its regions, and whom AWS would call."""

from __future__ import annotations

from forensics.collectors.spec import Call, Collector, Phase, Reach

COLLECTOR = Collector(
    name="account",
    about="the account, its contacts and its settings",
    phase=Phase.CONFIGURATION,
    calls=(
        Call(
            service="account",
            operation="GetAccountInformation",
            about="its name, and since when there is an account",
            reach=Reach.GLOBAL,
        ),
        Call(
            service="account",
            operation="ListRegions",
            about="which regions are open: an attacker opens one where nobody looks",
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

"""Ways to S3 beside the buckets' own: access points, grants, batch jobs, and the account's block."""

from __future__ import annotations

from functools import partial

from forensics.collectors.spec import ACCOUNT, Call, Collector, Each, Phase, Reach, Thing

_control = partial(Call, service="s3control", params=({"AccountId": ACCOUNT},))

COLLECTOR = Collector(
    name="access_points",
    about="access points, grants and batch jobs of S3, and the account's block of public access",
    phase=Phase.CONFIGURATION,
    calls=(
        _control(
            operation="GetPublicAccessBlock",
            about="whether any bucket of the account can be made public",
            absent=frozenset({"NoSuchPublicAccessBlockConfiguration"}),
            reach=Reach.GLOBAL,
        ),
        _control(
            operation="ListAccessPoints",
            about="access points: names of their own for a bucket, each with a policy",
            lists=(
                Thing(
                    kind="s3:accesspoint",
                    select="AccessPointList[].{id: Name, arn: AccessPointArn}",
                ),
            ),
        ),
        _control(
            operation="GetAccessPointPolicy",
            about="who may come in through each",
            each=Each(row="s3control.ListAccessPoints", select="AccessPointList[].{Name: Name}"),
            absent=frozenset({"NoSuchAccessPointPolicy"}),
        ),
        _control(
            operation="ListAccessGrants",
            about="grants to people and roles for what is in buckets",
            # No instance of S3 Access Grants in the region.
            absent=frozenset({"AccessGrantsInstanceNotExistsError"}),
        ),
        _control(
            operation="ListJobs",
            about="jobs over millions of objects at once: copying, restoring, deleting",
        ),
    ),
)

"""Access logs: found through what the services say of themselves, and lying where they say."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from forensics.drill import Drill
from tests.drill.conftest import VICTIM, Clients

ADDRESS = "203.0.113.77"


def _bucket(client: Clients) -> tuple[str, str]:
    said = client("s3").get_bucket_logging(Bucket="harbour-customers")["LoggingEnabled"]
    return said["TargetBucket"], said["TargetPrefix"] + "20"


def _balancer(client: Clients) -> tuple[str, str]:
    elb = client("elbv2")
    arn = elb.describe_load_balancers()["LoadBalancers"][0]["LoadBalancerArn"]
    said = elb.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]
    facts = {one["Key"]: one["Value"] for one in said}
    assert facts["access_logs.s3.enabled"] == "true"
    place = f"{facts['access_logs.s3.prefix']}/AWSLogs/{VICTIM}/elasticloadbalancing/eu-west-1/"
    return facts["access_logs.s3.bucket"], place


def _distribution(client: Clients) -> tuple[str, str]:
    cloudfront = client("cloudfront", "us-east-1")
    id_ = cloudfront.list_distributions()["DistributionList"]["Items"][0]["Id"]
    said = cloudfront.get_distribution_config(Id=id_)["DistributionConfig"]["Logging"]
    assert said["Enabled"]
    return said["Bucket"].removesuffix(".s3.amazonaws.com"), f"{said['Prefix']}{id_}."


def _firewall(client: Clients) -> tuple[str, str]:
    waf = client("wafv2")
    arn = waf.list_web_acls(Scope="REGIONAL")["WebACLs"][0]["ARN"]
    said = waf.get_logging_configuration(ResourceArn=arn)["LoggingConfiguration"]
    bucket = said["LogDestinationConfigs"][0].rpartition(":")[2]
    assert bucket.startswith("aws-waf-logs-")
    return bucket, f"AWSLogs/{VICTIM}/WAFLogs/eu-west-1/shop-acl/"


def _resolver(client: Clients) -> tuple[str, str]:
    resolver = client("route53resolver")
    said = resolver.list_resolver_query_log_configs()["ResolverQueryLogConfigs"][0]
    vpc = resolver.list_resolver_query_log_config_associations()["ResolverQueryLogConfigAssociations"][0]
    bucket, _, prefix = said["DestinationArn"].rpartition(":")[2].partition("/")
    return bucket, f"{prefix}/AWSLogs/{VICTIM}/vpcdnsquerylogs/{vpc['ResourceId']}/"


@pytest.mark.parametrize(
    ("where", "told"),
    [
        (_bucket, "REST.GET.OBJECT 2026/customers.csv"),
        (_balancer, "/upload/shell.php"),
        (_distribution, "#Version: 1.0"),
        (_firewall, '"webaclId"'),
        (_resolver, "pool.example.invalid."),
    ],
)
def test_logs_lie_where_their_service_says(client: Clients, where: Any, told: str) -> None:
    """Two objects each, with the intruder in them."""
    s3 = client("s3")
    bucket, prefix = where(client)
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]]
    assert len(keys) == 2
    for key in keys:
        body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        text = (gzip.decompress(body) if key.endswith(".gz") else body).decode()
        assert told in text
        assert ADDRESS in text or where is _resolver


def test_asking_leaves_no_log(drill: Drill, client: Clients, root: Clients) -> None:
    """What we ask of a logged bucket writes no log of its own: the bucket stays as it was seeded."""
    s3 = client("s3")
    before = s3.list_objects_v2(Bucket="harbour-access-logs")["KeyCount"]
    s3.get_bucket_policy(Bucket="harbour-customers")
    root("s3").put_object(Bucket="harbour-customers", Key="x", Body=b"")
    root("s3").delete_object(Bucket="harbour-customers", Key="x")
    assert s3.list_objects_v2(Bucket="harbour-access-logs")["KeyCount"] == before
    assert drill.calls()


def test_what_is_not_logged_says_so(client: Clients) -> None:
    """A bucket without logging has none."""
    assert "LoggingEnabled" not in client("s3").get_bucket_logging(Bucket="harbour-flow-logs")

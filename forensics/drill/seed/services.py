"""Trail, buckets, functions, secrets, parameters, findings."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

from forensics.drill import delivery
from forensics.drill.seed.machines import HOME, UNWATCHED
from forensics.drill.seed.names import ATTACKER_ADDRESS, BACKWARDS
from forensics.drill.seed.stage import Stage
from forensics.drill.world import VICTIM

LOGS = "harbour-cloudtrail"
CUSTOMERS = "harbour-customers"
TRAIL = "harbour-trail"


def trail(stage: Stage) -> None:
    """Make the trail, and stop it as the attacker did, who first told it to leave KMS out."""
    s3 = stage.client("s3", HOME)
    s3.create_bucket(Bucket=LOGS, CreateBucketConfiguration={"LocationConstraint": HOME})
    s3.put_bucket_policy(Bucket=LOGS, Policy=json.dumps(_delivery()))
    s3.put_bucket_versioning(Bucket=LOGS, VersioningConfiguration={"Status": "Enabled"})
    cloudtrail = stage.client("cloudtrail", HOME)
    cloudtrail.create_trail(
        Name=TRAIL, S3BucketName=LOGS, IsMultiRegionTrail=True, EnableLogFileValidation=True
    )
    cloudtrail.start_logging(Name=TRAIL)
    selector = {
        "ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": [],
        "ExcludeManagementEventSources": ["kms.amazonaws.com"],
    }  # fmt: skip
    cloudtrail.put_event_selectors(TrailName=TRAIL, EventSelectors=[selector])
    cloudtrail.stop_logging(Name=TRAIL)
    delivery.arrange(stage.world, delivery.Plan(TRAIL, HOME, LOGS, tampering=delivery.SEEDED))


def _delivery() -> Mapping[str, Any]:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": ["s3:GetBucketAcl", "s3:PutObject"],
        "Resource": [f"arn:aws:s3:::{LOGS}", f"arn:aws:s3:::{LOGS}/AWSLogs/{VICTIM}/*"],
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def buckets(stage: Stage) -> None:
    """Make the bucket of customers' data, made public by the attacker, with an object deleted from it."""
    s3 = stage.client("s3", HOME)
    s3.create_bucket(Bucket=CUSTOMERS, CreateBucketConfiguration={"LocationConstraint": HOME})
    s3.put_bucket_versioning(Bucket=CUSTOMERS, VersioningConfiguration={"Status": "Enabled"})
    public = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{CUSTOMERS}/*",
    }
    s3.put_bucket_policy(
        Bucket=CUSTOMERS, Policy=json.dumps({"Version": "2012-10-17", "Statement": [public]})
    )
    s3.put_object(Bucket=CUSTOMERS, Key="2026/customers.csv", Body=b"id,name\n1,A. Example\n")
    s3.put_object(Bucket=CUSTOMERS, Key="../../escape.txt", Body=b"a key is not a path\n")
    s3.delete_object(Bucket=CUSTOMERS, Key="2026/customers.csv")


def functions(stage: Stage) -> None:
    """Make a function with a secret in its environment and a URL that anyone may call."""
    client = stage.client("lambda", HOME)
    client.create_function(
        FunctionName="order-sync",
        Runtime="python3.12",
        Role=f"arn:aws:iam::{VICTIM}:role/lambda-orders",
        Handler="main.handler",
        Code={"ZipFile": _zip()},
        Environment={"Variables": {"DB_PASSWORD": "hunter2-not-real", "NOTE": "\x1b[2Jok"}},
    )
    client.create_function_url_config(FunctionName="order-sync", AuthType="NONE")


def _zip() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        info = zipfile.ZipInfo("main.py", date_time=(2026, 11, 21, 2, 50, 0))
        archive.writestr(info, "def handler(event, context):\n    return eval(event['body'])\n")
    return file.getvalue()


def secrets(stage: Stage) -> None:
    """Keep secrets where a company keeps them."""
    manager = stage.client("secretsmanager", HOME)
    manager.create_secret(Name="shop/database", SecretString="not-a-real-secret")
    parameters = stage.client("ssm", HOME)
    parameters.put_parameter(Name="/shop/api-token", Value="not-a-real-token", Type="SecureString")
    parameters.put_parameter(
        Name="/shop/motd", Value="hello", Type="String", Description=f"\x1b]0;x\x07{BACKWARDS}"
    )


def findings(stage: Stage) -> None:
    """Let GuardDuty have seen it."""
    stage.client("guardduty", HOME).create_detector(Enable=True)
    table = (
        ("UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS", 8.0, HOME),
        ("CryptoCurrency:EC2/BitcoinTool.B!DNS", 8.0, UNWATCHED),
        ("Stealth:IAMUser/CloudTrailLoggingDisabled", 2.0, HOME),
    )
    for number, (kind, severity, region) in enumerate(table):
        kept: list[Any] = stage.world.shelf.setdefault(("findings", VICTIM, region), [])
        kept.append(_finding(number, kind, severity, region))


def _finding(number: int, kind: str, severity: float, region: str) -> Mapping[str, Any]:
    id_ = f"{number:032x}"
    moment = "2026-11-21T03:05:00.000Z"
    call = {"Api": "StopLogging", "RemoteIpDetails": {"IpAddressV4": ATTACKER_ADDRESS}}
    return {
        "AccountId": VICTIM,
        "Arn": f"arn:aws:guardduty:{region}:{VICTIM}:detector/d/finding/{id_}",
        "CreatedAt": moment,
        "Description": f"Seen from {ATTACKER_ADDRESS}",
        "Id": id_,
        "Partition": "aws",
        "Region": region,
        "Resource": {"ResourceType": "AccessKey"},
        "SchemaVersion": "2.0",
        "Service": {"Action": {"ActionType": "AWS_API_CALL", "AwsApiCallAction": call}, "Count": 1},
        "Severity": severity,
        "Title": kind,
        "Type": kind,
        "UpdatedAt": moment,
    }

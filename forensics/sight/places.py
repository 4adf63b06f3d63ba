"""Networks, instances, balancers and buckets: what is recorded of each, and the detectors of a region."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from forensics.collectors.log_groups import LOGINS
from forensics.model import GLOBAL
from forensics.sight.answers import Answers
from forensics.sight.report import OFF, ON, PARTLY, UNKNOWN, Sight

DAYS = 90
"""Days that logs are to be kept: it takes as long to notice a breach."""


def _flow_logs(answers: Answers, region: str) -> Iterator[Sight]:
    """Yield of each network whether all of its traffic is recorded, and delivered."""
    logs: dict[str, list[Mapping[str, Any]]] = {}
    for one in answers.of("ec2.DescribeFlowLogs", region, "FlowLogs"):
        logs.setdefault(str(one.get("ResourceId", "")), []).append(one)
    for vpc in answers.of("ec2.DescribeVpcs", region, "Vpcs"):
        name = str(vpc.get("VpcId", ""))
        if why := answers.unknown("ec2.DescribeFlowLogs", region):
            yield Sight("flow logs", region, name, UNKNOWN, detail=why)
        else:
            yield _flow_log(region, name, logs.get(name, []))


def _flow_log(region: str, vpc: str, logs: list[Mapping[str, Any]]) -> Sight:
    whole = [one for one in logs if one.get("TrafficType") == "ALL" and not _undelivered(one)]
    if whole:
        return Sight("flow logs", region, vpc, ON, min(_time(one.get("CreationTime")) for one in whole))
    reasons = sorted({_undelivered(one) or f"only {one.get('TrafficType')} traffic" for one in logs})
    command = (
        f"aws ec2 create-flow-logs --resource-type VPC --resource-ids={shlex.quote(vpc)} --traffic-type ALL "
        f"--log-destination-type s3 --log-destination arn:aws:s3:::BUCKET --region={shlex.quote(region)}"
    )
    unseen = "whom its machines talked to, and how much they sent out"
    return Sight(
        "flow logs", region, vpc, PARTLY if logs else OFF, "", "", "; ".join(reasons), unseen, (command,)
    )


def _undelivered(one: Mapping[str, Any]) -> str:
    if one.get("DeliverLogsStatus") == "FAILED":
        return f"not delivered: {one.get('DeliverLogsErrorMessage') or 'no reason given'}"
    return "" if one.get("FlowLogStatus", "ACTIVE") == "ACTIVE" else "not active"


def _agent(answers: Answers, region: str) -> Iterator[Sight]:
    """Say whether logins of machines go anywhere but to their own disks, and for how long they stay."""
    if why := answers.unknown("logs.DescribeLogGroups", region):
        yield Sight("login logs", region, "", UNKNOWN, detail=why)
        return
    groups = list(answers.of("logs.DescribeLogGroups", region, "logGroups"))
    logins = [one for one in groups if LOGINS.search(str(one.get("logGroupName", "")))]
    machines = any(
        one.get("Instances") for one in answers.of("ec2.DescribeInstances", region, "Reservations")
    )
    if machines and not logins:
        unseen = "logins and commands: they are on the machines' own disks, where an intruder rubs them out"
        command = (
            "aws ssm send-command --document-name AWS-ConfigureAWSPackage --targets "
            "Key=InstanceIds,Values=IDS --parameters action=Install,name=AmazonCloudWatchAgent "
            f"--region={shlex.quote(region)}"
        )
        yield Sight("login logs", region, "", OFF, unseen=unseen, commands=(command,))
    for one in logins:
        yield Sight("login logs", region, str(one.get("logGroupName")), ON, _millis(one.get("creationTime")))
    yield from (sight for one in groups if (sight := _retention(region, one)) is not None)


def _retention(region: str, group: Mapping[str, Any]) -> Sight | None:
    days, name = group.get("retentionInDays"), str(group.get("logGroupName", ""))
    if not isinstance(days, int) or days >= DAYS:
        return None
    command = (
        f"aws logs put-retention-policy --log-group-name={shlex.quote(name)} --retention-in-days 365 "
        f"--region={shlex.quote(region)}"
    )
    unseen = f"what is older than {days} days"
    return Sight("retention", region, name, PARTLY, "", "", f"kept for {days} days", unseen, (command,))


def _guard_duty(answers: Answers, region: str) -> Iterator[Sight]:
    if why := answers.unknown("guardduty.ListDetectors", region) or answers.unknown(
        "guardduty.GetDetector", region
    ):
        yield Sight("GuardDuty", region, "", UNKNOWN, detail=why)
        return
    for said in answers.about("guardduty.GetDetector", region):
        if said.answer.get("Status") == "ENABLED":
            yield Sight("GuardDuty", region, "", ON, _time(said.answer.get("CreatedAt")))
            return
    command = f"aws guardduty create-detector --enable --region={shlex.quote(region)}"
    yield Sight(
        "GuardDuty", region, "", OFF, unseen="known attackers, miners, leaked keys", commands=(command,)
    )


def _recorder(answers: Answers, region: str) -> Iterator[Sight]:
    row = "config.DescribeConfigurationRecorderStatus"
    if why := answers.unknown(row, region):
        yield Sight("configuration recorder", region, "", UNKNOWN, detail=why)
        return
    found = list(answers.of(row, region, "ConfigurationRecordersStatus"))
    on = [one for one in found if one.get("recording")]
    if on:
        yield Sight("configuration recorder", region, "", ON, _time(on[0].get("lastStartTime")))
        return
    name, place = shlex.quote(str(found[0].get("name"))) if found else "default", shlex.quote(region)
    start = (
        f"aws configservice start-configuration-recorder --configuration-recorder-name={name} "
        f"--region={place}"
    )
    make = (
        (
            "aws configservice put-configuration-recorder --configuration-recorder name=default,roleARN=ROLE "
            f"--recording-group allSupported=true --region={place}"
        ),
        (
            "aws configservice put-delivery-channel --delivery-channel "
            f"name=default,s3BucketName=BUCKET --region={place}"
        ),
    )
    unseen = "what was changed in between, and back"
    commands = (start,) if found else (*make, start)
    yield Sight("configuration recorder", region, "", OFF, unseen=unseen, commands=commands)


def _resolver(answers: Answers, region: str) -> Iterator[Sight]:
    row = "route53resolver.ListResolverQueryLogConfigAssociations"
    seen = {
        str(one.get("ResourceId"))
        for one in answers.of(row, region, "ResolverQueryLogConfigAssociations")
        if one.get("Status", "ACTIVE") == "ACTIVE"
    }
    for vpc in answers.of("ec2.DescribeVpcs", region, "Vpcs"):
        name, place = str(vpc.get("VpcId", "")), shlex.quote(region)
        if why := answers.unknown(row, region):
            yield Sight("resolver logs", region, name, UNKNOWN, detail=why)
        elif name in seen:
            yield Sight("resolver logs", region, name, ON)
        else:
            commands = (
                (
                    "aws route53resolver create-resolver-query-log-config --name NAME "
                    f"--creator-request-id ID --destination-arn arn:aws:s3:::BUCKET --region={place}"
                ),
                (
                    "aws route53resolver associate-resolver-query-log-config "
                    f"--resolver-query-log-config-id ID --resource-id={shlex.quote(name)} --region={place}"
                ),
            )
            unseen = "which names its machines asked for: how malware calls home"
            yield Sight("resolver logs", region, name, OFF, unseen=unseen, commands=commands)


def _balancers(answers: Answers, region: str) -> Iterator[Sight]:
    for said in answers.about("elbv2.DescribeLoadBalancerAttributes", region):
        attributes = {str(one.get("Key")): one.get("Value") for one in said.answer.get("Attributes") or ()}
        on = attributes.get("access_logs.s3.enabled") == "true"
        arn = str(said.asked.get("LoadBalancerArn", ""))
        command = (
            f"aws elbv2 modify-load-balancer-attributes --load-balancer-arn={shlex.quote(arn)} --attributes "
            f"Key=access_logs.s3.enabled,Value=true Key=access_logs.s3.bucket,Value=BUCKET "
            f"--region={shlex.quote(region)}"
        )
        yield _access("balancer access logs", region, arn, command, on=on)
    for said in answers.about("elb.DescribeLoadBalancerAttributes", region):
        on = bool((said.answer.get("LoadBalancerAttributes") or {}).get("AccessLog", {}).get("Enabled"))
        name = str(said.asked.get("LoadBalancerName", ""))
        command = (
            f"aws elb modify-load-balancer-attributes --load-balancer-name={shlex.quote(name)} "
            "--load-balancer-attributes AccessLog={Enabled=true,S3BucketName=BUCKET} "
            f"--region={shlex.quote(region)}"
        )
        yield _access("balancer access logs", region, name, command, on=on)
    for row in ("elbv2.DescribeLoadBalancerAttributes", "elb.DescribeLoadBalancerAttributes"):
        if why := answers.unknown(row, region):
            yield Sight("balancer access logs", region, row, UNKNOWN, detail=why)


def _access(source: str, region: str, name: str, command: str, *, on: bool) -> Sight:
    if on:
        return Sight(source, region, name, ON)
    return Sight(source, region, name, OFF, unseen="who asked it for what", commands=(command,))


def buckets(answers: Answers) -> Iterator[Sight]:
    """Yield of each bucket whether access to it is logged. CloudTrail's data events would tell it too."""
    for said in answers.about("s3.GetBucketLogging", GLOBAL):
        name = str(said.asked.get("Bucket", ""))
        wanted = '{"LoggingEnabled":{"TargetBucket":"BUCKET","TargetPrefix":"s3/"}}'
        command = (
            f"aws s3api put-bucket-logging --bucket={shlex.quote(name)} "
            f"--bucket-logging-status={shlex.quote(wanted)}"
        )
        on = bool(said.answer.get("LoggingEnabled"))
        yield _access("bucket access logs", GLOBAL, name, command, on=on)
    if why := answers.unknown("s3.ListBuckets", GLOBAL) or answers.unknown("s3.GetBucketLogging", GLOBAL):
        yield Sight("bucket access logs", GLOBAL, "", UNKNOWN, detail=why)


def _time(value: Any) -> str:
    return str(value.isoformat() if hasattr(value, "isoformat") else value or "")


def _millis(value: Any) -> str:
    if not isinstance(value, int) or not 0 < value < 10**14:
        return ""
    return datetime.fromtimestamp(value / 1_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


LOOKS: tuple[Callable[[Answers, str], Iterator[Sight]], ...] = (
    *(_flow_logs, _agent, _guard_duty, _recorder, _resolver, _balancers),
)
"""What is looked at in each region."""


def look(answers: Answers, region: str) -> Iterator[Sight]:
    """Yield all that is looked at in a region."""
    if why := answers.unknown("ec2.DescribeVpcs", region):
        yield Sight("networks", region, "", UNKNOWN, detail=why)
    for one in LOOKS:
        yield from one(answers, region)

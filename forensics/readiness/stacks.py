"""
What is in a stack that is named to be destroyed: it ends with it, as CloudFormation lists it now.

Each of its resources is looked for by its service and its id, as if it had been named. What is then found
nowhere (parts of other things, types that nobody here lists) stays in the way, in one line for the stack.
Whether a resource is to be retained is not asked: nothing is lost by judging it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from forensics.aws import ask
from forensics.aws.ask import Asker
from forensics.aws.session import Session, drain
from forensics.model import Source
from forensics.readiness.naming import MOST_CHARACTERS, Named
from forensics.readiness.things import Found

STACK = "cloudformation:stack"
MOST = 1_000
"""Stacks that are looked into, those in stacks among them; any other is in the way as a whole."""

_NESTED = "AWS::CloudFormation::Stack"
_NOTHING = frozenset(
    {
        "AWS::CDK::Metadata",
        "AWS::CloudFormation::WaitCondition",
        "AWS::CloudFormation::WaitConditionHandle",
    }
)
"""Types of which nothing is anywhere."""
_ENDED = "DELETE_COMPLETE"
_SERVICES = {
    "ACMPCA": "acm-pca",
    "AmazonMQ": "mq",
    "ApiGatewayV2": "apigateway",
    "CertificateManager": "acm",
    "CodeStarNotifications": "codestar-notifications",
    "Cognito": "cognito-idp",
    "DirectoryService": "ds",
    "DocDB": "rds",
    "EFS": "elasticfilesystem",
    "EMR": "elasticmapreduce",
    "EMRContainers": "emr-containers",
    "EMRServerless": "emr-serverless",
    "ElasticLoadBalancingV2": "elasticloadbalancing",
    "Elasticsearch": "es",
    "InspectorV2": "inspector2",
    "KinesisAnalyticsV2": "kinesisanalytics",
    "KinesisFirehose": "firehose",
    "MSK": "kafka",
    "Neptune": "rds",
    "NetworkFirewall": "network-firewall",
    "OpenSearchServerless": "aoss",
    "OpenSearchService": "es",
    "PaymentCryptography": "payment-cryptography",
    "RedshiftServerless": "redshift-serverless",
    "ResourceGroups": "resource-groups",
    "StepFunctions": "states",
    "WAFRegional": "waf-regional",
}
"""Services whose ARNs have another name than CloudFormation's types, in small letters."""


@dataclass(frozen=True, slots=True)
class Inside:
    """What is in one stack."""

    stack: Named
    region: str
    things: tuple[Named, ...] = ()
    refusal: ask.Refusal | None = None
    """Why nobody knows, or knows all of it."""

    def of(self, found: Found) -> bool:
        """Say whether it is about a stack that is alive."""
        return found.region == self.region and self.stack.fits(found.kind, found.id, found.region, found.arn)


def inside(session: Session, wanted: Sequence[Named], regions: Sequence[str]) -> Iterator[Inside]:
    """
    Yield what is in each stack that was named, and in the stacks in it; a plain name may be of anything.

    Raises `CredentialsError`, and whatever interrupts it.
    """
    waiting = [(one, region) for one in wanted if _is_stack(one) for region in regions]
    waiting = [(one, region) for one, region in waiting if one.region in {"", region}]
    seen: set[tuple[str, str]] = set()
    while waiting and len(seen) < MOST:
        stack, region = waiting.pop()
        key = (stack.arn or stack.id, region)
        if key not in seen:
            seen.add(key)
            found = _ask(session, stack, region)
            waiting += [(one, region) for one in found.things if _is_stack(one)]
            yield found


def _is_stack(one: Named) -> bool:
    return one.kind == STACK or ":stack/" in one.arn.partition(":cloudformation:")[2]


def _ask(session: Session, stack: Named, region: str) -> Inside:
    source = Source(session.identity.account, region, "cloudformation", "ListStackResources")
    asker = Asker(session, source, session.clock, session.sleep, session.draw)
    found: list[Named] = []

    def take(answer: ask.Answer) -> None:
        found.extend(_things(answer.values.get("StackResourceSummaries") or (), stack, region))

    asking = asker.pages({"StackName": stack.arn or stack.id}, take, whole=True, bound=True)
    _, refusal = drain(asking)
    return Inside(stack, region, refusal=refusal, things=tuple(found))


def _things(said: Sequence[Any], stack: Named, region: str) -> Iterator[Named]:
    for one in said:
        kind, name = str(one.get("ResourceType") or ""), str(one.get("PhysicalResourceId") or "")
        if not name or kind in _NOTHING or one.get("ResourceStatus") == _ENDED:
            continue  # without an id there is nothing yet, or never was
        text, name = f"{kind[:100]} {name}"[:MOST_CHARACTERS], name[:MOST_CHARACTERS]
        if kind == _NESTED:
            yield Named(text, name, STACK, region=region, arn=name, account=stack.account)
        else:
            yield Named(text, name, service=_service(kind), region=region, account=stack.account)


def _service(kind: str) -> str:
    """Name the service of a type, as ARNs and our kinds do."""
    middle = kind.split("::")[1] if kind.count("::") == 2 else kind
    return _SERVICES.get(middle, middle.lower())

"""What AWS itself told the account: support cases on abuse, events of its health, and exposed keys."""

from __future__ import annotations

from functools import partial

from forensics.aws.names import Batch
from forensics.collectors.spec import Call, Collector, Each, Phase, Reach

NO_PLAN = frozenset({"SubscriptionRequiredException"})
"""Both APIs are for accounts with a paid support plan. Without one there is nothing to ask for: no gap."""

_support = partial(Call, service="support", reach=Reach.GLOBAL, absent=NO_PLAN)
_health = partial(Call, service="health", reach=Reach.GLOBAL, absent=NO_PLAN)

COLLECTOR = Collector(
    name="support",
    about="support cases, events of AWS Health, and Trusted Advisor's checks of security",
    phase=Phase.IDENTITY,
    calls=(
        _health(
            operation="DescribeEvents",
            about="what AWS saw in 90 days: exposed keys, abuse, and outages",
        ),
        _health(
            operation="DescribeEventDetails",
            about="AWS's words on each event of this account",
            # Outages of whole regions are told to everybody, and there are thousands.
            each=Each(
                row="health.DescribeEvents",
                select="events[?eventScopeCode=='ACCOUNT_SPECIFIC'].{eventArns: arn}",
            ),
            batch=Batch("eventArns", 10),
            failed="failedSet[].{code: errorName, message: errorMessage, arn: eventArn}",
        ),
        _health(
            operation="DescribeAffectedEntities",
            about="which keys, users and instances each of these is about",
            each=Each(
                row="health.DescribeEvents",
                select="events[?eventScopeCode=='ACCOUNT_SPECIFIC'].{filter: {eventArns: [arn]}}",
            ),
        ),
        _support(
            operation="DescribeCases",
            about="cases of two years, closed ones too",
            params=({"includeResolvedCases": True, "includeCommunications": False},),
            sensitive=True,
        ),
        _support(
            operation="DescribeCommunications",
            about="what was written in each case",
            each=Each(row="support.DescribeCases", select="cases[].{caseId: caseId}"),
            sensitive=True,
        ),
        _support(
            operation="DescribeAttachment",
            about="what was attached to it",
            each=Each(
                row="support.DescribeCommunications",
                select="communications[].attachmentSet[].{attachmentId: attachmentId}",
            ),
            sensitive=True,
        ),
        _support(
            operation="DescribeTrustedAdvisorChecks",
            about="checks that there are",
            params=({"language": "en"},),
        ),
        _support(
            operation="DescribeTrustedAdvisorCheckResult",
            about="what the checks of security found: exposed access keys among it",
            params=({"language": "en"},),
            each=Each(
                row="support.DescribeTrustedAdvisorChecks",
                select="checks[?category=='security'].{checkId: id}",
            ),
        ),
    ),
)

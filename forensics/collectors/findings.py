"""What AWS's own watchmen found: GuardDuty, Security Hub, Inspector, Macie and Detective."""

from __future__ import annotations

from functools import partial

from forensics.aws.names import Batch
from forensics.collectors.detection import NO_HUB
from forensics.collectors.spec import Call, Collector, Each, Phase

_guard = partial(Call, service="guardduty")
_hub = partial(Call, service="securityhub")
_inspector = partial(Call, service="inspector2")
_macie = partial(Call, service="macie2")

_DETECTORS = Each(row="guardduty.ListDetectors", select="DetectorIds[].{DetectorId: @}")
_ON = "accounts[?state.status=='ENABLED']"

COLLECTOR = Collector(
    name="findings",
    about="findings of GuardDuty, Security Hub, Inspector, Macie and Detective",
    phase=Phase.EVENTS,
    calls=(
        # Without criteria, it lists those too that were archived, or that a filter hides.
        _guard(
            operation="ListFindings",
            about="findings, hidden ones too: GuardDuty forgets them after ninety days",
            each=_DETECTORS,
        ),
        _guard(
            operation="GetFindings",
            about="each finding: what was done, by whom, from where",
            each=Each(
                row="guardduty.ListFindings", select="FindingIds[].{FindingIds: @}", carry=("DetectorId",)
            ),
            batch=Batch("FindingIds", 50),
        ),
        _guard(
            operation="ListCoverage",
            about="which machines and clusters it watches, and which not",
            each=_DETECTORS,
        ),
        _hub(
            operation="GetFindings",
            about="findings of all services and products, archived ones too",
            params=({"MaxResults": 100},),
            absent=NO_HUB,
        ),
        _hub(
            operation="GetFindingHistory",
            about="who dealt with a finding, or hid it",
            each=Each(
                row="securityhub.GetFindings",
                # New ones have no history yet, and there may be a hundred thousand.
                select="Findings[?Workflow.Status!='NEW']."
                "{FindingIdentifier: {Id: Id, ProductArn: ProductArn}}",
            ),
        ),
        _inspector(
            operation="ListFindings",
            about="holes in machines, images and functions: how the intruder may have come in",
            each=Each(
                row="inspector2.BatchGetAccountStatus",
                select=f"{_ON}.{{filterCriteria: "
                "{awsAccountId: [{comparison: 'EQUALS', value: accountId}]}}",
            ),
        ),
        _inspector(
            operation="ListCoverage",
            about="which of these it looks at",
            each=Each(
                row="inspector2.BatchGetAccountStatus",
                select=f"{_ON}.{{filterCriteria: "
                "{accountId: [{comparison: 'EQUALS', value: accountId}]}}",
            ),
        ),
        _macie(
            operation="ListFindings",
            about="buckets that were opened, and secrets found in them",
            said={"AccessDeniedException": "Macie is not enabled"},
        ),
        _macie(
            operation="GetFindings",
            about="each of these",
            each=Each(row="macie2.ListFindings", select="findingIds[].{findingIds: @}"),
            batch=Batch("findingIds", 50),
        ),
        Call(
            service="detective",
            operation="ListInvestigations",
            about="investigations that Detective made",
            each=Each(row="detective.ListGraphs", select="GraphList[].{GraphArn: Arn}"),
        ),
    ),
)

"""What was to detect an attack: whether it is on, what it was told to leave out, and whom it tells."""

from __future__ import annotations

from functools import partial

from forensics.collectors.spec import Call, Collector, Each, Phase, Reach, Thing

_guard = partial(Call, service="guardduty")
_hub = partial(Call, service="securityhub")
_config = partial(Call, service="config")

_DETECTORS = Each(row="guardduty.ListDetectors", select="DetectorIds[].{DetectorId: @}")

NO_HUB = frozenset({"InvalidAccessException"})
"""
An account without Security Hub is told so by this code, whoever asks; who may not ask is told
`AccessDeniedException`. Its absence is a finding for whoever reads, and no gap of ours.
"""

COLLECTOR = Collector(
    name="detection",
    about="what was to detect an attack: GuardDuty, Security Hub, Config and others, on or off",
    phase=Phase.IDENTITY,
    calls=(
        _guard(
            operation="ListDetectors",
            about="whether GuardDuty is on here",
            lists=(Thing(kind="guardduty:detector", select="DetectorIds[].{id: @}"),),
        ),
        _guard(operation="GetDetector", about="what it looks at", each=_DETECTORS),
        _guard(operation="ListFilters", about="filters of findings", each=_DETECTORS),
        _guard(
            operation="GetFilter",
            about="which findings each hides",
            each=Each(
                row="guardduty.ListFilters", select="FilterNames[].{FilterName: @}", carry=("DetectorId",)
            ),
        ),
        _guard(operation="ListIPSets", about="addresses that it is told to trust", each=_DETECTORS),
        _guard(operation="ListThreatIntelSets", about="addresses that it is told to fear", each=_DETECTORS),
        _guard(operation="ListPublishingDestinations", about="where findings are sent", each=_DETECTORS),
        _guard(
            operation="ListMembers",
            about="accounts that it watches, and those that left",
            params=({"OnlyAssociated": "false"},),
            each=_DETECTORS,
        ),
        _guard(operation="GetAdministratorAccount", about="which account rules over it", each=_DETECTORS),
        _hub(
            operation="DescribeHub",
            about="whether Security Hub is on here, and since when",
            absent=NO_HUB | {"ResourceNotFoundException"},
        ),
        _hub(operation="GetEnabledStandards", about="what it checks", absent=NO_HUB),
        _hub(operation="ListFindingAggregators", about="where findings are gathered", absent=NO_HUB),
        _config(
            operation="DescribeConfigurationRecorders",
            about="what Config records",
            lists=(
                Thing(
                    kind="config:configuration-recorder",
                    select="ConfigurationRecorders[].{id: name, arn: arn, name: name}",
                ),
            ),
        ),
        _config(operation="DescribeConfigurationRecorderStatus", about="whether it does, and what failed"),
        _config(
            operation="DescribeDeliveryChannels",
            about="where to",
            lists=(Thing(kind="config:delivery-channel", select="DeliveryChannels[].{id: name}"),),
        ),
        _config(operation="DescribeDeliveryChannelStatus", about="whether it came there"),
        _config(
            operation="DescribeConfigRules",
            about="what is checked of it",
            lists=(
                Thing(
                    kind="config:config-rule",
                    select="ConfigRules[].{id: ConfigRuleName, arn: ConfigRuleArn, name: ConfigRuleName}",
                ),
            ),
        ),
        Call(
            service="inspector2",
            operation="BatchGetAccountStatus",
            about="whether Inspector is on here, and for what",
            failed="failedAccounts[].{code: errorCode, message: errorMessage, account: accountId}",
        ),
        Call(
            service="macie2",
            operation="GetMacieSession",
            about="whether Macie is on here",
            # AWS has one code for "you may not" and "it is off", and two messages.
            said={"AccessDeniedException": "Macie is not enabled"},
            absent=frozenset({"ResourceNotFoundException"}),
        ),
        Call(
            service="detective",
            operation="ListGraphs",
            about="whether Detective is on here",
            lists=(Thing(kind="detective:graph", select="GraphList[].{id: Arn, arn: Arn}"),),
        ),
        Call(
            service="accessanalyzer",
            operation="ListAnalyzers",
            about="what looks for access from outside",
            lists=(
                Thing(kind="access-analyzer:analyzer", select="analyzers[].{id: name, arn: arn, name: name}"),
            ),
        ),
        Call(
            service="accessanalyzer",
            operation="ListFindingsV2",
            about="what it found: doors that stand open to other accounts",
            each=Each(row="accessanalyzer.ListAnalyzers", select="analyzers[].{analyzerArn: arn}"),
        ),
        Call(
            service="bedrock",
            operation="GetModelInvocationLoggingConfiguration",
            about="whether calls of models are logged, and where to",
        ),
        Call(
            service="route53",
            operation="ListQueryLoggingConfigs",
            about="which public zones log who asks for their names",
            lists=(Thing(kind="route53:queryloggingconfig", select="QueryLoggingConfigs[].{id: Id}"),),
            reach=Reach.GLOBAL,
        ),
    ),
)

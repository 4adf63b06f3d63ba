"""
Reads that moto lacks, of services in which somebody has made something.

Most are of things that moto cannot make either, so nobody has. The others are told from what moto keeps,
whose parts are loaded when they are asked for, since that takes a while.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from forensics.drill.call import Call
from forensics.drill.denials import Refusal
from forensics.drill.world import DEFAULT_REGIONS, OPT_IN_REGIONS

LISTS: Mapping[str, frozenset[str]] = {
    "backup": frozenset({"ListRecoveryPointsByBackupVault"}),
    "cloudwatch": frozenset({"DescribeAlarmHistory"}),
    "config": frozenset({"DescribeDeliveryChannelStatus"}),
    "ec2": frozenset({"DescribeVerifiedAccessInstanceLoggingConfigurations"}),
    "eks": frozenset(
        {"ListAccessEntries", "ListAddons", "ListAssociatedAccessPolicies", "ListPodIdentityAssociations"}
    ),
    "guardduty": frozenset(
        {"ListIPSets", "ListMembers", "ListPublishingDestinations", "ListThreatIntelSets"}
    ),
    "logs": frozenset({"DescribeAccountPolicies"}),
    "organizations": frozenset({"ListHandshakesForAccount", "ListHandshakesForOrganization"}),
    "securityhub": frozenset({"GetEnabledStandards", "ListFindingAggregators"}),
    "ssm": frozenset({"DescribeAutomationExecutions", "DescribeInstancePatches", "ListInventoryEntries"}),
    "sso-admin": frozenset({"ListApplications"}),
    "support": frozenset({"DescribeCommunications"}),
    "vpc-lattice": frozenset({"ListResourceConfigurations"}),
}
"""Lists that are empty, since moto has no way to put anything on them."""


_OLDER = frozenset({"AISERVICES_OPT_OUT_POLICY", "BACKUP_POLICY", "SERVICE_CONTROL_POLICY", "TAG_POLICY"})
"""Types of policies that moto knows; it makes none of the others."""


def _no_policy(_: Call) -> Mapping[str, Any]:
    raise Refusal("ResourceNotFoundException", "The vault has no access policy.", 400)


def _no_effect(_: Call) -> Mapping[str, Any]:
    raise Refusal("EffectivePolicyNotFoundException", "There is no policy of this type.", 400)


def _account(call: Call) -> Mapping[str, Any]:
    return {
        "AccountId": call.account,
        "AccountName": "Harbour Goods",
        "AccountCreatedDate": call.now.replace(year=call.now.year - 6, month=1, day=1),
        "AccountState": "ACTIVE",
    }


def _no_roles(call: Call) -> Mapping[str, Any]:
    return {"IdentityPoolId": call.params["IdentityPoolId"], "Roles": {}}


def _checked(call: Call) -> Mapping[str, Any]:
    none = dict.fromkeys(("resourcesProcessed", "resourcesFlagged", "resourcesIgnored"), 0)
    summary = {**none, "resourcesSuppressed": 0}
    at = call.now.strftime("%Y-%m-%dT%H:%M:%SZ")
    said = {"checkId": call.params["checkId"], "timestamp": at, "status": "ok", "flaggedResources": []}
    return {"result": {**said, "resourcesSummary": summary, "categorySpecificSummary": {}}}


def _shares(call: Call) -> list[Any]:
    from moto.ram.models import ram_backends  # noqa: PLC0415 - see above

    kept = ram_backends[call.account][call.region].resource_shares
    return [share for share in kept if share.status == "ACTIVE"] if _own(call) else []


def _own(call: Call) -> bool:
    return call.params.get("resourceOwner") == "SELF"


def _shared(call: Call) -> Mapping[str, Any]:
    return {
        "resources": [
            {"arn": arn, "resourceShareArn": share.arn, "type": _type(arn), "status": "AVAILABLE"}
            for share in _shares(call)
            for arn in share.resource_arns
        ]
    }


def _type(arn: str) -> str:
    _, _, service, _, _, resource = arn.split(":", 5)
    return f"{service}:{resource.partition('/')[0].title().replace('-', '')}"


def _principals(call: Call) -> Mapping[str, Any]:
    return {
        "principals": [
            {"id": principal, "resourceShareArn": share.arn}
            for share in _shares(call)
            for principal in share.principals
        ]
    }


def _none_of_others(call: Call) -> Mapping[str, Any] | None:
    return None if _own(call) else {"resourceShares": []}


def _newer_policies(call: Call) -> Mapping[str, Any] | None:
    return None if call.params["Filter"] in _OLDER else {"Policies": []}


def _filters(call: Call) -> Mapping[str, Any]:
    from moto.guardduty.models import guardduty_backends  # noqa: PLC0415 - see above

    detector = guardduty_backends[call.account][call.region].detectors.get(call.params["DetectorId"])
    return {"FilterNames": sorted(detector.filters) if detector else []}


def _invocations(call: Call) -> Mapping[str, Any]:
    from moto.ssm.models import ssm_backends  # noqa: PLC0415 - see above

    kept = vars(ssm_backends[call.account][call.region])["_commands"]
    return {
        "CommandInvocations": [
            {
                "CommandId": command.command_id,
                "InstanceId": told["InstanceId"],
                "DocumentName": command.document_name,
                "Comment": command.comment,
                "RequestedDateTime": command.requested_date_time,
                "Status": told["Status"],
                "StatusDetails": told["StatusDetails"],
                "CommandPlugins": [
                    {
                        "Name": told["PluginName"],
                        "Status": told["Status"],
                        "Output": str(told["StandardOutputContent"])[:2500],
                    }
                ]
                if call.params.get("Details")
                else [],
            }
            for command in kept
            for told in command.invocations
        ]
    }


def _regions(call: Call) -> Mapping[str, Any]:
    wanted = call.params.get("RegionOptStatusContains") or ()
    known = sorted({*DEFAULT_REGIONS, *OPT_IN_REGIONS, *call.world.regions})
    said = [(name, _status(call, name, standard=name in DEFAULT_REGIONS)) for name in known]
    return {
        "Regions": [
            {"RegionName": name, "RegionOptStatus": status}
            for name, status in said
            if not wanted or status in wanted
        ]
    }


def _status(call: Call, name: str, *, standard: bool) -> str:
    if standard:
        return "ENABLED_BY_DEFAULT"
    return "ENABLED" if name in call.world.regions else "DISABLED"


TOLD: Mapping[tuple[str, str], Callable[[Call], Mapping[str, Any] | None]] = {
    ("account", "GetAccountInformation"): _account,
    ("account", "ListRegions"): _regions,
    ("backup", "GetBackupVaultAccessPolicy"): _no_policy,
    ("cognito-identity", "GetIdentityPoolRoles"): _no_roles,
    ("guardduty", "ListFilters"): _filters,
    ("organizations", "DescribeEffectivePolicy"): _no_effect,
    ("organizations", "ListPolicies"): _newer_policies,
    ("ram", "GetResourceShares"): _none_of_others,
    ("ram", "ListPrincipals"): _principals,
    ("ram", "ListResources"): _shared,
    ("ssm", "ListCommandInvocations"): _invocations,
    ("support", "DescribeTrustedAdvisorCheckResult"): _checked,
}
"""What is told of what moto keeps, or is so in every account; None where it is moto that has to answer."""

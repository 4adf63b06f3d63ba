"""Answers that are the same in every account of the drill: nothing there, or AWS's default."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from forensics.drill.call import Call, Handler
from forensics.drill.denials import Refusal

NOTHING: Mapping[str, Mapping[str, str]] = {
    "cloudcontrol": {"ListResources": "ResourceDescriptions"},
    "cloudtrail": {
        "ListChannels": "Channels",
        "ListDashboards": "Dashboards",
        "ListEventDataStores": "EventDataStores",
        "ListImports": "Imports",
        "ListQueries": "Queries",
    },
    "ec2": {
        "DescribeAddressTransfers": "AddressTransfers",
        "DescribeCapacityReservations": "CapacityReservations",
        "DescribeClientVpnEndpoints": "ClientVpnEndpoints",
        "DescribeConversionTasks": "ConversionTasks",
        "DescribeExportImageTasks": "ExportImageTasks",
        "DescribeExportTasks": "ExportTasks",
        "DescribeFastSnapshotRestores": "FastSnapshotRestores",
        "DescribeImportImageTasks": "ImportImageTasks",
        "DescribeImportSnapshotTasks": "ImportSnapshotTasks",
        "DescribeInstanceConnectEndpoints": "InstanceConnectEndpoints",
        "DescribeInstanceEventWindows": "InstanceEventWindows",
        "DescribeIpamPools": "IpamPools",
        "DescribeIpams": "Ipams",
        "DescribeLocalGateways": "LocalGateways",
        "DescribeNetworkInterfacePermissions": "NetworkInterfacePermissions",
        "DescribePlacementGroups": "PlacementGroups",
        "DescribePublicIpv4Pools": "PublicIpv4Pools",
        "DescribeReplaceRootVolumeTasks": "ReplaceRootVolumeTasks",
        "DescribeScheduledInstances": "ScheduledInstanceSet",
        "DescribeSecurityGroupVpcAssociations": "SecurityGroupVpcAssociations",
        "DescribeStoreImageTasks": "StoreImageTaskResults",
        "DescribeTrafficMirrorFilterRules": "TrafficMirrorFilterRules",
        "DescribeTransitGatewayConnects": "TransitGatewayConnects",
        "DescribeTransitGatewayMulticastDomains": "TransitGatewayMulticastDomains",
        "DescribeTransitGatewayPolicyTables": "TransitGatewayPolicyTables",
        "DescribeTransitGatewayRouteTableAnnouncements": "TransitGatewayRouteTableAnnouncements",
        "DescribeTransitGatewayConnectPeers": "TransitGatewayConnectPeers",
        "DescribeVerifiedAccessEndpoints": "VerifiedAccessEndpoints",
        "DescribeVerifiedAccessInstances": "VerifiedAccessInstances",
        "DescribeVpcBlockPublicAccessExclusions": "VpcBlockPublicAccessExclusions",
        "DescribeVpcEndpointConnectionNotifications": "ConnectionNotificationSet",
        "DescribeVpcEndpointConnections": "VpcEndpointConnections",
        "ListImagesInRecycleBin": "Images",
        "ListSnapshotsInRecycleBin": "Snapshots",
        "ListVolumesInRecycleBin": "Volumes",
    },
    "iam": {"ListDelegationRequests": "DelegationRequests", "ListOrganizationsFeatures": "EnabledFeatures"},
    "guardduty": {"ListCoverage": "Resources"},
    "lambda": {"ListProvisionedConcurrencyConfigs": "ProvisionedConcurrencyConfigs"},
    "resource-explorer-2": {"ListViews": "Views"},
    "s3control": {"ListJobs": "Jobs"},
    "ssm": {
        "DescribeActivations": "ActivationList",
        "ListResourceDataSync": "ResourceDataSyncItems",
        "DescribeInstanceInformation": "InstanceInformationList",
        "DescribeSessions": "Sessions",
        "GetInventory": "Entities",
        "ListAssociations": "Associations",
    },
    "wafv2": {"ListResourcesForWebACL": "ResourceArns"},
}
"""Lists that are empty: nobody in the drill makes such things."""

DEFAULTS: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("account", "GetContactInformation"): {
        "ContactInformation": {
            "AddressLine1": "1 Harbour Street",
            "City": "Cork",
            "CountryCode": "IE",
            "FullName": "Harbour Goods Ltd",
            "PhoneNumber": "+353215550100",
            "PostalCode": "T12 X000",
        }
    },
    ("ec2", "DescribeVpcBlockPublicAccessOptions"): {
        "VpcBlockPublicAccessOptions": {"InternetGatewayBlockMode": "off", "State": "default-state"}
    },
    ("ec2", "GetAllowedImagesSettings"): {"State": "disabled", "ManagedBy": "account"},
    ("ec2", "GetEbsDefaultKmsKeyId"): {"KmsKeyId": "alias/aws/ebs"},
    ("ec2", "GetEbsEncryptionByDefault"): {"EbsEncryptionByDefault": False, "SseType": "none"},
    ("ec2", "GetImageBlockPublicAccessState"): {
        "ImageBlockPublicAccessState": "unblocked",
        "ManagedBy": "account",
    },
    ("ec2", "GetInstanceMetadataDefaults"): {"AccountLevel": {}},
    ("ec2", "GetSerialConsoleAccessStatus"): {"SerialConsoleAccessEnabled": False, "ManagedBy": "account"},
    ("ec2", "GetSnapshotBlockPublicAccessState"): {"State": "unblocked", "ManagedBy": "account"},
    ("ses", "GetAccountSendingEnabled"): {"Enabled": True},
    ("sesv2", "GetAccount"): {
        "DedicatedIpAutoWarmupEnabled": False,
        "EnforcementStatus": "HEALTHY",
        "ProductionAccessEnabled": False,
        "SendQuota": {"Max24HourSend": 200.0, "MaxSendRate": 1.0, "SentLast24Hours": 0.0},
        "SendingEnabled": True,
    },
}

CONFIGURED_NOT: Mapping[tuple[str, str], tuple[str, str, int]] = {
    ("resource-explorer-2", "GetIndex"): ("ResourceNotFoundException", "Index not found", 404),
    ("s3control", "ListAccessGrants"): (
        "AccessGrantsInstanceNotExistsError",
        "Access Grants Instance does not exist",
        404,
    ),
    ("account", "GetAlternateContact"): (
        "ResourceNotFoundException",
        "No contact of the inputted alternate contact type found.",
        404,
    ),
    ("cloudtrail", "GetChannel"): ("ChannelNotFoundException", "The channel does not exist.", 404),
    ("cloudtrail", "GetEventDataStore"): (
        "EventDataStoreNotFoundException",
        "The event data store does not exist.",
        404,
    ),
    ("cloudtrail", "GetResourcePolicy"): (
        "ResourcePolicyNotFoundException",
        "The resource policy does not exist.",
        404,
    ),
}
"""Errors by which AWS says that something is not set up."""


def _nothing(_: Call, key: str) -> Mapping[str, Any]:
    return {key: []}


def _default(_: Call, result: Mapping[str, Any]) -> Mapping[str, Any]:
    return result


def _refuse(_: Call, why: tuple[str, str, int]) -> Mapping[str, Any]:
    raise Refusal(*why)


def handlers(service: str) -> Mapping[str, Handler]:
    """Give the quiet answers of a service."""
    empty = {name: partial(_nothing, key=key) for name, key in NOTHING.get(service, {}).items()}
    fixed = {
        name: partial(_default, result=result) for (of, name), result in DEFAULTS.items() if of == service
    }
    absent = {name: partial(_refuse, why=why) for (of, name), why in CONFIGURED_NOT.items() if of == service}
    return {**empty, **fixed, **absent}


SERVICES = frozenset(NOTHING) | {of for of, _ in DEFAULTS} | {of for of, _ in CONFIGURED_NOT}

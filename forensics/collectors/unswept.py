"""What the sweep leaves out though it reads and needs no argument, each with the reason."""

from __future__ import annotations

from collections.abc import Mapping

OFFERED = "what AWS offers, the same for every account"
TWICE = "the same question is asked by another name"
COSTS = "each request costs money"
ELSEWHERE = "it is asked of an endpoint, or with a token, of the account's own"
CHANGES = "asking makes something"
WANTS = "it wants an argument, though its model does not say so"

EVERY = "*"
"""All operations of a service."""

_SERVICES: Mapping[str, Mapping[str, str]] = {
    OFFERED: {
        "artifact": "ListReports",
        "athena": "ListApplicationDPUSizes ListEngineVersions",
        "autoscaling": (
            "DescribeAdjustmentTypes DescribeAutoScalingNotificationTypes DescribeLifecycleHookTypes "
            "DescribeMetricCollectionTypes DescribeScalingProcessTypes DescribeTerminationPolicyTypes"
        ),
        "backup": "GetSupportedResourceTypes ListBackupPlanTemplates",
        "bedrock": "ListFoundationModels",
        "chime-sdk-voice": "ListAvailableVoiceConnectorRegions",
        "clouddirectory": "ListManagedSchemaArns",
        "codebuild": "ListCuratedEnvironmentImages",
        "codepipeline": "ListActionTypes ListRuleTypes",
        "codestar-notifications": "ListEventTypes",
        "controlcatalog": EVERY,
        "customer-profiles": "ListProfileObjectTypeTemplates ListRecommenderRecipes",
        "deadline": "ListAvailableMeteredProducts",
        "devicefarm": "ListDevices ListOfferingPromotions ListOfferings",
        "devops-agent": "ListAssetTypes",
        "directconnect": "DescribeLocations",
        "dms": (
            "DescribeApplicableIndividualAssessments DescribeEndpointTypes DescribeEngineVersions "
            "DescribeEventCategories DescribeOrderableReplicationInstances"
        ),
        "ec2": (
            "DescribeFpgaImages DescribeHostReservationOfferings DescribeInstanceTypeOfferings "
            "DescribeInstanceTypes DescribePrefixLists DescribeReservedInstancesOfferings "
            "DescribeSpotPriceHistory DescribeVpcEndpointServices GetVpnConnectionDeviceTypes"
        ),
        "eks": "DescribeAddonVersions DescribeClusterVersions",
        "elasticache": (
            "DescribeCacheEngineVersions DescribeReservedCacheNodesOfferings DescribeServiceUpdates"
        ),
        "elasticbeanstalk": "ListAvailableSolutionStacks ListPlatformVersions",
        "elb": "DescribeLoadBalancerPolicyTypes",
        "emr": "ListReleaseLabels",
        "es": (
            "DescribeReservedElasticsearchInstanceOfferings GetCompatibleElasticsearchVersions "
            "ListElasticsearchVersions"
        ),
        "evs": "GetVersions",
        "fis": "ListActions ListTargetResourceTypes",
        "grafana": "ListVersions",
        "health": "DescribeEventTypes",
        "iot": "ListManagedJobTemplates",
        "kafka": "GetCompatibleKafkaVersions ListKafkaVersions",
        "lightsail": (
            "GetBlueprints GetBucketBundles GetBundles GetDistributionBundles GetRegions "
            "GetRelationalDatabaseBlueprints GetRelationalDatabaseBundles"
        ),
        "logs": "DescribeConfigurationTemplates",
        "m2": "ListEngineVersions",
        "marketplace-agreement": EVERY,
        "marketplace-catalog": EVERY,
        "marketplace-discovery": EVERY,
        "mediaconnect": "ListOfferings",
        "mediaconvert": "ListVersions",
        "medialive": "ListOfferings ListVersions",
        "memorydb": "DescribeEngineVersions DescribeReservedNodesOfferings DescribeServiceUpdates",
        "mq": "DescribeBrokerEngineTypes",
        "opensearch": "DescribeReservedInstanceOfferings GetCompatibleVersions ListVersions",
        "osis": "ListPipelineBlueprints",
        "outposts": "ListCatalogItems ListOrderableInstanceTypes",
        "personalize": "ListRecipes",
        "polly": "DescribeVoices",
        "pricing": EVERY,
        "ram": "ListResourceTypes",
        "rds": (
            "DescribeCertificates DescribeDBEngineVersions DescribeDBMajorEngineVersions "
            "DescribeEventCategories DescribeReservedDBInstancesOfferings DescribeSourceRegions"
        ),
        "redshift": (
            "DescribeClusterTracks DescribeClusterVersions DescribeEventCategories "
            "DescribeOrderableClusterOptions DescribeReservedNodeOfferings"
        ),
        "redshift-serverless": "ListReservationOfferings ListTracks",
        "resource-explorer-2": "ListSupportedResourceTypes",
        "route53": "GetCheckerIpRanges GetGeoLocation ListGeoLocations",
        "route53domains": "ListPrices",
        "route53resolver": "ListFirewallRuleTypes",
        "savingsplans": "DescribeSavingsPlansOfferingRates DescribeSavingsPlansOfferings",
        "securityhub": (
            "DescribeProducts DescribeProductsV2 DescribeStandards ListSecurityControlDefinitions"
        ),
        "service-quotas": "ListServices",
        "signer": "ListSigningPlatforms",
        "snowball": "ListLongTermPricing ListPickupLocations",
        "ssm": "DescribeAvailablePatches GetInventorySchema",
        "ssm-quicksetup": "ListQuickSetupTypes",
        "ssm-sap": "ListConfigurationCheckDefinitions",
        "support": "DescribeServices DescribeSeverityLevels",
        "synthetics": "DescribeRuntimeVersions",
        "transfer": "ListSecurityPolicies",
        "translate": "ListLanguages",
        "trustedadvisor": "ListChecks",
        "uxc": "ListServices",
        "workspaces-instances": "ListInstanceTypes ListRegions",
    },
    TWICE: {
        "codestar-connections": EVERY,
        "docdb": EVERY,
        "ec2": "DescribeRegions",
        "es": "ListDomainNames ListVpcEndpoints",
        "neptune": EVERY,
        "ses": "ListVerifiedEmailAddresses",
        "sts": "GetCallerIdentity",
        "wisdom": EVERY,
    },
    COSTS: {"ce": EVERY},
    ELSEWHERE: {
        "chime-sdk-messaging": EVERY,
        "importexport": EVERY,
        "neptunedata": EVERY,
        "personalize-runtime": EVERY,
        "route53-recovery-cluster": EVERY,
        "workdocs": EVERY,
    },
    WANTS: {
        "apigateway": "GetSdkTypes",
        "cloudformation": "DescribeStackResources DescribeType GetHookResult GetTemplate GetTemplateSummary",
        "cloudfront": "GetRealtimeLogConfig ListDistributionsByRealtimeLogConfig",
        "cloudtrail": "DescribeQuery GetInsightSelectors",
        "codecommit": "GetBranch",
        "config": "GetComplianceDetailsByResource GetCustomRulePolicy",
        "elb": "DescribeLoadBalancerPolicies",
        "elbv2": "DescribeListeners DescribeRules DescribeSSLPolicies",
        "redshift-serverless": "GetSnapshot",
        "resource-groups": "GetGroup GetGroupConfiguration GetGroupQuery ListGroupResources",
        "s3tables": "GetTable",
        "s3vectors": "GetIndex GetVectorBucket GetVectorBucketPolicy ListIndexes",
        "servicecatalog": (
            "DescribeProduct DescribeProductAsAdmin DescribeProvisionedProduct "
            "DescribeProvisioningArtifact DescribeProvisioningParameters GetProvisionedProductOutputs"
        ),
        "ssm": "DescribeAssociation",
        "ssm-sap": "GetApplication GetDatabase",
        "wafv2": "GetRuleGroup GetWebACL",
        "xray": "GetGroup",
    },
    CHANGES: {"waf": "GetChangeToken", "waf-regional": "GetChangeToken"},
}

UNSWEPT: Mapping[tuple[str, str], str] = {
    (service, operation): reason
    for reason, services in _SERVICES.items()
    for service, operations in services.items()
    for operation in operations.split()
}
"""By botocore's names of service and operation, `EVERY` for all of the service."""


def why_unswept(service: str, operation: str) -> str:
    """Say why an operation is not swept; empty if it may be."""
    return UNSWEPT.get((service, operation)) or UNSWEPT.get((service, EVERY), "")

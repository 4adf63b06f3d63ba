"""
IAM's names of what is asked: which permission an operation needs.

Mostly the service's name and the operation's, as in `ec2:DescribeVpcs`; where IAM calls either otherwise, it
is here. https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

from __future__ import annotations

from collections.abc import Mapping

PREFIXES: Mapping[str, str] = {
    "accessanalyzer": "access-analyzer", "account-access-runtime": "account-access",
    "agent-registry-control": "agent-registry", "amp": "aps", "apigatewaymanagementapi": "execute-api",
    "apigatewayv2": "apigateway", "appconfigdata": "appconfig", "appintegrations": "app-integrations",
    "application-insights": "applicationinsights", "applicationcostprofiler": "application-cost-profiler",
    "backupsearch": "backup-search", "bedrock-agent": "bedrock", "bedrock-agent-runtime": "bedrock",
    "bedrock-agentcore-control": "bedrock-agentcore", "bedrock-data-automation": "bedrock",
    "bedrock-data-automation-runtime": "bedrock", "bedrock-runtime": "bedrock",
    "chime-sdk-identity": "chime", "chime-sdk-media-pipelines": "chime", "chime-sdk-meetings": "chime",
    "chime-sdk-messaging": "chime", "chime-sdk-voice": "chime", "cleanroomsml": "cleanrooms-ml",
    "cloudcontrol": "cloudformation", "cloudhsmv2": "cloudhsm", "cloudsearchdomain": "cloudsearch",
    "cloudwatchomni": "cloudwatch", "codeguruprofiler": "codeguru-profiler",
    "compute-optimizer-automation": "aco-automation", "connect-contact-lens": "connect",
    "connectcampaigns": "connect-campaigns", "connectcampaignsv2": "connect-campaigns",
    "connectcases": "cases", "connecthealth": "health-agent", "connectparticipant": "execute-api",
    "connectscheduling": "connect", "customer-profiles": "profile", "devops-agent": "aidevops",
    "docdb": "rds", "dynamodbstreams": "dynamodb", "efs": "elasticfilesystem",
    "elb": "elasticloadbalancing", "elbv2": "elasticloadbalancing",
    "elementalinference": "elemental-inference", "emr": "elasticmapreduce",
    "endusermessaging": "end-user-messaging", "eventbridgev2": "events", "forecastquery": "forecast",
    "greengrassv2": "greengrass", "iam-toolbox": "iam", "iot-data": "iot", "iot-jobs-data": "iotjobsdata",
    "iot-managed-integrations": "iotmanagedintegrations", "iotsecuretunneling": "iot",
    "ivs-realtime": "ivs", "keyspaces": "cassandra", "keyspacesstreams": "cassandra",
    "kinesis-video-archived-media": "kinesisvideo", "kinesis-video-media": "kinesisvideo",
    "kinesis-video-signaling": "kinesisvideo", "kinesis-video-webrtc-storage": "kinesisvideo",
    "kinesisanalyticsv2": "kinesisanalytics", "lambda-core": "lambda", "lambda-microvms": "lambda",
    "lambda-web": "lambda", "launch-wizard": "launchwizard", "lex-models": "lex", "lex-runtime": "lex",
    "lexv2-models": "lex", "lexv2-runtime": "lex", "location": "geo", "mailmanager": "ses",
    "marketplace-agreement": "aws-marketplace", "marketplace-catalog": "aws-marketplace",
    "marketplace-deployment": "aws-marketplace", "marketplace-discovery": "aws-marketplace",
    "marketplace-entitlement": "aws-marketplace", "marketplace-reporting": "aws-marketplace",
    "mediastore-data": "mediastore", "meteringmarketplace": "aws-marketplace",
    "migration-hub-refactor-spaces": "refactor-spaces", "migrationhub-config": "mgh",
    "migrationhuborchestrator": "migrationhub-orchestrator",
    "migrationhubstrategy": "migrationhub-strategy", "mturk": "mechanicalturk", "mwaa": "airflow",
    "mwaa-serverless": "airflow-serverless", "neptune": "rds", "neptunedata": "neptune-db",
    "notificationscontacts": "notifications-contacts", "opensearch": "es", "opensearchmemory": "osm",
    "opensearchserverless": "aoss", "partnercentral-account": "partnercentral",
    "partnercentral-benefits": "partnercentral", "partnercentral-channel": "partnercentral",
    "partnercentral-revenue-measurement": "partnercentral", "partnercentral-selling": "partnercentral",
    "payment-cryptography-data": "payment-cryptography", "personalize-events": "personalize",
    "personalize-runtime": "personalize", "pinpoint": "mobiletargeting", "pinpoint-email": "ses",
    "pinpoint-sms-voice": "sms-voice", "pinpoint-sms-voice-v2": "sms-voice",
    "pricing-plan-manager": "pricingplanmanager", "qconnect": "wisdom", "resiliencehubv2": "resiliencehub",
    "resourcegroupstaggingapi": "tag", "s3control": "s3", "s3outposts": "s3-outposts",
    "sagemaker-a2i-runtime": "sagemaker", "sagemaker-edge": "sagemaker",
    "sagemaker-featurestore-runtime": "sagemaker", "sagemaker-inference-router-runtime": "sagemaker",
    "sagemaker-metrics": "sagemaker", "sagemaker-runtime": "sagemaker", "sagemakerjobruntime": "sagemaker",
    "sagemakertrainingsessionruntime": "sagemaker", "service-quotas": "servicequotas",
    "servicecatalog-appregistry": "servicecatalog", "sesv2": "ses", "signer-data": "signer",
    "simpledbv2": "sdb", "socialmessaging": "social-messaging", "sso-admin": "sso", "sso-oidc": "sso-oauth",
    "stepfunctions": "states", "supplychain": "scn", "support-app": "supportapp", "taxsettings": "tax",
    "timestream-query": "timestream", "timestream-write": "timestream", "voice-id": "voiceid",
    "workspaces-thin-client": "thinclient",
}  # fmt: skip
"""Where IAM calls a service otherwise than botocore does."""

NAMES: Mapping[tuple[str, str], str] = {
    ("accessanalyzer", "GetFindingV2"): "GetFinding",
    ("accessanalyzer", "ListFindingsV2"): "ListFindings",
    ("budgets", "DescribeBudgets"): "ViewBudget",
    ("keyspaces", "GetKeyspace"): "Select",
    ("keyspaces", "GetTable"): "Select",
    ("keyspaces", "ListKeyspaces"): "Select",
    ("keyspaces", "ListTables"): "Select",
    ("lambda", "GetLayerVersionByArn"): "GetLayerVersion",
    ("s3", "GetBucketAccelerateConfiguration"): "GetAccelerateConfiguration",
    ("s3", "GetBucketAnalyticsConfiguration"): "GetAnalyticsConfiguration",
    ("s3", "GetBucketCors"): "GetBucketCORS",
    ("s3", "GetBucketEncryption"): "GetEncryptionConfiguration",
    ("s3", "GetBucketIntelligentTieringConfiguration"): "GetIntelligentTieringConfiguration",
    ("s3", "GetBucketInventoryConfiguration"): "GetInventoryConfiguration",
    ("s3", "GetBucketLifecycle"): "GetLifecycleConfiguration",
    ("s3", "GetBucketLifecycleConfiguration"): "GetLifecycleConfiguration",
    ("s3", "GetBucketMetadataConfiguration"): "GetBucketMetadataTableConfiguration",
    ("s3", "GetBucketMetricsConfiguration"): "GetMetricsConfiguration",
    ("s3", "GetBucketNotificationConfiguration"): "GetBucketNotification",
    ("s3", "GetBucketReplication"): "GetReplicationConfiguration",
    ("s3", "GetObjectLockConfiguration"): "GetBucketObjectLockConfiguration",
    ("s3", "GetPublicAccessBlock"): "GetBucketPublicAccessBlock",
    ("s3", "HeadBucket"): "ListBucket",
    ("s3", "HeadObject"): "GetObject",
    ("s3", "ListBucketAnalyticsConfigurations"): "GetAnalyticsConfiguration",
    ("s3", "ListBucketIntelligentTieringConfigurations"): "GetIntelligentTieringConfiguration",
    ("s3", "ListBucketInventoryConfigurations"): "GetInventoryConfiguration",
    ("s3", "ListBucketMetricsConfigurations"): "GetMetricsConfiguration",
    ("s3", "ListBuckets"): "ListAllMyBuckets",
    ("s3", "ListMultipartUploads"): "ListBucketMultipartUploads",
    ("s3", "ListObjectVersions"): "ListBucketVersions",
    ("s3", "ListObjects"): "ListBucket",
    ("s3", "ListObjectsV2"): "ListBucket",
    ("s3", "ListParts"): "ListMultipartUploadParts",
    ("s3control", "GetPublicAccessBlock"): "GetAccountPublicAccessBlock",
}
"""Where IAM calls an operation otherwise than botocore does."""

_BY_METHOD = frozenset({"apigateway", "apigatewayv2"})
"""Services whose permissions are HTTP's methods: `apigateway:GET`."""
_NOT_BY_METHOD = (
    "GetPortal",
    "GetProductPage",
    "GetProductRestEndpointPage",
    "GetRoutingRule",
    "ListPortal",
    "ListProduct",
    "ListRoutingRules",
)


def action_of(service: str, operation: str) -> str:
    """Name the permission that a reading operation needs, by botocore's names of service and operation."""
    if service in _BY_METHOD and not operation.startswith(_NOT_BY_METHOD):
        return "apigateway:GET"
    return f"{PREFIXES.get(service, service)}:{NAMES.get((service, operation), operation)}"

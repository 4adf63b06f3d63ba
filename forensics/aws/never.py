"""
What is never asked, whoever asks: secrets, credentials, and what belongs to the account's customers.

Read-only as IAM counts it, and still not for us: a case is handed over, and a password in it is a second
breach. A row or step that names one of these gets a refusal in place of a request, and so a gap. What changes
or ends something is no part of this table: it is kept by its verb, whatever a later version of AWS calls it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SECRET = "it answers with a secret"  # noqa: S105 - the reason, not one
CREDENTIALS = "it hands out credentials, or a link that needs none"
CONTENT = "it answers with what the account's users keep there"
CONSUMES = "it takes what it reads, so that nobody else gets it"
USES = "it uses a key, and tells nothing of it"

_SERVICES: Mapping[str, Mapping[str, str]] = {
    SECRET: {
        "acm": "ExportCertificate GetAcmeExternalAccountBindingCredentials",
        "amplifybackend": "GetBackendAuth",
        "appconfig": "GetConfiguration",
        "appconfigdata": "GetLatestConfiguration",
        "appstream": "DescribeDirectoryConfigs",
        "appsync": "ListApiKeys",
        "cloudfront-keyvaluestore": "GetKey ListKeys",
        "codepipeline": "ListWebhooks",
        "cognito-idp": "DescribeIdentityProvider DescribeUserPoolClient ListUserPoolClientSecrets",
        "datasync": "DescribeLocationFsxOntap DescribeLocationFsxOpenZfs",
        "datazone": "GetConnection ListConnections",
        "ec2": "GetPasswordData GetVpnConnectionDeviceSampleConfiguration",
        "invoicing": "GetProcurementPortalPreference",
        "iot": "GetRegistrationCode",
        "iotwireless": "GetWirelessDevice",
        "ivs": "BatchGetChannel BatchGetStreamKey GetChannel GetStreamKey GetStreamSession",
        "ivs-realtime": "GetIngestConfiguration",
        "lightsail": "DownloadDefaultKeyPair GetBucketAccessKeys GetRelationalDatabaseMasterUserPassword",
        "location": "DescribeKey",
        "managedblockchain": "GetAccessor",
        "mediapackage": "DescribeChannel ListChannels",
        "pca-connector-scep": "GetChallengePassword",
        "route53domains": "RetrieveDomainAuthCode",
        "route53globalresolver": "GetAccessToken",
        "secretsmanager": "BatchGetSecretValue GetRandomPassword GetSecretValue",
        "ssm": "GetParameter GetParameterHistory GetParameters GetParametersByPath",
        "storagegateway": "DescribeChapCredentials",
        "wafv2": "GetDecryptedAPIKey ListAPIKeys",
        "wickr": "GetOidcInfo GetOpentdfConfig",
    },
    CREDENTIALS: {
        "account-access-runtime": "GetRoleCredentials",
        "amplify": "GetArtifactUrl",
        "amplifybackend": "GetToken",
        "athena": "GetSessionEndpoint",
        "auditmanager": "GetEvidenceFileUploadUrl",
        "bedrock-agentcore": (
            "GetResourceApiKey GetResourceOauth2Token GetResourcePaymentToken GetWorkloadAccessToken "
            "GetWorkloadAccessTokenForJWT GetWorkloadAccessTokenForUserId"
        ),
        "cloudwatchomni": "GetSpaceCredentialsForOrganization GetSpaceDataAccess",
        "codeartifact": "GetAuthorizationToken",
        "codepipeline": "GetJobDetails GetThirdPartyJobDetails",
        "cognito-identity": (
            "GetCredentialsForIdentity GetId GetOpenIdToken GetOpenIdTokenForDeveloperIdentity"
        ),
        "cognito-idp": "GetClientToken GetDerivedToken GetTokensFromRefreshToken",
        "connect": "GetFederationToken",
        "connectparticipant": "GetAuthenticationUrl",
        "datazone": "GetEnvironmentCredentials GetIamPortalLoginUrl",
        "deadline": "AssumeFleetRoleForRead AssumeQueueRoleForRead AssumeQueueRoleForUser",
        "ecr": "GetAuthorizationToken",
        "ecr-public": "GetAuthorizationToken",
        "emr": (
            "GetClusterSessionCredentials GetOnClusterAppUIPresignedURL GetPersistentAppUIPresignedURL "
            "GetSessionEndpoint"
        ),
        "emr-containers": "GetManagedEndpointSessionCredentials",
        "emr-serverless": "GetDashboardForJobRun GetSessionEndpoint",
        "gamelift": "GetComputeAccess GetComputeAuthToken GetInstanceAccess",
        "glue": "GetDashboardUrl GetSessionEndpoint",
        "kinesis-video-signaling": "GetIceServerConfig",
        "lakeformation": (
            "GetTemporaryDataLocationCredentials GetTemporaryGlueFunctionCredentials "
            "GetTemporaryGluePartitionCredentials GetTemporaryGlueTableCredentials"
        ),
        "license-manager": "GetAccessToken",
        "lightsail": "GetInstanceAccessDetails",
        "m2": "GetSignedBluinsightsUrl",
        "mturk": "GetFileUploadURL",
        "quicksight": "GetDashboardEmbedUrl GetSessionEmbedUrl",
        "redshift": "GetClusterCredentials GetClusterCredentialsWithIAM GetIdentityCenterAuthToken",
        "redshift-serverless": "GetCredentials GetIdentityCenterAuthToken",
        "s3": "CreateSession",
        "s3control": "GetDataAccess",
        "ssm": "GetAccessToken",
        "sso": "GetRoleCredentials",
        "sso-oidc": "CreateToken CreateTokenWithIAM",
        "sts": "GetDelegatedAccessToken GetFederationToken GetSessionToken GetWebIdentityToken",
    },
    CONTENT: {
        "athena": "GetQueryResults",
        "chime-sdk-messaging": "GetChannelMessage ListChannelMessages",
        "cloudsearchdomain": "Search",
        "codeartifact": "GetPackageVersionAsset",
        "codecommit": "GetBlob GetFile",
        "cognito-sync": "ListRecords",
        "connectparticipant": "GetTranscript",
        "dynamodb": (
            "BatchExecuteStatement BatchGetItem ExecuteStatement ExecuteTransaction GetItem Query Scan "
            "TransactGetItems"
        ),
        "dynamodbstreams": "GetRecords",
        "glacier": "GetJobOutput",
        "glue": "GetEntityRecords",
        "iot-data": "GetRetainedMessage GetThingShadow",
        "kendra": "Query Retrieve",
        "keyspacesstreams": "GetRecords",
        "kinesis": "GetRecords SubscribeToShard",
        "kinesis-video-archived-media": "GetClip GetImages GetMediaForFragmentList",
        "kinesis-video-media": "GetMedia",
        "lakeformation": "GetWorkUnitResults",
        "mailmanager": "GetArchiveMessage GetArchiveMessageContent",
        "mediastore-data": "GetObject",
        "medical-imaging": "GetImageFrame GetImageSetMetadata",
        "omics": "GetReadSet GetReference",
        "qbusiness": "GetDocumentContent GetMedia ListMessages",
        "rds-data": "BatchExecuteStatement ExecuteSql ExecuteStatement",
        "redshift-data": "GetStatementResult GetStatementResultV2",
        "s3": "GetObject GetObjectTorrent SelectObjectContent",
        "s3vectors": "GetVectors ListVectors QueryVectors",
        "sagemaker-featurestore-runtime": "BatchGetRecord GetRecord",
        "sdb": "GetAttributes Select",
        "timestream-query": "Query",
        "workdocs": "GetDocument GetDocumentVersion",
        "workmailmessageflow": "GetRawMessageContent",
    },
    CONSUMES: {
        "codepipeline": "PollForJobs PollForThirdPartyJobs",
        "iot-jobs-data": "StartNextPendingJobExecution",
        "sqs": "ReceiveMessage",
        "stepfunctions": "GetActivityTask",
        "swf": "PollForActivityTask PollForDecisionTask",
    },
    USES: {
        "kms": (
            "Decrypt DeriveSharedSecret GenerateDataKey GenerateDataKeyPair "
            "GenerateDataKeyPairWithoutPlaintext GenerateDataKeyWithoutPlaintext GenerateMac GenerateRandom "
            "GetParametersForImport"
        ),
        "payment-cryptography": "ExportKey GetParametersForExport GetParametersForImport",
        "payment-cryptography-data": "DecryptData TranslatePinData",
    },
}

NEVER: Mapping[str, str] = {
    f"{service}.{operation}": reason
    for reason, services in _SERVICES.items()
    for service, operations in services.items()
    for operation in operations.split()
}
"""Operations that are never asked, by name, each with the reason: those that botocore 1.44 has."""

ENDING = (
    "Delete", "Deregister", "Destroy", "Detach", "Disable", "Disassociate", "Purge", "Reboot", "Reset",
    "Revoke", "Stop", "Terminate", "Unlock",
)  # fmt: skip
"""Verbs of what ends, empties or undoes something. Nothing of ours ever does."""

ONLY_WITH: Mapping[str, Mapping[str, Any]] = {
    "glue.GetConnection": {"HidePassword": True},
    "glue.GetConnections": {"HidePassword": True},
}
"""Parameters without which an answer would hold a secret."""

NEVER_WITH: Mapping[str, Mapping[str, Any]] = {
    "apigateway.GetApiKey": {"includeValue": True},
    "apigateway.GetApiKeys": {"includeValues": True},
    # It wakes the screen up, and so changes the guest.
    "ec2.GetConsoleScreenshot": {"WakeUp": True},
    "logs.GetLogEvents": {"unmask": True},
    "logs.GetLogRecord": {"unmask": True},
}
"""Parameters with which it would, or with which a question changes what it asks about."""

OF_LOGS = frozenset(
    {
        "apigateway.AccessLogs",
        "apigatewayv2.AccessLogs",
        "bedrock.InvocationLogs",
        "cloudfront.AccessLogs",
        "cloudfront.StandardLogs",
        "cloudtrail.DigestFiles",
        "cloudtrail.FormerLogFiles",
        "cloudtrail.LogFiles",
        "codebuild.BuildLogs",
        "ec2.FlowLogFiles",
        "ec2.VerifiedAccessLogs",
        "elb.AccessLogs",
        "elbv2.AccessLogs",
        "emr.ClusterLogs",
        "globalaccelerator.FlowLogs",
        "kafka.BrokerLogs",
        "logs.VendedLogs",
        "network-firewall.FirewallLogs",
        "redshift.AuditLogs",
        "route53resolver.QueryLogs",
        "s3.ServerAccessLogs",
        "vpc-lattice.AccessLogs",
        "wafv2.GlobalWebACLLogs",
        "wafv2.WebACLLogs",
    }
)
"""Steps that fetch objects of buckets: of those that logs are delivered to, and below their prefixes."""


def why_not(service: str, operation: str, parameters: Mapping[str, Any]) -> str:
    """Say why a request must not be sent; empty if it may be."""
    name = f"{service}.{operation}"
    if name in NEVER:
        return NEVER[name]
    if operation.startswith(ENDING):
        return "it ends or undoes something"
    for key, value in NEVER_WITH.get(name, {}).items():
        if parameters.get(key) == value:
            return f"with {key}={value} it shows or changes what it must not"
    for key, value in ONLY_WITH.get(name, {}).items():
        if parameters.get(key) != value:
            return f"without {key}={value} it answers with a secret"
    return ""


def why_no_objects(source: str) -> str:
    """Say why a source must not fetch objects of buckets; empty if it may."""
    return "" if source in OF_LOGS else "only buckets that logs are delivered to are read"

"""
What the answers of the sweep list, of which a teardown would leave nothing: by service and operation.

An operation that gets a row of its own leaves this table, and says there what it lists.
"""

from __future__ import annotations

from collections.abc import Mapping

from forensics.collectors.spec import Thing


def _of(kind: str, among: str, identifier: str, arn: str = "", name: str = "") -> Thing:
    """Say where in an answer things are, and which of their members name them."""
    members = {"id": identifier, "arn": arn, "name": name}
    said = ", ".join(f"{key}: {member}" for key, member in members.items() if member)
    return Thing(kind=kind, select=f"{among}[].{{{said}}}")


LISTED: Mapping[str, Mapping[str, Thing]] = {
    "acm-pca": {
        "ListCertificateAuthorities": _of(
            "acm-pca:certificate-authority", "CertificateAuthorities", "Arn", "Arn"
        ),
    },
    "amp": {
        "ListScrapers": _of("aps:scraper", "scrapers", "scraperId", "arn"),
        "ListWorkspaces": _of("aps:workspace", "workspaces", "workspaceId", "arn"),
    },
    "apigateway": {
        "GetApiKeys": _of("apigateway:apikey", "items", "id", name="name"),
        "GetClientCertificates": _of("apigateway:clientcertificate", "items", "clientCertificateId"),
        "GetDomainNames": _of("apigateway:domainname", "items", "domainName", "domainNameArn"),
        "GetUsagePlans": _of("apigateway:usageplan", "items", "id", name="name"),
        "GetVpcLinks": _of("apigateway:vpclink", "items", "id", name="name"),
    },
    "apigatewayv2": {
        "GetVpcLinks": _of("apigateway:vpclink", "Items", "VpcLinkId", name="Name"),
    },
    "appconfig": {
        "ListApplications": _of("appconfig:application", "Items", "Id", name="Name"),
        "ListExtensions": _of("appconfig:extension", "Items", "Id", "Arn", "Name"),
    },
    "appfabric": {
        "ListAppBundles": _of("appfabric:appbundle", "appBundleSummaryList", "arn", "arn"),
    },
    "appflow": {
        "DescribeConnectorProfiles": _of(
            "appflow:connectorprofile",
            "connectorProfileDetails",
            "connectorProfileName",
            "connectorProfileArn",
        ),
        "ListFlows": _of("appflow:flow", "flows", "flowName", "flowArn"),
    },
    "appmesh": {
        "ListMeshes": _of("appmesh:mesh", "meshes", "meshName", "arn"),
    },
    "apprunner": {
        "ListConnections": _of(
            "apprunner:connection", "ConnectionSummaryList", "ConnectionName", "ConnectionArn"
        ),
        "ListVpcConnectors": _of(
            "apprunner:vpcconnector", "VpcConnectors", "VpcConnectorName", "VpcConnectorArn"
        ),
    },
    "appstream": {
        "DescribeFleets": _of("appstream:fleet", "Fleets", "Name", "Arn"),
        "DescribeImageBuilders": _of("appstream:image-builder", "ImageBuilders", "Name", "Arn"),
        "DescribeStacks": _of("appstream:stack", "Stacks", "Name", "Arn"),
    },
    "appsync": {
        "ListApis": _of("appsync:api", "apis", "apiId", "apiArn", "name"),
        "ListDomainNames": _of("appsync:domainname", "domainNameConfigs", "domainName", "domainNameArn"),
        "ListGraphqlApis": _of("appsync:graphqlapi", "graphqlApis", "apiId", "arn", "name"),
    },
    "athena": {
        "ListCapacityReservations": _of("athena:capacity-reservation", "CapacityReservations", "Name"),
        "ListDataCatalogs": _of("athena:datacatalog", "DataCatalogsSummary", "CatalogName"),
        "ListNamedQueries": _of("athena:namedquery", "NamedQueryIds", "@"),
    },
    "auditmanager": {
        "ListAssessments": _of("auditmanager:assessment", "assessmentMetadata", "id", name="name"),
    },
    "autoscaling": {
        "DescribePolicies": _of("autoscaling:scalingpolicy", "ScalingPolicies", "PolicyName", "PolicyARN"),
        "DescribeScheduledActions": _of(
            "autoscaling:scheduledupdategroupaction",
            "ScheduledUpdateGroupActions",
            "ScheduledActionName",
            "ScheduledActionARN",
        ),
    },
    "backup": {
        "ListFrameworks": _of("backup:framework", "Frameworks", "FrameworkName", "FrameworkArn"),
        "ListLegalHolds": _of("backup:legal-hold", "LegalHolds", "LegalHoldId", "LegalHoldArn", "Title"),
        "ListReportPlans": _of("backup:report-plan", "ReportPlans", "ReportPlanName", "ReportPlanArn"),
        "ListRestoreTestingPlans": _of(
            "backup:restore-testing-plan",
            "RestoreTestingPlans",
            "RestoreTestingPlanName",
            "RestoreTestingPlanArn",
        ),
    },
    "batch": {
        "ListSchedulingPolicies": _of("batch:scheduling-policy", "schedulingPolicies", "arn", "arn"),
    },
    "bedrock": {
        "ListCustomModels": _of("bedrock:custom-model", "modelSummaries", "modelName", "modelArn"),
        "ListGuardrails": _of("bedrock:guardrail", "guardrails", "id", "arn", "name"),
        "ListImportedModels": _of("bedrock:imported-model", "modelSummaries", "modelName", "modelArn"),
        "ListProvisionedModelThroughputs": _of(
            "bedrock:provisioned-model",
            "provisionedModelSummaries",
            "provisionedModelArn",
            "provisionedModelArn",
            "provisionedModelName",
        ),
    },
    "bedrock-agent": {
        "ListAgents": _of("bedrock:agent", "agentSummaries", "agentId", name="agentName"),
        "ListFlows": _of("bedrock:flow", "flowSummaries", "id", "arn", "name"),
        "ListKnowledgeBases": _of(
            "bedrock:knowledge-base", "knowledgeBaseSummaries", "knowledgeBaseId", name="name"
        ),
        "ListPrompts": _of("bedrock:prompt", "promptSummaries", "id", "arn", "name"),
    },
    "bedrock-agentcore-control": {
        "ListAgentRuntimes": _of(
            "bedrock-agentcore:runtime",
            "agentRuntimes",
            "agentRuntimeId",
            "agentRuntimeArn",
            "agentRuntimeName",
        ),
        "ListBrowsers": _of(
            "bedrock-agentcore:browser", "browserSummaries", "browserId", "browserArn", "name"
        ),
        "ListCodeInterpreters": _of(
            "bedrock-agentcore:code-interpreter",
            "codeInterpreterSummaries",
            "codeInterpreterId",
            "codeInterpreterArn",
            "name",
        ),
        "ListGateways": _of("bedrock-agentcore:gateway", "items", "gatewayId", name="name"),
        "ListMemories": _of("bedrock-agentcore:memory", "memories", "id", "arn"),
    },
    "chatbot": {
        "DescribeSlackChannelConfigurations": _of(
            "chatbot:chat-configuration",
            "SlackChannelConfigurations",
            "ChatConfigurationArn",
            "ChatConfigurationArn",
            "ConfigurationName",
        ),
    },
    "cleanrooms": {
        "ListCollaborations": _of("cleanrooms:collaboration", "collaborationList", "id", "arn", "name"),
        "ListConfiguredTables": _of(
            "cleanrooms:configuredtable", "configuredTableSummaries", "id", "arn", "name"
        ),
        "ListMemberships": _of(
            "cleanrooms:membership", "membershipSummaries", "id", "arn", "collaborationName"
        ),
    },
    "cloud9": {
        "ListEnvironments": _of("cloud9:environment", "environmentIds", "@"),
    },
    "clouddirectory": {
        "ListDirectories": _of(
            "clouddirectory:directory", "Directories", "DirectoryArn", "DirectoryArn", "Name"
        ),
    },
    "cloudfront": {
        "ListCachePolicies": _of("cloudfront:cache-policy", "CachePolicyList.Items", "CachePolicy.Id"),
        "ListCloudFrontOriginAccessIdentities": _of(
            "cloudfront:origin-access-identity", "CloudFrontOriginAccessIdentityList.Items", "Id"
        ),
        "ListKeyGroups": _of(
            "cloudfront:key-group", "KeyGroupList.Items", "KeyGroup.Id", name="KeyGroup.KeyGroupConfig.Name"
        ),
        "ListKeyValueStores": _of(
            "cloudfront:key-value-store", "KeyValueStoreList.Items", "Id", "ARN", "Name"
        ),
        "ListOriginAccessControls": _of(
            "cloudfront:origin-access-control", "OriginAccessControlList.Items", "Id", name="Name"
        ),
        "ListOriginRequestPolicies": _of(
            "cloudfront:origin-request-policy", "OriginRequestPolicyList.Items", "OriginRequestPolicy.Id"
        ),
        "ListPublicKeys": _of("cloudfront:public-key", "PublicKeyList.Items", "Id", name="Name"),
        "ListResponseHeadersPolicies": _of(
            "cloudfront:response-headers-policy",
            "ResponseHeadersPolicyList.Items",
            "ResponseHeadersPolicy.Id",
        ),
    },
    "cloudhsmv2": {
        "DescribeBackups": _of("cloudhsm:backup", "Backups", "BackupId", "BackupArn"),
        "DescribeClusters": _of("cloudhsm:cluster", "Clusters", "ClusterId"),
    },
    "cloudsearch": {
        "DescribeDomains": _of("cloudsearch:domain", "DomainStatusList", "DomainId", "ARN", "DomainName"),
    },
    "cloudtrail": {
        "ListDashboards": _of("cloudtrail:dashboard", "Dashboards", "DashboardArn", "DashboardArn"),
    },
    "cloudwatch": {
        "DescribeInsightRules": _of("cloudwatch:insight-rule", "InsightRules", "Name"),
        "ListDashboards": _of("cloudwatch:dashboard", "DashboardEntries", "DashboardName", "DashboardArn"),
        "ListMetricStreams": _of("cloudwatch:metric-stream", "Entries", "Name", "Arn"),
    },
    "codeartifact": {
        "ListDomains": _of("codeartifact:domain", "domains", "name", "arn"),
        "ListRepositories": _of("codeartifact:repository", "repositories", "name", "arn"),
    },
    "codebuild": {
        "ListFleets": _of("codebuild:fleet", "fleets", "@", "@"),
        "ListReportGroups": _of("codebuild:report-group", "reportGroups", "@", "@"),
    },
    "codecommit": {
        "ListRepositories": _of("codecommit:repository", "repositories", "repositoryName"),
    },
    "codeconnections": {
        "ListConnections": _of(
            "codeconnections:connection", "Connections", "ConnectionArn", "ConnectionArn", "ConnectionName"
        ),
        "ListHosts": _of("codeconnections:host", "Hosts", "HostArn", "HostArn", "Name"),
    },
    "codedeploy": {
        "ListApplications": _of("codedeploy:application", "applications", "@"),
    },
    "codeguruprofiler": {
        "ListProfilingGroups": _of("codeguru-profiler:profilinggroup", "profilingGroups", "name", "arn"),
    },
    "codestar-notifications": {
        "ListNotificationRules": _of(
            "codestar-notifications:notificationrule", "NotificationRules", "Arn", "Arn"
        ),
    },
    "comprehend": {
        "ListDocumentClassifiers": _of(
            "comprehend:document-classifier",
            "DocumentClassifierPropertiesList",
            "DocumentClassifierArn",
            "DocumentClassifierArn",
        ),
        "ListEndpoints": _of(
            "comprehend:document-classifier-endpoint", "EndpointPropertiesList", "EndpointArn", "EndpointArn"
        ),
        "ListEntityRecognizers": _of(
            "comprehend:entity-recognizer",
            "EntityRecognizerPropertiesList",
            "EntityRecognizerArn",
            "EntityRecognizerArn",
        ),
        "ListFlywheels": _of("comprehend:flywheel", "FlywheelSummaryList", "FlywheelArn", "FlywheelArn"),
    },
    "config": {
        "DescribeAggregationAuthorizations": _of(
            "config:aggregation-authorization",
            "AggregationAuthorizations",
            "AggregationAuthorizationArn",
            "AggregationAuthorizationArn",
        ),
        "DescribeConfigurationAggregators": _of(
            "config:config-aggregator",
            "ConfigurationAggregators",
            "ConfigurationAggregatorName",
            "ConfigurationAggregatorArn",
        ),
        "DescribeConformancePacks": _of(
            "config:conformance-pack", "ConformancePackDetails", "ConformancePackName", "ConformancePackArn"
        ),
        "DescribeOrganizationConformancePacks": _of(
            "config:organization-conformance-pack",
            "OrganizationConformancePacks",
            "OrganizationConformancePackName",
            "OrganizationConformancePackArn",
        ),
        "DescribeRetentionConfigurations": _of(
            "config:retention-configuration", "RetentionConfigurations", "Name"
        ),
    },
    "connect": {
        "ListInstances": _of("connect:instance", "InstanceSummaryList", "Id", "Arn"),
    },
    "connectcampaigns": {
        "ListCampaigns": _of("connect-campaigns:campaign", "campaignSummaryList", "id", "arn", "name"),
    },
    "customer-profiles": {
        "ListDomains": _of("profile:domains", "Items", "DomainName"),
    },
    "databrew": {
        "ListDatasets": _of("databrew:dataset", "Datasets", "Name", "ResourceArn"),
        "ListJobs": _of("databrew:job", "Jobs", "Name", "ResourceArn"),
        "ListProjects": _of("databrew:project", "Projects", "Name", "ResourceArn"),
        "ListRecipes": _of("databrew:recipe", "Recipes", "Name", "ResourceArn"),
        "ListRulesets": _of("databrew:ruleset", "Rulesets", "Name", "ResourceArn"),
        "ListSchedules": _of("databrew:schedule", "Schedules", "Name", "ResourceArn"),
    },
    "dataexchange": {
        "ListDataSets": _of("dataexchange:data-set", "DataSets", "Id", "Arn", "Name"),
    },
    "datapipeline": {
        "ListPipelines": _of("datapipeline:pipeline", "pipelineIdList", "id", name="name"),
    },
    "datasync": {
        "ListAgents": _of("datasync:agent", "Agents", "AgentArn", "AgentArn", "Name"),
    },
    "datazone": {
        "ListDomains": _of("datazone:domain", "items", "id", "arn", "name"),
    },
    "dax": {
        "DescribeClusters": _of("dax:cache", "Clusters", "ClusterName", "ClusterArn"),
        "DescribeParameterGroups": _of("dax:parameter-group", "ParameterGroups", "ParameterGroupName"),
        "DescribeSubnetGroups": _of("dax:subnet-group", "SubnetGroups", "SubnetGroupName"),
    },
    "devicefarm": {
        "ListProjects": _of("devicefarm:project", "projects", "arn", "arn", "name"),
    },
    "devops-agent": {
        "ListAgentSpaces": _of("aidevops:agentspace", "agentSpaces", "agentSpaceId", name="name"),
    },
    "directconnect": {
        "DescribeConnections": _of(
            "directconnect:dxcon", "connections", "connectionId", name="connectionName"
        ),
        "DescribeDirectConnectGateways": _of(
            "directconnect:dx-gateway",
            "directConnectGateways",
            "directConnectGatewayId",
            name="directConnectGatewayName",
        ),
        "DescribeLags": _of("directconnect:dxlag", "lags", "lagId", name="lagName"),
        "DescribeVirtualInterfaces": _of(
            "directconnect:dxvif", "virtualInterfaces", "virtualInterfaceId", name="virtualInterfaceName"
        ),
    },
    "dms": {
        "DescribeCertificates": _of("dms:cert", "Certificates", "CertificateIdentifier", "CertificateArn"),
        "DescribeEventSubscriptions": _of("dms:es", "EventSubscriptionsList", "CustSubscriptionId"),
        "DescribeReplicationConfigs": _of(
            "dms:replication-config",
            "ReplicationConfigs",
            "ReplicationConfigIdentifier",
            "ReplicationConfigArn",
        ),
        "DescribeReplicationInstances": _of(
            "dms:rep", "ReplicationInstances", "ReplicationInstanceIdentifier", "ReplicationInstanceArn"
        ),
        "DescribeReplicationSubnetGroups": _of(
            "dms:subgrp", "ReplicationSubnetGroups", "ReplicationSubnetGroupIdentifier"
        ),
    },
    "docdb-elastic": {
        "ListClusterSnapshots": _of(
            "docdb-elastic:cluster-snapshot", "snapshots", "snapshotArn", "snapshotArn", "snapshotName"
        ),
        "ListClusters": _of("docdb-elastic:cluster", "clusters", "clusterArn", "clusterArn", "clusterName"),
    },
    "drs": {
        "DescribeSourceServers": _of("drs:source-server", "items", "sourceServerID", "arn"),
    },
    "ds": {
        "DescribeDirectories": _of("ds:directory", "DirectoryDescriptions", "DirectoryId", name="Name"),
        "DescribeSnapshots": _of("ds:snapshot", "Snapshots", "SnapshotId", name="Name"),
    },
    "dsql": {
        "ListClusters": _of("dsql:cluster", "clusters", "identifier", "arn"),
    },
    "ec2": {
        "DescribeCapacityReservations": _of(
            "ec2:capacity-reservation",
            "CapacityReservations",
            "CapacityReservationId",
            "CapacityReservationArn",
        ),
        "DescribeCarrierGateways": _of("ec2:carrier-gateway", "CarrierGateways", "CarrierGatewayId"),
        "DescribeCustomerGateways": _of("ec2:customer-gateway", "CustomerGateways", "CustomerGatewayId"),
        "DescribeInstanceConnectEndpoints": _of(
            "ec2:instance-connect-endpoint",
            "InstanceConnectEndpoints",
            "InstanceConnectEndpointId",
            "InstanceConnectEndpointArn",
        ),
        "DescribeIpamPools": _of("ec2:ipam-pool", "IpamPools", "IpamPoolId", "IpamPoolArn"),
        "DescribeIpamScopes": _of("ec2:ipam-scope", "IpamScopes", "IpamScopeId", "IpamScopeArn"),
        "DescribeIpams": _of("ec2:ipam", "Ipams", "IpamId", "IpamArn"),
        "DescribeNetworkInsightsPaths": _of(
            "ec2:network-insights-path",
            "NetworkInsightsPaths",
            "NetworkInsightsPathId",
            "NetworkInsightsPathArn",
        ),
        "DescribePublicIpv4Pools": _of("ec2:public-ipv4-pool", "PublicIpv4Pools", "PoolId"),
        "DescribeReservedInstances": _of(
            "ec2:reserved-instances", "ReservedInstances", "ReservedInstancesId"
        ),
        "DescribeRouteServers": _of("ec2:route-server", "RouteServers", "RouteServerId"),
        "DescribeTrafficMirrorFilters": _of(
            "ec2:traffic-mirror-filter", "TrafficMirrorFilters", "TrafficMirrorFilterId"
        ),
        "DescribeTransitGatewayMulticastDomains": _of(
            "ec2:transit-gateway-multicast-domain",
            "TransitGatewayMulticastDomains",
            "TransitGatewayMulticastDomainId",
            "TransitGatewayMulticastDomainArn",
        ),
        "DescribeTransitGatewayRouteTables": _of(
            "ec2:transit-gateway-route-table", "TransitGatewayRouteTables", "TransitGatewayRouteTableId"
        ),
        "DescribeVerifiedAccessEndpoints": _of(
            "ec2:verified-access-endpoint", "VerifiedAccessEndpoints", "VerifiedAccessEndpointId"
        ),
        "DescribeVerifiedAccessGroups": _of(
            "ec2:verified-access-group",
            "VerifiedAccessGroups",
            "VerifiedAccessGroupId",
            "VerifiedAccessGroupArn",
        ),
        "DescribeVerifiedAccessInstances": _of(
            "ec2:verified-access-instance", "VerifiedAccessInstances", "VerifiedAccessInstanceId"
        ),
        "DescribeVerifiedAccessTrustProviders": _of(
            "ec2:verified-access-trust-provider",
            "VerifiedAccessTrustProviders",
            "VerifiedAccessTrustProviderId",
        ),
        "DescribeVpnGateways": _of("ec2:vpn-gateway", "VpnGateways", "VpnGatewayId"),
    },
    "ecr": {
        "DescribePullThroughCacheRules": _of(
            "ecr:pull-through-cache-rule", "pullThroughCacheRules", "ecrRepositoryPrefix"
        ),
        "DescribeRepositoryCreationTemplates": _of(
            "ecr:repository-creation-template", "repositoryCreationTemplates", "prefix"
        ),
    },
    "ecr-public": {
        "DescribeRepositories": _of(
            "ecr-public:repository", "repositories", "repositoryName", "repositoryArn"
        ),
    },
    "ecs": {
        "DescribeCapacityProviders": _of(
            "ecs:capacity-provider", "capacityProviders", "name", "capacityProviderArn"
        ),
    },
    "elasticache": {
        "DescribeCacheClusters": _of("elasticache:cluster", "CacheClusters", "CacheClusterId", "ARN"),
        "DescribeCacheParameterGroups": _of(
            "elasticache:parametergroup", "CacheParameterGroups", "CacheParameterGroupName", "ARN"
        ),
        "DescribeCacheSubnetGroups": _of(
            "elasticache:subnetgroup", "CacheSubnetGroups", "CacheSubnetGroupName", "ARN"
        ),
        "DescribeGlobalReplicationGroups": _of(
            "elasticache:globalreplicationgroup", "GlobalReplicationGroups", "GlobalReplicationGroupId", "ARN"
        ),
        "DescribeReplicationGroups": _of(
            "elasticache:replicationgroup", "ReplicationGroups", "ReplicationGroupId", "ARN"
        ),
        "DescribeServerlessCacheSnapshots": _of(
            "elasticache:serverlesscachesnapshot",
            "ServerlessCacheSnapshots",
            "ServerlessCacheSnapshotName",
            "ARN",
        ),
        "DescribeServerlessCaches": _of(
            "elasticache:serverlesscache", "ServerlessCaches", "ServerlessCacheName", "ARN"
        ),
        "DescribeSnapshots": _of("elasticache:snapshot", "Snapshots", "SnapshotName", "ARN"),
        "DescribeUserGroups": _of("elasticache:usergroup", "UserGroups", "UserGroupId", "ARN"),
        "DescribeUsers": _of("elasticache:user", "Users", "UserId", "ARN", "UserName"),
    },
    "elasticbeanstalk": {
        "DescribeApplicationVersions": _of(
            "elasticbeanstalk:applicationversion",
            "ApplicationVersions",
            "ApplicationVersionArn",
            "ApplicationVersionArn",
            "VersionLabel",
        ),
        "DescribeApplications": _of(
            "elasticbeanstalk:application", "Applications", "ApplicationName", "ApplicationArn"
        ),
        "DescribeEnvironments": _of(
            "elasticbeanstalk:environment",
            "Environments",
            "EnvironmentId",
            "EnvironmentArn",
            "EnvironmentName",
        ),
    },
    "elbv2": {
        "DescribeTrustStores": _of(
            "elasticloadbalancing:truststore", "TrustStores", "TrustStoreArn", "TrustStoreArn", "Name"
        ),
    },
    "emr": {
        "ListSecurityConfigurations": _of(
            "elasticmapreduce:securityconfiguration", "SecurityConfigurations", "Name"
        ),
        "ListStudios": _of("elasticmapreduce:studio", "Studios", "StudioId", name="Name"),
    },
    "emr-containers": {
        "ListVirtualClusters": _of("emr-containers:virtualcluster", "virtualClusters", "id", "arn", "name"),
    },
    "emr-serverless": {
        "ListApplications": _of("emr-serverless:application", "applications", "id", "arn", "name"),
    },
    "entityresolution": {
        "ListMatchingWorkflows": _of(
            "entityresolution:matchingworkflow", "workflowSummaries", "workflowName", "workflowArn"
        ),
        "ListSchemaMappings": _of("entityresolution:schemamapping", "schemaList", "schemaName", "schemaArn"),
    },
    "events": {
        "ListEndpoints": _of("events:endpoint", "Endpoints", "Name", "Arn"),
    },
    "fis": {
        "ListExperimentTemplates": _of("fis:experiment-template", "experimentTemplates", "id", "arn"),
    },
    "fms": {
        "ListPolicies": _of("fms:policy", "PolicyList", "PolicyId", "PolicyArn", "PolicyName"),
    },
    "forecast": {
        "ListDatasetGroups": _of(
            "forecast:dataset-group",
            "DatasetGroups",
            "DatasetGroupArn",
            "DatasetGroupArn",
            "DatasetGroupName",
        ),
    },
    "frauddetector": {
        "GetDetectors": _of("frauddetector:detector", "detectors", "detectorId", "arn"),
    },
    "fsx": {
        "DescribeFileCaches": _of("fsx:file-cache", "FileCaches", "FileCacheId", "ResourceARN"),
        "DescribeSnapshots": _of("fsx:snapshot", "Snapshots", "SnapshotId", "ResourceARN", "Name"),
        "DescribeStorageVirtualMachines": _of(
            "fsx:storage-virtual-machine",
            "StorageVirtualMachines",
            "StorageVirtualMachineId",
            "ResourceARN",
            "Name",
        ),
        "DescribeVolumes": _of("fsx:volume", "Volumes", "VolumeId", "ResourceARN", "Name"),
    },
    "gamelift": {
        "ListBuilds": _of("gamelift:build", "Builds", "BuildId", "BuildArn", "Name"),
        "ListFleets": _of("gamelift:fleet", "FleetIds", "@"),
    },
    "glue": {
        "GetCrawlers": _of("glue:crawler", "Crawlers", "Name"),
        "GetDatabases": _of("glue:database", "DatabaseList", "Name"),
        "GetJobs": _of("glue:job", "Jobs", "Name"),
        "GetMLTransforms": _of("glue:mltransform", "Transforms", "TransformId", name="Name"),
        "GetSecurityConfigurations": _of("glue:security-configuration", "SecurityConfigurations", "Name"),
        "GetTriggers": _of("glue:trigger", "Triggers", "Name"),
        "ListBlueprints": _of("glue:blueprint", "Blueprints", "@"),
        "ListDataQualityRulesets": _of("glue:dataqualityruleset", "Rulesets", "Name"),
        "ListRegistries": _of("glue:registry", "Registries", "RegistryName", "RegistryArn"),
        "ListSchemas": _of("glue:schema", "Schemas", "SchemaName", "SchemaArn"),
        "ListSessions": _of("glue:session", "Sessions", "Id"),
        "ListWorkflows": _of("glue:workflow", "Workflows", "@"),
    },
    "grafana": {
        "ListWorkspaces": _of("grafana:workspace", "workspaces", "id", name="name"),
    },
    "greengrass": {
        "ListCoreDefinitions": _of("greengrass:coredefinition", "Definitions", "Id", "Arn", "Name"),
        "ListDeviceDefinitions": _of("greengrass:devicedefinition", "Definitions", "Id", "Arn", "Name"),
        "ListFunctionDefinitions": _of("greengrass:functiondefinition", "Definitions", "Id", "Arn", "Name"),
        "ListGroups": _of("greengrass:group", "Groups", "Id", "Arn", "Name"),
        "ListResourceDefinitions": _of("greengrass:resourcedefinition", "Definitions", "Id", "Arn", "Name"),
        "ListSubscriptionDefinitions": _of(
            "greengrass:subscriptiondefinition", "Definitions", "Id", "Arn", "Name"
        ),
    },
    "greengrassv2": {
        "ListComponents": _of("greengrass:component", "components", "componentName", "arn"),
        "ListCoreDevices": _of("greengrass:coredevice", "coreDevices", "coreDeviceThingName"),
    },
    "guardduty": {
        "ListMalwareProtectionPlans": _of(
            "guardduty:malware-protection-plan", "MalwareProtectionPlans", "MalwareProtectionPlanId"
        ),
    },
    "healthlake": {
        "ListFHIRDatastores": _of(
            "healthlake:datastore", "DatastorePropertiesList", "DatastoreId", "DatastoreArn", "DatastoreName"
        ),
    },
    "imagebuilder": {
        "ListContainerRecipes": _of(
            "imagebuilder:container-recipe", "containerRecipeSummaryList", "arn", "arn", "name"
        ),
        "ListDistributionConfigurations": _of(
            "imagebuilder:distribution-configuration",
            "distributionConfigurationSummaryList",
            "arn",
            "arn",
            "name",
        ),
        "ListImageRecipes": _of("imagebuilder:image-recipe", "imageRecipeSummaryList", "arn", "arn", "name"),
        "ListImages": _of("imagebuilder:image", "imageVersionList", "arn", "arn", "name"),
        "ListInfrastructureConfigurations": _of(
            "imagebuilder:infrastructure-configuration",
            "infrastructureConfigurationSummaryList",
            "arn",
            "arn",
            "name",
        ),
    },
    "inspector2": {
        "ListFilters": _of("inspector2:filter", "filters", "arn", "arn", "name"),
    },
    "internetmonitor": {
        "ListMonitors": _of("internetmonitor:monitor", "Monitors", "MonitorName", "MonitorArn"),
    },
    "iot": {
        "ListAuthorizers": _of("iot:authorizer", "authorizers", "authorizerName", "authorizerArn"),
        "ListBillingGroups": _of("iot:billinggroup", "billingGroups", "groupName", "groupArn"),
        "ListCACertificates": _of("iot:cacert", "certificates", "certificateId", "certificateArn"),
        "ListCertificates": _of("iot:cert", "certificates", "certificateId", "certificateArn"),
        "ListDomainConfigurations": _of(
            "iot:domainconfiguration",
            "domainConfigurations",
            "domainConfigurationName",
            "domainConfigurationArn",
        ),
        "ListJobTemplates": _of("iot:jobtemplate", "jobTemplates", "jobTemplateId", "jobTemplateArn"),
        "ListJobs": _of("iot:job", "jobs", "jobId", "jobArn"),
        "ListPolicies": _of("iot:policy", "policies", "policyName", "policyArn"),
        "ListProvisioningTemplates": _of(
            "iot:provisioningtemplate", "templates", "templateName", "templateArn"
        ),
        "ListRoleAliases": _of("iot:rolealias", "roleAliases", "@"),
        "ListSecurityProfiles": _of("iot:securityprofile", "securityProfileIdentifiers", "name", "arn"),
        "ListStreams": _of("iot:stream", "streams", "streamId", "streamArn"),
        "ListThingGroups": _of("iot:thinggroup", "thingGroups", "groupName", "groupArn"),
        "ListThingTypes": _of("iot:thingtype", "thingTypes", "thingTypeName", "thingTypeArn"),
        "ListThings": _of("iot:thing", "things", "thingName", "thingArn"),
        "ListTopicRules": _of("iot:rule", "rules", "ruleName", "ruleArn"),
    },
    "iotsitewise": {
        "ListAssetModels": _of("iotsitewise:asset-model", "assetModelSummaries", "id", "arn", "name"),
        "ListAssets": _of("iotsitewise:asset", "assetSummaries", "id", "arn", "name"),
        "ListGateways": _of("iotsitewise:gateway", "gatewaySummaries", "gatewayId", name="gatewayName"),
        "ListPortals": _of("iotsitewise:portal", "portalSummaries", "id", name="name"),
    },
    "iottwinmaker": {
        "ListWorkspaces": _of("iottwinmaker:workspace", "workspaceSummaries", "workspaceId", "arn"),
    },
    "iotwireless": {
        "ListWirelessDevices": _of("iotwireless:wirelessdevice", "WirelessDeviceList", "Id", "Arn", "Name"),
        "ListWirelessGateways": _of(
            "iotwireless:wirelessgateway", "WirelessGatewayList", "Id", "Arn", "Name"
        ),
    },
    "ivs": {
        "ListChannels": _of("ivs:channel", "channels", "arn", "arn", "name"),
        "ListPlaybackKeyPairs": _of("ivs:playback-key", "keyPairs", "arn", "arn", "name"),
        "ListRecordingConfigurations": _of(
            "ivs:recording-configuration", "recordingConfigurations", "arn", "arn", "name"
        ),
    },
    "ivschat": {
        "ListRooms": _of("ivschat:room", "rooms", "id", "arn", "name"),
    },
    "kafka": {
        "ListConfigurations": _of("kafka:configuration", "Configurations", "Arn", "Arn", "Name"),
        "ListReplicators": _of(
            "kafka:replicator", "Replicators", "ReplicatorArn", "ReplicatorArn", "ReplicatorName"
        ),
        "ListVpcConnections": _of(
            "kafka:vpc-connection", "VpcConnections", "VpcConnectionArn", "VpcConnectionArn"
        ),
    },
    "kafkaconnect": {
        "ListConnectors": _of(
            "kafkaconnect:connector", "connectors", "connectorArn", "connectorArn", "connectorName"
        ),
        "ListCustomPlugins": _of(
            "kafkaconnect:custom-plugin", "customPlugins", "customPluginArn", "customPluginArn", "name"
        ),
        "ListWorkerConfigurations": _of(
            "kafkaconnect:worker-configuration",
            "workerConfigurations",
            "workerConfigurationArn",
            "workerConfigurationArn",
            "name",
        ),
    },
    "kendra": {
        "ListIndices": _of("kendra:index", "IndexConfigurationSummaryItems", "Id", name="Name"),
    },
    "keyspaces": {
        "ListKeyspaces": _of("cassandra:keyspace", "keyspaces", "keyspaceName", "resourceArn"),
    },
    "kinesis": {
        "ListStreams": _of("kinesis:stream", "StreamSummaries", "StreamName", "StreamARN"),
    },
    "kinesisanalyticsv2": {
        "ListApplications": _of(
            "kinesisanalytics:application", "ApplicationSummaries", "ApplicationName", "ApplicationARN"
        ),
    },
    "kinesisvideo": {
        "ListSignalingChannels": _of("kinesisvideo:channel", "ChannelInfoList", "ChannelName", "ChannelARN"),
        "ListStreams": _of("kinesisvideo:stream", "StreamInfoList", "StreamName", "StreamARN"),
    },
    "kms": {
        "DescribeCustomKeyStores": _of(
            "kms:custom-key-store", "CustomKeyStores", "CustomKeyStoreId", name="CustomKeyStoreName"
        ),
    },
    "lakeformation": {
        "ListResources": _of("lakeformation:resource", "ResourceInfoList", "ResourceArn"),
    },
    "lambda": {
        "ListCodeSigningConfigs": _of(
            "lambda:code-signing-config", "CodeSigningConfigs", "CodeSigningConfigId", "CodeSigningConfigArn"
        ),
    },
    "lexv2-models": {
        "ListBots": _of("lex:bot", "botSummaries", "botId", name="botName"),
    },
    "license-manager": {
        "ListLicenseConfigurations": _of(
            "license-manager:license-configuration",
            "LicenseConfigurations",
            "LicenseConfigurationArn",
            "LicenseConfigurationArn",
            "Name",
        ),
    },
    "lightsail": {
        "GetBuckets": _of("lightsail:bucket", "buckets", "name", "arn"),
        "GetCertificates": _of("lightsail:certificate", "certificates", "certificateName", "certificateArn"),
        "GetContainerServices": _of(
            "lightsail:container-service", "containerServices", "containerServiceName", "arn"
        ),
        "GetDiskSnapshots": _of("lightsail:disk-snapshot", "diskSnapshots", "name", "arn"),
        "GetDistributions": _of("lightsail:distribution", "distributions", "name", "arn"),
        "GetDomains": _of("lightsail:domain", "domains", "name", "arn"),
        "GetKeyPairs": _of("lightsail:key-pair", "keyPairs", "name", "arn"),
        "GetLoadBalancers": _of("lightsail:load-balancer", "loadBalancers", "name", "arn"),
        "GetRelationalDatabaseSnapshots": _of(
            "lightsail:relational-database-snapshot", "relationalDatabaseSnapshots", "name", "arn"
        ),
        "GetRelationalDatabases": _of("lightsail:relational-database", "relationalDatabases", "name", "arn"),
    },
    "location": {
        "ListGeofenceCollections": _of("geo:geofence-collection", "Entries", "CollectionName"),
        "ListMaps": _of("geo:map", "Entries", "MapName"),
        "ListPlaceIndexes": _of("geo:place-index", "Entries", "IndexName"),
        "ListRouteCalculators": _of("geo:route-calculator", "Entries", "CalculatorName"),
        "ListTrackers": _of("geo:tracker", "Entries", "TrackerName"),
    },
    "logs": {
        "ListLogAnomalyDetectors": _of(
            "logs:anomaly-detector",
            "anomalyDetectors",
            "anomalyDetectorArn",
            "anomalyDetectorArn",
            "detectorName",
        ),
    },
    "m2": {
        "ListApplications": _of("m2:application", "applications", "applicationId", "applicationArn", "name"),
        "ListEnvironments": _of("m2:environment", "environments", "environmentId", "environmentArn", "name"),
    },
    "macie2": {
        "ListAllowLists": _of("macie2:allow-list", "allowLists", "id", "arn", "name"),
        "ListCustomDataIdentifiers": _of("macie2:custom-data-identifier", "items", "id", "arn", "name"),
        "ListFindingsFilters": _of("macie2:findings-filter", "findingsFilterListItems", "id", "arn", "name"),
    },
    "managedblockchain": {
        "ListAccessors": _of("managedblockchain:accessor", "Accessors", "Id", "Arn"),
        "ListNetworks": _of("managedblockchain:network", "Networks", "Id", "Arn", "Name"),
    },
    "mediaconnect": {
        "ListFlows": _of("mediaconnect:flow", "Flows", "FlowArn", "FlowArn", "Name"),
        "ListGateways": _of("mediaconnect:gateway", "Gateways", "GatewayArn", "GatewayArn", "Name"),
    },
    "mediaconvert": {
        "ListJobTemplates": _of("mediaconvert:jobtemplate", "JobTemplates", "Name", "Arn"),
        "ListPresets": _of("mediaconvert:preset", "Presets", "Name", "Arn"),
        "ListQueues": _of("mediaconvert:queue", "Queues", "Name", "Arn"),
    },
    "medialive": {
        "ListChannels": _of("medialive:channel", "Channels", "Id", "Arn", "Name"),
        "ListInputSecurityGroups": _of("medialive:input-security-group", "InputSecurityGroups", "Id", "Arn"),
        "ListInputs": _of("medialive:input", "Inputs", "Id", "Arn", "Name"),
        "ListMultiplexes": _of("medialive:multiplex", "Multiplexes", "Id", "Arn", "Name"),
    },
    "mediapackage": {
        "ListOriginEndpoints": _of("mediapackage:origin-endpoint", "OriginEndpoints", "Id", "Arn"),
    },
    "mediapackage-vod": {
        "ListPackagingGroups": _of("mediapackage-vod:packaging-group", "PackagingGroups", "Id", "Arn"),
    },
    "mediapackagev2": {
        "ListChannelGroups": _of("mediapackagev2:channelgroup", "Items", "ChannelGroupName", "Arn"),
    },
    "mediastore": {
        "ListContainers": _of("mediastore:container", "Containers", "Name", "ARN"),
    },
    "mediatailor": {
        "ListPlaybackConfigurations": _of(
            "mediatailor:playbackconfiguration", "Items", "Name", "PlaybackConfigurationArn"
        ),
    },
    "memorydb": {
        "DescribeACLs": _of("memorydb:acl", "ACLs", "Name", "ARN"),
        "DescribeClusters": _of("memorydb:cluster", "Clusters", "Name", "ARN"),
        "DescribeParameterGroups": _of("memorydb:parametergroup", "ParameterGroups", "Name", "ARN"),
        "DescribeSnapshots": _of("memorydb:snapshot", "Snapshots", "Name", "ARN"),
        "DescribeSubnetGroups": _of("memorydb:subnetgroup", "SubnetGroups", "Name", "ARN"),
        "DescribeUsers": _of("memorydb:user", "Users", "Name", "ARN"),
    },
    "mgn": {
        "DescribeSourceServers": _of("mgn:source-server", "items", "sourceServerID", "arn"),
    },
    "mq": {
        "ListBrokers": _of("mq:broker", "BrokerSummaries", "BrokerId", "BrokerArn", "BrokerName"),
        "ListConfigurations": _of("mq:configuration", "Configurations", "Id", "Arn", "Name"),
    },
    "mwaa": {
        "ListEnvironments": _of("airflow:environment", "Environments", "@"),
    },
    "neptune-graph": {
        "ListGraphSnapshots": _of("neptune-graph:graph-snapshot", "graphSnapshots", "id", "arn", "name"),
        "ListGraphs": _of("neptune-graph:graph", "graphs", "id", "arn", "name"),
    },
    "network-firewall": {
        "ListFirewallPolicies": _of("network-firewall:firewall-policy", "FirewallPolicies", "Name", "Arn"),
        "ListRuleGroups": _of("network-firewall:rule-group", "RuleGroups", "Name", "Arn"),
    },
    "networkmanager": {
        "DescribeGlobalNetworks": _of(
            "networkmanager:global-network", "GlobalNetworks", "GlobalNetworkId", "GlobalNetworkArn"
        ),
        "ListCoreNetworks": _of(
            "networkmanager:core-network", "CoreNetworks", "CoreNetworkId", "CoreNetworkArn"
        ),
    },
    "oam": {
        "ListLinks": _of("oam:link", "Items", "Id", "Arn"),
        "ListSinks": _of("oam:sink", "Items", "Id", "Arn", "Name"),
    },
    "omics": {
        "ListAnnotationStores": _of("omics:annotationstore", "annotationStores", "id", "storeArn", "name"),
        "ListReferenceStores": _of("omics:referencestore", "referenceStores", "id", "arn", "name"),
        "ListSequenceStores": _of("omics:sequencestore", "sequenceStores", "id", "arn", "name"),
        "ListVariantStores": _of("omics:variantstore", "variantStores", "id", "storeArn", "name"),
        "ListWorkflows": _of("omics:workflow", "items", "id", "arn", "name"),
    },
    "opensearch": {
        "ListApplications": _of("es:application", "ApplicationSummaries", "id", "arn", "name"),
    },
    "opensearchserverless": {
        "ListCollections": _of("aoss:collection", "collectionSummaries", "id", "arn", "name"),
        "ListVpcEndpoints": _of("aoss:vpc-endpoint", "vpcEndpointSummaries", "id", name="name"),
    },
    "osis": {
        "ListPipelines": _of("osis:pipeline", "Pipelines", "PipelineName", "PipelineArn"),
    },
    "outposts": {
        "ListOutposts": _of("outposts:outpost", "Outposts", "OutpostId", "OutpostArn", "Name"),
    },
    "payment-cryptography": {
        "ListAliases": _of("payment-cryptography:alias", "Aliases", "AliasName"),
        "ListKeys": _of("payment-cryptography:key", "Keys", "KeyArn", "KeyArn"),
    },
    "personalize": {
        "ListDatasetGroups": _of(
            "personalize:dataset-group", "datasetGroups", "datasetGroupArn", "datasetGroupArn", "name"
        ),
        "ListSchemas": _of("personalize:schema", "schemas", "schemaArn", "schemaArn", "name"),
    },
    "pipes": {
        "ListPipes": _of("pipes:pipe", "Pipes", "Name", "Arn"),
    },
    "polly": {
        "ListLexicons": _of("polly:lexicon", "Lexicons", "Name"),
    },
    "qbusiness": {
        "ListApplications": _of("qbusiness:application", "applications", "applicationId", name="displayName"),
    },
    "rds": {
        "DescribeBlueGreenDeployments": _of(
            "rds:deployment",
            "BlueGreenDeployments",
            "BlueGreenDeploymentIdentifier",
            name="BlueGreenDeploymentName",
        ),
        "DescribeDBClusterAutomatedBackups": _of(
            "rds:cluster-auto-backup",
            "DBClusterAutomatedBackups",
            "DBClusterAutomatedBackupsArn",
            "DBClusterAutomatedBackupsArn",
            "DBClusterIdentifier",
        ),
        "DescribeDBClusterParameterGroups": _of(
            "rds:cluster-pg",
            "DBClusterParameterGroups",
            "DBClusterParameterGroupName",
            "DBClusterParameterGroupArn",
        ),
        "DescribeDBInstanceAutomatedBackups": _of(
            "rds:auto-backup",
            "DBInstanceAutomatedBackups",
            "DbiResourceId",
            "DBInstanceAutomatedBackupsArn",
            "DBInstanceIdentifier",
        ),
        "DescribeDBParameterGroups": _of(
            "rds:pg", "DBParameterGroups", "DBParameterGroupName", "DBParameterGroupArn"
        ),
        "DescribeDBSecurityGroups": _of(
            "rds:secgrp", "DBSecurityGroups", "DBSecurityGroupName", "DBSecurityGroupArn"
        ),
        "DescribeDBShardGroups": _of(
            "rds:shard-group", "DBShardGroups", "DBShardGroupIdentifier", "DBShardGroupArn"
        ),
        "DescribeDBSubnetGroups": _of(
            "rds:subgrp", "DBSubnetGroups", "DBSubnetGroupName", "DBSubnetGroupArn"
        ),
        "DescribeEventSubscriptions": _of(
            "rds:es", "EventSubscriptionsList", "CustSubscriptionId", "EventSubscriptionArn"
        ),
        "DescribeGlobalClusters": _of(
            "rds:global-cluster", "GlobalClusters", "GlobalClusterIdentifier", "GlobalClusterArn"
        ),
        "DescribeOptionGroups": _of("rds:og", "OptionGroupsList", "OptionGroupName", "OptionGroupArn"),
        "DescribeReservedDBInstances": _of(
            "rds:ri", "ReservedDBInstances", "ReservedDBInstanceId", "ReservedDBInstanceArn"
        ),
    },
    "redshift": {
        "DescribeClusterParameterGroups": _of(
            "redshift:parametergroup", "ParameterGroups", "ParameterGroupName"
        ),
        "DescribeClusterSecurityGroups": _of(
            "redshift:securitygroup", "ClusterSecurityGroups", "ClusterSecurityGroupName"
        ),
        "DescribeClusterSubnetGroups": _of(
            "redshift:subnetgroup", "ClusterSubnetGroups", "ClusterSubnetGroupName"
        ),
        "DescribeEventSubscriptions": _of(
            "redshift:eventsubscription", "EventSubscriptionsList", "CustSubscriptionId"
        ),
        "DescribeScheduledActions": _of(
            "redshift:scheduled-action", "ScheduledActions", "ScheduledActionName"
        ),
        "DescribeSnapshotCopyGrants": _of(
            "redshift:snapshotcopygrant", "SnapshotCopyGrants", "SnapshotCopyGrantName"
        ),
        "DescribeSnapshotSchedules": _of(
            "redshift:snapshotschedule", "SnapshotSchedules", "ScheduleIdentifier"
        ),
    },
    "redshift-serverless": {
        "ListNamespaces": _of("redshift-serverless:namespace", "namespaces", "namespaceName", "namespaceArn"),
        "ListSnapshots": _of("redshift-serverless:snapshot", "snapshots", "snapshotName", "snapshotArn"),
        "ListWorkgroups": _of("redshift-serverless:workgroup", "workgroups", "workgroupName", "workgroupArn"),
    },
    "rekognition": {
        "DescribeProjects": _of("rekognition:project", "ProjectDescriptions", "ProjectArn", "ProjectArn"),
        "ListCollections": _of("rekognition:collection", "CollectionIds", "@"),
        "ListStreamProcessors": _of("rekognition:streamprocessor", "StreamProcessors", "Name"),
    },
    "resiliencehub": {
        "ListApps": _of("resiliencehub:app", "appSummaries", "appArn", "appArn", "name"),
        "ListResiliencyPolicies": _of(
            "resiliencehub:resiliency-policy", "resiliencyPolicies", "policyArn", "policyArn", "policyName"
        ),
    },
    "resource-explorer-2": {
        "ListIndexes": _of("resource-explorer-2:index", "Indexes", "Arn", "Arn"),
    },
    "resource-groups": {
        "ListGroups": _of("resource-groups:group", "GroupIdentifiers", "GroupName", "GroupArn"),
    },
    "route53": {
        "ListCidrCollections": _of("route53:cidrcollection", "CidrCollections", "Id", "Arn", "Name"),
        "ListHealthChecks": _of("route53:healthcheck", "HealthChecks", "Id"),
        "ListReusableDelegationSets": _of("route53:delegationset", "DelegationSets", "Id"),
        "ListTrafficPolicies": _of("route53:trafficpolicy", "TrafficPolicySummaries", "Id", name="Name"),
    },
    "route53-recovery-control-config": {
        "ListClusters": _of(
            "route53-recovery-control:cluster", "Clusters", "ClusterArn", "ClusterArn", "Name"
        ),
    },
    "route53resolver": {
        "ListFirewallDomainLists": _of(
            "route53resolver:firewall-domain-list", "FirewallDomainLists", "Id", "Arn", "Name"
        ),
        "ListFirewallRuleGroups": _of(
            "route53resolver:firewall-rule-group", "FirewallRuleGroups", "Id", "Arn", "Name"
        ),
        "ListResolverEndpoints": _of(
            "route53resolver:resolver-endpoint", "ResolverEndpoints", "Id", "Arn", "Name"
        ),
        "ListResolverRules": _of("route53resolver:resolver-rule", "ResolverRules", "Id", "Arn", "Name"),
    },
    "rum": {
        "ListAppMonitors": _of("rum:appmonitor", "AppMonitorSummaries", "Name"),
    },
    "s3tables": {
        "ListTableBuckets": _of("s3tables:bucket", "tableBuckets", "name", "arn"),
    },
    "s3vectors": {
        "ListVectorBuckets": _of("s3vectors:bucket", "vectorBuckets", "vectorBucketName", "vectorBucketArn"),
    },
    "sagemaker": {
        "ListAlgorithms": _of("sagemaker:algorithm", "AlgorithmSummaryList", "AlgorithmName", "AlgorithmArn"),
        "ListApps": _of("sagemaker:app", "Apps", "AppName"),
        "ListClusters": _of("sagemaker:cluster", "ClusterSummaries", "ClusterName", "ClusterArn"),
        "ListCodeRepositories": _of(
            "sagemaker:code-repository",
            "CodeRepositorySummaryList",
            "CodeRepositoryName",
            "CodeRepositoryArn",
        ),
        "ListDataQualityJobDefinitions": _of(
            "sagemaker:data-quality-job-definition",
            "JobDefinitionSummaries",
            "MonitoringJobDefinitionName",
            "MonitoringJobDefinitionArn",
        ),
        "ListDomains": _of("sagemaker:domain", "Domains", "DomainId", "DomainArn", "DomainName"),
        "ListEndpointConfigs": _of(
            "sagemaker:endpoint-config", "EndpointConfigs", "EndpointConfigName", "EndpointConfigArn"
        ),
        "ListEndpoints": _of("sagemaker:endpoint", "Endpoints", "EndpointName", "EndpointArn"),
        "ListExperiments": _of(
            "sagemaker:experiment", "ExperimentSummaries", "ExperimentName", "ExperimentArn"
        ),
        "ListFeatureGroups": _of(
            "sagemaker:feature-group", "FeatureGroupSummaries", "FeatureGroupName", "FeatureGroupArn"
        ),
        "ListImages": _of("sagemaker:image", "Images", "ImageName", "ImageArn"),
        "ListModelBiasJobDefinitions": _of(
            "sagemaker:model-bias-job-definition",
            "JobDefinitionSummaries",
            "MonitoringJobDefinitionName",
            "MonitoringJobDefinitionArn",
        ),
        "ListModelCards": _of("sagemaker:model-card", "ModelCardSummaries", "ModelCardName", "ModelCardArn"),
        "ListModelExplainabilityJobDefinitions": _of(
            "sagemaker:model-explainability-job-definition",
            "JobDefinitionSummaries",
            "MonitoringJobDefinitionName",
            "MonitoringJobDefinitionArn",
        ),
        "ListModelPackageGroups": _of(
            "sagemaker:model-package-group",
            "ModelPackageGroupSummaryList",
            "ModelPackageGroupName",
            "ModelPackageGroupArn",
        ),
        "ListModelQualityJobDefinitions": _of(
            "sagemaker:model-quality-job-definition",
            "JobDefinitionSummaries",
            "MonitoringJobDefinitionName",
            "MonitoringJobDefinitionArn",
        ),
        "ListModels": _of("sagemaker:model", "Models", "ModelName", "ModelArn"),
        "ListMonitoringSchedules": _of(
            "sagemaker:monitoring-schedule",
            "MonitoringScheduleSummaries",
            "MonitoringScheduleName",
            "MonitoringScheduleArn",
        ),
        "ListNotebookInstanceLifecycleConfigs": _of(
            "sagemaker:notebook-instance-lifecycle-config",
            "NotebookInstanceLifecycleConfigs",
            "NotebookInstanceLifecycleConfigName",
            "NotebookInstanceLifecycleConfigArn",
        ),
        "ListPipelines": _of("sagemaker:pipeline", "PipelineSummaries", "PipelineName", "PipelineArn"),
        "ListProjects": _of("sagemaker:project", "ProjectSummaryList", "ProjectName", "ProjectArn"),
        "ListTrialComponents": _of(
            "sagemaker:experiment-trial-component",
            "TrialComponentSummaries",
            "TrialComponentName",
            "TrialComponentArn",
        ),
        "ListTrials": _of("sagemaker:experiment-trial", "TrialSummaries", "TrialName", "TrialArn"),
        "ListUserProfiles": _of("sagemaker:user-profile", "UserProfiles", "UserProfileName"),
        "ListWorkteams": _of("sagemaker:workteam", "Workteams", "WorkteamName", "WorkteamArn"),
    },
    "scheduler": {
        "ListScheduleGroups": _of("scheduler:schedule-group", "ScheduleGroups", "Name", "Arn"),
    },
    "schemas": {
        "ListDiscoverers": _of("schemas:discoverer", "Discoverers", "DiscovererId", "DiscovererArn"),
        "ListRegistries": _of("schemas:registry", "Registries", "RegistryName", "RegistryArn"),
    },
    "sdb": {
        "ListDomains": _of("sdb:domain", "DomainNames", "@"),
    },
    "securityhub": {
        "DescribeActionTargets": _of(
            "securityhub:action", "ActionTargets", "ActionTargetArn", "ActionTargetArn", "Name"
        ),
        "GetInsights": _of("securityhub:insight", "Insights", "InsightArn", "InsightArn", "Name"),
        "ListAutomationRules": _of(
            "securityhub:automation-rule", "AutomationRulesMetadata", "RuleArn", "RuleArn", "RuleName"
        ),
    },
    "securitylake": {
        "ListDataLakes": _of("securitylake:data-lake", "dataLakes", "dataLakeArn", "dataLakeArn"),
        "ListSubscribers": _of(
            "securitylake:subscriber", "subscribers", "subscriberId", "subscriberArn", "subscriberName"
        ),
    },
    "serverlessrepo": {
        "ListApplications": _of("serverlessrepo:applications", "Applications", "ApplicationId", name="Name"),
    },
    "servicecatalog": {
        "ListPortfolios": _of("servicecatalog:portfolio", "PortfolioDetails", "Id", "ARN", "DisplayName"),
    },
    "servicecatalog-appregistry": {
        "ListApplications": _of("servicecatalog:application", "applications", "id", "arn", "name"),
        "ListAttributeGroups": _of("servicecatalog:attributegroup", "attributeGroups", "id", "arn", "name"),
    },
    "servicediscovery": {
        "ListNamespaces": _of("servicediscovery:namespace", "Namespaces", "Id", "Arn", "Name"),
        "ListServices": _of("servicediscovery:service", "Services", "Id", "Arn", "Name"),
    },
    "ses": {
        "ListConfigurationSets": _of("ses:configuration-set", "ConfigurationSets", "Name"),
        "ListReceiptFilters": _of("ses:receipt-filter", "Filters", "Name"),
        "ListReceiptRuleSets": _of("ses:receipt-rule-set", "RuleSets", "Name"),
        "ListTemplates": _of("ses:template", "TemplatesMetadata", "Name"),
    },
    "sesv2": {
        "ListContactLists": _of("ses:contact-list", "ContactLists", "ContactListName"),
        "ListDedicatedIpPools": _of("ses:dedicated-ip-pool", "DedicatedIpPools", "@"),
    },
    "shield": {
        "ListProtectionGroups": _of(
            "shield:protection-group", "ProtectionGroups", "ProtectionGroupId", "ProtectionGroupArn"
        ),
        "ListProtections": _of("shield:protection", "Protections", "Id", "ProtectionArn", "Name"),
    },
    "signer": {
        "ListSigningProfiles": _of("signer:signing-profiles", "profiles", "profileName", "arn"),
    },
    "sns": {
        "ListPlatformApplications": _of(
            "sns:app", "PlatformApplications", "PlatformApplicationArn", "PlatformApplicationArn"
        ),
    },
    "ssm": {
        "DescribeOpsItems": _of("ssm:opsitem", "OpsItemSummaries", "OpsItemId"),
        "DescribePatchBaselines": _of(
            "ssm:patchbaseline", "BaselineIdentities", "BaselineId", name="BaselineName"
        ),
    },
    "ssm-contacts": {
        "ListContacts": _of("ssm-contacts:contact", "Contacts", "ContactArn", "ContactArn", "Alias"),
    },
    "ssm-incidents": {
        "ListReplicationSets": _of("ssm-incidents:replication-set", "replicationSetArns", "@", "@"),
        "ListResponsePlans": _of(
            "ssm-incidents:response-plan", "responsePlanSummaries", "arn", "arn", "name"
        ),
    },
    "stepfunctions": {
        "ListActivities": _of("states:activity", "activities", "activityArn", "activityArn", "name"),
    },
    "storagegateway": {
        "ListFileShares": _of("storagegateway:share", "FileShareInfoList", "FileShareId", "FileShareARN"),
        "ListGateways": _of("storagegateway:gateway", "Gateways", "GatewayId", "GatewayARN", "GatewayName"),
        "ListTapes": _of("storagegateway:tape", "TapeInfos", "TapeARN", "TapeARN"),
        "ListVolumes": _of("storagegateway:volume", "VolumeInfos", "VolumeId", "VolumeARN"),
    },
    "synthetics": {
        "DescribeCanaries": _of("synthetics:canary", "Canaries", "Name"),
        "ListGroups": _of("synthetics:group", "Groups", "Name", "Arn"),
    },
    "timestream-influxdb": {
        "ListDbClusters": _of("timestream-influxdb:db-cluster", "items", "id", "arn", "name"),
        "ListDbInstances": _of("timestream-influxdb:db-instance", "items", "id", "arn", "name"),
        "ListDbParameterGroups": _of("timestream-influxdb:db-parameter-group", "items", "id", "arn", "name"),
    },
    "timestream-query": {
        "ListScheduledQueries": _of("timestream:scheduled-query", "ScheduledQueries", "Name", "Arn"),
    },
    "timestream-write": {
        "ListDatabases": _of("timestream:database", "Databases", "DatabaseName", "Arn"),
        "ListTables": _of("timestream:table", "Tables", "TableName", "Arn"),
    },
    "transcribe": {
        "ListLanguageModels": _of("transcribe:language-model", "Models", "ModelName"),
        "ListMedicalVocabularies": _of("transcribe:medical-vocabulary", "Vocabularies", "VocabularyName"),
        "ListVocabularies": _of("transcribe:vocabulary", "Vocabularies", "VocabularyName"),
        "ListVocabularyFilters": _of(
            "transcribe:vocabulary-filter", "VocabularyFilters", "VocabularyFilterName"
        ),
    },
    "transfer": {
        "ListCertificates": _of("transfer:certificate", "Certificates", "CertificateId", "Arn"),
        "ListConnectors": _of("transfer:connector", "Connectors", "ConnectorId", "Arn"),
        "ListProfiles": _of("transfer:profile", "Profiles", "ProfileId", "Arn"),
        "ListWebApps": _of("transfer:webapp", "WebApps", "WebAppId", "Arn"),
        "ListWorkflows": _of("transfer:workflow", "Workflows", "WorkflowId", "Arn"),
    },
    "translate": {
        "ListParallelData": _of("translate:parallel-data", "ParallelDataPropertiesList", "Name", "Arn"),
        "ListTerminologies": _of("translate:terminology", "TerminologyPropertiesList", "Name", "Arn"),
    },
    "verifiedpermissions": {
        "ListPolicyStores": _of("verifiedpermissions:policy-store", "policyStores", "policyStoreId", "arn"),
    },
    "voice-id": {
        "ListDomains": _of("voiceid:domain", "DomainSummaries", "DomainId", "Arn", "Name"),
    },
    "vpc-lattice": {
        "ListResourceGateways": _of("vpc-lattice:resourcegateway", "items", "id", "arn", "name"),
        "ListTargetGroups": _of("vpc-lattice:targetgroup", "items", "id", "arn", "name"),
    },
    "waf": {
        "ListIPSets": _of("waf:ipset", "IPSets", "IPSetId", name="Name"),
        "ListRuleGroups": _of("waf:rulegroup", "RuleGroups", "RuleGroupId", name="Name"),
        "ListRules": _of("waf:rule", "Rules", "RuleId", name="Name"),
        "ListWebACLs": _of("waf:webacl", "WebACLs", "WebACLId", name="Name"),
    },
    "waf-regional": {
        "ListIPSets": _of("waf-regional:ipset", "IPSets", "IPSetId", name="Name"),
        "ListRuleGroups": _of("waf-regional:rulegroup", "RuleGroups", "RuleGroupId", name="Name"),
        "ListRules": _of("waf-regional:rule", "Rules", "RuleId", name="Name"),
        "ListWebACLs": _of("waf-regional:webacl", "WebACLs", "WebACLId", name="Name"),
    },
    "workmail": {
        "ListOrganizations": _of("workmail:organization", "OrganizationSummaries", "OrganizationId"),
    },
    "workspaces": {
        "DescribeIpGroups": _of("workspaces:workspaceipgroup", "Result", "groupId", name="groupName"),
        "DescribeWorkspaceDirectories": _of(
            "workspaces:directory", "Directories", "DirectoryId", name="DirectoryName"
        ),
        "DescribeWorkspaceImages": _of("workspaces:workspaceimage", "Images", "ImageId", name="Name"),
        "DescribeWorkspaces": _of("workspaces:workspace", "Workspaces", "WorkspaceId"),
        "DescribeWorkspacesPools": _of(
            "workspaces:workspacespool", "WorkspacesPools", "PoolId", "PoolArn", "PoolName"
        ),
    },
    "workspaces-web": {
        "ListBrowserSettings": _of(
            "workspaces-web:browsersettings", "browserSettings", "browserSettingsArn", "browserSettingsArn"
        ),
        "ListNetworkSettings": _of(
            "workspaces-web:networksettings", "networkSettings", "networkSettingsArn", "networkSettingsArn"
        ),
        "ListPortals": _of("workspaces-web:portal", "portals", "portalArn", "portalArn", "displayName"),
        "ListUserAccessLoggingSettings": _of(
            "workspaces-web:useraccessloggingsettings",
            "userAccessLoggingSettings",
            "userAccessLoggingSettingsArn",
            "userAccessLoggingSettingsArn",
        ),
        "ListUserSettings": _of(
            "workspaces-web:usersettings", "userSettings", "userSettingsArn", "userSettingsArn"
        ),
    },
    "xray": {
        "GetGroups": _of("xray:group", "Groups", "GroupName", "GroupARN"),
        "GetSamplingRules": _of(
            "xray:sampling-rule", "SamplingRuleRecords", "SamplingRule.RuleName", "SamplingRule.RuleARN"
        ),
    },
}

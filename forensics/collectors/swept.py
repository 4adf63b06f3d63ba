"""What the sweep asks, of botocore's models. Made by `python -m tests.collectors.public`."""

from __future__ import annotations

from collections.abc import Mapping

SWEPT: Mapping[str, str] = {
    "accessanalyzer": "ListAnalyzers ListPolicyGenerations",
    "account": (
        "GetAccountInformation GetContactInformation GetGovCloudAccountInformation "
        "GetPrimaryEmailUpdateStatus ListRegions"
    ),
    "account-access": "ListApplications",
    "acm": "GetAccountConfiguration ListAcmeEndpoints ListCertificates",
    "acm-pca": "ListCertificateAuthorities",
    "agent-registry-control": "ListRegistries",
    "aiops": "ListInvestigationGroups",
    "amp": "GetDefaultScraperConfiguration ListScrapers ListWorkspaces",
    "amplify": "ListApps",
    "amplifybackend": "ListS3Buckets",
    "apigateway": (
        "GetAccount GetApiKeys GetClientCertificates GetDomainNameAccessAssociations GetDomainNames "
        "GetRestApis GetUsagePlans GetVpcLinks"
    ),
    "apigatewayv2": "GetApis GetDomainNames GetVpcLinks ListPortalProducts ListPortals",
    "appconfig": (
        "GetAccountSettings ListApplications ListDeploymentStrategies ListExperimentDefinitions "
        "ListExtensionAssociations ListExtensions"
    ),
    "appfabric": "ListAppBundles",
    "appflow": (
        "DescribeConnectorProfiles DescribeConnectors ListConnectorEntities ListConnectors ListFlows"
    ),
    "appintegrations": "ListApplications ListDataIntegrations ListEventIntegrations",
    "application-insights": "ListApplications ListConfigurationHistory ListProblems",
    "application-signals": "ListGroupingAttributeDefinitions ListServiceLevelObjectives",
    "appmesh": "ListMeshes",
    "apprunner": (
        "ListAutoScalingConfigurations ListConnections ListObservabilityConfigurations ListServices "
        "ListVpcConnectors ListVpcIngressConnections"
    ),
    "appstream": (
        "DescribeAppBlockBuilderAppBlockAssociations DescribeAppBlockBuilders DescribeAppBlocks "
        "DescribeApplicationFleetAssociations DescribeApplications DescribeFleets DescribeImageBuilders "
        "DescribeImages DescribeStacks DescribeUsageReportSubscriptions DescribeUserStackAssociations "
        "GetExportImageTask ListExportImageTasks"
    ),
    "appsync": "ListApis ListDomainNames ListGraphqlApis",
    "arc-region-switch": "ListPlans ListPlansInRegion ListServiceQuotaWarnings",
    "arc-zonal-shift": (
        "GetAutoshiftObserverNotificationStatus ListAutoshifts ListManagedResources ListZonalShifts"
    ),
    "artifact": "GetAccountSettings ListComplianceInquiries ListCustomerAgreements",
    "athena": (
        "ListCapacityReservations ListDataCatalogs ListNamedQueries ListQueryExecutions ListWorkGroups"
    ),
    "auditmanager": (
        "GetAccountStatus GetDelegations GetInsights GetOrganizationAdminAccount GetServicesInScope "
        "ListAssessmentReports ListAssessments ListControlDomainInsights ListNotifications"
    ),
    "autoscaling": (
        "DescribeAccountLimits DescribeAccountSettings DescribeAutoScalingGroups "
        "DescribeAutoScalingInstances DescribeLaunchConfigurations DescribeNotificationConfigurations "
        "DescribePolicies DescribeScalingActivities DescribeScheduledActions DescribeTags"
    ),
    "autoscaling-plans": "DescribeScalingPlans",
    "b2bi": "ListCapabilities ListPartnerships ListProfiles ListTransformers",
    "backup": (
        "DescribeGlobalSettings DescribeRegionSettings ListBackupAccessPoints ListBackupJobSummaries "
        "ListBackupJobs ListBackupPlans ListBackupVaults ListCopyJobSummaries ListCopyJobs ListFrameworks "
        "ListIndexedRecoveryPoints ListLegalHolds ListProtectedResources ListReportJobs ListReportPlans "
        "ListRestoreJobSummaries ListRestoreJobs ListRestoreTestingPlans ListScanJobSummaries "
        "ListScanJobs ListTieringConfigurations"
    ),
    "backup-gateway": "ListGateways ListHypervisors ListVirtualMachines",
    "backupsearch": "ListSearchJobs ListSearchResultExportJobs",
    "batch": (
        "DescribeComputeEnvironments DescribeJobDefinitions DescribeJobQueues DescribeServiceEnvironments "
        "ListConsumableResources ListJobs ListSchedulingPolicies ListServiceJobs"
    ),
    "bcm-dashboards": "ListDashboards ListScheduledReports",
    "bcm-data-exports": "ListExports ListTables",
    "bcm-pricing-calculator": "GetPreferences ListBillEstimates ListBillScenarios ListWorkloadEstimates",
    "bcm-recommended-actions": "ListRecommendedActions",
    "bedrock": (
        "GetAccountDataRetention GetModelInvocationLoggingConfiguration GetUseCaseForModelAccess "
        "ListAdvancedPromptOptimizationJobs ListAutomatedReasoningPolicies ListCustomModelDeployments "
        "ListCustomModels ListEnforcedGuardrailsConfiguration ListEvaluationJobs ListGuardrails "
        "ListImportedModels ListInferenceProfiles ListMarketplaceModelEndpoints ListModelCopyJobs "
        "ListModelCustomizationJobs ListModelImportJobs ListModelInvocationJobs ListPromptRouters "
        "ListProvisionedModelThroughputs"
    ),
    "bedrock-agent": "ListAgents ListFlows ListKnowledgeBases ListPrompts ListRetrievalInstructions",
    "bedrock-agent-runtime": "ListSessions",
    "bedrock-agentcore": "ListABTests ListBatchEvaluations ListRecommendations",
    "bedrock-agentcore-control": (
        "GetTokenVault ListAgentRuntimes ListApiKeyCredentialProviders ListBrowserProfiles ListBrowsers "
        "ListCapacityProviders ListCodeInterpreters ListConfigurationBundles ListConsentPortals "
        "ListDatasets ListEvaluators ListGateways ListHarnesses ListMemories "
        "ListOauth2CredentialProviders ListOnlineEvaluationConfigs ListPaymentCredentialProviders "
        "ListPaymentManagers ListPolicyEngineSummaries ListPolicyEngines ListRegistries "
        "ListWorkloadIdentities"
    ),
    "bedrock-data-automation": "ListBlueprints ListDataAutomationLibraries ListDataAutomationProjects",
    "bedrock-runtime": "ListAsyncInvokes",
    "billing": (
        "ListBillingViewSegments ListBillingViews ListBusinessSupportSubscriptionHistory ListContracts"
    ),
    "billingconductor": (
        "ListAccountAssociations ListBillingGroupCostReports ListBillingGroups ListCustomLineItems "
        "ListPricingPlans ListPricingRules"
    ),
    "chatbot": (
        "DescribeChimeWebhookConfigurations DescribeSlackChannelConfigurations "
        "DescribeSlackUserIdentities DescribeSlackWorkspaces GetAccountPreferences ListCustomActions "
        "ListMicrosoftTeamsChannelConfigurations ListMicrosoftTeamsConfiguredTeams "
        "ListMicrosoftTeamsUserIdentities"
    ),
    "chime": (
        "GetGlobalSettings GetPhoneNumberSettings ListAccounts ListPhoneNumberOrders ListPhoneNumbers"
    ),
    "chime-sdk-identity": "ListAppInstances",
    "chime-sdk-media-pipelines": (
        "ListMediaCapturePipelines ListMediaInsightsPipelineConfigurations "
        "ListMediaPipelineKinesisVideoStreamPools ListMediaPipelines"
    ),
    "chime-sdk-voice": (
        "GetGlobalSettings GetPhoneNumberSettings ListPhoneNumberOrders ListPhoneNumbers "
        "ListSipMediaApplications ListSipRules ListVoiceConnectorGroups ListVoiceConnectors "
        "ListVoiceProfileDomains"
    ),
    "cleanrooms": "ListCollaborations ListConfiguredTables ListMemberships",
    "cleanroomsml": (
        "ListAudienceExportJobs ListAudienceGenerationJobs ListAudienceModels "
        "ListConfiguredAudienceModels ListConfiguredModelAlgorithms ListTrainingDatasets"
    ),
    "cloud9": "DescribeEnvironmentMemberships ListEnvironments",
    "cloudcontrol": "ListResourceRequests",
    "clouddirectory": "ListDevelopmentSchemaArns ListDirectories ListPublishedSchemaArns",
    "cloudformation": (
        "DescribeAccountLimits DescribeEvents DescribeOrganizationsAccess DescribePublisher "
        "DescribeStacks ListExports ListGeneratedTemplates ListHookResults ListResourceScans "
        "ListStackRefactors ListStackSets ListStacks ListTypeRegistrations ListTypeVersions ListTypes"
    ),
    "cloudfront": (
        "ListAnycastIpLists ListCachePolicies ListCloudFrontOriginAccessIdentities "
        "ListConnectionFunctions ListConnectionGroups ListContinuousDeploymentPolicies "
        "ListDistributionTenants ListDistributionTenantsByCustomization ListDistributions "
        "ListFieldLevelEncryptionConfigs ListFieldLevelEncryptionProfiles ListFunctions ListKeyGroups "
        "ListKeyValueStores ListOriginAccessControls ListOriginRequestPolicies ListPublicKeys "
        "ListRealtimeLogConfigs ListResponseHeadersPolicies ListStreamingDistributions ListTrustStores "
        "ListVpcOrigins"
    ),
    "cloudhsmv2": "DescribeBackups DescribeClusters GetResourcePolicy",
    "cloudsearch": "DescribeDomains ListDomainNames",
    "cloudtrail": (
        "DescribeTrails GetEventConfiguration ListChannels ListDashboards ListEventDataStores ListImports "
        "ListPublicKeys ListTrails"
    ),
    "cloudwatch": (
        "DescribeAlarmHistory DescribeAlarms DescribeAnomalyDetectors DescribeInsightRules "
        "GetOTelEnrichment ListAlarmMuteRules ListDashboards ListMetricStreams ListMetrics"
    ),
    "cloudwatchomni": (
        "GetIntelligenceConfiguration ListAccessGrants ListDomainAccessGrantsForOrganization ListDomains "
        "ListIntegrations ListSpaces ListSpacesForOrganization ListTelemetryQuerySessions ListViews"
    ),
    "codeartifact": "ListDomains ListRepositories",
    "codebuild": (
        "ListBuildBatches ListBuildBatchesForProject ListBuilds ListFleets ListProjects ListReportGroups "
        "ListReports ListSandboxes ListSharedProjects ListSharedReportGroups ListSourceCredentials"
    ),
    "codecommit": "ListApprovalRuleTemplates ListRepositories",
    "codeconnections": "ListConnections ListHosts ListRepositoryLinks",
    "codedeploy": (
        "ListApplications ListDeploymentConfigs ListDeployments ListGitHubAccountTokenNames "
        "ListOnPremisesInstances"
    ),
    "codeguru-reviewer": "ListRepositoryAssociations",
    "codeguru-security": "GetAccountConfiguration ListScans",
    "codeguruprofiler": "GetFindingsReportAccountSummary ListProfilingGroups",
    "codepipeline": "ListPipelines",
    "codestar-notifications": "ListNotificationRules ListTargets",
    "cognito-sync": "ListIdentityPoolUsage",
    "comprehend": (
        "ListDatasets ListDocumentClassificationJobs ListDocumentClassifierSummaries "
        "ListDocumentClassifiers ListDominantLanguageDetectionJobs ListEndpoints "
        "ListEntitiesDetectionJobs ListEntityRecognizerSummaries ListEntityRecognizers "
        "ListEventsDetectionJobs ListFlywheels ListKeyPhrasesDetectionJobs ListPiiEntitiesDetectionJobs "
        "ListSentimentDetectionJobs ListTargetedSentimentDetectionJobs ListTopicsDetectionJobs"
    ),
    "comprehendmedical": (
        "ListEntitiesDetectionV2Jobs ListICD10CMInferenceJobs ListPHIDetectionJobs "
        "ListRxNormInferenceJobs ListSNOMEDCTInferenceJobs"
    ),
    "compute-optimizer": (
        "DescribeRecommendationExportJobs GetAutoScalingGroupRecommendations GetEBSVolumeRecommendations "
        "GetEC2InstanceRecommendations GetECSServiceRecommendations GetEnrollmentStatus "
        "GetEnrollmentStatusesForOrganization GetIdleRecommendations GetLambdaFunctionRecommendations "
        "GetLicenseRecommendations GetRDSDatabaseRecommendations GetRecommendationSummaries"
    ),
    "compute-optimizer-automation": (
        "GetEnrollmentConfiguration ListAccounts ListAutomationEventSummaries ListAutomationEvents "
        "ListAutomationRules ListRecommendedActionSummaries ListRecommendedActions"
    ),
    "config": (
        "DescribeAggregationAuthorizations DescribeComplianceByConfigRule DescribeComplianceByResource "
        "DescribeConfigRuleEvaluationStatus DescribeConfigRules DescribeConfigurationAggregators "
        "DescribeConfigurationRecorderStatus DescribeConfigurationRecorders DescribeConformancePackStatus "
        "DescribeConformancePacks DescribeDeliveryChannelStatus DescribeDeliveryChannels "
        "DescribeOrganizationConfigRuleStatuses DescribeOrganizationConfigRules "
        "DescribeOrganizationConformancePackStatuses DescribeOrganizationConformancePacks "
        "DescribePendingAggregationRequests DescribeRetentionConfigurations "
        "GetComplianceSummaryByConfigRule GetComplianceSummaryByResourceType GetDiscoveredResourceCounts "
        "ListConfigurationRecorders ListConformancePackComplianceScores ListConnectors "
        "ListResourceEvaluations ListStoredQueries"
    ),
    "connect": "ListInstances ListPhoneNumbersV2 ListTrafficDistributionGroups",
    "connectcampaigns": "ListCampaigns",
    "connectcampaignsv2": "ListCampaigns",
    "connectcases": "ListDomains",
    "connecthealth": "ListDomains",
    "continuum": "ListCollectors ListEnvironments ListIntegrations",
    "controltower": (
        "ListBaselines ListControlOperations ListEnabledBaselines ListEnabledControls "
        "ListLandingZoneOperations ListLandingZones"
    ),
    "cost-optimization-hub": "GetPreferences ListEnrollmentStatuses ListRecommendations",
    "cur": "DescribeReportDefinitions",
    "customer-profiles": "ListDomains",
    "databrew": "ListDatasets ListJobs ListProjects ListRecipes ListRulesets ListSchedules",
    "dataexchange": "ListDataGrants ListDataSets ListEventActions ListJobs ListReceivedDataGrants",
    "datapipeline": "ListPipelines",
    "datasync": "ListAgents ListLocations ListTaskExecutions ListTasks",
    "datazone": "ListDomains",
    "dax": (
        "DescribeClusters DescribeDefaultParameters DescribeEvents DescribeParameterGroups "
        "DescribeSubnetGroups"
    ),
    "deadline": "ListFarms ListLicenseEndpoints ListMonitors",
    "detective": "ListGraphs ListInvitations",
    "devicefarm": (
        "GetAccountSettings GetOfferingStatus GetTestGridSession ListDeviceInstances ListInstanceProfiles "
        "ListOfferingTransactions ListProjects ListTestGridProjects ListVPCEConfigurations"
    ),
    "devops-agent": "GetAccountUsage ListAgentSpaces ListPrivateConnections ListServices",
    "devops-guru": (
        "DescribeAccountHealth DescribeEventSourcesConfig DescribeFeedback DescribeOrganizationHealth "
        "DescribeServiceIntegration GetCostEstimation ListMonitoredResources ListNotificationChannels"
    ),
    "directconnect": (
        "DescribeConnections DescribeCustomerMetadata DescribeDirectConnectGatewayAssociationProposals "
        "DescribeDirectConnectGatewayAssociations DescribeDirectConnectGatewayAttachments "
        "DescribeDirectConnectGateways DescribeInterconnects DescribeLags DescribeVirtualGateways "
        "DescribeVirtualInterfaces ListResiliencyGroups ListVirtualInterfaceRoutes "
        "ListVirtualInterfaceTestHistory"
    ),
    "discovery": (
        "DescribeAgents DescribeContinuousExports DescribeExportTasks DescribeImportTasks DescribeTags "
        "GetDiscoverySummary"
    ),
    "dlm": "GetLifecyclePolicies",
    "dms": (
        "DescribeAccountAttributes DescribeCertificates DescribeConnections DescribeDataMigrations "
        "DescribeEndpoints DescribeEventSubscriptions DescribeEvents DescribeFleetAdvisorCollectors "
        "DescribeFleetAdvisorDatabases DescribeFleetAdvisorLsaAnalysis "
        "DescribeFleetAdvisorSchemaObjectSummary DescribeFleetAdvisorSchemas "
        "DescribePendingMaintenanceActions DescribeRecommendationLimitations DescribeRecommendations "
        "DescribeReplicationConfigs DescribeReplicationInstances DescribeReplicationSubnetGroups "
        "DescribeReplicationTaskAssessmentResults DescribeReplicationTaskAssessmentRuns "
        "DescribeReplicationTaskIndividualAssessments DescribeReplicationTasks DescribeReplications "
        "ListTagsForResource"
    ),
    "docdb-elastic": "ListClusterSnapshots ListClusters ListPendingMaintenanceActions",
    "drs": (
        "DescribeJobs DescribeLaunchConfigurationTemplates DescribeRecoveryInstances "
        "DescribeReplicationConfigurationTemplates DescribeSourceNetworks DescribeSourceServers "
        "ListRecoveryPlanExecutions ListRecoveryPlans ListStagingAccounts"
    ),
    "ds": (
        "DescribeDirectories DescribeEventTopics DescribeSnapshots DescribeTrusts GetDirectoryLimits "
        "ListADAssessments ListLogSubscriptions"
    ),
    "dsql": "ListClusters",
    "dynamodb": (
        "DescribeEndpoints DescribeLimits ListBackups ListContributorInsights ListExports "
        "ListGlobalTables ListImports ListTables"
    ),
    "dynamodbstreams": "ListStreams",
    "ec2": (
        "DescribeAccountAttributes DescribeAccountVpcEncryptionControl DescribeAddressTransfers "
        "DescribeAddresses DescribeAddressesAttribute DescribeAggregateIdFormat DescribeApplicationStatus "
        "DescribeApplicationStatusCheckAssociations DescribeApplicationStatusChecks "
        "DescribeAvailabilityZones DescribeAwsNetworkPerformanceMetricSubscriptions DescribeBundleTasks "
        "DescribeCapacityBlockExtensionHistory DescribeCapacityBlockStatus DescribeCapacityBlocks "
        "DescribeCapacityManagerDataExports DescribeCapacityReservationCancellationQuotes "
        "DescribeCapacityReservationFleets DescribeCapacityReservationTopology "
        "DescribeCapacityReservations DescribeCarrierGateways DescribeClassicLinkInstances "
        "DescribeClientVpnEndpoints DescribeCoipPools DescribeConversionTasks DescribeCustomerGateways "
        "DescribeDeclarativePoliciesReports DescribeDhcpOptions DescribeEgressOnlyInternetGateways "
        "DescribeElasticGpus DescribeExportImageTasks DescribeExportTasks DescribeFastLaunchImages "
        "DescribeFastSnapshotRestores DescribeFleets DescribeFlowLogs DescribeHostReservations "
        "DescribeHosts DescribeIamInstanceProfileAssociations DescribeIdFormat "
        "DescribeImageUsageReportEntries DescribeImageUsageReports DescribeImages "
        "DescribeImportImageTasks DescribeImportSnapshotTasks DescribeInstanceConnectEndpoints "
        "DescribeInstanceCreditSpecifications DescribeInstanceEventNotificationAttributes "
        "DescribeInstanceEventWindows DescribeInstanceImageMetadata DescribeInstanceSqlHaHistoryStates "
        "DescribeInstanceSqlHaStates DescribeInstanceStatus DescribeInstanceTopology DescribeInstances "
        "DescribeInternetGateways DescribeIpamByoasn DescribeIpamExternalResourceVerificationTokens "
        "DescribeIpamInternetRegistryAssociations DescribeIpamPolicies DescribeIpamPoolAllocations "
        "DescribeIpamPools DescribeIpamPrefixListResolverTargets DescribeIpamPrefixListResolvers "
        "DescribeIpamResourceDiscoveries DescribeIpamResourceDiscoveryAssociations DescribeIpamScopes "
        "DescribeIpams DescribeIpv6Pools DescribeKeyPairs DescribeLaunchTemplateVersions "
        "DescribeLaunchTemplates DescribeLocalGatewayRouteTableVirtualInterfaceGroupAssociations "
        "DescribeLocalGatewayRouteTableVpcAssociations DescribeLocalGatewayRouteTables "
        "DescribeLocalGatewayVirtualInterfaceGroups DescribeLocalGatewayVirtualInterfaces "
        "DescribeLocalGateways DescribeLockedSnapshots DescribeMacHosts DescribeMacModificationTasks "
        "DescribeManagedPrefixLists DescribeMovingAddresses DescribeNatGateways DescribeNetworkAcls "
        "DescribeNetworkInsightsAccessScopeAnalyses DescribeNetworkInsightsAccessScopes "
        "DescribeNetworkInsightsAnalyses DescribeNetworkInsightsPaths DescribeNetworkInterfacePermissions "
        "DescribeNetworkInterfaces DescribeOutpostLags DescribePlacementGroups DescribePrincipalIdFormat "
        "DescribePublicIpv4Pools DescribeReplaceRootVolumeTasks DescribeReservedInstances "
        "DescribeReservedInstancesListings DescribeReservedInstancesModifications "
        "DescribeRouteServerEndpoints DescribeRouteServerPeers DescribeRouteServers DescribeRouteTables "
        "DescribeScheduledInstances DescribeSecondaryInterfaces DescribeSecondaryNetworks "
        "DescribeSecondarySubnets DescribeSecurityGroupRules DescribeSecurityGroupVpcAssociations "
        "DescribeSecurityGroups DescribeServiceLinkVirtualInterfaces DescribeSnapshotTierStatus "
        "DescribeSnapshots DescribeSpotDatafeedSubscription DescribeSpotFleetRequests "
        "DescribeSpotInstanceRequests DescribeStoreImageTasks DescribeSubnets DescribeTags "
        "DescribeTrafficMirrorFilterRules DescribeTrafficMirrorFilters DescribeTrafficMirrorSessions "
        "DescribeTrafficMirrorTargets DescribeTransitGatewayAttachments "
        "DescribeTransitGatewayConnectPeers DescribeTransitGatewayConnects "
        "DescribeTransitGatewayMeteringPolicies DescribeTransitGatewayMulticastDomains "
        "DescribeTransitGatewayPeeringAttachments DescribeTransitGatewayPolicyTables "
        "DescribeTransitGatewayRouteTableAnnouncements DescribeTransitGatewayRouteTables "
        "DescribeTransitGatewayVpcAttachments DescribeTransitGateways DescribeTrunkInterfaceAssociations "
        "DescribeVerifiedAccessEndpoints DescribeVerifiedAccessGroups "
        "DescribeVerifiedAccessInstanceLoggingConfigurations DescribeVerifiedAccessInstances "
        "DescribeVerifiedAccessTrustProviders DescribeVolumeStatus DescribeVolumes "
        "DescribeVolumesModifications DescribeVpcBlockPublicAccessExclusions "
        "DescribeVpcBlockPublicAccessOptions DescribeVpcClassicLink DescribeVpcClassicLinkDnsSupport "
        "DescribeVpcEncryptionControls DescribeVpcEndpointAssociations "
        "DescribeVpcEndpointConnectionNotifications DescribeVpcEndpointConnections "
        "DescribeVpcEndpointServiceConfigurations DescribeVpcEndpoints DescribeVpcPeeringConnections "
        "DescribeVpcs DescribeVpnConcentrators DescribeVpnConnections DescribeVpnGateways "
        "GetAllowedImagesSettings GetAwsNetworkPerformanceData GetCapacityManagerAttributes "
        "GetCapacityManagerMonitoredTagKeys GetEbsDefaultKmsKeyId GetEbsEncryptionByDefault "
        "GetEnabledIpamPolicy GetImageBlockPublicAccessState GetInstanceMetadataDefaults "
        "GetManagedResourceVisibility GetSerialConsoleAccessStatus GetSnapshotBlockPublicAccessState "
        "ListImagesInRecycleBin ListSnapshotsInRecycleBin ListVolumesInRecycleBin"
    ),
    "ecr": (
        "DescribePullThroughCacheRules DescribeRegistry DescribeRepositories "
        "DescribeRepositoryCreationTemplates GetRegistryPolicy GetRegistryScanningConfiguration "
        "GetSigningConfiguration ListPullTimeUpdateExclusions ListReplicationBackfills"
    ),
    "ecr-public": "DescribeRegistries DescribeRepositories GetRegistryCatalogData",
    "ecs": (
        "DescribeCapacityProviders DescribeClusters ListAccountSettings ListClusters "
        "ListContainerInstances ListDaemonTaskDefinitions ListDaemons ListGatewayClusterAssociations "
        "ListGatewayRoutes ListGateways ListServices ListTaskDefinitionFamilies ListTaskDefinitions "
        "ListTasks"
    ),
    "efs": (
        "DescribeAccessPoints DescribeAccountPreferences DescribeFileSystems DescribeMountTargets "
        "DescribeReplicationConfigurations"
    ),
    "eks": "ListAccessPolicies ListClusters ListEksAnywhereSubscriptions",
    "elasticache": (
        "DescribeCacheClusters DescribeCacheParameterGroups DescribeCacheSecurityGroups "
        "DescribeCacheSubnetGroups DescribeEvents DescribeGlobalReplicationGroups "
        "DescribeReplicationGroups DescribeReservedCacheNodes DescribeServerlessCacheSnapshots "
        "DescribeServerlessCaches DescribeSnapshots DescribeUpdateActions DescribeUserGroups "
        "DescribeUsers ListAllowedNodeTypeModifications"
    ),
    "elasticbeanstalk": (
        "DescribeAccountAttributes DescribeApplicationVersions DescribeApplications "
        "DescribeConfigurationOptions DescribeEnvironmentHealth DescribeEnvironmentManagedActionHistory "
        "DescribeEnvironmentManagedActions DescribeEnvironmentResources DescribeEnvironments "
        "DescribeEvents DescribeInstancesHealth DescribePlatformVersion ListPlatformBranches"
    ),
    "elb": "DescribeAccountLimits DescribeLoadBalancers",
    "elbv2": "DescribeAccountLimits DescribeLoadBalancers DescribeTargetGroups DescribeTrustStores",
    "elementalinference": "ListDictionaries ListFeeds",
    "emr": (
        "DescribeReleaseLabel GetBlockPublicAccessConfiguration ListClusters ListNotebookExecutions "
        "ListSecurityConfigurations ListStudioSessionMappings ListStudios"
    ),
    "emr-containers": "ListJobTemplates ListSecurityConfigurations ListVirtualClusters",
    "emr-serverless": "ListApplications",
    "endusermessaging": "ListBrandProfiles ListJobs ListNotifyCodeConfigurations",
    "entityresolution": (
        "ListIdMappingWorkflows ListIdNamespaces ListMatchingWorkflows ListProviderServices "
        "ListSchemaMappings"
    ),
    "es": (
        "DescribeInboundCrossClusterSearchConnections DescribeOutboundCrossClusterSearchConnections "
        "DescribePackages DescribeReservedElasticsearchInstances"
    ),
    "eventbridgev2": "ListEventBuses ListEventSources ListSubscribers",
    "events": (
        "DescribeEventBus ListApiDestinations ListArchives ListConnections ListEndpoints ListEventBuses "
        "ListEventSources ListReplays ListRules"
    ),
    "evs": "GetAccountSettings ListEnvironments",
    "firehose": "ListDeliveryStreams",
    "fis": "ListExperimentTemplates ListExperiments",
    "fms": (
        "GetAdminAccount GetNotificationChannel ListAdminAccountsForOrganization "
        "ListAdminsManagingAccount ListMemberAccounts ListPolicies ListResourceSets"
    ),
    "forecast": (
        "ListDatasetGroups ListDatasetImportJobs ListDatasets ListExplainabilities "
        "ListExplainabilityExports ListForecastExportJobs ListForecasts ListMonitors "
        "ListPredictorBacktestExportJobs ListPredictors ListWhatIfAnalyses ListWhatIfForecastExports "
        "ListWhatIfForecasts"
    ),
    "frauddetector": (
        "DescribeModelVersions GetBatchImportJobs GetBatchPredictionJobs GetDetectors GetEntityTypes "
        "GetEventTypes GetExternalModels GetKMSEncryptionKey GetLabels GetListsMetadata GetModels "
        "GetOutcomes GetVariables ListEventPredictions"
    ),
    "freetier": "GetAccountPlanState GetFreeTierUsage ListAccountActivities",
    "fsx": (
        "DescribeBackups DescribeDataRepositoryAssociations DescribeDataRepositoryTasks "
        "DescribeFileCaches DescribeFileSystems DescribeS3AccessPointAttachments "
        "DescribeSharedVpcConfiguration DescribeSnapshots DescribeStorageVirtualMachines DescribeVolumes"
    ),
    "gamelift": (
        "DescribeEC2InstanceLimits DescribeFleetAttributes DescribeFleetCapacity DescribeFleetUtilization "
        "DescribeGameSessionDetails DescribeGameSessionQueues DescribeGameSessions "
        "DescribeMatchmakingConfigurations DescribeMatchmakingRuleSets DescribePlayerSessions "
        "DescribeVpcPeeringAuthorizations DescribeVpcPeeringConnections ListAliases ListBuilds "
        "ListContainerFleets ListContainerGroupDefinitions ListFleetDeployments ListFleets "
        "ListGameServerGroups ListLocations ListScripts"
    ),
    "gameliftstreams": "ListApplications ListStreamGroups ListStreamSessionsByAccount ListStreamUrls",
    "globalaccelerator": (
        "ListAccelerators ListByoipCidrs ListCrossAccountAttachments ListCrossAccountResourceAccounts "
        "ListCustomRoutingAccelerators"
    ),
    "glue": (
        "DescribeInboundIntegrations DescribeIntegrations GetCatalogImportStatus GetCatalogs "
        "GetClassifiers GetCrawlerMetrics GetCrawlers GetDataCatalogEncryptionSettings GetDatabases "
        "GetDataflowGraph GetDevEndpoints GetGlueIdentityCenterConfiguration GetJobs GetMLTransforms "
        "GetResourcePolicies GetResourcePolicy GetSchemaVersion GetSecurityConfigurations GetTriggers "
        "ListBlueprints ListColumnStatisticsTaskRuns ListCrawlers ListCustomEntityTypes "
        "ListDataQualityResults ListDataQualityRuleRecommendationRuns "
        "ListDataQualityRulesetEvaluationRuns ListDataQualityRulesets ListDevEndpoints "
        "ListIntegrationResourceProperties ListJobs ListMLTransforms ListRegistries ListSchemas "
        "ListSessions ListTriggers ListUsageProfiles ListWorkflows"
    ),
    "grafana": "ListWorkspaces",
    "greengrass": (
        "GetServiceRoleForAccount ListBulkDeployments ListConnectorDefinitions ListCoreDefinitions "
        "ListDeviceDefinitions ListFunctionDefinitions ListGroups ListLoggerDefinitions "
        "ListResourceDefinitions ListSubscriptionDefinitions"
    ),
    "greengrassv2": "GetServiceRoleForAccount ListComponents ListCoreDevices ListDeployments",
    "groundstation": (
        "ListConfigs ListDataflowEndpointGroups ListGroundStations ListMissionProfiles ListSatellites"
    ),
    "guardduty": (
        "GetInvitationsCount GetOrganizationStatistics ListCustomDetectionRuleAssociations "
        "ListCustomDetectionRuleOrgConfigurations ListCustomDetectionRules ListDetectors ListInvitations "
        "ListMalwareProtectionPlans ListMalwareScans ListOrganizationAdminAccounts"
    ),
    "health": (
        "DescribeAffectedEntitiesForOrganization DescribeEntityAggregates DescribeEvents "
        "DescribeEventsForOrganization DescribeHealthServiceStatusForOrganization"
    ),
    "healthlake": "ListDataTransformationJobs ListFHIRDatastores",
    "iam": (
        "GetAccountAuthorizationDetails GetAccountPasswordPolicy GetAccountProperties GetAccountSummary "
        "GetCredentialReport GetLoginProfile GetOutboundWebIdentityFederationInfo GetUser ListAccessKeys "
        "ListAccountAliases ListDelegationRequests ListGroups ListInstanceProfiles ListMFADevices "
        "ListOpenIDConnectProviders ListOrganizationsFeatures ListPolicies ListRoles ListSAMLProviders "
        "ListSSHPublicKeys ListServerCertificates ListServiceSpecificCredentials ListSigningCertificates "
        "ListUsers ListVirtualMFADevices"
    ),
    "identitystore": "ListIdentityStores",
    "imagebuilder": (
        "ListComponentBuildVersions ListComponents ListContainerRecipes ListDistributionConfigurations "
        "ListImageBuildVersions ListImagePipelines ListImageRecipes ListImageScanFindingAggregations "
        "ListImageScanFindings ListImages ListInfrastructureConfigurations ListLifecyclePolicies "
        "ListWaitingWorkflowSteps ListWorkflowBuildVersions ListWorkflows"
    ),
    "inspector": (
        "DescribeCrossAccountAccessRole ListAssessmentRuns ListAssessmentTargets ListAssessmentTemplates "
        "ListEventSubscriptions ListFindings ListRulesPackages"
    ),
    "inspector2": (
        "DescribeOrganizationConfiguration GetConfiguration GetDelegatedAdminAccount "
        "GetEc2DeepInspectionConfiguration GetFindingsReportStatus ListAccountPermissions "
        "ListCisScanConfigurations ListCisScans ListCodeSecurityIntegrations "
        "ListCodeSecurityScanConfigurations ListConnectorScanConfigurations ListConnectors ListCoverage "
        "ListCoverageStatistics ListDelegatedAdminAccounts ListFilters ListFindings ListMembers "
        "ListUsageTotals"
    ),
    "interconnect": "ListConnections ListEnvironments",
    "internetmonitor": "ListInternetEvents ListMonitors",
    "invoicing": "ListInvoiceUnits ListProcurementPortalPreferences ListProcurementPortals",
    "iot": (
        "DescribeAccountAuditConfiguration DescribeDefaultAuthorizer DescribeEncryptionConfiguration "
        "DescribeEndpoint DescribeEventConfigurations GetBehaviorModelTrainingSummaries "
        "GetEffectivePolicies GetIndexingConfiguration GetLoggingOptions GetPackageConfiguration "
        "GetV2LoggingOptions ListActiveViolations ListAuditFindings ListAuditSuppressions ListAuthorizers "
        "ListBillingGroups ListCACertificates ListCertificateProviders ListCertificates "
        "ListCommandExecutions ListCommands ListCustomMetrics ListDetectMitigationActionsExecutions "
        "ListDimensions ListDomainConfigurations ListFleetMetrics ListIndices ListJobTemplates ListJobs "
        "ListMitigationActions ListOTAUpdates ListOutgoingCertificates ListPackages ListPolicies "
        "ListProvisioningTemplates ListRoleAliases ListScheduledAudits ListSecurityProfiles ListStreams "
        "ListThingGroups ListThingRegistrationTasks ListThingTypes ListThings ListTopicRuleDestinations "
        "ListTopicRules ListV2LoggingLevels"
    ),
    "iot-data": "ListRetainedMessages",
    "iot-managed-integrations": (
        "GetCustomEndpoint GetDefaultEncryptionConfiguration GetHubConfiguration ListAccountAssociations "
        "ListCloudConnectors ListConnectorDestinations ListCredentialLockers ListDestinations "
        "ListDeviceDiscoveries ListEventLogConfigurations ListManagedThingAccountAssociations "
        "ListManagedThings ListNotificationConfigurations ListOtaTaskConfigurations ListOtaTasks "
        "ListProvisioningProfiles"
    ),
    "iotdeviceadvisor": "GetEndpoint ListSuiteDefinitions ListSuiteRuns",
    "iotfleetwise": (
        "GetEncryptionConfiguration GetLoggingOptions GetRegisterAccountStatus ListCampaigns "
        "ListDecoderManifests ListFleets ListModelManifests ListSignalCatalogs ListStateTemplates "
        "ListVehicles"
    ),
    "iotsecuretunneling": "ListTunnels",
    "iotsitewise": (
        "DescribeDefaultEncryptionConfiguration DescribeLoggingOptions DescribeStorageConfiguration "
        "DescribeTimeSeries GetAssetPropertyValue GetAssetPropertyValueHistory ListAccessPolicies "
        "ListApplications ListAssetModels ListAssets ListBulkImportJobs ListComputationModels "
        "ListGateways ListPortals ListTimeSeries ListWorkspaces"
    ),
    "iottwinmaker": "GetPricingPlan ListWorkspaces",
    "iotwireless": (
        "GetEventConfigurationByResourceTypes GetLogLevelsByResourceTypes GetMetricConfiguration "
        "GetMetrics GetServiceEndpoint ListDestinations ListDeviceProfiles ListFuotaTasks "
        "ListMulticastGroups ListNetworkAnalyzerConfigurations ListPartnerAccounts ListServiceProfiles "
        "ListWirelessDeviceImportTasks ListWirelessDevices ListWirelessGatewayTaskDefinitions "
        "ListWirelessGateways"
    ),
    "ivs": (
        "ListAdConfigurations ListChannels ListFailoverSlateConfigurations ListPlaybackKeyPairs "
        "ListPlaybackRestrictionPolicies ListRecordingConfigurations ListStreams"
    ),
    "ivs-realtime": (
        "ListCompositions ListEncoderConfigurations ListIngestConfigurations ListPublicKeys ListStages "
        "ListStorageConfigurations"
    ),
    "ivschat": "ListLoggingConfigurations ListRooms",
    "kafka": "ListClusters ListClustersV2 ListConfigurations ListReplicators ListVpcConnections",
    "kafkaconnect": "ListConnectors ListCustomPlugins ListWorkerConfigurations",
    "kendra": "ListIndices",
    "kendra-ranking": "ListRescoreExecutionPlans",
    "keyspaces": "ListKeyspaces",
    "keyspacesstreams": "ListStreams",
    "kinesis": (
        "DescribeAccountSettings DescribeLimits DescribeStream DescribeStreamConsumer "
        "DescribeStreamSummary ListChannels ListShards ListStreams ListTagsForStream"
    ),
    "kinesis-video-archived-media": "GetDASHStreamingSessionURL GetHLSStreamingSessionURL ListFragments",
    "kinesisanalytics": "ListApplications",
    "kinesisanalyticsv2": "ListApplications",
    "kinesisvideo": (
        "DescribeEdgeConfiguration DescribeImageGenerationConfiguration "
        "DescribeMappedResourceConfiguration DescribeMediaStorageConfiguration "
        "DescribeNotificationConfiguration DescribeSignalingChannel DescribeStream "
        "DescribeStreamStorageConfiguration ListSignalingChannels ListStreams ListTagsForStream"
    ),
    "kms": "DescribeCustomKeyStores ListAliases ListKeys ListRetirableGrants",
    "lakeformation": (
        "DescribeLakeFormationIdentityCenterConfiguration GetDataLakePrincipal GetDataLakeSettings "
        "ListDataCellsFilter ListLFTagExpressions ListLFTags ListLakeFormationOptIns ListPermissions "
        "ListRLSPolicies ListRLSPolicyAttachments ListResources ListTransactions"
    ),
    "lambda": (
        "GetAccountSettings ListCapacityProviders ListCodeSigningConfigs ListEventSourceMappings "
        "ListFunctions ListLayers"
    ),
    "lambda-core": "ListNetworkConnectors",
    "lambda-microvms": "ListManagedMicrovmImages ListMicrovmImages ListMicrovms",
    "lambda-web": "GetWebAccountSettings ListWebFunctions",
    "launch-wizard": "ListDeployments ListWorkloads",
    "lexv2-models": "ListBots ListExports ListImports ListTestExecutions ListTestSets",
    "license-manager": (
        "GetServiceSettings ListDistributedGrants ListLicenseAssetGroups ListLicenseAssetRulesets "
        "ListLicenseConfigurations ListLicenseConfigurationsForOrganization ListLicenseConversionTasks "
        "ListLicenseManagerReportGenerators ListLicenses ListReceivedGrants ListReceivedLicenses "
        "ListReceivedLicensesForOrganization ListResourceInventory ListTokens"
    ),
    "license-manager-linux-subscriptions": (
        "GetServiceSettings ListLinuxSubscriptionInstances ListLinuxSubscriptions "
        "ListRegisteredSubscriptionProviders"
    ),
    "license-manager-user-subscriptions": (
        "ListIdentityProviders ListInstances ListLicenseServerEndpoints"
    ),
    "lightsail": (
        "GetActiveNames GetAlarms GetBuckets GetCertificates GetCloudFormationStackRecords "
        "GetContactMethods GetContainerAPIMetadata GetContainerServicePowers GetContainerServices "
        "GetDiskSnapshots GetDisks GetDistributionLatestCacheReset GetDistributions GetDomains "
        "GetExportSnapshotRecords GetInstanceSnapshots GetInstances GetKeyPairs "
        "GetLoadBalancerTlsPolicies GetLoadBalancers GetOperations GetRelationalDatabaseSnapshots "
        "GetRelationalDatabases GetStaticIps"
    ),
    "location": (
        "ListGeofenceCollections ListJobs ListKeys ListMaps ListPlaceIndexes ListRouteCalculators "
        "ListTrackers"
    ),
    "logs": (
        "DescribeDeliveries DescribeDeliveryDestinations DescribeDeliverySources DescribeDestinations "
        "DescribeExportTasks DescribeImportTasks DescribeLogGroups DescribeLogStreams "
        "DescribeLookupTables DescribeMetricFilters DescribeQueries DescribeQueryDefinitions "
        "DescribeResourcePolicies GetLogGroupFields GetStorageTierPolicy ListAnomalies ListIntegrations "
        "ListLogAnomalyDetectors ListLogGroups ListScheduledQueries ListSyslogConfigurations"
    ),
    "m2": "ListApplications ListEnvironments",
    "machinelearning": (
        "DescribeBatchPredictions DescribeDataSources DescribeEvaluations DescribeMLModels"
    ),
    "macie2": (
        "DescribeBuckets DescribeOrganizationConfiguration GetAdministratorAccount "
        "GetAutomatedDiscoveryConfiguration GetBucketStatistics GetClassificationExportConfiguration "
        "GetFindingsPublicationConfiguration GetInvitationsCount GetMacieSession GetMasterAccount "
        "GetRevealConfiguration GetUsageStatistics GetUsageTotals ListAllowLists "
        "ListAutomatedDiscoveryAccounts ListClassificationJobs ListClassificationScopes "
        "ListCustomDataIdentifiers ListFindings ListFindingsFilters ListInvitations "
        "ListManagedDataIdentifiers ListMembers ListOrganizationAdminAccounts "
        "ListSensitivityInspectionTemplates"
    ),
    "mailmanager": (
        "ListAddonInstances ListAddonSubscriptions ListAddressLists ListArchives ListIngressPoints "
        "ListRelays ListRuleSets ListTrafficPolicies"
    ),
    "managedblockchain": "ListAccessors ListInvitations ListNetworks",
    "mediaconnect": (
        "ListBridges ListEntitlements ListFlows ListGatewayInstances ListGateways ListReservations "
        "ListRouterInputs ListRouterNetworkInterfaces ListRouterOutputs"
    ),
    "mediaconvert": "GetPolicy ListJobTemplates ListJobs ListPresets ListQueues",
    "medialive": (
        "DescribeAccountConfiguration ListChannels ListCloudWatchAlarmTemplateGroups "
        "ListCloudWatchAlarmTemplates ListClusters ListEventBridgeRuleTemplateGroups "
        "ListEventBridgeRuleTemplates ListInputDevices ListInputSecurityGroups ListInputs ListMultiplexes "
        "ListNetworks ListReservations ListSdiSources ListSignalMaps"
    ),
    "mediapackage": "ListHarvestJobs ListOriginEndpoints",
    "mediapackage-vod": "ListAssets ListPackagingConfigurations ListPackagingGroups",
    "mediapackagev2": "ListChannelGroups",
    "mediastore": "DescribeContainer ListContainers",
    "mediastore-data": "ListItems",
    "mediatailor": "ListChannels ListPlaybackConfigurations ListSourceLocations",
    "medical-imaging": "ListDatastores",
    "memorydb": (
        "DescribeACLs DescribeClusters DescribeEvents DescribeMultiRegionClusters "
        "DescribeMultiRegionParameterGroups DescribeParameterGroups DescribeReservedNodes "
        "DescribeSnapshots DescribeSubnetGroups DescribeUsers"
    ),
    "mgh": "ListApplicationStates ListMigrationTasks ListProgressUpdateStreams",
    "mgn": (
        "DescribeJobs DescribeLaunchConfigurationTemplates DescribeReplicationConfigurationTemplates "
        "DescribeSourceServers DescribeVcenterClients ListApplications ListConnectors ListExports "
        "ListImportFileEnrichments ListImports ListManagedAccounts ListNetworkMigrationDefinitions "
        "ListWaves"
    ),
    "migration-hub-refactor-spaces": "ListEnvironments",
    "migrationhub-config": "DescribeHomeRegionControls GetHomeRegion",
    "migrationhuborchestrator": "ListPlugins ListTemplates ListWorkflows",
    "migrationhubstrategy": (
        "GetLatestAssessmentId GetPortfolioPreferences GetPortfolioSummary ListAnalyzableServers "
        "ListApplicationComponents ListCollectors ListImportFileTask ListServers"
    ),
    "mpa": "ListApprovalTeams ListIdentitySources ListPolicies",
    "mq": "DescribeBrokerInstanceOptions ListBrokers ListConfigurations",
    "mturk": (
        "GetAccountBalance ListBonusPayments ListHITs ListQualificationRequests ListReviewableHITs "
        "ListWorkerBlocks"
    ),
    "mwaa": "ListEnvironments",
    "mwaa-serverless": "ListWorkflows",
    "neptune-graph": "ListExportTasks ListGraphSnapshots ListGraphs ListImportTasks",
    "network-firewall": (
        "DescribeContainerAssociation DescribeFirewall DescribeFirewallMetadata DescribeFirewallPolicy "
        "DescribeFirewallPolicyV2 DescribeLoggingConfiguration DescribeProxy DescribeRuleGroup "
        "DescribeRuleGroupMetadata DescribeRuleGroupSummary DescribeTLSInspectionConfiguration "
        "ListAnalysisReports ListContainerAssociations ListFirewallPolicies ListFirewallPoliciesV2 "
        "ListFirewalls ListRuleGroups ListTLSInspectionConfigurations ListVpcEndpointAssociations"
    ),
    "network-security-manager": (
        "ListAdminAccounts ListAggregateResourceSynchronizationStatuses ListDeployments ListPolicies "
        "ListRules ListScopes ListTemplates"
    ),
    "networkflowmonitor": "ListMonitors ListScopes",
    "networkmanager": (
        "DescribeGlobalNetworks ListAttachmentNatConfigurations ListAttachments ListConnectPeers "
        "ListCoreNetworks ListOrganizationServiceAccessStatus ListPeerings"
    ),
    "networkmonitor": "ListMonitors",
    "notifications": (
        "GetNotificationsAccessForOrganization ListManagedNotificationConfigurations "
        "ListManagedNotificationEvents ListNotificationConfigurations ListNotificationEvents "
        "ListNotificationHubs"
    ),
    "notificationscontacts": "ListEmailContacts",
    "nova-act": "ListWorkflowDefinitions",
    "oam": "ListLinks ListSinks",
    "observabilityadmin": (
        "GetTelemetryEnrichmentStatus GetTelemetryEvaluationStatus "
        "GetTelemetryEvaluationStatusForOrganization ListCentralizationRulesForOrganization "
        "ListDatasetIntegrations ListResourceTelemetry ListResourceTelemetryForOrganization "
        "ListS3TableIntegrations ListTelemetryPipelines ListTelemetryRules "
        "ListTelemetryRulesForOrganization"
    ),
    "odb": (
        "GetOciOnboardingStatus ListAutonomousDatabaseCharacterSets ListAutonomousDatabaseVersions "
        "ListAutonomousDatabases ListCloudAutonomousVmClusters ListCloudExadataInfrastructures "
        "ListCloudVmClusters ListDbNodes ListDbSystemShapes ListExadbVmClusters "
        "ListExascaleDbStorageVaults ListFlexComponents ListGiVersions ListOdbNetworks "
        "ListOdbPeeringConnections"
    ),
    "omics": (
        "ListAnnotationImportJobs ListAnnotationStores ListBatch ListConfigurations ListReferenceStores "
        "ListRunCaches ListRunGroups ListRuns ListSequenceStores ListVariantImportJobs ListVariantStores "
        "ListWorkflows"
    ),
    "opensearch": (
        "DescribeInboundConnections DescribeOutboundConnections DescribePackages "
        "DescribeReservedInstances GetDefaultApplicationSetting ListApplications "
        "ListDirectQueryDataSources ListDomainNames ListVpcEndpoints"
    ),
    "opensearchserverless": (
        "GetAccountSettings GetPoliciesStats ListCollectionGroups ListCollections ListVpcEndpoints"
    ),
    "organizations": (
        "DescribeOrganization DescribeResourcePolicy ListAWSServiceAccessForOrganization ListAccounts "
        "ListCreateAccountStatus ListDelegatedAdministrators ListHandshakesForAccount "
        "ListHandshakesForOrganization ListRoots"
    ),
    "osis": "ListPipelineEndpointConnections ListPipelineEndpoints ListPipelines",
    "outposts": "ListCapacityTasks ListOrders ListOutposts ListQuotes ListSites",
    "payment-cryptography": "GetDefaultKeyReplicationRegions ListAliases ListKeys",
    "pca-connector-ad": "ListConnectors ListDirectoryRegistrations",
    "pca-connector-scep": "ListConnectors",
    "pcs": "ListClusters",
    "personalize": (
        "ListBatchInferenceJobs ListBatchSegmentJobs ListCampaigns ListDataDeletionJobs "
        "ListDatasetExportJobs ListDatasetGroups ListDatasetImportJobs ListDatasets ListEventTrackers "
        "ListFilters ListMetricAttributionMetrics ListMetricAttributions ListRecommenders ListSchemas "
        "ListSolutionVersions ListSolutions"
    ),
    "pinpoint": "GetApps GetRecommenderConfigurations ListTemplates",
    "pinpoint-email": (
        "GetAccount GetDedicatedIps GetDeliverabilityDashboardOptions ListConfigurationSets "
        "ListDedicatedIpPools ListDeliverabilityTestReports ListEmailIdentities"
    ),
    "pinpoint-sms-voice": "ListConfigurationSets",
    "pinpoint-sms-voice-v2": (
        "DescribeAccountAttributes DescribeAccountLimits DescribeConfigurationSets "
        "DescribeNotifyConfigurations DescribeNotifyTemplates DescribeOptOutLists DescribePhoneNumbers "
        "DescribePools DescribeProtectConfigurations DescribeRcsAgents DescribeRegistrationAttachments "
        "DescribeRegistrationTypeDefinitions DescribeRegistrations DescribeSenderIds DescribeSpendLimits "
        "DescribeVerifiedDestinationNumbers ListNotifyCountries"
    ),
    "pipes": "ListPipes",
    "polly": "ListLexicons ListSpeechSynthesisTasks",
    "pricing-plan-manager": "ListSubscriptions",
    "qbusiness": "ListApplications ListPluginTypeMetadata",
    "qconnect": "ListAssistants ListKnowledgeBases",
    "quicksight": "ListApprovalPolicies",
    "ram": (
        "GetResourceShareInvitations ListPermissionAssociations ListPermissions "
        "ListReplacePermissionAssociationsWork ListSourceAssociations"
    ),
    "rds": (
        "DescribeAccountAttributes DescribeBlueGreenDeployments DescribeDBCapacityReservations "
        "DescribeDBClusterAutomatedBackups DescribeDBClusterEndpoints DescribeDBClusterParameterGroups "
        "DescribeDBClusterSnapshots DescribeDBClusters DescribeDBInstanceAutomatedBackups "
        "DescribeDBInstances DescribeDBParameterGroups DescribeDBProxies DescribeDBProxyEndpoints "
        "DescribeDBRecommendations DescribeDBSecurityGroups DescribeDBShardGroups "
        "DescribeDBSnapshotTenantDatabases DescribeDBSnapshots DescribeDBSubnetGroups "
        "DescribeEventSubscriptions DescribeEvents DescribeExportTasks DescribeGlobalClusters "
        "DescribeIntegrations DescribeOptionGroups DescribePendingMaintenanceActions "
        "DescribeReservedDBInstances DescribeTenantDatabases"
    ),
    "redshift": (
        "DescribeAccountAttributes DescribeAuthenticationProfiles DescribeClusterDbRevisions "
        "DescribeClusterParameterGroups DescribeClusterSecurityGroups DescribeClusterSnapshots "
        "DescribeClusterSubnetGroups DescribeClusters DescribeCustomDomainAssociations DescribeDataShares "
        "DescribeDataSharesForConsumer DescribeDataSharesForProducer DescribeEndpointAccess "
        "DescribeEndpointAuthorization DescribeEventSubscriptions DescribeEvents "
        "DescribeHsmClientCertificates DescribeHsmConfigurations DescribeInboundIntegrations "
        "DescribeIntegrations DescribeQev2IdcApplications DescribeRedshiftIdcApplications "
        "DescribeReservedNodeExchangeStatus DescribeReservedNodes DescribeScheduledActions "
        "DescribeSnapshotCopyGrants DescribeSnapshotSchedules DescribeStorage DescribeTableRestoreStatus "
        "DescribeTags DescribeUsageLimits ListRecommendations"
    ),
    "redshift-data": "ListDatabases ListSessions ListStatements",
    "redshift-serverless": (
        "ListCustomDomainAssociations ListEndpointAccess ListManagedWorkgroups ListNamespaces "
        "ListRecoveryPoints ListReservations ListScheduledActions ListSnapshotCopyConfigurations "
        "ListSnapshots ListTableRestoreStatus ListUsageLimits ListWorkgroups"
    ),
    "rekognition": "DescribeProjects ListCollections ListMediaAnalysisJobs ListStreamProcessors",
    "repostspace": "ListSpaces",
    "resiliencehub": (
        "ListAppAssessments ListApps ListMetrics ListRecommendationTemplates ListResiliencyPolicies "
        "ListResourceGroupingRecommendations ListSuggestedResiliencyPolicies"
    ),
    "resiliencehubv2": (
        "ListDependencies ListPolicies ListReports ListServices ListSystems ListTestTemplates"
    ),
    "resource-explorer-2": (
        "GetAccountLevelServiceConfiguration GetDefaultView GetIndex GetServiceIndex ListIndexes "
        "ListManagedViews ListServiceIndexes ListServiceViews ListStreamingAccessForServices ListViews"
    ),
    "resource-groups": "GetAccountSettings ListGroups ListTagSyncTasks",
    "resourcegroupstaggingapi": (
        "DescribeReportCreation GetComplianceSummary GetResources GetTagKeys ListRequiredTags"
    ),
    "rolesanywhere": "ListCrls ListProfiles ListSubjects ListTrustAnchors",
    "route53": (
        "GetHealthCheckCount GetHostedZoneCount GetTrafficPolicyInstanceCount ListCidrCollections "
        "ListHealthChecks ListHostedZones ListHostedZonesByName ListQueryLoggingConfigs "
        "ListReusableDelegationSets ListTrafficPolicies ListTrafficPolicyInstances"
    ),
    "route53-recovery-control-config": "ListClusters ListControlPanels",
    "route53-recovery-readiness": (
        "ListCells ListCrossAccountAuthorizations ListReadinessChecks ListRecoveryGroups ListResourceSets "
        "ListRules"
    ),
    "route53domains": "GetContactReachabilityStatus ListDomains ListOperations",
    "route53globalresolver": (
        "ListAccessSources ListFirewallDomainLists ListGlobalResolvers ListHostedZoneAssociations"
    ),
    "route53profiles": "ListProfileAssociations ListProfiles",
    "route53resolver": (
        "ListFirewallConfigs ListFirewallDomainLists ListFirewallRuleGroupAssociations "
        "ListFirewallRuleGroups ListOutpostResolvers ListResolverConfigs ListResolverDnssecConfigs "
        "ListResolverEndpoints ListResolverQueryLogConfigAssociations ListResolverQueryLogConfigs "
        "ListResolverRuleAssociations ListResolverRules"
    ),
    "rtbfabric": "ListRequesterGateways ListResponderGateways",
    "rum": "ListAppMonitors",
    "s3": "ListBuckets",
    "s3files": "ListFileSystems ListMountTargets",
    "s3outposts": "ListEndpoints ListOutpostsWithS3",
    "s3tables": "ListTableBuckets",
    "s3vectors": "ListVectorBuckets",
    "sagemaker": (
        "GetSagemakerServicecatalogPortfolioStatus ListAIBenchmarkJobs ListAIRecommendationJobs "
        "ListAIWorkloadConfigs ListActions ListAlgorithms ListAppImageConfigs ListApps ListArtifacts "
        "ListAssociations ListAutoMLJobs ListClusterSchedulerConfigs ListClusters ListCodeRepositories "
        "ListCompilationJobs ListComputeQuotas ListContexts ListDataQualityJobDefinitions "
        "ListDeviceFleets ListDevices ListDomains ListEdgeDeploymentPlans ListEdgePackagingJobs "
        "ListEndpointConfigs ListEndpoints ListExperiments ListFeatureGroups ListFlowDefinitions ListHubs "
        "ListHumanTaskUis ListHyperParameterTuningJobs ListImages ListInferenceComponents "
        "ListInferenceExperiments ListInferenceRecommendationsJobs ListLabelingJobs ListLineageGroups "
        "ListMlflowApps ListMlflowTrackingServers ListModelBiasJobDefinitions ListModelCards "
        "ListModelExplainabilityJobDefinitions ListModelMetadata ListModelPackageGroups ListModelPackages "
        "ListModelQualityJobDefinitions ListModels ListMonitoringAlertHistory ListMonitoringExecutions "
        "ListMonitoringSchedules ListNotebookInstanceLifecycleConfigs ListNotebookInstances "
        "ListOptimizationJobs ListPartnerApps ListPipelineExecutionSteps ListPipelines ListProcessingJobs "
        "ListProjects ListResourceCatalogs ListSpaces ListStudioLifecycleConfigs ListSubscribedWorkteams "
        "ListTrainingJobs ListTrainingPlans ListTrainingSessions ListTransformJobs ListTrialComponents "
        "ListTrials ListUserProfiles ListWorkforces ListWorkteams"
    ),
    "sagemaker-geospatial": "ListEarthObservationJobs ListRasterDataCollections ListVectorEnrichmentJobs",
    "savingsplans": "DescribeSavingsPlans",
    "scheduler": "ListScheduleGroups ListSchedules",
    "schemas": "GetResourcePolicy ListDiscoverers ListRegistries",
    "sdb": "ListDomains",
    "secretsmanager": "ListSecrets",
    "security-ir": "ListCases ListMemberships",
    "securityagent": (
        "ListAgentSpaces ListApplications ListIntegrations ListPrivateConnections "
        "ListSecurityRequirementPacks ListTargetDomains"
    ),
    "securityhub": (
        "DescribeActionTargets DescribeHub DescribeOrganizationConfiguration DescribeSecurityHubV2 "
        "GetAdministratorAccount GetEnabledStandards GetFindings GetInsights GetInvitationsCount "
        "GetRemediationsV2 GetResourcesV2 ListAggregatorsV2 ListAutomationRules ListAutomationRulesV2 "
        "ListConfigurationPolicies ListConfigurationPolicyAssociations ListConnectors ListConnectorsV2 "
        "ListEnabledProductsForImport ListExportJobsV2 ListFindingAggregators ListFreeTrialStatusesV2 "
        "ListInvitations ListMembers ListOrganizationAdminAccounts"
    ),
    "securitylake": (
        "GetDataLakeExceptionSubscription GetDataLakeOrganizationConfiguration GetDataLakeSources "
        "ListDataLakeExceptions ListDataLakes ListLogSources ListSubscribers"
    ),
    "serverlessrepo": "ListApplications",
    "service-quotas": (
        "GetAssociationForServiceQuotaTemplate GetAutoManagementConfiguration "
        "ListRequestedServiceQuotaChangeHistory ListServiceQuotaIncreaseRequestsInTemplate"
    ),
    "servicecatalog": (
        "GetAWSOrganizationsAccessStatus ListAcceptedPortfolioShares ListPortfolios "
        "ListProvisionedProductPlans ListRecordHistory ListServiceActions ListTagOptions"
    ),
    "servicecatalog-appregistry": "GetConfiguration ListApplications ListAttributeGroups",
    "servicediscovery": "ListNamespaces ListOperations ListServices",
    "ses": (
        "DescribeActiveReceiptRuleSet GetAccountSendingEnabled GetSendQuota GetSendStatistics "
        "ListConfigurationSets ListCustomVerificationEmailTemplates ListIdentities ListReceiptFilters "
        "ListReceiptRuleSets ListTemplates"
    ),
    "sesv2": (
        "GetAccount GetDedicatedIps GetDeliverabilityDashboardOptions ListConfigurationSets "
        "ListContactLists ListCustomVerificationEmailTemplates ListDedicatedIpPools "
        "ListDeliverabilityTestReports ListEmailIdentities ListEmailTemplates ListExportJobs "
        "ListImportJobs ListMultiRegionEndpoints ListRecommendations ListReputationEntities "
        "ListSuppressedDestinations ListTenants"
    ),
    "shield": (
        "DescribeAttackStatistics DescribeDRTAccess DescribeEmergencyContactSettings DescribeProtection "
        "DescribeSubscription GetSubscriptionState ListAttacks ListProtectionGroups ListProtections"
    ),
    "signer": "ListSigningJobs ListSigningProfiles",
    "signin": "GetConsoleAuthorizationConfiguration GetResourcePolicy ListResourcePermissionStatements",
    "simpledbv2": "ListExports",
    "sms-voice": "ListConfigurationSets",
    "snow-device-management": "ListDevices ListTasks",
    "snowball": "DescribeAddresses GetSnowballUsage ListClusters ListCompatibleImages ListJobs",
    "sns": (
        "GetSMSAttributes GetSMSSandboxAccountStatus ListOriginationNumbers ListPhoneNumbersOptedOut "
        "ListPlatformApplications ListSMSSandboxPhoneNumbers ListSubscriptions ListTopics"
    ),
    "socialmessaging": "ListLinkedWhatsAppBusinessAccounts",
    "sqs": "ListQueues",
    "ssm": (
        "DescribeActivations DescribeAutomationExecutions DescribeInstanceInformation "
        "DescribeInstanceProperties DescribeInventoryDeletions DescribeMaintenanceWindowSchedule "
        "DescribeMaintenanceWindows DescribeOpsItems DescribeParameters DescribePatchBaselines "
        "DescribePatchGroups GetDefaultPatchBaseline GetInventory GetOpsSummary ListAssociations "
        "ListCloudConnectors ListCommandInvocations ListCommands ListComplianceItems "
        "ListComplianceSummaries ListDocuments ListNodes ListOpsItemEvents ListOpsItemRelatedItems "
        "ListOpsMetadata ListResourceComplianceSummaries ListResourceDataSync"
    ),
    "ssm-contacts": "ListContacts ListEngagements ListRotations",
    "ssm-guiconnect": "GetConnectionRecordingPreferences",
    "ssm-incidents": "ListIncidentRecords ListReplicationSets ListResponsePlans",
    "ssm-quicksetup": "GetServiceSettings ListConfigurationManagers ListConfigurations",
    "ssm-sap": "ListApplications ListComponents ListDatabases",
    "sso-admin": "ListApplicationProviders ListInstances",
    "stepfunctions": "ListActivities ListExecutions ListStateMachines",
    "storagegateway": (
        "DescribeTapeArchives ListAutomaticTapeCreationPolicies ListCacheReports ListFileShares "
        "ListFileSystemAssociations ListGateways ListTapePools ListTapes ListVolumes"
    ),
    "supplychain": "ListInstances",
    "support": "DescribeCases",
    "support-app": "GetAccountAlias ListSlackChannelConfigurations ListSlackWorkspaceConfigurations",
    "supportauthz": "ListSupportPermitRequests ListSupportPermits",
    "synthetics": "DescribeCanaries DescribeCanariesLastRun ListGroups",
    "taxsettings": (
        "GetTaxInheritance GetTaxRegistration ListSupplementalTaxRegistrations ListTaxRegistrations"
    ),
    "textract": "ListAdapterVersions ListAdapters",
    "timestream-influxdb": "ListDbBackups ListDbClusters ListDbInstances ListDbParameterGroups",
    "timestream-query": "DescribeAccountSettings DescribeEndpoints ListScheduledQueries",
    "timestream-write": "DescribeEndpoints ListBatchLoadTasks ListDatabases ListTables",
    "transcribe": (
        "ListCallAnalyticsCategories ListCallAnalyticsJobs ListLanguageModels ListMedicalScribeJobs "
        "ListMedicalTranscriptionJobs ListMedicalVocabularies ListTranscriptionJobs ListVocabularies "
        "ListVocabularyFilters"
    ),
    "transfer": "ListCertificates ListConnectors ListProfiles ListServers ListWebApps ListWorkflows",
    "translate": "ListParallelData ListTerminologies ListTextTranslationJobs",
    "trustedadvisor": "ListOrganizationRecommendations ListRecommendations",
    "uxc": "GetAccountCustomizations",
    "verifiedpermissions": "ListPolicyStoreAliases ListPolicyStores",
    "voice-id": "ListDomains",
    "vpc-lattice": (
        "ListDomainVerifications ListResourceConfigurations ListResourceGateways "
        "ListServiceNetworkResourceAssociations ListServiceNetworkServiceAssociations "
        "ListServiceNetworkVpcAssociations ListServiceNetworks ListServices ListTargetGroups"
    ),
    "waf": (
        "ListActivatedRulesInRuleGroup ListByteMatchSets ListGeoMatchSets ListIPSets "
        "ListLoggingConfigurations ListRateBasedRules ListRegexMatchSets ListRegexPatternSets "
        "ListRuleGroups ListRules ListSizeConstraintSets ListSqlInjectionMatchSets "
        "ListSubscribedRuleGroups ListWebACLs ListXssMatchSets"
    ),
    "waf-regional": (
        "ListActivatedRulesInRuleGroup ListByteMatchSets ListGeoMatchSets ListIPSets "
        "ListLoggingConfigurations ListRateBasedRules ListRegexMatchSets ListRegexPatternSets "
        "ListRuleGroups ListRules ListSizeConstraintSets ListSqlInjectionMatchSets "
        "ListSubscribedRuleGroups ListWebACLs ListXssMatchSets"
    ),
    "wellarchitected": (
        "GetGlobalSettings GetProfileTemplate ListAgentProfiles ListLenses ListNotifications "
        "ListProfileNotifications ListProfiles ListReviewTemplates ListShareInvitations ListWorkloads"
    ),
    "wickr": "ListNetworks",
    "workmail": "ListOrganizations",
    "workspaces": (
        "DescribeAccount DescribeAccountModifications DescribeApplications DescribeConnectionAliases "
        "DescribeIpGroups DescribeWorkspaceBundles DescribeWorkspaceDirectories DescribeWorkspaceImages "
        "DescribeWorkspaces DescribeWorkspacesConnectionStatus DescribeWorkspacesPools GetAccountLink "
        "ListAccountLinks"
    ),
    "workspaces-instances": "ListWorkspaceInstances",
    "workspaces-thin-client": "ListDevices ListEnvironments ListSoftwareSets",
    "workspaces-web": (
        "ListBrowserSettings ListDataProtectionSettings ListIpAccessSettings ListNetworkSettings "
        "ListPortals ListSessionLoggers ListTrustStores ListUserAccessLoggingSettings ListUserSettings"
    ),
    "xray": (
        "GetEncryptionConfig GetGroups GetIndexingRules GetSamplingRules GetSamplingStatisticSummaries "
        "GetTraceSegmentDestination ListResourcePolicies"
    ),
}  # fmt: skip
"""By service: operations that read, by the access level in IAM's list, without an argument."""

ONCE = frozenset({
    "account", "billingconductor", "chime", "cloudfront", "cur", "globalaccelerator", "health", "iam",
    "networkmanager", "notificationscontacts", "organizations", "route53",
    "route53-recovery-control-config", "route53domains", "savingsplans", "shield", "support", "taxsettings",
    "waf",
})  # fmt: skip
"""Services without regions, or with one that answers for all."""

NONE = frozenset({
    "ACLNotFoundFault", "AccessPointNotFound", "ApplicationDoesNotExistException",
    "AuthenticationProfileNotFoundFault", "BackupNotFound", "BlueGreenDeploymentNotFoundFault",
    "CacheClusterNotFound", "CacheParameterGroupNotFound", "CacheSecurityGroupNotFound",
    "CacheSubnetGroupNotFoundFault", "CaseIdNotFound", "CloudHsmResourceNotFoundException",
    "ClusterNotFound", "ClusterNotFoundException", "ClusterNotFoundFault", "ClusterParameterGroupNotFound",
    "ClusterSecurityGroupNotFound", "ClusterSnapshotNotFound", "ClusterSubnetGroupNotFoundFault",
    "ContainerNotFoundException", "CustomDomainAssociationNotFoundFault", "CustomKeyStoreNotFoundException",
    "DBCapacityReservationNotFound", "DBClusterAutomatedBackupNotFoundFault", "DBClusterNotFoundFault",
    "DBClusterSnapshotNotFoundFault", "DBInstanceAutomatedBackupNotFound", "DBInstanceNotFound",
    "DBParameterGroupNotFound", "DBProxyEndpointNotFoundFault", "DBProxyNotFoundFault",
    "DBSecurityGroupNotFound", "DBShardGroupNotFound", "DBSnapshotNotFound", "DBSubnetGroupNotFoundFault",
    "DataRepositoryAssociationNotFound", "DataRepositoryTaskNotFound",
    "DeploymentGroupDoesNotExistException", "DirectoryDoesNotExistException", "DoesNotExistException",
    "EndpointNotFound", "EntityDoesNotExistException", "EntityNotFound", "EntityNotFoundException",
    "EventDataStoreNotFoundException", "ExportTaskNotFound", "FileCacheNotFound", "FileSystemNotFound",
    "GatewayNotFoundException", "GlobalClusterNotFoundFault", "GlobalReplicationGroupNotFoundFault",
    "HookResultNotFound", "HsmClientCertificateNotFoundFault", "HsmConfigurationNotFoundFault",
    "IntegrationNotFoundFault", "LoadBalancerNotFound", "MountTargetNotFound",
    "MultiRegionClusterNotFoundFault", "MultiRegionParameterGroupNotFoundFault", "NoSuchCachePolicy",
    "NoSuchConfigRuleException", "NoSuchConfigurationAggregatorException",
    "NoSuchConfigurationRecorderException", "NoSuchConformancePackException",
    "NoSuchContinuousDeploymentPolicy", "NoSuchDelegationSet", "NoSuchDeliveryChannelException",
    "NoSuchDomainException", "NoSuchEntity", "NoSuchEntityException", "NoSuchHostedZone",
    "NoSuchOrganizationConfigRuleException", "NoSuchOrganizationConformancePackException",
    "NoSuchOriginRequestPolicy", "NoSuchRealtimeLogConfig", "NoSuchResourceException",
    "NoSuchResponseHeadersPolicy", "NoSuchRetentionConfigurationException", "NoSuchTrafficPolicyInstance",
    "NotFoundException", "OperationNotFoundException", "OpsItemNotFoundException",
    "OptionGroupNotFoundFault", "OrganizationNotFoundException", "OrganizationalUnitNotFoundException",
    "ParameterGroupNotFoundFault", "PullThroughCacheRuleNotFoundException", "Qev2IdcApplicationNotExists",
    "RedshiftIdcApplicationNotExists", "RegistryPolicyNotFoundException", "ReplicationGroupNotFoundFault",
    "ReplicationNotFound", "ReportNotPresent", "RepositoryNotFoundException", "ReservedCacheNodeNotFound",
    "ReservedDBInstanceNotFound", "ReservedNodeExchangeNotFond", "ReservedNodeNotFound",
    "ReservedNodeNotFoundFault", "ResourceDataSyncNotFoundException", "ResourceNotFound",
    "ResourceNotFoundException", "ResourceNotFoundFault", "ResourcePolicyNotFoundException",
    "ResourceShareInvitationArnNotFoundException", "S3AccessPointAttachmentNotFound",
    "ScheduledActionNotFound", "ServerlessCacheNotFoundFault", "ServerlessCacheSnapshotNotFoundFault",
    "ServiceLinkedRoleNotFoundFault", "ServiceNotFoundException", "SigningConfigurationNotFoundException",
    "SnapshotCopyGrantNotFoundFault", "SnapshotNotFound", "SnapshotNotFoundFault",
    "StateMachineDoesNotExist", "StorageVirtualMachineNotFound", "StreamEdgeConfigurationNotFoundException",
    "SubnetGroupNotFoundFault", "SubscriptionNotFound", "TableRestoreNotFoundFault", "TargetGroupNotFound",
    "TargetResourceNotFound", "TrailNotFoundException", "TrustStoreNotFound", "UnknownResourceException",
    "UserGroupNotFound", "UserNotFound", "UserNotFoundFault", "VolumeNotFound",
    "WAFNonexistentItemException",
})  # fmt: skip
"""Codes by which these operations say that there is none of what they tell of."""

"""Which things the types of Terraform's AWS provider are: kind, and the attribute that has the id."""

from __future__ import annotations

_BY_ATTRIBUTE = (
    ("acm-pca:certificate-authority", "arn", "acmpca_certificate_authority"),
    ("acm-pca:certificate-authority", "certificate_authority_arn", (
        "acmpca_certificate acmpca_certificate_authority_certificate acmpca_permission"
    )),
    ("acm:certificate", "arn", "acm_certificate"),
    ("acm:certificate", "certificate_arn", "acm_certificate_validation"),
    ("airflow:environment", "name", "mwaa_environment"),
    ("amplify:app", "app_id", (
        "amplify_backend_environment amplify_branch amplify_domain_association amplify_webhook"
    )),
    ("amplify:app", "id", "amplify_app"),
    ("aoss:collection", "id", "opensearchserverless_collection"),
    ("aoss:vpc-endpoint", "id", "opensearchserverless_vpc_endpoint"),
    ("apigateway:api", "api_id", (
        "apigatewayv2_api_mapping apigatewayv2_authorizer apigatewayv2_deployment "
        "apigatewayv2_integration apigatewayv2_integration_response apigatewayv2_model "
        "apigatewayv2_route apigatewayv2_route_response apigatewayv2_stage"
    )),
    ("apigateway:api", "id", "apigatewayv2_api"),
    ("apigateway:apikey", "id", "api_gateway_api_key"),
    ("apigateway:clientcertificate", "id", "api_gateway_client_certificate"),
    ("apigateway:domainname", "domain_name", (
        "api_gateway_base_path_mapping api_gateway_domain_name apigatewayv2_domain_name"
    )),
    ("apigateway:restapi", "id", "api_gateway_rest_api"),
    ("apigateway:restapi", "rest_api_id", (
        "api_gateway_authorizer api_gateway_deployment api_gateway_documentation_part "
        "api_gateway_documentation_version api_gateway_gateway_response api_gateway_integration "
        "api_gateway_integration_response api_gateway_method api_gateway_method_response "
        "api_gateway_method_settings api_gateway_model api_gateway_request_validator "
        "api_gateway_resource api_gateway_rest_api_policy api_gateway_stage"
    )),
    ("apigateway:usageplan", "id", "api_gateway_usage_plan"),
    ("apigateway:usageplan", "usage_plan_id", "api_gateway_usage_plan_key"),
    ("apigateway:vpclink", "id", "api_gateway_vpc_link apigatewayv2_vpc_link"),
    ("appconfig:application", "application_id", (
        "appconfig_configuration_profile appconfig_deployment appconfig_environment "
        "appconfig_hosted_configuration_version"
    )),
    ("appconfig:application", "id", "appconfig_application"),
    ("appflow:flow", "name", "appflow_flow"),
    ("appmesh:mesh", "mesh_name", (
        "appmesh_gateway_route appmesh_route appmesh_virtual_gateway appmesh_virtual_node "
        "appmesh_virtual_router appmesh_virtual_service"
    )),
    ("appmesh:mesh", "name", "appmesh_mesh"),
    ("apprunner:connection", "arn", "apprunner_connection"),
    ("apprunner:service", "arn", "apprunner_service"),
    ("apprunner:vpcconnector", "arn", "apprunner_vpc_connector"),
    ("appsync:domainname", "domain_name", "appsync_domain_name"),
    ("appsync:graphqlapi", "api_id", (
        "appsync_api_cache appsync_api_key appsync_datasource appsync_function appsync_resolver "
        "appsync_type"
    )),
    ("appsync:graphqlapi", "id", "appsync_graphql_api"),
    ("aps:workspace", "id", "prometheus_workspace"),
    ("aps:workspace", "workspace_id", "prometheus_alert_manager_definition prometheus_rule_group_namespace"),
    ("athena:datacatalog", "name", "athena_data_catalog"),
    ("athena:namedquery", "id", "athena_named_query"),
    ("athena:workgroup", "name", "athena_workgroup"),
    ("athena:workgroup", "workgroup", "athena_prepared_statement"),
    ("autoscaling:autoscalinggroup", "autoscaling_group_name", (
        "autoscaling_attachment autoscaling_group_tag autoscaling_lifecycle_hook"
    )),
    ("autoscaling:autoscalinggroup", "name", "autoscaling_group"),
    ("autoscaling:launchconfiguration", "name", "launch_configuration"),
    ("autoscaling:scalingpolicy", "name", "autoscaling_policy"),
    ("autoscaling:scheduledupdategroupaction", "scheduled_action_name", "autoscaling_schedule"),
    ("backup:backup-plan", "id", "backup_plan"),
    ("backup:backup-plan", "plan_id", "backup_selection"),
    ("backup:backup-vault", "backup_vault_name", (
        "backup_vault_lock_configuration backup_vault_notifications backup_vault_policy"
    )),
    ("backup:backup-vault", "name", "backup_vault"),
    ("backup:framework", "name", "backup_framework"),
    ("backup:report-plan", "name", "backup_report_plan"),
    ("batch:compute-environment", "arn", "batch_compute_environment"),
    ("batch:job-definition", "arn", "batch_job_definition"),
    ("batch:job-queue", "arn", "batch_job_queue"),
    ("batch:scheduling-policy", "arn", "batch_scheduling_policy"),
    ("bedrock:agent", "agent_id", "bedrockagent_agent"),
    ("bedrock:guardrail", "guardrail_id", "bedrock_guardrail"),
    ("bedrock:knowledge-base", "id", "bedrockagent_knowledge_base"),
    ("cassandra:keyspace", "keyspace_name", "keyspaces_table"),
    ("cassandra:keyspace", "name", "keyspaces_keyspace"),
    ("cloud9:environment", "id", "cloud9_environment_ec2"),
    ("cloudformation:stack", "name", "cloudformation_stack"),
    ("cloudformation:stackset", "stack_set_id", "cloudformation_stack_set"),
    ("cloudfront:cache-policy", "id", "cloudfront_cache_policy"),
    ("cloudfront:distribution", "id", "cloudfront_distribution"),
    ("cloudfront:function", "name", "cloudfront_function"),
    ("cloudfront:key-group", "id", "cloudfront_key_group"),
    ("cloudfront:origin-access-control", "id", "cloudfront_origin_access_control"),
    ("cloudfront:origin-access-identity", "id", "cloudfront_origin_access_identity"),
    ("cloudfront:origin-request-policy", "id", "cloudfront_origin_request_policy"),
    ("cloudfront:public-key", "id", "cloudfront_public_key"),
    ("cloudfront:response-headers-policy", "id", "cloudfront_response_headers_policy"),
    ("cloudhsm:cluster", "cluster_id", "cloudhsm_v2_cluster cloudhsm_v2_hsm"),
    ("cloudtrail:eventdatastore", "arn", "cloudtrail_event_data_store"),
    ("cloudtrail:trail", "name", "cloudtrail"),
    ("cloudwatch:alarm", "alarm_name", "cloudwatch_composite_alarm cloudwatch_metric_alarm"),
    ("cloudwatch:dashboard", "dashboard_name", "cloudwatch_dashboard"),
    ("cloudwatch:metric-stream", "name", "cloudwatch_metric_stream"),
    ("codeartifact:domain", "domain", "codeartifact_domain codeartifact_domain_permissions_policy"),
    ("codeartifact:repository", "repository", (
        "codeartifact_repository codeartifact_repository_permissions_policy"
    )),
    ("codebuild:project", "name", "codebuild_project"),
    ("codebuild:project", "project_name", "codebuild_webhook"),
    ("codebuild:report-group", "arn", "codebuild_report_group"),
    ("codecommit:repository", "repository_name", (
        "codecommit_approval_rule_template_association codecommit_repository codecommit_trigger"
    )),
    ("codeconnections:connection", "arn", "codeconnections_connection codestarconnections_connection"),
    ("codeconnections:host", "arn", "codeconnections_host codestarconnections_host"),
    ("codedeploy:application", "app_name", "codedeploy_deployment_group"),
    ("codedeploy:application", "name", "codedeploy_app"),
    ("codepipeline:pipeline", "name", "codepipeline"),
    ("codestar-notifications:notificationrule", "arn", "codestarnotifications_notification_rule"),
    ("cognito-identity:identitypool", "id", "cognito_identity_pool"),
    ("cognito-identity:identitypool", "identity_pool_id", "cognito_identity_pool_roles_attachment"),
    ("cognito-idp:userpool", "id", "cognito_user_pool"),
    ("cognito-idp:userpool", "user_pool_id", (
        "cognito_identity_provider cognito_resource_server cognito_risk_configuration cognito_user "
        "cognito_user_group cognito_user_in_group cognito_user_pool_client cognito_user_pool_domain "
        "cognito_user_pool_ui_customization"
    )),
    ("config:aggregation-authorization", "arn", "config_aggregate_authorization"),
    ("config:config-aggregator", "name", "config_configuration_aggregator"),
    ("config:config-rule", "config_rule_name", "config_remediation_configuration"),
    ("config:config-rule", "name", "config_config_rule"),
    ("config:configuration-recorder", "name", (
        "config_configuration_recorder config_configuration_recorder_status"
    )),
    ("config:conformance-pack", "name", "config_conformance_pack"),
    ("config:delivery-channel", "name", "config_delivery_channel"),
    ("connect:instance", "id", "connect_instance"),
    ("connect:instance", "instance_id", (
        "connect_contact_flow connect_hours_of_operation connect_queue connect_routing_profile "
        "connect_user"
    )),
    ("datapipeline:pipeline", "id", "datapipeline_pipeline"),
    ("datasync:agent", "arn", "datasync_agent"),
    ("datasync:location", "arn", (
        "datasync_location_azure_blob datasync_location_efs datasync_location_fsx_lustre_file_system "
        "datasync_location_fsx_windows_file_system datasync_location_hdfs datasync_location_nfs "
        "datasync_location_object_storage datasync_location_s3 datasync_location_smb"
    )),
    ("datasync:task", "arn", "datasync_task"),
    ("dax:cache", "cluster_name", "dax_cluster"),
    ("dax:parameter-group", "name", "dax_parameter_group"),
    ("dax:subnet-group", "name", "dax_subnet_group"),
    ("detective:graph", "graph_arn", "detective_graph"),
    ("directconnect:dx-gateway", "dx_gateway_id", "dx_gateway_association"),
    ("directconnect:dx-gateway", "id", "dx_gateway"),
    ("directconnect:dxcon", "id", "dx_connection"),
    ("directconnect:dxlag", "id", "dx_lag"),
    ("directconnect:dxvif", "id", (
        "dx_private_virtual_interface dx_public_virtual_interface dx_transit_virtual_interface"
    )),
    ("dlm:policy", "id", "dlm_lifecycle_policy"),
    ("dms:cert", "certificate_id", "dms_certificate"),
    ("dms:endpoint", "endpoint_id", "dms_endpoint dms_s3_endpoint"),
    ("dms:es", "name", "dms_event_subscription"),
    ("dms:rep", "replication_instance_id", "dms_replication_instance"),
    ("dms:replication-config", "arn", "dms_replication_config"),
    ("dms:subgrp", "replication_subnet_group_id", "dms_replication_subnet_group"),
    ("dms:task", "replication_task_id", "dms_replication_task"),
    ("docdb-elastic:cluster", "arn", "docdbelastic_cluster"),
    ("ds:directory", "directory_id", (
        "directory_service_conditional_forwarder directory_service_log_subscription "
        "directory_service_radius_settings"
    )),
    ("ds:directory", "id", "directory_service_directory"),
    ("dsql:cluster", "identifier", "dsql_cluster"),
    ("dynamodb:table", "name", "dynamodb_table"),
    ("dynamodb:table", "table_name", (
        "dynamodb_contributor_insights dynamodb_kinesis_streaming_destination dynamodb_table_item"
    )),
    ("ec2:capacity-reservation", "id", "ec2_capacity_reservation"),
    ("ec2:carrier-gateway", "id", "ec2_carrier_gateway"),
    ("ec2:client-vpn-endpoint", "client_vpn_endpoint_id", (
        "ec2_client_vpn_authorization_rule ec2_client_vpn_network_association ec2_client_vpn_route"
    )),
    ("ec2:client-vpn-endpoint", "id", "ec2_client_vpn_endpoint"),
    ("ec2:customer-gateway", "id", "customer_gateway"),
    ("ec2:dedicated-host", "id", "ec2_host"),
    ("ec2:dhcp-options", "dhcp_options_id", "vpc_dhcp_options_association"),
    ("ec2:dhcp-options", "id", "default_vpc_dhcp_options vpc_dhcp_options"),
    ("ec2:egress-only-internet-gateway", "id", "egress_only_internet_gateway"),
    ("ec2:elastic-ip", "allocation_id", "eip eip_association"),
    ("ec2:fleet", "id", "ec2_fleet"),
    ("ec2:image", "id", "ami ami_copy ami_from_instance"),
    ("ec2:image", "image_id", "ami_launch_permission"),
    ("ec2:instance", "id", "instance"),
    ("ec2:instance", "instance_id", "ec2_instance_state"),
    ("ec2:instance-connect-endpoint", "id", "ec2_instance_connect_endpoint"),
    ("ec2:internet-gateway", "id", "internet_gateway"),
    ("ec2:internet-gateway", "internet_gateway_id", "internet_gateway_attachment"),
    ("ec2:ipam", "id", "vpc_ipam"),
    ("ec2:ipam-pool", "id", "vpc_ipam_pool"),
    ("ec2:ipam-pool", "ipam_pool_id", "vpc_ipam_pool_cidr vpc_ipam_pool_cidr_allocation"),
    ("ec2:ipam-scope", "id", "vpc_ipam_scope"),
    ("ec2:key-pair", "key_pair_id", "key_pair"),
    ("ec2:launch-template", "id", "launch_template"),
    ("ec2:natgateway", "id", "nat_gateway"),
    ("ec2:network-acl", "id", "default_network_acl network_acl"),
    ("ec2:network-acl", "network_acl_id", "network_acl_association network_acl_rule"),
    ("ec2:network-insights-path", "id", "ec2_network_insights_path"),
    ("ec2:network-interface", "id", "network_interface"),
    ("ec2:network-interface", "network_interface_id", (
        "network_interface_attachment network_interface_sg_attachment"
    )),
    ("ec2:placement-group", "name", "placement_group"),
    ("ec2:prefix-list", "id", "ec2_managed_prefix_list"),
    ("ec2:prefix-list", "prefix_list_id", "ec2_managed_prefix_list_entry"),
    ("ec2:route-table", "id", "default_route_table route_table"),
    ("ec2:route-table", "route_table_id", "main_route_table_association route route_table_association"),
    ("ec2:security-group", "id", "default_security_group security_group"),
    ("ec2:security-group", "security_group_id", (
        "security_group_rule vpc_security_group_egress_rule vpc_security_group_ingress_rule"
    )),
    ("ec2:snapshot", "id", "ebs_snapshot ebs_snapshot_copy ebs_snapshot_import"),
    ("ec2:snapshot", "snapshot_id", "ebs_fast_snapshot_restore snapshot_create_volume_permission"),
    ("ec2:spot-fleet-request", "id", "spot_fleet_request"),
    ("ec2:spot-instances-request", "id", "spot_instance_request"),
    ("ec2:subnet", "id", "default_subnet subnet"),
    ("ec2:subnet", "subnet_id", "ec2_subnet_cidr_reservation"),
    ("ec2:traffic-mirror-filter", "id", "ec2_traffic_mirror_filter"),
    ("ec2:traffic-mirror-filter", "traffic_mirror_filter_id", "ec2_traffic_mirror_filter_rule"),
    ("ec2:traffic-mirror-session", "id", "ec2_traffic_mirror_session"),
    ("ec2:traffic-mirror-target", "id", "ec2_traffic_mirror_target"),
    ("ec2:transit-gateway", "id", "ec2_transit_gateway"),
    ("ec2:transit-gateway-attachment", "id", (
        "ec2_transit_gateway_peering_attachment ec2_transit_gateway_vpc_attachment"
    )),
    ("ec2:transit-gateway-multicast-domain", "id", "ec2_transit_gateway_multicast_domain"),
    ("ec2:transit-gateway-route-table", "id", "ec2_transit_gateway_route_table"),
    ("ec2:transit-gateway-route-table", "transit_gateway_route_table_id", (
        "ec2_transit_gateway_route ec2_transit_gateway_route_table_association "
        "ec2_transit_gateway_route_table_propagation"
    )),
    ("ec2:verified-access-endpoint", "id", "verifiedaccess_endpoint"),
    ("ec2:verified-access-group", "id", "verifiedaccess_group"),
    ("ec2:verified-access-instance", "id", "verifiedaccess_instance"),
    ("ec2:verified-access-trust-provider", "id", "verifiedaccess_trust_provider"),
    ("ec2:volume", "id", "ebs_volume"),
    ("ec2:volume", "volume_id", "volume_attachment"),
    ("ec2:vpc", "id", "default_vpc vpc"),
    ("ec2:vpc", "vpc_id", "vpc_ipv4_cidr_block_association vpc_ipv6_cidr_block_association"),
    ("ec2:vpc-endpoint", "id", "vpc_endpoint"),
    ("ec2:vpc-endpoint", "vpc_endpoint_id", (
        "vpc_endpoint_policy vpc_endpoint_route_table_association "
        "vpc_endpoint_security_group_association vpc_endpoint_subnet_association"
    )),
    ("ec2:vpc-endpoint-service", "id", "vpc_endpoint_service"),
    ("ec2:vpc-endpoint-service", "vpc_endpoint_service_id", "vpc_endpoint_service_allowed_principal"),
    ("ec2:vpc-flow-log", "id", "flow_log"),
    ("ec2:vpc-peering-connection", "id", "vpc_peering_connection"),
    ("ec2:vpc-peering-connection", "vpc_peering_connection_id", (
        "vpc_peering_connection_accepter vpc_peering_connection_options"
    )),
    ("ec2:vpn-connection", "id", "vpn_connection"),
    ("ec2:vpn-connection", "vpn_connection_id", "vpn_connection_route"),
    ("ec2:vpn-gateway", "id", "vpn_gateway"),
    ("ec2:vpn-gateway", "vpn_gateway_id", "vpn_gateway_attachment vpn_gateway_route_propagation"),
    ("ecr-public:repository", "repository_name", "ecrpublic_repository ecrpublic_repository_policy"),
    ("ecr:pull-through-cache-rule", "ecr_repository_prefix", "ecr_pull_through_cache_rule"),
    ("ecr:repository", "name", "ecr_repository"),
    ("ecr:repository", "repository", "ecr_lifecycle_policy ecr_repository_policy"),
    ("ecs:capacity-provider", "name", "ecs_capacity_provider"),
    ("ecs:cluster", "arn", "ecs_cluster"),
    ("ecs:cluster", "cluster_name", "ecs_cluster_capacity_providers"),
    ("ecs:service", "id", "ecs_service"),
    ("ecs:task-definition", "arn", "ecs_task_definition"),
    ("eks:cluster", "cluster_name", (
        "eks_access_entry eks_access_policy_association eks_addon eks_fargate_profile "
        "eks_identity_provider_config eks_pod_identity_association"
    )),
    ("eks:cluster", "name", "eks_cluster"),
    ("eks:nodegroup", "arn", "eks_node_group"),
    ("elasticache:cluster", "cluster_id", "elasticache_cluster"),
    ("elasticache:globalreplicationgroup", "global_replication_group_id", (
        "elasticache_global_replication_group"
    )),
    ("elasticache:parametergroup", "name", "elasticache_parameter_group"),
    ("elasticache:replicationgroup", "replication_group_id", "elasticache_replication_group"),
    ("elasticache:serverlesscache", "name", "elasticache_serverless_cache"),
    ("elasticache:subnetgroup", "name", "elasticache_subnet_group"),
    ("elasticache:user", "user_id", "elasticache_user"),
    ("elasticache:usergroup", "user_group_id", "elasticache_user_group elasticache_user_group_association"),
    ("elasticbeanstalk:application", "name", "elastic_beanstalk_application"),
    ("elasticbeanstalk:applicationversion", "arn", "elastic_beanstalk_application_version"),
    ("elasticbeanstalk:environment", "id", "elastic_beanstalk_environment"),
    ("elasticfilesystem:access-point", "id", "efs_access_point"),
    ("elasticfilesystem:file-system", "file_system_id", (
        "efs_backup_policy efs_file_system_policy efs_mount_target"
    )),
    ("elasticfilesystem:file-system", "id", "efs_file_system"),
    ("elasticloadbalancing:listener", "arn", "alb_listener lb_listener"),
    ("elasticloadbalancing:listener", "listener_arn", "alb_listener_certificate lb_listener_certificate"),
    ("elasticloadbalancing:listener-rule", "arn", "alb_listener_rule lb_listener_rule"),
    ("elasticloadbalancing:loadbalancer", "arn", "alb lb"),
    ("elasticloadbalancing:loadbalancer", "elb", "elb_attachment"),
    ("elasticloadbalancing:loadbalancer", "load_balancer", (
        "app_cookie_stickiness_policy lb_cookie_stickiness_policy"
    )),
    ("elasticloadbalancing:loadbalancer", "name", "elb"),
    ("elasticloadbalancing:targetgroup", "arn", "alb_target_group lb_target_group"),
    ("elasticloadbalancing:targetgroup", "target_group_arn", (
        "alb_target_group_attachment lb_target_group_attachment"
    )),
    ("elasticloadbalancing:truststore", "arn", "lb_trust_store"),
    ("elasticmapreduce:cluster", "cluster_id", (
        "emr_instance_fleet emr_instance_group emr_managed_scaling_policy"
    )),
    ("elasticmapreduce:cluster", "id", "emr_cluster"),
    ("elasticmapreduce:securityconfiguration", "name", "emr_security_configuration"),
    ("elasticmapreduce:studio", "id", "emr_studio"),
    ("emr-containers:virtualcluster", "id", "emrcontainers_virtual_cluster"),
    ("emr-serverless:application", "id", "emrserverless_application"),
    ("es:domain", "domain_name", (
        "elasticsearch_domain elasticsearch_domain_policy opensearch_domain opensearch_domain_policy "
        "opensearch_domain_saml_options"
    )),
    ("events:api-destination", "name", "cloudwatch_event_api_destination"),
    ("events:archive", "name", "cloudwatch_event_archive"),
    ("events:connection", "name", "cloudwatch_event_connection"),
    ("events:endpoint", "name", "cloudwatch_event_endpoint"),
    ("events:event-bus", "event_bus_name", "cloudwatch_event_bus_policy"),
    ("events:event-bus", "name", "cloudwatch_event_bus"),
    ("events:rule", "arn", "cloudwatch_event_rule"),
    ("events:rule", "rule", "cloudwatch_event_target"),
    ("firehose:deliverystream", "name", "kinesis_firehose_delivery_stream"),
    ("fis:experiment-template", "id", "fis_experiment_template"),
    ("fsx:backup", "id", "fsx_backup"),
    ("fsx:file-cache", "id", "fsx_file_cache"),
    ("fsx:file-system", "id", (
        "fsx_lustre_file_system fsx_ontap_file_system fsx_openzfs_file_system fsx_windows_file_system"
    )),
    ("fsx:snapshot", "id", "fsx_openzfs_snapshot"),
    ("fsx:storage-virtual-machine", "id", "fsx_ontap_storage_virtual_machine"),
    ("fsx:volume", "id", "fsx_ontap_volume fsx_openzfs_volume"),
    ("globalaccelerator:accelerator", "accelerator_arn", "globalaccelerator_listener"),
    ("globalaccelerator:accelerator", "id", "globalaccelerator_accelerator"),
    ("glue:connection", "name", "glue_connection"),
    ("glue:crawler", "name", "glue_crawler"),
    ("glue:database", "database_name", "glue_catalog_table glue_partition glue_partition_index"),
    ("glue:database", "name", "athena_database glue_catalog_database"),
    ("glue:dataqualityruleset", "name", "glue_data_quality_ruleset"),
    ("glue:devendpoint", "name", "glue_dev_endpoint"),
    ("glue:job", "name", "glue_job"),
    ("glue:mltransform", "id", "glue_ml_transform"),
    ("glue:registry", "arn", "glue_registry"),
    ("glue:schema", "arn", "glue_schema"),
    ("glue:security-configuration", "name", "glue_security_configuration"),
    ("glue:trigger", "name", "glue_trigger"),
    ("glue:workflow", "name", "glue_workflow"),
    ("grafana:workspace", "id", "grafana_workspace"),
    ("grafana:workspace", "workspace_id", "grafana_role_association grafana_workspace_api_key"),
    ("guardduty:detector", "detector_id", (
        "guardduty_detector_feature guardduty_filter guardduty_ipset guardduty_member "
        "guardduty_organization_configuration guardduty_publishing_destination guardduty_threatintelset"
    )),
    ("guardduty:detector", "id", "guardduty_detector"),
    ("iam:access-key", "id", "iam_access_key"),
    ("iam:group", "group", "iam_group_membership iam_group_policy iam_group_policy_attachment"),
    ("iam:group", "name", "iam_group"),
    ("iam:instance-profile", "name", "iam_instance_profile"),
    ("iam:mfa", "arn", "iam_virtual_mfa_device"),
    ("iam:oidc-provider", "arn", "iam_openid_connect_provider"),
    ("iam:policy", "arn", "iam_policy"),
    ("iam:policy", "policy_arn", "iam_policy_attachment"),
    ("iam:role", "name", "iam_role iam_service_linked_role"),
    ("iam:role", "role", "iam_role_policy iam_role_policy_attachment"),
    ("iam:role", "role_name", "iam_role_policies_exclusive iam_role_policy_attachments_exclusive"),
    ("iam:saml-provider", "arn", "iam_saml_provider"),
    ("iam:server-certificate", "name", "iam_server_certificate"),
    ("iam:user", "name", "iam_user"),
    ("iam:user", "user", (
        "iam_user_group_membership iam_user_login_profile iam_user_policy iam_user_policy_attachment"
    )),
    ("iam:user", "user_name", (
        "iam_service_specific_credential iam_signing_certificate iam_user_policies_exclusive "
        "iam_user_policy_attachments_exclusive"
    )),
    ("iam:user", "username", "iam_user_ssh_key"),
    ("imagebuilder:component", "arn", "imagebuilder_component"),
    ("imagebuilder:container-recipe", "arn", "imagebuilder_container_recipe"),
    ("imagebuilder:distribution-configuration", "arn", "imagebuilder_distribution_configuration"),
    ("imagebuilder:image-pipeline", "arn", "imagebuilder_image_pipeline"),
    ("imagebuilder:image-recipe", "arn", "imagebuilder_image_recipe"),
    ("imagebuilder:infrastructure-configuration", "arn", "imagebuilder_infrastructure_configuration"),
    ("inspector2:filter", "arn", "inspector2_filter"),
    ("iot:authorizer", "name", "iot_authorizer"),
    ("iot:billinggroup", "name", "iot_billing_group"),
    ("iot:cacert", "id", "iot_ca_certificate"),
    ("iot:cert", "id", "iot_certificate"),
    ("iot:domainconfiguration", "name", "iot_domain_configuration"),
    ("iot:policy", "name", "iot_policy"),
    ("iot:policy", "policy", "iot_policy_attachment"),
    ("iot:provisioningtemplate", "name", "iot_provisioning_template"),
    ("iot:rolealias", "alias", "iot_role_alias"),
    ("iot:rule", "name", "iot_topic_rule"),
    ("iot:thing", "name", "iot_thing"),
    ("iot:thing", "thing", "iot_thing_principal_attachment"),
    ("iot:thinggroup", "name", "iot_thing_group"),
    ("iot:thinggroup", "thing_group_name", "iot_thing_group_membership"),
    ("iot:thingtype", "name", "iot_thing_type"),
    ("ivs:channel", "arn", "ivs_channel"),
    ("ivs:playback-key", "arn", "ivs_playback_key_pair"),
    ("ivs:recording-configuration", "arn", "ivs_recording_configuration"),
    ("kafka:cluster", "arn", "msk_cluster msk_serverless_cluster"),
    ("kafka:cluster", "cluster_arn", "msk_cluster_policy msk_scram_secret_association"),
    ("kafka:configuration", "arn", "msk_configuration"),
    ("kafka:replicator", "arn", "msk_replicator"),
    ("kafka:vpc-connection", "arn", "msk_vpc_connection"),
    ("kafkaconnect:connector", "arn", "mskconnect_connector"),
    ("kafkaconnect:custom-plugin", "arn", "mskconnect_custom_plugin"),
    ("kafkaconnect:worker-configuration", "arn", "mskconnect_worker_configuration"),
    ("kendra:index", "id", "kendra_index"),
    ("kendra:index", "index_id", "kendra_data_source kendra_faq"),
    ("kinesis:stream", "name", "kinesis_stream"),
    ("kinesis:stream", "stream_arn", "kinesis_stream_consumer"),
    ("kinesisanalytics:application", "name", "kinesis_analytics_application kinesisanalyticsv2_application"),
    ("kinesisvideo:stream", "name", "kinesis_video_stream"),
    ("kms:alias", "name", "kms_alias"),
    ("kms:custom-key-store", "id", "kms_custom_key_store"),
    ("kms:key", "id", "kms_external_key"),
    ("kms:key", "key_id", "kms_grant kms_key kms_key_policy kms_replica_external_key kms_replica_key"),
    ("lakeformation:resource", "arn", "lakeformation_resource"),
    ("lambda:code-signing-config", "config_id", "lambda_code_signing_config"),
    ("lambda:event-source-mapping", "uuid", "lambda_event_source_mapping"),
    ("lambda:function", "function_name", (
        "lambda_alias lambda_function lambda_function_event_invoke_config lambda_function_url "
        "lambda_invocation lambda_permission lambda_provisioned_concurrency_config"
    )),
    ("lambda:layer", "layer_name", "lambda_layer_version lambda_layer_version_permission"),
    ("lex:bot", "id", "lexv2models_bot"),
    ("license-manager:license-configuration", "arn", "licensemanager_license_configuration"),
    ("lightsail:bucket", "name", "lightsail_bucket"),
    ("lightsail:container-service", "name", "lightsail_container_service"),
    ("lightsail:disk", "disk_name", "lightsail_disk_attachment"),
    ("lightsail:disk", "name", "lightsail_disk"),
    ("lightsail:instance", "instance_name", "lightsail_instance_public_ports"),
    ("lightsail:instance", "name", "lightsail_instance"),
    ("lightsail:key-pair", "name", "lightsail_key_pair"),
    ("lightsail:load-balancer", "name", "lightsail_lb"),
    ("lightsail:relational-database", "relational_database_name", "lightsail_database"),
    ("lightsail:static-ip", "name", "lightsail_static_ip"),
    ("lightsail:static-ip", "static_ip_name", "lightsail_static_ip_attachment"),
    ("logs:anomaly-detector", "arn", "cloudwatch_log_anomaly_detector"),
    ("logs:destination", "destination_name", "cloudwatch_log_destination_policy"),
    ("logs:destination", "name", "cloudwatch_log_destination"),
    ("logs:log-group", "log_group_name", (
        "cloudwatch_log_data_protection_policy cloudwatch_log_stream cloudwatch_log_subscription_filter"
    )),
    ("logs:log-group", "name", "cloudwatch_log_group"),
    ("logs:metric-filter", "name", "cloudwatch_log_metric_filter"),
    ("logs:query-definition", "query_definition_id", "cloudwatch_query_definition"),
    ("logs:resource-policy", "policy_name", "cloudwatch_log_resource_policy"),
    ("macie2:custom-data-identifier", "id", "macie2_custom_data_identifier"),
    ("macie2:findings-filter", "id", "macie2_findings_filter"),
    ("mediaconvert:queue", "name", "media_convert_queue"),
    ("medialive:channel", "id", "medialive_channel"),
    ("medialive:input", "id", "medialive_input"),
    ("medialive:input-security-group", "id", "medialive_input_security_group"),
    ("mediastore:container", "name", "media_store_container"),
    ("memorydb:acl", "name", "memorydb_acl"),
    ("memorydb:cluster", "name", "memorydb_cluster"),
    ("memorydb:parametergroup", "name", "memorydb_parameter_group"),
    ("memorydb:snapshot", "name", "memorydb_snapshot"),
    ("memorydb:subnetgroup", "name", "memorydb_subnet_group"),
    ("memorydb:user", "user_name", "memorydb_user"),
    ("mq:broker", "id", "mq_broker"),
    ("mq:configuration", "id", "mq_configuration"),
    ("neptune-graph:graph", "id", "neptunegraph_graph"),
    ("network-firewall:firewall", "arn", "networkfirewall_firewall"),
    ("network-firewall:firewall", "firewall_arn", "networkfirewall_logging_configuration"),
    ("network-firewall:firewall-policy", "arn", "networkfirewall_firewall_policy"),
    ("network-firewall:rule-group", "arn", "networkfirewall_rule_group"),
    ("networkmanager:core-network", "id", "networkmanager_core_network"),
    ("networkmanager:global-network", "id", "networkmanager_global_network"),
    ("oam:link", "arn", "oam_link"),
    ("oam:sink", "arn", "oam_sink"),
    ("organizations:policy", "id", "organizations_policy"),
    ("organizations:policy", "policy_id", "organizations_policy_attachment"),
    ("osis:pipeline", "pipeline_name", "osis_pipeline"),
    ("payment-cryptography:key", "arn", "paymentcryptography_key"),
    ("pipes:pipe", "name", "pipes_pipe"),
    ("ram:resource-share", "arn", "ram_resource_share"),
    ("ram:resource-share", "resource_share_arn", "ram_principal_association ram_resource_association"),
    ("rds:cluster", "cluster_identifier", (
        "docdb_cluster neptune_cluster neptune_cluster_endpoint rds_cluster rds_cluster_endpoint"
    )),
    ("rds:cluster", "db_cluster_identifier", "rds_cluster_role_association"),
    ("rds:cluster-pg", "name", (
        "docdb_cluster_parameter_group neptune_cluster_parameter_group rds_cluster_parameter_group"
    )),
    ("rds:cluster-snapshot", "db_cluster_snapshot_identifier", (
        "db_cluster_snapshot docdb_cluster_snapshot neptune_cluster_snapshot"
    )),
    ("rds:db", "db_instance_identifier", "db_instance_role_association"),
    ("rds:db", "identifier", (
        "db_instance docdb_cluster_instance neptune_cluster_instance rds_cluster_instance"
    )),
    ("rds:db-proxy", "db_proxy_name", "db_proxy_default_target_group db_proxy_endpoint db_proxy_target"),
    ("rds:db-proxy", "name", "db_proxy"),
    ("rds:es", "name", "db_event_subscription docdb_event_subscription neptune_event_subscription"),
    ("rds:global-cluster", "global_cluster_identifier", (
        "docdb_global_cluster neptune_global_cluster rds_global_cluster"
    )),
    ("rds:og", "name", "db_option_group"),
    ("rds:pg", "name", "db_parameter_group neptune_parameter_group"),
    ("rds:snapshot", "db_snapshot_identifier", "db_snapshot"),
    ("rds:snapshot", "target_db_snapshot_identifier", "db_snapshot_copy"),
    ("rds:subgrp", "name", "db_subnet_group docdb_subnet_group neptune_subnet_group"),
    ("redshift-serverless:namespace", "namespace_name", "redshiftserverless_namespace"),
    ("redshift-serverless:snapshot", "snapshot_name", "redshiftserverless_snapshot"),
    ("redshift-serverless:workgroup", "workgroup_name", "redshiftserverless_workgroup"),
    ("redshift:cluster", "cluster_identifier", (
        "redshift_cluster redshift_cluster_iam_roles redshift_logging redshift_snapshot_copy"
    )),
    ("redshift:eventsubscription", "name", "redshift_event_subscription"),
    ("redshift:parametergroup", "name", "redshift_parameter_group"),
    ("redshift:scheduled-action", "name", "redshift_scheduled_action"),
    ("redshift:snapshot", "snapshot_identifier", "redshift_cluster_snapshot"),
    ("redshift:snapshotcopygrant", "snapshot_copy_grant_name", "redshift_snapshot_copy_grant"),
    ("redshift:snapshotschedule", "identifier", "redshift_snapshot_schedule"),
    ("redshift:subnetgroup", "name", "redshift_subnet_group"),
    ("rekognition:collection", "collection_id", "rekognition_collection"),
    ("resource-groups:group", "name", "resourcegroups_group"),
    ("rolesanywhere:profile", "arn", "rolesanywhere_profile"),
    ("rolesanywhere:trust-anchor", "arn", "rolesanywhere_trust_anchor"),
    ("route53:delegationset", "id", "route53_delegation_set"),
    ("route53:healthcheck", "id", "route53_health_check"),
    ("route53:hostedzone", "hosted_zone_id", "route53_hosted_zone_dnssec route53_key_signing_key"),
    ("route53:hostedzone", "zone_id", (
        "route53_record route53_vpc_association_authorization route53_zone route53_zone_association"
    )),
    ("route53:queryloggingconfig", "id", "route53_query_log"),
    ("route53:trafficpolicy", "id", "route53_traffic_policy"),
    ("route53resolver:firewall-domain-list", "id", "route53_resolver_firewall_domain_list"),
    ("route53resolver:firewall-rule-group", "firewall_rule_group_id", (
        "route53_resolver_firewall_rule route53_resolver_firewall_rule_group_association"
    )),
    ("route53resolver:firewall-rule-group", "id", "route53_resolver_firewall_rule_group"),
    ("route53resolver:resolver-endpoint", "id", "route53_resolver_endpoint"),
    ("route53resolver:resolver-query-log-config", "id", "route53_resolver_query_log_config"),
    ("route53resolver:resolver-query-log-config", "resolver_query_log_config_id", (
        "route53_resolver_query_log_config_association"
    )),
    ("route53resolver:resolver-rule", "id", "route53_resolver_rule"),
    ("route53resolver:resolver-rule", "resolver_rule_id", "route53_resolver_rule_association"),
    ("rum:appmonitor", "name", "rum_app_monitor"),
    ("s3:accesspoint", "name", "s3_access_point"),
    ("s3:bucket", "bucket", (
        "s3_bucket s3_bucket_accelerate_configuration s3_bucket_acl s3_bucket_analytics_configuration "
        "s3_bucket_cors_configuration s3_bucket_intelligent_tiering_configuration s3_bucket_inventory "
        "s3_bucket_lifecycle_configuration s3_bucket_logging s3_bucket_metric s3_bucket_notification "
        "s3_bucket_object s3_bucket_object_lock_configuration s3_bucket_ownership_controls "
        "s3_bucket_policy s3_bucket_public_access_block s3_bucket_replication_configuration "
        "s3_bucket_request_payment_configuration s3_bucket_server_side_encryption_configuration "
        "s3_bucket_versioning s3_bucket_website_configuration s3_object s3_object_copy"
    )),
    ("s3tables:bucket", "arn", "s3tables_table_bucket"),
    ("s3tables:bucket", "table_bucket_arn", "s3tables_namespace s3tables_table s3tables_table_bucket_policy"),
    ("s3vectors:bucket", "vector_bucket_name", "s3vectors_vector_bucket"),
    ("sagemaker:app", "app_name", "sagemaker_app"),
    ("sagemaker:code-repository", "code_repository_name", "sagemaker_code_repository"),
    ("sagemaker:domain", "id", "sagemaker_domain"),
    ("sagemaker:endpoint", "name", "sagemaker_endpoint"),
    ("sagemaker:endpoint-config", "name", "sagemaker_endpoint_configuration"),
    ("sagemaker:feature-group", "feature_group_name", "sagemaker_feature_group"),
    ("sagemaker:image", "image_name", "sagemaker_image sagemaker_image_version"),
    ("sagemaker:model", "name", "sagemaker_model"),
    ("sagemaker:model-package-group", "model_package_group_name", (
        "sagemaker_model_package_group sagemaker_model_package_group_policy"
    )),
    ("sagemaker:monitoring-schedule", "name", "sagemaker_monitoring_schedule"),
    ("sagemaker:notebook-instance", "name", "sagemaker_notebook_instance"),
    ("sagemaker:notebook-instance-lifecycle-config", "name", (
        "sagemaker_notebook_instance_lifecycle_configuration"
    )),
    ("sagemaker:pipeline", "pipeline_name", "sagemaker_pipeline"),
    ("sagemaker:project", "project_name", "sagemaker_project"),
    ("sagemaker:user-profile", "user_profile_name", "sagemaker_user_profile"),
    ("sagemaker:workteam", "workteam_name", "sagemaker_workteam"),
    ("scheduler:schedule", "name", "scheduler_schedule"),
    ("scheduler:schedule-group", "name", "scheduler_schedule_group"),
    ("schemas:discoverer", "id", "schemas_discoverer"),
    ("schemas:registry", "name", "schemas_registry"),
    ("secretsmanager:secret", "arn", "secretsmanager_secret"),
    ("secretsmanager:secret", "secret_arn", "secretsmanager_secret_policy"),
    ("secretsmanager:secret", "secret_id", "secretsmanager_secret_rotation secretsmanager_secret_version"),
    ("securityhub:action", "arn", "securityhub_action_target"),
    ("securityhub:automation-rule", "arn", "securityhub_automation_rule"),
    ("securityhub:insight", "arn", "securityhub_insight"),
    ("servicecatalog:application", "id", "servicecatalogappregistry_application"),
    ("servicecatalog:portfolio", "id", "servicecatalog_portfolio"),
    ("servicecatalog:portfolio", "portfolio_id", (
        "servicecatalog_portfolio_share servicecatalog_principal_portfolio_association "
        "servicecatalog_product_portfolio_association"
    )),
    ("servicediscovery:namespace", "id", (
        "service_discovery_http_namespace service_discovery_private_dns_namespace "
        "service_discovery_public_dns_namespace"
    )),
    ("servicediscovery:service", "id", "service_discovery_service"),
    ("servicediscovery:service", "service_id", "service_discovery_instance"),
    ("ses:configuration-set", "configuration_set_name", (
        "ses_event_destination sesv2_configuration_set sesv2_configuration_set_event_destination"
    )),
    ("ses:configuration-set", "name", "ses_configuration_set"),
    ("ses:contact-list", "contact_list_name", "sesv2_contact_list"),
    ("ses:dedicated-ip-pool", "pool_name", "sesv2_dedicated_ip_pool"),
    ("ses:identity", "domain", (
        "ses_domain_dkim ses_domain_identity ses_domain_identity_verification ses_domain_mail_from"
    )),
    ("ses:identity", "email", "ses_email_identity"),
    ("ses:identity", "email_identity", (
        "sesv2_email_identity sesv2_email_identity_feedback_attributes "
        "sesv2_email_identity_mail_from_attributes sesv2_email_identity_policy"
    )),
    ("ses:identity", "identity", "ses_identity_notification_topic"),
    ("ses:receipt-filter", "name", "ses_receipt_filter"),
    ("ses:receipt-rule-set", "rule_set_name", "ses_receipt_rule ses_receipt_rule_set"),
    ("ses:template", "name", "ses_template"),
    ("shield:protection", "id", "shield_protection"),
    ("shield:protection-group", "protection_group_id", "shield_protection_group"),
    ("signer:signing-profiles", "name", "signer_signing_profile"),
    ("signer:signing-profiles", "profile_name", "signer_signing_profile_permission"),
    ("sns:app", "arn", "sns_platform_application"),
    ("sns:subscription", "arn", "sns_topic_subscription"),
    ("sns:topic", "arn", "sns_topic sns_topic_data_protection_policy sns_topic_policy"),
    ("sqs:queue", "queue_url", "sqs_queue_policy sqs_queue_redrive_allow_policy sqs_queue_redrive_policy"),
    ("sqs:queue", "url", "sqs_queue"),
    ("ssm-contacts:contact", "arn", "ssmcontacts_contact"),
    ("ssm-incidents:replication-set", "arn", "ssmincidents_replication_set"),
    ("ssm-incidents:response-plan", "arn", "ssmincidents_response_plan"),
    ("ssm:activation", "id", "ssm_activation"),
    ("ssm:association", "association_id", "ssm_association"),
    ("ssm:document", "name", "ssm_document"),
    ("ssm:maintenancewindow", "id", "ssm_maintenance_window"),
    ("ssm:maintenancewindow", "window_id", "ssm_maintenance_window_target ssm_maintenance_window_task"),
    ("ssm:parameter", "name", "ssm_parameter"),
    ("ssm:patchbaseline", "baseline_id", "ssm_default_patch_baseline ssm_patch_group"),
    ("ssm:patchbaseline", "id", "ssm_patch_baseline"),
    ("ssm:resource-data-sync", "name", "ssm_resource_data_sync"),
    ("sso:permissionset", "arn", "ssoadmin_permission_set"),
    ("sso:permissionset", "permission_set_arn", (
        "ssoadmin_account_assignment ssoadmin_customer_managed_policy_attachment "
        "ssoadmin_managed_policy_attachment ssoadmin_permission_set_inline_policy "
        "ssoadmin_permissions_boundary_attachment"
    )),
    ("states:activity", "id", "sfn_activity"),
    ("states:state-machine", "arn", "sfn_state_machine"),
    ("storagegateway:gateway", "arn", "storagegateway_gateway"),
    ("storagegateway:gateway", "gateway_arn", (
        "storagegateway_cache storagegateway_cached_iscsi_volume storagegateway_nfs_file_share "
        "storagegateway_smb_file_share"
    )),
    ("synthetics:canary", "name", "synthetics_canary"),
    ("synthetics:group", "group_name", "synthetics_group_association"),
    ("synthetics:group", "name", "synthetics_group"),
    ("timestream-influxdb:db-cluster", "id", "timestreaminfluxdb_db_cluster"),
    ("timestream-influxdb:db-instance", "id", "timestreaminfluxdb_db_instance"),
    ("timestream:database", "database_name", "timestreamwrite_database"),
    ("timestream:scheduled-query", "arn", "timestreamquery_scheduled_query"),
    ("timestream:table", "arn", "timestreamwrite_table"),
    ("transcribe:language-model", "model_name", "transcribe_language_model"),
    ("transcribe:medical-vocabulary", "vocabulary_name", "transcribe_medical_vocabulary"),
    ("transcribe:vocabulary", "vocabulary_name", "transcribe_vocabulary"),
    ("transcribe:vocabulary-filter", "vocabulary_filter_name", "transcribe_vocabulary_filter"),
    ("transfer:certificate", "certificate_id", "transfer_certificate"),
    ("transfer:connector", "connector_id", "transfer_connector"),
    ("transfer:profile", "profile_id", "transfer_profile"),
    ("transfer:server", "id", "transfer_server"),
    ("transfer:server", "resource_arn", "transfer_tag"),
    ("transfer:server", "server_id", "transfer_access transfer_ssh_key transfer_user"),
    ("transfer:workflow", "id", "transfer_workflow"),
    ("verifiedpermissions:policy-store", "policy_store_id", (
        "verifiedpermissions_policy verifiedpermissions_policy_store verifiedpermissions_policy_template "
        "verifiedpermissions_schema"
    )),
    ("vpc-lattice:resourceconfiguration", "id", "vpclattice_resource_configuration"),
    ("vpc-lattice:resourcegateway", "id", "vpclattice_resource_gateway"),
    ("vpc-lattice:service", "id", "vpclattice_service"),
    ("vpc-lattice:servicenetwork", "id", "vpclattice_service_network"),
    ("vpc-lattice:targetgroup", "id", "vpclattice_target_group"),
    ("waf-regional:ipset", "id", "wafregional_ipset"),
    ("waf-regional:rule", "id", "wafregional_rule"),
    ("waf-regional:rulegroup", "id", "wafregional_rule_group"),
    ("waf-regional:webacl", "id", "wafregional_web_acl"),
    ("waf-regional:webacl", "web_acl_id", "wafregional_web_acl_association"),
    ("waf:ipset", "id", "waf_ipset"),
    ("waf:rule", "id", "waf_rate_based_rule waf_rule"),
    ("waf:rulegroup", "id", "waf_rule_group"),
    ("waf:webacl", "id", "waf_web_acl"),
    ("wafv2:ipset", "arn", "wafv2_ip_set"),
    ("wafv2:regexpatternset", "arn", "wafv2_regex_pattern_set"),
    ("wafv2:rulegroup", "arn", "wafv2_rule_group"),
    ("wafv2:webacl", "arn", "wafv2_web_acl"),
    ("wafv2:webacl", "resource_arn", "wafv2_web_acl_logging_configuration"),
    ("wafv2:webacl", "web_acl_arn", "wafv2_web_acl_association"),
    ("workspaces-web:browsersettings", "browser_settings_arn", "workspacesweb_browser_settings"),
    ("workspaces-web:networksettings", "network_settings_arn", "workspacesweb_network_settings"),
    ("workspaces-web:portal", "portal_arn", "workspacesweb_portal"),
    ("workspaces-web:usersettings", "user_settings_arn", "workspacesweb_user_settings"),
    ("workspaces:directory", "directory_id", "workspaces_directory"),
    ("workspaces:workspace", "id", "workspaces_workspace"),
    ("workspaces:workspaceipgroup", "id", "workspaces_ip_group"),
    ("xray:group", "group_name", "xray_group"),
    ("xray:sampling-rule", "rule_name", "xray_sampling_rule"),
)  # fmt: skip
"""
Kind, attribute, and the types without their `aws_` of which it is what `terraform show -json` calls the id.

What is a part of something is that: a policy of a bucket goes as the bucket does. Held against the schema of
version 6.25.0 of the provider (`tests/readiness/terraform_attributes.txt`).
"""

TYPES: dict[str, tuple[str, str]] = {
    f"aws_{name}": (kind, attribute) for kind, attribute, names in _BY_ATTRIBUTE for name in names.split()
}
"""By Terraform's name of the type."""

ELSEWHERE = frozenset(
    {
        *(
            "local_file",
            "local_sensitive_file",
            "null_resource",
            "random_bytes",
            "random_id",
            "random_integer",
        ),
        *(
            "random_password",
            "random_pet",
            "random_shuffle",
            "random_string",
            "random_uuid",
            "terraform_data",
        ),
        *("time_offset", "time_rotating", "time_sleep", "time_static", "tls_cert_request"),
        *("tls_locally_signed_cert", "tls_private_key", "tls_self_signed_cert"),
    }
)
"""Types that are nothing in AWS: what they destroy is in Terraform's own state."""

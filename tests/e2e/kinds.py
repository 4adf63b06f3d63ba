"""What somebody may have made in an account: one line a kind, made with boto3 and with nothing of ours."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import boto3
import jmespath

ACCOUNT = "222222222222"
_PLACE = re.compile(r"\{([a-z]+)\}")


@dataclass(frozen=True)
class Kind:
    """One kind of thing, and how one of it is made."""

    kind: str
    """As the rows of the program name it."""
    call: str
    """Client and method: `kinesis.create_stream`."""
    told: str
    """What it is known by: JMESPath on the answer, or `=` and a name. `{n}` is its number."""
    with_: Mapping[str, Any]
    """Parameters; texts in them are filled in."""


def _kind(kind: str, call: str, told: str, **parameters: Any) -> Kind:
    return Kind(kind, call, told, parameters)


def _archive() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.py", "def handle(event, context): ...")
    return packed.getvalue()


TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
    }
)
NOTHING = json.dumps({"Version": "2012-10-17", "Statement": []})
READS = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
)
STATES = json.dumps({"StartAt": "a", "States": {"a": {"Type": "Pass", "End": True}}})
API = {"Engine": "mysql", "MasterUsername": "root", "MasterUserPassword": "hunter2-database"}
BROKER = {"Version": "5.15", "Users": [{"Username": "admin", "Password": "hunter2-hunter2"}]}
PROVISIONED = {"BrokerNodeGroupInfo": {"ClientSubnets": ["{subnet}"], "InstanceType": "kafka.m5.large"}}

KINDS = (
    _kind("acm:certificate", "acm.request_certificate", "CertificateArn", DomainName="a{n}.example.org"),
    _kind(
        "acm-pca:certificate-authority",
        "acm-pca.create_certificate_authority",
        "CertificateAuthorityArn",
        CertificateAuthorityType="ROOT",
        CertificateAuthorityConfiguration={
            "KeyAlgorithm": "RSA_2048",
            "SigningAlgorithm": "SHA256WITHRSA",
            "Subject": {"CommonName": "a{n}"},
        },
    ),
    _kind("appmesh:mesh", "appmesh.create_mesh", "=mesh{n}", meshName="mesh{n}"),
    _kind(
        "appsync:graphqlapi",
        "appsync.create_graphql_api",
        "graphqlApi.apiId",
        name="g{n}",
        authenticationType="API_KEY",
    ),
    _kind("athena:workgroup", "athena.create_work_group", "=work{n}", Name="work{n}"),
    _kind("athena:datacatalog", "athena.create_data_catalog", "=catalog{n}", Name="catalog{n}", Type="GLUE"),
    _kind(
        "athena:namedquery",
        "athena.create_named_query",
        "NamedQueryId",
        Name="q{n}",
        Database="d",
        QueryString="SELECT 1",
    ),
    _kind(
        "autoscaling:launchconfiguration",
        "autoscaling.create_launch_configuration",
        "=lc{n}",
        LaunchConfigurationName="lc{n}",
        ImageId="{image}",
        InstanceType="t3.micro",
    ),
    _kind(
        "autoscaling:autoscalinggroup",
        "autoscaling.create_auto_scaling_group",
        "=group{n}",
        AutoScalingGroupName="group{n}",
        LaunchConfigurationName="lc{n}",
        MinSize=0,
        MaxSize=0,
        VPCZoneIdentifier="{subnet}",
    ),
    _kind("backup:backup-vault", "backup.create_backup_vault", "=vault{n}", BackupVaultName="vault{n}"),
    _kind(
        "backup:backup-plan",
        "backup.create_backup_plan",
        "BackupPlanId",
        BackupPlan={
            "BackupPlanName": "plan{n}",
            "Rules": [{"RuleName": "r", "TargetBackupVaultName": "vault{n}"}],
        },
    ),
    _kind(
        "cloudfront:origin-access-control",
        "cloudfront.create_origin_access_control",
        "OriginAccessControl.Id",
        OriginAccessControlConfig={
            "Name": "oac{n}",
            "SigningProtocol": "sigv4",
            "SigningBehavior": "always",
            "OriginAccessControlOriginType": "s3",
        },
    ),
    _kind(
        "cloudtrail:trail", "cloudtrail.create_trail", "=trail{n}", Name="trail{n}", S3BucketName="{bucket}"
    ),
    _kind(
        "cloudwatch:alarm",
        "cloudwatch.put_metric_alarm",
        "=alarm{n}",
        AlarmName="alarm{n}",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1.0,
        ComparisonOperator="GreaterThanThreshold",
        Namespace="N",
        MetricName="m",
    ),
    _kind(
        "cloudwatch:dashboard",
        "cloudwatch.put_dashboard",
        "=dash{n}",
        DashboardName="dash{n}",
        DashboardBody='{"widgets": []}',
    ),
    _kind(
        "codebuild:project",
        "codebuild.create_project",
        "=build{n}",
        name="build{n}",
        source={"type": "S3", "location": "{bucket}/x.zip"},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={"type": "LINUX_CONTAINER", "image": "a", "computeType": "BUILD_GENERAL1_SMALL"},
        serviceRole="{role}",
    ),
    _kind(
        "codedeploy:application",
        "codedeploy.create_application",
        "=deploy{n}",
        applicationName="deploy{n}",
        computePlatform="Server",
    ),
    _kind(
        "cognito-identity:identitypool",
        "cognito-identity.create_identity_pool",
        "IdentityPoolId",
        IdentityPoolName="pool{n}",
        AllowUnauthenticatedIdentities=True,
    ),
    _kind(
        "config:config-rule",
        "config.put_config_rule",
        "=rule{n}",
        ConfigRule={
            "ConfigRuleName": "rule{n}",
            "Source": {"Owner": "AWS", "SourceIdentifier": "S3_BUCKET_VERSIONING_ENABLED"},
        },
    ),
    _kind(
        "config:config-aggregator",
        "config.put_configuration_aggregator",
        "=all{n}",
        ConfigurationAggregatorName="all{n}",
        AccountAggregationSources=[{"AccountIds": [ACCOUNT], "AllAwsRegions": True}],
    ),
    _kind(
        "databrew:ruleset",
        "databrew.create_ruleset",
        "=rules{n}",
        Name="rules{n}",
        TargetArn="arn:aws:databrew:eu-west-1:222222222222:dataset/d",
        Rules=[{"Name": "r", "CheckExpression": ":col1 > 1"}],
    ),
    _kind(
        "datapipeline:pipeline",
        "datapipeline.create_pipeline",
        "pipelineId",
        name="data{n}",
        uniqueId="data{n}",
    ),
    _kind(
        "datasync:location",
        "datasync.create_location_s3",
        "LocationArn",
        S3BucketArn="arn:aws:s3:::{bucket}",
        S3Config={"BucketAccessRoleArn": "{role}"},
        Subdirectory="/{n}",
    ),
    _kind(
        "dax:cache",
        "dax.create_cluster",
        "=dax{n}",
        ClusterName="dax{n}",
        NodeType="dax.t3.small",
        ReplicationFactor=1,
        IamRoleArn="{role}",
    ),
    _kind(
        "dms:rep",
        "dms.create_replication_instance",
        "=rep{n}",
        ReplicationInstanceIdentifier="rep{n}",
        ReplicationInstanceClass="dms.t3.micro",
    ),
    _kind(
        "ds:directory",
        "ds.create_directory",
        "DirectoryId",
        Name="corp{n}.example.org",
        Password="Hunter2-directory",
        Size="Small",
        VpcSettings={"VpcId": "{vpc}", "SubnetIds": ["{subnet}", "{other}"]},
    ),
    _kind(
        "dynamodb:table",
        "dynamodb.create_table",
        "=table{n}",
        TableName="table{n}",
        KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    ),
    _kind("ec2:vpc", "ec2.create_vpc", "Vpc.VpcId", CidrBlock="10.{n}.0.0/16"),
    _kind("ec2:volume", "ec2.create_volume", "VolumeId", AvailabilityZone="{zone}", Size=1),
    _kind(
        "ec2:security-group",
        "ec2.create_security_group",
        "GroupId",
        GroupName="sg{n}",
        Description="d",
        VpcId="{vpc}",
    ),
    _kind("ec2:key-pair", "ec2.create_key_pair", "KeyPairId", KeyName="key{n}"),
    _kind("ec2:elastic-ip", "ec2.allocate_address", "AllocationId", Domain="vpc"),
    _kind("ec2:internet-gateway", "ec2.create_internet_gateway", "InternetGateway.InternetGatewayId"),
    _kind(
        "ec2:customer-gateway",
        "ec2.create_customer_gateway",
        "CustomerGateway.CustomerGatewayId",
        Type="ipsec.1",
        PublicIp="203.0.113.{n}",
        BgpAsn=65000,
    ),
    _kind("ec2:vpn-gateway", "ec2.create_vpn_gateway", "VpnGateway.VpnGatewayId", Type="ipsec.1"),
    _kind(
        "ec2:dhcp-options",
        "ec2.create_dhcp_options",
        "DhcpOptions.DhcpOptionsId",
        DhcpConfigurations=[{"Key": "domain-name", "Values": ["a{n}.example.org"]}],
    ),
    _kind("ec2:route-table", "ec2.create_route_table", "RouteTable.RouteTableId", VpcId="{vpc}"),
    _kind("ec2:network-acl", "ec2.create_network_acl", "NetworkAcl.NetworkAclId", VpcId="{vpc}"),
    _kind(
        "ec2:network-interface",
        "ec2.create_network_interface",
        "NetworkInterface.NetworkInterfaceId",
        SubnetId="{subnet}",
    ),
    _kind(
        "ec2:launch-template",
        "ec2.create_launch_template",
        "LaunchTemplate.LaunchTemplateId",
        LaunchTemplateName="lt{n}",
        LaunchTemplateData={"InstanceType": "t3.micro"},
    ),
    _kind(
        "ec2:prefix-list",
        "ec2.create_managed_prefix_list",
        "PrefixList.PrefixListId",
        PrefixListName="pl{n}",
        MaxEntries=1,
        AddressFamily="IPv4",
    ),
    _kind(
        "ec2:transit-gateway",
        "ec2.create_transit_gateway",
        "TransitGateway.TransitGatewayId",
        Description="t{n}",
    ),
    _kind(
        "ec2:egress-only-internet-gateway",
        "ec2.create_egress_only_internet_gateway",
        "EgressOnlyInternetGateway.EgressOnlyInternetGatewayId",
        VpcId="{vpc}",
    ),
    _kind(
        "ec2:carrier-gateway", "ec2.create_carrier_gateway", "CarrierGateway.CarrierGatewayId", VpcId="{vpc}"
    ),
    _kind("ecr:repository", "ecr.create_repository", "=repo{n}", repositoryName="repo{n}"),
    _kind("ecs:cluster", "ecs.create_cluster", "cluster.clusterArn", clusterName="ecs{n}"),
    _kind(
        "ecs:task-definition",
        "ecs.register_task_definition",
        "taskDefinition.taskDefinitionArn",
        family="family{n}",
        containerDefinitions=[{"name": "a", "image": "miner", "memory": 64}],
    ),
    _kind("elasticfilesystem:file-system", "efs.create_file_system", "FileSystemId", CreationToken="efs{n}"),
    _kind(
        "eks:cluster",
        "eks.create_cluster",
        "=eks{n}",
        name="eks{n}",
        roleArn="{role}",
        resourcesVpcConfig={"subnetIds": ["{subnet}"]},
    ),
    _kind(
        "elasticache:cluster",
        "elasticache.create_cache_cluster",
        "=cache{n}",
        CacheClusterId="cache{n}",
        Engine="redis",
        CacheNodeType="cache.t3.micro",
        NumCacheNodes=1,
    ),
    _kind(
        "elasticache:replicationgroup",
        "elasticache.create_replication_group",
        "=rg{n}",
        ReplicationGroupId="rg{n}",
        ReplicationGroupDescription="d",
        Engine="redis",
        CacheNodeType="cache.t3.micro",
        NumCacheClusters=1,
    ),
    _kind(
        "elasticache:subnetgroup",
        "elasticache.create_cache_subnet_group",
        "=subnets{n}",
        CacheSubnetGroupName="subnets{n}",
        CacheSubnetGroupDescription="d",
        SubnetIds=["{subnet}"],
    ),
    _kind(
        "elasticloadbalancing:targetgroup",
        "elbv2.create_target_group",
        "TargetGroups[0].TargetGroupArn",
        Name="tg{n}",
        Protocol="HTTP",
        Port=80,
        VpcId="{vpc}",
    ),
    _kind(
        "elasticloadbalancing:loadbalancer",
        "elbv2.create_load_balancer",
        "LoadBalancers[0].LoadBalancerArn",
        Name="lb{n}",
        Subnets=["{subnet}", "{other}"],
    ),
    _kind(
        "emr-serverless:application",
        "emr-serverless.create_application",
        "applicationId",
        name="es{n}",
        releaseLabel="emr-6.6.0",
        type="SPARK",
    ),
    _kind("es:domain", "opensearch.create_domain", "=search{n}", DomainName="search{n}"),
    _kind("events:event-bus", "events.create_event_bus", "=bus{n}", Name="bus{n}"),
    _kind("events:rule", "events.put_rule", "=rule{n}", Name="rule{n}", ScheduleExpression="rate(1 day)"),
    _kind(
        "events:archive",
        "events.create_archive",
        "=archive{n}",
        ArchiveName="archive{n}",
        EventSourceArn="arn:aws:events:eu-west-1:222222222222:event-bus/default",
    ),
    _kind(
        "firehose:deliverystream",
        "firehose.create_delivery_stream",
        "=fire{n}",
        DeliveryStreamName="fire{n}",
        S3DestinationConfiguration={"RoleARN": "{role}", "BucketARN": "arn:aws:s3:::{bucket}"},
    ),
    _kind(
        "fis:experiment-template",
        "fis.create_experiment_template",
        "experimentTemplate.id",
        clientToken="t{n}",
        description="d{n}",
        stopConditions=[{"source": "none"}],
        actions={},
        roleArn="{role}",
    ),
    _kind(
        "fsx:file-system",
        "fsx.create_file_system",
        "FileSystem.FileSystemId",
        FileSystemType="LUSTRE",
        StorageCapacity=1200,
        SubnetIds=["{subnet}"],
        ClientRequestToken="t{n}",
    ),
    _kind("iam:user", "iam.create_user", "=user{n}", UserName="user{n}"),
    _kind("iam:group", "iam.create_group", "=group{n}", GroupName="group{n}"),
    _kind("iam:role", "iam.create_role", "=role{n}", RoleName="role{n}", AssumeRolePolicyDocument=TRUST),
    _kind("iam:policy", "iam.create_policy", "Policy.Arn", PolicyName="policy{n}", PolicyDocument=READS),
    _kind("iam:access-key", "iam.create_access_key", "AccessKey.AccessKeyId", UserName="user{n}"),
    _kind(
        "iam:instance-profile", "iam.create_instance_profile", "=profile{n}", InstanceProfileName="profile{n}"
    ),
    _kind(
        "iam:saml-provider",
        "iam.create_saml_provider",
        "SAMLProviderArn",
        Name="saml{n}",
        SAMLMetadataDocument="x" * 1024,
    ),
    _kind(
        "iam:oidc-provider",
        "iam.create_open_id_connect_provider",
        "OpenIDConnectProviderArn",
        Url="https://oidc{n}.example.org",
        ThumbprintList=["a" * 40],
        ClientIDList=["c"],
    ),
    _kind("iot:thing", "iot.create_thing", "=thing{n}", thingName="thing{n}"),
    _kind("iot:policy", "iot.create_policy", "=policy{n}", policyName="policy{n}", policyDocument=NOTHING),
    _kind("ivs:channel", "ivs.create_channel", "channel.arn", name="ivs{n}"),
    _kind(
        "kafka:cluster",
        "kafka.create_cluster",
        "ClusterArn",
        ClusterName="kafka{n}",
        KafkaVersion="2.8.1",
        NumberOfBrokerNodes=1,
        **PROVISIONED,
    ),
    _kind("kinesis:stream", "kinesis.create_stream", "=stream{n}", StreamName="stream{n}", ShardCount=1),
    _kind("kinesisvideo:stream", "kinesisvideo.create_stream", "=video{n}", StreamName="video{n}"),
    _kind(
        "kinesisanalytics:application",
        "kinesisanalyticsv2.create_application",
        "=flink{n}",
        ApplicationName="flink{n}",
        RuntimeEnvironment="FLINK-1_15",
        ServiceExecutionRole="{role}",
    ),
    _kind("kms:key", "kms.create_key", "KeyMetadata.KeyId", Description="k{n}"),
    _kind("kms:alias", "kms.create_alias", "=alias/a{n}", AliasName="alias/a{n}", TargetKeyId="{key}"),
    _kind(
        "lambda:function",
        "lambda.create_function",
        "=function{n}",
        FunctionName="function{n}",
        Runtime="python3.12",
        Role="{role}",
        Handler="a.handle",
        Code={"ZipFile": _archive()},
    ),
    _kind(
        "lambda:layer",
        "lambda.publish_layer_version",
        "=layer{n}",
        LayerName="layer{n}",
        Content={"ZipFile": _archive()},
    ),
    _kind("logs:log-group", "logs.create_log_group", "=/made/{n}", logGroupName="/made/{n}"),
    _kind(
        "mediaconnect:flow", "mediaconnect.create_flow", "Flow.FlowArn", Name="flow{n}", Source={"Name": "s"}
    ),
    _kind("medialive:input", "medialive.create_input", "Input.Id", Name="in{n}", Type="RTP_PUSH"),
    _kind(
        "mediapackagev2:channelgroup",
        "mediapackagev2.create_channel_group",
        "=channels{n}",
        ChannelGroupName="channels{n}",
    ),
    _kind(
        "memorydb:cluster",
        "memorydb.create_cluster",
        "=mem{n}",
        ClusterName="mem{n}",
        NodeType="db.t4g.small",
        ACLName="open-access",
    ),
    _kind(
        "mq:broker",
        "mq.create_broker",
        "BrokerId",
        BrokerName="mq{n}",
        EngineType="ACTIVEMQ",
        EngineVersion="5.15",
        HostInstanceType="mq.t3.micro",
        DeploymentMode="SINGLE_INSTANCE",
        PubliclyAccessible=False,
        AutoMinorVersionUpgrade=False,
        Users=BROKER["Users"],
    ),
    _kind(
        "network-firewall:firewall",
        "network-firewall.create_firewall",
        "Firewall.FirewallArn",
        FirewallName="fw{n}",
        FirewallPolicyArn="arn:aws:network-firewall:eu-west-1:222222222222:firewall-policy/p",
        VpcId="{vpc}",
        SubnetMappings=[{"SubnetId": "{subnet}"}],
    ),
    _kind(
        "payment-cryptography:key",
        "payment-cryptography.create_key",
        "Key.KeyArn",
        Exportable=True,
        KeyAttributes={
            "KeyUsage": "TR31_P0_PIN_ENCRYPTION_KEY",
            "KeyClass": "SYMMETRIC_KEY",
            "KeyAlgorithm": "TDES_3KEY",
            "KeyModesOfUse": {"Encrypt": True},
        },
    ),
    _kind(
        "pipes:pipe",
        "pipes.create_pipe",
        "=pipe{n}",
        Name="pipe{n}",
        Source="arn:aws:sqs:eu-west-1:222222222222:q",
        Target="arn:aws:sqs:eu-west-1:222222222222:q",
        RoleArn="{role}",
    ),
    _kind(
        "ram:resource-share", "ram.create_resource_share", "resourceShare.resourceShareArn", name="share{n}"
    ),
    _kind(
        "rds:db",
        "rds.create_db_instance",
        "=base{n}",
        DBInstanceIdentifier="base{n}",
        DBInstanceClass="db.t3.micro",
        AllocatedStorage=20,
        **API,
    ),
    _kind(
        "rds:cluster",
        "rds.create_db_cluster",
        "=aurora{n}",
        DBClusterIdentifier="aurora{n}",
        Engine="aurora-mysql",
        MasterUsername="root",
        MasterUserPassword="hunter2-database",
    ),
    _kind(
        "rds:subgrp",
        "rds.create_db_subnet_group",
        "=subs{n}",
        DBSubnetGroupName="subs{n}",
        DBSubnetGroupDescription="d",
        SubnetIds=["{subnet}", "{other}"],
    ),
    _kind(
        "rds:pg",
        "rds.create_db_parameter_group",
        "=params{n}",
        DBParameterGroupName="params{n}",
        DBParameterGroupFamily="mysql8.0",
        Description="d",
    ),
    _kind(
        "redshift:cluster",
        "redshift.create_cluster",
        "=red{n}",
        ClusterIdentifier="red{n}",
        NodeType="ra3.xlplus",
        MasterUsername="root",
        MasterUserPassword="Hunter2-warehouse",
        DBName="d",
    ),
    _kind(
        "redshift:subnetgroup",
        "redshift.create_cluster_subnet_group",
        "=rs{n}",
        ClusterSubnetGroupName="rs{n}",
        Description="d",
        SubnetIds=["{subnet}"],
    ),
    _kind(
        "route53:hostedzone",
        "route53.create_hosted_zone",
        "HostedZone.Id",
        Name="zone{n}.example.org",
        CallerReference="z{n}",
    ),
    _kind(
        "route53:healthcheck",
        "route53.create_health_check",
        "HealthCheck.Id",
        CallerReference="h{n}",
        HealthCheckConfig={"Type": "TCP", "IPAddress": "203.0.113.1", "Port": 80},
    ),
    _kind(
        "route53resolver:resolver-rule",
        "route53resolver.create_resolver_rule",
        "ResolverRule.Id",
        CreatorRequestId="r{n}",
        Name="r{n}",
        RuleType="SYSTEM",
        DomainName="r{n}.example.org",
    ),
    _kind(
        "s3:bucket",
        "s3.create_bucket",
        "=made-bucket-{n}",
        Bucket="made-bucket-{n}",
        CreateBucketConfiguration={"LocationConstraint": "eu-west-1"},
    ),
    _kind(
        "sagemaker:model",
        "sagemaker.create_model",
        "=model{n}",
        ModelName="model{n}",
        ExecutionRoleArn="{role}",
    ),
    _kind(
        "sagemaker:notebook-instance",
        "sagemaker.create_notebook_instance",
        "=note{n}",
        NotebookInstanceName="note{n}",
        InstanceType="ml.t2.medium",
        RoleArn="{role}",
    ),
    _kind(
        "sagemaker:model-package-group",
        "sagemaker.create_model_package_group",
        "=mpg{n}",
        ModelPackageGroupName="mpg{n}",
    ),
    _kind(
        "scheduler:schedule",
        "scheduler.create_schedule",
        "=sched{n}",
        Name="sched{n}",
        ScheduleExpression="rate(1 day)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": "arn:aws:sqs:eu-west-1:222222222222:q", "RoleArn": "{role}"},
    ),
    _kind("scheduler:schedule-group", "scheduler.create_schedule_group", "=sg{n}", Name="sg{n}"),
    _kind(
        "secretsmanager:secret",
        "secretsmanager.create_secret",
        "ARN",
        Name="secret{n}",
        SecretString="hunter2-secret",
    ),
    _kind(
        "ses:identity", "sesv2.create_email_identity", "=a{n}.example.org", EmailIdentity="a{n}.example.org"
    ),
    _kind(
        "ses:configuration-set",
        "ses.create_configuration_set",
        "=set{n}",
        ConfigurationSet={"Name": "set{n}"},
    ),
    _kind("sns:topic", "sns.create_topic", "TopicArn", Name="topic{n}"),
    _kind(
        "sns:app",
        "sns.create_platform_application",
        "PlatformApplicationArn",
        Name="push{n}",
        Platform="APNS",
        Attributes={},
    ),
    _kind("sqs:queue", "sqs.create_queue", "QueueUrl", QueueName="queue{n}"),
    _kind(
        "ssm:document",
        "ssm.create_document",
        "=doc{n}",
        Name="doc{n}",
        DocumentType="Command",
        DocumentFormat="JSON",
        Content=json.dumps({"schemaVersion": "2.2", "description": "d", "mainSteps": []}),
    ),
    _kind(
        "ssm:parameter",
        "ssm.put_parameter",
        "=/made/{n}",
        Name="/made/{n}",
        Value="hunter2-parameter",
        Type="SecureString",
    ),
    _kind(
        "ssm:maintenancewindow",
        "ssm.create_maintenance_window",
        "WindowId",
        Name="win{n}",
        Schedule="rate(1 day)",
        Duration=2,
        Cutoff=1,
        AllowUnassociatedTargets=False,
    ),
    _kind("ssm:patchbaseline", "ssm.create_patch_baseline", "BaselineId", Name="patch{n}"),
    _kind(
        "states:state-machine",
        "stepfunctions.create_state_machine",
        "stateMachineArn",
        name="states{n}",
        definition=STATES,
        roleArn="{role}",
    ),
    _kind("states:activity", "stepfunctions.create_activity", "activityArn", name="act{n}"),
    _kind(
        "synthetics:canary",
        "synthetics.create_canary",
        "=canary{n}",
        Name="canary{n}",
        Code={"Handler": "a.b"},
        ArtifactS3Location="s3://b",
        ExecutionRoleArn="{role}",
        Schedule={"Expression": "rate(1 day)"},
        RuntimeVersion="syn-nodejs-puppeteer-3.8",
    ),
    _kind(
        "timestream-influxdb:db-instance",
        "timestream-influxdb.create_db_instance",
        "id",
        name="influx{n}",
        password="hunter2-influx",
        dbInstanceType="db.influx.medium",
        vpcSubnetIds=["{subnet}"],
        vpcSecurityGroupIds=["sg-12345678"],
        allocatedStorage=20,
    ),
    _kind(
        "transcribe:vocabulary",
        "transcribe.create_vocabulary",
        "=words{n}",
        VocabularyName="words{n}",
        LanguageCode="en-US",
        Phrases=["a"],
    ),
    _kind("transfer:server", "transfer.create_server", "ServerId"),
    _kind("vpc-lattice:service", "vpc-lattice.create_service", "id", name="lattice{n}"),
    _kind(
        "wafv2:webacl",
        "wafv2.create_web_acl",
        "Summary.Id",
        Name="acl{n}",
        Scope="REGIONAL",
        DefaultAction={"Allow": {}},
        VisibilityConfig={
            "SampledRequestsEnabled": False,
            "CloudWatchMetricsEnabled": False,
            "MetricName": "m",
        },
    ),
    _kind("workspaces-web:portal", "workspaces-web.create_portal", "portalArn", displayName="portal{n}"),
)


class Maker:
    """Makes things, as the root of the account."""

    def __init__(self, drill: Any, region: str) -> None:
        keys = drill.root(ACCOUNT)
        self._options = {
            "region_name": region,
            "endpoint_url": drill.url,
            "aws_access_key_id": keys["AWS_ACCESS_KEY_ID"],
            "aws_secret_access_key": keys["AWS_SECRET_ACCESS_KEY"],
        }
        self._clients: dict[str, Any] = {}
        self._facts = self._ground()

    def __call__(self, service: str) -> Any:
        """Give a client."""
        new: Any = boto3.client  # its stubs have an overload for each service's name, known beforehand
        if service not in self._clients:
            self._clients[service] = new(service, **self._options)
        return self._clients[service]

    def _ground(self) -> Mapping[str, str]:
        """Say what is there to make things of."""
        ec2 = self("ec2")
        subnets = ec2.describe_subnets()["Subnets"]
        first = subnets[0]
        other = next(
            one
            for one in subnets
            if one["VpcId"] == first["VpcId"] and one["AvailabilityZone"] != first["AvailabilityZone"]
        )
        machine = ec2.describe_instances()["Reservations"][0]["Instances"][0]
        return {
            "bucket": self("s3").list_buckets()["Buckets"][0]["Name"],
            "image": machine["ImageId"],
            "key": self("kms").create_key()["KeyMetadata"]["KeyId"],
            "other": other["SubnetId"],
            "role": self("iam").list_roles()["Roles"][0]["Arn"],
            "subnet": first["SubnetId"],
            "vpc": first["VpcId"],
            "zone": first["AvailabilityZone"],
        }

    def make(self, kind: Kind, number: int) -> str:
        """Make one, and say what it is known by."""
        facts = {**self._facts, "n": str(number)}
        service, _, method = kind.call.partition(".")
        answer = getattr(self(service), method)(**_filled(kind.with_, facts))
        told = str(_filled(kind.told, facts))
        if told.startswith("="):
            return told[1:]
        return str(jmespath.search(told, answer)).removeprefix("/hostedzone/")

    def make_all(self, *numbers: int) -> Iterator[tuple[str, str]]:
        """Make some of each kind."""
        for kind in KINDS:
            for number in numbers:
                yield kind.kind, self.make(kind, number)

    def permit(self) -> None:
        """Let the responder's role do everything: the printed policies are another test's."""
        everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [everything]})
        self("iam").put_role_policy(
            RoleName="ForensicsCollector", PolicyName="whole", PolicyDocument=document
        )

    def close(self) -> None:
        """Let the connections go."""
        for client in self._clients.values():
            client.close()


def _filled(value: Any, facts: Mapping[str, str]) -> Any:
    match value:
        case str():
            return _PLACE.sub(lambda found: facts.get(found[1], found[0]), value)
        case Mapping():
            return {name: _filled(inner, facts) for name, inner in value.items()}
        case list():
            return [_filled(inner, facts) for inner in value]
        case _:
            return value

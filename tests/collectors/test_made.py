"""Things that somebody made with boto3 in the drill: each is found, to the end of its chain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import boto3
import pytest

from forensics.collectors import catalogue
from forensics.drill.server import Drill
from forensics.model import Exchange, Outcome
from forensics.readiness import listing
from forensics.readiness.things import find
from tests.collectors.play import REGION, Play, Time, session_on

VICTIM = "222222222222"
COLLECTORS = (
    *(
        "auto_scaling",
        "backups",
        "cognito",
        "containers",
        "detection",
        "identity_center",
        "kms",
        "kubernetes",
    ),
    *("metrics", "organization", "quotas", "roles_anywhere", "secrets_metadata", "sharing", "support"),
    "systems_manager",
)
PERIOD = {"Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1, "Threshold": 1.0}


class Maker:
    """Makes things, as the root of the account."""

    def __init__(self, drill: Drill) -> None:
        keys = drill.root(VICTIM)
        self._options = {
            "region_name": REGION,
            "endpoint_url": drill.url,
            "aws_access_key_id": keys["AWS_ACCESS_KEY_ID"],
            "aws_secret_access_key": keys["AWS_SECRET_ACCESS_KEY"],
        }
        self._clients: dict[str, Any] = {}
        self.made: dict[str, set[str]] = defaultdict(set)

    def __call__(self, service: str) -> Any:
        """Give a client."""
        new: Any = boto3.client  # its stubs have an overload for each service's name, known beforehand
        if service not in self._clients:
            self._clients[service] = new(service, **self._options)
        return self._clients[service]

    def note(self, kind: str, *ids: str) -> None:
        """Say what was made."""
        self.made[kind].update(ids)

    def close(self) -> None:
        """Let the connections go."""
        for client in self._clients.values():
            client.close()


def _compute(aws: Maker) -> None:
    machine = aws("ec2").describe_instances()["Reservations"][0]["Instances"][0]
    role = aws("iam").list_roles()["Roles"][0]["Arn"]
    scaling, ecs, eks = aws("autoscaling"), aws("ecs"), aws("eks")
    scaling.create_launch_configuration(
        LaunchConfigurationName="lc", ImageId=machine["ImageId"], InstanceType="c5.metal"
    )
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="miners",
        LaunchConfigurationName="lc",
        MinSize=0,
        MaxSize=1,
        VPCZoneIdentifier=machine["SubnetId"],
    )
    aws.note("autoscaling:launchconfiguration", "lc")
    aws.note("autoscaling:autoscalinggroup", "miners")
    container = {"name": "xmrig", "image": "miner", "memory": 64}
    definition = ecs.register_task_definition(family="f", containerDefinitions=[container])
    cluster = ecs.create_cluster(clusterName="c")["cluster"]["clusterArn"]
    service = ecs.create_service(cluster="c", serviceName="s", taskDefinition="f", desiredCount=0)
    aws.note("ecs:task-definition", definition["taskDefinition"]["taskDefinitionArn"])
    aws.note("ecs:cluster", cluster)
    aws.note("ecs:service", service["service"]["serviceArn"])
    subnets = [machine["SubnetId"]]
    eks.create_cluster(name="k", roleArn=role, resourcesVpcConfig={"subnetIds": subnets})
    nodes = eks.create_nodegroup(clusterName="k", nodegroupName="ng", subnets=subnets, nodeRole=role)
    aws.note("eks:cluster", "k")
    aws.note("eks:nodegroup", nodes["nodegroup"]["nodegroupArn"])
    command = {"DocumentName": "AWS-RunShellScript", "Parameters": {"commands": ["id"]}}
    aws("ssm").send_command(InstanceIds=[machine["InstanceId"]], **command)
    compare = {"ComparisonOperator": "GreaterThanThreshold", "Namespace": "N", "MetricName": "m"}
    aws("cloudwatch").put_metric_alarm(AlarmName="quiet", **PERIOD, **compare)
    aws.note("cloudwatch:alarm", "quiet")


def _identity(aws: Maker) -> None:
    kms, org = aws("kms"), aws("organizations")
    for kind in ({}, {"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"}):
        aws.note("kms:key", kms.create_key(**kind)["KeyMetadata"]["KeyId"])
    aws("ssm").put_parameter(Name="/db/password", Value="hunter2-parameter", Type="SecureString")
    aws.note("ssm:parameter", "/db/password")
    secret = aws("secretsmanager").create_secret(Name="db", SecretString="hunter2-secret")
    aws.note("secretsmanager:secret", secret["ARN"])
    share = aws("ram").create_resource_share(name="out", principals=["999999999999"])
    aws.note("ram:resource-share", share["resourceShare"]["resourceShareArn"])
    pool = aws("cognito-identity").create_identity_pool(
        IdentityPoolName="p", AllowUnauthenticatedIdentities=True
    )
    aws.note("cognito-identity:identitypool", pool["IdentityPoolId"])
    org.create_organization(FeatureSet="ALL")
    parent = org.list_roots()["Roots"][0]["Id"]
    for name in ("a", "b", "c"):
        unit = org.create_organizational_unit(ParentId=parent, Name=name)
        parent = unit["OrganizationalUnit"]["Id"]
        aws.note("unit", parent)
    policy = org.create_policy(
        Content='{"Version": "2012-10-17", "Statement": []}',
        Description="d",
        Name="scp",
        Type="SERVICE_CONTROL_POLICY",
    )
    aws.note("organizations:policy", policy["Policy"]["PolicySummary"]["Id"])


def _watching(aws: Maker) -> None:
    role = aws("iam").list_roles()["Roles"][0]["Arn"]
    config, guard = aws("config"), aws("guardduty")
    config.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": role})
    config.put_config_rule(
        ConfigRule={
            "ConfigRuleName": "versions",
            "Source": {"Owner": "AWS", "SourceIdentifier": "S3_BUCKET_VERSIONING_ENABLED"},
        }
    )
    aws.note("config:configuration-recorder", "default")
    aws.note("config:config-rule", "versions")
    [detector] = guard.list_detectors()["DetectorIds"]
    guard.create_filter(DetectorId=detector, Name="hide", FindingCriteria={"Criterion": {}}, Action="ARCHIVE")
    aws.note("guardduty:detector", detector)
    aws("securityhub").enable_security_hub()
    aws("macie2").enable_macie()


def _stored(aws: Maker) -> None:
    backup, efs, subnet = aws("backup"), aws("efs"), aws("ec2").describe_subnets()["Subnets"][0]
    backup.create_backup_vault(BackupVaultName="v")
    aws.note("backup:backup-vault", "v")
    system = efs.create_file_system(CreationToken="t")["FileSystemId"]
    efs.create_access_point(ClientToken="t", FileSystemId=system)
    aws.note("elasticfilesystem:file-system", system)
    lustre = aws("fsx").create_file_system(
        FileSystemType="LUSTRE", StorageCapacity=1200, SubnetIds=[subnet["SubnetId"]]
    )
    aws.note("fsx:file-system", lustre["FileSystem"]["FileSystemId"])


SWEPT = ("codedeploy", "datapipeline", "ivs", "mq", "pipes")
"""Services of which the sweep alone lists anything: few questions each."""


def _swept(aws: Maker) -> None:
    role = aws("iam").list_roles()["Roles"][0]["Arn"]
    aws("codedeploy").create_application(applicationName="d", computePlatform="Server")
    aws.note("codedeploy:application", "d")
    pipeline = aws("datapipeline").create_pipeline(name="p", uniqueId="p")
    aws.note("datapipeline:pipeline", pipeline["pipelineId"])
    aws.note("ivs:channel", aws("ivs").create_channel(name="i")["channel"]["arn"])
    user = {"Username": "admin", "Password": "hunter2-broker-hunter2"}
    broker = aws("mq").create_broker(
        BrokerName="b",
        EngineType="ACTIVEMQ",
        EngineVersion="5.15",
        HostInstanceType="mq.t3.micro",
        DeploymentMode="SINGLE_INSTANCE",
        PubliclyAccessible=False,
        AutoMinorVersionUpgrade=False,
        Users=[user],
    )
    aws.note("mq:broker", broker["BrokerId"])
    queue = f"arn:aws:sqs:{REGION}:{VICTIM}:q"
    aws("pipes").create_pipe(Name="p", Source=queue, Target=queue, RoleArn=role)
    aws.note("pipes:pipe", "p")


Made = tuple[Play, Mapping[str, set[str]]]


@pytest.fixture(scope="module")
def made(one_drill: Drill) -> Iterator[Made]:
    """Make them all, and run every row that could see them once."""
    one_drill.reset()
    one_drill.limit_lookups(on=False)
    aws = Maker(one_drill)
    for make in (_compute, _identity, _watching, _stored, _swept):
        make(aws)
    aws.close()
    play = Play(session_on(one_drill), Time(real=0.2))
    sources = catalogue.sources()
    rows = {name for name, (collector, _) in sources.items() if collector.name in COLLECTORS}
    play.run(*rows, *(parent for row in rows for parent in sources[row][1].parents))
    # As the root: the responder of the drill may not ask what only the sweep does.
    keys = one_drill.root(VICTIM)
    root = {"access_key": keys["AWS_ACCESS_KEY_ID"], "secret_key": keys["AWS_SECRET_ACCESS_KEY"]}
    sweep = Play(session_on(one_drill, credentials=root), Time(real=0.2))
    sweep.run(*(f"{service}.Sweep" for service in SWEPT))
    play.records += sweep.records
    yield play, aws.made
    one_drill.reset()


def test_no_gap(made: Made) -> None:
    """Whatever is there was asked for and answered."""
    assert made[0].gaps() == []


def test_each_is_listed(made: Made) -> None:
    """By what its row says that it lists: this is what `ready` looks for."""
    play, expected = made
    found: dict[str, set[str]] = defaultdict(set)
    rows = listing.rows()
    for exchange in play.of(Exchange):
        document = exchange.document()
        lists = rows.get(f"{exchange.source.service}.{document['request']['operation']}", ())
        for thing in find(document, lists, exchange.source) if exchange.status == 200 else ():
            found[thing.kind].add(thing.id)
    missing = {kind: ids - found[kind] for kind, ids in expected.items() if kind != "unit"}
    assert {kind: ids for kind, ids in missing.items() if ids} == {}


@pytest.mark.parametrize(
    ("row", "parameters"),
    [
        ("ecs.DescribeTaskDefinition", {"include": ["TAGS"]}),
        ("ecs.DescribeServices", {"include": ["TAGS"]}),
        ("eks.DescribeNodegroup", {"clusterName": "k", "nodegroupName": "ng"}),
        ("eks.ListAccessEntries", {"clusterName": "k"}),
        ("autoscaling.DescribeLifecycleHooks", {"AutoScalingGroupName": "miners"}),
        ("guardduty.GetFilter", {"FilterName": "hide"}),
        ("backup.ListRecoveryPointsByBackupVault", {"BackupVaultName": "v"}),
        ("kms.GetKeyRotationStatus", {}),
        ("organizations.DescribePolicy", {}),
        ("cognito-identity.GetIdentityPoolRoles", {}),
        ("secretsmanager.GetResourcePolicy", {}),
        ("efs.DescribeFileSystemPolicy", {}),
    ],
)
def test_chains(made: Made, row: str, parameters: Mapping[str, Any]) -> None:
    """A row that asks about names asks about each that there is, with what it carries along."""
    asked = [exchange.parameters for exchange in made[0].of(Exchange) if exchange.source.name == row]
    assert any(parameters.items() <= request.items() for request in asked)


def test_the_tree_of_an_organization_is_asked_to_its_leaves(made: Made) -> None:
    """Each unit was asked for the units in it."""
    play, expected = made
    row = "organizations.ListOrganizationalUnitsForParent"
    asked = {exchange.parameters["ParentId"] for exchange in play.of(Exchange) if exchange.source.name == row}
    assert asked > expected["unit"]


def test_only_a_key_that_can_be_renewed_is_asked_whether_it_is(made: Made) -> None:
    """The other has no answer but an error."""
    row = "kms.GetKeyRotationStatus"
    asked = [exchange for exchange in made[0].of(Exchange) if exchange.source.name == row]
    assert len({exchange.parameters["KeyId"] for exchange in asked}) == 1


def test_no_secret_is_read(made: Made) -> None:
    """Neither a secret's value nor a parameter's is in anything that is kept."""
    kept = b"".join(exchange.body for exchange in made[0].of(Exchange))
    assert b"hunter2" not in kept
    assert b"/db/password" in kept


def test_what_is_on_is_collected(made: Made) -> None:
    """What was absent before somebody switched it on is an answer now."""
    for row in ("macie2.GetMacieSession", "securityhub.DescribeHub", "organizations.ListRoots"):
        assert made[0].coverage[row].outcome is Outcome.COLLECTED

"""What a Terraform plan destroys, and plans that cannot be."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from forensics.errors import UsageError
from forensics.readiness import listing, terraform, terraform_types
from forensics.readiness.naming import Named
from forensics.readiness.terraform_types import ELSEWHERE, TYPES
from tests.each import for_each

ACCOUNT = "222222222222"


def change(kind: str, actions: list[str], before: Any, **more: Any) -> dict[str, Any]:
    """Give one change of a plan."""
    whole = {"actions": actions, "before": before, "after": None}
    return {"address": f"{kind}.x", "mode": "managed", "type": kind, "change": whole, **more}


def plan(tmp_path: Path, *changes: Any, **more: Any) -> Path:
    """Write a plan."""
    path = tmp_path / "plan.json"
    document = {"format_version": "1.2", "resource_changes": list(changes), **more}
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_what_is_destroyed(tmp_path: Path) -> None:
    """Deleted and replaced things count, by kind and id; those made, changed, read or elsewhere do not."""
    arn = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/i-1"
    path = plan(
        tmp_path,
        change("aws_instance", ["delete"], {"id": "i-1", "arn": arn}),
        change("aws_ebs_volume", ["delete", "create"], {"id": "vol-1", "availability_zone": "eu-west-1a"}),
        change("aws_s3_bucket", ["create", "delete"], {"bucket": "logs", "region": "eu-west-2"}),
        change("aws_iam_role_policy", ["delete"], {"id": "web:inline", "role": "web"}),
        change("aws_instance", ["update"], {"id": "i-2"}),
        change("aws_instance", ["create"], None),
        change("aws_ami", ["delete"], {"id": "ami-1"}, mode="data"),
        change("random_id", ["delete"], {"id": "x"}),
    )
    assert terraform.destroyed(path, [ACCOUNT]) == [
        Named("aws_instance.x", "i-1", "ec2:instance", region="eu-west-1", arn=arn, account=ACCOUNT),
        Named("aws_ebs_volume.x", "vol-1", "ec2:volume", region="eu-west-1"),
        Named("aws_s3_bucket.x", "logs", "s3:bucket", region="eu-west-2"),
        Named("aws_iam_role_policy.x", "web", "iam:role"),
    ]


def test_a_plan_that_destroys_nothing(tmp_path: Path) -> None:
    """Terraform leaves the list out where there is nothing at all."""
    path = tmp_path / "plan.json"
    path.write_text('{"format_version": "1.2", "planned_values": {}}', encoding="utf-8")
    assert terraform.destroyed(path, [ACCOUNT]) == []


def test_what_is_put_off(tmp_path: Path) -> None:
    """What Terraform will destroy only in a later step is destroyed too."""
    vpc = change("aws_vpc", ["delete"], {"id": "vpc-1"})
    path = plan(tmp_path, deferred_changes=[{"reason": "instance_count_unknown", "resource_change": vpc}])
    assert [one.id for one in terraform.destroyed(path, [ACCOUNT])] == ["vpc-1"]


@pytest.mark.parametrize(
    ("kind", "before", "unknown"),
    [
        ("aws_quantum_computer", {"id": "q"}, "a type that is not known to us"),
        ("azurerm_resource_group", {"id": "q"}, "a type that is not known to us"),
        ("aws_instance", {}, "the plan does not say its id"),
        ("aws_instance", {"id": 7}, "the plan does not say its id"),
        ("aws_instance", None, "the plan does not say its id"),
    ],
)
def test_what_is_not_known(tmp_path: Path, kind: str, before: Any, unknown: str) -> None:
    """What nobody here can name is named by its address: not ready, and never passed over."""
    (one,) = terraform.destroyed(plan(tmp_path, change(kind, ["delete"], before)), [ACCOUNT])
    assert one.text == f"{kind}.x"
    assert unknown in one.unknown


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is no JSON"),
        ("{", "is no JSON"),
        ("[]", "is no Terraform plan"),
        ("{}", "is no Terraform plan"),
        ('{"format_version": 1}', "is no Terraform plan"),
        ('{"format_version": "1.2", "resource_changes": {}}', "is no Terraform plan"),
        ('{"format_version": "1.2", "resource_changes": [7]}', "is no Terraform plan"),
        ('{"format_version": "1.2", "resource_changes": [{"type": "aws_vpc"}]}', "is no Terraform plan"),
        # What `terraform show -json` prints of a state, or where there is neither: it destroys nothing.
        ('{"format_version": "1.0", "values": {"root_module": {}}}', "but perhaps a state"),
        ('{"format_version": "1.0"}', "but perhaps a state"),
        ('{"format_version": "1.2", "resource_changes": [], "errored": true}', "is a plan that failed"),
        ('{"format_version": "1.2", "resource_changes": [], "deferred_changes": [7]}', "a change without"),
        ('{"format_version": "1.2", "resource_changes": [], "deferred_changes": 7}', "is no Terraform plan"),
        ('{"AWSTemplateFormatVersion": "2010-09-09", "Resources": {}}', "is CloudFormation's or the CDK's"),
        ('{"Resources": {}}', "is CloudFormation's or the CDK's"),
        ('{"ChangeSetName": "x", "Changes": []}', "is CloudFormation's or the CDK's"),
        ('{"version": "tree-0.1", "tree": {}}', "is CloudFormation's or the CDK's"),
        ('{"version": "36.0.0", "artifacts": {}}', "is CloudFormation's or the CDK's"),
        ('{"steps": [], "changeSummary": {}}', "is Pulumi's"),
        ("AWSTemplateFormatVersion: 2010-09-09\nResources: {}\n", "is no JSON"),
        ('{"@level": "info", "type": "version"}\n{"type": "planned_change"}', "is no JSON"),
        ("PK\x03\x04 and what a zip has", "is a plan as Terraform keeps it"),
        ("[" * 200_000, "is no JSON"),
        ("\x00\xff", "is no JSON"),
    ],
)
def test_no_plan(tmp_path: Path, text: str, message: str) -> None:
    """Anything else is refused in one line."""
    path = tmp_path / "plan.json"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(UsageError, match=message) as caught:
        terraform.destroyed(path, [ACCOUNT])
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("actions", ["delete", ["delete", 7], ["destroy"], [["delete"]], None, {"delete": 1}])
def test_actions_that_nobody_knows(tmp_path: Path, actions: Any) -> None:
    """What a change does is in words that are known, or it is no plan: it may destroy."""
    path = plan(tmp_path, change("aws_vpc", actions, {"id": "vpc-1"}))
    with pytest.raises(UsageError, match="is no Terraform plan"):
        terraform.destroyed(path, [ACCOUNT])


@pytest.mark.parametrize(
    "before",
    [
        {"id": "i-1", "arn": "arn:aws:ec2:eu-west-1:333333333333:instance/i-1"},
        {"id": "vpc-1", "owner_id": "333333333333"},
    ],
)
def test_a_plan_of_another_account(tmp_path: Path, before: dict[str, str]) -> None:
    """What the plan destroys is elsewhere, so this case says nothing of it."""
    path = plan(tmp_path, change("aws_instance", ["delete"], before))
    with pytest.raises(UsageError, match=r"is of account '?333333333333"):
        terraform.destroyed(path, [ACCOUNT])


def test_a_plan_of_200_megabytes(tmp_path: Path) -> None:
    """It is refused in one line before it is read, and the hint says how to cut it down."""
    path = tmp_path / "plan.json"
    with path.open("wb") as file:
        os.truncate(file.fileno(), 200 << 20)
    with pytest.raises(UsageError, match=f"has {200 << 20} bytes, and at most") as caught:
        terraform.destroyed(path, [ACCOUNT])
    assert caught.value.hint is not None
    assert caught.value.hint.startswith("jq ")


def test_what_is_cut_down_destroys_as_much(tmp_path: Path) -> None:
    """What the hint's command leaves of a plan has what is put off too, and whether it failed."""
    vpcs = [change("aws_vpc", ["delete"], {"id": f"vpc-{number}"}, unread="x") for number in (1, 2)]
    later = [{"reason": "provider_config_unknown", "resource_change": vpcs[1]}]

    def cut(**more: Any) -> Path:
        whole, cut = plan(tmp_path, vpcs[0], **more), tmp_path / "cut.json"
        (program,) = re.findall("jq '(.*)'", terraform._CUT)
        cut.write_bytes(subprocess.run(["jq", program, whole], check=True, capture_output=True).stdout)
        return cut

    assert [one.id for one in terraform.destroyed(cut(), [ACCOUNT])] == ["vpc-1"]
    found = terraform.destroyed(cut(deferred_changes=later), [ACCOUNT])
    assert [one.id for one in found] == ["vpc-1", "vpc-2"]
    with pytest.raises(UsageError, match="is a plan that failed"):
        terraform.destroyed(cut(errored=True), [ACCOUNT])


def test_too_many_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More changes than anybody plans are refused."""
    monkeypatch.setattr(terraform, "MAX_CHANGES", 1)
    path = plan(tmp_path, *[change("aws_vpc", ["delete"], {"id": "vpc-1"})] * 2)
    with pytest.raises(UsageError, match="has 2 changes"):
        terraform.destroyed(path, [ACCOUNT])


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_no_file(tmp_path: Path, kind: str) -> None:
    """A path that is not there, or is a folder, is said so."""
    path = tmp_path if kind == "folder" else tmp_path / "nothing"
    with pytest.raises(UsageError, match=r"is no file|no such file"):
        terraform.destroyed(path, [ACCOUNT])


def test_attributes_are_the_provider_s() -> None:
    """Each type is one of the provider's, and has the attribute: list of version 6.25.0, by its schema."""
    lines = Path(__file__).with_name("terraform_attributes.txt").read_text().splitlines()
    known = {kind: set(attributes) for kind, *attributes in map(str.split, lines)}
    assert {kind: at for kind, (_, at) in TYPES.items() if at not in known.get(kind, ())} == {}


def test_the_table() -> None:
    """Types are Terraform's, each once; kinds are what rows list; and no type is in both tables."""
    kinds = {thing.kind for lists in listing.rows().values() for thing in lists}
    names = [name for _, _, names in terraform_types._BY_ATTRIBUTE for name in names.split()]
    assert len(names) == len(set(names)) == len(TYPES) >= 800
    for kind, (thing, attribute) in TYPES.items():
        assert re.fullmatch(r"aws_[a-z0-9_]+", kind)
        assert thing in kinds
        assert re.fullmatch(r"[a-z_]+", attribute)
    assert not TYPES.keys() & ELSEWHERE


HERE = "eu-west-1"


def arn(service: str, resource: str, region: str = HERE) -> str:
    """Give an ARN of the account."""
    return f"arn:aws:{service}:{region}:{ACCOUNT}:{resource}"


SHOWN: list[tuple[str, dict[str, Any], tuple[str, str, str]]] = [
    # What Terraform shows of a type; then kind, id and ARN of the thing as the rows list it.
    ("aws_acm_certificate", {"arn": arn("acm", "certificate/c")}, ("acm:certificate", "", "certificate/c")),
    (
        "aws_api_gateway_stage",
        {
            "rest_api_id": "a1",
            "id": "ags-a1-prod",
            "arn": "arn:aws:apigateway:eu-west-1::/restapis/a1/stages/prod",
        },
        ("apigateway:restapi", "a1", ""),
    ),
    ("aws_athena_workgroup", {"name": "primary", "id": "primary"}, ("athena:workgroup", "primary", "")),
    (
        "aws_backup_plan",
        {"id": "p-1", "arn": arn("backup", "backup-plan:p-1"), "name": "daily"},
        ("backup:backup-plan", "p-1", "backup-plan:p-1"),
    ),
    (
        "aws_codecommit_repository",
        {"repository_name": "orders", "repository_id": "u-1", "arn": arn("codecommit", "orders")},
        ("codecommit:repository", "orders", ""),
    ),
    (
        "aws_elasticache_cluster",
        {"cluster_id": "c", "arn": arn("elasticache", "cluster:c")},
        ("elasticache:cluster", "c", "cluster:c"),
    ),
    (
        "aws_elasticache_replication_group",
        {"replication_group_id": "g", "arn": arn("elasticache", "replicationgroup:g")},
        ("elasticache:replicationgroup", "g", "replicationgroup:g"),
    ),
    (
        "aws_glue_catalog_database",
        {"name": "d", "id": f"{ACCOUNT}:d", "catalog_id": ACCOUNT, "arn": arn("glue", "database/d")},
        ("glue:database", "d", ""),
    ),
    ("aws_glue_job", {"name": "j", "id": "j", "arn": arn("glue", "job/j")}, ("glue:job", "j", "")),
    ("aws_msk_cluster", {"arn": arn("kafka", "cluster/k/u")}, ("kafka:cluster", "", "cluster/k/u")),
    (
        "aws_kinesis_stream",
        {"name": "s", "id": arn("kinesis", "stream/s"), "arn": arn("kinesis", "stream/s")},
        ("kinesis:stream", "s", "stream/s"),
    ),
    (
        "aws_db_subnet_group",
        {"name": "main", "id": "main", "arn": arn("rds", "subgrp:main")},
        ("rds:subgrp", "main", "subgrp:main"),
    ),
    (
        "aws_lb",
        {"arn": arn("elasticloadbalancing", "loadbalancer/app/l/1"), "name": "l"},
        ("elasticloadbalancing:loadbalancer", "", "loadbalancer/app/l/1"),
    ),
    (
        "aws_lb_listener_rule",
        {"arn": arn("elasticloadbalancing", "listener-rule/app/l/1/2/3")},
        ("elasticloadbalancing:listener-rule", "", "listener-rule/app/l/1/2/3"),
    ),
    (
        "aws_lambda_function",
        {"function_name": "f", "id": "f", "arn": arn("lambda", "function:f")},
        ("lambda:function", "f", "function:f"),
    ),
    (
        "aws_lambda_layer_version",
        {"layer_name": "l", "arn": arn("lambda", "layer:l:3"), "layer_arn": arn("lambda", "layer:l")},
        ("lambda:layer", "l", "layer:l"),
    ),
    (
        "aws_sqs_queue",
        {"url": "https://sqs/q", "id": "https://sqs/q", "arn": arn("sqs", "q")},
        ("sqs:queue", "https://sqs/q", ""),
    ),
    ("aws_sqs_queue_policy", {"queue_url": "https://sqs/q"}, ("sqs:queue", "https://sqs/q", "")),
    ("aws_sns_topic", {"arn": arn("sns", "t"), "id": arn("sns", "t")}, ("sns:topic", "", "t")),
    ("aws_sns_topic_policy", {"arn": arn("sns", "t")}, ("sns:topic", "", "t")),
    (
        "aws_dynamodb_table",
        {"name": "t", "id": "t", "arn": arn("dynamodb", "table/t")},
        ("dynamodb:table", "t", ""),
    ),
    (
        "aws_ecs_service",
        {"id": arn("ecs", "service/c/s"), "name": "s", "cluster": arn("ecs", "cluster/c")},
        ("ecs:service", "", "service/c/s"),
    ),
    (
        "aws_ecs_cluster_capacity_providers",
        {"cluster_name": "c", "id": "c"},
        ("ecs:cluster", "", "cluster/c"),
    ),
    ("aws_eks_cluster", {"name": "k", "id": "k", "arn": arn("eks", "cluster/k")}, ("eks:cluster", "k", "")),
    ("aws_eks_addon", {"cluster_name": "k", "arn": arn("eks", "addon/k/a/u")}, ("eks:cluster", "k", "")),
    (
        "aws_cloudwatch_log_group",
        {"name": "/aws/f", "id": "/aws/f", "arn": arn("logs", "log-group:/aws/f")},
        ("logs:log-group", "/aws/f", "log-group:/aws/f:*"),
    ),
    (
        "aws_cloudwatch_event_target",
        {"rule": "nightly", "id": "nightly-t", "arn": arn("lambda", "function:f")},
        ("events:rule", "", "rule/nightly"),
    ),
    (
        "aws_kms_key",
        {"key_id": "k-1", "id": "k-1", "arn": arn("kms", "key/k-1")},
        ("kms:key", "k-1", "key/k-1"),
    ),
    (
        "aws_kms_alias",
        {"name": "alias/a", "arn": arn("kms", "alias/a"), "target_key_id": "k-1"},
        ("kms:alias", "alias/a", "alias/a"),
    ),
    (
        "aws_secretsmanager_secret_version",
        {"secret_id": arn("secretsmanager", "secret:s-1"), "arn": arn("secretsmanager", "secret:s-1")},
        ("secretsmanager:secret", "", "secret:s-1"),
    ),
    (
        "aws_ssm_parameter",
        {"name": "/db", "id": "/db", "arn": arn("ssm", "parameter/db")},
        ("ssm:parameter", "/db", "parameter/db"),
    ),
    (
        "aws_route53_zone",
        {"zone_id": "Z1", "arn": "arn:aws:route53:::hostedzone/Z1"},
        ("route53:hostedzone", "Z1", ""),
    ),
    ("aws_route53_record", {"zone_id": "Z1", "id": "Z1_a_A"}, ("route53:hostedzone", "Z1", "")),
    (
        "aws_iam_virtual_mfa_device",
        {"arn": arn("iam", "mfa/root", ""), "virtual_mfa_device_name": "root"},
        ("iam:mfa", arn("iam", "mfa/root", ""), ""),
    ),
    ("aws_s3_bucket_lifecycle_configuration", {"bucket": "b", "id": "b"}, ("s3:bucket", "b", "")),
    (
        "aws_redshift_cluster",
        {"cluster_identifier": "r", "arn": arn("redshift", "cluster:r")},
        ("redshift:cluster", "r", "namespace:u"),
    ),
]


@for_each(SHOWN, lambda shown: shown[0])
def test_what_terraform_shows_is_what_aws_lists(
    shown: tuple[str, dict[str, Any], tuple[str, str, str]],
) -> None:
    """A type is found again among the things that are alive, and is no other thing of its kind."""
    kind, before, (listed, identifier, resource) = shown
    with TemporaryDirectory() as folder:
        (one,) = terraform.destroyed(plan(Path(folder), change(kind, ["delete"], before)), [ACCOUNT])
    service = listed.partition(":")[0]
    itself = arn(service, resource) if resource else ""
    assert one.unknown == ""
    assert one.fits(listed, identifier or itself, HERE, itself)
    assert not one.fits(listed, "another", HERE, arn(service, "another") if itself else "")
    assert not one.fits("ec2:nothing", identifier or itself, HERE, itself)

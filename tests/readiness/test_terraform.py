"""What a Terraform plan destroys, and plans that cannot be."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from forensics.errors import UsageError
from forensics.readiness import terraform
from forensics.readiness.naming import Named
from forensics.readiness.terraform_types import ELSEWHERE, TYPES

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


def test_the_table() -> None:
    """Types are Terraform's, kinds are a service and a type, and no type is in both tables."""
    assert len(TYPES) >= 80
    for kind, (thing, attribute) in TYPES.items():
        assert re.fullmatch(r"aws_[a-z0-9_]+", kind)
        assert re.fullmatch(r"[a-z0-9-]+:[a-z0-9-]+", thing)
        assert re.fullmatch(r"[a-z_]+", attribute)
    assert not TYPES.keys() & ELSEWHERE

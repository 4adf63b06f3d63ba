"""Every row, held against botocore's models: the table is the program."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import botocore.session
import botocore.validate
from botocore.model import OperationModel

from forensics.aws import codes as codes_module
from forensics.aws import paging
from forensics.collectors import catalogue
from forensics.collectors.listed import LISTED
from forensics.collectors.spec import Call, Each, Reach, Step, Thing
from forensics.collectors.sweep import OPERATION
from tests.collectors import typed
from tests.each import for_each

SESSION = botocore.session.Session()
SOURCES = {name: source for name, (_, source) in catalogue.sources().items()}
CALLS = {name: source for name, source in SOURCES.items() if isinstance(source, Call)}
STEPS = {name: source for name, source in SOURCES.items() if isinstance(source, Step)}
CHILDREN = {name: call for name, call in CALLS.items() if call.parents}
SWEPT = {f"{service}.{name}": thing for service, of in LISTED.items() for name, thing in of.items()}
LISTS = [(name, thing) for name, call in CALLS.items() for thing in call.lists] + list(SWEPT.items())

READS = ("BatchGet", "Describe", "Get", "List", "Search", "Select")

DOCUMENTS = {"apigateway.GetExport"}
"""Answers that the models call streams, and that are read whole, within the bound of all bodies."""

S3_CODES = frozenset(
    {
        "NoSuchBucketPolicy", "NoSuchCORSConfiguration", "NoSuchLifecycleConfiguration",
        "NoSuchPublicAccessBlockConfiguration", "NoSuchTagSet", "NoSuchTagSetError",
        "NoSuchWebsiteConfiguration", "ObjectLockConfigurationNotFound",
        "ObjectLockConfigurationNotFoundError", "OwnershipControlsNotFoundError",
        "ReplicationConfigurationNotFoundError", "ServerSideEncryptionConfigurationNotFoundError",
    }
)  # fmt: skip
"""
Words of S3 for what is not configured: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html.

Terraform's provider matches each too, in internal/service/s3/errors.go; that of object locks, both ways.
"""

UNMODELLED = {
    # Console output by AWS's own message, as clients quote it; the screen's is from memory.
    "ec2.GetConsoleOutput": {"UnsupportedOperation"},
    "ec2.GetConsoleScreenshot": {"UnsupportedOperation"},
    # The same page of errors, for access grants; for policies, internal/service/s3control/errors.go.
    "s3control.GetAccessPointPolicy": {"NoSuchAccessPointPolicy"},
    "s3control.ListAccessGrants": {"AccessGrantsInstanceNotExistsError"},
}
"""Codes of operations that their models have no errors of, beside S3's."""
NO_PLAN = {"SubscriptionRequiredException"}
"""Of Support and Health, whose models leave it out: «Premium Support Subscription is required»."""

NO_PAGES = {"LockToken", "contentDisposition"}
"""What is called like the token of a page, and is for whoever would change a thing, or for a browser."""

NEVER = (
    r"ec2\.GetPasswordData",
    r"ec2\.GetConsoleScreenshot\b.*WakeUp': True",
    r"secretsmanager\.(Batch)?GetSecretValue",
    r"ssm\.GetParameter",
    r"sts\.Get(SessionToken|FederationToken|AccessKeyInfo)",
    r"ecr\.GetAuthorizationToken",
    r"lightsail\.GetInstanceAccessDetails",
    r"sqs\.ReceiveMessage",
    r"kms\.(Decrypt|Generate|Get\w*Random)",
    r"\.(Delete|Terminate|Stop|Detach|Disable|Reboot|Deregister|Unlock|Revoke|Cancel)",
)
"""What this tool never asks for, whatever a row says."""

CHANGES = r"\.(Put|Update|Modify)"
"""What it does not ask for by itself."""

MUTATIONS = {"ec2.CreateSnapshot", "ec2.CreateSnapshots"}
"""What a run writes to AWS by itself."""

ASKED_FOR = {
    "autoscaling.SetInstanceProtection": ("scaling",),
    "autoscaling.SuspendProcesses": ("scaling",),
    "ec2.CopySnapshot": ("copy",),
    "ec2.LockSnapshot": ("lock",),
    "ec2.ModifyInstanceAttribute": ("termination", "delete-on-termination"),
    "logs.PutRetentionPolicy": ("log-retention",),
}
"""What it writes only where an option says so, and which."""

STREAMS = {
    "apigateway.AccessLogs",
    "apigatewayv2.AccessLogs",
    "bedrock.InvocationLogs",
    "cloudfront.AccessLogs",
    "cloudfront.StandardLogs",
    "cloudtrail.DigestFiles",
    "cloudtrail.FormerLogFiles",
    "cloudtrail.LatestEvents",
    "cloudtrail.LogFiles",
    "cloudtrail.LookupEvents",
    "cloudtrail.SuspectEvents",
    "codebuild.BuildLogs",
    "ec2.FlowLogFiles",
    "ec2.SnapshotProgress",
    "ec2.VerifiedAccessLogs",
    "elb.AccessLogs",
    "elbv2.AccessLogs",
    "emr.ClusterLogs",
    "globalaccelerator.FlowLogs",
    "kafka.BrokerLogs",
    "logs.FilterLogEvents",
    "logs.VendedLogs",
    "network-firewall.FirewallLogs",
    "rds.DownloadDBLogFilePortion",
    "redshift.AuditLogs",
    "route53resolver.QueryLogs",
    "s3.ServerAccessLogs",
    "vpc-lattice.AccessLogs",
    "wafv2.GlobalWebACLLogs",
    "wafv2.GlobalWebACLs",
    "wafv2.WebACLLogs",
}
"""Steps that only read, whatever their names begin with."""

MUST = (
    "ec2.DescribeInstances",
    "ec2.DescribeInstanceStatus",
    "ec2.DescribeInstanceAttribute",
    "ec2.GetConsoleOutput",
    "ec2.GetConsoleScreenshot",
    "ec2.DescribeVolumes",
    "ec2.DescribeAddresses",
    "ec2.DescribeNetworkInterfaces",
    "ec2.DescribeIamInstanceProfileAssociations",
    "ec2.DescribeVpcs",
    "ec2.DescribeSubnets",
    "ec2.DescribeSecurityGroups",
    "ec2.DescribeSecurityGroupRules",
    "ec2.DescribeNetworkAcls",
    "ec2.DescribeRouteTables",
    "ec2.DescribeInternetGateways",
    "ec2.DescribeNatGateways",
    "ec2.DescribeVpcEndpoints",
    "ec2.DescribeVpcPeeringConnections",
    "ec2.DescribeFlowLogs",
    "iam.GetAccountAuthorizationDetails",
    "iam.GetAccountSummary",
    "iam.ListUsers",
    "iam.ListAccessKeys",
    "iam.GetAccessKeyLastUsed",
    "iam.GetLoginProfile",
    "iam.ListMFADevices",
    "iam.ListSSHPublicKeys",
    "iam.ListSigningCertificates",
    "iam.ListServiceSpecificCredentials",
    "iam.ListSAMLProviders",
    "iam.ListOpenIDConnectProviders",
    "iam.ListInstanceProfiles",
    "iam.GetAccountPasswordPolicy",
    "iam.ListPolicyVersions",
    "iam.GenerateCredentialReport",
    "iam.GetCredentialReport",
    "cloudtrail.DescribeTrails",
    "cloudtrail.GetTrailStatus",
    "cloudtrail.GetEventSelectors",
    "cloudtrail.ListPublicKeys",
    "cloudtrail.ListEventDataStores",
    "cloudtrail.LookupEvents",
    "cloudtrail.SuspectEvents",
    "cloudtrail.LatestEvents",
    "cloudtrail.DigestFiles",
    "cloudtrail.FormerLogFiles",
    "cloudtrail.LogFiles",
    "ec2.FlowLogFiles",
    "ec2.DescribeImages",
    "ec2.DescribeImageAttribute",
    "ec2.DescribeSnapshots",
    "ec2.DescribeSnapshotAttribute",
    "ec2.CreateSnapshots",
    "ec2.CreateSnapshot",
)
"""Rows that no account should be taken down without."""


@cache
def model(name: str) -> OperationModel:
    """Return botocore's model of a row's operation."""
    service, _, operation = name.partition(".")
    operation = getattr(SOURCES.get(name), "asks", "") or operation
    return SESSION.get_service_model(service).operation_model(operation)


def members(name: str) -> Mapping[str, Any]:
    """Return the parameters that a row's operation knows."""
    shape = model(name).input_shape
    return shape.members if shape is not None else {}


def named(each: Each) -> set[str]:
    """Return the parameters that a select gives, all of whose path is in the model of the parent's answer."""
    return typed.keys(select_of(each), model(each.row).output_shape) - {each.place}


def select_of(each: Each) -> str:
    """Return a select as a task of one region has it."""
    return each.select.replace("{others}", '["eu-west-1"]').replace("{account}", "123456789012")


def bound_by(call: Call) -> set[str]:
    """Return the parameters that each of a row's parents gives."""
    given = [named(each) | set(each.carry) for each in call.parents.values()]
    assert all(one == given[0] for one in given)
    return given[0] if given else set()


def example(name: str, parameter: str) -> Any:
    """Give a value of a parameter's type."""
    shape = members(name)[parameter]
    if shape.type_name in {"integer", "long"}:
        return 1
    least, most = (int(shape.metadata.get(bound, 0)) for bound in ("min", "max"))
    return "arn:aws:x:eu-west-1:123456789012:y".ljust(least, "y")[: most or None]


@for_each(MUST)
def test_what_a_responder_expects_is_there(name: str) -> None:
    """A row that is dropped by mistake is missed here."""
    assert name in SOURCES


@for_each(sorted(CALLS))
def test_a_row_reads(name: str) -> None:
    """Its verb is a reading one, its operation exists, and its answer is no stream."""
    assert CALLS[name].operation.startswith(READS)
    assert model(name).has_streaming_output is (name in DOCUMENTS)


@for_each(sorted(CALLS))
def test_parameters_are_valid(name: str) -> None:
    """Botocore's own validator takes every variant, once the names are bound."""
    call = CALLS[name]
    values: dict[str, Any] = {bound: example(name, bound) for bound in bound_by(call)}
    for each in call.parents.values():
        [given] = typed.gives(select_of(each), model(each.row).output_shape)
        nested = {name: kind for name, kind in given.items() if isinstance(kind, Mapping)}
        values.update({name: typed.sample(kind) for name, kind in nested.items()})
    if call.batch is not None:
        values[call.batch.parameter] = [values[call.batch.parameter]] * call.batch.most
    for variant in call.params:
        request = {**values, **variant}
        shape = model(name).input_shape
        assert shape is not None or not request
        if shape is not None:
            report = botocore.validate.ParamValidator().validate(request, shape)
            assert not report.has_errors(), report.generate_report()


@for_each(sorted(CHILDREN))
def test_names_are_parameters(name: str) -> None:
    """What a select gives is what the operation takes, all that it requires, and nothing twice."""
    call = CHILDREN[name]
    bound = bound_by(call)
    assert bound
    assert bound <= set(members(name))
    shape = model(name).input_shape
    assert shape is not None
    for variant in call.params:
        assert set(shape.required_members) <= bound | set(variant)
        assert not bound & set(variant)


@for_each(sorted(CHILDREN))
def test_a_parent_is_a_row_of_the_same_place(name: str) -> None:
    """A region's row asks about names of that region, or of the account."""
    call = CHILDREN[name]
    for each in call.parents.values():
        parent = CALLS[each.row]
        assert parent.reach is call.reach or parent.reach is Reach.GLOBAL
        assert set(each.carry) <= set(members(parent.name))


@for_each(sorted(name for name, call in CALLS.items() if call.batch or call.deeper))
def test_what_is_asked_together_or_again(name: str) -> None:
    """A batch is a list that a parent names, no bigger than the model allows; a tree gives parameters."""
    call = CALLS[name]
    if call.batch is not None:
        assert call.batch.parameter in bound_by(call)
        shape = members(name)[call.batch.parameter]
        assert shape.type_name == "list"
        assert 1 < call.batch.most <= shape.metadata.get("max", call.batch.most)
    if call.deeper:
        assert typed.keys(call.deeper, model(name).output_shape) <= bound_by(call)


@for_each(sorted(name for name, call in CALLS.items() if call.failed))
def test_what_could_not_be_told_has_a_code(name: str) -> None:
    """It is read from where the model has it."""
    assert "code" in typed.keys(CALLS[name].failed, model(name).output_shape)


@for_each(sorted(CALLS))
def test_a_list_that_has_pages_is_read_to_its_end(name: str) -> None:
    """An answer with anything like a token is one whose next page we know how to ask for."""
    shape = model(name).output_shape
    tokens = [
        member
        for member in getattr(shape, "members", ())
        if member not in NO_PAGES and re.search(r"token|marker|position", member, re.IGNORECASE)
    ]
    known = paging.paging(SESSION, CALLS[name].service, model(name).name)
    assert bool(tokens) <= bool(known.inputs), tokens


@for_each(LISTS)
def test_what_a_row_lists_is_in_its_answer(listed: tuple[str, Thing]) -> None:
    """Every name of the path is in the model, and each thing has an id."""
    name, thing = listed
    assert re.fullmatch(r"[a-z0-9-]+:[a-z0-9-]+(/[a-z0-9-]+)*", thing.kind)
    given = typed.keys(thing.select, model(name).output_shape)
    assert {"id"} <= given <= {"id", "arn", "name"}


def test_what_the_sweep_lists_is_what_it_asks() -> None:
    """An operation that got a row says there what it lists, and is in no table of the sweep's."""
    asked = {
        f"{step.service}.{name}"
        for step in STEPS.values()
        if step.operation == OPERATION
        for name in step.run.keywords["operations"]  # type: ignore[attr-defined]
    }
    assert SWEPT.keys() <= asked


@for_each(sorted(name for name, call in CALLS.items() if call.absent | call.said.keys()))
def test_absent_codes_are_ones_that_the_operation_sends(name: str) -> None:
    """By the model of the operation itself; what models leave out is named here, with where it was found."""
    call = CALLS[name]
    shapes = model(name).error_shapes
    modelled = {str(shape.metadata.get("error", {}).get("code", shape.name)) for shape in shapes}
    unmodelled = S3_CODES if call.service == "s3" else UNMODELLED.get(name, set())
    plan = NO_PLAN if call.service in {"health", "support"} else set()
    assert call.absent <= modelled | unmodelled | plan
    assert not modelled & (unmodelled | plan)
    assert set(call.said) <= modelled & codes_module.DENIED


def test_codes_that_are_named_are_used() -> None:
    """A code that no row matches any more is named no longer."""
    used = {code for call in CALLS.values() for code in call.absent}
    assert {*S3_CODES, *NO_PLAN, *(code for codes in UNMODELLED.values() for code in codes)} <= used


@for_each(sorted(SOURCES))
def test_nothing_that_must_never_be_asked(name: str) -> None:
    """Secrets, and whatever changes or ends something."""
    source = SOURCES[name]
    text = f"{name} {source.params if isinstance(source, Call) else ''}"
    assert not any(re.search(pattern, text) for pattern in NEVER)
    assert name in ASKED_FOR or not re.search(CHANGES, text)


@for_each(sorted(STEPS))
def test_steps_that_write_are_named(name: str) -> None:
    """Two operations make something, and nothing else does unless it is asked for by its option."""
    step = STEPS[name]
    assert step.mutates is (name in MUTATIONS | ASKED_FOR.keys())
    assert step.options == ASKED_FOR.get(name, ())
    assert step.actions
    assert (
        step.operation.startswith(("Get", "Generate", "Sweep"))
        or name in MUTATIONS | ASKED_FOR.keys() | STREAMS
    )


@for_each(sorted(SOURCES))
def test_people_are_told_what_it_is_for(name: str) -> None:
    """In a few words, without a full stop."""
    about = SOURCES[name].about
    assert 3 < len(about) < 110
    assert not about.endswith(".")


def test_all_attributes_of_instances_are_asked_for_once() -> None:
    """What DescribeInstances does not say is asked: docs/adr/0002-attributes.md."""
    said = {
        "blockDeviceMapping": "BlockDeviceMappings",
        "ebsOptimized": "EbsOptimized",
        "enaSupport": "EnaSupport",
        "enclaveOptions": "EnclaveOptions",
        "groupSet": "SecurityGroups",
        "instanceType": "InstanceType",
        "kernel": "KernelId",
        "productCodes": "ProductCodes",
        "ramdisk": "RamdiskId",
        "rootDeviceName": "RootDeviceName",
        "sourceDestCheck": "SourceDestCheck",
        "sriovNetSupport": "SriovNetSupport",
    }
    asked = [variant["Attribute"] for variant in CALLS["ec2.DescribeInstanceAttribute"].params]
    assert asked[0] == "userData"
    attributes = set(members("ec2.DescribeInstanceAttribute")["Attribute"].enum)
    assert set(asked) | set(said) == attributes
    assert not set(asked) & set(said)
    output: Any = model("ec2.DescribeInstances").output_shape
    instance = output.members["Reservations"].member.members["Instances"].member.members
    assert set(said.values()) <= set(instance)


def test_traps_that_are_parameters() -> None:
    """Parameters without which an answer is quietly about something else."""
    params = {name: call.params for name, call in CALLS.items()}
    assert all(variant["Owners"] == ["self"] for variant in params["ec2.DescribeImages"])
    assert all(variant["OwnerIds"] == ["self"] for variant in params["ec2.DescribeSnapshots"])
    assert params["ec2.DescribeInstanceStatus"] == ({"IncludeAllInstances": True},)
    assert params["ec2.GetConsoleScreenshot"] == ({"WakeUp": False},)
    assert params["ec2.GetConsoleOutput"] == ({"Latest": False}, {"Latest": True})
    assert [v["includeShadowTrails"] for v in params["cloudtrail.DescribeTrails"]] == [False, True]
    assert params["iam.ListPolicies"] == ({"Scope": "Local"},)
    assert params["cloudtrail.ListPublicKeys"][0]["StartTime"].year == 2015
    by_user = ["ListAccessKeys", "ListMFADevices", "ListSSHPublicKeys", "ListSigningCertificates"]
    assert all("UserName" in named(_each(f"iam.{operation}")) for operation in by_user)


def _each(name: str) -> Each:
    each = CALLS[name].each
    assert each is not None
    return each

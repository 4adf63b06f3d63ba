"""What is never asked: refused before the wire, by name, verb or parameter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import botocore.session
import pytest

from forensics.aws import codes, never, s3
from forensics.aws.ask import Asker
from forensics.aws.row import Row
from forensics.aws.tally import Tally
from forensics.collectors import catalogue
from forensics.collectors.spec import Call
from forensics.model import Outcome
from tests.aws.canned import Answer
from tests.aws.conftest import drain

Make = Callable[..., Any]
SESSION = botocore.session.Session()
SOURCES = {name: source for name, (_, source) in catalogue.sources().items()}

EXPECTED = (
    "cognito-identity.GetCredentialsForIdentity",
    "cognito-identity.GetId",
    "dynamodb.GetItem",
    "dynamodb.Scan",
    "ec2.GetPasswordData",
    "ecr.GetAuthorizationToken",
    "kms.Decrypt",
    "kms.GenerateDataKey",
    "lightsail.GetInstanceAccessDetails",
    "lightsail.GetRelationalDatabaseMasterUserPassword",
    "redshift.GetClusterCredentials",
    "s3.GetObject",
    "secretsmanager.BatchGetSecretValue",
    "secretsmanager.GetSecretValue",
    "sqs.ReceiveMessage",
    "ssm.GetParameter",
    "ssm.GetParameterHistory",
    "ssm.GetParameters",
    "ssm.GetParametersByPath",
    "sts.GetFederationToken",
    "sts.GetSessionToken",
)
"""What counsel would ask about first."""


def test_what_everybody_would_expect_is_on_the_list() -> None:
    """A name that is dropped by mistake is missed here."""
    assert never.NEVER.keys() >= set(EXPECTED)


def test_each_name_is_one_of_botocore() -> None:
    """A misspelt name would keep nothing; a parameter that there is not, neither."""
    for name in sorted({*never.NEVER, *never.ONLY_WITH, *never.NEVER_WITH}):
        service, _, operation = name.partition(".")
        model = SESSION.get_service_model(service).operation_model(operation)
        known = model.input_shape.members if model.input_shape else {}
        assert {*never.ONLY_WITH.get(name, {}), *never.NEVER_WITH.get(name, {})} <= set(known), name


def test_it_is_refused_before_the_wire(serve: Make, asker_on: Make) -> None:
    """Of all, no request is sent, none is on record, and the refusal says why."""
    server = serve([Answer(b"{}")])
    asker = asker_on(server.url, "ec2.DescribeVpcs")
    for name, reason in never.NEVER.items():
        service, _, operation = name.partition(".")
        one = replace(asker, source=replace(asker.source, service=service, operation=operation))
        exchanges, refusal = drain(one.ask({}))
        assert (exchanges, refusal.message) == ([], f"not asked, ever: {reason}")
        assert (refusal.outcome, refusal.code, refusal.sure) == (Outcome.UNSUPPORTED, codes.NEVER, True)
    assert server.asked == []


def test_neither_as_another_operation_nor_of_another_service(serve: Make, asker_on: Make) -> None:
    """A step may ask something beside what it is called after."""
    server = serve([Answer(b"{}")])
    asker: Asker = asker_on(server.url, "ec2.DescribeInstances")
    _, refusal = drain(asker.ask({"InstanceId": "i-1"}, operation="GetPasswordData"))
    assert refusal.code == codes.NEVER
    _, refusal = drain(replace(asker, other="s3").ask({"Bucket": "b", "Key": "k"}, operation="GetObject"))
    assert refusal.code == codes.NEVER
    assert server.asked == []


def test_a_row_that_names_one_is_a_gap(serve: Make, asker_on: Make) -> None:
    """Not `empty`, and not the end of the run."""
    server = serve([Answer(b"{}")])
    row = Row(
        asker_on(server.url, "secretsmanager.GetSecretValue"), names=[{"SecretId": "a"}, {"SecretId": "b"}]
    )
    (coverage,), _ = drain(row.records())
    assert coverage.outcome is Outcome.UNSUPPORTED
    assert [(gap.code, gap.count) for gap in coverage.gaps] == [(codes.NEVER, 2)]
    assert server.asked == []


@pytest.mark.parametrize("verb", never.ENDING)
def test_what_ends_something_is_refused_whatever_it_is(serve: Make, asker_on: Make, verb: str) -> None:
    """By its verb: a later version of AWS has more of them than any table."""
    server = serve([Answer(b"{}")])
    _, refusal = drain(asker_on(server.url, "ec2.DescribeVpcs").ask({}, operation=f"{verb}Anything"))
    assert (refusal.code, server.asked) == (codes.NEVER, [])


@pytest.mark.parametrize(
    ("name", "parameters", "asked"),
    [
        ("ec2.GetConsoleScreenshot", {"WakeUp": True}, False),
        ("ec2.GetConsoleScreenshot", {"WakeUp": False}, True),
        ("ec2.GetConsoleScreenshot", {}, True),
        ("apigateway.GetApiKeys", {"includeValues": True}, False),
        ("apigateway.GetApiKeys", {}, True),
        ("glue.GetConnections", {}, False),
        ("glue.GetConnections", {"HidePassword": False}, False),
        ("glue.GetConnections", {"HidePassword": True}, True),
        ("logs.FilterLogEvents", {"unmask": True}, True),
        ("logs.GetLogRecord", {"unmask": True}, False),
        ("ssm.DescribeParameters", {}, True),
        ("s3.ListObjectsV2", {}, True),
    ],
)
def test_parameters_count(name: str, parameters: Mapping[str, Any], *, asked: bool) -> None:
    """The same operation is a fact with some, and a secret or a change with others."""
    service, _, operation = name.partition(".")
    assert (never.why_not(service, operation, parameters) == "") is asked


def test_no_source_names_one() -> None:
    """A row, with each of its parameters, may be asked; so may a step's own operation."""
    for source in SOURCES.values():
        for variant in source.params if isinstance(source, Call) else ({},):
            assert never.why_not(source.service, source.operation, variant) == "", source.name


def test_objects_are_fetched_of_logs_alone(serve: Make, asker_on: Make) -> None:
    """A step that is not on the list gets no object, and a gap; all that are on it are steps."""
    server = serve([Answer(b"evidence")])
    asker = asker_on(server.url, "s3.Objects")
    tally = Tally(asker.source)
    copier = s3.Copier(
        asker.session, asker.source, asker.clock, asker.sleep, _no_file, lambda _: False, "222222222222",
        s3.Bucket("customers", "eu-west-1"), tally,
    )  # fmt: skip
    assert list(copier.copy(iter(()))) == []
    assert [(gap.outcome, gap.code) for gap in tally.gaps] == [(Outcome.UNSUPPORTED, codes.NEVER)]
    assert server.asked == []
    assert SOURCES.keys() >= never.OF_LOGS


def _no_file() -> Any:
    raise AssertionError("nothing is to be written")

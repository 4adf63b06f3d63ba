"""Answers that are documents of their own, and hosts that botocore makes up."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import botocore.session
import pytest

from forensics.aws import bodies, codes
from forensics.aws.ask import Answer as Said
from forensics.aws.ask import Refusal
from forensics.aws.names import key_of
from forensics.aws.paging import paging
from forensics.aws.row import Row
from forensics.aws.session import Session
from forensics.model import GLOBAL, Coverage, Exchange, Outcome
from tests.aws.canned import Answer, Asked
from tests.aws.conftest import drain

Make = Callable[..., Any]
POLICY = b'{"Version": "2012-10-17", "Statement": [{"Principal": "*"}]}'
BUCKET = {"Bucket": "b"}
EXPORT = {"restApiId": "a", "stageName": "s", "exportType": "oas30"}


@pytest.mark.parametrize("body", [POLICY, b"", b"no JSON <at all>", b"<xml>\x00", POLICY * 1_000])
def test_a_policy_is_a_document(serve: Make, asker_on: Make, body: bytes) -> None:
    """Its body is in no form of S3's protocol: it is kept, and is an answer."""
    yielded, answer = drain(asker_on(serve([Answer(body)]).url, "s3.GetBucketPolicy").ask(BUCKET))
    assert isinstance(answer, Said)
    assert [one.body for one in yielded if isinstance(one, Exchange)] == [body]


def test_a_policy_that_breaks_off_is_torn(serve: Make, asker_on: Make) -> None:
    """As any other body."""
    server = serve([Answer(POLICY, claim=len(POLICY) + 9), Answer(POLICY)])
    yielded, answer = drain(asker_on(server.url, "s3.GetBucketPolicy").ask(BUCKET))
    assert isinstance(answer, Said)
    assert yielded[0].code in {codes.TORN, "ResponseStreamingError", "IncompleteReadError"}


@pytest.mark.parametrize("times", [1, 9_000])
def test_a_policy_that_is_no_text(serve: Make, asker_on: Make, times: int) -> None:
    """It is kept, and is no answer that anybody could read."""
    body = b"\xff\xfe" * times
    yielded, answer = drain(asker_on(serve([Answer(body)]).url, "s3.GetBucketPolicy").ask(BUCKET))
    assert isinstance(answer, Refusal)
    assert answer.code == codes.UNREADABLE
    assert yielded[0].body == body


def test_an_export_is_read_whole(serve: Make, asker_on: Make) -> None:
    """The model of botocore calls it a stream; it is a document like any other."""
    document = json.dumps({"openapi": "3.0.1", "paths": {}}).encode()
    yielded, answer = drain(asker_on(serve([Answer(document)]).url, "apigateway.GetExport").ask(EXPORT))
    assert isinstance(answer, Said)
    assert [one.body for one in yielded] == [document]


def test_an_export_that_breaks_off_is_asked_for_again(serve: Make, asker_on: Make) -> None:
    """It is torn, and comes whole at the next attempt."""
    document = json.dumps({"openapi": "3.0.1"}).encode()
    server = serve([Answer(document, claim=99), Answer(document)])
    yielded, answer = drain(asker_on(server.url, "apigateway.GetExport").ask(EXPORT))
    assert isinstance(answer, Said)
    assert [one.code for one in yielded] == [codes.TORN, ""]


def test_an_export_without_end(serve: Make, asker_on: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read as far as any body, and no further."""
    monkeypatch.setattr(bodies, "LIMIT", 1_000)
    monkeypatch.setattr(bodies, "KEPT", 100)
    yielded, answer = drain(asker_on(serve([Answer(b"x" * 9_000)]).url, "apigateway.GetExport").ask(EXPORT))
    assert isinstance(answer, Refusal)
    assert answer.outcome is Outcome.TRUNCATED
    assert len(yielded[0].body) == 100


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_account_is_not_part_of_an_address(serve: Make, asker_on: Make, host: str) -> None:
    """`222222222222.127.0.0.1` leads nowhere."""
    server = serve([Answer(b"<GetPublicAccessBlockOutput/>")])
    asker = asker_on(server.url.replace("127.0.0.1", host), "s3control.GetPublicAccessBlock")
    _, answer = drain(asker.ask({"AccountId": "222222222222"}))
    assert isinstance(answer, Said)
    (asked,) = server.asked
    assert asked.headers["Host"].startswith(f"{host}:")
    assert asked.headers["x-amz-account-id"] == "222222222222"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("row", ["mwaa.ListEnvironments", "servicediscovery.DiscoverInstances"])
def test_a_word_is_not_part_of_an_address(serve: Make, asker_on: Make, host: str, row: str) -> None:
    """Neither `api.127.0.0.1` nor `data-127.0.0.1` leads anywhere."""
    server = serve([Answer(b"{}")])
    asker = asker_on(server.url.replace("127.0.0.1", host), row)
    names = {"NamespaceName": "n", "ServiceName": "s"} if row.startswith("service") else {}
    _, answer = drain(asker.ask(names))
    assert isinstance(answer, Said)
    assert server.asked[0].headers["Host"].startswith(f"{host}:")


@pytest.mark.parametrize(
    ("service", "method", "parameters", "url"),
    [
        (
            "s3control",
            "get_public_access_block",
            {"AccountId": "222222222222"},
            "https://222222222222.s3-control.eu-west-1.amazonaws.com/",
        ),
        ("mwaa", "list_environments", {}, "https://api.airflow.eu-west-1.amazonaws.com/"),
    ],
)
def test_the_names_of_aws_keep_it(service: str, method: str, parameters: dict[str, str], url: str) -> None:
    """The number, or the word, is part of them."""
    keys = {"access_key": "AKIAX", "secret_key": "x"}
    client = Session(region="eu-west-1", credentials=keys).client(service, "eu-west-1")
    found: list[str] = []

    def stop(request: Any, **_: Any) -> None:
        found.append(request.url)
        raise InterruptedError

    client.meta.events.register("before-send", stop)
    with pytest.raises(InterruptedError):
        getattr(client, method)(**parameters)
    assert found[0].startswith(url)


def _regions(found: dict[str, str]) -> Callable[[Asked], Answer]:
    def script(asked: Asked) -> Answer:
        found[asked.operation.strip("/").partition("?")[0]] = asked.headers["Authorization"].split("/")[2]
        return Answer(b"<VersioningConfiguration/>")

    return script


def test_each_bucket_in_its_own_region(serve: Make, asker_on: Make) -> None:
    """As its list says; where it says none, or one that there is not, from home."""
    found: dict[str, str] = {}
    asker = asker_on(serve(_regions(found)).url, "s3.GetBucketVersioning", region=GLOBAL)
    names = [
        {"Bucket": "far", "BucketRegion": "ap-southeast-2"},
        {"Bucket": "home", "BucketRegion": ""},
        {"Bucket": "nowhere", "BucketRegion": "evil.example.com/#"},
    ]
    yielded, _ = drain(Row(asker, names=names, place="BucketRegion").records())
    assert isinstance(yielded[-1], Coverage)
    assert yielded[-1].gaps == ()
    assert found == {"far": "ap-southeast-2", "home": "eu-west-1", "nowhere": "eu-west-1"}
    assert [one.parameters for one in yielded[:-1]] == [{"Bucket": name["Bucket"]} for name in names]
    assert len({key_of(name) for name in names}) == 3


@pytest.mark.parametrize(
    ("name", "values", "following"),
    [
        (
            "firehose.ListDeliveryStreams",
            {"DeliveryStreamNames": ["a", "b"], "HasMoreDeliveryStreams": True},
            {"ExclusiveStartDeliveryStreamName": "b"},
        ),
        ("firehose.ListDeliveryStreams", {"DeliveryStreamNames": ["a"], "HasMoreDeliveryStreams": False}, {}),
        ("cloudfront.ListFunctions", {"FunctionList": {"NextMarker": "m", "Items": []}}, {"Marker": "m"}),
        ("cloudfront.ListFunctions", {"FunctionList": {"Items": []}}, {}),
        ("ce.GetCostAndUsage", {"NextPageToken": "p"}, {"NextPageToken": "p"}),
        (
            "s3.ListBucketInventoryConfigurations",
            {"NextContinuationToken": "c", "IsTruncated": True},
            {"ContinuationToken": "c"},
        ),
    ],
)
def test_lists_with_ways_of_their_own(name: str, values: dict[str, Any], following: dict[str, Any]) -> None:
    """The last name of a page, a token within, one of another name."""
    service, _, operation = name.partition(".")
    assert paging(botocore.session.Session(), service, operation).following(values) == (following, "")

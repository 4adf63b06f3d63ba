"""Kept transcripts read as botocore would have: the names in them, and what people read of them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from forensics import reading
from forensics.aws import wire
from forensics.errors import FormatError
from forensics.formats import strict
from forensics.model import Exchange, Source

EC2 = Source("111122223333", "eu-west-1", "ec2", "DescribeVpcs")
VPCS = (
    b"<DescribeVpcsResponse><requestId>r</requestId><vpcSet><item><vpcId>%s</vpcId></item></vpcSet>"
    b"</DescribeVpcsResponse>"
)
TRAILS = Source("111122223333", "eu-west-1", "cloudtrail", "DescribeTrails")
SELECT = "Vpcs[].{VpcId: VpcId}"


def _exchange(body: bytes, source: Source = EC2, **other: Any) -> Exchange:
    given = {
        "source": source,
        "parameters": {"MaxResults": 5},
        "endpoint": "https://x",
        "principal": "arn:aws:iam::111122223333:user/x",
        "sent": "2031-05-06T07:08:09.000000Z",
        "received": "2031-05-06T07:08:10.000000Z",
        "status": 200,
        "request_id": "r",
        "date": "Tue, 06 May 2031 07:08:09 GMT",
        "body": body,
    }
    return Exchange(**{**given, **other})


def _transcript(path: Path, *exchanges: Exchange) -> Path:
    path.write_bytes(b"".join(strict.encode(one.document()) + b"\n" for one in exchanges))
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Name a transcript."""
    return tmp_path / "DescribeVpcs.jsonl"


# -- lines


def test_lines(path: Path) -> None:
    """Each exchange comes back as it was written, in order."""
    both = _exchange(VPCS % b"vpc-1"), _exchange(b"\xff\xfe")
    assert list(reading.lines(_transcript(path, *both))) == [one.document() for one in both]


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"{}",
        b'{"request":{},"response":{}}',
        b'{"request":"operation","response":{"status":200,"code":""}}',
        b'{"request":{"operation":"x"},"response":{"code":""}}',
        b'{"request":{"operation":"x"},"response":{"status":200}}',
        b"\xff",
        b"[" * 100_000,
    ],
    ids=lambda line: line[:40].decode("latin-1") + f" ({len(line)})",
)
def test_line_that_is_no_exchange(path: Path, line: bytes) -> None:
    """What is no exchange is refused, by the number of its line."""
    good = strict.encode(_exchange(b"").document()) + b"\n"
    path.write_bytes(good + line + b"\n")
    with pytest.raises(FormatError, match=r"^DescribeVpcs.jsonl: line 2 is not an exchange$"):
        list(reading.lines(path))


# -- bodies and answers


@pytest.mark.parametrize(
    "sent", [b"", b"text", "Zürich \x1b\x00".encode(), b"\xff\xfe\x80", bytes(range(256))]
)
def test_body_is_as_sent(path: Path, sent: bytes) -> None:
    """Whatever AWS sent comes back to the byte, UTF-8 or not."""
    (document,) = reading.lines(_transcript(path, _exchange(sent)))
    assert reading.body(document) == sent


@pytest.mark.parametrize(
    ("status", "code", "wanted"),
    [
        (200, "", True),
        (204, "", True),
        (200, "SlowDown", False),
        (400, "X", False),
        (302, "", False),
        (0, "", False),
    ],
)
def test_answered(status: int, code: str, wanted: bool) -> None:
    """Only a success without an error's code is an answer."""
    assert reading.answered(_exchange(b"", status=status, code=code).document()) is wanted


def test_answer() -> None:
    """An answer is read as boto3 reads it, without what boto3 adds."""
    assert reading.answer(_exchange(VPCS % b"vpc-1").document()) == {"Vpcs": [{"VpcId": "vpc-1"}]}


def test_answer_in_json() -> None:
    """The same for a service that speaks JSON."""
    assert reading.answer(_exchange(b'{"trailList":[{"Name":"t"}]}', TRAILS).document()) == {
        "trailList": [{"Name": "t"}]
    }


def test_policy_is_decoded() -> None:
    """A policy document of IAM's comes as what it says, as boto3 has it."""
    policy = {"Version": "2012-10-17", "Statement": []}
    body = (
        "<GetRolePolicyResponse><GetRolePolicyResult><RoleName>r</RoleName><PolicyName>p</PolicyName>"
        f"<PolicyDocument>{quote(json.dumps(policy))}</PolicyDocument></GetRolePolicyResult></GetRolePolicyResponse>"
    )
    source = Source("111122223333", "global", "iam", "GetRolePolicy")
    assert reading.answer(_exchange(body.encode(), source).document())["PolicyDocument"] == policy


def test_what_a_poll_called() -> None:
    """An exchange is read by the operation that was called, not by that of its source."""
    exchange = _exchange(
        VPCS % b"vpc-1", replace(EC2, operation="SnapshotProgress"), operation="DescribeVpcs"
    )
    assert reading.answer(exchange.document()) == {"Vpcs": [{"VpcId": "vpc-1"}]}


@pytest.mark.parametrize(
    "hostile", [b"\x1b[2J", b"\x00", b"&#x1b;", b"&#27;", b"&#0;", b"\xff", b"\xef\xbf\xbf"]
)
def test_what_xml_forbids(hostile: bytes) -> None:
    """A tag that XML cannot hold keeps nobody from reading the rest; it is shown by a mark."""
    found = reading.answer(_exchange(VPCS % (b"vpc-" + hostile + b"x")).document())
    assert found["Vpcs"][0]["VpcId"].startswith("vpc-\N{REPLACEMENT CHARACTER}")


def test_forbidden_alike() -> None:
    """While a run goes on and years after, the same characters are in the way."""
    assert reading._FORBIDDEN.pattern == wire._FORBIDDEN.pattern


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(_exchange(b"<a><b></a>").document(), id="torn"),
        pytest.param(_exchange(b"not XML").document(), id="text"),
        pytest.param(_exchange(b"{", TRAILS).document(), id="torn JSON"),
        pytest.param(_exchange(b'"text"', TRAILS).document(), id="JSON of another kind"),
        pytest.param(_exchange(b"[" * 200_000, TRAILS).document(), id="deep JSON"),
        pytest.param(_exchange(b"", replace(EC2, service="nosuch")).document(), id="unknown service"),
        pytest.param(_exchange(b"", replace(EC2, operation="NoSuch")).document(), id="unknown operation"),
        pytest.param(
            {"request": {"operation": "x"}, "response": {"status": 200, "code": ""}}, id="no service"
        ),
    ],
)
def test_unreadable(document: dict[str, Any]) -> None:
    """What cannot be read is said so, by our own exception alone."""
    with pytest.raises(FormatError):
        reading.answer(document)


# -- names


def test_names(path: Path) -> None:
    """Names come from every answer, with what their request carried; errors and attempts hold none."""
    _transcript(
        path,
        _exchange(b"<Response/>", status=503, code="Unavailable"),
        _exchange(VPCS % b"vpc-1"),
        _exchange(VPCS % b"vpc-\x1b"),
        _exchange(VPCS % b"vpc-3", parameters={"MaxResults": 7}),
    )
    assert reading.names(path, SELECT, ("MaxResults",)) == [
        {"MaxResults": 5, "VpcId": "vpc-1"},
        {"MaxResults": 5, "VpcId": "vpc-\N{REPLACEMENT CHARACTER}"},
        {"MaxResults": 7, "VpcId": "vpc-3"},
    ]


def test_no_names(path: Path) -> None:
    """An answer with nothing in it names nothing; nor does an empty transcript."""
    assert reading.names(_transcript(path, _exchange(b"<DescribeVpcsResponse/>")), SELECT) == []
    assert reading.names(_transcript(path), SELECT) == []


def test_names_of_what_cannot_be_read(path: Path) -> None:
    """Names that cannot be had are not taken for none."""
    with pytest.raises(FormatError):
        reading.names(_transcript(path, _exchange(b"<a>")), SELECT)


# -- derived


def _derived(path: Path) -> Any:
    return json.loads(b"".join(reading.derive(path)).decode("utf-8"))


def test_derived(path: Path) -> None:
    """People get each request beside its answer, without the bytes twice."""
    (one, other) = _derived(
        _transcript(path, _exchange(VPCS % b"vpc-1"), _exchange(b"\xff", status=500, code="500"))
    )
    assert one["request"]["parameters"] == {"MaxResults": 5}
    assert one["response"]["answer"] == {"Vpcs": [{"VpcId": "vpc-1"}]}
    assert one["response"]["request_id"] == "r"
    assert not {"body", "body_base64"} & {*one["response"], *other["response"]}
    assert other["response"]["code"] == "500"


def test_derived_of_nothing(path: Path) -> None:
    """A transcript without a line is an empty array."""
    assert b"".join(reading.derive(_transcript(path))) == b"[]\n"


def test_derived_of_what_cannot_be_read(path: Path) -> None:
    """Where an answer cannot be read, that is what stands there; its neighbours are read."""
    one, other = _derived(_transcript(path, _exchange(b"<a>"), _exchange(VPCS % b"vpc-2")))
    assert one["response"]["unreadable"] == "ec2.DescribeVpcs: the answer cannot be read: ResponseParserError"
    assert "answer" in other["response"]


def test_derived_is_utf8(path: Path) -> None:
    """A lone surrogate, which JSON can name and UTF-8 cannot hold, stays named."""
    (one,) = _derived(_transcript(path, _exchange(b'{"trailList":[{"Name":"a\\ud800b"}]}', TRAILS)))
    assert one["response"]["answer"]["trailList"] == [{"Name": "a\ud800b"}]


def test_derived_times(path: Path) -> None:
    """Times of the model's are written as times."""
    body = VPCS.replace(b"vpcSet", b"volumeSet").replace(b"DescribeVpcs", b"DescribeVolumes") % b""
    body = body.replace(b"<vpcId></vpcId>", b"<createTime>2031-05-06T07:08:09.000Z</createTime>")
    source = replace(EC2, operation="DescribeVolumes")
    (one,) = _derived(_transcript(path, _exchange(body, source)))
    assert one["response"]["answer"]["Volumes"] == [{"CreateTime": "2031-05-06T07:08:09+00:00"}]

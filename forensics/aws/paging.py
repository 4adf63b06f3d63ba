"""Where the next page of a list is: botocore's table, and what it leaves out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import botocore.session
import jmespath
from botocore.model import OperationModel

from forensics.aws import codes

MAX_PAGES = 10_000
"""Pages of one list after which it is taken for endless."""

_PLAIN = re.compile(r"\w+")

_TOKENS = (
    # input, output, flag that says whether there is more
    ("NextToken", "NextToken", ""),
    ("nextToken", "nextToken", ""),
    ("Marker", "Marker", "IsTruncated"),
    ("Marker", "NextMarker", ""),
    ("NextMarker", "NextMarker", ""),
    ("position", "position", ""),
    ("ContinuationToken", "NextContinuationToken", "IsTruncated"),
    ("NextPageToken", "NextPageToken", ""),
)
"""The conventions of AWS's lists, for operations that page and that botocore has no paginator for."""

_OWN = {
    # A token within a structure, and the last name of a page in place of a token.
    "cloudfront.ListFunctions": (("Marker",), ("FunctionList.NextMarker",), ""),
    "firehose.ListDeliveryStreams": (
        ("ExclusiveStartDeliveryStreamName",),
        ("DeliveryStreamNames[-1]",),
        "HasMoreDeliveryStreams",
    ),
}
"""Lists that page in ways of their own, and that botocore has no paginator for."""

_LIMITS = ("MaxResults", "MaxItems", "maxResults", "Limit", "limit")

_EC2_PAGE = 500
_PAGES = {
    # The model gives no bounds for these; https://docs.aws.amazon.com/AWSEC2/latest/APIReference/ does.
    "ec2.DescribeLaunchTemplateVersions": 200,
    # A page of three megabytes of XML takes half a minute to come, and a hundred to read.
    "ec2.DescribeInstances": 200,
    # Its items are whole policy documents: AWS's own size.
    "iam.GetAccountAuthorizationDetails": 0,
}
"""Items to ask for in a page, 0 for AWS's default."""


@dataclass(frozen=True, slots=True)
class Paging:
    """How the pages of one operation hang together. Without `inputs` there is only one."""

    inputs: tuple[str, ...] = ()
    """Parameters that name the next page."""
    outputs: tuple[str, ...] = ()
    """JMESPath of each token in an answer."""
    more: str = ""
    """JMESPath of the flag that says whether there is more; empty where the token alone says it."""
    limit: str = ""
    """Parameter for the size of a page, empty for AWS's default."""
    size: int = 0

    @property
    def plain(self) -> bool:
        """Say whether the tokens are top-level members, to be had without reading the whole answer."""
        return all(_PLAIN.fullmatch(path) for path in (*self.outputs, self.more or "x"))

    def first(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Return the parameters of the first page."""
        sized = self.limit and self.limit not in parameters
        return {**parameters, self.limit: self.size} if sized else dict(parameters)

    def following(self, values: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
        """
        Return the parameters that name the page after an answer, none if it was the last.

        The second value is the code of a gap, where AWS says that there is more but not where.
        """
        found = [jmespath.search(path, values) for path in self.outputs]
        tokens = {name: token for name, token in zip(self.inputs, found, strict=True) if token}
        if not self.more:
            return tokens, ""
        if not _true(jmespath.search(self.more, values)):
            return {}, ""
        return tokens, "" if tokens else codes.MISSING_TOKEN


def _true(value: Any) -> bool:
    # Read without its shape, XML says it in a word.
    return value is True or value == "true"


def paging(session: botocore.session.Session, service: str, operation: str) -> Paging:
    """
    Find out how an operation pages.

    botocore has no paginator for `ec2.DescribeLockedSnapshots`, `cloudtrail.ListChannels` and dozens more,
    and boto3's users lose all but the first page of them without a word: those are known by their members.
    """
    model = session.get_service_model(service).operation_model(operation)
    limit, size = _limit(model, service)
    try:
        table = session.get_paginator_model(service).get_paginator(operation)
    except (ValueError, botocore.session.UnknownServiceError, botocore.exceptions.DataNotFoundError):
        return _by_members(model, limit, size)
    inputs, outputs = _several(table["input_token"]), _several(table["output_token"])
    return Paging(inputs, outputs, table.get("more_results", ""), limit, size)


def _by_members(model: OperationModel, limit: str, size: int) -> Paging:
    name = f"{model.service_model.service_name}.{model.name}"
    if name in _OWN:
        return Paging(*_OWN[name], limit, size)
    asked = model.input_shape.members if model.input_shape else {}
    given = model.output_shape.members if model.output_shape else {}
    for token, following, more in _TOKENS:
        if token in asked and following in given:
            return Paging((token,), (following,), more if more in given else "", limit, size)
    return Paging()


def _limit(model: OperationModel, service: str) -> tuple[str, int]:
    """
    Choose the size of a page: as big as it may be for IAM, moderate for EC2, else AWS's default.

    EC2 throttles requests without a page size harder, and answers them with everything at once.
    """
    name = f"{service}.{model.name}"
    members = model.input_shape.members if model.input_shape else {}
    limit = next((name for name in _LIMITS if name in members), "")
    wished = _PAGES.get(name, {"ec2": _EC2_PAGE, "iam": 1_000}.get(service, 0))
    if not limit or not wished:
        return "", 0
    bounds = members[limit].metadata
    return limit, max(min(wished, int(bounds.get("max", wished))), int(bounds.get("min", 0)))


def _several(value: str | Sequence[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)

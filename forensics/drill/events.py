"""Calls as CloudTrail writes them down: records of version 1.11, made when somebody asks for them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.parsers import PROTOCOL_PARSERS, ResponseParserError

from forensics.drill.principals import PARTITION, Principal
from forensics.drill.record import Seen, mutating

VERSION = "1.11"
GLOBAL = frozenset(
    {"account", "budgets", "ce", "cloudfront", "health", "iam", "organizations", "route53", "support"}
)
"""Services whose calls are recorded in us-east-1, wherever they were made from."""

DATA: Mapping[str, frozenset[str]] = {
    "dynamodb": frozenset(
        {"BatchGetItem", "BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem"}
    ),
    "ebs": frozenset({"GetSnapshotBlock", "ListChangedBlocks", "ListSnapshotBlocks", "PutSnapshotBlock"}),
    "lambda": frozenset({"Invoke"}),
    "logs": frozenset({"FilterLogEvents", "GetLogEvents", "PutLogEvents"}),
    "s3": frozenset(
        {
            "AbortMultipartUpload", "CompleteMultipartUpload", "CopyObject", "CreateMultipartUpload",
            "DeleteObject", "DeleteObjectTagging", "DeleteObjects", "GetObject", "GetObjectAcl",
            "GetObjectAttributes", "GetObjectLegalHold", "GetObjectRetention", "GetObjectTagging",
            "HeadBucket", "HeadObject", "ListMultipartUploads", "ListObjectVersions", "ListObjects",
            "ListObjectsV2", "ListParts", "PutObject", "PutObjectAcl", "PutObjectLegalHold",
            "PutObjectRetention", "PutObjectTagging", "RestoreObject", "SelectObjectContent", "UploadPart",
            "UploadPartCopy",
        }
    ),
    "sns": frozenset({"Publish", "PublishBatch"}),
    "sqs": frozenset({"DeleteMessage", "ReceiveMessage", "SendMessage"}),
}  # fmt: skip
"""Operations on data: no trail records them until it is told to, and the event history never."""

_HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
_SECRET = frozenset({"password", "newPassword", "oldPassword", "secretString", "userData", "servicePassword"})
_LEFT_OUT = frozenset({"secretAccessKey", "ResponseMetadata", "plaintext", "zipFile"})
_VERSIONED = "20150331"
"""What Lambda's events have behind their operation's name."""


def managed(service: str, operation: str) -> bool:
    """Say whether a call is a management event, which CloudTrail records of itself."""
    return bool(operation) and operation not in DATA.get(service, ())


def identifier(*parts: object) -> str:
    """Make an event's id out of what makes the event: a UUID, the same each time."""
    text = hashlib.sha256("\n".join(map(str, parts)).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:32]}"


def time(moment: float) -> str:
    """Write a time as events do: to the second."""
    return datetime.fromtimestamp(int(moment), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def identity(principal: Principal, key: str, began: float) -> dict[str, Any]:
    """Write who called; `began` is when a session was given out."""
    said: dict[str, Any] = {
        "type": {"root": "Root", "user": "IAMUser", "role": "AssumedRole"}[principal.kind],
        "principalId": principal.user_id,
        "arn": principal.arn,
        "accountId": principal.account,
        "accessKeyId": key,
    }
    if principal.kind == "user":
        said["userName"] = principal.name
    if principal.kind == "role":
        said["sessionContext"] = {
            "sessionIssuer": {
                "type": "Role",
                "principalId": principal.user_id.partition(":")[0],
                "arn": f"arn:{PARTITION}:iam::{principal.account}:role/{principal.name}",
                "accountId": principal.account,
                "userName": principal.name,
            },
            "attributes": {"creationDate": time(began), "mfaAuthenticated": "false"},
        }
    return said


def record(  # noqa: PLR0913 - a record has as many fields
    who: Mapping[str, Any],
    moment: float,
    region: str,
    call: tuple[str, str],
    asked: Mapping[str, Any] | None,
    *,
    account: str,
    answered: Mapping[str, Any] | None = None,
    error: tuple[str, str] = ("", ""),
    address: str = "127.0.0.1",
    agent: str = "",
    read: bool = True,
    request: str = "",
) -> dict[str, Any]:
    """Write a record; `call` is the source's host and the event's name."""
    source, name = call
    said = {
        "eventVersion": VERSION,
        "userIdentity": dict(who),
        "eventTime": time(moment),
        "eventSource": source,
        "eventName": name,
        "awsRegion": region,
        "sourceIPAddress": address,
        "userAgent": agent,
        **({"errorCode": error[0], "errorMessage": error[1]} if error[0] else {}),
        "requestParameters": dict(asked) if asked else None,
        "responseElements": dict(answered) if answered and not error[0] else None,
        "requestID": request or identifier("request", moment, region, source, name, asked),
        "eventID": identifier("event", request, moment, region, source, name, asked, who.get("arn")),
        "readOnly": read,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": account,
        "eventCategory": "Management",
    }
    if name == "ConsoleLogin":
        said["eventType"] = "AwsConsoleSignIn"
    return said


def of(seen: Seen) -> dict[str, Any]:
    """Write the record of a call that was made here."""
    call, principal = seen.call, seen.principal
    service, operation = str(call["service"]), str(call["operation"])
    model = seen.model
    host = model.service_model.endpoint_prefix if model is not None else service
    elements, message = _answered(seen)
    failed = str(call["code"]) or ("" if seen.status < 400 else str(seen.status))
    return record(
        identity(principal, seen.key, seen.moment),
        seen.moment,
        region(service, str(call["region"])),
        (f"{host}.amazonaws.com", operation + _VERSIONED * (service == "lambda")),
        shown(call["parameters"]),
        account=principal.account,
        answered=elements,
        error=(_NAMED.get(failed, failed), message),
        address=seen.address,
        agent=str(call["user_agent"]),
        read=not mutating(operation),
        request=str(call["request_id"]),
    )


_NAMED = {"UnauthorizedOperation": "Client.UnauthorizedOperation"}
"""Codes of EC2 that CloudTrail writes otherwise."""


def region(service: str, called: str) -> str:
    """Name the region in which a call is recorded."""
    return "us-east-1" if service in GLOBAL or called == "aws-global" else called


def _answered(seen: Seen) -> tuple[Mapping[str, Any] | None, str]:
    if seen.model is None or (not seen.body and seen.status < 400):
        return None, ""
    answer = {"status_code": seen.status, "headers": dict(seen.headers), "body": seen.body}
    try:
        parser: Any = PROTOCOL_PARSERS[seen.protocol]
        parsed = parser().parse(answer, seen.model.output_shape)
    except (ResponseParserError, KeyError, ValueError):
        return None, ""
    if "Error" in parsed and seen.status >= 300:
        return None, str(parsed["Error"].get("Message", ""))
    return shown(parsed), ""


def shown(value: Any) -> Any:
    """Write parameters and results as CloudTrail does: names begin small, and secrets are left out."""
    match value:
        case Mapping():
            pairs = ((_small(str(name)), inner) for name, inner in value.items() if name not in _LEFT_OUT)
            return {
                name: _HIDDEN if name in _SECRET else shown(inner)
                for name, inner in pairs
                if name not in _LEFT_OUT
            }
        case list() | tuple():
            return [shown(inner) for inner in value]
        case datetime():
            return time(value.timestamp())
        case bytes():
            return base64.b64encode(value[:1024]).decode()
        case str() | int() | float() | bool() | None:
            return value
        case _:
            return str(value)


def _small(name: str) -> str:
    return name[:1].lower() + name[1:]

"""Refusals, each in the code, the status and the shape that its protocol has on the wire."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum, auto
from xml.sax.saxutils import escape

NOT_VALID = "The security token included in the request is invalid."
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
)
STALE = "The security token included in the request is expired"
EC2_AUTH = "AWS was not able to validate the provided access credentials"
SKEWED = "Signature expired: the time of the request is more than 15 minutes from ours"


class Trouble(StrEnum):
    """Why a request is refused before, or instead of, being answered."""

    UNKNOWN_KEY = auto()
    BAD_SIGNATURE = auto()
    BAD_TOKEN = auto()
    EXPIRED = auto()
    SKEWED = auto()
    MISSING = auto()
    REGION = auto()
    DENIED = auto()
    THROTTLED = auto()
    BROKEN = auto()
    UNKNOWN_OPERATION = auto()


class Refusal(Exception):  # noqa: N818 - AWS's word to the caller; nothing went wrong here
    """Refuse a request with AWS's own code, status and message."""

    def __init__(
        self,
        code: str,
        message: str,
        status: int = 400,
        *,
        headers: Mapping[str, str] | None = None,
        **fields: str,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.headers = headers or {}
        self.fields = fields
        """What S3 says beside code and message, by element."""


Cell = tuple[str, int, str]
"""Code, HTTP status, message."""

TABLE: Mapping[Trouble, Mapping[str, Cell]] = {
    Trouble.UNKNOWN_KEY: {
        "ec2": ("AuthFailure", 401, EC2_AUTH),
        "query": ("InvalidClientTokenId", 403, NOT_VALID),
        "json": ("UnrecognizedClientException", 400, NOT_VALID),
        "rest-json": ("UnrecognizedClientException", 403, NOT_VALID),
        "rest-xml": ("InvalidClientTokenId", 403, NOT_VALID),
        "s3": (
            "InvalidAccessKeyId",
            403,
            "The AWS Access Key Id you provided does not exist in our records.",
        ),
    },
    Trouble.BAD_SIGNATURE: {
        "ec2": ("AuthFailure", 401, EC2_AUTH),
        "query": ("SignatureDoesNotMatch", 403, MISMATCH),
        "json": ("InvalidSignatureException", 400, MISMATCH),
        "rest-json": ("InvalidSignatureException", 403, MISMATCH),
        "rest-xml": ("SignatureDoesNotMatch", 403, MISMATCH),
        "s3": ("SignatureDoesNotMatch", 403, MISMATCH),
    },
    Trouble.BAD_TOKEN: {
        "ec2": ("AuthFailure", 401, EC2_AUTH),
        "query": ("InvalidClientTokenId", 403, NOT_VALID),
        "json": ("UnrecognizedClientException", 400, NOT_VALID),
        "rest-json": ("UnrecognizedClientException", 403, NOT_VALID),
        "rest-xml": ("InvalidClientTokenId", 403, NOT_VALID),
        "s3": ("InvalidToken", 400, "The provided token is malformed or otherwise invalid."),
    },
    Trouble.EXPIRED: {
        "ec2": ("RequestExpired", 400, "Request has expired."),
        "query": ("ExpiredToken", 403, STALE),
        "json": ("ExpiredTokenException", 400, STALE),
        "rest-json": ("ExpiredTokenException", 403, STALE),
        "rest-xml": ("ExpiredToken", 403, STALE),
        "s3": ("ExpiredToken", 400, "The provided token has expired."),
    },
    Trouble.SKEWED: {
        "ec2": ("RequestExpired", 400, "Request has expired."),
        "query": ("SignatureDoesNotMatch", 403, SKEWED),
        "json": ("InvalidSignatureException", 400, SKEWED),
        "rest-json": ("InvalidSignatureException", 403, SKEWED),
        "rest-xml": ("SignatureDoesNotMatch", 403, SKEWED),
        "s3": (
            "RequestTimeTooSkewed",
            403,
            "The difference between the request time and the current time is too large.",
        ),
    },
    Trouble.MISSING: {
        "ec2": ("AuthFailure", 401, EC2_AUTH),
        "query": ("MissingAuthenticationToken", 403, "Request is missing Authentication Token"),
        "json": ("MissingAuthenticationTokenException", 400, "Missing Authentication Token"),
        "rest-json": ("MissingAuthenticationTokenException", 403, "Missing Authentication Token"),
        "rest-xml": ("MissingAuthenticationToken", 403, "Request is missing Authentication Token"),
        "s3": ("AccessDenied", 403, "Access Denied"),
    },
    Trouble.REGION: {
        "ec2": ("AuthFailure", 401, EC2_AUTH),
        "query": ("InvalidClientTokenId", 403, NOT_VALID),
        "json": ("UnrecognizedClientException", 400, NOT_VALID),
        "rest-json": ("UnrecognizedClientException", 403, NOT_VALID),
        "rest-xml": ("InvalidClientTokenId", 403, NOT_VALID),
        "s3": ("InvalidToken", 400, "The provided token is malformed or otherwise invalid."),
    },
    Trouble.DENIED: {
        "ec2": ("UnauthorizedOperation", 403, "You are not authorized to perform this operation. {why}"),
        "query": ("AccessDenied", 403, "{why}"),
        "json": ("AccessDeniedException", 400, "{why}"),
        "rest-json": ("AccessDeniedException", 403, "{why}"),
        "rest-xml": ("AccessDenied", 403, "{why}"),
        "s3": ("AccessDenied", 403, "{why}"),
    },
    Trouble.THROTTLED: {
        "ec2": ("RequestLimitExceeded", 503, "Request limit exceeded."),
        "query": ("Throttling", 400, "Rate exceeded"),
        "json": ("ThrottlingException", 400, "Rate exceeded"),
        "rest-json": ("ThrottlingException", 429, "Rate exceeded"),
        "rest-xml": ("Throttling", 400, "Rate exceeded"),
        "s3": ("SlowDown", 503, "Please reduce your request rate."),
    },
    Trouble.BROKEN: {
        "ec2": ("Unavailable", 503, "The service is unavailable. Please try again shortly."),
        "query": (
            "ServiceUnavailable",
            503,
            "The request has failed due to a temporary failure of the server.",
        ),
        "json": ("ServiceUnavailableException", 503, "The service is temporarily unavailable."),
        "rest-json": ("ServiceUnavailableException", 503, "The service is temporarily unavailable."),
        "rest-xml": ("ServiceUnavailable", 503, "The service is temporarily unavailable."),
        "s3": ("ServiceUnavailable", 503, "Service is unable to handle request."),
    },
    # 501 and not 500: botocore would try a 500 again, and it would never come out otherwise
    Trouble.UNKNOWN_OPERATION: {"": ("NotImplemented", 501, "the drill does not play {what}")},
}


def refusal(trouble: Trouble, dialect: str, **words: str) -> Refusal:
    """Word a refusal as the protocol does; cbor speaks as json does."""
    row = TABLE[trouble]
    code, status, message = row.get("") or row.get(dialect) or row["json"]
    return Refusal(code, message.format(**words) if words else message, status)


@dataclass(slots=True)
class Answer:
    """An HTTP answer, and what a fault makes of it on its way out."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    code: str = ""
    """AWS's error code, for the record."""
    damage: str = ""
    """`reset`, `torn`, or `cut`: reset in the middle of the body."""
    offset: int | None = None
    """After how many bytes of the body it is torn or cut; None for half of them."""


def write(denied: Refusal, dialect: str, request_id: str, *, prefix: str = "") -> Answer:
    """Write a refusal in a protocol's own shape. `prefix` is what json 1.0 puts before codes."""
    headers, body = _SHAPES.get(dialect, _json)(denied, request_id, prefix)
    return Answer(denied.status, body, {**headers, **denied.headers}, denied.code)


def _ec2(denied: Refusal, request_id: str, _: str) -> tuple[dict[str, str], bytes]:
    error = f"<Code>{escape(denied.code)}</Code><Message>{escape(denied.message)}</Message>"
    return _xml(
        f"<Response><Errors><Error>{error}</Error></Errors><RequestID>{request_id}</RequestID></Response>"
    )


def _query(denied: Refusal, request_id: str, _: str) -> tuple[dict[str, str], bytes]:
    side = "Sender" if denied.status < 500 else "Receiver"
    error = (
        f"<Type>{side}</Type><Code>{escape(denied.code)}</Code><Message>{escape(denied.message)}</Message>"
    )
    return _xml(f"<ErrorResponse><Error>{error}</Error><RequestId>{request_id}</RequestId></ErrorResponse>")


def _s3(denied: Refusal, request_id: str, _: str) -> tuple[dict[str, str], bytes]:
    said = {"Code": denied.code, "Message": denied.message, **denied.fields, "RequestId": request_id}
    error = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in said.items())
    return _xml(f"<Error>{error}<HostId>drill</HostId></Error>")


def _xml(text: str) -> tuple[dict[str, str], bytes]:
    document = f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'
    return {"Content-Type": "text/xml;charset=UTF-8"}, document.encode("utf-8")


def _json(denied: Refusal, _: str, prefix: str) -> tuple[dict[str, str], bytes]:
    body = {"__type": f"{prefix}#{denied.code}" if prefix else denied.code, "message": denied.message}
    return {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(body).encode()


def _rest_json(denied: Refusal, _: str, __: str) -> tuple[dict[str, str], bytes]:
    headers = {"Content-Type": "application/json", "x-amzn-ErrorType": denied.code}
    return headers, json.dumps({"message": denied.message}).encode()


def _cbor(denied: Refusal, _: str, __: str) -> tuple[dict[str, str], bytes]:
    fields = b"".join(map(_cbor_text, ("__type", denied.code, "message", denied.message)))
    return {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}, b"\xa2" + fields


def _cbor_text(text: str) -> bytes:
    # RFC 8949: major type 3, here with a two-byte length always, which is allowed though not the shortest
    data = text.encode("utf-8")[:65_535]
    return b"\x79" + len(data).to_bytes(2, "big") + data


_SHAPES = {
    "ec2": _ec2,
    "query": _query,
    "rest-xml": _query,
    "s3": _s3,
    "json": _json,
    "rest-json": _rest_json,
    "cbor": _cbor,
}

"""CBOR on the wire (smithy's RPC v2), which moto does not speak: botocore's own reader and writer do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from botocore.model import OperationModel
from botocore.parsers import ResponseParserError, create_parser
from botocore.serialize import RpcV2CBORSerializer

from forensics.drill.denials import Answer, Refusal

HEADERS = {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}


def read(model: OperationModel, body: bytes) -> Mapping[str, Any]:
    """Read a request's parameters; nothing of what is no CBOR, as of the other protocols."""
    try:
        return _parsed("smithy-rpc-v2-cbor", 200, body, model.input_shape) if body else {}
    except (ResponseParserError, ValueError, KeyError, TypeError, IndexError):
        return {}


def write(model: OperationModel, result: Mapping[str, Any]) -> Answer:
    """Write a result, named as in botocore's model."""
    # botocore writes requests alone: here the answer takes the place of one.
    turned: Any = SimpleNamespace(
        input_shape=model.output_shape,
        service_model=model.service_model,
        name=model.name,
        has_event_stream_input=False,
        has_event_stream_output=False,
    )
    writer: Any = RpcV2CBORSerializer()
    return Answer(200, writer.serialize_to_request(dict(result), turned)["body"], dict(HEADERS))


def as_json(model: OperationModel, params: Mapping[str, Any]) -> tuple[dict[str, str], bytes]:
    """Put a question as moto understands it: headers and body in JSON."""
    service = model.service_model
    headers = {
        "HTTP_X_AMZ_TARGET": f"{service.metadata['targetPrefix']}.{model.name}",
        "CONTENT_TYPE": f"application/x-amz-json-{service.metadata['jsonVersion']}",
    }
    return headers, json.dumps(params, default=lambda moment: moment.timestamp()).encode()


def of_json(model: OperationModel, answer: Answer) -> Answer:
    """Write moto's answer in JSON anew; raises its refusal."""
    parsed = _parsed("json", answer.status, answer.body, model.output_shape)
    if "Error" in parsed:
        raise Refusal(parsed["Error"]["Code"], parsed["Error"]["Message"], answer.status)
    return write(model, parsed)


def _parsed(protocol: str, status: int, body: bytes, shape: Any) -> dict[str, Any]:
    said = {"status_code": status, "headers": {}, "body": body}
    parsed = dict(create_parser(protocol).parse(said, shape))
    parsed.pop("ResponseMetadata", None)
    return parsed

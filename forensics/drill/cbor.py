"""CBOR on the wire (smithy's RPC v2), which moto does not speak: botocore's own reader and writer do."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from botocore.model import OperationModel
from botocore.parsers import ResponseParserError, create_parser
from botocore.serialize import RpcV2CBORSerializer

from forensics.drill.denials import Answer

HEADERS = {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}


def read(model: OperationModel, body: bytes) -> Mapping[str, Any]:
    """Read a request's parameters; nothing of what is no CBOR, as of the other protocols."""
    shape: Any = model.input_shape
    said = {"status_code": 200, "headers": {}, "body": body}
    try:
        parsed = dict(create_parser("smithy-rpc-v2-cbor").parse(said, shape)) if body else {}
    except (ResponseParserError, ValueError, KeyError, TypeError, IndexError):
        return {}
    parsed.pop("ResponseMetadata", None)
    return parsed


def write(model: OperationModel, result: Mapping[str, Any]) -> Answer:
    """Write a result, named as in botocore's model."""
    # botocore writes requests alone: here the answer takes the place of one.
    turned: Any = SimpleNamespace(
        input_shape=model.output_shape,
        service_model=model.service_model,
        name=model.name,
        endpoint=None,
        has_event_stream_input=False,
        has_event_stream_output=False,
    )
    writer: Any = RpcV2CBORSerializer()
    return Answer(200, writer.serialize_to_request(dict(result), turned)["body"], dict(HEADERS))

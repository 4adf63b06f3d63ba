"""
Read kept transcripts the way botocore would have: what `derived/` and the resumption of a run are made of.

A run keeps the bytes that AWS sent and parses only what it needs. This is the other half: later,
offline, from the kept bytes, as often as wanted. Nothing here asks AWS anything.
"""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import botocore.parsers
import jmespath
from botocore.exceptions import BotoCoreError
from botocore.handlers import json_decode_policies
from botocore.loaders import Loader
from botocore.model import OperationNotFoundError, ServiceModel
from botocore.parsers import ResponseParserError

from forensics.errors import FormatError

if TYPE_CHECKING:
    from pathlib import Path

    from botocore.model import OperationModel

_SUCCESS = range(200, 300)
_UNREADABLE = (
    *(BotoCoreError, OperationNotFoundError, ResponseParserError),
    *(KeyError, RecursionError, TypeError, ValueError),
)
"""What botocore raises for bytes, operations and shapes that it cannot make sense of."""

_FORBIDDEN = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|&#(?:x0*(?:[0-8bcefBCEF]|1[0-9a-fA-F]|[dD][89a-fA-F]..|[fF]{3}[eEfF])"
    rb"|0*(?:[0-8]|1[124-9]|2[0-9]|3[01]));"
)
"""What no XML 1.0 may hold and a tag may all the same. As in `aws.wire`; a test keeps the two alike."""


_LOADING = threading.Lock()
"""EC2's model takes 40 MB to load: threads that need it at once must not each load their own."""


def _service(service: str) -> ServiceModel:
    """Return botocore's model of a service."""
    with _LOADING:
        return _loaded(service)


@cache
def _loader() -> Loader:
    """Return one loader for all services: to list what there are takes as long as to load one."""
    # botocore's own models alone: no profile, no config file, no folder may have a say in how bytes are read.
    return Loader([Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)


@cache
def _loaded(service: str) -> ServiceModel:
    return ServiceModel(_loader().load_service_model(service, "service-2"), service_name=service)


@cache
def _operation(service: str, operation: str) -> tuple[OperationModel, Any]:
    """Return botocore's model of an operation, and the parser of its service's protocol."""
    model = _service(service)
    return model.operation_model(operation), botocore.parsers.create_parser(model.resolved_protocol)


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """
    Yield each exchange of a transcript as it was written.

    Raises `FormatError` for a line that is no exchange, naming its number.
    """
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                document = json.loads(line)
                _ = (
                    document["request"]["operation"],
                    document["response"]["status"],
                    document["response"]["code"],
                )
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                raise FormatError(f"{path.name}: line {number} is not an exchange") from error
            yield document


def body(document: Mapping[str, Any]) -> bytes:
    """Return the answer's body as AWS sent it."""
    response = document["response"]
    if "body" in response:
        return str(response["body"]).encode()
    return base64.b64decode(response["body_base64"], validate=True)


def answered(document: Mapping[str, Any]) -> bool:
    """Say whether AWS answered this exchange with success."""
    return document["response"]["status"] in _SUCCESS and not document["response"]["code"]


def answer(document: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return botocore's reading of one exchange's answer.

    Policy documents of IAM are decoded as boto3 does. Raises `FormatError` where the bytes cannot be
    read: they are kept all the same, and remain the evidence.
    """
    request, response = document["request"], document["response"]
    try:
        model, parser = _operation(request["service"], request["operation"])
        sent = body(document)
        if answered(document) and sent.strip() and "json" in model.service_model.resolved_protocol:
            _check_object(sent)
        parsed = _parse(model, parser, response, sent)
        if request["service"] == "iam" and answered(document):
            json_decode_policies(parsed, model)
    except _UNREADABLE as error:
        name = f"{request.get('service')}.{request['operation']}"
        raise FormatError(f"{name}: the answer cannot be read: {type(error).__name__}") from error
    parsed.pop("ResponseMetadata", None)
    return dict(parsed)


def _check_object(sent: bytes) -> None:
    """Refuse what is no JSON object, and botocore would take for an empty one."""
    if not isinstance(json.loads(sent.decode("utf-8", "replace")), dict):
        raise TypeError("not a JSON object")


def _parse(model: OperationModel, parser: Any, response: Mapping[str, Any], sent: bytes) -> dict[str, Any]:
    """Let botocore read the bytes; where it cannot, a copy without what XML forbids and UTF-8 lacks."""
    said = {
        "body": sent,
        "headers": {"x-amzn-requestid": response["request_id"], "date": response["date"]},
        "status_code": response["status"],
    }
    try:
        return dict(parser.parse(said, model.output_shape))
    except (ResponseParserError, ValueError):
        text = _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}".encode(), sent).decode("utf-8", "replace")
        mended = text.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd").encode()
        return dict(parser.parse({**said, "body": mended}, model.output_shape))


def names(path: Path, select: str, carry: Sequence[str] = ()) -> list[dict[str, Any]]:
    """
    Find, in a kept transcript, the names that another row asks about.

    `select` is a JMESPath over one parsed answer that gives parameter objects; `carry` names
    parameters of the request that go along.
    """
    expression = jmespath.compile(select)
    found: list[dict[str, Any]] = []
    for document in lines(path):
        if answered(document):
            carried = {key: document["request"]["parameters"][key] for key in carry}
            found.extend({**carried, **name} for name in expression.search(answer(document)) or ())
    return found


def derive(path: Path) -> Iterator[bytes]:
    """
    Yield a transcript as a JSON array for people: each request beside botocore's reading of its answer.

    Derived, for convenience: the transcript is the evidence. An answer that cannot be read says so in
    its place. UTF-8, one exchange at a time, so that memory stays flat.
    """
    opening = b"[\n"
    for document in lines(path):
        text = json.dumps(_reading(document), default=_text, indent=1, ensure_ascii=False, sort_keys=True)
        yield opening + text.encode(
            # A lone surrogate has no UTF-8 form; what this puts in its place is its escape in JSON.
            "utf-8",
            "backslashreplace",
        )
        opening = b",\n"
    yield b"\n]\n" if opening == b",\n" else b"[]\n"


def _text(value: Any) -> str:
    """Write what botocore makes of times and blobs, which JSON has no form for."""
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value.isoformat())


def _reading(document: Mapping[str, Any]) -> dict[str, Any]:
    about = {key: value for key, value in document["response"].items() if not key.startswith("body")}
    try:
        about["answer"] = answer(document)
    except FormatError as error:
        about["unreadable"] = str(error)
    return {"request": document["request"], "response": about}

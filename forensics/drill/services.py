"""Which service and operation a request asks for, by botocore's models and moto's routers."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any
from urllib.parse import parse_qsl

from botocore.exceptions import DataNotFoundError, UnknownServiceError
from moto.core import loaders, responses, utils
from moto.core.model import OperationModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request
from moto.core.routing import ProtocolRouter, SmithyRule, get_router_class
from werkzeug.exceptions import NotFound

from forensics.drill import cbor
from forensics.drill.signers import SIGNERS

# moto makes a loader for each model, and each looks through the folders of all services. One does.
vars(utils)["create_loader"] = cache(loaders.create_loader)
# For each request moto goes through all that the class that answers has, which is a thousand for EC2.
vars(responses)["method_names_from_class"] = cache(utils.method_names_from_class)


def _no_builder(*_: object) -> Callable[..., None]:
    """Stand for the functions that werkzeug compiles of each rule to make URLs, which nobody here does."""
    return lambda *_: None


# Four fifths of the time that a service's first request takes.
type.__setattr__(SmithyRule, "_compile_builder", _no_builder)

_LOADING = threading.Lock()
"""While moto fills a model, its operations are for a moment botocore's: no other thread may see them."""

GLOBAL_SERVICES = frozenset(
    {
        "account", "budgets", "ce", "cloudfront", "globalaccelerator", "health", "iam", "organizations",
        "route53", "route53domains", "s3", "sts", "support",
    }
)  # fmt: skip
"""Answer in any region's name, so a region that is not enabled does not stop them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for, before anyone has looked at who asks."""

    service: str
    operation: str
    """AWS's name of it, empty where no model knows it."""
    dialect: str
    """How answers and errors are written: a protocol's name, or `s3`, or `cbor`."""
    protocol: str = ""
    model: OperationModel | None = None
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Envelope:
    """A request as it came: WSGI environ and the whole body."""

    environ: dict[str, Any]
    body: bytes

    @cached_property
    def form(self) -> dict[str, str]:
        """Read the parameters of the query protocols, from the body or the query string."""
        kind = self.environ.get("CONTENT_TYPE", "")
        text = self.body if kind.startswith("application/x-www-form-urlencoded") else b""
        source = text.decode("utf-8", "replace") or self.environ.get("QUERY_STRING", "")
        return dict(parse_qsl(source, keep_blank_values=True))

    @cached_property
    def request(self) -> Request:
        """Hand the request to moto's routers in the form that they know."""
        return Request(dict(self.environ))

    def header(self, name: str) -> str:
        """Read a header, empty where it was not sent."""
        return str(self.environ.get("HTTP_" + name.upper().replace("-", "_"), ""))


def resolve(envelope: Envelope, signer: str) -> Asked:
    """Find service, operation and parameters; an operation that nobody knows comes back without a model."""
    if envelope.header("smithy-protocol") == "rpc-v2-cbor":
        return _cbor(envelope, signer)
    if target := envelope.header("x-amz-target"):
        return _json(envelope, signer, target)
    if action := envelope.form.get("Action"):
        return _query(envelope, signer, action)
    return _rest(envelope, signer)


def candidates(signer: str) -> tuple[str, ...]:
    """Name the services that sign with a name."""
    return SIGNERS.get(signer, (signer,))


def _models(signer: str) -> list[Any]:
    return [model for name in candidates(signer) if (model := _model(name)) is not None]


def _model(name: str) -> Any | None:
    with _LOADING:
        return _loaded(name)


@cache
def _loaded(name: str) -> Any | None:
    try:
        model = utils.get_service_model(name)
    except (UnknownServiceError, DataNotFoundError):
        return None
    for operation in model.operation_names:
        model.operation_model(operation)
    return model


def _cbor(envelope: Envelope, signer: str) -> Asked:
    # /service/<name of the service shape>/operation/<operation>
    _, target, _, operation = str(envelope.environ["PATH_INFO"]).rsplit("/", 3)
    models, protocol = _models(signer), "smithy-rpc-v2-cbor"
    chosen = next((one for one in models if one.metadata.get("targetPrefix") == target), None)
    if chosen is None or operation not in chosen.operation_names:
        return Asked(candidates(signer)[0], "" if chosen else operation, "cbor", protocol)
    model = chosen.operation_model(operation)
    return Asked(chosen.service_name, operation, "cbor", protocol, model, cbor.read(model, envelope.body))


def _json(envelope: Envelope, signer: str, target: str) -> Asked:
    prefix, _, operation = target.rpartition(".")
    models = _models(signer)
    chosen = next(
        (m for m in models if m.metadata.get("targetPrefix") == prefix), models[0] if models else None
    )
    if chosen is None or operation not in chosen.operation_names:
        return Asked(chosen.service_name if chosen else signer, operation, "json", "json")
    model = chosen.operation_model(operation)
    return Asked(chosen.service_name, operation, "json", "json", model, _parse("json", model, envelope, {}))


def _query(envelope: Envelope, signer: str, action: str) -> Asked:
    models = _models(signer)
    version = envelope.form.get("Version")
    chosen = next((m for m in models if m.api_version == version), models[0] if models else None)
    if chosen is None:
        return Asked(signer, action, "query", "query")
    dialect = "ec2" if chosen.metadata["protocol"] == "ec2" else "query"
    if action not in chosen.operation_names:
        return Asked(chosen.service_name, "", dialect, dialect)
    model = chosen.operation_model(action)
    return Asked(chosen.service_name, action, dialect, dialect, model, _parse(dialect, model, envelope, {}))


def _rest(envelope: Envelope, signer: str) -> Asked:
    names = candidates(signer)
    if signer == "s3" and str(envelope.environ["PATH_INFO"]).startswith("/v20180820/"):
        names = ("s3control",)
    for name in names:
        if (router := _router(name)) is None:
            continue
        try:
            operation, uri = router.match(envelope.request)
        except NotFound:  # another service of this signing name may have the path
            continue
        protocol = str(router.service_model.metadata["protocol"])
        params = _parse(protocol, operation, envelope, uri)
        return Asked(name, str(operation.name), dialect_of(name, protocol), protocol, operation, params)
    model = _model(names[0])
    protocol = str(model.metadata["protocol"]) if model else "rest-json"
    return Asked(names[0], "", dialect_of(names[0], protocol), protocol)


@cache
def _router(name: str) -> ProtocolRouter | None:
    """Return moto's router of a service by method and path; None for one that has no such protocol."""
    model = _model(name)
    if model is None or not str(model.metadata["protocol"]).startswith("rest-"):
        return None
    found = get_router_class(name, str(model.metadata["protocol"]))
    return found(model) if found else None


def dialect_of(service: str, protocol: str) -> str:
    """Name the way in which a service writes answers and errors."""
    if service == "s3":
        return "s3"
    return {"smithy-rpc-v2-cbor": "cbor"}.get(protocol, protocol)


def _parse(
    protocol: str, model: OperationModel, envelope: Envelope, uri: Mapping[str, Any]
) -> Mapping[str, Any]:
    if protocol not in PROTOCOL_PARSERS:
        return {}
    query = protocol in {"ec2", "query"}
    request = None if query or protocol == "json" else envelope.request
    source: Any = {
        "method": envelope.environ["REQUEST_METHOD"],
        "values": envelope.form if query else (request.args if request else {}),
        "headers": request.headers if request else {},
        "body": envelope.body,
        "url_path": envelope.environ["PATH_INFO"],
        "url_params": uri,
    }
    try:
        parsed: dict[str, Any] = PROTOCOL_PARSERS[protocol](model).parse(source)
    except (ValueError, KeyError, TypeError, AttributeError, json.JSONDecodeError):
        return {}  # the one who answers will say what is wrong with it
    return {key: value for key, value in parsed.items() if value is not None}

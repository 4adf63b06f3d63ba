"""
Lambda's code: moto keeps the packages, and these answers lead to them as AWS's do.

A link is of S3, to a bucket of Lambda's own account, signed by a session of that account, and good for ten
minutes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.awslambda.models import lambda_backends
from moto.s3.models import s3_backends

from forensics.drill import buckets
from forensics.drill.call import Call, Handler
from forensics.drill.denials import Answer
from forensics.drill.principals import PARTITION, Credential
from forensics.drill.world import World

LAMBDA = "999999999999"
"""The account that stands for Lambda's own."""
MINUTES = 10


def _function(call: Call) -> Answer:
    answer = call.moto.answer(call)
    if answer.status != 200:
        return answer
    said = json.loads(answer.body)
    name, version = said["Configuration"]["FunctionName"], said["Configuration"]["Version"]
    if said["Configuration"].get("PackageType") != "Image":
        kept = lambda_backends[call.account][call.region].get_function(name, qualifier=version)
        location = _link(call, f"{name}-{version}", bytes(kept.code_bytes))
        said["Code"] = {"Location": location, "RepositoryType": "S3"}
    return _written(answer, said)


def _layer(call: Call) -> Answer:
    answer = call.moto.answer(call)
    if answer.status != 200:
        return answer
    said = json.loads(answer.body)
    name, version = str(said["LayerArn"]).rpartition(":")[2], str(said["Version"])
    kept = lambda_backends[call.account][call.region].get_layer_version(name, version)
    said["Content"]["Location"] = _link(call, f"{name}-{version}", bytes(kept.code_bytes))
    return _written(answer, said)


def _written(answer: Answer, said: Mapping[str, Any]) -> Answer:
    headers = {name: value for name, value in answer.headers.items() if name.lower() != "content-length"}
    return Answer(answer.status, json.dumps(said).encode(), headers)


def _link(call: Call, name: str, body: bytes) -> str:
    """Put a package where a link leads to, and give that."""
    world, bucket = call.world, f"awslambda-{call.region}-tasks"
    key = f"snapshots/{call.account}/{name}"
    with world.lock:
        session = _session(world)
        backend = s3_backends[LAMBDA][PARTITION]
        if bucket not in backend.buckets:
            backend.create_bucket(bucket, call.region)
        buckets.put(backend.buckets[bucket], key, body, datetime.fromtimestamp(world.clock(), UTC))
    host = call.envelope.header("host")
    request = AWSRequest("GET", f"http://{host}/{bucket}/{key}")
    keys = Credentials(session.key, session.secret, session.token)
    S3SigV4QueryAuth(keys, "s3", call.region, expires=MINUTES * 60).add_auth(request)
    return str(request.url)


def _session(world: World) -> Credential:
    root = world.keys.accounts.get(LAMBDA) or world.keys.add_account(LAMBDA)
    return world.keys.start_session(root.principal, world.clock() + 3600)


def _addresses(call: Call) -> Mapping[str, Any]:
    """List the addresses of a function: moto keeps one, and has no list."""
    kept = lambda_backends[call.account][call.region].get_function(str(call.params["FunctionName"]))
    return {"FunctionUrlConfigs": [kept.url_config.to_dict()] if kept.url_config is not None else []}


HANDLERS: Mapping[str, Handler] = {
    "GetFunction": _function,
    "GetLayerVersion": _layer,
    "GetLayerVersionByArn": _layer,
    "ListFunctionUrlConfigs": _addresses,
}

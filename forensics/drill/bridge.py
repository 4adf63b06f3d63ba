"""
The way into moto: its response classes, without Flask where we know them.

These parts of moto are internal to it, hence the pin; `check_version` says so in words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

import moto
from botocore.model import OperationNotFoundError
from moto.cloudtrail.responses import CloudTrailResponse
from moto.core.responses import ActionResult
from moto.ec2.responses import EC2Response
from moto.iam.responses import IamResponse
from moto.moto_server.werkzeug_app import BackendRequest, DomainDispatcherApplication, create_backend_app
from moto.s3.responses import S3Response

from forensics.drill import pages
from forensics.drill.call import Call
from forensics.drill.denials import Answer, Refusal, Trouble, refusal
from forensics.errors import ForensicsError

VERSION = "5.2.5"
CLASSES: Mapping[str, type] = {"cloudtrail": CloudTrailResponse, "ec2": EC2Response, "iam": IamResponse}
Edit = Callable[[Any], Any]
_STUMBLES = (
    # Caught, never raised here: moto's `BaseResponse.call_action` raises it where it has no such operation.
    NotImplementedError,
    AttributeError,  # as moto says that it has no such service
    OperationNotFoundError,  # what signs as a service that moto has, and is none of its operations
    ImportError,  # what moto takes for CloudFormation and a few more is not installed with the drill
    *(AssertionError, KeyError, TypeError, ValueError),  # parameters that AWS takes and moto does not
)
"""What moto raises in place of an answer: the caller gets a refusal, as from AWS."""


def check_version() -> None:
    """Refuse any moto but the one that the overlay was written for."""
    if moto.__version__ != VERSION:
        raise ForensicsError(
            f"the drill needs moto {VERSION}, and found {moto.__version__}",
            hint="pip install 'aws-forensics[drill]'",
        )


class Bridge:
    """Asks moto, and turns what it cannot answer into a clean refusal."""

    def __init__(self) -> None:
        self._flask = DomainDispatcherApplication(create_backend_app)

    def answer(self, call: Call) -> Answer:
        """Answer as moto does, in pages where AWS pages."""
        paging = pages.table(call.asked.service).get(call.asked.operation)
        default = call.world.page_size or pages.DEFAULTS.get(call.asked.service, 0)
        if paging is None:
            return self.ask(call)
        return self.ask(call, lambda result: pages.page_result(paging, call.params, result, default), paging)

    def ask(self, call: Call, edit: Edit | None = None, paging: pages.Paging | None = None) -> Answer:
        """Ask moto, and let `edit` change the result before it is written."""
        with call.world.lock:
            if call.asked.service in CLASSES:
                return self._direct(call, edit, paging)
            if call.asked.service == "s3":
                return self._storage(call)
            return self._by_flask(call)

    def result(self, call: Call) -> Any:
        """Ask moto for a result as its objects, unwritten; its refusals are raised."""
        found: list[Any] = []

        def keep(result: Any) -> Any:
            found.append(result)
            return {}

        answer = self.ask(call, keep)
        if not found:
            raise Refused(answer)
        return found[0]

    def _direct(self, call: Call, edit: Edit | None, paging: pages.Paging | None) -> Answer:
        request = BackendRequest(self._environ(call))
        asker = CLASSES[call.asked.service]()
        asker.setup_class(request, request.raw_url, request.headers)
        if paging is not None:
            _ask_for_all(asker, call, paging)
        written = asker.serialized

        def serialised(outcome: ActionResult) -> Any:
            if edit is not None and not isinstance(outcome.result, Exception):
                outcome = ActionResult(edit(outcome.result or {}))
            return written(outcome)

        asker.serialized = serialised
        try:
            status, headers, body = asker.call_action()
        except _STUMBLES:
            raise unknown(call) from None
        return Answer(
            int(status), _bytes(body), {k: str(v) for k, v in headers.items() if k.lower() != "status"}
        )

    def _storage(self, call: Call) -> Answer:
        # not by Flask, whose routes have no place for a key with a line break
        asker: Any = S3Response()
        request = BackendRequest(self._environ(call))
        ask = asker.key_response if "Key" in call.params else asker.bucket_response
        try:
            status, headers, body = ask(request, request.raw_url, request.headers)
        except _STUMBLES:
            raise unknown(call) from None
        return Answer(int(status), _bytes(body), {name: str(value) for name, value in headers.items()})

    def _by_flask(self, call: Call) -> Answer:
        caught: dict[str, Any] = {}

        def start(status: str, headers: list[tuple[str, str]], _: Any = None) -> Callable[[bytes], None]:
            caught.update(status=int(status.split(maxsplit=1)[0]), headers=dict(headers))
            return lambda _data: None

        try:
            chunks = self._flask(self._environ(call), start)
            body = b"".join(chunks)
        except _STUMBLES:
            raise unknown(call) from None
        if body[:15].lower().startswith((b"<!doctype html", b"<html")) or not caught:
            raise unknown(call)
        headers = {k: v for k, v in caught["headers"].items() if not k.lower().startswith("access-control")}
        return Answer(caught["status"], body, headers)

    def _environ(self, call: Call) -> dict[str, Any]:
        environ = dict(call.envelope.environ)
        environ["wsgi.input"] = BytesIO(call.envelope.body)
        environ["CONTENT_LENGTH"] = str(len(call.envelope.body))
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = call.account
        return environ


def _ask_for_all(asker: Any, call: Call, paging: pages.Paging) -> None:
    params = getattr(asker, "params", {})
    for name in (paging.token_in, paging.limit):
        asker.querystring.pop(name, None)
        params.pop(name, None)
    if call.asked.operation == "DescribeInstances":
        params[paging.limit] = 10**9  # the one list that moto would cut by itself, at 100


class Refused(Exception):  # noqa: N818 - moto's refusal, on its way to the caller as it is
    """Carry an error that moto has already written."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def unknown(call: Call) -> Refusal:
    """Word the refusal of an operation that the drill does not play."""
    asked = call.asked
    what = f"{asked.service}:{asked.operation or 'an operation that no model knows'}"
    return refusal(Trouble.UNKNOWN_OPERATION, asked.dialect, what=what)


def _bytes(body: Any) -> bytes:
    return body.encode("utf-8") if isinstance(body, str) else bytes(body or b"")

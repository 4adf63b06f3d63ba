"""The front door: resolve, authenticate, refuse or answer, record."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Any

from forensics.drill import buckets, events, sigv4, untouched
from forensics.drill.bridge import Bridge, Refused, unknown
from forensics.drill.call import Call, Handler, serialise
from forensics.drill.contexts import asks
from forensics.drill.denials import Answer, Refusal, Trouble, refusal, write
from forensics.drill.faults import PAGING, Fault
from forensics.drill.principals import Principal
from forensics.drill.record import Seen, mutating
from forensics.drill.services import GLOBAL_SERVICES, Asked, Envelope, resolve
from forensics.drill.sigv4 import Signature
from forensics.drill.virtual import by_path
from forensics.drill.world import World

_CODE = re.compile(rb"<Code>([^<]{1,200})</Code>")
_REQUEST_ID = re.compile(rb"<(RequestI[dD]|requestId)>[^<]*</")
_OURS = frozenset({"x-amzn-requestid", "x-amz-request-id", "date"})


class Gateway:
    """Answers requests; one for the life of a world."""

    def __init__(self, world: World, bridge: Bridge, handlers: Mapping[tuple[str, str], Handler]) -> None:
        self.world = world
        self.bridge = bridge
        self._handlers = handlers

    def answer(self, environ: dict[str, Any], body: bytes) -> Answer:
        """Answer one request, whatever it is, and note it."""
        envelope = Envelope(environ, body)
        signature = sigv4.read(envelope)
        service = signature.service if signature else _unsigned(envelope)
        asked = resolve(by_path(envelope) if service == "s3" else envelope, service)
        request_id = _request_id(self.world)
        visit = _Visit(self, envelope, signature, asked, request_id)
        answer = visit.answer()
        _stamp(answer, request_id, self.world.clock())
        visit.note(answer)
        return answer

    def carry_out(self, call: Call) -> Answer:
        """Let the overlay answer, or moto, or say that nobody does."""
        asked = call.asked
        if not asked.operation:
            raise unknown(call)
        self.world.furnish(asked.service)
        answer = self._carry_out(call)
        if answer.status < 400:
            untouched.note(call)
        return answer

    def _carry_out(self, call: Call) -> Answer:
        asked = call.asked
        handler = self._handlers.get((asked.service, asked.operation), untouched.quiet)
        result = handler(call)
        if result is None:
            buckets.admit(call)
            return self.bridge.answer(call)
        return result if isinstance(result, Answer) else serialise(call, result)


class _Visit:
    """One request on its way through the gateway."""

    def __init__(
        self, gateway: Gateway, envelope: Envelope, signature: Signature | None, asked: Asked, request_id: str
    ) -> None:
        self._gateway = gateway
        self._world = gateway.world
        self._envelope = envelope
        self._signature = signature
        self._asked = asked
        self._request_id = request_id
        self._region = signature.region if signature else "us-east-1"
        self._principal: Principal | None = None
        self._faults: list[Fault] = []

    def answer(self) -> Answer:
        try:
            self._principal = self._authenticate()
            return self._befall()
        except Refusal as denied:
            return self._write(denied)
        except Refused as carried:
            return carried.answer

    def _write(self, denied: Refusal) -> Answer:
        model = self._asked.model
        metadata = model.service_model.metadata if model else {}
        prefix = metadata.get("targetPrefix", "") if metadata.get("jsonVersion") == "1.0" else ""
        return write(denied, self._asked.dialect, self._request_id, prefix=prefix)

    def _refuse(self, trouble: Trouble, **words: str) -> Refusal:
        return refusal(trouble, self._asked.dialect, **words)

    def _authenticate(self) -> Principal:
        signature = self._signature
        if signature is None:
            raise self._refuse(Trouble.MISSING)
        credential = self._world.keys.find(signature.key)
        if credential is None or not credential.active:
            raise self._refuse(Trouble.UNKNOWN_KEY)
        if not sigv4.holds(signature, self._envelope, credential.secret):
            raise self._refuse(Trouble.BAD_SIGNATURE)
        if not sigv4.body_matches(self._envelope):
            raise self._refuse(Trouble.BAD_SIGNATURE)
        if signature.token != credential.token:
            raise self._refuse(Trouble.BAD_TOKEN)
        now = self._world.clock()
        age = sigv4.age(signature, now)
        if age is None or age > (signature.expires or sigv4.SKEW) or age < -sigv4.SKEW:
            raise self._refuse(Trouble.SKEWED)
        if credential.expires is not None and now >= credential.expires:
            raise self._refuse(Trouble.EXPIRED)
        if self._asked.service not in GLOBAL_SERVICES and not self._world.enabled(self._region):
            raise self._refuse(Trouble.REGION)
        return credential.principal

    def _befall(self) -> Answer:
        asked = self._asked
        self._faults = self._world.faults.draw(asked.service, asked.operation, self._region)
        for fault in self._faults:
            if fault.kind == "delay":
                time.sleep(fault.seconds)
            elif (denied := fault.refusal(asked.dialect)) is not None:
                raise denied
            elif fault.kind == "reset" and fault.when == "before":
                return Answer(0, b"", damage="reset")
        answer = self._authorised()
        if self._faults and self._faults[-1].kind in {"reset", "torn"}:
            last = self._faults[-1]
            answer.damage = "cut" if last.when == "body" else last.kind
            answer.offset = last.offset
        return answer

    def _authorised(self) -> Answer:
        principal = self._principal
        assert principal is not None  # noqa: S101 - authenticated before
        asked, gateway = self._asked, self._gateway
        call = Call(
            self._world,
            by_path(self._envelope) if asked.service == "s3" else self._envelope,
            asked,
            principal,
            self._region,
            self._request_id,
            gateway.bridge,
            next((fault.kind for fault in self._faults if fault.kind in PAGING), ""),
        )
        if asked.operation and (why := self._world.policies.why_not(principal, asks(call), self._region)):
            raise self._refuse(Trouble.DENIED, why=why)
        return gateway.carry_out(call)

    def note(self, answer: Answer) -> None:
        asked, principal = self._asked, self._principal
        headers = self._envelope.environ
        now = self._world.clock()
        call = {
            "time": datetime.fromtimestamp(now, UTC).isoformat(),
            "service": asked.service,
            "operation": asked.operation,
            "region": self._region,
            "account": principal.account if principal else "",
            "principal": principal.arn if principal else "",
            "status": answer.status,
            "code": answer.code or _code(answer),
            "request_id": self._request_id,
            "user_agent": str(headers.get("HTTP_USER_AGENT", "")),
            "mutating": mutating(asked.operation) and not asked.params.get("DryRun"),
            "dry": bool(asked.params.get("DryRun")),
            "fault": self._faults[-1].kind if self._faults else "",
            "parameters": asked.params,
        }
        self._world.calls.add(call)
        if principal is not None and answer.status and events.managed(asked.service, asked.operation):
            self._world.calls.see(self._seen(now, call, principal, answer))

    def _seen(self, now: float, call: Mapping[str, Any], principal: Principal, answer: Answer) -> Seen:
        told = answer.status >= 400 or bool(call["mutating"]) or self._asked.operation.startswith("Assume")
        return Seen(
            now,
            call,
            principal,
            self._signature.key if self._signature else "",
            str(self._envelope.environ.get("REMOTE_ADDR", "127.0.0.1")),
            answer.status,
            self._asked.protocol,
            self._asked.model,
            answer.body if told else b"",
            answer.headers if told else {},
        )


def _stamp(answer: Answer, request_id: str, now: float) -> None:
    # moto has ids of its own; a caller must find the recorded one, in headers and body alike
    kept = {name: value for name, value in answer.headers.items() if name.lower() not in _OURS}
    stamped = {
        "x-amzn-RequestId": request_id,
        "x-amz-request-id": request_id,
        "Date": formatdate(now, usegmt=True),
    }
    answer.headers = kept | stamped
    if "xml" in kept.get("Content-Type", "xml"):
        raw = request_id.encode()
        answer.body = _REQUEST_ID.sub(lambda found: b"<%b>%b</" % (found[1], raw), answer.body, count=1)


def _code(answer: Answer) -> str:
    if answer.status < 400:
        return ""
    if match := _CODE.search(answer.body[:4096]):
        return match[1].decode("utf-8", "replace")
    if named := answer.headers.get("x-amzn-ErrorType") or answer.headers.get("X-Amzn-Errortype"):
        return named.split("#")[-1]
    try:
        return str(json.loads(answer.body)["__type"]).rsplit("#", maxsplit=1)[-1]
    except (ValueError, KeyError, TypeError):
        return str(answer.status)


def _unsigned(envelope: Envelope) -> str:
    # an unsigned call names no service; these two are the ones that are asked without a signature
    return "sts" if envelope.form.get("Action", "").startswith("AssumeRoleWith") else "s3"


def _request_id(world: World) -> str:
    text = f"{world.random.getrandbits(128):032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

"""
Ask AWS one thing until it has answered: every attempt is kept, and every answer becomes a value.

The loop over attempts is ours and botocore's is off, for three reasons: a body that breaks off is no
error to botocore, each attempt has to wait for its turn, and a wait must end when the run does. The
errors worth another attempt, and the waits between, are those of botocore's `standard` mode.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore import xform_name
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004 - botocore's own
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ProxyConnectionError,
    ReadTimeoutError,
)

from forensics.aws import bodies, codes, never
from forensics.aws.credentials import NO_CREDENTIALS, no_credentials, request_id_of
from forensics.aws.paging import MAX_PAGES
from forensics.aws.wait import backoff
from forensics.aws.wire import Capture, stamp
from forensics.errors import CredentialsError
from forensics.model import GLOBAL, Exchange, Outcome, Source

if TYPE_CHECKING:
    from forensics.aws.session import Session

ATTEMPTS = 8
LONGEST_WAIT = 10.0
"""Seconds between two attempts, at most."""
UNREACHABLE_ATTEMPTS = 4
"""Attempts where not even a connection can be had: a region or a service that is not there stays so."""

WHO_AM_I = "sts.GetCallerIdentity"

_BEFOREHAND = frozenset({"CreateSession", "DescribeEndpoints"})
"""What botocore asks the service by itself, before what it was told to: its refusal is that of both."""

CLOCK_HINT = "refresh the credentials, check this machine's clock, and run the same command again"


@dataclass(frozen=True, slots=True)
class Answer:
    """What AWS answered with success."""

    values: Mapping[str, Any]
    """Its members: all of them if `whole`, else the top-level ones, as text where they came as XML."""
    whole: bool
    request_id: str
    date: str
    """AWS's clock, as its Date header."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """With names in lower case."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What AWS answered with an error, or why there was no answer."""

    outcome: Outcome
    code: str
    message: str
    request_id: str
    sure: bool
    """Whether AWS has certainly not done it. Without an answer, or with a broken one, nobody knows."""
    again: bool = False
    """Whether the same request may be answered better in a while."""


Asking = Generator[Exchange, None, Answer | Refusal]


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks for one source. Yields every attempt as an `Exchange` and returns what came of them."""

    session: Session
    source: Source
    clock: Callable[[], datetime]
    sleep: Callable[[float], None]
    """May raise: that ends the asking, and the run."""
    draw: Callable[[], float] = random.random
    other: str = ""
    """The service that is asked, where it is not the source's: S3, for the bucket of a trail."""
    place: str = ""
    """The region that is asked, where it is not the source's: a bucket has its own."""

    @property
    def service(self) -> str:
        """The service that is asked."""
        return self.other or self.source.service

    @property
    def region(self) -> str:
        """The region whose endpoint is asked: for services without regions home, or the one they are in."""
        if self.place:
            return self.place
        if self.source.region == GLOBAL:
            return self.session.places.seat(self.service)
        return self.source.region

    def ask(
        self,
        parameters: Mapping[str, Any],
        *,
        operation: str = "",
        whole: bool = False,
        bound: bool = False,
        attempts: int = ATTEMPTS,
    ) -> Asking:
        """
        Ask once, with as many attempts as it takes.

        `operation` where it is not the source's own; `whole` where all of the answer is needed;
        `bound` where the parameters hold a name from another answer. `attempts=1` for what must not
        happen twice. Raises `CredentialsError` only.
        """
        operation = operation or self.source.operation
        if why := never.why_not(self.service, operation, parameters):
            return Refusal(Outcome.UNSUPPORTED, codes.NEVER, f"not asked, ever: {why}", "", sure=True)
        closed, last = self.session.closed, None
        for attempt in range(1, attempts + 1):
            if (mute := closed.mute(self.service, self.region)) is not None:
                return last or mute
            if last is not None:
                self.sleep(backoff(attempt - 1, longest=LONGEST_WAIT, draw=self.draw))
            self.session.pace.wait(self.region, self.service, operation, self.sleep)
            capture, error = self._send(operation, parameters, whole=whole)
            if capture.status:
                closed.heard(self.service, self.region)
            exchange = self._exchange(capture, error, operation, parameters, attempt)
            self.session.journal.exchange(exchange)
            yield exchange
            if error is None and not capture.defect:
                return _answer(capture)
            last = self._refusal(capture, error, operation, bound=bound)
            if silent(error):
                closed.unheard(self.service, self.region, last)
            if not last.again or attempt >= _attempts(error, attempts):
                return last
        raise AssertionError("a request has at least one attempt")

    def _send(
        self, operation: str, parameters: Mapping[str, Any], *, whole: bool
    ) -> tuple[Capture, BotoCoreError | ClientError | None]:
        client = self.session.client(self.service, self.region)
        event = f"{client.meta.service_model.service_id.hyphenize()}.{operation}"
        with self.session.tap.capture(event, whole=whole) as capture:
            try:
                getattr(client, xform_name(operation))(**parameters)
            except NO_CREDENTIALS as error:
                raise no_credentials(error) from error
            except ClientError as error:
                if error.operation_name not in {operation, *_BEFOREHAND}:
                    # A role could not be assumed again in the midst of signing: no answer to what we asked.
                    raise no_credentials(error) from error
                return capture, error
            except BotoCoreError as error:
                return capture, error
        return capture, None

    def _exchange(
        self,
        capture: Capture,
        error: BotoCoreError | ClientError | None,
        operation: str,
        parameters: Mapping[str, Any],
        attempt: int,
    ) -> Exchange:
        now = stamp(self.clock())
        return Exchange(
            self.source,
            parameters,
            capture.endpoint,
            self.session.principal,
            capture.sent or now,
            now,
            capture.status,
            _request_id(capture, error),
            capture.headers.get("date", ""),
            capture.body if capture.status else _reason(error).encode(),
            attempt,
            capture.defect or _code(error),
            operation if operation != self.source.operation else "",
            self.other,
        )

    def _refusal(
        self, capture: Capture, error: BotoCoreError | ClientError | None, operation: str, *, bound: bool
    ) -> Refusal:
        """Make a value of what was no answer."""
        code, request_id = capture.defect or _code(error), _request_id(capture, error)
        message, status = _message(error, capture.defect), capture.status
        if codes.throttled(code, status):
            self.session.pace.throttled(self.region, self.service, operation)
        try:
            outcome = self.outcome(code, message, status, bound=bound)
        except CredentialsError as stop:
            stop.request_id = stop.request_id or request_id
            raise
        again = codes.retriable(code, status) or isinstance(error, HTTPClientError | ConnectionError)
        refused = 400 <= status < 500 or codes.throttled(code, status) or outcome is Outcome.UNSUPPORTED
        sure = refused or not capture.sent or unreachable(error)
        return Refusal(outcome, code, message, request_id, sure, again)

    def outcome(self, code: str, message: str, status: int, *, bound: bool) -> Outcome:
        """Say what an error answer means. Raises `CredentialsError` where it means that of our own."""
        if code in codes.EXPIRED or (code in codes.BAD_SIGNATURE and not self._known()):
            raise CredentialsError(
                f"AWS refused the credentials: {code}", hint=CLOCK_HINT, code=code, said=message
            )
        if codes.unknown_key(code, status, bound=bound):
            if not self._known():
                raise CredentialsError(
                    f"AWS does not know these credentials: {code}", code=code, said=message
                )
            if self.region != self.session.home:
                return Outcome.REGION_DISABLED
        return codes.outcome(code, message, status, bound=bound)

    def _known(self) -> bool:
        """Say whether AWS knows the credentials still: one operation's word is not enough to end a run."""
        # Whoever asks just that has its answer already, and must not ask again.
        return self.source.name != WHO_AM_I and self.session.still_known()

    def pages(
        self,
        parameters: Mapping[str, Any],
        take: Callable[[Answer], None],
        *,
        operation: str = "",
        whole: bool = False,
        bound: bool = False,
    ) -> Generator[Exchange, None, Refusal | None]:
        """
        Ask for a list to its last page, giving each page's answer to `take`.

        Returns the refusal that ended it early, if one did: also where AWS's tokens lead nowhere.
        """
        paging = self.session.paging(self.service, operation or self.source.operation)
        request, seen = paging.first(parameters), set[str]()
        while True:
            answer = yield from self.ask(
                request, operation=operation, whole=whole or not paging.plain, bound=bound
            )
            if isinstance(answer, Refusal):
                return answer
            take(answer)
            following, code = paging.following(answer.values)
            if not following:
                return truncated(code, answer) if code else None
            if (token := repr(sorted(following.items()))) in seen:
                return truncated(codes.REPEATED_TOKEN, answer)
            seen.add(token)
            if len(seen) >= MAX_PAGES:
                return truncated(codes.PAGE_LIMIT, answer)
            request = {**request, **following}


_TRUNCATED = {
    codes.MISSING_TOKEN: "AWS says that there is more, and not where",
    codes.REPEATED_TOKEN: "AWS points back to a page that was already read",
    codes.PAGE_LIMIT: f"the list has more than {MAX_PAGES} pages",
}


def truncated(code: str, answer: Answer) -> Refusal:
    """Say that a list broke off, after this answer."""
    return Refusal(Outcome.TRUNCATED, code, _TRUNCATED[code], answer.request_id, sure=True)


def _answer(capture: Capture) -> Answer:
    headers = capture.headers
    return Answer(capture.values, capture.read_whole, capture.request_id, headers.get("date", ""), headers)


def _attempts(error: BotoCoreError | ClientError | None, attempts: int) -> int:
    return min(attempts, UNREACHABLE_ATTEMPTS) if unreachable(error) else attempts


def unreachable(error: BotoCoreError | ClientError | None) -> bool:
    """Say whether not even a connection was had, so that nothing was sent."""
    return isinstance(error, EndpointConnectionError | ConnectTimeoutError)


def silent(error: BotoCoreError | ClientError | None) -> bool:
    """Say whether the endpoint said nothing at all, for as long as we wait."""
    return unreachable(error) or isinstance(error, ReadTimeoutError | ProxyConnectionError)


def _code(error: BotoCoreError | ClientError | None) -> str:
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", ""))
    return "" if error is None else type(error).__name__


_DEFECTS = {
    codes.BODY_LIMIT: f"the body is longer than {bodies.LIMIT} bytes, and its first {bodies.KEPT} are kept"
}


def _message(error: BotoCoreError | ClientError | None, defect: str) -> str:
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Message", ""))
    return _DEFECTS.get(defect, "the body of the answer is not whole") if defect else _reason(error)


def _reason(error: BotoCoreError | ClientError | None) -> str:
    return "" if error is None else f"{type(error).__name__}: {error}"


def _request_id(capture: Capture, error: BotoCoreError | ClientError | None) -> str:
    return capture.request_id or request_id_of(error)

"""One call on its way through the overlay: who asks what, and the two ways to answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from moto.core.serialize import SerializationContext, get_serializer_class

from forensics.drill import cbor
from forensics.drill.denials import Answer, Refusal
from forensics.drill.pages import Paging
from forensics.drill.principals import Principal
from forensics.drill.services import Asked, Envelope
from forensics.drill.world import World


class Moto(Protocol):
    """What a handler may ask of moto."""

    def answer(self, call: Call) -> Answer:
        """Answer as moto does, in pages where AWS pages."""
        ...

    def ask(
        self, call: Call, edit: Callable[[Any], Any] | None = None, paging: Paging | None = None
    ) -> Answer:
        """Ask moto, and let `edit` change the result before it is written; `paging` asks for all of it."""
        ...

    def result(self, call: Call) -> Any:
        """Ask moto for a result as its objects, unwritten; its refusals are raised."""
        ...


@dataclass(frozen=True)
class Call:
    """A call whose signature holds and whose caller may make it."""

    world: World
    envelope: Envelope
    asked: Asked
    principal: Principal
    region: str
    request_id: str
    moto: Moto
    fault: str = ""
    """What befalls the pages of this call, if anything: a kind of `faults.PAGING`."""

    @property
    def params(self) -> Mapping[str, Any]:
        """Give the parameters, named as botocore's models name them."""
        return self.asked.params

    @property
    def account(self) -> str:
        """Give the account that the call is made in."""
        return self.principal.account

    def shelf(self, room: str, make: Callable[[], Any], *, everywhere: bool = False) -> Any:
        """Give what a room keeps for this account and region, made on first use."""
        return self.shelf_of(room, self.account, "" if everywhere else self.region, make)

    def shelf_of(self, room: str, account: str, region: str, make: Callable[[], Any]) -> Any:
        """Give what a room keeps for any account and region."""
        key = (room, account, region)
        with self.world.lock:
            if key not in self.world.shelf:
                self.world.shelf[key] = make()
            return self.world.shelf[key]

    @property
    def now(self) -> datetime:
        """Give the drill's time."""
        return datetime.fromtimestamp(self.world.clock(), UTC)

    def dry(self) -> None:
        """End a dry run as EC2 does: with the error that says it would have been done."""
        if self.params.get("DryRun"):
            raise Refusal("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412)


Handler = Callable[[Call], Mapping[str, Any] | Answer]
"""Answers an operation: with a result, named as in botocore's model, or with a ready answer."""


def serialise(call: Call, result: Mapping[str, Any]) -> Answer:
    """Write a result on the wire as the operation's protocol does."""
    model = call.asked.model
    assert model is not None  # noqa: S101 - only modelled operations have handlers
    if call.asked.dialect == "cbor":
        return cbor.write(model, result)
    writer = get_serializer_class(call.asked.service, call.asked.protocol)
    written = writer(model, SerializationContext(call.request_id)).serialize(dict(result))
    body = written["body"]
    return Answer(
        int(written["status_code"]),
        body.encode("utf-8") if isinstance(body, str) else bytes(body),
        {name: str(value) for name, value in written["headers"].items()},
    )

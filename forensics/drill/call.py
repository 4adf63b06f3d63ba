"""One call on its way through the overlay: who asks what, and the two ways to answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from moto.core.serialize import SerializationContext, get_serializer_class

from forensics.drill.denials import Answer
from forensics.drill.principals import Principal
from forensics.drill.services import Asked, Envelope
from forensics.drill.world import World


@dataclass(frozen=True)
class Call:
    """A call whose signature holds and whose caller may make it."""

    world: World
    envelope: Envelope
    asked: Asked
    principal: Principal
    region: str
    request_id: str

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
        key = (room, self.account, "" if everywhere else self.region)
        return self.world.shelf.setdefault(key, make()) if key not in self.world.shelf else self.world.shelf[key]


Handler = Callable[[Call], Mapping[str, Any] | Answer]
"""Answers an operation: with a result, named as in botocore's model, or with a ready answer."""


def serialise(call: Call, result: Mapping[str, Any]) -> Answer:
    """Write a result on the wire as the operation's protocol does."""
    model = call.asked.model
    assert model is not None  # noqa: S101 - only modelled operations have handlers
    writer = get_serializer_class(call.asked.service, call.asked.protocol)
    written = writer(model, SerializationContext(call.request_id)).serialize(dict(result))
    body = written["body"]
    return Answer(
        int(written["status_code"]),
        body.encode("utf-8") if isinstance(body, str) else bytes(body),
        {name: str(value) for name, value in written["headers"].items()},
    )

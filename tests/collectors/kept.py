"""What a play has kept of buckets, and what is in them as their owners see it."""

from __future__ import annotations

from typing import Any

from forensics.drill.server import Drill
from forensics.model import Evidence
from tests.collectors.play import REGION, Memory, Play, session_on

VICTIM, MANAGEMENT, EVIDENCE = "222222222222", "111111111111", "333333333333"


def files(play: Play, row: str = "") -> list[Evidence]:
    """Return what was kept, of one row or of all."""
    return [one for (name, _), one in play.kept.items() if row in {"", name}]


def body(one: Evidence) -> bytes:
    """Return what a kept file holds."""
    assert isinstance(one.draft, Memory)
    assert not one.draft.discarded
    return bytes(one.draft.data)


def root(drill: Drill, service: str, *, account: str = VICTIM, region: str = REGION) -> Any:
    """Give a client of the root of an account."""
    known = drill.root(account)
    keys = {"access_key": known["AWS_ACCESS_KEY_ID"], "secret_key": known["AWS_SECRET_ACCESS_KEY"]}
    return session_on(drill, credentials=keys).client(service, region)

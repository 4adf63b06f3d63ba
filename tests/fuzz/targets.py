"""All targets, by name."""

from __future__ import annotations

from tests.fuzz import asking, checking, formats
from tests.fuzz.driving import Target

TARGETS: dict[str, Target] = {one.name: one for one in (*formats.TARGETS, *checking.TARGETS, *asking.TARGETS)}

"""Which values of entries are text, to whoever prints or sorts them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_TEXTS = {
    "aws.effect": ("account", "region", "service", "operation", "op", "id", "kind", "state"),
    "coverage": ("account", "region", "service", "operation"),
    "op.start": ("account", "region", "service", "operation", "op", "about"),
    "run.end": ("outcome",),
    "run.start": ("account", "run"),
}
"""What whoever prints or sorts takes for text."""


def check_texts(kind: str, body: Mapping[str, Any]) -> None:
    """Raise `TypeError` for a body in which what should be text is none."""
    values = [body[key] for key in _TEXTS.get(kind, ())]
    if kind == "coverage":
        for gap in body["gaps"]:
            values += [gap["code"], gap["message"], gap["request_id"], *gap["also"]]
    if not all(isinstance(value, str) for value in values):
        raise TypeError("a value that should be text")

"""GuardDuty's findings, from the seed: moto knows detectors alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forensics.drill.call import Call, Handler


def kept(call: Call) -> list[dict[str, Any]]:
    """Give the findings of this account and region."""
    found: list[dict[str, Any]] = call.shelf("findings", list)
    return found


def _list(call: Call) -> Mapping[str, Any]:
    return {"FindingIds": [finding["Id"] for finding in kept(call)]}


def _get(call: Call) -> Mapping[str, Any]:
    wanted = set(call.params.get("FindingIds", ()))
    return {"Findings": [finding for finding in kept(call) if finding["Id"] in wanted]}


HANDLERS: Mapping[str, Handler] = {"GetFindings": _get, "ListFindings": _list}

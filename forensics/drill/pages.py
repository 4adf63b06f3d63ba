"""Pages that are pages: moto hands out whole lists for most operations, whatever size was asked for."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from botocore.loaders import Loader

from forensics.drill.denials import Refusal

DEFAULTS: Mapping[str, int] = {"ec2": 1000, "iam": 100}
"""Size of a page where the caller names none; other services are left as moto answers them."""


@dataclass(frozen=True, slots=True)
class Paging:
    """How an operation pages, as botocore's paginators know it."""

    token_in: str
    token_out: str
    limit: str
    lists: tuple[str, ...]
    more: str = ""


@lru_cache(maxsize=64)
def table(service: str) -> Mapping[str, Paging]:
    """Give every operation of a service that pages, with lists at the top of its answer."""
    if service not in DEFAULTS:
        return {}
    known = Loader().load_service_model(service, "paginators-1")["pagination"]
    return {name: paging for name, entry in known.items() if (paging := _paging(entry)) is not None}


def _paging(entry: Mapping[str, Any]) -> Paging | None:
    keys = entry.get("result_key")
    lists = (keys,) if isinstance(keys, str) else tuple(keys or ())
    plain = [entry.get("input_token"), entry.get("output_token"), entry.get("limit_key"), *lists]
    if not lists or not all(isinstance(name, str) and "." not in name for name in plain):
        return None
    return Paging(
        entry["input_token"], entry["output_token"], entry["limit_key"], lists, entry.get("more_results", "")
    )


def cut(
    paging: Paging, params: Mapping[str, Any], items: Sequence[Any], default: int
) -> tuple[Sequence[Any], str | None]:
    """Cut the page that was asked for out of a whole list, and give the token of the next."""
    start = offset(paging, params)
    size = int(params.get(paging.limit) or default)
    page = items[start : start + size]
    end = start + len(page)
    return page, token(paging, params, end) if end < len(items) else None


def token(paging: Paging, params: Mapping[str, Any], position: int) -> str:
    """Make an opaque token, good for the same question alone."""
    text = json.dumps([position, _question(paging, params)])
    return base64.urlsafe_b64encode(text.encode()).decode()


def offset(paging: Paging, params: Mapping[str, Any]) -> int:
    """Read a token of ours; one of another question, or of nobody's, is refused as AWS does."""
    given = params.get(paging.token_in)
    if not given:
        return 0
    try:
        position, question = json.loads(base64.urlsafe_b64decode(str(given)))
    except ValueError:
        position, question = 0, ""
    if question != _question(paging, params):
        code = "InvalidNextToken" if paging.token_in == "NextToken" else "InvalidInput"
        raise Refusal(code, f"The value of {paging.token_in} is not valid for this request")
    return int(position)


def _question(paging: Paging, params: Mapping[str, Any]) -> str:
    rest = {key: value for key, value in params.items() if key not in {paging.token_in, paging.limit}}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, default=str).encode()).hexdigest()[:16]


def page_result(
    paging: Paging, params: Mapping[str, Any], result: Mapping[str, Any], default: int
) -> dict[str, Any]:
    """Cut a whole result down to the page that was asked for, over all its lists in their order."""
    rows = [(name, item) for name in paging.lists for item in result.get(name) or ()]
    page, following = cut(paging, params, rows, default)
    paged = dict(result) | {name: [item for key, item in page if key == name] for name in paging.lists}
    paged[paging.token_out] = following
    if paging.more:
        paged[paging.more] = following is not None
    return paged

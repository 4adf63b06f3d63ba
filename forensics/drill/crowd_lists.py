"""Lists in which the crowd stands behind what moto keeps: moto's pages first, then pages of the crowd."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import takewhile
from typing import Any

from forensics.drill import pages, snapshots, volumes
from forensics.drill.call import Call, Handler, serialise
from forensics.drill.crowd import Member, crowd
from forensics.drill.crowd_xml import KINDS, Kind, Place
from forensics.drill.denials import Answer
from forensics.drill.filters import passes

_TABLE = pages.table("ec2")


def _list(call: Call, kind: Kind) -> Answer:
    place = Place(call.account, call.region, crowd(call.world, call.account, call.region))
    ids = call.params.get(kind.ids, ()) if kind.ids else ()
    known = [id_ for id_ in ids if id_ in place.crowd.by_id]
    filters = call.params.get("Filters", ())
    listed = [] if ids and not known else kind.units(place, ids)
    units = [unit for unit in listed if not filters or passes(kind.fields(place, unit), filters)]
    start = pages.offset(_TABLE[kind.operation], call.params)
    if known:
        return _page(call, kind, place, units, (start, 0))
    kept = _Kept(call, kind, len(units), start)
    answer = kept.ask()
    behind = bool(units) and answer.status < 400 and start >= kept.count
    return _page(call, kind, place, units, (start, kept.count)) if behind else answer


class _Kept:
    """What moto keeps of a list, in pages, and how much that is."""

    def __init__(self, call: Call, kind: Kind, behind: int, start: int) -> None:
        self._call, self._kind, self._behind, self._start = call, kind, behind, start
        self.count = 0

    def ask(self) -> Answer:
        if self._kind.operation == "DescribeVolumeStatus":
            return serialise(self._call, self._cut({self._kind.key: volumes.statuses(self._call)}))
        return self._call.moto.ask(self._call, self._cut, _TABLE[self._kind.operation])

    def _cut(self, result: Mapping[str, Any]) -> Mapping[str, Any]:
        rows = [*(result.get(self._kind.key) or ()), *_ours(self._call, self._kind)]
        self.count = len(rows)
        page = rows[self._start : self._start + _size(self._call)]
        end = self._start + len(page)
        following = end < len(rows) + self._behind
        token = pages.token(_TABLE[self._kind.operation], self._call.params, end) if following else None
        return {**result, self._kind.key: page, "NextToken": token}


def _ours(call: Call, kind: Kind) -> list[dict[str, str]]:
    """Give the tags of snapshots, which moto does not know."""
    if kind.operation != "DescribeTags":
        return []
    rows = [
        {"ResourceId": one.id, "ResourceType": "snapshot", "Key": key, "Value": value}
        for one in snapshots.store(call).values()
        for key, value in one.tags.items()
    ]
    names = {"resource-id": "ResourceId", "resource-type": "ResourceType", "key": "Key", "value": "Value"}
    filters = call.params.get("Filters", ())
    return [row for row in rows if passes({name: row[key] for name, key in names.items()}, filters)]


def _page(
    call: Call, kind: Kind, place: Place, units: Sequence[Sequence[Member]], position: tuple[int, int]
) -> Answer:
    start, kept = position
    first = start - kept
    last = first + _fit(units[first:], _size(call))
    paging = _TABLE[kind.operation]
    token = pages.token(paging, call.params, kept + last) if last < len(units) else None
    body = kind.document(place, units[first:last], call.request_id, token)
    return Answer(200, body, {"Content-Type": "text/xml;charset=UTF-8"})


def _fit(units: Sequence[Sequence[Member]], size: int) -> int:
    """Say how many entries a page holds: a reservation is never cut, and its instances are what counts."""
    total = 0

    def fits(unit: Sequence[Member]) -> bool:
        nonlocal total
        total += len(unit)
        return total <= size

    return max(1, sum(1 for _ in takewhile(fits, units)))


def _size(call: Call) -> int:
    return int(call.params.get("MaxResults") or call.world.page_size or pages.DEFAULTS["ec2"])


HANDLERS: Mapping[str, Handler] = {name: partial(_list, kind=kind) for name, kind in KINDS.items()}

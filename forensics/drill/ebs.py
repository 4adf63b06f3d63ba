"""EBS direct: a snapshot's blocks as they were written, each with its checksum and a token of its own."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from forensics.drill import pages, snapshots
from forensics.drill.call import Call, Handler
from forensics.drill.denials import Answer, Refusal
from forensics.drill.disks import BLOCK, Disk
from forensics.drill.pages import Paging
from forensics.drill.snapshots import Snapshot

_PAGING = Paging("NextToken", "NextToken", "MaxResults", ("Blocks",))
_DEFAULT = 10_000
_LEAST = 100
_DAYS = 7
_KEY = b"the drill's block tokens"


def _list_blocks(call: Call) -> Mapping[str, Any]:
    one, disk = _completed(call, str(call.params["SnapshotId"]))
    start = int(call.params.get("StartingBlockIndex", 0))
    rows = [
        {"BlockIndex": index, "BlockToken": _token(call, one.id, index)}
        for index in sorted(disk.blocks)
        if index >= start
    ]
    return _page(call, one, "Blocks", rows)


def _list_changed(call: Call) -> Mapping[str, Any]:
    second, after = _completed(call, str(call.params["SecondSnapshotId"]))
    first, before = second, Disk(after.size)
    if given := call.params.get("FirstSnapshotId"):
        first, before = _completed(call, str(given))
    start = int(call.params.get("StartingBlockIndex", 0))
    changed = sorted(
        index
        for index in before.blocks.keys() | after.blocks.keys()
        if index >= start and before.blocks.get(index) != after.blocks.get(index)
    )
    rows = [
        {
            "BlockIndex": index,
            "FirstBlockToken": _token(call, first.id, index) if index in before.blocks else None,
            "SecondBlockToken": _token(call, second.id, index) if index in after.blocks else None,
        }
        for index in changed
    ]
    return _page(call, second, "ChangedBlocks", rows)


def _page(call: Call, one: Snapshot, key: str, rows: list[dict[str, Any]]) -> Mapping[str, Any]:
    if int(call.params.get("MaxResults", _LEAST)) < _LEAST:
        raise _invalid(f"MaxResults must be at least {_LEAST}")
    page, following = pages.cut(_PAGING, call.params, rows, call.world.page_size or _DEFAULT)
    expiry = call.now + timedelta(days=_DAYS)
    return {
        key: page,
        "ExpiryTime": expiry,
        "VolumeSize": one.size,
        "BlockSize": BLOCK,
        "NextToken": following,
    }


def _get_block(call: Call) -> Mapping[str, Any] | Answer:
    one, disk = _completed(call, str(call.params["SnapshotId"]))
    index = int(call.params["BlockIndex"])
    if not _opens(call, str(call.params.get("BlockToken", "")), one.id, index):
        raise _invalid("The block token is invalid or has expired", "INVALID_BLOCK_TOKEN")
    if (data := disk.blocks.get(index)) is None:
        raise Refusal("ResourceNotFoundException", f"The block with index {index} does not exist", 404)
    checksum = base64.b64encode(hashlib.sha256(data).digest()).decode()
    return Answer(
        200,
        data,
        {
            "Content-Type": "application/octet-stream",
            "x-amz-Data-Length": str(len(data)),
            "x-amz-Checksum": checksum,
            "x-amz-Checksum-Algorithm": "SHA256",
        },
    )


def _completed(call: Call, id_: str) -> tuple[Snapshot, Disk]:
    seen = {one.id: one for one in snapshots.visible(call)}
    if (one := seen.get(id_)) is None:
        raise Refusal("ResourceNotFoundException", f"The snapshot '{id_}' does not exist.", 404)
    if not snapshots.owned_by(call.principal, one):
        raise Refusal("AccessDeniedException", "The snapshot is public, and its blocks cannot be read", 403)
    if one.settle(call.world) != "completed":
        raise _invalid(f"The snapshot '{id_}' is not completed", "INVALID_SNAPSHOT_STATE")
    return one, one.disk or Disk(0)


def _invalid(message: str, reason: str = "") -> Refusal:
    return Refusal("ValidationException", f"{message} ({reason})" if reason else message)


def _token(call: Call, id_: str, index: int) -> str:
    until = int(call.world.clock()) + _DAYS * 86_400
    text = json.dumps([id_, index, until])
    seal = hmac.digest(_KEY, text.encode(), "sha256")[:16]
    return base64.b64encode(seal + text.encode()).decode()


def _opens(call: Call, token: str, id_: str, index: int) -> bool:
    try:
        raw = base64.b64decode(token, validate=True)
        whose, which, until = json.loads(raw[16:])
    except ValueError:
        return False
    if not hmac.compare_digest(raw[:16], hmac.digest(_KEY, raw[16:], "sha256")[:16]):
        return False
    return bool(whose == id_ and which == index and call.world.clock() < until)


HANDLERS: Mapping[str, Handler] = {
    "GetSnapshotBlock": _get_block,
    "ListChangedBlocks": _list_changed,
    "ListSnapshotBlocks": _list_blocks,
}

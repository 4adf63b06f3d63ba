"""The list of an account's buckets: in pages, and with the region of each where pages are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from moto.s3.models import s3_backends

from forensics.drill.call import Call, Handler
from forensics.drill.principals import PARTITION

MOST = 10_000


def _list(call: Call) -> Mapping[str, Any]:
    params, prefix = call.params, str(call.params.get("Prefix") or "")
    after = str(params.get("ContinuationToken") or "")
    with call.world.lock:
        kept = sorted(s3_backends[call.account][PARTITION].buckets.values(), key=lambda one: str(one.name))
    wanted = params.get("BucketRegion")
    found = [one for one in kept if str(one.name).startswith(prefix) and str(one.name) > after]
    found = [one for one in found if wanted in {None, one.region_name}]
    size = min(int(params.get("MaxBuckets") or MOST), MOST)
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html: without, it says no regions.
    paged = bool({"BucketRegion", "ContinuationToken", "MaxBuckets"} & params.keys())
    answer: dict[str, Any] = {
        "Buckets": [_row(one, paged=paged) for one in found[:size]],
        "Owner": {"ID": call.account},
    }
    return answer | ({"ContinuationToken": str(found[size - 1].name)} if len(found) > size else {})


def _row(one: Any, *, paged: bool) -> Mapping[str, Any]:
    made: datetime = one.creation_date
    row = {"Name": str(one.name), "CreationDate": made}
    return {**row, "BucketRegion": str(one.region_name)} if paged else row


HANDLERS: Mapping[str, Handler] = {"ListBuckets": _list}

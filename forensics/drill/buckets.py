"""
Buckets: whose they are, where they are, who may come in, and what is odd about them.

moto keeps the objects. What the seed puts into a bucket is put when somebody first asks for the bucket:
most who start a drill never do.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.s3.models import FakeDeleteMarker, FakeKey, s3_backends

from forensics.drill.call import Call
from forensics.drill.conditions import listed, matches
from forensics.drill.denials import Refusal
from forensics.drill.policy import action_of
from forensics.drill.principals import PARTITION
from forensics.drill.world import World

ANYWHERE = frozenset({"CreateBucket", "GetBucketLocation", "ListBuckets", "ListDirectoryBuckets"})
"""What S3 answers in any region's name."""
KMS_REFUSED = (
    "User: {arn} is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext "
    "because the resource does not exist in this Region, no resource-based policies allow access, or a "
    "resource-based policy explicitly denies access"
)


@dataclass
class Oddity:
    """What a test wants to be wrong with a bucket, for keys under a prefix where it is about objects."""

    denied: bool = False
    gone: bool = False
    requester_pays: bool = False
    kms_refused: bool = False
    glacier: bool = False
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket of any account."""

    account: str
    kept: Any
    """moto's own object."""
    oddity: Oddity = field(default_factory=Oddity)

    @property
    def region(self) -> str:
        """Name the region that it is in."""
        return str(self.kept.region_name)


Filling = Callable[[Any], None]
"""Puts what belongs into a bucket, given moto's own object of it."""


def later(world: World, name: str, fill: Filling) -> None:
    """Have a bucket filled when it is first asked for."""
    world.shelf.setdefault(("filling", name, ""), []).append(fill)


def forget(world: World, name: str) -> None:
    """Empty a bucket, and whatever was to be put into it."""
    world.shelf.pop(("filling", name, ""), None)
    if (found := find(world, name)) is not None:
        found.kept.keys.clear()


def find(world: World, name: str) -> Bucket | None:
    """Find a bucket in whichever account has it, with what belongs in it."""
    for account in world.keys.accounts:
        kept = s3_backends[account][PARTITION].buckets.get(name)
        if kept is not None:
            _fill(world, name, kept)
            return Bucket(account, kept, world.shelf.get(("oddity", name, ""), Oddity()))
    return None


def _fill(world: World, name: str, kept: Any) -> None:
    if ("filling", name, "") in world.shelf:
        with world.lock:
            for fill in world.shelf.pop(("filling", name, ""), ()):
                fill(kept)


def put(kept: Any, key: str, body: bytes, moment: datetime, headers: Mapping[str, str] | None = None) -> None:
    """Put an object into moto's bucket as if at a time; `headers` may hold user metadata too."""
    versioned, older = bool(kept.is_versioned), kept.keys.getlist(key, [])
    made = FakeKey(
        name=key,
        bucket_name=kept.name,
        value=body,
        account_id=kept.account_id,
        region_name=kept.region_name,
        is_versioned=versioned,
        version_id=version(key, len(older), body) if versioned else "null",
    )
    made.last_modified = moment.replace(tzinfo=None)
    made.set_metadata(dict(headers or {}))
    kept.keys.setlist(key, [*older, made] if versioned else [made])


def delete(kept: Any, key: str, moment: datetime) -> None:
    """Delete an object: its versions stand under a marker."""
    made: Any = FakeDeleteMarker(key=kept.keys[key])
    made.last_modified = moment.replace(tzinfo=None)
    made._version_id = version(key, len(kept.keys.getlist(key)), b"")  # noqa: SLF001 - moto draws it
    kept.keys[key] = made


def version(key: str, number: int, body: bytes) -> str:
    """Make the id of a version, the same each time."""
    return hashlib.sha256(b"%b\n%d\n%b" % (key.encode(), number, body)).hexdigest()[:32]


def admit(call: Call) -> Bucket | None:
    """Let a call to S3 in, or refuse it as S3 does; None for one that names no bucket."""
    name = str(call.params.get("Bucket", ""))
    if call.asked.service != "s3" or not name or call.asked.operation == "CreateBucket":
        return None
    found = find(call.world, name)
    if found is None or found.oddity.gone:
        raise Refusal("NoSuchBucket", "The specified bucket does not exist", 404, BucketName=name)
    _at_home(call, found)
    _permitted(call, found)
    return found


def bucket(call: Call) -> Bucket:
    """Give the bucket that a call names, and lets in."""
    found = admit(call)
    if found is None:
        raise Refusal("InvalidBucketName", "The specified bucket is not valid.", 400)
    return found


def _at_home(call: Call, found: Bucket) -> None:
    if call.asked.operation in ANYWHERE or call.region in {found.region, "aws-global"}:
        return
    name = str(found.kept.name)
    raise Refusal(
        "PermanentRedirect",
        "The bucket you are attempting to access must be addressed using the specified endpoint. "
        "Please send all future requests to this endpoint.",
        301,
        headers={"x-amz-bucket-region": found.region},
        Endpoint=f"{name}.s3.{found.region}.amazonaws.com",
        Bucket=name,
    )


def _permitted(call: Call, found: Bucket) -> None:
    principal, odd = call.principal, found.oddity
    action = action_of("s3", call.asked.operation, call.params)
    said = set(_effects(found, action, principal.arn, principal.account))
    stranger = principal.account != found.account
    pays = not odd.requester_pays or call.envelope.header("x-amz-request-payer") == "requester"
    if odd.denied or "Deny" in said:
        kind = "with an explicit deny in a resource-based policy"
    elif stranger and not (pays and "Allow" in said):
        kind = f"because no resource-based policy allows the {action} action"
    else:
        return
    where = "/".join(filter(None, (str(found.kept.name), str(call.params.get("Key", "")))))
    opening = f"User: {principal.arn} is not authorized to perform: {action}"
    raise Refusal("AccessDenied", f'{opening} on resource: "arn:aws:s3:::{where}" {kind}', 403)


def _effects(found: Bucket, action: str, arn: str, account: str) -> Iterator[str]:
    if not found.kept.policy:
        return
    statements = json.loads(found.kept.policy).get("Statement", [])
    for statement in statements if isinstance(statements, list) else [statements]:
        names = _names(statement.get("Principal", {}))
        mine = {"*", account, arn, f"arn:{PARTITION}:iam::{account}:root"} & names
        if mine and any(matches(pattern, action) for pattern in listed(statement.get("Action", ()))):
            yield str(statement.get("Effect"))


def _names(principal: str | Mapping[str, Any]) -> set[str]:
    return {principal} if isinstance(principal, str) else set(listed(principal.get("AWS", ())))

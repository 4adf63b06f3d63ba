"""
The parts that a sealed bundle travels in: tar.age files, their sums, and a signature over those.

They are made in a folder beside, which gets its name once all of them are on the disk. What a crash left of
it is gone on with: a part that has its name is whole, the others are made anew. In the clear nothing is
written.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from forensics import keys
from forensics.custody import disk, timestamp
from forensics.custody.case import Case
from forensics.custody.cut import Volume, cut, room_for
from forensics.custody.packing import Packing, finished
from forensics.custody.recipients import Recipients
from forensics.custody.seal import Sealed
from forensics.custody.stamping import Ask
from forensics.custody.timestamp import Refusal
from forensics.errors import CaseError, FormatError, IdentityError, NoSpaceError
from forensics.formats import anchor, manifest, strict, volumes
from forensics.formats.anchor import Anchor
from forensics.formats.volumes import Part

PLAN = "plan.json"
WORKERS = 2
"""Parts made at once: each has three threads, and two processors are what a responder's machine has."""

_PLAN_LIMIT = 1 << 20
_SUMS_LIMIT = 64 << 20
_TOLD = 200
"""Parts that one line of the ledger tells of."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Exported:
    """The parts of a bundle, all of them whole and on the disk."""

    path: Path
    parts: tuple[Part, ...]
    sums_sha256: str
    """SHA-256 of `SHA256SUMS`. For paper."""
    recipients: tuple[str, ...]
    refusals: Mapping[str, str] = field(default_factory=dict)
    """Why a time-stamp authority did not date the sums' signature; hostile text."""

    @property
    def bytes(self) -> int:
        """Return the size of all parts together."""
        return sum(part.size for part in self.parts)


def export(
    case: Case,
    sealed: Sealed,
    recipients: Recipients,
    *,
    room: int = 0,
    progress: Progress | None = None,
    tsas: Sequence[str] = (),
    ask: Ask = timestamp.ask,
) -> Exported:
    """
    Write a sealed bundle as parts for `recipients`, beside it, and return them; or those of an earlier call.

    `room` bounds the tar of a part, in bytes, if it is to be another than usual; `progress` is told of parts
    done, and of parts in all. `tsas` are time-stamp authorities that date the signature; one that does not
    now may in a later call.

    Raises `CaseError` where something else is in the way, `IdentityError` without the case's key,
    `IntegrityError` naming the file that is no longer what was sealed, and `NoSpaceError`. Then the parts
    that are whole are kept, and the next call goes on.
    """
    if case.identity is None:
        raise IdentityError("parts are signed with the case's key", hint="give it (--identity)")
    target = sealed.path.with_name(f"{sealed.path.name}{volumes.FOLDER}")
    place = target.with_name(f".{target.name}.{case.origin[-8:]}.making")
    room = room or room_for(sealed.bytes)
    making = _Making(case, sealed, recipients, target, place, room)
    if os.path.lexists(target):
        made = making.adopt()
    else:
        with disk.guarded(f"make {place}"):
            making.prepare()
        made = making.finish(making.pack(cut(sealed.path, sealed.digest, room), progress))
    return replace(made, refusals={tsa: why for tsa in tsas if (why := _stamp(case, target, tsa, ask))})


def _stamp(case: Case, target: Path, tsa: str, ask: Ask) -> str:
    """Have the signature of the sums stamped, unless it is; return why it is not."""
    response = target / anchor.response(volumes.SIGNATURE, tsa)
    if os.path.lexists(response):
        return ""
    data = disk.read(target / volumes.SIGNATURE, _SUMS_LIMIT)
    token = ask(tsa, data)
    if isinstance(token, Refusal):
        return token.why
    with disk.guarded(f"write {response.name}"):
        disk.publish(target.with_name(f".{target.name}.stamping"), response, token.raw)
    folder = target.relative_to(case.path) if case.path in target.parents else target
    over = f"{os.fsencode(folder).decode('utf-8', 'backslashreplace')}/{volumes.SIGNATURE}"
    sums = hashlib.sha256(data).hexdigest(), hashlib.sha256(token.raw).hexdigest()
    told = Anchor(over, sums[0], tsa, sums[1], token.time, token.serial, token.accuracy)
    case.writer.record("anchor.tsa", told.body())
    case.writer.checkpoint()
    return ""


@dataclass(frozen=True, slots=True)
class _Making:
    case: Case
    sealed: Sealed
    recipients: Recipients
    target: Path
    place: Path
    cut_at: int

    @property
    def inner(self) -> Path:
        """The folder that becomes the target."""
        return self.place / "parts"

    @property
    def _plan(self) -> bytes:
        texts = list(self.recipients.texts)
        return strict.encode({"digest": self.sealed.digest, "recipients": texts, "room": self.cut_at})

    def prepare(self) -> None:
        """Make the folder, or take that of an earlier call that was to make the same."""
        if os.path.lexists(self.place):
            # The name is this case's, and we hold its lock: whoever made it is dead.
            disk.check_folder(self.place)
            if self._planned() == self._plan:
                return
            shutil.rmtree(self.place)
        disk.make_folders(self.inner)
        disk.write_new(self.place / PLAN, self._plan)
        disk.sync_folder(self.place)

    def _planned(self) -> bytes:
        try:
            return disk.read(self.place / PLAN, _PLAN_LIMIT)
        except disk.NotThereError:
            return b""

    def pack(self, cuts: Sequence[Volume], progress: Progress | None) -> list[Part]:
        """Make the parts that are not there yet, some at once; all that is running ends before an error."""
        if len(cuts) > volumes.MOST:
            raise CaseError(f"the bundle would take more than {volumes.MOST} parts")
        self._room(cuts)
        stopped, done = threading.Event(), 0
        packing = Packing(self.sealed.path, self.recipients, stopped)
        with ThreadPoolExecutor(WORKERS) as pool:
            waiting = {pool.submit(self._part, packing, one) for one in cuts}
            parts: list[Part] = []
            try:
                while waiting:
                    ended, waiting = wait(waiting, timeout=0.2, return_when=FIRST_EXCEPTION)
                    parts += [future.result() for future in ended]
                    if progress and len(parts) > done:
                        progress(done := len(parts), len(cuts))
            finally:
                stopped.set()
                for future in waiting:
                    future.cancel()
        return sorted(parts)

    def _part(self, packing: Packing, one: Volume) -> Part:
        target = self.inner / volumes.name(self.sealed.path.name, one.number)
        with disk.guarded(f"read {target.name}"):
            found = finished(target)
        return found or packing.pack(one.members(self.sealed.path), target)

    def _room(self, cuts: Sequence[Volume]) -> None:
        """Refuse at once what cannot be finished."""
        with disk.guarded(f"look at {self.place}"):
            have = sum(entry.stat().st_size for entry in os.scandir(self.inner))
            free = shutil.disk_usage(self.place).free
        if (need := sum(one.size for one in cuts) - have) > free:
            raise NoSpaceError(f"the parts take {need} bytes more, and {free} are free")

    def finish(self, parts: Sequence[Part]) -> Exported:
        """Sign for the parts, give the folder its name, and tell the ledger."""
        sums = manifest.encode({part.name: part.sha256 for part in parts})
        signer = self.case.identity
        assert signer is not None  # noqa: S101 - `export` refused
        with disk.guarded(f"write {self.target}"):
            for name, data in (
                (volumes.SUMS, sums),
                (volumes.SIGNATURE, signer.sign(sums, keys.PARTS)),
            ):
                (self.inner / name).unlink(missing_ok=True)
                disk.write_new(self.inner / name, data)
            disk.sync_folder(self.inner)
            self.inner.rename(self.target)
            disk.sync_folder(self.target.parent)
        return self._tell(parts, sums)

    def _tell(self, parts: Sequence[Part], sums: bytes) -> Exported:
        digest = hashlib.sha256(sums).hexdigest()
        for at in range(0, len(parts), _TOLD):
            body = volumes.told(parts[at : at + _TOLD], digest, self.recipients.texts)
            self.case.writer.record("bundle.exported", body)
        self.case.writer.checkpoint()
        shutil.rmtree(self.place, ignore_errors=True)
        return Exported(self.target, tuple(parts), digest, self.recipients.texts)

    def adopt(self) -> Exported:
        """Take the parts that an earlier call gave their name, whether or not it lived to tell of them."""
        try:
            sums = disk.read(self.target / volumes.SUMS, _SUMS_LIMIT)
            signature = disk.read(self.target / volumes.SIGNATURE, _SUMS_LIMIT)
            signer = keys.verify_signature(signature, sums, keys.PARTS).fingerprint
            parts = sorted(
                Part(name, sha256, self._size(name)) for name, sha256 in manifest.parse(sums).items()
            )
        except (disk.NotThereError, FormatError) as error:
            raise self._in_the_way(str(error)) from error
        if signer not in {one.fingerprint for one in self.case.roster.members}:
            raise self._in_the_way("they are signed by somebody else")
        told = self._told(hashlib.sha256(sums).hexdigest())
        if not told and self._planned() == self._plan:
            return self._tell(parts, sums)
        if {Part(**part) for body in told for part in body["parts"]} != set(parts):
            raise self._in_the_way("the ledger tells of other parts")
        if {one for body in told for one in body["recipients"]} != set(self.recipients.texts):
            raise self._in_the_way("they are for other recipients")
        return Exported(self.target, tuple(parts), told[0]["sums_sha256"], tuple(told[0]["recipients"]))

    def _size(self, name: str) -> int:
        descriptor = disk.open_regular(self.target / name)
        try:
            return os.fstat(descriptor).st_size
        finally:
            disk.close(descriptor)

    def _told(self, digest: str) -> list[dict[str, Any]]:
        told = (item.body for item in self.case.entries() if item.type == "bundle.exported")
        return [body for body in told if body["sums_sha256"] == digest]

    def _in_the_way(self, why: str) -> CaseError:
        return CaseError(
            f"{self.target} exists already, and is not what was asked for: {why}",
            hint="move it away, and run the same command again",
        )

"""
Anchor a case's newest checkpoint in a locked object of another account: where this asking meets keeping.

What is about to be asked is on the disk before the call, and what came of it after. That an object is there
already is a question, and no error: it is the same one, or another branch of this case's log was there first.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from forensics import record
from forensics.aws.anchor import TAKEN, Lock, Locker, Refused, Written
from forensics.aws.reach import reach
from forensics.custody import checkpoints, disk
from forensics.custody.case import Case
from forensics.errors import AwsError, IntegrityError, UsageError
from forensics.formats import entry, note
from forensics.model import Intent, Outcome, Settled, Source
from forensics.scope import Access

MODES = ("compliance", "governance")
ANCHORED, PRESENT, FORK, UNLOCKED = "anchored", "present", "fork", "unlocked"
MAX_DAYS = 36_500

_HINTS = {
    **dict.fromkeys(
        ("AccessDenied", "403"),
        "its policy must allow us s3:PutObject and s3:PutObjectRetention, and s3:GetObject to read back",
    ),
    "InvalidRequest": "the bucket needs Object Lock, which is switched on when it is made",
    **dict.fromkeys(("NoSuchBucket", "404"), "check the name, and --profile"),
    **dict.fromkeys(
        ("PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "301"),
        "name the bucket's region (--region)",
    ),
}


@dataclass(frozen=True, slots=True)
class Anchored:
    """A checkpoint that lies, locked, in another account."""

    bucket: str
    key: str
    region: str
    version_id: str
    retain_until: str
    """As entries have it; empty where S3 does not let us read it back."""
    mode: str
    checkpoint: int
    outcome: str
    """`anchored`, or `present` where it was there already."""
    over_sha256: str
    request_id: str

    def body(self, code: str = "") -> dict[str, Any]:
        """Return the body of the entry that tells of it."""
        return {name: getattr(self, name) for name in self.__slots__} | {"code": code}


_BUCKET = re.compile(r"[A-Za-z0-9._-]{3,255}|arn:aws[a-z-]*:s3[a-z-]*:[A-Za-z0-9:/.-]{1,200}")
_OWNER = re.compile(r"[0-9]{12}")


def anchor(
    case: Case,
    access: Access,
    bucket: str,
    *,
    days: int,
    mode: str = "compliance",
    region: str | None = None,
    owner: str = "",
) -> Anchored:
    """
    Put the newest checkpoint of a case into a bucket with Object Lock, to be kept for so many days.

    Raises `UsageError` for what cannot be asked, `AwsError` (one line, with S3's code) where S3 does not
    do it, `IntegrityError` where another checkpoint of this log and size lies there: the log was forked.
    """
    if mode not in MODES or not 0 < days <= MAX_DAYS:
        raise UsageError(f"retention is 1 to {MAX_DAYS} days, in {' or '.join(MODES)} mode")
    # Else botocore refuses to ask once it is announced, and nobody can ever tell what became of it.
    if not _BUCKET.fullmatch(bucket):
        raise UsageError(f"no bucket is called {bucket[:80]!a}", hint="name it as S3 does: anchors-of-ir")
    if owner and not _OWNER.fullmatch(owner):
        raise UsageError(f"no account is called {owner[:80]!a}", hint="write its twelve digits")
    session = reach(access, region=region, case_id=case.name)
    session.identify()
    locker = Locker(session, bucket, session.home, owner)
    return _Anchoring(case, locker).run(days, mode)


@dataclass(frozen=True, slots=True)
class _Anchoring:
    """One anchor on its way."""

    case: Case
    locker: Locker

    def run(self, days: int, mode: str) -> Anchored:
        self._settle()
        case = self.case
        case.writer.checkpoint()
        size = max(self._sizes())
        body = self._note(size)
        key = self._key(size)
        until = (self.locker.session.clock() + timedelta(days=days)).replace(microsecond=0)
        wish = self.locker.wish(key, body, mode, until)
        intent = self._announce(wish, f"anchor of checkpoint {size}")
        answer = self.locker.write(wish, body)
        if isinstance(answer, Refused) and answer.code != TAKEN:
            raise self._refused(intent, answer)
        return self._judged(intent, size, body, answer)

    def _key(self, size: int) -> str:
        origin = hashlib.sha256(self.case.origin.encode()).hexdigest()
        return f"{origin}/{checkpoints.name(size)}"

    def _sizes(self) -> Iterator[int]:
        with disk.guarded(f"list {checkpoints.FOLDER}"):
            names = [path.name for path in (self.case.path / checkpoints.FOLDER).iterdir()]
        return (size for name in names if name.endswith(".note") and (size := checkpoints.size_of(name)))

    def _note(self, size: int) -> bytes:
        name = checkpoints.name(size)
        try:
            return disk.read(self.case.path / checkpoints.FOLDER / name, note.MAX_BYTES)
        except disk.NotThereError as error:
            raise IntegrityError(f"{checkpoints.FOLDER}/{name}: {error}") from error

    def _announce(self, wish: Mapping[str, Any], about: str) -> str:
        """Put on the disk what is about to be asked, and return its id."""
        account = self.locker.session.identity.account
        source = Source(account, self.locker.region, "s3", "PutObject")
        intent = Intent(secrets.token_hex(16), source, wish, about)
        self.case.writer.record("op.start", record.intent_body(intent))
        return intent.id

    def _end(
        self, intent: str, outcome: Outcome, refused: Refused | None = None, request_id: str = ""
    ) -> None:
        code, message = (refused.code, refused.message) if refused else ("", "")
        settled = Settled(intent, outcome, code, message, refused.request_id if refused else request_id)
        self.case.writer.record("op.end", record.settled_body(settled))

    def _refused(self, intent: str, refused: Refused) -> AwsError:
        """Put the refusal on record, where it is one: of what nobody answered nobody knows."""
        if refused.sure:
            self._end(intent, refused.outcome, refused)
            hint = _HINTS.get(refused.code)
        else:
            hint = "nobody knows whether it was written: run the same command again, and it will tell"
        message = " ".join(refused.message.split())[:300]
        return AwsError(f"not anchored in {self.locker.bucket}: {refused.code}: {message}", hint=hint)

    def _judged(self, intent: str, size: int, body: bytes, answer: Written | Refused) -> Anchored:
        """Say what lies in the bucket now, and put it on record."""
        key, taken = self._key(size), answer if isinstance(answer, Refused) else None
        if taken:
            there = self.locker.read(key, note.MAX_BYTES)
            if isinstance(there, Refused):
                raise self._refused(intent, there)
            outcome = PRESENT if there == body else FORK
        else:
            outcome = ANCHORED
        lock = self.locker.lock(key)
        if outcome != FORK and isinstance(lock, Lock) and not lock.mode:
            outcome = UNLOCKED
        self._end(
            intent,
            Outcome.COLLECTED if outcome in {ANCHORED, PRESENT} else Outcome.FAILED,
            taken,
            answer.request_id,
        )
        anchored = self._told(key, size, body, outcome, answer, lock)
        self.case.writer.record("anchor.s3", anchored.body(taken.code if taken else ""))
        self._believe(anchored)
        return anchored

    def _told(
        self, key: str, size: int, body: bytes, outcome: str, answer: Written | Refused, lock: Lock | Refused
    ) -> Anchored:
        known = lock if isinstance(lock, Lock) else Lock("", None, "")
        version = answer.version_id if isinstance(answer, Written) else known.version_id
        return Anchored(
            self.locker.bucket,
            key,
            self.locker.region,
            version,
            entry.timestamp(known.until) if known.until else "",
            known.mode,
            size,
            outcome,
            hashlib.sha256(body).hexdigest(),
            answer.request_id,
        )

    def _believe(self, anchored: Anchored) -> None:
        """Raise for what lies there and is no anchor."""
        where = f"{anchored.bucket}/{anchored.key}"
        if anchored.outcome == FORK:
            raise IntegrityError(
                f"another checkpoint over {anchored.checkpoint} entries of this log lies in {where}: "
                "the log was forked, or rewritten since",
                hint="keep both as they are, and ask who else has had the log key",
            )
        if anchored.outcome == UNLOCKED:
            raise AwsError(
                f"not anchored: {where} was written, and S3 says that nothing locks it",
                hint="the bucket needs Object Lock, which is switched on when it is made",
            )

    def _settle(self) -> None:
        """Find out what became of anchors of this bucket that were announced, and never ended."""
        started: dict[str, Mapping[str, Any]] = {}
        for one in self.case.entries():
            if one.type == "op.start" and one.body.get("operation") == "PutObject":
                started[str(one.body.get("op"))] = one.body
            elif one.type == "op.end":
                started.pop(str(one.body.get("op")), None)
        for intent, body in started.items():
            asked = body.get("parameters", {})
            if asked.get("Bucket") == self.locker.bucket:
                self._settle_one(intent, str(asked.get("Key", "")))

    def _settle_one(self, intent: str, key: str) -> None:
        there = self.locker.read(key, note.MAX_BYTES)
        if isinstance(there, bytes):
            self._end(intent, Outcome.COLLECTED)
        elif there.code in {"NoSuchKey", "404"}:
            self._end(intent, Outcome.FAILED, there)

"""The copier against an S3 that has a bad day: nothing lost, nothing mixed up, all said."""

from __future__ import annotations

import gzip
import hashlib
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest

from forensics.aws import s3
from forensics.aws.ask import Asker, Refusal
from forensics.aws.objects import LARGE
from forensics.aws.pace import Pace
from forensics.aws.session import Session
from forensics.aws.tally import Tally
from forensics.custody.store import Store
from forensics.drill import Drill
from forensics.errors import CredentialsError, NoSpaceError
from forensics.model import Evidence, Outcome, Source
from tests.aws.conftest import drain
from tests.custody.world import files_of_at_most

VICTIM, EVIDENCE, HOME, BUCKET = "222222222222", "333333333333", "eu-west-1", "harbour-copies"
SOURCE = Source(VICTIM, HOME, "cloudtrail", "LogFiles")
BODY = bytes(range(256)) * 40
KEYS = [
    "a/../../b", "..", "./dot", "/leading", "//two", "a//b", "case", "CASE", "new\nline", "tab\t\x01",
    "sp ace", "plus+%2B%", "\u00e9\u20ac\U0001f600", "q?x=1&y#z", "k" * 1024, "'\"<&>", "trailing/",
    "a=b;c@d:e,f",
]  # fmt: skip


@dataclass
class World:
    """A drill with a bucket of our own, and a copier on it."""

    drill: Drill
    session: Session
    admin: Any
    store: Store
    slept: list[float] = field(default_factory=list)
    held: set[str] = field(default_factory=set)
    tally: Tally = field(default_factory=lambda: Tally(SOURCE))

    bucket = s3.Bucket(BUCKET, HOME)

    @property
    def asker(self) -> Asker:
        """Ask as the copier's caller does."""
        return Asker(self.session, SOURCE, _now, self.slept.append, random.random, "s3")

    def put(self, key: str, body: bytes, **more: Any) -> None:
        """Put an object."""
        self.admin.put_object(Bucket=BUCKET, Key=key, Body=body, **more)

    def listed(self, prefix: str = "", **more: Any) -> tuple[list[s3.Version | s3.Marker], Refusal | None]:
        """List the bucket."""
        found: list[s3.Version | s3.Marker] = []
        refusal = drain(s3.listing(self.asker, self.bucket, prefix, found.append, **more))[1]
        return found, refusal

    def versions(self, prefix: str = "") -> list[s3.Version]:
        """List the versions of all objects."""
        return [one for one in self.listed(prefix)[0] if isinstance(one, s3.Version)]

    def copier(self, bucket: s3.Bucket | None = None, connections: int = 4) -> s3.Copier:
        """Make a copier."""
        return s3.Copier(
            self.session, SOURCE, _now, self.slept.append, self.store.draft, self.held.__contains__, VICTIM,
            bucket or self.bucket, self.tally, connections,
        )  # fmt: skip

    def copy(self, versions: list[s3.Version] | None = None, **more: Any) -> dict[str, Evidence]:
        """Copy, by name in the ledger."""
        wanted = self.versions() if versions is None else versions
        return {one.name: one for group in self.copier(**more).copy(wanted) for one in group}

    @property
    def gaps(self) -> list[tuple[Outcome, str, int]]:
        """What is missing."""
        return [(gap.outcome, gap.code, gap.count) for gap in self.tally.gaps]


def _now() -> datetime:
    return datetime.now(UTC)


def _bytes(evidence: Evidence) -> bytes:
    path: Path = getattr(evidence.draft, "path")  # noqa: B009 - of the store's own drafts, not of the protocol
    return path.read_bytes()


def _one(kept: dict[str, Evidence]) -> Evidence:
    (evidence,) = kept.values()
    return evidence


@pytest.fixture(scope="module")
def running() -> Iterator[Drill]:
    """Give a drill for all tests here."""
    with Drill.start() as drill:
        yield drill


@pytest.fixture
def world(running: Drill, tmp_path: Path) -> Iterator[World]:
    """Give an empty bucket with versions."""
    (tmp_path / "tmp").mkdir()
    root = running.root(VICTIM)
    new: Any = boto3.client
    admin = new(
        "s3", region_name=HOME, endpoint_url=running.url, aws_access_key_id=root["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=root["AWS_SECRET_ACCESS_KEY"],
    )  # fmt: skip
    admin.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": HOME})
    admin.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    yield World(running, session_of(running.url, running.environment), admin, Store(tmp_path))
    for switch in (running.clear_faults, running.allow, running.renew):
        switch()
    running.page_size(None)
    running.bucket(BUCKET)
    for page in admin.get_paginator("list_object_versions").paginate(Bucket=BUCKET):
        for one in page.get("Versions", []) + page.get("DeleteMarkers", []):
            admin.delete_object(Bucket=BUCKET, Key=one["Key"], VersionId=one["VersionId"])
    admin.delete_bucket(Bucket=BUCKET)
    admin.close()


def session_of(url: str, who: dict[str, str]) -> Session:
    """Make a session of somebody's."""
    names = {
        "access_key": "AWS_ACCESS_KEY_ID",
        "secret_key": "AWS_SECRET_ACCESS_KEY",
        "token": "AWS_SESSION_TOKEN",
    }
    keys = {name: who[variable] for name, variable in names.items() if variable in who}
    pace = Pace(scale=1_000)
    return Session(
        endpoint_url=url, region=HOME, case_id="IR-1", credentials=keys, pace=pace, sleep=lambda _: None
    )


# -- what comes


def test_what_is_said_of_an_object(world: World) -> None:
    """Bytes as they are, and all that AWS says beside them."""
    body = gzip.compress(BODY, mtime=0)
    world.put("AWSLogs/1.gz", body, Metadata={"Signature": "ab12"}, ContentEncoding="gzip")
    kept = _one(world.copy())
    assert _bytes(kept) == body
    assert (kept.folder, kept.key) == (f"{VICTIM}/{HOME}/s3/{BUCKET}", "AWSLogs/1.gz")
    assert kept.about["metadata"] == {"signature": "ab12"}
    assert kept.about["encoding"] == "gzip"
    assert kept.about["size"] == len(body)
    assert kept.about["checked"] in {"crc32", "crc64nvme", "etag"}
    assert kept.about["request_id"]
    assert kept.name.startswith(f"s3://{BUCKET}/AWSLogs/1.gz?versionId={kept.about['version_id']}#")
    assert world.gaps == []


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"])
def test_checksums(world: World, algorithm: str) -> None:
    """Each checksum that AWS states is held against the bytes, or the digest in the ETag is."""
    if algorithm in {"CRC32C", "CRC64NVME"}:
        world.admin.put_object(Bucket=BUCKET, Key="k", Body=BODY)
    else:
        world.put("k", BODY, ChecksumAlgorithm=algorithm)
    assert _one(world.copy()).about["checked"] in {algorithm.lower(), "etag", "crc32"}


def test_hostile_keys(world: World) -> None:
    """Every key is asked for exactly, whatever is in it: `..` is a name, and no way up."""
    for key in KEYS:
        world.put(key, key.encode())
    kept = world.copy()
    assert {one.key: _bytes(one) for one in kept.values()} == {key: key.encode() for key in KEYS}
    assert world.gaps == []


def test_hostile_keys_over_pages(world: World) -> None:
    """Pages of two, each beginning where the one before ended; `after` and `until` cut by whole keys."""
    for key in KEYS:
        world.put(key, b"")
    world.drill.page_size(2)
    ordered = sorted(KEYS)
    assert [one.key for one in world.listed()[0]] == ordered
    assert [one.key for one in world.listed(after=ordered[3], until=ordered[7])[0]] == ordered[4:8]


def test_versions_and_markers(world: World) -> None:
    """What was overwritten or deleted comes too, and says so."""
    for body in (b"one", b"two"):
        world.put("log", body)
    world.admin.delete_object(Bucket=BUCKET, Key="log")
    found, refusal = world.listed()
    assert refusal is None
    assert [(type(one).__name__, one.latest) for one in found] == [
        ("Marker", True),
        ("Version", False),
        ("Version", False),
    ]
    kept = world.copy()
    assert sorted(map(_bytes, kept.values())) == [b"one", b"two"]
    assert all(one.about["deleted"] for one in kept.values())


def test_what_is_held_is_not_asked_for(world: World) -> None:
    """A run that was killed goes on where it was: by name, and no object comes twice."""
    for number in range(20):
        world.put(f"{number}", b"%d" % number)
    copying = world.copier().copy(world.versions())
    world.held.update(one.name for one in next(copying))
    copying.close()
    world.drill.clear_calls()
    rest = world.copy()
    assert not world.held & rest.keys()
    assert len(world.held | rest.keys()) == 20
    assert len([call for call in world.drill.calls() if call["operation"] == "GetObject"]) == len(rest)


def test_nothing_is_left_of_what_was_not_taken(world: World, tmp_path: Path) -> None:
    """Whoever stops early leaves no file behind."""
    for number in range(40):
        world.put(f"{number}", b"x")
    copying = world.copier(connections=8).copy(world.versions())
    taken = next(copying)
    copying.close()
    assert len(list((tmp_path / "tmp").iterdir())) == len(taken)


# -- what goes wrong


@pytest.mark.parametrize("offset", [0, 1, 4095, 4096, 8192, len(BODY) - 1])
@pytest.mark.parametrize("kind", ["torn", "reset"])
def test_a_body_that_breaks_off_is_gone_on_with(world: World, kind: str, offset: int) -> None:
    """What came is kept, and the rest asked for by Range."""
    world.put("k", BODY)
    versions = world.versions()
    rule = {"when": "body"} if kind == "reset" else {}
    world.drill.fault(kind=kind, service="s3", operation="GetObject", offset=offset, times=2, **rule)
    kept = _one(world.copy(versions))
    assert _bytes(kept) == BODY
    assert kept.requests > 1
    assert world.gaps == []


@pytest.mark.parametrize("offset", [0, 700_000, 3_000_000])
def test_a_large_body_that_breaks_off_is_gone_on_with(world: World, offset: int) -> None:
    """What a thread of its own writes is asked for from where it is, once all that came is written."""
    body = BODY * 400
    world.put("k", body)
    versions = world.versions()
    assert versions[0].size > LARGE
    world.drill.fault(kind="torn", service="s3", operation="GetObject", offset=offset, times=3)
    kept = _one(world.copy(versions))
    assert _bytes(kept) == body
    assert kept.draft.sha256 == hashlib.sha256(body).hexdigest()
    assert kept.requests > 1
    assert world.gaps == []


def test_a_large_body_for_which_there_is_no_room(world: World, tmp_path: Path) -> None:
    """The run ends with the disk's word, and nothing is left of the object."""
    world.put("k", BODY * 400)
    versions = world.versions()
    with files_of_at_most(2_000_000), pytest.raises(NoSpaceError):
        world.copy(versions)
    assert list((tmp_path / "tmp").iterdir()) == []


def test_objects_that_are_larger_than_listed(world: World) -> None:
    """A list may be old: what comes is kept, and it is said."""
    world.put("k", BODY * 400)
    listed = [replace(one, size=0) for one in world.versions()]
    assert _bytes(_one(world.copy(listed))) == BODY * 400


def test_more_objects_than_are_asked_for_at_once(world: World) -> None:
    """Everything comes once, large and small, over few connections."""
    for number in range(60):
        world.put(f"{number}", b"%d" % number * (1 if number % 20 else 600_000))
    kept = world.copy(connections=2)
    assert sorted(one.key for one in kept.values()) == sorted(map(str, range(60)))
    assert all(_bytes(one).startswith(one.key.encode()) for one in kept.values())


@pytest.mark.parametrize("kind", ["throttle", "error", "reset"])
def test_a_bad_day_is_waited_out(world: World, kind: str) -> None:
    """SlowDown, 500 and connections that end: asked again, with a wait between."""
    world.put("k", BODY)
    versions = world.versions()
    world.drill.fault(kind=kind, service="s3", operation="GetObject", times=3)
    kept = _one(world.copy(versions))
    assert (_bytes(kept), kept.requests, world.gaps) == (BODY, 4, [])
    assert len(world.slept) >= 3


def test_a_third_of_everything_fails(world: World) -> None:
    """Torn, refused and reset at random: everything comes, once."""
    for number in range(60):
        world.put(f"{number}", BODY + b"%d" % number)
    versions = world.versions()
    for kind in ("torn", "throttle", "reset"):
        world.drill.fault(kind=kind, service="s3", operation="GetObject", probability=0.12)
    kept = world.copy(versions)
    assert sorted(map(_bytes, kept.values())) == sorted(BODY + b"%d" % number for number in range(60))
    assert world.gaps == []


def test_slow_down_without_end_is_a_gap(world: World) -> None:
    """What never comes is missing, under the code that AWS gave."""
    world.put("k", BODY)
    versions = world.versions()
    world.drill.fault(kind="throttle", service="s3", operation="GetObject")
    assert world.copy(versions) == {}
    assert world.gaps == [(Outcome.THROTTLED, "SlowDown", 1)]


def test_an_object_that_is_gone(world: World) -> None:
    """A version that was listed and deleted since is a gap, and the others come."""
    world.put("k", BODY)
    world.put("other", b"x")
    versions = world.versions()
    world.admin.delete_object(Bucket=BUCKET, Key="k", VersionId=versions[0].version_id)
    assert [one.key for one in world.copy(versions).values()] == ["other"]
    assert world.gaps == [(Outcome.VANISHED, "NoSuchVersion", 1)]
    assert world.tally.gaps[0].request_id


def test_an_object_that_changed(world: World) -> None:
    """Where only the newest can be had, what stands there now is kept under its own ETag, and said."""
    world.put("k", b"old")
    listed = [replace(one, version_id="null") for one in world.versions()]
    world.put("k", b"new")
    kept = _one(world.copy(listed))
    assert _bytes(kept) == b"new"
    assert kept.name != s3.name(BUCKET, listed[0])
    assert world.gaps == [(Outcome.VANISHED, "Changed", 1)]


def test_an_object_that_changes_on_the_way(world: World) -> None:
    """The halves of two objects are never put together."""
    world.put("k", BODY)
    listed = [replace(one, version_id="null") for one in world.versions()]
    world.drill.fault(kind="torn", service="s3", operation="GetObject", offset=5000, times=1)
    other = BODY[::-1]
    copier = world.copier(connections=1)
    copier.sleep = lambda _: world.put("k", other)
    (group,) = copier.copy(listed)
    assert _bytes(group[0]) == other
    assert world.gaps == [(Outcome.VANISHED, "Changed", 1)]


@pytest.mark.parametrize(
    ("oddity", "gap"),
    [
        ({"glacier": True}, (Outcome.UNSUPPORTED, "InvalidObjectState")),
        ({"kms_refused": True}, (Outcome.DENIED, "AccessDenied")),
        ({"denied": True}, (Outcome.DENIED, "AccessDenied")),
        ({"gone": True}, (Outcome.VANISHED, "NoSuchBucket")),
    ],
)
def test_refusals(world: World, oddity: dict[str, bool], gap: tuple[Outcome, str]) -> None:
    """Archived, encrypted under a key that we may not use, closed, gone: each its own gap, counted."""
    for number in range(3):
        world.put(f"{number}", b"x")
    versions = world.versions()
    world.drill.bucket(BUCKET, **oddity)
    assert world.copy(versions) == {}
    assert world.gaps == [(*gap, 3)]
    assert len(world.tally.gaps[0].examples) == 3


def test_denied_by_an_organisation(world: World) -> None:
    """A service control policy is told apart."""
    world.put("k", b"x")
    versions = world.versions()
    world.drill.deny("s3:GetObject*", scp=True)
    assert world.copy(versions) == {}
    assert world.gaps[0][0] is Outcome.DENIED_BY_SCP


@pytest.mark.parametrize("code", ["ExpiredToken", "RequestExpired", "RequestTimeTooSkewed"])
def test_credentials_that_are_refused_end_the_run(world: World, code: str) -> None:
    """That is no gap of one object."""
    world.put("k", b"x")
    versions = world.versions()
    world.drill.fault(kind="error", service="s3", operation="GetObject", code=code, status=403)
    with pytest.raises(CredentialsError, match=code):
        world.copy(versions)


def test_a_signature_that_one_object_refuses_is_a_gap(world: World) -> None:
    """AWS knows us still: it is asked, and the run goes on."""
    world.put("k", b"x")
    versions = world.versions()
    world.drill.fault(
        kind="error", service="s3", operation="GetObject", code="SignatureDoesNotMatch", status=403
    )
    assert world.copy(versions) == {}
    assert [code for _, code, _ in world.gaps] == ["SignatureDoesNotMatch"]


def test_a_signature_that_everything_refuses_ends_the_run(world: World) -> None:
    """AWS knows us no more."""
    world.put("k", b"x")
    versions = world.versions()
    world.drill.fault(kind="error", code="SignatureDoesNotMatch", status=403)
    with pytest.raises(CredentialsError):
        world.copy(versions)


def test_the_end_of_a_run_ends_the_threads(world: World, tmp_path: Path) -> None:
    """What `sleep` raises comes out, and no file is left."""
    world.put("k", BODY)
    versions = world.versions()
    world.drill.fault(kind="throttle", service="s3", operation="GetObject")
    copier = world.copier()
    copier.sleep = _stop
    with pytest.raises(KeyboardInterrupt):
        list(copier.copy(versions))
    assert list((tmp_path / "tmp").iterdir()) == []


def _stop(_: float) -> None:
    raise KeyboardInterrupt


def test_wrong_region(world: World) -> None:
    """A bucket that is elsewhere is followed there."""
    world.put("k", BODY)
    kept = _one(world.copy(world.versions(), bucket=s3.Bucket(BUCKET, "us-east-1")))
    assert _bytes(kept) == BODY
    assert kept.folder.startswith(f"{VICTIM}/{HOME}/")


def test_requester_pays(world: World) -> None:
    """Only who is told to pays."""
    world.put("k", BODY)
    versions = world.versions()
    policy = (
        '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*",'
        f' "Resource": ["arn:aws:s3:::{BUCKET}", "arn:aws:s3:::{BUCKET}/*"]}}]}}'
    )
    world.admin.put_bucket_policy(Bucket=BUCKET, Policy=policy)
    world.drill.bucket(BUCKET, requester_pays=True)
    world.session = session_of(world.drill.url, world.drill.root(EVIDENCE))
    assert world.copy(versions) == {}
    assert world.gaps == [(Outcome.DENIED, "AccessDenied", 1)]
    paying = replace(world.bucket, requester_pays=True)
    assert _bytes(_one(world.copy(versions, bucket=paying))) == BODY
    found = drain(s3.locate(world.asker, BUCKET, requester_pays=True))[1]
    assert found == paying
    world.admin.delete_bucket_policy(Bucket=BUCKET)


# -- finding out


@pytest.mark.parametrize("place", ["eu-west-1", "us-east-1"])
def test_locate(world: World, place: str) -> None:
    """A bucket is found from any region."""
    assert drain(s3.locate(replace(world.asker, place=place), BUCKET))[1] == world.bucket


@pytest.mark.parametrize(
    ("oddity", "outcome", "code"),
    [({"denied": True}, Outcome.DENIED, "403"), ({"gone": True}, Outcome.VANISHED, "NoSuchBucket")],
)
def test_locate_what_is_not_for_us(
    world: World, oddity: dict[str, bool], outcome: Outcome, code: str
) -> None:
    """Closed and gone are told apart."""
    world.drill.bucket(BUCKET, **oddity)
    exchanges, refusal = drain(s3.locate(world.asker, BUCKET))
    assert (refusal.outcome, refusal.code) == (outcome, code)
    assert exchanges[-1].status in {403, 404}


def test_versions_that_may_not_be_listed(world: World) -> None:
    """The objects come all the same, and what is missing is said."""
    for body in (b"one", b"two"):
        world.put("k", body)
    world.drill.deny("s3:ListBucketVersions")
    found, refusal = world.listed()
    assert refusal is not None
    assert refusal.outcome is Outcome.DENIED
    assert [(one.key, one.version_id) for one in found] == [("k", "")]
    assert _bytes(_one(world.copy([one for one in found if isinstance(one, s3.Version)]))) == b"two"


def test_a_list_that_may_not_be_had(world: World) -> None:
    """Neither way is open: nothing comes, and that is a refusal."""
    world.put("k", b"x")
    world.drill.bucket(BUCKET, denied=True)
    found, refusal = world.listed()
    assert found == []
    assert refusal is not None
    assert refusal.code == "AccessDenied"


@pytest.mark.parametrize("kind", ["repeat_page", "repeat_token", "empty_page"])
def test_pages_that_lie(world: World, kind: str) -> None:
    """A token that leads nowhere ends the list as truncated; an empty page is none."""
    for number in range(9):
        world.put(f"{number}", b"")
    world.drill.page_size(2)
    world.drill.fault(kind=kind, service="s3", operation="ListObjectVersions", times=1, skip=1)
    found, refusal = world.listed()
    whole = {one.key for one in found} == {f"{number}" for number in range(9)}
    assert whole if refusal is None else refusal.outcome is Outcome.TRUNCATED


def test_a_page_that_breaks_off_is_asked_for_again(world: World) -> None:
    """Half a page is no page."""
    for number in range(9):
        world.put(f"{number}", b"")
    world.drill.fault(kind="torn", service="s3", operation="ListObjectVersions", times=2)
    found, refusal = world.listed()
    assert (len(found), refusal) == (9, None)


Make = Callable[..., s3.Version]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"version_id": "1"}, {"version_id": "2"}),
        ({"etag": '"a"'}, {"etag": '"b"'}),
        ({"key": "A"}, {"key": "a"}),
    ],
)
def test_names_are_apart(one: dict[str, str], other: dict[str, str]) -> None:
    """Another version, other bytes, another key: another name."""
    version = s3.Version("k", "v", '"e"', 1, "", "STANDARD", latest=True, deleted=False)
    assert s3.name("b", replace(version, **one)) != s3.name("b", replace(version, **other))  # type: ignore[arg-type]

"""S3 as S3 answers: hostile keys, versions, ranges, conditions, regions, refusals, bodies that end early."""

from __future__ import annotations

import base64
import http.client
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import IncompleteReadError, ResponseStreamingError

from forensics.drill import Drill
from forensics.drill.checksums import crc64nvme
from tests.drill.conftest import HOME, VICTIM, Clients, Refused

BUCKET = "harbour-keys"
BODY = b"0123456789" * 40
KEYS = [
    "a/../../b", "..", "./dot", "/leading", "//two", "a//b", "case", "CASE", "new\nline", "tab\t\x01",
    "sp ace", "plus+%2B%", "\u00e9\u20ac\U0001f600", "q?x=1&y#z", "k" * 1024, "'\"<&>", "trailing/",
]  # fmt: skip


@pytest.fixture
def s3(root: Clients) -> Iterator[Any]:
    """Give S3 with a versioned bucket of our own, which goes away afterwards with all that is in it."""
    made = root("s3")
    made.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": HOME})
    made.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    yield made
    for page in made.get_paginator("list_object_versions").paginate(Bucket=BUCKET):
        for one in page.get("Versions", []) + page.get("DeleteMarkers", []):
            made.delete_object(Bucket=BUCKET, Key=one["Key"], VersionId=one["VersionId"])
    made.delete_bucket(Bucket=BUCKET)


@pytest.mark.parametrize("operation", ["list_objects_v2", "list_objects", "list_object_versions"])
def test_hostile_keys(s3: Any, client: Clients, operation: str) -> None:
    """Every key is kept, listed in the order of its bytes over pages of three, and read back."""
    for key in KEYS:
        s3.put_object(Bucket=BUCKET, Key=key, Body=key.encode())
    name = "Versions" if operation == "list_object_versions" else "Contents"
    reader = client("s3")
    pages = list(reader.get_paginator(operation).paginate(Bucket=BUCKET, PaginationConfig={"PageSize": 3}))
    listed = [one["Key"] for page in pages for one in page[name]]
    assert listed == sorted(KEYS, key=str.encode)
    assert [len(page[name]) for page in pages][:-1] == [3] * (len(pages) - 1)
    for key in listed:
        assert reader.get_object(Bucket=BUCKET, Key=key)["Body"].read() == key.encode()


def test_folders_come_once(s3: Any) -> None:
    """What is folded at a delimiter comes once, however small the pages are."""
    for key in ("a/1", "a/2", "a/3", "b", "c/1", "c/2", "d"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"")
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=BUCKET, Delimiter="/", PaginationConfig={"PageSize": 1}
    )
    found = [one.get("Key") or one["Prefix"] for page in pages for one in _both(page)]
    assert found == ["a/", "b", "c/", "d"]


def _both(page: dict[str, Any]) -> list[dict[str, Any]]:
    return [*page.get("Contents", ()), *page.get("CommonPrefixes", ())]


@pytest.mark.parametrize("arguments", [{"StartAfter": "b"}, {"Prefix": "c"}])
def test_start_and_prefix(s3: Any, arguments: dict[str, str]) -> None:
    """A list begins after a key, and keeps to a prefix."""
    for key in ("a", "b", "c", "c/1"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"")
    assert [one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET, **arguments)["Contents"]] == ["c", "c/1"]


@pytest.mark.parametrize(
    ("wanted", "cut"),
    [("bytes=0-9", slice(0, 10)), ("bytes=390-", slice(390, 400)), ("bytes=-5", slice(395, 400)),
     ("bytes=395-900", slice(395, 400))],
)  # fmt: skip
def test_range(s3: Any, client: Clients, wanted: str, cut: slice) -> None:
    """A part of an object comes with where it is from."""
    s3.put_object(Bucket=BUCKET, Key="k", Body=BODY)
    answer = client("s3").get_object(Bucket=BUCKET, Key="k", Range=wanted)
    assert answer["Body"].read() == BODY[cut]
    assert answer["ContentRange"] == f"bytes {cut.start}-{cut.stop - 1}/400"
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 206


@pytest.mark.parametrize("wanted", ["bytes=400-", "bytes=900-901"])
def test_range_past_the_end(s3: Any, refused: Refused, wanted: str) -> None:
    """A part that is not there is refused."""
    s3.put_object(Bucket=BUCKET, Key="k", Body=BODY)
    assert refused(s3.get_object, Bucket=BUCKET, Key="k", Range=wanted)[:2] == ("InvalidRange", 416)


def test_an_object_that_changed(s3: Any, refused: Refused) -> None:
    """If-Match tells that it is another now; its version is still there."""
    first = s3.put_object(Bucket=BUCKET, Key="k", Body=b"one")
    s3.put_object(Bucket=BUCKET, Key="k", Body=b"two")
    gone = refused(s3.get_object, Bucket=BUCKET, Key="k", IfMatch=first["ETag"])
    assert gone[:2] == ("PreconditionFailed", 412)
    kept = s3.get_object(Bucket=BUCKET, Key="k", VersionId=first["VersionId"], IfMatch=first["ETag"])
    assert kept["Body"].read() == b"one"
    assert kept["VersionId"] == first["VersionId"]


def test_delete_markers(s3: Any, refused: Refused) -> None:
    """A deleted object is missing, listed under its marker, and read by its version; the marker is not."""
    version = s3.put_object(Bucket=BUCKET, Key="k", Body=b"kept")["VersionId"]
    marker = s3.delete_object(Bucket=BUCKET, Key="k")["VersionId"]
    assert refused(s3.get_object, Bucket=BUCKET, Key="k")[:2] == ("NoSuchKey", 404)
    assert refused(s3.get_object, Bucket=BUCKET, Key="k", VersionId=marker)[:2] == ("MethodNotAllowed", 405)
    assert refused(s3.head_object, Bucket=BUCKET, Key="k", VersionId="x" * 32)[1] == 404
    listed = s3.list_object_versions(Bucket=BUCKET)
    assert [one["VersionId"] for one in listed["DeleteMarkers"] if one["IsLatest"]] == [marker]
    assert [one["IsLatest"] for one in listed["Versions"]] == [False]
    assert s3.get_object(Bucket=BUCKET, Key="k", VersionId=version)["Body"].read() == b"kept"


def test_versions_of_one_key_over_pages(s3: Any) -> None:
    """Versions come newest first, and a page may end between two of one key."""
    made = [s3.put_object(Bucket=BUCKET, Key="k", Body=b"%d" % n)["VersionId"] for n in range(7)]
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=BUCKET, PaginationConfig={"PageSize": 2})
    assert [one["VersionId"] for page in pages for one in page["Versions"]] == made[::-1]


def test_checksums(s3: Any, client: Clients) -> None:
    """An uploader's checksum is given back, whole and by HEAD, and not for a part."""
    s3.put_object(Bucket=BUCKET, Key="k", Body=BODY, ChecksumAlgorithm="SHA256")
    reader = client("s3")
    head = reader.head_object(Bucket=BUCKET, Key="k", ChecksumMode="ENABLED")
    whole = reader.get_object(Bucket=BUCKET, Key="k", ChecksumMode="ENABLED")
    assert head["ChecksumSHA256"] == whole["ChecksumSHA256"]
    assert head["ChecksumType"] == "FULL_OBJECT"
    assert "ChecksumSHA256" not in reader.head_object(Bucket=BUCKET, Key="k")
    assert "ChecksumSHA256" not in reader.get_object(
        Bucket=BUCKET, Key="k", ChecksumMode="ENABLED", Range="bytes=0-1"
    )


def test_checksum_that_s3_adds() -> None:
    """The check value of CRC-64/NVME is that of the catalogue."""
    assert crc64nvme(b"123456789") == 0xAE8B14860A799888


def test_seeded_objects_have_one(client: Clients) -> None:
    """What CloudTrail delivered has the checksum that S3 adds itself."""
    s3 = client("s3")
    key = s3.list_objects_v2(Bucket="harbour-cloudtrail", MaxKeys=1)["Contents"][0]["Key"]
    got = s3.get_object(Bucket="harbour-cloudtrail", Key=key, ChecksumMode="ENABLED")
    raw = got["ResponseMetadata"]["HTTPHeaders"]["x-amz-checksum-crc64nvme"]
    assert int.from_bytes(base64.b64decode(raw), "big") == crc64nvme(got["Body"].read())


def test_metadata_is_in_small_letters(s3: Any, client: Clients) -> None:
    """User metadata comes with names in small letters, as S3 sends it."""
    s3.put_object(Bucket=BUCKET, Key="k", Body=b"", Metadata={"Signature-Algorithm": "SHA256withRSA"})
    assert client("s3").head_object(Bucket=BUCKET, Key="k")["Metadata"] == {
        "signature-algorithm": "SHA256withRSA"
    }


def test_wrong_region(drill: Drill, client: Clients) -> None:
    """A bucket elsewhere redirects, says where it is, and botocore follows."""
    before = len(drill.calls())
    assert client("s3", "us-east-1", attempts=3).list_objects_v2(Bucket="harbour-customers")["Name"]
    calls = [call for call in drill.calls(before) if call["operation"] == "ListObjectsV2"]
    assert [(call["status"], call["code"], call["region"]) for call in calls] == [
        (301, "PermanentRedirect", "us-east-1"),
        (200, "", HOME),
    ]


def test_region_of_a_bucket(client: Clients) -> None:
    """HeadBucket and GetBucketLocation say where a bucket is."""
    assert client("s3").head_bucket(Bucket="harbour-customers")["BucketRegion"] == HOME
    elsewhere = client("s3", "us-east-1")
    assert elsewhere.get_bucket_location(Bucket="harbour-customers")["LocationConstraint"] == HOME


@pytest.mark.parametrize(
    ("action", "method", "arguments"),
    [
        ("s3:ListBucket", "list_objects_v2", {}),
        ("s3:ListBucket", "head_bucket", {}),
        ("s3:ListBucketVersions", "list_object_versions", {}),
        ("s3:GetObject", "get_object", {"Key": "../../escape.txt"}),
        ("s3:GetObject", "head_object", {"Key": "../../escape.txt"}),
        ("s3:GetObjectVersion", "get_object", {"Key": "../../escape.txt", "VersionId": "x" * 32}),
    ],
)
def test_denied(
    drill: Drill, client: Clients, refused: Refused, action: str, method: str, arguments: dict[str, str]
) -> None:
    """S3's operations are the actions that IAM has for them."""
    drill.deny(action)
    call = getattr(client("s3"), method)
    assert refused(call, Bucket="harbour-customers", **arguments)[1] == 403


def test_who_may_not_list_does_not_learn_what_is_missing(
    drill: Drill, client: Clients, refused: Refused
) -> None:
    """Without s3:ListBucket a missing key is denied, not missing."""
    arguments = {"Bucket": "harbour-customers", "Key": "nothing"}
    assert refused(client("s3").get_object, **arguments)[0] == "NoSuchKey"
    drill.deny("s3:ListBucket")
    assert refused(client("s3").get_object, **arguments)[0] == "AccessDenied"


@pytest.mark.parametrize(
    ("oddity", "method", "code"),
    [
        ("denied", "list_objects_v2", "AccessDenied"),
        ("denied", "get_object", "AccessDenied"),
        ("gone", "list_objects_v2", "NoSuchBucket"),
        ("gone", "get_object", "NoSuchBucket"),
        ("kms_refused", "get_object", "AccessDenied"),
        ("glacier", "get_object", "InvalidObjectState"),
    ],
)
def test_odd_buckets(
    drill: Drill, client: Clients, refused: Refused, oddity: str, method: str, code: str
) -> None:
    """A bucket is denied or gone, its keys refused, its objects archived, as a test wants it."""
    drill.bucket("harbour-customers", **{oddity: True})
    extra = {"Key": "../../escape.txt"} if method == "get_object" else {}
    said = refused(getattr(client("s3"), method), Bucket="harbour-customers", **extra)
    drill.bucket("harbour-customers")
    assert said[0] == code
    assert ("kms:Decrypt" in said[2]) == (oddity == "kms_refused")
    assert client("s3").list_objects_v2(Bucket="harbour-customers")["Contents"]


def test_archived_objects_say_so(drill: Drill, client: Clients) -> None:
    """The class of an archived object is in the list and in its head, under the prefix that was named."""
    drill.bucket("harbour-customers", glacier=True, prefix="../")
    s3 = client("s3")
    listed = s3.list_objects_v2(Bucket="harbour-customers")["Contents"]
    head = s3.head_object(Bucket="harbour-customers", Key="../../escape.txt")
    drill.bucket("harbour-customers")
    assert [one["StorageClass"] for one in listed if one["Key"].startswith("../")] == ["GLACIER"]
    assert head["StorageClass"] == "GLACIER"


@pytest.mark.parametrize("offset", [0, 1, 200, 399])
def test_torn_at(drill: Drill, s3: Any, client: Clients, offset: int) -> None:
    """A body ends after as many bytes as a test wants, and a range fetches the rest."""
    s3.put_object(Bucket=BUCKET, Key="k", Body=BODY)
    drill.fault(kind="torn", service="s3", operation="GetObject", offset=offset, times=1)
    reader = client("s3", request_checksum_calculation="when_required")
    answer = reader.get_object(Bucket=BUCKET, Key="k", ChecksumMode="ENABLED")
    assert answer["ContentLength"] == 400
    got = bytearray()
    with pytest.raises(IncompleteReadError):
        _read(answer["Body"], got)
    assert len(got) == offset
    rest = reader.get_object(Bucket=BUCKET, Key="k", Range=f"bytes={offset}-")["Body"].read()
    assert bytes(got) + rest == BODY


def _read(stream: Any, into: bytearray) -> None:
    while piece := stream.read(1):
        into += piece


def test_reset_in_the_body(drill: Drill, s3: Any, client: Clients) -> None:
    """The connection dies in the middle of a body."""
    s3.put_object(Bucket=BUCKET, Key="k", Body=BODY * 1000)
    drill.fault(kind="reset", when="body", operation="GetObject", offset=100_000, times=1)
    answer = client("s3").get_object(Bucket=BUCKET, Key="k")
    with pytest.raises(ResponseStreamingError):
        answer["Body"].read()


def test_slow_down(drill: Drill, client: Clients, refused: Refused) -> None:
    """S3 throttles in its own words."""
    drill.fault(kind="throttle", service="s3", operation="GetObject", times=1)
    arguments = {"Bucket": "harbour-customers", "Key": "../../escape.txt"}
    assert refused(client("s3").get_object, **arguments)[:2] == ("SlowDown", 503)
    assert client("s3").get_object(**arguments)["Body"].read()


@pytest.mark.parametrize("kind", ["repeat_page", "repeat_token", "empty_page"])
def test_pages_that_go_wrong(drill: Drill, s3: Any, client: Clients, kind: str) -> None:
    """A page comes twice, a token names itself, a page is empty; nothing that was there is left out."""
    for number in range(6):
        s3.put_object(Bucket=BUCKET, Key=f"{number}", Body=b"")
    drill.fault(kind=kind, operation="ListObjectsV2", times=1, skip=1)
    token, keys, tokens = None, [], []
    while True:
        more: dict[str, Any] = {"ContinuationToken": token} if token else {}
        page = client("s3").list_objects_v2(Bucket=BUCKET, MaxKeys=2, **more)
        keys += [one["Key"] for one in page.get("Contents", ())]
        token = page.get("NextContinuationToken")
        if token is None:
            break
        tokens.append(token)
    assert set(keys) == set("012345")
    assert (len(keys) > 6) == (kind != "empty_page")


def test_bucket_in_the_host(drill: Drill) -> None:
    """A request may have its bucket in the host's name, and is signed like that."""
    host = f"harbour-customers.localhost:{drill.url.rpartition(':')[2]}"
    keys = drill.root(VICTIM)
    asked = AWSRequest("GET", f"http://{host}/../../escape.txt", headers={"Host": host})
    S3SigV4Auth(Credentials(keys["AWS_ACCESS_KEY_ID"], keys["AWS_SECRET_ACCESS_KEY"]), "s3", HOME).add_auth(
        asked
    )
    connection = http.client.HTTPConnection(drill.url.removeprefix("http://"), timeout=60)
    try:
        connection.request("GET", "/../../escape.txt", headers=dict(asked.headers.items()))
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (200, b"a key is not a path\n")
    finally:
        connection.close()

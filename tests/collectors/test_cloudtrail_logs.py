"""Trails' logs and digests from their buckets: whole, and with every way in which a bucket can refuse."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from forensics.collectors import cloudtrail_logs, digests
from forensics.collectors.deliveries import DASHED, DAYS, HIVE, Place, stamp
from forensics.drill.server import Drill
from forensics.model import Coverage, Exchange, Outcome
from forensics.scope import Window
from tests.collectors.kept import EVIDENCE, VICTIM, body, files, root
from tests.collectors.play import Play, session_on

BUCKET = "harbour-cloudtrail"
ARCHIVE = "harbour-log-archive"
LOGS, DIGESTS = "cloudtrail.LogFiles", "cloudtrail.DigestFiles"


def collect(play: Play) -> Play:
    """Run the trails and both sources of their logs."""
    play.run("cloudtrail.DescribeTrails", DIGESTS, LOGS)
    return play


def stored(drill: Drill, bucket: str, part: str, region: str = "eu-west-1") -> set[tuple[str, str]]:
    """List key and version of what is in a bucket, as its owner sees it."""
    account = EVIDENCE if bucket == ARCHIVE and owned_elsewhere(drill) else VICTIM
    listed = root(drill, "s3", account=account, region=region).list_object_versions(Bucket=bucket)
    return {(one["Key"], one["VersionId"]) for one in listed["Versions"] if part in one["Key"]}


def owned_elsewhere(drill: Drill) -> bool:
    """Say whether the archive is in the evidence account."""
    listed = root(drill, "s3", account=EVIDENCE).list_buckets()["Buckets"]
    return ARCHIVE in {one["Name"] for one in listed}


def kept(play: Play, row: str) -> set[tuple[str, str]]:
    """Return key and version of what a source kept."""
    return {(one.key, one.about["version_id"]) for one in files(play) if one.source.name == row}


def test_all_of_a_region_versions_that_were_deleted_too(drill: Drill, play: Play) -> None:
    """Bytes as they are, signatures beside them, and the log that the attacker deleted."""
    collect(play)
    assert play.gaps() == []
    assert kept(play, LOGS) == stored(drill, BUCKET, "/CloudTrail/eu-west-1/") != set()
    assert kept(play, DIGESTS) == stored(drill, BUCKET, "/CloudTrail-Digest/eu-west-1/") != set()
    signed = [one for one in files(play) if one.source.name == DIGESTS]
    assert all("signature" in one.about["metadata"] for one in signed)
    hidden = [one for one in files(play) if one.about["deleted"]]
    assert {one.source.name for one in hidden} == {LOGS, DIGESTS}
    assert "1 delete markers" in play.coverage[LOGS].note
    for one in files(play):
        assert gzip.decompress(body(one))
        assert one.folder == f"222222222222/eu-west-1/s3/{BUCKET}"
        assert one.key.startswith("AWSLogs/222222222222/CloudTrail")


@pytest.mark.parametrize("sort", ["-Insight", "-NetworkActivity", "-Aggregated"])
def test_each_sort_of_events_has_a_folder(drill: Drill, play: Play, sort: str) -> None:
    """Insights, network activity and aggregations lie beside the logs, and are logs."""
    day = f"{play.time.now - timedelta(hours=3):%Y/%m/%d}"
    name = (
        f"222222222222_CloudTrail{sort}_eu-west-1_{play.time.now - timedelta(hours=3):%Y%m%dT%H%MZ}_x.json.gz"
    )
    key = f"AWSLogs/222222222222/CloudTrail{sort}/eu-west-1/{day}/{name}"
    root(drill, "s3").put_object(Bucket=BUCKET, Key=key, Body=gzip.compress(b'{"Records":[]}'))
    play.run("cloudtrail.DescribeTrails", LOGS)
    assert key in {one.key for one in files(play)}


def test_delete_markers_are_in_the_listings(play: Play) -> None:
    """The listing's own bytes say who was deleted when."""
    collect(play)
    pages = [one.body for one in play.of(Exchange) if one.operation == "ListObjectVersions"]
    assert any(b"<DeleteMarker>" in body for body in pages)


def test_the_second_time_nothing_is_fetched_again(drill: Drill, play: Play) -> None:
    """What the case holds stays as it is."""
    collect(play)
    before = dict(play.kept)
    drill.clear_calls()
    play.run(LOGS, DIGESTS)
    assert play.kept == before
    fetched = [call for call in drill.calls() if call["operation"] == "GetObject"]
    assert fetched == []
    assert play.gaps() == []


def test_only_what_is_of_the_window(drill: Drill, play: Play) -> None:
    """Logs of two hours; digests from an hour before until two hours after."""
    drill.trail(healthy=True)
    now = play.time.now
    play.window = Window(now - timedelta(hours=12), now - timedelta(hours=10))
    collect(play)
    assert play.gaps() == []
    ends = sorted(stamp(key) or now for key, _ in kept(play, DIGESTS))
    assert len(ends) == 5
    assert play.window.since - timedelta(hours=1) <= ends[0]
    assert ends[-1] <= play.window.until + timedelta(hours=2)
    made = [stamp(key) or now for key, _ in kept(play, LOGS)]
    assert all(play.window.since <= moment <= play.window.until + timedelta(hours=2) for moment in made)


def test_a_log_that_a_digest_lists_and_nobody_has_is_one_gap(drill: Drill, play: Play) -> None:
    """With its count and some examples; versions that are held count as there."""
    drill.trail(healthy=True)
    s3 = root(drill, "s3")
    keys = sorted(key for key, _ in stored(drill, BUCKET, "/CloudTrail/eu-west-1/"))[:7]
    for key in keys:
        for one in s3.list_object_versions(Bucket=BUCKET, Prefix=key)["Versions"]:
            s3.delete_object(Bucket=BUCKET, Key=key, VersionId=one["VersionId"])
    collect(play)
    [gap] = play.coverage[DIGESTS].gaps
    assert (gap.outcome, gap.code, gap.count) == (Outcome.VANISHED, "LogFileMissing", len(keys))
    assert any(key in gap.message for key in keys)
    assert len(gap.examples) == 5
    assert {one["Key"] for one in gap.examples} < set(keys)
    assert play.coverage[DIGESTS].outcome is Outcome.COLLECTED
    # The same on the second run, for which all digests are held.
    play.run(DIGESTS)
    assert play.coverage[DIGESTS].gaps[0].count == len(keys)


def test_logs_of_another_region_lie_in_the_same_bucket(drill: Drill) -> None:
    """Each region's source takes its own folder, and asks the bucket where that is."""
    play = collect(Play(session_on(drill), region="us-east-1"))
    assert play.gaps() == []
    assert kept(play, DIGESTS) == stored(drill, BUCKET, "/CloudTrail-Digest/us-east-1/") != set()
    assert {one.source.region for one in files(play)} == {"us-east-1"}
    assert {one.folder for one in files(play)} == {f"222222222222/eu-west-1/s3/{BUCKET}"}


@pytest.mark.parametrize(
    ("owner", "region"), [(EVIDENCE, "eu-west-1"), (EVIDENCE, "us-east-1"), (VICTIM, "us-west-2")]
)
def test_buckets_of_other_accounts_and_regions(drill: Drill, play: Play, owner: str, region: str) -> None:
    """Read where the bucket's policy allows, wherever it is."""
    drill.trail(healthy=True, owner=owner, region=region, prefix="org/logs")
    collect(play)
    assert play.gaps() == []
    assert kept(play, DIGESTS) == stored(drill, ARCHIVE, "/CloudTrail-Digest/eu-west-1/", region) != set()
    assert {one.folder for one in files(play)} == {f"222222222222/{region}/s3/{ARCHIVE}"}


@pytest.mark.parametrize(
    ("oddity", "outcome", "codes"),
    [
        ({"denied": True}, Outcome.DENIED, {"403", "AccessDenied"}),
        ({"gone": True}, Outcome.VANISHED, {"NoSuchBucket"}),
        ({"kms_refused": True}, Outcome.DENIED, {"AccessDenied"}),
        ({"glacier": True}, Outcome.UNSUPPORTED, {"InvalidObjectState"}),
    ],
)
def test_what_a_bucket_refuses(
    drill: Drill, play: Play, oddity: Any, outcome: Outcome, codes: set[str]
) -> None:
    """Each its own outcome, never an empty answer, and the listing is kept where there is one."""
    drill.bucket(BUCKET, **oddity)
    collect(play)
    for row in (LOGS, DIGESTS):
        [gap] = play.coverage[row].gaps
        assert gap.outcome is outcome
        assert gap.code in codes
        assert play.coverage[row].outcome is outcome
        assert gap.examples[0]["Bucket"] == BUCKET
    assert files(play) == []
    assert all(draft.discarded for draft in play.drafts)


def test_one_key_that_may_not_be_used_costs_only_what_it_locks(drill: Drill, play: Play) -> None:
    """A prefix with another key: the rest comes."""
    drill.bucket(BUCKET, kms_refused=True, prefix="AWSLogs/222222222222/CloudTrail/")
    collect(play)
    assert play.coverage[LOGS].outcome is Outcome.DENIED
    assert play.coverage[DIGESTS].gaps == ()
    assert kept(play, DIGESTS)


def test_a_foreign_bucket_that_does_not_know_us(drill: Drill, play: Play) -> None:
    """Denied, and not gone."""
    drill.trail(healthy=True, owner=EVIDENCE, readable=False)
    collect(play)
    assert play.coverage[LOGS].outcome is Outcome.DENIED
    assert play.coverage[DIGESTS].outcome is Outcome.DENIED


def test_whoever_reads_pays(drill: Drill, play: Play) -> None:
    """It is paid for, and said."""
    drill.trail(healthy=True, owner=EVIDENCE)
    drill.bucket(ARCHIVE, requester_pays=True)
    collect(play)
    assert play.gaps() == []
    assert kept(play, DIGESTS)
    assert "pays for it" in play.coverage[DIGESTS].note


def test_versions_that_may_not_be_listed_are_a_gap(drill: Drill, play: Play) -> None:
    """What is there now is kept all the same."""
    drill.deny("s3:ListBucketVersions")
    collect(play)
    assert {(row, outcome) for row, outcome, _ in play.gaps()} == {(LOGS, "denied"), (DIGESTS, "denied")}
    assert kept(play, LOGS)


def test_objects_that_may_not_be_read(drill: Drill, play: Play) -> None:
    """One gap for all of them."""
    drill.deny("s3:GetObject*")
    collect(play)
    assert {(row, outcome) for row, outcome, _ in play.gaps()} == {(LOGS, "denied"), (DIGESTS, "denied")}
    assert files(play) == []


def test_nothing_where_no_trail_covers(drill: Drill, play: Play) -> None:
    """No trail, no gap; and a trail of one region alone is not asked about elsewhere."""
    root(drill, "cloudtrail").update_trail(Name="harbour-trail", IsMultiRegionTrail=False)
    elsewhere = collect(Play(session_on(drill), region="us-east-1"))
    assert elsewhere.coverage[LOGS].outcome is Outcome.EMPTY
    root(drill, "cloudtrail").delete_trail(Name="harbour-trail")
    collect(play)
    assert play.coverage[LOGS].outcome is Outcome.EMPTY
    assert play.coverage[DIGESTS] == Coverage(play.coverage[DIGESTS].source, Outcome.EMPTY)


def test_what_nobody_signs_for_is_said(drill: Drill, play: Play) -> None:
    """A trail without digests."""
    root(drill, "cloudtrail").update_trail(Name="harbour-trail", EnableLogFileValidation=False)
    collect(play)
    assert "harbour-trail makes no digests" in play.coverage[LOGS].note


def test_an_organizations_trail_has_a_folder_of_its_own(drill: Drill, play: Play) -> None:
    """Only this account's part of it is copied, old folder and new, and that is said."""
    made = root(drill, "organizations").create_organization(FeatureSet="ALL")
    organization = made["Organization"]["Id"]
    at = play.time.now - timedelta(hours=5)
    for account in ("222222222222", "444444444444"):
        day = f"AWSLogs/{organization}/{account}/CloudTrail/eu-west-1/{at:%Y/%m/%d}"
        key = f"{day}/{account}_CloudTrail_eu-west-1_{at:%Y%m%dT%H%M}Z_a.json.gz"
        root(drill, "s3").put_object(Bucket=BUCKET, Key=key, Body=b"{}")
    root(drill, "cloudtrail").update_trail(Name="harbour-trail", IsOrganizationTrail=True)
    collect(play)
    assert play.gaps() == []
    found = {key for key, _ in kept(play, LOGS)}
    assert any(key.startswith(f"AWSLogs/{organization}/222222222222/") for key in found)
    assert any(key.startswith("AWSLogs/222222222222/") for key in found)
    assert not any("444444444444" in key for key in found)
    assert "only this account's" in play.coverage[LOGS].note


def test_an_organization_that_may_not_be_asked_about(drill: Drill, play: Play) -> None:
    """Its folder is not found, which is a gap; the account's own is copied."""
    root(drill, "cloudtrail").update_trail(Name="harbour-trail", IsOrganizationTrail=True)
    drill.deny("organizations:DescribeOrganization")
    collect(play)
    assert {outcome for _, outcome, _ in play.gaps()} == {"denied"}
    assert kept(play, LOGS)


@pytest.mark.parametrize("prefix", ["/", "odd/", "/odd", "odd/../x", "..", "a b%2f"])
@pytest.mark.parametrize("slash", ["/", ""])
def test_a_prefix_of_any_kind(drill: Drill, play: Play, prefix: str, slash: str) -> None:
    """It is no path: what AWS put before a slash is what is looked for, or without the slashes it has."""
    root(drill, "cloudtrail").update_trail(Name="harbour-trail", S3KeyPrefix=prefix)
    start = f"{prefix}/" if slash else f"{prefix.strip('/')}/".lstrip("/")
    at = play.time.now - timedelta(hours=5)
    key = f"{start}AWSLogs/222222222222/CloudTrail/eu-west-1/{at:%Y/%m/%d}/a_{at:%Y%m%dT%H%M}Z_a.json.gz"
    root(drill, "s3").put_object(Bucket=BUCKET, Key=key, Body=b"{}")
    collect(play)
    assert key in {name for name, _ in kept(play, LOGS)}


HOSTILE = ("../../../etc/passwd", "a\nb\x1b[2J", "CON", "//x", "é" * 90, "%2e%2e/x", "x" * 400)


def test_keys_that_are_no_paths(drill: Drill, play: Play) -> None:
    """What somebody put beside the logs is kept under the name that it has."""
    day = f"AWSLogs/222222222222/CloudTrail/eu-west-1/{play.time.now - timedelta(days=1):%Y/%m/%d}/"
    for name in HOSTILE:
        root(drill, "s3").put_object(Bucket=BUCKET, Key=day + name, Body=name.encode())
    collect(play)
    assert play.gaps() == []
    bodies = {one.key: body(one) for one in files(play)}
    assert {bodies[day + name] for name in HOSTILE} == {name.encode() for name in HOSTILE}


def _plant(drill: Drill, play: Play, data: bytes) -> None:
    at = play.time.now - timedelta(hours=3)
    key = f"AWSLogs/222222222222/CloudTrail-Digest/eu-west-1/{at:%Y/%m/%d}/x_{at:%Y%m%dT%H%M%S}Z.json.gz"
    root(drill, "s3").put_object(Bucket=BUCKET, Key=key, Body=data)


NO_DIGESTS = {
    "empty": b"",
    "no gzip": b"not gzip",
    "deep": gzip.compress(b"[" * 100_000),
    "no list": gzip.compress(b'{"logFiles": 7}'),
    "no text": gzip.compress(b'{"logFiles": [{"s3Bucket": 1, "s3Object": null}]}'),
    "no utf-8": gzip.compress(b'{"logFiles": [{"s3Bucket": "\xff", "s3Object": "\xfe"}]}'),
    "no time": gzip.compress(b'{"s3Bucket": "b", "s3Object": "no time in it"}'),
}


@pytest.mark.parametrize("data", NO_DIGESTS.values(), ids=list(NO_DIGESTS))
def test_digests_that_are_none(drill: Drill, play: Play, data: bytes) -> None:
    """They are kept, and believed nothing."""
    _plant(drill, play, data)
    collect(play)
    assert play.gaps() == []
    assert data in {body(one) for one in files(play)}


def test_a_bomb_is_kept_and_not_read_to_its_end(drill: Drill, play: Play) -> None:
    """A hundred megabytes of nothing."""
    _plant(drill, play, gzip.compress(bytes(100 * 2**20), compresslevel=1))
    collect(play)
    assert "larger than any of AWS's" in play.coverage[DIGESTS].note
    assert play.gaps() == []


def test_more_logs_than_are_looked_for(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is planted to hide others among a million is a gap."""
    monkeypatch.setattr(digests, "MOST", 5)
    collect(play)
    assert {(row, code) for row, _, code in play.gaps()} == {(DIGESTS, "TooManyListed")}
    play.run(DIGESTS)
    assert {(row, code) for row, _, code in play.gaps()} == {(DIGESTS, "TooManyListed")}


def test_a_large_digest_is_not_held(drill: Drill, play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more of it than is read, and that is said."""
    monkeypatch.setattr(digests, "PACKED", 100)
    collect(play)
    assert "was not read to its end" in play.coverage[DIGESTS].note
    assert kept(play, DIGESTS) == stored(drill, BUCKET, "/CloudTrail-Digest/eu-west-1/")


MOVED = "harbour-moved"


def _move(drill: Drill, play: Play, *, bucket: str = BUCKET, key: str = "") -> str:
    """Have the trail deliver to another bucket, where its first digest names the last one of the old."""
    s3 = root(drill, "s3")
    s3.create_bucket(Bucket=MOVED, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    last = max((name for name, _ in stored(drill, BUCKET, "/CloudTrail-Digest/eu-west-1/")), key=str)
    root(drill, "cloudtrail").update_trail(Name="harbour-trail", S3BucketName=MOVED, S3KeyPrefix="new")
    document = {"previousDigestS3Bucket": bucket, "previousDigestS3Object": key or last, "logFiles": []}
    text = json.dumps(document).replace("/", r"\/")
    at = play.time.now - timedelta(minutes=10)
    name = f"{VICTIM}_CloudTrail-Digest_eu-west-1_harbour-trail_eu-west-1_{at:%Y%m%dT%H%M%S}Z.json.gz"
    made = f"new/AWSLogs/{VICTIM}/CloudTrail-Digest/eu-west-1/{at:%Y/%m/%d}/{name}"
    s3.put_object(Bucket=MOVED, Key=made, Body=gzip.compress(text.encode()))
    return made


def test_a_bucket_that_was_changed(drill: Drill, play: Play) -> None:
    """What was delivered before lies in the old one: digests name it, and its digests and logs are kept."""
    drill.trail(healthy=True)
    before = {
        part: stored(drill, BUCKET, f"/{part}/eu-west-1/") for part in ("CloudTrail", "CloudTrail-Digest")
    }
    made = _move(drill, play)
    collect(play)
    assert play.gaps() == []
    found = {key for key, _ in kept(play, DIGESTS)}
    assert found == {made} | {key for keys in before.values() for key, _ in keys}
    assert f"digests name s3://{BUCKET}/AWSLogs/{VICTIM}/ too" in play.coverage[DIGESTS].note
    again = dict(play.kept)
    play.run(DIGESTS)
    assert (play.kept, play.gaps()) == (again, [])


def test_a_former_bucket_that_cannot_be_read(drill: Drill, play: Play) -> None:
    """A gap that names it; what lies in the new one is kept."""
    drill.trail(healthy=True)
    made = _move(drill, play)
    drill.bucket(BUCKET, denied=True)
    collect(play)
    [gap] = play.coverage[DIGESTS].gaps
    assert gap.outcome is Outcome.DENIED
    assert {one["Bucket"] for one in gap.examples} == {BUCKET}
    assert {key for key, _ in kept(play, DIGESTS)} == {made}


def test_a_former_bucket_is_copied_within_the_limit(drill: Drill, play: Play) -> None:
    """For anybody may write a digest that names another's bucket, of any size."""
    drill.trail(healthy=True)
    _move(drill, play)
    play.max_log_group = 1_000
    collect(play)
    assert {gap.code for gap in play.coverage[DIGESTS].gaps} == {"AccessLogsTooLarge"}
    assert {one.about["bucket"] for one in files(play, DIGESTS)} == {MOVED}


@pytest.mark.parametrize(
    "key",
    [
        "AWSLogs/444444444444/CloudTrail-Digest/eu-west-1/2026/01/01/x.json.gz",
        f"AWSLogs/{VICTIM}/CloudTrail-Digest/us-east-1/2026/01/01/x.json.gz",
        f"AWSLogs/{VICTIM}/vpcflowlogs/eu-west-1/2026/01/01/x.json.gz",
        f"xAWSLogs/{VICTIM}/CloudTrail-Digest/eu-west-1/x",
        "customers/2026.csv",
        'a"b',
    ],
)
def test_a_digest_that_names_what_is_not_the_trails(drill: Drill, play: Play, key: str) -> None:
    """It is not followed: another account's or region's folder, or no folder of CloudTrail's at all."""
    made = _move(drill, play, bucket="harbour-customers", key=key)
    drill.clear_calls()
    collect(play)
    assert play.gaps() == []
    assert {name for name, _ in kept(play, DIGESTS)} == {made}
    assert "harbour-customers" not in json.dumps([call["parameters"] for call in drill.calls()])


def test_digests_that_name_one_folder_after_another(
    drill: Drill, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So many are looked at, and the rest is a gap."""
    monkeypatch.setattr(cloudtrail_logs, "FOLDERS", 1)
    listed = [
        {"s3Bucket": BUCKET, "s3Object": f"p{number}/AWSLogs/{VICTIM}/CloudTrail/eu-west-1/x.json.gz"}
        for number in range(3)
    ]
    _plant(drill, play, gzip.compress(json.dumps({"logFiles": listed}).encode()))
    collect(play)
    assert [(row, code) for row, _, code in play.gaps()] == [(DIGESTS, "TooManyListed")]
    assert f"s3://{BUCKET}/p0/AWSLogs" in play.coverage[DIGESTS].note


def test_what_a_digest_lists() -> None:
    """Slashes escaped or not, as AWS writes them."""
    document = {"digestS3Object": "d", "logFiles": [{"s3Bucket": "b", "s3Object": "a/b", "hashValue": "0"}]}
    text = json.dumps(document)
    assert list(digests.logs(text.encode())) == [("b", "a/b")]
    assert list(digests.logs(text.replace("/", r"\/").encode())) == [("b", "a/b")]


def _windows() -> Iterator[Window]:
    for day in (1, 28, 31):
        since = datetime(2025, 12, day, 23, 30, tzinfo=UTC)
        yield Window(since, since + timedelta(hours=1))


@pytest.mark.parametrize("days", [DAYS, HIVE, DASHED])
@pytest.mark.parametrize("window", list(_windows()))
def test_bounds_hold_the_window(days: str, window: Window) -> None:
    """Every key of the window's days lies between them, and none of the days before."""
    place = Place("b", "p/", days, late=timedelta(hours=2))
    after, until = place.bounds(window)
    for moment in (window.since, window.until, window.until + timedelta(hours=2)):
        assert after < f"p/{moment.strftime(days)}/x" < until
    assert f"p/{(window.since - timedelta(days=1)).strftime(days)}/~" < after


@pytest.mark.parametrize(
    ("key", "moment"),
    [
        ("a/1_CloudTrail_eu-west-1_20260102T0304Z_x.json.gz", datetime(2026, 1, 2, 3, 4, tzinfo=UTC)),
        ("a/1_CloudTrail-Digest_eu_t_eu_20260102T030405Z.json.gz", datetime(2026, 1, 2, 3, 4, tzinfo=UTC)),
        ("s3/2026-01-02-03-04-05-ABCDEF", datetime(2026, 1, 2, 3, 4, tzinfo=UTC)),
        ("cdn/E1.2026-01-02-03.abcd.gz", datetime(2026, 1, 2, 3, tzinfo=UTC)),
        ("a/1_redshift_eu_sales_userlog_2026-01-02T03:04.gz", datetime(2026, 1, 2, 3, 4, tzinfo=UTC)),
        ("a/1_network-firewall_flow_eu_a_b_202601020304_0a1b.log.gz", datetime(2026, 1, 2, 3, 4, tzinfo=UTC)),
        ("a/1_network-firewall_flow_eu_a_202613020304_0a1b.log.gz", None),
        ("a/1_other_202601020304_0a1b.log.gz", None),
        ("a/20269999T9999Z", None),
        ("20260102T0304Z/x", None),
        ("", None),
    ],
)
def test_stamps(key: str, moment: datetime | None) -> None:
    """In the name alone; what is no time is none."""
    assert stamp(key) == moment

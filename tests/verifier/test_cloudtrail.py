"""What is made of the record of CloudTrail: healthy, spoilt, hostile, and what the record leaves open."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forensics.drill import digests
from forensics.reports.coverage import coverage
from forensics.verifier import verify
from forensics.verifier.cloudtrail import examine, inflate, kept, logs, names
from forensics.verifier.cloudtrail.kept import MAX_KEY
from forensics.verifier.cloudtrail.outcome import KINDS, LISTED, Chain, Trails
from forensics.verifier.file import look
from forensics.verifier.folder import Folder
from tests.verifier import build, trails
from tests.verifier.trails import (
    ACCOUNT,
    AGAIN,
    END,
    HOUR,
    KEY,
    REGION,
    START,
    STOP,
    Case,
    bucket,
    kinds,
)

MISSING, LOOSE = "digest-missing", "log-unverifiable"
STOPPED = ((START, STOP), (AGAIN, END))


def test_healthy(tmp_path: Path) -> None:
    """A whole chain is one span, and nothing is found."""
    found = Case([bucket()]).examine(tmp_path)
    (chain,) = found.chains
    assert found
    assert (chain.trail, chain.home, chain.account, chain.region) == ("orders", REGION, ACCOUNT, REGION)
    assert chain.covered == ((START, END),)
    assert (chain.digests.valid, chain.logs.valid, chain.gaps) == (8, 14, ())
    assert list(found.lines())[-1].endswith(
        "AWS's digests and logs are as AWS signed them, as far as they are kept"
    )


def test_nothing_of_cloudtrail(tmp_path: Path) -> None:
    """A case without any says nothing, and the document is there all the same."""
    found = trails.look(Case([], keys={}, status=None, exchanges=[]).write(tmp_path))
    assert list(found.lines()) == []
    assert found.document() == {
        "chains": [], "failures": 0, "format": "forensics-cloudtrail/1", "hashed": True
    }  # fmt: skip


def test_organization_prefix_and_home_elsewhere(tmp_path: Path) -> None:
    """An organization's trail, below a prefix, at home in another region, with a name like a key's parts."""
    made = bucket(prefix="a/AWSLogs", organization="o-abc123", home="us-west-2", trail="x_y_z")
    (chain,) = Case([made], status=None).examine(tmp_path).chains
    assert (chain.organization, chain.home, chain.trail) == ("o-abc123", "us-west-2", "x_y_z")
    assert (chain.failures, chain.notes, chain.digests.valid) == (0, 0, 8)


def test_aws_own_spelling() -> None:
    """A real digest's facts: slashes escaped, and a home that is not the region of its name."""
    key = (
        "AWSLogs/327878933619/CloudTrail-Digest/ap-northeast-1/2023/10/15/327878933619_CloudTrail-Digest_"
        "ap-northeast-1_llm-guard-trail_us-west-2_20231015T230404Z.json.gz"
    )
    name = names.digest_name(json.loads('"' + key.replace("/", "\\/") + '"'))
    assert name
    assert (name.place.region, name.home, name.trail) == ("ap-northeast-1", "us-west-2", "llm-guard-trail")
    log = names.log_name(
        "AWSLogs/327878933619/CloudTrail/ap-northeast-1/2023/10/15/"
        "327878933619_CloudTrail_ap-northeast-1_20231015T2205Z_iRIoDMA9l9Q4kmFy.json.gz"
    )
    assert log
    assert log.at == names.moment("2023-10-15T22:05:00Z")


@pytest.mark.parametrize(
    "key",
    [
        "AWSLogs/1/CloudTrail-Digest/r/2023/10/15/1_CloudTrail-Digest_r_t_h_20231015T230404Z.json.gz",
        "AWSLogs/327878933619/CloudTrail-Digest/r/2023/10/15/327878933619_CloudTrail-Digest_s_t_h_20231015T230404Z.json.gz",
        "AWSLogs/327878933619/CloudTrail-Digest/r/2023/10/15/327878933619_CloudTrail-Digest_r_t_h_20231315T230404Z.json.gz",
        "AWSLogs/327878933619/CloudTrail-Digest/r/2023/10/15/327878933619_CloudTrail-Digest_r_t_h_99991215T230404Z.json.gz",
        "",
    ],
)
def test_no_names(key: str) -> None:
    """Another account in the name, another region, a day that is in no calendar, a year that never was."""
    assert names.digest_name(key) is None
    assert names.log_name(key) is None


def test_gap_and_covered(tmp_path: Path) -> None:
    """A stop is a gap between two spans, and no sign of tampering."""
    found = Case([bucket(periods=STOPPED)]).examine(tmp_path)
    assert found
    assert found.chains[0].covered == STOPPED
    assert found.chains[0].gaps == ((STOP, AGAIN),)


@pytest.mark.parametrize(("deed", "kind"), [("changed", "digest-overwritten"), ("gone", "digest-deleted")])
def test_older_version_of_a_digest(tmp_path: Path, deed: str, kind: str) -> None:
    """What a versioned bucket kept of a digest counts, and that it was overwritten or deleted is told."""
    made = bucket()
    original = made.digests[4]
    if deed == "changed":
        made.edit(original, lambda said: said["logFiles"].pop())
        made.things.append(replace(original, latest=False))
    else:
        made.change(original, deleted=True)
    (chain,) = Case([made]).examine(tmp_path).chains
    assert [finding.kind for finding in chain.findings] == [kind]
    assert (chain.digests.valid, chain.logs.valid) == (8, 14)


@pytest.mark.parametrize(("deed", "kind"), [("changed", "log-overwritten"), ("gone", "log-deleted")])
def test_older_version_of_a_log(tmp_path: Path, deed: str, kind: str) -> None:
    """The same of a log."""
    made = bucket()
    original = made.logs[4]
    if deed == "changed":
        made.change(original, body=trails.pack(b"{}"))
        made.things.append(replace(original, latest=False))
    else:
        made.change(original, latest=False, deleted=True)
    (chain,) = Case([made]).examine(tmp_path).chains
    assert [finding.kind for finding in chain.findings] == [kind]
    assert chain.logs.valid == 14


def test_log_moved(tmp_path: Path) -> None:
    """A log that lies under another name is found by its hash."""
    made = bucket()
    log = made.logs[4]
    made.change(log, key=log.key[:-24] + "A" * 16 + ".json.gz")
    found = Case([made]).examine(tmp_path)
    assert kinds(found) == ["log-moved", "log-unlisted"]
    assert "A" * 16 in found.chains[0].findings[0].message


@pytest.mark.parametrize("kept", [True, False])
def test_digest_under_no_name(tmp_path: Path, kept: bool) -> None:
    """A digest renamed to what is no digest's name is found all the same, and what it lists counts."""
    made = bucket()
    original = made.digests[4]
    made.things.append(replace(original, key="x/CloudTrail-Digest/y.gz"))
    made.things.append(replace(original, key="x/CloudTrail-Digest/z.gz", body=b"none"))
    if not kept:
        made.drop(original)
    (chain,) = Case([made]).examine(tmp_path).chains
    assert [finding.kind for finding in chain.findings] == ["digest-moved"]
    assert chain.logs.valid == 14


def test_only_a_digest_under_no_name(tmp_path: Path) -> None:
    """Also where nothing else is kept of its account and region."""
    made = bucket()
    made.things = [replace(made.digests[0], key="x/CloudTrail-Digest/y.gz")]
    found = Case([made]).examine(tmp_path)
    assert "digest-moved" in kinds(found)


def test_window(tmp_path: Path) -> None:
    """What is older than the span that was to be kept is neither missing nor a gap."""
    made = bucket()
    made.drop(*made.digests[:3], *made.logs[:4])
    assert kinds(Case([made], since=START + 3 * HOUR).examine(tmp_path)) == []


def test_windows_of_several_runs() -> None:
    """All that any run was to keep was to be kept; what is no span of time widens nothing."""
    found = kept.Kept()
    for since, until in ((24, 28), (26, 30), (2, "x"), (None, 5)):
        times = {"since": since, "until": until}
        told = {
            name: f"2031-05-{day:02}T00:00:00.5+00:00" for name, day in times.items() if day != "x" and day
        }
        found.take("run.start", {"window": {**dict.fromkeys(times), **told}})
    assert found.since == datetime(2031, 5, 2, 0, 0, 0, 500_000, tzinfo=UTC)
    assert found.until == datetime(2031, 5, 30, 0, 0, 0, 500_000, tzinfo=UTC)


def test_no_window(tmp_path: Path) -> None:
    """Where the record names no span, that the oldest digest names another one is noted."""
    made = bucket()
    made.drop(*made.digests[:3], *made.logs[:4])
    assert kinds(Case([made], since=None, until=None).examine(tmp_path)) == ["predecessor"]


def test_digests_end_before_the_window_does(tmp_path: Path) -> None:
    """A digest that was delivered after the span that was kept is not missing."""
    made = bucket()
    made.drop(*made.digests[-2:], *made.logs[-4:])
    assert kinds(Case([made], until=END - 2 * HOUR).examine(tmp_path)) == []


def test_newest_deleted_without_a_status(tmp_path: Path) -> None:
    """Logs that are more than an hour younger than the newest digest say that one is missing."""
    made = bucket()
    made.drop(*made.digests[-3:])
    assert kinds(Case([made], status=None).examine(tmp_path)) == [MISSING, LOOSE]


def test_logs_of_the_running_hour(tmp_path: Path) -> None:
    """Logs that wait for the next digest are pending, no more."""
    made = bucket()
    made.drop(made.digests[-1])
    found = Case([made], status=trails.status(newest=END - HOUR)).examine(tmp_path)
    assert kinds(found) == ["log-pending"]
    assert found


def test_newest_deleted_elsewhere(tmp_path: Path) -> None:
    """In another region than its home, a trail's status says less: an hour and a half must have passed."""
    made = bucket(home="us-west-2")
    made.drop(*made.digests[-2:], *made.logs[-4:])
    case = Case([made], status=None)
    arn = trails.described(made.trail)["TrailARN"]
    case.exchanges.append(("us-west-2", "GetTrailStatus", {"Name": arn}, trails.status()))
    assert kinds(case.examine(tmp_path)) == [MISSING]


@pytest.mark.parametrize(
    ("home", "asked", "expected"),
    [(REGION, END, [MISSING]), ("us-west-2", END + 3 * HOUR, [MISSING]), ("us-west-2", END + HOUR, [])],
)
def test_last_before_the_end_deleted(tmp_path: Path, home: str, asked: Any, expected: list[str]) -> None:
    """The last digest before a stop for good, with its logs, is missed by the trail's status."""
    end = END - HOUR / 2
    made = bucket(home=home, periods=((START, end),))
    made.drop(made.digests[-1], *made.logs[-1:])
    case = Case([made], status=None, until=END)
    arn = trails.described(made.trail)["TrailARN"]
    case.exchanges.append((home, "GetTrailStatus", {"Name": arn}, trails.status(stopped=end, newest=end)))
    root = case.write(tmp_path)
    for path in root.rglob("GetTrailStatus*"):
        one = json.loads(path.read_bytes())
        one["request"]["sent"] = f"{asked:%Y-%m-%dT%H:%M:%SZ}"
        path.write_text(json.dumps(one))
    assert kinds(trails.look(root)) == expected


def test_stop_outside_the_window(tmp_path: Path) -> None:
    """A trail that was stopped after the span that was kept says nothing of its end."""
    made = bucket()
    case = Case([made], status=trails.status(stopped=END + 2 * HOUR, newest=END + 2 * HOUR), until=END)
    assert kinds(case.examine(tmp_path)) == []


def test_last_before_a_stop_deleted_with_its_logs(tmp_path: Path) -> None:
    """Without its logs, the time of the stop still says that a digest is missing."""
    made = bucket(periods=STOPPED)
    made.drop(made.digests[2], *made.logs[2:4])
    case = Case([made], status={**trails.status(), "StopLoggingTime": STOP.timestamp()})
    assert kinds(case.examine(tmp_path)) == [MISSING, "gap"]


def test_last_ones_before_the_end_deleted(tmp_path: Path) -> None:
    """The last hour and what came after it until the stop."""
    end = END - HOUR / 2
    made = bucket(periods=((START, end),))
    made.drop(*made.digests[-2:], *made.logs[-3:])
    case = Case([made], status=trails.status(stopped=end, newest=end), until=END)
    assert kinds(case.examine(tmp_path)) == [MISSING, MISSING]


def test_many_hours_missing(tmp_path: Path) -> None:
    """A year without digests is counted, not listed hour by hour."""
    made = bucket()
    case = Case([made], status=trails.status(newest=END + 9_000 * HOUR), until=None)
    (chain,) = case.examine(tmp_path).chains
    assert chain.digests.missing == 9_000
    assert (len(chain.findings), chain.failures) == (LISTED, 9_000)
    assert list(Trails((chain,)).lines())[-2].endswith("8000 more, not listed")


def test_digest_of_the_same_time(tmp_path: Path) -> None:
    """Two digests of one time are noted."""
    made = bucket()
    half = HOUR / 2
    made.things += trails.things([digests.digest(made.trail, KEY, (START - half, START + half), []).object])
    assert "overlap" in kinds(Case([made]).examine(tmp_path))


def test_relinked_by_signature(tmp_path: Path) -> None:
    """The hash fits and the signature does not: the metadata is of another digest."""
    made = bucket()
    sixth = made.digests[5]
    made.edit(sixth, lambda said: said.update(previousDigestSignature="00" * 256), key=KEY)
    made.drop(*made.digests[6:], *made.logs[10:])
    case = Case([made], status=None)
    assert kinds(case.examine(tmp_path)) == ["digest-relinked"]


def test_linked_to_another_bucket(tmp_path: Path) -> None:
    """A digest that names one in a bucket that is not kept: that one is missing, whatever else is there."""
    made = bucket()
    made.edit(made.digests[5], lambda said: said.update(previousDigestS3Bucket="elsewhere"), key=KEY)
    made.drop(*made.digests[6:], *made.logs[10:])
    found = Case([made], status=None).examine(tmp_path)
    assert kinds(found) == [MISSING]
    assert found.chains[0].findings[0].name.startswith("s3://elsewhere/")


def test_linked_to_no_name(tmp_path: Path) -> None:
    """A name that is no digest's is told of as it is."""
    made = bucket()
    for number in (0, 5):
        changed = {
            "previousDigestS3Object": "x",
            "previousDigestHashValue": "00",
            "previousDigestSignature": "0",
        }
        digest = made.digests[number]
        made.edit(digest, partial(dict.update, **changed, previousDigestS3Bucket="b"), key=KEY)
    made.drop(*made.digests[6:], *made.logs[10:])
    assert set(kinds(Case([made], status=None).examine(tmp_path))) >= {MISSING, "predecessor"}


def test_backfills_are_no_part_of_the_chain(tmp_path: Path) -> None:
    """A late digest that was spoilt is counted apart, and its log left without one."""
    made = bucket()
    trails.backfill(made)
    made.change(made.things[-1], metadata={**made.things[-1].metadata, "backfill-generation-timestamp": "x"})
    (chain,) = Case([made]).examine(tmp_path).chains
    assert (chain.digests.valid, chain.backfills.invalid) == (8, 1)
    assert [finding.kind for finding in chain.findings] == ["digest-unsigned", "log-unlisted"]
    assert "backfill digests 0 valid, 1 invalid" in chain.sentence()


def test_key_at_another_time(tmp_path: Path) -> None:
    """A key that AWS used at another time is noted."""
    found = Case([bucket()], validity=-24 * HOUR).examine(tmp_path)
    assert kinds(found) == ["key-out-of-time"] * 8
    assert found


def test_no_keys(tmp_path: Path) -> None:
    """Without the region's keys nothing can be said, and that is."""
    found = Case([bucket()], keys={}).examine(tmp_path)
    assert kinds(found) == ["key-unknown"] * 8 + [LOOSE]
    assert "no public keys of eu-west-1" in found.chains[0].findings[0].message


@pytest.mark.parametrize(
    ("value", "kind"),
    [("AAAA", "key-unusable"), ("A" * 5_000, "key-unknown"), ("*", "key-unknown"), (7, "key-unusable")],
)
def test_bad_keys(tmp_path: Path, value: object, kind: str) -> None:
    """A key that is none, one that is too long, and one that is no base64."""
    key = {**trails.public(digests.public_key(KEY, START, END)), "Value": value}
    case = Case([bucket()], keys={}, exchanges=[(REGION, "ListPublicKeys", {}, {"PublicKeyList": [key]})])
    assert set(kinds(case.examine(tmp_path))) == {kind, LOOSE}


def test_logs_without_digests(tmp_path: Path) -> None:
    """Logs of a trail that never signed are unverifiable, which is no sign of tampering."""
    made = bucket()
    made.drop(*made.digests)
    found = Case([made], status=None).examine(tmp_path)
    assert (kinds(found), bool(found), found.chains[0].logs.unverifiable) == ([LOOSE], True, 14)


def test_nothing_kept_of_its_bucket(tmp_path: Path) -> None:
    """A trail whose bucket could not be read is noted, not taken for deleted."""
    made = bucket()
    made.things = []
    assert kinds(Case([made]).examine(tmp_path)) == ["not-kept"]


def test_another_trail_that_signs_nothing(tmp_path: Path) -> None:
    """Logs in no digest may be another trail's that delivers there and signs nothing."""
    made = bucket()
    made.drop(made.digests[3])
    log = digests.log(made.trail, [trails.event(START)], START + HOUR / 2)
    made.things += trails.things([log.object])
    quiet = trails.described(replace(made.trail, name="quiet"), signs=False)
    case = Case([made], exchanges=[(REGION, "DescribeTrails", {}, {"trailList": [quiet]})])
    found = case.examine(tmp_path)
    assert kinds(found) == [MISSING, LOOSE]
    assert "signs nothing" in found.chains[0].findings[-1].message


def test_two_trails_at_one_place(tmp_path: Path) -> None:
    """Two trails that sign have a chain each, and a log that both would have listed is in no digest."""
    made, other = bucket(), bucket(trail="second")
    other.things = [thing for thing in other.things if thing.key not in {t.key for t in made.things}]
    log = digests.log(made.trail, [trails.event(START)], START + HOUR / 2)
    made.things += [*other.things, *trails.things([log.object])]
    found = Case([made]).examine(tmp_path)
    assert [(chain.trail, chain.digests.valid, chain.logs.valid) for chain in found.chains] == [
        ("orders", 8, 14),
        ("second", 8, 14),
    ]
    assert kinds(found) == ["log-unlisted"]


def test_log_before_the_first_digest(tmp_path: Path) -> None:
    """A log older than the trail's first digest has none."""
    made = bucket()
    log = digests.log(made.trail, [trails.event(START - 2 * HOUR)], START - 2 * HOUR)
    made.things += trails.things([log.object])
    found = Case([made]).examine(tmp_path)
    assert kinds(found) == [LOOSE]
    assert "before the first" in found.chains[0].findings[0].message


SORTS = ("CloudTrail-Insight", "CloudTrail-NetworkActivity", "CloudTrail-Aggregated")
"""Folders of logs beside `CloudTrail`: each sort of events has one of its own."""


@pytest.mark.parametrize("sort", SORTS)
def test_a_log_of_another_sort_that_a_digest_lists(tmp_path: Path, sort: str) -> None:
    """It is checked as any log is, and one beside it that no digest lists is found."""
    made = bucket()
    for log in made.logs[2], made.logs[5]:
        key = log.key.replace("/CloudTrail/", f"/{sort}/").replace("_CloudTrail_", f"_{sort}_")
        made.change(log, key=key)
    listed, planted = (one for one in made.things if f"/{sort}/" in one.key)
    digest = next(one for one in made.digests if listed.key[-24:].encode() in one.content)
    made.edit(
        digest,
        lambda said: [
            one.update(s3Object=listed.key)
            for one in said["logFiles"]
            if one["s3Object"][-24:] == listed.key[-24:]
        ],
        key=KEY,
    )
    found = Case([made]).examine(tmp_path)
    assert kinds(found) == ["digest-relinked", "log-moved", "log-unlisted"]
    assert found.chains[0].logs.valid == 13
    assert planted.key in next(one.name for one in found.chains[0].findings if one.kind == "log-unlisted")


@pytest.mark.parametrize("sort", SORTS)
def test_logs_of_a_sort_that_no_digest_lists(tmp_path: Path, sort: str) -> None:
    """They are unverifiable, and nobody is accused; nor do they say that a digest is missing."""
    made = bucket()
    late = digests.log(made.trail, [trails.event(END)], END + 3 * HOUR).object
    key = made.logs[2].key
    for name, body in ((key, made.logs[2].body), (late.key, late.body)):
        made.things.append(trails.Thing(name.replace("/CloudTrail/", f"/{sort}/"), body, {}))
    found = Case([made], status=None).examine(tmp_path)
    assert (kinds(found), bool(found), found.chains[0].logs.unverifiable) == ([LOOSE], True, 2)
    assert "no digest there lists any log, as 1 more did" in found.chains[0].findings[0].message


def test_a_digest_that_lists_what_is_no_log(tmp_path: Path) -> None:
    """It says nothing of the sorts of logs that digests list there."""
    made = bucket()
    insight = replace(made.logs[2], key=made.logs[2].key.replace("/CloudTrail/", "/CloudTrail-Insight/"))
    made.things.append(insight)
    odd = {"s3Bucket": made.name, "s3Object": "odd", "hashValue": "00", "hashAlgorithm": "SHA-256"}
    made.edit(made.digests[-1], lambda said: said["logFiles"].append(odd), key=KEY)
    assert kinds(Case([made]).examine(tmp_path)) == ["log-missing", LOOSE]


def test_nothing_but_logs_of_another_sort(tmp_path: Path) -> None:
    """Without any digest they are told of with the others."""
    made = bucket()
    made.things = [
        made.logs[0],
        replace(made.logs[1], key=made.logs[1].key.replace("/CloudTrail/", "/CloudTrail-Insight/")),
    ]
    found = Case([made], status=None).examine(tmp_path)
    assert (kinds(found), found.chains[0].logs.unverifiable) == ([LOOSE], 2)


@pytest.mark.parametrize("workers", [1, 3])
def test_threads(tmp_path: Path, workers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Several threads find what one does."""
    monkeypatch.setattr(logs, "FEW", 1)
    monkeypatch.setattr(logs, "BATCH", 3)
    made = bucket()
    made.change(made.logs[5], body=trails.pack(b"{}"))
    assert kinds(Case([made]).examine(tmp_path, workers=workers)) == ["log-changed"]


def test_not_hashed(tmp_path: Path) -> None:
    """Without reading the logs the chain is checked, and what it lists that is not there."""
    made = bucket()
    made.change(made.logs[5], body=b"")
    made.drop(made.logs[6])
    found = Case([made]).examine(tmp_path, hashed=False)
    assert kinds(found) == ["log-missing"]
    assert "logs 0 valid, 1 missing, 13 not read" in found.chains[0].sentence()


def test_summary(tmp_path: Path) -> None:
    """The short form has a line for each trail, and the words for what was found."""
    made = bucket()
    made.drop(*made.logs[5:7])
    lines = list(Case([made]).examine(tmp_path).summary())
    assert lines[1].strip() == "2 log-missing"
    assert "forensics verify" in lines[-1]
    assert len(list(Case([bucket()]).examine(tmp_path / "b", hashed=False).summary())) == 1


@pytest.mark.parametrize("kind", ["digest", "log"])
def test_file_gone_or_replaced(tmp_path: Path, kind: str) -> None:
    """What is not in the folder, or no plain file any more, is a finding."""
    root = Case([bucket()]).write(tmp_path)
    number = 3 if kind == "digest" else 1
    path = root / f"data/{ACCOUNT}/{REGION}/s3/{number}.json.gz"
    path.unlink()
    assert "unreadable" in kinds(trails.look(root))
    path.mkdir()
    assert "unreadable" in kinds(trails.look(root))


@pytest.mark.parametrize("name", ["s3/3.json.gz", "s3/5.json.gz", "cloudtrail/ListPublicKeys.jsonl"])
def test_file_replaced_while_it_is_checked(tmp_path: Path, name: str) -> None:
    """A digest, a log or a transcript that is another file than the walk saw is not read."""
    root = Case([bucket()]).write(tmp_path)
    folder = Folder(root)
    listing = folder.walk()
    path = root / "data" / ACCOUNT / REGION / name
    path.write_bytes(path.read_bytes() + b" ")
    found = examine(folder, "ledger.jsonl", find=listing.files.get)
    assert set(kinds(found)) & {"unreadable", "key-unknown"}


def test_no_ledger(tmp_path: Path) -> None:
    """Without a ledger nothing is said: its own check says why."""
    root = Case([bucket()]).write(tmp_path)
    (root / "ledger.jsonl").unlink()
    assert list(trails.look(root).lines()) == []


def test_transcript_gone(tmp_path: Path) -> None:
    """A transcript that is not there says nothing."""
    root = Case([bucket()]).write(tmp_path)
    for path in root.rglob("DescribeTrails*"):
        path.unlink()
    assert kinds(trails.look(root)) == []


HOSTILE = ["", "null", "7", "[]", '"x"', "{", "[" * 100_000, '{"a":1}', "\ud800"]


@pytest.mark.parametrize("content", HOSTILE)
def test_hostile_digest(tmp_path: Path, content: str) -> None:
    """What is no digest is a finding."""
    made = bucket()
    made.change(made.digests[4], body=trails.pack(content.encode(errors="surrogatepass")))
    assert kinds(Case([made]).examine(tmp_path)) == ["digest-malformed", LOOSE]


FIELDS = (
    "digestS3Bucket",
    "digestS3Object",
    "digestStartTime",
    "digestEndTime",
    "logFiles",
    "previousDigestS3Object",
)


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize(
    "value", [7, None, [], [7], ["x"], {}, "x", "x" * 5_000, "0001-01-01T00:00:00Z", "\ud800"]
)
def test_hostile_field(tmp_path: Path, field: str, value: Any) -> None:
    """A field of another type, or with what cannot be, is told of, whatever it does to the chain."""
    made = bucket()
    made.edit(made.digests[4], lambda said: said.update({field: value}))
    assert set(kinds(Case([made]).examine(tmp_path))) & {"digest-malformed", "digest-invalid", "digest-moved"}


def test_hostile_signature(tmp_path: Path) -> None:
    """A signature that is no hex, and metadata that is no text."""
    made = bucket()
    made.change(made.digests[4], metadata={**made.digests[4].metadata, "signature": "zz"})
    made.change(made.digests[5], metadata={"signature": 7, "signature-algorithm": 7})
    assert kinds(Case([made]).examine(tmp_path)) == [
        "digest-invalid", "digest-unsigned", "digest-vouched", "digest-vouched"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "parameters"),
    [(text, {}) for text in HOSTILE if text != "\ud800"]
    + [
        ({"PublicKeyList": 7, "trailList": 7, "IsLogging": 7}, {"Name": "x"}),
        ({"PublicKeyList": [7], "trailList": [{}]}, 7),
    ],
)
@pytest.mark.parametrize("operation", ["ListPublicKeys", "DescribeTrails", "GetTrailStatus"])
def test_hostile_answers(tmp_path: Path, operation: str, answer: Any, parameters: Any) -> None:
    """What CloudTrail would not have said is passed over."""
    case = Case([bucket()], exchanges=[("", operation, {}, answer)])
    root = case.write(tmp_path)
    for path in root.rglob(f"{operation}.*.jsonl"):
        path.write_bytes(path.read_bytes() + b"no JSON\n" + b"{}\n" + b"[]\n")
    assert kinds(trails.look(root)) == []
    del parameters


@pytest.mark.parametrize(
    "when", ["x", -1, 2**60, True, [], "2031-05-06T15:08:04Z", "2031-13-06T15:08:04Z", float("nan")]
)
def test_hostile_times(tmp_path: Path, when: Any) -> None:
    """A time that is none counts as none."""
    case = Case([bucket()], status={"IsLogging": True, "LatestDigestDeliveryTime": when})
    assert kinds(case.examine(tmp_path)) == []


@pytest.mark.parametrize(
    "line",
    [
        b'{"type":"run.start"',
        b'["/CloudTrail"]',
        b'{"type":"item.add","body":{"path":"data/1/r/cloudtrail/GetTrail.jsonl"}}',
        b'{"type":"run.start","body":7}',
        b'{"type":"run.start","body":{"window":7}}',
        b'{"type":"run.start","body":{"window":{"since":7,"until":"x"}}}',
        b'{"type":"item.add","body":{"path":7,"x":"/CloudTrail"}}',
        b'{"type":"item.add","body":{"path":"data/x","object":{"bucket":7,"key":"/CloudTrail"}}}',
        b'{"type":"item.add","body":{"path":"data/x","object":{"bucket":"b","key":"x/CloudTrail/y"}}}',
        b'{"type":"item.add","body":{"path":"data/x","object":{"bucket":"b","key":"/CloudTrail-Digest/x","metadata":7}}}',
        b'{"type":"item.add","body":{"path":"data/x","object":{"bucket":"b","key":"%s"}}}'
        % (b"/CloudTrail" * MAX_KEY),
        b"[" * 60_000 + b"/CloudTrail",
        b"\xff/CloudTrail",
        b"/CloudTrail" * 100_000,
    ],
    ids=range(14),
)
def test_hostile_ledger(tmp_path: Path, line: bytes) -> None:
    """A line that is not as we write it is passed over; one that is too long ends the reading."""
    root = Case([bucket()]).write(tmp_path)
    ledger = root / "ledger.jsonl"
    ledger.write_bytes(ledger.read_bytes() + line + b"\n")
    assert kinds(trails.look(root)) == []


def test_ledger_in_small_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever a piece of the ledger ends, each line is seen once."""
    monkeypatch.setattr(kept, "_BLOCK", 100)
    assert Case([bucket()]).examine(tmp_path).chains[0].logs.valid == 14


def test_disk_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a disk gives no more is a finding."""
    root = Case([bucket()]).write(tmp_path)
    folder = Folder(root)
    listing = folder.walk()

    def fail(*_: object) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "read", fail)
    found = examine(folder, "ledger.jsonl", find=listing.files.get)
    assert set(kinds(found)) == {"unreadable", LOOSE}


def test_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log or digest that grows past the limit is a finding, and is not read on."""
    monkeypatch.setattr(inflate, "MAX_LOG", 3 * 2**20)
    made = bucket()
    made.change(made.logs[5], body=trails.bomb(8 * 2**20))
    made.change(made.digests[4], body=trails.bomb(32 * 2**20))
    assert kinds(Case([made]).examine(tmp_path)) == ["digest-malformed", "log-malformed", LOOSE]


def test_a_large_log_is_no_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that holds more than the limit, and not out of all proportion, is read to its end."""
    monkeypatch.setattr(inflate, "MAX_LOG", 2**20)
    content = os.urandom(2**16) + bytes(5 * 2**20)
    (tmp_path / "x").write_bytes(trails.pack(content))
    file = Folder(tmp_path).look("x")
    assert inflate.hash_of(str(tmp_path), file) == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("size", [0, 1, 2**20 - 1, 2**20, 2**20 + 1, 3 * 2**20])
def test_inflate(tmp_path: Path, size: int) -> None:
    """What comes out is what went in, at the edges of the pieces too."""
    content = bytes(size)
    (tmp_path / "x").write_bytes(trails.pack(content))
    file = Folder(tmp_path).look("x")
    assert inflate.hash_of(str(tmp_path), file) == hashlib.sha256(content).hexdigest()


def test_cut_in_the_middle(tmp_path: Path) -> None:
    """A log that ends in the middle of its gzip member."""
    made = bucket()
    made.change(made.logs[5], body=made.logs[5].body[:-9])
    made.change(made.logs[6], body=b"")
    assert kinds(Case([made]).examine(tmp_path)) == ["log-malformed"] * 2


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_value_anywhere(tmp_path: Path, data: st.DataObject) -> None:
    """Whatever JSON stands anywhere in a digest that is signed: it raises nothing."""
    values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda some: st.lists(some, max_size=2) | st.dictionaries(st.text(max_size=5), some, max_size=2),
        max_leaves=3,
    )
    made = bucket(periods=((START, START + 3 * HOUR),))
    said = json.loads(made.digests[1].content)
    field = data.draw(st.sampled_from([*said, "x"]))
    said[field] = data.draw(values)
    content = json.dumps(said).encode()
    made.change(made.digests[1], body=trails.pack(content))
    number = len(list(tmp_path.iterdir()))
    found = Case([made], status=None).examine(tmp_path / str(number))
    assert set(kinds(found)) <= KINDS.keys()
    json.dumps(found.document())


def test_document_and_lines_are_clean(tmp_path: Path) -> None:
    """A bucket's name with an escape sequence does not reach the terminal."""
    made = bucket("\x1b[31mred")
    made.drop(made.logs[3])
    found = Case([made]).examine(tmp_path)
    assert not any("\x1b" in line for line in [*found.lines(), *found.summary()])
    assert found.document()["chains"][0]["findings"][0]["severity"] == "failure"


def test_words() -> None:
    """Each word is one of the table, and a chain without a trail says so."""
    with pytest.raises(KeyError):
        Chain("", "", "", ACCOUNT, REGION).find("other", "", "")
    assert Chain("", "", "", ACCOUNT, REGION).name.startswith("logs of no trail")


def test_a_log_of_more_than_one_read(tmp_path: Path) -> None:
    """A log that one read does not hold is read in pieces, to the same hash."""
    content = os.urandom(300_000)
    (tmp_path / "log").write_bytes(gzip.compress(content))
    found = inflate.hash_of(str(tmp_path), look(str(tmp_path), "log"))
    assert found == hashlib.sha256(content).hexdigest()


def test_words_are_documented() -> None:
    """The page on formats has each word, and a note where it is one."""
    page = (Path(__file__).parents[2] / "docs/format.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| (`.*?) \| (.*) \|$", page.partition("## 8.")[2].partition("\n## 9.")[0], re.MULTILINE
    )
    told = {
        word: not text.startswith("note") for words, text in rows for word in re.findall(r"`(.*?)`", words)
    }
    assert told == KINDS


def test_verify_and_status(tmp_path: Path) -> None:
    """Both tell of it, and neither the verdict nor its code changes."""
    made = bucket()
    made.drop(made.digests[4])

    def change(ledger: build.Ledger) -> None:
        for number, thing in enumerate(made.things):
            path = f"data/{ACCOUNT}/{REGION}/s3/{number}.json.gz"
            ledger.add("item.add", {**build.item(path, thing.body), **trails.about(made, thing)})
            build.put(tmp_path / "case" / path, thing.body)

    size = len(build.Plan().ledger().lines) + len(made.things)
    root = build.case(tmp_path / "case", on_ledger=change, checkpoints=(1, size))
    verdict = verify(root, identities=[build.IDENTITY.public])
    assert (
        verdict.exit_code
        == verify(build.case(tmp_path / "other"), identities=[build.IDENTITY.public]).exit_code
    )
    assert "key-unknown" in kinds(verdict.trails)
    assert verdict.document()["cloudtrail"]["failures"] == 7
    assert any(line.startswith("cloudtrail: key-unknown") for line in verdict.lines())


def test_status(tmp_path: Path) -> None:
    """Status tells of the digests, and of files that are not there, without reading a log."""
    made = bucket()
    made.drop(made.digests[4])
    root = Case([made]).write(tmp_path)
    report = coverage(root)
    assert (report.trails.hashed, kinds(report.trails)) == (False, [MISSING, LOOSE])
    assert report.document()["cloudtrail"]["failures"] == 1
    (root / "data" / ACCOUNT / REGION / "s3/3.json.gz").unlink()
    assert "unreadable" in kinds(coverage(root).trails)


def test_the_same_of_many_regions_is_told_once() -> None:
    """A trail that was stopped is stopped in every region: one line, and it says of how many."""
    chains = [
        Chain("orders", "eu-west-1", "", "111122223333", region) for region in ("eu-west-1", "sa-east-1")
    ]
    for chain in chains:
        chain.find("gap", "a span", "nothing was signed")
    chains[1].find("gap", "another span", "nothing was signed")
    told = [line for line in Trails(tuple(chains)).lines() if "note" in line]
    assert told == [
        "cloudtrail: note: gap: a span: nothing was signed (2 regions)",
        "cloudtrail: note: gap: another span: nothing was signed (sa-east-1)",
    ]

"""Which buckets a case names, and which names are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from forensics import record
from forensics.errors import IntegrityError, UsageError
from forensics.model import Coverage, Gap, Outcome, Source
from forensics.reports.buckets import log_buckets
from tests.verifier import build

FILES = Source("123456789012", "eu-west-1", "cloudtrail", "LogFiles")
LOGGING = Source("123456789012", "global", "s3", "GetBucketLogging")


def _case(root: Path, *deeds: build.Deed) -> Path:
    ledger = build.Ledger()
    ledger.add("case.open", build.opening())
    for kind, body in deeds:
        ledger.add(kind, body)
    build.put(root / "ledger.jsonl", b"".join(ledger.lines))
    return root


def _kept(name: str) -> build.Deed:
    return "item.add", {**build.item(build.ITEM, b"x"), "name": name}


def _refused(source: Source, **example: str) -> build.Deed:
    gap = Gap(source, Outcome.DENIED, "403", "Forbidden", "r-1", 1, (example,))
    return "coverage", {**record.coverage_body(Coverage(source, Outcome.DENIED, gaps=(gap,))), "items": []}


def test_those_that_were_read_and_those_that_refused(tmp_path: Path) -> None:
    """Each once, sorted; a bucket that only its settings were asked of is no log bucket."""
    case = _case(
        tmp_path,
        _kept("s3://trail-logs/AWSLogs/1.json.gz?versionId=null#e"),
        _kept("s3://trail-logs/AWSLogs/2.json.gz?versionId=null#e"),
        _kept("log-group/2031-01-01"),
        _refused(FILES, Bucket="archive-of-logs", Prefix="AWSLogs/"),
        _refused(LOGGING, Bucket="customers"),
    )
    assert log_buckets(case) == ("archive-of-logs", "trail-logs")


@pytest.mark.parametrize("name", ["*", "a", "*bucket", "UPPER", "${aws:name}", "a?b", "-x-", "x" * 64, ""])
def test_a_name_that_no_bucket_has_opens_nothing(tmp_path: Path, name: str) -> None:
    """Whoever planted a trail chose what its bucket is called."""
    case = _case(tmp_path, _kept(f"s3://{name}/AWSLogs/x"), _refused(FILES, Bucket=name, Key="k"))
    assert log_buckets(case) == ()


def test_what_is_no_case(tmp_path: Path) -> None:
    """One error, as for every reader of a case."""
    with pytest.raises(UsageError):
        log_buckets(tmp_path)
    build.put(tmp_path / "ledger.jsonl", b"{}\n")
    with pytest.raises(IntegrityError):
        log_buckets(tmp_path)

"""Digests whose copying is ended in its midst: what is read of them does not depend on who fetched them."""

from __future__ import annotations

from itertools import count

import pytest

from forensics.drill.server import Drill
from forensics.errors import CredentialsError
from forensics.model import Outcome
from tests.collectors.kept import files, root
from tests.collectors.play import Play, session_on

BUCKET, ROW = "harbour-cloudtrail", "cloudtrail.DigestFiles"


def begin(drill: Drill) -> Play:
    """Give a run that knows the trail, and delete a log that a digest lists."""
    drill.trail(healthy=True)
    s3 = root(drill, "s3")
    listed = s3.list_object_versions(Bucket=BUCKET)["Versions"]
    gone = min(one["Key"] for one in listed if "/CloudTrail/eu-west-1/" in one["Key"])
    for one in listed:
        if one["Key"] == gone:
            s3.delete_object(Bucket=BUCKET, Key=gone, VersionId=one["VersionId"])
    play = Play(session_on(drill))
    play.run("cloudtrail.DescribeTrails")
    return play


def digests(drill: Drill) -> set[str]:
    """List what there is."""
    listed = root(drill, "s3").list_object_versions(Bucket=BUCKET)["Versions"]
    return {one["Key"] for one in listed if "/CloudTrail-Digest/eu-west-1/" in one["Key"]}


def whole(drill: Drill, play: Play) -> None:
    """Hold what was kept against the bucket, and the log that is gone against the gap."""
    found = [one.key for one in files(play, ROW)]
    assert sorted(found) == sorted(digests(drill))
    [gap] = play.coverage[ROW].gaps
    assert (gap.outcome, gap.code, gap.count) == (Outcome.VANISHED, "LogFileMissing", 1)
    assert play.coverage[ROW].outcome is Outcome.COLLECTED


def test_ended_after_any_file_it_goes_on(drill: Drill, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each run is killed when it has kept one group more; the last reads them all from the case."""
    monkeypatch.setattr("forensics.collectors.deliveries.BATCH", 5)
    play, runs = begin(drill), count()
    while ROW not in play.coverage:
        _, running = play.start(ROW)
        next(runs)
        for record in running:
            play.take(record)
            if isinstance(record, tuple):
                break
        running.close()
    assert next(runs) >= 2
    whole(drill, play)


def test_expired_in_the_midst_it_goes_on(drill: Drill) -> None:
    """Nothing is called missing by the run that lost its credentials; with new ones it is whole."""
    play = begin(drill)
    drill.fault(kind="expired", operation="GetObject", skip=10)
    with pytest.raises(CredentialsError):
        play.run(ROW)
    assert ROW not in play.coverage
    assert len(files(play, ROW)) < len(digests(drill))
    drill.clear_faults()
    play.run(ROW)
    whole(drill, play)

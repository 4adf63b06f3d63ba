"""The responder's footprint: every request of ours, and the events that are ours, on a breached account."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import forensics
from forensics.aws.journal import Journal
from forensics.drill.server import Drill
from forensics.errors import FormatError, UsageError
from forensics.reports import unzipping
from tests.collectors.play import REGION, Memory, session_on
from tests.custody import world
from tests.e2e.run import Aws
from tests.nursery import Nursery


@dataclass(frozen=True)
class Left:
    """What a run left, in the case and in the account's own record."""

    aws: Aws
    case: Path
    calls: list[dict[str, Any]]
    found: forensics.Footprint


@pytest.fixture(scope="module")
def drill(nursery: Nursery) -> Iterator[Drill]:
    """Give an embedded AWS."""
    with nursery.drill() as drill:
        yield drill


@pytest.fixture(scope="module")
def left(drill: Drill, tmp_path_factory: pytest.TempPathFactory) -> Left:
    """Preserve, while somebody else acts, once in our name; events are in the history at once."""
    case = tmp_path_factory.mktemp("footprint") / "case"
    drill.regions([REGION])
    drill.waiting(seconds=0, polls=1)
    drill.delivery(0)
    drill.clear_calls()
    known = drill.root("222222222222")
    keys = {"access_key": known["AWS_ACCESS_KEY_ID"], "secret_key": known["AWS_SECRET_ACCESS_KEY"]}
    liar = session_on(drill, credentials=keys, case_id="case").client("ec2", REGION)
    liar.create_key_pair(KeyName="intruder")
    aws = Aws(drill)
    # The last minutes alone, of all that the trail and the history have.
    assert aws.preserve(case, "--without", "access_logs", "--without", "flow_logs").code == 0
    calls = [call for call in drill.calls() if call["principal"].endswith("/responder")]
    return Left(aws, case, calls, forensics.footprint(case))


def test_every_request_is_there(left: Left) -> None:
    """What AWS counts of us, we have, by request id, and nothing else; those are kept as one item a run."""
    asked = {call["request_id"]: call["operation"] for call in left.calls}
    assert len(asked) > 300
    assert {one["request_id"]: one["operation"] for one in left.found.calls.values()} == asked
    (item,) = left.case.glob("data/*/global/forensics/footprint.jsonl.gz")
    lines = [json.loads(line) for line in gzip.decompress(item.read_bytes()).splitlines()]
    assert {line["request_id"] for line in lines} == set(asked)
    assert not left.found.unread


def test_what_we_changed(left: Left) -> None:
    """The mutations are those that AWS counts, and each was announced and ended in the ledger."""
    changed = {call["request_id"] for call in left.calls if call["mutating"]}
    assert changed
    assert {one["request_id"] for one in left.found.mutations} == changed
    document = left.found.document()
    assert {one["request_id"] for one in document["announced"]} == changed
    assert {one["outcome"] for one in document["announced"]} == {"collected"}


def test_events_that_are_ours(left: Left) -> None:
    """Those of our requests that the history had by then; none of the intruder's, whatever they say."""
    ours = set(left.found.events.values())
    assert len(ours) > 100
    assert ours <= {call["request_id"] for call in left.calls}
    assert set(left.found.claimed.values()) == {"CreateKeyPair", "GetCallerIdentity"}
    assert left.found.others > 0
    assert not set(left.found.claimed) & set(left.found.events)


def test_the_command(left: Left, tmp_path: Path) -> None:
    """Text, JSON, and a file of our requests with their events, which is never written over."""
    out = tmp_path / "ours.jsonl"
    ran = left.aws.run("footprint", left.case, "-o", out)
    assert (ran.code, ran.err) == (0, "")
    assert "claim       2 say to be of this case" in ran.out
    records = [json.loads(line) for line in out.read_text().splitlines()]
    assert len(records) == len(left.found.calls)
    assert records == sorted(records, key=lambda one: one["sent"])
    assert {event for one in records for event in one["events"]} == set(left.found.events)
    assert left.aws.run("footprint", left.case, "-o", out).code == 2
    ran = left.aws.run("footprint", left.case, "--json")
    assert ran.json["format"] == "forensics-footprint/1"
    assert set(ran.json["events"]) == set(left.found.events)


def test_what_cannot_be_read(left: Left) -> None:
    """A file that was damaged is named, and costs no other: exit 3."""
    (item,) = left.case.glob("data/*/global/forensics/footprint.jsonl.gz")
    kept, mode = item.read_bytes(), item.stat().st_mode
    item.chmod(0o600)
    try:
        item.write_bytes(kept[: len(kept) // 2])
        found = forensics.footprint(left.case)
        assert [why.partition(": ")[2] for why in found.unread] == ["ends in the middle: it was cut off"]
        # The transcripts tell of most.
        assert len(found.calls) > 300
        assert left.aws.run("footprint", left.case).code == 3
    finally:
        item.write_bytes(kept)
        item.chmod(mode)


def test_a_role_that_was_assumed(tmp_path: Path) -> None:
    """No transcript has it, since its answer is credentials; the journal does, and its event is ours."""
    ours, theirs = ({"requestID": f"req-{name}", "eventName": "AssumeRole"} for name in ("ours", "theirs"))
    lines = [
        {"EventId": f"event-{number}", "CloudTrailEvent": json.dumps(event)}
        for number, event in enumerate((ours, theirs))
    ]
    journal, draft = Journal(), Memory()
    journal.begin(draft)
    journal.aside("sts.AssumeRole", 403, "req-ours", "2031-05-06T07:08:09.000000Z", {"account": "2" * 12})
    journal.end()
    with world.create(tmp_path / "case") as case:
        world.keep(
            case, "footprint.jsonl.gz", bytes(draft.data), kind="footprint", name="run 1", footprint={}
        )
        events = gzip.compress(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
        source = {**world.SOURCE, "operation": "LookupEvents", "service": "cloudtrail"}
        world.keep(case, "w.jsonl.gz", events, kind="window", name="w", window={}, source=source)
    found = forensics.footprint(tmp_path / "case")
    (call,) = found.calls.values()
    assert (call["operation"], call["account"], call["status"]) == ("AssumeRole", "2" * 12, 403)
    assert (found.events, found.others, found.mutations) == ({"event-0": "req-ours"}, 1, [])
    assert not found.unread


def test_no_case(tmp_path: Path) -> None:
    """A folder that is none is said so."""
    with pytest.raises(UsageError):
        forensics.footprint(tmp_path)


@pytest.mark.parametrize(
    ("packed", "message"),
    [
        (b"nothing", "is no gzip"),
        (b"", "ends in the middle"),
        (gzip.compress(b"x" * 100)[:-9], "ends in the middle"),
        (gzip.compress(bytes(unzipping.MAX_LINE + 2)), "a line of more than"),
    ],
)
def test_bad_gzip(packed: bytes, message: str) -> None:
    """What is no gzip, cut off, or a bomb without a line's end is refused."""
    with pytest.raises(FormatError, match=message):
        list(unzipping.lines([packed]))


def test_bomb(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read whole has a bound."""
    monkeypatch.setattr(unzipping, "MAX_WHOLE", 1_000)
    assert unzipping.whole([gzip.compress(b"x" * 1_000)]) == b"x" * 1_000
    with pytest.raises(FormatError, match="more than 1000 bytes"):
        unzipping.whole([gzip.compress(b"x" * 1_001)])

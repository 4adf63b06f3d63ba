"""Log groups against the drill: whole, under their limit, hostile, and on a bad day."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from forensics.aws.ask import Refusal
from forensics.aws.closed import SILENCES
from forensics.collectors import filtering
from forensics.collectors.filtering import DAY, HOUR, Group
from forensics.collectors.log_groups import urgency
from forensics.drill.server import Drill
from forensics.errors import CredentialsError
from forensics.formats import manifest
from forensics.model import Exchange, Gap, Outcome, Source
from forensics.scope import Window
from tests.collectors.kept import root
from tests.collectors.play import REGION, Memory, Play, events_of, session_on

ROW = "logs.FilterLogEvents"
LIST = "logs.DescribeLogGroups"


def truth() -> list[str]:
    """Give the messages that `Drill.log_group` puts into a group of two streams and 400 events."""
    return sorted(f"{number % 2} {number} ".ljust(200, ".") for number in range(400))


def kept(play: Play, group: str) -> list[dict[str, Any]]:
    """Give the events that were kept of a group."""
    files = [evidence for evidence in play.kept.values() if evidence.about.get("group") == group]
    return [event for evidence in files for event in events_of(evidence)]


def gaps(play: Play) -> dict[tuple[str, str], Gap]:
    """Give the gaps by outcome and code."""
    return {(gap.outcome.value, gap.code): gap for gap in play.coverage[ROW].gaps}


@pytest.fixture
def busy(drill: Drill, play: Play) -> Play:
    """Give a run on a drill with a group of 400 events in two streams, whose pages are empty at times."""
    drill.log_group("/app", events=400, streams=2)
    return play


def whole(play: Play) -> bool:
    """Say whether all of it is kept, each event once."""
    found = kept(play, "/app")
    ids = [event["eventId"] for event in found]
    return sorted(event["message"] for event in found) == truth() and len(ids) == len(set(ids))


def test_all_events_in_files_of_a_day(busy: Play) -> None:
    """As AWS sent them, each in the file of its day."""
    busy.run(LIST, ROW)
    assert whole(busy)
    assert busy.coverage[ROW].outcome is Outcome.COLLECTED
    assert {"timestamp", "message", "ingestionTime", "eventId", "logStreamName"} == kept(busy, "/app")[
        0
    ].keys()
    for evidence in busy.kept.values():
        low, high = (datetime.fromisoformat(str(evidence.about[key])) for key in ("since", "until"))
        for event in events_of(evidence):
            assert low.timestamp() <= event["timestamp"] / 1000 < high.timestamp()
        assert evidence.sensitive


SECRET = "accepted password for ana@example.com from 203.0.113.77"


def masked(drill: Drill, *names: str) -> None:
    """Make groups whose events a data protection policy masks."""
    logs = root(drill, "logs")
    at = int((datetime.now(UTC) - timedelta(hours=1)).timestamp() * 1000)
    for name in names:
        logs.create_log_group(logGroupName=name)
        logs.create_log_stream(logGroupName=name, logStreamName="s")
        event = {"timestamp": at, "message": SECRET}
        logs.put_log_events(logGroupName=name, logStreamName="s", logEvents=[event])
        logs.put_data_protection_policy(logGroupIdentifier=name, policyDocument="{}")


def test_masked_events_are_read_bare(drill: Drill, busy: Play) -> None:
    """As they were logged, and the file says so; other groups are not asked so."""
    masked(drill, "/masked")
    drill.clear_calls()
    busy.run(LIST, ROW)
    assert busy.gaps() == []
    assert [event["message"] for event in kept(busy, "/masked")] == [SECRET]
    ways = {str(one.about["group"]): one.about.get("masking") for one in busy.kept.values()}
    assert (ways["/masked"], ways["/app"]) == ("unmasked", None)
    assert "masks events of /masked: they are kept bare" in busy.coverage[ROW].note
    asked = [call["parameters"] for call in drill.calls() if call["operation"] == "FilterLogEvents"]
    assert {one["logGroupName"] for one in asked if one.get("unmask")} == {"/masked"}


def test_events_that_we_may_only_see_masked(drill: Drill, play: Play) -> None:
    """They are kept so, a gap with the group's name; a later run that may see them keeps them bare."""
    masked(drill, "/masked", "/masked/too")
    root(drill, "logs").create_log_group(logGroupName="/masked/empty")
    root(drill, "logs").put_data_protection_policy(logGroupIdentifier="/masked/empty", policyDocument="{}")
    drill.deny("logs:Unmask")
    play.run(LIST, ROW)
    [gap] = play.coverage[ROW].gaps
    assert (gap.outcome, gap.code, gap.count) == (Outcome.DENIED, "EventsMasked", 2)
    assert "events of /masked are kept as a data protection policy masks them" in gap.message
    assert "logs:Unmask" in gap.message
    assert gap.request_id
    assert [one["logGroupName"] for one in gap.examples] == ["/masked", "/masked/too"]
    [event] = kept(play, "/masked")
    assert event["message"].startswith("accepted password for ***")
    assert {one.about["masking"] for one in play.kept.values() if one.about["group"] == "/masked"} == {
        "masked"
    }
    before = dict(play.kept)
    play.run(ROW)
    assert (play.kept, play.coverage[ROW].gaps[0].count) == (before, 2)
    drill.allow()
    play.run(ROW)
    assert play.gaps() == []
    assert {event["message"] for event in kept(play, "/masked")} == {event["message"], SECRET}


def test_neither_masked_nor_bare(drill: Drill, play: Play) -> None:
    """One denial for each group, under AWS's own code."""
    masked(drill, "/masked")
    drill.deny("logs:FilterLogEvents")
    play.run(LIST, ROW)
    assert {(gap.outcome, gap.code) for gap in play.coverage[ROW].gaps} == {
        (Outcome.DENIED, "AccessDeniedException")
    }


def test_many_masked_groups_are_not_each_asked_twice(
    drill: Drill, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where so many were denied, and none was not, the others are read as they may be."""
    monkeypatch.setattr(filtering, "DENIALS", 1)
    masked(drill, "/a", "/b", "/c")
    drill.deny("logs:Unmask")
    drill.clear_calls()
    play.run(LIST, ROW)
    assert gaps(play)["denied", "EventsMasked"].count == 3
    asked = [call["parameters"] for call in drill.calls() if call["operation"] == "FilterLogEvents"]
    assert [one["logGroupName"] for one in asked if one.get("unmask")] == ["/a"]


@pytest.mark.parametrize(
    ("said", "is_so"),
    [
        ({"dataProtectionStatus": "ACTIVATED"}, True),
        ({"dataProtectionStatus": "DELETED"}, True),
        ({"inheritedProperties": ["ACCOUNT_DATA_PROTECTION"]}, True),
        ({"inheritedProperties": ["OTHER"], "dataProtectionStatus": None}, False),
        ({}, False),
    ],
)
def test_groups_that_are_masked(said: dict[str, Any], *, is_so: bool) -> None:
    """By a policy of their own, now or once, or by the account's."""
    assert filtering.protected(said) is is_so


def test_logins_first(play: Play) -> None:
    """The instance that they are of may be gone, and with it the only other copy."""
    play.run(LIST, ROW)
    order = list(dict.fromkeys(str(evidence.about["group"]) for evidence in play.kept.values()))
    logins = {"/var/log/auth.log", "/var/log/secure", "/var/log/syslog"}
    assert set(order[:3]) == logins
    names = ["/x/authors", "web", "fleet-messages", "/aws/secure"]
    assert sorted(names, key=lambda name: urgency({"logGroupName": name}))[:2] == [
        "/aws/secure",
        "fleet-messages",
    ]


def test_what_is_kept_is_not_asked_again(drill: Drill, busy: Play) -> None:
    """A second run asks only for what gave nothing."""
    busy.run(LIST, ROW)
    before = dict(busy.kept)
    drill.clear_calls()
    busy.run(ROW)
    assert busy.kept == before
    asked = [
        call["parameters"]["logGroupName"] for call in drill.calls() if call["operation"] == "FilterLogEvents"
    ]
    assert "/app" not in asked
    assert busy.coverage[ROW].outcome is Outcome.COLLECTED


def test_ended_at_any_file_it_goes_on(busy: Play) -> None:
    """Wherever it ends, the same row completes it, with no event twice."""
    busy.run(LIST)
    while ROW not in busy.coverage:
        _, running = busy.start(ROW)
        for record in running:
            busy.take(record)
            if isinstance(record, tuple):
                break
        running.close()
    assert whole(busy)


@pytest.mark.parametrize("kind", ["repeat_page", "empty_page", "throttle", "error", "torn", "reset"])
def test_a_bad_day(drill: Drill, busy: Play, kind: str) -> None:
    """Three of ten answers go wrong: nothing missing, nothing twice."""
    drill.fault(kind=kind, operation="FilterLogEvents", probability=0.3)
    busy.run(LIST, ROW)
    assert whole(busy)
    assert gaps(busy) == {}


def test_too_large_is_a_gap_that_says_how(drill: Drill, busy: Play) -> None:
    """With its size, and the flag that would include it."""
    drill.log_group("/huge", stored=5 * 2**30)
    busy.run(LIST, ROW)
    gap = gaps(busy)["truncated", "LogGroupTooLarge"]
    assert "5368709120" in gap.message
    assert "--max-log-group 5368709120" in gap.message
    assert "/huge" in gap.message
    assert whole(busy)
    busy.max_log_group = 5 * 2**30
    busy.run(ROW)
    assert gaps(busy) == {}


def test_many_that_are_too_large(drill: Drill, play: Play) -> None:
    """A ledger entry holds so many gaps: the last tells of the rest."""
    for number in range(20):
        drill.log_group(f"/huge/{number}", stored=3 * 2**30 + number)
    play.run(LIST, ROW)
    large = [gap for gap in play.coverage[ROW].gaps if gap.code == "LogGroupTooLarge"]
    assert (len(large), sum(gap.count for gap in large)) == (filtering.APART, 20)
    assert f"--max-log-group {3 * 2**30 + 19}" in large[-1].message
    assert "listed in logs.DescribeLogGroups" in large[-1].message


def test_refused_keys_and_cheap_groups(drill: Drill, busy: Play) -> None:
    """AWS's own code, the groups by name, and all others are read."""
    drill.troubles()
    drill.log_group("/sealed", events=3, refused=True)
    busy.run(LIST, ROW)
    found = {gap.code: gap for gap in busy.coverage[ROW].gaps}
    names = {example["logGroupName"] for example in found["AccessDeniedException"].examples}
    assert names == {"/sealed", "/harbour/payments"}
    assert found["InvalidParameterException"].outcome is Outcome.UNSUPPORTED
    assert whole(busy)


@pytest.mark.parametrize(
    "name", ["/../../etc/passwd", "..", "a\nb", "/a/../b", "x" * 512, "CON", "-rf", "FilterLogEvents.jsonl"]
)
def test_a_hostile_name_is_no_path(drill: Drill, play: Play, name: str) -> None:
    """It is on record as it is, and its file is where we put it."""
    drill.log_group(name, events=2)
    play.run(LIST, ROW)
    files = [evidence for evidence in play.kept.values() if evidence.about.get("group") == name]
    assert files
    for evidence in files:
        path = manifest.stored(evidence.folder, evidence.key)
        assert path.startswith(f"{evidence.source.account}/{REGION}/logs/events/")
        assert ".." not in path.split("/")
        assert "\n" not in path


def test_all_denied_is_one_gap(drill: Drill, play: Play) -> None:
    """After a few refusals the rest is not asked."""
    for number in range(40):
        drill.log_group(f"/g/{number}", events=1)
    drill.deny("logs:FilterLogEvents")
    drill.clear_calls()
    play.run(LIST, ROW)
    coverage = play.coverage[ROW]
    assert coverage.outcome is Outcome.DENIED
    assert sum(gap.outcome is Outcome.DENIED for gap in coverage.gaps) == 1
    assert sum(call["operation"] == "FilterLogEvents" for call in drill.calls()) <= 20


@pytest.mark.parametrize("early", [True, False])
def test_an_endpoint_that_hangs(busy: Play, early: bool) -> None:
    """Before the first group, or after the first file: what is kept stays, the rest is one gap."""
    silence = Refusal(Outcome.FAILED, "ReadTimeoutError", "nothing came", "", sure=False, again=True)
    closed = busy.session.closed

    def hang() -> None:
        for _ in range(SILENCES):
            closed.unheard("logs", REGION, silence)

    busy.run(LIST)
    if early:
        hang()
    _, running = busy.start(ROW)
    for record in running:
        busy.take(record)
        if isinstance(record, tuple):
            hang()
    gap = gaps(busy)["failed", "ReadTimeoutError"]
    assert "no answer to 4 requests" in gap.message
    assert busy.coverage[ROW].outcome is (Outcome.FAILED if early else Outcome.COLLECTED)
    assert bool(busy.kept) is not early


def test_gone_since(drill: Drill, busy: Play) -> None:
    """A group that was listed and deleted is said to be."""
    busy.run(LIST)
    session_on(drill).client("logs", REGION)
    drill.fault(
        kind="error", operation="FilterLogEvents", code="ResourceNotFoundException", status=400, times=1
    )
    busy.run(ROW)
    assert ("vanished", "ResourceNotFoundException") in gaps(busy)
    assert whole(busy)


def test_a_repeated_token_is_a_gap(drill: Drill, busy: Play) -> None:
    """What came before it is kept, and a later run has the rest."""
    drill.fault(kind="repeat_token", operation="FilterLogEvents")
    drill.log_group("/wide", events=30_000)
    busy.run(LIST, ROW)
    assert ("truncated", "RepeatedToken") in gaps(busy)
    drill.clear_faults()
    busy.run(ROW)
    assert gaps(busy) == {}
    ids = [event["eventId"] for event in kept(busy, "/wide")]
    assert len(ids) == len(set(ids)) == 30_000


def test_expired_in_the_midst(drill: Drill, busy: Play) -> None:
    """The run ends, and fresh credentials complete it."""
    drill.fault(kind="expired", operation="FilterLogEvents", skip=4)
    with pytest.raises(CredentialsError):
        busy.run(LIST, ROW)
    drill.clear_faults()
    busy.run(ROW)
    assert whole(busy)


def test_only_the_window(drill: Drill, busy: Play) -> None:
    """To the millisecond: `since` is in it, `until` is not."""
    busy.run(LIST, ROW)
    moments = sorted(event["timestamp"] for event in kept(busy, "/app"))
    low, high = moments[100], moments[300]
    window = Window(datetime.fromtimestamp(low / 1000, UTC), datetime.fromtimestamp(high / 1000, UTC))
    some = Play(session_on(drill), window=window)
    some.run(LIST, ROW)
    assert [event["timestamp"] for event in kept(some, "/app")] == moments[100:300]


def test_a_window_that_begins_earlier_than_the_last_time(busy: Play) -> None:
    """Days that are held stay as they are, and no name is given twice."""
    every = busy.window
    busy.window = Window((every.until - timedelta(days=20)).replace(hour=0, minute=0, second=0), every.until)
    busy.run(LIST, ROW)
    before = dict(busy.kept)
    busy.window = every
    busy.run(ROW)
    assert before.items() <= busy.kept.items()
    assert {event["message"] for event in kept(busy, "/app")} == set(truth())


def test_a_window_that_ends_within_a_millisecond(drill: Drill, busy: Play) -> None:
    """What is in that millisecond is of the window."""
    busy.run(LIST, ROW)
    last = max(event["timestamp"] for event in kept(busy, "/app"))
    until = datetime.fromtimestamp(last // 1000, UTC) + timedelta(milliseconds=last % 1000, microseconds=500)
    some = Play(session_on(drill), window=Window(until - timedelta(days=90), until))
    some.run(LIST, ROW)
    assert whole(some)


@pytest.mark.parametrize("year", [1, 999, 1969])
def test_a_window_of_all_time(busy: Play, year: int) -> None:
    """From the beginning to the end of the calendar, and once more: it ends, and is whole."""
    window = Window(datetime(year, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC, microsecond=0))
    busy.window = window
    busy.run(LIST, ROW)
    assert whole(busy)
    before = dict(busy.kept)
    busy.run(ROW)
    assert busy.kept == before
    assert busy.gaps() == []


# -- without AWS


def page(*events: object) -> Exchange:
    """Give an answer."""
    body = json.dumps({"events": list(events)}).encode()
    return Exchange(Source("1", REGION, "logs", "FilterLogEvents"), {}, "", "", "s", "r", 200, "id", "", body)


def event(moment: object, id_: object, size: int = 1) -> dict[str, object]:
    """Give an event."""
    return {"timestamp": moment, "eventId": id_, "message": "x" * size}


def test_a_busy_day_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the next full hour, within a day only."""
    monkeypatch.setattr(filtering, "MANY", 100)
    group = Group("g", 0, 3 * DAY, Memory)
    answer = page(event(5, "a", 200), event(HOUR - 1, "b"), event(HOUR, "c"), event(DAY + 9, "d"))
    found = [*group.take(answer), group.close(group.until)]
    assert [(low, high, lines.events) for low, high, lines in found] == [
        (0, HOUR, 2),
        (HOUR, DAY, 1),
        (DAY, 3 * DAY, 1),
    ]


@pytest.mark.parametrize("moment", [None, "soon", -5, 4 * DAY])
def test_events_at_odd_times_are_kept(moment: object) -> None:
    """Whatever they say."""
    group = Group("g", 0, 3 * DAY, Memory)
    found = list(group.take(page(event(moment, "a"), event(7, "b"), event(7, "b"), event(7, None))))
    assert sum(lines.events for _, _, lines in [*found, group.close(group.until)]) == 3


def test_an_id_of_which_two_things_are_said_is_kept_twice() -> None:
    """Nobody knows which of two answers is right; the same one twice is one."""
    group = Group("g", 0, DAY, Memory)
    assert list(group.take(page(event(7, "a"), event(7, "a", 2), event(7, "a")))) == []
    assert group.close(DAY)[2].events == 2


def test_events_after_the_window_share_one_file() -> None:
    """No two files have one name."""
    group = Group("g", 0, DAY, Memory)
    found = [*group.take(page(*(event(DAY + number, str(number)) for number in range(3))))]
    assert [(low, high, lines.events) for low, high, lines in [*found, group.close(DAY)]] == [(0, DAY, 3)]


def test_many_small_events_in_one_hour_are_not_all_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory does not grow with what somebody pours into a group."""
    monkeypatch.setattr(filtering, "RECENT", 10)
    group = Group("g", 0, DAY, Memory)
    for number in range(50):
        assert list(group.take(page(event(7, str(number)), event(7, str(number - 1))))) == []
        assert len(group._seen) <= 10
    assert group.close(DAY)[2].events == 51

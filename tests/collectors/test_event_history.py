"""The event history against the drill: whole, within the limit, and on a bad day."""

from __future__ import annotations

import gzip
import json
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from forensics.aws.ask import Answer
from forensics.aws.pace import Pace
from forensics.aws.tally import Tally
from forensics.collectors import event_history, walk
from forensics.collectors.lines import Lines, Seen, line, mark
from forensics.collectors.spans import DAY, HOUR, Calendar, Span
from forensics.collectors.walk import Walk
from forensics.collectors.walkers import Walkers
from forensics.drill.server import Drill
from forensics.errors import CredentialsError
from forensics.model import Exchange, Outcome, Source
from forensics.scope import Window
from tests.collectors.play import REGION, Memory, Play, Time, events_of, session_on

ROW = "cloudtrail.LookupEvents"
LATEST = "cloudtrail.LatestEvents"


def held(drill: Drill, region: str = REGION) -> set[str]:
    """Give the ids that AWS holds."""
    return drill.event_ids(region) | drill.event_ids(region, insight=True)


def ids(play: Play, row: str = ROW) -> list[str]:
    """Give the ids that were kept."""
    return [event["EventId"] for event in play.events(row)]


def lookups(drill: Drill) -> list[dict[str, object]]:
    """Give the calls of LookupEvents."""
    return [call for call in drill.calls() if call["operation"] == "LookupEvents"]


def whole(drill: Drill, play: Play) -> bool:
    """Say whether every event is kept, and none twice."""
    kept = ids(play)
    return set(kept) == held(drill) and len(kept) == len(set(kept))


def test_all_events_in_files_of_a_day(drill: Drill, play: Play) -> None:
    """Each event once, in the file of its day, with the members that AWS sent."""
    play.run(ROW)
    assert whole(drill, play)
    assert play.coverage[ROW].outcome is Outcome.COLLECTED
    for evidence in play.kept.values():
        low, high = (datetime.fromisoformat(str(evidence.about[key])) for key in ("since", "until"))
        moments = [event["EventTime"] for event in events_of(evidence)]
        assert moments == sorted(moments, reverse=True)
        assert all(low.timestamp() <= moment < high.timestamp() for moment in moments)
        assert evidence.about["events"] == len(moments)
        assert evidence.about["first_request_id"]
        assert evidence.name.endswith(f"{evidence.about['since']}/{evidence.about['until']}")


def test_a_quiet_region_costs_two_requests(drill: Drill) -> None:
    """One for each category: days without events are not asked for."""
    play = Play(session_on(drill), region="us-west-1")
    drill.clear_calls()
    play.run(ROW)
    assert len(lookups(drill)) == 2


def test_what_is_kept_is_not_asked_again(drill: Drill, play: Play) -> None:
    """A second run asks for what no file covers, and finds nothing new."""
    drill.events(regions=[REGION], count=500)
    play.run(ROW)
    before = dict(play.kept)
    drill.clear_calls()
    play.run(ROW)
    assert play.kept == before
    assert len(lookups(drill)) <= 1
    assert play.coverage[ROW].outcome is Outcome.COLLECTED


def test_ended_at_any_file_it_goes_on(drill: Drill, play: Play) -> None:
    """Wherever it ends, the same row completes it, with no event twice."""
    drill.events(regions=[REGION], count=1_000)
    while True:
        _, running = play.start(ROW)
        files = 0
        for record in running:
            play.take(record)
            files += isinstance(record, tuple)
            if files == 12:
                break
        running.close()
        if play.coverage:
            break
    assert whole(drill, play)


@pytest.mark.parametrize("kind", ["repeat_page", "empty_page", "throttle", "error", "torn", "reset"])
def test_a_bad_day(drill: Drill, play: Play, kind: str) -> None:
    """Three of ten answers go wrong: nothing missing, nothing twice."""
    drill.events(regions=[REGION], count=1_500)
    drill.fault(kind=kind, operation="LookupEvents", probability=0.3)
    play.run(ROW)
    assert whole(drill, play)
    assert play.gaps() == []


def test_a_repeated_token_is_tried_in_pieces(drill: Drill, play: Play) -> None:
    """A list that points back ends; its pieces are whole."""
    drill.events(regions=[REGION], count=1_000)
    drill.fault(kind="repeat_token", operation="LookupEvents", skip=3, times=3)
    play.run(ROW)
    assert whole(drill, play)
    assert play.gaps() == []


def test_a_token_that_always_repeats(drill: Drill, play: Play) -> None:
    """What fits no two pages is kept; pieces of an hour with more are gaps that name them."""
    drill.events(regions=[REGION], count=3_000, days=2)
    drill.fault(kind="repeat_token", operation="LookupEvents")
    play.run(ROW)
    kept = ids(play)
    assert len(kept) == len(set(kept))
    assert set(kept) <= held(drill)
    missing = [gap for gap in play.coverage[ROW].gaps if gap.code == "RepeatedToken"]
    assert set(kept) == held(drill) or missing[0].examples[0]["StartTime"]


@pytest.mark.parametrize(
    ("rule", "outcome"),
    [
        ({"kind": "error", "code": "AccessDeniedException", "status": 400}, "denied"),
        ({"kind": "error", "code": "OperationNotPermittedException", "status": 400}, "unsupported"),
        ({"kind": "throttle"}, "throttled"),
        ({"kind": "error"}, "failed"),
        ({"kind": "torn"}, "failed"),
    ],
)
def test_one_gap_for_a_region_that_answers_nothing(
    drill: Drill, play: Play, rule: dict[str, object], outcome: str
) -> None:
    """Not one for each day, and few requests."""
    drill.fault(operation="LookupEvents", **rule)
    drill.clear_calls()
    play.run(ROW)
    (gap,) = play.coverage[ROW].gaps
    assert (gap.outcome.value, play.coverage[ROW].outcome.value) == (outcome, outcome)
    assert "management" in {example["EventCategory"] for example in gap.examples}
    assert all({"StartTime", "EndTime"} <= example.keys() for example in gap.examples)
    assert len(lookups(drill)) <= 8 * 6
    assert not play.kept
    assert all(draft.discarded or draft.synced for draft in play.drafts)


def test_a_category_that_is_refused_costs_nothing_of_the_other(drill: Drill, play: Play) -> None:
    """What waits of the other is asked all the same; of its own, each span is named."""
    drill.events(regions=[REGION], count=300)
    now = int(play.time.now.timestamp()) + 600
    cuts = [now - days * DAY for days in (90, 60, 30, 0)]
    spans = [Span(category, *pair) for pair in pairwise(cuts) for category in ("insight", "management")]
    _, context = play.prepare(ROW)
    calendars = {"insight": Calendar(30 * DAY, now), "management": Calendar(DAY, now)}
    walkers = Walkers(context, calendars, spans, Tally(context.source))
    code = "OperationNotPermittedException"
    drill.fault(kind="error", operation="LookupEvents", code=code, status=400, times=1)
    for record in walkers.records():
        play.take(record)
    (gap,) = walkers.tally.gaps
    (refused,) = {example["EventCategory"] for example in gap.examples}
    assert len(gap.examples) >= 2
    assert refused in {"insight", "management"}
    insight = refused == "management"
    assert {event["EventId"] for event in play.events(ROW)} >= drill.event_ids(REGION, insight=insight)


def test_failures_in_the_midst(drill: Drill, play: Play) -> None:
    """A page that fails for good is asked for by another way."""
    drill.events(regions=[REGION], count=1_000)
    drill.fault(kind="error", operation="LookupEvents", skip=6, times=8)
    play.run(ROW)
    assert whole(drill, play)
    assert play.gaps() == []


def test_expired_in_the_midst(drill: Drill, play: Play) -> None:
    """The run ends, what is kept is kept, and fresh credentials complete it."""
    drill.events(regions=[REGION], count=1_000)
    drill.fault(kind="expired", operation="LookupEvents", skip=9)
    with pytest.raises(CredentialsError):
        play.run(ROW)
    some = len(play.kept)
    assert some > 5
    drill.clear_faults()
    play.run(ROW)
    assert whole(drill, play)
    assert len(play.kept) > some


def test_only_the_window(drill: Drill) -> None:
    """`since` is in it, `until` is not, to the second."""
    drill.events(regions=[REGION], count=900)
    every = Play(session_on(drill))
    every.run(ROW)
    moments = sorted(event["EventTime"] for event in every.events(ROW))
    low, high = moments[200], moments[700]
    window = Window(datetime.fromtimestamp(low, UTC), datetime.fromtimestamp(high, UTC))
    some = Play(session_on(drill), window=window)
    some.run(ROW)
    management = [event for event in every.events(ROW) if low <= event["EventTime"] < high]
    assert sorted(ids(some)) == sorted(event["EventId"] for event in management)


def test_the_end_is_read_again(drill: Drill, play: Play) -> None:
    """What came late is kept, and nothing that was there before."""
    session_on(drill)
    drill.delivery(0)
    play.window = Window(play.window.since, datetime.now(UTC))
    play.run(ROW)
    early = ids(play)
    session_on(drill)
    play.time.now = datetime.now(UTC) + timedelta(seconds=2)
    play.run(LATEST)
    late = ids(play, LATEST)
    assert late
    assert not set(early) & set(late)
    drill.clear_calls()
    play.run(LATEST)
    assert lookups(drill) == [] or len(lookups(drill)) == 1


def test_the_limit_is_used_and_not_passed(drill: Drill) -> None:
    """Two requests a second, whatever the pace, also when an answer takes longer than that."""
    drill.limit_lookups()
    drill.fault(kind="delay", operation="LookupEvents", seconds=2)
    drill.events(regions=[REGION], count=500)
    play = Play(session_on(drill, pace=Pace(scale=1_000)), Time(real=100))
    drill.clear_calls()
    began = time.monotonic()
    play.run(ROW)
    calls = lookups(drill)
    assert Counter(call["status"] for call in calls) == {200: len(calls)}
    assert time.monotonic() - began < 2 * len(calls), "as long as one after the other"
    assert whole(drill, play)


def test_a_busy_day_is_cut(drill: Drill, play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file with many events ends at the next full hour, and a later run knows it again."""
    monkeypatch.setattr(walk, "MANY", 100)
    drill.events(regions=[REGION], count=2_000, days=3)
    play.run(ROW)
    assert whole(drill, play)
    assert len(play.kept) > 12
    before = dict(play.kept)
    play.run(ROW)
    assert play.kept == before


@pytest.mark.parametrize("year", [1, 999, 1969])
def test_a_window_of_all_time(drill: Drill, play: Play, year: int) -> None:
    """From the beginning to the end of the calendar, and once more: it ends, and is whole."""
    drill.events(regions=[REGION], count=500)
    window = Window(datetime(year, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC, microsecond=0))
    play.window = window
    play.run(ROW)
    assert whole(drill, play)
    before = dict(play.kept)
    play.run(ROW)
    assert play.kept == before
    assert play.gaps() == []


# -- without AWS

_SOURCE = Source("1", REGION, "cloudtrail", "LookupEvents")


def exchange() -> Exchange:
    """Give an answer."""
    return Exchange(_SOURCE, {}, "", "", "s", "r", 200, "id", "", b"{}")


def walking(since: int = 0, until: int = 10 * DAY) -> Walk:
    """Begin a walk."""
    return Walk(Span("management", since, until), Calendar(DAY, until), Memory)


def event(second: object, id_: object) -> dict[str, object]:
    """Give an event."""
    return {"EventId": id_, "EventTime": second}


def test_events_out_of_order_are_kept() -> None:
    """One that comes after its day was closed goes into the file that is open."""
    walk_ = walking()
    page = [event(5 * DAY + 9, "a"), event(3 * DAY, "b"), event(5 * DAY + 1, "late"), event(5 * DAY + 9, "a")]
    files = [*walk_.take(page, exchange()), *walk_.end()]
    assert [(span.since // DAY, lines.events) for span, lines in files] == [(5, 1), (0, 2)]
    assert walk_.strays == 1


def test_one_that_strayed_does_not_end_a_walk() -> None:
    """It lies below what is walked through, and others come after it."""
    walk_ = walking(since=5 * DAY)
    more = Answer({"NextToken": "1"}, whole=True, request_id="", date="")
    assert walk_.advance([event(9 * DAY, "a"), event(7, "stray"), event(8 * DAY, "b")], more) is None
    assert not walk_.over
    assert walk_.at == 8 * DAY
    last = Answer({"NextToken": "2"}, whole=True, request_id="", date="")
    assert walk_.advance([event(5 * DAY, "c"), event(4 * DAY, "d"), event(3 * DAY, "e")], last) is None
    assert walk_.over


def test_an_id_of_which_two_things_are_said_is_kept_twice() -> None:
    """Nobody knows which of two answers is right; the same one twice is one."""
    walk_ = walking()
    page = [event(DAY, "a"), {**event(DAY, "a"), "Username": "x"}, event(DAY, "a")]
    files = [*walk_.take(page, exchange()), *walk_.end()]
    assert sum(lines.events for _, lines in files) == 2


def test_pages_of_what_is_kept_elsewhere_are_no_endless_list() -> None:
    """In a busy region the last half hour has thousands; one page time and again is endless."""
    pages = [[event(9 * DAY - number, str(number))] for number in range(2 * walk.REPEATS)]
    walk_ = walking()
    walk_.known = {mark(line(one)) for page in pages for one in page}
    for number, page in enumerate([*pages, *[pages[-1]] * walk.REPEATS]):
        answer = Answer({"NextToken": str(number)}, whole=True, request_id="", date="")
        assert walk_.advance(page, answer) is None
        assert list(walk_.take(page, exchange())) == []
    assert list(walk_.end()) == []
    refusal = walk_.advance(pages[-1], replace(answer, values={"NextToken": "x"}))
    assert refusal is not None
    assert refusal.code == "PageLimit"


def test_events_of_a_busy_hour_are_not_all_remembered() -> None:
    """Memory does not grow with the evidence."""
    seen = Seen(10)
    marks = [bytes([number]) for number in range(100)]
    for one in marks:
        assert not seen.again(one)
        seen.forget()
    assert [seen.again(one) for one in marks[89:]] == [False] + [True] * 10


def test_what_is_kept_is_unpacked_a_little_at_a_time() -> None:
    """Ten megabytes of one letter; nothing is lost between the pieces."""
    lines = [b"x" * 3_000_000] * 3 + [b"y"]
    packed = gzip.compress(b"".join(one + b"\n" for one in lines))
    assert list(event_history._lines(iter([packed[:100], packed[100:]]))) == lines
    pieces = list(event_history._unpacked(iter([packed])))
    assert max(map(len, pieces)) <= event_history.PIECE


@pytest.mark.parametrize("second", [None, "soon", True, [], {}])
def test_events_without_a_time_are_kept(second: object) -> None:
    """Whatever stands for their time."""
    walk_ = walking()
    files = [*walk_.take([event(second, "a"), event(DAY, None), event(DAY, None)], exchange()), *walk_.end()]
    assert sum(lines.events for _, lines in files) == 3


@pytest.mark.parametrize("text", ["ä", "\ud800", "\u2028", '"\\'])
def test_texts_are_as_sent(text: str) -> None:
    """Characters that UTF-8 cannot say too."""
    assert json.loads(line({"CloudTrailEvent": text})) == {"CloudTrailEvent": text}
    assert line({"a": text}).count(b"\n") == 1


def test_the_same_events_are_the_same_bytes() -> None:
    """No time is in the file."""
    files = []
    for _ in range(2):
        lines = Lines(Memory())
        lines.add(line({"a": 1}), exchange())
        files.append(lines.end().sha256)
    assert files[0] == files[1]


@pytest.mark.parametrize(
    ("held_", "missing"),
    [
        ([], [(0, 3 * DAY + 5)]),
        ([(0, 3 * DAY + 5)], []),
        ([(DAY, 2 * DAY)], [(2 * DAY, 3 * DAY + 5), (0, DAY)]),
        ([(DAY, 3 * DAY)], [(3 * DAY, 3 * DAY + 5), (0, DAY)]),
        ([(DAY + HOUR, 2 * DAY)], [(2 * DAY, 3 * DAY + 5), (0, DAY + HOUR)]),
        ([(DAY + 5 * HOUR, 2 * DAY), (DAY, DAY + 5 * HOUR)], [(2 * DAY, 3 * DAY + 5), (0, DAY)]),
        ([(DAY + 4 * HOUR, DAY + 8 * HOUR)], [(DAY + 8 * HOUR, 3 * DAY + 5), (0, DAY + 4 * HOUR)]),
    ],
)
def test_what_is_missing(held_: list[tuple[int, int]], missing: list[tuple[int, int]]) -> None:
    """Spans between those that are held, newest first."""
    names = {Span("management", *pair).name for pair in held_}
    found = Calendar(DAY, 3 * DAY).missing(Span("management", 0, 3 * DAY + 5), names.__contains__)
    assert [(span.since, span.until) for span in found] == missing


@pytest.mark.parametrize(
    "span", [(0, 90 * DAY), (5, DAY + 7), (0, DAY), (0, 12 * HOUR), (0, 4 * HOUR), (7, HOUR)]
)
def test_pieces_are_the_whole(span: tuple[int, int]) -> None:
    """Down to an hour, no second is lost or twice."""
    pieces = Span("management", *span).divide()
    if span[1] - span[0] <= HOUR:
        assert pieces == []
        return
    assert (pieces[0].until, pieces[-1].since) == (span[1], span[0])
    assert all(young.since == old.until for young, old in pairwise(pieces))

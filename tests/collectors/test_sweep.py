"""The sweep: what it asks, where, what it makes of answers, and that it leaves nothing behind."""

from __future__ import annotations

import gc
import socket
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from forensics.aws import codes, never, resolving
from forensics.aws.ask import Refusal
from forensics.aws.session import Session
from forensics.collectors import catalogue, every, spec
from forensics.collectors.left_out import LEFT_OUT
from forensics.collectors.spec import Context, Phase, Reach, Step
from forensics.collectors.sweep import ABSENT, DENIALS, LONGEST, WANTS, Sweeper, rest
from forensics.collectors.swept import NONE, ONCE, SWEPT
from forensics.collectors.unswept import EVERY, UNSWEPT, why_unswept
from forensics.drill.server import Drill
from forensics.model import Coverage, Exchange, Outcome, Source
from tests import iam_list
from tests.aws.canned import Answer, Asked, Canned
from tests.collectors import public
from tests.collectors.play import REGION, Play, Time, session_on

ACCOUNT = "123456789012"
KEYS = {"access_key": "AKIAIOSFODNN7EXAMPLE", "secret_key": "s", "token": "t"}
SWEEP = next(collector for collector in every() if collector.name == "sweep")
STEPS = {step.service: step for step in SWEEP.steps}


def operations(step: Step) -> Sequence[str]:
    """Return what a step asks."""
    found: Sequence[str] = step.run.keywords["operations"]  # type: ignore[attr-defined]
    return found


def test_the_table_is_what_it_is_made_from() -> None:
    """`python -m tests.collectors.public` would write it so now, from botocore and IAM's public list."""
    assert dict(SWEPT) == dict(public.swept())
    assert set(public.everywhere()) == ONCE
    assert set(public.nothing_there()) == NONE


def test_each_operation_reads_and_needs_nothing() -> None:
    """By the public list's access level; nothing of it is never asked; each permission is said."""
    for service, step in STEPS.items():
        for name in operations(step):
            assert never.why_not(service, name, {}) == ""
            assert why_unswept(service, name) == ""
        assert {iam_list.level(action) for action in step.actions} <= iam_list.READS, service
        assert step.sensitive
        assert not step.mutates


def test_what_has_a_row_is_not_asked_again() -> None:
    """Nor what is left out with a reason; all else of the table is."""
    rows = {
        (source.service, source.operation)
        for collector in every()
        if collector.name != "sweep"
        for source in collector.sources
    }
    swept = {(service, name) for service, step in STEPS.items() for name in operations(step)}
    table = {(service, name) for service, names in SWEPT.items() for name in names.split()}
    assert swept == table - rows - set(LEFT_OUT)
    assert len(swept) > 1_500


def test_it_comes_last_and_low() -> None:
    """After all that is known to matter, before the waiting; global services once."""
    assert Phase.CONFIGURATION < SWEEP.phase < Phase.PROGRESS
    assert STEPS["route53"].reach is Reach.GLOBAL
    assert STEPS["glue"].reach is Reach.REGION
    tasks = [task.source for task in catalogue.tasks("1", ["a", "b"])]
    assert [source.region for source in tasks if source.name == "glue.Sweep"] == ["a", "b"]


def test_left_out_by_name() -> None:
    """`--without sweep` leaves all of it out, and nothing else."""
    tasks = catalogue.tasks("1", ["a"], frozenset({"sweep"}))
    assert not [task for task in tasks if task.source.operation == "Sweep"]
    assert {step.name for step in SWEEP.steps} == {
        task.source.name for task in catalogue.tasks("1", ["a"])
    } - {task.source.name for task in tasks}


def test_reasons_are_of_operations_that_there_are() -> None:
    """A reason for a name that botocore does not have is a typing error."""
    session = botocore.session.Session()
    for service, operation in UNSWEPT:
        names = session.get_service_model(service).operation_names
        assert operation == EVERY or operation in names, (service, operation)


def test_codes_are_exact_and_apart() -> None:
    """A denial, a throttle or a failure is never taken for "there is none"."""
    assert not ABSENT & WANTS
    other = codes.DENIED | codes.THROTTLED | codes.EXPIRED | codes.BAD_SIGNATURE | codes.TRANSIENT
    assert not (ABSENT | WANTS) & (other | codes.REGION_DISABLED | {codes.NEVER})


# -- what it makes of answers


@pytest.fixture
def swept() -> Iterator[Callable[..., tuple[Coverage, list[Exchange], Canned]]]:
    """Sweep one service of a canned AWS."""
    servers: list[Canned] = []

    def sweep(
        script: Any, service: str = "glue", names: Sequence[str] = ("GetCrawlers", "GetJobs"), **more: Any
    ) -> tuple[Coverage, list[Exchange], Canned]:
        server = Canned(script).__enter__()
        servers.append(server)
        time = Time()
        session = Session(
            endpoint_url=server.url, region=REGION, credentials=KEYS, clock=time.clock, sleep=time.sleep
        )
        source = Source(ACCOUNT, more.get("region", REGION), service, "Sweep")
        context = Context(session=session, source=source, clock=time.clock, sleep=time.sleep)
        sweeper = Sweeper(context, names)
        if "end" in more:
            sweeper.end = context.clock() + more["end"]
        *exchanges, coverage = sweeper.records()
        assert isinstance(coverage, Coverage)
        return coverage, [one for one in exchanges if isinstance(one, Exchange)], server

    yield sweep
    for server in servers:
        server.__exit__(None, None, None)


def by_operation(**answers: Answer) -> Callable[[Asked], Answer]:
    """Answer each operation its own way, and all others with an empty list."""
    return lambda asked: answers.get(asked.operation, Answer(b"{}"))


def error(code: str, status: int = 400) -> Answer:
    """Answer as JSON services do."""
    return Answer(b'{"__type": "%s", "message": "because"}' % code.encode(), status)


Swept = Callable[..., tuple[Coverage, list[Exchange], Canned]]


def test_all_in_one_transcript(swept: Swept) -> None:
    """Each exchange says which operation it was; one coverage says what came of all."""
    names = ("GetCrawlers", "GetJobs", "ListSchemas")
    coverage, exchanges, _ = swept(by_operation(GetJobs=Answer(b'{"Jobs": [{"Name": "x"}]}')), names=names)
    assert [one.operation for one in exchanges] == list(names)
    assert {one.source for one in exchanges} == {coverage.source}
    assert (coverage.outcome, coverage.requests, coverage.pages) == (Outcome.COLLECTED, 3, 3)
    assert coverage.complete


def test_empty_is_not_denied(swept: Swept) -> None:
    """Where every list is empty, so is the source."""
    coverage, *_ = swept(by_operation(), names=("GetCrawlers", "GetJobs"))
    assert (coverage.outcome, coverage.gaps) == (Outcome.EMPTY, ())


def test_gaps_are_counted_by_code(swept: Swept) -> None:
    """A denial of one operation is a gap that names it; the others are kept."""
    script = by_operation(
        GetCrawlers=error("AccessDeniedException"),
        GetJobs=error("AccessDeniedException"),
        ListSchemas=Answer(b'{"Schemas": [{"SchemaName": "x"}]}'),
        ListSessions=error("InternalServiceException", 400),
    )
    coverage, *_ = swept(script, names=("GetCrawlers", "GetJobs", "ListSchemas", "ListSessions"))
    assert coverage.outcome is Outcome.COLLECTED
    assert [(gap.outcome, gap.code, gap.count) for gap in coverage.gaps] == [
        (Outcome.DENIED, "AccessDeniedException", 2),
        (Outcome.FAILED, "InternalServiceException", 1),
    ]
    assert coverage.gaps[0].examples == ({"Operation": "GetCrawlers"}, {"Operation": "GetJobs"})


@pytest.mark.parametrize(
    "code", ["SubscriptionRequiredException", "EntityNotFoundException", "UnknownOperationException"]
)
def test_what_was_never_set_up_is_absent(swept: Swept, code: str) -> None:
    """By the exact code: AWS's answer that there is nothing."""
    coverage, *_ = swept([error(code)], names=("GetCrawlers",))
    assert (coverage.outcome, coverage.gaps) == (Outcome.ABSENT, ())


def test_what_wants_an_argument_is_named(swept: Swept) -> None:
    """Its model does not say so; nothing is lost, and the note says which."""
    coverage, *_ = swept(by_operation(GetJobs=error("ValidationException")), names=("GetCrawlers", "GetJobs"))
    assert coverage.gaps == ()
    assert coverage.note == "2 operations, of which these want an argument: GetJobs"


def test_pages_are_followed_without_a_paginator(swept: Swept) -> None:
    """To the last; a token that repeats is a `truncated` gap, never an end."""
    pages = iter([b'{"Jobs": [{"Name": "a"}], "NextToken": "1"}', b'{"Jobs": [{"Name": "b"}]}'])
    coverage, exchanges, _ = swept(lambda _: Answer(next(pages)), names=("GetJobs",))
    assert (coverage.pages, coverage.gaps) == (2, ())
    assert exchanges[1].parameters["NextToken"] == "1"
    coverage, *_ = swept(lambda _: Answer(b'{"Jobs": [], "NextToken": "1"}'), names=("GetJobs",))
    assert [(gap.outcome, gap.code) for gap in coverage.gaps] == [(Outcome.TRUNCATED, codes.REPEATED_TOKEN)]


def test_a_service_that_denies_all_is_left_alone(swept: Swept) -> None:
    """After a few, the rest is not asked: one gap, that counts what was."""
    names = SWEPT["sagemaker"].split()
    coverage, exchanges, server = swept([error("AccessDeniedException")], "sagemaker", names)
    assert len(server.asked) == len(exchanges) == DENIALS
    assert [(gap.outcome, gap.count) for gap in coverage.gaps] == [(Outcome.DENIED, DENIALS)]
    assert coverage.outcome is Outcome.DENIED


def test_time_is_bounded(swept: Swept) -> None:
    """A list without end, or an endpoint that takes its time: what is left is a gap, with our own code."""
    count = iter(range(1_000_000))
    endless = lambda _: Answer(b'{"Jobs": [{"Name": "x"}], "NextToken": "%d"}' % next(count))  # noqa: E731
    coverage, exchanges, _ = swept(endless, names=("GetJobs", "GetCrawlers"), end=timedelta(seconds=-1))
    assert exchanges == []
    assert [(gap.outcome, gap.code, gap.count) for gap in coverage.gaps] == [
        (Outcome.TRUNCATED, codes.TIME_LIMIT, 0)
    ]
    assert timedelta(minutes=3) >= LONGEST


def test_an_operation_that_botocore_lacks(swept: Swept) -> None:
    """An older botocore than the table: a gap that says so, and the others are asked."""
    coverage, exchanges, _ = swept(by_operation(), names=("GetCrawlers", "ListOfTheFuture"))
    assert len(exchanges) == 1
    assert [(gap.outcome, gap.code, gap.examples) for gap in coverage.gaps] == [
        (Outcome.UNSUPPORTED, codes.UNKNOWN_HERE, ({"Operation": "ListOfTheFuture"},))
    ]


def test_a_service_that_is_not_offered_is_not_asked(swept: Swept) -> None:
    """By botocore's own data: an answer with a note, and no request."""
    coverage, exchanges, server = swept(
        by_operation(), "chime-sdk-voice", ("ListSipRules",), region="sa-east-1"
    )
    assert (coverage.outcome, exchanges, server.asked) == (Outcome.ABSENT, [], [])
    assert coverage.note.startswith("NotOffered: botocore ")


def test_a_closed_region_is_not_asked(swept: Swept, monkeypatch: pytest.MonkeyPatch) -> None:
    """As for every row: the reason that closed it, and no request."""
    reason = Refusal(Outcome.DENIED_BY_SCP, "AccessDenied", "by policy", "", sure=True)
    monkeypatch.setattr("forensics.aws.closed.Closed.refusal", lambda *_: reason)
    coverage, exchanges, _ = swept(by_operation(), names=("GetCrawlers", "GetJobs"))
    assert (coverage.outcome, exchanges) == (Outcome.DENIED_BY_SCP, [])
    assert coverage.gaps[0].count == 0


# -- on the drill, and what it leaves behind


@pytest.fixture
def apart(drill: Drill, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    """Give a session with models of its own: what the process's other sessions have loaded stays loaded."""
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))
    session = session_on(drill)
    assert not {service for service, _ in session._models._services} & {"medialive", "sagemaker"}
    return session


def test_it_frees_what_it_loaded(apart: Session) -> None:
    """Models and clients of a service go when it is done: four hundred of them would take gigabytes."""
    session = apart
    play = Play(session)
    models = session._models
    tasks = catalogue.tasks(session.identity.account, [REGION])
    for name in ("sagemaker.Sweep", "medialive.Sweep"):
        (task,) = [task for task in tasks if task.source.name == name]
        play.task(task, tasks)
        assert play.coverage[name].requests
    gc.collect()
    kept = {service for service, _ in models._services} | set(models._classes)
    assert not kept & {"sagemaker", "medialive"}
    assert not [key for key in vars(models.loader)["_cache"] if "sagemaker" in map(str, key)]


def test_what_others_use_stays(apart: Session) -> None:
    """A service that rows have loaded is not taken from them; two that borrow one give it back together."""
    session = apart
    client = session.client("ec2", REGION)
    with session.passing("ec2"):
        pass
    assert session.client("ec2", REGION) is client
    models = session._models
    with session.passing("medialive"), session.passing("medialive"):
        session.operations("medialive")
    assert not [service for service, _ in models._services if service == "medialive"]


# -- hosts


def test_a_host_that_nobody_has() -> None:
    """Only where another name resolves: else it is the network, and no answer."""

    def resolver(known: set[str], errno: int = socket.EAI_NONAME) -> Callable[[str, int], Any]:
        def resolve(host: str, _: int) -> Any:
            if host not in known:
                raise socket.gaierror(errno, "no")
            return []

        return resolve

    here, there = "https://x.eu-west-1.example", "https://ec2.eu-west-1.example"
    ec2 = {"ec2.eu-west-1.example"}
    assert resolving.nowhere(here, there, resolver(ec2)) == "x.eu-west-1.example"
    assert resolving.nowhere(here, there, resolver(set())) == ""
    assert resolving.nowhere(here, there, resolver(ec2, socket.EAI_AGAIN)) == ""
    assert resolving.nowhere(here, there, resolver({*ec2, "x.eu-west-1.example"})) == ""


def test_the_rest_is_of_what_the_others_leave() -> None:
    """A new row takes its operation out of the sweep by itself."""
    others = [collector for collector in every() if collector.name != "sweep"]
    call = spec.Call(service="glue", operation="GetCrawlers", about="crawlers")
    more = spec.Collector(name="x", about="x", phase=Phase.CONFIGURATION, calls=(call,))
    before = {step.service: operations(step) for step in rest(others).steps}
    after = {step.service: operations(step) for step in rest([*others, more]).steps}
    assert set(before["glue"]) - set(after["glue"]) <= {"GetCrawlers"}
    assert "GetCrawlers" not in after["glue"]

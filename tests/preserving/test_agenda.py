"""What is still to be done: what goes with what is wanted, and whose turn it is."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable

from forensics.collectors import catalogue
from forensics.collectors.spec import Lane, Phase
from forensics.model import GLOBAL, Source
from forensics.preserving.agenda import Agenda, Turns, choose
from forensics.schedule import Schedule

ACCOUNTS = ("111122223333", "444455556666")
REGIONS = ["eu-west-1", "us-east-1"]


def _tasks(account: str = ACCOUNTS[0], rows: Iterable[str] = ()) -> catalogue.Tasks:
    wanted = set(rows)
    return catalogue.tasks(account, REGIONS).only(lambda row: not wanted or row in wanted)


def _chosen(tasks: catalogue.Tasks, *rows: str) -> set[str]:
    """Name what is chosen where some rows of the first region, or global ones, are wanted."""

    def wanted(task: catalogue.Task) -> bool:
        return task.source.name in rows and task.source.region in {REGIONS[0], GLOBAL}

    chosen = choose(tasks, wanted, lambda task: not task.rereads)
    return {
        f"{tasks[number].source.name} {tasks[number].source.region}" for number, it in enumerate(chosen) if it
    }


def test_what_goes_with_what_is_wanted() -> None:
    """Children and grandchildren, in the region of their parent; and what has to be made again before."""
    rows = ("iam.ListUsers", "iam.ListAccessKeys", "iam.GetAccessKeyLastUsed", "iam.ListUsersAtEnd")
    tasks = _tasks(rows=(*rows, "ec2.DescribeInstances", "ec2.GetConsoleOutput"))
    below = {f"{row} {GLOBAL}" for row in rows[1:3]}
    assert _chosen(tasks, "iam.ListUsers") == {f"iam.ListUsers {GLOBAL}", *below}
    assert _chosen(tasks, "ec2.DescribeInstances") == {
        f"{row} {REGIONS[0]}" for row in ("ec2.DescribeInstances", "ec2.GetConsoleOutput")
    }
    assert _chosen(tasks, "iam.ListUsersAtEnd", "iam.GetAccessKeyLastUsed") == {
        f"iam.GetAccessKeyLastUsed {GLOBAL}"
    }
    report = _tasks(rows=("iam.GetCredentialReport", "iam.GenerateCredentialReport"))
    assert len(_chosen(report, "iam.GetCredentialReport")) == 2


def _of(name: str) -> Callable[[catalogue.Task], bool]:
    return lambda task: task.source.name == name


def test_as_sets_would_have_it() -> None:
    """For each row of the catalogue, what is chosen with it is what a walk over sets of sources finds."""
    tasks = _tasks()
    every = [(task.source, set(task.parents), set(task.again)) for task in tasks if not task.rereads]
    for name in list(catalogue.sources())[::25]:
        wanted = {source for source, *_ in every if source.name == name}
        found = wanted | {one for source, _, again in every if source in wanted for one in again}
        for source, parents, _ in every:
            if found & parents:
                found.add(source)
        chosen = choose(tasks, _of(name), lambda task: not task.rereads)
        assert {tasks[number].source for number, byte in enumerate(chosen) if byte} == found, name


def _order(urgent: str = "", workers: int = 1) -> list[Source]:
    """Run all tasks of two accounts, and return them in the order in which they had their turn."""
    order: list[Source] = []
    agendas = [
        Agenda(
            tasks,
            bytearray(b"\1" * len(tasks)),
            lambda region: int(region == urgent),
            lambda task: order.append(task.source),
        )
        for tasks in map(_tasks, ACCOUNTS)
    ]
    turns = Turns(agendas)
    assert len(turns) == sum(turns.lanes().values()) == sum(map(len, agendas))
    lanes = dict.fromkeys(turns.lanes(), workers)
    Schedule(turns, lanes, threading.Event()).run(every=0.01)
    assert len(order) == len(set(order)) == len(turns)
    return order


def _usual(source: Source) -> bool:
    return getattr(catalogue.sources()[source.name][1], "lane", Lane.USUAL) is Lane.USUAL


def test_turns() -> None:
    """The most volatile first, over all accounts, one after the other; none before what it needs."""
    order = _order()
    usual = [one for one in order if _usual(one)]
    phase = {task.source: task.phase for tasks in map(_tasks, ACCOUNTS) for task in tasks}
    assert [one.account for one in usual[:8]] == [*ACCOUNTS] * 4
    assert [phase[one] for one in usual] == sorted(phase[one] for one in usual)
    _after(order)


def test_many_at_once() -> None:
    """With many workers a lane, none begins before what it needs is over."""
    _after(_order(workers=8))


def _after(order: list[Source]) -> None:
    place = {source: number for number, source in enumerate(order)}
    for tasks in map(_tasks, ACCOUNTS):
        for task in tasks:
            assert all(place[other] < place[task.source] for other in task.after), task.source


def test_urgent() -> None:
    """A region that a notice names goes first within its phase, and no phase before another for it."""
    order = [one for one in _order(REGIONS[1]) if one.account == ACCOUNTS[0]]
    phase = {task.source: task.phase for task in _tasks()}
    free = {task.source for task in _tasks() if not task.after and task.source.region != GLOBAL}
    volatile = [one.region for one in order if one in free and _usual(one) and phase[one] is Phase.VOLATILE]
    assert volatile == sorted(REGIONS * (len(volatile) // 2), reverse=True)


def test_size() -> None:
    """What is still to be done takes less than 8 bytes a source."""
    tasks = catalogue.tasks(ACCOUNTS[0], [f"region-{number}" for number in range(17)])
    agenda = Agenda(tasks, bytearray(b"\1" * len(tasks)), lambda _: 0, lambda _: None)
    lanes = vars(agenda)["_lanes"].values()
    assert len(tasks) > 10_000
    assert len(tasks) + sum(map(sys.getsizeof, lanes)) < 8 * len(tasks)

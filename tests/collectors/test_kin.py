"""Which tasks live from which: held against a walk over all of them, and by hand."""

from __future__ import annotations

import pytest

from forensics.collectors import catalogue
from forensics.collectors.kin import Kin
from tests.each import for_each

TASKS = catalogue.tasks("111122223333", ["eu-west-1", "us-east-1"])


def _named(name: str) -> catalogue.Task:
    return next(task for task in TASKS if task.source.name == name)


ALL = [(task.source, frozenset(task.parents), frozenset(task.needs)) for task in TASKS]
"""All of them, with whom they live from."""


def _below(task: catalogue.Task) -> tuple[str, ...]:
    """Say it by a walk over all tasks."""
    lost, less = {task.source: task.source.name}, {}
    for source, parents, needs in ALL:
        if (parents and parents <= lost.keys()) or needs & lost.keys():
            lost[source] = source.name
    for source, parents, _ in ALL:
        if source not in lost and parents & lost.keys() and catalogue.sources()[source.name][1].adds:
            less[source] = source.name
    return tuple(name for source, name in {**lost, **less}.items() if source != task.source)


def test_what_is_lost_with_a_row() -> None:
    """A row that failed names the rows that live from it alone, theirs too."""
    below = Kin(TASKS).below(_named("iam.ListUsers"))
    assert "iam.ListAccessKeys" in below
    assert "iam.GetAccessKeyLastUsed" in below
    assert "iam.ListUsers" not in below
    assert not [name for name in below if name.startswith("ec2.")]


@pytest.mark.parametrize("parent", ["ecs.ListTaskDefinitions", "ecs.DescribeTasks"])
def test_what_is_less_without_a_row(parent: str) -> None:
    """A row of which each parent names what the other does not is named by either."""
    assert "ecs.DescribeTaskDefinition" in Kin(TASKS).below(_named(parent))


def test_nothing_lives_from_a_row_that_may_be_asked_of_less() -> None:
    """Else what is below it would have to be named too."""
    adding = {name for name, (_, row) in catalogue.sources().items() if row.adds}
    assert {"cloudtrail.GetResourcePolicy", "ecs.DescribeTaskDefinition"} <= adding
    assert not [name for name, (_, row) in catalogue.sources().items() if adding & row.parents.keys()]


KIN = Kin(TASKS)


def _named_by(task: catalogue.Task) -> str:
    return f"{task.source.region} {task.source.name}"


def _check(task: catalogue.Task) -> None:
    """Hold a task's children, and what is lost with it, to a walk over all."""
    assert KIN.below(task) == _below(task)
    children = {
        source.name: TASKS[TASKS.number(source)] for source, parents, _ in ALL if task.source in parents
    }
    assert KIN.children(task) == children


@for_each(TASKS[::9], _named_by)
def test_as_a_walk_over_all(task: catalogue.Task) -> None:
    """For one in nine tasks of the catalogue: the same children and the same losses, in the same order."""
    _check(task)


@pytest.mark.torture
@for_each(TASKS, _named_by)
def test_each_as_a_walk_over_all(task: catalogue.Task) -> None:
    """The same for every task."""
    _check(task)

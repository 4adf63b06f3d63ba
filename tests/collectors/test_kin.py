"""Which tasks live from which: held against a walk over all of them, and by hand."""

from __future__ import annotations

from collections.abc import Sequence

from forensics.collectors import spec
from forensics.collectors.kin import Kin
from tests.each import for_each

TASKS = spec.tasks("111122223333", ["eu-west-1", "us-east-1"])


def _named(name: str) -> spec.Task:
    return next(task for task in TASKS if task.source.name == name)


def _below(task: spec.Task, among: Sequence[spec.Task]) -> tuple[str, ...]:
    """Say it by a walk over all tasks."""
    lost = {task.source: task.source.name}
    for other in among:
        if (other.parents and set(other.parents) <= lost.keys()) or set(other.needs) & lost.keys():
            lost[other.source] = other.source.name
    return tuple(name for source, name in lost.items() if source != task.source)


def test_what_is_lost_with_a_row() -> None:
    """A row that failed names the rows that live from it alone, theirs too."""
    below = Kin(TASKS).below(_named("iam.ListUsers"))
    assert "iam.ListAccessKeys" in below
    assert "iam.GetAccessKeyLastUsed" in below
    assert "iam.ListUsers" not in below
    assert not [name for name in below if name.startswith("ec2.")]


KIN = Kin(TASKS)


@for_each(TASKS, lambda task: f"{task.source.region} {task.source.name}")
def test_as_a_walk_over_all(task: spec.Task) -> None:
    """For every task of the catalogue: the same children and the same losses, in the same order."""
    assert KIN.below(task) == _below(task, TASKS)
    assert KIN.children(task) == {other.source.name: other for other in TASKS if task.source in other.parents}

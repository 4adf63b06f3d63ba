"""Collectors, sources, and the tasks made of them."""

from __future__ import annotations

from collections.abc import Sequence

import jmespath
import pytest

from forensics.collectors import catalogue, every, spec
from forensics.collectors.second_pass import ENDING
from forensics.model import GLOBAL, Source
from forensics.scope import Hold

ACCOUNT, REGIONS = "123456789012", ["eu-west-1", "us-east-1"]
TASKS = catalogue.tasks(ACCOUNT, REGIONS)


def test_the_folder_is_the_registry() -> None:
    """Each file with a `COLLECTOR` is one, in order of volatility, then of name."""
    names = [collector.name for collector in every()]
    assert {"instances", "network", "iam", "credential_report", "trails", "images"} < set(names)
    assert {"snapshots", "volumes", "account"} < set(names)
    assert len(names) == len(set(names))
    phases = [collector.phase for collector in every()]
    assert phases == sorted(phases)
    assert names[:2] == ["holds", "instances"]


def test_no_row_is_in_two_collectors() -> None:
    """A transcript has one row."""
    assert len(catalogue.sources()) == sum(len(collector.sources) for collector in every())


def test_one_task_for_each_source_and_place() -> None:
    """Global rows once, the others in each region, none twice."""
    _once(TASKS, frozenset())
    assert {task.source.account for task in TASKS} == {ACCOUNT}


def _once(tasks: Sequence[catalogue.Task], options: frozenset[str]) -> None:
    places = [(task.source.region, task.source.name) for task in tasks]
    assert len(places) == len(set(places))
    for name, (_, source) in catalogue.sources().items():
        needed = getattr(source, "options", ())
        wanted = not needed or not options.isdisjoint(needed)
        where = REGIONS if source.reach is spec.Reach.REGION else [GLOBAL]
        assert [region for region, row in places if row == name] == (where if wanted else [])


@pytest.mark.parametrize("option", ["lock", "copy", *Hold])
def test_what_has_to_be_asked_for(option: str) -> None:
    """A step with options takes part where one of them is there, and changes nothing else."""
    options = frozenset({option})
    tasks = catalogue.tasks(ACCOUNT, REGIONS, options=options)
    _once(tasks, options)
    assert len(tasks) > len(TASKS)
    assert {task.source for task in TASKS} < {task.source for task in tasks}


def test_no_regions_leave_the_global_rows() -> None:
    """And no task that waits for one that there is not."""
    tasks = catalogue.tasks(ACCOUNT, [])
    assert tasks
    assert {task.source.region for task in tasks} == {GLOBAL}


def test_parents_come_first() -> None:
    """One walk over the tasks finds grandchildren too."""
    seen: set[Source] = set()
    for task in TASKS:
        assert set(task.parents) <= set(task.after) <= seen
        seen.add(task.source)


def test_parents_are_of_the_same_region() -> None:
    """Or global."""
    for task in TASKS:
        assert {parent.region for parent in task.after} <= {task.source.region, GLOBAL}


def test_disks_begin_before_configuration_and_progress_comes_last() -> None:
    """Slow ones are begun early, and waiting holds nobody up."""
    phase = {task.source.name: task.phase for task in TASKS}
    assert phase["ec2.DescribeInstances"] < phase["iam.ListUsers"] < phase["ec2.CreateSnapshots"]
    assert phase["ec2.CreateSnapshots"] < phase["ec2.DescribeVpcs"] < phase["ec2.SnapshotProgress"]
    last = {name for name in phase if phase[name] > phase["ec2.SnapshotProgress"]}
    assert {name for name in last if not name.endswith(ENDING)} == {"cloudtrail.LatestEvents"}
    final = catalogue.tasks(ACCOUNT, REGIONS, options=frozenset({"copy"}))[-1]
    assert (final.source.name, final.phase) == ("ec2.CopySnapshot", max(spec.Phase))


def test_a_select_knows_the_other_regions() -> None:
    """`{others}` is filled in: trails are asked about at home, and those that have none here by everybody."""
    homes = [{"HomeRegion": home, "TrailARN": f"at {home}"} for home in (*REGIONS, "af-south-1", None)]
    for task in TASKS:
        if task.source.name == "cloudtrail.GetTrailStatus":
            select, carry = task.select("cloudtrail.DescribeTrails")
            assert [found["Name"] for found in jmespath.search(select, {"trailList": homes})] == [
                f"at {task.source.region}",
                "at af-south-1",
                "at None",
            ]
            assert carry == ()
        assert all("{others}" not in task.select(parent.name)[0] for parent in task.parents)


def test_what_is_carried_over() -> None:
    """A version's document is asked for by the policy that the versions were listed of."""
    task = next(task for task in TASKS if task.source.name == "iam.GetPolicyVersion")
    assert task.select("iam.ListPolicyVersions")[1] == ("PolicyArn",)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("ec2.DescribeInstanceAttribute", True),
        ("ec2.GetConsoleOutput", True),
        ("ec2.DescribeLaunchTemplateVersions", True),
        ("ec2.DescribeVpcs", False),
        ("sts.GetCallerIdentity", False),
        ("nosuch.Row", False),
    ],
)
def test_sensitive(row: str, *, expected: bool) -> None:
    """User data and consoles hold secrets; unknown rows are not the table's."""
    assert catalogue.sensitive(row) is expected


def test_a_task_does_nothing_before_it_is_resumed() -> None:
    """`start` makes a generator, and asks nobody."""
    from forensics.aws.session import Session

    keys = {"access_key": "AKIAX", "secret_key": "x"}
    session = Session(endpoint_url="http://127.0.0.1:1", region="eu-west-1", credentials=keys)
    task = TASKS[0]
    task.start(spec.Context(session=session, source=task.source)).close()

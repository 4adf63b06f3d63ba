"""From what a survey saw to requests, bytes, time and money: each source, and all together."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from forensics.aws.pace import RATES, SERVICES, SHARED, rate
from forensics.collectors import spec
from forensics.model import Gap, Source
from forensics.planning import events, prices
from forensics.planning.survey import Measure, Survey

LATENCY = 0.15
"""Seconds of a request, from afar."""
THROUGHPUT = 12 * 2**20
"""Bytes a second: a hundred megabits."""
OPENING = 2
"""Requests before all others: who are we, and which regions are there."""
POLLS = 2
"""Times that pending snapshots are looked at, at least: how long they take, only AWS knows."""
SNAPSHOTS = "ec2.DescribeSnapshots"
_PAGE = 500
_LOOKUP, _LATEST, _FILTER = "cloudtrail.LookupEvents", "cloudtrail.LatestEvents", "logs.FilterLogEvents"

Thing = Mapping[str, Any]


def volumes(survey: Survey, region: str) -> Sequence[Thing]:
    """Return the disks of a region: `id`, `gib`, `on`."""
    source = Source(survey.session.identity.account, region, "ec2", "DescribeVolumes")
    return survey.names(source, "volumes").names


def mutations(survey: Survey, regions: Sequence[str]) -> list[dict[str, Any]]:
    """List what would be made: one call an instance with all its disks, and one a disk that is left over."""
    planned = {task.source.name for task in survey.tasks}
    if "ec2.CreateSnapshots" not in planned:
        return []
    return [one for region in regions for one in _of_region(region, volumes(survey, region))]


def _of_region(region: str, found: Sequence[Thing]) -> Iterator[dict[str, Any]]:
    groups: dict[str, list[Thing]] = {}
    for one in found:
        for instance in one.get("on") or ():
            groups.setdefault(str(instance), []).append(one)
    done: set[str] = set()
    for instance, attached in groups.items():
        names = [str(one["id"]) for one in attached]
        if done.isdisjoint(names):
            done.update(names)
            yield _mutation("CreateSnapshots", region, instance, attached)
    for one in found:
        if str(one["id"]) not in done:
            yield _mutation("CreateSnapshot", region, "", [one])


def _mutation(operation: str, region: str, instance: str, found: Sequence[Thing]) -> dict[str, Any]:
    names, gib = [str(one["id"]) for one in found], sum(int(one.get("gib") or 0) for one in found)
    return {"gib": gib, "instance": instance, "operation": operation, "region": region, "volumes": names}


def complete(survey: Survey, made: Sequence[Mapping[str, Any]], *, ask: bool = True) -> list[Gap]:
    """
    Fill in what no survey sees by itself: events, snapshots still to be made, reports.

    Returns what could not be asked. Unless it may `ask`, the event history counts as one page a region.
    """
    snapshots = Counter({one["region"]: 0 for one in made})
    calls: Counter[tuple[str, str]] = Counter()
    for one in made:
        snapshots[one["region"]] += len(one["volumes"])
        calls[one["region"], f"ec2.{one['operation']}"] += 1
    gaps: list[Gap] = []
    for task in survey.tasks:
        source, there = task.source, snapshots[task.source.region]
        measure = survey.measures.get(source, Measure())
        if isinstance(task.of, spec.Call) and SNAPSHOTS in task.of.parents:
            # Those that are made meanwhile are asked about as all others are.
            measure = replace(measure, calls=measure.calls + len(task.of.params) * there)
        elif isinstance(task.of, spec.Step):
            if ask or source.name != _LOOKUP:
                measure = _step(survey, source, measure, calls[source.region, source.name], there, gaps)
            else:
                measure = Measure(2)
        survey.measures[source] = measure
    return gaps


def _step(
    survey: Survey, source: Source, measure: Measure, made: int, snapshots: int, gaps: list[Gap]
) -> Measure:
    name, pages = source.name, math.ceil(snapshots / _PAGE)
    if name == _LOOKUP:
        found, size, failed = events.lookups(survey.session, source, survey.window)
        gaps += failed
        return Measure(found + 1, size)  # and one for insights, which are few
    if name == _FILTER:
        groups = survey.names(replace(source, operation="DescribeLogGroups"), name).names
        return Measure(*events.filtered(groups, survey.max_log_group))
    known = {
        "ec2.CreateSnapshots": made,
        "ec2.CreateSnapshot": made,
        "ec2.LockSnapshot": snapshots + pages,
        "ec2.SnapshotProgress": POLLS * pages,
        "cloudtrail.SuspectEvents": len(survey.suspects),
        "iam.GenerateCredentialReport": 2,
        "iam.GetCredentialReport": 1,
        _LATEST: 2,
    }
    return Measure(known[name]) if name in known else measure


def sources(survey: Survey) -> list[dict[str, Any]]:
    """List every row and step in the order in which it is asked, over all regions."""
    found: dict[str, dict[str, Any]] = {}
    for task in survey.tasks:
        measure = survey.measures[task.source]
        row = found.setdefault(
            task.source.name,
            {"about": task.of.about, "bytes": 0, "calls": 0, "phase": int(task.phase), "places": 0,
             "row": task.source.name},
        )  # fmt: skip
        row["bytes"] += measure.bytes
        row["calls"] += measure.calls
        row["places"] += 1
    return sorted(found.values(), key=lambda row: row["phase"])


def estimate(survey: Survey, made: Sequence[Mapping[str, Any]], workers: int) -> dict[str, Any]:
    """Add it all up."""
    measures = survey.measures
    calls, size = sum(one.calls for one in measures.values()), sum(one.bytes for one in measures.values())
    gib: Counter[str] = Counter()
    for one in made:
        gib[one["region"]] += one["gib"]
    places: dict[str, list[Measure]] = {region: [] for region in gib}
    for source, measure in measures.items():
        places.setdefault(source.region, []).append(measure)
    total: Counter[str] = Counter(egress=0, image=0, kms=0, requests=0, snapshots=0)
    for region, there in places.items():
        gets, read = sum(one.fetched for one in there), sum(one.bytes for one in there)
        lists = sum(one.calls - one.fetched for one in there if one.fetched)
        total.update(prices.cost(region, gib=gib[region], gets=gets, lists=lists, size=read))
    total["requests"] += prices.EXPLORER * sum(
        measure.calls for source, measure in measures.items() if source.service == "ce"
    )
    return {
        "bytes": size,
        "calls": calls + OPENING,
        "cost": dict(total),
        "gib": sum(gib.values()),
        "seconds": math.ceil(max(calls * LATENCY / workers, size / THROUGHPUT, *_paced(survey))),
        "sources": len(measures),
    }


def together(estimates: Sequence[Mapping[str, Any]], workers: int) -> dict[str, Any]:
    """Add up the estimates of several accounts, which share threads and line, and nothing of AWS's rates."""
    total = Counter[str]()
    cost = Counter[str](egress=0, image=0, kms=0, requests=0, snapshots=0)
    for one in estimates:
        total.update({name: one[name] for name in ("bytes", "calls", "gib", "sources")})
        cost.update(one["cost"])
    longest = max(one["seconds"] for one in estimates)
    shared = max(total["calls"] * LATENCY / workers, total["bytes"] / THROUGHPUT)
    return {**total, "cost": dict(cost), "seconds": max(longest, math.ceil(shared))}


def _paced(survey: Survey) -> Iterator[float]:
    """Yield the seconds that each rate of AWS's makes it take, at least."""
    yield 0.0
    buckets: Counter[tuple[str, str, str]] = Counter()
    for source, measure in survey.measures.items():
        operation = "LookupEvents" if source.name in {_LATEST, _LOOKUP} else source.operation
        name = "GetObject" if measure.fetched else "" if source.service in SHARED else operation
        buckets[source.region, "s3" if measure.fetched else source.service, name] += measure.calls
    for (_, service, operation), calls in buckets.items():
        known = f"{service}.{operation}" in RATES or service in SERVICES
        allowed = rate(service, operation or "Get")
        if known or calls > allowed.burst:
            yield max(0.0, (calls - allowed.burst) / allowed.refill)

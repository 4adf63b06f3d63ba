"""Trails: whether calls are recorded in every region, whole, and provably."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from forensics.sight.answers import Answers
from forensics.sight.report import OFF, ON, PARTLY, UNKNOWN, Sight

_STATUS, _SELECTORS = "cloudtrail.GetTrailStatus", "cloudtrail.GetEventSelectors"
_NO_TRAIL = (
    "every call: what is left is the event history, which AWS forgets after 90 days and which has no calls "
    "on data (objects, items, functions)"
)
_CREATE = (
    (
        "aws cloudtrail create-trail --name NAME --s3-bucket-name BUCKET --is-multi-region-trail "
        "--include-global-service-events --enable-log-file-validation --region REGION"
    ),
    "aws cloudtrail start-logging --name NAME --region REGION",
)


def look(answers: Answers) -> Iterator[Sight]:
    """Yield each trail, then whether every region is recorded."""
    trails: dict[str, Mapping[str, Any]] = {}
    unknown: dict[str, str] = {}
    for region in answers.regions:
        if why := answers.unknown("cloudtrail.DescribeTrails", region):
            unknown[region] = why
        for trail in answers.of("cloudtrail.DescribeTrails", region, "trailList"):
            trails.setdefault(str(trail.get("TrailARN", "")), trail)
    recorded: set[str] = set()
    for arn, trail in sorted(trails.items()):
        sights = list(_trail(answers, arn, trail))
        yield from sights
        if sights[0].state == ON:
            recorded |= set(answers.regions) if trail.get("IsMultiRegionTrail") else {_home(trail)}
    for region in answers.regions:
        if region in recorded:
            yield Sight("calls recorded", region, "", ON)
        elif region in unknown:
            yield Sight("calls recorded", region, "", UNKNOWN, detail=unknown[region])
        else:
            yield Sight("calls recorded", region, "", OFF, unseen=_NO_TRAIL, commands=_everywhere(trails))


def _everywhere(trails: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    """Have a trail that there is record every region, or make one."""
    for arn, trail in sorted(trails.items()):
        name, home = shlex.quote(arn), shlex.quote(_home(trail))
        start = f"aws cloudtrail start-logging --name={name} --region={home}"
        if trail.get("IsMultiRegionTrail"):
            return (start,)
        return (f"aws cloudtrail update-trail --name={name} --is-multi-region-trail --region={home}", start)
    return _CREATE


def _home(trail: Mapping[str, Any]) -> str:
    return str(trail.get("HomeRegion") or "")


def _trail(answers: Answers, arn: str, trail: Mapping[str, Any]) -> Iterator[Sight]:
    """Yield whether a trail logs, first of all; then whether it can be proved, and what it leaves out."""
    home = _home(trail)
    name, place = shlex.quote(arn), shlex.quote(home)
    yield _logging(answers, arn, home)
    validated = bool(trail.get("LogFileValidationEnabled"))
    yield Sight(
        "log file validation",
        home,
        arn,
        ON if validated else OFF,
        unseen="" if validated else "logs that somebody deletes or rewrites in the bucket",
        commands=()
        if validated
        else (f"aws cloudtrail update-trail --name={name} --enable-log-file-validation --region={place}",),
    )
    yield from _events(answers, arn, home)


def _logging(answers: Answers, arn: str, home: str) -> Sight:
    start = f"aws cloudtrail start-logging --name={shlex.quote(arn)} --region={shlex.quote(home)}"
    for said in answers.about(_STATUS, home):
        if said.asked.get("Name") != arn:
            continue
        status = said.answer
        since, until = _time(status.get("StartLoggingTime")), _time(status.get("StopLoggingTime"))
        error = str(status.get("LatestDeliveryError") or "")
        if not status.get("IsLogging"):
            unseen = "every call that this trail would have recorded since it was stopped"
            return Sight("trail", home, arn, OFF, since, until, "stopped", unseen, (start,))
        if error:
            unseen = "what it could not deliver: logs are lost after some days"
            return Sight("trail", home, arn, PARTLY, since, "", f"cannot deliver: {error}", unseen)
        return Sight("trail", home, arn, ON, since)
    why = answers.unknown(_STATUS, home) or "not asked"
    return Sight("trail", home, arn, UNKNOWN, detail=why)


def _events(answers: Answers, arn: str, home: str) -> Iterator[Sight]:
    said = [one for one in answers.about(_SELECTORS, home) if one.asked.get("TrailName") == arn]
    if not said:
        why = answers.unknown(_SELECTORS, home) or "not asked"
        for source in ("management events", "data events"):
            yield Sight(source, home, arn, UNKNOWN, detail=why)
        return
    managed, data = _selected(said[0].answer)
    put = f"aws cloudtrail put-event-selectors --trail-name={shlex.quote(arn)} --region={shlex.quote(home)}"
    everything = (
        '[{"ReadWriteType":"All","IncludeManagementEvents":true,"DataResources":'
        '[{"Type":"AWS::S3::Object","Values":["arn:aws:s3"]},'
        '{"Type":"AWS::Lambda::Function","Values":["arn:aws:lambda"]}]}]'
    )
    command = (f"{put} --event-selectors={shlex.quote(everything)}",)
    unseen = "" if managed == ON else "the calls that its selectors leave out"
    yield Sight("management events", home, arn, managed, unseen=unseen, commands=command if unseen else ())
    unseen = (
        "" if data == ON else "which objects were read, written or deleted, and which functions were called"
    )
    yield Sight("data events", home, arn, data, unseen=unseen, commands=command if unseen else ())


def _selected(answer: Mapping[str, Any]) -> tuple[str, str]:
    """Say what is recorded of management events, and of data."""
    basic, advanced = answer.get("EventSelectors") or (), answer.get("AdvancedEventSelectors") or ()
    managed, data = OFF, OFF
    for one in basic:
        if one.get("IncludeManagementEvents", True):
            whole = one.get("ReadWriteType", "All") == "All" and not one.get("ExcludeManagementEventSources")
            managed = ON if whole or managed == ON else PARTLY
        if one.get("DataResources"):
            kinds = {str(resource.get("Type")) for resource in one["DataResources"]}
            data = ON if {"AWS::S3::Object", "AWS::Lambda::Function"} <= kinds else PARTLY
    for one in advanced:
        fields = {str(field.get("Field")): field for field in one.get("FieldSelectors") or ()}
        category = fields.get("eventCategory", {}).get("Equals") or ()
        if "Management" in category:
            managed = ON if fields.keys() == {"eventCategory"} or managed == ON else PARTLY
        elif "Data" in category:
            data = PARTLY
    return managed, data


def _time(value: Any) -> str:
    return str(value.isoformat() if hasattr(value, "isoformat") else value or "")

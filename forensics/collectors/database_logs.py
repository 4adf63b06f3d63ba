"""
Log files of databases: errors, slow queries, audits, connections. RDS keeps some for hours, most for days.

What a database writes to CloudWatch Logs is kept with the log groups.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from forensics.aws.ask import Refusal
from forensics.aws.row import DENIALS, FAILURES
from forensics.aws.tally import Tally
from forensics.collectors.portions import LINES_CUT, Portions
from forensics.collectors.spec import Call, Collector, Context, Each, Lane, Phase, Records, Step
from forensics.model import Coverage, Draft, Evidence, Kind, Outcome, Record

TOO_LARGE = "DatabaseLogsTooLarge"
"""Our own code: a database has more than `--max-log-group` allows."""

_FILES = Each(
    row="rds.DescribeDBLogFiles",
    select="DescribeDBLogFiles[].{LogFileName: LogFileName, LastWritten: LastWritten, Size: Size}",
    carry=("DBInstanceIdentifier",),
)
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class File:
    """A log file, as listed."""

    instance: str
    name: str
    written: int
    """When it was last written to, in milliseconds."""
    size: int

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> File:
        """Read what the list says."""
        written, size = said.get("LastWritten"), said.get("Size")
        return cls(
            str(said["DBInstanceIdentifier"]), str(said["LogFileName"]), int(written or 0), int(size or 0)
        )

    @property
    def title(self) -> str:
        """What it is called in the case: what was written to since is another."""
        return f"rds:{self.instance}/{self.name}#{self.written}-{self.size}"

    @property
    def request(self) -> Mapping[str, str]:
        """Parameters that name it."""
        return {"DBInstanceIdentifier": self.instance, "LogFileName": self.name}


@dataclass
class Downloading:
    """The log files of all databases of one region. `records()` is the whole of it."""

    context: Context
    files: Sequence[File]
    kept: int = 0

    def __post_init__(self) -> None:
        """Count from nothing."""
        self._tally = Tally(self.context.source)

    def records(self) -> Iterator[Record]:
        """Keep them, one database after the other, and close the source."""
        ordered = sorted(set(self.files), key=lambda file: (file.instance, -file.written, file.name))
        for instance, files in groupby(filter(self._wanted, ordered), key=lambda file: file.instance):
            yield from self._database(instance, list(files))
        yield self._coverage()

    def _wanted(self, file: File) -> bool:
        """Say whether it may hold what is of the window: not where it was last written to before."""
        window = self.context.window
        # One that does not say is taken.
        return window is None or not file.written or file.written >= _milliseconds(window.since)

    def _database(self, instance: str, files: Sequence[File]) -> Iterator[Record]:
        size, limit = sum(file.size for file in files), self.context.max_log_group
        if size > limit:
            message = (
                f"{len(files)} log files of {size} bytes of {instance} are more than {limit}: "
                f"--max-log-group {size} includes them"
            )
            refusal = Refusal(Outcome.TRUNCATED, TOO_LARGE, message, "", sure=True)
            self._tally.miss(refusal, {"DBInstanceIdentifier": instance, "Size": size}, 1)
            return
        for file in files:
            if self.context.holds(file.title):
                self.kept += 1
            elif (refused := self._given_up()) is not None:
                self._tally.miss(refused, file.request, 0)
            else:
                yield from self._file(file)

    def _given_up(self) -> Refusal | None:
        asker, last, tally = self.context.asker, self._tally.last, self._tally
        closed = asker.session.closed
        shut = closed.refusal(asker.source.region) or closed.mute(asker.service, asker.region)
        if shut is not None or last is None:
            return shut
        if last.again and tally.streak >= FAILURES:
            return last
        hopeless = last.outcome in {Outcome.DENIED, Outcome.DENIED_BY_SCP}
        return last if hopeless and not tally.answered and tally.refused >= DENIALS else None

    def _file(self, file: File) -> Iterator[Record]:
        portions = Portions(self.context.asker, file.request, self.context.draft)
        refusal = yield from portions.records()
        self._tally.requests += portions.requests
        self._tally.pages += portions.pages
        if refusal is not None:
            self._tally.refuse(refusal, file.request)
        if portions.cut:
            message = f"AWS cut off lines of {file.instance}'s logs that are longer than it hands out"
            cut = Refusal(Outcome.TRUNCATED, LINES_CUT, message, portions.ids[-1], sure=True)
            self._tally.miss(cut, file.request, portions.cut)
        if portions.draft is not None:
            yield from self._keep(file, portions, portions.draft, whole=refusal is None)

    def _keep(self, file: File, portions: Portions, draft: Draft, *, whole: bool) -> Iterator[Record]:
        """Keep what came of it: a file that was thrown away meanwhile is not to be had again."""
        # What is not as it was is no reason not to look again, and not to keep the same twice.
        title = file.title if whole and not portions.cut else f"{file.title}:{draft.sha256[:12]}"
        if self.context.holds(title):
            draft.discard()
            return
        draft.end()
        self.kept += 1
        source = self.context.source
        yield (
            Evidence(
                source=source,
                kind=Kind.LOG,
                name=title,
                folder=f"{source.account}/{source.region}/rds/logs",
                key=f"{file.instance}/{file.name}",
                draft=draft,
                first=portions.first,
                last=portions.last,
                about={
                    "file": file.name,
                    "first_request_id": portions.ids[0],
                    "instance": file.instance,
                    "last_request_id": portions.ids[-1],
                    "last_written": file.written,
                    "listed_size": file.size,
                    "size": draft.size,
                    "whole": whole,
                },
                requests=portions.requests,
                sensitive=True,
            ),
        )

    def _coverage(self) -> Coverage:
        gaps = self._tally.gaps
        outcome = Outcome.COLLECTED if self.kept else gaps[0].outcome if gaps else Outcome.EMPTY
        return self._tally.coverage(outcome)


def _milliseconds(moment: datetime) -> int:
    return (moment - _BEGINNING) // _MILLISECOND


def _logs(context: Context) -> Records:
    names = context.names.get(_FILES.row, ())
    yield from Downloading(context, [File.of(name) for name in names if name["LogFileName"]]).records()
    return {}


COLLECTOR = Collector(
    name="database_logs",
    about="log files of databases: errors, audits, connections",
    phase=Phase.EVENTS,
    calls=(
        Call(
            service="rds",
            operation="DescribeDBLogFiles",
            about="log files of each database: RDS throws most away within days",
            each=Each(
                row="rds.DescribeDBInstances",
                select="DBInstances[].{DBInstanceIdentifier: DBInstanceIdentifier}",
            ),
        ),
    ),
    steps=(
        Step(
            service="rds",
            operation="DownloadDBLogFilePortion",
            about="the log files that were written to in the window, byte for byte",
            run=_logs,
            parents={_FILES.row: _FILES},
            lane=Lane.BULK,
            sensitive=True,
            actions=("rds:DownloadDBLogFilePortion",),
        ),
    ),
)

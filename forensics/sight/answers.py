"""What AWS said of its own logging: from the transcripts of a case, or asked now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forensics import reading
from forensics.aws.accounts import whole
from forensics.collectors import catalogue, spec
from forensics.errors import FormatError
from forensics.model import GLOBAL, Exchange, Source
from forensics.readiness.holdings import Holdings
from forensics.readiness.listing import Listing
from forensics.standing import Standing

ROWS = (
    *("cloudtrail.DescribeTrails", "cloudtrail.GetEventSelectors", "cloudtrail.GetTrailStatus"),
    *("config.DescribeConfigurationRecorderStatus", "config.DescribeConfigurationRecorders"),
    *("ec2.DescribeFlowLogs", "ec2.DescribeInstances", "ec2.DescribeVpcs"),
    *("elb.DescribeLoadBalancerAttributes", "elb.DescribeLoadBalancers"),
    *("elbv2.DescribeLoadBalancerAttributes", "elbv2.DescribeLoadBalancers"),
    *("guardduty.GetDetector", "guardduty.ListDetectors", "logs.DescribeLogGroups"),
    "route53resolver.ListResolverQueryLogConfigAssociations",
    *("s3.GetBucketLogging", "s3.ListBuckets"),
)
"""What is looked at. A row that this program has not is said to be not asked."""


@dataclass(frozen=True, slots=True)
class Said:
    """One answer, and what it was asked about."""

    asked: Mapping[str, Any]
    answer: Mapping[str, Any]


@dataclass
class Answers:
    """All answers, by row and region, and why others are not there."""

    account: str
    regions: tuple[str, ...] = ()
    when: str = ""
    """When the last of it was asked; empty: now."""
    said: dict[tuple[str, str], list[Said]] = field(default_factory=dict)
    lacking: dict[tuple[str, str], str] = field(default_factory=dict)
    """Outcome and code of each row that was not answered whole."""
    refused: str = ""
    """Why nothing was asked of the account; else empty."""

    def of(self, row: str, region: str, member: str) -> Iterator[Mapping[str, Any]]:
        """Yield what the answers of a row list."""
        for one in self.said.get((row, region), ()):
            yield from one.answer.get(member) or ()

    def about(self, row: str, region: str) -> Iterator[Said]:
        """Yield the answers of a row that asks about names."""
        yield from self.said.get((row, region), ())

    def unknown(self, row: str, region: str) -> str:
        """Say why nobody knows what a row would have said; empty where it said it."""
        return self.lacking.get((row, region), "")

    def take(self, document: Mapping[str, Any], source: Source) -> None:
        """Take an exchange in."""
        place = (source.name, source.region)
        if reading.answered(document):
            try:
                said = Said(document["request"].get("parameters", {}), reading.answer(document))
            except FormatError as error:
                self.lacking[place] = str(error)
            else:
                self.said.setdefault(place, []).append(said)
        self.when = max(self.when, str(document["request"].get("sent", "")))


def of_case(path: Path) -> Iterator[Answers]:
    """Read a case or a bundle, account by account; raises as `Holdings.read` does."""
    standing = Holdings.read(path).standing
    for account, regions in sorted(standing.accounts.items()):
        if regions:
            yield _of_account(path, standing, Answers(account, tuple(sorted(regions))))
        else:
            closing = standing.coverage.get(whole(account))
            said = [f"{gap['outcome']}: {gap['code']}" for gap in closing.gaps] if closing else []
            yield Answers(account, refused="; ".join(said) or "not asked")


def _of_account(path: Path, standing: Standing, answers: Answers) -> Answers:
    for row in ROWS:
        for source in _sources(row, answers):
            closing = standing.coverage.get(source)
            if closing is None:
                answers.lacking[row, source.region] = "not asked"
                continue
            for gap in closing.gaps[:1]:
                answers.lacking[row, source.region] = f"{gap['outcome']}: {gap['code']}"
            if closing.transcript:
                _read(path / closing.transcript, source, answers)
    return answers


def _read(path: Path, source: Source, answers: Answers) -> None:
    try:
        for document in reading.lines(path):
            answers.take(document, source)
    except (FormatError, OSError) as error:
        answers.lacking[source.name, source.region] = f"cannot be read: {type(error).__name__}"


def _sources(row: str, answers: Answers) -> Iterator[Source]:
    """Yield where a row is asked."""
    service, _, operation = row.partition(".")
    found = catalogue.sources().get(row)
    everywhere = found is None or found[1].reach is spec.Reach.REGION
    for region in answers.regions if everywhere else (GLOBAL,):
        yield Source(answers.account, region, service, operation)


@dataclass
class Watching(Listing):
    """Asks the same rows now, and keeps their answers in memory."""

    answers: Answers = field(default_factory=lambda: Answers(""))

    def _exchange(self, exchange: Exchange) -> None:
        with self._lock:
            self.answers.take(exchange.document(), exchange.source)


def of_now(watching: Watching) -> Answers:
    """Ask; raises as `Listing.ask` does."""
    session = watching.session
    regions, opening = session.enabled_regions()
    watching.take(opening)
    answers = watching.answers
    answers.account, answers.regions = session.identity.account, tuple(regions)
    there = [row for row in ROWS if row in catalogue.sources()]
    watching.ask(there, regions)
    for gap in watching.gaps:
        answers.lacking[gap.source.name, gap.source.region] = f"{gap.outcome}: {gap.code}"
    for row in ROWS:
        for source in _sources(row, answers):
            if row not in there:
                answers.lacking[row, source.region] = "not asked"
    answers.when = ""
    return answers

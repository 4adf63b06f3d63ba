"""
The long tail: whatever else botocore can ask without an argument, and IAM calls reading, once at the end.

An attacker hides where nobody looks. Each service gets one source in each region, with all its operations in
one transcript and one coverage. What they are is a table (`swept.py`), so that a newer botocore asks no more
than was looked at; what has a row of its own, or a reason, is not asked again (`unswept.py`, `left_out.py`).
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from forensics.aws import codes, never, resolving
from forensics.aws.actions import action_of
from forensics.aws.ask import Answer, Refusal
from forensics.aws.row import empty
from forensics.aws.tally import Tally
from forensics.collectors.left_out import LEFT_OUT
from forensics.collectors.spec import Collector, Context, Phase, Reach, Records, Step
from forensics.collectors.swept import NONE, ONCE, SWEPT
from forensics.model import Coverage, Exchange, Outcome

NAME, OPERATION = "sweep", "Sweep"

LONGEST = timedelta(seconds=120)
"""Time that a service may take in a region: one that hangs, or lists without end, is left."""

DENIALS = 5
"""Operations of a service that are denied in a region, with none answered, after which it is left alone."""

ABSENT = (
    NONE
    | codes.GONE
    | codes.NOT_ENABLED
    | codes.UNSUPPORTED
    | {
        "AWSServiceAccessNotEnabledException",
        "AccountNotManagementOrDelegatedAdministratorException",
        "FeatureDisabled",
        "HomeRegionNotSetException",
        "InsightNotEnabledException",
        "NoAvailableOrganizationException",
        "NotConfiguredException",
        "NotEligibleException",
        "NotManagementAccountException",
        "NotSupportedService",
        "OperationDisabledException",
        "OptInRequiredException",
        "OrganizationNotInAllFeaturesModeException",
        "SecurityIncidentResponseNotActiveException",
        "ServiceAccessNotEnabledException",
        "ServiceQuotaTemplateNotInUseException",
        "TemplatesNotAvailableInRegionException",
        "UninitializedAccountException",
        "UnsupportedRegionException",
    }
)
"""Codes by which a service says that it was never set up here, or is not of this region: no gap."""

WANTS = frozenset(
    {
        "ApplicationNameRequiredException",
        "ArgumentException",
        "BadRequest",
        "BadRequestException",
        "BranchNameRequiredException",
        "CloudTrailARNInvalidException",
        "DeploymentGroupNameRequiredException",
        "IllegalArgumentException",
        "InvalidArgsException",
        "InvalidArgumentException",
        "InvalidInput",
        "InvalidInputException",
        "InvalidParameter",
        "InvalidParameterCombination",
        "InvalidParameterCombinationException",
        "InvalidParameterException",
        "InvalidParameterValue",
        "InvalidParameterValueException",
        "InvalidParameterValuesException",
        "InvalidParametersException",
        "InvalidRequest",
        "InvalidRequestException",
        "MissingParameter",
        "MissingParameterException",
        "MissingParameterValueException",
        "RepositoryNameRequiredException",
        "ValidationError",
        "ValidationException",
        "WAFInvalidParameterException",
    }
)
"""Codes of an operation that wants an argument, though its model does not say so: no evidence is in it."""

_DENIED = frozenset({Outcome.DENIED, Outcome.DENIED_BY_SCP})


@dataclass
class Sweeper:
    """One service in one region."""

    context: Context
    operations: Sequence[str]

    def __post_init__(self) -> None:
        """Count from nothing."""
        self.asker, self.session = self.context.asker, self.context.session
        self.tally = Tally(self.context.source)
        self.wanting: list[str] = []
        self.said = False
        self.end = self.context.clock() + LONGEST

    def records(self) -> Records:
        """Ask all, or say why not."""
        with self.session.passing(self.asker.service):
            known = self.session.operations(self.asker.service)
            if lacking := self._lacking(known):
                yield Coverage(self.context.source, Outcome.ABSENT, note=f"{codes.NOT_OFFERED}: {lacking}")
                return {}
            for operation in self.operations:
                if operation not in known:
                    self._miss(_UNKNOWN, operation)
                elif (shut := self._shut()) is not None:
                    self._miss(shut, operation)
                else:
                    yield from self._list(operation)
        yield self.tally.coverage(self._outcome(), self._note())
        return {}

    def _lacking(self, known: frozenset[str]) -> str:
        """Say why there is no such service here; nothing if there is, or nobody can know."""
        places, service, region = self.session.places, self.asker.service, self.asker.region
        if lacking := places.lacks(service, region):
            return lacking
        if places.listed(service) or not known:
            return ""
        like = self.session.client("ec2", region).meta.endpoint_url
        host = resolving.nowhere(self.session.client(service, region).meta.endpoint_url, like)
        return f"there is no host {host}" if host else ""

    def _shut(self) -> Refusal | None:
        closed, tally, last = self.session.closed, self.tally, self.tally.last
        if self.context.clock() > self.end:
            return _TOO_LONG
        denied = last is not None and last.outcome in _DENIED and not tally.answered
        given_up = last if denied and tally.refused >= DENIALS else None
        mute = closed.mute(self.asker.service, self.asker.region)
        return closed.refusal(self.context.source.region) or mute or given_up

    def _miss(self, refusal: Refusal, operation: str) -> None:
        self.tally.miss(refusal, {"Operation": operation}, 0)

    def _list(self, operation: str) -> Generator[Exchange, None, None]:
        asking = self.tally.counted(
            self.asker.pages({}, partial(self._take, operation), operation=operation, whole=True)
        )
        refusal = yield from self._in_time(asking)
        closed, source = self.session.closed, self.context.source
        if refusal is None or refusal.outcome is Outcome.TRUNCATED or refusal.code in ABSENT | WANTS:
            closed.answered(source.region)
        else:
            closed.refused(source.region, source.name, refusal)
        if refusal is None:
            return
        if refusal.code in ABSENT | WANTS:
            self.tally.absent += 1
            self.wanting += [operation] if refusal.code in WANTS else []
        else:
            self.tally.refuse(refusal, {"Operation": operation})

    def _in_time(
        self, asking: Generator[Exchange, None, Refusal | None]
    ) -> Generator[Exchange, None, Refusal | None]:
        """Pass exchanges on for as long as there is time."""
        while True:
            try:
                exchange = next(asking)
            except StopIteration as end:
                refusal: Refusal | None = end.value
                return refusal
            yield exchange
            if self.context.clock() > self.end:
                asking.close()
                return _TOO_LONG

    def _take(self, operation: str, answer: Answer) -> None:
        self.tally.pages += 1
        shape = self.session.output_shape(self.asker.service, operation)
        self.said |= not answer.whole or not empty(answer.values, shape)

    def _outcome(self) -> Outcome | None:
        if self.said:
            return Outcome.COLLECTED
        return Outcome.EMPTY if self.tally.pages else None

    def _note(self) -> str:
        wanting = f", of which these want an argument: {', '.join(self.wanting)}" if self.wanting else ""
        return f"{len(self.operations)} operations{wanting}"


_PATIENCE = f"the service took longer than {LONGEST.seconds} s here"
_TOO_LONG = Refusal(Outcome.TRUNCATED, codes.TIME_LIMIT, _PATIENCE, "", sure=True)
_UNKNOWN = Refusal(
    Outcome.UNSUPPORTED, codes.UNKNOWN_HERE, "the botocore that is installed is older than it", "", sure=True
)


def _sweep(context: Context, operations: Sequence[str]) -> Records:
    return (yield from Sweeper(context, operations).records())


def only(step: Step, operations: Sequence[str]) -> Step:
    """Give a step of the sweep that asks some of its operations, and no others."""
    return replace(step, run=partial(_sweep, operations=operations))


def _steps(asked: frozenset[tuple[str, str]]) -> Iterator[Step]:
    for service, names in SWEPT.items():
        operations = tuple(name for name in names.split() if (service, name) not in asked)
        if not operations:
            continue
        yield Step(
            service=service,
            operation=OPERATION,
            about=f"{len(operations)} more operations that need no argument",
            run=partial(_sweep, operations=operations),
            reach=Reach.GLOBAL if service in ONCE else Reach.REGION,
            sensitive=True,
            actions=tuple(sorted({action_of(service, operation) for operation in operations})),
        )


def rest(others: Sequence[Collector]) -> Collector:
    """Return the collector of what the others leave."""
    rows = frozenset((source.service, source.operation) for one in others for source in one.sources)
    kept = frozenset((service, name) for service, _, name in (one.partition(".") for one in never.NEVER))
    return Collector(
        name=NAME,
        about="the long tail: every other operation that reads and needs no argument",
        phase=Phase.SWEEP,
        steps=tuple(_steps(rows | kept | frozenset(LEFT_OUT))),
    )

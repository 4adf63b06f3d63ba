"""
What a run was told it may do: a plan that it keeps to, or a person's word on what it is about to do.

Both come before anything is changed. What a plan does not name is not made, whenever it turned up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from forensics import record
from forensics.aws.session import Session
from forensics.collectors import catalogue, spec
from forensics.collectors.kin import Kin
from forensics.errors import DeclinedError, DriftError
from forensics.model import Intent, Source
from forensics.planning import drift, estimate
from forensics.planning.document import Plan
from forensics.planning.survey import WORKERS, Found, Survey
from forensics.scope import Scope, Window

LOOKED_AT = frozenset(
    {"ec2.DescribeInstances", "ec2.DescribeRegions", "ec2.DescribeVolumes", "iam.ListUsers"}
)
"""Rows that are asked before all others, where somebody is asked or a plan is kept to: seconds."""
VOLUMES = "Volumes[].{id: VolumeId, gib: Size, on: (Attachments || `[]`)[].InstanceId}"
_SNAPSHOTS = frozenset({"CreateSnapshot", "CreateSnapshots"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a run is about to do, by a quick look: `calls` and `seconds` are at least."""

    account: str
    principal: str
    regions: tuple[str, ...]
    instances: int
    snapshots: int
    gib: int
    calls: int
    seconds: int
    cost: Mapping[str, int]
    """Millionths of a US dollar: `snapshots` for a month and at most, `requests`."""
    protect: Mapping[str, Any] = field(default_factory=dict)
    """What else was asked for that writes to AWS."""


Reading = Callable[[Source, str, Sequence[str]], Sequence[Mapping[str, Any]]]
"""Reads what is kept of a row: by JMESPath, with parameters to carry."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a run saw of its account."""

    session: Session
    scope: Scope
    window: Window
    tasks: catalogue.Tasks
    regions: Sequence[str]
    found: Reading
    done: frozenset[str]
    """Disks that the case has a snapshot of."""
    agreed: bool = False
    """Whether an earlier run was told to go on, which this one resumes."""

    @property
    def account(self) -> str:
        """The account that is looked at."""
        return self.session.identity.account

    def volumes(self, region: str) -> list[Mapping[str, Any]]:
        """Return the disks of a region that have no snapshot yet: `id`, `gib`, `on`."""
        source = Source(self.account, region, "ec2", "DescribeVolumes")
        return [one for one in self.found(source, VOLUMES, ()) if one["id"] not in self.done]

    def summary(self) -> Summary:
        """Estimate from this much."""
        survey = Survey(self.session, self.window, self.scope.max_log_group, self.tasks)
        kin = Kin(self.tasks)
        for task in [task for task in self.tasks if task.source.name in LOOKED_AT]:
            for name, child in kin.children(task).items():
                names = self.found(task.source, *child.select(task.source.name))
                survey.found[task.source, name] = Found(tuple(names))
        for region in self.regions:
            source = Source(self.account, region, "ec2", "DescribeVolumes")
            survey.found[source, "volumes"] = Found(tuple(self.volumes(region)))
        survey.run(frozenset({""}))
        made = estimate.mutations(survey, self.regions)
        estimate.complete(survey, made, ask=False)
        total = estimate.estimate(survey, made, WORKERS[spec.Lane.USUAL.value])
        return Summary(
            account=self.account,
            principal=self.session.identity.arn,
            regions=tuple(self.regions),
            instances=len({one["instance"] for one in made if one["instance"]}),
            snapshots=sum(len(one["volumes"]) for one in made),
            gib=total["gib"],
            calls=total["calls"],
            seconds=total["seconds"],
            cost=total["cost"],
            protect=record.protect_body(self.scope.protect),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What a run keeps to. With neither, it keeps to nothing but its scope."""

    plan: Plan | None = None
    narrows: Sequence[str] = ()
    """What the plan's file alone leaves out: `narrowing`."""
    consent: Callable[[Sequence[Summary]], bool] | None = None

    @property
    def looks(self) -> bool:
        """Say whether anything is to be looked at first."""
        return self.plan is not None or self.consent is not None

    def check_accounts(self, accounts: Sequence[str], lost: Mapping[str, str] = drift.NOTHING) -> None:
        """Raise `DriftError` where other accounts were planned than can be had; `lost` says why."""
        if self.plan is not None and (lines := drift.of_accounts(self.plan, accounts, lost)):
            raise DriftError(lines)

    def of_scope(
        self, scope: Scope, account: str, regions: Sequence[str], rows: Sequence[str]
    ) -> Sequence[str]:
        """Say in what the plan is of something else than the run over an account."""
        return [] if self.plan is None else drift.of_scope(self.plan, scope, account, regions, rows)

    def check(self, looks: Sequence[Look], write: Callable[[str, Mapping[str, Any]], None]) -> None:
        """
        Hold what was seen of each account against the plan, which goes on record, or ask, once for all.

        Raises `DriftError` where there is more to make than was planned, `DeclinedError` at a no.
        """
        if self.plan is not None:
            lines = [line for look in looks for line in self._drift(self.plan, look)]
            write("plan", self._entry(lines))
            if lines:
                raise DriftError(lines)
            return
        new = [look for look in looks if not look.agreed]
        if self.consent is not None and new and not self.consent([look.summary() for look in new]):
            raise DeclinedError

    def _drift(self, plan: Plan, look: Look) -> Iterator[str]:
        for region in look.regions:
            yield from drift.of_volumes(plan, look.account, region, look.volumes(region))

    def _entry(self, lines: Sequence[str]) -> dict[str, Any]:
        assert self.plan is not None  # noqa: S101 - the one caller has looked
        shown = list(lines[: drift.SHOWN])
        return {
            "drift": shown,
            "drift_left_out": len(lines) - len(shown),
            "made": self.plan.body["made"],
            "narrows": list(self.narrows),
            "sha256": self.plan.sha256,
            "tool": dict(self.plan.body["tool"]),
        }

    def permit(self, intent: Intent) -> None:
        """Raise `DriftError` for a snapshot that the plan does not name: it came up since."""
        if self.plan is None or intent.source.operation not in _SNAPSHOTS:
            return
        account, region = intent.source.account, intent.source.region
        planned, of = drift.volumes_of(self.plan, account, region), drift.of_account(self.plan, account)
        new = [str(volume) for volume in intent.detail.get("volumes", ()) if volume not in planned]
        if new:
            raise DriftError([f"+ volume {volume} in {region}{of}" for volume in new])

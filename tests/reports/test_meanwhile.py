"""The second pass: what changed while the case was made, from the kept transcripts alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import forensics
from forensics.collectors import every
from forensics.drill.server import Drill
from forensics.errors import Interrupted
from forensics.reports.meanwhile import Change, Meanwhile
from forensics.scope import Access, Progress, Scope
from tests.aws import models
from tests.collectors.play import REGION, session_on
from tests.nursery import Nursery

KEPT = frozenset({"iam", "second_pass", "trails"})
SCOPE = Scope(without=frozenset({one.name for one in every()} - KEPT))
"""Only what is read twice, so that it is quick."""
TRAIL = "arn:aws:cloudtrail:eu-west-1:222222222222:trail/harbour-trail"


@pytest.fixture(scope="module", autouse=True)
def _shared_models() -> Iterator[None]:
    with models.shared():
        yield


@pytest.fixture(scope="module")
def one_drill(nursery: Nursery) -> Iterator[Drill]:
    """Give an embedded AWS."""
    with nursery.drill() as drill:
        yield drill


@pytest.fixture
def drill(one_drill: Drill, monkeypatch: pytest.MonkeyPatch) -> Drill:
    """Give it freshly breached, with one region, and its credentials to this process."""
    one_drill.reset()
    one_drill.regions([REGION])
    for name, value in one_drill.environment.items():
        monkeypatch.setenv(name, value)
    return one_drill


def root(drill: Drill, service: str) -> Any:
    """Give a client that may do everything."""
    known = drill.root("222222222222")
    keys = {"access_key": known["AWS_ACCESS_KEY_ID"], "secret_key": known["AWS_SECRET_ACCESS_KEY"]}
    return session_on(drill, credentials=keys).client(service, REGION)


@dataclass
class Between:
    """Does something once: when all has been read for the first time."""

    deed: Callable[[], None]
    seen: list[str] = field(default_factory=list)

    def __call__(self, progress: Progress) -> None:
        """Take notice that a source was closed."""
        self.seen.append(progress.coverage.source.operation)
        if progress.total and progress.done == progress.total and self.deed is not _nothing:
            deed, self.deed = self.deed, _nothing
            deed()


def _nothing() -> None:
    return


def preserve(path: Path, on_progress: Callable[[Progress], None] = lambda _: None) -> forensics.Preserved:
    """Make one run."""
    with forensics.open_case(path) as case:
        return forensics.preserve(case, SCOPE, Access(pace=1_000), on_progress=on_progress)


def told(meanwhile: Meanwhile) -> set[tuple[str, str, str]]:
    """Give change, kind and id of each."""
    return {(one.change, one.kind, one.id) for one in meanwhile.changes}


def test_what_an_attacker_does_meanwhile(drill: Drill, tmp_path: Path) -> None:
    """A user, a key and a password are made, a role is changed, a user removed, a trail stopped: all show."""
    made: list[str] = []

    def deed() -> None:
        iam = root(drill, "iam")
        iam.create_user(UserName="mallory")
        made.append(iam.create_access_key(UserName="mallory")["AccessKey"]["AccessKeyId"])
        iam.create_login_profile(UserName="mallory", Password="correct-Horse-7-battery")
        iam.attach_role_policy(RoleName="web-server", PolicyArn="arn:aws:iam::222222222222:policy/deploy")
        root(drill, "cloudtrail").stop_logging(Name=TRAIL)

    root(drill, "cloudtrail").start_logging(Name=TRAIL)
    between = Between(deed)
    preserve(tmp_path / "case", between)
    assert made
    assert between.seen.index("GetAccountAuthorizationDetailsAtEnd") > between.seen.index("GetPolicyVersion")
    report = forensics.coverage(tmp_path / "case")
    changes = told(report.meanwhile)
    assert changes >= {
        ("created", "user", "mallory"),
        ("created", "access key", made[0]),
        ("created", "password", "mallory"),
        ("changed", "role", "web-server"),
        ("stopped", "logging of", TRAIL),
    }
    # The policy counts to how many it is attached.
    assert {kind for _, kind, _ in changes} <= {
        "access key",
        "logging of",
        "password",
        "policy",
        "role",
        "user",
    }
    document = json.loads(json.dumps(report.document()))["meanwhile"]
    assert document["since"] < document["until"]
    assert document["unknown"] == []
    role = next(one for one in document["changes"] if one["id"] == "web-server")
    assert role["fields"] == ["AttachedManagedPolicies"]
    lines = list(report.meanwhile.lines())
    assert "            created user mallory in global" in lines


def test_nothing_changed_and_once_more(drill: Drill, tmp_path: Path) -> None:
    """Where nothing did, that is said. A run with nothing to do reads nothing; one that goes on does."""
    case = tmp_path / "case"

    def stop() -> None:
        raise Interrupted(15)

    drill.deny("iam:GetAccountSummary")
    with pytest.raises(Interrupted):
        preserve(case, Between(stop))
    assert forensics.coverage(case).meanwhile == Meanwhile()
    assert not preserve(case).complete
    report = forensics.coverage(case)
    assert report.meanwhile.read == 7
    assert report.meanwhile.unknown == ()
    assert report.meanwhile.changes == ()
    assert any("nothing changed" in line for line in report.meanwhile.lines())
    drill.allow()
    root(drill, "iam").create_user(UserName="late")
    assert preserve(case).items > 1
    assert ("created", "user", "late") in told(forensics.coverage(case).meanwhile)
    assert preserve(case).items == 3  # who we are, which regions there are, and that we asked that
    assert forensics.verify(case).exit_code != 4


def test_refused_at_the_end(drill: Drill, tmp_path: Path) -> None:
    """What cannot be read again is a gap, and what became of it is unknown: not unchanged."""
    case = tmp_path / "case"
    assert not preserve(case, Between(lambda: drill.deny("iam:ListAccessKeys"))).complete
    meanwhile = forensics.coverage(case).meanwhile
    assert meanwhile.unknown == (
        "iam.ListAccessKeys in global: ListAccessKeysAtEnd was denied: AccessDenied",
    )
    assert any(line.startswith("unknown     iam.ListAccessKeys") for line in meanwhile.lines())
    (again,) = case.glob("data/*/global/iam/GetAccountAuthorizationDetailsAtEnd.jsonl")
    again.chmod(0o600)
    again.write_text("{}\n")
    assert "is not an exchange" in forensics.coverage(case).meanwhile.unknown[0]


def test_refused_from_the_beginning(drill: Drill, tmp_path: Path) -> None:
    """What was refused at first is not asked again: one gap, and unknown what became of it."""
    case = tmp_path / "case"
    drill.deny("iam:ListUsers")
    gaps = [gap for gap in preserve(case).gaps if gap.outcome is not forensics.Outcome.OUT_OF_SCOPE]
    assert [gap.source.operation for gap in gaps] == ["ListUsers"]
    meanwhile = forensics.coverage(case).meanwhile
    assert meanwhile.read == 4
    assert "iam.ListAccessKeys in global: ListAccessKeys was not asked" in meanwhile.unknown


def test_many() -> None:
    """A terminal is told of two hundred, and how many more there are."""
    changes = tuple(Change("user", f"{number}\x1b[2J", "global", "created") for number in range(300))
    lines = list(Meanwhile(1, "a", "b", changes).lines())
    assert len(lines) == 202
    assert not any("\x1b" in line for line in lines)
    assert lines[-1] == "            and 100 more (--json)"

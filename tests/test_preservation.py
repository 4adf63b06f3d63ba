"""Where asking meets keeping: the order of what is written, what is asked again, and how a run ends."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import forensics
from forensics import reading
from forensics.aws.closed import SILENCES
from forensics.collectors import catalogue
from forensics.drill.server import Drill
from forensics.errors import CaseError, CredentialsError, ForensicsError, Interrupted, UsageError
from forensics.formats.entry import Entry
from forensics.model import Coverage, Gap, Outcome, Source
from forensics.preserving import acquisition, keeping
from forensics.scope import Access, Preserved, Progress, Scope
from tests.e2e.run import LEAN
from tests.nursery import Nursery

Whole = tuple[Path, Preserved, tuple[bytes, ...]]
"""A case, what preserving it came to, and the secrets that it was preserved with."""

ACCESS = Access(pace=100)
SINCE = datetime.now(UTC) - timedelta(hours=4)
"""Leaves out the bulk of the logs: the trail was stopped five hours ago."""
LEFT_OUT = frozenset(one.removeprefix("--without=") for one in LEAN)
ALL = Scope(since=SINCE, without=LEFT_OUT)
HOME = Scope(regions=("eu-west-1",), since=SINCE, without=LEFT_OUT)


@pytest.fixture(scope="module")
def drill(nursery: Nursery) -> Iterator[Drill]:
    """Give an embedded AWS."""
    with nursery.drill() as drill:
        yield drill


@pytest.fixture
def aws(drill: Drill, monkeypatch: pytest.MonkeyPatch) -> Drill:
    """Give it freshly breached, with one region, and its credentials to this process."""
    drill.reset()
    drill.regions(["eu-west-1"])
    drill.waiting(seconds=0, polls=1)
    for name, value in drill.environment.items():
        monkeypatch.setenv(name, value)
    return drill


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Name a case."""
    return tmp_path / "case"


def _preserve(
    path: Path, scope: Scope = ALL, on_progress: Callable[[Progress], None] = lambda _: None
) -> Preserved:
    with forensics.open_case(path, examiner="Ana Ito") as case:
        preserved = forensics.preserve(case, scope, ACCESS, on_progress=on_progress)
    # Without what is said of the collectors that these tests leave out.
    told = (gap for gap in preserved.gaps if gap.source.operation != "*" or gap.source.service == "*")
    return replace(preserved, gaps=tuple(told))


ASKED_TOO = frozenset({"firehose", "logs", "organizations", "s3"})


def _ledger(path: Path) -> list[Entry]:
    return [Entry.parse(line) for line in (path / "ledger.jsonl").read_bytes().splitlines(keepends=True)]


def _asked(aws: Drill) -> set[str]:
    return {f"{call['service']}.{call['operation']}" for call in aws.calls()}


def _ending(path: Path) -> str:
    return str([item.body["outcome"] for item in _ledger(path) if item.type == "run.end"][-1])


@pytest.fixture(scope="module")
def whole(drill: Drill, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """Preserve once, to look at what came of it."""
    path = tmp_path_factory.mktemp("whole") / "case"
    drill.reset()
    drill.regions(["eu-west-1"])
    with pytest.MonkeyPatch.context() as patch:
        for name, value in drill.environment.items():
            patch.setenv(name, value)
        secrets = (
            drill.environment[name].encode() for name in ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
        )
        return path, _preserve(path), tuple(secrets)


def test_whole_run(whole: Whole) -> None:
    """All that is told of a run is in the ledger, in an order that a crash at any point leaves true."""
    path, preserved, _ = whole
    assert preserved.complete
    assert preserved.account == "222222222222"
    entries = _ledger(path)
    kinds = [item.type for item in entries]
    assert kinds[:2] == ["case.open", "run.start"]
    assert kinds[-1] == "run.end"
    assert kinds.count("item.add") == preserved.items
    assert _ending(path) == "complete"
    covered = {
        tuple(item.body[key] for key in ("region", "service", "operation"))
        for item in entries
        if item.type == "coverage"
    }
    assert len(covered) == preserved.sources
    started: set[str] = set()
    added: set[str] = set()
    for item in entries:
        match item.type:
            case "op.start":
                started.add(item.body["op"])
            case "aws.effect" | "op.end":
                assert item.body["op"] in started
            case "item.add":
                added.add(item.body["path"])
            case "coverage":
                assert set(item.body["items"]) <= added
    assert {effect.state for effect in preserved.effects} == {"completed"}


def test_transcripts(whole: Whole) -> None:
    """Each file is a transcript that can be read, of its source alone, with what a court would ask of it."""
    path, _, _ = whole
    for item in _ledger(path):
        if item.type == "item.add" and item.body["kind"] == "transcript":
            documents = list(reading.lines(path / item.body["path"]))
            assert len(documents) == item.body["requests"]
            for document in documents:
                request = document["request"]
                assert {key: request[key] for key in ("account", "region")} == {
                    key: item.body["source"][key] for key in ("account", "region")
                }
                # What streams also asks the bucket, the stream, and whose organization it is.
                assert request["service"] in {item.body["source"]["service"], *ASKED_TOO}
                assert (
                    item.body["first"]
                    <= request["sent"]
                    <= document["response"]["received"]
                    <= item.body["last"]
                )
                assert request["principal"].endswith("/responder")
                assert document["response"]["request_id"]


def test_no_credentials_are_kept(whole: Whole) -> None:
    """Neither secret nor token of the responder is anywhere in the case."""
    path, _, secrets = whole
    assert all(secrets)
    for file in path.rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            assert not any(secret in data for secret in secrets), file


@pytest.mark.usefixtures("aws")
def test_progress(path: Path) -> None:
    """Progress goes up by one, to all of them, and never beyond."""
    told: list[Progress] = []
    _preserve(path, on_progress=told.append)
    assert [one.done for one in told[-5:]] == list(range(told[-1].total - 4, told[-1].total + 1))
    assert all(one.done <= one.total or one.total == 0 for one in told)


def test_again_asks_for_what_is_missing_alone(aws: Drill, path: Path) -> None:
    """What is kept is not asked again; names that the missing ask about come from what was kept."""
    aws.deny("iam:ListAccessKeys")
    assert not _preserve(path).complete
    assert _ending(path) == "gaps"
    aws.allow()
    aws.clear_calls()
    assert _preserve(path).complete
    missing = {"iam.ListAccessKeys", "iam.GetAccessKeyLastUsed"}
    again = {f"{of.service}.{getattr(of, 'asks', '')}" for _, of in catalogue.sources().values()}
    assert _asked(aws) - (again - missing) == {"sts.GetCallerIdentity", "ec2.DescribeRegions", *missing}
    assert _preserve(path).items == 3  # who we are, which regions there are, and that we asked that


def test_parent_that_cannot_be_read(aws: Drill, path: Path) -> None:
    """A kept transcript that went bad costs the rows that ask about its names, as gaps, and nothing else."""
    aws.deny("iam:ListAccessKeys")
    aws.deny("ec2:DescribeVpcs")
    _preserve(path)
    aws.allow()
    users = path / "data/222222222222/global/iam/ListUsers.jsonl"
    users.chmod(0o600)
    users.write_bytes(b"not an exchange\n")
    preserved = _preserve(path)
    assert [(gap.source.name, gap.outcome, gap.code) for gap in preserved.gaps] == [
        ("iam.ListAccessKeys", Outcome.FAILED, "FormatError")
    ]
    users.unlink()
    preserved = _preserve(path)
    assert [(gap.source.name, gap.code) for gap in preserved.gaps] == [
        ("iam.ListAccessKeys", "FileNotFoundError")
    ]
    assert forensics.verify(path).exit_code == 4


def test_what_only_failed_is_asked_twice(aws: Drill, path: Path) -> None:
    """What may be otherwise a moment later gets its second try within the run; what was denied does not."""
    aws.fault(
        service="ec2", operation="DescribeInternetGateways", kind="error", code="Odd", status=400, times=1
    )
    aws.deny("ec2:DescribeNatGateways")
    preserved = _preserve(path)
    assert {gap.source.name for gap in preserved.gaps} == {"ec2.DescribeNatGateways"}
    asked = [call["operation"] for call in aws.calls()]
    assert (asked.count("DescribeInternetGateways"), asked.count("DescribeNatGateways")) == (2, 1)


@pytest.mark.torture
def test_a_region_that_hangs(aws: Drill, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It holds up nobody for long: a few timeouts, and the rest of it is a gap with the exact reason."""
    aws.regions(["eu-west-1", "us-east-1"])
    monkeypatch.setattr("forensics.aws.clients.READ_TIMEOUT", 2.0)
    aws.fault(service="ec2", region="us-east-1", kind="delay", seconds=15)
    preserved = _preserve(path)
    assert {(gap.source.region, gap.source.service) for gap in preserved.gaps} == {("us-east-1", "ec2")}
    assert {(gap.outcome, gap.code) for gap in preserved.gaps} == {(Outcome.FAILED, "ReadTimeoutError")}
    assert len(preserved.gaps) > 20
    hung = [call for call in aws.calls() if (call["service"], call["region"]) == ("ec2", "us-east-1")]
    assert len(hung) <= 2 * (acquisition.WORKERS[""] + SILENCES)


@pytest.mark.torture
def test_snapshots_that_fail(aws: Drill, path: Path) -> None:
    """One more of each within the run, no third in any later one, and never silence."""
    aws.waiting(seconds=0, fails=True)
    for _ in range(2):
        preserved = _preserve(path)
        assert {(gap.source.name, gap.code) for gap in preserved.gaps} == {
            ("ec2.SnapshotProgress", "GivenUp")
        }
        counts = Counter(effect.detail["volume"] for effect in preserved.effects)
        assert set(counts.values()) == {2}


def test_out_of_scope(aws: Drill, path: Path) -> None:
    """A region that was left out is told of and is not missing; asked for later, it is kept after all."""
    aws.regions(["eu-west-1", "us-east-1"])
    preserved = _preserve(path, HOME)
    assert preserved.complete
    assert [(gap.source.region, gap.outcome) for gap in preserved.gaps] == [
        ("us-east-1", Outcome.OUT_OF_SCOPE)
    ]
    assert _preserve(path).complete
    assert (path / "data/222222222222/us-east-1/ec2/DescribeInstances.jsonl").exists()


@pytest.mark.torture
def test_left_out_later(aws: Drill, path: Path) -> None:
    """A region that was kept stays kept, in what is said of the case, though a later run leaves it out."""
    aws.regions(["eu-west-1", "us-east-1"])
    aws.deny("ec2:DescribeInternetGateways")
    assert not _preserve(path).complete
    aws.allow()
    preserved = _preserve(path, HOME)
    assert [(gap.source.region, gap.source.name) for gap in preserved.gaps] == [
        ("us-east-1", "ec2.DescribeInternetGateways")
    ], "not asked again, and not forgotten"
    cells = [cell for cell in forensics.coverage(path).cells if cell.source.service not in LEFT_OUT]
    assert {cell.outcome for cell in cells}.isdisjoint({Outcome.OUT_OF_SCOPE})
    assert _preserve(path).complete


# -- endings


def test_sealed(aws: Drill, path: Path) -> None:
    """A sealed case takes no more, and AWS is not asked."""
    with forensics.open_case(path) as case:
        forensics.seal(case, derive=forensics.derive)
        with pytest.raises(ForensicsError, match="sealed") as refused:
            forensics.preserve(case, ALL, ACCESS)
    assert refused.value.hint
    assert aws.calls() == []


@pytest.mark.parametrize("by", ["key", "arn"])
def test_suspect(aws: Drill, path: Path, by: str) -> None:
    """The suspect's credentials are refused before anything is asked but who they are."""
    arn = "arn:aws:sts::222222222222:assumed-role/ForensicsCollector/responder"
    named = aws.environment["AWS_ACCESS_KEY_ID"] if by == "key" else arn
    with pytest.raises(UsageError, match="suspect"):
        _preserve(path, Scope(suspect_keys=frozenset({named, "AKIAOTHER"})))
    assert _asked(aws) == {"sts.GetCallerIdentity"}
    assert [item.type for item in _ledger(path)] == ["case.open"]


@pytest.mark.usefixtures("aws")
def test_other_suspect(path: Path) -> None:
    """Another's key in the list is no obstacle, and is on record."""
    assert _preserve(path, replace(HOME, suspect_keys=frozenset({"AKIAOTHER"}))).complete
    (start,) = (item for item in _ledger(path) if item.type == "run.start")
    assert start.body["suspects"] == ["AKIAOTHER"]


def test_expired(aws: Drill, path: Path) -> None:
    """Credentials that expire end the run as that, everything so far kept."""
    aws.fault(service="ec2", operation="DescribeSubnets", kind="expired", times=1)
    with pytest.raises(CredentialsError):
        _preserve(path)
    assert _ending(path) == "expired"
    verdict = forensics.verify(path)
    assert verdict.exit_code == 3, [finding for check in verdict.checks for finding in check.findings]


def test_refused_by_one_operation(aws: Drill, path: Path) -> None:
    """A signature that one operation does not like ends nothing: its gap, and all else is kept."""
    code = "SignatureDoesNotMatch"
    aws.fault(service="ec2", operation="DescribeInternetGateways", kind="error", code=code, status=403)
    preserved = _preserve(path)
    (refused,) = preserved.gaps
    assert (refused.source.name, refused.outcome, refused.code) == (
        "ec2.DescribeInternetGateways",
        Outcome.FAILED,
        code,
    )
    assert _ending(path) == "gaps"


@pytest.mark.usefixtures("aws")
def test_interrupted(path: Path) -> None:
    """An interruption in the midst of it ends the run as that; the next one completes it."""

    def stop(progress: Progress) -> None:
        if progress.done == 20:
            raise Interrupted(2)

    with pytest.raises(Interrupted):
        _preserve(path, on_progress=stop)
    assert _ending(path) == "interrupted"
    assert forensics.verify(path).exit_code == 3
    assert _preserve(path).complete


@pytest.mark.usefixtures("aws")
def test_stopped_by_something_else(path: Path) -> None:
    """Whatever else ends a run, its end is written."""

    def fall(_: Progress) -> None:
        raise KeyError

    with pytest.raises((KeyError, ForensicsError)):
        _preserve(path, on_progress=fall)
    assert _ending(path) == "failed"


@pytest.mark.usefixtures("aws")
def test_closed_case(path: Path) -> None:
    """A case that was closed takes nothing."""
    with forensics.open_case(path) as case:
        pass
    with pytest.raises((CaseError, ForensicsError)):
        forensics.preserve(case, HOME, ACCESS)


# -- parts


ROW = Source("111122223333", "eu-west-1", "ec2", "DescribeInstances")


@pytest.mark.parametrize(
    ("coverage", "wanted"),
    [
        (Coverage(ROW, Outcome.DENIED, gaps=(Gap(ROW, Outcome.DENIED, "X", ""),)), [("a", "b")]),
        (Coverage(ROW, Outcome.COLLECTED, gaps=(Gap(ROW, Outcome.DENIED, "X", ""),)), [()]),
        (Coverage(ROW, Outcome.EMPTY), []),
        (Coverage(ROW, Outcome.DENIED, gaps=(Gap(ROW, Outcome.DENIED, "X", ""),) * 2), [("a", "b"), ()]),
    ],
    ids=["failed", "in part", "empty", "twice"],
)
def test_with_below(coverage: Coverage, wanted: list[tuple[str, ...]]) -> None:
    """Only the first gap of a row that failed as a whole says what was lost with it."""
    assert [gap.also for gap in keeping._with_below(coverage, ("a", "b")).gaps] == wanted


def test_ledger_is_json(whole: Whole) -> None:
    """Every line is JSON for whoever has nothing of ours."""
    path, _, _ = whole
    for line in (path / "ledger.jsonl").read_text(encoding="utf-8").splitlines():
        assert json.loads(line)["v"] == 1

"""The coverage of a case: every source and region, empty and denied never alike."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from forensics import record
from forensics.cli import status
from forensics.errors import IntegrityError, UsageError
from forensics.model import EVERYTHING, Coverage, Effect, Gap, Intent, Outcome, Settled, Source
from forensics.reports.coverage import CoverageReport, coverage
from tests.verifier import build

VPCS = Source("123456789012", "eu-west-1", "ec2", "DescribeVpcs")
VPCS_US = Source("123456789012", "us-east-1", "ec2", "DescribeVpcs")
USERS = Source("123456789012", "global", "iam", "ListUsers")
KEYS = Source("123456789012", "global", "iam", "ListAccessKeys")
WHOLE = Source("123456789012", "ap-east-1", EVERYTHING, EVERYTHING)
DENIED = Gap(USERS, Outcome.DENIED, "AccessDenied", "no \x1b[2J", "req-1", 3, ({"A": "b"},), ("iam.X",))
START = {"account": "123456789012", "principal": "arn:aws:iam::1:user/ana", "regions": ["eu-west-1"]}


def _case(root: Path, *deeds: build.Deed, ended: str = "complete") -> Path:
    ledger = build.Ledger()
    ledger.add("case.open", build.opening())
    ledger.add("run.start", {**START, "run": "r1"})
    for kind, body in deeds:
        ledger.add(kind, body)
    if ended:
        ledger.add("run.end", {"run": "r1", "outcome": ended, "gaps": 0, "items": 0})
    build.put(root / "ledger.jsonl", b"".join(ledger.lines))
    return root


def _covered(source: Source, outcome: Outcome = Outcome.COLLECTED, *gaps: Gap, items: int = 0) -> build.Deed:
    body = record.coverage_body(Coverage(source, outcome, requests=2, pages=3, absent=1, gaps=gaps))
    return "coverage", {**body, "items": [f"data/x{number}" for number in range(items)]}


def _rows(report: CoverageReport) -> dict[str, list[str]]:
    return {line.split()[0]: line.split()[1:] for line in report.table()}


def test_a_plan_that_was_narrowed(tmp_path: Path) -> None:
    """Logs of a time that a plan alone left out are out of scope nowhere: it was told before the run only."""
    plan = {"drift": [], "narrows": ["without \x1b[2J", "logs from before 2031-06-01"], "sha256": "0" * 64}
    again = {**plan, "narrows": ["logs from before 2031-06-01"]}
    refused = {**plan, "narrows": ["regions but x"], "drift": ["+ volume vol-1"]}
    case = _case(tmp_path, ("plan", plan), ("plan", again), ("plan", refused), _covered(VPCS))
    report = coverage(case)
    assert report.narrows == tuple(plan["narrows"])
    assert report.document()["narrows"] == plan["narrows"]
    told = CliRunner().invoke(status.command, [str(case)]).stdout
    assert (
        "plan        the file of a plan, and no command line, left out: logs from before 2031-06-01\n" in told
    )
    assert "\x1b" not in told


def test_complete(tmp_path: Path) -> None:
    """A case of which nothing is missing, as values."""
    data = b"x" * 7
    case = _case(
        tmp_path,
        ("item.add", build.item(build.ITEM, data)),
        _covered(VPCS, items=2),
        _covered(VPCS_US, Outcome.EMPTY),
        _covered(USERS, Outcome.ABSENT),
    )
    report = coverage(case)
    assert report.complete
    assert not report.running
    assert not report.sealed
    assert (report.kind, report.account, report.entries, report.items, report.bytes) == (
        "case",
        "123456789012",
        7,
        1,
        7,
    )
    assert [cell.source for cell in report.cells] == [VPCS, VPCS_US, USERS]
    cell = report.cells[0]
    assert (cell.outcome, cell.requests, cell.pages, cell.absent) == (Outcome.COLLECTED, 2, 3, 1)
    assert cell.items == ("data/x0", "data/x1")
    assert report.gaps == ()
    (run,) = report.runs
    assert (run.id, run.outcome, run.regions) == ("r1", "complete", ("eu-west-1",))


def test_table(tmp_path: Path) -> None:
    """A source a line; kept, empty, absent and missing in columns of their own; why and where at the end."""
    throttled = Gap(VPCS_US, Outcome.THROTTLED, "Throttling", "slow down")
    left_out = Gap(WHOLE, Outcome.OUT_OF_SCOPE, "", "")
    case = _case(
        tmp_path,
        _covered(VPCS),
        _covered(VPCS_US, Outcome.COLLECTED, throttled),
        _covered(USERS, Outcome.DENIED, DENIED),
        _covered(KEYS, Outcome.EMPTY),
        _covered(WHOLE, Outcome.OUT_OF_SCOPE, left_out),
        ended="gaps",
    )
    assert list(coverage(case).table()) == [
        "source                 kept    empty   absent  missing",
        "(whole region)            -        -        -        -  out-of-scope in ap-east-1",
        "ec2.DescribeVpcs          1        -        -        1  throttled in us-east-1",
        "iam.ListAccessKeys        -        1        -        -",
        "iam.ListUsers             -        -        -        1  denied in global",
    ]


def test_table_of_nothing(tmp_path: Path) -> None:
    """A case in which nothing was asked has a head and no lines, and is not complete."""
    report = coverage(_case(tmp_path))
    assert len(list(report.table())) == 1
    ledger = build.Ledger()
    ledger.add("case.open", build.opening())
    build.put(tmp_path / "new/ledger.jsonl", ledger.lines[0])
    assert not coverage(tmp_path / "new").complete


def test_latest_word_counts(tmp_path: Path) -> None:
    """A source that was asked again is what it came to last."""
    case = _case(tmp_path, _covered(USERS, Outcome.DENIED, DENIED), _covered(USERS, Outcome.EMPTY))
    report = coverage(case)
    assert report.complete
    assert _rows(report)["iam.ListUsers"] == ["-", "1", "-", "-"]


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome.is_gap])
def test_every_gap_is_missing_but_what_was_left_out(tmp_path: Path, outcome: Outcome) -> None:
    """Every gap makes the case incomplete, except what the user did not want; all are shown."""
    report = coverage(_case(tmp_path, _covered(USERS, outcome, Gap(USERS, outcome, "Code", "words"))))
    assert report.complete == (outcome is Outcome.OUT_OF_SCOPE)
    assert f"{outcome} in global" in "\n".join(report.table())
    assert [gap.outcome for gap in report.gaps] == [outcome]


@pytest.mark.parametrize("ended", ["", "expired", "interrupted", "no-space", "failed"])
def test_run_that_did_not_end_well(tmp_path: Path, ended: str) -> None:
    """A case whose last run did not come to its end is not complete."""
    report = coverage(_case(tmp_path, _covered(VPCS), ended=ended))
    assert not report.complete
    assert report.running == (not ended)


def test_effects_and_intents(tmp_path: Path) -> None:
    """What was made in AWS, in its latest state; what nobody knows of keeps the case incomplete."""
    intent = Intent("o1", VPCS, {"VolumeId": "vol-1"}, "snapshot of vol-1")
    effect = Effect("o1", VPCS, "snapshot", "snap-1", "pending")
    done = Effect("o1", VPCS, "snapshot", "snap-1", "completed", {"size": 8})
    begun = ("op.start", record.intent_body(intent))
    report = coverage(_case(tmp_path / "a", begun, ("aws.effect", record.effect_body(effect))))
    assert report.unsettled == (intent,)
    assert report.effects == (effect,)
    assert not report.complete
    ending = ("op.end", record.settled_body(Settled("o1", Outcome.COLLECTED)))
    report = coverage(_case(tmp_path / "b", begun, ("aws.effect", record.effect_body(done)), ending))
    assert report.unsettled == ()
    assert report.effects == (done,)
    assert report.complete


def test_document(tmp_path: Path) -> None:
    """The document is JSON, holds the matrix in full, and hostile text as it was sent."""
    intent = Intent("o1", VPCS, {}, "about")
    case = _case(
        tmp_path,
        _covered(USERS, Outcome.DENIED, DENIED),
        ("op.start", record.intent_body(intent)),
        ("aws.effect", record.effect_body(Effect("o1", VPCS, "snapshot", "snap-1", "pending"))),
    )
    document = json.loads(json.dumps(coverage(case).document()))
    assert document["format"] == "forensics-coverage/1"
    assert document["missing"] == 1
    assert document["complete"] is False
    (cell,) = document["cells"]
    assert cell["outcome"] == "denied"
    assert cell["gaps"] == [
        {
            "also": ["iam.X"],
            "code": "AccessDenied",
            "count": 3,
            "examples": [{"A": "b"}],
            "message": "no \x1b[2J",
            "outcome": "denied",
            "request_id": "req-1",
        }
    ]
    assert document["effects"][0]["id"] == "snap-1"
    assert document["unsettled"][0]["op"] == "o1"
    assert document["runs"][0]["run"] == "r1"


def test_note(tmp_path: Path) -> None:
    """What stands beside a source that is whole is given too; a ledger without it has none."""
    noted = record.coverage_body(Coverage(VPCS, Outcome.COLLECTED, note="not of one \x1b moment"))
    _, bare = _covered(VPCS_US)
    del bare["note"]
    report = coverage(_case(tmp_path, ("coverage", noted), ("coverage", bare)))
    assert [cell.note for cell in report.cells] == ["not of one \x1b moment", ""]
    assert report.document()["cells"][0]["note"] == "not of one \x1b moment"
    shown = CliRunner().invoke(status.command, [str(tmp_path)], standalone_mode=False)
    assert "note        ec2.DescribeVpcs in eu-west-1: not of one \\x1b moment\n" in shown.stdout


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """Return a bundle whose entries are the writer's own, but for its seal."""
    ledger = build.Ledger()
    ledger.add("case.open", build.opening())
    kind, body = _covered(VPCS)
    ledger.add(kind, body)
    ledger.add("bundle.seal", {})
    build.put(tmp_path / "bundle/ledger/ledger.jsonl", b"".join(ledger.lines))
    build.put(tmp_path / "bundle/bagit.txt", b"")
    return tmp_path / "bundle"


def test_sealed(bundle: Path) -> None:
    """A bundle says that it is sealed."""
    report = coverage(bundle)
    assert report.kind == "bundle"
    assert report.sealed


def test_torn_tail(tmp_path: Path) -> None:
    """A case that is being written is told of up to its last whole line."""
    case = _case(tmp_path, _covered(VPCS))
    with (case / "ledger.jsonl").open("ab") as ledger:
        ledger.write(b'{"actor":"')
    assert coverage(case).entries == 4


def _gapped(**changes: object) -> build.Deed:
    body = _covered(USERS, Outcome.DENIED, DENIED)[1]
    return "coverage", {**body, "gaps": [{**body["gaps"][0], **changes}]}


BAD: dict[str, build.Deed] = {
    "no-account": ("run.start", {"run": "r2"}),
    "no-run": ("run.start", {"account": "1"}),
    "unknown-run": ("run.end", {"run": "r9", "outcome": "complete"}),
    "run-is-a-list": ("run.end", {"run": [], "outcome": "complete"}),
    "no-outcome": ("coverage", {**record.source_body(VPCS)}),
    "unknown-outcome": ("coverage", {**_covered(VPCS)[1], "outcome": "fine"}),
    "gaps-are-text": ("coverage", {**_covered(VPCS)[1], "gaps": "none"}),
    "gaps-of-nothing": ("coverage", {**_covered(VPCS)[1], "gaps": [{}]}),
    "items-missing": ("coverage", {**_covered(VPCS)[1], "items": None}),
    "requests-are-text": ("coverage", {**_covered(VPCS)[1], "requests": "many"}),
    "source-is-a-list": ("coverage", {**_covered(VPCS)[1], "region": []}),
    "no-size": ("item.add", {"path": "data/x"}),
    "no-op": ("op.start", {}),
    "no-effect": ("aws.effect", {"op": "o1"}),
    "also-of-numbers": _gapped(also=[1]),
    "message-is-a-number": _gapped(message=1),
    "code-is-missing": _gapped(code=None),
    "count-is-missing": ("coverage", {**_covered(VPCS)[1], "gaps": [{"outcome": "denied"}]}),
    "account-is-a-number": ("run.start", {"run": "r2", "account": 1}),
    "effect-of-a-number": (
        "aws.effect",
        {**record.effect_body(Effect("o1", VPCS, "k", "i", "s")), "state": 1},
    ),
}


@pytest.mark.parametrize("name", sorted(BAD))
def test_body_that_is_not_ours(tmp_path: Path, name: str) -> None:
    """An entry that the writer would not have written is an error that names its line, not a traceback."""
    with pytest.raises(IntegrityError, match="line 3"):
        coverage(_case(tmp_path, BAD[name])).document()


def test_not_a_case(tmp_path: Path) -> None:
    """What is no case is an error of usage."""
    for path in (tmp_path, tmp_path / "gone"):
        with pytest.raises(UsageError):
            coverage(path)


def test_chain_is_checked(tmp_path: Path) -> None:
    """A line that was changed is not told of as if it were true."""
    case = _case(tmp_path, _covered(USERS, Outcome.DENIED, DENIED))
    ledger = case / "ledger.jsonl"
    ledger.write_bytes(ledger.read_bytes().replace(b'"denied","pages"', b'"empty","pages"'))
    with pytest.raises(IntegrityError, match="does not follow"):
        coverage(case)


def test_many_regions_and_long_names(tmp_path: Path) -> None:
    """A name of any length widens its own line alone."""
    long = Source("123456789012", "eu-west-1", "s", "x" * 500)
    deeds: list[Any] = [_covered(long), _covered(VPCS)]
    lines = list(coverage(_case(tmp_path, *deeds)).table())
    assert len(lines[0]) < 120
    assert lines[2].startswith("s.xxx")

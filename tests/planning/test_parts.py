"""What an estimate is made of: prices, densities, mutations, and what is gone first."""

from __future__ import annotations

import gzip
import json
import re
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from forensics.aws.names import Batch
from forensics.collectors import spec
from forensics.errors import DeclinedError, DriftError
from forensics.model import Intent, Source
from forensics.planning import drift, estimate, events, perishing, prices, survey
from forensics.planning.agreement import Agreement
from forensics.planning.document import Plan
from forensics.planning.planner import PHASES, rows_digest, scope_body
from forensics.planning.survey import Found
from forensics.scope import Lock, Protect, Scope
from tests.planning.test_document import ACCOUNT, BODY

NOW = datetime(2031, 5, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("region", "name"),
    [
        ("us-east-1", "americas and europe"),
        ("eu-central-2", "americas and europe"),
        ("ap-east-1", "asia, pacific, middle east"),
        ("me-south-1", "asia, pacific, middle east"),
        ("sa-east-1", "south america, africa"),
        ("af-south-1", "south america, africa"),
        ("us-gov-west-1", "government"),
        ("us-iso-east-1", "china, and partitions without a list"),
        ("cn-north-1", "china, and partitions without a list"),
        ("global", "americas and europe"),
    ],
)
def test_classes(region: str, name: str) -> None:
    """Every region has a class, and with it a price of everything."""
    assert prices.class_of(region) == name
    assert all(prices.price(charge, region) > 0 for charge in prices.CHARGES)


def test_cost() -> None:
    """A terabyte of snapshots costs what the list says, and reading it later more."""
    cost = prices.cost("us-east-1", gib=1_024, gets=10_000, lists=1_000, size=2**30)
    assert cost["snapshots"] == 1_024 * 55_000
    assert cost["image"] == 1_024 * (2_048 * 3 + 90_000)
    assert (cost["egress"], cost["kms"], cost["requests"]) == (90_000, 30_000, 4_400 + 5_500)
    assert re.fullmatch(r"20\d\d-\d\d", prices.DATED)


@pytest.mark.parametrize(
    ("regions", "said"),
    [
        ([], []),
        (["us-east-1", "eu-west-1", "global"], []),
        (["ap-south-1", "us-east-1"], ["snapshots, reads of blocks in asia, pacific, middle east"]),
        (["sa-east-1"], ["reads of blocks, transfer in south america, africa"]),
        (["us-gov-west-1"], ["snapshots, reads of blocks, transfer in government"]),
        (
            ["cn-north-1"],
            ["snapshots, reads of blocks, requests, transfer, KMS in china, and partitions without a list"],
        ),
    ],
)
def test_what_is_from_memory_is_said(regions: list[str], said: list[str]) -> None:
    """A figure that no list of AWS's confirms is named, for the regions that it is about."""
    assert list(prices.unconfirmed_prices(regions)) == said


def _page(end: datetime, seconds: float, *, more: bool = True) -> events._Probe:
    times = [end - timedelta(seconds=seconds * number / 49) for number in range(50)]
    answer: dict[str, Any] = {"Events": [{"EventTime": time} for time in times]}
    return events._Probe({**answer, "NextToken": "x"} if more else answer, end, 1)


def test_density() -> None:
    """Pages between two probes follow the sparser of them: a burst is soon over."""
    busy, quiet = _page(NOW, 50), _page(NOW - timedelta(days=10), 86_400)
    days = events._between(busy, quiet, NOW - timedelta(days=90))
    assert 10 < days < 25
    assert events._between(quiet, None, NOW - timedelta(days=20)) == pytest.approx(9, abs=0.2)
    nothing = events._Probe({}, NOW, 1)
    assert events._between(nothing, nothing, NOW) == 0
    assert list(events._pairs([quiet])) == [(quiet, None)]
    assert list(events._pairs([_page(NOW, 1, more=False)])) == []


def test_log_groups_by_their_size() -> None:
    """A page holds a megabyte; what is too large is not read, and an empty one is asked once."""
    groups = [{"storedBytes": 0}, {"storedBytes": 5 * 2**20}, {"storedBytes": 2**40}, {}]
    assert events.filtered(groups, 2**30) == (8, 5 * 2**20)


def test_mutations() -> None:
    """One call for all disks of an instance, one for each that is left over, and none twice."""
    found: list[dict[str, Any]] = [
        {"id": "vol-1", "gib": 8, "on": ["i-1"]},
        {"id": "vol-2", "gib": 4, "on": ["i-1", "i-2"]},
        {"id": "vol-3", "gib": None, "on": []},
        {"id": "vol-4", "gib": 1, "on": ["i-2"]},
    ]
    made = list(estimate._of_region("eu-west-1", found))
    assert [(one["operation"], one["instance"], one["volumes"], one["gib"]) for one in made] == [
        ("CreateSnapshots", "i-1", ["vol-1", "vol-2"], 12),
        ("CreateSnapshot", "", ["vol-3"], 0),
        ("CreateSnapshot", "", ["vol-4"], 1),
    ]


def test_calls_of_rows_that_are_not_asked() -> None:
    """One for each of its parameters and names, fewer where many go into one."""
    call = spec.Call(service="x", operation="Get", about="x", params=({"a": 1}, {"a": 2}))
    assert survey._calls(call, Found()) == 2
    each = spec.Each(row="x.List", select="a")
    names = tuple({"n": [number]} for number in range(30))
    several = spec.Call(service="x", operation="Get", about="x", each=each)
    assert survey._calls(several, Found()) == 0
    assert survey._calls(several, Found(names, 2.0)) == 60
    batched = spec.Call(service="x", operation="Get", about="x", each=each, batch=Batch("n", 10))
    assert survey._calls(batched, Found(names, 2.0)) == 6
    assert survey._calls(batched, Found()) == 0


def test_perishing() -> None:
    """Disks of the host, spot, scaling groups and short retention; what is stopped is lost already."""
    found = [
        {
            "id": "i-1",
            "type": "i3.large",
            "root": "ebs",
            "life": "on-demand",
            "state": "running",
            "group": "",
        },
        {"id": "i-2", "type": "m5d.large", "root": "ebs", "life": "spot", "state": "running", "group": "g"},
        {
            "id": "i-3",
            "type": "t3.micro",
            "root": "instance-store",
            "life": "",
            "state": "running",
            "group": "",
        },
        {"id": "i-4", "type": "i3.large", "root": "ebs", "life": "spot", "state": "stopped", "group": "g"},
        {
            "id": "i-5",
            "type": "m5.large",
            "root": "ebs",
            "life": "on-demand",
            "state": "running",
            "group": "",
        },
    ]
    said = [(one["what"], one["why"].split(":")[0].split()[0]) for one in perishing.instances("r", found)]
    assert said == [("i-1", "disks"), ("i-2", "disks"), ("i-3", "disks"), ("i-2", "spot"), ("i-2", "an")]
    groups = [
        {"id": "a", "days": 30},
        {"id": "b", "days": 14},
        *({"id": f"c{n}", "days": 1} for n in range(250)),
    ]
    lost = list(perishing.log_groups("r", groups))
    assert lost[0] == {"region": "r", "what": "c0", "why": "a log group that forgets after 1 days"}
    assert [one["what"] for one in lost[-2:]] == ["50 more", "b"]


def _plan(scope: Scope, **account: Any) -> Plan:
    rows = rows_digest(scope)
    return Plan({**BODY, "accounts": [{**ACCOUNT, **account}], "rows": rows, "scope": scope_body(scope)})


def test_no_drift() -> None:
    """A plan of the same account, regions, scope and rows has none; suspects may be added."""
    scope, rows = Scope(regions=("eu-west-1",)), ["ec2.DescribeInstances"]
    assert drift.of_scope(_plan(scope), scope, "222222222222", ["eu-west-1"], rows) == []
    more = Scope(regions=("eu-west-1",), suspect_keys=frozenset({"AKIAIOSFODNN7EXAMPLE"}))
    assert drift.of_scope(_plan(scope), more, "222222222222", ["eu-west-1"], rows) == []
    volumes = [{"id": "vol-1", "on": ["i-1"]}]
    assert list(drift.of_volumes(_plan(scope), "222222222222", "eu-west-1", volumes)) == []


def test_drift() -> None:
    """Each difference is a line."""
    scope = Scope(regions=("eu-west-1",))
    plan = _plan(scope)
    assert drift.of_accounts(plan, ["333333333333"]) == ["- account 222222222222", "+ account 333333333333"]
    assert drift.of_accounts(plan, ["222222222222"]) == []
    now = Scope(without=frozenset({"iam"}), protect=Protect(lock=Lock(days=30)))
    lines = drift.of_scope(plan, now, "222222222222", ["us-east-1"], ["ec2.Other"])
    assert set(lines[:4]) >= {"- region eu-west-1", "+ region us-east-1", "- row ec2.DescribeInstances"}
    assert any(line.startswith("~ rows as version 0.1.0") for line in lines)
    assert "+ without iam" in lines
    assert any(line.startswith("~ protect none, now {'lock'") for line in lines)
    volumes = [{"id": "vol-1", "on": []}, {"id": "vol-9", "on": []}, {"id": "vol-8", "on": ["i-1", "i-2"]}]
    assert list(drift.of_volumes(plan, "222222222222", "eu-west-1", volumes)) == [
        "+ volume vol-9 in eu-west-1, attached to nothing",
        "+ volume vol-8 in eu-west-1, attached to i-1, i-2",
    ]


def test_drift_of_several() -> None:
    """Each account is held by itself, and named in each line; what cannot be had is drift, and why."""
    scope, rows, other = Scope(regions=("eu-west-1",)), ["ec2.DescribeInstances"], "333333333333"
    one, two = (
        {**ACCOUNT, "account": account, "regions": ["eu-west-1"]} for account in (ACCOUNT["account"], other)
    )
    plan = Plan({**_plan(scope).body, "accounts": [one, {**two, "mutations": []}]})
    agreement = Agreement(plan=plan)
    assert drift.of_accounts(plan, [other, ACCOUNT["account"]]) == []
    with pytest.raises(DriftError) as error:
        agreement.check_accounts([other, "444444444444"], {ACCOUNT["account"]: "denied: AccessDenied"})
    assert error.value.lines == ("- account 222222222222: denied: AccessDenied", "+ account 444444444444")
    Agreement().check_accounts([other])
    more = Scope(without=frozenset({"iam"}))
    lines = [
        line
        for account in (ACCOUNT["account"], other)
        for line in agreement.of_scope(more, account, ["us-east-1"], rows)
    ]
    for account in (ACCOUNT["account"], other):
        assert f"- region eu-west-1 (account {account})" in lines
    assert lines.count("+ without iam") == 2, "of no account: told once, by who puts them together"
    volumes = [{"id": "vol-1", "on": ["i-1"]}]
    assert list(drift.of_volumes(plan, ACCOUNT["account"], "eu-west-1", volumes)) == []
    assert list(drift.of_volumes(plan, other, "eu-west-1", volumes)) == [
        "+ volume vol-1 in eu-west-1, attached to i-1 (account 333333333333)"
    ]
    intent = Intent(
        "o1", Source(other, "eu-west-1", "ec2", "CreateSnapshot"), {}, "x", {"volumes": ["vol-1"]}
    )
    with pytest.raises(DriftError) as error:
        agreement.permit(intent)
    assert error.value.lines == ("+ volume vol-1 in eu-west-1 (account 333333333333)",)


def test_together() -> None:
    """Figures of several accounts are added up; time is that of the slowest, or of what they share."""
    one: dict[str, Any] = {
        "bytes": 1,
        "calls": 2,
        "cost": {"snapshots": 5, "requests": 0},
        "gib": 8,
        "seconds": 30,
        "sources": 4,
    }
    two = {**one, "bytes": 2 * estimate.THROUGHPUT, "calls": 5_000}
    both = estimate.together([one, two], 10)
    assert (both["bytes"], both["calls"], both["gib"], both["sources"]) == (two["bytes"] + 1, 5_002, 16, 8)
    assert both["cost"] == {"egress": 0, "image": 0, "kms": 0, "requests": 0, "snapshots": 10}
    assert both["seconds"] == 76
    assert estimate.together([one], 10)["seconds"] == 30


def test_permit() -> None:
    """A snapshot of a disk that came up since is not made, in that region or another; all else is."""
    agreement = Agreement(plan=_plan(Scope()))

    def intent(region: str, operation: str, *volumes: str) -> Intent:
        source = Source("222222222222", region, "ec2", operation)
        return Intent("o1", source, {}, "x", {"volumes": list(volumes)})

    agreement.permit(intent("eu-west-1", "CreateSnapshots", "vol-1"))
    agreement.permit(intent("eu-west-1", "LockSnapshot", "vol-9"))
    for one in (
        intent("eu-west-1", "CreateSnapshot", "vol-9"),
        intent("us-east-1", "CreateSnapshots", "vol-1"),
    ):
        with pytest.raises(DriftError) as error:
            agreement.permit(one)
        assert len(error.value.lines) == 1
        Agreement().permit(one)


def test_errors_say_what_to_do() -> None:
    """Both end a run with exit code 1, and a hint."""
    assert DriftError(["a"]).exit_code == DeclinedError().exit_code == 1
    assert DriftError(["a"]).hint
    assert DeclinedError().hint


def test_rows_digest_depends_on_what_is_asked() -> None:
    """Other rows, another digest; the same, the same in every process."""
    assert rows_digest(Scope()) == rows_digest(Scope(regions=("eu-west-1",)))
    assert rows_digest(Scope()) != rows_digest(Scope(without=frozenset({"iam"})))
    assert rows_digest(Scope()) != rows_digest(Scope(protect=Protect(lock=Lock(days=1))))


def test_phases_are_named() -> None:
    """A plan's numbers are the phases of the collectors."""
    assert PHASES[10] == "volatile"
    assert len(PHASES) == len(spec.Phase)


def test_format_page_has_every_key() -> None:
    """The specification names every key of a plan."""
    page = (Path(__file__).parents[2] / "docs" / "format.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z0-9_]+)`", page.partition("## 18. Plans")[2].partition("\n## ")[0]))

    def keys(value: Any) -> set[str]:
        if isinstance(value, dict):
            return set(value) | {key for item in value.values() for key in keys(item)}
        return {key for item in value for key in keys(item)} if isinstance(value, list) else set()

    assert keys({**BODY, "sha256": ""}) <= named


def test_types_with_disks_of_the_host() -> None:
    """As DescribeInstanceTypes said it of more than a thousand types, in the copy that moto brings."""
    spec = find_spec("moto")
    assert spec is not None
    packed = Path(str(spec.origin)).parent / "ec2" / "resources" / "instance_types.json.gz"
    types = json.loads(gzip.decompress(packed.read_bytes()))
    assert len(types) > 1_000
    wrong = {
        name: said
        for name, one in types.items()
        if perishing.has_disks(name) is not (said := bool(one.get("InstanceStorageSupported")))
    }
    assert wrong == {}

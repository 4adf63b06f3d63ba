"""What a case has of one thing, without AWS: each way in which it would be wrong to call it safe."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from forensics.custody.case import Case
from forensics.custody.seal import seal
from forensics.formats.entry import Entry, digest
from forensics.model import GLOBAL, Effect, Gap, Outcome, Source
from forensics.readiness import listing, looking, naming
from forensics.readiness.conditions import Condition, of_account, of_case
from forensics.readiness.holdings import Holdings
from forensics.readiness.judging import Judge, Judged, Key, State
from forensics.readiness.listing import TWO_OF_ONE_NAME, WITHOUT_NAME, Listing
from forensics.readiness.looking import Look
from forensics.readiness.things import NAMELESS, Found
from forensics.scope import Window
from tests.verifier import build

ACCOUNT, REGION = "222222222222", "eu-west-1"
NOW = datetime(2031, 10, 14, tzinfo=UTC)
MILLI = timedelta(milliseconds=1)
ROWS = listing.rows()


def holdings(*effects: Effect, **coverage: Any) -> Holdings:
    """Give a case that holds some effects, and is covered as said: `ecs__DescribeServices=[gap]`."""
    found = Holdings(cast("Any", None), account=ACCOUNT)
    found.standing.effects.update({one.key: one for one in effects})
    for name, gaps in coverage.items():
        service, _, operation = name.partition("__")
        source = Source(ACCOUNT, REGION, service, operation)
        body = {"gaps": gaps, "outcome": "denied"}
        found.standing.coverage.close(source, body, Window(NOW - timedelta(days=90), NOW))
    return found


def gap(*examples: Any, count: int = 1) -> dict[str, Any]:
    """Give a gap as the ledger has it."""
    return {"outcome": "denied", "code": "AccessDenied", "count": count, "examples": list(examples)}


def judged(found: Found, held: Holdings, *others: Found, named: bool = False) -> list[Judged]:
    """Judge a thing of which the case has the description, as it is."""
    known = {one.key: one for one in (found, *others)}
    return list(Judge(known, known, held, ROWS, named=named).judge(found))


def snapshot(state: str = "completed", **detail: Any) -> Effect:
    """Give a snapshot of ours."""
    source = Source(ACCOUNT, REGION, "ec2", "CreateSnapshots")
    return Effect("op", source, "snapshot", "snap-1", state, {"volume": "vol-1", **detail})


def copy(state: str = "completed") -> Effect:
    """Give a copy of it in another account."""
    detail = {"hop": "evidence", "snapshot": "snap-1", "volume": "vol-1"}
    return Effect(
        "op2", Source("333333333333", REGION, "ec2", "CopySnapshot"), "copy", "snap-2", state, detail
    )


@pytest.mark.parametrize("kept", [0, 1, 1_000])
def test_a_bucket_is_more_than_its_logs(kept: int) -> None:
    """One object that is kept says nothing of the others in its bucket."""
    held = holdings()
    held.objects["data"] = kept
    (one,) = judged(Found("s3:bucket", "data", GLOBAL), held)
    assert one.state is State.UNKEEPABLE
    assert str(kept or "what is in it is not") in one.why


def test_a_bucket_with_anchors() -> None:
    """Whoever lets a bucket go in which the case is anchored is told so."""
    held = holdings()
    for _ in range(2):
        held._take(cast("Any", SimpleNamespace(type="anchor.s3", body={"bucket": "locked"})))
    why = {
        one.id: one.why
        for name in ("locked", "data")
        for one in judged(Found("s3:bucket", name, GLOBAL), held)
    }
    assert why["locked"].startswith("2 checkpoints of this case are anchored in it")
    assert "anchored" not in why["data"]


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({"creationTime": (NOW - timedelta(days=30) - datetime.fromtimestamp(0, UTC)) // MILLI}, State.KEPT),
        (
            {"creationTime": (NOW - timedelta(days=99) - datetime.fromtimestamp(0, UTC)) // MILLI},
            State.NOT_KEPT,
        ),
        ({"creationTime": 1, "retentionInDays": 30}, State.KEPT),
        ({"creationTime": 1, "retentionInDays": 365}, State.NOT_KEPT),
        ({}, State.NOT_KEPT),
        ({"creationTime": 10**30, "retentionInDays": 10**30}, State.NOT_KEPT),
        ({"creationTime": "then", "retentionInDays": -1}, State.NOT_KEPT),
    ],
)
def test_events_from_before_the_window(facts: Mapping[str, Any], state: State) -> None:
    """A log group that is older than what was asked for has events that are not kept, if it keeps them."""
    group = Found("logs:log-group", "/app", REGION, facts=facts)
    (one,) = judged(group, holdings(logs__FilterLogEvents=[]))
    assert one.state is state
    assert ("before 2031-07-16" in one.why) is (state is State.NOT_KEPT)


SERVICE = Found("ecs:service", "arn:aws:ecs:eu-west-1:2:service/c/web", REGION)
OTHER = Found("ecs:service", "arn:aws:ecs:eu-west-1:2:service/c/other", REGION)


@pytest.mark.parametrize(
    ("example", "state"),
    [
        ({"services": [SERVICE.id]}, State.NOT_KEPT),
        ({"services": [OTHER.id, SERVICE.id]}, State.NOT_KEPT),
        ({"services": [OTHER.id]}, State.KEPT),
        ({"cluster": "c"}, State.NOT_KEPT),
        ({"shortened": '{"services": ["arn:aws:ecs:eu-west-1:2:service/c/ot'}, State.NOT_KEPT),
        ({}, State.NOT_KEPT),
        ([], State.NOT_KEPT),
    ],
)
def test_a_gap_of_many_names(example: Any, state: State) -> None:
    """A request about many is of each of them; one that names nothing that is known may be of any."""
    (one,) = judged(SERVICE, holdings(ecs__DescribeServices=[gap(example)]), OTHER)
    assert one.state is state


def test_a_gap_without_examples() -> None:
    """A gap that names nothing may be of everything."""
    (one,) = judged(SERVICE, holdings(ecs__DescribeServices=[gap(count=0)]), OTHER)
    assert one.state is State.NOT_KEPT


def test_a_gap_of_a_part() -> None:
    """Rules are asked for by their listener: a balancer whose rules were denied is not kept."""
    arn = "arn:aws:elasticloadbalancing:eu-west-1:2:loadbalancer/app/a/1"
    other = "arn:aws:elasticloadbalancing:eu-west-1:2:loadbalancer/app/b/2"
    of = {"ListenerArn": arn.replace("loadbalancer", "listener") + "/3"}
    balancers = [Found("elasticloadbalancing:loadbalancer", one, REGION, one) for one in (arn, other)]
    for one in balancers:
        (found,) = judged(one, holdings(elbv2__DescribeRules=[gap(of)]), *balancers)
        assert (found.state, found.why) == (State.NOT_KEPT, "elbv2.DescribeRules was denied: AccessDenied")


@pytest.mark.parametrize(
    ("effects", "named", "state"),
    [
        ([snapshot()], False, State.KEPT),
        ([snapshot()], True, State.UNKEEPABLE),
        ([snapshot(), copy("pending")], True, State.UNKEEPABLE),
        ([snapshot(), copy()], True, State.COPIED),
    ],
)
def test_what_is_kept_is_named(effects: list[Effect], *, named: bool, state: State) -> None:
    """Whoever destroys a snapshot of ours destroys what the case has of a disk, unless it was copied out."""
    found = Found("ec2:snapshot", "snap-1", REGION, facts={"State": "completed"})
    (one,) = judged(found, holdings(*effects), named=named)
    assert one.state is state


@pytest.fixture
def live() -> Listing:
    """Give a look at an account in which nothing is."""
    found = Listing(cast("Any", None), lambda _: None)
    found.regions = (REGION,)
    return found


def _look(live: Listing, known: Mapping[Key, Found] | None = None, **more: Any) -> Look:
    """Look at an account of which the case knows some things."""
    return Look(live, holdings(), **{"wanted": None, "known": known or {}, **more})


def _machine(identifier: str, key: str, value: str) -> Found:
    return Found("ec2:instance", identifier, REGION, facts={"Tags": [{"Key": key, "Value": value}]})


@pytest.mark.parametrize(
    ("group", "tag", "value"),
    [
        (Found("autoscaling:autoscalinggroup", "web", REGION), "aws:autoscaling:groupName", "web"),
        (Found("cloudformation:stack", "s", REGION), "aws:cloudformation:stack-name", "s"),
        (Found("ec2:spot-fleet-request", "sfr-1", REGION), "aws:ec2spot:fleet-request-id", "sfr-1"),
        (Found("eks:nodegroup", "arn:x", REGION, name="ng"), "eks:nodegroup-name", "ng"),
    ],
)
def test_what_ends_with_a_group(live: Listing, group: Found, tag: str, value: str) -> None:
    """Instances that a group made end with it, and their disks with them: they are looked at too."""
    disk = Found("ec2:volume", "vol-1", REGION, facts={"Attachments": [{"InstanceId": "i-1"}]})
    away = Found("ec2:instance", "i-3", "us-east-1", facts={"Tags": [{"Key": tag, "Value": value}]})
    mine, other = _machine("i-1", tag, value), _machine("i-2", tag, "another")
    live.things = {one.key: one for one in (group, mine, other, away, disk)}
    wanted = [naming.Named("x", group.id)]
    assert _look(live, wanted=wanted)._those(wanted) == [group, mine, disk]
    assert "ec2.DescribeVolumes" in naming.scope([naming.Named("x", "x", group.kind)], ROWS).rows


def test_two_of_one_name(live: Listing) -> None:
    """Of two things that we cannot tell apart, none stands for both."""
    exchange = cast("Any", Gap(Source(ACCOUNT, REGION, "events", "ListRules"), Outcome.FAILED, "", ""))
    for bus in ("a", "a", "b"):
        live._note(Found("events:rule", "run", REGION, f"arn:aws:events:r:2:rule/{bus}/run"), exchange)
    assert [one.code for one in live.gaps] == [TWO_OF_ONE_NAME]
    assert not live.whole("events.ListRules", REGION)


def test_without_a_name(live: Listing) -> None:
    """What is listed and not named cannot be looked up in the case: it is in the way."""
    exchange = cast("Any", Gap(Source(ACCOUNT, REGION, "events", "ListRules"), Outcome.FAILED, "", ""))
    live._note(Found("events:rule", NAMELESS, REGION), exchange)
    assert ([one.code for one in live.gaps], live.things) == ([WITHOUT_NAME], {})


@pytest.mark.parametrize(
    ("region", "kind", "refs"),
    [
        (REGION, "ec2:instance", [f"listing/ec2.DescribeInstances@{REGION}"]),
        ("eu-west-2", "ec2:instance", []),
        (REGION, "ec2:volume", []),
    ],
)
def test_a_service_that_is_used(live: Listing, region: str, kind: str, refs: list[str]) -> None:
    """That a service is not used is not believed where the case has things of it."""
    source = Source(ACCOUNT, REGION, "ec2", "DescribeInstances")
    live.nothing.append(Gap(source, Outcome.NOT_ENABLED, "SubscriptionRequiredException", "no"))
    found = Found(kind, "x-1", region)
    known = {found.key: found}
    look = _look(live, known)
    doubted = look._doubted(Judge({}, known, holdings(), ROWS))
    assert [one.ref for one in looking._unlisted(live, doubted)] == refs


def test_a_region_that_was_closed(live: Listing) -> None:
    """Where a region was disabled, what is in it goes on to be: it is not gone."""
    found = [Found("ec2:vpc", f"vpc-{region}", region) for region in (REGION, "me-south-1", GLOBAL)]
    known = {one.key: one for one in found}
    look = _look(live, known)
    assert [one.ref for one in look._closed()] == ["region/me-south-1@me-south-1"]
    gone = [look.gone(naming.Named("x", one.id)) for one in found]
    states = {one.id: one.state for one in gone if one is not None}
    assert states == {"vpc-eu-west-1": State.GONE, "vpc-me-south-1": State.UNKNOWN, "vpc-global": State.GONE}


def _unmet(live: Listing, held: Holdings) -> dict[str, str]:
    return {one.name: one.detail for one in of_account(held, live) if not one.met}


def test_a_snapshot_that_is_gone_with_its_disk(live: Listing) -> None:
    """A snapshot that AWS lists no more is not complete, whatever the ledger says, unless copied out."""
    assert "snapshots" not in _unmet(live, holdings(snapshot()))
    live.answered.add(Source(ACCOUNT, REGION, "ec2", "DescribeSnapshots"))
    assert _unmet(live, holdings(snapshot()))["snapshots"] == "snap-1 is gone: AWS lists it no more"
    assert "snapshots" not in _unmet(live, holdings(snapshot(), copy()))
    live.gaps.append(Gap(Source(ACCOUNT, REGION, "ec2", "DescribeSnapshots"), Outcome.TRUNCATED, "", ""))
    assert "snapshots" not in _unmet(live, holdings(snapshot()))


def test_a_copy_that_is_not_locked(live: Listing) -> None:
    """Where locks were asked for, copies in the other account have theirs too."""
    lock = Effect("op3", snapshot().source, "lock", "snap-1", "governance")
    held = holdings(snapshot(), copy(), lock)
    held.standing.protect = {"copy": {}, "lock": {}}
    assert _unmet(live, held)["locks"] == "not there: of snap-2"
    far = Effect("op4", copy().source, "lock", "snap-2", "governance")
    held.standing.effects[far.key] = far
    assert "locks" not in _unmet(live, held)


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    """Give a case that was sealed, with nothing in it but a run."""
    path = tmp_path / "case"
    with Case.create(path, name="IR-1", identity=build.IDENTITY, tool={"name": "t"}) as case:
        case.writer.record("run.start", {"account": ACCOUNT, "regions": [REGION], "run": "r"})
        case.writer.record("run.end", {"gaps": 0, "items": 0, "outcome": "gaps", "run": "r"})
        seal(case, None, derive=lambda _: iter(()))
    return path


def _bundled(path: Path, given: Path | None = None) -> Condition:
    held = Holdings.read(path)
    held.account = ACCOUNT
    return next(one for one in of_case(held, given, [build.IDENTITY.public]) if one.name == "bundle")


def _forged(ledger: Path, old: bytes, new: bytes) -> None:
    """Write another word into a ledger, and the whole chain anew, as whoever holds the folder can."""
    before, lines = "", ledger.read_bytes().splitlines(keepends=True)
    for number, line in enumerate(lines):
        one = Entry.parse(line.replace(old, new))
        lines[number] = (replace(one, prev=before) if before else one).encode()
        before = digest(lines[number])
    ledger.write_bytes(b"".join(lines))


def test_a_ledger_that_was_forged(sealed: Path) -> None:
    """A case is read by its own ledger: that has to be the one which is sealed in the bundle."""
    assert _bundled(sealed).met
    ledger = sealed / "ledger.jsonl"
    ledger.chmod(0o600)
    _forged(ledger, b'"outcome":"gaps"', b'"outcome":"complete"')
    forged = _bundled(sealed)
    assert (forged.met, forged.broken) == (False, True)
    assert "is intact, and the case's own ledger is not the one" in forged.detail


def test_another_bundle_than_the_one_that_is_read(sealed: Path, tmp_path: Path) -> None:
    """That one bundle is intact says nothing of the one that was read."""
    (bundle,) = (sealed / "bundles").iterdir()
    other = shutil.copytree(bundle, tmp_path / "other")
    assert _bundled(bundle).met
    assert _bundled(bundle, bundle).met
    apart = _bundled(other, bundle)
    assert not apart.met
    assert apart.detail.startswith(f"{other} is a bundle itself")

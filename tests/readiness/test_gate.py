"""The gate on a breached account: what it calls safe, and each thing that it must not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import forensics
from forensics.errors import CredentialsError, IntegrityError, UsageError
from forensics.model import Source
from forensics.readiness import contents, listing
from forensics.readiness.holdings import Holdings
from forensics.readiness.judging import Judge, State
from forensics.readiness.report import Account
from forensics.readiness.things import Found
from forensics.scope import Window
from tests.collectors.play import REGION
from tests.e2e.run import Aws
from tests.readiness.conftest import REASON, Gate, by_ref, condition

ROLE = "iam:role/web-server"


def held(gate: Gate) -> Holdings:
    """Read what the case holds of the account."""
    holdings = Holdings.read(gate.case)
    holdings.account = gate.sealed.account
    return holdings


def test_it_lists_what_is_alive(gate: Gate) -> None:
    """Instances, disks, snapshots, principals, keys, trails, log groups and buckets, each by its name."""
    kinds = {one.kind for one in gate.sealed.things}
    assert kinds >= {
        *("cloudtrail:trail", "ec2:image", "ec2:instance", "ec2:snapshot", "ec2:volume", "iam:access-key"),
        *("iam:group", "iam:policy", "iam:role", "iam:user", "logs:log-group", "s3:bucket"),
    }
    assert by_ref(gate.sealed)[ROLE].state is State.KEPT
    assert len({one.ref for one in gate.sealed.things}) == len(gate.sealed.things)


def test_what_would_be_lost(gate: Gate) -> None:
    """Memory, blocks of foreign snapshots, contents of buckets, and what was denied, or never asked for."""
    # What the quick run of the tests leaves out is not in the case, and said so.
    asked = [one for one in gate.sealed.lost if one.why != "the case has not asked for it here"]
    lost = {(one.kind, str(one.state)) for one in asked}
    assert lost >= {
        ("ec2:image", "not-kept"),
        ("ec2:memory", "cannot-be-kept"),
        ("ec2:snapshot", "cannot-be-kept"),
        ("gap", "not-kept"),
        ("listing", "not-known"),
        ("s3:bucket", "cannot-be-kept"),
    }
    others = {"ec2:image", "ec2:memory", "ec2:volume", "gap", "listing", "logs:log-group"}
    assert {kind for kind, _ in lost} - others <= contents.UNKEPT.keys()
    assert by_ref(gate.sealed)["listing/sweep"].why.startswith("the sweep was left out of the case")
    (image,) = [one for one in gate.sealed.lost if one.kind == "ec2:image"]
    assert image.why == "ec2.DescribeImages was denied: UnauthorizedOperation"
    assert by_ref(gate.sealed)[f"gap/ec2.DescribeImages@{REGION}"].state is State.NOT_KEPT
    assert gate.sealed.exit_code == 3


def test_an_open_case_is_not_ready(gate: Gate) -> None:
    """Until it is sealed, nothing is closed."""
    assert not condition(gate.unsealed, "sealed").met
    assert by_ref(gate.unsealed)[ROLE].safe
    assert gate.unsealed.exit_code == 3
    assert condition(gate.sealed, "sealed").met
    assert condition(gate.sealed, "bundle").met


def test_it_changes_nothing(gate: Gate) -> None:
    """No call of it changes anything in AWS, by AWS's own record."""
    assert gate.mutating == set()


def test_waived_by_name_it_is_ready(gate: Gate) -> None:
    """Each thing that is in the way, let go with a reason, is on record, and counts from then on."""
    assert gate.waived.exit_code == gate.after.exit_code == 0
    assert gate.after
    assert (
        gate.after.sentence
        == f"ready: nothing of what is alive would be lost but {len(gate.sealed.lost)} waived"
    )
    waived = held(gate).waived
    assert waived.keys() == {one.where for one in gate.sealed.lost}
    refused = f"gap/ec2.DescribeImages@{REGION}: denied: UnauthorizedOperation: 1 asked, sha256:"
    assert any(what.startswith(refused) for _, what in waived)
    assert {(body["because"], body["by"]) for body in waived.values()} == {(REASON, gate.sealed.principal)}
    assert forensics.verify(gate.case).exit_code != 4


def test_the_document(gate: Gate) -> None:
    """JSON has the verdict, the counts, and each thing with its state and who let it go."""
    document = json.loads(json.dumps(gate.after.document()))
    assert (document["format"], document["ready"], document["narrowed"]) == ("forensics-ready/1", True, False)
    assert sum(document["counts"].values()) == len(document["things"])
    memory = next(one for one in document["things"] if one["kind"] == "ec2:memory")
    assert memory["waived"]["because"] == REASON


def test_each_thing_that_the_case_lacks_is_named(gate: Gate) -> None:
    """Take any one thing out of what the case knows, and the gate names it."""
    holdings, rows = held(gate), listing.rows()
    known = holdings.known(rows)
    assert len(known) > 60
    for key, found in known.items():
        if found.id not in {one.id for one in holdings.effects()}:
            less = {other: one for other, one in known.items() if other != key}
            judged = list(Judge({key: found}, less, holdings, rows).judge(found))
            assert found.kind in contents.BESIDE or (judged[0].state is State.NOT_KEPT and judged[0].why)


def test_a_new_instance(gate: Gate) -> None:
    """What came up after the collection is not kept, with its disk; named alone, it takes its disks along."""
    ec2 = gate.root("ec2")
    image = ec2.describe_images(Owners=["self"])["Images"][0]["ImageId"]
    made = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, InstanceType="m5d.large")["Instances"][0]
    whole, alone = gate.ready(), gate.ready(made["InstanceId"])
    ref = f"ec2:instance/{made['InstanceId']}@{REGION}"
    assert by_ref(whole)[ref].state is State.NOT_KEPT
    assert by_ref(whole)[ref].why == "it was not there when the case was made"
    assert whole.exit_code == alone.exit_code == 3
    assert {one.kind for one in alone.things} == {
        *("ec2:instance", "ec2:instance-store", "ec2:memory", "ec2:volume"),
    }
    assert alone.narrowed


def test_an_instance_that_was_stopped(gate: Gate) -> None:
    """It is another than when it was kept, and its fields say in what."""
    ec2 = gate.root("ec2")
    running = next(one for one in gate.sealed.things if one.kind == "ec2:memory").id
    ec2.stop_instances(InstanceIds=[running])
    now = gate.ready(running)
    changed = by_ref(now)[f"ec2:instance/{running}@{REGION}"]
    assert changed.state is State.CHANGED
    assert "State" in changed.why
    assert not any(one.kind == "ec2:memory" for one in now.things)
    assert now.exit_code == 3


def test_a_policy_that_was_changed(gate: Gate) -> None:
    """A role with a new policy is not the one that was kept; its neighbour is."""
    allowed = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    gate.root("iam").put_role_policy(RoleName="scheduler", PolicyName="new", PolicyDocument=document)
    now = gate.ready("scheduler", "web-server")
    assert by_ref(now)["iam:role/scheduler"].state is State.CHANGED
    assert by_ref(now)["iam:role/scheduler"].why == "since it was kept: RolePolicyList"
    assert by_ref(now)["iam:role/web-server"].state is State.KEPT


def test_a_denied_listing(gate: Gate) -> None:
    """What cannot be listed may hold anything: not ready, with AWS's own code."""
    gate.drill.deny("ec2:DescribeVolumes")
    try:
        whole = gate.ready()
    finally:
        gate.drill.allow()
    unlisted = by_ref(whole)[f"listing/ec2.DescribeVolumes@{REGION}"]
    assert unlisted.state is State.UNKNOWN
    assert "denied: UnauthorizedOperation" in unlisted.why
    assert whole.exit_code == 3


def test_a_waiver_of_a_refusal(gate: Gate) -> None:
    """A listing that was let go as denied is in the way again once it is refused otherwise."""
    volume, ref = gate.sealed_disk[0], f"listing/ec2.DescribeLockedSnapshots@{REGION}"
    of = {"service": "ec2", "operation": "DescribeLockedSnapshots"}
    gate.drill.deny("ec2:DescribeLockedSnapshots")
    try:
        assert gate.ready(volume, waive=(ref,), because=REASON).exit_code == 0
        again = by_ref(gate.ready(volume))[ref]
    finally:
        gate.drill.allow()
    assert (again.safe, again.cause) == (True, "denied: UnauthorizedOperation")
    gate.drill.fault(kind="error", code="Blocked", status=400, **of)
    try:
        later = gate.ready(volume)
    finally:
        gate.drill.clear_faults()
    assert (by_ref(later)[ref].safe, later.exit_code) == (False, 3)


def test_a_denied_region_list(gate: Gate) -> None:
    """Where nobody says which regions there are, that is in the way too."""
    gate.drill.deny("ec2:DescribeRegions")
    try:
        narrowed = gate.ready(f"arn:aws:ec2:{REGION}:{gate.sealed.account}:volume/vol-1")
    finally:
        gate.drill.allow()
    assert "listing/ec2.DescribeRegions" in by_ref(narrowed)


def test_names(gate: Gate) -> None:
    """An ARN, an id; what nobody knows is not ready, and is not taken for gone."""
    account = gate.sealed.account
    role = f"arn:aws:iam::{account}:role/web-server"
    group = f"arn:aws:logs:{REGION}:{account}:log-group:/var/log/secure:*"
    both = gate.ready(role, group)
    assert {one.ref: one.state for one in both.things} == {
        ROLE: State.KEPT,
        # The quick run of the tests asks for the events of some hours.
        f"logs:log-group//var/log/secure@{REGION}": State.NOT_KEPT,
    }
    now = gate.ready(role)
    assert now.exit_code == 0
    assert now.sentence == "ready: nothing of what was named would be lost"
    unknown = gate.ready(role, "vol-0123456789abcdef0")
    assert by_ref(unknown)["unknown/vol-0123456789abcdef0"].state is State.UNKNOWN
    assert unknown.exit_code == 3


def test_what_is_gone_and_kept(gate: Gate) -> None:
    """A thing that the case has, and that was destroyed already, is no obstacle."""
    gate.root("iam").remove_user_from_group(GroupName="readers", UserName="monitoring")
    gate.root("logs").delete_log_group(logGroupName="/aws/lambda/order-sync")
    now = gate.ready("/aws/lambda/order-sync")
    assert [(one.state, one.region) for one in now.things] == [(State.GONE, REGION)]
    assert now.exit_code == 0


@pytest.mark.parametrize(
    ("resources", "message"),
    [
        (["arn:aws:iam::111111111111:role/web-server"], "is of account 111111111111"),
        (["arn:aws:ec2:eu-north-1:222222222222:volume/vol-1"], "the region eu-north-1 is not enabled"),
        (["arn:aws:ec2:*"], "no ARN"),
        (["vol-*"], "is a pattern"),
        ([""], "no name of a resource"),
        (["a\nb"], "no name of a resource"),
        (["x" * 3_000], "no name of a resource"),
    ],
)
def test_bad_names(gate: Gate, resources: list[str], message: str) -> None:
    """A name that cannot be is refused in one line, before anything is listed."""
    with pytest.raises(UsageError, match=message):
        gate.ready(*resources)


@pytest.mark.parametrize(
    ("waive", "because", "message"),
    [
        (["web-server"], REASON, "there is nothing to waive that is called web-server"),
        (["*"], REASON, "there is nothing to waive"),
        (["vol-nothing"], "", "a waiver needs a reason"),
        ([""], REASON, "a waiver of nothing"),
        (["web-server", " "], REASON, "a waiver of nothing"),
        ([], REASON, "a reason for nothing"),
        (["vol-nothing"], "a\nb", "a reason is one line"),
        (["vol-nothing"], "x" * 1_001, "a reason is one line"),
    ],
)
def test_bad_waivers(gate: Gate, waive: list[str], because: str, message: str) -> None:
    """A waiver is of a thing in the way, by its name, with a reason; else nothing is written."""
    before = (gate.case / "ledger.jsonl").read_bytes()
    with pytest.raises(UsageError, match=message):
        gate.ready("web-server", waive=tuple(waive), because=because)
    assert (gate.case / "ledger.jsonl").read_bytes() == before


def test_no_waiver_without_what_it_names(gate: Gate) -> None:
    """Of several, one that names nothing, or two things, keeps all from being written."""
    before = (gate.case / "ledger.jsonl").read_bytes()
    gate.root("iam").create_user(UserName="twin")
    gate.root("iam").create_group(GroupName="twin")
    with pytest.raises(UsageError, match="twin is the name of 2 things"):
        gate.ready("twin", waive=("iam:user/twin", "twin"), because=REASON)
    assert (gate.case / "ledger.jsonl").read_bytes() == before
    assert gate.ready("twin", waive=("iam:user/twin", "iam:group/twin"), because=REASON).exit_code == 0


def test_a_tampered_bundle(gate: Gate, tmp_path: Path) -> None:
    """A bundle with one byte changed is exit code 4."""
    case = gate.copy(tmp_path / "case")
    (report,) = case.glob("bundles/*/data/*/global/iam/GetAccountSummary.jsonl")
    report.chmod(0o600)
    report.write_bytes(report.read_bytes().replace(b"a", b"b", 1))
    now = gate.ready("web-server", case=case)
    assert now.exit_code == 4
    assert condition(now, "bundle").detail.endswith("NOT intact: 1 finding in data")


def test_a_tampered_transcript(gate: Gate, tmp_path: Path) -> None:
    """What is not as it was kept tells nobody what is safe."""
    case = gate.copy(tmp_path / "case")
    (roles,) = case.glob("data/*/global/iam/GetAccountAuthorizationDetails.jsonl")
    roles.chmod(0o600)
    roles.write_bytes(roles.read_bytes().replace(b"web-server", b"web-servir", 1))
    with pytest.raises(IntegrityError, match="is not what was kept"):
        gate.ready("web-server", case=case)


def test_a_bundle_that_is_not_there(gate: Gate, tmp_path: Path) -> None:
    """It can be named; without it nobody knows that the seal holds. Another case's is not this one's."""
    case = gate.copy(tmp_path / "case")
    (bundle,) = (case / "bundles").iterdir()
    moved = bundle.rename(tmp_path / "elsewhere")
    lacking = gate.ready("web-server", case=case)
    assert not condition(lacking, "bundle").met
    assert lacking.exit_code == 3
    assert gate.ready("web-server", case=case, bundle=moved).exit_code == 0
    alone = gate.ready("web-server", case=moved)
    assert alone.exit_code == 3
    assert "no signer was named" in condition(alone, "bundle").detail or not condition(alone, "bundle").met


def test_a_signer_whom_the_user_does_not_name(gate: Gate) -> None:
    """With `--identity`, it is sealed by whom the user says, or broken."""
    stranger = "SHA256:" + "A" * 43
    assert gate.ready("web-server", identities=(stranger,)).exit_code == 4


def test_another_account(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """The case of one account says nothing of another."""
    known = gate.drill.root("111111111111")
    for name, value in known.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    with pytest.raises(UsageError, match="these credentials are of 111111111111"):
        gate.ready()


def test_expired_credentials(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without credentials nobody can say what is there."""
    monkeypatch.setenv("AWS_SESSION_TOKEN", "expired")
    with pytest.raises(CredentialsError):
        gate.ready()


def test_a_snapshot_that_is_pending(gate: Gate, tmp_path: Path) -> None:
    """Not ready while a snapshot is under way; nor is a disk whose snapshot it is."""
    drill, aws, case = gate.drill, Aws(gate.drill), tmp_path / "case"
    volume = gate.root("ec2").create_volume(AvailabilityZone=f"{REGION}a", Size=1)["VolumeId"]
    drill.waiting(stuck=True)
    try:
        # Only what makes snapshots, so that it is quick.
        left_out = (
            *("access_logs", "account", "cloudtrail_logs", "credential_report", "event_history", "flow_logs"),
            *("iam", "images", "log_groups", "network", "trails"),
        )
        options = [part for name in left_out for part in ("--without", name)]
        assert aws.preserve(case, "--wait", "0", *options).code == 3
        assert aws.run("seal", case).code == 0
        now = gate.ready(volume, case=case)
    finally:
        drill.waiting(seconds=0, polls=1)
    assert now.exit_code == 3
    assert not condition(now, "snapshots").met
    assert "is pending" in condition(now, "snapshots").detail
    (judged,) = now.things
    assert judged.state is State.NOT_KEPT
    assert judged.why.endswith("is pending")


def test_a_terraform_plan(gate: Gate, tmp_path: Path) -> None:
    """What a plan destroys is looked at, and nothing else; a type that nobody knows is in the way."""

    def destroyed(kind: str, **before: str) -> dict[str, Any]:
        change = {"actions": ["delete"], "before": before}
        return {"address": f"{kind}.x", "mode": "managed", "type": kind, "change": change}

    plan = tmp_path / "plan.json"
    arn = f"arn:aws:iam::{gate.sealed.account}:role/web-server"
    role = destroyed("aws_iam_role", name="web-server", arn=arn)
    plan.write_text(json.dumps({"format_version": "1.2", "resource_changes": [role]}))
    assert [one.ref for one in gate.ready(plan=plan).things] == [ROLE]
    assert gate.ready(plan=plan).exit_code == 0
    changes = [role, destroyed("aws_quantum_computer", id="q")]
    plan.write_text(json.dumps({"format_version": "1.2", "resource_changes": changes}))
    now = gate.ready(plan=plan)
    assert now.exit_code == 3
    assert by_ref(now)["unknown/aws_quantum_computer.x"].state is State.UNKNOWN
    plan.write_text('{"format_version": "1.2", "resource_changes": []}')
    assert gate.ready(plan=plan).things == ()


def test_a_disk_whose_key_dies(gate: Gate, tmp_path: Path) -> None:
    """A snapshot is worth its key, which may be destroyed with it, disabled, doomed, or hidden."""
    (volume, arn), kms = gate.sealed_disk, gate.root("kms")
    key = arn.rpartition("/")[2]
    ref, plan = f"ec2:volume/{volume}@{REGION}", tmp_path / "plan.json"

    def ready(*resources: str, **asked: Any) -> forensics.Readiness:
        return gate.ready(*resources, case=gate.fresh, **asked)

    def said(now: forensics.Readiness) -> tuple[State, str, int]:
        return by_ref(now)[ref].state, by_ref(now)[ref].why.partition(": ")[2], now.exit_code

    alive = ready(volume)
    assert (by_ref(alive)[ref].state, alive.exit_code) == (State.KEPT, 0)
    # Where all that is alive is destroyed, so is the key.
    everything = by_ref(gate.sealed)[ref]
    assert everything.state is State.NOT_KEPT
    assert f"its key {key} is destroyed with all that is alive: copy the snapshot out" in everything.why
    # A plan that has the key alone takes along what it encrypts.
    change = {"actions": ["delete"], "before": {"arn": arn, "id": key, "key_id": key}}
    one = {"address": "aws_kms_key.x", "mode": "managed", "type": "aws_kms_key", "change": change}
    plan.write_text(json.dumps({"format_version": "1.2", "resource_changes": [one]}))
    planned = ready(plan=plan)
    assert said(planned) == (State.NOT_KEPT, f"its key {key} is to be destroyed too", 3)
    assert {found.kind for found in planned.lost} == {"ec2:snapshot", "ec2:volume", "kms:key"}
    assert said(ready(volume, arn)) == said(planned)
    gate.drill.deny("kms:DescribeKey")
    try:
        unknown = ready(volume)
    finally:
        gate.drill.allow()
    assert said(unknown)[0] is State.UNKNOWN
    try:
        kms.disable_key(KeyId=key)
        assert said(ready(volume)) == (State.NOT_KEPT, f"its key {key} is Disabled", 3)
        kms.schedule_key_deletion(KeyId=key)
        assert said(ready(volume)) == (State.NOT_KEPT, f"its key {key} is PendingDeletion", 3)
    finally:
        kms.cancel_key_deletion(KeyId=key)
        kms.enable_key(KeyId=key)


@pytest.mark.parametrize(
    ("count", "examples", "state"),
    [
        (1, ["/aws/lambda/order-sync"], State.KEPT),
        (1, ["/nobody-knows"], State.NOT_KEPT),
        (1, ["/var/log/secure"], State.NOT_KEPT),
        (2, ["/other"], State.NOT_KEPT),
        (0, ["/1", "/2", "/3", "/4", "/5"], State.NOT_KEPT),
    ],
)
def test_a_gap_that_may_be_of_it(gate: Gate, count: int, examples: list[str], state: State) -> None:
    """A group whose events were refused is not kept; nor where a gap names not all that ended in it."""
    holdings, rows = held(gate), listing.rows()
    named = [{"logGroupName": name} for name in examples]
    gap = {"outcome": "denied", "code": "AccessDenied", "count": count, "examples": named}
    source = Source(gate.sealed.account, REGION, "logs", "FilterLogEvents")
    span = Window(datetime(2000, 1, 1, tzinfo=UTC), datetime.now(UTC))
    holdings.standing.coverage.close(source, {"gaps": [gap], "outcome": "denied"}, span)
    known = holdings.known(rows)
    found = known["logs:log-group", REGION, "/var/log/secure"]
    (judged,) = Judge({found.key: found}, known, holdings, rows).judge(found)
    assert judged.state is state


def test_what_another_account_has_is_not_ours(gate: Gate) -> None:
    """In a case of several accounts, what one has says nothing of another's of that name."""
    holdings = held(gate)
    holdings.account = "333333333333"
    assert holdings.known(listing.rows()) == {}
    assert (holdings.runs, holdings.effects(), holdings.gaps) == ([], [], ())
    assert not any(account == holdings.account for account, _ in holdings.waived)


def test_hostile_names(gate: Gate) -> None:
    """What an attacker called something reaches no terminal's controls."""
    evil = "\x1b[2Jgone\u202e"
    holdings, rows = held(gate), listing.rows()
    found = Found("iam:role", evil, "global", name=evil)
    (judged,) = Judge({found.key: found}, {}, holdings, rows).judge(found)
    told = forensics.Readiness("c", (Account(evil, evil, (), evil),) * 2, (judged,), (), narrowed=False)
    assert not any("\x1b" in line or "\u202e" in line for line in told.lines())
    assert any("iam:role/\\x1b[2Jgone\\u202e" in line for line in told.lines())


def test_the_command(gate: Gate, tmp_path: Path) -> None:
    """The command prints a table or JSON, and its exit code is the answer; bad input is one line."""
    aws = Aws(gate.drill)
    ran = aws.run("ready", gate.case, "web-server", "-q", *("--pace", "1000"))
    assert (ran.code, ran.err) == (0, "")
    assert ["kept", ROLE] in [line.split() for line in ran.out.splitlines()]
    ran = aws.run("ready", gate.case, "nobody", "-q", "--json", *("--pace", "1000"))
    assert ran.code == 3
    assert ran.json["things"][0]["state"] == "not-known"
    (tmp_path / "plan.json").write_text("{")
    ran = aws.run("ready", gate.case, "--plan", tmp_path / "plan.json")
    assert ran.code == 2
    assert "is no JSON" in ran.err.splitlines()[0]
    assert aws.run("ready", tmp_path / "nothing").code == 2


# The last of all: a snapshot that is gone is in the way of whatever is asked.


def test_a_snapshot_that_is_gone(gate: Gate) -> None:
    """A disk whose snapshot somebody deleted is not kept, whatever the ledger says of it."""
    made = held(gate).effects()[0]
    gate.root("ec2").delete_snapshot(SnapshotId=made.id)
    now = gate.ready(made.detail["volume"])
    (volume,) = now.things
    assert (volume.kind, volume.state) == ("ec2:volume", State.NOT_KEPT)
    assert volume.why == f"its snapshot {made.id} is gone: AWS lists it no more"
    # Also where the disk is not there any more, and nothing else tells of it.
    assert (
        condition(gate.ready("web-server"), "snapshots").detail == f"{made.id} is gone: AWS lists it no more"
    )

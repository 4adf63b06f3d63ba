"""What an attacker wrote reaches neither the terminal's controls nor a path, and is kept to the byte."""

from __future__ import annotations

import base64
import json
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import boto3
import pytest
from botocore.parsers import ResponseParserError

import forensics
from forensics import reading
from forensics.formats import manifest
from tests.e2e.liar import Liar, Lie
from tests.e2e.run import QUICK, Aws, Ran, intact
from tests.e2e.screen import harmful, on_terminal

VICTIM = "222222222222"
CLIPBOARD = "\x1b]52;c;cm0gLXJmIH4=\x07"
LINK = "\x1b]8;;http://198.51.100.23/\x07click\x1b]8;;\x07"
HOSTILE = (
    f"\x1b[2J\x1b[1;1H\x1b]0;owned\x07{CLIPBOARD}{LINK}gone\rkept x\b\b\b\x7f\x00 "
    "\u009b31m\u009d0;x\u009c\u0085"
    "\u202e\u2066\u200b\u2069\ufeff\u061c\u2028\u2029\U000e0041 \nforensics: intact, 0 gaps\n"
    "../../../../etc/passwd ..\\..\\con <script>alert(1)</script> =cmd|'/c calc'!A1"
)
"""Every way that text has of being more than text."""
XML = HOSTILE.replace("\x00", "")
"""The same without the one character that no parameter of AWS's takes."""
LONG = "long" * 250_000
"""A million characters."""


def _client(aws: Aws, service: str) -> Any:
    """Give a client of the victim's root user: whoever has that may write what they like."""
    keys = {name.lower(): value for name, value in aws.drill.root(VICTIM).items() if "KEY" in name}
    return boto3.client(service, region_name="eu-west-1", endpoint_url=aws.drill.url, **keys)  # type: ignore[call-overload]


def _plant(aws: Aws) -> None:
    """Write hostile text wherever an account takes it. The drill answers some of it with broken XML."""
    ec2, iam = _client(aws, "ec2"), _client(aws, "iam")
    made = ec2.run_instances(
        ImageId="ami-0aa11bb22cc33dd44", InstanceType="t3.micro", MinCount=1, MaxCount=1, UserData=HOSTILE
    )
    instance = made["Instances"][0]["InstanceId"]
    tags = [{"Key": "Name", "Value": XML}, {"Key": XML[:100], "Value": "x"}, {"Key": "long", "Value": LONG}]
    ec2.create_tags(Resources=[instance], Tags=tags)
    ec2.create_security_group(GroupName=XML[:200], Description=XML)
    # What runs in a network without flow logs would be a gap of its own.
    ec2.create_flow_logs(
        ResourceIds=[made["Instances"][0]["VpcId"]], ResourceType="VPC", TrafficType="ALL",
        LogDestinationType="s3", LogDestination="arn:aws:s3:::harbour-flow-logs",
    )  # fmt: skip
    for name in (XML, "../../../../tmp/x", "..", "CON", "nul.txt", LONG):
        # Made all the same: boto3 cannot read the answer, and tries again.
        with suppress(ResponseParserError, iam.exceptions.EntityAlreadyExistsException):
            iam.create_user(UserName=name)
    iam.tag_user(UserName="deploy", Tags=[{"Key": "note", "Value": XML}])


def _all_commands(aws: Aws, case: Path, *options: str) -> dict[str, Ran]:
    """Run every command on the account, as people and as machines read it."""
    bundle = case.with_name("bundle")
    ran = {"preserve": aws.run("preserve", case, *QUICK, *options)}
    ran["preserve --json"] = aws.run("preserve", case, "--json", *QUICK, *options)
    for extra in ((), ("-v",), ("--json",)):
        ran[f"status {extra}"] = aws.run("status", case, *extra)
    ran["seal"] = aws.run("seal", case, "--output", bundle)
    for path in (case, bundle):
        for option in ("--json", "-q"):
            ran[f"verify {path.name} {option}"] = aws.run("verify", path, option)
    ran["verify"] = aws.run("verify", bundle)
    return ran


def _check_shown(ran: Mapping[str, Ran]) -> None:
    for name, done in ran.items():
        assert harmful(done.out + done.err) == [], name
        assert "Traceback" not in done.err, name


def _check_folder(folder: Path, known: set[str]) -> None:
    """Nothing lies beside the case; in it are plain files and folders, under names of our grammar."""
    assert {path.name for path in folder.iterdir()} <= known
    for path in folder.rglob("*"):
        assert stat.S_IFMT(path.lstat().st_mode) in {stat.S_IFREG, stat.S_IFDIR}
        manifest.check_path(path.relative_to(folder).as_posix())


def _bodies(case: Path, operation: str) -> list[bytes]:
    """Give the bodies that AWS answered an operation with, as they were kept."""
    found = case.glob(f"data/{VICTIM}/*/*/{operation}.jsonl")
    return [reading.body(document) for path in found for document in reading.lines(path)]


@pytest.mark.timeout(300)
def test_names_that_an_intruder_gave(aws: Aws, tmp_path: Path) -> None:
    """Tags, users, groups, user data and console output: shown harmless, kept exact, no path from them."""
    _plant(aws)
    case = tmp_path / "case"
    ran = _all_commands(aws, case)
    _check_shown(ran)
    assert (ran["seal"].code, ran["verify"].code) == (0, 3)
    _check_folder(tmp_path, {"case", "bundle"})
    # A user whose name no XML can hold is asked about by what is left of it: a gap, told as one.
    gaps = ran["preserve --json"].gaps
    assert {(gap["service"], gap["outcome"]) for gap in gaps} == {("iam", "vanished")}
    instances = b"".join(_bodies(case, "DescribeInstances"))
    for piece in (CLIPBOARD, "\u202e\u2066\u200b\u2069", "../../../../etc/passwd", "gone\rkept", LONG):
        assert piece.encode() in instances
    assert CLIPBOARD.encode() in b"".join(_bodies(case, "ListUsers"))
    attributes = b"".join(_bodies(case, "DescribeInstanceAttribute"))
    assert base64.b64encode(HOSTILE.encode()) in attributes
    consoles = b"".join(_bodies(case, "GetConsoleOutput"))
    assert base64.b64encode(b"\x1b[2J")[:5] in consoles or b"G1sy" in consoles


@pytest.mark.timeout(300)
def test_names_on_a_terminal(aws: Aws, tmp_path: Path) -> None:
    """With bars drawn the only control character that leaves beside the line's end is tqdm's own return."""
    _plant(aws)
    aws.drill.fault(service="ec2", operation="DescribeVpcs", kind="error", code=XML, message=XML, status=400)
    case, environment = tmp_path / "case", aws.environment()
    code, drawn = on_terminal("preserve", case, *QUICK, environment=environment)
    assert code == 3, drawn
    assert " sources" in drawn
    assert "%|" in drawn
    assert harmful(drawn, allowed="\r\n") == []
    assert "owned" in drawn
    for arguments in (("status", case, "-v"), ("seal", case), ("verify", case)):
        _, drawn = on_terminal(*arguments, environment=environment)
        assert harmful(drawn.replace("\r\n", "\n")) == [], arguments


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("ec2", "DescribeVpcs"),
        ("iam", "ListUsers"),
        ("cloudtrail", "DescribeTrails"),
        ("ec2", "DescribeInstanceAttribute"),
    ],
)
def test_errors_with_hostile_words(aws: Aws, tmp_path: Path, service: str, operation: str) -> None:
    """A code and a message of AWS's may be anybody's words: they are a gap, and harmless."""
    aws.drill.fault(
        service=service, operation=operation, kind="error", code=f"Odd{XML}", message=XML + LONG, status=400
    )
    case = tmp_path / "case"
    ran = _all_commands(aws, case)
    _check_shown(ran)
    assert ran["preserve"].code == 3
    gaps = ran["preserve --json"].gaps
    assert {(gap["service"], gap["operation"]) for gap in gaps} == {(service, operation)}
    assert gaps[0]["code"].startswith("Odd")
    assert "owned" in gaps[0]["message"]
    assert ran["status ('-v',)"].out.count("owned") >= 1
    assert ran["verify"].code == 3
    _check_folder(tmp_path, {"case", "bundle"})


def _operation(body: bytes) -> str:
    return parse_qs(body.decode("utf-8", "replace")).get("Action", [""])[0]


def _identity(account: str, arn: str) -> bytes:
    return (
        '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
        f"<Arn>{arn}</Arn><UserId>x</UserId><Account>{account}</Account></GetCallerIdentityResult>"
        "<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
    ).encode()


VPCS = (
    b"<DescribeVpcsResponse><requestId>x</requestId><vpcSet><item><vpcId>\x1b[2J\xff\xfe\x80 not UTF-8 "
    + XML.replace("<", "&lt;").encode()
    + b"</vpcId></item></vpcSet></DescribeVpcsResponse>"
)


@pytest.mark.timeout(300)
def test_bytes_as_sent(aws: Aws, tmp_path: Path) -> None:
    """An answer that is neither UTF-8 nor XML 1.0 is kept to the byte; its request id is only text."""
    headers = {"Content-Type": "text/xml", "x-amzn-RequestId": "id\x1b[2J\x9b31m"}

    def script(body: bytes) -> Lie | None:
        return Lie(VPCS, headers=headers) if _operation(body) == "DescribeVpcs" else None

    case = tmp_path / "case"
    with Liar(script, aws.drill.url) as liar:
        ran = _all_commands(aws, case, "--endpoint-url", liar.url)
    _check_shown(ran)
    assert _bodies(case, "DescribeVpcs") == [VPCS]
    _check_folder(tmp_path, {"case", "bundle"})
    assert ran["verify"].code == 3


@pytest.mark.parametrize(
    ("account", "arn"),
    [
        ("../../../../tmp/x", f"arn:aws:iam::{VICTIM}:user/x"),
        ("..", f"arn:aws:iam::{VICTIM}:user/x"),
        ("con", f"arn:aws:iam::{VICTIM}:user/x"),
        (VICTIM, f"arn:aws:iam::{VICTIM}:user/" + XML.replace("<", "&lt;").replace("\x1b", "&#x9b;")),
        (VICTIM, ""),
        ("", ""),
        ("\u009b2J" + VICTIM, f"arn:\u009b2J:iam::{VICTIM}:user/x"),
    ],
)
def test_who_we_are_is_a_lie(aws: Aws, tmp_path: Path, account: str, arn: str) -> None:
    """An endpoint that names us as it likes makes no path, no escape sequence and no traceback."""
    case = tmp_path / "case"
    lie = Lie(_identity(account, arn))
    with Liar(lambda body: lie if _operation(body) == "GetCallerIdentity" else None, aws.drill.url) as liar:
        options = ("--region", "eu-west-1", "--endpoint-url", liar.url)
        ran = aws.run("preserve", case, *QUICK, *options)
    _check_shown({"preserve": ran, "status": aws.run("status", case, "-v")})
    _check_folder(tmp_path, {"case"})
    assert not case.exists() or intact(case)
    assert ran.code in {0, 1, 3}


REGION = (
    "<DescribeRegionsResponse><regionInfo><item><regionName>{}</regionName>"
    "<optInStatus>opted-in</optInStatus></item></regionInfo></DescribeRegionsResponse>"
)


@pytest.mark.parametrize(
    "name", ["../../../../tmp/x", "eu-west-1/../../x", "\u009b2J", "eu-west-1.evil.example/", ""]
)
def test_regions_are_a_lie(aws: Aws, tmp_path: Path, name: str) -> None:
    """A region's name is a part of host names and of paths: one that is none goes into neither."""
    case = tmp_path / "case"
    lie = Lie(REGION.format(name).encode())
    with Liar(lambda body: lie if _operation(body) == "DescribeRegions" else None, aws.drill.url) as liar:
        ran = aws.run("preserve", case, *QUICK, "--endpoint-url", liar.url)
    _check_shown({"preserve": ran})
    _check_folder(tmp_path, {"case"})
    assert not case.exists() or intact(case)
    assert ran.code in {1, 3}, ran


@pytest.mark.torture
def test_snapshots_are_a_lie(aws: Aws, tmp_path: Path) -> None:
    """Ids and states of what we made are AWS's words too."""
    text = XML.replace("<", "&lt;")
    lie = Lie(
        (
            f"<CreateSnapshotsResponse><snapshotSet><item><snapshotId>{text}</snapshotId><volumeId>{text}</volumeId>"
            f"<state>{text}</state></item></snapshotSet></CreateSnapshotsResponse>"
        ).encode()
    )
    case = tmp_path / "case"
    with Liar(lambda body: lie if _operation(body) == "CreateSnapshots" else None, aws.drill.url) as liar:
        ran = _all_commands(aws, case, "--endpoint-url", liar.url, "--wait", "1")
    _check_shown(ran)
    _check_folder(tmp_path, {"case", "bundle"})
    assert intact(case)


@pytest.mark.parametrize(
    "word", [f"Ana {CLIPBOARD}", "Ana\nforensics: intact", "a\rb", "x\b", "\u009b2J", "A" * 201]
)
@pytest.mark.parametrize("option", ["--examiner", "--reference"])
def test_words_that_fit_no_form(aws: Aws, tmp_path: Path, option: str, word: str) -> None:
    """Control characters in what goes on record are refused, and are not printed in saying so."""
    case = tmp_path / "case"
    ran = aws.run("preserve", case, option, word)
    assert ran.code == 2
    assert ran.err.startswith(f"forensics: {option.removeprefix('--')} is ")
    assert len(ran.err.splitlines()) == 1
    _check_shown({"preserve": ran})
    assert list(tmp_path.iterdir()) == []
    assert aws.drill.calls() == []


@pytest.mark.parametrize("name", [f"ir{CLIPBOARD}", "ir\nforensics: intact", "\u009b2J", "ir\rx"])
def test_case_names_that_fit_no_form(aws: Aws, tmp_path: Path, name: str) -> None:
    """So are they in a case's name, which is its folder's; no other command prints them raw either."""
    ran = {"preserve": aws.run("preserve", tmp_path / name)}
    assert ran["preserve"].code == 2
    for command in ("status", "seal", "verify"):
        ran[command] = aws.run(command, tmp_path / name)
        assert ran[command].code in {1, 2}
    ran["unknown command"] = aws.run(name)
    ran["unknown option"] = aws.run("preserve", f"--{name}")
    ran["no region"] = aws.run("preserve", tmp_path / "case", "--region", name)
    ran["no profile"] = aws.run("preserve", tmp_path / "case2", "--profile", name)
    ran["no identity"] = aws.run("verify", tmp_path, "--identity", name)
    _check_shown(ran)
    assert all(done.code in {1, 2} for done in ran.values())


@pytest.mark.torture
@pytest.mark.timeout(300)
def test_case_and_examiner_with_marks(aws: Aws, tmp_path: Path) -> None:
    """Marks that only turn or hide text stand in a name; they are shown, and no path has them."""
    case = tmp_path / "ir-\u202e2031-\u2066x\u200b"
    words = ("--examiner", "Ana \u202eotI\u2069", "--reference", "T-\u200b1")
    ran = _all_commands(aws, case, *words)
    _check_shown(ran)
    assert (ran["preserve"].code, ran["seal"].code, ran["verify"].code) == (0, 0, 3)
    assert "\\u202e" in ran["status ()"].out
    _check_folder(tmp_path / "bundle", {path.name for path in (tmp_path / "bundle").iterdir()})
    assert json.loads((case / "case.json").read_text())["case"] == case.name


HARD_NAMES = ["\x1b[2J", "a\nnot intact: 0 findings", "\u202egpj", "x\b\b", "\u009b31m", "con", "a" * 255]


@pytest.mark.timeout(300)
def test_names_in_a_bundle(aws: Aws, tmp_path: Path) -> None:
    """What was put into a bundle is named in the findings, and its name acts on nothing."""
    case, bundle = tmp_path / "case", tmp_path / "bundle"
    assert aws.preserve(case, "--region", "eu-west-1").code == 0
    assert aws.run("seal", case, "--output", bundle).code == 0
    for name in HARD_NAMES:
        (bundle / "data" / name).write_text("x")
    (bundle / b"\xff\xfe\x1b".decode("utf-8", "surrogateescape")).write_text("x")
    ran = {" ".join(options): aws.run("verify", bundle, *options) for options in ((), ("--json",), ("-q",))}
    _check_shown(ran)
    assert {done.code for done in ran.values()} == {4}
    for shown in ("data/\\x1b[2J", "data/a\\x0anot intact", "data/\\u202egpj", "data/con"):
        assert shown in ran[""].out
    paths = {finding["path"] for check in ran["--json"].json["checks"] for finding in check["findings"]}
    assert {f"data/{name}" for name in HARD_NAMES} <= paths
    assert not forensics.verify(bundle)

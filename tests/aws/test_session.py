"""Who we are, where we may ask, and what happens where we are nobody."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from forensics.aws.ask import Asker
from forensics.aws.pace import Pace, rate
from forensics.aws.session import Session
from forensics.errors import AwsError, CredentialsError, UsageError
from forensics.model import EVERYTHING, GLOBAL, Coverage, Exchange, Outcome, Source
from tests.aws.canned import Answer, Asked, Script, caller, xml_error
from tests.aws.conftest import ACCOUNT, KEYS, REGION, Time
from tests.collectors.play import Memory

Make = Callable[..., Any]
ARN = "arn:aws:sts::123456789012:assumed-role/IR/ana"


def regions(**status: str) -> Answer:
    """Answer DescribeRegions."""
    items = "".join(
        f"<item><regionName>{name.replace('_', '-')}</regionName><optInStatus>{said}</optInStatus></item>"
        for name, said in status.items()
    )
    return Answer(f"<R><regionInfo>{items}</regionInfo></R>".encode())


OPTED = {"eu_west_1": "opt-in-not-required", "me_south_1": "opted-in", "ap_east_1": "not-opted-in"}


def aws(who: Answer, where: Answer | None = None) -> Script:
    """Answer the two questions that open a run."""
    return lambda asked: who if asked.operation == "GetCallerIdentity" else where or regions(**OPTED)


def assuming(asked: Asked) -> Answer:
    """Answer these, and AssumeRole with the keys of a role."""
    inner = "<AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>role-secret</SecretAccessKey>"
    expiry = "<SessionToken>role-token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>"
    assumed = f"<R><AssumeRoleResult><Credentials>{inner}{expiry}</Credentials></AssumeRoleResult></R>"
    return Answer(assumed.encode()) if asked.operation == "AssumeRole" else aws(caller(ARN))(asked)


def test_identify(serve: Make, session_on: Make) -> None:
    """Account, principal and partition, and AWS's clock; it is the first request of all."""
    server = serve(aws(caller(ARN)))
    session = session_on(server.url)
    identity = session.identify()
    assert (identity.account, identity.arn, identity.partition) == (ACCOUNT, ARN, "aws")
    assert identity.date.endswith("GMT")
    assert session.principal == ARN
    assert session.access_key_id == KEYS["access_key"]
    assert server.operations == ["GetCallerIdentity"]


def test_what_opened_the_run_is_on_record(serve: Make, session_on: Make) -> None:
    """Both exchanges, under the account that they revealed, each with its coverage."""
    session = session_on(serve(aws(caller(ARN))).url)
    session.identify()
    chosen, records = session.enabled_regions()
    assert chosen == ["eu-west-1", "me-south-1"]
    assert [(type(item), item.source.name) for item in records] == [
        (Exchange, "sts.GetCallerIdentity"),
        (Coverage, "sts.GetCallerIdentity"),
        (Exchange, "ec2.DescribeRegions"),
        (Coverage, "ec2.DescribeRegions"),
    ]
    assert {(item.source.account, item.source.region) for item in records} == {(ACCOUNT, GLOBAL)}
    assert {item.principal for item in records if isinstance(item, Exchange)} == {ARN}


def test_the_user_agent_names_the_case(serve: Make, session_on: Make) -> None:
    """So that the firm can subtract us from the trail; what a header cannot hold is replaced."""
    server = serve(aws(caller()))
    session_on(server.url, case_id="IR 2031/014\r\nX-Evil: 1 ü").identify()
    agent = server.asked[0].headers["User-Agent"]
    assert "forensics/" in agent
    assert "case/IR-2031-014-X-Evil-1" in agent
    assert "X-Evil" not in server.asked[0].headers


def test_denied_who_am_i_still_says_who(serve: Make, session_on: Make) -> None:
    """The denial names us: that will do, and is a gap."""
    message = f"User: {ARN} is not authorized to perform: sts:GetCallerIdentity"
    session = session_on(serve(aws(xml_error("AccessDenied", message, 403, service="sts"))).url)
    identity = session.identify()
    assert (identity.account, identity.arn, identity.user_id) == (ACCOUNT, ARN, "")
    _, records = session.enabled_regions()
    coverage = records[1]
    assert isinstance(coverage, Coverage)
    assert coverage.gaps[0].outcome is Outcome.DENIED


@pytest.mark.parametrize(
    "message", ["no", "", "User: nobody is not authorized", "User: arn:aws:iam::12:user/x is not"]
)
def test_denied_without_a_name_stops(serve: Make, session_on: Make, message: str) -> None:
    """Without an account there is no case to put anything in."""
    session = session_on(serve([xml_error("AccessDenied", message, 403, service="sts")]).url)
    with pytest.raises(AwsError, match="AccessDenied"):
        session.identify()


@pytest.mark.parametrize("code", ["ExpiredToken", "InvalidClientTokenId", "SignatureDoesNotMatch"])
def test_bad_credentials(serve: Make, session_on: Make, code: str) -> None:
    """Exit code 5, with what to do."""
    session = session_on(serve([xml_error(code, status=403, service="sts")]).url)
    with pytest.raises(CredentialsError) as stop:
        session.identify()
    assert stop.value.exit_code == 5
    assert stop.value.hint


def test_no_credentials(session_on: Make) -> None:
    """None configured, none invented."""
    session = session_on("http://127.0.0.1:1", credentials=None)
    with pytest.raises(CredentialsError, match="no credentials"):
        session.identify()
    with pytest.raises(CredentialsError, match="no credentials"):
        _ = session.access_key_id


def test_nobody_there(session_on: Make) -> None:
    """One line, and a hint."""
    with pytest.raises(AwsError, match=r"no answer from http://127\.0\.0\.1:1") as stop:
        session_on("http://127.0.0.1:1").identify()
    assert stop.value.hint


def test_no_such_profile(tmp_path: Path) -> None:
    """The hint lists those that there are."""
    (tmp_path / "config").write_text("[profile prod]\nregion=eu-west-1\n[profile dev]\n")
    with pytest.raises(UsageError, match="nosuch") as stop:
        Session(profile="nosuch")
    assert stop.value.hint is not None
    assert "prod" in stop.value.hint
    assert "dev" in stop.value.hint


def test_a_profile_from_the_environment_that_there_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """Never other credentials in its stead."""
    monkeypatch.setenv("AWS_PROFILE", "nosuch")
    with pytest.raises(UsageError, match="nosuch"):
        Session()


def test_a_configuration_that_cannot_be_read(tmp_path: Path) -> None:
    """Said as it is."""
    (tmp_path / "config").write_text("this is no configuration\n")
    with pytest.raises(UsageError, match="configuration"):
        Session()


def test_home_is_the_profiles_region(tmp_path: Path) -> None:
    """As in the AWS CLI."""
    (tmp_path / "config").write_text("[profile prod]\nregion=eu-north-1\n")
    assert Session(profile="prod").home == "eu-north-1"
    assert Session().home == "us-east-1"
    assert Session(region="sa-east-1", profile="prod").home == "sa-east-1"


@pytest.mark.parametrize("region", ["eu-west-9", "EU-WEST-1", "europe", "eu-west-1 ", "../x", "global"])
def test_no_such_region(region: str) -> None:
    """A typing error is found before anything is asked."""
    with pytest.raises(UsageError, match="no such region") as stop:
        Session(region=region)
    assert stop.value.hint


def test_endpoint_from_the_environment(serve: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS_ENDPOINT_URL is botocore's, and works."""
    server = serve(aws(caller()))
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    assert Session(credentials=KEYS).identify().account == ACCOUNT


@pytest.mark.parametrize("url", ["nonsense", "http://", "http://exa mple", ""])
def test_an_endpoint_that_is_no_url(session_on: Make, url: str) -> None:
    """One line, not a traceback."""
    with pytest.raises(UsageError) as stop:
        session_on(url).identify()
    assert stop.value.exit_code == 2


# -- regions


def opened(
    serve: Make, session_on: Make, where: Answer, wanted: tuple[str, ...] = ()
) -> tuple[list[str], list[Any]]:
    """Open a run."""
    session = session_on(serve(aws(caller(), where)).url)
    session.identify()
    chosen, records = session.enabled_regions(wanted)
    return chosen, [item for item in records if isinstance(item, Coverage)][1:]


def test_a_region_not_opted_in_is_not_asked(serve: Make, session_on: Make) -> None:
    """It is in the answer that is kept; nothing is missing there."""
    chosen, [coverage] = opened(serve, session_on, regions(**OPTED))
    assert "ap-east-1" not in chosen
    assert coverage.complete


def test_wanted_and_not_opted_in_is_a_gap(serve: Make, session_on: Make) -> None:
    """Whoever asks for it is told."""
    chosen, [_, coverage, *others] = opened(serve, session_on, regions(**OPTED), ("ap-east-1", "eu-west-1"))
    assert chosen == ["eu-west-1"]
    assert (coverage.source.region, coverage.source.operation) == ("ap-east-1", EVERYTHING)
    assert coverage.outcome is Outcome.REGION_DISABLED
    assert [(item.source.region, item.outcome) for item in others] == [("me-south-1", Outcome.OUT_OF_SCOPE)]


def test_describe_regions_denied_is_one_gap(serve: Make, session_on: Make) -> None:
    """And the partition's default regions are asked, or those that are wanted."""
    denied = xml_error("UnauthorizedOperation", status=403)
    chosen, [coverage] = opened(serve, session_on, denied)
    assert len(chosen) == 17
    assert "us-east-1" in chosen
    assert "me-south-1" not in chosen
    assert [gap.outcome for gap in coverage.gaps] == [Outcome.DENIED]
    assert opened(serve, session_on, denied, ("eu-west-3", "eu-west-3"))[0] == ["eu-west-3"]


def test_other_partitions_have_their_own_regions(serve: Make, session_on: Make) -> None:
    """Nothing of ours says `aws` where it means the partition."""
    china = caller("arn:aws-cn:iam::123456789012:user/ir")
    session = session_on(serve(aws(china, xml_error("UnauthorizedOperation", status=403))).url)
    session.identify()
    assert session.enabled_regions()[0] == ["cn-north-1", "cn-northwest-1"]


def test_a_wanted_region_that_there_is_not(serve: Make, session_on: Make) -> None:
    """Found, and like what it might have been."""
    with pytest.raises(UsageError, match="eu-wset-1") as stop:
        opened(serve, session_on, regions(**OPTED), ("eu-wset-1",))
    assert stop.value.hint is not None
    assert "eu-west-1" in stop.value.hint


def test_a_region_newer_than_botocore(serve: Make, session_on: Make) -> None:
    """What AWS lists is a region, whether botocore knows it or not."""
    chosen, _ = opened(
        serve, session_on, regions(eu_west_1="opted-in", moon_base_1="opted-in"), ("moon-base-1",)
    )
    assert chosen == ["moon-base-1"]


# -- roles and clients


def test_a_role_is_assumed_and_its_keys_pass_no_tap(serve: Make, session_on: Make) -> None:
    """The session's name carries the case; the answer with the keys is in no exchange."""
    server = serve(assuming)
    role = "arn:aws:iam::123456789012:role/IR"
    session = session_on(server.url, role_arn=role, external_id="x-1", case_id="IR 1")
    session.identify()
    _, records = session.enabled_regions()
    assert session.access_key_id == "ASIAROLE"
    asked = next(item for item in server.asked if item.operation == "AssumeRole")
    assert asked.parameters["RoleSessionName"] == "forensics-IR-1"
    assert asked.parameters["ExternalId"] == "x-1"
    lines = _journal(session)
    assert [(one["operation"], one["account"], one["region"], one["status"]) for one in lines] == [
        ("AssumeRole", "123456789012", REGION, 200),
        ("GetCallerIdentity", "", "global", 200),
        ("DescribeRegions", "123456789012", "global", 200),
    ]
    assert lines[0]["request_id"]
    for secret in ("role-secret", "role-token"):
        assert secret not in repr(records)
        assert secret not in repr(lines)


def _journal(session: Session) -> list[dict[str, Any]]:
    """Read what a session has noted down of its requests."""
    draft = Memory()
    session.journal.begin(draft)
    session.journal.end()
    return [json.loads(line) for line in gzip.decompress(bytes(draft.data)).splitlines()]


def test_a_profiles_role_passes_no_tap(serve: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Botocore assumes it in the midst of our own first request: neither disturbs the other."""
    server = serve(assuming)
    role = "role_arn=arn:aws:iam::123456789012:role/IR\nsource_profile=base"
    keys = "aws_access_key_id=AKIABASE\naws_secret_access_key=base-secret"
    (tmp_path / "config").write_text(f"[profile ir]\n{role}\n[profile base]\n{keys}\n")
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    session = Session(profile="ir", region=REGION)
    session.identify()
    _, records = session.enabled_regions()
    assert server.operations == ["AssumeRole", "GetCallerIdentity", "DescribeRegions"]
    assert session.access_key_id == "ASIAROLE"
    for secret in ("role-secret", "role-token", "base-secret"):
        assert secret not in repr(records)


def test_a_role_that_cannot_be_assumed_again_stops_the_run(serve: Make, session_on: Make) -> None:
    """In mid-run: AssumeRole's refusal is not the row's, and nothing of it is in the record."""
    refused = xml_error("AccessDenied", "not the row's", 403, service="sts")
    session = session_on(serve([refused]).url, role_arn="arn:aws:iam::123456789012:role/IR")
    source = Source(ACCOUNT, REGION, "ec2", "DescribeVpcs")
    asking = Asker(session, source, session.clock, session.sleep).ask({})
    with pytest.raises(CredentialsError, match="AssumeRole"):
        next(asking)


def test_a_role_that_is_refused(serve: Make, session_on: Make) -> None:
    """Refused in AWS's own code, as something about credentials."""
    server = serve([xml_error("AccessDenied", status=403, service="sts")])
    session = session_on(server.url, role_arn="arn:aws:iam::123456789012:role/IR")
    with pytest.raises(CredentialsError, match="AccessDenied"):
        session.identify()
    assert [(one["operation"], one["status"]) for one in _journal(session)] == [("AssumeRole", 403)]


def test_roles_are_assumed_at_one_pace(serve: Make, session_on: Make, time: Time) -> None:
    """Whoever assumes fifty at once draws on one bucket, that of the account it is in."""
    server = serve(assuming)
    pace, bucket = Pace(clock=time.monotonic), rate("sts", "AssumeRole")
    base = session_on(server.url, pace=pace)
    base.identify()
    began = time.monotonic()
    for number in range(int(bucket.burst) + 10):
        role = f"arn:aws:iam::{number:012d}:role/IR"
        own = Pace(clock=time.monotonic)
        session = session_on(server.url, base=base, role_arn=role, pace=own)
        assert session.access_key_id == "ASIAROLE"
    assert server.operations.count("AssumeRole") == bucket.burst + 10
    assert time.monotonic() - began == pytest.approx(10 / bucket.refill)


def test_what_another_asks_is_noted_down_with_ours(serve: Make, session_on: Make) -> None:
    """A session without a file of its own leaves its requests in another's, before and after that has one."""
    server = serve(aws(caller(ARN)))
    one, other = session_on(server.url), session_on(server.url)
    other.identify()
    one.journal.adopt(other.journal)
    other.enabled_regions()
    draft = Memory()
    one.journal.begin(draft)
    other.still_known()
    one.journal.end()
    lines = [json.loads(line) for line in gzip.decompress(bytes(draft.data)).splitlines()]
    assert [line["operation"] for line in lines] == [
        "GetCallerIdentity",
        "DescribeRegions",
        "GetCallerIdentity",
    ]
    assert one.journal.requests == 3


def test_one_client_for_each_service_and_region(session_on: Make) -> None:
    """Made once, also by many threads at once, and forgotten on demand."""
    session = session_on("http://127.0.0.1:1")
    found: list[Any] = []
    threads = [
        threading.Thread(target=lambda: found.append(session.client("ec2", REGION))) for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(client) for client in found}) == 1
    assert session.client("ec2", "us-east-1") is not found[0]
    session.forget(REGION)
    assert session.client("ec2", REGION) is not found[0]


# -- what is wrong with credentials, in words


@pytest.mark.parametrize("program", ["/bin/false", "/nonexistent/program"])
@pytest.mark.parametrize("role", [None, "arn:aws:iam::123456789012:role/IR"])
def test_a_credential_process_that_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, role: str | None
) -> None:
    """As something about credentials, which may be had again: not as an error of ours."""
    (tmp_path / "config").write_text(f"[profile ir]\ncredential_process={program}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    with pytest.raises(CredentialsError, match="no credentials"):
        Session(profile="ir", region=REGION, role_arn=role)


def test_profiles_that_lead_in_a_circle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a role on top, too."""
    role = "role_arn=arn:aws:iam::123456789012:role/IR"
    a, b = f"[profile a]\n{role}\nsource_profile=b\n", f"[profile b]\n{role}\nsource_profile=a\n"
    (tmp_path / "config").write_text(a + b)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    with pytest.raises(UsageError, match="loop"):
        Session(profile="a", region=REGION, role_arn="arn:aws:iam::123456789012:role/IR")


@pytest.mark.parametrize(("role", "external_id"), [("IR", None), ("arn:aws:iam::123456789012:role/IR", "x")])
def test_a_role_that_is_none(session_on: Make, role: str, external_id: str | None) -> None:
    """In a word about the role, not about the network."""
    session = session_on("http://127.0.0.1:1", role_arn=role, external_id=external_id)
    with pytest.raises(UsageError, match=r"no such role: .* length"):
        session.identify()


def test_a_password_in_the_endpoint(session_on: Make) -> None:
    """It would go on record with every exchange."""
    with pytest.raises(UsageError, match="password") as refused:
        session_on("http://user:sekret@127.0.0.1:1").identify()
    assert "sekret" not in str(refused.value)

"""What is in a stack ends with it: each thing is judged, and what nobody here lists is in the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast
from urllib.parse import parse_qs

import pytest

from forensics.aws.ask import Refusal
from forensics.aws.pace import Pace
from forensics.aws.session import Session
from forensics.model import Outcome
from forensics.readiness import contents, listing, naming, stacks
from forensics.readiness.endings import Endings
from forensics.readiness.judging import State
from forensics.readiness.listing import Listing
from forensics.readiness.looking import Look
from forensics.readiness.naming import Named
from forensics.readiness.stacks import Inside
from forensics.readiness.things import Found
from tests.collectors.play import REGION
from tests.e2e.liar import Liar, Lie
from tests.readiness.test_judging import holdings

ACCOUNT = "222222222222"
ARN = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/shop/1"
STACK = Found(stacks.STACK, "shop", REGION, ARN, facts={})
NAMED = naming.of_arn(ARN, [ACCOUNT])
KEY = Found(
    "kms:key", "k-1", REGION, f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k-1", facts={"KeyState": "Enabled"}
)
OF_KEY = Named("AWS::KMS::Key k-1", "k-1", service="kms", region=REGION)
OF_PART = Named("AWS::IAM::Policy shop-part", "shop-part", service="iam", region=REGION)
DISK = Found("ec2:volume", "vol-1", REGION, facts={"KmsKeyId": KEY.arn})


def look(inside: list[Inside], *alive: Found, known: dict[Any, Found] | None = None) -> Look:
    """Give a look at an account in which the stack was named."""
    live = Listing(cast("Any", None), lambda _: None)
    live.regions, live.things = (REGION,), {one.key: one for one in (STACK, *alive)}
    wanted = [NAMED, *(one for stack in inside for one in stack.things)]
    found = Look(live, holdings(), wanted, known=known or {})
    found._stacks = inside
    return found


def left(found: Look) -> list[tuple[str, State, str, str]]:
    """Say what is left of the stack."""
    found.end(Endings())
    return [(one.ref, one.state, one.why, one.cause) for one in found._inside()]


def test_all_of_it_is_judged() -> None:
    """A key in a stack ends with it, and so do the disks under the key; nothing more has to be named."""
    found = look([Inside(NAMED, REGION, (OF_KEY,))], KEY, DISK)
    with_it = Endings()
    found.end(with_it)
    assert {one.key for one in found._found} == {STACK.key, KEY.key, DISK.key}
    assert with_it.keys == {KEY.arn: "is to be destroyed too"}
    assert left(found) == []
    rows = naming.scope([NAMED, OF_KEY], listing.rows()).rows
    assert {"kms.DescribeKey", "ec2.DescribeSnapshots", "cloudformation.DescribeStacks"} <= rows


REF = f"cloudformation:resources/shop@{REGION}"
NO = Refusal(Outcome.DENIED, "AccessDenied", "not\nyou", "r-1", sure=True)
SOME = tuple(Named(f"AWS::X::Y {number}", f"y-{number}") for number in range(7))


@pytest.mark.parametrize(
    ("inside", "why", "cause"),
    [
        ([], contents.STACK, ""),
        ([Inside(NAMED, "us-east-1")], contents.STACK, ""),
        (
            [Inside(NAMED, REGION, (OF_KEY,), NO)],
            f"{contents.STACK}: it could not be listed: denied: AccessDenied: not you (request r-1)",
            "denied: AccessDenied",
        ),
        (
            [Inside(NAMED, REGION, (OF_PART,))],
            f"1 things in it {contents.STACKED}: {OF_PART.text}",
            OF_PART.text,
        ),
        (
            [Inside(NAMED, REGION, SOME)],
            f"7 things in it {contents.STACKED}: {', '.join(one.text for one in SOME[:5])} and 2 more",
            "; ".join(one.text for one in SOME),
        ),
    ],
)
def test_what_nobody_knows(inside: list[Inside], why: str, cause: str) -> None:
    """It is in the way in one line, and a waiver of that is of these things, or of this refusal, alone."""
    assert left(look(inside)) == [(REF, State.UNKNOWN, why, cause)]


def test_what_is_no_more() -> None:
    """What somebody deleted by hand, and the case has, cannot end with the stack any more."""
    part = Found("iam:policy", "shop-part", "global")
    assert left(look([Inside(NAMED, REGION, (OF_PART,))], known={part.key: part})) == []


@pytest.mark.parametrize(
    ("kind", "service"),
    [
        ("AWS::S3::Bucket", "s3"),
        ("AWS::StepFunctions::StateMachine", "states"),
        ("AWS::ElasticLoadBalancingV2::LoadBalancer", "elasticloadbalancing"),
        ("Custom::Thing", "custom::thing"),
    ],
)
def test_services(kind: str, service: str) -> None:
    """A type says of which service its thing is; what is nobody's is looked for nowhere."""
    assert stacks._service(kind) == service
    known = {one.kind.partition(":")[0] for of in listing.rows().values() for one in of}
    assert (service in known) is not kind.startswith("Custom")


def test_services_are_ours() -> None:
    """Each name that a type's is turned into is one that something here is listed under."""
    known = {one.kind.partition(":")[0] for of in listing.rows().values() for one in of}
    assert set(stacks._SERVICES.values()) <= known


ME = f"""<GetCallerIdentityResponse><GetCallerIdentityResult><Account>{ACCOUNT}</Account><UserId>A</UserId>
<Arn>arn:aws:iam::{ACCOUNT}:user/ana</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>"""
INNER = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/inner/2"


def member(kind: str, name: str, status: str = "CREATE_COMPLETE") -> str:
    """Give a resource as CloudFormation lists it; without a name it was never made."""
    called = f"<PhysicalResourceId>{name}</PhysicalResourceId>" if name else ""
    said = f"<ResourceType>{kind}</ResourceType>{called}<ResourceStatus>{status}</ResourceStatus>"
    return f"<member>{said}</member>"


def page(*members: str, following: str = "") -> Lie:
    """Give a page of resources."""
    token = f"<NextToken>{following}</NextToken>" if following else ""
    listed = f"<StackResourceSummaries>{''.join(members)}</StackResourceSummaries>{token}"
    whole = f"<ListStackResourcesResult>{listed}</ListStackResourcesResult>"
    return Lie(f"<ListStackResourcesResponse>{whole}</ListStackResourcesResponse>".encode())


FIRST = page(
    member("AWS::S3::Bucket", "shop-logs"),
    member("AWS::SNS::Topic", "gone", "DELETE_COMPLETE"),
    member("AWS::KMS::Key", ""),
    following="2",
)
SECOND = page(
    member("AWS::CloudFormation::Stack", INNER),
    member("AWS::CloudFormation::WaitConditionHandle", "https://x"),
)
GONE = Lie(
    b"<ErrorResponse><Error><Code>ValidationError</Code><Message>not there</Message></Error></ErrorResponse>"
)


def answer(body: bytes) -> Lie:
    """Say who asks, and what is in the stack, and in the one that is in it."""
    asked = {name: values[0] for name, values in parse_qs(body.decode()).items()}
    if asked["Action"] == "GetCallerIdentity":
        return Lie(ME.encode())
    if asked["StackName"] == INNER:
        return page(member("AWS::KMS::Key", "k-1"), member("AWS::CloudFormation::Stack", ARN))
    if asked["StackName"] not in {ARN, "shop"}:
        return replace(GONE, status=400)
    return SECOND if asked.get("NextToken") == "2" else FIRST


@pytest.fixture
def session() -> Iterator[Session]:
    """Give a session on an AWS that has two stacks, each in the other."""
    keys = {"access_key": "AKIAXXXXXXXXXXXXXXXX", "secret_key": "secret"}
    with Liar(answer) as liar:
        made = Session(region=REGION, endpoint_url=liar.url, credentials=keys, pace=Pace(scale=1_000))
        made.identify()
        yield made


def test_as_aws_lists_it(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the last page, and what is in a stack in it too; one that holds itself ends the search."""
    others = [Named("x", "x"), Named("vol-1", "vol-1", "ec2:volume")]
    outer, inner = stacks.inside(session, [NAMED, *others], [REGION, "us-east-1"])
    assert [(one.kind, one.service, one.id) for one in outer.things] == [
        ("", "s3", "shop-logs"),
        (stacks.STACK, "", INNER),
    ]
    assert [one.id for one in inner.things] == ["k-1", ARN]
    assert (outer.refusal, inner.refusal, outer.of(STACK), inner.of(STACK)) == (None, None, True, False)
    monkeypatch.setattr(stacks, "MOST", 1)
    assert len(list(stacks.inside(session, [NAMED], [REGION]))) == 1


def test_a_stack_by_its_name(session: Session) -> None:
    """It is looked for in every region; one that is nowhere is refused by AWS."""
    named = Named("t", "shop", stacks.STACK)
    assert [
        one.region for one in stacks.inside(session, [named], [REGION, "us-east-1"]) if one.stack is named
    ]
    (none,) = stacks.inside(session, [Named("t", "none", stacks.STACK)], [REGION])
    assert none.things == ()
    assert none.refusal is not None
    assert none.refusal.code == "ValidationError"

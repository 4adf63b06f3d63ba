"""Code of functions: whole, held against AWS's hash, and the links to it on no record."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from forensics.aws.links import without_links
from forensics.aws.pace import Pace
from forensics.aws.session import Session
from forensics.collectors.function_code import LINKS
from forensics.drill.server import Drill
from forensics.model import Exchange, Outcome
from tests.aws.canned import Answer, Asked, Canned, caller
from tests.collectors.kept import body, files, root
from tests.collectors.play import REGION, Play, session_on

CODE, LAYER, FOREIGN = "lambda.GetFunction", "lambda.GetLayerVersion", "lambda.GetLayerVersionByArn"
ROWS = ("lambda.ListFunctions", "lambda.ListLayers", "lambda.ListLayerVersions", CODE, LAYER, FOREIGN)
PACKAGE = b"PK\x03\x04 not really a package \x00\xff"
LINK = "/snapshots/f?versionId=v&X-Amz-Security-Token=T%2F1&X-Amz-Credential=ASIAX%2Fx&X-Amz-Signature=abc1"


def collect(play: Play) -> Play:
    """Run the lists and the steps that live from them."""
    play.run(*ROWS)
    return play


def archive(text: str) -> bytes:
    """Make a package."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("main.py", text)
    return file.getvalue()


@pytest.fixture
def furnished(drill: Drill) -> Drill:
    """Give the drill with two versions of its function, an image, and a layer with two versions."""
    client = root(drill, "lambda")
    client.publish_version(FunctionName="order-sync")
    client.update_function_code(FunctionName="order-sync", ZipFile=archive("print('backdoor')"))
    for text in ("a = 1", "a = 2"):
        client.publish_layer_version(LayerName="shared", Content={"ZipFile": archive(text)})
    return drill


def test_every_version_of_everything(furnished: Drill) -> None:
    """As AWS holds it: by AWS's own hashes, and each package once."""
    play = collect(Play(session_on(furnished)))
    assert play.gaps() == []
    client = root(furnished, "lambda")
    stated = {one["CodeSha256"] for one in client.list_functions(FunctionVersion="ALL")["Functions"]}
    for version in (1, 2):
        stated.add(
            client.get_layer_version(LayerName="shared", VersionNumber=version)["Content"]["CodeSha256"]
        )
    kept = [hashlib.sha256(body(one)).digest() for one in files(play)]
    assert {base64.b64encode(digest).decode() for digest in kept} == stated
    assert len(kept) == len(stated) == 4
    assert {one.about["checked"] for one in files(play)} == {"sha256"}
    assert all(one.sensitive and one.about["size"] == one.about["stated_size"] for one in files(play))


def test_what_is_kept_is_not_fetched_again(furnished: Drill) -> None:
    """A second run asks what there is, and fetches nothing."""
    play = collect(Play(session_on(furnished)))
    before = dict(play.kept)
    furnished.clear_calls()
    collect(play)
    assert play.kept == before
    assert not [call for call in furnished.calls() if call["operation"] == "GetObject"]
    assert play.coverage[CODE].outcome is Outcome.COLLECTED


def test_links_are_on_no_record(furnished: Drill) -> None:
    """Whoever reads the case cannot fetch with them, nor with the session that signed them."""
    play = collect(Play(session_on(furnished)))
    kept = "".join(json.dumps(one.document()) for one in play.of(Exchange))
    kept += "".join(f"{one.about} {one.name} {one.key}" for one in files(play))
    assert "X-Amz-Signature=withheld" in kept
    assert kept.count("X-Amz-Signature=") == kept.count("X-Amz-Signature=withheld")
    assert kept.count("X-Amz-Security-Token=") == kept.count("X-Amz-Security-Token=withheld")
    answers = [one for one in play.of(Exchange) if one.source.operation == "GetFunction"]
    assert all(json.loads(one.body)["Configuration"]["FunctionName"] == "order-sync" for one in answers)


@pytest.mark.parametrize("kind", ["torn", "reset", "throttle", "error"])
def test_a_body_that_breaks_off_goes_on(furnished: Drill, kind: str) -> None:
    """Where it broke off, and it is whole in the end."""
    furnished.fault(kind=kind, service="s3", operation="GetObject", times=2)
    play = collect(Play(session_on(furnished)))
    assert play.gaps() == []
    assert len(files(play)) == 4
    furnished.clear_faults()


@pytest.mark.parametrize(("row", "action"), [(CODE, "lambda:GetFunction"), (LAYER, "lambda:GetLayerVersion")])
def test_denied(furnished: Drill, row: str, action: str) -> None:
    """Exactly that gap, for as many versions as there are."""
    furnished.deny(action)
    play = collect(Play(session_on(furnished)))
    assert play.gaps() == [(row, "denied", "AccessDeniedException")]
    assert play.coverage[row].outcome is Outcome.DENIED
    assert play.coverage[row].gaps[0].count == 2
    assert [one for one in files(play) if one.source.name == row] == []
    furnished.allow()


def test_a_function_that_is_gone_meanwhile(furnished: Drill) -> None:
    """Listed, and gone when asked about."""
    play = Play(session_on(furnished))
    play.run("lambda.ListFunctions")
    root(furnished, "lambda").delete_function(FunctionName="order-sync")
    play.run(CODE)
    assert {(row, outcome) for row, outcome, _ in play.gaps()} == {(CODE, "vanished")}


# -- what no emulator does

Script = Callable[[Asked], Answer]


@pytest.fixture
def play_on() -> Iterator[Callable[..., tuple[Play, Canned]]]:
    """Run the step against answers of one's own: `said` to GetFunction, `got` to its link, in turn."""
    servers: list[Canned] = []

    def make(said: Callable[[str], dict[str, Any]], got: list[Answer]) -> tuple[Play, Canned]:
        left = list(got)

        def script(asked: Asked) -> Answer:
            if asked.operation == "GetCallerIdentity":
                return caller()
            if asked.operation.startswith("/snapshots"):
                return left.pop(0) if len(left) > 1 else left[0]
            if asked.operation.partition("?")[0].rstrip("/").endswith("/functions"):
                listed = {"FunctionName": "f", "Version": "$LATEST", "FunctionArn": "a"}
                return Answer(json.dumps({"Functions": [listed]}).encode())
            return Answer(json.dumps(said(server.url)).encode())

        server = Canned(script)
        servers.append(server)
        server.__enter__()
        keys = {"access_key": "AKIAX", "secret_key": "x"}
        given: dict[str, Any] = {"region": REGION, "credentials": keys, "pace": Pace(scale=1_000)}
        session = Session(endpoint_url=server.url, sleep=lambda _: None, draw=lambda: 0.0, **given)
        session.identify()
        play = Play(session)
        play.run("lambda.ListFunctions", CODE)
        return play, server

    yield make
    for server in servers:
        server.__exit__()


def function(data: bytes = PACKAGE, link: str = LINK, **code: Any) -> Callable[[str], dict[str, Any]]:
    """Say what GetFunction answers, of code with this hash."""
    digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
    arn = f"arn:aws:lambda:{REGION}:123456789012:function:f:$LATEST"
    about = {"FunctionArn": arn, "CodeSha256": digest, "CodeSize": len(data), "Version": "$LATEST"}
    return lambda url: {
        "Configuration": about,
        "Code": {
            "RepositoryType": "S3",
            "Location": link.replace("HERE", url) if "HERE" in link else url + link,
        }
        | code,
    }


def refusal(code: str, message: str, status: int = 403) -> Answer:
    """Refuse as S3 does."""
    text = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return Answer(text.encode(), status, {"Content-Type": "application/xml"})


def test_a_package_that_is_not_what_aws_states(play_on: Callable[..., Any]) -> None:
    """It is kept, under its own hash, and the gap names both."""
    play, _ = play_on(function(), [Answer(b"something else")])
    assert play.gaps() == [(CODE, "failed", "ChecksumMismatch")]
    message = play.coverage[CODE].gaps[0].message
    stated, found = hashlib.sha256(PACKAGE).hexdigest(), hashlib.sha256(b"something else").hexdigest()
    assert stated in message
    assert found in message
    (kept,) = files(play)
    assert kept.name.endswith(f"#{found}")
    assert kept.about["checked"] == "length"
    play.run(CODE)
    assert play.gaps() == [(CODE, "failed", "ChecksumMismatch")]
    assert len(files(play)) == 1


@pytest.mark.parametrize(
    "stale",
    [
        refusal("AccessDenied", "Request has expired"),
        refusal("ExpiredToken", "The provided token has expired.", 400),
    ],
    ids=["link", "session"],
)
def test_a_link_that_has_run_out(play_on: Callable[..., Any], stale: Answer) -> None:
    """Another is asked for; our own credentials are not meant."""
    play, server = play_on(function(), [stale, Answer(PACKAGE)])
    assert play.gaps() == []
    assert [body(one) for one in files(play)] == [PACKAGE]
    assert sum("/functions/f" in operation for operation in server.operations) == 2


def test_links_that_never_lead_anywhere(play_on: Callable[..., Any]) -> None:
    """So many, then a gap with S3's word."""
    play, server = play_on(function(), [refusal("AccessDenied", "Request has expired")])
    assert play.gaps() == [(CODE, "denied", "AccessDenied")]
    assert sum("/functions/f" in operation for operation in server.operations) == LINKS


@pytest.mark.parametrize("link", ["s3://", "", "file:///etc/passwd", "gopher://HERE/x", "not a url"])
def test_what_is_no_link(play_on: Callable[..., Any], link: str) -> None:
    """Nothing is fetched from there."""
    said = function()("")
    said["Code"]["Location"] = link
    play, _ = play_on(lambda _: said, [Answer(PACKAGE)])
    assert play.gaps() == [(CODE, "failed", "NoLink")]
    assert files(play) == []


def test_an_image_has_a_digest_in_its_answer(play_on: Callable[..., Any]) -> None:
    """Nothing to fetch, and no gap."""
    image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/f"
    code = {"RepositoryType": "ECR", "ImageUri": f"{image}:1", "ResolvedImageUri": f"{image}@sha256:aa"}
    play, _ = play_on(lambda _: {"Configuration": {"FunctionArn": "a"}, "Code": code}, [Answer(b"")])
    assert play.gaps() == []
    assert play.coverage[CODE].outcome is Outcome.COLLECTED
    assert play.coverage[CODE].note == "1 are images: their digests are in the answers"


@pytest.mark.parametrize("digest", ["", "no base64!", None, 7])
def test_a_hash_that_is_none(play_on: Callable[..., Any], digest: Any) -> None:
    """What cannot be held against anything is a gap, and kept."""
    said = function()("HERE")
    said["Configuration"]["CodeSha256"] = digest

    def answer(url: str) -> dict[str, Any]:
        said["Code"]["Location"] = url + LINK
        return said

    play, _ = play_on(answer, [Answer(PACKAGE)])
    assert play.gaps() == [(CODE, "failed", "ChecksumMismatch")]
    assert [body(one) for one in files(play)] == [PACKAGE]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (b'{"a": "https://h/?X-Amz-Signature=0af&b=1"}', b'{"a": "https://h/?X-Amz-Signature=withheld&b=1"}'),
        (b"X-Amz-Security-Token=a%2Fb\\u0026c", b"X-Amz-Security-Token=withheld\\u0026c"),
        (b"x-amz-signature%3D0af", b"x-amz-signature%3Dwithheld"),
        (b"X-Amz-Signature\\u003d0af\\u0026b\\u003d1", b"X-Amz-Signature\\u003dwithheld\\u0026b\\u003d1"),
        (b'"X-Amz-Security-Token=a\\/b\\u002Bc\\u003D"', b'"X-Amz-Security-Token=withheld"'),
        (
            b"?AWSAccessKeyId=AKIA&Expires=1&Signature=x/y",
            b"?AWSAccessKeyId=withheld&Expires=1&Signature=withheld",
        ),
        (b"<L>?X-Amz-Signature=0af</L>", b"<L>?X-Amz-Signature=withheld</L>"),
        (b'{"CodeSha256": "abc=", "SignatureVersion": 4}', b'{"CodeSha256": "abc=", "SignatureVersion": 4}'),
        (b"", b""),
    ],
)
def test_what_is_withheld(sent: bytes, kept: bytes) -> None:
    """Signature, token and key id, however they are written, and not a byte more."""
    assert without_links(sent) == kept

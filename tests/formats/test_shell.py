"""What is given to be pasted does what it says, or is a comment."""

from __future__ import annotations

import shlex
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forensics.formats.shell import LIMIT, pasted

HOSTILE = (
    "file:///home/ana/.aws/credentials",
    "fileb://~/.ssh/id_ed25519",
    "https://evil/x",
    "a\nrm -rf ~",
    "\x1b[2J",
    "gpj.\u202eexe",
    "back\\slash",
    "x" * LIMIT,
)


def _of(name: str) -> str:
    return shlex.join(["aws", "logs", "put-retention-policy", f"--log-group-name={name}"])


@pytest.mark.parametrize(
    "name", ["/aws/lambda/x", "it's; rm -rf ~ $(id) `id` !!", "--endpoint-url=x", "東京"]
)
def test_a_name_that_is_quoted(name: str) -> None:
    """A name of which the shell makes one word stays as it is."""
    assert pasted(_of(name)) == _of(name)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name(name: str) -> None:
    """What would be another name, or the content of a file, is not given to be pasted."""
    told = pasted(_of(f"{name}'; touch /nowhere; '"))
    assert told.startswith("# not to be pasted, since it holds a hostile name: aws logs put-retention-policy")
    assert not set(told[1:]) & set("'\"`$;&|<>()\\\n\x1b#*!~")
    assert len(told) < LIMIT + 100


@given(st.lists(st.text(max_size=30), max_size=4))
def test_any_name(names: list[str]) -> None:
    """A shell gives back each name, or there is a comment."""
    told = pasted(" ".join(["printf", *(shlex.quote(f"--name={name}") for name in names)]))
    assert told.startswith("# ") or shlex.split(told)[1:] == [f"--name={name}" for name in names]


def test_a_real_shell() -> None:
    """Pasted into a shell line by line, a hostile name runs nothing."""
    lines = [pasted(_of(f"{name}'\"; echo PWNED; '")) for name in HOSTILE]
    script = "aws() { :; }\n" + "\n".join(lines) + "\n"
    ran = subprocess.run(["sh"], input=script, capture_output=True, text=True, check=True, timeout=30)
    assert (ran.stdout, ran.stderr) == ("", "")

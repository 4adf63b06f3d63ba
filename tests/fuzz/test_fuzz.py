"""Every parser under fuzz: a short form of fixed seeds here, hours of it in `make torture`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.fuzz import driving, mutation
from tests.fuzz.driving import LONGEST, FindingError, Target
from tests.fuzz.targets import TARGETS

ROOT = Path(__file__).parents[2]
SECONDS = int(os.environ.get("FUZZ_SECONDS", "600"))
"""Of each target in the long form."""
HAS_WHEEL = sys.platform == "linux" and os.uname().machine == "x86_64" and sys.version_info[:2] == (3, 11)
"""What the marker in pyproject.toml says."""


def _fuzz(name: str, *options: str, code: str = "") -> subprocess.CompletedProcess[str]:
    command = ["-c", code] if code else ["-m", "tests.fuzz", name, *options]
    return subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", TARGETS)
def test_short(name: str) -> None:
    """Nothing but the documented errors, within bounds of time and memory; what is taken is taken right."""
    target = TARGETS[name]
    corpus = target.corpus()
    count, taken = driving.all_of(target, mutation.inputs(corpus, target.runs, 1, LONGEST))
    assert count == target.runs + len(corpus)
    assert taken, "not even the corpus is taken"


@pytest.mark.parametrize("options", [(), ("--seeded",)], ids=["atheris", "seeded"])
def test_driver(options: tuple[str, ...]) -> None:
    """The driver runs a target, guided where atheris has a wheel, and says so where it has none."""
    done = _fuzz("manifest", "--runs=500", *options)
    assert done.returncode == 0, done.stderr
    assert re.search(r"^fuzz manifest: 50[0-9] runs, [0-9]+ taken, ", done.stdout, re.MULTILINE)
    guided = HAS_WHEEL and not options
    assert ("without atheris" in done.stdout) != guided
    assert ("Instrumenting forensics.formats.manifest" in done.stderr) == guided


def test_atheris_is_where_it_has_a_wheel() -> None:
    """No platform goes without it unseen."""
    assert driving.has_atheris() or not HAS_WHEEL


def _target(check: object) -> Target:
    return Target("x", check, (ValueError,), lambda: [b"x"])  # type: ignore[arg-type]


def test_finds_another_error() -> None:
    """The oracle's own test: an error that is not documented is a finding, and one that is is a refusal."""

    def odd(data: bytes) -> None:
        raise KeyError(data)

    def even(data: bytes) -> None:
        raise ValueError(data)

    with pytest.raises(KeyError):
        driving.one(_target(odd), b"x")
    assert not driving.one(_target(even), b"x")


def test_finds_what_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound on time: what the process spent, not what passed meanwhile on a machine with other work."""
    monkeypatch.setattr(driving, "MOST_SECONDS", 0.2)

    def slow(_: bytes) -> None:
        end = driving.spent() + driving.MOST_SECONDS
        while driving.spent() <= end:
            pass

    with pytest.raises(FindingError, match=r"x: \d+\.\d s for 1 bytes"):
        driving.one(_target(slow), b"x")
    assert not driving.one(_target(_sleep), b"x")


def _sleep(_: bytes) -> None:
    time.sleep(2 * driving.MOST_SECONDS)
    raise ValueError


def test_finds_what_goes_deep() -> None:
    """The bound on depth."""

    def deep(data: bytes) -> None:
        deep(data)

    with pytest.raises(FindingError, match="recursion"):
        driving.one(_target(deep), b"x")


def test_finds_what_holds_much() -> None:
    """The bound on memory, whatever time that takes, in a process that held little before."""
    code = (
        "import os, sys; from tests.fuzz import driving\n"
        # What is executed begins with the peak of what executed it, and what is forked with its own.
        "if pid := os.fork():\n    sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))\n"
        "driving.MOST_SECONDS = 0.0\n"
        "large = lambda _: b'\\1' * (2 * driving.MOST_MEMORY * 2**10)\n"
        "driving.one(driving.Target('large', large, (), list), b'x')"
    )
    done = _fuzz("large", code=code)
    assert done.returncode == 1
    assert re.search(r"FindingError: large: \d+ KiB for 1 bytes", done.stderr)


def test_driver_tells_a_finding() -> None:
    """A finding ends the driver with an error and the input."""
    code = (
        "import sys; from tests.fuzz import __main__ as driver, targets\n"
        "from tests.fuzz.driving import Target\n"
        "def bad(data):\n    assert b'Q' not in data\n"
        "targets.TARGETS['bad'] = Target('bad', bad, (), lambda: [b'abQ'])\n"
        "sys.argv = ['fuzz', 'bad', '--runs=10', '--seeded']; sys.exit(driver.main())"
    )
    done = _fuzz("bad", code=code)
    assert done.returncode == 1
    assert "AssertionError" in done.stderr


@pytest.mark.torture
@pytest.mark.parametrize("name", TARGETS)
def test_long(name: str) -> None:
    """The same for `FUZZ_SECONDS` each, with new seeds each time, guided by coverage."""
    seed = int.from_bytes(os.urandom(3), "big") + 1
    done = _fuzz(name, f"--seconds={SECONDS}", f"--seed={seed}")
    print(done.stdout.strip())
    assert done.returncode == 0, f"seed {seed}\n{done.stdout[-2_000:]}\n{done.stderr[-6_000:]}"

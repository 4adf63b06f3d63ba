"""The docs cannot lie: they are complete, their links lead somewhere, and what they show was run."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

import forensics
from forensics import errors
from forensics.cli import COMMANDS, SIGNALS, group
from tests.e2e.run import LEAN
from tests.nursery import Nursery

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
REGIONS = ("eu-west-1",)
"""What the drill's account has enabled here: the docs' commands are run for what they print, not for size."""


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@dataclass(frozen=True)
class Step:
    """A command that a page shows, and what the page says that it prints."""

    command: str
    output: tuple[str, ...]


def _steps(text: str) -> Iterator[Step]:
    r"""
    Yield the steps of all ```` ```console ```` blocks that stand under `<!-- run -->`.

    A line that begins with `$ ` is a command, and goes on over lines that end in `\`. What follows is its
    output; none means that any will do.
    """
    for block in re.findall(r"^<!-- run -->\n```console\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            lines = part.replace("\\\n", " ").splitlines()
            yield Step(lines[0], tuple(lines[1:]))


def _pattern(lines: tuple[str, ...]) -> str:
    """Turn shown output into a pattern: `…` is any text within a line, and alone any number of lines."""
    parts = [
        r"(?:.*\n)*" if line == "…" else r"[^\n]*".join(map(re.escape, line.split("…"))) + r"\n"
        for line in lines
    ]
    return "".join(parts) if parts else r"(?s:.*)"


def _run(steps: list[Step], cwd: Path, environment: Mapping[str, str]) -> list[tuple[int, str]]:
    """Run the steps in one shell, one after the other; return the exit code and the output of each."""
    mark = "@@ran:"
    # The rows that are all alike are not what a page is about, and an embedded AWS takes long to answer them.
    lean = " ".join(LEAN)
    brief = f'forensics() {{ [ "$1" != preserve ] || set -- "$@" {lean}; command forensics "$@"; }}\n'
    script = brief + "".join(
        f"{step.command}\ncode=$?; echo; echo {mark}$code; (exit $code)\n" for step in steps
    )
    result = subprocess.run(
        ["bash", "-c", script],
        cwd=cwd,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=300,
    )
    found = re.findall(rf"(.*?)\n{mark}(\d+)\n", result.stdout, re.DOTALL)
    assert len(found) == len(steps), result.stdout
    return [(int(code), _BESIDE.sub("", output)) for output, code in found]


_BESIDE = re.compile(
    r"^(?:gap +all of \w+ in global: out-of-scope|\d+ of \d+ sources, at .*)\n", re.MULTILINE
)
"""What no page shows: that the sweep was left out, and how far a run is that takes long on this machine."""


def _check(steps: list[Step], results: list[tuple[int, str]]) -> None:
    """Hold what was printed to what is shown; a command must succeed, unless the next shows its exit code."""
    for number, (step, (code, output)) in enumerate(zip(steps, results, strict=True)):
        asked = number + 1 < len(steps) and "$?" in steps[number + 1].command
        assert code == 0 or asked, f"$ {step.command}\n{output}exit code {code}"
        assert re.fullmatch(_pattern(step.output), output), f"$ {step.command}\n{output}"


@pytest.fixture(scope="module")
def aws(nursery: Nursery) -> Iterator[forensics.Drill]:
    """Give an embedded AWS with a breached account, in one region."""
    with nursery.drill() as drill:
        drill.regions(REGIONS)
        yield drill


@pytest.fixture
def environment(aws: forensics.Drill, tmp_path: Path) -> dict[str, str]:
    """Give the environment of a responder: a home with an SSH key, and the AWS profile `breached`."""
    home = tmp_path / "home"
    (home / ".ssh").mkdir(parents=True)
    (home / ".aws").mkdir()
    made = str(home / ".ssh" / "id_ed25519")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "ana", "-f", made], check=True)
    told = aws.environment
    (home / ".aws/config").write_text(f"[profile breached]\nregion = {told['AWS_DEFAULT_REGION']}\n")
    names = [name for name in told if name.startswith("AWS_") and ("KEY" in name or "TOKEN" in name)]
    secrets = "".join(f"{name.lower()} = {told[name]}\n" for name in names)
    (home / ".aws/credentials").write_text(f"[breached]\n{secrets}")
    binaries = Path(sys.executable).parent
    return {
        "AWS_ENDPOINT_URL": told["AWS_ENDPOINT_URL"],
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "PATH": f"{binaries}:/usr/local/bin:/usr/bin:/bin",
    }


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "page",
    [
        # Each takes a quarter of a minute: the README in `make test`, all in `make torture`.
        pytest.param(page, id=_name(page), marks=[] if page.name == "README.md" else pytest.mark.torture)
        for page in PAGES
        if "\n<!-- run -->\n" in page.read_text(encoding="utf-8")
    ],
)
def test_what_is_shown_was_run(page: Path, tmp_path: Path, environment: Mapping[str, str]) -> None:
    """Every command under `<!-- run -->` does and prints what the page says, from the first to the last."""
    steps = list(_steps(page.read_text(encoding="utf-8")))
    assert steps
    _check(steps, _run(steps, tmp_path, environment))


def test_readme_and_runbook_are_run() -> None:
    """The two pages that people type from show what was run."""
    assert list(_steps(_read("README.md")))
    assert list(_steps(_read("docs/runbook.md")))


@pytest.mark.parametrize(
    "block",
    [
        "$ echo one\ntwo\n",
        "$ false\n",
        "$ exit 3\n",
        "$ echo one; echo two\none\n",
        "$ echo one\none\n…\ntwo\n",
        "$ true\n$ false\n",
    ],
)
def test_a_page_that_lies_is_found(block: str, tmp_path: Path) -> None:
    """The mechanism's own test: other output, more of it, a failure anywhere."""
    steps = list(_steps(f"<!-- run -->\n```console\n{block}```\n"))
    assert steps
    with pytest.raises(AssertionError):
        _check(steps, _run(steps, tmp_path, {"PATH": "/usr/bin:/bin"}))


def test_a_page_that_is_true_passes(tmp_path: Path) -> None:
    """The mechanism's own test: wildcards, folded lines, a shell that goes on, an exit code that is shown."""
    block = "$ x=a; \\\n  echo $x\na\n$ echo 1 $x 2; echo; echo 3\n1 … 2\n…\n3\n$ (exit 3)\n$ echo $?\n3\n"
    block += "$ echo 3 of 10 sources, at ec2.DescribeVpcs in eu-west-1; echo kept\nkept\n"
    steps = list(_steps(f"<!-- run -->\n```console\n{block}```\n"))
    _check(steps, _run(steps, tmp_path, {"PATH": "/usr/bin:/bin"}))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_documented(name: str) -> None:
    """Each command has help of its own, and its place on the page of commands."""
    result = CliRunner().invoke(group, [name, "--help"], prog_name="forensics", terminal_width=80)
    assert result.exit_code == 0
    command = group.get_command(None, name)  # type: ignore[arg-type]
    assert command is not None
    assert command.help
    assert all(getattr(option, "help", "") for option in command.params if option.param_type_name == "option")
    assert f"\n## forensics {name}\n" in _read("docs/cli.md")


def test_commands_page_is_as_generated() -> None:
    """The page of commands is what `make docs` would write now."""
    cog = [sys.executable, "-m", "cogapp", "--check", "docs/cli.md"]
    result = subprocess.run(cog, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, f"{result.stdout}\nrun: make docs"


def test_readme_is_short() -> None:
    """Whoever comes here is in a hurry."""
    assert len(_read("README.md").splitlines()) <= 150


def test_exit_codes_are_documented() -> None:
    """README's table and the program's own help know every exit code that an error has."""
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    codes = {kind.exit_code for kind in kinds if issubclass(kind, errors.ForensicsError)}
    codes |= {0, 3, *(128 + getattr(signal, name) for name in SIGNALS)}
    table = re.findall(r"^\| ([\d, ]+) \|", _read("README.md"), re.MULTILINE)
    shown = re.search(r"Exit codes:(.*?)After", " ".join(str(group.help).split()))
    assert {int(code) for row in table for code in row.split(",")} == codes
    assert shown is not None
    assert set(map(int, re.findall(r"\b\d+\b", shown[1]))) == codes


def _declared() -> Iterator[str]:
    project = tomllib.loads(_read("pyproject.toml"))["project"]
    lists = [project["dependencies"], *project["optional-dependencies"].values()]
    for requirement in (requirement for listed in lists for requirement in listed):
        yield re.split(r"[^A-Za-z0-9-]", requirement)[0]


def test_every_dependency_has_its_reason() -> None:
    """Each declared dependency has a line that says what for, and no line is left of one that went."""
    rows = re.findall(r"^\| ([a-z0-9-]+) \| \S", _read("docs/dependencies.md"), re.MULTILINE)
    assert set(rows) - {"dependency"} == set(_declared())


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_lead_somewhere(page: Path) -> None:
    """A relative link names a file or folder that is there."""
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
    inside = [link for link in links if "://" not in link]
    assert [link for link in inside if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_pages_name_no_machine(page: Path) -> None:
    """A page is for every reader: it names no folder of the machine that it was written on."""
    assert not re.search(r"(?<![\w~.])/(work|root|home|tmp)/", page.read_text(encoding="utf-8"))

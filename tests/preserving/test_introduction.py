"""Who we are: asked before there is a case, so that a run that AWS refuses leaves none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import forensics
from forensics import cli
from forensics.collectors import every
from forensics.drill.server import Drill
from forensics.scope import Access, Scope
from tests.nursery import Nursery

NOTHING = Scope(without=frozenset(one.name for one in every()))


@pytest.fixture(scope="module")
def drill(nursery: Nursery) -> Iterator[Drill]:
    """Give an embedded AWS, which these tests do not change."""
    with nursery.drill() as drill:
        drill.regions(["eu-west-1"])
        yield drill


@pytest.fixture
def aws(drill: Drill, monkeypatch: pytest.MonkeyPatch) -> Drill:
    """Give it, nothing asked of it yet, and its credentials to this process."""
    drill.clear_calls()
    for name, value in drill.environment.items():
        monkeypatch.setenv(name, value)
    return drill


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Name a case."""
    return tmp_path / "case"


NO_ROLE = "arn:aws:iam::222222222222:role/nobody"
COPY = ("--copy-to", "333333333333", "--copy-key", "alias/evidence")
UNMET = {
    "wrong secret": (5, {"AWS_SECRET_ACCESS_KEY": "wrong"}, ()),
    "unknown key": (5, {"AWS_ACCESS_KEY_ID": "AKIAXXXXXXXXXXXXXXXX"}, ()),
    "no such role": (5, {}, ("--role-arn", NO_ROLE)),
    "no such role, of an organization": (5, {"AWS_SECRET_ACCESS_KEY": "wrong"}, ("--organization",)),
    "none of several roles": (5, {}, ("--role-arn", NO_ROLE, "--role-arn", NO_ROLE.replace("2222", "3333"))),
    "no organization": (1, {}, ("--organization",)),
    "no way to the copies": (5, {}, (*COPY, "--copy-role", "arn:aws:iam::333333333333:role/nobody")),
    "a second region that is none": (2, {}, ("--region", "eu-west-1", "--region", "eu-west-9")),
    "a suspect": (2, {}, ("--suspect-key", "arn:aws:sts::222222222222:assumed-role/ForensicsCollector")),
}


@pytest.mark.parametrize("name", UNMET)
def test_nobody_yet(
    aws: Drill,
    path: Path,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Until AWS has said who we are, and that may ask, there is no case: it was made, and stayed behind."""
    code, environment, options = UNMET[name]
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    assert cli.run(["preserve", str(path), "-q", *options]) == code
    out, err = capsys.readouterr()
    assert (out, len(err.splitlines())) == ("", 2), err
    assert ("the role's ARN" in err) is (name == "no such role")
    assert list(path.parent.iterdir()) == []
    assert not any(one["mutating"] for one in aws.calls())


def test_nobody_any_more(aws: Drill, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A case that is there stays, and is opened before AWS is asked; one that is being made is somebody's."""
    forensics.open_case(path).close()
    before = (path / "ledger.jsonl").read_bytes()
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    assert cli.run(["preserve", str(path), "-q"]) == 5
    assert (path / "ledger.jsonl").read_bytes().startswith(before)
    asked = len(aws.calls())
    held: list[int] = []

    def meanwhile() -> None:
        held.append(cli.run(["preserve", str(path.with_name("other")), "-q"]))
        raise AssertionError("enough")

    with pytest.raises(AssertionError, match="enough"):
        forensics.open_case(path.with_name("other"), first=meanwhile)
    assert (held, len(aws.calls())) == ([6], asked)
    assert not path.with_name("other").exists()


def test_introduced_once(aws: Drill, path: Path) -> None:
    """What AWS said of who we are, before there was a case, is kept in it, and not asked again."""
    introduced = forensics.introduce("case", NOTHING, Access(pace=100))
    with forensics.open_case(path) as case:
        preserved = forensics.preserve(case, NOTHING, Access(pace=100), introduced=introduced)
    assert preserved.items == 3  # who we are, which regions there are, and that we asked that
    assert [one["operation"] for one in aws.calls()].count("GetCallerIdentity") == 1

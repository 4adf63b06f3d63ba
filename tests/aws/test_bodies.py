"""Bodies without end: a gap with its reason, what came of them kept, and memory that does not grow."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from forensics.aws import bodies, codes
from forensics.aws.ask import Answer as Got
from forensics.aws.ask import Asker
from forensics.aws.row import Row
from forensics.model import Coverage, Exchange, Outcome
from tests.aws.canned import Answer, Canned
from tests.aws.conftest import drain
from tests.e2e.liar import Liar, Lie

Make = Callable[..., Asker]


@pytest.fixture
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "LIMIT", 1_000)
    monkeypatch.setattr(bodies, "KEPT", 100)


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("row", ["ec2.DescribeVpcs", "cloudtrail.DescribeTrails"])
def test_longer_than_any(serve: Callable[..., Canned], asker_on: Make, status: int, row: str) -> None:
    """One gap, `truncated`, and the first bytes as they came; it is not asked again."""
    body = b"<x>" + bytes(range(256)) * 4
    server = serve([Answer(body, status)])
    *exchanges, coverage = drain(Row(asker_on(server.url, row)).records())[0]
    assert isinstance(coverage, Coverage)
    [exchange] = exchanges
    assert isinstance(exchange, Exchange)
    assert (exchange.body, exchange.status, exchange.code) == (body[:100], status, codes.BODY_LIMIT)
    [gap] = coverage.gaps
    assert (gap.outcome, gap.code, gap.count) == (Outcome.TRUNCATED, "BodyLimit", 1)
    assert coverage.outcome is Outcome.TRUNCATED
    assert len(server.asked) == 1


@pytest.mark.usefixtures("_small")
def test_the_longest_is_whole(serve: Callable[..., Canned], asker_on: Make) -> None:
    """A body of just so many bytes is read as all others are."""
    start, end = b"<DescribeVpcsResponse><!--", b"--><vpcSet/></DescribeVpcsResponse>"
    body = start + b"x" * (1_000 - len(start) - len(end)) + end
    [exchange], answer = drain(asker_on(serve([Answer(body)]).url, "ec2.DescribeVpcs").ask({}, whole=True))
    assert isinstance(answer, Got)
    assert exchange.body == body


@pytest.mark.usefixtures("_small")
def test_what_is_still_to_come_is_not_the_next_answer(serve: Callable[..., Canned], asker_on: Make) -> None:
    """The connection is given up: the next request is answered on another."""
    good = Answer(b"<DescribeVpcsResponse><vpcSet/></DescribeVpcsResponse>")
    asker = asker_on(serve([Answer(b"x" * 10_000_000), good]).url, "ec2.DescribeVpcs")
    drain(asker.ask({}))
    [exchange], answer = drain(asker.ask({}))
    assert isinstance(answer, Got)
    assert exchange.body == good.body


def test_without_end(tmp_path: Path) -> None:
    """A gigabyte where memory is for a fraction of it: the limit is what is read, and no more."""
    script = """
import sys
from forensics.aws.ask import Asker
from forensics.aws.session import Session
from forensics.model import Source
keys = {"access_key": "AKIAIOSFODNN7EXAMPLE", "secret_key": "x"}
session = Session(endpoint_url=sys.argv[1], region="eu-west-1", credentials=keys)
asker = Asker(session, Source("1", "eu-west-1", "ec2", "DescribeVpcs"), session.clock, session.sleep)
asking = asker.ask({})
print(len(next(asking).body), next(asking, "") or "nothing more")
"""
    program = tmp_path / "ask.py"
    program.write_text(script)
    memory = 700 * 2**20
    with Liar(lambda _: Lie(b"x" * (1 << 20), repeat=1_024)) as liar:
        done = subprocess.run(
            [sys.executable, str(program), liar.url],
            env={"PYTHONPATH": str(Path(__file__).parent.parent.parent)},
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (memory, memory)),
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.stdout.split(maxsplit=1) == [str(bodies.KEPT), "nothing more\n"], done.stderr

"""Networks as companies have them: an authority of their own, and proxies; both lanes go the same way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.between import Proxy, certificate, tls
from tests.e2e.run import WHOLE, Aws, Ran, coverage
from tests.e2e.truth import copied

LANES = ("ec2.DescribeInstances", "cloudtrail.LogFiles")
"""A source that botocore asks about, and one whose objects libcurl fetches."""
NARROW = (*WHOLE, "--region", "eu-west-1")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Make an authority that nobody knows."""
    return certificate(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def secure(aws: Aws, pair: tuple[Path, Path]) -> Iterator[str]:
    """Put TLS before the drill."""
    with tls(aws.drill.url, pair) as url:
        yield url


def _preserve(aws: Aws, case: Path, url: str, **extra: str) -> Ran:
    return aws.run("preserve", case, "--json", "-q", *NARROW, extra={"AWS_ENDPOINT_URL": url, **extra})


def _lanes(case: Path) -> list[str]:
    return [coverage(case)[name][0] for name in LANES]


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "AWS_CA_BUNDLE"])
def test_an_authority_of_ones_own(
    aws: Aws, tmp_path: Path, pair: tuple[Path, Path], secure: str, variable: str
) -> None:
    """With its certificate, by either of the variables that botocore reads, all is as without TLS."""
    case = tmp_path / "case"
    ran = _preserve(aws, case, secure, **{variable: str(pair[0])})
    assert ran.code == 0, (ran.err, ran.out)
    assert ran.gaps == []
    assert _lanes(case) == ["collected", "collected"]
    assert copied(case)


def test_an_authority_that_nobody_knows(aws: Aws, tmp_path: Path, secure: str) -> None:
    """Without it the first question is refused, in one clear line, and AWS is told nothing."""
    ran = _preserve(aws, tmp_path / "case", secure)
    assert (ran.code, ran.out) == (1, "")
    assert "SSL" in _complaint(ran)
    assert aws.drill.calls() == []


def _complaint(ran: Ran) -> str:
    """Return the one line that says what is wrong; beside it there is what was said before, and a hint."""
    assert "Traceback" not in ran.err
    (line,) = [line for line in ran.err.splitlines() if line.startswith("forensics: ")]
    return line


@pytest.mark.torture
def test_a_proxy(aws: Aws, tmp_path: Path) -> None:
    """Plain HTTP by HTTP_PROXY: every request of both lanes, with the proxy's password."""
    case = tmp_path / "case"
    with Proxy("Basic dXNlcjp3b3Jk") as proxy:
        ran = _preserve(aws, case, aws.drill.url, HTTP_PROXY=proxy.url.replace("//", "//user:word@"))
    assert ran.code == 0, (ran.err, ran.out)
    assert _lanes(case) == ["collected", "collected"]
    passed = [ask for ask in proxy.asked if aws.drill.url in ask]
    assert len(passed) >= len(aws.drill.calls())


def test_a_tunnel(aws: Aws, tmp_path: Path, pair: tuple[Path, Path], secure: str) -> None:
    """HTTPS by HTTPS_PROXY, through CONNECT."""
    case = tmp_path / "case"
    with Proxy() as proxy:
        ran = _preserve(aws, case, secure, HTTPS_PROXY=proxy.url, AWS_CA_BUNDLE=str(pair[0]))
    assert ran.code == 0, (ran.err, ran.out)
    assert _lanes(case) == ["collected", "collected"]
    where = secure.removeprefix("https://")
    assert set(proxy.asked) == {f"CONNECT {where}"}
    assert len(proxy.asked) > 2


@pytest.mark.torture
def test_no_proxy(aws: Aws, tmp_path: Path) -> None:
    """NO_PROXY leads both lanes past it."""
    case = tmp_path / "case"
    with Proxy() as proxy:
        ran = _preserve(aws, case, aws.drill.url, HTTP_PROXY=proxy.url, NO_PROXY="127.0.0.1")
    assert ran.code == 0, (ran.err, ran.out)
    assert _lanes(case) == ["collected", "collected"]
    assert proxy.asked == []


def test_a_proxy_that_refuses(aws: Aws, tmp_path: Path) -> None:
    """Without its password: one clear line."""
    with Proxy("Basic dXNlcjp3b3Jk") as proxy:
        ran = _preserve(aws, tmp_path / "case", aws.drill.url, HTTP_PROXY=proxy.url)
    assert (ran.code, ran.out) == (1, "")
    assert _complaint(ran).endswith(": 407")
    assert aws.drill.calls() == []

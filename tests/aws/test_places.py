"""Where a service is asked: in the one region that it has, and nowhere where it is not offered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import botocore.session
import pytest

from forensics.aws.places import EVERYWHERE, ONLY, Places
from forensics.aws.row import Row
from forensics.model import GLOBAL, Coverage, Outcome
from tests.aws.canned import Answer
from tests.aws.conftest import drain

Make = Callable[..., Any]
SESSION = botocore.session.Session()


@pytest.fixture(scope="module")
def places() -> Places:
    """Give botocore's data, as seen from Ireland."""
    return Places(SESSION, "eu-west-1", {})


@pytest.mark.parametrize(
    ("service", "home", "seat"),
    [
        ("support", "ap-south-1", "us-east-1"),
        ("support", "cn-northwest-1", "cn-north-1"),
        ("health", "eu-west-1", "us-east-1"),
        ("globalaccelerator", "eu-west-1", "us-west-2"),
        ("route53domains", "us-west-2", "us-east-1"),
        ("organizations", "eu-west-1", "eu-west-1"),
        ("globalaccelerator", "cn-north-1", "cn-north-1"),
        ("support", "xx-nowhere-1", "us-east-1"),
    ],
)
def test_seat(service: str, home: str, seat: str) -> None:
    """A service of one region is asked there, whatever region is home."""
    assert Places(SESSION, home, {}).seat(service) == seat


@pytest.mark.parametrize(
    ("service", "region"),
    [
        ("macie2", "ap-southeast-7"),
        ("detective", "ap-east-2"),
        ("macie2", "cn-north-1"),
        ("bedrock", "cn-north-1"),
        ("globalaccelerator", "cn-north-1"),
        ("globalaccelerator", "eu-west-1"),
        ("account", "us-gov-west-1"),
    ],
)
def test_not_offered(places: Places, service: str, region: str) -> None:
    """By botocore's data, and it says which version of it."""
    lacking = places.lacks(service, region)
    assert service in lacking
    assert region in lacking
    assert "botocore 1." in lacking


@pytest.mark.parametrize(
    ("service", "region"),
    [
        ("macie2", "eu-west-1"),
        ("ec2", "ap-southeast-7"),
        ("iam", "eu-west-1"),
        ("account", "cn-north-1"),
        ("support", "us-east-1"),
        ("globalaccelerator", "us-west-2"),
        # Newer than botocore: nobody can know.
        ("macie2", "xx-nowhere-1"),
        ("chatbot", "eu-west-1"),
        ("s3control", "ap-southeast-7"),
    ],
)
def test_offered(places: Places, service: str, region: str) -> None:
    """What is listed, what is global, and what the data says nothing of."""
    assert places.lacks(service, region) == ""


def test_what_is_not_offered_is_not_asked(serve: Make, asker_on: Make) -> None:
    """An answer and no gap: no request to a name that there is not, and no names for other rows."""
    canned = serve([])
    asker = asker_on(canned.url, "macie2.GetMacieSession", "ap-southeast-7")
    [coverage], names = drain(Row(asker).records())
    assert isinstance(coverage, Coverage)
    assert (coverage.outcome, coverage.requests, coverage.complete) == (Outcome.ABSENT, 0, True)
    assert coverage.note.startswith("NotOffered: botocore ")
    assert (names, canned.asked) == ({}, [])


def test_a_service_of_one_region_is_asked_there(serve: Make, asker_on: Make) -> None:
    """The request is signed for that region, and the source stays global."""
    canned = serve([Answer(b'{"cases": []}')])
    [exchange, _], _ = drain(Row(asker_on(canned.url, "support.DescribeCases", GLOBAL)).records())
    assert "/us-east-1/support/" in canned.asked[0].headers["Authorization"]
    assert exchange.source.region == GLOBAL


def test_the_tables_are_of_services() -> None:
    """Of such as botocore knows, and a service of one region is not one of every region."""
    known = set(SESSION.get_available_services())
    assert set(ONLY) <= known
    assert known >= EVERYWHERE
    assert not EVERYWHERE & set(ONLY)
    regions = {region for seats in ONLY.values() for region in seats.values()}
    partitions = {partition for seats in ONLY.values() for partition in seats}
    assert all(SESSION.get_partition_for_region(region) in partitions for region in regions)


def test_what_the_data_says_is_kept_once(session_on: Make) -> None:
    """Fifty accounts have fifty sessions, and botocore's data is the same for all."""
    one, other = (session_on("http://127.0.0.1:1") for _ in range(2))
    one.places.lacks("macie2", "eu-west-1")
    listed = vars(one.places)["_listed"]
    before = len(listed)
    assert before
    assert vars(other.places)["_listed"] is listed
    other.places.lacks("macie2", "eu-west-1")
    assert len(listed) == before

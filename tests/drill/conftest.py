"""One seeded drill for all tests here, with every switch set back after each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from forensics.drill import Drill
from forensics.drill.world import DEFAULT_REGIONS
from tests.nursery import Nursery

MANAGEMENT = "111111111111"
VICTIM = "222222222222"
EVIDENCE = "333333333333"
HOME = "eu-west-1"
REGIONS = sorted(DEFAULT_REGIONS)

Clients = Callable[..., Any]
Refused = Callable[..., tuple[str, int, str]]


@pytest.fixture(scope="session")
def running(nursery: Nursery) -> Iterator[Drill]:
    """Give a drill that runs for all tests."""
    with nursery.drill() as drill:
        yield drill


@pytest.fixture
def drill(running: Drill) -> Iterator[Drill]:
    """Give the drill, and set its switches back afterwards."""
    yield running
    running.clear_faults()
    running.allow()
    running.waiting()
    running.page_size(None)
    running.limit_lookups()
    running.delivery()
    running.regions(REGIONS)
    running.renew()


@pytest.fixture
def fresh(drill: Drill) -> Iterator[Drill]:
    """Give the drill to a test that changes what is in it: it begins anew afterwards."""
    yield drill
    drill.reset()


@pytest.fixture
def client(drill: Drill) -> Iterator[Clients]:
    """Give boto3 clients: `client(service, region=…, who=…)`, the responder's unless `who` says whose."""
    made: list[Any] = []
    new: Any = boto3.client  # its stubs have an overload for each service's name, known beforehand

    def make(
        service: str,
        region: str = HOME,
        who: Mapping[str, str] | None = None,
        attempts: int = 1,
        **config: Any,
    ) -> Any:
        variables = who or drill.environment
        made.append(
            new(
                service,
                region_name=region,
                endpoint_url=drill.url,
                aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
                aws_session_token=variables.get("AWS_SESSION_TOKEN"),
                config=Config(retries={"total_max_attempts": attempts, "mode": "standard"}, **config),
            )
        )
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def root(drill: Drill, client: Clients) -> Clients:
    """Give clients of the victim's root user, who may do everything."""
    return lambda service, region=HOME: client(service, region, drill.root(VICTIM))


@pytest.fixture
def refused() -> Refused:
    """Call something that must be refused; give code, status and message."""

    def call(deed: Callable[..., Any], **arguments: Any) -> tuple[str, int, str]:
        with pytest.raises(ClientError) as caught:
            deed(**arguments)
        answer = caught.value.response
        status = answer["ResponseMetadata"]["HTTPStatusCode"]
        return answer["Error"]["Code"], status, answer["Error"].get("Message", "")

    return call


@pytest.fixture
def web(client: Clients) -> str:
    """Give the id of the web server's instance."""
    found = client("ec2").describe_instances(Filters=[{"Name": "tag:Name", "Values": ["web-1"]}])
    return str(found["Reservations"][0]["Instances"][0]["InstanceId"])

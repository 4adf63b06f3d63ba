"""Clients that cost little are those that botocore makes, but for what they cost."""

from __future__ import annotations

import copy
import gc
import itertools
import json
import random
import re
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import hooks, xform_name
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.loaders import Loader
from botocore.model import ServiceModel

from forensics.aws import clients, models
from forensics.aws.clients import Wires
from forensics.aws.events import MOST as MOST_EVENTS
from forensics.aws.events import Hooks
from forensics.aws.session import Session
from forensics.errors import UsageError
from tests.aws.conftest import KEYS, REGION

ASKED: dict[str, tuple[str, dict[str, Any]]] = {
    "account": ("ListRegions", {}),
    "cloudfront": ("ListDistributions", {}),
    "dynamodb": ("ListTables", {}),
    "ec2": ("DescribeVpcs", {}),
    "iam": ("ListUsers", {}),
    "lambda": ("ListFunctions", {}),
    "logs": ("DescribeLogGroups", {}),
    "organizations": ("DescribeOrganization", {}),
    "route53": ("ListHostedZones", {}),
    "s3": ("GetBucketAcl", {"Bucket": "a-bucket"}),
    "s3control": ("GetPublicAccessBlock", {"AccountId": "123456789012"}),
    "sns": ("ListTopics", {}),
    "sts": ("GetCallerIdentity", {}),
}
"""A question to each of some services: of all protocols, global ones, and those with rules of their own."""

SETTINGS = (
    {"AWS_USE_FIPS_ENDPOINT": "true"},
    {"AWS_USE_DUALSTACK_ENDPOINT": "true"},
    {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"},
    {"AWS_ENDPOINT_URL_EC2": "https://ec2.example.com", "AWS_ENDPOINT_URL_STS": "https://sts.example.com"},
    {"AWS_DEFAULTS_MODE": "in-region"},
    {"AWS_MAX_ATTEMPTS": "7", "AWS_RETRY_MODE": "adaptive", "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT": "legacy"},
)
_PLAIN = Loader()


def plain(session: Session) -> botocore.session.Session:
    """Make a session as botocore does, set up as ours is."""
    found = botocore.session.Session()
    found.register_component("data_loader", _PLAIN)
    found.set_config_variable("sts_regional_endpoints", "regional")
    found.set_config_variable("region", session.home)
    found.set_credentials(**KEYS)
    return found


def sent(client: Any, service: str) -> tuple[Any, ...]:
    """Ask, as far as the wire, and return what there is to see of region, endpoint and signing."""
    caught: list[Any] = []

    def catch(request: Any, **_: Any) -> AWSResponse:
        caught.append(request)
        body = type("Raw", (), {"stream": lambda *_: iter([b""])})()
        return AWSResponse(request.url, 418, HTTPHeaders(), body)

    client.meta.events.register_first("before-send", catch)
    operation, parameters = ASKED[service]
    with pytest.raises(Exception):  # noqa: B017, PT011 - an answer of nothing is none, whatever that is called
        getattr(client, xform_name(operation))(**parameters)
    assert len(caught) == 1, "one attempt: another is for ask.py to make"
    header = caught[0].headers["Authorization"]
    signed = header.decode() if isinstance(header, bytes) else str(header)
    scope = re.search(r"Credential=(\w+)/\d+/([^,\s]+).*SignedHeaders=([\w;-]+)", signed)
    assert scope is not None, signed
    about = (client.meta.region_name, client.meta.partition, client.meta.endpoint_url)
    config = vars(client.meta.config)
    kept = ("retries", "connect_timeout", "read_timeout", "signature_version", "s3", "tcp_keepalive")
    return caught[0].url, *scope.groups(), about, {name: config[name] for name in kept}


def compared(service: str, region: str) -> tuple[Any, Any]:
    """Return what our client sends, and what botocore's own does."""
    ours = Session(credentials=KEYS, region="eu-west-1")
    config = vars(vars(ours)["_clients"])["_config"]
    theirs = plain(ours).create_client(service, region_name=region, config=config)
    return sent(ours.client(service, region), service), sent(theirs, service)


@pytest.mark.parametrize("region", ["us-east-1", "ap-east-1", "cn-north-1", "us-gov-west-1"])
def test_what_is_sent_is_what_botocore_sends(region: str) -> None:
    """Host, region, signing name and scope, retries and timeouts, in every partition."""
    for service in ASKED:
        ours, theirs = compared(service, region)
        assert ours == theirs, service


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: next(iter(setting)))
def test_settings_reach_every_client(setting: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """FIPS, dual stack, endpoints of one service or of all, modes."""
    for name, value in setting.items():
        monkeypatch.setenv(name, value)
    for service in ("ec2", "s3", "sts"):
        for region in ("us-east-1", "eu-west-1"):
            ours, theirs = compared(service, region)
            assert ours == theirs, (service, region)


def test_the_second_region_is_not_the_first() -> None:
    """What the service's clients share names no region."""
    session = Session(credentials=KEYS, region=REGION)
    found = {region: sent(session.client("ec2", region), "ec2") for region in ("us-east-1", "eu-west-3")}
    again = {region: sent(session.client("ec2", region), "ec2") for region in found}
    assert [url for url, *_ in found.values()] == [
        "https://ec2.us-east-1.amazonaws.com/",
        "https://ec2.eu-west-3.amazonaws.com/",
    ]
    assert found == again
    assert type(session.client("ec2", "us-east-1")) is type(session.client("ec2", "eu-west-3"))


def test_each_session_signs_with_its_own_keys() -> None:
    """Two accounts over the same connections: never one with the keys of the other."""
    wires = Wires()
    one = Session(credentials=KEYS, region=REGION, wires=wires)
    two = Session(credentials={**KEYS, "access_key": "AKIAOTHER"}, region=REGION, wires=wires)
    keys = [sent(session.client("ec2", REGION), "ec2")[1] for session in (one, two, one)]
    assert keys == [KEYS["access_key"], "AKIAOTHER", KEYS["access_key"]]
    assert two.signers.keys == {"AKIAOTHER"}


def http(session: Session, service: str, region: str = REGION) -> Any:
    """Return botocore's HTTP session behind a client."""
    return vars(vars(session.client(service, region))["_endpoint"])["http_session"]


def test_connections_are_shared() -> None:
    """By all services, regions and accounts; and to many hosts at once, also through a proxy."""
    wires = Wires()
    one, two = (Session(credentials=KEYS, region=REGION, wires=wires) for _ in range(2))
    shared = http(one, "ec2")
    assert shared is http(one, "sts", "us-east-1") is http(two, "ec2")
    real = vars(shared)["_real"]
    for manager in (real._manager, real._get_proxy_manager("http://127.0.0.1:3128")):
        assert manager.pools._maxsize == clients.HOSTS
        assert manager.pool_classes_by_scheme == real._pool_classes_by_scheme
    assert http(Session(credentials=KEYS, region=REGION), "ec2") is not shared


def test_a_proxy_is_not_for_hosts_that_are_to_be_reached_without(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which is said by host, and so by service and region."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:3128")
    monkeypatch.setenv("NO_PROXY", "ec2.eu-west-1.amazonaws.com")
    session = Session(credentials=KEYS, region=REGION)
    direct, proxied = http(session, "ec2"), http(session, "sts")
    assert vars(direct)["_real"]._proxy_config._proxies == {}
    assert vars(proxied)["_real"]._proxy_config._proxies["https"] == "http://127.0.0.1:3128"
    assert http(session, "sts", "us-east-1") is proxied


def test_certificates_of_ones_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """AWS_CA_BUNDLE holds for each client, and never for those of a session without."""
    wires = Wires()
    without = http(Session(credentials=KEYS, region=REGION, wires=wires), "ec2")
    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "ours.pem"))
    session = Session(credentials=KEYS, region=REGION, wires=wires)
    assert [vars(http(session, name))["_real"]._verify for name in ("ec2", "iam")] == [
        str(tmp_path / "ours.pem")
    ] * 2
    assert http(session, "ec2") is not without


@pytest.mark.parametrize("url", ["https://user@example.com", "https://user:word@example.com", "nonsense"])
@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_EC2"])
def test_an_endpoint_that_will_not_do(url: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the environment too, and no client of it is kept."""
    monkeypatch.setenv(name, url)
    session = Session(credentials=KEYS, region=REGION)
    for _ in range(2):
        with pytest.raises(UsageError, match=r"ndpoint"):
            session.client("ec2", REGION)


def test_the_least_used_client_is_made_again() -> None:
    """Their number is bounded over all accounts, and one that is in use works on."""
    wires = Wires(most=2)
    one, two = (Session(credentials=KEYS, region=REGION, wires=wires) for _ in range(2))
    first, second = one.client("ec2", REGION), two.client("ec2", REGION)
    assert one.client("ec2", REGION) is first
    one.client("sts", REGION)
    assert one.client("ec2", REGION) is first
    assert two.client("ec2", REGION) is not second
    assert sent(second, "ec2")[1] == KEYS["access_key"]


def test_forgetting_is_for_one_session() -> None:
    """The other account goes on asking in that region."""
    wires = Wires()
    one, two = (Session(credentials=KEYS, region=REGION, wires=wires) for _ in range(2))
    before = {session: session.client("ec2", REGION) for session in (one, two)}
    other = one.client("ec2", "us-east-1")
    one.forget(REGION)
    assert one.client("ec2", REGION) is not before[one]
    assert one.client("ec2", "us-east-1") is other
    assert two.client("ec2", REGION) is before[two]


def test_sessions_at_once() -> None:
    """Thirty threads and two sessions: each client is made once."""
    wires = Wires()
    sessions = [Session(credentials=KEYS, region=REGION, wires=wires) for _ in range(2)]
    found: list[tuple[Session, str, Any]] = []

    def ask(session: Session, service: str) -> None:
        found.append((session, service, session.client(service, REGION)))

    jobs = [(session, name) for session in sessions for name in ("ec2", "sqs", "events") for _ in range(5)]
    threads = [threading.Thread(target=ask, args=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 30
    assert len({(id(session), name, id(client)) for session, name, client in found}) == 6


# -- what it costs


def test_a_region_more_costs_little() -> None:
    """Thirty kilobytes a client, where botocore's own takes more than two hundred."""
    session = Session(credentials=KEYS, region=REGION)
    services = ("ec2", "iam", "lambda", "sns")
    regions = ("us-east-1", "us-east-2", "us-west-1", "us-west-2", "eu-west-2", "eu-west-3", "sa-east-1")
    for service in services:
        session.client(service, REGION)
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        made = [session.client(service, region) for service in services for region in regions]
        gc.collect()  # what a collector would find is not held, however seldom it comes in a test
        each = (tracemalloc.get_traced_memory()[0] - before) / len(made)
    finally:
        tracemalloc.stop()
    assert each < 40_000


@pytest.mark.torture
def test_eighty_services_in_seventeen_regions() -> None:
    """
    The whole process stays below 250 MB, and a client takes a few milliseconds of CPU.

    One service in all regions and then the next, as runs ask: the models of no more than 40 are kept.
    """
    code = """
        import time, botocore.session
        from forensics.aws.session import Session
        plain = botocore.session.Session()
        session = Session(credentials={"access_key": "AKIAEXAMPLE", "secret_key": "x"}, region="us-east-1")
        regions = plain.get_available_regions("ec2")[:17]
        services = plain.get_available_services()
        services = services[:: len(services) // 80][:80]
        took = 0
        for service in services:
            session.client(service, regions[0])
            began = time.process_time()
            for region in regions[1:]:
                session.client(service, region)
            took += time.process_time() - began
        each = took / (len(services) * 16)
        rss = int(open("/proc/self/statm").read().split()[1]) * 4096 / 2**20
        print(len(services), len(regions), each * 1000, rss)
    """
    lines = "\n".join(line[8:] for line in code.splitlines())
    done = subprocess.run([sys.executable, "-c", lines], capture_output=True, text=True, check=True)
    services, regions, each, rss = map(float, done.stdout.split())
    print(f"{each:.1f} ms a client, {rss:.0f} MB")
    assert (services, regions) == (80, 17)
    assert rss < 250
    assert each < 10


# -- models


def shapes(model: ServiceModel) -> Iterator[tuple[Any, ...]]:
    """Yield all that botocore reads out of a model, without what is for people."""
    for name in model.operation_names:
        operation = model.operation_model(name)
        ends = (operation.input_shape, operation.output_shape)
        yield name, operation.http, [shape and shape.name for shape in ends], operation.error_shapes
    for name in model.shape_names:
        shape = model.shape_for(name)
        members = {
            key: (member.name, member.type_name, member.serialization, dict(member.metadata))
            for key, member in getattr(shape, "members", {}).items()
        }
        yield name, shape.type_name, shape.serialization, dict(shape.metadata), members


@pytest.mark.parametrize("service", ["iam", "s3", "apigateway"])
def test_models_lack_their_documentation_only(service: str, tmp_path: Path) -> None:
    """API Gateway has members that are called as what is left out."""
    # Loaded for this test alone: botocore takes the bucket out of a path of S3's when it first asks there.
    lean = models.models(str(tmp_path)).service(service)
    whole = ServiceModel(Loader().load_service_model(service, "service-2"), service)
    one, other = (json.dumps(list(shapes(model)), default=repr) for model in (lean, whole))
    assert one == other
    assert lean.documentation == ""
    assert lean.operation_model(lean.operation_names[0]).documentation == ""


def test_models_are_loaded_once() -> None:
    """For all sessions that look for them in the same place, credentials of another role included."""
    one, two = Session(credentials=KEYS), Session(credentials={**KEYS, "access_key": "AKIAOTHER"})
    role = Session(credentials=KEYS, role_arn="arn:aws:iam::123456789012:role/IR")
    services = [vars(session)["_models"].service("ec2") for session in (one, two, role)]
    assert len({id(service) for service in services}) == 1
    assert one.output_shape("ec2", "DescribeVpcs") is two.output_shape("ec2", "DescribeVpcs")


def test_the_least_used_service_is_loaded_again(tmp_path: Path) -> None:
    """There are four hundred: what was not used for long is forgotten, unless it is lent."""
    loaded = models.Models(models.models(str(tmp_path / "few")).loader, most=2)
    found = {name: loaded.service(name) for name in ("sts", "sqs", "sns", "events")}
    assert [loaded.use(name) for name in ("sts", "sqs", "sts")] == [[], [], []]
    assert loaded.use("sns") == ["sqs"]
    assert loaded.service("sts") is found["sts"]
    again = loaded.service("sqs")
    assert again is not found["sqs"]
    same = [json.dumps(list(shapes(model)), default=repr) for model in (again, found["sqs"])]
    assert same[0] == same[1]
    vars(loaded)["_borrowed"]["sts"] = 1
    assert loaded.use("events") == ["sns"]
    assert loaded.use("sqs") == ["events"]
    assert loaded.service("sts") is found["sts"]


def test_clients_of_a_service_that_was_forgotten(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """They are made again, and those that somebody has in hand work on."""
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))  # models of its own
    session = Session(credentials=KEYS, region=REGION)
    vars(vars(session)["_models"])["_most"] = 2
    first = {name: session.client(name, REGION) for name in ("sts", "sqs", "sns")}
    assert session.client("sns", REGION) is first["sns"]
    assert session.client("sts", REGION) is not first["sts"]
    assert sent(first["sts"], "sts") == sent(session.client("sts", REGION), "sts")
    with session.passing("sqs"):
        assert session.client("sqs", REGION) is not first["sqs"]
        for name in ("ec2", "events", "sns"):
            session.client(name, REGION)
        assert session.client("sqs", REGION) is session.client("sqs", REGION)


def test_models_from_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS_DATA_PATH is botocore's, and stays: a preview of a service is had there."""
    folder = tmp_path / "extra" / "2031-01-01"
    folder.mkdir(parents=True)
    about = '{"metadata": {"apiVersion": "2031-01-01", "endpointPrefix": "extra", "protocol": "json",'
    more = '"serviceFullName": "Extra", "serviceId": "Extra", "signatureVersion": "v4"},'
    (folder / "service-2.json").write_text(f'{about} {more} "operations": {{}}, "shapes": {{}}}}')
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))
    assert Session(credentials=KEYS, region=REGION).client("extra", REGION).meta.region_name == REGION


# -- hooks


def test_what_a_client_remembers_of_its_events_is_bounded() -> None:
    """Each client of botocore's keeps a deque for each event of each operation that it was asked for."""
    session = Session(credentials=KEYS, region=REGION)
    client = session.client("ec2", REGION)
    aliased = client.meta.events
    remembered = vars(vars(aliased)["_emitter"])
    event = "before-parameter-build.ec2.DescribeVpcs"
    given = {"params": {}, "model": client.meta.service_model.operation_model("DescribeVpcs"), "context": {}}
    before = aliased.emit(event, **given)
    for number in range(1_000):
        aliased.emit(f"nosuch.ec2.Operation{number}")
        assert len(remembered["_lookup_cache"]) <= MOST_EVENTS
    assert all(isinstance(found, tuple) for found in remembered["_lookup_cache"].values())
    assert [handler for handler, _ in aliased.emit(event, **given)] == [handler for handler, _ in before]
    other = session.client("sts", "us-east-1").meta.events
    assert vars(other)["_alias_name_cache"] is vars(aliased)["_alias_name_cache"]


def test_hooks_are_botocores() -> None:
    """Whatever is registered, taken back and copied: the same handlers, in the same order."""
    draw = random.Random(5)
    names = (
        "before-send",
        "before-send.ec2",
        "before-send.*.DescribeVpcs",
        "before-send.ec2.DescribeVpcs",
        "*",
    )
    asked = (*names, "before-send.s3", "before-send.s3.DescribeVpcs", "needs-retry")
    twins: list[tuple[Any, Any]] = [(hooks.HierarchicalEmitter(), Hooks())]
    handlers = [lambda number=number, **_: number for number in range(12)]
    for handler, name in itertools.product(handlers, names):
        # botocore stumbles over a name to be taken back on whose way nothing was ever registered.
        for emitter in twins[0]:
            emitter.register(name, handler)
    for _ in range(400):
        twin = draw.choice(twins)
        if len(twins) < 8 and draw.random() < 0.1:
            twins.append((copy.copy(twin[0]), copy.copy(twin[1])))
        act = draw.choice(("register", "register_first", "register_last", "unregister"))
        change = draw.choice(names), draw.choice(handlers), draw.choice((None, None, "a", "b"))
        for emitter in twin:
            getattr(emitter, act)(*change)
        for theirs, ours in twins:
            event = draw.choice(asked)
            assert [said for _, said in theirs.emit(event)] == [said for _, said in ours.emit(event)]

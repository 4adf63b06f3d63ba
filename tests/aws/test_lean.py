"""Models that are read where they are looked at say what botocore's say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from botocore.loaders import DataNotFoundError, Loader
from botocore.model import ServiceModel

from forensics.aws.lean import Lean, Packed, Service
from forensics.aws.session import Session
from tests.aws.conftest import KEYS, REGION

_PLAIN = Loader()


def lean(service: str) -> Service:
    """Load a model of our own: others have looked at that of the process."""
    loader = Loader()
    loader.file_loader = Lean()
    return Service(loader.load_service_model(service, "service-2"), service)


def whole(service: str) -> ServiceModel:
    """Load it as botocore does."""
    return ServiceModel(_PLAIN.load_service_model(service, "service-2"), service)


def packed(model: Service) -> int:
    """Count what was not looked at."""
    description: dict[str, Any] = vars(model)["_service_description"]
    parts = (description["operations"], description["shapes"])
    return sum(isinstance(one, bytes) for part in parts for one in dict.values(part))


@pytest.mark.parametrize("service", ["dynamodb", "timestream-query", "s3control", "sqs"])
def test_what_is_looked_for_in_all_of_a_model(service: str) -> None:
    """Errors, and the operation that tells where to ask: found without reading the rest."""
    ours, theirs = lean(service), whole(service)
    before = packed(ours)
    assert [one.name for one in ours.error_shapes] == [one.name for one in theirs.error_shapes]
    found, wanted = ours.endpoint_discovery_operation, theirs.endpoint_discovery_operation
    assert (found and found.name) == (wanted and wanted.name)
    assert ours.endpoint_discovery_required == theirs.endpoint_discovery_required
    assert packed(ours) == before > 0


def test_parameters_of_clients_are_no_shapes() -> None:
    """They too have a type."""
    ours, theirs = (of("s3").client_context_parameters for of in (lean, whole))
    assert [one._replace(documentation="") for one in theirs] == ours != []


def test_an_operation_is_read_alone() -> None:
    """And of the shapes those that its answer is made of."""
    model = lean("ec2")
    before = packed(model)
    output: Any = model.operation_model("DescribeVpcs").output_shape
    assert output.members["Vpcs"].member.members["VpcId"].type_name == "string"
    assert 0 < before - packed(model) < 20


def test_names() -> None:
    """A model knows its operations and shapes by name, and no others."""
    ours, theirs = lean("sqs"), whole("sqs")
    assert (ours.operation_names, ours.shape_names) == (theirs.operation_names, theirs.shape_names)
    shapes = Packed({"one": {"type": "string"}})
    assert (shapes.get("one"), shapes.get("two"), shapes.get("two", 3)) == ({"type": "string"}, None, 3)
    with pytest.raises(KeyError):
        shapes["two"]


def test_members_called_as_what_is_packed(tmp_path: Path) -> None:
    """A structure may have members `http`, `name`, `type` and `documentation`: it stays one."""
    folder = tmp_path / "odd" / "2031-01-01"
    folder.mkdir(parents=True)
    members = ", ".join(f'"{name}": {{"shape": "S"}}' for name in ("http", "name", "type", "documentation"))
    odd = f'{{"type": "structure", "members": {{{members}}}, "documentation": "text"}}'
    shapes = f'{{"Odd": {odd}, "S": {{"type": "string"}}}}'
    (folder / "service-2.json").write_text(f'{{"metadata": {{}}, "shapes": {shapes}}}')
    loader = Loader(extra_search_paths=[str(tmp_path)])
    loader.file_loader = Lean()
    model = Service(loader.load_service_model("odd", "service-2"), "odd")
    shape: Any = model.shape_for("Odd")
    assert list(shape.members) == ["http", "name", "type", "documentation"]
    assert {member.type_name for member in shape.members.values()} == {"string"}
    assert (shape.documentation, model.operation_names) == ("", [])
    with pytest.raises(DataNotFoundError):
        loader.load_data("odd/2031-01-01/paginators-1")


def test_methods_are_made_when_they_are_called(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """They are botocore's own, made once for all clients of a service; what is no operation is none."""
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))  # models of its own
    session = Session(credentials=KEYS, region=REGION)
    one, two = (session.client("sqs", region) for region in (REGION, "us-east-1"))
    made = type(one)
    before = vars(made)["list_queues"]
    assert one.list_queues.__func__ is two.list_queues.__func__ is made.list_queues is not before
    assert vars(made)["list_queues"] is made.list_queues
    assert one.list_queues.__self__ is one
    assert made.list_queues.__name__ == "list_queues"
    with pytest.raises(TypeError, match="only accepts keyword arguments"):
        two.list_queues("a")
    with pytest.raises(AttributeError):
        one.no_such_operation()


def test_rules_for_endpoints_are_shared() -> None:
    """By all clients of a service, and by those of no other; forgotten with it."""
    session = Session(credentials=KEYS, region=REGION)
    clients = [session.client(name, region) for name in ("sqs", "sns") for region in (REGION, "us-east-1")]
    resolvers = [vars(client)["_ruleset_resolver"] for client in clients]
    first, second, third, fourth = [resolver._provider for resolver in resolvers]
    assert first is second is not third is fourth
    assert all(one._param_definitions is one._provider.ruleset.parameters for one in resolvers)
    models = vars(session)["_models"]
    assert ("sqs", None) in models.rules
    models._forget("sqs")
    assert ("sqs", None) not in models.rules

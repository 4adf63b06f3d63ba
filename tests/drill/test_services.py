"""The tables that resolve requests, against botocore's models."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.session import get_session
from moto.core.utils import get_service_model

from forensics.collectors import catalogue
from forensics.collectors.swept import SWEPT
from forensics.drill import quiet
from forensics.drill.overlay import handlers
from forensics.drill.services import candidates
from forensics.drill.signers import SIGNERS


@pytest.mark.parametrize("signer", SIGNERS)
def test_signers(signer: str) -> None:
    """Each service of the table signs with the name under which it stands."""
    for name in SIGNERS[signer]:
        metadata = Loader().load_service_model(name, "service-2")["metadata"]
        assert metadata.get("signingName", metadata["endpointPrefix"]) == signer


@pytest.mark.torture
def test_every_service_that_is_asked_is_known_by_its_signer() -> None:
    """No service that a run asks is taken for another, or for none, because of what it signs with."""
    loader, lacking = Loader(), {}
    asked = {task.source.service for task in catalogue.tasks("", ["eu-west-1"])} | SWEPT.keys()
    for name in asked & set(loader.list_available_services("service-2")):
        metadata = loader.load_service_model(name, "service-2")["metadata"]
        signer = metadata.get("signingName", metadata["endpointPrefix"])
        if name not in candidates(signer):
            lacking[name] = signer
    assert lacking == {}


def test_handlers_answer_what_exists() -> None:
    """Every operation that the overlay answers is one that botocore knows."""
    models = {service: get_service_model(service) for service in {service for service, _ in handlers()}}
    unknown = [(service, name) for service, name in handlers() if name not in models[service].operation_names]
    assert unknown == []


def test_empty_lists_exist() -> None:
    """Every list that is answered empty is a list in the operation's answer."""
    session = get_session()
    for service, table in quiet.NOTHING.items():
        model = session.get_service_model(service)
        for operation, key in table.items():
            answer: Any = model.operation_model(operation).output_shape
            assert answer.members[key].type_name == "list"


def test_defaults_exist() -> None:
    """Every member of a default answer is one of the operation's answer."""
    session = get_session()
    for (service, operation), answer in quiet.DEFAULTS.items():
        shape: Any = session.get_service_model(service).operation_model(operation).output_shape
        assert set(answer) <= set(shape.members), operation

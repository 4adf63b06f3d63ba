"""
botocore's models of the services, loaded once for all sessions of a process, and without what is for people.

Eighty services take 150 MB as botocore loads them. Half of that is documentation; much of the rest are
objects that say no more than of what shape a member is, one for every member.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from botocore.errorfactory import ClientExceptionsFactory
from botocore.loaders import JSONFileLoader, Loader, create_loader
from botocore.model import ServiceModel

_TEXT, _SHAPE = "documentation", "shape"


class Models:
    """
    What botocore reads of its data, and what it makes of that for any client of a service.

    Hold `lock` for whatever may load: botocore's loader, models and factories cache without locks.
    """

    def __init__(self, loader: Loader) -> None:
        """Load nothing yet."""
        self.lock = threading.RLock()
        self.loader = loader
        self.exceptions = ClientExceptionsFactory()
        self._services: dict[tuple[str, str | None], ServiceModel] = {}
        self._classes: dict[str, type] = {}

    def service(self, name: str, version: str | None = None) -> ServiceModel:
        """Return the model of a service. Raises botocore's `UnknownServiceError`."""
        with self.lock:
            if (name, version) not in self._services:
                data = self.loader.load_service_model(name, "service-2", api_version=version)
                self._services[name, version] = ServiceModel(data, service_name=name)
            return self._services[name, version]

    def client_class(self, name: str, make: Callable[[], type]) -> type:
        """Return the class of a service's clients, made on first use: it has a method for each operation."""
        with self.lock:
            if name not in self._classes:
                self._classes[name] = make()
            return self._classes[name]


@cache
def models(path: str | None) -> Models:
    """Return the models that a session has whose configuration says `data_path`, None as a rule."""
    loader = create_loader(path)
    loader.file_loader = _Lean()
    return Models(loader)


class _Lean(JSONFileLoader):
    """Load a file of a model without its documentation."""

    def _load_file(self, full_path: str, open_method: Callable[..., Any]) -> Any:
        if not Path(full_path).is_file():
            return None
        with open_method(full_path, "rb") as file:
            return json.loads(file.read(), object_hook=_slimmer())


def _slimmer() -> Callable[[dict[str, Any]], dict[str, Any]]:
    seen: dict[str, dict[str, Any]] = {}

    def slim(found: dict[str, Any]) -> dict[str, Any]:
        # A structure may have a member of that name: then it is no text.
        if isinstance(found.get(_TEXT), str):
            found[_TEXT] = ""
            # Where there is a type, it may be that of a client's parameter, whose text botocore insists on.
            if "type" not in found:
                del found[_TEXT]
        shape = found.get(_SHAPE)
        # One for all may be the same: botocore copies a reference before it changes it.
        return seen.setdefault(shape, found) if len(found) == 1 and isinstance(shape, str) else found

    return slim

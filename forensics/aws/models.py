"""botocore's models of the services, loaded once for all sessions of a process, the last ones used."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import cache
from typing import Any

from botocore.errorfactory import ClientExceptionsFactory
from botocore.loaders import Loader, create_loader

from forensics.aws.events import Names
from forensics.aws.lean import Lean, Service
from forensics.aws.paging import Paging

MOST = 40
"""Services whose models are kept at once: there are four hundred, at some 700 kB each."""


class Models:
    """
    What botocore reads of its data, and what it makes of that for any client of a service.

    Hold `lock` for whatever may load: botocore's loader, models and factories cache without locks.
    """

    def __init__(self, loader: Loader, most: int = MOST) -> None:
        """Load nothing yet, and keep no more than `most` services later."""
        self._most = most
        self._used: OrderedDict[str, None] = OrderedDict()
        """Services in the order of their last use."""
        self.lock = threading.RLock()
        self.loader = loader
        self.exceptions = ClientExceptionsFactory()
        self.events = Names()
        """Names of events, as botocore's hooks know them."""
        self.rules: dict[tuple[str, str | None], Any] = {}
        """botocore's rules for endpoints, by service and version: each client's own would take 5 kB."""
        self.pagings: dict[tuple[str, str], Paging] = {}
        """How operations page, by service and operation."""
        self.listed: dict[tuple[str, str, bool], frozenset[str]] = {}
        """Regions of services, as `places.py` reads them: for each account they would take a megabyte."""
        self._services: dict[tuple[str, str | None], Service] = {}
        self._classes: dict[str, type] = {}
        self._borrowed: dict[str, int] = {}

    def service(self, name: str, version: str | None = None) -> Service:
        """Return the model of a service. Raises botocore's `UnknownServiceError`."""
        with self.lock:
            if (name, version) not in self._services:
                data = self.loader.load_service_model(name, "service-2", api_version=version)
                self._services[name, version] = Service(data, name)
            return self._services[name, version]

    def use(self, name: str) -> list[str]:
        """Take notice that a service is used; name those that are forgotten for it, the least used ones."""
        with self.lock:
            self._used[name] = None
            self._used.move_to_end(name)
            many = max(0, len(self._used) - self._most)
            idle = [one for one in self._used if one != name and one not in self._borrowed][:many]
            for one in idle:
                self._forget(one)
            return idle

    def borrow(self, name: str) -> None:
        """Begin to use a service for a while; every one that borrows it gives it back."""
        with self.lock:
            used = any(service == name for service, _ in self._services)
            if name in self._borrowed or not used:
                self._borrowed[name] = self._borrowed.get(name, 0) + 1

    def give_back(self, name: str) -> bool:
        """End using a service; forget it, and say so, if it was loaded only to be lent and nobody has it."""
        with self.lock:
            left = self._borrowed.pop(name, 0) - 1
            if left > 0:
                self._borrowed[name] = left
            if left:
                return False
            self._forget(name)
            return True

    def _forget(self, name: str) -> None:
        for known in (self._services, self.rules):
            for key in [key for key in known if key[0] == name]:
                del known[key]
        self._classes.pop(name, None)
        self._used.pop(name, None)
        vars(self.exceptions)["_client_exceptions_cache"].pop(name, None)
        cache: dict[tuple[Any, ...], Any] = vars(self.loader)["_cache"]
        # A copy: whoever else has this loader may load meanwhile.
        for found in [key for key in list(cache) if _is_of(key, name)]:
            cache.pop(found, None)

    def client_class(self, name: str, make: Callable[[], type]) -> type:
        """Return the class of a service's clients, made on first use: it has a method for each operation."""
        with self.lock:
            if name not in self._classes:
                self._classes[name] = make()
            return self._classes[name]


def _is_of(key: tuple[Any, ...], service: str) -> bool:
    """Say whether what the loader has under a key (its method, then what it was asked for) is a service's."""
    return any(part == service or str(part).startswith(f"{service}/") for part in key[1:])


@cache
def models(path: str | None) -> Models:
    """Return the models that a session has whose configuration says `data_path`, None as a rule."""
    loader = create_loader(path)
    loader.file_loader = Lean()
    return Models(loader)

"""
The clients of a session: any service in any region, at 20 kB and some milliseconds each.

botocore makes every client a class, a model, event hooks and connections of its own: a quarter of a megabyte
and more, with certificates loaded once more on top when it speaks TLS. Here class and model are the service's
(`models.py`), the hooks are shared until they change (`events.py`), and the connections are everybody's. What
makes a client right for its region (endpoint, signing, configuration) is worked out by botocore, for each.
"""

from __future__ import annotations

import copy
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib import metadata
from typing import Any
from urllib.parse import urlsplit

import botocore.session
from botocore import retryhandler, translate, xform_name
from botocore.client import BaseClient, ClientCreator
from botocore.config import Config
from botocore.httpsession import URLLib3Session
from botocore.utils import validate_region_name

from forensics.aws.bodies import Bounded
from forensics.aws.models import Models
from forensics.errors import UsageError
from forensics.plain import token

MOST = 1_024
"""Clients that are kept at once, over all accounts: the last ones used. Any other is made again."""
HOSTS = 128
"""Hosts to which connections are kept open. Each has a file descriptor or more, of 1,024 as a rule."""

CONNECT_TIMEOUT, READ_TIMEOUT = 10.0, 60.0
"""Seconds to wait for a connection, and for the next bytes of an answer."""
CONNECTIONS = 80
"""Connections to one host that are kept open: with an endpoint of our own, all threads ask the same."""

_SCHEMES = frozenset({"http", "https"})
_ENDPOINT = "an endpoint is like https://ec2.example.com"


class Wires:
    """
    Connections, and the clients made last. Sessions of several accounts share one.

    Whoever uses it holds the lock of `Models`.
    """

    def __init__(self, most: int = MOST) -> None:
        """Connect to nothing yet."""
        self._most = most
        self._clients: OrderedDict[tuple[Clients, str, str], BaseClient] = OrderedDict()
        self._connections: dict[str, Bounded] = {}

    def client(self, owner: Clients, service: str, region: str) -> BaseClient:
        """Return a client of one of the sessions, made anew if it was not used for long."""
        key = owner, service, region
        if key not in self._clients:
            self._clients[key] = owner.create(service, region)
            if len(self._clients) > self._most:
                self._clients.popitem(last=False)
        self._clients.move_to_end(key)
        return self._clients[key]

    def forget(self, owner: Clients, region: str) -> None:
        """Drop one session's clients of a region."""
        for key in [key for key in self._clients if key[0] is owner and key[2] == region]:
            del self._clients[key]

    def release(self, service: str) -> None:
        """Drop all clients of a service."""
        for key in [key for key in self._clients if key[1] == service]:
            del self._clients[key]

    def connect(self, made: URLLib3Session) -> Bounded:
        """Return the connections that are as those of a new client: same certificates, same proxies."""
        known = vars(made)
        proxies = vars(known["_proxy_config"])
        key = repr([known["_verify"], known["_cert_file"], known["_key_file"], *sorted(proxies.items())])
        if key not in self._connections:
            self._connections[key] = Bounded(_widened(made))
        return self._connections[key]


def _widened(http: Any) -> Any:
    """Let an HTTP session keep connections to more hosts than urllib3's ten: it was made for one."""
    settings = partial(http._get_pool_manager_kwargs, num_pools=HOSTS)
    manager = type(http._manager)(**settings())
    manager.pool_classes_by_scheme = http._pool_classes_by_scheme
    vars(http).update(_manager=manager, _get_pool_manager_kwargs=settings)
    return http


class Clients:
    """What makes the clients of one session."""

    def __init__(
        self,
        session: botocore.session.Session,
        models: Models,
        wires: Wires,
        config: Config,
        endpoint_url: str | None,
    ) -> None:
        """Make none yet: whatever is hooked into the session's events before the first one is in all."""
        self._session: Any = session
        self._models, self._wires = models, wires
        self._config, self._endpoint_url = config, endpoint_url

    def get(self, service: str, region: str) -> BaseClient:
        """Return the client of a service in a region. Raises `UsageError` for an endpoint that is none."""
        with self._models.lock:
            for idle in self._models.use(service):
                self._wires.release(idle)
            return self._wires.client(self, service, region)

    def forget(self, region: str) -> None:
        """Drop a region's clients."""
        with self._models.lock:
            self._wires.forget(self, region)

    @contextmanager
    def passing(self, service: str) -> Iterator[None]:
        """Use a service for a while: what is loaded for that alone is freed, once nobody else uses it so."""
        self._models.borrow(service)
        try:
            yield
        finally:
            with self._models.lock:
                if self._models.give_back(service):
                    self._wires.release(service)

    def create(self, service: str, region: str) -> BaseClient:
        """Make one, as `botocore.session.Session.create_client` does."""
        try:
            client = self._make(service, region)
        except ValueError as error:
            # botocore's word for an endpoint that is no URL, from an option, the environment or a profile.
            said = str(error)
            raise UsageError(said[:1].lower() + said[1:], hint=_ENDPOINT) from error
        url = urlsplit(client.meta.endpoint_url)
        if "@" in url.netloc:
            # Each exchange names the endpoint, and credentials never go on record, nor on a terminal.
            raise UsageError("the endpoint's URL holds a user's name or password", hint=_ENDPOINT)
        if url.scheme not in _SCHEMES:
            raise UsageError(f"invalid endpoint: {url.geturl()[:200]}", hint=_ENDPOINT)
        # The same names for all: each client would remember some twenty for each of its operations.
        vars(client.meta.events)["_alias_name_cache"] = self._models.events
        endpoint = vars(client)["_endpoint"]
        endpoint.http_session = self._wires.connect(endpoint.http_session)
        self._share_rules(vars(client)["_ruleset_resolver"], service)
        return client

    def _share_rules(self, resolver: Any, service: str) -> None:
        """Have all clients of a service look into the same rules for endpoints, each with its region."""
        if resolver is None:
            return
        key = service, self._version(service)
        provider = self._models.rules.setdefault(key, resolver._provider)
        vars(resolver).update(_provider=provider, _param_definitions=provider.ruleset.parameters)

    def _version(self, service: str) -> str | None:
        found: str | None = self._session.get_config_variable("api_versions").get(service)
        return found

    def _make(self, service: str, region: str) -> BaseClient:
        session = self._session
        validate_region_name(region)
        return _Creator(self._models, session, self._store(service, region)).create_client(
            service,
            region,
            endpoint_url=self._endpoint_url,
            verify=session.get_config_variable("ca_bundle"),
            credentials=session.get_credentials(),
            scoped_config=session.get_scoped_config(),
            client_config=self._config,
            api_version=self._version(service),
            auth_token=session.get_auth_token(),
        )

    def _store(self, service: str, region: str) -> Any:
        """Return the configuration as it is for one service: it may have an endpoint of its own."""
        session = self._session
        store = copy.copy(session.get_component("config_store"))
        mode = session._resolve_defaults_mode(self._config, store)
        if mode != "legacy":
            factory = session._get_internal_component("smart_defaults_factory")
            factory.merge_smart_defaults(store, mode, region)
        session._add_configured_endpoint_provider(client_name=service, config_store=store)
        return store


class _Creator(ClientCreator):
    """botocore's maker of clients, with what is the same for all clients of a service made once."""

    def __init__(self, models: Models, session: Any, store: Any) -> None:
        agent = session.get_component("user_agent_creator")
        agent.set_session_config(
            session_user_agent_name=session.user_agent_name,
            session_user_agent_version=session.user_agent_version,
            session_user_agent_extra=session.user_agent_extra,
        )
        super().__init__(
            models.loader,
            session._get_internal_component("endpoint_resolver"),
            session.user_agent(),
            session.get_component("event_emitter"),
            retryhandler,
            translate,
            session.get_component("response_parser_factory"),
            models.exceptions,
            store,
            user_agent_creator=agent,
            auth_token_resolver=session.get_auth_token,
        )
        self._models = models

    def _load_service_model(self, service_name: str, api_version: str | None = None) -> Any:
        return self._models.service(service_name, api_version)

    def _create_methods(self, service_model: Any) -> dict[str, Any]:
        """Return a method for each operation, which botocore makes once somebody calls it."""
        make = partial(vars(ClientCreator)["_create_api_method"], self, service_model=service_model)
        return {(name := xform_name(one)): _Method(name, one, make) for one in service_model.operation_names}

    def _create_client_class(self, service_name: str, service_model: Any) -> type:
        make = partial(super()._create_client_class, service_name, service_model)  # type: ignore[misc]
        return self._models.client_class(service_name, make)


class _Method:
    """A method of a class of clients until it is called: of hundreds a run calls a handful, at 2 kB each."""

    __slots__ = ("_make", "_name", "_operation")

    def __init__(self, name: str, operation: str, make: Callable[..., Any]) -> None:
        self._name, self._operation, self._make = name, operation, make

    def __get__(self, client: Any, owner: type) -> Any:
        """Put botocore's method in its own place."""
        setattr(owner, self._name, self._make(self._name, self._operation))
        return getattr(owner if client is None else client, self._name)


def config(case_id: str) -> Config:
    """Say how all clients ask: one attempt a time, with the case's name in their user agent."""
    return Config(
        # Attempts are made in `ask.py`, one at a time, each kept.
        retries={"mode": "standard", "total_max_attempts": 1},
        connect_timeout=CONNECT_TIMEOUT,
        read_timeout=READ_TIMEOUT,
        max_pool_connections=CONNECTIONS,
        tcp_keepalive=True,
        user_agent_extra=f"forensics/{_version()} case/{token(case_id)}",
    )


def _version() -> str:
    try:
        return metadata.version("aws-forensics")
    except metadata.PackageNotFoundError:
        return "unknown"

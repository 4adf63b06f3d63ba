"""The drill's own switches, as JSON under /_drill/: for tests and rehearsals, on the loopback alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qs

from moto.moto_api._internal import mock_random
from moto.moto_api._internal.models import moto_api_backend

from forensics.drill import buckets, delivery, groups, organization
from forensics.drill.bridge import Bridge
from forensics.drill.crowd import populate
from forensics.drill.denials import Answer
from forensics.drill.faults import Fault
from forensics.drill.gateway import Gateway
from forensics.drill.history import KEPT, fill, history, of
from forensics.drill.overlay import handlers
from forensics.drill.policy import Rule
from forensics.drill.principals import Credential
from forensics.drill.seed import authority, breach, flows, syslog
from forensics.drill.seed.machines import HOME
from forensics.drill.seed.services import LOGS, TRAIL
from forensics.drill.seed.stage import Stage
from forensics.drill.tampering import TAMPERINGS
from forensics.drill.world import VICTIM, Waiting, World

PATH = "/_drill/"
_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})


class Drillmaster:
    """Holds the world, and changes it when told to."""

    def __init__(self, url: str, *, seeded: bool) -> None:
        self._url = url
        self._bridge = Bridge()
        self._deeds: Mapping[str, Callable[..., Any]] = {
            name: getattr(self, name)
            for name in (
                "allow", "clear_calls", "clear_faults", "deny", "describe", "expire", "fault", "page_size",
                "delivery", "event", "event_ids", "events", "limit_lookups", "populate", "regions", "renew",
                "waiting",
                "bucket", "close", "lasting", "log_group", "organization", "reset", "trail", "troubles",
            )
        }  # fmt: skip
        self.reset(seed=seeded)

    def answer(self, environ: dict[str, Any], body: bytes) -> Answer:
        """Answer a request to AWS, or one to the drill itself."""
        path = str(environ["PATH_INFO"])
        if not path.startswith(PATH):
            return self._gateway.answer(environ, body)
        host = str(environ.get("HTTP_HOST", "")).rpartition(":")[0] or str(environ.get("HTTP_HOST", ""))
        if host not in _HOSTS or "HTTP_ORIGIN" in environ:
            return _said(403, {"error": "the drill's switches answer to the loopback alone"})
        return self._switch(path.removeprefix(PATH), environ, body)

    def _switch(self, name: str, environ: Mapping[str, Any], body: bytes) -> Answer:
        if name == "calls":
            query = parse_qs(str(environ.get("QUERY_STRING", "")))
            limit = query.get("limit")
            lines = self._world.calls.since(
                int(query.get("since", ["0"])[0]), int(limit[0]) if limit else None
            )
            return Answer(200, lines, {"Content-Type": "application/x-ndjson"})
        deed = self._deeds.get(name)
        if deed is None:
            return _said(404, {"error": f"no such switch: {name}"})
        try:
            return _said(200, deed(**json.loads(body or b"{}")))
        except (ValueError, TypeError) as error:
            return _said(400, {"error": str(error)})

    # the switches, by name

    def describe(self) -> Mapping[str, Any]:
        """Say where to go and with which credentials."""
        roots = {account: root.environment() for account, root in self._world.keys.accounts.items()}
        people = {name: credential.environment() for name, credential in self._people.items()}
        return {
            "url": self._url,
            "environment": self._environment(self._session),
            "roots": roots,
            "people": people,
            "calls": len(self._world.calls),
            "regions": list(self._world.regions),
        }

    def reset(self, *, seed: bool = True) -> Mapping[str, Any]:
        """Begin again, with the same keys."""
        moto_api_backend.reset()
        mock_random.seed(20_311_014)
        self._world = World()
        self._gateway = Gateway(self._world, self._bridge, handlers())
        stage = Stage(self._gateway)
        self._people = authority.build(stage)
        if seed:
            self._people = {**self._people, **breach.play(stage)}
        self._world.calls.clear(unseen=True)
        self._session = authority.session(self._world)
        return self.describe()

    def organization(self, *, accounts: list[str], suspended: list[str]) -> Mapping[str, Any]:
        """Put accounts into an organization of the management account's."""
        responder = organization.found(self._world, accounts, suspended)
        self._people = {**self._people, "organization": responder}
        return self.describe()

    def close(self, account: str) -> None:
        """Close an account: its credentials are unknown from now on."""
        self._world.keys.closed.add(account)

    def renew(self) -> Mapping[str, Any]:
        """Give out fresh credentials."""
        self._session = authority.session(self._world)
        return self.describe()

    def expire(self) -> None:
        """Let every session end now."""
        for session in self._world.keys.sessions.values():
            session.expires = self._world.clock() - 1

    def lasting(self, seconds: float | None) -> None:
        """Set after how many seconds a session of AssumeRole ends; None for as many as were asked for."""
        self._world.lasting = seconds

    def fault(self, **rule: Any) -> None:
        """Add a rule for faults."""
        self._world.faults.rules.append(Fault.of(rule))

    def clear_faults(self) -> None:
        """Drop all rules for faults."""
        self._world.faults.rules.clear()

    def deny(
        self, action: str, principal: str | None = None, *, region: str | None = None, scp: bool = False
    ) -> None:
        """Deny an action, to one principal or to all, in one region or in all."""
        self._world.policies.rules.append(Rule(action, principal or "*", region or "*", scp=scp))

    def allow(self) -> None:
        """Drop all denials that `deny` made."""
        self._world.policies.rules.clear()

    def clear_calls(self) -> None:
        """Forget the calls so far."""
        self._world.calls.clear()

    def trail(
        self,
        *,
        healthy: bool = False,
        tampering: list[str] | None = None,
        owner: str = VICTIM,
        region: str = HOME,
        prefix: str = "",
        readable: bool = True,
        recorded: bool = False,
    ) -> None:
        """Begin the seed's trail anew: healthy or stopped, tampered with, its bucket here or elsewhere."""
        world, name = self._world, LOGS
        done = tuple(tampering if tampering is not None else () if healthy else delivery.SEEDED)
        if unknown := set(done) - set(TAMPERINGS):
            raise ValueError(f"no such tampering: {sorted(unknown)}")
        until = world.clock() if recorded else None
        buckets.forget(world, LOGS)
        buckets.forget(world, delivery.ARCHIVE)
        if (owner, region) != (VICTIM, HOME):
            name = delivery.archive(owner, region, readable=readable)
        delivery.arrange(world, delivery.Plan(TRAIL, HOME, name, prefix, healthy, done, until))

    def bucket(self, name: str, **oddity: Any) -> None:
        """Set what is odd about a bucket."""
        self._world.shelf["oddity", name, ""] = buckets.Oddity(**oddity)

    def log_group(
        self,
        name: str,
        *,
        region: str = HOME,
        stored: int | None = None,
        events: int = 0,
        streams: int = 1,
        size: int = 200,
        refused: bool = False,
    ) -> None:
        """Make a log group, or change one: what it says is stored, and many events in it."""
        kept = groups.shelf(self._world, VICTIM, region)
        group = kept.setdefault(name, groups.Group(name, int(self._world.born * 1000)))
        group.stated, group.refused = stored, refused
        group.fill()
        if events:
            group.pending = partial(groups.many, self._world.born, events, streams, size)

    def events(self, *, regions: list[str] | None = None, count: int = 50_000, days: int = 89) -> None:
        """Fill the victim's event history."""
        fill(self._world, regions or self._world.regions, count, days=days)

    def event(self, *, record: Mapping[str, Any], moment: float) -> None:
        """Put an event into the victim's history of its region, as its record says it."""
        history(self._world).add(VICTIM, str(record["awsRegion"]), [of(record, moment)])

    def event_ids(self, *, region: str, account: str = VICTIM, insight: bool = False) -> list[str]:
        """Give the ids of all events that LookupEvents would answer now."""
        found, now = history(self._world), self._world.clock()
        kept = found.between((account, region), (now - KEPT, now), insight=insight)
        return [event.id for event in kept]

    def troubles(self) -> None:
        """Add what cannot be kept, or was never recorded."""
        flows.trouble(self._world)
        syslog.trouble(self._world)

    def limit_lookups(self, *, on: bool) -> None:
        """Set whether LookupEvents is held to two requests a second."""
        self._world.limit_lookups = on

    def delivery(self, seconds: float) -> None:
        """Set after how many seconds a call made here is in the event history."""
        self._world.delivery = seconds

    def populate(self, *, instances: int = 3000, reservations: int = 400, users: int = 1200) -> None:
        """Fill the victim's account, over all enabled regions, with ordinary instances and users."""
        world = self._world
        populate(
            world, VICTIM, instances=instances, reservations=reservations, users=users, regions=world.regions
        )
        for region in world.regions:
            flows.watch(world, region)

    def regions(self, names: list[str]) -> None:
        """Set which regions are enabled."""
        self._world.regions = tuple(names)

    def page_size(self, size: int | None) -> None:
        """Set the size of a page where the caller asks for none."""
        self._world.page_size = size

    def waiting(self, **how: Any) -> None:
        """Set how long snapshots and images stay pending."""
        self._world.waiting = Waiting(**how)

    def _environment(self, credential: Credential) -> dict[str, str]:
        return {
            **credential.environment(),
            "AWS_ENDPOINT_URL": self._url,
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }


def _said(status: int, value: Any) -> Answer:
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json"})

"""Who we are, where we may ask, and the clients to ask with."""

from __future__ import annotations

import os
import random
import re
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

import botocore.session
from botocore.exceptions import BotoCoreError, ProfileNotFound

from forensics.aws import hosts, regions
from forensics.aws.ask import Answer, Asker, Refusal
from forensics.aws.assuming import account_of, role_credentials
from forensics.aws.clients import Clients, Wires, config
from forensics.aws.closed import Closed
from forensics.aws.credentials import NO_CREDENTIALS, no_credentials
from forensics.aws.events import builtin
from forensics.aws.journal import Journal
from forensics.aws.models import models
from forensics.aws.pace import Pace
from forensics.aws.paging import Paging, paging
from forensics.aws.places import Places
from forensics.aws.regions import Identity
from forensics.aws.suspects import Signers
from forensics.aws.wire import Tap
from forensics.errors import AwsError, CredentialsError, UsageError
from forensics.model import GLOBAL, Coverage, Exchange, Gap, Outcome, Record, Source

T = TypeVar("T")

FIRST_ATTEMPTS = 5
"""Attempts of the question who we are: whoever mistyped an endpoint is not to wait half a minute."""
_DEFAULT_REGION = "us-east-1"

_DENIED = re.compile(r"User: (?P<arn>arn:[\w-]+:(?:iam|sts)::(?P<account>\d{12}):\S+) is not authorized")
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html"""
_ACCOUNT = re.compile(r"[0-9]{12}")
_ARN = re.compile(r"arn:[a-z-]{1,40}:(?:iam|sts)::[0-9]{12}:")


class Session:
    """
    One set of credentials, its clients, and what all that ask with it share.

    Safe for threads. Raises `UsageError` for a profile or region that there is not.
    """

    def __init__(  # noqa: PLR0913 - as many as the AWS CLI has options for it
        self,
        *,
        profile: str | None = None,
        region: str | None = None,
        role_arn: str | None = None,
        external_id: str | None = None,
        endpoint_url: str | None = None,
        case_id: str = "",
        credentials: Mapping[str, str] | None = None,
        pace: Pace | None = None,
        base: Session | None = None,
        wires: Wires | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
        draw: Callable[[], float] = random.random,
    ) -> None:
        """
        Find credentials as the AWS CLI does, or take `access_key`, `secret_key`, perhaps `token`.

        With a `base`, take its credentials, and share its connections.
        """
        self.case_id, self.endpoint_url, self.journal = case_id, endpoint_url, Journal()
        self.tap = Tap(clock, self.journal.aside)
        self.clock, self.sleep, self.draw = clock, sleep, draw
        self.pace, self.closed, self.signers = pace or Pace(), Closed(), Signers()
        self._identity: Identity | None = None
        self._opening: list[Record] = []
        self._session = _botocore_session(profile)
        self._models = models(self._session.get_config_variable("data_path"))
        self.home = region or self._session.get_config_variable("region") or _DEFAULT_REGION
        regions.check(self._session, [self.home])
        self.wires: Wires = wires or (base.wires if base else Wires())
        self.places = Places(self._session, self.home, self._models.listed)
        self._clients = Clients(self._session, self._models, self.wires, config(case_id), endpoint_url)
        self.signers.install(self._session)
        self._take(credentials, base)
        # A profile's role is assumed there too.
        self._session.set_config_variable("region", self.home)
        self._find()
        if role_arn is not None:
            self._assume(role_arn, external_id, base)
        # Last, so that AssumeRole's own answers, which hold credentials, never pass the tap.
        self.tap.install(self._session)

    def _take(self, credentials: Mapping[str, str] | None, base: Session | None) -> None:
        """Take credentials that are given, in place of those that would be found."""
        if credentials is not None:
            self._session.set_credentials(**credentials)
        if base is not None:
            # Kept up to date there: whoever has to be asked for a code is asked once.
            vars(self._session)["_credentials"] = vars(base)["_session"].get_credentials()

    # -- clients

    def client(self, service: str, region: str) -> Any:
        """Return the client of a service in a region, made on first use. It may be shared by threads."""
        return self._clients.get(service, region)

    def setting(self, name: str) -> Any:
        """Return a value of the AWS configuration, by botocore's name of it: `ca_bundle`."""
        return self._session.get_config_variable(name)

    def forget(self, region: str) -> None:
        """Drop a region's clients."""
        self._clients.forget(region)

    def passing(self, service: str) -> AbstractContextManager[None]:
        """Use a service for a while: what is loaded for that alone is freed afterwards."""
        return self._clients.passing(service)

    def operations(self, service: str) -> frozenset[str]:
        """Return the operations of a service that botocore knows; none of one that it does not."""
        with self._models.lock:
            if service not in self._session.get_available_services():
                return frozenset()
            return frozenset(self._models.service(service).operation_names)

    def paging(self, service: str, operation: str) -> Paging:
        """Return how an operation pages."""
        with self._models.lock:
            key, known = (service, operation), self._models.pagings
            if key not in known:
                known[key] = paging(self._session, service, operation)
            return known[key]

    def output_shape(self, service: str, operation: str) -> Any:
        """Return botocore's model of an operation's answer, None if it has none."""
        with self._models.lock:
            return self._models.service(service).operation_model(operation).output_shape

    # -- who we are

    @property
    def identity(self) -> Identity:
        """Who we are; call `identify()` first."""
        if self._identity is None:
            raise AssertionError("identify() comes first")
        return self._identity

    @property
    def principal(self) -> str:
        """ARN of the caller, empty before `identify()`."""
        return self._identity.arn if self._identity else ""

    @property
    def access_key_id(self) -> str:
        """Id of the access key in use. Raises `CredentialsError` where there is none."""
        return str(self.keys.access_key)

    @property
    def keys(self) -> Any:
        """
        The keys to sign with now, fetched anew where they are about to expire.

        Raises `CredentialsError` where there are none.
        """
        try:
            credentials = self._session.get_credentials()
            frozen = credentials.get_frozen_credentials() if credentials else None
        except NO_CREDENTIALS as error:
            raise no_credentials(error) from error
        if frozen is None or not frozen.access_key:
            raise CredentialsError("no credentials: none are configured")
        self.signers.keys.add(str(frozen.access_key))
        return frozen

    def identify(self) -> Identity:
        """
        Ask AWS who we are: always the first request.

        Raises `CredentialsError` for no, unknown or expired credentials, `AwsError` where AWS cannot be
        reached. What was said on the wire comes with `enabled_regions`.
        """
        self._identity = None
        asker = Asker(self, Source("", GLOBAL, "sts", "GetCallerIdentity"), self.clock, self.sleep, self.draw)
        try:
            exchanges, answer = drain(asker.ask({}, whole=True, attempts=FIRST_ATTEMPTS))
        except BotoCoreError as error:
            raise AwsError(f"AWS cannot be asked: {error}") from error
        date = exchanges[-1].date if exchanges else ""
        self._identity = _identity(answer, date) if isinstance(answer, Answer) else self._denied(answer, date)
        source = replace(asker.source, account=self._identity.account)
        for exchange in exchanges:
            self._opening.append(replace(exchange, source=source, principal=self._identity.arn))
        self._opening.append(coverage(source, answer, len(exchanges)))
        return self._identity

    def _denied(self, refusal: Refusal, date: str) -> Identity:
        found = _DENIED.search(refusal.message)
        if found is not None:
            arn = found["arn"]
            return Identity(found["account"], arn, "", arn.split(":")[1], date)
        if refusal.code == "ParamValidationError":
            # The question has no parameters, so they are those of the role.
            raise UsageError(f"no such role: {' '.join(refusal.message.split())}", hint="check --role-arn")
        if refusal.outcome is Outcome.FAILED and not refusal.request_id:
            where = self.endpoint_url or os.environ.get("AWS_ENDPOINT_URL") or f"AWS in {self.home}"
            raise AwsError(
                f"no answer from {where}: {refusal.code}",
                hint="check the network, a proxy that it may need (HTTPS_PROXY), and --endpoint-url",
            )
        raise AwsError(f"AWS does not say who we are: {refusal.code}: {refusal.message}")

    def opening(self) -> list[Record]:
        """Give, once, what was said on the wire to find out who we are."""
        opening, self._opening = self._opening, []
        return opening

    def still_known(self) -> bool:
        """Ask again who we are, after something refused our signature or key. True unless AWS says no."""
        asker = Asker(self, Source("", GLOBAL, "sts", "GetCallerIdentity"), self.clock, self.sleep, self.draw)
        try:
            drain(asker.ask({}, attempts=FIRST_ATTEMPTS))
        except CredentialsError:
            return False
        return True

    # -- where we may ask

    def enabled_regions(self, wanted: Sequence[str] = ()) -> tuple[list[str], list[Record]]:
        """
        Return the regions to ask in, and the records of all that was asked to open the run.

        `wanted` narrows them; what is thereby left out, or is wanted and not opted in to, is a coverage
        of its own for the whole region. Where DescribeRegions is refused, that is one gap, and `wanted`
        or the partition's default regions are taken. Raises `UsageError` for a region that there is not.
        """
        source = Source(self.identity.account, GLOBAL, "ec2", "DescribeRegions")
        asker = Asker(self, source, self.clock, self.sleep, self.draw)
        exchanges, answer = drain(asker.ask({"AllRegions": True}, whole=True))
        said = answer.values.get("Regions", ()) if isinstance(answer, Answer) else None
        chosen, left_out = regions.choose(self._session, self.identity, wanted, said)
        return chosen, [*self.opening(), *exchanges, coverage(source, answer, len(exchanges)), *left_out]

    def check_regions(self, wanted: Sequence[str]) -> None:
        """
        Refuse a region that there is not, as `enabled_regions` does, before a run begins.

        AWS is asked only where botocore, which may be the older of the two, does not know it.
        """
        if set(wanted) <= regions.known_to(self._session):
            return
        source = Source(self.identity.account, GLOBAL, "ec2", "DescribeRegions")
        asker = Asker(self, source, self.clock, self.sleep, self.draw)
        _, answer = drain(asker.ask({"AllRegions": True}))
        said = answer.values.get("Regions", ()) if isinstance(answer, Answer) else ()
        regions.check(self._session, wanted, [str(one.get("RegionName", "")) for one in said])

    def _find(self) -> None:
        """Look for credentials once, where what is wrong with them can be said."""
        try:
            self._session.get_credentials()
        except NO_CREDENTIALS as error:
            raise no_credentials(error) from error
        except BotoCoreError as error:
            raise UsageError(f"the AWS configuration cannot be read: {error}") from error
        except (OSError, ValueError) as error:
            # A `credential_process` that is not there, or may not be run, or does not print JSON.
            raise CredentialsError(f"no credentials: {error}") from error

    def _assume(self, role_arn: str, external_id: str | None, base: Session | None) -> None:
        source = self._session.get_credentials()
        if source is None:
            raise CredentialsError("no credentials to assume the role with")
        assuming = _botocore_session(None)
        self.signers.install(assuming)
        by = base.principal if base else ""
        known = {"account": account_of(role_arn), "principal": by, "region": self.home}
        self.tap.overhear(assuming, partial(self.journal.aside, known=known))
        create = partial(assuming.create_client, region_name=self.home, endpoint_url=self.endpoint_url)
        # What it is asked with is another account's, and so is the rate: one for all roles.
        pace = base.pace if base else self.pace
        turn = partial(pace.wait, self.home, "sts", "AssumeRole", self.sleep)
        credentials = role_credentials(create, source, role_arn, external_id, self.case_id, turn)
        vars(self._session)["_credentials"] = credentials


def _botocore_session(profile: str | None) -> botocore.session.Session:
    session = botocore.session.Session(profile=profile, event_hooks=builtin(), include_builtin_handlers=False)
    try:
        session.get_scoped_config()
    except ProfileNotFound as error:
        profiles = ", ".join(session.available_profiles) or "there are none"
        missing = error.kwargs["profile"]
        raise UsageError(
            f"no such profile: {missing}", hint=f"profiles that there are: {profiles}"
        ) from error
    except BotoCoreError as error:
        raise UsageError(f"the AWS configuration cannot be read: {error}") from error
    session.register_component("data_loader", models(session.get_config_variable("data_path")).loader)
    # The global STS endpoint's tokens are not valid in regions that are opt-in.
    session.set_config_variable("sts_regional_endpoints", "regional")
    hosts.install(session)
    return session


def _identity(answer: Answer, date: str) -> Identity:
    account, arn, user_id = (str(answer.values.get(name, "")) for name in ("Account", "Arn", "UserId"))
    # The account becomes a folder's name, and whoever serves an endpoint names it as they like.
    if not _ACCOUNT.fullmatch(account) or not _ARN.match(arn):
        raise AwsError(
            f"this is no AWS: it calls the account {account[:40]!a} and us {arn[:80]!a}",
            hint="check --endpoint-url and AWS_ENDPOINT_URL",
        )
    return Identity(account, arn, user_id, arn.split(":")[1], date)


def coverage(source: Source, answer: Answer | Refusal, requests: int) -> Coverage:
    """Close a source that is asked once, in one page."""
    if isinstance(answer, Answer):
        return Coverage(source, Outcome.COLLECTED, requests, 1)
    gap = Gap(source, answer.outcome, answer.code, answer.message, answer.request_id)
    return Coverage(source, answer.outcome, requests, gaps=(gap,))


def drain(asking: Generator[Exchange, None, T]) -> tuple[list[Exchange], T]:
    """Ask to the end at once, for what has to be known before a run can begin, or a verdict be given."""
    exchanges: list[Exchange] = []
    while True:
        try:
            exchanges.append(next(asking))
        except StopIteration as end:
            return exchanges, end.value

"""The drill as its user holds it: a subprocess, and its switches over HTTP. Loads no moto."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Self

from forensics.errors import ForensicsError

_ROOT = Path(__file__).resolve().parents[2]
_INSTALL = "pip install 'aws-forensics[drill]'"
PATIENCE = 60
"""Seconds for one switch; `populate` is the slowest."""


class DrillError(ForensicsError):
    """Stop: the drill does not start, or refuses a switch."""


class Drill:
    """An AWS on a loopback port. Start it with `start`; a context manager, which stops it."""

    def __init__(self, process: subprocess.Popen[bytes], known: Mapping[str, Any]) -> None:
        self._process = process
        self._known = known

    @classmethod
    def start(cls, *, seed: bool = True, port: int = 0) -> Self:
        """Start a drill of its own process; it ends with this one at the latest."""
        command = [sys.executable, "-m", "forensics.drill", "--port", str(port)]
        command += [] if seed else ["--no-seed"]
        path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH", ""))))
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path}
        )
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        known = json.loads(process.stdout.readline() or b"{}")
        drill = cls(process, known)
        if "url" not in known:
            drill.stop()
            why = known.get("error", f"exit code {process.returncode}")
            raise DrillError(f"the drill did not start: {why}", hint=known.get("hint", _INSTALL))
        return drill

    @property
    def url(self) -> str:
        """Give the endpoint's URL."""
        return str(self._known["url"])

    @property
    def environment(self) -> dict[str, str]:
        """Give the variables that point any AWS SDK at the drill, as the responder."""
        return dict(self._known["environment"])

    def root(self, account: str) -> dict[str, str]:
        """Give the variables of an account's root user."""
        return {**self.environment_without_keys, **self._known["roots"][account]}

    def person(self, name: str) -> dict[str, str]:
        """Give the variables of someone with a key: `ir` in the evidence account, `deploy` in the victim."""
        return {**self.environment_without_keys, **self._known["people"][name]}

    @property
    def environment_without_keys(self) -> dict[str, str]:
        """Give endpoint and region alone."""
        keys = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}
        return {name: value for name, value in self.environment.items() if name not in keys}

    def calls(self, since: int = 0) -> list[dict[str, Any]]:
        """Give the calls so far, from an index on."""
        status, body = self._ask("GET", f"calls?since={since}")
        if status != 200:
            raise DrillError(f"the drill answers {status}")
        return [json.loads(line) for line in body.splitlines()]

    def clear_calls(self) -> None:
        """Forget the calls so far."""
        self._switch("clear_calls")

    def fault(self, **rule: Any) -> None:
        """
        Add a fault.

        `kind` is throttle, error, expired, reset, torn or delay; the rest, all optional: service, operation,
        region, probability, times, skip, code, status, message, seconds (delay), when (reset: before, after).
        """
        self._switch("fault", **rule)

    def clear_faults(self) -> None:
        """Drop all faults."""
        self._switch("clear_faults")

    def deny(
        self, action: str, principal: str | None = None, *, region: str | None = None, scp: bool = False
    ) -> None:
        """
        Deny an action (`ec2:DescribeInstances`, `iam:*`, `*`), as a service control policy would if `scp`.

        `principal` is an ARN with wildcards, or the bare name of a user or role; everyone where it is None.
        """
        self._switch("deny", action=action, principal=principal, region=region, scp=scp)

    def allow(self) -> None:
        """Drop all denials."""
        self._switch("allow")

    def expire(self) -> None:
        """Let the current credentials expire."""
        self._switch("expire")

    def lasting(self, seconds: float | None) -> None:
        """
        Set after how many seconds a session of AssumeRole ends; None for as many as were asked for.

        SDKs get a new one a quarter of an hour before that. AssumeRole tells them an end such that they do
        so after half of the seconds: a night of work in a minute.
        """
        self._switch("lasting", seconds=seconds)

    def organization(self, accounts: Iterable[str], *, suspended: Iterable[str] = ()) -> None:
        """
        Put accounts, new ones too, into an organization that 111111111111 manages.

        Each has the role OrganizationAccountAccessRole, which `person("organization")`, a user of the
        management account, may assume.
        """
        self._known = self._switch("organization", accounts=list(accounts), suspended=list(suspended))

    def close(self, account: str) -> None:
        """Close an account for good: from now on its credentials are unknown to AWS."""
        self._switch("close", account=account)

    def renew(self) -> None:
        """Put fresh credentials into `environment`."""
        self._known = self._switch("renew")

    def reset(self, *, seed: bool = True) -> None:
        """Begin again as after `start`."""
        self._known = self._switch("reset", seed=seed)

    def regions(self, names: Iterable[str]) -> None:
        """Set which regions the account has enabled."""
        self._switch("regions", names=list(names))

    def populate(self, *, instances: int = 3000, reservations: int = 400, users: int = 1200) -> None:
        """Fill the account with ordinary instances, over all enabled regions, and with users."""
        self._switch("populate", instances=instances, reservations=reservations, users=users)

    def trail(
        self,
        *,
        healthy: bool = False,
        tampering: Iterable[str] | None = None,
        owner: str = "222222222222",
        region: str = "eu-west-1",
        prefix: str = "",
        readable: bool = True,
        recorded: bool = False,
    ) -> None:
        """
        Begin the seed's trail anew.

        `healthy`: it was never stopped, and nobody tampered with it but as `tampering` says, by the names in
        `forensics.drill.tampering`. With another `owner` (an account) or `region` its bucket is
        `harbour-log-archive` there, which the victim may read if `readable`. With `recorded` a healthy
        trail's newest hour ends now, and the calls that were made here are in its logs.
        """
        names = None if tampering is None else list(tampering)
        self._switch(
            "trail",
            healthy=healthy,
            tampering=names,
            owner=owner,
            region=region,
            prefix=prefix,
            readable=readable,
            recorded=recorded,
        )

    def bucket(self, name: str, **oddity: bool | str) -> None:
        """
        Set what is odd about a bucket; with nothing said, nothing is.

        `denied`, `gone`, `requester_pays` (to other accounts), and of the objects under `prefix`:
        `kms_refused`, `glacier`.
        """
        self._switch("bucket", name=name, **oddity)

    def log_group(
        self,
        name: str,
        *,
        region: str = "eu-west-1",
        stored: int | None = None,
        events: int = 0,
        streams: int = 1,
        size: int = 200,
        refused: bool = False,
    ) -> None:
        """
        Make a log group in the victim's account, or change one.

        `stored` is what it says is stored in it, in bytes; `events` of `size` bytes are spread over `streams`
        and the last six days; `refused`: its KMS key may not be used.
        """
        self._switch(
            "log_group",
            name=name,
            region=region,
            stored=stored,
            events=events,
            streams=streams,
            size=size,
            refused=refused,
        )

    def events(self, *, regions: Iterable[str] | None = None, count: int = 50_000, days: int = 89) -> None:
        """Fill the victim's event history: `count` events, always the same, over regions and days."""
        names = None if regions is None else list(regions)
        self._switch("events", regions=names, count=count, days=days)

    def event(self, record: Mapping[str, Any], moment: float) -> None:
        """Put an event into the victim's event history of the region that its record names."""
        self._switch("event", record=dict(record), moment=moment)

    def event_ids(self, region: str, *, account: str = "222222222222", insight: bool = False) -> set[str]:
        """Give the ids of all events that LookupEvents would answer now, in one region."""
        return set(self._switch("event_ids", region=region, account=account, insight=insight))

    def troubles(self) -> None:
        """
        Add what leaves gaps whatever one does, to the seeded account.

        Flow logs that keep rejected flows alone or fail to deliver, log groups whose key or class refuses.
        """
        self._switch("troubles")

    def limit_lookups(self, *, on: bool = True) -> None:
        """Set whether LookupEvents is held to two requests a second in each region, as AWS does."""
        self._switch("limit_lookups", on=on)

    def delivery(self, seconds: float = 300.0) -> None:
        """Set after how many seconds a call made here is in the event history; 0 for at once."""
        self._switch("delivery", seconds=seconds)

    def page_size(self, size: int | None) -> None:
        """Set the size of pages where the caller asks for none; None for AWS's own."""
        self._switch("page_size", size=size)

    def waiting(
        self,
        *,
        seconds: float = 2.0,
        polls: int | None = None,
        stuck: bool = False,
        fails: bool = False,
        copies_fail: bool = False,
        copies: int = 20,
    ) -> None:
        """
        Set how long snapshots and images stay pending, or that they never complete, or fail.

        `copies_fail`: only copies of snapshots do; `copies`: how many may be pending at once.
        """
        how = {"seconds": seconds, "polls": polls, "stuck": stuck, "fails": fails}
        self._switch("waiting", **how, copies_fail=copies_fail, copies=copies)

    def wait(self) -> int:
        """Wait until the process ends by itself, as a signal makes it; give its exit code."""
        return self._process.wait()

    def stop(self) -> None:
        """End the process."""
        assert self._process.stdin is not None  # noqa: S101 - both are pipes
        assert self._process.stdout is not None  # noqa: S101
        self._process.stdin.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _switch(self, name: str, /, **arguments: Any) -> Any:
        status, body = self._ask("POST", name, json.dumps(arguments).encode())
        said = json.loads(body)
        if status != 200:
            raise DrillError(str(said.get("error", status)))
        return said

    def _ask(self, method: str, name: str, body: bytes = b"") -> tuple[int, bytes]:
        host = self.url.removeprefix("http://")
        connection = http.client.HTTPConnection(host, timeout=PATIENCE)
        try:
            connection.request(method, f"/_drill/{name}", body)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

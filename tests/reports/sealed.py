"""A sealed case as `preserve` leaves one, and its bundle, without an AWS: every text in it is hostile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from forensics import record
from forensics.custody.seal import seal
from forensics.model import Coverage, Effect, Gap, Intent, Outcome, Settled, Source
from tests.custody import world

HOSTILE = "<script>alert(1)</script>\x1b[2J\u202e\"'&{{ 7777 * 7777 }}"
ACCOUNT = "123456789012"
USERS = Source(ACCOUNT, "global", "iam", "ListUsers")
SNAPSHOTS = Source(ACCOUNT, "eu-west-1", "ec2", "CreateSnapshots")
TOOL = {"name": "forensics", "sha256": "a" * 64, "version": "9.9.9"}
START: dict[str, Any] = {"account": ACCOUNT, "principal": "arn:aws:iam::1:user/ana", "regions": ["eu-west-1"]}


def make(root: Path) -> tuple[Path, Path]:
    """Write a case `IR-1` and its bundle `evidence`; return their paths."""
    gap = Gap(USERS, Outcome.DENIED, "AccessDenied", HOSTILE, "req-1")
    asked = record.coverage_body(Coverage(USERS, Outcome.COLLECTED, requests=2, pages=3, gaps=(gap,)))
    intent = Intent("op-1", SNAPSHOTS, {"InstanceId": "i-1"}, f"the disks of {HOSTILE}")
    effect = Effect("op-1", SNAPSHOTS, "snapshot", "snap-1", "completed")
    with world.create(root / "IR-1", examiner="Ana <b>", tool=TOOL) as case:
        write = case.writer.record
        clock = {"aws": "Tue, 06 May 2031 07:08:19 GMT", "local": "2031-05-06T07:08:09.000000Z"}
        write("run.start", {**START, "clock": clock, "run": "r1", "tool": TOOL})
        draft = case.store.draft()
        draft.write(b'{"request":{}}\n')
        kept = {**world.ITEM, "kind": "object", "name": HOSTILE, "object": {}}
        case.writer.keep([(draft, "123456789012/global/iam/ListUsers.jsonl", kept)], [("coverage", asked)])
        write("op.start", record.intent_body(intent))
        write("aws.effect", record.effect_body(effect))
        write("op.end", record.settled_body(Settled("op-1", Outcome.COLLECTED, request_id="req-2")))
        write("run.end", {"gaps": 1, "items": 1, "outcome": "gaps", "run": "r1"})
        sealed = seal(case, root / "evidence", derive=lambda _: iter([b"{}"]))
    (root / "ana").write_bytes(world.ANA.private_openssh())
    (root / "ana").chmod(0o600)
    (root / "ana.pub").write_text(f"{world.ANA.public.openssh()} ana\n", encoding="utf-8")
    return root / "IR-1", sealed.path
